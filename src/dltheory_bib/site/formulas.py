r"""Convert mathematics to MathML, which browsers typeset themselves.

latex2mathml converts TeX to MathML. A formula is data like everything in a record, and TeX can set
attributes (`\href`, `\style`), so only the elements and attributes of MathML Core that affect
typesetting are kept (https://www.w3.org/TR/mathml-core/).
"""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from xml.etree import ElementTree

from markupsafe import Markup, escape

from dltheory_bib.text.broken_maths import fault_of_signs, formula_fault
from dltheory_bib.text.maths import MATHS
from dltheory_bib.text.names import unbraced

_ELEMENTS = frozenset(
    """
    math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder
    munderover mstyle mtable mtr mtd mpadded mphantom mmultiscripts mprescripts
    """.split()  # noqa: SIM905 - a list of words reads better so
)
_ATTRIBUTES = frozenset(
    """
    display mathvariant stretchy form lspace rspace minsize maxsize
    accent accentunder displaystyle scriptlevel linethickness width height depth
    columnspan rowspan
    """.split()  # noqa: SIM905 - a list of words reads better so
)


class Typesetter:
    """Converts texts of records to HTML: escaped, without protecting braces, with MathML for
    `$…$`.
    """

    def __init__(self, readable: Callable[[str], str]) -> None:
        self.readable = readable
        """Converts mathematics to Unicode, as a fallback if TeX cannot be converted."""
        self.made: dict[str, Markup] = {}
        """The HTML of each formula converted so far."""

    def __call__(self, text: str | None) -> Markup:
        """Return the HTML of a text; for None, an empty string."""
        if not text:
            return Markup("")
        if "$" not in text:
            return escape(text)
        parts: list[Markup] = []
        last = 0
        for found in MATHS.finditer(text):
            parts += [escape(text[last : found.start()]), self._formula(found[1])]
            last = found.end()
        return Markup("").join([*parts, escape(text[last:])])

    def title(self, title: str) -> Markup:
        """Return the HTML of a title."""
        return self(unbraced(title))

    def _formula(self, tex: str) -> Markup:
        if tex not in self.made:
            self.made[tex] = self._made(tex)
        return self.made[tex]

    def _made(self, tex: str) -> Markup:
        """Return a formula as MathML, else in Unicode; one that is broken, as it was written."""
        made = None if fault_of_signs(tex) else mathml(tex)
        if made is None:
            made = escape(f"${tex}$" if formula_fault(tex) else self.readable(f"${tex}$"))
        return made


def mathml(tex: str) -> Markup | None:
    r"""Return a formula as MathML, or None if it cannot be converted.

    >>> str(mathml(r"\href{javascript:x}{n}")), mathml("{")
    ('<math><mi>n</mi></math>', None)
    """
    from latex2mathml.converter import convert_to_element

    try:
        tree = convert_to_element(tex)
        _keep_what_typesets(tree)
        if not _is_whole(tree):
            return None
        _space_as_tex(tree)
        _join(tree)
        _unwrap(tree)
    except Exception:  # the converter has an exception for every error, some of other libraries
        return None
    if "\\" in "".join(tree.itertext()):
        return None  # an unknown command
    return Markup(ElementTree.tostring(tree, encoding="unicode"))


def _keep_what_typesets(element: ElementTree.Element) -> None:
    if element.tag not in _ELEMENTS:
        element.tag = "mrow"
    if element.text:  # the converter names characters by their numbers
        element.text = unescape(element.text)
    element.attrib = {
        key: value
        for key, value in element.attrib.items()
        if key in _ATTRIBUTES and (key, value) != ("display", "inline")
    }
    for child in element:
        _keep_what_typesets(child)


_PARTS = {"mfrac": 2, "mroot": 2, "msup": 2, "msub": 2, "mover": 2, "munder": 2}
_PARTS |= {"msubsup": 3, "munderover": 3}
"""How many parts an element has; a browser does not draw one that lacks one."""


def _is_whole(tree: ElementTree.Element) -> bool:
    return all(len(one) == _PARTS.get(one.tag, len(one)) for one in tree.iter())


def _unwrap(element: ElementTree.Element) -> None:
    """Replace each row of one element by that element, and the row of a whole formula by its
    content: they are a tenth of the weight of a formula.
    """
    for place, child in enumerate(list(element)):
        _unwrap(child)
        if child.tag == "mrow" and not child.attrib and len(child) == 1:
            element[place] = child[0]
    if element.tag == "math" and len(element) == 1 and element[0].tag == "mrow":
        row = element[0]
        if not row.attrib:
            element.remove(row)
            element.extend(row)


def _join(element: ElementTree.Element) -> None:
    """Write a quotient of numerals, a word in upright letters and a negative index or exponent as
    one element each: all are set as before, and weigh a third.
    """
    for child in element:
        _join(child)
    if element.tag not in {"math", "mrow"}:
        return
    made: list[ElementTree.Element] = []
    for child in element:
        last = made[-1] if made else None
        if last is not None and _is_upright(last) and _is_letter(child):
            last.text = f"{last.text}{child.text}"
        elif child.tag == "mn" and len(made) > 1 and made[-1].text == "/" and made[-2].tag == "mn":
            made.pop()
            made[-1].text = f"{made[-1].text}/{child.text}"
        else:
            made.append(child)
    for child in made:
        if _is_upright(child) and len(child.text or "") > 1:
            del child.attrib["mathvariant"]  # only a single letter would be slanted
    if [one.tag for one in made] == ["mo", "mn"] and made[0].text == "−" and not made[0].attrib:
        sign, number = made
        number.text = f"−{number.text}"
        made.remove(sign)
    element[:] = made


def _is_upright(element: ElementTree.Element) -> bool:
    return element.tag == "mi" and element.attrib == {"mathvariant": "normal"}


def _is_letter(element: ElementTree.Element) -> bool:
    return _is_upright(element) and len(element.text or "") == 1


def _space_as_tex(row: ElementTree.Element) -> None:
    """Correct the spaces that MathML's defaults set differently from TeX.

    A minus after an operator is a sign, a slash has no space around it, a function has a space
    before its argument unless that is in parentheses.
    """
    children = list(row)
    for place, child in enumerate(children):
        _space_as_tex(child)
        before = children[place - 1] if place else None
        after = children[place + 1] if place + 1 < len(children) else None
        if child.tag == "mo" and child.text == "/":
            child.attrib |= {"lspace": "0", "rspace": "0"}
        elif child.tag == "mo" and child.text in _SIGNS and before is not None:
            if before.tag == "mo" and before.text not in _CLOSING:
                child.set("form", "prefix")
        elif row.tag in {"math", "mrow"} and _is_function(child) and _needs_space(after):
            space = ElementTree.Element("mspace", {"width": "0.1667em"})
            row.insert(list(row).index(child) + 1, space)


_SIGNS = frozenset("+−±")
_CLOSING = frozenset(")]}|‖⟩")


def _needs_space(after: ElementTree.Element | None) -> bool:
    return after is not None and after.tag not in {"mo", "mspace"}


def _is_function(element: ElementTree.Element) -> bool:
    """Return whether it is the name of a function, such as log, possibly with an exponent or
    index.
    """
    if element.tag in {"msup", "msub", "msubsup"} and len(element):
        element = element[0]
    return element.tag == "mi" and len(element.text or "") > 1
