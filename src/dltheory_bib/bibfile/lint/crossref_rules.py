"""Rules on entries that refer to others: `crossref`, `xref` and `xdata`."""

from __future__ import annotations

from collections.abc import Iterator

from dltheory_bib.bibfile.bib_parser import BibEntry, BibFile
from dltheory_bib.bibfile.matched_file import Found, MatchedEntry, MatchedFile, Rule
from dltheory_bib.errors import Level
from dltheory_bib.text.names import shortened

_ONLY_BIBER = ("xref", "xdata")
_MOST_SHOWN = 4


def check_crossrefs(matched: MatchedFile) -> Iterator[Found]:
    """Refer to an entry that exists, that refers to no other, and that is below, for BibTeX."""
    of = _Crossrefs()
    loops = _loops(matched, of)
    for item in matched.entries:
        key = item.values.get("crossref", "").strip()
        if key:
            yield from _crossref(matched, item, key, of, loops.get(item.entry.start))
        if matched.dialect == "biblatex":
            for field in _ONLY_BIBER:
                for one in filter(None, map(str.strip, item.values.get(field, "").split(","))):
                    found = matched.library.find(one)
                    if (found is None or found[1].key != one) and "=" not in one:
                        message = f"{field} names {shortened(one)}, which {_nowhere(matched)}"
                        yield Found(item.at(field), message, "warning")


def _crossref(
    matched: MatchedFile, item: MatchedEntry, key: str, of: _Crossrefs, loop: list[str] | None
) -> Iterator[Found]:
    place = item.at("crossref")
    found = matched.library.find(key)
    if found is None:
        level: Level = "warning" if matched.dialect == "biblatex" else "error"
        message = f"crossref names {shortened(key)}, which {_nowhere(matched)}"
        yield Found(place, message, level)
        return
    file, parent = found
    if matched.dialect == "biblatex" and parent.key != key:
        message = f"crossref names {shortened(key)}, but the key is {shortened(parent.key)}"
        yield Found(place, f"{message}; biber tells capitals apart; write {parent.key}", "warning")
    elif loop:
        shown = " → ".join([*loop[:_MOST_SHOWN], *(["…"] if len(loop) > _MOST_SHOWN else [])])
        message = f"crossref leads back to this entry ({shown} → {loop[0]}); delete one crossref"
        # BibTeX warns of it; biber stops.
        yield Found(place, message, None if matched.dialect == "biblatex" else "warning")
    elif matched.dialect == "bibtex":
        further = of(file, parent)
        if further:
            message = (
                f"{shortened(key)} has a crossref of its own, to {shortened(further)}, which "
                f"BibTeX does not follow; write its fields into {shortened(key)}"
            )
            yield Found(place, message, "warning")
        if file is matched.file and parent.start < item.entry.start:
            message = (
                f"{shortened(parent.key)} is above this entry, where BibTeX does not find it; move "
                f"{shortened(parent.key)} below"
            )
            yield Found(place, message, "warning")


def _nowhere(matched: MatchedFile) -> str:
    several = len(matched.library.files) > 1
    where = "no file given contains" if several else "the file does not contain"
    return f"{where}; write the key of an entry, or delete the field"


class _Crossrefs:
    """The `crossref` of entries, each read once: a parent can have many fields, and children."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str] = {}

    def __call__(self, file: BibFile, entry: BibEntry) -> str:
        place = id(file), entry.start
        if place not in self._known:
            field = entry.get("crossref")
            self._known[place] = file.value(field).strip() if field else ""
        return self._known[place]


def _loops(matched: MatchedFile, of: _Crossrefs) -> dict[int, list[str]]:
    """Return the loop of references that an entry is in, from it on, by its start; each entry is
    visited once.
    """
    library = matched.library
    loops: dict[int, list[str]] = {}
    done: set[str] = set()
    for item in matched.entries:
        if "crossref" not in item.values:
            continue
        path: dict[str, BibEntry] = {}
        file, entry = matched.file, item.entry
        while entry.key.lower() not in done and entry.key.lower() not in path:
            path[entry.key.lower()] = entry
            key = of(file, entry)
            parent = library.find(key) if key else None
            if parent is None:
                break
            file, entry = parent
        else:
            keys = list(path)
            start = keys.index(entry.key.lower()) if entry.key.lower() in path else len(keys)
            members = [path[key] for key in keys[start:]]
            for place, one in enumerate(members[:]):
                turn = members[place:] + members[:place] if len(members) <= _MOST_SHOWN else members
                loops[one.start] = [member.key for member in turn]
        done.update(path)
    return loops


RULES = (Rule("crossref", "error", check_crossrefs),)
