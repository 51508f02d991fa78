"""What became of preprints, what a layer below has by now, and reference lists from services."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapes
from collection_files import OWN, bib_file, is_valid, records
from stand_in import Reply, StandIn

from conftest import Run
from dltheory_bib import load

TITLE = "Saddle points of deep ReLU networks"
PEOPLE = {"author": [{"text": "Jane Doe"}, {"text": "Richard Roe"}]}


def published(server: StandIn) -> None:
    """DBLP has the work of `OWN` at ICML; the others have nothing."""
    info = shapes.dblp_info(title=f"{TITLE}.", authors=PEOPLE, year="2025", ee="https://a.org/x")
    server.answer("/dblp", Reply(shapes.dblp(info)))
    nowhere(server)


def nowhere(server: StandIn) -> None:
    people = [("Jane", "Doe"), ("Richard", "Roe")]
    entry = shapes.atom_entry("2401.00001v1", TITLE, people, "2024-01-01T00:00:00Z")
    server.answer("/arxiv", Reply(shapes.atom(entry)))
    server.answer("/openreview", Reply(shapes.openreview()))
    server.answer("/crossref", Reply(shapes.crossref_list()))
    server.answer("/s2", Reply(shapes.S2_NOT_FOUND, 404))
    server.answer("/openalex", Reply("", 404))


@pytest.fixture
def mine(overlay: Path, tmp_path: Path, run: Run) -> Path:
    """A collection on top of the catalogue with one preprint, annotated."""
    assert run(overlay, "add", bib_file(tmp_path, OWN))[0] == 0
    papers = overlay / "papers.yaml"
    text = (
        papers.read_text().replace("  topics:", "  # read it again\n  topics:")
        + "  after: [jin2017escape]\n"
    )
    papers.write_text(text)
    return overlay


def test_a_published_preprint_is_shown_as_a_patch(mine: Path, server: StandIn, run: Run) -> None:
    """As `fix` does: nothing is written without --write; the key and the annotations stay."""
    published(server)
    before = (mine / "papers.yaml").read_text()
    code, out, err = run(mine, "update", "--online")
    assert code == 0, err
    assert "-  type: online" in out
    assert "+  venue: icml" in out
    assert "nothing was written; use --write" in err
    assert (mine / "papers.yaml").read_text() == before
    assert run(mine, "update", "--online", "--write")[0] == 0
    (record,) = records(mine)
    assert (record["key"], record["type"], record["venue"]) == (
        "doe2024saddle",
        "inproceedings",
        "icml",
    )
    assert (record["year"], record["eprint"]) == (2025, "2401.00001")
    assert record["after"] == ["jin2017escape"]
    assert record["title"] == "Saddle points of deep {ReLU} networks"
    assert [one["source"] for one in record["sources"]] == ["refs.bib", "DBLP"]  # type: ignore[attr-defined]
    assert "# read it again" in (mine / "papers.yaml").read_text()
    assert is_valid(mine)


def test_a_preprint_that_nobody_published_stays(mine: Path, server: StandIn, run: Run) -> None:
    nowhere(server)
    server.answer("/dblp", Reply(shapes.dblp()))
    code, out, err = run(mine, "update", "--online")
    assert (code, out) == (0, "")
    assert "doe2024saddle: no source states a publication" in err
    assert "nothing to change" in err


def test_a_failure_changes_nothing(mine: Path, server: StandIn, run: Run) -> None:
    server.answer("/", Reply("{}", 403))
    code, out, err = run(mine, "update", "--online", "--write")
    assert (code, out) == (0, "")
    assert "could not be looked up" in err


def test_another_work_of_the_title_changes_nothing(mine: Path, server: StandIn, run: Run) -> None:
    published(server)
    others = {"author": [{"text": "Max Moe"}, {"text": "Ann Noe"}]}
    server.answer("/dblp", Reply(shapes.dblp(shapes.dblp_info(title=TITLE, authors=others))))
    code, out, _ = run(mine, "update", "--online")
    assert (code, out) == (0, "")


def test_without_permission_nothing_is_asked(mine: Path, server: StandIn, run: Run) -> None:
    code, out, err = run(mine, "update")
    assert (code, out) == (0, "")
    assert "services were not asked" in err
    assert server.asked == []
    assert run(mine, "references", "jin2017escape")[0] == 1
    assert server.asked == []


def test_a_work_that_is_below_by_now_becomes_additions(overlay: Path, run: Run) -> None:
    """What the user said of it stays; its facts come from the catalogue. No network is needed."""
    (overlay / "papers.yaml").write_text(
        "- key: jin2017escape\n  type: online\n  title: How to Escape Saddle Points Efficiently\n"
        "  author: ['Jin, Chi', 'Ge, Rong', 'Netrapalli, Praneeth', 'Kakade, Sham M.',"
        " 'Jordan, Michael I.']\n  year: 2017\n  eprint: '1703.00887'\n"
        "  after: [ge2015escaping]\n"
    )
    (overlay / "notes.yaml").write_text("- key: jin2017escape\n  tags: [thesis]\n")
    assert load(overlay)["jin2017escape"].type == "online"
    code, out, err = run(overlay, "update")
    assert code == 0, err
    assert "-- key: jin2017escape" in out
    assert "1 to turn into additions" in err
    assert run(overlay, "update", "--write")[0] == 0
    assert records(overlay) == []
    (addition,) = records(overlay, "notes")
    assert addition == {"key": "jin2017escape", "tags": ["thesis"], "after": ["ge2015escaping"]}
    assert is_valid(overlay, warnings=True)
    assert load(overlay)["jin2017escape"].type == "inproceedings"


def test_the_key_of_a_work_that_is_below_under_another_stays_an_alias(
    overlay: Path, run: Run
) -> None:
    """Own works, notes and manuscripts that name it by the own key still find it."""
    (overlay / "papers.yaml").write_text(
        "- key: mine2017saddles\n  aliases: [saddles]\n  type: online\n"
        "  title: How to Escape Saddle Points Efficiently\n"
        "  author: ['Jin, Chi', 'Ge, Rong', 'Netrapalli, Praneeth', 'Kakade, Sham M.',"
        " 'Jordan, Michael I.']\n  year: 2017\n  after: [ge2015escaping]\n"
        "- key: next2020\n  type: online\n  title: The Next\n  author: ['Doe, Jane']\n"
        "  year: 2020\n  after: [mine2017saddles]\n"
    )
    (overlay / "notes.yaml").write_text("- key: jin2017escape\n  tags: [talk]\n")
    assert load(overlay)["jin2017escape"].key == "mine2017saddles"
    code, out, err = run(overlay, "update", "--write")
    assert (code, "1 to turn into additions" in err) == (0, True), out + err
    (addition,) = records(overlay, "notes")
    assert addition == {
        "key": "jin2017escape",
        "aliases": ["mine2017saddles", "saddles"],
        "tags": ["talk"],
        "after": ["ge2015escaping"],
    }
    bib = load(overlay)
    assert bib["saddles"].key == bib["mine2017saddles"].key == "jin2017escape"
    assert "mine2017saddles" in bib["jin2017escape"].aliases
    assert bib.neighbours("next2020", "after").keys == ["jin2017escape"]
    assert is_valid(overlay, warnings=True)
    code, out, _ = run(overlay, "show", "saddles", "-f", "keys")
    assert (code, out) == (0, "jin2017escape\n")
    assert run(overlay, "undo")[0] == 0
    assert load(overlay)["jin2017escape"].key == "mine2017saddles"


# Reference lists


def lists(server: StandIn) -> None:
    """Crossref and Semantic Scholar have a list; OpenAlex fails."""
    server.answer("/openalex", Reply("{}", 403))
    cited = shapes.s2_paper(title="Escaping from saddle points --- online stochastic gradient")
    cited["externalIds"] = {"ArXiv": "1503.02101"}
    cited["authors"] = [{"name": "Rong Ge"}]
    unknown = shapes.s2_paper(title="On the brewing of tea", externalIds={})
    short = shapes.s2_paper(title="Tea", externalIds={}, authors=[])
    server.answer("/s2", Reply(shapes.s2_references(cited, unknown, short)))
    server.answer("/crossref", Reply("Resource not found.", 404))


def test_citations_are_added_with_their_evidence(overlay: Path, server: StandIn, run: Run) -> None:
    lists(server)
    code, out, err = run(overlay, "references", "jin2017escape", "--online")
    assert code == 0, err
    (record,) = records(overlay, "citations")
    assert record["citing"] == "jin2017escape"
    assert record["source"] == "Semantic Scholar"
    assert "/paper/ARXIV:1703.00887/references on 20" in str(record["where"])
    assert record["cites"] == ["ge2015escaping"]
    assert "Semantic Scholar lists 3 works, 1 of them here" in err
    assert "OpenAlex could not be asked" in err
    assert "+- citing: jin2017escape" in out
    assert is_valid(overlay)


def test_a_list_read_again_replaces_that_of_the_source_alone(
    overlay: Path, server: StandIn, run: Run
) -> None:
    lists(server)
    assert run(overlay, "references", "jin2017escape", "--online")[0] == 0
    text = (overlay / "citations.yaml").read_text()
    other = text.replace("Semantic Scholar", "a PDF").replace("ge2015escaping", "ge2017no")
    other = other.replace("ge2017no", "lee2016gradient")
    joined = f"# who cites whom\n\n{text}\n# by hand\n{other}"
    (overlay / "citations.yaml").write_text(joined)
    assert run(overlay, "references", "jin2017escape", "--online")[0] == 0
    after = (overlay / "citations.yaml").read_text()
    assert after.startswith("# who cites whom\n")
    assert "# by hand\n- citing: jin2017escape\n  source: a PDF" in after
    assert after.count("- citing:") == 2


def test_entries_that_no_work_fits_are_wanted(overlay: Path, server: StandIn, run: Run) -> None:
    """In a folder that lists wanted works, as a clone of the catalogue does."""
    lists(server)
    first = {"citing": "ge2015escaping", "title": "Zebras"}
    (overlay / "wanted.jsonl").write_text(json.dumps(first) + "\n")
    assert run(overlay, "references", "jin2017escape", "--online")[0] == 0
    lines = [json.loads(line) for line in (overlay / "wanted.jsonl").read_text().splitlines()]
    assert [one["title"] for one in lines] == ["Zebras", "On the brewing of tea", "Tea"]


def test_a_dry_run_shows_citations_and_writes_none(
    overlay: Path, server: StandIn, run: Run
) -> None:
    lists(server)
    code, out, _ = run(overlay, "references", "jin2017escape", "--online", "--dry-run")
    assert code == 0
    assert "ge2015escaping" in out
    assert not (overlay / "citations.yaml").exists()


def test_a_younger_work_is_not_cited(overlay: Path, server: StandIn, run: Run) -> None:
    """A match that cannot be: another work, or a later version."""
    lists(server)
    younger = shapes.s2_paper(externalIds={"ArXiv": "1703.00887"})
    server.answer("/s2", Reply(shapes.s2_references(younger)))
    err = run(overlay, "references", "ge2015escaping", "--online")[2]
    assert "jin2017escape (2017) is younger, so it is left out" in err
    assert not (overlay / "citations.yaml").exists()
