"""The data of the page's search, as a script.

A browser that opens a page from a folder does not load a JSON file next to it, but runs a script.
`static/search/` reads the data written here; a test checks that its query language is that of
`query/`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any, get_args

from dltheory_bib.models.choices import Checked, EntryType, ReadingLevel
from dltheory_bib.query.fields import FIELDS, PRIVATE_FIELDS, RELATION_FIELDS
from dltheory_bib.query.run import OTHER_NAMES
from dltheory_bib.site.search_index import DIGITS, number, search_index, search_rules
from dltheory_bib.site.site_data import Contents
from dltheory_bib.snapshot.schema import FEATURES
from dltheory_bib.text.names import slug

ARXIV_PDF = "https://arxiv.org/pdf/"


def search_data(contents: Contents) -> bytes:
    """Return the script that passes the data to the search; works are numbered from 0 as in the
    snapshot.
    """
    data = {
        "works": _works(contents),
        "topics": _topics(contents),
        "venues": _venues(contents),
        "people": _people(contents),
        "names": _names(contents),
        "edges": _edges(contents),
        "text": _text(contents),
        "words": _vocabulary(),
        "questions": _questions(contents),
        "index": search_index(contents),
        "rules": search_rules(),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"dltheory.searchData({text});\n".encode()


def _vocabulary() -> dict[str, Any]:
    """Return the words of the query language that are lists in Python."""
    return {
        "types": ["preprint", *get_args(EntryType)],
        "levels": get_args(ReadingLevel),
        "checked": get_args(Checked),
        "features": FEATURES,
        "fields": [name for name in FIELDS if name not in PRIVATE_FIELDS],
        "relations": {
            name: relation for name, (relation, inverse) in RELATION_FIELDS.items() if not inverse
        },
        "inverses": {
            name: relation for name, (relation, inverse) in RELATION_FIELDS.items() if inverse
        },
        "otherNames": OTHER_NAMES,
        "examples": {
            name: field.example for name, field in FIELDS.items() if name not in PRIVATE_FIELDS
        },
    }


def _questions(contents: Contents) -> dict[str, Any]:
    """Return the names of questions with their ids, and by id the numbers of the works with
    cards.
    """
    fetch = contents.bib.snapshot.fetch
    works: dict[str, list[int]] = {}
    for question, n in fetch("SELECT DISTINCT question, n - 1 FROM result ORDER BY question, n"):
        works.setdefault(question, []).append(n)
    names = fetch("SELECT name, id FROM question_name ORDER BY name").fetchall()
    return {"names": names, "works": works}


def _works(contents: Contents) -> dict[str, list[Any]]:
    topics = {identity: n for n, identity in enumerate(contents.topics)}
    venues = {identity: n for n, identity in enumerate(contents.venues)}
    people = {identity: n for n, identity in enumerate(contents.people)}
    member: list[list[int]] = [[] for _ in contents.papers]
    for topic, n in contents.bib.snapshot.fetch("SELECT topic, n FROM member ORDER BY topic"):
        member[n - 1].append(topics[topic])
    rows = contents.bib.snapshot.fetch(
        "SELECT key, year, type, level, checked, features, venue FROM paper ORDER BY n"
    ).fetchall()
    names = ("key", "year", "type", "level", "checked", "features")
    made: dict[str, list[Any]] = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    made["venue"] = [venues[row[6]] if row[6] else -1 for row in rows]
    made["venueName"] = [contents.entry(row[0]).venue for row in rows]
    made["title"] = [contents.text(contents.papers[row[0]].plain_title) for row in rows]
    made["topics"] = member
    made["people"] = [[people[one] for one, _ in contents.authors[row[0]]] for row in rows]
    layers = contents.layers
    made["layer"] = [layers.get(row[0], "") for row in rows] if layers else []
    # Most addresses are arXiv's, which the page puts before the id.
    pdfs = [contents.entry(row[0]).pdf or "" for row in rows]
    made["pdf"] = [pdf.removeprefix(ARXIV_PDF) for pdf in pdfs]
    made["cited"] = [contents.cited.get(row[0], 0) for row in rows]
    return made


def _topics(contents: Contents) -> list[Any]:
    """Return id, label, and the folded names of each topic."""
    names: dict[str, list[str]] = {identity: [] for identity in contents.topics}
    for name, identity in contents.bib.snapshot.fetch("SELECT name, id FROM topic_name"):
        names[identity].append(name)
    return [[one.id, one.label, names[one.id]] for one in contents.topics.values()]


def _venues(contents: Contents) -> list[Any]:
    names: dict[str, list[str]] = {identity: [] for identity in contents.venues}
    for name, identity in contents.bib.snapshot.fetch("SELECT name, id FROM venue_name"):
        names[identity].append(name)
    return [[one.id, one.periods[-1].short, names[one.id]] for one in contents.venues.values()]


def _people(contents: Contents) -> list[Any]:
    """Return each name with, if there are any, other spellings and an id that is not made from the
    name.
    """
    made: list[Any] = []
    for one in contents.people.values():
        identity = "" if slug(one.name) == one.id else one.id
        more = [one.name, identity, *one.aliases]
        made.append(more if one.aliases or identity else one.name)
    return made


def _names(contents: Contents) -> dict[str, Any]:
    """Return the names of each work besides its key: aliases, and identifiers by scheme."""
    fetch = contents.bib.snapshot.fetch
    aliases = "SELECT name, n - 1 FROM name WHERE name NOT IN (SELECT key FROM paper)"
    identifiers: dict[str, dict[str, int]] = {}
    rows = fetch("SELECT scheme, value, n - 1 FROM identifier ORDER BY scheme, value")
    for scheme, value, n in rows:
        identifiers.setdefault(scheme, {})[value] = n
    return {"aliases": dict(fetch(aliases)), "identifiers": identifiers}


def _edges(contents: Contents) -> dict[str, list[int]]:
    """Return, by relation, the numbers of source and target in turn."""
    made: dict[str, list[int]] = {}
    rows = contents.bib.snapshot.fetch(
        "SELECT relation, source - 1, target - 1 FROM edge ORDER BY relation, source, target"
    )
    for relation, source, target in rows:
        made.setdefault(relation, []).extend((source, target))
    return made


def _text(contents: Contents) -> dict[str, Any]:
    """Return the tokens of the full-text search, as split and stemmed by SQLite.

    Each work is a line with its title, people and annotation, separated by spaces. A token is the
    number of its stem in `stems`, the most frequent first; a digit from the upper half is followed
    by another.
    """
    with closing(sqlite3.connect(":memory:")) as copy:  # a snapshot is read-only
        copy.deserialize(contents.bib.snapshot.database.serialize())
        copy.execute("CREATE VIRTUAL TABLE temp.token USING fts5vocab('main', 'text', 'instance')")
        sql = "SELECT term, doc, col FROM temp.token ORDER BY doc, col, offset"
        rows = copy.execute(sql).fetchall()
    frequency = Counter(row[0] for row in rows)
    stems = sorted(frequency, key=lambda stem: (-frequency[stem], stem))
    codes = {stem: number(n) for n, stem in enumerate(stems)}
    columns = {"title": 0, "people": 1, "annotation": 2}
    cells: list[list[list[str]]] = [[[], [], []] for _ in contents.papers]
    for term, doc, column in rows:
        cells[doc - 1][columns[column]].append(codes[term])
    tokens = "\n".join(" ".join("".join(cell) for cell in line) for line in cells)
    return {"digits": DIGITS, "stems": " ".join(stems), "tokens": tokens}
