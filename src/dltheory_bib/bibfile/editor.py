"""Edit an entry of a .bib file and nothing else in the file.

An entry is split into the text before each field, the field, and the tail; parts that do not change
are written back unchanged, with their spaces, commas and letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dltheory_bib.bibfile.bib_parser import BibEntry, BibField, BibFile

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class _Piece:
    gap: str
    """The text before the field: a comma and spaces."""
    lead: str
    """Its name, the equals sign and the spaces around it."""
    value: str
    name: str

    @property
    def text(self) -> str:
        """The new text of the field; empty if it is deleted."""
        return self.lead + self.value


def first_line_end(text: str) -> str:
    """Return the line end that a text uses first, for fields that are added."""
    found = _BREAK.search(text)
    return found[0] if found else "\n"


class Rewriter:
    """An entry that is being edited."""

    def __init__(self, bib: BibFile, entry: BibEntry, line_end: str) -> None:
        """Split an entry; `line_end` is that of its file, which is looked for once a file."""
        self.bib = bib
        self.entry = entry
        self.line_end = line_end
        text = bib.text
        ends = [entry.key_start + len(entry.key), *(one.value_end for one in entry.fields)]
        self.head = text[entry.start : ends[0]]
        self.pieces = [
            _Piece(
                text[end : one.start],
                text[one.start : one.value_start],
                text[one.value_start : one.value_end],
                one.name.lower(),
            )
            for end, one in zip(ends, entry.fields, strict=False)
        ]
        self.tail = text[ends[-1] : entry.end]

    def text(self) -> str:
        """Return the current text of the entry."""
        return self.head + "".join(one.gap + one.text for one in self.pieces) + self.tail

    def retype(self, kind: str) -> None:
        """Change the entry's type, in the case of the old one."""
        old = self.entry.type
        shown = kind.upper() if old.isupper() else kind.capitalize() if old[:1].isupper() else kind
        self.head = re.sub(re.escape(old), lambda _: shown, self.head, count=1)

    def has(self, name: str) -> bool:
        """Return whether the entry now has a field that is not empty."""
        return self.value(name) != "" and any(
            piece.name == name.lower() and piece.text for piece in self.pieces
        )

    def value(self, name: str) -> str | None:
        """Return a field's present value without its delimiters; empty if there is no such field,
        None if the value is not one text in braces or quotes.
        """
        for piece in self.pieces:
            if piece.name == name.lower() and piece.text:
                return _inside(piece.value)
        return ""

    def set(self, name: str, value: str, *, bare: bool = False) -> None:
        """Set a field to a value, in its present delimiters; a new field is added at the end.

        A `bare` value is the name of a `@string`.
        """
        for piece in self.pieces:
            if piece.name == name.lower() and piece.text:
                if bare:
                    piece.value = value
                    return
                quoted = piece.value.startswith('"') and '"' not in value
                number = piece.value.isdigit() and value.isdigit()
                piece.value = value if number else f'"{value}"' if quoted else f"{{{value}}}"
                return
        if bare:
            self.take(name, value)
        else:
            self._add(name, value)

    def rename(self, old: str, new: str) -> None:
        """Rename a field, in the case of the old name."""
        for piece in self.pieces:
            if piece.name == old.lower() and piece.text:
                upper = piece.lead[: len(old)].isupper()
                rest = piece.lead[len(old) :]
                if rest.startswith("  "):  # keep aligned signs aligned
                    blanks = len(rest) - len(rest.lstrip(" ")) + len(old) - len(new)
                    rest = " " * max(blanks, 1) + rest.lstrip(" ")
                piece.lead = (new.upper() if upper else new) + rest
                piece.name = new.lower()
                return

    def remove(self, name: str) -> None:
        """Delete a field, with the comma before it; the line before it keeps its line end."""
        for number, piece in enumerate(self.pieces):
            if piece.name == name.lower() and piece.text:
                line_end = _BREAK.search(piece.gap)
                piece.gap = piece.lead = piece.value = ""
                if line_end:
                    self._end_line(number, line_end[0])

    def _end_line(self, number: int, line_end: str) -> None:
        """Set the first line end in the text after a piece."""
        for piece in self.pieces[number + 1 :]:
            if piece.text:
                piece.gap = _BREAK.sub(line_end, piece.gap, count=1)
                return
        self.tail = _BREAK.sub(line_end, self.tail, count=1)

    def take(self, name: str, written: str) -> None:
        """Add a field at the end; its value includes its delimiters."""
        last = next((one for one in reversed(self.pieces) if one.text), None)
        model = self.entry.fields[-1] if self.entry.fields else None
        gap = last.gap if last and "," in last.gap else self._gap()
        line_end = _BREAK.search(self.tail)  # the last line so far keeps its line end
        gap = _BREAK.sub(line_end[0], gap, count=1) if line_end else gap
        between = " = "
        if model:
            between = self.bib.text[model.start + len(model.name) : model.value_start]
            upper = model.name.isupper() and len(model.name) > 1
            name = name.upper() if upper else name
        between = _aligned(between, model, name)
        self.pieces.append(_Piece(gap, f"{name}{between}", written, name.lower()))

    def _gap(self) -> str:
        found = _BREAK.search(self.bib.text, self.entry.start, self.entry.end)
        return f",{found[0] if found else self.line_end}  "

    def _add(self, name: str, value: str) -> None:
        model = self.entry.fields[-1] if self.entry.fields else None
        quoted = model is not None and model.parts[0][0] == '"' and '"' not in value
        self.take(name, f'"{value}"' if quoted else f"{{{value}}}")


def _inside(value: str) -> str | None:
    """Return the text of a value in one pair of braces or quotes; None for any other value."""
    first, last = value[:1], value[-1:]
    if first == '"':
        depth = 0
        for place, char in enumerate(value[1:], 1):
            depth += (char == "{") - (char == "}")
            if char == '"' and depth == 0:
                return value[1:-1] if place == len(value) - 1 else None
        return None
    if first != "{" or last != "}":
        return None
    depth = 0
    for place, char in enumerate(value):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return value[1:-1] if place == len(value) - 1 else None
    return None


def _aligned(between: str, model: BibField | None, name: str) -> str:
    """Return the spaces around the equals sign, so that aligned signs stay aligned."""
    if model is None or not between.startswith("  "):
        return between
    width = len(model.name) + len(between) - len(between.lstrip(" "))
    return " " * max(width - len(name), 1) + between.lstrip(" ")
