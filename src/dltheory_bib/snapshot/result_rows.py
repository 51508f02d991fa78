"""Questions, assumptions and cards in a snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dltheory_bib.errors import UnknownNameError
from dltheory_bib.snapshot.reader import Registry, Snapshot, record_reader
from dltheory_bib.snapshot.views import stored
from dltheory_bib.text.names import fold, nearest, searchable, words

if TYPE_CHECKING:
    from dltheory_bib.models.theorem import Assumption, Question, Result
    from dltheory_bib.theorems.dominance import Vocabulary


def questions(snapshot: Snapshot) -> Registry[Question]:
    """Return every question by id."""
    return Registry(snapshot, "question")


def assumptions(snapshot: Snapshot) -> Registry[Assumption]:
    """Return every assumption by id."""
    return Registry(snapshot, "assumption")


def results(snapshot: Snapshot) -> Registry[Result]:
    """Return every result card by id."""
    return Registry(snapshot, "result")


def vocabulary(snapshot: Snapshot) -> Vocabulary:
    """Return the implications between assumptions."""
    # Showing a card needs no arithmetic.
    from dltheory_bib.theorems.dominance import Vocabulary

    return Vocabulary(assumptions(snapshot).values())


def cards_on(snapshot: Snapshot, question: str) -> list[tuple[int, Result]]:
    """Return the cards of a question with the numbers of their works, the oldest work first."""
    rows = snapshot.fetch(
        "SELECT r.n, r.data FROM result r JOIN paper p ON p.n = r.n WHERE r.question = ? "
        "ORDER BY p.year, r.id",
        (question,),
    )
    read = record_reader("result", snapshot.owner)
    return [(row[0], read(row[1])) for row in rows]


def cards_of(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, list[Result]]:
    """Return the cards of some works, in order of ids, by the number of the work."""
    rows = snapshot.fetch(
        "SELECT n, data FROM result WHERE n IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(numbers)),),
    )
    found: dict[int, list[Result]] = {}
    read = record_reader("result", snapshot.owner)
    for n, data in rows:
        found.setdefault(n, []).append(read(data))
    return found


def question_counts(snapshot: Snapshot) -> dict[str, tuple[int, int]]:
    """Return the numbers of cards and of works for each question."""
    rows = snapshot.fetch(
        "SELECT q.id, count(r.id), count(DISTINCT r.n) FROM question q "
        "LEFT JOIN result r ON r.question = q.id GROUP BY q.id ORDER BY q.id"
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def find_question(snapshot: Snapshot, name: str) -> str:
    """Return the id of a question from its id, label, an alias, or a unique prefix of one.

    Raises `UnknownNameError` with the nearest ids, or, for an ambiguous prefix, with its matches.
    """
    known = dict(snapshot.fetch("SELECT name, id FROM question_name ORDER BY name").fetchall())
    wanted = fold(name.strip())
    for spelling in (wanted, wanted.replace(" ", "-")):
        if spelling in known:
            return str(known[spelling])
    started = sorted({known[one] for one in known if wanted and one.startswith(wanted)})
    if len(started) == 1:
        return str(started[0])
    if started:
        raise UnknownNameError("single question", name, started)
    near = list(dict.fromkeys(known[one] for one in nearest(name, known)))
    raise UnknownNameError("question", name, near or _mentioning(snapshot, wanted))


def _mentioning(snapshot: Snapshot, text: str) -> list[str]:
    """Return the ids of the questions that mention every word of a text, else that such works
    answer.

    A match in a name precedes one in a definition; then questions are sorted by number of matching
    works.
    """
    if not text:
        return []
    found = []
    for identity, one in stored(snapshot, "question").items():
        names = " ".join((identity, one["label"], *one.get("aliases", ())))
        for rank, name in enumerate((names, one["definition"])):
            if all(word in fold(name) for word in text.split()):
                found.append((rank, len(name), identity))
                break
    if found:
        return [name for _, _, name in sorted(found)[:3]]
    match = " AND ".join(f'"{word}"' for word in words(searchable(text)))
    if not match:
        return []
    rows = snapshot.fetch(
        "SELECT question FROM result WHERE n IN (SELECT rowid FROM text WHERE text MATCH ?) "
        "GROUP BY question ORDER BY count(DISTINCT n) DESC, question LIMIT 3",
        (match,),
    )
    return [row[0] for row in rows]
