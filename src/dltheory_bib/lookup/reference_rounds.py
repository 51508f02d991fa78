"""Ask services for the references of a file, with as few requests as settle them.

First arXiv ids, many in one request; then DOIs, at the agencies; then titles, at one service after
another. A reference is asked for until a service has the work, and has its venue if the reference
names one. Only identifiers, the title and the first author leave this machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from dltheory_bib.lookup.arxiv import Arxiv
from dltheory_bib.lookup.crossref import Crossref
from dltheory_bib.lookup.datacite import DataCite
from dltheory_bib.lookup.dblp import Dblp
from dltheory_bib.lookup.openalex import OpenAlex
from dltheory_bib.lookup.protocol import Answer, Found, Reference, join_answers
from dltheory_bib.lookup.semantic_scholar import SemanticScholar
from dltheory_bib.lookup.service import Service
from dltheory_bib.lookup.services import Progress


class _Round(NamedTuple):
    """A service, and whether it is asked by identifier or by title."""

    service: type[Service]
    by_title: bool


ROUNDS = (
    _Round(Arxiv, by_title=False),
    _Round(Crossref, by_title=False),
    _Round(DataCite, by_title=False),
    _Round(Dblp, by_title=True),
    _Round(OpenAlex, by_title=True),
    _Round(Crossref, by_title=True),
    _Round(SemanticScholar, by_title=True),
)
"""In the order of what they cost."""


def ask_in_rounds(
    services: Sequence[Service], references: Sequence[Reference], progress: Progress | None = None
) -> list[Answer]:
    """Return the joined answers to each reference; a service that is not given is not asked.

    `progress` is called with the name of a service and the number of works that it was asked for.
    """
    answers: list[list[Answer]] = [[] for _ in references]
    given = {type(one): one for one in services}
    for step in ROUNDS:
        service = given.get(step.service)
        if service is None:
            continue
        places = [
            place
            for place, one in enumerate(references)
            if _is_asked(step, one) and not _is_settled(one, answers[place])
        ]
        asked = [references[place] for place in places]
        for number, (place, answer) in enumerate(
            zip(places, _ask(step, service, asked), strict=True), 1
        ):
            answers[place].append(answer)
            if progress:
                progress(service.name, number)
    return [join_answers(one) for one in answers]


def _ask(step: _Round, service: Service, asked: Sequence[Reference]) -> Iterator[Answer]:
    if step.by_title:
        return service.find_many([replace(one, ids=()) for one in asked])
    return service.identify_many(asked)


def _is_asked(step: _Round, reference: Reference) -> bool:
    if step.by_title:
        return bool(reference.title)
    return any(one.scheme in step.service.schemes for one in reference.ids)


def _is_settled(reference: Reference, answers: Sequence[Answer]) -> bool:
    """Return whether the work was found, with a venue if the reference names one."""
    return any(
        not reference.venue or any(work.venue for work in one.records)
        for one in answers
        if isinstance(one, Found)
    )
