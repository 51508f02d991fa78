r"""Read a file of the user: the one way in, for every command and every call.

A path names an ordinary file, `-` (standard input), or a pipe that the shell hands over
(`check <(…)`, `/dev/fd/N`). It is read in pieces, up to a limit. A device, a socket, a directory, a
named pipe on disk and a loop of links are refused: they hold no data, or never end.

The encoding is UTF-8, else UTF-16 with a byte order mark, else the one that the file declares, else
Windows-1252 or Latin-1. A file is encoded again to the bytes that it had.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple, NoReturn

from dltheory_bib.errors import DataError, Problem

LARGEST = 100
"""The most megabytes (of 1,048,576 bytes) that are read of a file, unless `VARIABLE` says more."""
VARIABLE = "DLTHEORY_MAX_MB"
"""The environment variable that sets another limit, in megabytes."""
STANDARD_INPUT = "-"
UNREADABLE = frozenset({"file", "size", "encoding", "xml"})
"""The rules of files whose text cannot be read at all."""

_compiled = cache(re.compile)
"""No pattern is compiled at import: most commands read no file."""
_PIECE = 1 << 20
_HANDED_OVER = r"/dev/(?:stdin|fd/(\d+))|/proc/(?:self|\d+)/fd/(\d+)"
_KINDS = {
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFIFO: "a named pipe",
}
_MOST_KEPT = 8
_kept: dict[tuple[int, int], bytes] = {}
"""What was read from pipes: it can be read once, but some files are read twice."""
_read: list[str] = []
"""The name of the file that was read last, for an error that no rule foresees."""


class TextFile(NamedTuple):
    """A file of the user as text."""

    name: str
    """As the user would type it."""
    text: str
    encoding: str = "utf-8"
    """Python's name of its encoding."""
    how: str = ""
    """How the encoding was found, if it is not UTF-8."""

    @property
    def note(self) -> str:
        """A note about its encoding; empty for UTF-8."""
        return f"{self.name} is read as {label(self.encoding)}, {self.how}" if self.how else ""


def shown(path: Path) -> str:
    """Return a path as the user would type it: relative if it is below the working directory."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):
        return str(path)


def limit() -> int:
    """Return the most bytes that are read of a file."""
    try:
        megabytes = float(os.environ.get(VARIABLE, ""))
    except ValueError:
        megabytes = LARGEST
    return int((megabytes if 0 < megabytes < 4000 else LARGEST) * (1 << 20))


def is_stream(path: Path) -> bool:
    """Return whether a path names standard input or a pipe that the shell hands over."""
    if str(path) == STANDARD_INPUT:
        return True
    try:
        return _descriptor(path) is not None and not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_readable(path: Path) -> bool:
    """Return whether a path names an ordinary file or a stream."""
    try:
        return is_stream(path) or path.is_file()
    except (OSError, ValueError):
        return False


def read_bytes(path: Path) -> bytes:
    """Return the content of a file. Raises `DataError` with the reason if it cannot be read."""
    name = shown(path)
    _read[:] = [name]
    try:
        handle = _open(path, name)
        try:
            return _content(handle, name)
        finally:
            _close(handle)
    except FileNotFoundError:
        refuse(name, "file", "does not exist")
    except OSError as error:
        if error.errno == errno.ELOOP:
            refuse(name, "file", "is a loop of links; name a file")
        refuse(name, "file", f"cannot be read: {(error.strerror or str(error)).lower()}")
    except ValueError:
        refuse(name, "file", "is not a file name")


def last_read() -> str:
    """Return the name of the file that was read last; empty if there was none."""
    return "".join(_read)


def read_start(path: Path, size: int) -> bytes:
    """Return the first bytes of a file; none if it cannot be read."""
    try:
        if is_stream(path):
            return read_bytes(path)[:size]
        handle = _open(path, "")
    except (OSError, ValueError, DataError):
        return b""
    try:
        return os.read(handle, size)
    except OSError:
        return b""
    finally:
        _close(handle)


def read_text(path: Path, exact: bool = False) -> TextFile:
    """Return the text of a file. Raises `DataError` with the reason if it cannot be read.

    Stray bytes in a file of UTF-8 become the letters of Windows-1252; with `exact` they are kept as
    surrogates, as `encode` needs them.
    """
    name = shown(path)
    made = decode(read_bytes(path), name)
    return made if exact else TextFile(name, legible(made.text), made.encoding, made.how)


def refuse(name: str, rule: str, message: str, line: int = 0, column: int = 0) -> NoReturn:
    """Raise a `DataError` with one problem."""
    raise DataError([Problem(name, line, column, "error", rule, message)])


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that a path names."""
    if str(path) == STANDARD_INPUT:
        return 0
    found = _compiled(_HANDED_OVER).fullmatch(str(path))
    return int(found[1] or found[2] or 0) if found else None


def _open(path: Path, name: str) -> int:
    """Open a file or duplicate the open one that a path names; refuse any other kind of path."""
    number = _descriptor(path)
    if number is not None:
        mode = os.fstat(number).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(number):
            return os.dup(number)
        if str(path) == STANDARD_INPUT and stat.S_ISREG(mode):
            handle = os.dup(number)
            os.lseek(handle, 0, os.SEEK_SET)
            return handle
    # A named pipe without a writer would be waited for.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    mode = path.stat().st_mode if number is None else os.fstat(number).st_mode
    _guard(mode, name)
    handle = os.open(path, flags)
    try:
        _guard(os.fstat(handle).st_mode, name)  # it may have been replaced meanwhile
    except BaseException:
        _close(handle)
        raise
    return handle


def _close(handle: int) -> None:
    """Close a file that was read: what is read cannot be lost any more."""
    with suppress(OSError):
        os.close(handle)


def _guard(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        refuse(name, "file", "is a directory; name a file in it")
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "not an ordinary file")
        advice = "save the data in a file" if kind != "a named pipe" else "write `- < PIPE`"
        refuse(name, "file", f"is {kind}, which may never end; {advice}")


def _content(handle: int, name: str) -> bytes:
    """Read an open file in pieces, up to the limit."""
    status = os.fstat(handle)
    mark = status.st_dev, status.st_ino
    lasting = stat.S_ISREG(status.st_mode)
    if not lasting and mark in _kept:
        return _kept[mark]
    most = limit()
    if lasting and status.st_size > most:
        _too_large(name, most)
    pieces, size = [], 0
    while piece := os.read(handle, _PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            _too_large(name, most)
    content = b"".join(pieces)
    if not lasting:
        while len(_kept) >= _MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[mark] = content
    return content


def _too_large(name: str, most: int) -> NoReturn:
    megabytes = f"{most / (1 << 20):g}"
    refuse(
        name,
        "size",
        f"is larger than {megabytes} MB; split it, or set the environment variable {VARIABLE} "
        "to more megabytes",
    )


# Encodings

_DECLARED = (
    rb"(?mi)^[ \t]*%+[ \t]*!TeX[ \t]+(?:encoding|inputenc)[ \t]*=[ \t]*([\w. -]+)"
    rb"|^[ \t]*%+[ \t]*Encoding:[ \t]*([\w.-]+)"
    rb"|-\*-[^\n]{0,200}?coding:[ \t]*([\w.-]+)"
    rb"|^[^%\n]{0,200}?\\(?:usepackage|RequirePackage)[ \t]*\[([\w, ]+)\][ \t]*\{inputenc\}"
    rb"|^[^%\n]{0,200}?\\inputencoding[ \t]*\{([\w-]+)\}"
)
_DECLARED_WITHIN = 20_000
# The names of TeXShop, TeXworks and inputenc that Python does not know.
_NAMES = {
    "ansinew": "cp1252",
    "isolatin": "latin-1",
    "isolatin1": "latin-1",
    "isolatin2": "iso8859-2",
    "isolatin5": "iso8859-5",
    "isolatin9": "iso8859-15",
    "isolatingreek": "iso8859-7",
    "windowslatin1": "cp1252",
    "windowslatin2": "cp1250",
    "macosroman": "mac_roman",
    "macroman": "mac_roman",
    "applemac": "mac_roman",
    "macce": "mac_latin2",
    "latin4": "iso8859-4",
    "latin10": "iso8859-16",
    "cp437de": "cp437",
    "dosjapanese": "cp932",
}
_CODECS = (
    r"latin_?1|iso8859[-_]\d+|cp(?:1250|1251|1252|1253|1254|1257|437|850|852|858|865|866|932)"
    r"|mac[-_](?:roman|latin2|cyrillic|greek|turkish)|koi8[-_][ru]|ascii"
    r"|euc_(?:jp|kr)|shift_jis|gbk|gb2312|gb18030|big5"
)
_NOT_LATIN_1 = rb"[\x80-\x9f]"
_UNDEFINED = rb"[\x81\x8d\x8f\x90\x9d]"
_STRAY = "[\udc80-\udcff]"
_LETTERS = "[^\x00-\x7f\udc80-\udcff]"
_LABELS = {
    "latin-1": "Latin-1",
    "cp1252": "Windows-1252",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-8": "UTF-8",
}


def decode(raw: bytes, name: str) -> TextFile:
    """Decode the content of a file; stray bytes in a file of UTF-8 become surrogates.

    A byte order mark of UTF-8 stays in the text. Raises `DataError` for what is no text: null
    bytes, or half a character of UTF-16.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf16(raw, name)
    if b"\0" in raw:
        _refuse_null(raw, name)
    try:
        return TextFile(name, raw.decode())
    except UnicodeDecodeError:
        pass
    text = raw.decode("utf-8", "surrogateescape")
    if _compiled(_LETTERS).search(text):  # a byte order mark as well
        return TextFile(name, text, "utf-8", "with bytes of Windows-1252 in it")
    del text
    declared = _declared(raw)
    if declared:
        return TextFile(name, raw.decode(declared), declared, "as it declares")
    encoding = "cp1252" if _is_windows(raw) else "latin-1"
    return TextFile(name, raw.decode(encoding), encoding, "because it is not UTF-8")


def encode(text: str, encoding: str) -> bytes:
    """Encode a text as the file that it is from; raises `UnicodeEncodeError`."""
    if encoding in {"utf-16-le", "utf-16-be"}:
        mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
        return mark + text.encode(encoding)
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")


def is_unicode(encoding: str) -> bool:
    """Return whether an encoding has every letter."""
    return encoding.startswith("utf-")


def label(encoding: str) -> str:
    """Return the name of an encoding for a message."""
    return _LABELS.get(encoding, encoding.upper())


def legible(text: str) -> str:
    """Return a text whose stray bytes are letters of Windows-1252."""
    return text if text.isascii() else _compiled(_STRAY).sub(lambda found: _letter(found[0]), text)


def _letter(char: str) -> str:
    """Return the letter of Windows-1252, else of Latin-1, for a byte kept as a surrogate."""
    byte = bytes([ord(char) - 0xDC00])
    return byte.decode("latin-1" if _compiled(_UNDEFINED).match(byte) else "cp1252")


def _utf16(raw: bytes, name: str) -> TextFile:
    little = raw.startswith(codecs.BOM_UTF16_LE)
    if raw.startswith(codecs.BOM_UTF32_LE):
        refuse(name, "encoding", "is in UTF-32; save it as UTF-8")
    encoding = "utf-16-le" if little else "utf-16-be"
    try:
        text = str(memoryview(raw)[2:], encoding)
    except UnicodeDecodeError as error:
        before = raw[2 : 2 + error.start].decode(encoding, "replace")
        message = "is in UTF-16, but half a character is missing here; save it as UTF-8"
        refuse(name, "encoding", message, *_place(before))
    if "\0" in text:
        message = "contains a null character, so it is not a text; delete it"
        refuse(name, "encoding", message, *_place(text[: text.index("\0")]))
    return TextFile(name, text, encoding, "by its byte order mark")


def _refuse_null(raw: bytes, name: str) -> NoReturn:
    start = raw[:2000]
    if start.count(b"\0") > len(start) * 0.3:
        message = "contains null bytes, as UTF-16 without a byte order mark does; save it as UTF-8"
    else:
        message = "contains a null byte, so it is not a text; delete it, or name another file"
    before = raw[: raw.index(b"\0")].decode("latin-1")
    refuse(name, "encoding", message, *_place(before))


def _place(before: str) -> tuple[int, int]:
    """Return line and column after a text."""
    ends = list(re.finditer(r"\r\n|\r|\n", before))
    return len(ends) + 1, len(before) - (ends[-1].end() if ends else 0) + 1


def _is_windows(raw: bytes) -> bool:
    """Return whether bytes of one encoding or the other are in Windows-1252, not in Latin-1."""
    return bool(_compiled(_NOT_LATIN_1).search(raw)) and not _compiled(_UNDEFINED).search(raw)


def _declared(raw: bytes) -> str | None:
    """Return the encoding that a file declares, if it is one that fits its bytes."""
    for found in _compiled(_DECLARED).finditer(raw, 0, _DECLARED_WITHIN):
        stated = next(part for part in found.groups() if part).decode("ascii", "replace")
        for part in stated.split(","):
            plain = re.sub(r"[^a-z0-9]", "", part.lower())
            try:
                codec = codecs.lookup(_NAMES.get(plain) or part.strip()).name
            except (LookupError, ValueError):
                continue
            if not _compiled(_CODECS).fullmatch(codec):
                continue
            if codec == "iso8859-1":  # as browsers do: the others of its codes are no letters
                codec = "cp1252" if _is_windows(raw) else "latin-1"
            try:
                if raw.decode(codec).encode(codec) == raw:
                    return codec
            except UnicodeError:
                continue
    return None
