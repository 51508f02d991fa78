"""Names and plain text: fold, find the nearest names, split a person's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_MATHS = r"\$[^$]*\$"
_ISE = r"is(?=(?:ation|ations|e|ed|es|er|ers|ing)\b)"
_OUR = r"iour(?=s?\b|al)"

_COMBINING = "\u0300"
"""The first character that is combined with others."""

_compiled = cache(re.compile)  # every command imports this module; few need a pattern


def fold(text: str) -> str:
    """Return text without accents, case and ligatures, for comparing and searching.

    >>> fold("Gauß-Łojasiewicz, Müller")
    'gauss-lojasiewicz, muller'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    combining = unicodedata.combining
    kept = "".join([char for char in decomposed if char < _COMBINING or not combining(char)])
    return kept.translate(_LETTERS)


def is_text(name: str) -> bool:
    """Return whether a name can be encoded in UTF-8; an argument with other bytes cannot."""
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)


def searchable(text: str) -> str:
    """Return a folded text in one spelling, for the text that is searched and for the query.

    American and British endings become one, so that either finds both.

    >>> searchable("Generalisation behaviour") == searchable("generalization behavior")
    True
    """
    folded = _compiled(_ISE).sub("iz", fold(text))
    return _compiled(_OUR).sub("ior", folded) if "iour" in folded else folded


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order.

    >>> words("Deep {ReLU} networks: à la carte")
    ['deep', 'relu', 'networks', 'a', 'la', 'carte']
    """
    return _compiled(r"\w+").findall(fold(text))


def unbraced(text: str) -> str:
    """Return a title without the braces that protect its capitals; braces inside `$…$` are kept.

    >>> unbraced("{SGD} in $O(n^{2})$ steps")
    'SGD in $O(n^{2})$ steps'
    """
    if "{" not in text and "}" not in text:
        return text
    if "$" not in text:
        return text.replace("{", "").replace("}", "")
    parts: list[str] = []
    last = 0
    for maths in _compiled(_MATHS).finditer(text):
        parts += [text[last : maths.start()].replace("{", "").replace("}", ""), maths[0]]
        last = maths.end()
    parts.append(text[last:].replace("{", "").replace("}", ""))
    return "".join(parts)


_MOST_NEAREST = 50
_LONGEST_NEAREST = 200


class Nearest:
    """Finds similar names for many wrong ones, as far as that is worth its time.

    Each search looks at every known name, so that a file with as many wrong names as known ones
    would take the square of its length: after the first 50 names there are no suggestions.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.known = known
        self.left = _MOST_NEAREST

    def to(self, name: str, count: int = 3) -> list[str]:
        """Return the known names most similar to `name`, best first."""
        if self.left <= 0:
            return []
        self.left -= 1
        return nearest(name, self.known, count)


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known names most similar to `name`, best first: at most `count`, possibly none.

    Comparing takes the square of the length of names, so a very long name has none.
    """
    import difflib  # imported only to report an error

    if len(name) > _LONGEST_NEAREST:
        return []
    by_fold: dict[str, str] = {}
    for candidate in known:
        if len(candidate) <= 2 * _LONGEST_NEAREST:
            by_fold.setdefault(fold(candidate), candidate)
    wanted = fold(name)
    close = difflib.get_close_matches(wanted, by_fold, n=count, cutoff=0.6)
    if len(wanted) > 2:
        close += [k for k in sorted(by_fold) if wanted in k and k not in close]
    return [by_fold[found] for found in close[:count]]


def number_order(text: str) -> tuple[int, str]:
    """Return what puts whole numbers of any length in order; Python converts none of 4,301 digits.

    >>> number_order("9") < number_order("10") == number_order("010")
    True
    """
    digits = text.lstrip("0")
    return len(digits), digits


def quoted(text: str, most: int = 60) -> str:
    r"""Quote a text from a data file for a message: shortened, with control characters escaped.

    >>> print(quoted("a\tb"), len(quoted("x" * 1000)))
    'a\tb' 62
    """
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def escaped(text: str) -> str:
    r"""Return a text from a user's file with escapes for invisible characters.

    >>> print(escaped("a\x1bb"))
    a\x1bb
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def shortened(text: str, most: int = 100) -> str:
    """Return a name for a message; nobody reads a longer one."""
    return text if len(text) <= most else f"{text[:most]}…"


def is_collective(name: str) -> bool:
    """Return whether a name is that of an organisation, written `{Stanford University}`."""
    return name.startswith("{") and name.endswith("}")


def family(name: str) -> str:
    """Return the family name of "Family, Given", or the whole name of an organisation.

    >>> family("De Sa, Christopher"), family("{Stanford University}")
    ('De Sa', 'Stanford University')
    """
    return name[1:-1] if is_collective(name) else name.partition(",")[0].strip()


def given(name: str) -> str:
    """Return the given names of "Family, Given"; empty for an organisation or a single name.

    >>> given("Huval, Jr., Brody")
    'Brody'
    """
    return "" if is_collective(name) else name.partition(",")[2].rpartition(",")[2].strip()


def suffix(name: str) -> str:
    """Return the suffix between the two commas after a family name; usually empty.

    >>> suffix("Huval, Jr., Brody"), suffix("Jin, Chi")
    ('Jr.', '')
    """
    parts = [] if is_collective(name) else name.split(",")
    return parts[1].strip() if len(parts) == 3 else ""


def natural(name: str) -> str:
    """Return a name in reading order.

    >>> natural("Matthews, Alexander G. de G."), natural("Huval, Jr., Brody")
    ('Alexander G. de G. Matthews', 'Brody Huval, Jr.')
    """
    family_name, comma, rest = name.partition(",")
    if comma and "," not in rest and not is_collective(name):  # as nearly all names
        return f"{rest.strip()} {family_name.strip()}".strip()
    after = suffix(name)
    return f"{given(name)} {family(name)}{', ' if after else ''}{after}".strip()


def slug(text: str) -> str:
    """Make an ASCII id from a text.

    >>> slug("Garriga-Alonso, Adrià")
    'garriga-alonso-adria'
    """
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def author_line(authors: Iterable[str], at_most: int = 0) -> str:
    """Return family names for a list: "Jin, Ge, Netrapalli, Kakade and Jordan".

    With `at_most` above 0, a longer list becomes the first name "et al.".
    """
    return family_line([family(name) for name in authors], at_most)


def family_line(families: Sequence[str], at_most: int = 0) -> str:
    """Return family names as `author_line` does."""
    if at_most and len(families) > at_most:
        return f"{families[0]} et al."
    return " and ".join(filter(None, [", ".join(families[:-1]), *families[-1:]]))
