"""Somebody's list against the catalogue: what is there, what is not, what the list lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import Bibliography, DataError, UnknownNameError
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.coupling import Coupling
from dltheory_bib.bibfile.coverage import cover, read_list
from dltheory_bib.bibfile.find_works import (
    FEWEST_LETTERS,
    FEWEST_WORDS,
    Listed,
    list_bib,
    list_text,
)
from dltheory_bib.cli.main import main
from dltheory_bib.models.relations import Relation
from helpers.budget import examples

BIB = """\
@article{jin, author={Jin, Chi and Ge, Rong and Netrapalli, Praneeth and Kakade, Sham M. and
  Jordan, Michael I.}, title={How to Escape Saddle Points Efficiently},
  journal={arXiv preprint arXiv:1703.00887}, year=2017}
@inproceedings{ge, author={Ge, Rong and Huang, Furong and Jin, Chi and Yuan, Yang}, year=2015,
  title={Escaping From Saddle Points --- Online Stochastic Gradient for Tensor Decomposition},
  booktitle={COLT}}
@misc{tea, author={Doe, Jane}, title={On {Tea}}, year=2001}
@proceedings{p, title={Proceedings}, year=2001}
@comment{@misc{x, title={X}}}
"""


def short(listed: list[Listed]) -> list[str]:
    return [f"{one.line} {one.status} {one.work or one.title}" for one in listed]


def test_a_bib_is_listed_entry_by_entry(bib: Bibliography) -> None:
    """A preprint of a published paper is outdated; a volume of proceedings is no work."""
    listed = list_bib(bib, parse_bib(BIB))
    assert short(listed) == [
        "1 outdated jin2017escape",
        "4 covered ge2015escaping",
        "7 missing On Tea",
    ]
    assert listed[0].detail.startswith(
        "write @inproceedings with booktitle = {Proceedings of the 34"
    )
    assert [one.detail for one in listed[1:]] == ["by title and authors", "entry tea"]


LINES = [
    ("[How](https://arxiv.org/abs/1703.00887v2), Jin et al.", "covered jin2017escape"),
    ("1703.00887", "covered jin2017escape"),
    ("arXiv:1703.00887", "outdated jin2017escape"),
    ("x https://doi.org/10.1287/moor.2021.1228.", "covered ding2022suboptimal"),
    ("- `jacot2018neural` (NTK)", "covered jacot2018neural"),
    ("- **How to escape saddle points efficiently**, Jin et al.", "covered jin2017escape"),
    ('Jin et al. 2017. "How to Escape Saddle Points Efficiently."', "covered jin2017escape"),
    ("| How to Escape Saddle-Points Efficiently | 2017 |", "covered jin2017escape"),
    ("How to Escape Saddle Points Efficiently - Jin, ICML 2017", "covered jin2017escape"),
    ("How to Escape Saddle Points Efficiently, arXiv 2017", "outdated jin2017escape"),
    ("How to Escape Saddle Points Efficiently, ICML 2017, arXiv", "covered jin2017escape"),
    ("How to Escape Saddle Points Efficiently [[arXiv](x)]", "covered jin2017escape"),
    # Not a title that stands for itself.
    ("How to Escape Saddle Points Efficiently Again, Doe", "unrecognised"),
    ("On How to Escape Saddle Points Efficiently, Doe", "unrecognised"),
    ("How to Escape Saddle Points Efficiently: a Sequel, Doe", "unrecognised"),
    ("Deep learning, Nature 2015", "unrecognised"),
    ("version 2001.12345 of the text", "unrecognised"),
    ("see https://arxiv.org/abs/2001.09999 for it", "missing"),
    ("https://doi.org/10.9999/nothing", "missing 10.9999/nothing"),
    ("1703.00887 and arXiv 2001.09999 both", "outdated jin2017escape|missing"),
    ("doi 10.9999/x, https://arxiv.org/abs/1703.00887", "covered jin2017escape"),
    ("", ""),
    ("# Heading of some words", ""),
    ("short line", ""),
]


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line[:30] for line, _ in LINES])
def test_a_line_of_text(bib: Bibliography, line: str, expected: str) -> None:
    """By id, DOI, key, or by a whole title that punctuation sets off."""
    found = [f"{one.status} {one.work or one.title}" for one in list_text(bib, line)]
    wanted = expected.split("|") if expected else []
    assert len(found) == len(wanted)
    assert all(one.startswith(want) for one, want in zip(found, wanted, strict=True))


def test_in_markdown_items_alone_are_lines_of_a_list(bib: Bibliography) -> None:
    """A work that is named twice counts once; prose is no work that is missing."""
    text = (
        "Some words about the page.\n\n- Unknown thing of mine\n* 1703.00887\n"
        "Again arXiv:1703.00887.\n1. Another thing, unknown\n| Head of a table |\n|---|\n"
        f"| a table of {'words ' * 40} |\n"
    )
    assert short(list_text(bib, text, markdown=True)) == [
        "3 unrecognised Unknown thing of mine",
        "4 covered jin2017escape",
        "6 unrecognised Another thing, unknown",
        f"9 unrecognised a table of {'words ' * 18}…",
    ]


def test_every_long_title_of_the_catalogue_is_found_and_no_other(catalogue: Bibliography) -> None:
    """Each on a line of its own finds its work, or one that has the same title."""
    from dltheory_bib.text.names import unbraced, words

    papers = {}
    for paper in catalogue:
        names = words(unbraced(paper.title))
        plain = "$" not in paper.title and "_" not in paper.title
        if plain and len(names) >= FEWEST_WORDS and sum(map(len, names)) >= FEWEST_LETTERS:
            papers[tuple(names)] = paper
    lines = [f"- {unbraced(paper.title)}. {paper.author[0]}" for paper in papers.values()]
    listed = list_text(catalogue, "\n".join(lines), markdown=True)
    assert [one.line for one in listed] == list(range(1, len(papers) + 1))
    for one, names in zip(listed, papers, strict=True):
        assert one.work is not None, names
        assert tuple(words(unbraced(catalogue[one.work].title))) == names


@examples(8)
@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(bib: Bibliography, text: str) -> None:
    for one in list_text(bib, text):
        assert one.line >= 1


def test_the_topics_are_those_of_most_works(bib: Bibliography) -> None:
    listed = list_text(bib, "\n".join(bib.on("saddle-escape").keys))
    found = cover(bib, listed)
    assert found.topics[0].topic == "saddle-escape"
    assert found.topics[0].works == len(bib.on("saddle-escape"))
    assert not any(paper.key in bib.on("saddle-escape") for paper in found.uncited)
    assert cover(bib, []).topics == []
    assert len(cover(bib, []).uncited) == 0


def test_what_a_list_lacks_is_there_for_a_reason_that_holds(bib: Bibliography) -> None:
    """Each has evidence that the catalogue holds: level, relation, first step or citation."""
    listed = list_bib(bib, parse_bib(BIB))
    found = cover(bib, listed, ["saddle-escape"])
    keys = {one.work for one in listed if one.work}
    starts = {bib.key(step.work) for step in bib.topic("saddle-escape").start}
    whys = found.uncited.whys
    assert starts - keys <= set(whys)
    for paper in found.uncited:
        why = whys[paper.key]
        assert paper.key not in keys
        assert paper in bib.on("saddle-escape")
        assert "\n" not in why
        out, back = bib.edges(paper.key)
        related = [edge for edge in out if edge.target in keys]
        built = [edge for edge in back if edge.source in keys]
        holds = {
            "A first step on": paper.key in starts,
            "A work to start with": paper.level == "start",
            "A core work": paper.level == "core",
            "Cited by": any(edge.relation is Relation.CITES for edge in built),
        }
        claim = next((one for one in holds if why.startswith(one)), None)
        assert holds[claim] if claim else related or built, why
    assert whys["du2017gradient"].startswith("A first step on saddle-escape: ")


def test_what_the_list_cites_most_and_what_corrects_it_comes_first(bib: Bibliography) -> None:
    """A work that betters one of the list outweighs one that is merely core."""
    listed = list_text(bib, "ge2015escaping")
    found = cover(bib, listed, ["saddle-escape"])
    why = found.uncited.whys["jin2017escape"]
    assert "Improves Ge et al. 2015" in why or why.startswith("A first step")
    keys = found.uncited.keys
    merely = [key for key in keys if found.uncited.whys[key].startswith("A core work")]
    assert keys.index("jin2017escape") < min(map(keys.index, merely))
    assert cover(bib, listed, ["saddle-escape"], 3).uncited.keys == keys[:3]
    with pytest.raises(UnknownNameError, match="saddle-escape"):
        cover(bib, listed, ["saddle-escpe"])


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run a command line in a directory with a list of each kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path("refs.bib").write_text(BIB)
    Path("README.md").write_text("# List\n\n- arXiv:1703.00887 \x1b[31m\n- Nothing known at all\n")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


Run = Callable[..., tuple[int, str, str]]


def test_piped_it_is_plain(run: Run) -> None:
    """Status, line, key, title and reason; what is lacking comes last."""
    code, out, err = run("cover", "refs.bib", "-n", "2")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[:3] for row in rows[:3]] == [
        ["outdated", "1", "jin2017escape"],
        ["covered", "4", "ge2015escaping"],
        ["missing", "7", ""],
    ]
    assert [row[0] for row in rows[3:]] == ["lacking", "lacking"]
    assert all(len(row) == 5 for row in rows)
    assert err == "refs.bib: 2 in the catalogue (1 outdated), 1 not\n"
    assert run("cover", "refs.bib", "-n", "2", "--format", "tsv")[1] == out


@pytest.mark.catalogue
def test_json_says_the_same(run: Run) -> None:
    code, out, _ = run("cover", "README.md", "-f", "json", "-n", "0", "-t", "saddle-escape")
    assert code == 0
    found = json.loads(out)
    assert [one["status"] for one in found["listed"]] == ["outdated", "unrecognised"]
    assert found["topics"] == [{"topic": "saddle-escape", "works": 1}]
    assert {"work", "title", "why"} == set(found["lacking"][0])
    assert len(found["lacking"]) > 10
    assert "\x1b" not in out


@pytest.mark.parametrize("width", ["80", "200"])
def test_drawn_it_shows_what_needs_a_look(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    """In sections, in the width of the terminal; control characters of the list are not sent."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", width)
    out = run("cover", "refs.bib")[1] + run("cover", "README.md")[1]
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", out)
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= int(width)
    for head in ("Outdated", "Not in the catalogue", "Not recognised"):
        assert f"\n{head}\n" in f"\n{plain}"
    assert "Missing from the list on saddle-escape (2 of its works)" in plain


def test_lists_that_name_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty file, one of prose, one that is not there, a topic that is not there."""
    Path("empty.txt").write_text("")
    assert run("cover", "empty.txt") == (0, "", "empty.txt: 0 in the catalogue, 0 not\n")
    assert json.loads(run("cover", "empty.txt", "-f", "json")[1])["lacking"] == []
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "give one with --topic" in run("cover", "empty.txt")[2]
    code, out, err = run("cover", "none.txt")
    assert (code, out) == (1, "")
    assert "none.txt: error: does not exist" in err
    assert run("cover", "refs.bib", "--topic", "saddle-escpe")[0] == 1


def test_whatever_the_bytes_are(run: Run, bib: Bibliography) -> None:
    assert run
    for content in (b"", b"\xff\xfe\x00", bytes(range(256)), b"caf\xe9 1703.00887\r\n", b"\0" * 99):
        Path("list.txt").write_bytes(content)
        with suppress(DataError):
            read_list(bib, Path("list.txt"))
    Path("list.txt").write_bytes(b"\xef\xbb\xbf1703.00887\r\n")
    assert short(read_list(bib, Path("list.txt"))) == ["1 covered jin2017escape"]


def test_an_entry_without_author_is_known_by_its_title(bib: Bibliography) -> None:
    """If the title is long and of one work; with authors it is another work."""
    title = "title={How to escape saddle points efficiently}, year=2017"
    listed = list_bib(
        bib, parse_bib(f"@misc{{a, {title}}}\n@misc{{b, {title}, author={{Who, A.}}}}\n")
    )
    assert short(listed) == [
        "1 covered jin2017escape",
        "2 missing How to escape saddle points efficiently",
    ]
    assert listed[0].detail == "by title alone; the entry names no author"


def test_a_work_of_every_list_is_coupled_with_none(bib: Bibliography) -> None:
    """Links count by what they are more than those of any work with as many."""
    keys = bib.on("saddle-escape").keys
    coupling = Coupling(bib, keys[::2])
    numbers = {key: bib.snapshot.find(key) or 0 for key in bib.papers}
    for number in numbers.values():
        assert (coupling.strength(number) > 0) <= bool(coupling.linked(number))
    everything = Coupling(bib, bib.papers)
    strengths = [everything.strength(number) for number in numbers.values()]
    assert max(strengths) < 0.01 * max(coupling.strength(number) for number in numbers.values())
    best = max(numbers, key=lambda key: coupling.strength(numbers[key]))
    names = [bib.snapshot.key(one) for one in coupling.linked(numbers[best])]
    assert len(names) >= 2
    assert set(names) <= set(keys[::2])


@pytest.mark.catalogue
def test_lists_on_one_topic_lack_different_works(catalogue: Bibliography) -> None:
    """What is suggested comes from the list: its works that cite it are named."""
    found = {}
    for topic in ("information-geometry", "asynchronous-sgd", "adaptive-methods"):
        listed = list_text(catalogue, "\n".join(catalogue.on(topic).keys[::2]))
        assert len(listed) >= 5
        found[topic] = cover(catalogue, listed, ["optimisation"], 10).uncited
        years = {f"{catalogue[one.work].year}" for one in listed if one.work}
        for key in found[topic].keys:
            why = found[topic].whys[key]
            if named := re.match(r"(?:Cited by|Cites) .*? (\d{4})", why):
                assert named[1] in years, why
    first, *others = (set(one.keys) for one in found.values())
    assert all(len(first & other) <= 3 for other in others), found
