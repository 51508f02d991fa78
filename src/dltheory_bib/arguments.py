"""Resolve the arguments of a call: a work, topic, person or question, by name or as the object
itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Person, Topic
    from dltheory_bib.models.theorem import Question

    Work: TypeAlias = Paper | str
    TopicName: TypeAlias = Topic | str
    PersonName: TypeAlias = Person | str
    QuestionName: TypeAlias = Question | str

_WAYS = {
    "work": "its key, an alias, an arXiv id, a DOI, an address, or as a Paper",
    "topic": "its id, its label, an alias, or as a Topic",
    "person": "a name, an id, or as a Person",
    "question": "its id, its label, an alias, or as a Question",
    "card": "its id, or as a Result",
}
_CLASSES = {
    "work": "Paper",
    "topic": "Topic",
    "person": "Person",
    "question": "Question",
    "card": "Result",
}


def name_of(given: object, kind: str) -> str:
    """Return the name of what a call was given.

    `kind` is a key of the table above. Raises `TypeError` with a list of the accepted forms.
    """
    if isinstance(given, str):
        return given
    if type(given).__name__ == _CLASSES[kind]:
        name = getattr(given, "key" if kind == "work" else "id", None)
        if isinstance(name, str):
            return name
    raise TypeError(f"a {kind} is given by {_WAYS[kind]}, not by {_shown(given)}{_hint(given)}")


def _shown(given: object) -> str:
    if isinstance(given, slice):
        return "a slice"
    if given is None:
        return "None"
    if isinstance(given, int | float):
        return f"the number {given!r}"
    name = type(given).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _hint(given: object) -> str:
    """Suggest the expression that was probably meant."""
    if isinstance(given, slice):
        first, last = ("" if end is None else end for end in (given.start, given.stop))
        return f"; lists have slices: bib.all()[{first}:{last}]"
    if isinstance(given, int) and not isinstance(given, bool):
        return f"; lists have numbers: bib.all()[{given}]"
    if isinstance(given, float):
        return "; write an arXiv id in quotes"
    if isinstance(given, list | tuple | set | frozenset):
        return "; bib.some([...]) takes several"
    return ""
