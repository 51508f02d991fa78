"""Give each reference one of five verdicts, with the evidence.

- `verified`: title, all listed authors, year and venue were compared with one version's record and
  agree, the identifiers too where the entry has them; what could not be compared is named.
- `differs`: it is this work, but a field differs; what to write is said.
- `contradicted`: a record, or a rule, excludes it.
- `not found`: the lists that were asked do not have it.
- `not checked`: nothing could be compared, and why.

Whether a reference was invented is not said: that is for a person to judge from the evidence.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.author_comparison import Outcome, compare_authors
from dltheory_bib.bibfile.verdicts.catalogue_index import CatalogueIndex, bare
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.known_version import KnownVersion, versions_of
from dltheory_bib.bibfile.verdicts.reference_rules import contradictions
from dltheory_bib.text.identifiers import is_arxiv_doi
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import author_line, natural

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.paper import Paper

Word = Literal["verified", "differs", "contradicted", "not found", "not checked"]
FieldWord = Literal["verified", "differs", "contradicted", "not checked"]

_NUMBER = re.compile(r"\d+")
_SERIES = re.compile(r",?\s*(?:Series|Ser\.)\s+\w+\s*\Z")
"""The series of a journal: "Mathematical Programming, Series A"."""
_TURNED = re.compile(r"\A(.+?),\s*((?:[\w.]+\s+)*(?:on|of))\Z")
_MACRO = re.compile(r"[a-z][a-z0-9_]*|\w*_\w*")
"""A name that some other file defines."""
_REMARK = re.compile(r"\s*\([^()]*\)\s*\Z")
_LATE_VOLUMES = 2007
"""The volumes of NIPS appeared in the year after the conference, and carry both years."""
_UNSURE = "no source confirms what the catalogue has"
_ANYBODYS = ("10.5555/", "10.48550/", "10.5281/", "10.2139/", "10.13140/")
"""Prefixes that do not belong to the publisher of a venue: ACM's numbers that are no DOIs, arXiv,
Zenodo, SSRN, ResearchGate.
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
class ReferenceVerdict:
    """The verdict on an entry."""

    word: Word
    reason: str = ""
    """In one sentence."""
    version: KnownVersion | None = None
    """The version with which it was compared."""
    findings: tuple[FieldFinding, ...] = ()
    """One for each field that was compared, or could not be."""
    asked: tuple[str, ...] = ()
    """The lists that were asked, with their dates."""

    def fields(self, *words: FieldWord) -> list[str]:
        """Return the fields with one of these words, in the order of the findings."""
        return [one.field for one in self.findings if one.word in words]


@dataclass(slots=True)
class Judge:
    """Compares references with the catalogue."""

    bib: Bibliography
    this_year: int = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).year)
    venues: VenueNames = field(init=False)
    index: CatalogueIndex = field(init=False)
    source: str = "the catalogue"

    def __post_init__(self) -> None:
        self.venues = VenueNames(self.bib)
        self.index = CatalogueIndex(self.bib, self.venues)

    def judge(self, reference: CitedReference) -> ReferenceVerdict:
        """Return the verdict on a reference."""
        if not reference.title:
            return ReferenceVerdict("not checked", "it has no title")
        wrong = [
            FieldFinding(one.field, "contradicted", one.message)
            for one in contradictions(reference, self.this_year)
        ]
        found = self.index.find(reference)
        asked = (self.source,)
        if found is None:
            wrong += self._foreign(reference)
            if wrong:
                return _contradicted(wrong, None, asked)
            return ReferenceVerdict("not found", f"{self.source} does not have it", asked=asked)
        findings, version = self._compared(reference, found.paper)
        if _is_unknown_version(reference, findings):
            place = from_latex(reference.venue) or "this form"
            reason = (
                f"{self.source} has {version.work}, but not this version of it: "
                f"{place}{f', {reference.year}' if reference.year else ''}"
            )
            return ReferenceVerdict("not found", reason, version, tuple(findings), asked)
        known = {one.field for one in wrong}
        findings = [*wrong, *(one for one in findings if one.field not in known)]
        return _verdict(findings, version, asked)

    def _foreign(self, reference: CitedReference) -> Iterator[FieldFinding]:
        """Yield the identifiers that belong to works of another title and by other people."""
        for name, value in (("doi", reference.doi), ("eprint", reference.arxiv)):
            owner = self.index.owner(value) if value else None
            if owner is not None:
                kind = "DOI" if name == "doi" else "arXiv id"
                message = f"this {kind} is that of {_named(owner)}"
                yield FieldFinding(name, "contradicted", message)

    def _compared(
        self, reference: CitedReference, paper: Paper
    ) -> tuple[list[FieldFinding], KnownVersion]:
        """Compare a reference with every version of a work; return the findings on the nearest."""
        versions = list(versions_of(paper, self.source))
        compared = [(self._with(reference, one, versions, paper), one) for one in versions]
        return min(compared, key=lambda one: (_weight(one[0]), versions.index(one[1])))

    def _with(
        self,
        reference: CitedReference,
        version: KnownVersion,
        versions: Sequence[KnownVersion],
        paper: Paper,
    ) -> list[FieldFinding]:
        return [
            _title(reference, version),
            _authors(reference, version),
            *self._year_and_venue(reference, version, versions, paper),
            *self._identifiers(reference, version, versions, paper),
            *_numbers(reference, version),
        ]

    def _year_and_venue(
        self,
        reference: CitedReference,
        version: KnownVersion,
        versions: Sequence[KnownVersion],
        paper: Paper,
    ) -> Iterator[FieldFinding]:
        years = {version.year}
        if not reference.venue and not reference.is_preprint:
            years = {one.year for one in versions}
        if version.venue == "neurips" and version.year <= _LATE_VOLUMES:
            years.add(version.year + 1)
        later = reference.is_preprint and paper.eprint and (reference.year or 0) > version.year
        if reference.year is None:
            yield FieldFinding("year", "not checked", "the entry has none")
        elif reference.year in years or version.is_stated("year", str(reference.year)):
            yield FieldFinding("year", "verified")
        elif "year" in version.unsure:
            yield FieldFinding("year", "not checked", _UNSURE)
        elif not reference.venue and not reference.is_preprint:
            yield FieldFinding("year", "not checked", "the entry does not say which version it is")
        elif later:
            yield FieldFinding("year", "not checked", "a preprint may have been revised")
        elif paper.type not in {"article", "inproceedings", "online"}:
            yield FieldFinding("year", "not checked", "it may be another edition")
        else:
            message = f"write year = {{{version.year}}}"
            yield FieldFinding("year", "differs", message, str(version.year))
        if paper.type in {"article", "inproceedings", "online"}:
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

    def _venue_name(self, version: KnownVersion) -> str:
        venue = self.bib.venues.get(version.venue)
        return venue.in_year(version.year).short if venue else version.venue

    def _identifiers(
        self,
        reference: CitedReference,
        version: KnownVersion,
        versions: Sequence[KnownVersion],
        paper: Paper,
    ) -> Iterator[FieldFinding]:
        dois = {one.doi for one in versions if one.doi}
        ids = {one.arxiv for one in versions if one.arxiv}
        if reference.doi and not is_arxiv_doi(reference.doi):
            yield self._doi(reference.doi, version, dois, paper)
        if reference.arxiv:
            yield self._arxiv(reference.arxiv, ids, paper)

    def _doi(self, doi: str, version: KnownVersion, known: set[str], paper: Paper) -> FieldFinding:
        if doi in known or version.is_stated("doi", doi):
            return FieldFinding("doi", "verified")
        owner = self.index.owner(doi)
        if owner is not None and owner.key != paper.key:
            return FieldFinding("doi", "contradicted", f"this DOI is that of {_named(owner)}")
        if version.doi and not doi.startswith(_ANYBODYS):
            right = f"write doi = {{{version.doi}}}"
            return FieldFinding("doi", "differs", right, version.doi)
        prefixes = self._prefixes(version)
        prefix = doi.partition("/")[0]
        if prefixes is not None and prefix not in prefixes and not doi.startswith(_ANYBODYS):
            venue = self._venue_name(version)
            given = f"begin with {' or '.join(sorted(prefixes))}" if prefixes else "do not exist"
            message = f"DOIs of {venue} {given}; delete it, or look it up"
            return FieldFinding("doi", "differs", message)
        return FieldFinding("doi", "not checked", f"{self.source} has no DOI of this work")

    def _prefixes(self, version: KnownVersion) -> set[str] | None:
        """Return the prefixes of the DOIs of a venue's works; None if they are not known."""
        venue = self.bib.venues.get(version.venue)
        if venue is None or venue.doi_prefixes is None:
            return None
        return set(venue.doi_prefixes)

    def _arxiv(self, identifier: str, known: set[str], paper: Paper) -> FieldFinding:
        if identifier in known:
            return FieldFinding("eprint", "verified")
        owner = self.index.owner(identifier)
        if owner is not None and owner.key != paper.key:
            message = f"this arXiv id is that of {_named(owner)}"
            return FieldFinding("eprint", "contradicted", message)
        if known:
            right = next(iter(sorted(known)))
            return FieldFinding("eprint", "differs", f"write eprint = {{{right}}}", right)
        return FieldFinding("eprint", "not checked", f"{self.source} has no arXiv id of this work")


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


def _is_unknown_version(reference: CitedReference, findings: Sequence[FieldFinding]) -> bool:
    """Return whether an entry describes, with pages, a volume or a DOI of its own, a version whose
    venue and year are none of those that are known: a work may have been published again.
    """
    words = {one.field: one.word for one in findings}
    if "contradicted" in words.values():
        return False
    located = reference.pages or reference.volume or reference.doi
    elsewhere = words.get(reference.venue_field) == words.get("year") == "differs"
    agrees = words.get("author") == words.get("title") == "verified"
    own = [words.get(name) != "verified" for name in ("pages", "volume", "doi")]
    return bool(located) and elsewhere and agrees and all(own)


_WEIGHTS = {"contradicted": 8, "differs": 4, "not checked": 1, "verified": 0}
_HEAVY = {"booktitle": 2, "journal": 2, "journaltitle": 2, "year": 1}


def _weight(findings: Iterable[FieldFinding]) -> float:
    """Return how far an entry is from a version: its venue counts most, then its year."""
    return sum(_WEIGHTS[one.word] * (_HEAVY.get(one.field, 0.5)) for one in findings if one.word)


def _verdict(
    findings: Sequence[FieldFinding], version: KnownVersion, asked: tuple[str, ...]
) -> ReferenceVerdict:
    wrong = [one for one in findings if one.word == "contradicted"]
    if wrong:
        return _contradicted(findings, version, asked)
    differing = [one for one in findings if one.word == "differs"]
    if differing:
        fields = ", ".join(dict.fromkeys(one.field for one in differing))
        reason = f"it is {version.work}, but differs in {fields}"
        return ReferenceVerdict("differs", reason, version, tuple(findings), asked)
    unchecked = [one.field for one in findings if one.word == "not checked"]
    but = f", but for {', '.join(unchecked)}" if unchecked else ""
    reason = f"it is {version.work}, and agrees with it{but}"
    return ReferenceVerdict("verified", reason, version, tuple(findings), asked)


def _contradicted(
    findings: Sequence[FieldFinding], version: KnownVersion | None, asked: tuple[str, ...]
) -> ReferenceVerdict:
    first = next(one for one in findings if one.word == "contradicted")
    reason = f"{first.field}: {first.message}"
    return ReferenceVerdict("contradicted", reason, version, tuple(findings), asked)


def _named(paper: Paper) -> str:
    return f"{paper.key} (“{from_latex(paper.title)}”)"
