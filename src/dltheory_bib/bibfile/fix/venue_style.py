"""Name the venue of a work as the rest of the file names it.

Another entry at the venue is the model: its numbers (year, ordinal, volume) are exchanged for those
of the work. For a venue that the file does not have, the catalogue's long or short name is taken,
as most of the file's venues are named.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile
from dltheory_bib.bibfile.match import PLACES, is_preprint, read_year
from dltheory_bib.bibfile.venue_match import ordinal_as, ordinals, without_tail

if TYPE_CHECKING:
    from dltheory_bib.bibfile.venue_match import VenueNames
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Venue

_ACRONYM = re.compile(r"\W*[A-Z][\w-]*[A-Z][\w-]*\W*(?:'?\d+\W*)?")
_IN_BRACKETS = re.compile(r"\((?:[A-Z][\w-]*[A-Z][\w-]*)(?:[ ']*\d+)?\)\W*$")
_PROCEEDINGS = re.compile(r"Proceedings of the (?:\d+(?:st|nd|rd|th) )?(?=[A-Z])")
_NUMBER = re.compile(r"\d+")
_BEFORE_VOLUME = re.compile(r"\bvol(?:ume|\.)?\s*$", re.IGNORECASE)
_SUFFIX = re.compile("st|nd|rd|th")
_NOT_YET = re.compile(r"submitted|under review|to appear|oral|poster|spotlight", re.IGNORECASE)
_MOST_MODELS = 20


class Model(NamedTuple):
    """An entry at a venue."""

    spelling: str
    """The spelling of its venue, see `VenueNames.find`."""
    text: str
    """The value of its field."""
    macro: str
    """The `@string` that the field consists of; empty if it is written out."""
    year: int | None
    volume: str


class VenueStyle:
    """The names of venues in a file."""

    def __init__(self, file: BibFile, names: VenueNames) -> None:
        self.file = file
        self.names = names

    def name(self, entry: BibEntry, paper: Paper, long: str, short: str) -> tuple[str, bool]:
        """Return the name of a work's venue for an entry, and whether it is that of a `@string`.

        `long` and `short` are the catalogue's names.
        """
        venue = self.names.venues[paper.venue or ""]
        for style, models in self._usual(venue.id, paper.year):
            # A venue that was renamed: the file gives each year the catalogue's name of that year.
            same = [
                one for one in models if style == one.spelling or _same_names(venue, one, paper)
            ]
            made = Counter(filter(None, (_renumbered(one, paper, venue) for one in same)))
            if not made:
                if same == models:
                    continue
                return (long if style == "long" else short), False
            text = made.most_common(1)[0][0]
            macro = next((one.macro for one in same if one.macro and one.text == text), "")
            written = sum(not one.macro for one in same)
            if macro and written * 2 <= len(same) and self._is_defined(macro, entry):
                return macro, True
            return text, False
        return self._named_as_others(venue, long, short), False

    def _is_defined(self, macro: str, entry: BibEntry) -> bool:
        span = self.file.string_spans.get(macro.lower())
        return span is not None and span[0] < entry.start

    @cached_property
    def _models(self) -> dict[str, list[Model]]:
        """The entries at each known venue."""
        found: dict[str, list[Model]] = defaultdict(list)
        for entry in self.file.entries:
            for name in reversed(PLACES):
                one = entry.get(name)
                text = self.file.value(one) if one else ""
                if one is None or not text:
                    continue
                named = self.names.find(text)
                if named.venue is not None and not is_preprint(entry.type, {name: text}):
                    parts = one.parts
                    macro = parts[0][1] if len(parts) == 1 and not parts[0][0] else ""
                    if macro and self.file.string(macro) is None:
                        break  # it is defined in another file
                    values = self.file.values(entry)
                    volume = values.get("volume", "")
                    model = Model(named.spelling, text, macro, read_year(values), volume)
                    found[named.venue].append(model)
                break
        return found

    def _usual(self, venue: str, year: int) -> list[tuple[str, list[Model]]]:
        """Return the entries at a venue by spelling, the usual one first, of near years first.

        A spelling is `long` or `short` if it is the catalogue's for the year of the entry.
        """
        groups: dict[str, list[Model]] = defaultdict(list)
        for model in self._models.get(venue, ()):
            style = self.names.style(venue, model.spelling, model.year or year)
            groups[style or model.spelling].append(model)
        order = sorted(groups, key=lambda one: (-len(groups[one]), one != "long", -len(one)))
        return [
            (
                style,
                sorted(groups[style], key=lambda one: abs((one.year or 0) - year))[:_MOST_MODELS],
            )
            for style in order
        ]

    @cached_property
    def _habits(self) -> dict[bool, Counter[str]]:
        """How the names of journals (true) and of conferences are written."""
        found: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for venue, models in self._models.items():
            counts = found[self.names.venues[venue].kind == "journal"]
            for model in models:
                text = without_tail(model.text, self.names.venues[venue])
                counts["all"] += 1
                counts["short"] += _ACRONYM.fullmatch(text) is not None
                counts["brackets"] += _IN_BRACKETS.search(text) is not None
                counts["proceedings"] += "roc" in text
        return found

    def _named_as_others(self, venue: Venue, long: str, short: str) -> str:
        """Return the catalogue's name of a venue that the file does not have."""
        counts = self._habits[venue.kind == "journal"]
        if counts["short"] * 2 > counts["all"]:
            return short
        if venue.kind == "journal" or not counts["all"]:
            return long
        if counts["proceedings"] * 2 < counts["all"]:
            long = _PROCEEDINGS.sub("", long, count=1)
        return f"{long} ({short})" if counts["brackets"] * 2 > counts["all"] else long


def _same_names(venue: Venue, model: Model, paper: Paper) -> bool:
    """Return whether a venue had the same names in the years of a model and of a work."""
    one, other = venue.in_year(model.year or paper.year), venue.in_year(paper.year)
    return (one.short, one.long) == (other.short, other.long)


def _renumbered(model: Model, paper: Paper, venue: Venue) -> str | None:
    """Return a model's name with the numbers of the work; None if one of them is not understood.

    An ordinal that the catalogue cannot count is left out.
    """
    if _NOT_YET.search(model.text):
        return None
    text, year = without_tail(model.text, venue), model.year
    began = venue.in_year(year or paper.year).ordinal_from
    ours = venue.in_year(paper.year).ordinal_from
    parts, last = [], 0
    for start, end, count in ordinals(text):
        known = began is not None and year is not None and count == year - began
        parts.append(text[last:start])
        parts += [ordinal_as(text[start:end], paper.year - ours)] if known and ours else []
        last = end if known and ours else end + len(text[end:]) - len(text[end:].lstrip(" -"))
    text = "".join([*parts, text[last:]])
    parts, last = [], 0
    for found in _NUMBER.finditer(text):
        if _SUFFIX.match(text, found.end()):
            continue
        is_volume = _BEFORE_VOLUME.search(text, 0, found.start()) is not None
        new = paper.volume if is_volume else _number(found[0], model, paper)
        if new is None:
            return None
        parts += [text[last : found.start()], new]
        last = found.end()
    return "".join([*parts, text[last:]])


def _number(digits: str, model: Model, paper: Paper) -> str | None:
    if model.year is not None and digits in {str(model.year), f"{model.year % 100:02}"}:
        return str(paper.year)[-len(digits) :]
    return paper.volume if digits == model.volume else None
