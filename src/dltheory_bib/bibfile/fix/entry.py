"""Update one entry that matches a work of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibField, BibFile
from dltheory_bib.bibfile.editor import Rewriter
from dltheory_bib.bibfile.fix.title_and_authors import fuller_names, protected_title, same_words
from dltheory_bib.bibfile.match import PLACES, SAYING, is_preprint, read_year
from dltheory_bib.bibfile.venue_match import names_venue
from dltheory_bib.formats.bibtex import Dialect, entry_fields
from dltheory_bib.input_files import is_unicode
from dltheory_bib.models.paper import Paper
from dltheory_bib.text.identifiers import is_arxiv_alone, says_arxiv
from dltheory_bib.text.latex import Encoding
from dltheory_bib.text.names import is_text

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

VenueStyle = Literal["as-is", "long", "short"]
"""How venues are named: unchanged, or by the catalogue's long or short names."""
What = Literal["published", "year", "pages", "doi", "venue", "title", "capitals", "authors"]

_PUBLICATIONS = frozenset({"article", "inproceedings", "incollection", "book", "thesis", "report"})
_OF_PREPRINTS = ("eprint", "archiveprefix", "primaryclass", "eprinttype", "eprintclass", "arxivid")
_NAMES_OF_PLACES = ("booktitle", "journaltitle", "journal", "publisher", "school", "institution")
"""The fields of which an exported entry has one that names the venue."""
_FOR_PLACES = ("series", "volume", "number", "pages", "publisher")
_OF_VOLUMES = ("publisher", "editor")
"""The fields that a preprint has only if the user knows of its volume; they are kept."""
_OF_DAYS = ("month", "day")
OF_BIBLATEX = frozenset({"journaltitle", "date"})
"""Fields that files for BibTeX replace by others."""
_PARENTS = ("crossref", "xdata", "xref")
_ISSN_OF_ARXIV = "2331-8422"
_OLD_NAME = re.compile(r"\bNIPS\b")
_NEW_NAME = re.compile(r"\bNeurIPS\b")
_RENAMED = 2018
"""The first year of NeurIPS."""


class Change(NamedTuple):
    """A change in an entry."""

    what: What
    text: str


class Updated(NamedTuple):
    """An updated entry."""

    text: str
    changes: tuple[Change, ...]
    is_record: bool
    """Whether it cites the main version of the work in the catalogue."""


class Updater:
    """Updates entries of one file."""

    def __init__(
        self, bib: Bibliography, file: BibFile, keep_preprint: bool, venues: VenueStyle
    ) -> None:
        self.bib = bib
        self.file = file
        self.keep_preprint = keep_preprint
        self.venues = venues
        # Letters are written as LaTeX commands, unless the file is in UTF-8 and contains such
        # letters itself.
        text = file.text.removeprefix("\ufeff")
        plain = text.isascii() or not is_text(text) or not is_unicode(file.encoding)
        self.encoding: Encoding = "latex" if plain else "utf-8"

    def is_elsewhere(self, paper: Paper, values: Mapping[str, str]) -> bool:
        """Return whether an entry names a venue of which the catalogue has no version of the
        work.
        """
        known = {paper.venue, *(version.venue for version in paper.versions)} - {None}
        venues = [self.bib.venues[name] for name in known if name]
        places = [values[name] for name in PLACES if values.get(name)]
        return not all(
            says_arxiv(place) or any(names_venue(place, venue) for venue in venues)
            for place in places
        )

    def updated(self, entry: BibEntry, paper: Paper) -> Updated:
        """Return the updated entry of a work, and the changes."""
        values = self.file.values(entry)
        rewriter = Rewriter(self.file, entry)
        changes: list[Change] = []
        preprint = is_preprint(entry.type, values)
        published = paper.venue is not None and paper.type in _PUBLICATIONS
        is_record = preprint and not published
        if published and not any(values.get(name) for name in _PARENTS):
            target = self._target(entry, paper)
            if preprint:
                changes += self._publish(rewriter, paper, values, target)
            else:
                changes += self._complete(rewriter, paper, values, target)
            # A second run must find nothing to change.
            is_record = preprint or self._is_record(paper, values, changes)
        changes += self._title(rewriter, paper, preprint and bool(changes))
        changes += self._authors(rewriter, paper)
        return Updated(rewriter.text() if changes else "", tuple(changes), is_record)

    def _target(self, entry: BibEntry, paper: Paper) -> dict[str, str]:
        """Return the type, as `@`, and the fields that export would give the work.

        biblatex's names are used only if the entry itself uses them: biber reads BibTeX's as well.
        """
        names = {one.name.lower() for one in entry.fields}
        dialect: Dialect = "biblatex" if names & OF_BIBLATEX else "bibtex"
        kind, fields = entry_fields(
            paper,
            self.bib.venues,
            dialect=dialect,
            encoding=self.encoding,
            venue_names="short" if self.venues == "short" else "long",
        )
        return {"@": kind, **{name.lower(): value for name, value in fields.items()}}

    def _publish(
        self,
        rewriter: Rewriter,
        paper: Paper,
        values: Mapping[str, str],
        target: Mapping[str, str],
    ) -> list[Change]:
        """Change a preprint's entry to the published version."""
        place = next((name for name in _NAMES_OF_PLACES if name in target), None)
        if place is None:
            return []
        rewriter.retype(target["@"])
        if place not in values:
            old = next((name for name in PLACES if name in values), None)
            if old:
                rewriter.rename(old, place)
        for name in {*PLACES} - {place}:
            rewriter.remove(name)
        self._clear(rewriter, values, target)
        rewriter.set(place, target[place])
        dated = [name for name in ("year", "date") if name in values]
        for name in dated or ["date" if "date" in target else "year"]:
            rewriter.set(name, str(paper.year))
        for name in (*_FOR_PLACES, "doi", "editor"):
            if name in target and not (name in _OF_VOLUMES and self._is_own(values, name)):
                rewriter.set(name, target[name])
        if self.keep_preprint and paper.eprint:
            if "eprint" not in values:
                rewriter.set("eprint", paper.eprint)
            if not {"eprinttype", "archiveprefix"} & set(values):
                biblatex = "eprinttype" in target
                rewriter.set("eprinttype" if biblatex else "archivePrefix", "arXiv")
        where = self.bib.venues[paper.venue or ""].in_year(paper.year).short
        return [Change("published", f"arXiv → {where} {paper.year}")]

    def _clear(
        self, rewriter: Rewriter, values: Mapping[str, str], target: Mapping[str, str]
    ) -> None:
        """Delete the fields that only the preprint had."""
        gone = [
            name
            for name in (*_FOR_PLACES, *_OF_DAYS)
            if name not in target and not (name in _OF_VOLUMES and self._is_own(values, name))
        ]
        for name in (*gone, *(() if self.keep_preprint else _OF_PREPRINTS)):
            rewriter.remove(name)
        for name in SAYING:
            if is_arxiv_alone(values.get(name, "")):
                if name == "url" and name in target:
                    rewriter.set(name, target[name])
                else:
                    rewriter.remove(name)
        if says_arxiv(values.get("doi", "")):
            rewriter.remove("doi")
        if values.get("issn") == _ISSN_OF_ARXIV:
            rewriter.remove("issn")
        for name in ("pubstate", *(("urldate",) if is_arxiv_alone(values.get("url", "")) else ())):
            rewriter.remove(name)

    @staticmethod
    def _is_own(values: Mapping[str, str], name: str) -> bool:
        """Return whether a field has a value of the user: not one that only the preprint had."""
        return bool(values.get(name, "").strip()) and not says_arxiv(values[name])

    def _complete(
        self,
        rewriter: Rewriter,
        paper: Paper,
        values: Mapping[str, str],
        target: Mapping[str, str],
    ) -> list[Change]:
        """Add the missing fields of a published work, and correct its venue's name."""
        changes: list[Change] = []
        if self._has_years_of_two(paper, values, target):
            rewriter.set("year", str(paper.year))
            changes.append(Change("year", f"{values['year']} (arXiv's) → {paper.year}"))
        if not self._is_record(paper, values, changes):
            return []  # another version, of which nothing is certain
        for name in ("pages", "doi"):
            if name in target and not values.get(name, "").strip():
                rewriter.set(name, target[name])
                changes.append(Change(name, f"{name} {target[name]}"))
        return changes + self._venue(rewriter, paper, values, target)

    def _is_record(self, paper: Paper, values: Mapping[str, str], changes: list[Change]) -> bool:
        """Return whether an entry has the venue and, after the changes, the year of the record."""
        year = paper.year if any(one.what == "year" for one in changes) else read_year(values)
        return year == paper.year and self._is_in_venue(paper, values)

    def _is_in_venue(self, paper: Paper, values: Mapping[str, str]) -> bool:
        place = next((values[name] for name in PLACES if values.get(name)), None)
        return place is not None and names_venue(place, self.bib.venues[paper.venue or ""])

    def _has_years_of_two(
        self, paper: Paper, values: Mapping[str, str], target: Mapping[str, str]
    ) -> bool:
        """Return whether the entry has the venue of the published version and the year of the
        preprint.

        False if the entry has other evidence for that year: the venue's name contains it, or volume
        or pages differ.
        """
        year = values.get("year", "")
        place = " ".join(values.get(name, "") for name in PLACES)
        return (
            year == str(paper.eprint_year)
            and paper.eprint_year != paper.year
            and self._is_in_venue(paper, values)
            and year not in place
            and not any(one.year == paper.eprint_year and one.venue for one in paper.versions)
            and all(
                not values.get(name) or _digits(values[name]) == _digits(target.get(name, ""))
                for name in ("volume", "pages")
            )
        )

    def _venue(
        self,
        rewriter: Rewriter,
        paper: Paper,
        values: Mapping[str, str],
        target: Mapping[str, str],
    ) -> list[Change]:
        """Set the venue's name as requested; by default, choose NIPS or NeurIPS by the year."""
        place = next(name for name in PLACES if values.get(name))
        old = new = values[place]
        if self.venues != "as-is":
            new = next((target[name] for name in PLACES if name in target), old)
        elif paper.venue == "neurips" and _raw(rewriter.entry.get(place)) is not None:
            late = paper.year >= _RENAMED
            new = _OLD_NAME.sub("NeurIPS", old) if late else _NEW_NAME.sub("NIPS", old)
        if new == old:
            return []
        rewriter.set(place, new)
        return [Change("venue", f"{old} → {new}")]

    def _title(self, rewriter: Rewriter, paper: Paper, republished: bool) -> list[Change]:
        """Add braces around capitals that a style would lower; update a title that changed in
        print.
        """
        raw = _raw(rewriter.entry.get("title"))
        if raw is None:
            return []
        if not same_words(raw, paper.title):
            if not republished:
                return []
            new = self._target(rewriter.entry, paper)["title"]
            rewriter.set("title", new)
            return [Change("title", f"{raw} → {new}")]
        new = protected_title(raw, paper.title)
        if new == raw:
            return []
        rewriter.set("title", new)
        return [Change("capitals", f"{' '.join(raw.split())} → {' '.join(new.split())}")]

    def _authors(self, rewriter: Rewriter, paper: Paper) -> list[Change]:
        """Replace initials by full given names, and "others" by all authors."""
        raw = _raw(rewriter.entry.get("author"))
        made = fuller_names(raw, paper.author, self.encoding) if raw else None
        if made is None:
            return []
        rewriter.set("author", made.text)
        text = []
        if made.longer:
            text.append(f"{made.longer} given name{'s' if made.longer > 1 else ''}")
        if made.added:
            text.append(f"{made.added} author{'s' if made.added > 1 else ''} in place of others")
        return [Change("authors", ", ".join(text))]


def _raw(one: BibField | None) -> str | None:
    """Return a value as written; None if it is missing or uses a `@string`."""
    if one is None or len(one.parts) != 1 or not one.parts[0][0]:
        return None
    return one.parts[0][1]


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)
