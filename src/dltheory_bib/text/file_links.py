r"""The `file` field of a .bib: links to copies, as JabRef, Zotero and Mendeley write them.

JabRef writes `description:path:type`, Zotero `title:path:mime type`, with a backslash before
`:`, `;` and `\`; several are joined by `;`. Older versions leave drives and backslashes of Windows
as they are, Mendeley writes `$\backslash$`; some programs write paths alone.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"[\\:;$]")
_PATH = re.compile(r"[/\\]|\.\w+$")
_ENTITY = re.compile(r"&(?:#\w+|[a-z]+);")
_KINDS = {".pdf": "PDF"}
"""The types that both programs know by one name."""


def file_links(value: str) -> list[str]:
    r"""Return the paths and addresses of a field.

    >>> file_links(r"Full text:papers/a\;b.pdf:application/pdf;:C\:\\me\\c.pdf:PDF; d.pdf")
    ['papers/a;b.pdf', 'C:\\me\\c.pdf', 'd.pdf']
    """
    value = value.replace(r"$\backslash$", "\\").strip()
    if re.match(r"\w+://", value) and not re.search(r"(?<!\\);", value):
        return [value]
    links = map(_link, _records(value))
    return list(dict.fromkeys(filter(None, links)))


def _records(value: str) -> list[list[str]]:
    """Split a field into records, and these into parts; what is escaped is no separator."""
    records, parts, part = [], list[str](), ""
    place = 0
    while place < len(value):
        char = value[place]
        following = value[place + 1 : place + 2]
        if char == "\\" and following:
            # Before letters and digits it is the separator of a path of Windows.
            part += following if not following.isalnum() and following != "." else char + following
            place += 2
            continue
        if entity := _ENTITY.match(value, place):
            part += entity[0]
            place = entity.end()
            continue
        if char == ":" and not _is_drive(part, following):
            parts.append(part)
            part = ""
        elif char == ";":
            records.append([*parts, part])
            parts, part = [], ""
        else:
            part += char
        place += 1
    return [*records, [*parts, part]]


def _is_drive(part: str, following: str) -> bool:
    """Return whether a colon belongs to `C:\\`, or to the start of an address."""
    drive = len(part) == 1 and part.isalpha() and following in {"\\", "/"}
    return drive or (part.lower() in {"http", "https", "file"} and following == "/")


def _link(parts: list[str]) -> str:
    """Return the path of a record: its second part, or the only one that is not empty."""
    plain = [part.strip() for part in parts]
    if len(plain) >= 3:
        return plain[1] or plain[0] or plain[2]
    if len(plain) == 2:  # `description:path`, or `path:type`
        is_path = _PATH.search(plain[1]) or not _PATH.search(plain[0])
        return plain[1] if plain[1] and is_path else plain[0]
    return plain[0]


def to_file_field(links: Iterable[str]) -> str:
    r"""Return the value of a field that JabRef and Zotero read.

    >>> print(to_file_field(["a;b.pdf", "C:\\me\\c.djvu"]))
    :a\;b.pdf:PDF;:C\:\\me\\c.djvu:image/vnd.djvu
    """
    return ";".join(f":{_SPECIAL.sub(_escaped, link)}:{_kind(link)}" for link in links)


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _kind(link: str) -> str:
    suffix = re.search(r"\.\w+$", link)
    if suffix and suffix[0].lower() in _KINDS:
        return _KINDS[suffix[0].lower()]
    return mimetypes.guess_type(link.replace("\\", "/"))[0] or "URL" * link.startswith("http")
