"""The fields of the query language, each with its meaning and its SQL condition.

A field converts a value into an SQL condition on the work `p`, with its parameters; a value that
the catalogue does not have is an error with a suggestion, so that an answer is never silently wider
or empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, get_args

from dltheory_bib.errors import QueryError, UnknownNameError, did_you_mean
from dltheory_bib.models.choices import Checked, EntryType, ReadingLevel, ReadingStatus
from dltheory_bib.models.relations import BETWEEN_WORKS, Relation
from dltheory_bib.query.grammar import Term
from dltheory_bib.snapshot.own_notes import PRIVATE, tags
from dltheory_bib.snapshot.reader import Snapshot
from dltheory_bib.snapshot.schema import FEATURES
from dltheory_bib.text.names import fold, is_text, nearest, searchable, words


class Condition(NamedTuple):
    """SQL on the work `p`, and the values for its question marks."""

    sql: str
    values: tuple[object, ...] = ()


Ask = Callable[[Snapshot, Term], Condition]


class Field(NamedTuple):
    """A field: its name, description, example, and condition."""

    name: str
    finds: str
    example: str
    ask: Ask


_YEARS = r"(\d{4})?(?:(\.\.|-)(\d{4})?)?"
_RANGE = r"(\d{4})\s*(?:\.+|…|–|—|:|,|/|to|until)\s*(\d{4})"
_OPERATOR = r"([A-Za-z][A-Za-z_-]*)\s*([<>=≤≥]=?|!=)\s*(.*)"
_HYPHENATED = r"([A-Za-z]+(?:-[A-Za-z]+)+):(?!//)(.+)"
_JOINERS = {"&&": "and", "&": "and", "+": "and", "||": "or", "|": "or", "!": "not", "~": "not"}
_WORDS_IN_A_NAME = 20
_FEW = 30
_BOUND = r"([<>]=?)(\d{4})"
_HAS = {"arxiv": "eprint", "remark": "remarks", "relation": "relations", "reference": "references"}
_SPELLINGS = {"generalizes": "generalises", "generalizedby": "generalisedby", "arxiv": "eprint"}


def field_named(name: str) -> Field | None:
    """Return the field with this name; American spellings, `cited_by` and `arxiv` are accepted."""
    name = name.lower().replace("_", "").replace("-", "")
    return FIELDS.get(_SPELLINGS.get(name, name))


def near_miss(text: str) -> str | None:
    """Return a correction for a word that was meant as a term: `year:2020..` for `year>2019`.

    Returns None for an ordinary word. A search for its letters in titles would find nothing or
    something else.
    """
    if text in _JOINERS:
        return f"a term, `{_JOINERS[text]}`, and another term"
    negated = "not " if text.startswith(("!", "~")) else ""
    text = text.removeprefix("!").removeprefix("~").lstrip()
    if (found := re.fullmatch(_OPERATOR, text)) and (field := field_named(found[1])):
        negated = "not " if found[2] == "!=" else negated
        value = found[3]
        if field.name == "year":
            value = _right_year(found[2] + value) or value
        return f"{negated}{field.name}:{_quoted(value)}" if value else f"{field.name}: and a value"
    if (found := re.fullmatch(_HYPHENATED, text)) and (field := field_named(found[1])):
        return f"{negated}{field.name}:{_quoted(found[2])}"
    if negated and (field := field_named(text.partition(":")[0])) and ":" in text:
        return f"not {field.name}:{_quoted(text.partition(':')[2])}"
    return None


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[\s()]", value) else value


def _right_year(value: str) -> str | None:
    """Return a year or a range in the query language, or None if no form is evident."""
    if found := re.fullmatch(_RANGE, value):
        return "..".join(sorted(found.groups()))
    years = re.findall(r"(?<!\d)\d{4}(?!\d)", value)
    if len(years) != 1:
        return None
    year = int(years[0])
    if re.search(r">=|≥|=>|\+|since|from", value):
        return f"{year}.."
    if re.search(r"<=|≤|=<|until|to", value):
        return f"..{year}"
    if re.search(r">|after", value):
        return f"{year + 1}.."
    if re.search(r"<|before", value):
        return f"..{year - 1}"
    return str(year)


def _one_of(term: Term, known: Iterable[str], what: str) -> str:
    wanted = fold(term.value)
    names = list(known)
    if wanted in names:
        return wanted
    hint = did_you_mean(nearest(wanted, names, 1)) or f"; known are {', '.join(names)}"
    raise QueryError(f"unknown {what} {term.value!r}{hint}", column=term.column)


def match_text(text: str, exact: bool, column: str = "") -> str:
    """Return an FTS5 expression for the words of a text: all of them, or in a row if it is
    `exact`.
    """
    found = [f'"{word}"' for word in words(searchable(text))]
    joined = " + ".join(found) if exact else " AND ".join(found)
    return f"{column}: ({joined})" if column and found else joined


def _ask_text(snapshot: Snapshot, term: Term) -> Condition:
    if not term.exact and (meant := near_miss(term.value)):
        message = f"{term.value!r} is not a term; write {meant}, or quote it to look for the words"
        raise QueryError(message, column=term.column)
    named = snapshot.find(term.value)
    expression = match_text(term.value, term.exact)
    if not expression:
        raise QueryError(_no_word(term), column=term.column)
    sql = "p.n IN (SELECT rowid FROM text WHERE text MATCH ?)"
    if named is not None:  # a bare key or arXiv id means the work itself
        return Condition(f"({sql} OR p.n = ?)", (expression, named))
    return Condition(sql, (expression,))


def _no_word(term: Term) -> str:
    message = f"{term.value!r} contains no word to search for"
    if re.match("[<>=≤≥]", term.value):
        message += "; bounds are for years, and are written year:2017.. or year:..2019"
    return message


def _ask_title(_: Snapshot, term: Term) -> Condition:
    expression = match_text(term.value, term.exact, "title")
    if not expression:
        raise QueryError(_no_word(term), column=term.column)
    return Condition("p.n IN (SELECT rowid FROM text WHERE text MATCH ?)", (expression,))


def _ask_topic(snapshot: Snapshot, term: Term) -> Condition:
    topic = resolve_topic(snapshot, term.value, term.column)
    return Condition("p.n IN (SELECT n FROM member WHERE topic = ?)", (topic,))


def find_topic(snapshot: Snapshot, name: str) -> str | None:
    """Return the id of a topic from its id, label or an alias, or None."""
    for spelling in (fold(name), fold(name).replace(" ", "-")):
        try:
            row = snapshot.fetch("SELECT id FROM topic_name WHERE name = ?", (spelling,)).fetchone()
        except UnicodeEncodeError:  # bytes of the command line that are not UTF-8
            return None
        if row:
            return str(row[0])
    return None


def resolve_topic(snapshot: Snapshot, name: str, column: int = 0) -> str:
    """Return the id of a topic from its id, label or an alias; raise `QueryError` with the
    nearest.
    """
    found = find_topic(snapshot, name)
    if found:
        return found
    known = [row[0] for row in snapshot.fetch("SELECT name FROM topic_name ORDER BY name")]
    started = [whole for whole in known if whole.startswith(f"{fold(name)} ")]
    if started:  # the rest of the name was parsed as separate words
        message = f'unknown topic {name!r}; quote a name of several words: topic:"{started[0]}"'
        raise QueryError(message, column=column)
    several = re.split(r"\s*[,|;/]\s*", name)
    if len(several) > 1 and all(find_topic(snapshot, one) for one in several):
        message = " or ".join(f"topic:{_quoted(one)}" for one in several)
        raise QueryError(f"a term names one topic; write {message}", column=column)
    hint = did_you_mean(nearest_topics(snapshot, name))
    raise QueryError(f"unknown topic {name!r}{hint}", column=column)


def nearest_topics(snapshot: Snapshot, name: str) -> list[str]:
    """Return the ids of the topics with the most similar names."""
    ids = dict(snapshot.fetch("SELECT name, id FROM topic_name ORDER BY name").fetchall())
    return list(dict.fromkeys(ids[found] for found in nearest(name, ids)))


def _ask_author(snapshot: Snapshot, term: Term) -> Condition:
    sql, values = _people_sql(snapshot, term.value)
    if not values or not snapshot.fetch(f"{sql} LIMIT 1", values).fetchone():
        known = [row[0] for row in snapshot.fetch("SELECT DISTINCT word FROM person_word")]
        near = [nearest(word, known, 1) for word in words(term.value)] or [[]]
        hint = did_you_mean([found[0] for found in near if found])
        raise QueryError(f"unknown author {term.value!r}{hint}", column=term.column)
    return Condition(f"p.n IN (SELECT n FROM authorship WHERE person IN ({sql}))", tuple(values))


def _people_sql(snapshot: Snapshot, name: str) -> tuple[str, list[str]]:
    """Return SQL for the person with this id, else for the people whose name has all these words.

    A single letter is an initial. Only the id distinguishes two people with the same name.
    """
    if not is_text(name):  # SQLite takes no half of a character
        return "", []
    identity = fold(name)
    if snapshot.fetch("SELECT 1 FROM person WHERE id = ?", (identity,)).fetchone():
        return "SELECT ?", [identity]
    parts, values = [], []
    for word in words(name)[:_WORDS_IN_A_NAME]:
        if len(word) == 1:
            parts.append("SELECT person FROM person_word WHERE word >= ? AND word < ?")
            values += [word, chr(ord(word) + 1)]
        else:
            parts.append("SELECT person FROM person_word WHERE word = ?")
            values.append(word)
    return " INTERSECT ".join(parts), values


def find_people(snapshot: Snapshot, name: str) -> list[str]:
    """Return the ids of the people whose name has all these words; a single letter is an
    initial.
    """
    sql, values = _people_sql(snapshot, name)
    if not values:
        return []
    return sorted({row[0] for row in snapshot.fetch(sql, values)})


def _ask_year(_: Snapshot, term: Term) -> Condition:
    bound = re.fullmatch(_BOUND, term.value)
    if bound:
        return Condition(f"p.year {bound[1]} ?", (int(bound[2]),))
    years = re.fullmatch(_YEARS, term.value)
    if not years or not (years[1] or years[3]):
        meant = _right_year(term.value)
        write = f"year:{meant}" if meant else "2017, 2017..2019, 2017.. or ..2019"
        message = f"{term.value!r} is not a year; write {write}"
        raise QueryError(message, column=term.column)
    first, dots, last = years.groups()
    if not dots:
        return Condition("p.year = ?", (int(first),))
    if first and last and int(first) > int(last):
        raise QueryError(
            f"there is no year in {term.value}; write {last}..{first}", column=term.column
        )
    return Condition("p.year BETWEEN ? AND ?", (int(first or 0), int(last or 9999)))


def _ask_venue(snapshot: Snapshot, term: Term) -> Condition:
    if fold(term.value) == "arxiv":  # lists show this as the venue of a preprint
        return Condition("p.type = 'preprint'")
    sql = "SELECT id FROM venue_name WHERE name = ?"
    found = [row[0] for row in snapshot.fetch(sql, (fold(term.value),))]
    if not found:
        known = [row[0] for row in snapshot.fetch("SELECT name FROM venue_name ORDER BY name")]
        hint = did_you_mean(nearest(term.value, known, 2))
        raise QueryError(f"unknown venue {term.value!r}{hint}", column=term.column)
    marks = ", ".join("?" * len(found))
    return Condition(f"p.venue IN ({marks})", tuple(found))


def _ask_type(_: Snapshot, term: Term) -> Condition:
    known = ("preprint", *get_args(EntryType))
    return Condition("p.type = ?", (_one_of(term, known, "type"),))


def _ask_level(_: Snapshot, term: Term) -> Condition:
    known = get_args(ReadingLevel)
    return Condition("p.level = ?", (_one_of(term, known, "level"),))


def _ask_checked(_: Snapshot, term: Term) -> Condition:
    known = get_args(Checked)
    return Condition("p.checked = ?", (_one_of(term, known, "value"),))


def _ask_has(snapshot: Snapshot, term: Term) -> Condition:
    wanted = term.value.lower()
    private = PRIVATE if snapshot.private else ()
    known = (*FEATURES, *private)
    name = _one_of(Term("has", _HAS.get(wanted, wanted), False, term.column), known, "feature")
    if name in private:
        sql = "p.n IN (SELECT n FROM addition WHERE json_extract(data, ?) IS NOT NULL)"
        return Condition(sql, (f"$.{name}",))
    return Condition("p.features & ?", (1 << FEATURES.index(name),))


def _ask_tag(snapshot: Snapshot, term: Term) -> Condition:
    _refuse_private(snapshot, term)
    wanted = fold(term.value)
    known = list(tags(snapshot))
    if known and wanted not in known:
        hint = did_you_mean(nearest(wanted, known, 2)) or f"; known are {', '.join(known[:_FEW])}"
        raise QueryError(f"no work has the tag {term.value!r}{hint}", column=term.column)
    return Condition("p.n IN (SELECT n FROM tag WHERE tag = ?)", (wanted,))


def _ask_status(snapshot: Snapshot, term: Term) -> Condition:
    _refuse_private(snapshot, term)
    wanted = Term("status", term.value.replace(" ", "-"), False, term.column)
    status = _one_of(wanted, get_args(ReadingStatus), "status")
    return Condition("p.n IN (SELECT n FROM reading WHERE status = ?)", (status,))


def _ask_note(snapshot: Snapshot, term: Term) -> Condition:
    _refuse_private(snapshot, term)
    expression = match_text(term.value, term.exact)
    if not expression:
        raise QueryError(_no_word(term), column=term.column)
    sql = "SELECT a.n FROM addition a WHERE a.id IN (SELECT rowid FROM note WHERE note MATCH ?)"
    return Condition(f"p.n IN ({sql})", (expression,))


def _refuse_private(snapshot: Snapshot, term: Term) -> None:
    if not snapshot.private:
        message = f"{term.field}: asks for private notes, which are not available here"
        raise QueryError(message, column=term.column)


def _ask_question(snapshot: Snapshot, term: Term) -> Condition:
    from dltheory_bib.snapshot.result_rows import find_question

    try:
        question = find_question(snapshot, term.value)
    except UnknownNameError as error:
        hint = did_you_mean(error.nearest)
        raise QueryError(f"unknown question {term.value!r}{hint}", column=term.column) from None
    return Condition("p.n IN (SELECT n FROM result WHERE question = ?)", (question,))


def _ask_key(snapshot: Snapshot, term: Term) -> Condition:
    return Condition("p.n = ?", (_work(snapshot, term),))


def _work(snapshot: Snapshot, term: Term) -> int:
    number = snapshot.find(term.value)
    if number is None:
        hint = did_you_mean(nearest(term.value, snapshot.names()))
        raise QueryError(f"unknown work {term.value!r}{hint}", column=term.column)
    return number


def _ask_edge(relation: Relation, inverse: bool) -> Ask:
    here, there = ("target", "source") if inverse else ("source", "target")

    def ask(snapshot: Snapshot, term: Term) -> Condition:
        sql = f"p.n IN (SELECT {here} FROM edge WHERE relation = ? AND {there} = ?)"
        return Condition(sql, (relation.value, _work(snapshot, term)))

    return ask


def _relation_fields() -> Iterator[tuple[str, tuple[Relation, bool]]]:
    for relation in BETWEEN_WORKS:
        yield relation.replace("_", ""), (relation, False)
        # A prerequisite is asked for from the later work; a symmetric relation has one name.
        if relation.role != "order" and relation.inverse != relation.phrase:
            yield relation.inverse.replace(" ", ""), (relation, True)


RELATION_FIELDS: dict[str, tuple[Relation, bool]] = dict(_relation_fields())
"""The fields that ask for relations, each with its relation, and whether it follows the inverse."""


def _relation_field(name: str, relation: Relation, inverse: bool) -> Field:
    finds = f"that this one {relation.phrase}" if inverse else f"that {relation.plural} this one"
    example = "jin2017escape" if inverse else "ge2015escaping"
    return Field(name, f"works {finds}", f"{name}:{example}", _ask_edge(relation, inverse))


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("text", "words in titles, people and annotations", '"saddle points"', _ask_text),
        Field("topic", "works on a topic or a narrower one", "topic:ntk", _ask_topic),
        Field("author", "works of people with this name", "author:jin", _ask_author),
        Field("title", "words of the title", 'title:"saddle points"', _ask_title),
        Field("year", "a year or a range, ends included", "year:2017..2019", _ask_year),
        Field("venue", "its venue", "venue:icml", _ask_venue),
        Field("type", "BibLaTeX entry type, or preprint", "type:preprint", _ask_type),
        Field("level", "start, core or further", "level:start", _ask_level),
        Field("has", "records with this field", "has:doi", _ask_has),
        Field("tag", "works with this tag of yours", "tag:thesis", _ask_tag),
        Field("status", "to-read, reading or read", "status:to-read", _ask_status),
        Field("note", "words of your notes", "note:lemma", _ask_note),
        Field(
            "checked",
            "the text against which annotations were checked",
            "checked:full-text",
            _ask_checked,
        ),
        Field(
            "question",
            "works with result cards on a question",
            "question:width-overparam",
            _ask_question,
        ),
        Field("key", "the work with this key or alias", "key:jin2017escape", _ask_key),
        Field("doi", "the work with this DOI", "doi:10.1137/15M1024950", _ask_key),
        Field("eprint", "the work with this arXiv id", "eprint:1703.00887", _ask_key),
        *(_relation_field(name, *asked) for name, asked in RELATION_FIELDS.items()),
    )
}
"""Every field by name, in the order of the help."""
PRIVATE_FIELDS = frozenset({"tag", "status", "note"})
"""Those that ask for what is private; the page of a site does not have them."""
