"""Changing an entry of a .bib file and nothing else of the file.

An entry is taken apart into the text before each field, the field, and the tail; what is not
changed is put back as it stood, in its place, with its blanks, commas and letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dltheory_bib.bibfile.bib_parser import BibEntry, BibField, BibFile


@dataclass(slots=True)
class _Piece:
    gap: str
    """What stands before the field: a comma and blanks."""
    lead: str
    """Its name, the equals sign and the blanks round it."""
    value: str
    name: str

    @property
    def text(self) -> str:
        """The field as it will stand; empty for one that was taken away."""
        return self.lead + self.value


class Rewriter:
    """An entry that is being changed."""

    def __init__(self, bib: BibFile, entry: BibEntry) -> None:
        self.bib = bib
        self.entry = entry
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
        """The entry as it stands now."""
        return self.head + "".join(one.gap + one.text for one in self.pieces) + self.tail

    def retype(self, kind: str) -> None:
        """Give the entry another type, in the letters of the old one."""
        old = self.entry.type
        shown = kind.upper() if old.isupper() else kind.capitalize() if old[:1].isupper() else kind
        self.head = re.sub(re.escape(old), lambda _: shown, self.head, count=1)

    def set(self, name: str, value: str) -> None:
        """Give a field a value, in the delimiters it has; a new one goes behind the last."""
        for piece in self.pieces:
            if piece.name == name.lower() and piece.text:
                quoted = piece.value.startswith('"') and '"' not in value
                bare = piece.value.isdigit() and value.isdigit()
                piece.value = value if bare else f'"{value}"' if quoted else f"{{{value}}}"
                return
        self._add(name, value)

    def rename(self, old: str, new: str) -> None:
        """Give a field another name, in the letters of the old one."""
        for piece in self.pieces:
            if piece.name == old.lower() and piece.text:
                upper = piece.lead[: len(old)].isupper()
                rest = piece.lead[len(old) :]
                if rest.startswith("  "):  # signs in a column stay in it
                    blanks = len(rest) - len(rest.lstrip(" ")) + len(old) - len(new)
                    rest = " " * max(blanks, 1) + rest.lstrip(" ")
                piece.lead = (new.upper() if upper else new) + rest
                piece.name = new.lower()
                return

    def remove(self, name: str) -> None:
        """Take a field away, with the comma before it."""
        for piece in self.pieces:
            if piece.name == name.lower():
                piece.gap = piece.lead = piece.value = ""

    def take(self, name: str, written: str) -> None:
        """Put in a field behind the last, its value as it is written with its delimiters."""
        last = next((one for one in reversed(self.pieces) if one.text), None)
        model = self.entry.fields[-1] if self.entry.fields else None
        gap = last.gap if last and "," in last.gap else self._gap()
        between = " = "
        if model:
            between = self.bib.text[model.start + len(model.name) : model.value_start]
            upper = model.name.isupper() and len(model.name) > 1
            name = name.upper() if upper else name
        between = _aligned(between, model, name)
        self.pieces.append(_Piece(gap, f"{name}{between}", written, name.lower()))

    def _gap(self) -> str:
        newline = "\r\n" if "\r\n" in self.bib.text else "\n"
        return f",{newline}  "

    def _add(self, name: str, value: str) -> None:
        model = self.entry.fields[-1] if self.entry.fields else None
        quoted = model is not None and model.parts[0][0] == '"' and '"' not in value
        self.take(name, f'"{value}"' if quoted else f"{{{value}}}")


def _aligned(between: str, model: BibField | None, name: str) -> str:
    """The blanks round the equals sign, so that signs in a column stay in it."""
    if model is None or not between.startswith("  "):
        return between
    width = len(model.name) + len(between) - len(between.lstrip(" "))
    return " " * max(width - len(name), 1) + between.lstrip(" ")
