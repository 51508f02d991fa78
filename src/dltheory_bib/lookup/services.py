"""The services that can be asked, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from dltheory_bib.lookup.arxiv import Arxiv
from dltheory_bib.lookup.crossref import Crossref
from dltheory_bib.lookup.datacite import DataCite
from dltheory_bib.lookup.dblp import Dblp
from dltheory_bib.lookup.openalex import OpenAlex
from dltheory_bib.lookup.openreview import OpenReview
from dltheory_bib.lookup.protocol import (
    Absent,
    Answer,
    Asked,
    Failed,
    Found,
    Reference,
    StatedWork,
    join_answers,
)
from dltheory_bib.lookup.semantic_scholar import SemanticScholar
from dltheory_bib.lookup.service import SHAPES, Service
from dltheory_bib.lookup.service_client import ServiceClient, ServiceError
from dltheory_bib.text.identifiers import Identifier

SERVICES: tuple[type[Service], ...] = (
    Arxiv,
    Crossref,
    DataCite,
    OpenReview,
    Dblp,
    OpenAlex,
    SemanticScholar,
)
"""Those that know a work by its identifier alone come first; they cost one request."""
LISTS = (OpenAlex, Crossref, SemanticScholar)
"""The services with reference lists."""

Progress = Callable[[str, int], None]


def open_services(client: ServiceClient, without: Collection[str] = ()) -> list[Service]:
    """Return a client of each service, but of those that the settings exclude."""
    return [one(client) for one in SERVICES if one.setting not in without]


def ask_services(
    services: Sequence[Service], references: Sequence[Reference], progress: Progress | None = None
) -> list[Answer]:
    """Ask every service that takes a reference, and join the answers to each.

    A service that does not take it is asked once others have stated the title: by an arXiv id,
    DBLP and OpenReview find where the work was published. `progress` is called with the name of a
    service and the number of works that it was asked for.
    """
    answers: list[dict[str, Answer]] = [{} for _ in references]
    _ask(services, references, answers, progress)
    known = [enriched(one, found) for one, found in zip(references, answers, strict=True)]
    _ask(services, known, answers, progress)
    order = [service.name for service in services]
    return [join_answers([found[name] for name in order if name in found]) for found in answers]


def _ask(
    services: Sequence[Service],
    references: Sequence[Reference],
    answers: list[dict[str, Answer]],
    progress: Progress | None,
) -> None:
    for service in services:
        places = [
            place
            for place, one in enumerate(references)
            if service.name not in answers[place]
            and service.takes(one)
            and not _is_settled(service, answers[place])
        ]
        found = service.find_many([references[place] for place in places])
        for number, (place, answer) in enumerate(zip(places, found, strict=True), 1):
            answers[place][service.name] = answer
            if progress:
                progress(service.name, number)


def _is_settled(service: Service, answers: dict[str, Answer]) -> bool:
    """Return whether DataCite need not be asked: each DOI has one agency."""
    return service.name == DataCite.name and isinstance(answers.get(Crossref.name), Found)


def enriched(reference: Reference, answers: dict[str, Answer]) -> Reference:
    """Return a reference with what was stated of it: title, authors, and identifiers.

    If sources state several works for it, nothing is added.
    """
    from dltheory_bib.lookup.same_work import same_people, same_title

    works = [work for one in answers.values() if isinstance(one, Found) for work in one.records]
    if not works:
        return reference
    first = works[0]
    if not all(
        same_title(first.title, one.title) and same_people(first.authors, one.authors)
        for one in works
    ):
        return reference
    ids = [*reference.ids, *(one for work in works for one in identifiers_of(work))]
    return replace(
        reference,
        title=reference.title or first.title,
        authors=reference.authors or first.authors,
        ids=tuple(dict.fromkeys(ids)),
    )


def identifiers_of(work: StatedWork) -> list[Identifier]:
    """Return the identifiers that a source states of a work."""
    found = [Identifier("arxiv", work.eprint)] if work.eprint else []
    found += [Identifier("doi", work.doi)] if work.doi else []
    return found + ([Identifier("openreview", work.openreview)] if work.openreview else [])


class StatedList(NamedTuple):
    """The reference list of a work, as one source states it."""

    source: str
    where: str
    entries: list[Reference]


def reference_lists(
    services: Sequence[Service], reference: Reference
) -> list[StatedList | Absent | Failed]:
    """Return what each service with reference lists has for a work."""
    found: list[StatedList | Absent | Failed] = []
    for service in services:
        if not isinstance(service, LISTS):
            continue
        try:
            entries, where, day = service.references(reference)
        except ServiceError as error:
            found.append(Failed(str(error), service.name))
        except SHAPES as error:
            found.append(Failed(f"its answer has another form ({error!r})", service.name))
        else:
            stated = StatedList(service.name, where, entries)
            found.append(stated if entries else Absent((Asked(service.name, day),)))
    return found
