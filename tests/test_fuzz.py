"""Random files on every reader: the seeds, what once broke, and a fixed number of mutants."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dltheory_bib import Bibliography
from fuzzing.mutants import Mutator, Seed
from fuzzing.readers import READERS, SEEDS, Bench, BrokenPromiseError, bib_fix, seeds, words

pytestmark = pytest.mark.slow  # thousands of files

MUTANTS = {"snapshot": 8, "yaml": 12, "query": 60, "bcf": 60}
"""How many of each reader's are tried here; `make fuzz` tries as many as its time allows."""
OTHERS = 24


@pytest.fixture
def bench(bib: Bibliography, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A folder for the files, and a cache that a damaged snapshot may be in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "files"
    folder.mkdir()
    return Bench(bib, folder)


@pytest.mark.parametrize("name", READERS)
def test_seeds_keep_every_promise(bench: Bench, name: str) -> None:
    """Files that are meant to be read, and those that once broke a promise."""
    for number, seed in enumerate(seeds(name, bench.bib)):
        bench.draw.seed(number)
        READERS[name].run(bench, seed)
    assert not bench.lost


@pytest.mark.parametrize("path", sorted(SEEDS.rglob("found-*")), ids=lambda path: path.stem)
def test_what_once_broke_goes_through_the_command_too(bench: Bench, path: Path) -> None:
    bench.commands_each = 1
    for reader in READERS.values():
        if reader.seeds == path.parent.name:
            for name in reader.names or (path.name.rpartition("--")[2],):
                reader.run(bench, Seed(name, path.read_bytes()))


@pytest.mark.parametrize("name", READERS)
def test_mutants_keep_every_promise(bench: Bench, name: str) -> None:
    """No exception but the package's own, nothing lost, no control characters printed."""
    draw = random.Random(name)
    mutator = Mutator(seeds(name, bench.bib), words(READERS[name].tokens), draw)
    for number in range(MUTANTS.get(name, OTHERS)):
        bench.draw.seed(number)
        mutant = mutator.mutant()
        try:
            READERS[name].run(bench, mutant)
        except Exception as error:
            error.add_note(f"mutant {number} of {name}: {mutant!r}")
            raise
    assert not bench.lost


def test_mutants_are_the_same_for_the_same_numbers(bib: Bibliography) -> None:
    def some() -> list[Seed]:
        draw = random.Random(7)
        mutator = Mutator(seeds("check", bib), words(READERS["check"].tokens), draw)
        return [mutator.mutant() for _ in range(50)]

    assert some() == some()
    assert len({mutant.data for mutant in some()}) > 40


def test_a_broken_promise_is_noticed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzer itself: a fixer that drops an entry, or never comes to an end, is caught."""
    from fuzzing import readers

    real = readers.fix

    def dropping(*given: object, **options: object) -> object:
        made = real(*given, **options)  # type: ignore[arg-type]
        object.__setattr__(made, "text", made.text.partition("@proceedings{tea")[0])
        return made

    monkeypatch.setattr(readers, "fix", dropping)
    seed = Seed("refs.bib", (SEEDS / "bib" / "preprints.bib").read_bytes())
    with pytest.raises(BrokenPromiseError, match=r"bytes changed outside of edits|entries lost"):
        bib_fix(bench, seed)
