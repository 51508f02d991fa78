"""What a call accepts and returns: a work, topic, person or question, by name or as the object
itself; lists that may be called; calls that do not fit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typing import Self

    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Person, Topic
    from dltheory_bib.models.theorem import Question

    Work: TypeAlias = Paper | str
    TopicName: TypeAlias = Topic | str
    PersonName: TypeAlias = Person | str
    QuestionName: TypeAlias = Question | str

T = TypeVar("T")
Class = TypeVar("Class", bound=type)

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
    raise TypeError(
        f"a {kind} is given by {_WAYS[kind]}, not by {shown(given)}{_hint(given, kind)}"
    )


def shown(given: object) -> str:
    """Describe a value that a call does not accept: "a slice", "the number 3"."""
    if isinstance(given, slice):
        return "a slice"
    if given is None:
        return "None"
    if isinstance(given, str):
        return f"the text {given!r}"
    if isinstance(given, int | float):
        return f"the number {given!r}"
    name = type(given).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _hint(given: object, kind: str) -> str:
    """Suggest the expression that was probably meant."""
    if isinstance(given, list | tuple | set | frozenset):
        several = {"topic": "bib.where(topic=[...])", "person": "bib.where(author=[...])"}
        return f"; {several.get(kind, 'bib.some([...])')} takes several"
    if kind != "work":
        return ""
    if isinstance(given, slice):
        first, last = ("" if end is None else end for end in (given.start, given.stop))
        return f"; lists have slices: bib.all()[{first}:{last}]"
    if isinstance(given, int) and not isinstance(given, bool):
        return f"; lists have numbers: bib.all()[{given}]"
    return "; write an arXiv id in quotes" if isinstance(given, float) else ""


def whole(count: object) -> int:
    """Return a number of works. Raises `TypeError` for anything else."""
    if isinstance(count, SupportsIndex):
        return count.__index__()
    raise TypeError(f"count is a whole number, not {shown(count)}")


class Viewed:
    """What a property returns, which may be called: `paper.cites()` is `paper.cites`.

    The views of networkx behave alike: `graph.nodes()` is `graph.nodes`.
    """

    __slots__ = ()
    _selects = "index it with a number or a slice"

    if TYPE_CHECKING:

        def __call__(self) -> Self: ...  # noqa: D102

    else:

        def __call__(self, *given, **options):
            """Return the list itself."""
            # pandas calls what it can, with the frame itself: `frame.loc[papers.keys]`.
            asked = [one for one in given if type(one).__module__.split(".")[0] != "pandas"]
            if asked or options:
                raise TypeError(f"this list takes no arguments; {self._selects}")
            return self


class Items(list[T], Viewed):
    """A list that a property returns."""

    __slots__ = ()


def explains_calls(made: Class) -> Class:
    """Let the public methods of a class show their parameters when a call does not fit them.

    Python's own message counts the arguments, and names neither the parameters nor the way.
    """
    for name, value in list(vars(made).items()):
        if isinstance(value, FunctionType) and not name.startswith("_"):
            setattr(made, name, _explained(value))
    return made


def _explained(method: FunctionType) -> Callable[..., Any]:
    @wraps(method)
    def call(*given: Any, **options: Any) -> Any:
        try:
            return method(*given, **options)
        except TypeError as error:
            from inspect import signature

            from dltheory_bib.meant_names import meant_argument

            try:
                signature(method).bind(*given, **options)
            except TypeError:
                name = method.__name__
                names = [one for one in signature(method).parameters if one != "self"]
                hint = meant_argument(name, "")
                way = f"; it is {name}({', '.join(names)})" + (f"; {hint}" if hint else "")
                raise TypeError(f"{error}{way}") from None
            raise

    return call
