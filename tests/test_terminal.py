"""What a person sees: drawn at a terminal, plain in a pipe, and never an order from a record."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

import dltheory_bib
from dltheory_bib import Bibliography
from dltheory_bib.cli.main import main
from helpers.programs import HANG, environment, needs, read_terminal, started

SGR = re.compile(r"\x1b\[([0-9;]*)m")
LINK = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\")

Run = Callable[..., tuple[int, str, str]]


def undrawn(text: str) -> str:
    """What was drawn, without colour and links."""
    return LINK.sub("", SGR.sub("", text))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line here; its exit code, standard output and standard error.

    `width` draws as at a terminal that many columns wide.
    """
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "DLTHEORY_DATA", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    def run(*arguments: str, width: int = 0) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            if width:
                patch.setenv("FORCE_COLOR", "1")
                patch.setenv("COLUMNS", str(width))
            code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


COMMANDS: list[tuple[str, ...]] = [
    ("topics",),
    ("topics", "mean-field"),
    ("list",),
    ("list", "topic:ntk", "--sort", "cited"),
    ("search", "saddle", "points"),
    ("show", "jin2017escape"),
    ("show", "jin2017escape", "--all"),
    ("show", "allenzhu2019convergence", "jacot2018neural"),
    ("read", "saddle-escape"),
    ("path", "wang2019convergence", "dauphin2014identifying"),
    ("lineage", "jin2017escape"),
    ("lineage", "jin2017escape", "--all"),
    ("stats",),
]


@pytest.mark.parametrize(
    "command",
    [
        ("show", "jacot2018neural"),
        ("show", "jacot2018neural", "--all"),
        ("list", "topic:ntk", "--sort", "cited"),
        ("path", "jacot2018neural", "chizat2019lazy"),
        ("lineage", "jacot2018neural", "--relations", "cites"),
        ("read", "topic:ntk"),
        ("stats",),
    ],
    ids=" ".join,
)
def test_what_rests_on_citations_says_how_many_lists_were_read(
    run: Run, bib: Bibliography, command: tuple[str, ...]
) -> None:
    """Beside the number, or in a note at a terminal; a number of citations alone says little."""
    code, out, err = run(*command, width=200)
    assert code == 0
    lists = f"{bib.stats().lists_read} of {len(bib)}"
    assert re.search(rf"{lists} (reference lists )?read", undrawn(out) + err)
    if command[0] not in {"show", "stats"}:
        assert lists not in "".join(run(*command)[1:])


@pytest.mark.parametrize("terminal", ["dumb", "xterm-256color"])
def test_no_drawn_line_ends_in_blanks(
    run: Run, monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    """With colour, a table fills its last column before the colour ends."""
    monkeypatch.setenv("TERM", terminal)
    for command in (*COMMANDS, ("compare", "second-order-stationary"), ("check", "--rules")):
        text = run(*command, width=80)[1]
        assert ("\x1b[" in text) == (terminal != "dumb") or command[0] == "check", command
        assert [line for line in undrawn(text).splitlines() if line.endswith(" ")] == []


# Width, colour, links


@pytest.mark.catalogue
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_drawn_fits_the_width(run: Run, command: tuple[str, ...], width: int) -> None:
    """No line is wider than the terminal, wide letters counted as two columns."""
    code, out, _ = run(*command, width=width)
    assert code == 0
    lines = undrawn(out).splitlines()
    assert lines
    assert max(map(cell_len, lines)) <= width
    assert SGR.search(out)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_word_is_lost_at_any_width(run: Run, bib: Bibliography, width: int) -> None:
    """Keys and titles are wrapped, not cut: every letter is there at every width."""
    _, out, _ = run("list", "topic:saddle-escape", width=width)
    shown = undrawn(out)
    assert "…" not in shown
    letters = re.sub(r"\W", "", shown)
    for paper in bib.on("saddle-escape"):
        assert paper.key in shown
        for word in paper.plain_title.split():
            if word.isalpha():
                assert word in letters


@pytest.mark.catalogue
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_gets_plain_text(run: Run, command: tuple[str, ...]) -> None:
    """Without a terminal: no escape code, nothing wrapped or cut, no trailing blank."""
    code, out, err = run(*command)
    assert code == 0
    assert err == "" or command[0] == "lineage"
    assert out.endswith("\n")
    assert "\x1b" not in out
    assert "…" not in out
    assert all(char.isprintable() or char in "\t\n" for char in out)
    assert not re.search(r"[ \t]\n", out.replace("\t\n", "\n"))


def test_a_long_summary_is_one_line_in_a_pipe(run: Run, bib: Bibliography) -> None:
    """A program that reads the card finds each text whole."""
    summary = str(bib["ge2015escaping"].summary)
    _, out, _ = run("show", "ge2015escaping")
    longest = max(out.splitlines(), key=len)
    assert len(longest) > 200
    plain = [part for part in summary.split("$")[::2] if len(part) > 20]
    assert plain
    for part in plain:
        assert part.strip() in out


def test_links_are_clickable_at_a_terminal_alone(run: Run, bib: Bibliography) -> None:
    """DOI and arXiv id of a card are OSC 8 links there, and plain text in a pipe."""
    paper = next(one for one in bib if one.doi and one.eprint)
    _, out, _ = run("show", paper.key, width=100)
    targets = set(filter(None, LINK.findall(out)))
    assert targets == {f"https://doi.org/{paper.doi}", f"https://arxiv.org/abs/{paper.eprint}"}
    _, out, _ = run("show", paper.key)
    assert f"doi:{paper.doi}  arXiv:{paper.eprint}" in out.splitlines()


def test_a_screenful_is_enough_at_a_terminal(run: Run, bib: Bibliography) -> None:
    """`search` draws the best 20 and says how many there are; asked for all, it draws all.

    Colour that is forced into a pipe draws, but cuts nothing.
    """
    found = bib.search("network")
    assert len(found) > 20
    assert f"20 of {len(found)} works; --limit 0 shows all" in at_a_terminal("search", "network")
    _, out, err = run("search", "network", width=200)
    assert err == ""
    assert all(key in out for key in found.keys)
    _, out, err = run("search", "network")
    assert (len(out.splitlines()), err) == (len(found), "")


@pytest.mark.parametrize("key", ["jacot2018neural", "jin2017escape", "du2019provably"])
def test_a_long_lineage_is_short_unless_all_is_asked_for(
    run: Run, bib: Bibliography, key: str
) -> None:
    """The nearest works, a line each, fit a screen; `--all` has every work and every sentence."""
    for side in ("--back", "--forward"):
        branch = getattr(bib.lineage(key), side.removeprefix("--"))
        reached = list(branch.keys())
        works = len(reached) - 1
        _, short, said = run("lineage", key, side, width=80)
        _, everything, nothing = run("lineage", key, side, "--all", width=80)
        shown = [one for one in reached if one in undrawn(short)]
        assert len(short.splitlines()) <= 23
        assert all(one in undrawn(everything) for one in reached if works)
        if works > 3:
            assert nothing == ""
            assert "--all shows" in said
            assert len(shown) == min(works, 18) + 1
            assert {one.key for one in branch.branches[:18]} <= set(shown)
            assert len(everything.splitlines()) > len(short.splitlines())
        if works > 18:
            assert said == f"18 of {works} works; --all shows all, with the sentence on each step\n"
        elif works <= 3:
            assert short == everything


def at_a_terminal(
    *arguments: str,
    rows: int = 24,
    typed: tuple[bytes, Callable[[subprocess.Popen[bytes], int], None]] | None = None,
    **variables: str,
) -> str:
    """What the real command sends to a pseudo-terminal of 100 columns; no pager unless named.

    `typed` is what to wait for, and what to do then with the process and the terminal.
    """
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))
    command = (sys.executable, "-m", "dltheory_bib", *arguments)
    env = environment(**({"TERM": "xterm-256color", "PAGER": "cat"} | variables))
    for name in {"LINES", "COLUMNS", "LESS", "DLTHEORY_PAGER"} - set(variables):
        env.pop(name, None)
    try:
        with started(*command, stdin=slave, stdout=slave, stderr=slave, env=env) as process:
            os.close(slave)
            sent = b""
            if typed:
                sent = read_terminal(master, typed[0])
                typed[1](process, master)
            sent += read_terminal(master)
            assert process.wait(HANG) == 0
    finally:
        os.close(master)
    return sent.decode()


PAGER = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
text = sys.stdin.buffer.read()
os.write(1, b"PAGED<" + text + b">" + os.environ["LESS"].encode() + b" READY")
os.read(2, 1)
"""


@pytest.fixture
def pager(tmp_path: Path) -> str:
    """A pager that marks what it gets, and goes on until a key is pressed."""
    script = tmp_path / "pager.py"
    script.write_text(PAGER, "utf-8")
    return shlex.join([sys.executable, str(script)])


def press_return(_: subprocess.Popen[bytes], terminal: int) -> None:
    os.write(terminal, b"\n")


def test_an_answer_longer_than_the_screen_goes_through_the_pager(
    bib: Bibliography, pager: str
) -> None:
    """All of it, with colour and without links; a note comes when the pager was left."""
    assert bib
    sent = at_a_terminal("search", "network", typed=(b"READY", press_return), PAGER=pager)
    before, _, rest = sent.partition("PAGED<")
    paged, _, after = rest.partition(">FRX READY")
    assert before == ""
    assert SGR.search(paged)
    assert not LINK.search(paged)
    assert len(undrawn(paged).splitlines()) >= 24
    assert re.search(r"20 of \d+ works; --limit 0 shows all", after)
    assert "20 of" not in paged


def test_ctrl_c_in_the_pager_is_the_pagers(bib: Bibliography, pager: str) -> None:
    """The command waits for its pager, and says nothing."""
    assert bib

    def interrupt(process: subprocess.Popen[bytes], terminal: int) -> None:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        os.write(terminal, b"\n")

    sent = at_a_terminal("topics", typed=(b"READY", interrupt), PAGER=pager)
    assert "Traceback" not in sent
    assert sent.count("PAGED<") == 1


def test_what_fits_the_screen_is_not_paged(bib: Bibliography, pager: str) -> None:
    """One line is left for the prompt: of n lines, a screen of n + 1 holds all."""
    assert bib
    lines = len(at_a_terminal("topics").splitlines())
    assert "PAGED" not in at_a_terminal("topics", rows=lines + 1, PAGER=pager)
    assert "PAGED" in at_a_terminal(
        "topics", rows=lines, typed=(b"READY", press_return), PAGER=pager
    )


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("topics", "--no-pager"), {}),
        (("--no-pager", "topics"), {}),
        (("topics", "--format", "tsv"), {}),
        (("topics",), {"TERM": "dumb"}),
        (("topics",), {"PAGER": ""}),
        (("topics",), {"PAGER": "cat"}),
        (("topics",), {"PAGER": "no-such-pager"}),
        (("topics",), {"PAGER": "'"}),
        (("topics",), {"DLTHEORY_PAGER": ""}),
    ],
)
def test_nothing_is_paged_when_nobody_wants_it(
    bib: Bibliography, pager: str, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    """Option, variables, a terminal that cannot, and what is for a program: all is printed."""
    sent = at_a_terminal(*arguments, rows=10, **({"PAGER": pager} | variables))
    assert "PAGED" not in sent
    assert all(topic in sent for topic in bib.topics if topic in bib.topic_counts())


def test_a_pager_that_leaves_early_is_no_failure(bib: Bibliography) -> None:
    """The rest of a text that nobody reads is dropped, without a trace; 0 is the exit code."""
    assert bib
    first = f"{shlex.quote(sys.executable)} -c 'import os; os.write(1, os.read(0, 10))'"
    sent = at_a_terminal("list", "--limit", "0", PAGER=first)
    assert "Traceback" not in sent
    assert len(undrawn(sent)) <= 10


def test_less_shows_the_start_of_the_answer(bib: Bibliography) -> None:
    """With less itself, the screen begins with the first line, and `q` leaves it."""
    assert bib
    needs("less")

    def quit_(_: subprocess.Popen[bytes], terminal: int) -> None:
        os.write(terminal, b"q")

    sent = at_a_terminal("topics", typed=(b"\r\n:", quit_), PAGER="less")
    first = at_a_terminal("topics").splitlines()[0]
    assert undrawn(first) in undrawn(sent)
    assert "ESC[" not in sent


def test_a_real_terminal_gets_colour_and_links(bib: Bibliography) -> None:
    """Nothing needs to be switched on."""
    assert bib
    sent = at_a_terminal("show", "jin2017escape")
    assert "https://arxiv.org/abs/1703.00887" in LINK.findall(sent)
    assert any(code.startswith("3") for code in SGR.findall(sent))


def test_no_color_is_honoured_at_a_terminal(bib: Bibliography) -> None:
    """With NO_COLOR set no code sets a foreground or background colour (https://no-color.org)."""
    assert bib
    sent = at_a_terminal("show", "jin2017escape", NO_COLOR="1")
    assert "How to Escape Saddle Points Efficiently" in sent
    codes = {int(code) for found in SGR.findall(sent) for code in found.split(";") if code}
    assert not {code for code in codes if 30 <= code <= 49 or 90 <= code <= 107}


# Records that would give orders

NASTY = "[bold]x[/] [link=https://evil.example]y[/link] :smile: [/] {z} 50% \\\\[red]"
SHOWN = "[bold]x[/] [link=https://evil.example]y[/link] :smile: [/]"

PAPERS = f"""\
- key: nasty2020a
  type: article
  title: "A {NASTY}"
  author:
    - "[blink]Family[/], [b]Given[/b]"
  year: 2020
  venue: nasty
  volume: "[v]"
  pages: 1-2
  doi: "10.1234/[link=https://evil.example]a"
  topics: [nasty]
  level: start
  summary: "S {NASTY}"
  idea: "I {NASTY}"
  limits: "L {NASTY}"
  checked: abstract
  checked_in: "C {NASTY}"
  remarks:
    - text: "R {NASTY}"
      by: "B {NASTY}"
      verdict: partly
      comment: "K {NASTY}"
  sources:
    - source: "Q {NASTY}"
  disagreements:
    - field: title
      value: "V {NASTY}"
      source: "W {NASTY}"
  unverified: [title]

- key: nasty2021b
  type: article
  title: "B {NASTY}"
  author:
    - "[blink]Other[/], [b]Given[/b]"
  year: 2021
  venue: nasty
  topics: [nasty]
  after: [nasty2020a]
  relations:
    - kind: extends
      work: nasty2020a
      says: "T {NASTY}"
      where: "U {NASTY}"
"""
TOPICS = f"""\
- id: nasty
  label: "N {NASTY}"
  aliases: ["[alias]"]
  definition: "D {NASTY}"
"""
VENUES = f"""\
- id: nasty
  kind: journal
  periods:
    - short: "J {NASTY}"
      long: "J {NASTY}"
"""


@pytest.fixture
def nasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection in which every text is full of markup."""
    monkeypatch.chdir(tmp_path)
    for kind, text in (("papers", PAPERS), ("topics", TOPICS), ("venues", VENUES)):
        (tmp_path / f"{kind}.yaml").write_text(text.replace("{z}", "z"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "letters"),
    [
        (("list",), "AB"),
        (("search", "smile"), "AB"),
        (("read", "nasty"), "AB"),
        (("show", "nasty2020a", "--all"), "ANJSILCRBKQVWT"),
        (("show", "nasty2021b"), "BTU"),
        (("topics",), "N"),
        (("topics", "nasty"), "ND"),
        (("lineage", "nasty2021b"), "ABT"),
        (("path", "nasty2021b", "nasty2020a"), "ABT"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
@pytest.mark.parametrize("width", [0, 1000])
def test_markup_in_a_record_is_shown_as_text(
    run: Run, nasty: Path, command: tuple[str, ...], letters: str, width: int
) -> None:
    """Rich's tags, links and emoji names are letters like any other, drawn and plain."""
    code, out, err = run("--data", str(nasty), *command, width=width)
    assert code == 0
    assert err in (
        "",
        "nasty2021b: no work recorded here builds on it\n",
        "citations: 0 of 2 reference lists read\n",
    )
    plain = undrawn(out)
    for letter in letters:
        assert f"{letter} {SHOWN}" in plain, letter
    assert "evil.example]a" in plain or "show" not in command or "nasty2021b" in command
    assert "\N{SMILING FACE WITH OPEN MOUTH}" not in out
    assert "\N{GRINNING FACE WITH SMILING EYES}" not in out
    assert not any(target.startswith("https://evil") for target in LINK.findall(out))
    assert not {"5", "31"} & {code for sgr in SGR.findall(out) for code in sgr.split(";")}


def test_markup_in_a_record_survives_every_format(run: Run, nasty: Path) -> None:
    """Keys and JSON are exact; Markdown and HTML show the text and obey none of it."""
    _, out, _ = run("--data", str(nasty), "list", "--format", "json")
    assert json.loads(out)[0]["title"] == f"A {NASTY}".replace("{z}", "z").replace("\\\\", "\\")
    _, out, _ = run("--data", str(nasty), "list", "--format", "markdown")
    assert r"\[link=https://evil.example\]y\[/link\]" in out
    html = dltheory_bib.load(nasty)["nasty2020a"]._repr_html_()
    assert SHOWN in html
    assert 'href="https://evil' not in html


def test_check_shows_markup_as_text(run: Run, nasty: Path) -> None:
    """A message about a record quotes it as it is."""
    file = nasty / "papers.yaml"
    file.write_text(file.read_text("utf-8").replace("pages: 1-2", "pages: '[red]1[/]'"), "utf-8")
    code, out, _ = run("check", str(nasty), width=200)
    assert code == 1
    drawn = SGR.sub("", out)
    assert re.match(
        r"papers\.yaml:9:\d+ error ill-formed\n +pages: '\[red\]1\[/\]' is not a", drawn
    )


ESCAPES = {
    "a title": 'title: "a\\e[31mred"',
    "a C1 code": 'title: "a\\x9b31mred"',
    "an OSC code": 'title: "a\\e]0;owned\\a"',
    "a direction": 'title: "a\\u202Eb"',
    "a DOI": 'title: T\n  doi: "10.1234/\\e[31mred"',
    "a URL": 'title: T\n  url: "https://x.org/\\e[31mred"',
    "a field name": 'title: T\n  "\\e[31mfield": x',
    "a C1 field name": 'title: T\n  "\\x9b31mfield": x',
    "a topic": 'title: T\n  topics: ["\\e[31mx"]',
    "a level": 'title: T\n  level: "\\e[31mx"',
    "an arXiv id": 'title: T\n  eprint: "1703.00887\\e[31m"',
    "an alias": 'title: T\n  aliases: ["\\e[31mx"]',
    "a source's field": 'title: T\n  sources: [{source: S, fields: ["\\e[31mx"]}]',
    "a summary": 'title: T\n  summary: "\\e[31mred"',
    "a raw escape": "title: a\x1b[31mred",
}


@pytest.mark.parametrize("field", ESCAPES.values(), ids=ESCAPES)
def test_terminal_codes_in_a_record_are_refused_and_never_sent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """The file is refused in every command, and no message about it holds the code itself."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(
        f"- key: a2020b\n  type: online\n  author: ['B, A']\n  year: 2020\n  {field}\n", "utf-8"
    )
    for command in (
        ("check", "mine.yaml"),
        ("check", "mine.yaml", "--format", "json"),
        ("check", "mine.yaml", "--format", "github"),
        ("--data", "mine.yaml", "list"),
    ):
        code, out, err = run(*command)
        assert code == 1
        assert "mine.yaml" in out + err
        assert all(char.isprintable() or char == "\n" for char in out + err)


def test_a_github_annotation_stays_one_command(run: Run, tmp_path: Path) -> None:
    """What would end a property or the line is encoded, in the file's name as well."""
    file = tmp_path / "a,b:c%\nd.yaml"
    file.write_text("- key: x\n", "utf-8")
    _, out, _ = run("check", str(file), "--format", "github")
    for line in out.splitlines():
        assert re.fullmatch(
            r"::(error|warning) file=[^,:]*a%2Cb%3Ac%25\\nd\.yaml,line=\d+,"
            r"col=\d+::.+ \[[a-z-]+\]",
            line,
        )
    assert out


def test_a_message_echoes_no_code(run: Run) -> None:
    """What was typed comes back visible, never as an order to the terminal."""
    for command in (
        ("list", "titel:\x1b[31mx"),
        ("list", "topic:\x1b[31mx"),
        ("show", "\x1b[31mx\x9b"),
        ("--data", "\x1b[31m/nosuch", "list"),
        ("check", "\x1b[31mnosuch.yaml"),
    ):
        code, out, err = run(*command)
        assert code in (1, 2)
        assert "\x1b" not in out + err
        assert "\x9b" not in out + err
