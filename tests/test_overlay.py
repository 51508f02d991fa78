"""A collection over others: the same answers as one folder with everything, and no copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, DataError, load
from dltheory_bib.errors import Problem
from dltheory_bib.snapshot.cache import check_layers
from dltheory_bib.snapshot.reader import read_numbers
from dltheory_bib.source.folders import ALL_KINDS
from dltheory_bib.source.loader import check_paths
from helpers.collections import SAMPLE
from helpers.records import work

pytestmark = pytest.mark.usefixtures("cache")

OWN = """\
- key: doe2026ours
  aliases: [ours]
  type: inproceedings
  title: 'Ours: Escaping in $O(d^{1/4})$ Steps'
  author:
    - Doe, Jane
    - Jin, Chi
  year: 2026
  venue: our-workshop
  topics: [our-topic, saddle-escape]
  level: core
  summary: Shows that $\\epsilon$-zyzzyva descent escapes, for smooth functions with a Hessian.
  after: [jin2017escape]
  relations:
    - kind: improves
      work: jin2017escape
      says: Has better constants in quokka steps.
    - kind: extends
      work: roe2025theirs
      says: Carries it over.
- key: roe2025theirs
  type: online
  title: Theirs
  author:
    - Roe, Richard
  year: 2025
  eprint: '2501.00001'
  url: https://example.org/theirs
"""
TOPICS = """\
- id: our-topic
  label: Our topic
  aliases: [wombats]
  definition: Ours.
  broader: loss-landscape
  start:
    - work: jin2017escape
      says: The first of wombats.
    - work: ours
      says: Then ours.
"""
VENUES = """\
- id: our-workshop
  kind: workshop
  periods:
    - short: OURS
      long: Workshop of Ours
"""
CITATIONS = """\
- citing: doe2026ours
  source: the paper
  how: transcribed
  cites:
    - ge2015escaping
    - jin2017escape
"""
PEOPLE = """\
- id: doe-jane
  name: Doe, Jane
  orcid: 0000-0002-1825-0097
- id: nobody-here
  name: Nobody, Nora
"""
TRAILS = """\
- id: our-trail
  label: Our trail
  description: For us.
  steps:
    - work: ge2015escaping
      says: First quokkas.
    - work: doe2026ours
      says: Then ours.
"""
NOTES = """\
- key: jin2017escape
  notes:
    - See theorem 3.
  tags: [thesis]
  status: read
  relations:
    - kind: uses_method_of
      work: roe2025theirs
      says: Uses their quokkas.
"""
FILES = {
    "papers": OWN,
    "topics": TOPICS,
    "venues": VENUES,
    "citations": CITATIONS,
    "people": PEOPLE,
    "trails": TRAILS,
    "notes": NOTES,
}


def overlay(folder: Path, extends: str = "shipped", **files: str) -> Path:
    """A collection that extends others, with the given files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "collection.yaml").write_text(f"extends: {extends}\n", encoding="utf-8")
    for kind, text in files.items():
        (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
    return folder


def flat(folder: Path, *layers: Path) -> Path:
    """One folder with the records of all layers."""
    folder.mkdir()
    for kind in ALL_KINDS:
        texts = [
            path.read_text(encoding="utf-8")
            for layer in layers
            if (path := layer / f"{kind}.yaml").exists()
        ]
        if texts:
            (folder / f"{kind}.yaml").write_text("\n".join(texts), encoding="utf-8")
    return folder


def problems(path: Path) -> list[Problem]:
    """What `check` reports of a collection."""
    return check_paths([path], overlaid=check_layers)[0]


class Content:
    """What a snapshot contains, with keys and stems in place of numbers."""

    def __init__(self, bib: Bibliography) -> None:
        self.database = bib.snapshot.database
        self.keys = dict(self.database.execute("SELECT n, key FROM paper").fetchall())
        self.stems = dict(self.database.execute("SELECT id, stem FROM search_word").fetchall())

    def table(self, name: str, works: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a table; columns in `works` have numbers of works."""
        found = self.database.execute(f"SELECT * FROM {name}")
        columns = [column[0] for column in found.description]
        rows = [
            tuple(
                self.keys[value] if column in works and value is not None else value
                for column, value in zip(columns, row, strict=True)
            )
            for row in found
        ]
        return sorted(rows, key=repr)

    def words(self) -> dict[str, tuple[int, dict[str, int]]]:
        """By stem its idf, and the weight in each work."""
        made = {}
        for stem, idf, works, weights in self.database.execute(
            "SELECT stem, idf, works, weights FROM search_word"
        ):
            numbers = read_numbers("I", works).tolist()
            assert numbers == sorted(numbers)
            named = (self.keys[n] for n in numbers)
            made[stem] = (idf, dict(zip(named, read_numbers("H", weights), strict=True)))
        return made

    def texts(self) -> dict[str, tuple[int, list[str]]]:
        """By key the prior of a work and its words in order."""
        return {
            self.keys[n]: (prior, [self.stems.get(word, "|") for word in read_numbers("I", words)])
            for n, prior, words in self.database.execute("SELECT * FROM search_work")
        }

    def edges(self) -> set[tuple[Any, ...]]:
        rows = self.database.execute(
            "SELECT e.source, e.relation, e.target, e.said, l.data FROM edge e "
            "LEFT JOIN reference_list l ON l.id = e.reference_list"
        )
        return {(self.keys[a], r, self.keys[b], said, data) for a, r, b, said, data in rows}


WORKS = {
    "record": ("n",),
    "list_row": ("n",),
    "paper_view": ("n",),
    "rendered": ("n",),
    "statistics": (),
    "name": ("n",),
    "identifier": ("n",),
    "topic": (),
    "topic_name": (),
    "member": ("n",),
    "trail": (),
    "venue": (),
    "venue_name": (),
    "person": (),
    "unmet_person": (),
    "person_word": (),
    "authorship": ("n",),
    "question": (),
    "question_name": (),
    "assumption": (),
    "result": ("n",),
    "heading": (),
    "glossary": (),
    "glossary_entry": (),
    "comparison": (),
    "tag": ("n",),
    "reading": ("n",),
}


def same_content(one: Bibliography, other: Bibliography) -> None:
    """Two collections answer alike, whatever the numbers of their works."""
    first, second = Content(one), Content(other)
    for name, works in WORKS.items():
        assert first.table(name, works) == second.table(name, works), name
    assert first.edges() == second.edges()
    assert first.words() == second.words()
    assert first.texts() == second.texts()
    own = 1 << 17
    facts = "key, year, venue, type, level, checked, first_author, title"
    for content in (first, second):
        content.facts = content.database.execute(  # type: ignore[attr-defined]
            f"SELECT {facts}, features & ~{own} FROM paper ORDER BY key"
        ).fetchall()
    assert first.facts == second.facts  # type: ignore[attr-defined]
    maths = [dict(content.table("maths")) for content in (first, second)]  # type: ignore[arg-type]
    assert maths[0].items() >= maths[1].items()
    for word in ("quokka", "escape", "thesis", "uses", "jin"):
        found = [
            {
                content.keys[row[0]]
                for row in content.database.execute(
                    "SELECT rowid FROM text WHERE text MATCH ?", (word,)
                )
            }
            for content in (first, second)
        ]
        assert found[0] == found[1], word


def test_an_overlay_has_what_one_folder_with_all_records_has(tmp_path: Path) -> None:
    mine = overlay(tmp_path / "mine", **FILES)
    same_content(load(mine), load(flat(tmp_path / "flat", SAMPLE, mine)))


def test_three_layers_have_what_one_folder_with_all_records_has(tmp_path: Path) -> None:
    group = overlay(
        tmp_path / "group",
        **{k: FILES[k] for k in ("topics", "venues", "people")}
        | {
            "papers": OWN[: OWN.index("- key: roe2025")].replace("roe2025theirs", "ge2015escaping"),
        },
    )
    lab = overlay(tmp_path / "lab", "../group", papers=OWN[OWN.index("- key: roe2025") :])
    mine = overlay(
        tmp_path / "mine", "../lab", **{k: FILES[k] for k in ("citations", "trails", "notes")}
    )
    same_content(load(mine), load(flat(tmp_path / "flat", SAMPLE, group, lab, mine)))


RESULTS = """\
- id: jin2017escape-ours
  work: jin2017escape
  question: second-order-stationary
  quantity: gradients
  kind: upper
  method: Quokka descent
  bound:
    - {eps: -2, d: log^4}
  holds: high-probability
  assumptions: [lipschitz-gradient, our-assumption]
  statement: It hops to $\\zeta$ wombats.
  version: arXiv 1703.00887v1
  where: Theorem 9
  read_in: arXiv
  checked: full-text
- id: jin2017escape-theirs
  work: jin2017escape
  question: our-question
  kind: statement
  statement: A statement of quokkas.
  version: arXiv 1703.00887v1
  where: Theorem 10
  read_in: arXiv
  checked: abstract
"""
ASSUMPTIONS = """\
- id: our-assumption
  label: Our assumption of $\\xi$
  about: problem
  definition: Ours.
  implies: [lipschitz-hessian]
"""
QUESTIONS = """\
- id: our-question
  label: Our question
  definition: Whether wombats hop.
  columns:
    - id: hops
      label: hops
      meaning: Whether they do.
"""
GLOSSARY = """\
- id: our-term
  term: saddle point
  spellings: [quokka, mountain pass]
"""
CITATIONS_BELOW = """\
- citing: jin2017escape
  source: another copy
  how: title-found
  cites:
    - allenzhu2019convergence
    - ge2015escaping
"""
AGAIN = """\
- key: doe2026again
  type: online
  title: A Mountain Pass Again
  author:
    - Doe, Jane
  year: 2026
"""


@pytest.mark.parametrize(
    "files",
    [
        {"notes": NOTES.replace("roe2025theirs", "ge2015escaping")},
        {"notes": NOTES.partition("  relations")[0]},
        {"trails": TRAILS.replace("doe2026ours", "jin2017escape")},
        {"citations": CITATIONS_BELOW},
        {"papers": AGAIN},
        {"papers": AGAIN, "glossary": GLOSSARY},
        {"results": RESULTS, "assumptions": ASSUMPTIONS, "questions": QUESTIONS},
        {},
    ],
    ids=lambda files: "+".join(files) or "nothing",
)
def test_each_kind_of_record_alone_does_what_it_does_in_one_folder(
    tmp_path: Path, files: dict[str, str]
) -> None:
    mine = overlay(tmp_path / "mine", **files)
    same_content(load(mine), load(flat(tmp_path / "flat", SAMPLE, mine)))


def test_people_that_an_overlay_settles_are_one_person(tmp_path: Path) -> None:
    plain = load()
    paper = plain["jin2017escape"]
    people = """\
- id: our-jin
  name: Jin, Chi
  aliases:
    - Doe, Jane
"""
    bib = load(overlay(tmp_path / "mine", papers=work("doe2030"), people=people))
    assert "Jin, Chi" in paper.author
    works = plain.where("author:jin-chi").keys
    assert set(bib.where("author:our-jin").keys) == {*works, "doe2030"}
    assert "jin-chi" not in bib.people


# Conflicts with what is below


def told(path: Path) -> list[str]:
    """What `check` reports, with names of files alone."""
    return [str(one).replace(f"{path}/", "") for one in problems(path)]


ESCAPE = work("own2017escape", author="Roe, Richard", extra="eprint: '1703.00887'")


def test_a_work_with_the_id_of_one_below_is_the_own_one(tmp_path: Path) -> None:
    mine = overlay(tmp_path / "mine", papers=ESCAPE)
    bib = load(mine)
    assert bib["own2017escape"].author == ("Roe, Richard",)
    assert bib["jin2017escape"] == bib["own2017escape"] == bib["1703.00887"]
    assert len(bib) == len(load())
    assert "ge2015escaping" in bib.cites("own2017escape").keys
    assert told(mine) == [
        "papers.yaml:7:3: warning: a layer below has this work, jin2017escape (arXiv 1703.00887); "
        "your record is used. `dltheory update own2017escape` turns it into additions to the one "
        "below [same-work-below]"
    ]


def test_a_work_with_title_and_authors_of_one_below_is_the_own_one(tmp_path: Path) -> None:
    theirs = load()["jin2017escape"]
    text = work("own2017", theirs.title).replace(
        "    - Doe, Jane\n", "".join(f"    - {name}\n" for name in theirs.author)
    )
    bib = load(overlay(tmp_path / "mine", papers=text))
    assert bib.key("jin2017escape") == "own2017"


def test_two_records_of_one_work_below_are_an_error(tmp_path: Path) -> None:
    twice = ESCAPE + work("two2017", author="Poe, Paul", extra="doi: 10.48550/arXiv.1703.00887")
    mine = overlay(tmp_path / "mine", papers=twice.replace("doi: 10.48550/arXiv.", "eprint: "))
    with pytest.raises(DataError, match="the same work as jin2017escape below"):
        load(mine)


def test_a_key_that_another_work_below_has_means_the_own_work(tmp_path: Path) -> None:
    text = work("jin2017escape") + work(
        "roe2020", author="Roe, Richard", extra="after: [jin2017escape]"
    )
    mine = overlay(tmp_path / "mine", papers=text)
    bib = load(mine)
    assert bib["jin2017escape"].author == ("Doe, Jane",)
    theirs = bib["1703.00887"]
    assert theirs.key == "jin2017escape-below"
    assert theirs.title == load()["jin2017escape"].title
    assert theirs.cites.keys == load()["jin2017escape"].cites.keys
    assert [one.key for one in theirs.cited_by] == load()["jin2017escape"].cited_by.keys
    (warned,) = told(mine)
    assert warned.startswith("papers.yaml:1:3: warning: jin2017escape is the key of another work")
    assert "jin2017escape-below here" in warned


def test_works_below_that_state_a_relation_to_a_work_whose_key_is_taken_keep_it(
    tmp_path: Path,
) -> None:
    plain = load()
    stating = next(one for one in plain if any(r.work == "ge2015escaping" for r in one.relations))
    bib = load(overlay(tmp_path / "mine", papers=work("ge2015escaping")))
    now = {(r.kind, r.work) for r in bib[stating.key].relations}
    assert any(work == "ge2015escaping-below" for _, work in now)
    assert "ge2015escaping" not in {work for _, work in now}
    assert bib.cites("ge2015escaping").keys == []
    for trail in bib.trails.values():
        assert "ge2015escaping" not in {step.work for step in trail.steps}


def test_an_alias_that_a_work_below_has_means_the_own_work(tmp_path: Path) -> None:
    plain = load()
    known = next(one for one in plain if one.aliases)
    text = work("doe2020", extra=f"aliases: [{known.aliases[0]}]")
    mine = overlay(tmp_path / "mine", papers=text)
    bib = load(mine)
    assert bib.key(known.aliases[0]) == "doe2020"
    assert bib[known.key].aliases == known.aliases[1:]
    assert [problem.rule for problem in problems(mine)] == ["name-below"]


def test_notes_may_add_names_to_works(tmp_path: Path) -> None:
    mine = overlay(
        tmp_path / "mine",
        papers=work("own2020", extra="after: [saddles]"),
        notes="- key: jin2017escape\n  aliases: [saddles, 'jin:17']\n"
        "- key: own2020\n  aliases: [own-20]\n",
    )
    bib = load(mine)
    assert bib["saddles"].key == bib["jin:17"].key == "jin2017escape"
    assert bib["own-20"].key == "own2020"
    assert bib.neighbours("own2020", "after").keys == ["jin2017escape"]
    above = overlay(
        tmp_path / "above", extends=str(mine), papers=work("top2021", extra="after: [saddles]")
    )
    assert load(above).neighbours("top2021", "after").keys == ["jin2017escape"]
    for taken in ("ge2015escaping", "own2020"):
        (mine / "notes.yaml").write_text(f"- key: jin2017escape\n  aliases: [{taken}]\n", "utf-8")
        with pytest.raises(DataError, match="is a name of another work"):
            load(mine)


def test_a_reference_to_a_former_key_below_follows_the_alias(tmp_path: Path) -> None:
    known = next(one for one in load() if one.aliases)
    text = work("doe2030", year=2030, extra=f"after: [{known.aliases[0]}]")
    notes = f"- key: {known.aliases[0]}\n  tags: [x]\n"
    mine = overlay(tmp_path / "mine", papers=text, notes=notes)
    assert problems(mine) == []
    bib = load(mine)
    assert bib.neighbours("doe2030", "after").keys == [known.key]


def test_a_record_with_the_id_of_one_below_takes_its_place(tmp_path: Path) -> None:
    topics = "- id: saddle-escape\n  label: Passes\n  definition: Ours.\n"
    mine = overlay(tmp_path / "mine", papers=work(), topics=topics)
    bib = load(mine)
    assert bib.topics["saddle-escape"].label == "Passes"
    assert bib.on("Passes").keys == load().on("saddle-escape").keys
    (warned,) = told(mine)
    assert warned.startswith(
        "topics.yaml:1:3: warning: a layer below has saddle-escape too, with another label, "
    )
    assert warned.endswith("yours is used. Delete it, or give it another id [record-below]")


def test_an_equal_copy_of_a_record_below_is_no_conflict(tmp_path: Path) -> None:
    venue = "- id: icml\n" + (SAMPLE / "venues.yaml").read_text("utf-8").split("- id: icml\n")[1]
    copy = venue.split("\n\n")[0] + "\n"
    mine = overlay(tmp_path / "mine", papers=work(), venues=copy)
    assert problems(mine) == []


def test_an_unknown_work_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    mine = overlay(tmp_path / "mine", notes="- key: jin2017escap\n  tags: [x]\n")
    (wrong,) = told(mine)
    assert wrong.startswith(
        "notes.yaml:1:3: error: unknown work jin2017escap; did you mean jin2017"
    )
    with pytest.raises(DataError):
        load(mine)


def test_prerequisites_of_the_layers_together_have_no_cycle(tmp_path: Path) -> None:
    later, earlier = next((one.key, one.after[0]) for one in load() if one.after)
    notes = f"- key: {earlier}\n  after: [{later}]\n"
    mine = overlay(tmp_path / "mine", notes=notes)
    found = [(one.rule, one.line, one.level) for one in problems(mine)]
    assert found == [("after-cycle", 2, "error")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: nowhere\n", "collection.yaml:1:1: error: there is no collection at"),
        ("extends: .\n", "collection.yaml:1:1: error: . extends this collection"),
        ("extends: [shipped, ../mine]\n", "collection.yaml:1:20: error: ../mine extends this"),
        ("- extends: shipped\n", "collection.yaml:1:1: error: is not a mapping"),
        ("extend: shipped\n", "collection.yaml:1:1: error: unknown field extend; did you mean"),
    ],
)
def test_a_wrong_collection_file_is_a_problem_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    mine = overlay(tmp_path / "mine", papers=work())
    (mine / "collection.yaml").write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        load(mine)
    (problem,) = caught.value.problems
    assert str(problem).replace(f"{mine}/", "").startswith(said)
    assert [problem] == problems(mine)


def test_a_layer_that_two_layers_extend_counts_once(tmp_path: Path) -> None:
    overlay(tmp_path / "one", papers=work("one2020"))
    overlay(tmp_path / "two", papers=work("two2020", extra="after: []"))
    text = work("doe2020", extra="after: [one2020, two2020]")
    mine = overlay(tmp_path / "mine", "[../one, ../two]", papers=text)
    bib = load(mine)
    assert len(bib) == len(load()) + 3
    layers = [row[0] for row in bib.snapshot.fetch("SELECT name FROM layer ORDER BY id")]
    assert layers == ["", "one", "two", "mine"]
    rows = {row.key: row.layer for row in bib.rows(bib.all())}
    assert (rows["one2020"], rows["doe2020"], rows["jin2017escape"]) == ("one", "mine", "")


def test_a_change_below_makes_the_overlay_anew(tmp_path: Path) -> None:
    lab = overlay(tmp_path / "lab", papers=work("lab2020"))
    mine = overlay(tmp_path / "mine", "../lab", papers=work("doe2021", extra="after: [lab2020]"))
    assert load(mine)["lab2020"].year == 2017
    (lab / "papers.yaml").write_text(work("lab2020", year=2018), "utf-8")
    assert load(mine)["lab2020"].year == 2018
    (lab / "notes.yaml").write_text("- key: lab2020\n  tags: [x]\n", "utf-8")
    assert load(mine).snapshot.fetch("SELECT tag FROM tag").fetchall() == [("x",)]


def test_the_layers_below_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dltheory_bib.source import loader

    load()
    mine = overlay(tmp_path / "mine", **FILES)
    read: list[Path] = []
    real = loader.read_file

    def noted(path: Path, *arguments: Any) -> Any:
        read.append(path)
        return real(path, *arguments)

    monkeypatch.setattr(loader, "read_file", noted)
    load(mine)
    assert {path.parent for path in read} == {mine}


def test_one_file_of_an_overlay_is_checked_with_what_is_below(tmp_path: Path) -> None:
    mine = overlay(tmp_path / "mine", papers=ESCAPE, notes="- key: nosuch\n  tags: [x]\n")
    assert [one.rule for one in problems(mine / "papers.yaml")] == ["same-work-below"]
    assert [one.rule for one in problems(mine / "notes.yaml")] == ["unknown-work"]
    draft = mine / "draft.yaml"
    draft.write_text(work("doe2030", extra="after: [jin2017escape, nosuch]"), "utf-8")
    assert [one.rule for one in problems(draft)] == ["unknown-work"]


def test_an_error_below_is_reported_with_its_file(tmp_path: Path) -> None:
    lab = overlay(tmp_path / "lab", papers=work("lab2020", year=3000))
    mine = overlay(tmp_path / "mine", "../lab", papers=work())
    with pytest.raises(DataError) as caught:
        load(mine)
    assert [Path(one.file).resolve() for one in caught.value.problems] == [lab / "papers.yaml"]
    assert problems(mine) == list(caught.value.problems)


def test_without_a_cache_the_layers_are_compiled_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))
    lab = overlay(tmp_path / "lab", papers=work("lab2020"))
    bib = load(
        overlay(tmp_path / "mine", "../lab", papers=work("doe2021", extra="after: [lab2020]"))
    )
    assert bib.snapshot.path is None
    assert bib.neighbours("doe2021", "after").keys == ["lab2020"]
    assert bib.layers == ["lab", "mine"]
    assert lab.exists()


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_damaged_snapshot_of_any_layer_is_compiled_again(
    tmp_path: Path, cache: Path, which: int, capsys: pytest.CaptureFixture[str]
) -> None:
    from dltheory_bib.cli.main import main

    lab = overlay(tmp_path / "lab", papers=work("lab2020"))
    mine = overlay(tmp_path / "mine", "../lab", papers=work("doe2021"))
    sizes = [len(load()), len(load(lab)), len(load(mine))]
    made = sorted(cache.glob("*.sqlite"), key=lambda path: path.stat().st_mtime_ns)
    assert len(made) == len(sizes)
    content = bytearray(made[which].read_bytes())
    content[4096 : 4096 * 40] = b"\xff" * (4096 * 39)
    made[which].write_bytes(content)
    assert main(["--data", str(mine), "list", "-f", "keys"]) == 0
    assert len(capsys.readouterr().out.split()) == sizes[2]
