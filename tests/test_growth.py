r"""Every reader and rule takes time linear in its input, whatever the input is.

Time is not measured: each hostile shape is doubled three times, and the work is counted, as calls
of functions of Python and C and the characters that string methods read. CPU time is printed
(`pytest -s`), never judged.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import bibtexparser
import pytest

from dltheory_bib import Bibliography, DataError
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.find_works import list_bib, list_text
from dltheory_bib.bibfile.fix.fixer import fix
from dltheory_bib.bibfile.importers import read_drafts
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.bibfile.new_collection import collect
from dltheory_bib.manuscript.cited_works import cite
from dltheory_bib.manuscript.manuscript import read_manuscript
from dltheory_bib.source.loader import check_paths
from dltheory_bib.source.yaml_writer import rewrite

FIRST = 1500
"""The characters of the smallest input; the largest has eight times as many."""
SCANNING = frozenset(
    "replace split rsplit splitlines lower upper casefold translate encode join".split()  # noqa: SIM905
)
"""String methods that read all of their string."""


def numbered(text: str) -> Callable[[int], str]:
    """Repeat a text with another number in the place of each `@`."""
    return lambda n: "".join(text.replace("№", str(i)) for i in range(n // len(text)))


def repeated(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda n: before + unit * (n // len(unit)) + after


def in_field(name: str, unit: str) -> Callable[[int], str]:
    """An entry that matches a work, with a long value of one field."""
    known = {
        "author": "Jin, Chi and Ge, Rong",
        "title": "How to Escape Saddle Points Efficiently",
        "year": "2017",
        "journal": "X",
    }
    known.pop(name, None)
    head = "@article{k, " + ", ".join(f"{n}={{{value}}}" for n, value in known.items())
    return repeated(unit, f"{head}, {name}={{", "x}}\n")


TITLE = "How to Escape Saddle Points Efficiently"
SAME = f"@misc{{a№, title={{{TITLE}}}, author={{Jin, Chi}}, eprint={{1703.00887}}}}"
SHAPES: dict[str, dict[str, Callable[[int], str]]] = {
    "bib": {
        "comments": repeated("@comment{ x\n"),
        "preambles": repeated("@preamble{ x\n"),
        "strings": repeated("@string{a = {\n"),
        "quotes": repeated('@misc{a, x="\n'),
        "entries": repeated("@misc{a, title={x\n"),
        "parentheses": repeated("@misc(a, title={x}\n"),
        "at signs": repeated("@"),
        "at signs and blanks": repeated("@ "),
        "opening braces": repeated("{"),
        "closing braces": repeated("}"),
        "starts": repeated("@a{"),
        "commas": repeated(",", "@a{b", "}"),
        "joined": repeated(" # y", "@a{b, c=x", "}"),
        "joined, all unknown": lambda n: f"@a{{b, c=x{numbered(' # y№')(n)}}}",
        "unknown strings": numbered("@a{b№, c=y№}\n"),
        "a string for each": numbered("@string{s№={v}}\n@misc{b№, c=y№}\n"),
        "a long string": lambda n: (
            f"@string{{a={{{'x' * (n // 2)}}}}}\n" + numbered("@misc{b№, title=a}\n")(n // 2)
        ),
        "doubled strings": lambda n: "@string{s0={xx}}\n" + "".join(
            f"@string{{s{i + 1}=s{i} # s{i}}}\n" for i in range(n // 25)
        ),
        "same keys": repeated("@misc{a, title={x}}\n"),
        "same fields": repeated(", title={x}", "@misc{a", "}\n"),
        "fields": lambda n: f"@misc{{a{numbered(', f№={x}')(n)}}}\n",
        "chain of parents": lambda n: "".join(
            f"@misc{{a{i}, crossref={{a{i + 1}}}}}\n" for i in range(n // 30)
        ),
        "circle of parents": lambda n: "".join(
            f"@misc{{a{i}, xdata={{a{(i + 1) % 9}}}}}\n" for i in range(n // 30)
        ),
        "chains of crossrefs": numbered("@inproceedings{a№, crossref={a№9}}\n"),
        "names": repeated("Vale, Ana and ", "@misc{a, author={", "Quint; Bo}}"),
        "nameless": repeated("and ", "@misc{a, author={", "Quint, Bo}}"),
        "signs in a comment": repeated("@ ", "@comment{", "}"),
        "signs on lines": repeated("me@a.org\n"),
        "late strings": lambda n: (
            numbered("@misc{a№, note=s№}\n")(n // 2) + numbered("@string{s№={x}}\n")(n // 2)
        ),
        "one parent": lambda n: (
            f"@proceedings{{p{numbered(', f№={x}')(n // 2)}}}\n"
            + numbered("@inproceedings{a№, crossref={p}}\n")(n // 2)
        ),
        "venues": numbered(
            "@article{a№, title={T№}, author={A, B}, year=2000, journal={Journal of №x Things}}\n"
        ),
        "one work": numbered(f"{SAME}\n"),
        "one work on one line": numbered(f"{SAME} "),
        "line ends": repeated("\n"),
        "old line ends": repeated("@a{b,\r"),
        "blanks": repeated(" ", "@misc{a", "x"),
        "a long key": lambda n: f"@misc{{{'k' * (n // 2)}{', year={1}' * (n // 20)}}}",
        "byte order marks": repeated("\ufeff"),
        "types": numbered("@type№{b№, c={d}}\n"),
        "others": repeated("A and ", "@misc{a, title={T}, author={", "others}}"),
        "mojibake": in_field("note", "Ã¶a"),
        "commands never closed": in_field("title", r"\frac{"),
        "brackets never closed": in_field("title", r"\sqrt["),
        "groups": in_field("title", "{a}"),
        "formulas": in_field("title", "$a$ "),
        "names in braces": in_field("author", "{a and "),
        "blanks between names": in_field("author", " "),
        "URLs": in_field("note", "http://"),
        "DOIs": in_field("note", "10.1234/)"),
        "arXiv ids": in_field("note", "arXiv:1703.00887 "),
        "digits": in_field("pages", "9"),
        "percent signs": in_field("note", "% "),
    },
    "tex": {
        "optional arguments": repeated(r"\cite["),
        "arguments": repeated(r"\cite{"),
        "lists": repeated(r"\cites("),
        "definitions in definitions": lambda n: (
            r"\newcommand{\a}{" * (n // 16) + "}" * (n // 16)
        ),
        "commands of many citations": lambda n: (
            r"\newcommand{\a}{\cite{" + numbered("k№,")(n // 2) + "}}" + r"\a " * (n // 6)
        ),
        "commands of themselves": repeated(
            r"\renewcommand{\b}{\b\b}", r"\newcommand{\b}{\cite{k}\cite{l}}", r"\b"
        ),
        "citations": numbered("\\cite{k№}\n"),
        "citations on one line": numbered(r"\cite{k№}"),
        "verbatim text": lambda n: "".join(f"\\verb{chr(200 + i)}x" for i in range(n // 7)),
        "environments": repeated(r"\begin{verbatim}"),
        "conditions": repeated(r"\iffalse"),
        "missing files": numbered("\\input{m№}\n"),
        "backslashes": repeated("\\"),
        "comments": repeated("%\n"),
    },
    "aux": {
        "never closed": repeated(r"\citation{"),
        "citations": numbered("\\citation{k№}\n"),
        "missing chapters": numbered("\\@input{m№.aux}\n"),
    },
    "bcf": {
        "nested": lambda n: "<?xml version='1.0'?>" + "<section>" * n + "</section>" * n,
        "citations": lambda n: (
            f"<?xml version='1.0'?><section>{numbered('<citekey>k№</citekey>')(n)}</section>"
        ),
    },
    "md": {
        "dashes": repeated("-"),
        "rule of a table": repeated("-", "|", "x"),
        "hyphens": repeated("a-"),
        "links": repeated("](", "- x y z "),
        "brackets": repeated("[", "- arXiv ", " 1703.00887"),
        "stars": repeated("*", "", f" {TITLE}"),
        "titles": repeated(f"{TITLE}. "),
        "ids": lambda n: "arXiv:1703.00887 " + " ".join(
            f"arXiv:2001.{i:05}" for i in range(n // 17)
        ),
        "items": repeated("- a b c d\n"),
    },
    "json": {
        "brackets": repeated("["),
        "quotes": repeated('\\"', '"'),
        "markup": repeated("<i ", '[{"title":"', '"}]'),
        "digits": repeated("9", '[{"volume":', "}]"),
        "one key": lambda n: "[" + ",".join(
            ['{"id":"a","title":"T # 1","author":[{"family":"A"}],"issued":"2000"}'] * (n // 70)
        ) + "]",
    },
    "ris": {
        "starts": repeated("TY  - JOUR\n"),
        "authors": repeated("AU  - A, B\n", "TY  - JOUR\nTI  - T\nPY  - 2000\n", "ER  - \n"),
        "lines of one value": repeated("x\n", "TY  - JOUR\nTI  - T\n"),
    },
    "yaml": {
        "brackets": repeated("["),
        "items": repeated("- "),
        "anchors": repeated("  b: *a\n", "- a: &a x\n"),
        "comments": repeated("# x\n", "- key: a\n", "- key: b\n"),
        "comments beside values": numbered("- key: a№ # c\n  # d\n  title: T # e\n"),
        "one work": numbered(
            "- {key: a№, type: online, title: T, author: ['A, B'], year: 2000}\n"
        ),
        "digits": repeated("9", "- year: "),
    },
}  # fmt: skip


def judge_bib(bib: Bibliography, text: str, path: Path) -> None:
    file = parse_bib(text)
    lint(bib, [file])
    "".join(fix(bib, file).diff())
    fix(bib, file, merge=True)
    list_bib(bib, file)
    path.write_text(text, "utf-8", newline="")
    collect(bib, read_drafts(path)[0], "x")


def judge_manuscript(bib: Bibliography, text: str, path: Path) -> None:
    path.write_text(text, "utf-8")
    cite(bib, read_manuscript(path))


def judge_list(bib: Bibliography, text: str, _: Path) -> None:
    list_text(bib, text, markdown=True)
    list_text(bib, text)


def judge_import(bib: Bibliography, text: str, path: Path) -> None:
    path.write_text(text, "utf-8")
    collect(bib, read_drafts(path)[0], "x")


def judge_data(_: Bibliography, text: str, path: Path) -> None:
    path.write_text(text, "utf-8")
    check_paths([path])
    try:
        rewrite(path, "papers")
    except ValueError:
        return


JUDGES = {
    "bib": judge_bib,
    "tex": judge_manuscript,
    "aux": judge_manuscript,
    "bcf": judge_manuscript,
    "md": judge_list,
    "json": judge_import,
    "ris": judge_import,
    "yaml": judge_data,
}


def counted(task: Callable[[], object]) -> int:
    """Return the work of a task: calls, and characters that string methods read."""
    work = 0

    def count(_: object, event: str, called: Any) -> None:
        nonlocal work
        if event == "call":
            work += 1
        elif event == "c_call":
            work += 1
            owner = getattr(called, "__self__", None)
            if isinstance(owner, str) and called.__name__ in SCANNING:
                work += len(owner) // 50

    sys.setprofile(count)
    try:
        task()
    except DataError:
        pass
    finally:
        sys.setprofile(None)
    return work


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, shapes in SHAPES.items() for name in shapes]
)
def test_twice_as_much_is_twice_the_work(
    bib: Bibliography, tmp_path: Path, kind: str, name: str
) -> None:
    """What each doubling adds is at most little more than twice what the one before added."""
    shape, judge = SHAPES[kind][name], JUDGES[kind]
    path = tmp_path / f"papers.{kind}"
    judge_once = [FIRST, *(FIRST << number for number in range(4))]  # the first fills caches
    works, start = [], time.process_time()
    for size in judge_once:
        text = shape(size)
        works.append(counted(lambda text=text: judge(bib, text, path)))  # type: ignore[misc]
    sys.stdout.write(f"{kind}: {name}: {time.process_time() - start:.2f} s, {works[1:]}\n")
    added = [more - less for less, more in pairwise(works[1:])]
    for before, after in pairwise(added):
        assert after <= 2.5 * max(before, 1000), works[1:]


def columns(number: int) -> str:
    """Return a .bib of a journal's columns, with long fields that no record has a place for."""
    contents = " ".join(rf"\TUB{{}}: ``{{\em Part {part}}}'' \ldots \ {part}" for part in range(20))
    return "".join(
        f"""@Article{{Berry:TB{count},
  author =       "Karl {{\\'E}}. Berry and {{The {{\\TeX}} team}}",
  title =        "From the {{Board}} of {{\\TeX}}, part {count % 97}: {{\\sl news}}",
  journal =      "TUGBoat",
  volume =       "{count // 40}",
  number =       "{count % 3}",
  pages =        "{count}--{count + 2}",
  year =         "{1980 + count // 100}",
  keywords =     "{contents}",
  bibdate =      "Mon Jul 19 10:31:{count % 60:02} 1999",
  abstract =     "{contents} {contents}",
}}
"""
        for count in range(1, number + 1)
    )


@pytest.mark.slow
def test_import_does_little_more_than_a_parser(bib: Bibliography, tmp_path: Path) -> None:
    """At most eight times as much as bibtexparser's reading of the same file."""
    path = tmp_path / "columns.bib"
    for number in (20, 400):  # the first fills caches
        path.write_text(columns(number), "utf-8")
        ours = counted(lambda: collect(bib, read_drafts(path)[0], "x"))
        theirs = counted(lambda: bibtexparser.parse_file(str(path)))
    sys.stdout.write(f"import: {ours:,}, parsing: {theirs:,}\n")
    assert ours <= 8 * theirs


def test_there_are_enough_shapes() -> None:
    assert sum(map(len, SHAPES.values())) >= 60
