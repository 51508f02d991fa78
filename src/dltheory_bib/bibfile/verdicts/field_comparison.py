"""Compare a reference with one version of a work, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames, abbreviates, same_name, telling
from dltheory_bib.bibfile.verdicts.author_comparison import Authors, Outcome, compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.known_version import CATALOGUE, KnownVersion, KnownWork
from dltheory_bib.bibfile.verdicts.titles import (
    ALIKE,
    bare,
    last_word,
    similarity,
    spelled_title,
)
from dltheory_bib.text.identifiers import is_arxiv_doi, says_arxiv
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import author_line, natural, words

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

FieldWord = Literal["verified", "differs", "contradicted", "not checked"]
Owner = Callable[[str], KnownWork | None]
"""Returns the work that has an identifier."""

OUTDATED = "outdated"
"""The reason of an entry that cites the preprint of a published work."""
VENUE_VARIANT = "venue variant"
"""The reason of a venue that agrees, but is spelled otherwise than in the catalogue."""
MIXED_VERSIONS = "mixed versions"
"""The reason of a year that belongs to the preprint, beside the venue of the publication."""
_NUMBER = re.compile(r"\d+")
_STEM = 5
"""The letters by which an abbreviated word of a venue is known."""
_SERIES = re.compile(r",?\s*(?:Series|Ser\.)\s+\w+\s*\Z")
"""The series of a journal: "Mathematical Programming, Series A"."""
_TURNED = re.compile(r"\A(.+?),\s*((?:[\w.]+\s+)*(?:on|of))\Z")
_SATELLITES = re.compile(r"findings|demonstration|tutorial|student")
"""The satellites that a conference has one of, unlike workshops."""
_OWN_TRACK = re.compile(r"(?i)[\s:,]*(?:track\s+on\s+)?datasets\s+and\s+benchmarks.*", re.DOTALL)
"""A track whose works are in the proceedings of the conference."""
_MACRO = re.compile(r"[a-z][a-z0-9_]*|\w*_\w*")
"""A name that some other file defines."""
_REMARK = re.compile(
    r"(?i)\s*(?:\([^()]*\)|,\s*(?:\d\w\w|\w+(?:st|nd|rd|th))\s+ed(?:ition|\.)?)\s*\Z"
)
_HEADING = re.compile(r"(?i)\A(?:survey article|squib|book review|invited (?:paper|talk))s?:\s*")
"""What a journal prints above a title."""
_LATE_VOLUMES = 2008
"""The volumes of NIPS appeared in the year after the conference, and carry both years."""
_PRINTED_LATER = 2010
"""Before, proceedings were often printed in the year after the conference, and dated so."""
_MOST_NAMES = 6
"""The authors that a message names."""
_UNSURE = "no source confirms what the catalogue has"
_ANYBODYS = ("10.5555/", "10.48550/", "10.5281/", "10.2139/", "10.13140/", "10.2307/")
"""Prefixes that do not belong to the publisher of a venue: ACM's numbers that are no DOIs, arXiv,
Zenodo, SSRN, ResearchGate, JSTOR.
"""


class FieldFinding(NamedTuple):
    """What the comparison of one field gave."""

    field: str
    """The field of the entry: `author`, `booktitle`."""
    word: FieldWord
    message: str = ""
    """For `differs`: what to write; for `contradicted` and `not checked`: why."""
    write: str = ""
    """The value to write in its place, if one is known."""
    reason: str = ""
    """A kind of finding that has a name: `outdated`, `venue variant`, `mixed versions`."""


@dataclass(frozen=True)
class FieldComparison:
    """Compares the fields of references with those of versions."""

    bib: Bibliography
    venues: VenueNames
    owner: Owner

    def compare(
        self, reference: CitedReference, version: KnownVersion, work: KnownWork
    ) -> list[FieldFinding]:
        """Return a finding for each field that was compared, or could not be."""
        placed = list(self._year_and_venue(reference, version, work))
        agrees = not reference.venue or any(
            one.field == reference.venue_field and one.word == "verified" for one in placed
        )
        printed_again = work.has_editions and reference.year != version.year
        return [
            _title(reference, version, work),
            self._authors(reference, version),
            *placed,
            *self._identifiers(reference, version, work),
            *_numbers(reference, version, comparable=agrees and not printed_again),
        ]

    def _year_and_venue(
        self,
        reference: CitedReference,
        version: KnownVersion,
        work: KnownWork,
    ) -> Iterator[FieldFinding]:
        years = {version.year}
        if not reference.venue and not reference.is_preprint:
            years = {one.year for one in work.versions}
        late = _LATE_VOLUMES if version.venue == "neurips" else 0
        if version.year <= late or (
            version.year < _PRINTED_LATER and version.venue and reference.venue_field == "booktitle"
        ):
            years.add(version.year + 1)
        later = reference.is_preprint and version.arxiv and (reference.year or 0) > version.year
        name = reference.year_field
        if reference.year is None:
            yield FieldFinding(name, "not checked", "the entry has none")
        elif not version.year:
            yield FieldFinding(name, "not checked", f"{version.source} has none")
        elif reference.year in years or version.is_stated("year", str(reference.year)):
            yield FieldFinding(name, "verified")
        elif self._names_another(reference, version):
            yield FieldFinding(name, "not checked", "the entry names two venues")
        elif "year" in version.unsure:
            yield FieldFinding(name, "not checked", _UNSURE)
        elif not reference.venue and not reference.is_preprint:
            yield FieldFinding(name, "not checked", "the entry does not say which version it is")
        elif (
            reference.is_preprint
            and version.venue
            and not version.is_catalogues
            and reference.year < version.year
        ):
            message = f"it is a preprint of what appeared in {version.year}"
            yield FieldFinding(name, "not checked", message)
        elif later:
            yield FieldFinding(name, "not checked", "a preprint may have been revised")
        elif work.has_editions:
            yield FieldFinding(name, "not checked", "it may be another edition")
        elif version.is_made_by_program and abs(reference.year - version.year) <= 1:
            yield FieldFinding(
                name, "not checked", f"{version.source} has {version.year or 'none'}"
            )
        else:
            yield _other_year(reference, version, work)
        if not work.has_editions:
            yield self._venue(reference, version)

    def _names_another(self, reference: CitedReference, version: KnownVersion) -> bool:
        """Return whether an entry has both a journal and a booktitle, and one is not the venue."""
        printed = [one for one in reference.venues if not says_arxiv(one)]
        return len(printed) > 1 and not all(self._is_venue(one, version.venue) for one in printed)

    def _venue(self, reference: CitedReference, version: KnownVersion) -> FieldFinding:
        name = reference.venue_field or "booktitle"
        if not reference.venue and not reference.is_preprint:
            return FieldFinding(name, "not checked", "the entry names none")
        if not reference.venue:
            agrees = not version.venue
            return FieldFinding(name, "verified" if agrees else "not checked", "it is a preprint")
        if not version.venue and version.is_made_by_program:
            return FieldFinding(name, "not checked", f"{version.source} states none")
        if not version.venue:
            instead = (
                f"write eprint = {{{version.arxiv}}} in place of" if version.arxiv else "delete"
            )
            message = f"this version is a preprint, without a venue; {instead} {name}"
            return FieldFinding(name, "differs", message)
        if any(self._is_venue(one, version.venue) for one in reference.venues):
            return self._same_venue(name, reference, version)
        if version.venue not in self.bib.venues and not self._is_known(reference):
            same = any(same_name(one, version.venue) for one in reference.venues)
            message = f"the catalogue does not know “{version.venue}”"
            return FieldFinding(
                name, "verified" if same else "not checked", "" if same else message
            )
        if _MACRO.fullmatch(reference.venue):
            return FieldFinding(name, "not checked", f"{reference.venue} is an abbreviation")
        if "venue" in version.unsure:
            return FieldFinding(name, "not checked", _UNSURE)
        if any(
            self.venues.find(one).venue == f"{version.venue}-workshop" for one in reference.venues
        ):
            message = "some lists have its workshops among the works of the conference"
            return FieldFinding(name, "not checked", message)
        unknown = version.venue not in self.bib.venues
        if version.is_made_by_program and (unknown or not self._is_known(reference)):
            return FieldFinding(name, "not checked", f"{version.source} has “{version.venue}”")
        if self._may_be_venue(reference, version):
            written = from_latex(reference.venue)
            return FieldFinding(name, "not checked", f"“{written}” is not a known name of it")
        message = f"the venue is not “{from_latex(reference.venue)}”; {self.correct(name, version)}"
        return FieldFinding(name, "differs", message, self.venue_name(version))

    def _same_venue(
        self, name: str, reference: CitedReference, version: KnownVersion
    ) -> FieldFinding:
        """Say that a venue agrees, and whether the catalogue spells it otherwise."""
        if version.venue not in self.bib.venues:
            return FieldFinding(name, "verified")
        found = [self.venues.find(one) for one in reference.venues]
        if any(self.venues.style(version.venue, one.same, version.year) for one in found):
            return FieldFinding(name, "verified")
        other = self.venue_name(version)
        message = f"its venue, {other}, is spelled otherwise"
        return FieldFinding(name, "verified", message, reason=VENUE_VARIANT)

    def _may_be_venue(self, reference: CitedReference, version: KnownVersion) -> bool:
        """Return whether a name that nobody knows may be that of the venue: the year is the same,
        and so are the pages, or all its words.
        """
        if self._is_known(reference) or reference.year != version.year:
            return False
        if _NUMBER.search(reference.pages) and same_pages(version.pages, reference.pages):
            return True
        here = {word[:_STEM] for word in telling(reference.venue)}
        venue = self.bib.venues.get(version.venue)
        if venue is None or len(here) < 2:
            return False
        period = venue.in_year(version.year)
        ours = {word[:_STEM] for one in (period.short, period.long) for word in telling(one)}
        return here <= ours

    def _is_known(self, reference: CitedReference) -> bool:
        """Return whether the catalogue knows a venue that an entry names."""
        return any(self.venues.find(one).venue for one in reference.venues)

    def is_journal(self, version: KnownVersion) -> bool:
        """Return whether a version appeared in a journal that the catalogue knows."""
        venue = self.bib.venues.get(version.venue) if version.venue else None
        return venue is not None and venue.kind == "journal"

    def correct(self, name: str, version: KnownVersion) -> str:
        """Return the fields to write for the venue of a version; `name` is the entry's field."""
        venue = self.bib.venues.get(version.venue) if version.venue else None
        right = self.venue_name(version)
        is_journal = self.is_journal(version)
        wrong = "booktitle" if is_journal else "journal"
        if venue is None or not name.startswith(wrong):
            return f"write {name} = {{{right}}}"
        other = ("article", "journal") if is_journal else ("inproceedings", "booktitle")
        return f"write @{other[0]} with {other[1]} = {{{right}}}, year = {{{version.year}}}"

    def names_venue(self, place: str, version: KnownVersion) -> bool:
        """Return whether a text that says arXiv begins with the name of a version's venue."""
        name = place.partition(",")[0]
        return not says_arxiv(name) and self._is_venue(name, version.venue)

    def _is_venue(self, text: str, venue: str) -> bool:
        if words(from_latex(text)) == words(venue) or self._is_satellite(text, venue):
            return True
        plain = _SERIES.sub("", text)
        # "Neural Networks, IEEE Transactions on"
        turned = _TURNED.sub(r"\2 \1", plain)
        if venue in self.bib.venues:
            # "HLT/ACL" is a joint meeting of two.
            whole = _OWN_TRACK.sub("", plain)
            parts = (plain, turned, whole, plain.replace(r"\&", "and"), *plain.split("/"))
            return any(self.venues.find(one).venue == venue for one in parts)
        known = self.venues.find(venue).core
        names = (self.venues.find(one).core for one in (plain, turned))
        return bool(known) and any(one == known or abbreviates(one, known) for one in names)

    def _is_satellite(self, text: str, venue: str) -> bool:
        """Return whether two names mean the same satellite of a conference that has one such."""
        ours, theirs = (set(_SATELLITES.findall(one.lower())) for one in (text, venue))
        return bool(ours & theirs) and same_name(text, venue)

    def venue_name(self, version: KnownVersion) -> str:
        """Return the short name of a version's venue in its year."""
        venue = self.bib.venues.get(version.venue) if version.venue else None
        return venue.in_year(version.year).short if venue else version.venue

    def record(self, version: KnownVersion) -> str:
        """Return a version's record in one line, with its source: the evidence of a finding."""
        names = list(map(natural, version.authors[:_MOST_NAMES]))
        more = " and others" if len(version.authors) > _MOST_NAMES else ""
        place = self.venue_name(version) or (f"arXiv:{version.arxiv}" if version.arxiv else "")
        parts = [
            f"{', '.join(names)}{more}",
            f"“{version.titles[0]}”",
            *([place] if place else []),
            str(version.year),
        ]
        return f"{', '.join(filter(None, parts))} ({version.work} in {version.source})"

    def _identifiers(
        self,
        reference: CitedReference,
        version: KnownVersion,
        work: KnownWork,
    ) -> Iterator[FieldFinding]:
        dois = {one.doi for one in work.versions if one.doi}
        ids = {one.arxiv for one in work.versions if one.arxiv}
        if reference.doi and not is_arxiv_doi(reference.doi):
            yield self._doi(reference, version, dois, work)
        if reference.arxiv:
            yield self._arxiv(reference, ids, work)

    def _doi(
        self, reference: CitedReference, version: KnownVersion, known: set[str], work: KnownWork
    ) -> FieldFinding:
        doi = reference.doi
        if doi in known or version.is_stated("doi", doi):
            return FieldFinding("doi", "verified")
        owner = self.owner(doi)
        if owner is not None and not _is_one_work(owner, work):
            right = version.doi or next(iter(sorted(known)), "")
            return foreign("doi", owner, reference, right)
        # The DOI of an entry that names another venue is not one of this version.
        here = not reference.venue or any(
            self._is_venue(one, version.venue) for one in reference.venues
        )
        wrong = self._wrong_prefix(doi, version.venue, version.year) if here else ""
        write = f"write doi = {{{version.doi}}}" if version.doi else "delete it, or look it up"
        if wrong:
            return FieldFinding("doi", "contradicted", f"{wrong}; {write}", version.doi)
        if version.doi and not doi.startswith(_ANYBODYS):
            right = f"{_has(version)} has another DOI; {write}"
            return FieldFinding("doi", "differs", right, version.doi)
        return FieldFinding("doi", "not checked", f"{work.source} has no DOI of this work")

    def foreign_prefix(self, reference: CitedReference) -> Iterator[FieldFinding]:
        """Yield that the publisher of the venue that a reference names does not give such DOIs."""
        for named in reference.venues[:1] if reference.doi else ():
            venue = self.venues.find(named).venue or ""
            if venue and self.bib.venues[venue].kind == "journal" and len(words(named)) == 1:
                continue  # "PRL" is also Pattern Recognition Letters
            wrong = self._wrong_prefix(reference.doi, venue, reference.year or 0)
            if wrong:
                yield FieldFinding("doi", "contradicted", wrong)

    def _wrong_prefix(self, doi: str, venue_id: str, year: int) -> str:
        """Return what the DOIs of a venue look like, if this is none; else an empty text."""
        venue = self.bib.venues.get(venue_id) if venue_id else None
        if venue is None or venue.doi_prefixes is None or doi.startswith(_ANYBODYS):
            return ""
        if doi.partition("/")[0] in venue.doi_prefixes:
            return ""
        given = " or ".join(venue.doi_prefixes)
        name = venue.in_year(year).short
        return f"DOIs of {name} begin with {given}" if given else f"works of {name} have no DOIs"

    def _arxiv(self, reference: CitedReference, known: set[str], work: KnownWork) -> FieldFinding:
        identifier = reference.arxiv
        if identifier in known:
            return FieldFinding("eprint", "verified")
        owner = self.owner(identifier)
        if owner is not None and not _is_one_work(owner, work):
            return foreign("eprint", owner, reference, next(iter(sorted(known)), ""))
        if known:
            right = next(iter(sorted(known)))
            message = f"{work.source} has another arXiv id; write eprint = {{{right}}}"
            return FieldFinding("eprint", "differs", message, right)
        return FieldFinding("eprint", "not checked", f"{work.source} has no arXiv id of this work")

    def _authors(self, reference: CitedReference, version: KnownVersion) -> FieldFinding:
        if not reference.authors:
            return FieldFinding("author", "not checked", "the entry has none")
        if not version.authors:
            return FieldFinding("author", "not checked", f"{version.source} has no authors of it")
        found = compare_authors(reference.authors, version.authors, reference.and_others)
        if found.outcome not in {"same", "order"}:
            found = self._under_other_names(reference, version, found)
        outcome, names = found
        right = " and ".join(version.authors)
        sorted_names = version.is_made_by_program and _is_sorted(version.authors)
        if outcome == "same" or (outcome == "order" and sorted_names):
            return FieldFinding("author", "verified")
        if _is_stated(reference, version, outcome, names):
            return FieldFinding("author", "verified")
        if outcome == "others" and not version.is_made_by_program:
            known = ", ".join(map(natural, version.authors[:4]))
            more = " and others" if len(version.authors) > 4 else ""
            return FieldFinding("author", "contradicted", f"this title is by {known}{more}", right)
        listed = author_line(names[:3]) if names else ""
        message = {
            "order": "the authors are in another order",
            "fewer": f"{len(names)} of {len(version.authors)} authors are left out: {listed}",
            "more": f"not an author of it: {listed}",
            "names": f"not an author of it: {listed}",
            "others": f"not an author of it: {listed}",
        }[outcome]
        shown = " and ".join(version.authors[:_MOST_NAMES])
        more = " and …" if len(version.authors) > _MOST_NAMES else ""
        return FieldFinding("author", "differs", f"{message}; write {shown}{more}", right)

    def _under_other_names(
        self, reference: CitedReference, version: KnownVersion, found: Authors
    ) -> Authors:
        """Compare the authors again, by the other names of people whom the catalogue knows."""
        if not any(name in self._aliases for name in version.authors):
            return found
        known = []
        for name in version.authors:
            spellings = (name, *self._aliases.get(name, ()))
            known.append(
                next(
                    (
                        one
                        for one in spellings
                        if any(
                            compare_authors([cited], [one]).outcome == "same"
                            for cited in reference.authors
                        )
                    ),
                    name,
                )
            )
        return compare_authors(reference.authors, known, reference.and_others)

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, ...]]:
        """The names of people with the others under which they published."""
        found: dict[str, tuple[str, ...]] = {}
        for person in self.bib.people.values():
            names = (person.name, *person.aliases)
            if len(names) > 1:
                found |= dict.fromkeys(names, names)
        return found


def _other_year(reference: CitedReference, version: KnownVersion, work: KnownWork) -> FieldFinding:
    name, right = reference.year_field, str(version.year)
    preprints = {one.year for one in work.versions if not one.venue}
    if reference.venue and version.venue and reference.year in preprints:
        message = (
            f"{reference.year} is the year of the preprint, but the venue is that of {right}; write"
            f" {name} = {{{right}}}"
        )
        return FieldFinding(name, "differs", message, right, MIXED_VERSIONS)
    message = f"{_has(version)} has another year; write {name} = {{{right}}}"
    return FieldFinding(name, "differs", message, right)


def _has(version: KnownVersion) -> str:
    """Return the name of a version's source for a message, without its date."""
    return CATALOGUE if version.is_catalogues else version.source


def foreign(
    name: str, owner: KnownWork, reference: CitedReference, right: str = ""
) -> FieldFinding:
    """Return that an identifier is another work's, and what to write.

    A work of another title by the same people may be this one under its earlier title.
    """
    kind = "DOI" if name == "doi" else "arXiv id"
    write = (
        f"write {name} = {{{right}}}" if right else f"delete it, or write the {kind} of this work"
    )
    message = f"this {kind} is that of {owner.named}; {write}"
    people = compare_authors(reference.authors, owner.versions[0].authors, reference.and_others)
    # Authors join and leave between the versions of a preprint.
    akin = {"same", "order"} if name == "doi" else {"same", "order", "fewer", "more"}
    word: FieldWord = "differs" if people.outcome in akin else "contradicted"
    return FieldFinding(name, word, message, right)


def _title(reference: CitedReference, version: KnownVersion, work: KnownWork) -> FieldFinding:
    # Some write the edition, or a remark, after the title.
    cited = {bare(reference.title), bare(_REMARK.sub("", reference.title))}
    if any(bare(one) in cited or bare(_HEADING.sub("", one)) in cited for one in version.titles):
        return FieldFinding("title", "verified")
    right = version.titles[0]
    by = _identified_by(reference, work)
    if by and similarity(spelled_title(reference.title), spelled_title(right)) < ALIKE:
        message = (
            f"this {by} is that of another title by the same authors; write title = {{{right}}}, "
            f"or correct the {by}"
        )
        return FieldFinding("title", "differs", message, right)
    return FieldFinding("title", "differs", f"the title is printed as: {right}", right)


def _identified_by(reference: CitedReference, work: KnownWork) -> str:
    """Return which identifier of an entry is the work's."""
    if reference.doi and reference.doi in {one.doi for one in work.versions}:
        return "DOI"
    if reference.arxiv and reference.arxiv in {one.arxiv for one in work.versions}:
        return "arXiv id"
    return ""


def _is_stated(
    reference: CitedReference, version: KnownVersion, outcome: Outcome, names: tuple[str, ...]
) -> bool:
    """Return whether another source states these authors: a list, a name, or an order."""
    for field_name, value in version.disputed:
        if field_name != "author":
            continue
        listed = value.split(";")
        if len(listed) > 1:
            found = compare_authors(reference.authors, listed, reference.and_others)
            if found.outcome == "same":
                return True
        elif outcome == "order" and " before " in value:
            return True
        elif outcome == "names" and len(reference.authors) == len(version.authors):
            return all(compare_authors([one], [value]).outcome == "same" for one in names)
    return False


def _numbers(
    reference: CitedReference, version: KnownVersion, comparable: bool
) -> Iterator[FieldFinding]:
    """Compare pages and volume; they are not `comparable` with those of another venue's print."""
    if not comparable:
        for name, value, known in (
            ("pages", reference.pages, version.pages),
            ("volume", reference.volume, version.volume),
        ):
            if _NUMBER.search(value):
                same = bool(known) and same_pages(known, value)
                word: FieldWord = "verified" if same else "not checked"
                yield FieldFinding(name, word, "" if same else "it may be another version")
        return
    pages = _NUMBER.search(reference.pages) and _NUMBER.search(version.pages)
    if pages and "pages" not in version.unsure:
        agrees = same_pages(version.pages, reference.pages) or version.is_stated(
            "pages", reference.pages
        )
        right = version.pages.replace("-", "--").replace("----", "--")
        if not agrees and _as_many(version.pages, reference.pages):
            message = f"{_has(version)} has as many pages with other numbers: {right}"
            yield FieldFinding("pages", "not checked", message)
        else:
            yield FieldFinding(
                "pages",
                "verified" if agrees else "differs",
                "" if agrees else f"{_has(version)} has other pages; write pages = {{{right}}}",
                "" if agrees else right,
            )
    volume = reference.volume.strip()
    if volume.isdigit() and version.volume.isdigit() and "volume" not in version.unsure:
        agrees = int(volume) == int(version.volume)
        yield FieldFinding(
            "volume",
            "verified" if agrees else "differs",
            ""
            if agrees
            else f"{_has(version)} has another volume; write volume = {{{version.volume}}}",
            "" if agrees else version.volume,
        )


def _is_sorted(authors: Iterable[str]) -> bool:
    """Return whether names are in the order of the alphabet, by their family names."""
    families = [last_word(name) for name in authors]
    return families == sorted(families)


def same_pages(known: str, cited: str) -> bool:
    """Return whether two ranges are the same: an end may be abbreviated, or omitted, or both be
    numbered by article.
    """
    ours, theirs = _NUMBER.findall(known), _NUMBER.findall(cited)
    if theirs in (ours, ours[:1], ours[::-1]) or ours == theirs[:1]:  # a rule reports reversed ones
        return True
    short = len(ours) == len(theirs) == 2 and ours[0] == theirs[0]
    return short and len(theirs[1]) < len(ours[1]) and ours[1].endswith(theirs[1])


def _as_many(known: str, cited: str) -> bool:
    """Return whether two ranges have as many pages, more than one: proceedings are numbered
    otherwise by IEEE than by CVF, and articles by ACM than by JMLR.
    """
    ours, theirs = ([int(one) for one in _NUMBER.findall(text)] for text in (known, cited))
    if len(ours) != 2 or len(theirs) != 2:
        return False
    return ours[1] - ours[0] == theirs[1] - theirs[0] > 0


def _is_one_work(one: KnownWork, other: KnownWork) -> bool:
    """Return whether two lists mean one work: a title and some author are the same."""
    if one.key == other.key and one.source == other.source:
        return True
    titles = {bare(title) for version in one.versions for title in version.titles}
    same = any(bare(title) in titles for version in other.versions for title in version.titles)
    found = compare_authors(one.versions[0].authors, other.versions[0].authors)
    return same and found.outcome != "others"


_WEIGHTS = {"contradicted": 8, "differs": 4, "not checked": 1, "verified": 0}
_HEAVY = {"booktitle": 2, "journal": 2, "journaltitle": 2, "year": 1, "date": 1}


def weight(findings: Iterable[FieldFinding]) -> float:
    """Return how far an entry is from a version: its venue counts most, then its year."""
    return sum(_WEIGHTS[one.word] * (_HEAVY.get(one.field, 0.5)) for one in findings if one.word)
