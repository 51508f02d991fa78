"""Find the venue that a name in a .bib means, and in which spelling.

Venues are written in many ways: with the ordinal in digits or words, followed by the year, the
location and the acronym, and abbreviated word by word as in ISO 4 ("J. Mach. Learn. Res."). The
parts that change from year to year are removed from a spelling, so that two volumes can be
compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from dltheory_bib.formats.venue_names import ordinal
from dltheory_bib.text.latex import from_latex
from dltheory_bib.text.names import words

if TYPE_CHECKING:
    from dltheory_bib.bibfile.venue_facts import VenueFacts
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.models.registries import Venue

_UNITS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ORDINALS = re.compile(
    rf"\b(?:(?:{_TENS})[- ]?(?:{_UNITS})|tenth|eleventh|twelfth"
    rf"|(?:thir|four|fif|six|seven|eigh|nine)teenth|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ieth|{_UNITS})\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"['’]?\b\d+(?:st|nd|rd|th)?\b")
_ORDINAL_DIGITS = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b", re.IGNORECASE)
_CARDINALS = (*_UNITS.split("|"), "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth")
_TEENS = ("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth")
_ACRONYM = re.compile(r"\b[A-Z]{3,}\b")
_WORD = re.compile(r"[^\W\d_]+|&")
_PLACEHOLDER = re.compile(r"\{[a-z]+\}")
_BOILERPLATE = {"proceedings", "proc", "of", "the", "annual", "in", "on", "and", "for", "a", "&"}
_OTHER_KIND = re.compile(
    r"\b(?:workshops?|journal|transactions|letters|magazine|annals|bulletin|reviews?|submitted)\b",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"([^,]+), ((?:[\w.&]+ ){0,4}(?:transactions|journal|proceedings|annals|conference|symposium"
    r"|letters|magazine)(?: [\w.&]+){0,2} (?:on|of))",
    re.IGNORECASE,
)
# "Computational Learning Theory: Fourth European Conference" is EuroCOLT, another series than COLT.
_OTHER_SERIES = re.compile(
    r"\b(?:European|Asian) (?:Conference|Symposium|Workshop)\b", re.IGNORECASE
)
# The proceedings of conferences that PMLR printed once.
_WORKSHOP = re.compile(r"\bworkshops?\b(?! (?:and|&) conference)", re.IGNORECASE)
# The acronym, the year, the location and the date follow the comma, as in DBLP. "Neural Networks,
# IEEE" is the beginning of another journal's name.
_BEHIND = re.compile(r"\s*(?:,[^,]*\d|\(|,\s*(?!IEEE\b|ACM\b)[A-Z]{3,}\b).*", re.DOTALL)


class Named(NamedTuple):
    """The interpretation of a venue's name."""

    venue: str | None
    """Its id in the catalogue; None if it is unknown there."""
    spelling: str
    """Its words without numbers, and without the text after the name."""
    same: str
    """The spelling as `same_spelling` returns it."""
    core: tuple[str, ...]
    """The significant words of an unknown name, in lower case."""


class VenueNames:
    """The names of a catalogue's venues; given as a bibliography, or as the facts alone."""

    def __init__(self, known: Bibliography | Mapping[str, VenueFacts]) -> None:
        # The facts have the same attributes as the models, as far as they are used here.
        found = known if isinstance(known, dict) else known.venues  # type: ignore[union-attr]
        self.venues = cast("Mapping[str, Venue]", found)
        self._cache: dict[str, Named] = {}
        self._named: dict[str, Named] = {}
        self._same: dict[str, str] = {}
        self._present: set[str] | None = None
        self._whole: dict[str, str] = {}
        self._part: dict[str, str] = {}
        self._initials: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for venue in self.venues.values():
            meets = venue.kind in {"conference", "workshop"}
            for name in _names(venue):
                # "big data", made of the id, would also be found in "Frontiers in Big Data".
                if not meets or "-" not in venue.id or name != venue.id.replace("-", " "):
                    self._add(name, venue)
        longest = sorted(self._part, key=len, reverse=True)
        alternatives = "|".join(r"[\W_]+".join(map(re.escape, name.split())) for name in longest)
        self._pattern = re.compile(
            rf"(?<![^\W\d_])(?<!/)(?:{alternatives or '(?!)'})(?![^\W\d_]|/)(?!\s+[^\W\d_])",
            re.IGNORECASE,
        )

    def _add(self, name: str, venue: Venue) -> None:
        core = _core(name)
        if not core:
            return
        key = " ".join(core)
        self._whole.setdefault(key, venue.id)
        if venue.kind in {"conference", "workshop"}:
            bare = " ".join(_words(_PLACEHOLDER.sub(" ", name)))
            while bare.partition(" ")[0] in _BOILERPLATE:
                bare = bare.partition(" ")[2]
            self._part.setdefault(bare, venue.id)
        if len(core) > 1:
            self._initials["".join(word[0] for word in core)].append((core, venue.id))

    def find(self, text: str) -> Named:
        """Return the venue that a value of `booktitle` or `journal` names, and its spelling."""
        found = self._named.get(text)
        if found is None:
            key = _NUMBERS.sub("0", text)
            if key not in self._cache:
                self._cache[key] = self._find(from_latex(key))
            found = self._named[text] = self._cache[key]
        return found

    def style(self, venue: str, same: str, year: int) -> str | None:
        """Return `long` or `short` if a name is spelled as in the catalogue for that year; `same`
        is its spelling as `same_spelling` returns it.
        """
        period = self.venues[venue].in_year(year)
        for style, name in (("long", period.long), ("short", period.short)):
            if name not in self._same:
                self._same[name] = same_spelling(spelled(name))
            if same == self._same[name]:
                return style
        return None

    def wrong_year(self, venue: str, text: str, year: int) -> tuple[str, str] | None:
        """Return a short name that the venue had in other years, and the one of this year."""
        right = self.venues[venue].in_year(year).short
        for period in self.venues[venue].periods:
            one = period.short
            if one == right or _PLACEHOLDER.search(one) or " " in one:
                continue
            if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text):
                return one, right
        return None

    def short_name(self, venue: str, year: int) -> str:
        """Return the short name of a venue in a year."""
        return self.venues[venue].in_year(year).short

    def is_present_name(self, name: str) -> bool:
        """Return whether a short name is what a venue is called today."""
        if self._present is None:
            self._present = {
                period.short
                for venue in self.venues.values()
                for period in venue.periods
                if period.until is None
            }
        return name in self._present

    def _find(self, plain: str) -> Named:
        turned = _TURNED.fullmatch(plain)
        if turned:  # "Neural Networks, IEEE Transactions on"
            plain = f"{turned[2]} {turned[1]}"
        found = self._pattern.search(plain)
        # "ICML Workshop on …" is a different venue from ICML, as is a "Journal of …".
        other = _OTHER_KIND.search(plain)
        if found and _is_other_series(plain, found[0]):
            found = None
        if found and (not other or _OTHER_KIND.search(found[0])):
            venue: str | None = self._part[" ".join(_words(found[0]))]
            spelling = spelled(plain[: found.end()])
            return Named(venue, spelling, same_spelling(spelling), ())
        spelling = spelled(plain)
        name = _BEHIND.sub("", plain)
        core = _core(name)
        venue = self._whole.get(" ".join(core)) or self._abbreviated(core)
        if venue and _WORKSHOP.search(plain[len(name) :]):  # "ICLR 2013 (workshop track)"
            venue = f"{venue}-workshop" if f"{venue}-workshop" in self.venues else None
        return Named(venue, spelling, same_spelling(spelling), tuple(core))

    def _abbreviated(self, core: list[str]) -> str | None:
        if len(core) < 2:
            return None
        for name, venue in self._initials.get("".join(word[0] for word in core), ()):
            # One way only: the short form of a venue's name also shortens the names of others.
            if len(core) == len(name) and all(map(str.startswith, name, core)):
                return venue
        return None


def _is_other_series(text: str, name: str) -> bool:
    """Return whether a text that has a venue's name names a series of another continent."""
    other = _OTHER_SERIES.search(text)
    return other is not None and other[0] not in name


def spelled(text: str) -> str:
    """Return the spelling of a name: its words in their case, without numbers and the text after
    it.

    >>> spelled("Proceedings of the 34th International Conference on Machine Learning, ICML 2017")
    'Proceedings of the International Conference on Machine Learning'
    """
    name = _BEHIND.sub("", _PLACEHOLDER.sub(" ", text)) or text
    return " ".join(_WORD.findall(_NUMBERS.sub(" ", _ORDINALS.sub(" ", name))))


def same_spelling(one: str) -> str:
    """Return a spelling without the case of the words that do not matter, for comparing.

    >>> same_spelling("The Proceedings of The Conference on Things")
    'proceedings of the Conference on Things'
    """
    small = (word.lower() if word.lower() in _BOILERPLATE else word for word in one.split())
    return " ".join(small).removeprefix("the ")


def ordinals(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the ordinals in a venue's name, in digits or words: start, end and number.

    >>> [count for _, _, count in ordinals("The Thirty-Fourth Conference, after the 33rd")]
    [34, 33]
    """
    found = [
        (*one.span(), int(one[1])) for one in _ORDINAL_DIGITS.finditer(text) if len(one[1]) < 4
    ]
    for one in _ORDINALS.finditer(text):
        plain = re.sub(r"[- ]", "", one[0].lower())
        if plain in _numbers_in_words():
            found.append((*one.span(), _numbers_in_words()[plain]))
    yield from sorted(found)


@cache
def _numbers_in_words() -> dict[str, int]:
    """Return the ordinals from 1 to 99 in words without hyphens, with their numbers."""
    below = dict(zip((*_CARDINALS, *_TEENS), range(1, 20), strict=True))
    for number, tens in enumerate(_TENS.split("|"), 2):
        below[f"{tens.removesuffix('y')}ieth"] = 10 * number
        below |= {f"{tens}{word}": 10 * number + below[word] for word in _UNITS.split("|")}
    return below


def ordinal_as(written: str, count: int) -> str:
    """Return an ordinal in the form of another: in digits, or in words with its capitals and its
    hyphen.

    >>> ordinal_as("33rd", 34), ordinal_as("Thirty-Third", 34), ordinal_as("twenty third", 30)
    ('34th', 'Thirty-Fourth', 'thirtieth')
    """
    if written[0].isdigit():
        return ordinal(count)
    word = next((word for word, number in _numbers_in_words().items() if number == count), "")
    tens = next((one for one in _TENS.split("|") if word.startswith(one)), "")
    parts = [tens, word.removeprefix(tens)] if tens else [word]
    between = "-" if "-" in written else " "
    last = re.split(r"[- ]", written)[-1]
    made = [one.capitalize() if written[0].isupper() else one for one in parts]
    if last.islower():
        made[1:] = [one.lower() for one in made[1:]]
    return between.join(made) if word else ordinal(count)


def without_tail(text: str, venue: Venue) -> str:
    """Return a conference's name without the place and the date after it.

    >>> from dltheory_bib import load
    >>> without_tail("Proc. ICML (ICML 2016), New York, June 19-24, 2016", load().venues["icml"])
    'Proc. ICML (ICML 2016)'
    """
    if venue.kind not in {"conference", "workshop"} or any("," in name for name in _names(venue)):
        return text
    name = text.partition(",")[0].rstrip()
    if name.count("(") > name.count(")"):
        name = name[: name.rfind("(")].rstrip()
    return name if name.count("{") == name.count("}") else ""


def telling(text: str) -> list[str]:
    """Return the significant words of a venue's name, in lower case."""
    return [one for one in _core(_BEHIND.sub("", from_latex(text))) if one not in _BOILERPLATE]


def same_name(one: str, other: str) -> bool:
    """Return whether two names can be those of one venue that no list has: the words of one are
    among those of the other, or one is the acronym that the other has.

    >>> same_name("CIKM", "CIKM '20: The 29th ACM International Conference on Information")
    True
    >>> same_name("European Conference on Computer Vision (ECCV)", "ECCV")
    True
    """
    ours, theirs = (set(_core(from_latex(text))) for text in (one, other))
    fewer, more = sorted((ours, theirs), key=len)
    if fewer and fewer <= more:
        return True
    first, second = (set(_ACRONYM.findall(from_latex(text))) for text in (one, other))
    return bool(first & second)


def abbreviates(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names are equal except for words abbreviated as in ISO 4."""
    return len(one) == len(other) and all(
        a.startswith(b) or b.startswith(a) for a, b in zip(one, other, strict=True)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _core(name: str) -> list[str]:
    plain = _NUMBERS.sub(" ", _ORDINALS.sub(" ", _PLACEHOLDER.sub(" ", name)))
    found: list[str] = []
    for word in map(str.lower, _WORD.findall(plain.replace("ntl.", "nt."))):
        # "Neural Inf. Proc. Systems", "Machine Learning Proceedings": part of the name. "Intl."
        # ends with a letter of its end.
        if word not in _BOILERPLATE or (found and word in {"proc", "proceedings"}):
            found.append(word)
    return found


def _names(venue: Venue) -> list[str]:
    names = [venue.id.replace("-", " "), *venue.aliases]
    for period in venue.periods:
        names += [period.short, period.long]
    return names


_FILLING = frozenset({"the", "of", "on", "in", "for", "and"})
"""Words that abbreviated names of journals leave out."""


def names_venue(text: str, venue: Venue) -> bool:
    """Return whether a name, possibly with LaTeX, is one of the venue's in any year.

    Stricter than `VenueNames.find`, because `fix` changes matched entries.

    A journal is matched by its whole name, each word in full or abbreviated, because `Nature` is
    not `Nature Communications`. The name of a conference may be part of a longer one (`Proc. of the
    34th ICML`), but a workshop at it is a different venue, and so is a conference "on Machine
    Learning and …".
    """
    found = words(from_latex(text))
    names = [words(_PLACEHOLDER.sub(" ", name)) for name in _names(venue)]
    if venue.kind == "journal":
        return any(_is_short_for(found, name) for name in names)
    if "workshop" in found and not any("workshop" in name for name in names):
        return False
    plain = " ".join(found)
    return any(
        name and re.search(rf"\b{re.escape(' '.join(name))}\b(?! and\b)", plain) for name in names
    )


def _is_short_for(text: list[str], name: list[str]) -> bool:
    """Return whether each word of a text is a word of the name or an abbreviation of it, in
    order.
    """
    ours = [word for word in name if word not in _FILLING]
    theirs = [word for word in text if word not in _FILLING]
    return len(ours) == len(theirs) > 0 and all(map(_abbreviates, theirs, ours))


def _abbreviates(short: str, word: str) -> bool:
    """Match `Natl` with `National`: the same first letter, and the others in order."""
    rest = iter(word)
    return short[0] == word[0] and all(char in rest for char in short)
