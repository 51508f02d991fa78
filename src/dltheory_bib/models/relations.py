"""The kinds of edge between papers, people, topics and venues: one table, one row a kind.

The query language, the words of all displays, the graph, the JSON Schema and the documentation
derive from it. Relations between two papers are named after CiTO, the Citation Typing Ontology
(https://purl.org/spar/cito), if it has a term of the same meaning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

Role = Literal["cites", "order", "builds", "disputes", "other", "link"]
"""What an edge means for the work it starts from.

`cites`: a reference; `order`: a prerequisite; `builds`: it builds on an earlier work; `disputes`:
it contradicts one; `other`: another judgement on one; `link`: an edge to or among other nodes.
"""


class Relation(StrEnum):
    """A kind of edge of the graph; the value is the edge's key and the name in data and queries.

    An edge points from the later work to the earlier one. Inverses are never stored, only followed.
    """

    _value_: str
    role: Role
    phrase: str
    """In a sentence about its source: "uses the method of"."""
    inverse: str
    """In a sentence about its target; that of a symmetric relation is its phrase."""
    plural: str
    """In a sentence about several sources: "use the method of"."""
    cito: str | None
    """The term of CiTO; None if it has no equivalent term."""
    gloss: str
    """What the source does to the target, "it"."""
    weight: int
    """How much it concerns those who cite its target; 0 if it does not."""

    def __new__(
        cls,
        value: str,
        role: Role = "link",
        phrase: str = "",
        inverse: str = "",
        plural: str = "",
        cito: str | None = None,
        gloss: str = "",
        weight: int = 0,
    ) -> Self:
        """Make a member from its row; without a phrase, the words of its value are used."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.role = role
        made.phrase = phrase or value.replace("_", " ")
        made.inverse, made.plural = inverse, plural
        made.cito, made.gloss, made.weight = cito, gloss, weight
        return made

    # The columns are the parameters above.
    # fmt: off
    CITES = ("cites", "cites", "", "cited by", "cite",
             "cito:cites", "has it in its reference list")
    EXTENDS = ("extends", "builds", "", "extended by", "extend",
               "cito:extends", "extends it to more cases")
    GENERALISES = ("generalises", "builds", "", "generalised by", "generalise",
                   None, "has it as a special case", 3)
    IMPROVES = ("improves", "builds", "", "improved by", "improve",
                None, "obtains the same result with a better rate, bound or assumption", 4)
    SIMPLIFIES = ("simplifies", "builds", "", "simplified by", "simplify",
                  None, "obtains the same result more simply")
    REFUTES = ("refutes", "disputes", "", "refuted by", "refute",
               "cito:refutes", "shows that its claim or conjecture is false", 6)
    QUALIFIES = ("qualifies", "disputes", "", "qualified by", "qualify",
                 "cito:qualifies", "restricts its claim, or shows where it fails", 4)
    CORRECTS = ("corrects", "builds", "", "corrected by", "correct",
                "cito:corrects", "corrects an error in it", 6)
    CONFIRMS = ("confirms", "other", "", "confirmed by", "confirm",
                "cito:confirms", "supports its claim by proof or experiment")
    USES_METHOD_OF = ("uses_method_of", "builds", "uses the method of", "method used by",
                      "use the method of", "cito:usesMethodIn", "uses a technique from it")
    CONCURRENT_WITH = ("concurrent_with", "other", "", "concurrent with",
                       "are concurrent with", None,
                       "obtains much the same result independently, at the same time")
    AFTER = ("after", "order", "", "read before", "are to be read after",
             None, "has it as a prerequisite")
    WRITTEN_BY = "written_by"
    ABOUT = "about"
    PUBLISHED_IN = "published_in"
    BROADER = "broader"
    RELATED = "related"
    # fmt: on


BETWEEN_WORKS: tuple[Relation, ...] = tuple(one for one in Relation if one.role != "link")
"""The relations between two papers, in the order of lists."""

JUDGEMENTS: tuple[Relation, ...] = tuple(
    one for one in Relation if one.role in {"builds", "disputes", "other"}
)
"""Those that a curator states with a sentence, as `relations` of a record."""

BUILDS_ON: tuple[Relation, ...] = tuple(one for one in Relation if one.role == "builds")
"""Those by which a paper builds on an earlier one: the default of `lineage`."""
