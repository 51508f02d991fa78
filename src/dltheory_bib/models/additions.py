"""What a collection says about itself, and what it adds to works: notes, tags, relations."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from dltheory_bib.models.choices import ReadingStatus
from dltheory_bib.models.paper import TypedRelation
from dltheory_bib.models.record import Record
from dltheory_bib.models.types import Lines, PaperKey, Text


class Addition(Record):
    """Additions to a work, which is in this collection or in one that it extends.

    `notes`, `tags`, `status` and `files` are private: what makes something to hand on leaves them
    out. `aliases`, `after` and `relations` are those of the work, as if its record had them.
    """

    key: PaperKey
    """The key of the work, or an alias."""
    aliases: tuple[PaperKey, ...] = ()
    """More names of the work: keys by which you cite it."""
    notes: tuple[Lines, ...] = ()
    """Remarks of your own; each may have several lines."""
    tags: tuple[Text, ...] = ()
    """Words of your own to find it by: `thesis`, `chapter 2`."""
    status: ReadingStatus | None = None
    """`to-read`, `reading` or `read`."""
    files: tuple[Text, ...] = ()
    """Paths or URLs of copies; a path is relative to the collection."""
    after: tuple[PaperKey, ...] = ()
    """More prerequisites: works to read before this one."""
    relations: tuple[TypedRelation, ...] = ()
    """More relations to other works."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class CollectionFile(Record):
    """What a collection is: its name, and what it extends (`collection.yaml`)."""

    name: Text | None = None
    """A short name, which marks its works in lists; by default that of its folder."""
    extends: Annotated[
        tuple[Text, ...],
        BeforeValidator(_several),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {"type": "array", "items": {"type": "string", "minLength": 1}},
                ]
            }
        ),
    ] = ()
    """`shipped` for the catalogue of the package, or the path of another collection, relative to
    this file; several in a list, the lowest first. Works below need no copy.
    """
