"""Verdicts on references that no list has, from what services answered.

A failure is no answer: a reference of which a service may have the work is `not checked`. The
records of services are made by program, so none of them contradicts a reference by itself.
"""

from __future__ import annotations

from dataclasses import replace

from dltheory_bib.bibfile.verdicts.cited_reference import CitedReference
from dltheory_bib.bibfile.verdicts.known_version import KnownVersion, KnownWork
from dltheory_bib.bibfile.verdicts.verdict import Judge, ReferenceVerdict
from dltheory_bib.lookup.protocol import Absent, Answer, Failed, Found, Reference, StatedWork
from dltheory_bib.lookup.same_work import inverted
from dltheory_bib.text.identifiers import Identifier, find_arxiv_ids, is_arxiv_doi
from dltheory_bib.text.names import author_line


def asked_reference(reference: CitedReference) -> Reference:
    """Return what is asked of services: identifiers, title and authors."""
    ids = [Identifier("arxiv", reference.arxiv)] if reference.arxiv else []
    if is_arxiv_doi(reference.doi):
        ids += [Identifier("arxiv", one) for one in find_arxiv_ids(reference.doi)]
    elif reference.doi:
        ids.append(Identifier("doi", reference.doi))
    return Reference(
        title=reference.title,
        authors=tuple(map(inverted, reference.authors)),
        year=reference.year,
        venue=reference.venue,
        ids=tuple(dict.fromkeys(ids)),
    )


def online_verdict(
    judge: Judge, reference: CitedReference, before: ReferenceVerdict, answer: Answer
) -> ReferenceVerdict:
    """Return the verdict on a reference that was `not found` before."""
    if isinstance(answer, Failed):
        reason = f"{answer}; {before.reason}"
        return replace(before, word="not checked", reason=reason)
    asked = (*judge.asked, *dict.fromkeys(f"{one.source} of {one.date}" for one in answer.asked))
    if isinstance(answer, Absent):
        reason = f"not in {' or '.join(asked)}{_others(answer)}"
        return replace(before, reason=reason, asked=asked)
    return judge.compared(reference, [_known_work(judge, answer)], asked)


def _others(answer: Absent) -> str:
    """Return the works that have this title or this identifier, but are other works."""
    listed = [
        f"{one.source} has “{one.title}” by {author_line(one.authors, 3)}"
        for one in dict.fromkeys(answer.others)
        if one.title
    ]
    return f"; another work: {'; '.join(listed[:3])}" if listed else ""


def _known_work(judge: Judge, answer: Found) -> KnownWork:
    versions = tuple(_version(judge, one) for one in answer.records)
    return KnownWork(versions[0].source, versions[0].work, versions)


def _version(judge: Judge, work: StatedWork) -> KnownVersion:
    found = judge.comparison.venues.find(work.venue).venue if work.venue else None
    return KnownVersion(
        f"{work.source} of {work.date}",
        work.where,
        (work.title,),
        work.authors,
        work.year or 0,
        found or work.venue,
        work.volume,
        work.pages,
        work.doi.lower(),
        work.eprint,
        is_made_by_program=True,
    )
