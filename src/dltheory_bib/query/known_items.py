"""Recognise what names one work or one person: ids, addresses, names with initials."""

from __future__ import annotations

import json
import re

from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.text.identifiers import find_arxiv_ids, find_dois, parse_identifier
from dltheory_bib.text.names import is_text
from dltheory_bib.text.search_words import forms_of

ADDRESS = r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?"
SIGNS = " \t\r\n.,;\"'“”<>"
MOST_PEOPLE = 3


def known_works(snapshot: Snapshot, text: str) -> list[int]:
    """Return the works that a text names by key, alias, id or address."""
    if not is_text(text):
        return []
    plain = text.strip(SIGNS)
    whole = (text.strip(), plain, plain.rstrip("/"))
    found = next(filter(None, map(snapshot.find, whole)), None) or _at(snapshot, plain)
    if found:
        return [found]
    if "." not in text and "/" not in text:
        return []
    names = [one[0].strip(SIGNS) for one in re.finditer(ADDRESS, text, re.IGNORECASE)]
    numbers = [_at(snapshot, name) for name in names]
    numbers += [snapshot.find(name) for name in (*find_arxiv_ids(text), *find_dois(text))]
    return list(dict.fromkeys(number for number in numbers if number))


def _at(snapshot: Snapshot, address: str) -> int | None:
    """Return the work at an address that may lack its scheme."""
    if "." not in address or not re.fullmatch(ADDRESS, address, re.IGNORECASE):
        return None
    if "://" not in address:
        address = f"https://{address}"
    return snapshot.find(address) or snapshot.find(address.partition("#")[0])


def is_identifier(text: str) -> bool:
    """Return whether a text is an id or an address, of whatever work."""
    return parse_identifier(text.strip(SIGNS)) is not None


def people_named(snapshot: Snapshot, forms: list[str]) -> list[tuple[str, bool]]:
    """Return the people whom a query names, and whether more than a family name is given.

    The longest span of words that are words of one name is taken; a single letter is an initial.
    Of several people the ones with most works come first.
    """
    names = [form for form in forms if not form.isdigit()][:8]
    for size in range(min(4, len(names)), 0, -1):
        if size == 1 and len(names) > 3:
            break
        found: list[str] = []
        for start in range(len(names) - size + 1):
            span = names[start : start + size]
            if any(len(form) > 1 for form in span):
                found += _with_words(snapshot, span)
        if found:
            return [(one, size > 1) for one in dict.fromkeys(found)][:MOST_PEOPLE]
    return []


def is_name(snapshot: Snapshot, person: str, forms: list[str]) -> bool:
    """Return whether each of these words, or initials, is of a person's name."""
    row = snapshot.fetch("SELECT data FROM person WHERE id = ?", (person,)).fetchone()
    record = json.loads(row[0])
    known = forms_of(" ".join((person, record["name"], *record.get("aliases", ()))))
    return all(
        any(word == form or (len(form) == 1 and word.startswith(form)) for word in known)
        for form in forms
    )


def _with_words(snapshot: Snapshot, span: list[str]) -> list[str]:
    parts, values = [], []
    for word in span:
        if len(word) == 1:
            parts.append("SELECT person FROM person_word WHERE word >= ? AND word < ?")
            values += [word, chr(ord(word) + 1)]
        else:
            parts.append("SELECT person FROM person_word WHERE word = ?")
            values.append(word)
    rows = snapshot.fetch(
        f"SELECT person FROM authorship WHERE person IN ({' INTERSECT '.join(parts)}) "
        f"GROUP BY person ORDER BY count(*) DESC, person LIMIT {MOST_PEOPLE}",
        values,
    )
    return [row[0] for row in rows]
