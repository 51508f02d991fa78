"""The kinds of edge between papers, people, topics and venues.

Relations between two papers are named after CiTO, the Citation Typing Ontology
(https://purl.org/spar/cito), if it has the term; others are defined in their gloss.
"""

from __future__ import annotations

from enum import StrEnum


class Relation(StrEnum):
    """A kind of edge of the graph; the value is the edge's key and the name in data and queries."""

    CITES = "cites"
    AFTER = "after"
    EXTENDS = "extends"
    GENERALISES = "generalises"
    IMPROVES = "improves"
    SIMPLIFIES = "simplifies"
    REFUTES = "refutes"
    QUALIFIES = "qualifies"
    CORRECTS = "corrects"
    CONFIRMS = "confirms"
    USES_METHOD_OF = "uses_method_of"
    CONCURRENT_WITH = "concurrent_with"
    WRITTEN_BY = "written_by"
    ABOUT = "about"
    PUBLISHED_IN = "published_in"
    BROADER = "broader"
    RELATED = "related"


class RelationKind(StrEnum):
    """A curator's judgement on the relation of one paper to another, with a sentence."""

    EXTENDS = "extends"
    GENERALISES = "generalises"
    IMPROVES = "improves"
    SIMPLIFIES = "simplifies"
    REFUTES = "refutes"
    QUALIFIES = "qualifies"
    CORRECTS = "corrects"
    CONFIRMS = "confirms"
    USES_METHOD_OF = "uses_method_of"
    CONCURRENT_WITH = "concurrent_with"


# The CiTO term of each relation; None if CiTO has no equivalent term.
CITO: dict[Relation, str | None] = {
    Relation.CITES: "cito:cites",
    Relation.EXTENDS: "cito:extends",
    Relation.GENERALISES: None,
    Relation.IMPROVES: None,
    Relation.SIMPLIFIES: None,
    Relation.REFUTES: "cito:refutes",
    Relation.QUALIFIES: "cito:qualifies",
    Relation.CORRECTS: "cito:corrects",
    Relation.CONFIRMS: "cito:confirms",
    Relation.USES_METHOD_OF: "cito:usesMethodIn",
    Relation.CONCURRENT_WITH: None,
}

# The phrase for a relation from its target's side. Inverses are never stored, only followed.
INVERSE_PHRASE: dict[Relation, str] = {
    Relation.CITES: "cited by",
    Relation.AFTER: "read before",
    Relation.EXTENDS: "extended by",
    Relation.GENERALISES: "generalised by",
    Relation.IMPROVES: "improved by",
    Relation.SIMPLIFIES: "simplified by",
    Relation.REFUTES: "refuted by",
    Relation.QUALIFIES: "qualified by",
    Relation.CORRECTS: "corrected by",
    Relation.CONFIRMS: "confirmed by",
    Relation.USES_METHOD_OF: "method used by",
    Relation.CONCURRENT_WITH: "concurrent with",
}

JUDGEMENTS: tuple[Relation, ...] = tuple(Relation(kind.value) for kind in RelationKind)
"""The relations between two papers that a curator states, in the order of lists."""

BUILDS_ON: tuple[Relation, ...] = (
    Relation.EXTENDS,
    Relation.GENERALISES,
    Relation.IMPROVES,
    Relation.SIMPLIFIES,
    Relation.CORRECTS,
    Relation.USES_METHOD_OF,
)
"""The relations by which a paper builds on an earlier one: the default of `lineage`."""


def phrase(relation: Relation) -> str:
    """Return the relation as words: `uses_method_of` is "uses the method of"."""
    if relation is Relation.USES_METHOD_OF:
        return "uses the method of"
    return relation.value.replace("_", " ")
