"""Update one entry that matches a work of the catalogue.

A preprint is updated to the version of record as a whole or not at all (`upgrade`). A published
entry gets the fields that it lacks: a venue before anything else, the volume before the pages.
Where the entry contradicts the record, nothing is changed, and a problem is reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibField, BibFile
from dltheory_bib.bibfile.editor import Rewriter, first_line_end
from dltheory_bib.bibfile.fix.house_style import HouseStyle
from dltheory_bib.bibfile.fix.title_and_authors import (
    authors_of_record,
    fuller_names,
    protected_title,
    same_words,
    title_of_record,
)
from dltheory_bib.bibfile.fix.upgrade import OF_DAYS, VENUES, Upgrade
from dltheory_bib.bibfile.fix.venue_style import VenueStyle
from dltheory_bib.bibfile.match import PLACES, SAYING, is_preprint, read_year
from dltheory_bib.bibfile.venue_match import VenueNames, names_venue
from dltheory_bib.formats.bibtex import Dialect, entry_fields
from dltheory_bib.text.identifiers import says_arxiv

if TYPE_CHECKING:
    from dltheory_bib.bibfile.fix.fix_options import FixOptions, What
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper

_PUBLICATIONS = frozenset({"article", "inproceedings", "incollection", "book", "thesis", "report"})
_PAPERS = frozenset({"article", "inproceedings", "conference", "incollection", "inbook"})
_PARENTS = ("crossref", "xdata", "xref")
OF_BIBLATEX = frozenset({"journaltitle", "date"})
"""Fields that files for BibTeX replace by others."""
_OF_BIBTEX = frozenset({"journal", "year"})
_MOST_SHOWN = 12
"""A message lists at most this many authors."""


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
    problem: str = ""
    """Why nothing was changed, and what to write."""


class Known(NamedTuple):
    """An entry with its values and the work that it matches."""

    entry: BibEntry
    values: Mapping[str, str]
    paper: Paper
    others: frozenset[str] = frozenset()
    """The fields that another entry of the same publication has."""


def is_elsewhere(bib: Bibliography, paper: Paper, values: Mapping[str, str]) -> bool:
    """Return whether an entry names a venue of which the catalogue has no version of the work."""
    known = {paper.venue, *(version.venue for version in paper.versions)} - {None}
    venues = [bib.venues[name] for name in known if name]
    places = [values[name] for name in PLACES if values.get(name)]
    return not all(
        says_arxiv(place) or any(names_venue(place, venue) for venue in venues) for place in places
    )


class Updater:
    """Updates entries of one file."""

    def __init__(
        self, bib: Bibliography, file: BibFile, options: FixOptions, style: HouseStyle
    ) -> None:
        self.bib = bib
        self.file = file
        self.options = options
        self.style = style
        self.line_end = first_line_end(file.text)
        self._venue_style: VenueStyle | None = None

    @property
    def venue_style(self) -> VenueStyle:
        """How the file names venues; it is read when the first name is needed."""
        if self._venue_style is None:
            self._venue_style = VenueStyle(self.file, VenueNames(self.bib))
        return self._venue_style

    def cites_record(self, known: Known) -> bool:
        """Return whether an entry has the venue and the year of the main version of its work."""
        return read_year(known.values) == known.paper.year and self._is_in_venue(known)

    def updated(self, known: Known) -> Updated:
        """Return the updated entry of a work, and the changes."""
        paper, values = known.paper, known.values
        rewriter = Rewriter(self.file, known.entry, self.line_end)
        changes: list[Change] = []
        problem = ""
        preprint = is_preprint(known.entry.type, values)
        published = paper.venue is not None and paper.type in _PUBLICATIONS
        is_record = preprint and not published
        if published and not any(values.get(name) for name in _PARENTS):
            try:
                changes += self._of_record(rewriter, known, preprint)
            except _ContradictionError as error:
                problem = str(error)
                if preprint:
                    return Updated("", (), False, problem)
            # A second run must find nothing to change.
            is_record = bool(changes) or self.cites_record(known)
        if "capitals" in self.options.kinds and self.style.protects_capitals:
            changes += self._capitals(rewriter, paper)
        changes += self._names(rewriter, paper)
        return Updated(rewriter.text() if changes else "", tuple(changes), is_record, problem)

    def _of_record(self, rewriter: Rewriter, known: Known, preprint: bool) -> list[Change]:
        """Bring an entry to the version of record, or complete it."""
        if preprint:
            return self._upgrade(rewriter, known) if "upgrades" in self.options.kinds else []
        if not any(known.values.get(name) for name in PLACES):
            return self._placed(rewriter, known) if "venues" in self.options.kinds else []
        return self._completed(rewriter, known)

    def _target(self, entry: BibEntry, paper: Paper) -> dict[str, str]:
        """Return the type, as `@`, and the fields that export would give the work.

        biblatex's names are used only if the entry uses them and not BibTeX's, which biber reads as
        well.
        """
        names = {one.name.lower() for one in entry.fields}
        biblatex = names & OF_BIBLATEX and not names & _OF_BIBTEX
        dialect: Dialect = "biblatex" if biblatex else "bibtex"
        kind, fields = entry_fields(
            paper,
            self.bib.venues,
            dialect=dialect,
            encoding=self.style.encoding,
            venue_names="short" if self.options.venues == "short" else "long",
        )
        return {"@": kind, **{name.lower(): value for name, value in fields.items()}}

    # Preprints

    def _upgrade(self, rewriter: Rewriter, known: Known) -> list[Change]:
        """Change a preprint's entry to the published version, in one transaction."""
        paper = known.paper
        target = self._target(known.entry, paper)
        place = next((name for name in VENUES if name in target), None)
        if place is None:
            return []
        authors = self._authors(known, self._where(paper))
        upgrade = Upgrade(rewriter, known.values, paper, target)
        upgrade.move(place, *self._venue_name(known.entry, paper, place, target[place]))
        upgrade.clear()
        upgrade.fill(self.style, self.options)
        if authors is not None:
            rewriter.set("author", authors or target["author"])
        changes = [Change("published", f"arXiv → {self._where(paper)}")]
        raw = _raw(known.entry.get("title"))
        if not same_words(raw or known.values.get("title", ""), paper.title):
            new = title_of_record(raw or "", paper.title, self.style.encoding)
            rewriter.set("title", new)
            changes.append(Change("title", f"{known.values.get('title', '')} → {new}"))
        return changes

    def _venue_name(self, entry: BibEntry, paper: Paper, place: str, long: str) -> tuple[str, bool]:
        """Return the name of a work's venue as the file would write it, and whether that is a
        `@string`.
        """
        if self.options.venues != "as-is" or place not in PLACES:
            return long, False
        short = self.bib.venues[paper.venue or ""].in_year(paper.year).short
        return self.venue_style.name(entry, paper, long, short)

    def _authors(self, known: Known, where: str) -> str | None:
        """Return the authors of the record, if the entry has others; empty if it has none.

        Raises `_ContradictionError` if they are not the same people.
        """
        written = known.entry.get("author")
        text = known.values.get("author", "")
        if not text:
            return None if known.values.get("editor") else ""
        raw = _raw(written)
        initials = not self.style.writes_names
        made = authors_of_record(
            raw if raw is not None else text,
            known.paper.author,
            self.style.encoding,
            initials=initials,
        )
        if made is None:
            raise _ContradictionError(self._other_authors(known.paper, where))
        return None if made == (raw if raw is not None else text) else made

    def _other_authors(self, paper: Paper, where: str) -> str:
        count = len(paper.author)
        number = "1 author" if count == 1 else f"{count} authors"
        if count <= _MOST_SHOWN:
            write = f"write author = {{{' and '.join(paper.author)}}} and run fix again"
        else:
            write = f"take the entry from: dltheory show {paper.key} --format bibtex"
        return (
            f"not changed: its authors are not the {number} of the published version ({where}); to "
            f"cite that version, {write}"
        )

    def _where(self, paper: Paper) -> str:
        return f"{self.bib.venues[paper.venue or ''].in_year(paper.year).short} {paper.year}"

    # Published works

    def _placed(self, rewriter: Rewriter, known: Known) -> list[Change]:
        """Add the venue to the entry of a paper that names none, with all that it then lacks."""
        paper, values = known.paper, known.values
        target = self._target(known.entry, paper)
        place = next((name for name in PLACES if name in target), None)
        if (
            place is None
            or known.entry.type.lower() not in _PAPERS
            or read_year(values) != paper.year
            or any(values.get(name) for name in (*SAYING[:-1], "school"))
            or _contradicts(known, target)
            or self._authors(known, self._where(paper)) is not None
        ):
            return []
        name, is_string = self._venue_name(known.entry, paper, place, target[place])
        rewriter.retype(target["@"])
        rewriter.set(place, name, bare=is_string)
        changes = [Change("venue", f"{place} {name}")]
        return changes + self._numbers(rewriter, known, target)

    def _completed(self, rewriter: Rewriter, known: Known) -> list[Change]:
        """Add the missing fields of a published work, and correct its year and venue's name."""
        paper, values = known.paper, known.values
        changes: list[Change] = []
        target = self._target(known.entry, paper)
        if "upgrades" in self.options.kinds and self._has_years_of_two(known, target):
            self._authors(known, self._where(paper))
            rewriter.set("year", str(paper.year))
            for name in OF_DAYS:
                rewriter.remove(name)
            changes.append(Change("year", f"{values['year']} (arXiv's) → {paper.year}"))
        elif not self.cites_record(known):
            return []  # another version, of which nothing is certain
        changes += self._numbers(rewriter, known, target)
        if "venues" in self.options.kinds and self.options.venues != "as-is":
            changes += self._venue(rewriter, known, target)
        return changes

    def _numbers(self, rewriter: Rewriter, known: Known, target: Mapping[str, str]) -> list[Change]:
        """Add volume, number, pages and DOI, as far as the file gives them."""
        added = self._missing(known, target)
        if not added:
            return []
        where = self._where(known.paper)
        other = _contradicts(known, target)
        if other:
            raise _ContradictionError(
                f"not changed: {other} = {{{known.values[other]}}} is not that of the published "
                f"version ({where}); if you cite that version, write {other} = {{{target[other]}}} "
                "and run fix again"
            )
        self._authors(known, where)
        for name in added:
            rewriter.set(name, target[name])
        numbers = [name for name in added if name != "doi"]
        changes = []
        if numbers:
            text = ", ".join(f"{name} {target[name]}" for name in numbers)
            changes.append(Change("pages", text))
        if "doi" in added:
            changes.append(Change("doi", f"doi {target['doi']}"))
        return changes

    def _missing(self, known: Known, target: Mapping[str, str]) -> list[str]:
        """Return the fields to add: those that the record has from a source, and the file gives.

        No article gets pages without its volume.
        """
        kind, values, style = target["@"], known.values, self.style
        unknown = {*known.paper.unverified}
        wanted = []
        if "pages" in self.options.kinds:
            pages, volume = style.gives_pages(kind), True
            if kind == "article" and _lacks(values, "volume"):
                volume = "volume" in target and "volume" not in unknown
                if pages or style.gives(kind, "volume", otherwise=False):
                    wanted.append("volume")
                    wanted += ["number"] if style.gives(kind, "number") else []
            wanted += ["pages"] if pages and volume else []
        if "dois" in self.options.kinds and style.gives_dois(kind):
            wanted.append("doi")
        # Some keep a short entry of a work on purpose, beside a full one.
        return [
            name
            for name in wanted
            if name in target
            and _lacks(values, name)
            and not (name == "pages" and values.get("eid"))
            and name not in unknown | known.others
        ]

    def _is_in_venue(self, known: Known) -> bool:
        place = next((known.values[name] for name in PLACES if known.values.get(name)), None)
        venue = known.paper.venue
        return (
            place is not None and venue is not None and names_venue(place, self.bib.venues[venue])
        )

    def _has_years_of_two(self, known: Known, target: Mapping[str, str]) -> bool:
        """Return whether the entry has the venue of the published version and the year of the
        preprint.

        False if the entry has other evidence for that year: the venue's name contains it, or volume
        or pages differ.
        """
        paper, values = known.paper, known.values
        year = values.get("year", "")
        place = " ".join(values.get(name, "") for name in PLACES)
        return (
            year == str(paper.eprint_year)
            and paper.eprint_year != paper.year
            and self._is_in_venue(known)
            and not re.search(rf"{year}|['’]{year[2:]}\b", place)
            and not any(one.year == paper.eprint_year and one.venue for one in paper.versions)
            and not _contradicts(known, target)
        )

    def _venue(self, rewriter: Rewriter, known: Known, target: Mapping[str, str]) -> list[Change]:
        """Set the venue's name to the catalogue's long or short one."""
        place = next(name for name in PLACES if known.values.get(name))
        old = known.values[place]
        new = next((target[name] for name in PLACES if name in target), old)
        if new == old:
            return []
        rewriter.set(place, new)
        return [Change("venue", f"{old} → {new}")]

    # Titles and names

    def _capitals(self, rewriter: Rewriter, paper: Paper) -> list[Change]:
        """Add braces around capitals that a style would lower."""
        value = rewriter.value("title")
        raw = value if value is not None else ""
        if not raw or not same_words(raw, paper.title):
            return []
        new = protected_title(raw, paper.title)
        if new == raw:
            return []
        rewriter.set("title", new)
        return [Change("capitals", f"{' '.join(raw.split())} → {' '.join(new.split())}")]

    def _names(self, rewriter: Rewriter, paper: Paper) -> list[Change]:
        """Replace initials by full given names, and "others" by all authors."""
        raw = rewriter.value("author")
        if not raw or "names" not in self.options.kinds:
            return []
        made = fuller_names(
            raw,
            paper.author,
            self.style.encoding,
            names=self.style.writes_names,
            others=self.style.lists_all_authors,
        )
        if made is None:
            return []
        rewriter.set("author", made.text)
        text = []
        if made.longer:
            text.append(f"{made.longer} given name{'s' if made.longer > 1 else ''}")
        if made.added:
            text.append(f"{made.added} author{'s' if made.added > 1 else ''} in place of others")
        return [Change("authors", ", ".join(text) or "no others")]


class _ContradictionError(Exception):
    """An entry and the record contradict each other, so that nothing is changed."""


def _raw(one: BibField | None) -> str | None:
    """Return a value as written; None if it is missing or uses a `@string`."""
    if one is None or len(one.parts) != 1 or not one.parts[0][0]:
        return None
    return one.parts[0][1]


def _lacks(values: Mapping[str, str], name: str) -> bool:
    return not values.get(name, "").strip()


def _disputed(paper: Paper) -> set[str]:
    """Return the fields of a record on which its sources disagree, or that no source supports."""
    return {one.field for one in paper.disagreements} | {*paper.unverified}


def _contradicts(known: Known, target: Mapping[str, str]) -> str:
    """Return the field in which an entry differs from the record; empty if it agrees."""
    values, disputed = known.values, _disputed(known.paper)
    for name in ("volume", "pages"):
        if name in disputed:
            continue
        theirs, ours = _digits(values.get(name, "")), _digits(target.get(name, ""))
        if theirs and ours and not _agree(theirs, ours):
            return name
    return ""


def _agree(theirs: list[str], ours: list[str]) -> bool:
    """Return whether numbers agree: a page range may be abbreviated, or name its first page."""
    return theirs[0] == ours[0] or theirs == ours[: len(theirs)]


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)
