"""A rule on the mathematics of every text: it must be such that a page can show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from dltheory_bib.models.record import Record
from dltheory_bib.source.catalogue import Catalogue
from dltheory_bib.source.rules.findings import Finding, Known
from dltheory_bib.text.broken_maths import faults, formula_fault

_FORMULAS = frozenset({"tex", "bound_tex"})
"""Fields that contain a formula without dollar signs."""
_NO_TEXT = frozenset({"key", "id", "doi", "eprint", "url", "where"})
"""Fields with names and addresses, which are shown as they are."""
_SIGNS = frozenset("${}")

Path = tuple[str | int, ...]


def check_mathematics(catalogue: Catalogue, _: Known) -> Iterator[Finding]:
    """Check that the formulas of every text can be typeset."""
    for kind in fields(catalogue):
        located = getattr(catalogue, kind.name)
        if isinstance(located, set):
            continue
        for at in located:
            for path, text in _texts(at.record, ()):
                for message in _faults(path[-1], text):
                    yield Finding(at, path, "broken-mathematics", message, "warning")


def _faults(name: str | int, text: str) -> Iterator[str]:
    if name in _FORMULAS:
        fault = formula_fault(text)
        if fault:
            yield fault
    elif not _SIGNS.isdisjoint(text):
        yield from faults(text)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the texts in a record, with their places."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Record):
        for name, one in value.__dict__.items():
            if name not in _NO_TEXT:
                yield from _texts(one, (*path, name))
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from _texts(one, (*path, number))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, (*path, name))
