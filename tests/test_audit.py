"""The audit: what it calls agreement, and what explains a difference."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dltheory_bib import load

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from audit import audit, main

WATER = {
    "title": "Water and pH",
    "authors": ["Ida Abel", "Bo Øst"],
    "year": 1992,
    "venue": "KETTLE 1992",
    "pages": "10–20",
}


def verdicts(catalogue: Path, **changes: object) -> tuple[dict[str, str], list[str]]:
    """The verdict on each field of the one work that was gathered, and what is printed."""
    counts, said, unmatched = audit(load(catalogue), [WATER | changes])
    assert len(unmatched) == 5
    return {name: next(iter(counts[name])) for name in counts}, said


def test_values_agree_whatever_their_spelling(catalogue_dir: Path) -> None:
    found, said = verdicts(catalogue_dir)
    assert found == dict.fromkeys(("title", "author", "year", "venue", "pages"), "agree")
    assert said == []


def test_a_difference_is_printed_with_both_values(catalogue_dir: Path) -> None:
    found, said = verdicts(catalogue_dir, pages="10-21")
    assert found["pages"] == "differ"
    assert said == ["abel1992water: pages: '10-20' here, '10-21' in evidence"]


def test_a_disagreement_on_record_explains_a_difference(catalogue_dir: Path) -> None:
    """As does a field that the evidence itself doubts."""
    assert verdicts(catalogue_dir, year=1991) == (
        verdicts(catalogue_dir)[0] | {"year": "explained"},
        [],
    )
    found, said = verdicts(catalogue_dir, pages="1-2", unverified=["pages"])
    assert (found["pages"], said) == ("explained", [])


def test_authors_are_compared_in_order(catalogue_dir: Path) -> None:
    found, said = verdicts(catalogue_dir, authors=["Bo Øst", "Ida Abel"])
    assert found["author"] == "differ"
    assert said == ["abel1992water: author: ['abel', 'ost'] here, ['ost', 'abel'] in evidence"]


def test_what_one_side_lacks_is_counted_apart(catalogue_dir: Path) -> None:
    found, _ = verdicts(catalogue_dir, doi="10.1234/x", pages=None)
    assert (found["doi"], found["pages"]) == ("only theirs", "only ours")


def test_the_command_prints_a_table_and_keeps_its_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Against evidence that knows one work of the shipped catalogue and gets its year wrong."""
    work = {
        "title": "How to Escape Saddle Points Efficiently",
        "authors": ["Chi Jin"],
        "year": 2018,
        "venue": "ICML 2017",
    }
    (tmp_path / "works.jsonl").write_text(json.dumps(work) + "\n", encoding="utf-8")
    assert main([str(tmp_path), "--keep", str(tmp_path / "kept.json")]) == 1
    out = capsys.readouterr().out
    assert "jin2017escape: year: 2017 here, 2018 in evidence" in out
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert kept["compared"] == 1
    assert kept["fields"]["year"]["differ"] == 1
    assert kept["fields"]["title"]["agree"] == 1


def test_works_of_one_title_that_share_one_author_of_three_stay_apart(
    catalogue_dir: Path,
) -> None:
    papers = catalogue_dir / "papers.yaml"
    text = papers.read_text(encoding="utf-8")
    papers.write_text(
        text.replace("    - Øst, Bo\n", "    - Øst, Bo\n    - Dorn, Cy\n", 1), "utf-8"
    )
    mine = load(catalogue_dir)
    assert len(mine["abel1992water"].author) == 3
    other = WATER | {"authors": ["Bo Øst", "Eva Fell", "Gus Hall"]}
    counts, said, unmatched = audit(mine, [other])
    assert (dict(counts), said, len(unmatched)) == ({}, [], 6)
