"""One's own collection at the terminal: init, where, note, tag, status, undo; what is private."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dltheory_bib import Bibliography, QueryError, load
from dltheory_bib.cli.main import main
from dltheory_bib.formats.registry import FORMATS, WITH_PRIVATE
from dltheory_bib.formats.tables import TABLES
from dltheory_bib.mcp_server.catalogue_tools import TOOLS, call_tool
from helpers.records import work
from test_overlay import overlay

pytestmark = pytest.mark.usefixtures("cache")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command line in a new folder; its exit code, standard output and standard error."""
    for name in ("FORCE_COLOR", "DLTHEORY_DATA"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "work"
    home.mkdir()
    (home / ".git").mkdir()
    monkeypatch.chdir(home)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


# Making one


def test_a_new_collection_is_used_in_its_folder_and_has_no_problem(run: Run) -> None:
    code, out, err = run("init")
    assert (code, out) == (0, "")
    assert err.startswith("made collection.yaml: work extends shipped\nnext: ")
    code, out, err = run("check")
    assert (code, out) == (0, "")
    assert err.endswith("work: 0 records, no problem\n")
    assert run("show", "jin2017escape", "-f", "keys") == (0, "jin2017escape\n", "")
    assert run("list", "has:own")[0] == 0


def test_a_new_collection_is_text_with_comments_and_schemas(run: Run) -> None:
    _, _, err = run("init", "mine", "--name", "Saddles: ours")
    assert "next: cd mine, or elsewhere dltheory --data mine; " in err
    _, _, err = run("init", "my refs")
    assert "next: cd 'my refs', or elsewhere dltheory --data 'my refs'; " in err
    mine = Path("mine")
    for kind in ("papers", "notes", "collection"):
        text = (mine / f"{kind}.yaml").read_text("utf-8")
        head, comment = text.splitlines()[:2]
        assert head == f"# yaml-language-server: $schema=schema/{kind}.json"
        assert comment.startswith("# ")
        schema = json.loads((mine / "schema" / f"{kind}.json").read_text("utf-8"))
        assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(text))) == []
    assert load(mine).layers == ["Saddles: ours"]


@pytest.mark.slow
def test_git_sees_no_file_that_only_the_program_needs(run: Run) -> None:
    if not shutil.which("git"):
        pytest.skip("needs git")
    run("init")
    run("note", "jin2017escape", "Mine.")
    shutil.rmtree(".git")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], check=True)
    listed = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True)
    names = {name for name in listed.stdout.split() if not name.startswith("schema/")}
    assert names == {".dltheory.toml", "collection.yaml", "notes.yaml", "papers.yaml"}


def test_a_collection_is_not_made_twice_and_an_old_one_is_kept(run: Run) -> None:
    Path("papers.yaml").write_text(work(), "utf-8")
    assert run("init")[0] == 0
    assert Path("papers.yaml").read_text("utf-8") == work()
    assert len(load(Path())) == len(load()) + 1
    code, _, err = run("init")
    assert (code, "already exists" in err) == (1, True)


def test_a_collection_may_extend_another(run: Run) -> None:
    run("init", "lab")
    code, _, err = run("init", "thesis/refs", "--extends", "lab")
    assert (code, "refs extends lab, shipped" in err) == (0, True)
    assert 'extends: "../../lab"' in Path("thesis/refs/collection.yaml").read_text("utf-8")
    code, _, err = run("init", "other", "--extends", "nowhere")
    assert (code, "there is no collection at nowhere" in err) == (1, True)
    assert not Path("other").exists()


# Where


def test_where_says_what_is_used_and_why(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run("where")
    assert code == 0
    assert "because   it was installed" in out
    assert "`dltheory init` makes a collection of your own" in out
    run("init", "mine")
    told = json.loads(run("--data", "mine", "where", "-f", "json")[1])
    assert told["collection"]["because"] == "--data"
    assert told["collection"]["layers"] == ["shipped", "mine"]
    assert told["collection"]["own"] == "none yet; `dltheory add ID` adds one"
    assert Path(told["collection"]["compiled"]).is_file()
    assert "dltheory shelf build" in told["shelf"]["works"]
    monkeypatch.setenv("DLTHEORY_DATA", "mine")
    assert json.loads(run("where", "-f", "json")[1])["collection"]["because"] == "DLTHEORY_DATA"
    monkeypatch.delenv("DLTHEORY_DATA")
    monkeypatch.chdir("mine")
    told = json.loads(run("where", "-f", "json")[1])
    assert told["collection"]["because"] == f"[collection] in {Path().resolve()}/.dltheory.toml"
    assert told["settings"]["project"].endswith("mine/.dltheory.toml")


def test_without_a_collection_of_ones_own_a_command_says_how_to_make_one(run: Run) -> None:
    for command in (["note", "jin2017escape", "x"], ["tag", "jin2017escape", "x"], ["undo"]):
        code, out, err = run(*command)
        assert (code, out) == (1, "")
        assert "this is the catalogue; `dltheory init` makes a collection of your own" in err
    Path("papers.yaml").write_text(work(), "utf-8")
    code, _, err = run("--data", "papers.yaml", "note", "doe2017first", "x")
    assert (code, "is a single file; `dltheory init" in err) == (1, True)


# Notes, tags, status


def test_notes_are_written_shown_asked_for_and_undone(run: Run) -> None:
    run("init")
    before = Path("notes.yaml").read_text("utf-8")
    assert run("note", "1703.00887", "Theorem", "3", "needs", "quokkas.")[0] == 0
    assert run("tag", "jin2017escape", "thesis", "chapter 2") == (
        0,
        "",
        "jin2017escape: wrote notes.yaml; `dltheory undo` takes it back\n",
    )
    assert run("status", "jin2017escape", "read")[0] == 0
    assert (
        Path("notes.yaml")
        .read_text("utf-8")
        .endswith(
            "\n\n- key: jin2017escape\n  notes:\n    - Theorem 3 needs quokkas.\n"
            "  tags: [thesis, chapter 2]\n  status: read\n"
        )
    )
    assert run("note", "jin2017escape")[1] == (
        "status  read\ntags    thesis, chapter 2\n   1    Theorem 3 needs quokkas.\n"
    )
    for query in (
        "tag:thesis",
        'tag:"chapter 2"',
        "tag:THESIS",
        "status:read",
        "note:quokka",
        'note:"needs quokkas"',
        "has:notes",
        "has:tags",
        "has:status",
    ):
        assert run("list", query, "-f", "keys") == (0, "jin2017escape\n", ""), query
    assert "Your notes (work)\n  Theorem 3 needs quokkas." in run("show", "jin2017escape")[1]
    assert run("tag", "jin2017escape", "--remove", "thesis")[0] == 0
    assert "known are chapter 2" in run("list", "tag:quokka")[2]
    for command in (
        "tag jin2017escape",
        "status jin2017escape read",
        "tag jin2017escape thesis chapter 2",
        "note 1703.00887",
    ):
        assert run("undo") == (0, "", f"took back `dltheory {command}` (notes.yaml)\n")
    assert Path("notes.yaml").read_text("utf-8") == before
    assert run("undo")[0] == 1


def test_a_note_may_have_lines_and_come_from_standard_input(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    run("init")
    monkeypatch.setattr(sys, "stdin", io.StringIO("One.\n\n- a\n  - b\n"))
    assert run("note", "jin2017escape", "-")[0] == 0
    assert run("note", "jin2017escape")[1] == "   1    One.\n        \n        - a\n          - b\n"
    assert load(Path()).own_notes("jin2017escape")[0].notes == ("One.\n\n- a\n  - b",)
    assert run("note", "jin2017escape", "--delete", "1")[0] == 0
    assert load(Path()).own_notes("jin2017escape") == []


@pytest.mark.parametrize(
    "text", [r"a \u00e9 b", r"\\u0007", r"C:\users\1", "$\\R^2$ “é” 😀", "todo: - [ ] {x}", "#tag"]
)
def test_a_note_holds_any_text(run: Run, text: str) -> None:
    run("init")
    assert run("note", "jin2017escape", text)[0] == 0
    assert load(Path()).own_notes("jin2017escape")[0].notes == (text,)
    assert run("note", "jin2017escape")[1] == f"   1    {text}\n"
    assert json.loads(run("export", "1703.00887", "-f", "json", "--private")[1])[0]["notes"] == [
        text
    ]


def test_a_collection_may_be_named_by_its_file(run: Run) -> None:
    run("init", "mine")
    for name in ("papers.yaml", "collection.yaml"):
        assert run("--data", f"mine/{name}", "tag", "jin2017escape", "x")[0] == 0
        assert load(Path("mine", name)).where("tag:x").keys == ["jin2017escape"]


def test_nothing_is_asked_without_a_terminal(run: Run) -> None:
    run("init")
    code, _, err = run("note", "jin2017escape", "--edit")
    assert (code, "--edit needs a terminal" in err) == (2, True)


def test_the_editor_gets_all_notes_and_gives_them_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    given: list[str] = []

    def edit(text: str, **_: Any) -> str:
        given.append(text)
        return "First.\n\n---\nSecond\nof two lines.\n---\n\n"

    run("init")
    run("note", "jin2017escape", "First.")
    run("note", "jin2017escape", "Other.")
    monkeypatch.setattr(click, "edit", edit)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert run("note", "jin2017escape", "--edit")[0] == 0
    assert given == ["First.\n---\nOther."]
    (notes,) = load(Path()).own_notes("jin2017escape")
    assert notes.notes == ("First.", "Second\nof two lines.")


def test_notes_go_to_the_record_that_names_the_work_by_an_alias(run: Run) -> None:
    known = next(one for one in load() if one.aliases)
    run("init")
    Path("notes.yaml").write_text(f"- key: {known.aliases[0]}\n  tags: [x]\n", "utf-8")
    assert run("tag", known.key, "z")[0] == 0
    assert Path("notes.yaml").read_text("utf-8") == f"- key: {known.aliases[0]}\n  tags: [x, z]\n"
    assert run("check")[0] == 0


def test_an_unknown_work_tag_or_status_says_what_is_near(run: Run) -> None:
    run("init")
    assert "did you mean jin2017escape" in run("note", "jin2017escap", "x")[2]
    assert "`dltheory tag KEY …` writes what it asks for" in run("list", "tag:x")[2]
    assert "`dltheory add ID` adds one" in run("list", "has:own")[2]
    run("tag", "jin2017escape", "thesis")
    assert "did you mean thesis?" in run("list", "tag:thesi")[2]
    assert run("status", "jin2017escape", "done")[0] == 2
    assert "known are to-read, reading, read" in run("list", "status:done")[2]


def test_notes_of_several_layers_are_shown_apart(tmp_path: Path) -> None:
    lab = overlay(
        tmp_path / "lab", notes="- key: jin2017escape\n  tags: [lab]\n  status: to-read\n"
    )
    mine = overlay(
        tmp_path / "mine", "../lab", notes="- key: jin2017escape\n  tags: [own]\n  status: read\n"
    )
    bib = load(mine)
    assert [(one.layer, one.tags) for one in bib.own_notes("jin2017escape")] == [
        ("lab", ("lab",)),
        ("mine", ("own",)),
    ]
    assert bib.where("tag:lab tag:own status:read").keys == ["jin2017escape"]
    assert bib.where("status:to-read").keys == []
    assert load(lab).where("status:to-read").keys == ["jin2017escape"]


def test_tags_and_statuses_are_completed(run: Run) -> None:
    from click.shell_completion import ShellComplete

    from dltheory_bib.cli.app import dltheory

    run("init")
    run("tag", "jin2017escape", "thesis", "theory")
    complete = ShellComplete(dltheory, {}, "dltheory", "_DLTHEORY_COMPLETE")

    def offered(*words: str) -> list[str]:
        return [one.value for one in complete.get_completions([*words[:-1]], words[-1])]

    assert offered("list", "tag:th") == ["tag:theory", "tag:thesis"]
    assert offered("list", "status:read") == ["status:reading", "status:read"]
    assert offered("list", "note:th") == []
    assert offered("tag", "jin2017escape", "the") == ["theory", "thesis"]


def test_a_conflict_with_a_new_release_is_told_once(run: Run) -> None:
    text = work("own2017", author="Roe, Richard", extra="eprint: '1703.00887'")
    overlay(Path("mine"), papers=text)
    said = "1 record takes the place of one below; `dltheory check` shows what to write\n"
    assert run("--data", "mine", "list", "has:own", "-f", "keys") == (0, "own2017\n", said)
    assert run("--data", "mine", "list", "has:own", "-f", "keys") == (0, "own2017\n", "")
    code, out, _ = run("--data", "mine", "check")
    assert (code, out.count("same-work-below")) == (1, 1)
    overlay(Path("over"), "../mine", notes="- key: own2017\n  tags: [x]\n")
    assert run("--data", "over", "list", "tag:x", "-f", "keys") == (0, "own2017\n", "")


# Own works are marked


@pytest.fixture
def marked(run: Run) -> Run:
    """Run a command on a collection with an own work over one of a lab."""
    overlay(Path("lab"), papers=work("lab2019", extra="topics: [saddle-escape]"))
    text = work("own2020", extra="after: [lab2019, jin2017escape]\ntopics: [saddle-escape]")
    overlay(Path("mine"), "../lab", papers=text)
    return lambda *arguments: run("--data", "mine", *arguments)


@pytest.mark.parametrize("command", ["list", "search first", "read saddle-escape --count 40"])
def test_lists_name_the_layer_of_own_works(marked: Run, command: str) -> None:
    words = command.split()
    if command == "search first":
        words = ["search", "own2020own2020", "lab2019lab2019", "escape"]
    rows = marked(*words)[1].splitlines()
    layers = {row.split("\t")[0]: row.split("\t")[-1] for row in rows}
    assert (layers["own2020"], layers["lab2019"], layers["jin2017escape"]) == ("mine", "lab", "")
    records = json.loads(marked(*words, "-f", "json")[1])
    named = {one["key"]: one.get("layer") for one in records}
    assert (named["own2020"], named["lab2019"], named["jin2017escape"]) == ("mine", "lab", None)
    table = marked(*words, "-f", "csv")[1].splitlines()
    assert table[0].endswith(",layer")
    assert next(line for line in table if line.startswith("own2020,")).endswith(",mine")


def test_what_is_drawn_names_the_layer(marked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "layer          mine\n" in marked("show", "own2020")[1]
    assert "2 own" in marked("topics", "saddle-escape")[1]
    told = json.loads(marked("topics", "saddle-escape", "-f", "json")[1])
    assert [one["own"] for one in told if one["id"] == "saddle-escape"] == [2]
    monkeypatch.setenv("FORCE_COLOR", "1")
    for width in ("120", "60"):
        monkeypatch.setenv("COLUMNS", width)
        drawn = marked("list", "topic:saddle-escape")[1]
        assert "lab" in drawn.split("lab2019", 1)[1].splitlines()[0]


def test_a_collection_without_layers_prints_what_it_printed(run: Run) -> None:
    assert "\tlab" not in run("list")[1]
    assert {len(row.split("\t")) for row in run("list")[1].splitlines()} == {5}
    assert "layer" not in run("export", "-f", "csv")[1].splitlines()[0]
    assert '"layer"' not in run("export", "-f", "json")[1]


# What is private stays here

CANARY = "xylophone"
TAG = "zanzibar"
FILE = "quetzal"
WORDS = (CANARY, TAG, FILE, "to-read")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A collection whose private words are told from all others."""
    notes = "".join(
        f"- key: {key}\n  notes: [An {CANARY} of it.]\n  tags: [{TAG}]\n  status: to-read\n"
        f"  files: [{FILE}.pdf]\n"
        for key in ("jin2017escape", "own2020")
    )
    text = work("own2020", extra="after: [jin2017escape]\ntopics: [saddle-escape]")
    return overlay(tmp_path / "private", papers=text, notes=notes)


def leaks(text: str) -> set[str]:
    return {word for word in WORDS if word in text}


def shell(private: Path, run: Run, *command: str) -> str:
    code, out, err = run("--data", str(private), *command)
    assert code in {0, 1}, err
    return out + err


@pytest.mark.parametrize("name", [*FORMATS])
def test_no_export_contains_what_is_private(run: Run, private: Path, name: str) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow")
    command = ["export", "-f", name, "-o", "out.file", "--force"]
    tables = [["--table", table] for table in TABLES] if name in {"csv", "parquet"} else [[]]
    for table in tables:
        assert not leaks(shell(private, run, *command, *table))
        written = Path("out.file").read_bytes()
        assert written
        assert not leaks(written.decode("utf-8", "replace"))


COMMANDS = (
    "list",
    "list -f json",
    "search saddle",
    "search saddle --explain",
    "show jin2017escape own2020 -f json",
    "show own2020 -f bibtex",
    "read saddle-escape",
    "topics -f json",
    "trails -f json",
    "lineage jin2017escape --all",
    "path own2020 jin2017escape",
    "compare",
    "compare second-order-stationary -f json",
    "stats",
    "stats -f json",
    "cite main.tex",
    "check main.bib",
    "fix main.bib",
    "cover main.bib",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_but_those_for_notes_prints_what_is_private(
    run: Run, private: Path, command: str
) -> None:
    Path("main.tex").write_text(r"\cite{jin2017escape,own2020}", "utf-8")
    Path("main.bib").write_text(load(private)["jin2017escape"].to_bibtex(), "utf-8")
    assert not leaks(shell(private, run, *command.split()))


def test_no_page_of_a_site_contains_what_is_private(private: Path) -> None:
    pytest.importorskip("jinja2")
    from dltheory_bib.site.build import make_files
    from dltheory_bib.site.options import Options

    files = make_files(load(private), Options())
    # `to-read` is also a link's name; the status would be a value.
    texts = {path: data.decode("utf-8", "replace") for path, data in files.items()}
    found = {path: leaks(text) - {"to-read"} for path, text in texts.items()}
    assert {path for path, words in found.items() if words} == set()
    # Nor does the snapshot with which a page reads drafts; nobody types a status.
    from dltheory_bib.site.draft_engine import public_snapshot

    snapshot = public_snapshot(load(private)).decode("latin-1")
    assert leaks(snapshot) - {"to-read"} == set()
    shown = make_files(load(private), Options(private=True))
    assert leaks(shown["works/jin2017escape.html"].decode()) == set(WORDS)


def test_the_page_of_a_site_counts_works_as_their_snapshot_does(tmp_path: Path) -> None:
    """Own works have the numbers after those below, whatever their keys."""
    pytest.importorskip("jinja2")
    from dltheory_bib.site.options import Options
    from dltheory_bib.site.search_data import search_data
    from dltheory_bib.site.site_data import Contents

    text = work("aaa2020first", "'A: Quokkas'", extra="titles: [Wombats]")
    bib = load(overlay(tmp_path / "mine", papers=text))
    script = search_data(Contents(bib, Options())).decode()
    made = json.loads(script.removeprefix("dltheory.searchData(").removesuffix(");\n"))
    keys = made["works"]["key"]
    assert keys[-1] == "aaa2020first"
    assert made["works"]["layer"][-1] == "mine"
    assert {*made["works"]["layer"][:-1]} == {""}
    titled = {keys[int(n)] for n in made["index"]["titles"]}
    assert titled == {one.key for one in bib if one.titles or any(v.title for v in one.versions)}
    assert not {"tag", "status", "note"} & {*made["words"]["fields"]}


def test_no_html_of_a_notebook_contains_what_is_private(private: Path) -> None:
    bib = load(private)
    shown: list[Any] = [bib, bib["jin2017escape"], bib["own2020"], bib.all(), bib.view("own2020")]
    shown += [bib.topics["saddle-escape"], bib.reading("saddle-escape"), bib.search("saddle")]
    shown += [bib.graph_view("topic:saddle-escape"), bib.stats(), bib.lineage("jin2017escape")]
    for one in shown:
        for method in ("_repr_html_", "__repr__", "__str__"):
            if hasattr(one, method):
                assert not leaks(str(getattr(one, method)())), (one, method)
    for text in (
        bib["own2020"].to_json(),
        bib.all().to("csl-json"),
        str(bib.graph.nodes(data=True)),
    ):
        assert not leaks(text)
    assert not leaks(json.dumps(bib["own2020"].to_dict()))


CALLS: dict[str, dict[str, Any]] = {
    "search": {"query": f"saddle {CANARY} {TAG}"},
    "show": {"work": "jin2017escape"},
    "read": {"topic": "saddle-escape"},
    "compare": {"question": "second-order-stationary"},
    "path": {"start": "own2020", "end": "jin2017escape"},
    "cite": {"works": ["jin2017escape", "own2020"]},
    "check": {"bib_text": "@misc{own2020, title={own2020own2020}, author={Doe, Jane}, year=2017}"},
}


def test_every_tool_of_an_assistant_is_tried() -> None:
    assert CALLS.keys() == TOOLS.keys()


@pytest.mark.parametrize("tool", CALLS)
def test_no_tool_of_an_assistant_serves_what_is_private(private: Path, tool: str) -> None:
    bib = load(private)
    text, failed = call_tool(bib, tool, CALLS[tool])
    asked = json.dumps(CALLS[tool])
    assert not failed, text
    assert not leaks(text) - leaks(asked)


@pytest.mark.parametrize("query", [f"tag:{TAG}", "status:to-read", f"note:{CANARY}", "has:notes"])
def test_an_assistant_cannot_ask_for_what_is_private(private: Path, query: str) -> None:
    bib = load(private)
    assert bib.where(query).keys == ["jin2017escape", "own2020"]
    text, _ = call_tool(bib, "search", {"query": query, "limit": 100})
    plain, _ = call_tool(load(), "search", {"query": query, "limit": 100})
    assert len(json.loads(text).get("data", {}).get("works", ())) == len(
        json.loads(plain).get("data", {}).get("works", ())
    )
    text, _ = call_tool(bib, "read", {"topic": query})
    assert "private" in text or "unknown" in text
    assert bib.where(query), "the owner still can"


def test_an_assistant_is_served_notes_if_the_owner_says_so(private: Path) -> None:
    text, _ = call_tool(load(private), "show", CALLS["show"], private=True)
    assert leaks(text) == set(WORDS)


@pytest.mark.parametrize("name", WITH_PRIVATE)
def test_what_is_private_is_exported_if_asked_for(run: Run, private: Path, name: str) -> None:
    text = shell(private, run, "export", "jin2017escape", "-f", name, "--private")
    assert leaks(text) >= {CANARY, TAG, FILE}
    if name in {"bibtex", "biblatex"}:
        Path("out.bib").write_text(text, "utf-8")
        assert "no problem" in shell(private, run, "check", "out.bib")
        Path("main.tex").write_text(r"\cite{jin2017escape}", "utf-8")
        cited = shell(private, run, "cite", "main.tex", "--dialect", name, "--private")
        assert leaks(cited) >= {CANARY, TAG, FILE}


def test_other_formats_have_no_place_for_what_is_private(run: Run, private: Path) -> None:
    code, _, err = run("--data", str(private), "export", "-f", "markdown", "--private")
    assert (code, "--private is for json" in err) == (2, True)


def test_statistics_count_notes_if_asked_for(run: Run, private: Path) -> None:
    told = json.loads(run("--data", str(private), "stats", "-f", "json", "--private")[1])
    assert told["tags"] == {TAG: 2}
    assert told["status"] == {"to-read": 2}


def test_a_bibliography_without_private_queries_says_so(private: Path) -> None:
    bib = load(private)
    bib.snapshot.private = False
    with pytest.raises(QueryError, match="private notes"):
        bib.where(f"tag:{TAG}")


def test_works_that_are_asked_for_by_notes_are_exported_without_them(
    run: Run, private: Path
) -> None:
    text = shell(private, run, "export", f"tag:{TAG}")
    assert "jin2017escape" in text
    assert not leaks(text)


def test_pickling_and_copies_keep_the_layers(private: Path) -> None:
    import pickle

    bib: Bibliography = pickle.loads(pickle.dumps(load(private)))
    assert bib.layers == ["private"]
