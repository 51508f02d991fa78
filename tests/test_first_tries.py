"""What a newcomer types without reading works, or is refused with the right word."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dltheory_bib import Bibliography

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from first_tries import TRIES, Try, names, read_tries, try_one

ALL = read_tries(TRIES.read_text("utf-8"))


@pytest.fixture(scope="module")
def known(bib: Bibliography, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a notebook has at hand."""
    pytest.importorskip("pandas")
    return names(bib, tmp_path_factory.mktemp("notebook"))


def test_most_of_it_works() -> None:
    """The share that is expected to give something, leaving out arguments that are wrong."""
    guesses = [one for one in ALL if one.section != "Wrong arguments"]
    assert sum(one.kind != "refused" for one in guesses) / len(guesses) > 2 / 3


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.typed)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pydantic's `json`, which users know
def test_what_a_newcomer_types(known: dict[str, object], one: Try) -> None:
    """It gives the right kind of thing, or an error that names what to write instead."""
    outcome = try_one(one.typed, known)
    if one.kind == "refused":
        assert not outcome.works, outcome.kind
        assert one.advice
        assert one.advice in outcome.error
    else:
        assert outcome.error == ""
        assert outcome.kind == one.kind


def test_a_line_of_another_form_is_refused() -> None:
    """A typing error in the list does not drop a line silently."""
    assert read_tries('# a remark\n\nbib[0] => refused "all()"\n[All]\nlen(bib) => int\n') == [
        Try("bib[0]", "refused", "all()"),
        Try("len(bib)", "int", "", "All"),
    ]
    with pytest.raises(ValueError, match="not a line"):
        read_tries("len(bib) -> int")
