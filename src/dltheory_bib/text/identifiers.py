r"""What arXiv ids, DOIs and the addresses of works look like; no other module knows.

`parse_identifier` reads a text that is one identifier, `find_arxiv_ids` and `find_dois` find them
in a text that holds other things too. Braces and LaTeX's backslashes do not count: `Ar{X}iv` says
arXiv, and `10.1007/a\_1` is a DOI.

arXiv ids are those of https://info.arxiv.org/help/arxiv_identifier.html: `cond-mat/9907343` until
March 2007, `0704.0001` since, with five digits behind the point since 2015; the first four digits
are year and month. DOIs are those of https://www.doi.org/doi-handbook/HTML/, section 3.2, in ASCII.

Nothing is compiled at import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

Scheme = Literal["arxiv", "doi", "openreview", "url"]

# Ranges of ASCII throughout: \d would take the digits of every script, and what is not white space
# would take terminal escape codes.
_MONTH = r"(?:0[1-9]|1[0-2])"
_OLD_NUMBER = rf"[0-9]{{2}}{_MONTH}[0-9]{{3}}"
_NEW_ARXIV = rf"(?:0[7-9]|1[0-4]){_MONTH}\.[0-9]{{4}}|(?:1[5-9]|[2-9][0-9]){_MONTH}\.[0-9]{{5}}"
ARXIV_ID = rf"(?:{_NEW_ARXIV}|[a-z-]+(?:\.[A-Z]{{2}})?/{_OLD_NUMBER})"
"""An arXiv id without a version."""
DOI = r"10\.[0-9]{4,9}/[!-$&-\[\]-z|~]+"
"""A DOI as it is written in text, not in an address."""
URL = r"https?://[!#-;=?-\[\]_a-z~]+"
"""An address as a browser copies it."""

# How an arXiv id is announced: `arXiv:`, a page of arXiv, or the DOI that arXiv gives it.
_ARXIV_LEAD = (
    r"(?:https?://)?(?:[a-z0-9-]+\.)*arxiv\.org/(?:abs|pdf|html|format|ps|e-print|src)/"
    r"|(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\."
    r"|arxiv\s*(?::\s*|\s)(?:abs/)?|abs/|"
)
_ARXIV_TAIL = r"(?:v([1-9][0-9]*))?(?:\.pdf|\.ps|\.ps\.gz)?(?:\s*\[[A-Za-z.-]+\])?"
_DOI_LEAD = r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi\s*:\s*|doi\s+|"
_OPENREVIEW = (
    r"(?:(?:https?://)?(?:www\.)?openreview\.net/(?:forum|pdf|attachment|revisions)"
    r"\?(?:[^#]*&)?id=|openreview:\s*)([\w-]+)(?:[&#].*)?"
)
# In running text, an id with a wrong number of digits as well: that it is wrong can then be said.
_ARXIV_IN_TEXT = (
    rf"(?<![0-9])(?<![0-9]\.)([0-9]{{2}}{_MONTH}\.[0-9]{{4,5}})(?:v[0-9]+)?(?![0-9]|\.[0-9])"
    r"|(?:(?<![\w./-])|(?<=/abs/)|(?<=/pdf/)|(?<=[aA]r[xX]iv\.))"
    rf"([a-z]+(?:-[a-z]+)?(?:\.[A-Z]{{2}})?/{_OLD_NUMBER})(?![0-9])"
)
# Some old DOIs hold `<1661::AID-SIM968>`; any other such sign is a page's markup.
_DOI_IN_TEXT = r"(?<![0-9.])10\.[0-9]{4,9}/(?:[^\s\"<>|\\]|<[^\s\"<>:]*::[^\s\"<>:]*>)+"
# `corr` in other words means correspondence and correction.
_SAYS_ARXIV = r"(?<![a-z])arxiv|\bcorr\b(?!\.)|(?-i:\bCoRR\b)|^\s*abs/|10\.48550/"
_ALL_OF_ARXIV = (
    r"https?://\S*(?:arxiv|48550)\S*|10\.48550/\S+|[a-z-]+(?:\.[a-z-]{2,})?/[0-9]{7}"
    r"|[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|\b(?:v|version) ?[0-9]+\b"
    r"|arxiv(?:\.org)?|\bcorr\b|e-?prints?|pre-?prints?|available|\bat\b|\bin\b|\burl|\\[a-z]+"
    r"|\[[a-z]+(?:[.-][a-z]+)*\]|abs/"
)
_PMLR = r"proceedings\.mlr\.press/v([0-9]+)/"
_NEURIPS = r"(?:neurips|nips)\.cc/paper(?:_files/paper)?/([0-9]{4})/"
_CLOSERS = {")": "(", "]": "["}
_ESCAPED = '"#<>?[]^`{|}'
"""Characters of DOIs that an address would take for something else."""


_compiled = cache(re.compile)
"""`re` keeps patterns as well, and takes twice as long to find one."""


class Identifier(NamedTuple):
    """What names a work: an id in a scheme, or an address of the web."""

    scheme: Scheme
    value: str
    """In the form that records have; of an address, with https and without a slash at the end."""
    version: int | None = None
    """That of an arXiv id, where it was given."""

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        if self.scheme == "arxiv":
            version = "" if self.version is None else f"v{self.version}"
            return f"https://arxiv.org/abs/{self.value}{version}"
        if self.scheme == "doi":
            escaped = (f"%{ord(char):02X}" if char in _ESCAPED else char for char in self.value)
            return f"https://doi.org/{''.join(escaped)}"
        if self.scheme == "openreview":
            return f"https://openreview.net/forum?id={self.value}"
        return self.value

    @property
    def folded(self) -> str:
        """The value for comparing: DOIs and arXiv ids are told apart by no capitals.

        Nor are old arXiv ids by the class in `math.GT/0309136`: arXiv counts by archive.
        """
        if self.scheme == "arxiv":
            archive, slash, number = self.value.partition("/")
            return f"{archive.partition('.')[0]}/{number}" if slash else archive
        return self.value.lower() if self.scheme == "doi" else self.value


def parse_identifier(text: str) -> Identifier | None:
    """The identifier that a text is, in whatever spelling; None where it is none.

    >>> parse_identifier("arxiv.org/pdf/1703.00887v2.pdf")
    Identifier(scheme='arxiv', value='1703.00887', version=2)
    >>> parse_identifier("https://doi.org/10.1016/0378-8733(89)90017-8").value
    '10.1016/0378-8733(89)90017-8'
    >>> parse_identifier("https://openreview.net/pdf?id=rJ4km2R5t7").url
    'https://openreview.net/forum?id=rJ4km2R5t7'
    >>> parse_identifier("1713.00887") is None
    True
    """
    said = _plain(text).strip().removeprefix("\\url ")
    return _arxiv(said) or _doi(said) or _openreview(said) or _address(said)


def _arxiv(text: str) -> Identifier | None:
    bare = text.partition("?")[0].partition("#")[0].rstrip("/")
    lead = re.match(_ARXIV_LEAD, bare, re.IGNORECASE | re.ASCII)
    rest = bare[lead.end() :] if lead else bare
    archive, slash, number = rest.partition("/")
    if slash:  # of `math.GT` the archive is in small letters and the class in capitals
        archive, point, area = archive.partition(".")
        rest = f"{archive.lower()}{point}{area.upper()}/{number}"
    found = re.fullmatch(rf"({ARXIV_ID}){_ARXIV_TAIL}", rest, re.ASCII)
    if found is None:
        return None
    return Identifier("arxiv", found[1], int(found[2]) if found[2] else None)


def _doi(text: str) -> Identifier | None:
    lead = re.match(_DOI_LEAD, text, re.IGNORECASE | re.ASCII)
    rest = text[lead.end() :] if lead else text
    if lead and "/" in lead[0]:  # in an address, `?` and `#` begin something else
        rest = _unquoted(rest.partition("?")[0].partition("#")[0])
    return Identifier("doi", rest) if re.fullmatch(DOI, rest) else None


def _openreview(text: str) -> Identifier | None:
    found = re.fullmatch(_OPENREVIEW, text, re.IGNORECASE | re.ASCII)
    return Identifier("openreview", found[1]) if found else None


def _address(text: str) -> Identifier | None:
    scheme, mark, rest = text.partition("://")
    if not mark or not re.fullmatch(URL, f"{scheme.lower()}{mark}{rest}"):
        return None
    host, slash, path = rest.partition("/")
    value = f"https://{host.lower()}{slash}{path}".rstrip("/")
    return Identifier("url", value) if host else None


def find_arxiv_ids(text: str) -> list[str]:
    """The arXiv ids in a text, without versions, each once.

    Whatever looks like one is given: a text about something else may hold a number like
    `1703.0088`, so ask `says_arxiv` where that matters.

    >>> find_arxiv_ids("arXiv:1703.00887v2, and math.GT/0309136; grant 1713.0088")
    ['1703.00887', 'math.GT/0309136']
    """
    matches = _compiled(_ARXIV_IN_TEXT).finditer(_plain(text))
    return list(dict.fromkeys(match[1] or match[2] for match in matches))


def find_dois(text: str) -> list[str]:
    """The DOIs in a text, each once, without the punctuation behind them.

    >>> find_dois("(doi:10.1016/S0169-7552(98)00110-X); https://doi.org/10.1137/15M1024950.")
    ['10.1016/S0169-7552(98)00110-X', '10.1137/15M1024950']
    """
    return list(dict.fromkeys(_dois(_plain(text))))


def _dois(text: str) -> Iterator[str]:
    position = 0
    while match := _compiled(_DOI_IN_TEXT).search(text, position):
        said = _balanced(match[0])
        position = match.start() + len(said)
        said = said.rstrip(".,;:*_`'/")
        if "/" in said:
            yield said


def _balanced(text: str) -> str:
    """A text up to the first bracket that closes none of its own."""
    opened: list[str] = []
    for place, char in enumerate(text):
        if char in "([":
            opened.append(char)
        elif char in _CLOSERS and (not opened or opened.pop() != _CLOSERS[char]):
            return text[:place]
    return text


def says_arxiv(text: str) -> bool:
    """Whether a text names arXiv, or CoRR, its part on computing.

    >>> says_arxiv("CoRR"), says_arxiv("Corrected proof"), says_arxiv("{Ar{X}iv}")
    (True, False, True)
    """
    return _compiled(_SAYS_ARXIV, re.IGNORECASE).search(_plain(text)) is not None


def is_arxiv_alone(text: str) -> bool:
    """Whether a text says where on arXiv the work is, and nothing more.

    >>> is_arxiv_alone("arXiv:1703.00887 [cs.LG]"), is_arxiv_alone("arXiv; read chapter 2")
    (True, False)
    """
    said = _plain(text)
    if not says_arxiv(said):
        return False
    return not re.search(r"[^\W_]", re.sub(_ALL_OF_ARXIV, " ", said, flags=re.IGNORECASE))


def is_doi(text: str) -> bool:
    """Whether a text is a DOI and nothing else, not even an address or a full stop."""
    said = _plain(text).strip()
    whole = re.fullmatch(DOI, said) is not None and not said.endswith((".", ",", ";"))
    return whole or find_dois(said) == [said]


def is_arxiv_doi(doi: str) -> bool:
    """Whether a DOI is one that arXiv gives to a preprint."""
    return doi.lower().startswith("10.48550/")


def arxiv_year(identifier: str) -> int:
    """The year in which an arXiv id was given; arXiv began in 1991.

    >>> arxiv_year("1703.00887"), arxiv_year("cond-mat/9907343")
    (2017, 1999)
    """
    digits = int(_number(identifier)[:2])
    return digits + (1900 if digits > 90 else 2000)


def arxiv_month(identifier: str) -> int:
    """The month in which an arXiv id was given.

    >>> arxiv_month("1703.00887"), arxiv_month("cond-mat/9907343")
    (3, 7)
    """
    return int(_number(identifier)[2:4])


def _number(identifier: str) -> str:
    return identifier.rpartition("/")[2]


def pmlr_volume(url: str) -> str | None:
    """The volume of the Proceedings of Machine Learning Research to which an address belongs."""
    found = re.search(_PMLR, url)
    return found[1] if found else None


def neurips_year(url: str) -> int | None:
    """The year of the NeurIPS proceedings to which an address belongs."""
    found = re.search(_NEURIPS, url)
    return int(found[1]) if found else None


def _plain(text: str) -> str:
    r"""A text without braces, and with the characters that LaTeX needs a backslash for.

    >>> _plain(r"10.1002/a{\_}b{\textless}1::2{\textgreater}")
    '10.1002/a_b<1::2>'
    """
    if "\\" in text:
        text = re.sub(r"\\([_%&#~])", r"\1", text)
        text = re.sub(r"\\textless\b ?", "<", re.sub(r"\\textgreater\b ?", ">", text))
        text = re.sub(r"(\\[A-Za-z]+)\{", r"\1 ", text)  # the name of a command ends here
    return text.replace("{", "").replace("}", "")


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote  # its import takes longer than all that is done here

    return unquote(text)
