"""Build the minimal bibliography of a manuscript: an entry for each key it cites, and no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import (
    BibEntry,
    BibFile,
    needed_strings,
    read_bib,
    share_strings,
)
from dltheory_bib.bibfile.match import Matcher
from dltheory_bib.display.printable import Printable, printable
from dltheory_bib.errors import DataError
from dltheory_bib.files import resolved, write_bytes
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


def named_files(
    manuscript: Manuscript, output: Path | None = None
) -> tuple[list[BibFile], list[str]]:
    """Return the .bib files that a manuscript names, and notes on those that cannot be read; the
    file that is about to be written need not exist.
    """
    files: list[BibFile] = []
    notes: list[str] = []
    for name in dict.fromkeys(manuscript.bibliographies):
        path = manuscript.find_bibliography(name)
        if path is None:
            places = (home / name for home in manuscript.homes)
            if output is None or all(resolved(place) != resolved(output) for place in places):
                notes.append(f"{name}, which the manuscript names, does not exist; use --bib")
            continue
        try:
            files.append(read_bib(path))
        except DataError as error:
            notes += [str(problem) for problem in error.problems]
    return files, notes


def cite(
    bib: Bibliography,
    manuscript: Manuscript,
    own: BibFile | Iterable[BibFile] = (),
    *,
    dialect: Dialect | None = None,
    prefer: Preference = "published",
    encoding: Encoding | None = None,
    venue_names: VenueNames = "long",
) -> Cited:
    r"""Return an entry for every key that a manuscript cites, under the key that it uses.

    A key is a key or alias of the catalogue, an arXiv id or a DOI. Works that are not in the
    catalogue are taken from `own`, one or more .bib files that are read together, byte for byte,
    with the entries and strings that they refer to; so is an entry whose key means another work in
    the catalogue. `\nocite{*}` requests all of `own`. The default `dialect` is that of the
    manuscript. Entries are sorted by key; the user's own keep the order of the files.
    """
    own = share_strings([own] if isinstance(own, BibFile) else own)
    sorted_out = _Sorted(bib, own, exact=manuscript.biblatex)
    for key, place in manuscript.keys.items():
        sorted_out.add(key, place)
    found, notes = sorted_out.found, sorted_out.notes
    if manuscript.everything and not own:
        notes.append(r"\nocite{*} asks for all of a .bib file; name it with --bib")
    wanted = sorted_out.own_keys(manuscript.everything)
    taken, text = _own_text(own, wanted)
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

    def __init__(self, bib: Bibliography, own: Sequence[BibFile], exact: bool) -> None:
        self.bib = bib
        self.theirs: dict[str, tuple[BibFile, BibEntry]] = {}
        self.folded: dict[str, tuple[BibFile, BibEntry]] = {}
        """The user's entries by key in lower case: BibTeX ignores the case of keys, biber does
        not.
        """
        for file in own:
            for entry in file.entries:
                self.theirs.setdefault(entry.key, (file, entry))
                if not exact:
                    self.folded.setdefault(entry.key.lower(), (file, entry))
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
        if number is not None and entry is not None and self._is_other(*entry, number):
            where = f"{entry[0].name} than in the catalogue"
            self.notes.append(f"{key} is a different work in {where}; your entry is used")
            number = None
        if number is not None:
            self.found[self.bib.snapshot.key(number)].append(key)
        elif entry is not None:
            self.wanted[key] = None
        elif key.lower() in self.folded:
            self.wanted[self.folded[key.lower()][1].key] = None
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

    def _is_other(self, file: BibFile, entry: BibEntry, number: int) -> bool:
        """Return whether an entry is certainly not the work with its key in the catalogue."""
        values = file.values(entry)
        match = self.matcher.match(values)
        if match is not None:
            return match.paper.key != self.bib.snapshot.key(number)
        paper = self.bib.snapshot.paper(number)
        return bool(values.get("title")) and not self.matcher.may_be(values, paper)


def _own_text(own: Sequence[BibFile], wanted: Iterable[str]) -> tuple[list[str], str]:
    """Return the user's entries unchanged, with those that they need, in the order of the files."""
    by_key: dict[str, tuple[BibFile, BibEntry]] = {}
    for file in own:
        for entry in file.entries:
            by_key.setdefault(entry.key.lower(), (file, entry))
    chosen: dict[str, None] = {}
    todo = list(wanted)
    while todo:
        key = todo.pop().strip().lower()
        if key not in by_key or key in chosen:
            continue
        chosen[key] = None
        file, entry = by_key[key]
        values = file.values(entry)
        todo += [name for field in _PARENTS for name in values.get(field, "").split(",")]
    taken: list[str] = []
    parts: list[str] = []
    written: dict[str, BibFile] = {}
    for file in own:
        entries = [one for one in file.entries if by_key[one.key.lower()][1] is one]
        entries = [one for one in entries if one.key.lower() in chosen]
        if entries:
            taken += [entry.key for entry in entries]
            parts += _definitions(own, file, entries, written)
            parts += [file.source(entry) for entry in entries]
    return taken, "\n\n".join(parts) + "\n" if parts else ""


def _definitions(
    own: Sequence[BibFile],
    file: BibFile,
    entries: Iterable[BibEntry],
    written: dict[str, BibFile],
) -> list[str]:
    """Return the definitions that entries of a file need and that are not in force yet: the file's
    preambles, and `@string`s. `written` has the file that last defined each.
    """
    parts = [file.text[start:end] for start, end in file.preambles]
    for home, name in needed_strings(own, file, entries):
        if written.get(name) is not home:
            written[name] = home
            start, end = home.string_spans[name]
            parts.append(home.text[start:end])
    return parts
