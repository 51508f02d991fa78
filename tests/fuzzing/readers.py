"""Every reader of a user's file, and what must hold for any file.

A reader raises nothing but the package's own errors. What is printed has no control characters. No
byte and no entry is lost, and a second run changes nothing.
"""

from __future__ import annotations

import codecs
import io
import json
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import click

from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile import find_works
from dltheory_bib.bibfile.bib_parser import BibFile, read_bib
from dltheory_bib.bibfile.coverage import cover, read_list
from dltheory_bib.bibfile.fix.fixer import Fixed, fix
from dltheory_bib.bibfile.importers import read_drafts
from dltheory_bib.bibfile.lint.linter import lint
from dltheory_bib.bibfile.new_collection import collect
from dltheory_bib.cli.app import visible
from dltheory_bib.cli.fix import _coloured
from dltheory_bib.cli.main import main
from dltheory_bib.display.printable import printable
from dltheory_bib.errors import BibliographyError, DataError, QueryError, UnsafeChangeError
from dltheory_bib.manuscript.cited_works import cite
from dltheory_bib.manuscript.manuscript import Citation, Manuscript, read_manuscript
from dltheory_bib.query.run import ask
from dltheory_bib.snapshot.cache import open_snapshot
from dltheory_bib.source.loader import check_paths
from dltheory_bib.source.yaml_reader import read_content
from dltheory_bib.source.yaml_writer import rewrite
from fuzzing.mutants import Seed
from helpers.collections import EXAMPLE

SEEDS = Path(__file__).parent / "seeds"
COMMANDS_EACH = 16
"""One mutant in so many also goes through the command, which takes longer than the reader."""
_ENDS = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")  # those that YAML counts
_CONTROL = re.compile(
    r"(?![\n\t])[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class BrokenPromiseError(AssertionError):
    """A property that a file broke."""


find_works._Reader = lru_cache(1)(find_works._Reader)  # type: ignore[misc]
"""The index of titles is the same for every list; making it takes most of the time."""


@dataclass
class Bench:
    """What readers work with: a bibliography, a folder of their own, random choices."""

    bib: Bibliography
    folder: Path
    draw: random.Random = field(default_factory=random.Random)
    commands_each: int = COMMANDS_EACH
    lost: int = 0
    """Bytes that were lost."""

    def write(self, file: Seed) -> Path:
        """Write a file in the folder."""
        path = self.folder / file.name
        path.write_bytes(file.data)
        return path

    def command(self, *words: str, copies: bool = False) -> None:
        """Run a command now and then, and judge what it prints.

        One that `copies` a file to its output prints the characters of the file.
        """
        if self.draw.randrange(self.commands_each):
            return
        code, out, err = run(*words)
        _expect(code in {0, 1, 2}, "exit code", str(code))
        _expect("[unexpected]" not in err, "unexpected error", err)
        _expect("Traceback" not in err, "traceback", err)
        _printable("standard error", err)
        if not copies:
            _printable("standard output", out)


def run(*words: str) -> tuple[int, str, str]:
    """Return the exit code of a command and what it printed."""
    streams = sys.stdout, sys.stderr
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stdout, sys.stderr = out, err
    try:
        code = main(list(words))
        out.flush()
        err.flush()
    finally:
        sys.stdout, sys.stderr = streams
    printed = (stream.buffer.getvalue() for stream in (out, err))  # type: ignore[attr-defined]
    return code, *(text.decode("utf-8", "replace") for text in printed)


def _expect(held: bool, promise: str, detail: str = "") -> None:
    if not held:
        raise BrokenPromiseError(f"{promise}: {detail[:2000]}")


def _printable(what: str, *texts: str) -> None:
    for text in texts:
        bad = [] if text.isprintable() else sorted(set(_CONTROL.findall(text)))
        _expect(not bad, f"control characters in {what}", f"{bad!r} in {text!r}")


def _places(data: str, places: Iterable[tuple[int, int]]) -> None:
    lines = len(_ENDS.split(data))
    for line, column in places:
        _expect(
            0 <= line <= lines + 1 and column >= 0, "place", f"{line}:{column} of {lines} lines"
        )


# .bib


def _read(bench: Bench, path: Path, data: bytes) -> BibFile | None:
    try:
        file = read_bib(path)
    except DataError as error:
        _printable("message", *map(visible, map(str, error.problems)))
        return None
    back = file.encode(file.text)
    bench.lost += max(len(data) - len(back), 0)
    _expect(back == data, "bytes lost in reading", f"{len(data)} -> {len(back)}")
    return file


def bib_fix(bench: Bench, given: Seed) -> None:
    """Fix a .bib: entries in are entries out, other bytes stay, a second run changes nothing."""
    path = bench.write(given)
    file = _read(bench, path, given.data)
    if file is not None:
        options: dict[str, Any] = {
            "keep_preprint": bench.draw.random() < 0.3,
            "venues": bench.draw.choice(("as-is", "as-is", "long", "short")),
            "merge": bench.draw.random() < 0.3,
        }
        try:
            made = fix(bench.bib, file, **options)
        except UnsafeChangeError as error:
            _expect("save it as UTF-8" in str(error), "unsafe change", str(error))
            return
        if made.edits:
            _fixed(bench, path, file, made, options)
    words = ["fix", str(path)]
    words += [f"--{name}" for name in ("merge", "keep-preprint") if bench.draw.random() < 0.2]
    bench.command(*words, copies=True)


def _fixed(bench: Bench, path: Path, file: BibFile, made: Fixed, options: dict[str, Any]) -> None:
    for line in made.diff():
        _printable("diff", click.unstyle(_coloured(line)))
    _printable("changes", *(visible(c.text) for one in made.changed for c in one.changes))
    last, expected = 0, []
    for entry in file.entries:
        if made.edits.get(entry.start):
            expected += [file.text[last : entry.start], made.edits[entry.start]]
            last = entry.end
    text = "".join([*expected, file.text[last:]])
    if not made.merged and made.text != text:
        bench.lost += abs(len(text) - len(made.text))
        raise BrokenPromiseError(f"bytes changed outside of edits: {options}")
    path.write_bytes(file.encode(made.text))
    after = read_bib(path)
    keys = Counter(entry.key for entry in after.entries)
    gone = Counter(entry.key for entry in file.entries)
    gone.subtract(keys)
    lost = {key for key, count in gone.items() if count and key not in made.merged}
    _expect(not lost, "entries lost", f"{lost} {options}")
    again = fix(bench.bib, after, **options)
    same = after.encode(again.text) == file.encode(made.text)
    _expect(same, "second run", "".join(again.diff()))


def bib_check(bench: Bench, given: Seed) -> None:
    """Check a .bib: every problem has a place in the file."""
    path = bench.write(given)
    file = _read(bench, path, given.data)
    if file is not None:
        before = len(file.entries), file.text
        made = lint(bench.bib, [file], dialect=bench.draw.choice((None, "bibtex", "biblatex")))
        _expect(before == (len(file.entries), file.text), "judging changed the file")
        problems = made.with_verdicts()
        _places(file.text, ((one.line, one.column) for one in problems))
        _printable("message", *(visible(str(one)) for one in problems))
        _expect(all(one.message for one in problems), "empty message")
    format_ = bench.draw.choice(("text", "json", "sarif"))
    words = [] if format_ == "text" else ["--format", format_]
    bench.command("check", str(path), *words)


def bib_import(bench: Bench, given: Seed) -> None:
    """Make a collection from a .bib, .ris or CSL-JSON: `check` finds no error in it."""
    path = bench.write(given)
    try:
        drafts, notes = read_drafts(path)
    except DataError as error:
        _printable("message", *map(visible, map(str, error.problems)))
        drafts, notes = [], []
    made = collect(bench.bib, drafts, path.name)
    _printable("notes", *map(visible, (*notes, *made.left_out)))
    _printable("collection", made.papers, made.venues)
    if made.keys and not bench.draw.randrange(8):
        target = bench.folder / "made"
        target.mkdir(exist_ok=True)
        (target / "papers.yaml").write_text(made.papers, encoding="utf-8")
        (target / "venues.yaml").write_text(made.venues, encoding="utf-8")
        problems, records = check_paths([target])
        errors = [str(one) for one in problems if one.level == "error"]
        _expect(not errors, "imported collection", "\n".join(errors))
        _expect(records >= len(made.keys), "imported records", f"{records} of {len(made.keys)}")
    shutil.rmtree(bench.folder / "new", ignore_errors=True)
    bench.command("import", str(path), str(bench.folder / "new"))


def bib_cover(bench: Bench, given: Seed) -> None:
    """Compare a list (.bib, .md, .txt) with the catalogue."""
    path = bench.write(given)
    try:
        listed = read_list(bench.bib, path)
    except DataError as error:
        _printable("message", *map(visible, map(str, error.problems)))
        listed = []
    _printable("list", *(printable(f"{one.title} {one.detail}") for one in listed))
    if not bench.draw.randrange(8):
        _printable("cover", str(cover(bench.bib, listed, count=5)))
    format_ = bench.draw.choice(("json", "tsv"))
    bench.command("cover", str(path), "--format", format_)


def bib_cite(bench: Bench, given: Seed) -> None:
    """Take all entries of a .bib for a manuscript that cites everything: each is there once."""
    path = bench.write(given)
    file = _read(bench, path, given.data)
    if file is not None:
        found = Manuscript(everything=bench.draw.random() < 0.5)
        keys = [entry.key for entry in file.entries][:: bench.draw.choice((1, 2))]
        found.citations += [Citation(key, "main.tex", 1) for key in (*keys, "jin2017escape", "x")]
        made = cite(bench.bib, found, file)
        for key in made.own:
            (first, *_) = (entry for entry in file.entries if entry.key == key)
            _expect(file.source(first) in made.text, "own entry changed", key)
        _printable("notes", *map(visible, made.notes))
    tex = bench.folder / "cites.tex"
    if not tex.exists():
        tex.write_text(r"\cite{jin2017escape,doe2020own}\nocite{*}", encoding="utf-8")
    bench.command("cite", str(tex), "--bib", str(path), copies=True)


# Manuscripts


def manuscript(bench: Bench, given: Seed) -> None:
    """Read the citations of a .tex, .aux or .bcf, and write its bibliography."""
    path = bench.write(given)
    for name, text in _BESIDE.items():
        if not (bench.folder / name).exists():
            (bench.folder / name).write_text(text, encoding="utf-8")
    try:
        found = read_manuscript(path)
    except DataError as error:
        _printable("message", *map(visible, map(str, error.problems)))
    else:
        text = given.data.decode("utf-8", "replace")
        own = [one for one in found.citations if Path(one.file).name == path.name]
        _places(text, ((one.line, 0) for one in own))
        _expect(all(one.key == one.key.strip() for one in found.citations), "blanks around a key")
        _printable("message", *(visible(str(one)) for one in found.problems))
        if not bench.draw.randrange(4):
            made = cite(bench.bib, found)
            expected = len(found.keys) - len(made.unknown)
            _expect(made.entries == expected, "entries of a manuscript", str(made.entries))
    bench.command("cite", str(path), copies=True)


_BESIDE = {
    "part.tex": "A part \\cite{lee2016gradient} of \\input{main} a loop.\n",
    "part.aux": "\\relax\n\\citation{lee2016gradient}\n\\@input{main.aux}\n",
}


# YAML


def collection(bench: Bench, given: Seed) -> None:
    """Check a file of a collection, write it in canonical form, load it."""
    folder = bench.folder / "tea"
    if not folder.exists():
        shutil.copytree(EXAMPLE, folder)
    path = folder / given.name
    path.write_bytes(given.data)
    try:
        _collection(bench, path, given.data)
    finally:
        shutil.copy(EXAMPLE / given.name, path)


def _collection(bench: Bench, path: Path, data: bytes) -> None:
    problems, _ = check_paths([path.parent])
    for one in problems:
        _printable("message", str(one))
        _expect("\n" not in one.message, "message of two lines", str(one))
    own = (one for one in problems if Path(one.file).name == path.name)
    _places(data.decode("utf-8", "replace"), ((one.line, one.column) for one in own))
    read = _values(data)
    try:
        changed = rewrite(path, path.stem)
    except ValueError:
        changed = False
    if changed:
        _expect(not rewrite(path, path.stem), "second run", path.name)
        _expect(_values(path.read_bytes()) == read, "values of a canonical file", path.name)
    if not bench.draw.randrange(bench.commands_each):
        try:
            load(path.parent)
        except BibliographyError:
            wrong = any(one.level == "error" for one in problems)
            _expect(wrong, "load refuses what check accepts")
    bench.command("check", str(path.parent))
    bench.command("--data", str(path.parent), "list")


def _values(data: bytes) -> Counter[str]:
    """Return the records of a file; a byte order mark is an error, which `check --fix` mends."""
    found = read_content(data.removeprefix(codecs.BOM_UTF8), [], "")
    return Counter(json.dumps(one.value, sort_keys=True) for one in found)


# Queries


def query(bench: Bench, given: Seed) -> None:
    """Ask a query: a work matches it or its negation."""
    text = given.data.decode("utf-8", "replace")
    try:
        found = ask(bench.bib.snapshot, text)
    except QueryError as error:
        _printable("message", visible(error.message))
        _expect(0 <= error.column <= len(error.query) + 1, "column", str(error.column))
        error.pointer()
    else:
        _expect(len(set(found)) == len(found), "a work twice", text)
        try:
            others = ask(bench.bib.snapshot, f"not ({text})")
        except QueryError:
            others = None  # one nesting or one term too many; or the text closes the bracket
        if others is not None and "(" not in text and ")" not in text and '"' not in text:
            both = sorted([*found, *others])
            every = [number for (number,) in bench.bib.snapshot.fetch("SELECT n FROM paper", ())]
            _expect(both == sorted(every) or not text.strip(), "negation", text)
    try:
        best = bench.bib.search(text).keys
    except QueryError as error:
        _printable("message", visible(error.message))
    else:
        _expect(len(set(best)) == len(best), "a work twice in a search", text)
    bench.command(bench.draw.choice(("list", "search")), "--", text.replace("\0", ""))


# Snapshots


def snapshot(bench: Bench, given: Seed) -> None:
    """Answer from a damaged snapshot of a collection, or compile it again."""
    folder = bench.folder / "tea"
    if not folder.exists():
        shutil.copytree(EXAMPLE, folder)
    cached = Path(_file_of(open_snapshot(folder)))
    good = cached.read_bytes()
    data = given.data or good
    place = bench.draw.randrange(len(good))
    size = min(len(data), bench.draw.choice((1, 4, 64, 4096)))
    start = bench.draw.randrange(len(data) - size + 1)
    cached.write_bytes(good[:place] + data[start : start + size] + good[place + size :])
    works = load(folder)
    _expect(works["abel1990leaves"].title == "On Leaves", "answer from a damaged snapshot")
    _expect(len(list(works)) == 6, "works of a damaged snapshot")
    bench.command("--data", str(folder), "list")
    if cached.exists():
        cached.write_bytes(good)


def _file_of(found: Any) -> str:
    (row,) = found.fetch("PRAGMA database_list", ())
    return str(row[2])


@dataclass(frozen=True)
class Reader:
    """A reader of a user's file."""

    run: Callable[[Bench, Seed], None]
    seeds: str
    """The folder of its seeds."""
    names: tuple[str, ...]
    """The names that its files may have."""
    tokens: str
    """What its files are made of, separated by blanks."""


_BIB = r"""
@article{ @misc{k, @string{ @string{s="S"} @comment{ @preamble{ @inproceedings( title={ author={
year= journal= booktitle= pages={ doi={ eprint={ url={ month=jan crossref={ archivePrefix={ and
{\"o} \"{o} \o{} \c{c} \url{ \href{x}{ \sqrt[ \frac{ \ensuremath{ \textbf{ $x^2$ \\ \% \& -- ---
# "s" s and\ others others 1703.00887 arXiv:1703.00887 10.1145/3442188 1--10 {{ }} }, ", @
Jin,\ Chi van\ der {and} \noopsort{ \'e \^ \v \u \H{ \t{oo} 2017a --1 date={ keywords={ arXiv:
"""
_TEX = r"""
\cite{ \cite[ \citep[a][b]{ \citet*{ \nocite{*} \parencites(a)(b)[c]{d} \input{part} \include{part}
\input{main} \import{./}{part} \subfile{part} \begin{verbatim} \end{verbatim} \begin{comment}
\end{comment} \iffalse \fi \endinput \newcommand{\c}[1]{\cite{#1}} \def\c#1{\cite{#1}} \let\c\cite
\newcommand* \renewcommand \DeclareCiteCommand{\c} \verb|x| \verb+ % \bibliography{refs} \end{
\addbibresource{refs.bib} \usepackage{biblatex} jin2017escape 1703.00887 lee2016gradient ] [ { } ,
\lstinline! \begin{ \begin{lstlisting} \makeatletter \csname cite\endcsname ^^M \\ \cite \footcite
\begin{filecontents}{x.bib} \defcitealias{k}{x} \citealias \citeauthor{ {#1} ## #1 #9 \item[
"""
_AUX = r"""
\citation{ \bibdata{ \bibstyle{ \@input{part.aux} \abx@aux@cite{0}{ \abx@aux@cite{ \relax } , { *
jin2017escape 1703.00887 <?xml <bcf:controlfile> <bcf:section> <bcf:citekey> </bcf:citekey>
</bcf:section> type="set" members="a,b" <!DOCTYPE <!ENTITY &lt; &#0; &x; <![CDATA[ ]]> <!-- -->
<bcf:datasource> </bcf:datasource> <bcf:filter> xmlns:bcf="x" encoding="UTF-16"
"""
_RIS = """
TY\\ \\ -\\ JOUR ER\\ \\ -\\  AU\\ \\ -\\  TI\\ \\ -\\  PY\\ \\ -\\  T2\\ \\ -\\  SP\\ \\ -\\
DO\\ \\ -\\  UR\\ \\ -\\  M1\\ \\ -\\  ID\\ \\ -\\  TY - ER Y1 2017/05/01 1703.00887 10.1145/1.2
"""
_JSON = r"""
{ } [ ] , : null true false 1 -1 1e999 NaN Infinity "\ud800" "\u0000" "\u001b[31m" "title" "author"
"family" "given" "literal" "issued" "date-parts" [[2017]] "type" "article-journal" "id" "DOI" "note"
"container-title" "page" "URL" "particle" {} [] "" "<i>x</i>" "<span\ class=\"nocase\">x</span>"
"non-dropping-particle" "suffix" [[[[ {"a":
"""
_YAML = r"""
- -\  :\  key:\  title:\  author: year: topics: [ ] { } , | >- |- # & * ! !!int !!python/x <<: ? %
'' " --- ... &a *a !<x> ~ null yes 0x10 .inf 2017 jin2017escape kind:\  work:\  where:\  relations:
\n\ \  \n- bound: eps log^2 -1/2 exp sources: fields: says: steps: cites: symbols: "\x1b" $x$ \\frac
"""
_QUERY = r"""
and or not ( ) " ' : * .. : < > = ! , topic: author: year: title: venue: key: cites: type: level:
doi: eprint: text: has: 2017 2017..2019 ..2017 2017.. topic:saddle-escape author:jin jin2017escape
% _ ; -- /* NEAR( AND OR NOT " * ^ + - relation:extends checked: "local\ minima" after: {x} \
"""
_LIST = r"""
- * | [ ]( ) ** _ ` # https://arxiv.org/abs/1703.00887 arXiv:1703.00887 10.1145/3442188.3445922
doi:10. jin2017escape lee2016gradient "How\ to\ Escape\ Saddle\ Points\ Efficiently" , . ( ) -----
|---|---| http:// https://doi.org/ 1. 2) > <a\ href= &amp;
"""


def words(tokens: str) -> list[bytes]:
    """Return the parts of a text that blanks separate; a blank after a backslash is kept."""
    found = re.findall(r"(?:\\ |\S)+", tokens)
    return [one.replace("\\ ", " ").encode() for one in found]


READERS = {
    "fix": Reader(bib_fix, "bib", ("refs.bib",), _BIB),
    "check": Reader(bib_check, "bib", ("refs.bib",), _BIB),
    "import-bib": Reader(bib_import, "bib", ("refs.bib",), _BIB),
    "cover-bib": Reader(bib_cover, "bib", ("refs.bib",), _BIB),
    "cite-bib": Reader(bib_cite, "bib", ("refs.bib",), _BIB),
    "tex": Reader(manuscript, "tex", ("main.tex",), _TEX),
    "aux": Reader(manuscript, "aux", ("main.aux",), _AUX),
    "bcf": Reader(manuscript, "bcf", ("main.bcf",), _AUX),
    "import-ris": Reader(bib_import, "ris", ("refs.ris",), _RIS),
    "import-csl": Reader(bib_import, "json", ("refs.json",), _JSON),
    "list": Reader(bib_cover, "list", ("list.md", "list.txt"), _LIST),
    "yaml": Reader(collection, "yaml", (), _YAML),
    "query": Reader(query, "query", ("query",), _QUERY),
    "snapshot": Reader(snapshot, "snapshot", ("snapshot",), "{ [ null SELECT \x00 \xff"),
}
"""Every reader by its name."""


def seeds(name: str, bib: Bibliography) -> list[Seed]:
    """Return the seeds of a reader: the files kept for it, and exports of a bibliography."""
    reader = READERS[name]
    kept = sorted((SEEDS / reader.seeds).glob("*"))
    if name == "yaml":
        kept += sorted(EXAMPLE.glob("*.yaml"))
        return [Seed(path.name.rpartition("--")[2], path.read_bytes()) for path in kept]
    made = [path.read_bytes() for path in kept] + _exported(reader.seeds, bib)
    return [Seed(one, data) for data in made for one in reader.names]


def _exported(kind: str, bib: Bibliography) -> list[bytes]:
    """Return files that the program itself writes, in small parts."""
    parts = [bib.all()[start : start + 4] for start in range(0, len(bib.all()), 4)]
    if kind == "bib":
        texts = [part.to_bibtex(prefer="preprint") for part in parts[::2]]
        texts += [part.to_bibtex(dialect="biblatex") for part in parts[1::2]]
    elif kind in {"ris", "json"}:
        texts = [part.to({"json": "csl-json"}.get(kind, kind)) for part in parts]
    elif kind == "list":
        texts = [part.to("markdown") for part in parts]
    elif kind == "snapshot":
        return [b""]
    else:
        texts = []
    return [text.encode() for text in texts]
