"""The `dltheory` command: what it prints where, and how it ends."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import pytest

from dltheory_bib import Bibliography, __version__
from dltheory_bib.cli.app import LIST_FORMATS, dltheory
from dltheory_bib.cli.main import BROKEN_PIPE, INTERRUPTED, main
from dltheory_bib.cli.query_arguments import query_text
from dltheory_bib.input_files import shown
from dltheory_bib.query.fields import FIELDS
from dltheory_bib.source.folders import shipped_directory
from helpers.collections import EXAMPLE
from helpers.programs import HANG, environment, needs, read_terminal, run_program, started

Run = Callable[..., tuple[int, str, str]]
Offered = Callable[..., list[str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line here; its exit code, standard output and standard error."""
    for name in ("FORCE_COLOR", "DLTHEORY_DATA"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def start(*arguments: str, **options: Any) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The real command, in a process of its own."""
    command = (sys.executable, "-m", "dltheory_bib", *arguments)
    return started(*command, **{"env": environment(), **options})


def real(*arguments: str) -> tuple[int, str, str]:
    """What the real command prints."""
    done = run_program(sys.executable, "-m", "dltheory_bib", *arguments, env=environment())
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def shell(line: str, **options: Any) -> tuple[int, str, str]:
    """What a line of shell prints, with `dltheory` for the command."""
    command = f'dltheory() {{ {sys.executable!r} -m dltheory_bib "$@"; }}; {line}'
    done = run_program(needs("bash"), "-c", command, **{"env": environment(), **options})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


# Formats

COMMANDS = {
    "list": ("list", "topic:saddle-escape"),
    "search": ("search", "saddle"),
    "read": ("read", "saddle-escape"),
    "show": ("show", "jin2017escape", "1806.07572"),
}


@pytest.mark.parametrize("format_", LIST_FORMATS)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_format_of_every_command(
    run: Run, bib: Bibliography, command: tuple[str, ...], format_: str
) -> None:
    """Standard output holds the answer alone, in the format asked for, and all of it."""
    code, keys, err = run(*command, "--format", "keys")
    assert (code, err) == (0, "")
    found = bib.some(keys.split())
    code, out, err = run(*command, "--format", format_)
    assert (code, err) == (0, "")
    if command[0] == "read":
        found = bib.reading("saddle-escape")
    assert out == found.to(format_)
    assert "\x1b" not in out
    if format_ == "json":
        records = json.loads(out)
        assert [record["key"] for record in records] == found.keys
        assert all(record["summary"] for record in records)


def test_the_machine_formats_are_the_same_when_colour_is_forced(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--format` is for programs, whatever the terminal."""
    plain = [run("list", "topic:ntk", "--format", name)[1] for name in LIST_FORMATS]
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    assert [run("list", "topic:ntk", "--format", name)[1] for name in LIST_FORMATS] == plain


def test_the_reading_list_in_a_pipe_ends_with_the_reason(run: Run, bib: Bibliography) -> None:
    """In the order to read, the fields of any list, then why; JSON says why as well."""
    _, out, _ = run("read", "saddle-escape", "--count", "4")
    rows = [line.split("\t") for line in out.splitlines()]
    reading = bib.reading("saddle-escape", 4)
    assert [(row[0], row[-1]) for row in rows] == list(reading.whys.items())
    assert all(len(row) == 6 for row in rows)
    _, out, _ = run("read", "saddle-escape", "--count", "4", "--format", "json")
    assert {one["key"]: one["why"] for one in json.loads(out)} == reading.whys


def test_topics_and_stats_for_programs(run: Run, bib: Bibliography) -> None:
    """`topics` and `stats` have their own machine formats."""
    _, out, _ = run("topics", "mean-field", "--format", "keys")
    assert set(out.split()) == {
        "mean-field",
        *(t for t in bib.topics if bib.topic("mean-field") in bib.broader(t)),
    }
    _, out, _ = run("topics", "--format", "json")
    assert {one["id"]: one["works"] for one in json.loads(out)} == {
        topic: bib.topic_counts().get(topic, 0) for topic in bib.topics
    }
    _, out, _ = run("topics", "--format", "tsv")
    assert all(line.count("\t") == 2 for line in out.splitlines())
    _, out, _ = run("stats", "--format", "json")
    assert json.loads(out)["works"] == len(bib)


def test_limits_and_orders(run: Run, bib: Bibliography) -> None:
    """`--limit`, `--sort` and `--reverse` do to the list what the methods do."""
    _, out, _ = run("list", "topic:ntk", "--sort", "cited", "--reverse", "-n", "3", "-f", "keys")
    assert out.split() == bib.on("ntk").sort("cited", reverse=True)[:3].keys
    _, out, _ = run("list", "--limit", "0", "-f", "keys")
    assert out.split() == bib.all().keys


# What a shell makes of quotes


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("topic:lazy training",), 'topic:"lazy training"'),
        (("not", "topic:lazy training", "year:2020"), 'not topic:"lazy training" year:2020'),
        (("title:saddle points",), 'title:"saddle points"'),
        (("title:saddle points", "or", "author:jin"), 'title:"saddle points" or author:jin'),
        (("saddle points",), '"saddle points"'),
        (("saddle points", "year:2017.."), '"saddle points" year:2017..'),
        (("author:chi jin",), 'author:"chi jin"'),
        (("How to Escape: a Title and More",), '"How to Escape: a Title and More"'),
        # What is a whole query stays one.
        (("topic:ntk year:2018..",), "topic:ntk year:2018.."),
        (("topic:ntk depth",), "topic:ntk depth"),
        (("author:jin saddle",), "author:jin saddle"),
        (("topic:ntk or topic:mean-field",), "topic:ntk or topic:mean-field"),
        (("saddle -type:preprint",), "saddle -type:preprint"),
        (("saddle not points",), "saddle not points"),
        (("year:2017 (saddle or points)",), "year:2017 (saddle or points)"),
        (('title:"saddle points" year:2017',), 'title:"saddle points" year:2017'),
        (("saddle", "points"), "saddle points"),
        (("topic:lazy", "training"), "topic:lazy training"),
    ],
)
def test_a_query_is_what_was_typed(bib: Bibliography, typed: tuple[str, ...], meant: str) -> None:
    """A blank inside an argument tells of quotes that the shell took away."""
    assert query_text(typed, lambda: bib.snapshot) == meant


def test_quotes_in_a_shell_keep_words_together(run: Run, bib: Bibliography) -> None:
    """Every command that takes a query finds what the same query finds in Python."""
    for typed, meant in (
        ("topic:neural tangent kernel", 'topic:"neural tangent kernel"'),
        ("title:saddle points", 'title:"saddle points"'),
        ("saddle points", '"saddle points"'),
    ):
        assert bib.where(meant).keys
        # What is pasted into `search` is often a title; it takes a phrase only with its quotes.
        commands = ("list", "search") if ":" in typed else ("list",)
        for command in commands:
            found = run(command, typed, "--format", "keys")[1].split()
            assert sorted(found) == sorted(bib.where(meant).keys)
        assert run("export", typed)[1] == bib.where(meant).sort("key").to_bibtex()
    topic = run("read", "neural tangent kernel", "--format", "keys")[1].split()
    assert topic == bib.reading("ntk").keys
    code, _, err = run("list", "topic:lazy trainign")
    assert (code, err.splitlines()[1]) == (2, '  topic:"lazy trainign"')


# How it ends


def test_an_empty_answer_is_no_failure(run: Run) -> None:
    """Nothing found: exit code 0, a word on standard error, and nothing, or `[]`, on output."""
    said = "no work matches year:1700\n  `dltheory help query` explains queries\n"
    for command in ("list", "search", "read"):
        assert run(command, "year:1700") == (0, "", said)
        assert run(command, "year:1700", "--format", "json") == (0, "[]\n", said)
    code, out, err = run("export", "year:1700", "-o", "never.bib")
    assert (code, out, err) == (0, "", "no work matches; nothing was written\n")
    assert not Path("never.bib").exists()


def test_a_collection_without_works_says_so(run: Run, tmp_path: Path) -> None:
    """Not that no work matches a query that nobody typed."""
    papers = tmp_path / "papers.yaml"
    papers.write_text("[]\n")
    data = ("--data", str(papers))
    empty = (0, "", "this collection has no works; add them in papers.yaml\n")
    for command in (("list",), ("search", "x"), ("read", "ntk")):
        assert run(*data, *command) == empty
    assert run(*data, "stats")[1].startswith("works            none\n")


def test_an_empty_answer_says_what_nearly_matched(run: Run, bib: Bibliography) -> None:
    """The terms that match nothing, or how many works match each; and words that stand apart."""
    found = len(bib.on("ntk"))
    said = run("list", "topic:ntk", "year:1950")[2].splitlines()
    assert said == [
        "no work matches topic:ntk year:1950",
        f"  nothing matches year:1950; {found} works match topic:ntk",
    ]
    said = run("list", "topic:ntk", "not", "topic:ntk")[2].splitlines()
    others = len(bib) - found
    assert said[1].startswith(
        f"  works that match a single term: topic:ntk {found}, not topic:ntk {others}; omit"
    )
    apart = len(bib.where("points saddle"))
    said = run("list", "points saddle")[2].splitlines()
    assert said[0] == 'no work matches "points saddle"'
    assert said[1] == f"  as words in a row; {apart} works match points saddle"
    assert "nothing matches xyzzy" in run("list", "saddle xyzzy")[2]
    assert "`dltheory help query`" in run("list", "topic:ntk (year:1700 or year:1701)")[2]


@pytest.mark.parametrize(
    "command", [("show",), ("lineage",), ("path", "jin2017escape"), ("show", "jin2017escape")]
)
def test_an_unknown_key_gives_the_nearest_and_1(run: Run, command: tuple[str, ...]) -> None:
    """Nothing is printed for the works that exist when one does not."""
    code, out, err = run(*command, "jin2017escpae")
    assert (code, out) == (1, "")
    assert err.startswith("dltheory: no paper 'jin2017escpae'; did you mean jin2017escape")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("nosuch",), "no command 'nosuch'"),
        (("list", "--nosuch"), "No such option '--nosuch'"),
        (("list", "--format", "xml"), "Invalid value for '-f' / '--format'"),
        (("list", "--limit", "-1"), "Invalid value for '-n' / '--limit'"),
        (("read", "--count", "0"), "Invalid value for '-n' / '--count'"),
        (("show",), "Missing argument 'KEYS...'"),
        (("search",), "Missing argument 'QUERY...'"),
        (("path", "jin2017escape"), "Missing argument 'END'"),
        (
            ("lineage", "jin2017escape", "--relations", "extend"),
            "unknown relation 'extend'; did you mean extends?",
        ),
        (("completion", "tcsh"), "'tcsh' is not one of"),
    ],
)
def test_bad_usage_is_2(run: Run, command: tuple[str, ...], said: str) -> None:
    """What is wrong with the command line, on standard error."""
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert said in err


def test_a_wrong_query_is_2_with_a_caret(run: Run) -> None:
    """The message, the query, and a caret under the mistake; blanks stand for what cannot show."""
    code, out, err = run("list", "author:jin", "titel:x")
    assert (code, out) == (2, "")
    assert err == (
        "dltheory: unknown field 'titel'; did you mean title: or cites:?\n"
        "  author:jin titel:x\n"
        "             ^\n"
    )
    code, _, err = run("list", "a\ttitel:x")
    assert err.splitlines()[1:] == ["  a titel:x", "    ^"]
    assert run("topics", "nkt")[0] == 1
    assert run("read", "topic:nkt")[0] == 2


def test_no_path_is_1(run: Run, bib: Bibliography, catalogue_dir: Path) -> None:
    """Between works without a chain of citations there is nothing to print."""
    assert bib
    ends = ("ost2003programsii", "abel1990leaves")
    assert run("--data", str(catalogue_dir), "path", *ends) == (
        1,
        "",
        "no chain of citations connects ost2003programsii and abel1990leaves in this collection "
        "(2 of 6 reference lists read)\n",
    )


def test_bytes_that_are_no_text_are_no_trace(run: Run) -> None:
    """An argument in another encoding is an unknown name, not a failure of ours."""
    for command, code in (("list", 2), ("show", 1), ("topics", 1), ("read", 2)):
        assert run(command, os.fsdecode(b"\xff"))[:2] == (code, "")


def test_a_closed_pipe_ends_quietly(bib: Bibliography) -> None:
    """`| head -1`: the rest is not wanted, and nobody is told so."""
    assert bib
    with start("list", "--format", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(HANG) == BROKEN_PIPE
    assert shell("dltheory list | head -1")[2] == ""


@pytest.mark.parametrize("line", ["dltheory list >&-", "dltheory show jin2017escape >&-"])
def test_a_closed_output_leaves_no_trace(bib: Bibliography, line: str) -> None:
    """Standard output may be closed from the start; so may standard error."""
    assert bib
    assert shell(line) == (0, "", "")
    assert shell("dltheory list nosuch:x 2>&-") == (2, "", "")


def test_a_full_disk_is_said(bib: Bibliography) -> None:
    """What could not be written is one line and exit code 1."""
    assert bib
    if not Path("/dev/full").exists():  # Linux has this device, other systems do not
        return
    assert shell("dltheory list > /dev/full") == (
        1,
        "",
        "dltheory: cannot read or write: no space left on device\n",
    )


INTERRUPTED_AT = """
import sys
import threading
from dltheory_bib.cli.main import main
from dltheory_bib.{room} import {module} as module

real = module.{function}

def wait_at_the_end(*arguments):
    given = real(*arguments)
    print("waits", flush=True)
    threading.Event().wait()
    return given

module.{function} = wait_at_the_end
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("room", "module", "function"),
    [("source", "loader", "load_catalogue"), ("snapshot", "compile", "compile_catalogue")],
)
def test_ctrl_c_ends_quietly(
    catalogue_dir: Path, tmp_path: Path, room: str, module: str, function: str
) -> None:
    """While a collection is read or written: exit code 130, no word, and nothing half written."""
    cache = tmp_path / "cache"
    code = INTERRUPTED_AT.format(room=room, module=module, function=function)
    with started(
        *(sys.executable, "-c", code, "--data", str(catalogue_dir), "list"),
        env=environment(XDG_CACHE_HOME=str(cache)),
        # Whoever starts the tests in the background has Ctrl-C ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"waits\n"
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=HANG)
    assert (process.returncode, out, err.strip()) == (INTERRUPTED, b"", b"")
    assert [path for path in cache.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_an_output_that_lacks_letters_goes_on(bib: Bibliography, encoding: str) -> None:
    """A letter that the encoding lacks becomes a question mark, drawn or not."""
    assert bib
    for command in (("topics",), ("show", "dauphin2014identifying")):
        with start(*command, env=environment(PYTHONIOENCODING=encoding)) as process:
            out, err = process.communicate(timeout=HANG)
        assert (process.returncode, err) == (0, b"")
        assert out.decode(encoding).endswith("\n")
    assert b"G?l" in out or encoding != "ascii"


# The command itself


def test_the_version(run: Run) -> None:
    """Short and long."""
    assert run("--version") == run("-V") == (0, f"dltheory-bib {__version__}\n", "")


def test_the_module_is_the_script(bib: Bibliography) -> None:
    """`python -m dltheory_bib` and `dltheory` are one program."""
    assert bib
    (script,) = entry_points(group="console_scripts", name="dltheory")
    assert script.value == "dltheory_bib.cli.main:main"
    command = shutil.which("dltheory", path=str(Path(sys.executable).parent))
    assert command
    done = run_program(command, "list", "titel:x", env=environment())
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == real("list", "titel:x")


def commands() -> list[str]:
    return dltheory.list_commands(click.Context(dltheory))


@pytest.mark.parametrize("command", commands())
def test_help_says_what_with_an_example(run: Run, command: str) -> None:
    """Every command describes itself, all its options, and holds an example."""
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert run(command, "-h")[1] == out
    assert f"Example: dltheory {command}" in out
    for parameter in dltheory.get_command(click.Context(dltheory), command).params:
        if isinstance(parameter, click.Option):
            assert parameter.help or isinstance(parameter.type, click.Choice)
    assert max(map(len, out.splitlines())) <= 120


def test_the_bare_command_says_what_to_type_first(run: Run, bib: Bibliography) -> None:
    """In ten lines that fit 80 columns, of commands and options that there are."""
    assert bib
    code, out, err = run()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 10
    assert max(map(len, lines)) <= 80
    shown = [re.split(r"\s{2,}", line.strip())[0].split()[1:] for line in lines[1:-1]]
    assert all(words[0] in commands() for words in shown)
    for words in shown:
        if words[0] not in {"export", "fix"}:
            assert run(*words, "--no-pager")[0] == 0
    assert "dltheory --help" in lines[-1]


def test_help_is_a_command_too(run: Run) -> None:
    """`help X` is `X --help`, `help` is `--help`, and `help query` names every field."""
    for command in (*commands(), "site build"):
        words = command.split()
        plain = [line.rstrip() for line in run(*words, "--help")[1].splitlines()]
        assert run("help", *words)[1].splitlines() == plain
    plain = [line.rstrip() for line in run("--help")[1].splitlines()]
    assert run("help")[1].splitlines() == plain
    code, out, err = run("help", "query")
    assert (code, err) == (0, "")
    assert all(field.example in out for field in FIELDS.values())
    code, out, err = run("help", "lineag")
    assert (code, out) == (2, "")
    assert "no command 'lineag'; did you mean lineage?" in err
    assert run("help", "list", "more")[0] == 2


def test_help_of_queries_names_every_field(run: Run) -> None:
    """Commands that take a query list its fields with an example each."""
    for command in ("list", "search", "read", "export"):
        out = run(command, "--help")[1]
        assert all(field.example in out for field in FIELDS.values())


def examples() -> list[str]:
    """The command lines that the help gives as examples."""
    lines = []
    for name in commands():
        command = dltheory.get_command(click.Context(dltheory), name)
        assert command is not None
        lines += re.findall(r"Example: (.+)", str(command.help))
    # What asks services is tried with a server in their place, in tests/services.
    return [line for line in lines if "--online" not in line]


@pytest.mark.wheel
@pytest.mark.catalogue
@pytest.mark.usefixtures("bib")  # compiled before
@pytest.mark.parametrize("line", examples())
def test_the_examples_in_the_help_run(tmp_path: Path, line: str) -> None:
    """Each as it stands there, in a directory of its own with the files it names, ends with 0."""
    (tmp_path / ".config/fish/completions").mkdir(parents=True)
    text = "- key: a2020b\n  type: online\n  title: T\n  author: ['B, A']\n  year: 2020\n"
    (tmp_path / "my-papers.yaml").write_text(text, "utf-8")
    (tmp_path / "main.tex").write_text(r"\cite{jin2017escape}", "utf-8")
    (tmp_path / "own.bib").write_text("@misc{own, title={Own}}\n", "utf-8")
    (tmp_path / "my-refs.bib").write_text(
        "@misc{a, title={How to Escape Saddle Points Efficiently}, author={Jin, Chi and others}, "
        "year=2017, eprint={1703.00887}}\n",
        "utf-8",
    )
    own = "@misc{b, title={A Title of One's Own}, author={Doe, Jane}, year=2030}\n"
    (tmp_path / "new.bib").write_text(own, "utf-8")
    data = str(tmp_path / "data")  # a shelf that is built here is not that of other tests
    variables = environment(HOME=str(tmp_path), XDG_DATA_HOME=data)
    if re.search(" (init|note|tag|status|undo|add|import my-refs.bib --)", line):
        # The examples are about a collection of one's own, with a tag to remove and to undo.
        shell("dltheory init lab", cwd=tmp_path, env=variables)
        if " init" not in line:
            shell("dltheory init; dltheory tag jin2017escape thesis", cwd=tmp_path, env=variables)
            variables.pop("DLTHEORY_DATA", None)
    here = tmp_path
    if " merge" in line:
        # Two people's collections side by side; the other one says something of a work.
        here = tmp_path / "mine"
        here.mkdir()
        variables.pop("DLTHEORY_DATA", None)
        shell("dltheory init ada/references", cwd=tmp_path, env=variables)
        shell("dltheory --data ada/references tag jin2017escape x", cwd=tmp_path, env=variables)
        shell("dltheory init", cwd=here, env=variables)
    if " shelf" in line:
        dump = "<dblp><article key='a'><author>A B</author><title>T.</title></article></dblp>"
        (tmp_path / "dblp.xml.gz").write_bytes(gzip.compress(dump.encode()))
        for name in ("mlanthology", "my-bib-files"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "works.bib").write_text(own, "utf-8")
        shell("dltheory shelf build new.bib", cwd=tmp_path, env=variables)
    if " diff" in line or "--since" in line:
        with zipfile.ZipFile(tmp_path / "dltheory_bib-0.2.0-py3-none-any.whl", "w") as wheel:
            for file in EXAMPLE.glob("*.yaml"):
                wheel.write(file, f"dltheory_bib/data/{file.name}")
        shell("dltheory init old/data; dltheory init data", cwd=tmp_path, env=variables)
        (tmp_path / "thesis.bib").write_bytes((tmp_path / "my-refs.bib").read_bytes())
    code, out, err = shell(line, cwd=here, env=variables)
    assert code == 0, err
    assert "no work matches" not in err
    assert "you know it already" not in err
    assert out or re.search(
        r">|-o|cited|check|import|build|mcp|init|note|tag|status|undo|merge", line
    )
    if line.endswith("-o refs.bib"):
        assert (tmp_path / "refs.bib").stat().st_size > 1000


# Collections of one's own


def test_a_collection_by_option_or_variable(
    run: Run, catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--data` names a directory or a file; DLTHEORY_DATA does too, and the option wins."""
    expected = run("--data", str(catalogue_dir), "list", "-f", "keys")
    assert expected[1].split()[0] == "abel1990leaves"
    monkeypatch.setenv("DLTHEORY_DATA", str(catalogue_dir))
    assert run("list", "-f", "keys") == expected
    monkeypatch.setenv("DLTHEORY_DATA", "/nosuch")
    assert run("--data", str(catalogue_dir), "list", "-f", "keys") == expected
    code, out, err = run("list")
    assert (code, out) == (1, "")
    assert err.startswith("dltheory: /nosuch: error: does not exist [file]\n")


def test_a_collection_with_mistakes_is_not_asked(run: Run, catalogue_dir: Path) -> None:
    """Every command says each mistake with its place, and answers nothing."""
    file = catalogue_dir / "papers.yaml"
    file.write_text(file.read_text("utf-8").replace("level: start", "level: strat"), "utf-8")
    for command in (("list",), ("show", "abel1990leaves"), ("topics",), ("stats",), ("export",)):
        code, out, err = run("--data", str(catalogue_dir), *command)
        assert (code, out) == (1, "")
        assert re.search(
            r"papers\.yaml:14:\d+: error: level cannot be 'strat'; did you mean start", err
        )
        assert err.endswith("nothing was loaded; fix the data first\n")


# check


def test_check_of_good_data_is_silent(run: Run, catalogue_dir: Path) -> None:
    """Nothing on standard output, exit code 0, and how much was read on standard error."""
    code, out, err = run("check", str(catalogue_dir / "topics.yaml"))
    assert (code, out) == (0, "")
    assert re.fullmatch(r".*topics\.yaml: 4 records, no problem\n", err)
    assert run("--data", str(catalogue_dir), "check")[0] in (0, 1)


@pytest.mark.catalogue
def test_check_in_its_three_formats(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line for a person, an object for a program, an annotation for GitHub; exit code 1."""
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text("- key: a2020b\n  titel: 100%\n", "utf-8")
    code, text, err = run("check", "p.yaml")
    assert code == 1
    lines = text.splitlines()
    assert (
        "p.yaml:2:3: error: unknown field titel; did you mean title or titles? [unknown-field]"
        in lines
    )
    assert err == f"p.yaml: 1 record, {len(lines)} errors\n"
    code, out, _ = run("check", "p.yaml", "--format", "json")
    assert code == 1
    problems = json.loads(out)
    assert len(problems) == len(lines)
    assert {"file", "line", "column", "level", "rule", "message"} == set(problems[0])
    code, out, _ = run("check", "p.yaml", "--format", "github")
    assert code == 1
    assert len(out.splitlines()) == len(lines)
    assert (
        "::error file=p.yaml,line=2,col=3::unknown field titel; did you mean title or titles? "
        in out
    )


def test_check_without_a_path_judges_the_catalogue(run: Run) -> None:
    """The catalogue has no problem, and the folder that was judged is named."""
    code, out, err = run("check")
    assert (code, out) == (0, "")
    place = re.escape(shown(shipped_directory()))
    assert re.fullmatch(rf"the catalogue in {place}: \d+ records, no problem\n", err)


@pytest.fixture
def clone(tmp_path: Path, catalogue_dir: Path) -> Path:
    """A clone of this repository with other data than the installed catalogue."""
    folder = tmp_path / "clone"
    shutil.copytree(catalogue_dir, folder / "data")
    (folder / "docs").mkdir()
    project = '[build-system]\nrequires = []\n\n[project]\nname = "dltheory-bib"\n'
    (folder / "pyproject.toml").write_text(project, "utf-8")
    return folder


def test_in_a_clone_every_command_is_about_its_data(
    run: Run, clone: Path, catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any depth of it; the option and the variable come first, and other projects are none."""
    shipped = run("list", "-f", "keys")
    own = run("--data", str(clone / "data"), "list", "-f", "keys")
    assert own != shipped
    monkeypatch.chdir(clone / "docs")
    assert run("list", "-f", "keys") == own
    assert run("show", "abel1990leaves", "-f", "keys")[0] == 0
    monkeypatch.setenv("DLTHEORY_DATA", str(catalogue_dir / "papers.yaml"))
    assert run("check")[2].startswith(f"{catalogue_dir / 'papers.yaml'}: ")
    monkeypatch.delenv("DLTHEORY_DATA")
    (clone / "pyproject.toml").write_text('[project]\nname = "another"\n', "utf-8")
    assert run("list", "-f", "keys") == shipped


def test_in_a_clone_check_judges_its_data(
    run: Run, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake that was just made is found there, and `--fix` writes there."""
    monkeypatch.chdir(clone)
    assert run("check")[2].startswith("the catalogue in data: ")
    papers = clone / "data" / "papers.yaml"
    papers.write_text(papers.read_text("utf-8").replace("level: start", "level: strat"), "utf-8")
    code, out, err = run("check")
    assert code == 1
    assert "data/papers.yaml:14:" in out
    assert err.startswith("the catalogue in data: ")
    papers.write_text(papers.read_text("utf-8").replace("level: strat", "level:   start"), "utf-8")
    assert "data/papers.yaml: written in canonical form" in run("check", "--fix")[2]
    assert "level: start\n" in papers.read_text("utf-8")


def test_in_a_clone_completion_is_about_its_data(
    clone: Path, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What <Tab> offers is what the command would find."""
    monkeypatch.chdir(clone)
    assert "abel1990leaves" in offered("bash", "show", "abel")


# export


def test_export_writes_what_to_bibtex_gives(run: Run, bib: Bibliography, tmp_path: Path) -> None:
    """With a first line that says where it came from; to standard output without `-o`."""
    file = tmp_path / "refs.bib"
    code, out, err = run("export", "topic:ntk", "-o", str(file))
    assert (code, out, err) == (0, "", f"wrote {len(bib.on('ntk'))} entries to {file}\n")
    first, _, rest = file.read_text("utf-8").partition("\n\n")
    said = f"% Exported by dltheory-bib {__version__}: dltheory export topic:ntk ["
    assert first.startswith(said)
    assert rest == bib.on("ntk").sort("key").to_bibtex() == run("export", "topic:ntk")[1]


def test_export_keeps_what_was_added_to_its_file(run: Run, tmp_path: Path) -> None:
    """A book of one's own below the exported entries is not lost; an untouched file is renewed."""
    file = tmp_path / "refs.bib"
    assert run("export", "topic:ntk", "-o", str(file))[0] == 0
    assert run("export", "author:jin", "-o", str(file))[0] == 0
    mine = "\n@book{mine2020book, title={Mine}, author={Me}, publisher={I}, year=2020}\n"
    with file.open("a", encoding="utf-8") as stream:
        stream.write(mine)
    code, _, err = run("export", "topic:ntk", "-o", str(file))
    assert code == 1
    assert "was edited since export wrote it; overwrite it with --force" in err
    assert file.read_text("utf-8").endswith(mine)


def test_export_keeps_somebody_elses_file(run: Run, tmp_path: Path) -> None:
    """A file it did not write is left alone without `--force`; its own and an empty one are not."""
    file = tmp_path / "refs.bib"
    file.write_text("@article{mine, title={Mine}}\n", "utf-8")
    code, out, err = run("export", "topic:ntk", "-o", str(file))
    assert (code, out) == (1, "")
    assert "was not written by export; overwrite it with --force" in err
    assert file.read_text("utf-8") == "@article{mine, title={Mine}}\n"
    assert run("export", "topic:ntk", "-o", str(file), "--force")[0] == 0
    assert run("export", "author:jacot", "-o", str(file))[0] == 0
    assert file.read_text("utf-8").count("@") < 12
    file.write_text("", "utf-8")
    assert run("export", "topic:ntk", "-o", str(file))[0] == 0
    assert [one.name for one in tmp_path.iterdir()] == ["refs.bib"]


def test_a_failed_export_leaves_the_old_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the last step fails, the file is as it was and nothing lies beside it."""
    file = tmp_path / "refs.bib"
    assert run("export", "author:jacot", "-o", str(file))[0] == 0
    before = file.read_bytes()

    def fail(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    code, out, err = run("export", "topic:ntk", "-o", str(file))
    assert (code, out) == (1, "")
    assert err == f"Error: cannot write {file}: No space left on device\n"
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["refs.bib"]


@pytest.mark.parametrize("query", ["title:100%", "title:a@b", '"x\ny@article{z,"', "title:x{}"])
def test_a_query_in_the_first_line_is_no_entry(run: Run, tmp_path: Path, query: str) -> None:
    """Percent and at signs and line breaks of the query start nothing in the .bib."""
    file = tmp_path / "refs.bib"
    asked = f"topic:ntk not {query}"
    assert run("export", asked, "-o", str(file))[0] == 0
    lines = file.read_text("utf-8").splitlines()
    assert lines[0].startswith("% Exported by dltheory-bib")
    assert "@" not in lines[0]
    assert lines[1] == ""
    assert lines[2].startswith("@")
    # A second run knows the file for its own.
    assert run("export", asked, "-o", str(file))[0] == 0


@pytest.mark.parametrize("place", ["nosuch/refs.bib", "file/refs.bib", "/proc/refs.bib"])
def test_a_place_that_cannot_be_written_is_a_message(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A missing directory, a file in place of one, a system that refuses."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("x", "utf-8")
    code, out, err = run("export", "topic:ntk", "-o", place)
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: cannot write {place}: ")
    assert run("export", "topic:ntk", "-o", str(tmp_path))[0] == 2


def test_export_replaces_no_device_or_pipe(run: Run, tmp_path: Path) -> None:
    """What is no file, such as /dev/null, is refused before it is opened; `--force` or not."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for more in ((), ("--force",)):
        code, out, err = run("export", "author:jacot", "-o", str(pipe), *more)
        assert (code, out) == (1, "")
        assert err == f"Error: {pipe} is not a regular file; without -o the entries are printed\n"
    assert pipe.is_fifo()


@pytest.mark.catalogue
def test_export_takes_the_format_from_the_name_of_the_file(
    run: Run, catalogue: Bibliography, tmp_path: Path
) -> None:
    """Or from --format, which wins; the message says what was written."""
    some = catalogue.on("grokking").sort("key")
    for name, kind in (("a.ris", "ris"), ("a.csl.json", "csl-json"), ("a.gexf", "gexf")):
        code, out, err = run("export", "topic:grokking", "-o", str(tmp_path / name))
        assert (code, out) == (0, "")
        assert err == f"wrote {len(some)} works as {kind} to {tmp_path / name}\n"
        assert (tmp_path / name).read_bytes().decode() == some.to(kind)
    file = tmp_path / "people.json"
    code, _, err = run(
        *("export", "topic:grokking", "--format", "csv", "--table", "people", "-o", str(file))
    )
    assert (code, err) == (0, f"wrote the people of {len(some)} works as csv to {file}\n")
    assert run("export", "key:jin2017escape", "--format", "ris")[1].startswith("TY  - CPAPER\r\n")
    code, _, err = run("export", "key:jin2017escape", "-o", str(tmp_path / "one.md"))
    assert err == f"wrote 1 work as markdown to {tmp_path / 'one.md'}\n"


def test_export_writes_over_nothing_it_could_not_mark(run: Run, tmp_path: Path) -> None:
    """JSON and tables have no room for a mark, so a file that is there is kept."""
    file = tmp_path / "a.json"
    file.write_text("mine", "utf-8")
    code, _, err = run("export", "topic:ntk", "-o", str(file))
    assert (code, file.read_text("utf-8")) == (1, "mine")
    assert (
        f"{file} already exists; overwrite it with --force, or choose another file with -o" in err
    )
    assert run("export", "topic:ntk", "-o", str(file), "--force")[0] == 0
    assert json.loads(file.read_text("utf-8"))[0]["key"]
    code, _, err = run("export", "topic:ntk", "-o", str(tmp_path / "none" / "a.ris"))
    assert (code, "No such file or directory" in err) == (1, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "ris", "--venues", "short"), "--venues is for bibtex and biblatex, not for"),
        (("--format", "json", "--table", "people"), "--table is for csv and parquet, not for json"),
        (("--related",), "--related is for biblatex, not for bibtex"),
        (("--format", "parquet"), "parquet is not a text format; give a file with -o"),
    ],
)
def test_export_refuses_options_that_would_do_nothing(
    run: Run, options: tuple[str, ...], said: str
) -> None:
    """Before anything is written."""
    code, out, err = run("export", "topic:ntk", *options)
    assert (code, out) == (2, "")
    assert said in err


def test_the_dialects_of_export(run: Run, bib: Bibliography) -> None:
    """The options are those of `to_bibtex`."""
    _, out, _ = run(
        *("export", "author:jacot", "--dialect", "biblatex", "--prefer", "preprint"),
        *("--accents", "ascii", "--venues", "short"),
    )
    assert out == bib.by("jacot").sort("key").to_bibtex(
        dialect="biblatex", prefer="preprint", encoding="ascii", venue_names="short"
    )


# The shell


@pytest.fixture
def offered(run: Run, monkeypatch: pytest.MonkeyPatch) -> Offered:
    """What a shell is offered for the last of some words, as its completion script asks."""

    def offered(shell: str, *words: str, **variables: str) -> list[str]:
        wanted = words[-1] if shell == "fish" else str(len(words))
        asked = {
            "_DLTHEORY_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": " ".join(["dltheory", *words]),
            "COMP_CWORD": wanted,
        }
        with monkeypatch.context() as patch:
            for name, value in (asked | variables).items():
                patch.setenv(name, value)
            _, out, err = run()
        assert err == ""
        # zsh gets kind, value and help, a line each, the others "kind,value".
        lines = out.splitlines()
        return lines[1::3] if shell == "zsh" else [one.partition(",")[2] for one in lines if one]

    return offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_keys_topics_fields_and_values(
    bib: Bibliography, offered: Offered, shell: str
) -> None:
    """What was typed is the start of everything that is offered."""
    starting = sorted(name for name in bib.snapshot.names() if name.startswith("jin20"))
    assert offered(shell, "show", "jin20") == starting
    assert offered(shell, "topics", "sa") == ["saddle-escape"]
    assert offered(shell, "list", "to") == ["topic:"]
    assert offered(shell, "list", "topic:sa") == ["topic:saddle-escape"]
    assert "cites:jin2017escape" in offered(shell, "read", "topic:ntk", "cites:jin2017")


def test_completion_of_values(offered: Offered) -> None:
    """Each field offers what it knows."""
    assert offered("bash", "list", "has:d") == ["has:doi", "has:disagreements"]
    assert offered("bash", "list", "level:s") == ["level:start"]
    assert offered("bash", "list", "venue:icm") == ["venue:icml"]
    assert "author:jacot" in offered("bash", "list", "author:jac")
    assert offered("bash", "list", "--format", "js") == ["json", "jsonld"]
    assert "lineage" in offered("bash", "li")
    assert offered("bash", "list", "nosuch:x") == []


def test_completion_where_bash_splits_at_the_colon(bib: Bibliography, offered: Offered) -> None:
    """bash hands over `topic`, `:` and `sa` as three words and replaces the last of them."""
    assert offered("bash", "list", "topic", ":", "sa") == ["saddle-escape"]
    assert set(offered("bash", "list", "topic", ":")) == set(bib.topics)


def test_completion_asks_the_collection_in_use(catalogue_dir: Path, offered: Offered) -> None:
    """`--data` and DLTHEORY_DATA count while one types, too."""
    own = str(catalogue_dir)
    assert offered("bash", "show", "abel", DLTHEORY_DATA=own) == [
        "abel1990leaves",
        "abel1991water",
        "abel1992water",
    ]
    assert offered("bash", "--data", own, "topics", "st") == ["steeping"]


def test_completion_of_a_broken_collection_is_silent(tmp_path: Path, offered: Offered) -> None:
    """A message would stand amid the command line; it comes when the command is run."""
    assert offered("bash", "show", "jin", DLTHEORY_DATA=str(tmp_path / "nosuch")) == []


def test_completion_in_a_real_bash(bib: Bibliography, tmp_path: Path) -> None:
    """After the line that `dltheory completion bash` prints, <Tab> completes a topic in a query."""
    assert bib
    (tmp_path / "dltheory").write_text(f'#!/bin/sh\nexec {sys.executable} -m dltheory_bib "$@"\n')
    (tmp_path / "dltheory").chmod(0o755)
    master, slave = os.openpty()
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    shell = started(
        *(needs("bash"), "--norc", "--noprofile", "-i"),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment(PATH=path, PS1="ready ", TERM="dumb"),
    )
    try:
        with shell:
            os.close(slave)
            read_terminal(master, b"ready ")
            os.write(master, b"source <(dltheory completion bash)\n")
            read_terminal(master, b"ready ")
            os.write(master, b"dltheory list topic:saddl\t")
            read_terminal(master, b"topic:saddle-escape ")
            # No blank after the colon of a field: its value can be typed on.
            os.write(master, b"not top\t")
            read_terminal(master, b"not topic:")
            os.write(master, b"saddl\t")
            assert read_terminal(master, b"escape ").endswith(b"saddle-escape ")
    finally:
        os.close(master)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_names_its_shell(run: Run, shell: str) -> None:
    """It is printed, whole, for that shell."""
    code, out, err = run("completion", shell)
    assert (code, err) == (0, "")
    assert f"_DLTHEORY_COMPLETE={shell}_complete" in out
    # What keeps the blank away after `topic:`; fish adds none there by itself.
    assert {"bash": "compopt -o nospace", "zsh": "-S ''", "fish": ""}[shell] in out
    assert f"dltheory completion {shell} >" in run("completion", "--help")[1]


def test_the_way_to_a_work(run: Run) -> None:
    code, out, err = run("read", "--to", "jin2017escape", "-f", "keys")
    way = out.split()
    assert (code, err, way[-1]) == (0, "", "jin2017escape")
    assert (
        run("read", "--to", "jin2017escape", "--known", way[0], "-f", "keys")[1].split() == way[1:]
    )
    assert run("read", "--to", way[0], "--known", way[0]) == (
        0,
        "",
        "you know it already: nothing is left to read\n",
    )
    known = run("read", "--to", way[0], "--known", way[0], "-f", "json")
    assert (known[0], json.loads(known[1])) == (0, [])
    unknown = run("read", "--to", way[0], "--known", "topic:nkt")[2]
    assert "no paper or topic 'topic:nkt'; did you mean" in unknown
    assert run("read", "ntk", "--to", way[0])[0] == 2
    assert run("read", "--known", "ntk")[0] == 2
    assert "did you mean jin2017escape" in run("read", "--to", "jin2017escpe")[2]
