"""What the clients of all services share."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from dltheory_bib.lookup.protocol import (
    Absent,
    Answer,
    Asked,
    Failed,
    Found,
    Reference,
    StatedWork,
)
from dltheory_bib.lookup.same_work import inverted, is_same, same_title
from dltheory_bib.lookup.service_client import ServiceClient, ServiceError
from dltheory_bib.text.identifiers import Identifier, find_arxiv_ids, is_arxiv_doi, parse_identifier
from dltheory_bib.text.names import family

MOST_HITS = 10
"""Works of a search by title that are looked at."""
MOST_FOUND = 5
"""Works of one source in an answer."""
_LONGEST_TITLE = 300


class Service:
    """A service that is asked by identifier, then by title.

    A class names itself, its address, the schemes of identifiers it knows and whether it can be
    searched by title, and says how it is asked and how its answer is read.
    """

    name: ClassVar[str]
    setting: ClassVar[str]
    """Its name in the settings."""
    address: ClassVar[str]
    schemes: ClassVar[frozenset[str]] = frozenset()
    has_titles: ClassVar[bool] = True
    pause: ClassVar[float] = 0.1
    """Seconds between two requests, as the service asks of its users."""

    def __init__(self, client: ServiceClient) -> None:
        self.client = client

    def takes(self, reference: Reference) -> bool:
        """Return whether the service can be asked for what is known of a work."""
        known = any(one.scheme in self.schemes for one in reference.ids)
        return known or (self.has_titles and bool(reference.title))

    def find(self, reference: Reference) -> Answer:
        """Return the works that a reference means, as the service states them."""
        return self._answered(reference, self.has_titles)

    def identify(self, reference: Reference) -> Answer:
        """Return the works that a reference means, asked for by their identifiers alone."""
        return self._answered(reference, by_title=False)

    def identify_many(self, references: Sequence[Reference]) -> Iterator[Answer]:
        """Yield the answer to each reference, in order, asked for by identifiers alone."""
        return map(self.identify, references)

    def _answered(self, reference: Reference, by_title: bool) -> Answer:
        try:
            return self._find(reference, by_title)
        except ServiceError as error:
            return Failed(str(error), self.name)
        except SHAPES as error:
            return Failed(f"its answer has another form than documented ({error!r})", self.name)

    def find_many(self, references: Sequence[Reference]) -> Iterator[Answer]:
        """Yield the answer to each reference, in order."""
        return map(self.find, references)

    def _find(self, reference: Reference, by_title: bool) -> Answer:
        records: list[StatedWork] = []
        others: list[StatedWork] = []
        day = datetime.date.today()
        for one in reference.ids:
            if one.scheme in self.schemes and not records:
                works, day = self.by_id(one)
                if works and not any(work.title for work in works):
                    raise ServiceError("has a record of it without a title")
                self._sort(reference, works, records, others)
        if not records and reference.title and by_title:
            works, day = self.by_title(reference)
            self._sort(reference, works, records, others)
        asked = (Asked(self.name, day),)
        if records:
            return Found(tuple(records[:MOST_FOUND]), asked, tuple(others))
        return Absent(asked, tuple(others))

    def _sort(
        self,
        reference: Reference,
        works: Iterable[StatedWork],
        records: list[StatedWork],
        others: list[StatedWork],
    ) -> None:
        for work in works:
            if not work.title:
                continue  # a record without a title says nothing of the work
            if is_same(reference, work):
                records.append(work)
            elif not others and _is_near(reference, work):
                others.append(work)

    def by_id(self, identifier: Identifier) -> tuple[list[StatedWork], datetime.date]:
        """Return the works with an identifier, and the day of the answer."""
        raise NotImplementedError

    def by_title(self, reference: Reference) -> tuple[list[StatedWork], datetime.date]:
        """Return works whose titles may be that of the reference, and the day of the answer."""
        raise NotImplementedError


SHAPES = (KeyError, TypeError, AttributeError, IndexError, ValueError)
"""What reading an answer raises if a service no longer answers as documented."""


def _is_near(reference: Reference, work: StatedWork) -> bool:
    """Return whether another work has an identifier of the reference, or its title."""
    schemes = {"doi": work.doi.lower(), "arxiv": work.eprint, "openreview": work.openreview}
    if any(schemes.get(one.scheme) == one.folded for one in reference.ids):
        return True
    return same_title(reference.title, work.title)


def path_of(value: str) -> str:
    """Return a value as one part of an address."""
    return quote(value, safe="")


def query_words(title: str) -> str:
    """Return the words of a title for a search, without signs that are part of a query language."""
    plain = re.sub(r"\\[A-Za-z]+|[{}$]", " ", title)
    return " ".join(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", plain))[:_LONGEST_TITLE]


def first_author(reference: Reference) -> str:
    """Return the first author's family name for a search; empty if unknown."""
    return family(inverted(reference.authors[0])) if reference.authors else ""


def text(value: Any) -> str:
    """Return a text of an answer: without markup, control characters and repeated blanks."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    # Twice, as some titles are escaped twice: `&amp;lt;i&amp;gt;`.
    plain = html.unescape(html.unescape(str(value)))
    plain = re.sub(r"</?(?:[a-z]{1,12}:)?[A-Za-z][A-Za-z0-9]{0,12}(?:\s[^<>]*)?/?>", "", plain)
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


def year_of(value: Any) -> int | None:
    """Return a year of an answer, from a number, a date or milliseconds since 1970."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 1600 <= value <= 2100:
            return value
        if 0 < value < 10**13:
            return datetime.datetime.fromtimestamp(value / 1000, datetime.UTC).year
        return None
    found = re.match(r"(1[6-9]|20)\d\d\b", value) if isinstance(value, str) else None
    return int(found[0]) if found else None


def doi_of(value: Any) -> str:
    """Return a DOI of an answer, bare; empty for arXiv's, which is the preprint's id."""
    parsed = parse_identifier(value) if isinstance(value, str) else None
    if parsed is None or parsed.scheme != "doi" or is_arxiv_doi(parsed.value):
        return ""
    return parsed.value


def eprint_of(*values: Any) -> str:
    """Return the first arXiv id in some values of an answer; empty if there is none."""
    for value in values:
        parsed = parse_identifier(value) if isinstance(value, str) else None
        if parsed is not None and parsed.scheme == "arxiv":
            return parsed.value
        if isinstance(value, str) and is_arxiv_doi(value):
            return next(iter(find_arxiv_ids(value)), "")
    return ""


def pages_of(first: Any, last: Any) -> str:
    """Return a range of pages."""
    return "-".join(dict.fromkeys(filter(None, (text(first), text(last)))))


def hits(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a list that an answer always has. Raises `TypeError` without it."""
    if not isinstance(value, list):
        raise TypeError(f"a list is documented, not {type(value).__name__}")
    return objects(value)


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a list of an answer; in a single object, that one."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, Mapping)]
