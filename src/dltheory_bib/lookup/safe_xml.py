"""Parse XML of a service: no document types, no entities, nothing loaded, limited depth.

The standard library's tree builder expands entities that a document defines; here a document with a
document type is refused before any is defined.
https://docs.python.org/3/library/xml.html#xml-security
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

_DEEPEST = 100


class UnsafeXmlError(ValueError):
    """The document is not XML, or has what no answer of a service needs."""


def parse_xml(content: bytes) -> Element:
    """Return the root of a document; names are `{namespace}name`. Raises `UnsafeXmlError`."""
    builder = TreeBuilder()
    depth = 0

    def name(text: str) -> str:
        space, mark, local = text.rpartition("}")
        return f"{{{space}}}{local}" if mark else text

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise UnsafeXmlError(f"is nested deeper than {_DEEPEST} levels")
        builder.start(name(tag), {name(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name(tag))

    def refuse(*_: object) -> None:
        raise UnsafeXmlError("has a document type, which no answer needs")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, UnsafeXmlError):
            raise
        raise UnsafeXmlError(f"is not XML: {error}") from None
    return builder.close()
