"""No error of a reader or a library reaches a person as a traceback, or from the last resort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dltheory_bib.cli.main import main
from test_growth import FIRST, SHAPES

Run = Callable[..., tuple[int, str]]
COMMANDS = {
    "bib": ("check IN", "fix IN", "cover IN", "import IN mine", "cite main.tex --bib IN"),
    "tex": ("cite IN", "check --tex IN"),
    "aux": ("cite IN",),
    "bcf": ("cite IN",),
    "md": ("cover IN",),
    "json": ("import IN mine", "cover IN"),
    "ris": ("import IN mine",),
    "yaml": ("check IN", "check --fix IN", "--data IN list"),
}
# Each with the command, the exit code, and the rule, place and remedy that it gives.
BROKEN: list[tuple[str, str, str | bytes, int, str]] = [
    ("check x.bib", "x.bib", f"@misc{{k, pages={{{'9' * 4301}--1}}}}", 0, "1:17: warning: k: the"),
    ("check x.bib", "x.bib", r"@misc{a, key=1, title={\href{x} y}}", 0, "1 entry, no problem"),
    ("check x.bib", "x.bib", f"@misc{{a, volume={'9' * 5000}}}", 0, "1 entry"),
    ("check x.bib", "x.bib", b"@misc{a, title={\xed\xa0\x80}}", 0, "[encoding]"),
    ("check x.bib", "x.bib", b"@misc{a,\0}", 1, "x.bib:1:9: error: contains a null byte"),
    ("fix x.bib", "x.bib", b"\xff\xfe@\0a", 1, "x.bib:1:2: error: is in UTF-16, but half"),
    ("import x.ris mine", "x.ris", "TY\nDO  -\nER  -\nTY", 1, "begins with `TY  - JOUR`"),
    ("import x.ris mine", "x.ris", "TY  - JOUR\nSP  -\nEP\nXX  - y\nER", 1, "has no title"),
    ("import x.ris mine", "x.ris", "TY  - JOUR\nTI  - T", 1, "line 1: the record has no end"),
    (
        "import x.json mine",
        "x.json",
        '[{"id": 1, "title": "T", "author": 1, "issued": 2000}]',
        1,
        "item 1: author is not a list of names",
    ),
    ("import x.json mine", "x.json", '[{"author": [1]}]', 1, "author is not a list of names"),
    ("import x.json mine", "x.json", '[{"title": "\\ud800"}]', 1, "has no author and no year"),
    (
        "import x.json mine",
        "x.json",
        '[{"title":"T","author":[{"family":"A"}],"issued":"2000","type":"article-journal",'
        '"container-title":"\\ud800x"}]',
        0,
        "has venue contains the invisible character U+D800; delete it; that field",
    ),
    ("import x.json mine", "x.json", "[" * 5000, 1, "x.json:1:51: error: is nested deeper"),
    ("import x.json mine", "x.json", '[{"volume": ' + "9" * 5000 + "}]", 1, "has no title"),
    ("import x.json mine", "x.json", "[NaN]", 1, "is not CSL-JSON"),
    ("import x.json mine", "x.json", '[{"a": 1},]', 1, "x.json:1:11: error: is not JSON"),
    ("cite x.tex", "x.tex", r"\cite[" * 24 + "x", 0, "contains no citations"),
    ("cite x.tex", "x.tex", r"\cite" + "{" * 600 + "a" + "}" * 600, 1, "x.tex:1: no entry for"),
    ("cite x.tex", "x.tex", r"\input{x}\input{x}", 0, "includes itself; it is read once [circle]"),
    ("cite x.tex", "x.tex", r"\input{/dev/zero}", 0, "is a device, which may never end"),
    ("cite x.bcf", "x.bcf", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", 1, "[xml]"),
    ("cite x.bcf", "x.bcf", "<?xml version='1.0'?><a>", 1, "x.bcf:1:25: error: is not a complete"),
    ("check --fix papers.yaml", "papers.yaml", "- a: &a [x]\n  b: [*a]\n", 1, "[anchor]"),
    ("check papers.yaml", "papers.yaml", f"- key: a\n  year: {'9' * 5000}\n", 1, "papers.yaml:2:3"),
    ("check --fix papers.yaml", "papers.yaml", "- a: " + "[" * 5000, 1, "[depth]"),
]  # fmt: skip


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Run a command in an empty folder; its exit code and everything it says."""
    monkeypatch.chdir(tmp_path)
    Path("main.tex").write_text(r"\cite{a,k}", "utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        out, err = capfdbinary.readouterr()
        return code, (out + err).decode("utf-8", "replace")

    return run


@pytest.mark.parametrize(("command", "name", "content", "code", "said"), BROKEN)
def test_what_is_wrong_is_said_with_its_place(
    run: Run, command: str, name: str, content: str | bytes, code: int, said: str
) -> None:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    ended, text = run(*command.split())
    assert said in text
    assert ended == code
    assert "[unexpected]" not in text
    assert "Traceback" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, shapes in SHAPES.items() for name in shapes]
)
def test_no_hostile_shape_needs_the_last_resort(run: Run, kind: str, name: str) -> None:
    """Every command ends with 0 or 1, and says nothing that no rule has written."""
    path = Path("papers.yaml" if kind == "yaml" else f"x.{kind}")
    text = SHAPES[kind][name](FIRST)
    for command in COMMANDS[kind]:
        path.write_text(text, "utf-8", newline="")
        code, said = run(*command.replace("IN", str(path)).split())
        assert code in {0, 1}, command
        assert "[unexpected]" not in said, command
        assert "Traceback" not in said, command


def test_a_manuscript_of_files_that_include_the_next_twice_is_read_once(run: Run) -> None:
    """24 files would be read 16 million times."""
    for number in range(24):
        Path(f"x{number}.tex").write_text(f"\\cite{{k{number}}}" + f"\\input{{x{number + 1}}}" * 2)
    code, said = run("cite", "x0.tex")
    assert code == 1
    assert said.count("no entry for k") == 24
    assert "circle" not in said


def test_more_files_than_the_limit_are_said_and_no_circle(run: Run) -> None:
    """A chain of 1,100 files is deeper than Python's stack is."""
    for number in range(1100):
        Path(f"x{number}.tex").write_text(f"\\cite{{k{number}}}\\input{{x{number + 1}}}")
        Path(f"y{number}.aux").write_text(f"\\citation{{k{number}}}\n\\@input{{y{number + 1}.aux}}")
    for name in ("x0.tex", "y0.aux"):
        code, said = run("cite", name)
        assert code == 1
        assert said.count("no entry for k") == 1000
        assert said.count("[too-many-files]") == 1
        assert "circle" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("x"), "x.bib: unexpected error: KeyError: 'x' [unexpected]"),
        (RecursionError("deep"), "x.bib: unexpected error: RecursionError: deep [unexpected]"),
        (MemoryError(), "x.bib: the memory is not enough [memory]"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"), "unexpected error: UnicodeEncodeError"),
    ],
)
def test_what_no_rule_foresees_is_one_line_and_its_traceback_with_debug(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("dltheory_bib.bibfile.fix.fixer.fix", fail)
    Path("x.bib").write_text("@misc{a}")
    code, text = run("fix", "x.bib")
    assert code == 1
    assert text.startswith("dltheory: ")
    assert said in text
    assert "Traceback" not in text
    assert len(text.splitlines()) == 2
    for arguments in (("fix", "x.bib", "--debug"), ("--debug", "fix", "x.bib")):
        code, text = run(*arguments)
        assert code == 1
        assert "Traceback (most recent call last)" in text
        assert said in text
    assert sorted(one.name for one in Path().iterdir()) == ["main.tex", "x.bib"]
