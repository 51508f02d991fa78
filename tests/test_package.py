"""What is installed, and that the tests judge it."""

from __future__ import annotations

import importlib
import os
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

import dltheory_bib
from dltheory_bib import load
from dltheory_bib.source.folders import KINDS, shipped_directory

pytestmark = pytest.mark.wheel


def test_the_version_is_that_of_the_installed_package() -> None:
    """One number, in the package and in its metadata."""
    assert dltheory_bib.__version__ == version("dltheory-bib")


def test_the_metadata_name_licence_and_python() -> None:
    """Code MIT, data CC0; Python 3.11 and later."""
    found = metadata("dltheory-bib")
    assert found["License-Expression"] == "MIT AND CC0-1.0"
    assert found["Requires-Python"] == ">=3.11"


@pytest.mark.parametrize("name", dltheory_bib.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    """`from dltheory_bib import NAME` works, and NAME says what it is."""
    found = getattr(dltheory_bib, name)
    assert found.__name__ == name
    assert found.__doc__
    assert name in dir(dltheory_bib)
    assert getattr(importlib.import_module(found.__module__), name) is found


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    """Also one that exists inside."""
    with pytest.raises(AttributeError, match="no attribute 'Snapshot'"):
        _ = dltheory_bib.Snapshot  # type: ignore[attr-defined]


def test_the_package_says_that_it_is_typed() -> None:
    """`py.typed` lies beside the modules, so type checkers use the annotations."""
    assert (Path(dltheory_bib.__file__).parent / "py.typed").is_file()


@pytest.mark.catalogue
def test_the_data_are_shipped() -> None:
    """Every file of the catalogue and its licence."""
    there = {file.name for file in shipped_directory().iterdir()}
    assert {f"{kind}.yaml" for kind in KINDS} <= there
    assert "LICENSE" in there


@pytest.mark.catalogue
def test_what_is_tested_is_what_was_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With DLTHEORY_TESTED the package comes from there, and needs no snapshot but its own."""
    tested = os.environ.get("DLTHEORY_TESTED")
    home = Path(dltheory_bib.__file__).parents[1]
    if tested is None:
        assert not (home / "dltheory_bib" / "data").exists(), "the source tree holds no built data"
        return
    assert home.resolve() == Path(tested).resolve()
    shipped = shipped_directory()
    assert shipped == home / "dltheory_bib" / "data"
    assert (shipped / "snapshot.sqlite").is_file()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load()["jin2017escape"].year == 2017
    made = [path.suffix for path in tmp_path.rglob("*") if path.is_file()]
    assert made == [".verified"]  # that its hash was right, so that no later start reads it whole
