"""The gold set of the search: its files are sound, and the held-out half is kept apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from dltheory_bib import Bibliography
from dltheory_bib.text.names import words

FILES = sorted((Path(__file__).parent / "search").glob("*.yaml"))
HALVES = ("questions_held_out", "questions_tuned")


def questions(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return found


def test_the_halves_are_there() -> None:
    """Half of the set was set apart before the rules were tuned."""
    sizes = {path.stem: len(questions(path)) for path in FILES}
    assert all(sizes[name] >= 30 for name in HALVES)


@pytest.mark.catalogue
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_answer_is_in_the_catalogue(catalogue: Bibliography, path: Path) -> None:
    """Each question has a text, keywords and a source, and its works are keys, each once."""
    for one in questions(path):
        assert set(one) == {"question", "keywords", "relevant", "source"}
        assert all(one.values()), one["question"]
        missing = [key for key in one["relevant"] if catalogue.papers[key].key != key]
        assert not missing, one["question"]
        assert len(set(one["relevant"])) == len(one["relevant"]), one["question"]


def test_no_text_is_asked_twice() -> None:
    """A question that is tuned on is in no other file, in words or as keywords."""
    asked = Counter(
        " ".join(words(text))
        for path in FILES
        for one in questions(path)
        for text in {one["question"], one["keywords"]}
    )
    assert [text for text, count in asked.items() if count > 1] == []
