r"""Parse arXiv ids, DOIs and URLs of works; no other module knows their forms.

`parse_identifier` parses a text that is one identifier, `find_arxiv_ids` and `find_dois` find them
in longer texts. Braces and LaTeX's backslashes are ignored: `Ar{X}iv` mentions arXiv, and
`10.1007/a\_1` is a DOI.

arXiv ids are those of https://info.arxiv.org/help/arxiv_identifier.html: `cond-mat/9907343` until
March 2007, `0704.0001` since, with five digits after the point since 2015; the first four digits
are year and month. DOIs are those of https://www.doi.org/doi-handbook/HTML/, section 3.2, in ASCII.

No pattern is compiled at import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

Scheme = Literal["arxiv", "doi", "openreview", "url"]

# ASCII ranges throughout: \d would match the digits of every script, and a negated space class
# terminal escape codes.
_MONTH = r"(?:0[1-9]|1[0-2])"
_OLD_NUMBER = rf"[0-9]{{2}}{_MONTH}[0-9]{{3}}"
_NEW_ARXIV = rf"(?:0[7-9]|1[0-4]){_MONTH}\.[0-9]{{4}}|(?:1[5-9]|[2-9][0-9]){_MONTH}\.[0-9]{{5}}"
ARXIV_ID = rf"(?:{_NEW_ARXIV}|[a-z-]+(?:\.[A-Z]{{2}})?/{_OLD_NUMBER})"
"""An arXiv id without a version."""
DOI = r"10\.[0-9]{4,9}/[!-$&-\[\]-z|~]+"
"""A DOI in text, not in a URL."""
URL = r"https?://[!#-;=?-\[\]_a-z~]+"
"""A URL as a browser copies it."""

# The prefix of an arXiv id: `arXiv:`, a page of arXiv, or the DOI that arXiv assigns.
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
# In running text, an id with a wrong number of digits as well: the error can then be reported.
_ARXIV_IN_TEXT = (
    rf"(?<![0-9])(?<![0-9]\.)([0-9]{{2}}{_MONTH}\.[0-9]{{4,5}})(?:v[0-9]+)?(?![0-9]|\.[0-9])"
    r"|(?:(?<![\w./-])|(?<=/abs/)|(?<=/pdf/)|(?<=[aA]r[xX]iv\.))"
    rf"([a-z]+(?:-[a-z]+)?(?:\.[A-Z]{{2}})?/{_OLD_NUMBER})(?![0-9])"
)
# Behind the name of arXiv, whatever has the shape of an id: `arXiv:1713.00887` as well.
_ARXIV_SHAPE = r"[0-9]{4}\.[0-9]{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/[0-9]{7}"
_NAMED_ARXIV = (
    r"(?i:(?<![a-z])arxiv(?:\.org/(?:abs|pdf|html)/|\s*:\s*(?:abs/)?|\.|\s+)|\bcorr[,\s]+abs/|^\s*abs/)"
    rf"({_ARXIV_SHAPE})(?:v[0-9]+)?(?![\w/-]|\.[0-9])"
)
# Some old DOIs contain `<1661::AID-SIM968>`; any other such character belongs to the markup of a
# page.
_DOI_IN_TEXT = (
    r"(?<![0-9.])10\.[0-9]{4,9}/(?:[^\s\"<>|\\]|<[^\s\"<>:]{0,40}::[^\s\"<>:]{0,40}>){1,400}"
)
# Elsewhere `corr` means correspondence and correction.
_SAYS_ARXIV = r"(?<![a-z])arxiv|\bcorr\b(?!\.)|(?-i:\bCoRR\b)|^\s*abs/|10\.48550/"
_IN_ARXIV = ("arxiv", "corr", "abs/", "10.48550/")
_ALL_OF_ARXIV = (
    r"https?://\S*|10\.48550/\S+|(?<![a-z-])[a-z-]+(?:\.[a-z-]{2,})?/[0-9]{7}"
    r"|[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|\b(?:v|version) ?[0-9]+\b"
    r"|arxiv(?:\.org)?|\bcorr\b|e-?prints?|pre-?prints?|available|\bat\b|\bin\b|\burl|\\[a-z]+"
    r"|\[[a-z]+(?:[.-][a-z]+)*\]|abs/"
)
_PMLR = r"proceedings\.mlr\.press/v([0-9]+)/"
_NEURIPS = r"(?:neurips|nips)\.cc/paper(?:_files/paper)?/([0-9]{4})/"
_PDFS = (
    (r"(https://proceedings\.mlr\.press/v[0-9]+)/([a-z0-9-]+)\.html", r"\1/\2/\2.pdf"),
    (r"(https://jmlr\.org/papers)/v([0-9]+)/([0-9]+-[0-9]+)\.html", r"\1/volume\2/\3/\3.pdf"),
    (r"(https://openreview\.net)/forum\?id=([\w-]+)", r"\1/pdf?id=\2"),
    # Since 2022 the name of a paper's track is part of its address.
    (
        r"(https://proceedings\.neurips\.cc/paper_files/paper/(?:19[0-9]{2}|200[0-9]|201[0-9]|202[01]))"
        r"/hash/([0-9a-f]+)-Abstract\.html",
        r"\1/file/\2-Paper.pdf",
    ),
    (r"(https?://[!-~]+\.pdf)(?:#[!-~]*)?", r"\g<0>"),
)
"""Pages of works, and the addresses of their PDFs."""
_CLOSERS = {")": "(", "]": "["}
_ESCAPES = {ord(char): f"%{ord(char):02X}" for char in '"#<>?[]^`{|}'}
"""Characters of DOIs that have another meaning in a URL."""

PATTERNS = {
    "arxivLead": (_ARXIV_LEAD, re.IGNORECASE | re.ASCII),
    "arxiv": (rf"^({ARXIV_ID}){_ARXIV_TAIL}$", re.ASCII),
    "doiLead": (_DOI_LEAD, re.IGNORECASE | re.ASCII),
    "doi": (f"^{DOI}$", re.ASCII),
    "openreview": (f"^{_OPENREVIEW}$", re.IGNORECASE | re.ASCII),
    "url": (f"^{URL}$", re.ASCII),
    "arxivInText": (_ARXIV_IN_TEXT, 0),
    "doiInText": (_DOI_IN_TEXT, 0),
}
"""The patterns and flags that the search of the page needs, by name."""


_compiled = cache(re.compile)
"""`re` also caches patterns, but takes twice as long to look one up."""


class Identifier(NamedTuple):
    """An identifier of a work: an id in a scheme, or a URL."""

    scheme: Scheme
    value: str
    """In the form of the records; a URL with https and without a slash at the end."""
    version: int | None = None
    """The version of an arXiv id, if it was given."""

    @property
    def url(self) -> str:
        """The URL for a browser."""
        if self.scheme == "arxiv":
            version = "" if self.version is None else f"v{self.version}"
            return f"https://arxiv.org/abs/{self.value}{version}"
        if self.scheme == "doi":
            return f"https://doi.org/{self.value.translate(_ESCAPES)}"
        if self.scheme == "openreview":
            return f"https://openreview.net/forum?id={self.value}"
        return self.value

    @property
    def folded(self) -> str:
        """The value for comparing: capitals do not distinguish DOIs or arXiv ids.

        Nor does the class in `math.GT/0309136` distinguish old arXiv ids: arXiv counts by archive.
        """
        if self.scheme == "arxiv":
            archive, slash, number = self.value.partition("/")
            return f"{archive.partition('.')[0]}/{number}" if slash else archive
        return self.value.lower() if self.scheme == "doi" else self.value


def parse_identifier(text: str) -> Identifier | None:
    """Return the identifier that a text is, in any spelling; None if it is none.

    >>> parse_identifier("arxiv.org/pdf/1703.00887v2.pdf")
    Identifier(scheme='arxiv', value='1703.00887', version=2)
    >>> parse_identifier("https://doi.org/10.1016/0378-8733(89)90017-8").value
    '10.1016/0378-8733(89)90017-8'
    >>> parse_identifier("https://openreview.net/pdf?id=rJ4km2R5t7").url
    'https://openreview.net/forum?id=rJ4km2R5t7'
    >>> parse_identifier("1713.00887") is None
    True
    """
    if text.isalpha():  # most words of a query
        return None
    plain = _plain(text).strip().removeprefix("\\url ")
    return _arxiv(plain) or _doi(plain) or _openreview(plain) or _address(plain)


def parse_field(scheme: Literal["arxiv", "doi"], value: str) -> Identifier | None:
    """Return the identifier in the valid `eprint` or `doi` of a record, as `parse_identifier` does.

    The usual forms need no parsing: an arXiv id since 2007, and a DOI that is not arXiv's.
    """
    usual = value[0].isdigit() if scheme == "arxiv" else not is_arxiv_doi(value)
    return Identifier(scheme, value) if usual else parse_identifier(value)


def _arxiv(text: str) -> Identifier | None:
    bare = text.partition("?")[0].partition("#")[0].rstrip("/")
    lead = re.match(_ARXIV_LEAD, bare, re.IGNORECASE | re.ASCII)
    rest = bare[lead.end() :] if lead else bare
    archive, slash, number = rest.partition("/")
    if slash:  # in `math.GT` the archive is in lower case and the class in capitals
        archive, point, area = archive.partition(".")
        rest = f"{archive.lower()}{point}{area.upper()}/{number}"
    found = re.fullmatch(rf"({ARXIV_ID}){_ARXIV_TAIL}", rest, re.ASCII)
    if found is None:
        return None
    return Identifier("arxiv", found[1], int(found[2]) if found[2] else None)


def _doi(text: str) -> Identifier | None:
    lead = re.match(_DOI_LEAD, text, re.IGNORECASE | re.ASCII)
    rest = text[lead.end() :] if lead else text
    if lead and "/" in lead[0]:  # in a URL, `?` and `#` begin another part
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
    """Return the arXiv ids in a text, without versions, each once.

    Everything that looks like an id is returned: a text on another subject may contain a number
    like `1703.0088`, so check `says_arxiv` if that matters.

    >>> find_arxiv_ids("arXiv:1703.00887v2, and math.GT/0309136; grant 1713.0088")
    ['1703.00887', 'math.GT/0309136']
    """
    matches = _compiled(_ARXIV_IN_TEXT).finditer(_plain(text))
    return list(dict.fromkeys(match[1] or match[2] for match in matches))


def find_impossible_arxiv_ids(text: str, is_id: bool = False) -> list[str]:
    """Return what a text calls an arXiv id, although no id has that month or number of digits.

    `is_id`: the text is an id as a whole, so that nothing has to call it one.

    >>> find_impossible_arxiv_ids("arXiv:1713.00887v2 and arXiv:1703.00887; grant 1713.0088")
    ['1713.00887']
    >>> find_impossible_arxiv_ids("1703.0088", is_id=True)
    ['1703.0088']
    """
    plain = _plain(text)
    named = [match[1] for match in _compiled(_NAMED_ARXIV).finditer(plain)]
    whole = (
        re.fullmatch(rf"\s*({_ARXIV_SHAPE}){_ARXIV_TAIL}\s*", plain, re.ASCII) if is_id else None
    )
    if whole:
        named.append(whole[1])
    return [one for one in dict.fromkeys(named) if not re.fullmatch(ARXIV_ID, one)]


def find_dois(text: str) -> list[str]:
    """Return the DOIs in a text, each once, without the punctuation after them.

    >>> find_dois("(doi:10.1016/S0169-7552(98)00110-X); https://doi.org/10.1137/15M1024950.")
    ['10.1016/S0169-7552(98)00110-X', '10.1137/15M1024950']
    """
    return list(dict.fromkeys(_dois(_plain(text)))) if "10." in text else []


def _dois(text: str) -> Iterator[str]:
    position = 0
    while match := _compiled(_DOI_IN_TEXT).search(text, position):
        plain = _balanced(match[0])
        position = match.start() + len(plain)
        plain = plain.rstrip(".,;:*_`'/")
        if "/" in plain:
            yield plain


def _balanced(text: str) -> str:
    """Return a text up to the first bracket that closes none of its own."""
    opened: list[str] = []
    for place, char in enumerate(text):
        if char in "([":
            opened.append(char)
        elif char in _CLOSERS and (not opened or opened.pop() != _CLOSERS[char]):
            return text[:place]
    return text


def says_arxiv(text: str) -> bool:
    """Return whether a text mentions arXiv, or CoRR, its part on computing.

    >>> says_arxiv("CoRR"), says_arxiv("Corrected proof"), says_arxiv("{Ar{X}iv}")
    (True, False, True)
    """
    plain = _plain(text)
    lower = plain.lower()
    if not any(part in lower for part in _IN_ARXIV):  # as in most texts
        return False
    return _compiled(_SAYS_ARXIV, re.IGNORECASE).search(plain) is not None


def is_arxiv_alone(text: str) -> bool:
    """Return whether a text gives only the work's location on arXiv.

    >>> is_arxiv_alone("arXiv:1703.00887 [cs.LG]"), is_arxiv_alone("arXiv; read chapter 2")
    (True, False)
    """
    plain = _plain(text)
    if not says_arxiv(plain):
        return False
    return not re.search(r"[^\W_]", re.sub(_ALL_OF_ARXIV, _of_arxiv, plain, flags=re.IGNORECASE))


def _of_arxiv(found: re.Match[str]) -> str:
    """Return a space for what is arXiv's; the URL of another site stays."""
    text = found[0].lower()
    return found[0] if text.startswith("http") and not re.search("arxiv|48550", text) else " "


def is_doi(text: str) -> bool:
    """Return whether a text is a bare DOI, not even a URL or followed by a full stop."""
    plain = _plain(text).strip()
    whole = re.fullmatch(DOI, plain) is not None and not plain.endswith((".", ",", ";"))
    return whole or find_dois(plain) == [plain]


def is_arxiv_doi(doi: str) -> bool:
    """Return whether arXiv assigned a DOI to a preprint."""
    return doi.lower().startswith("10.48550/")


def arxiv_year(identifier: str) -> int:
    """Return the year of an arXiv id; arXiv began in 1991.

    >>> arxiv_year("1703.00887"), arxiv_year("cond-mat/9907343")
    (2017, 1999)
    """
    digits = int(_number(identifier)[:2])
    return digits + (1900 if digits > 90 else 2000)


def arxiv_month(identifier: str) -> int:
    """Return the month of an arXiv id.

    >>> arxiv_month("1703.00887"), arxiv_month("cond-mat/9907343")
    (3, 7)
    """
    return int(_number(identifier)[2:4])


def _number(identifier: str) -> str:
    return identifier.rpartition("/")[2]


def pmlr_volume(url: str) -> str | None:
    """Return the volume of the Proceedings of Machine Learning Research in a URL."""
    found = re.search(_PMLR, url)
    return found[1] if found else None


def neurips_year(url: str) -> int | None:
    """Return the year of the NeurIPS proceedings in a URL."""
    found = re.search(_NEURIPS, url)
    return int(found[1]) if found else None


def public_pdf(url: str | None, eprint: str | None) -> str | None:
    """Return the address of a work's PDF that anybody may read, from its page at a publisher that
    names PDFs after their pages, or from its arXiv id; None if neither is known.

    >>> public_pdf("https://proceedings.mlr.press/v70/jin17a.html", "1703.00887")
    'https://proceedings.mlr.press/v70/jin17a/jin17a.pdf'
    >>> public_pdf("https://jmlr.org/papers/v18/14-546.html", None)
    'https://jmlr.org/papers/volume18/14-546/14-546.pdf'
    >>> public_pdf("https://openreview.net/forum?id=CQsmMYmlP5T", None)
    'https://openreview.net/pdf?id=CQsmMYmlP5T'
    >>> public_pdf(None, "1703.00887"), public_pdf("https://example.org/", None)
    ('https://arxiv.org/pdf/1703.00887', None)
    """
    for page, pdf in _PDFS:
        found = _compiled(page).fullmatch(url or "")
        if found:
            return found.expand(pdf)
    return f"https://arxiv.org/pdf/{eprint}" if eprint else None


def _plain(text: str) -> str:
    r"""Return a text without braces, and without LaTeX's escapes.

    >>> _plain(r"10.1002/a{\_}b{\textless}1::2{\textgreater}")
    '10.1002/a_b<1::2>'
    """
    if "\\" in text:
        text = re.sub(r"(\\href\s*\{[^{}]*\})\s*\{", r"\1 {", text)  # the text of a link begins
        text = re.sub(r"\\([_%&#~])", r"\1", text)
        text = re.sub(r"\\textless\b ?", "<", re.sub(r"\\textgreater\b ?", ">", text))
        text = re.sub(r"(\\[A-Za-z]+)\{", r"\1 ", text)  # the name of a command ends here
    return text.replace("{", "").replace("}", "")


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote  # importing it takes longer than all the work done here

    return unquote(text)
