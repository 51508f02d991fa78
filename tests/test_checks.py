"""Rules over two records or more, on the tiny catalogue and on the shipped one's surroundings."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dltheory_bib import Bibliography, DataError, load
from dltheory_bib.source.folders import KINDS, shipped_directory
from dltheory_bib.source.loader import check_paths, kind_of
from helpers.records import work

Judge = Callable[..., list[str]]


def _said(path: Path) -> list[str]:
    """The problems of a catalogue, each from the file's name on."""
    return [str(problem).replace(f"{path}/", "") for problem in check_paths([path])[0]]


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} should stand once in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_tiny_catalogue_has_no_problem_and_loads(catalogue_dir: Path) -> None:
    assert check_paths([catalogue_dir]) == ([], 31)
    assert len(load(catalogue_dir)) == 6


CHANGES = [
    # Names that are taken
    (
        "papers",
        "key: ost1995kettles",
        "key: no2001steeping",
        "papers.yaml:63:3: error: no2001steeping is already used by an earlier record; choose "
        "another one [repeated-key]",
    ),
    (
        "papers",
        "key: ost1995kettles",
        "key: abel1991water",
        "papers.yaml:63:3: error: abel1991water is already used by abel1992water; choose "
        "another one [repeated-key]",
    ),
    (
        "papers",
        "[abel1991water]\n  type",
        "[abel1990leaves]\n  type",
        "papers.yaml:20:13: error: abel1990leaves is already used by an earlier record; choose "
        "another one [repeated-key]",
    ),
    (
        "topics",
        "id: cups",
        "id: brewing",
        "topics.yaml:10:3: error: brewing is already used by an earlier record; choose another "
        "one [repeated-key]",
    ),
    # Names that nobody has
    (
        "papers",
        "topics: [water]",
        "topics: [watr]",
        "papers.yaml:29:12: error: unknown topic watr; did you mean water? [unknown-topic]",
    ),
    (
        "papers",
        "venue: kettle\n",
        "venue: ketle\n",
        "papers.yaml:27:3: error: unknown venue ketle; did you mean kettle? [unknown-venue]",
    ),
    (
        "papers",
        "after: [abel1990leaves]",
        "after: [abel1990leafs]",
        "papers.yaml:30:11: error: unknown work abel1990leafs; did you mean abel1990leaves or "
        "abel1992water?"
        " [unknown-work]",
    ),
    (
        "papers",
        "work: abel1990leaves",
        "work: abel1990leave",
        "papers.yaml:33:7: error: unknown work abel1990leave; did you mean abel1990leaves or "
        "abel1992water?"
        " [unknown-work]",
    ),
    (
        "citations",
        "cites: [abel1990leaves]",
        "cites: [abel1890leaves]",
        "citations.yaml:4:11: error: unknown work abel1890leaves; did you mean abel1990leaves?"
        " [unknown-work]",
    ),
    (
        "citations",
        "citing: no2001steeping",
        "citing: no2001stepping",
        "citations.yaml:6:3: error: unknown work no2001stepping; did you mean no2001steeping?"
        " [unknown-work]",
    ),
    (
        "people",
        "[abel1992water, ost1995kettles,",
        "[abel1992water, ost1995kettle,",
        "people.yaml:9:26: error: unknown work ost1995kettle; did you mean ost1995kettles?"
        " [unknown-work]",
    ),
    (
        "topics",
        "related: [water]",
        "related: [waters]",
        "topics.yaml:14:13: error: unknown topic waters; did you mean water? [unknown-topic]",
    ),
    # One work, one record
    (
        "papers",
        "unverified: [year]",
        "eprint: cs/0101001",
        "papers.yaml:71:3: error: arXiv id cs/0101001 also belongs to no2001steeping; merge "
        "the records or correct the id [repeated-identifier]",
    ),
    (
        "papers",
        "unverified: [year]",
        "doi: 10.1234/LEAVES.1",
        "papers.yaml:71:3: error: DOI 10.1234/LEAVES.1 also belongs to abel1990leaves; merge "
        "the records or correct the id [repeated-identifier]",
    ),
    (
        "papers",
        "title: 'Tea Programs {III}: Black'",
        "title: 'Tea {Programs} {II}: black'",
        "papers.yaml:83:3: error: ost2003programsii has nearly the same title and the same "
        "authors; make one record of two versions of a work, with the other version under "
        "versions [same-work]",
    ),
    # Lists
    (
        "papers",
        "topics: [brewing, water]",
        "topics: [brewing, brewing]",
        "papers.yaml:70:21: error: brewing is listed twice; delete one [repeated-item]",
    ),
    (
        "citations",
        "cites: [abel1990leaves, abel1991water]",
        "cites: [abel1992water, abel1991water]",
        "citations.yaml:10:26: error: abel1991water is listed twice; delete one [repeated-item]",
    ),
    (
        "papers",
        "after: [abel1990leaves]",
        "after: [abel1991water]",
        "papers.yaml:30:11: error: abel1992water cannot be a prerequisite of itself "
        "[self-reference]",
    ),
    (
        "papers",
        "work: abel1990leaves",
        "work: abel1992water",
        "papers.yaml:33:7: error: abel1992water cannot have a relation to itself [self-reference]",
    ),
    (
        "citations",
        "cites: [abel1990leaves]",
        "cites: [abel1991water]",
        "citations.yaml:4:11: error: a work cannot cite itself [self-reference]",
    ),
    # Cycles
    (
        "topics",
        "label: Brewing\n",
        "label: Brewing\n  broader: steeping\n",
        "topics.yaml:3:3: error: broader has a cycle: brewing → steeping → brewing; remove its "
        "weakest link [topic-cycle]",
    ),
    (
        "papers",
        "level: start",
        "after: [no2001steeping]",
        "papers.yaml:14:3: error: after has a cycle: abel1990leaves → no2001steeping → "
        "abel1992water → abel1990leaves; remove its weakest link [after-cycle]",
    ),
    # Fields that are spoken of
    (
        "papers",
        "venue, pages]",
        "venue, page]",
        "papers.yaml:43:44: error: a paper has no field page; did you mean pages? [unknown-field]",
    ),
    (
        "papers",
        "unverified: [year]",
        "unverified: [yeer]",
        "papers.yaml:71:16: error: a paper has no field yeer; did you mean year? [unknown-field]",
    ),
    (
        "papers",
        "field: year",
        "field: yea",
        "papers.yaml:45:7: error: a paper has no field yea; did you mean year? [unknown-field]",
    ),
    # Warnings
    (
        "topics",
        "id: cups",
        "id: a-cup",
        "topics.yaml:10:3: warning: a-cup is after brewing; sort the file by id [unsorted]",
    ),
    (
        "citations",
        "cites: [abel1990leaves]",
        "cites: [no2001steeping]",
        "citations.yaml:4:11: warning: no2001steeping (2001) is younger than abel1992water "
        "(1992), which cites it; add the earlier version, or an explanation [cites-later-work]",
    ),
    (
        "papers",
        "unverified: [year]",
        "summary: Leaves release their colour in proportion to the square root of time.",
        "papers.yaml:71:3: warning: the summary is the same as that of abel1990leaves; write "
        "what distinguishes this work [repeated-summary]",
    ),
    (
        "papers",
        "- No, Yes",
        "- Abel, I.",
        "papers.yaml:53:7: warning: Abel, I. may be the same person as Abel, Ida; settle it in "
        "people.yaml, or use one spelling [unsettled-name]",
    ),
    (
        "papers",
        "says: Carries the law of leaves over to soft water.\n",
        "says: Carries the law of leaves over to soft water.\n"
        "    - {kind: confirms, work: no2001steeping, says: It holds.}\n",
        "papers.yaml:35:24: warning: no2001steeping (2001) is younger than abel1992water (1992); "
        "put the relation on no2001steeping, in the other direction [judges-later-work]",
    ),
    # Starts and trails
    (
        "trails",
        "work: no2001steeping",
        "work: abel1992water",
        "trails.yaml:7:7: error: abel1992water is listed twice; delete one [repeated-item]",
    ),
    (
        "trails",
        "work: no2001steeping",
        "work: abel1990leaves",
        "trails.yaml:5:7: warning: abel1992water must be read after abel1990leaves, which is "
        "listed below it [order]",
    ),
    (
        "topics",
        "work: abel1990leaves",
        "work: abel1990leave",
        "topics.yaml:5:7: error: unknown work abel1990leave; did you mean abel1990leaves or "
        "abel1992water? [unknown-work]",
    ),
    # Evidence
    (
        "papers",
        "fields: [author, title, year, venue, pages]",
        "fields: [author, title, year, venue]",
        "papers.yaml:28:3: warning: no source supports pages; add one, or list it under "
        "unverified [no-source]",
    ),
    (
        "papers",
        "  disagreements:",
        "  unverified: [title]\n  disagreements:",
        "papers.yaml:44:16: warning: title is listed as unverified, but a source supports it; "
        "delete it from unverified [no-source]",
    ),
    (
        "papers",
        "{III}",
        "III",
        "papers.yaml:83:3: warning: styles would lower the capitals of III; write {III} "
        "[lost-capital]",
    ),
    # Versions that are mixed
    (
        "papers",
        "doi: 10.1234/leaves.1",
        "doi: 10.48550/arxiv.1703.00887",
        "papers.yaml:12:3: error: is arXiv's DOI, which identifies the preprint; write its id "
        "as eprint [mixed-version]",
    ),
    (
        "papers",
        "unverified: [year]",
        "url: https://arxiv.org/abs/cs/0101001",
        "papers.yaml:71:3: error: is the URL of the preprint, but the work was published; "
        "write its id as eprint [mixed-version]",
    ),
    (
        "papers",
        "unverified: [year]",
        "eprint: cs/9801001",
        "papers.yaml:68:3: warning: 1995 is long before the preprint of 1998; does the "
        "preprint belong to another work or to a later version? [mixed-version]",
    ),
    (
        "papers",
        "unverified: [year]",
        "volume: '71'\n  url: https://proceedings.mlr.press/v70/ost17a.html",
        "papers.yaml:71:3: error: volume 71 is not the one in the URL, 70 [mixed-version]",
    ),
    (
        "papers",
        "unverified: [year]",
        "url: https://proceedings.neurips.cc/paper/1996/hash/ab-Abstract.html",
        "papers.yaml:68:3: error: the year 1995 is not the one in the URL, 1996 [mixed-version]",
    ),
    # Summaries
    (
        "papers",
        "unverified: [year]",
        "summary: Kettles.",
        "papers.yaml:71:3: warning: adds little to the title; write what the work shows, and "
        "for which model [summary-length]",
    ),
    (
        "papers",
        "unverified: [year]",
        f"summary: {'word ' * 111}",
        "papers.yaml:71:3: warning: has 111 words; at most 110 fit in a list [summary-length]",
    ),
]


@pytest.mark.parametrize(("kind", "old", "new", "said"), CHANGES)
def test_a_change_that_breaks_a_rule_is_said_with_its_place(
    catalogue_dir: Path, kind: str, old: str, new: str, said: str
) -> None:
    """Every rule says what is wrong, where, and what to do; `load` says the same."""
    _change(catalogue_dir / f"{kind}.yaml", old, new)
    found = _said(catalogue_dir)
    assert said in found
    if ": error: " in said:
        with pytest.raises(DataError) as raised:
            load(catalogue_dir)
        assert [str(p).replace(f"{catalogue_dir}/", "") for p in raised.value.problems] == found
    else:
        assert found == [said]
        assert len(load(catalogue_dir)) == 6


def test_parts_of_a_series_by_the_same_authors_are_two_works(catalogue_dir: Path) -> None:
    """ "Tensor Programs II" and "III" differ in a numeral alone; so do the tea programs."""
    titles = {paper.title for paper in load(catalogue_dir) if "Programs" in paper.title}
    assert titles == {"Tea Programs {II}: Black", "Tea Programs {III}: Black"}


@pytest.mark.parametrize(
    ("title", "flagged"),
    [
        ("A Convergence Theory for Deep Learning via Overparametrization", True),
        ("'{A} convergence theory for deep learning via over-parameterization'", True),
        ("A Divergence Theory for Shallow Learning", False),
    ],
)
def test_near_equal_titles_of_the_same_authors_are_flagged(
    judge: Judge, title: str, flagged: bool
) -> None:
    first = work("doe2017a", "A Convergence Theory for Deep Learning via Over-Parameterization")
    found = judge(first + work("doe2017b", title))
    assert bool(found) is flagged
    assert all("[same-work]" in said for said in found)
    assert judge(first + work("roe2017b", title, author="Roe, Jo")) == []


def test_what_names_a_refused_record_is_not_at_fault(judge: Judge) -> None:
    """A mistake in one record does not make a second one of every reference to it."""
    found = judge(work("doe2017a", year="soon") + work("doe2017b", extra="after: [doe2017a]"))
    assert [said.rpartition("[")[2] for said in found] == ["wrong-type]"]


def test_a_broken_registry_beside_a_file_does_not_make_its_ids_unknown(judge: Judge) -> None:
    text = work(extra="topics: [whatever]")
    assert judge(text, topics="- id: [") == []
    assert "unknown topic whatever" in judge(text, topics="- {id: a, label: A, definition: b}")[0]


def test_a_lone_file_may_name_what_the_shipped_catalogue_holds(judge: Judge) -> None:
    assert judge(work(extra="after: [jin2017escape]\ntopics: [ntk]\nvenue: neurips")) == []
    assert judge(work(extra="after: [zhihu2020viw]\nvenue: nips")) == [
        "papers.yaml:7:11: error: unknown work zhihu2020viw; did you mean zhihu2020view? "
        "[unknown-work]",
        "papers.yaml:8:3: error: unknown venue nips; did you mean neurips? [unknown-venue]",
    ]


def test_a_directory_is_judged_as_load_takes_it(tmp_path: Path) -> None:
    """It knows no works but its own, so that what `check` passes can be loaded."""
    own = tmp_path / "papers.yaml"
    own.write_text(work(extra="after: [jin2017escape]"), encoding="utf-8")
    problems, _ = check_paths([tmp_path])
    assert [problem.rule for problem in problems] == ["unknown-work"]
    with pytest.raises(DataError) as raised:
        load(tmp_path)
    assert list(raised.value.problems) == problems


@pytest.mark.catalogue
def test_a_changed_copy_of_the_shipped_papers_has_its_own_problems_only(tmp_path: Path) -> None:
    copy = tmp_path / "papers.yaml"
    shutil.copy(shipped_directory() / "papers.yaml", copy)
    count = copy.read_text(encoding="utf-8").count("\n- key: ")
    assert check_paths([copy]) == ([], count)
    _change(copy, "\n- key: jin2017escape\n", "\n- kay: x\n  key: jin2017escape\n")
    assert [(p.rule, p.file) for p in check_paths([copy])[0]] == [("unknown-field", str(copy))]


@pytest.mark.catalogue
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_can_be_judged_on_its_own(
    catalogue: Bibliography, tmp_path: Path, kind: str
) -> None:
    """Where it lies, or elsewhere under its name, or under another name."""
    names = frozenset(catalogue.papers) | {a for paper in catalogue for a in paper.aliases}
    shipped = shipped_directory() / f"{kind}.yaml"
    problems, count = check_paths([shipped], lambda: names)
    assert problems == []
    assert count == shipped.read_text(encoding="utf-8").count("\n- ")
    for name in (f"{kind}.yaml", "mine.yaml"):
        copy = tmp_path / name
        shutil.copy(shipped, copy)
        assert check_paths([copy], lambda: names) == ([], count)
        copy.unlink()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("- {id: doe-jane, name: 'Doe, Jane'}", "people"),
        ("- {id: a, label: A, definition: b}", "topics"),
        ("- {id: a, kind: journal, periods: []}", "venues"),
        ("- {citing: a, cites: []}", "citations"),
        ("- {id: a, about: data, label: A, definition: b}", "assumptions"),
        ("- {id: a, label: A, definition: b, quantities: []}", "questions"),
        ("- {id: a, work: b, question: c, kind: exact}", "results"),
        ("- {key: a, titel: b}", "papers"),
        ("- {id: [", "papers"),
    ],
)
def test_a_file_of_any_name_is_known_by_its_first_record(
    tmp_path: Path, text: str, kind: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    assert kind_of(path) == kind


def test_several_files_are_judged_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two" / "two.yaml"
    two.parent.mkdir()
    one.write_text(work(year=1), encoding="utf-8")
    two.write_text(work(year=2), encoding="utf-8")
    problems, _ = check_paths([one, two])
    assert [problem.file for problem in problems] == [str(one), str(two)]


def test_a_file_that_is_named_twice_is_judged_once(tmp_path: Path) -> None:
    one = tmp_path / "one.yaml"
    one.write_text(work(), encoding="utf-8")
    assert check_paths([one, one]) == ([], 1)


def test_of_two_records_with_one_key_the_one_in_the_judged_file_is_at_fault(judge: Judge) -> None:
    twin = (
        "papers.yaml:1:3: error: doe2017first is already used by an earlier record; choose another "
        "one"
    )
    assert judge(work(), resources=work(title="Another")) == [f"{twin} [repeated-key]"]


def test_a_directory_without_a_catalogue_says_what_belongs_there(tmp_path: Path) -> None:
    (problem,) = check_paths([tmp_path])[0]
    assert problem.message == (
        "contains no file of a catalogue; they are papers, resources, topics, venues, people, "
        "citations, trails, assumptions, questions, results, glossary (.yaml)"
    )
    with pytest.raises(DataError, match=r"contains no papers\.yaml"):
        load(tmp_path)


def test_authors_without_a_latin_letter_are_different_people(tmp_path: Path) -> None:
    """An id made of ASCII letters alone would be the same empty one for all of them."""
    own = tmp_path / "papers.yaml"
    texts = [work(f"a{n}x", author=name) for n, name in enumerate(("王, 伟", "李, 娜", "Ли, Анна"))]
    own.write_text("".join(texts), encoding="utf-8")
    found = load(own)
    authors = [found.person(paper.author[0]).id for paper in found]
    assert authors == ["u738b-u4f1f", "u674e-u5a1c", "u43bu438-u430u43du43du430"]


SOURCED = """\
- key: ost20{0}tea
  type: online
  title: Tea {0}
  author: ['Ost, Ida']
  year: 20{0}
  url: https://tea.example/{0}
  sources:
  - source: Tea
"""


def test_a_work_without_sources_is_a_problem_among_works_that_have_them(
    judge: Callable[..., list[str]],
) -> None:
    """Where most works name theirs; a list of one's own that keeps no evidence is left alone."""
    sourced = [SOURCED.format(number) for number in (10, 11, 12)]
    bare = [one.partition("  sources:")[0] for one in sourced]
    assert judge("".join(sourced)) == []
    (said,) = judge("".join([sourced[0], bare[1], sourced[2]]))
    assert "papers.yaml:9:3: warning: has no sources; add the sources of its facts" in said
    assert said.endswith("[no-source]")
    assert judge("".join(bare)) == []
    assert judge("".join([bare[0], bare[1], sourced[2]])) == []


def test_the_names_of_the_shipped_works_are_asked_for_before_their_files_are_read(
    tmp_path: Path,
) -> None:
    """Those of a snapshot do as well, and where there are none the files say them."""
    own = tmp_path / "papers.yaml"
    own.write_text(work(extra="after: [lent2020work, jin2017escape]"), encoding="utf-8")

    def unknown(names: frozenset[str] | None) -> list[str]:
        problems, _ = check_paths([own], lambda: names)
        return [word for p in problems for word in p.message.split() if word.startswith("lent2020")]

    assert unknown(frozenset({"lent2020work", "jin2017escape"})) == []
    assert unknown(None) != []


def test_the_doi_of_another_publisher_is_of_another_version(tmp_path: Path) -> None:
    """The prefix of a journal's publisher is wrong at a conference of another, right at its own."""
    venues = """
- {id: tea, kind: journal, periods: [{short: Tea, long: Journal of Tea, publisher: Pot Press}]}
- {id: cup, kind: conference, periods: [{short: Cup, long: Cups, publisher: Saucer}]}
- {id: mug, kind: conference, periods: [{short: Mug, long: Mugs, publisher: Pot Press}]}
- {id: jar, kind: conference, periods: [{short: Jar, long: Jars}]}
"""
    (tmp_path / "venues.yaml").write_text(venues, encoding="utf-8")
    works = [
        work("a1990a", extra="venue: tea\ndoi: 10.1000/1"),
        work("b1990b", extra="venue: cup\ndoi: 10.1000/2"),
        work("c1990c", extra="venue: mug\ndoi: 10.1000/3"),
        work("d1990d", extra="venue: jar\ndoi: 10.2000/4"),
    ]
    papers = "".join(works).replace("type: online", "type: inproceedings")
    (tmp_path / "papers.yaml").write_text(papers, encoding="utf-8")
    found = [line for line in _said(tmp_path) if "mixed-version" in line]
    assert len(found) == 1
    assert "the prefix 10.1000 is Pot Press's (mug, tea)" in found[0]
