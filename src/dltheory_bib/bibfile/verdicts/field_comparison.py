"""Compare a reference with one version of a work, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames, same_name
from dltheory_bib.bibfile.verdicts.author_comparison import Outcome, compare_authors
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.known_version import KnownVersion, KnownWork
from dltheory_bib.bibfile.verdicts.titles import bare
from dltheory_bib.text.identifiers import is_arxiv_doi
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import author_line, natural, words

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

FieldWord = Literal["verified", "differs", "contradicted", "not checked"]
Owner = Callable[[str], KnownWork | None]
"""Returns the work that has an identifier."""

_NUMBER = re.compile(r"\d+")
_SERIES = re.compile(r",?\s*(?:Series|Ser\.)\s+\w+\s*\Z")
"""The series of a journal: "Mathematical Programming, Series A"."""
_TURNED = re.compile(r"\A(.+?),\s*((?:[\w.]+\s+)*(?:on|of))\Z")
_MACRO = re.compile(r"[a-z][a-z0-9_]*|\w*_\w*")
"""A name that some other file defines."""
_REMARK = re.compile(r"\s*\([^()]*\)\s*\Z")
_LATE_VOLUMES = 2008
"""The volumes of NIPS appeared in the year after the conference, and carry both years."""
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


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """Compares the fields of references with those of versions."""

    bib: Bibliography
    venues: VenueNames
    owner: Owner

    def compare(
        self, reference: CitedReference, version: KnownVersion, work: KnownWork
    ) -> list[FieldFinding]:
        """Return a finding for each field that was compared, or could not be."""
        return [
            _title(reference, version),
            _authors(reference, version),
            *self._year_and_venue(reference, version, work),
            *self._identifiers(reference, version, work),
            *_numbers(reference, version),
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
        if version.venue == "neurips" and version.year <= _LATE_VOLUMES:
            years.add(version.year + 1)
        later = reference.is_preprint and version.arxiv and (reference.year or 0) > version.year
        published = f"it is a preprint of what appeared in {version.year}"
        if reference.year is None:
            yield FieldFinding("year", "not checked", "the entry has none")
        elif not version.year:
            yield FieldFinding("year", "not checked", f"{version.source} has none")
        elif reference.year in years or version.is_stated("year", str(reference.year)):
            yield FieldFinding("year", "verified")
        elif "year" in version.unsure:
            yield FieldFinding("year", "not checked", _UNSURE)
        elif not reference.venue and not reference.is_preprint:
            yield FieldFinding("year", "not checked", "the entry does not say which version it is")
        elif reference.is_preprint and version.venue and reference.year < version.year:
            yield FieldFinding("year", "not checked", published)
        elif later:
            yield FieldFinding("year", "not checked", "a preprint may have been revised")
        elif work.has_editions:
            yield FieldFinding("year", "not checked", "it may be another edition")
        else:
            message = f"write year = {{{version.year}}}"
            yield FieldFinding("year", "differs", message, str(version.year))
        if not work.has_editions:
            yield self._venue(reference, version)

    def _venue(self, reference: CitedReference, version: KnownVersion) -> FieldFinding:
        name = reference.venue_field or "booktitle"
        if not reference.venue and not reference.is_preprint:
            return FieldFinding(name, "not checked", "the entry names none")
        if not reference.venue:
            agrees = not version.venue
            return FieldFinding(name, "verified" if agrees else "not checked", "it is a preprint")
        if not version.venue:
            return FieldFinding(name, "differs", "this version is a preprint, without a venue")
        if any(self._is_venue(one, version.venue) for one in reference.venues):
            return FieldFinding(name, "verified")
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
        right = self._venue_name(version)
        written = from_latex(reference.venue)
        return FieldFinding(name, "differs", f"not “{written}”; write {name} = {{{right}}}", right)

    def _is_venue(self, text: str, venue: str) -> bool:
        plain = _SERIES.sub("", text)
        # "Neural Networks, IEEE Transactions on"
        turned = _TURNED.sub(r"\2 \1", plain)
        return venue in {self.venues.find(plain).venue, self.venues.find(turned).venue}

    def _is_known(self, reference: CitedReference) -> bool:
        return any(self.venues.find(one).venue for one in reference.venues)

    def _venue_name(self, version: KnownVersion) -> str:
        venue = self.bib.venues.get(version.venue)
        return venue.in_year(version.year).short if venue else version.venue

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
            return FieldFinding("doi", "contradicted", f"this DOI is that of {owner.named}")
        # The DOI of an entry that names another venue is not one of this version.
        here = not reference.venue or any(
            self._is_venue(one, version.venue) for one in reference.venues
        )
        wrong = self._wrong_prefix(doi, version.venue, version.year) if here else ""
        write = f"write doi = {{{version.doi}}}" if version.doi else "delete it, or look it up"
        if wrong:
            return FieldFinding("doi", "contradicted", f"{wrong}; {write}", version.doi)
        if version.doi and not doi.startswith(_ANYBODYS):
            return FieldFinding("doi", "differs", write, version.doi)
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
        venue = self.bib.venues.get(venue_id)
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
            theirs = compare_authors(reference.authors, owner.versions[0].authors)
            if theirs.outcome in {"same", "order"}:
                earlier = f"its preprint was {owner.named}"
                return FieldFinding("eprint", "not checked", earlier)
            message = f"this arXiv id is that of {owner.named}"
            return FieldFinding("eprint", "contradicted", message)
        if known:
            right = next(iter(sorted(known)))
            return FieldFinding("eprint", "differs", f"write eprint = {{{right}}}", right)
        return FieldFinding("eprint", "not checked", f"{work.source} has no arXiv id of this work")


def _title(reference: CitedReference, version: KnownVersion) -> FieldFinding:
    # Some write the edition, or a remark, after the title.
    cited = {bare(reference.title), bare(_REMARK.sub("", reference.title))}
    if any(bare(one) in cited for one in version.titles):
        return FieldFinding("title", "verified")
    right = version.titles[0]
    return FieldFinding("title", "differs", f"it is printed as “{right}”", right)


def _authors(reference: CitedReference, version: KnownVersion) -> FieldFinding:
    if not reference.authors:
        return FieldFinding("author", "not checked", "the entry has none")
    if not version.authors:
        return FieldFinding("author", "not checked", f"{version.source} has no authors of it")
    outcome, names = compare_authors(reference.authors, version.authors, reference.and_others)
    right = " and ".join(version.authors)
    listed = author_line(names[:3]) if names else ""
    if outcome == "same" or _is_stated(reference, version, outcome, names):
        return FieldFinding("author", "verified")
    if outcome == "others":
        known = ", ".join(map(natural, version.authors[:4]))
        more = " and others" if len(version.authors) > 4 else ""
        return FieldFinding("author", "contradicted", f"this title is by {known}{more}", right)
    message = {
        "order": "the authors are in another order",
        "fewer": f"{len(names)} of {len(version.authors)} authors are left out: {listed}",
        "more": f"not an author of it: {listed}",
        "names": f"not an author of it: {listed}",
    }[outcome]
    return FieldFinding("author", "differs", f"{message}; write {right}", right)


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


def _numbers(reference: CitedReference, version: KnownVersion) -> Iterator[FieldFinding]:
    pages, known = _NUMBER.findall(reference.pages), _NUMBER.findall(version.pages)
    if pages and known and "pages" not in version.unsure:
        agrees = pages[0] == known[0] or version.is_stated("pages", reference.pages)
        right = version.pages.replace("-", "--").replace("----", "--")
        yield FieldFinding(
            "pages",
            "verified" if agrees else "differs",
            "" if agrees else f"write pages = {{{right}}}",
            "" if agrees else right,
        )
    volume = reference.volume.strip()
    if volume.isdigit() and version.volume.isdigit() and "volume" not in version.unsure:
        agrees = int(volume) == int(version.volume)
        yield FieldFinding(
            "volume",
            "verified" if agrees else "differs",
            "" if agrees else f"write volume = {{{version.volume}}}",
            "" if agrees else version.volume,
        )


def _is_one_work(one: KnownWork, other: KnownWork) -> bool:
    """Return whether two lists mean one work: a title and some author are the same."""
    if one.key == other.key and one.source == other.source:
        return True
    titles = {bare(title) for version in one.versions for title in version.titles}
    same = any(bare(title) in titles for version in other.versions for title in version.titles)
    found = compare_authors(one.versions[0].authors, other.versions[0].authors)
    return same and found.outcome != "others"


_WEIGHTS = {"contradicted": 8, "differs": 4, "not checked": 1, "verified": 0}
_HEAVY = {"booktitle": 2, "journal": 2, "journaltitle": 2, "year": 1}


def weight(findings: Iterable[FieldFinding]) -> float:
    """Return how far an entry is from a version: its venue counts most, then its year."""
    return sum(_WEIGHTS[one.word] * (_HEAVY.get(one.field, 0.5)) for one in findings if one.word)
