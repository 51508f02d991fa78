"""The citation commands of LaTeX packages, and which of their arguments contain keys.

From the manuals of natbib (8.3), biblatex (3.19, section 3.9) and apacite (6.03); a star and, for
natbib and biblatex, an initial capital are further forms of the same command.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Shape = Literal["keys", "many", "volume", "first"]
"""The pattern of the arguments: `keys`: `[..][..]{keys}`; `many`: `(..)(..)` and then any number of
these; `volume`: `[..]{volume}[..]{keys}`; `first`: `{keys}` before other arguments.
"""


class Wrapper(NamedTuple):
    """A command of the user's own, made of citation commands."""

    optional: tuple[bool, ...]
    """Its arguments in order: whether each is optional."""
    holds_keys: frozenset[int]
    """The numbers of those, from 1, that contain keys."""
    cites: tuple[str, ...]
    """Keys that its text cites whenever it is used."""


_MULTIPLE = (
    "cite parencite footcite footcitetext smartcite textcite supercite autocite fullcite "
    "footfullcite"
)
_VOLUME = "volcite pvolcite fvolcite ftvolcite svolcite tvolcite avolcite"
_KEYS = (
    f"{_MULTIPLE} "
    # biblatex
    "citeauthor citetitle citeyear citedate citeurl nocite parencite notecite pnotecite fnotecite "
    "citeyearpar footnotecite citefullauthor "
    # natbib
    "citet citep citealt citealp citenum citetalias citepalias citealias onlinecite "
    # apacite
    "citeA citeNP citeyearNP citeauthorNP fullciteA fullciteNP shortcite shortciteA shortciteNP "
    "maskcite maskciteA maskciteNP "
    # revtex, chicago, harvard and others
    "citeN citeANP shortciteN citename citeaffixed citeasnoun possessivecite textcitep "
    "bibentry citeonline Citeonline printbibentry"
)
_FIRST = "citefield citelist entrydata entryset defcitealias"

SHAPES: dict[str, Shape] = {
    **dict.fromkeys(_KEYS.split(), "keys"),
    **dict.fromkeys((f"{name}s" for name in _MULTIPLE.split()), "many"),
    **dict.fromkeys(_VOLUME.split(), "volume"),
    **dict.fromkeys(_FIRST.split(), "first"),
}
_NONE = (
    "citation citestyle citetext citereset citesetup citebrackets citepunct citeindextype "
    "citenumfont citeform citeleft citeright citemid citedash citetrackertrue citetrackerfalse "
    "setcitestyle bibpunct citeprefix citesuffix AtEveryCite AtEveryCitekey AtNextCite "
    "AtNextCitekey DeclareCiteCommand DeclareMultiCiteCommand DeclareAutoCiteCommand citecounter "
    "DeclareCiteAlias citecolor citeurlfont mkbibcitation iffirstcitekey iflastcitekey ifciteseen "
    "ifciteibid ifciteidem newcites"
)
NO_CITATIONS = frozenset(_NONE.split())
"""Commands with `cite` in their name that cite nothing."""


def shape(name: str) -> Shape | None:
    """Return the pattern of a citation command's arguments; None for any other command."""
    plain = name.removesuffix("*")
    found = SHAPES.get(plain)
    if found is None and plain[:1].isupper():
        found = SHAPES.get(plain[:1].lower() + plain[1:])
    return found
