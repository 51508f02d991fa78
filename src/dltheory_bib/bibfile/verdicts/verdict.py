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
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import quote

from dltheory_bib.bibfile.match import PLACES
from dltheory_bib.bibfile.venue_match import VenueNames
from dltheory_bib.bibfile.verdicts.author_comparison import compare_authors
from dltheory_bib.bibfile.verdicts.catalogue_index import CatalogueIndex
from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.complete_lists import CompleteList
from dltheory_bib.bibfile.verdicts.field_comparison import (
    OUTDATED,
    VENUE_VARIANT,
    FieldComparison,
    FieldFinding,
    FieldWord,
    foreign,
    same_pages,
    weight,
)
from dltheory_bib.bibfile.verdicts.known_version import KnownVersion, KnownWork, known_paper
from dltheory_bib.bibfile.verdicts.reference_rules import contradictions, misplaced
from dltheory_bib.bibfile.verdicts.titles import has_same_name, is_unrelated, spelled_title
from dltheory_bib.bibfile.work_index import WorkIndex
from dltheory_bib.text.identifiers import arxiv_year
from dltheory_bib.text.latex import from_latex

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.lookup.protocol import StatedWork
    from dltheory_bib.models.paper import Paper

_SEARCH = "https://scholar.google.com/scholar?q="
_REPORTS = frozenset(
    {"techreport", "report", "unpublished", "phdthesis", "mastersthesis", "thesis"}
)
_MEETING = re.compile(r"(?i)conference|proceedings|symposium|workshop|meeting")
Word = Literal["verified", "differs", "contradicted", "not found", "not checked"]


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
    evidence: str = ""
    """For `differs` and `contradicted`: the record with which it was compared, and its source."""
    title: str = ""
    """For `not found`: the title, to search for."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The findings that have a name: `outdated`, `venue variant`, `mixed versions`."""
        return tuple(dict.fromkeys(one.reason for one in self.findings if one.reason))

    @property
    def search(self) -> str:
        """An address at which a person can search for a work that was not found."""
        return f"{_SEARCH}{quote(self.title, safe='')}" if self.title else ""

    def __str__(self) -> str:
        return f"{self.reason}; search for it: {self.search}" if self.search else self.reason

    def fields(self, *words: FieldWord) -> list[str]:
        """Return the fields with one of these words, in the order of the findings."""
        return [one.field for one in self.findings if one.word in words]


class WorkList(Protocol):
    """A list of works in which references are looked up: the catalogue, a shelf."""

    @property
    def source(self) -> str:
        """Its name, with its date if it has one."""

    def find(self, reference: CitedReference) -> KnownWork | None:
        """Return the work that a reference means, or None."""

    def owner(self, identifier: str) -> KnownWork | None:
        """Return the work that has a DOI or an arXiv id, or None."""

    def whole(self, reference: CitedReference) -> CompleteList | None:
        """Return the complete list of the venue and year that a reference names, or None."""

    def have_written_together(self, reference: CitedReference) -> bool:
        """Return whether the authors of a reference have written another work together."""


@dataclass(slots=True)
class Judge:
    """Compares references with lists of works; the catalogue is the first of them."""

    bib: Bibliography
    this_year: int = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).year)
    more: Sequence[WorkList] = ()
    """The lists that are asked after the catalogue."""
    venues: VenueNames | None = None
    """The names of the catalogue's venues, if they were read already."""
    index: WorkIndex | None = None
    """The index of the catalogue's works, if there is one already."""
    lists: list[WorkList] = field(init=False)
    asked: tuple[str, ...] = field(init=False)
    """The names of the lists."""
    comparison: FieldComparison = field(init=False)

    def __post_init__(self) -> None:
        venues = self.venues or VenueNames(self.bib)
        self.lists = [CatalogueIndex(self.bib, venues, self.index), *self.more]
        self.asked = tuple(one.source for one in self.lists)
        self.comparison = FieldComparison(self.bib, venues, self.owner)

    def owner(self, identifier: str) -> KnownWork | None:
        """Return the work that has an identifier, from the first list that has one."""
        found = (one.owner(identifier) for one in self.lists)
        return next((one for one in found if one is not None), None)

    def judge(self, reference: CitedReference, paper: Paper | None = None) -> ReferenceVerdict:
        """Return the verdict on a reference; `paper` is the work of the catalogue that it is known
        to cite.
        """
        if not reference.title:
            return ReferenceVerdict("not checked", "it has no title")
        asked = self.asked
        works = self._works(reference, paper)
        if works:
            return self.compared(reference, works, asked)
        wrong = [
            *self._ruled_out(reference),
            *self._foreign(reference),
            *self.comparison.foreign_prefix(reference),
            *self._misplaced(reference),
            *self._unlisted(reference),
        ]
        if any(one.word == "contradicted" for one in wrong):
            return _contradicted(wrong, None, asked)
        if wrong:
            return ReferenceVerdict("differs", wrong[0].message, None, tuple(wrong), asked)
        reason = f"not in {' or '.join(asked)}"
        return ReferenceVerdict("not found", reason, asked=asked, title=reference.title)

    def compared(
        self, reference: CitedReference, works: Sequence[KnownWork], asked: tuple[str, ...]
    ) -> ReferenceVerdict:
        """Return the verdict on a reference, compared with the works that it may mean."""
        findings, version, work = self._nearest(reference, works)
        wrong = self._ruled_out(reference, version.authors)
        outdated = reference.is_preprint and self._is_published(work)
        # "ICLR'2015, arXiv:1406.2751" names the publication.
        if reference.place and self.comparison.names_venue(reference.place, work.versions[0]):
            outdated = False
        if outdated:
            findings = list(_of_preprint(findings))
        unknown = self._is_unknown_version(reference, version, findings)
        whole = self._whole(reference) if unknown or _is_elsewhere(reference, findings) else None
        if unknown and whole is None:
            misplaced = list(self._misplaced(reference))
            wrong += misplaced
            unknown = not misplaced
        if unknown and whole is None:
            place = from_latex(reference.venue) or "this form"
            reason = (
                f"{work.source} has {version.work}, but not this version of it: "
                f"{place}{f', {reference.year}' if reference.year else ''}"
            )
            return ReferenceVerdict(
                "not found", reason, version, tuple(findings), asked, title=reference.title
            )
        if whole is not None:
            findings = [_unlisted(one, whole, reference) for one in findings]
        known = {one.field for one in wrong}
        findings = [*wrong, *(one for one in findings if one.field not in known)]
        if outdated:
            findings = list(self._outdated(findings, work))
        is_told = any(one.word in {"differs", "contradicted"} for one in findings)
        record = self.comparison.record(version) if is_told else ""
        return _verdict(findings, version, asked, record)

    def _is_published(self, work: KnownWork) -> bool:
        """Return whether a work appeared at a venue of the catalogue."""
        if work.versions[0].is_catalogues:
            return work.is_published
        return work.versions[0].venue in self.bib.venues

    def _is_unknown_version(
        self, reference: CitedReference, version: KnownVersion, findings: Sequence[FieldFinding]
    ) -> bool:
        """Return whether an entry describes a version that is not known: a work may have been
        published again, and reports and workshops have works by their later titles.

        It has pages, a volume or a DOI of its own, and another venue and year; or it is an article
        where the known version was at a meeting, or the other way round; or it is a report.
        """
        found = {one.field: one.word for one in findings}
        if "contradicted" in found.values():
            return False
        if reference.kind in _REPORTS and version.venue:
            return "differs" in (found.get("title"), found.get("author"))
        own = all(found.get(name) != "verified" for name in ("pages", "volume", "doi"))
        venue, year = found.get(reference.venue_field), found.get(reference.year_field)
        if not own or not reference.venue or venue == "verified":
            return False
        if venue == "differs" and self._is_other_form(reference, version):
            return bool(reference.pages or reference.volume) or found.get("title") == "differs"
        if not reference.is_located or year != "differs":
            return False
        if venue == "differs":
            return found.get("author") == found.get("title") == "verified"
        return found.get("author") == "verified"

    def _is_other_form(self, reference: CitedReference, version: KnownVersion) -> bool:
        """Return whether a reference is an article, and a version a meeting's, or reversely."""
        known = self.bib.venues.get(version.venue)
        is_journal = (
            known.kind == "journal"
            if known is not None
            else not _MEETING.search(version.venue) and bool(version.volume)
        )
        return bool(version.venue) and is_journal == (reference.venue_field == "booktitle")

    def _ruled_out(
        self, reference: CitedReference, authors: Sequence[str] = ()
    ) -> list[FieldFinding]:
        return [
            FieldFinding(one.field, "contradicted", one.message)
            for one in contradictions(reference, self.this_year, authors)
        ]

    def _works(self, reference: CitedReference, paper: Paper | None) -> list[KnownWork]:
        catalogue, *more = self.lists
        first = known_paper(paper, catalogue.source) if paper else catalogue.find(reference)
        found = [first, *(one.find(reference) for one in more)]
        return [work for work in found if work is not None]

    def _outdated(
        self, findings: Sequence[FieldFinding], work: KnownWork
    ) -> Iterator[FieldFinding]:
        """Yield findings with that on the venue replaced: the preprint was published."""
        version = work.versions[0]
        venue = self.comparison.venue_name(version)
        name = "journal" if self.comparison.is_journal(version) else "booktitle"
        message = f"it was published in {venue} {version.year}"
        if any(one.field == "title" and one.word != "verified" for one in findings):
            message += f" as “{version.titles[0]}”"
        yield FieldFinding(name, "differs", message, venue, OUTDATED)
        yield from (one for one in findings if one.field not in PLACES)

    def _unlisted(self, reference: CitedReference) -> Iterator[FieldFinding]:
        """Yield that a work is not in the complete list of its venue and year."""
        whole = self._whole(reference)
        if whole is None or not reference.authors:
            return
        theirs = whole.by_these_authors(reference)
        excludes = whole.excludes and not _is_recent_preprint(reference)
        if theirs:
            titles = "; ".join(f"“{one.title}”" for one in theirs[:3])
            earlier = any(_may_be_title_of(reference, one) for one in theirs)
            # What all of them wrote for it is known: some of them may have given a talk as well.
            all_of_them = any(_is_by_all(reference, one) for one in theirs)
            word: FieldWord = "contradicted"
            message = f"not in {whole}, which has by these authors {titles}"
            if earlier or not all_of_them or not excludes:
                word = "differs"
                message += "; write the printed title, or name the workshop, if it was at one"
            yield FieldFinding("title", word, message)
        elif not excludes or any(one.have_written_together(reference) for one in self.lists):
            # People who exist may have written it for a workshop: then that is what to write.
            message = f"not in {whole}; name the workshop or the track, if it was at one"
            yield FieldFinding(reference.venue_field, "differs", message)
        else:
            message = f"not in {whole}"
            yield FieldFinding(reference.venue_field, "contradicted", message)

    def _whole(self, reference: CitedReference) -> CompleteList | None:
        found = (one.whole(reference) for one in self.lists)
        return next((one for one in found if one is not None), None)

    def _misplaced(self, reference: CitedReference) -> Iterator[FieldFinding]:
        """Yield the identifiers that say another venue or time than the entry."""
        for one in misplaced(reference, self.comparison.venues):
            yield FieldFinding(one.field, "contradicted", one.message)

    def _nearest(
        self, reference: CitedReference, works: Sequence[KnownWork]
    ) -> tuple[list[FieldFinding], KnownVersion, KnownWork]:
        """Compare a reference with every version of every work; return the findings on the nearest.

        Of versions that are equally near, that of the first list counts.
        """
        compared = [
            (self.comparison.compare(reference, version, work), version, work)
            for work in works
            for version in work.versions
        ]
        return min(compared, key=lambda one: weight(one[0]))

    def _foreign(self, reference: CitedReference) -> Iterator[FieldFinding]:
        """Yield the identifiers that belong to works of another title and by other people."""
        for name, value in (("doi", reference.doi), ("eprint", reference.arxiv)):
            owner = self.owner(value) if value else None
            if owner is not None:
                yield foreign(name, owner, reference)


def _is_recent_preprint(reference: CitedReference) -> bool:
    """Return whether an entry has an arXiv id of about its year, and no DOI: the work was perhaps
    at a workshop of the conference, by whose name INSPIRE cites it.
    """
    if not reference.arxiv or reference.doi:
        return False
    return abs(arxiv_year(reference.arxiv) - (reference.year or 0)) <= 1


def _may_be_title_of(reference: CitedReference, work: StatedWork) -> bool:
    """Return whether a reference may mean a work by an earlier title: on the same pages, or with
    the same name before a colon, or with a telling word in common.
    """
    if reference.pages and same_pages(work.pages, reference.pages):
        return True
    if has_same_name(reference.title, work.title):
        return True
    return not is_unrelated(spelled_title(reference.title), spelled_title(work.title))


def _is_by_all(reference: CitedReference, work: StatedWork) -> bool:
    found = compare_authors(reference.authors, work.authors, reference.and_others)
    return found.outcome in {"same", "order"}


def _of_preprint(findings: Iterable[FieldFinding]) -> Iterator[FieldFinding]:
    """Yield findings on a preprint that was compared with the publication: what differs may be the
    preprint's own title, authors and pages, of which no list has a record.
    """
    for one in findings:
        if one.word == "differs" and one.field not in {"doi", "eprint"}:
            yield FieldFinding(one.field, "not checked", "the preprint may have another")
        else:
            yield one


def _is_elsewhere(reference: CitedReference, findings: Sequence[FieldFinding]) -> bool:
    """Return whether an entry names another venue than the version that is nearest."""
    return any(one.field == reference.venue_field and one.word == "differs" for one in findings)


def _unlisted(
    finding: FieldFinding, whole: CompleteList, reference: CitedReference
) -> FieldFinding:
    """Add to the finding on the venue that the venue's list does not have the work."""
    if finding.field != reference.venue_field or finding.word != "differs":
        return finding
    return finding._replace(message=f"{finding.message}; it is not in {whole}")


def _verdict(
    findings: Sequence[FieldFinding],
    version: KnownVersion,
    asked: tuple[str, ...],
    record: str,
) -> ReferenceVerdict:
    if any(one.word == "contradicted" for one in findings):
        return _contradicted(findings, version, asked, record)
    differing = [one for one in findings if one.word == "differs"]
    if differing:
        fields = ", ".join(dict.fromkeys(one.field for one in differing))
        outdated = next((one for one in differing if one.reason == OUTDATED), None)
        but = f"{OUTDATED}: {outdated.message}" if outdated else f"differs in {fields}"
        reason = f"it is {version.work}, but {but}"
        return ReferenceVerdict("differs", reason, version, tuple(findings), asked, record)
    unchecked = [one.field for one in findings if one.word == "not checked"]
    but = f", but for {', '.join(unchecked)}" if unchecked else ""
    variant = next((f"; {one.message}" for one in findings if one.reason == VENUE_VARIANT), "")
    reason = f"it is {version.work}, and agrees with it{but}{variant}"
    return ReferenceVerdict("verified", reason, version, tuple(findings), asked)


def _contradicted(
    findings: Sequence[FieldFinding],
    version: KnownVersion | None,
    asked: tuple[str, ...],
    record: str = "",
) -> ReferenceVerdict:
    first = next(one for one in findings if one.word == "contradicted")
    reason = f"{first.field}: {first.message}"
    return ReferenceVerdict("contradicted", reason, version, tuple(findings), asked, record)
