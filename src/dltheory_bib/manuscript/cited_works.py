"""Build the minimal bibliography of a manuscript: an entry for each key it cites, and no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile, needed_strings
from dltheory_bib.bibfile.match import Matcher
from dltheory_bib.display.printable import Printable, printable
from dltheory_bib.files import write_bytes
from dltheory_bib.formats.bibtex import to_bibtex
from dltheory_bib.text.names import Nearest

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.formats.bibtex import Dialect, Preference, VenueNames
    from dltheory_bib.manuscript.manuscript import Citation, Manuscript
    from dltheory_bib.text.latex import Encoding

_PARENTS = ("crossref", "xref", "xdata", "related", "entryset")
"""Fields of an entry that name other entries, which it needs."""


class UnknownKey(NamedTuple):
    """A key that is neither in the catalogue nor in the user's own file."""

    key: str
    place: Citation
    """Position of its first citation."""
    nearest: tuple[str, ...]
    """Similar known keys."""


@dataclass(frozen=True, slots=True, repr=False)
class Cited(Printable):
    """The bibliography of a manuscript."""

    text: str
    """The .bib file; surrogates represent bytes of the user's file that are not UTF-8."""
    entries: int
    own: tuple[str, ...]
    """The keys whose entries are the user's."""
    unknown: tuple[UnknownKey, ...]
    notes: tuple[str, ...]
    """Notes for the user."""

    def save(self, path: str | PathLike[str]) -> None:
        """Write the .bib atomically; an old file is replaced."""
        write_bytes(Path(path), self.text.encode("utf-8", "surrogateescape"))

    def __str__(self) -> str:
        return printable(self.text)

    def __repr__(self) -> str:
        names = ", ".join(one.key for one in self.unknown)
        unknown = f", keys without one: {names}" if names else ""
        return f"<Cited: {self.entries} entries{unknown}>"


def cite(
    bib: Bibliography,
    manuscript: Manuscript,
    own: BibFile | None = None,
    *,
    dialect: Dialect | None = None,
    prefer: Preference = "published",
    encoding: Encoding | None = None,
    venue_names: VenueNames = "long",
) -> Cited:
    r"""Return an entry for every key that a manuscript cites, under the key that it uses.

    A key is a key or alias of the catalogue, an arXiv id or a DOI. Works that are not in the
    catalogue are taken from `own`, byte for byte, with the entries and strings that they refer to;
    so is an entry whose key means another work in the catalogue. `\nocite{*}` requests all of
    `own`. The default `dialect` is that of the manuscript. Entries are sorted by key; the user's
    own keep the order of the file.
    """
    sorted_out = _Sorted(bib, own)
    for key, place in manuscript.keys.items():
        sorted_out.add(key, place)
    found, notes = sorted_out.found, sorted_out.notes
    if manuscript.everything and not own:
        notes.append(r"\nocite{*} asks for all of a .bib file; name it with --bib")
    wanted = sorted_out.own_keys(manuscript.everything)
    taken, text = _own_text(own, wanted) if own else ([], "")
    made = to_bibtex(
        bib.some(sorted(found)),
        bib.venues,
        dialect=dialect or ("biblatex" if manuscript.biblatex else "bibtex"),
        prefer=prefer,
        encoding=encoding,
        venue_names=venue_names,
        keys=found,
    )
    count = sum(map(len, found.values())) + len(taken)
    return Cited(
        "\n".join(filter(None, (made, text))),
        count,
        tuple(taken),
        tuple(sorted_out.unknown),
        tuple(notes),
    )


class _Sorted:
    """Separates keys of the catalogue from the user's own and from unknown ones."""

    def __init__(self, bib: Bibliography, own: BibFile | None) -> None:
        self.bib = bib
        self.own = own
        self.theirs = {entry.key: entry for entry in reversed(own.entries)} if own else {}
        self.matcher = Matcher(bib)
        self.similar = Nearest([*bib.snapshot.names(), *self.theirs])
        self.found: dict[str, list[str]] = defaultdict(list)
        """By key of the catalogue, the keys that were used."""
        self.wanted: dict[str, None] = {}
        """Keys of the user's own entries."""
        self.unknown: list[UnknownKey] = []
        self.notes: list[str] = []

    def add(self, key: str, place: Citation) -> None:
        """Find out where a key is defined."""
        number = self.bib.snapshot.find(key)
        entry = self.theirs.get(key)
        if number is not None and self.own and entry and self._is_other(entry, number):
            where = f"{self.own.name} than in the catalogue"
            self.notes.append(f"{key} is a different work in {where}; your entry is used")
            number = None
        if number is not None:
            self.found[self.bib.snapshot.key(number)].append(key)
        elif entry is not None:
            self.wanted[key] = None
        else:
            self.unknown.append(UnknownKey(key, place, tuple(self.similar.to(key, 3))))

    def own_keys(self, everything: bool) -> list[str]:
        """Return the keys of the user's entries that are needed: those cited, or all but the
        others.
        """
        if not everything:
            return list(self.wanted)
        typed = {key for keys in self.found.values() for key in keys}
        return [key for key in self.theirs if key not in typed]

    def _is_other(self, entry: BibEntry, number: int) -> bool:
        """Return whether an entry is certainly not the work with its key in the catalogue."""
        assert self.own is not None
        values = self.own.values(entry)
        match = self.matcher.match(values)
        if match is not None:
            return match.paper.key != self.bib.snapshot.key(number)
        return bool(values.get("title"))


def _own_text(own: BibFile, wanted: Iterable[str]) -> tuple[list[str], str]:
    """Return the user's entries unchanged, with those that they need, in the order of the file."""
    by_key = {entry.key.lower(): entry for entry in reversed(own.entries)}
    chosen: dict[str, None] = {}
    todo = list(wanted)
    while todo:
        key = todo.pop().strip().lower()
        entry = by_key.get(key)
        if entry is None or key in chosen:
            continue
        chosen[key] = None
        values = own.values(entry)
        todo += [name for field in _PARENTS for name in values.get(field, "").split(",")]
    entries = [entry for entry in own.entries if by_key.get(entry.key.lower()) is entry]
    entries = [entry for entry in entries if entry.key.lower() in chosen]
    if not entries:
        return [], ""
    spans = [own.string_spans[name] for name in needed_strings(own, iter(entries))]
    spans += own.preambles
    parts = [own.text[start:end] for start, end in sorted(spans)]
    parts += [own.source(entry) for entry in entries]
    return [entry.key for entry in entries], "\n\n".join(parts) + "\n"
