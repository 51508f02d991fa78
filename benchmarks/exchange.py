r"""Measure what comes back of a library that goes to other programs, or comes from them.

    python benchmarks/exchange.py [--works 200] [--seed 13]

Two ways. A collection of one's own, with notes, tags and files of every kind of text, is exported
with `--private` in each format and imported into another. And the same library, as Zotero, Better
BibTeX, JabRef, Mendeley and other writers of RIS and CSL-JSON export it, is imported; what is
exported is read as JabRef and Zotero read it. Counted are titles, author lists, years,
identifiers, notes, tags and files that are the same.

The shapes are those of JabRef's `FileFieldWriter`, `FileFieldParser` and special fields, and of
Zotero's translators BibTeX, BibLaTeX and RIS.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from generate import ACCENTED, TERMS

from dltheory_bib import Bibliography, load
from dltheory_bib.cli.main import main
from dltheory_bib.files import write_text
from dltheory_bib.source.collection_writer import changing

FIELDS = ("title", "author", "year", "ids", "notes", "tags", "files")
FORMATS = {
    "bibtex": "refs.bib",
    "biblatex": "refs.bib",
    "csl-json": "refs.csl.json",
    "ris": "refs.ris",
}
NOTES = (
    "Read again",
    "See p. 12 and the appendix.",
    "Ask Zoë about the proof of Lemma 2!",
    "Theorem 3 needs $\\rho < 1$; see p. 12–14.",
    "50% of {it} is _not_ new & costs #1 ~ $5",
    "First line.\n\n- one\n  - two\n- three",
    "C:\\papers\\a.tex -- a --- b",
    "“Quoted” and ‘so’ — ''ASCII'' ``too``",
    "Müller’s café, Ωmega, ℝ², 中文, 😀",
    "ER  - is no end\nTY  - nor a start",
    "\\cite{doe2020} says \\foo, x^2 <y> |z|",
    "A line of its own: ---? No:  two  blanks.",
)
TAGS = (
    "thesis",
    "chapter 2",
    "to do: cite",
    "stats, prob",
    "a;b",
    "C++",
    "naïve",
    "50%",
    "x_1",
    "#4",
)
COPIES = (
    "papers/{}.pdf",
    "C:\\Users\\me\\papers\\{}.pdf",
    "/home/me/my papers/{}; v2.pdf",
    "https://example.org/{}.pdf",
    "D:/zotero/storage/ABCD/{} - long, title.pdf",
    "notes/{}_slides.html",
    "{}.djvu",
)


@dataclass(slots=True)
class Entry:
    """A work of the library, with what its owner says of it."""

    key: str
    title: str
    author: list[tuple[str, str]]
    year: int
    doi: str = ""
    eprint: str = ""
    notes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, object]:
        """What has to come back, by field."""
        return {
            "title": self.title,
            "author": [f"{last}, {first}" for last, first in self.author],
            "year": self.year,
            "ids": (self.doi, self.eprint),
            "notes": self.notes,
            "tags": self.tags,
            "files": sorted(self.files),
        }


def library(count: int, seed: int, plain: bool = False) -> list[Entry]:
    """So many works, the same for the same seed; `plain` notes and tags have no LaTeX in them."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        words = [draw.choice(TERMS) for _ in range(6)]
        people = draw.sample([*ACCENTED, "van der Berg", "O'Hara", "Smith-Jones"], 1 + number % 3)
        made.append(
            Entry(
                key=f"quokka{number:04}",
                title=f"{' '.join(words).capitalize()} of {number}",
                author=[(one, draw.choice(("Ada", "J. M.", "Zoë"))) for one in people],
                year=draw.randrange(1990, 2026),
                doi=f"10.1234/quokka.{number}" if number % 3 else "",
                eprint=f"{draw.randrange(1501, 1513)}.{10000 + number:05}" if number % 2 else "",
                notes=draw.sample(_plain(NOTES) if plain else NOTES, number % 4),
                tags=draw.sample(_plain(TAGS) if plain else TAGS, number % 5),
                files=[one.format(f"w{number}") for one in draw.sample(COPIES, number % 3)],
            )
        )
    return made


def _plain(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in texts if not re.search(r"[\\{}<>|^~,;\n]|  |''|ER  -", one))


# Out of a collection and in again


def kept_by_format(folder: Path, works: list[Entry], name: str) -> Counter[str]:
    """Export a collection with these works in a format, import it; count what is the same."""
    mine, theirs = folder / f"{name}-mine", folder / f"{name}-theirs"
    _collection(mine, works)
    file = folder / f"{name}-{FORMATS[name]}"
    run_command("--data", str(mine), "export", "-f", name, "--private", "-o", str(file), "--force")
    _empty(theirs)
    run_command("import", str(file), str(theirs))
    return _compared(works, load(theirs))


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "papers.yaml", "[]\n")


def _collection(folder: Path, works: Iterable[Entry]) -> None:
    _empty(folder)
    with changing(folder, "fill") as change:
        change.put("papers", *map(_record, works))
        own = [
            {"key": one.key, **{n: v for n, v in one.facts().items() if n in FIELDS[4:] and v}}
            for one in works
        ]
        change.put("notes", *(one for one in own if len(one) > 1))


def _record(one: Entry) -> dict[str, object]:
    ids = {"doi": one.doi, "eprint": one.eprint}
    return {
        "key": one.key,
        "type": "online",
        "title": one.title,
        "author": one.facts()["author"],
        "year": one.year,
        **{name: value for name, value in ids.items() if value},
    }


def _compared(works: Iterable[Entry], bib: Bibliography) -> Counter[str]:
    return _counted(works, {one.key: _of(bib, one.key) for one in works if one.key in bib})


def _of(bib: Bibliography, key: str) -> dict[str, object]:
    paper = bib[key]
    own = [*bib.own_notes(key)]
    return {
        "title": paper.plain_title,
        "author": list(paper.author),
        "year": paper.year,
        "ids": (paper.doi or "", paper.eprint or ""),
        "notes": [note for one in own for note in one.notes],
        "tags": [tag for one in own for tag in one.tags],
        "files": sorted(file for one in own for file in one.files),
    }


def _counted(works: Iterable[Entry], found: dict[str, dict[str, object]]) -> Counter[str]:
    """Count the works whose field is the same, by field; `works` is how many there are."""
    made: Counter[str] = Counter()
    for one in works:
        made["works"] += 1
        there = found.get(one.key, {})
        made.update(name for name, value in one.facts().items() if there.get(name) == value)
    return made


def run_command(*command: str) -> None:
    """Run a command; end with what it said if it fails."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(command)
    if code != 0:
        raise SystemExit(f"{' '.join(command)}: {said.getvalue()}")


# As other programs write it

_ZOTERO = {
    "|": "{\\textbar}",
    "<": "{\\textless}",
    ">": "{\\textgreater}",
    "~": "{\\textasciitilde}",
    "^": "{\\textasciicircum}",
    "\\": "{\\textbackslash}",
    "{": "\\{\\vphantom{\\}}",
    "}": "\\vphantom{\\{}\\}",
    **{char: f"\\{char}" for char in "#$%&_"},
}


def _latex(text: str) -> str:
    """As Zotero escapes a value."""
    return "".join(_ZOTERO.get(char, char) for char in text)


def zotero(works: Iterable[Entry]) -> str:
    """Zotero's BibTeX: a field `annote` for each note, `title:path:mime type` for each file."""
    return _bib(works, _zotero_fields)


def _zotero_fields(one: Entry) -> Iterable[tuple[str, str]]:
    yield from (("annote", _latex(note)) for note in one.notes)
    yield "keywords", ", ".join(map(_latex, one.tags))
    links = (f"Full Text:{_quoted(path)}:{_mime(path)}" for path in one.files)
    yield "file", ";".join(links)


def better_bibtex(works: Iterable[Entry]) -> str:
    """Better BibTeX: paths alone, one `annotation`, keywords without blanks."""
    return _bib(works, _better_fields)


def _better_fields(one: Entry) -> Iterable[tuple[str, str]]:
    yield "keywords", ",".join(map(_latex, one.tags))
    yield "file", ";".join(path.replace(";", "\\;") for path in one.files)
    yield "annotation", "\n---\n".join(map(_latex, one.notes))


def jabref(works: Iterable[Entry]) -> str:
    """JabRef: comments as they were typed, `groups`, and `description:path:type`."""
    return _bib(works, _jabref_fields) + (
        "@Comment{jabref-meta: databaseType:bibtex;}\n\n"
        "@Comment{jabref-meta: grouping:\n0 AllEntriesGroup:;\n"
        "1 StaticGroup:thesis\\;0\\;1\\;\\;\\;\\;;\n}\n"
    )


def _jabref_fields(one: Entry) -> Iterable[tuple[str, str]]:
    yield "keywords", ", ".join(one.tags[:1])
    yield "groups", ", ".join(one.tags[1:])
    links = (f":{_quoted(path)}:{'PDF' if path.endswith('pdf') else ''}" for path in one.files)
    yield "file", ";".join(links)
    yield "comment", "".join(one.notes[:1])
    for number, note in enumerate(one.notes[1:]):
        yield f"comment-user{number}", note


def mendeley(works: Iterable[Entry]) -> str:
    """Mendeley: paths from the root, `$\\backslash$`, `mendeley-tags`."""
    return _bib(works, _mendeley_fields)


def _mendeley_fields(one: Entry) -> Iterable[tuple[str, str]]:
    yield (
        "file",
        ";".join(f":{_quoted(path)}:pdf".replace("\\", "$\\backslash$") for path in one.files),
    )
    yield "mendeley-tags", ",".join(map(_latex, one.tags))
    yield from (("annote", _latex(note)) for note in one.notes)


def _bib(works: Iterable[Entry], own: Callable[[Entry], Iterable[tuple[str, str]]]) -> str:
    made = []
    for one in works:
        fields = {
            "title": _latex(one.title),
            "author": " and ".join(f"{last}, {first}" for last, first in one.author),
            "year": str(one.year),
            "doi": one.doi,
            "eprint": one.eprint,
            "archiveprefix": "arXiv" if one.eprint else "",
        }
        lines = [*fields.items(), *own(one)]
        body = ",\n".join(f"\t{name} = {{{value}}}" for name, value in lines if value)
        made.append(f"@misc{{{one.key},\n{body},\n}}\n\n")
    return "".join(made)


def _quoted(path: str) -> str:
    return re.sub(r"[\\:;]", lambda found: f"\\{found[0]}", path)


def _mime(path: str) -> str:
    return "application/pdf" if path.endswith(".pdf") else "text/html"


def zotero_ris(works: Iterable[Entry]) -> str:
    """Zotero's RIS: notes in HTML, a line for each tag, `L1` for PDFs and `L4` for others."""
    made = []
    for one in works:
        lines = ["TY  - GEN", f"TI  - {one.title}", f"ID  - {one.key}", f"PY  - {one.year}///"]
        lines += [f"AU  - {last}, {first}" for last, first in one.author]
        lines += [f"DO  - {one.doi}"] if one.doi else []
        lines += [f"UR  - https://arxiv.org/abs/{one.eprint}"] if one.eprint else []
        lines += [f"N1  - {_html(note)}" for note in one.notes]
        lines += [f"KW  - {tag}" for tag in one.tags]
        lines += [f"L{1 if path.endswith('.pdf') else 4}  - {path}" for path in one.files]
        made.append("\r\n".join([*lines, "ER  - ", "", ""]))
    return "".join(made)


def _html(note: str) -> str:
    safe = note.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<p>{line}</p>" for line in safe.split("\n"))


def csl(works: Iterable[Entry]) -> str:
    """CSL-JSON: a `keyword`, an `annote`; no place for files."""
    return json.dumps(
        [
            {
                "id": one.key,
                "type": "article",
                "title": one.title,
                "author": [{"family": last, "given": first} for last, first in one.author],
                "issued": {"date-parts": [[one.year]]},
                "DOI": one.doi,
                "number": f"arXiv:{one.eprint}" if one.eprint else "",
                "keyword": ", ".join(one.tags),
                "annote": "".join(one.notes[:1]),
            }
            for one in works
        ]
    )


PROGRAMS: dict[str, tuple[str, Callable[[Iterable[Entry]], str]]] = {
    "Zotero, BibTeX": ("refs.bib", zotero),
    "Better BibTeX": ("refs.bib", better_bibtex),
    "JabRef": ("refs.bib", jabref),
    "Mendeley": ("refs.bib", mendeley),
    "Zotero, RIS": ("refs.ris", zotero_ris),
    "CSL-JSON": ("refs.json", csl),
}


PLAIN = frozenset({"Better BibTeX", "JabRef", "CSL-JSON"})
"""Programs whose export of the notes is tried with those that have no LaTeX, or are one line."""


def kept_from(folder: Path, works: list[Entry], program: str) -> Counter[str]:
    """Import what a program wrote into a new collection; count what is the same."""
    name, write = PROGRAMS[program]
    place = folder / re.sub(r"\W+", "-", program)
    _empty(place)
    file = folder / f"{place.name}-{name}"
    file.write_bytes(write(works).encode())
    run_command("import", str(file), str(place))
    return _compared(works, load(place))


# As other programs read it


def read_by(program: str, text: str) -> dict[str, dict[str, list[str]]]:
    """Return keywords, files and notes of each entry of a .bib, as JabRef or Zotero read them."""
    made: dict[str, dict[str, list[str]]] = {}
    for entry in re.findall(r"^@\w+\{([^,]+),\n(.*?)^\}$", text, re.M | re.S):
        key, body = entry
        fields = dict(re.findall(r"^  (\w+) = \{(.*?)\},?$(?=\n  \w+ = |\n?\Z)", body, re.M | re.S))
        files = _jabref_files if program == "JabRef" else _zotero_files
        made[key] = {
            "tags": [_unescaped(one) for one in _words(fields.get("keywords", ""))],
            "files": files(fields.get("file", "")),
            "notes": [one for one in (_unescaped(fields.get("annote", "")),) if one],
        }
    return made


def _words(value: str) -> list[str]:
    """Split keywords at commas outside braces, as Zotero does."""
    parts = re.findall(r"(?:\{(?:[^{}]|\{[^{}]*\})*\}|[^,{}])+", value)
    return [re.sub(r"^\{(.*)\}$", r"\1", part.strip()) for part in parts if part.strip()]


def _unescaped(value: str) -> str:
    commands = {command.strip("{}"): char for char, command in _ZOTERO.items() if "text" in command}
    commands |= {"\\textbraceleft": "{", "\\textbraceright": "}"}
    commands |= {"\\textquoteleft": "‘", "\\textquoteright": "’", "\\textendash": "–"}
    commands |= {"\\textquotedblleft": "“", "\\textquotedblright": "”", "\\textemdash": "—"}
    text = re.sub(r"(\\text[a-z]+)\{\}", lambda found: commands[found[1]], value.replace("~", " "))
    text = re.sub(r"\\([#$%&_])", r"\1", text)
    return text.replace("{}", "")


def _zotero_files(value: str) -> list[str]:
    """Zotero's `parseFilePathRecord`: three parts, a backslash before a sign is dropped."""
    found = []
    for record in re.split(r"(?<!\\)(?:\\\\)*;", value) if value else []:
        parts = re.findall(r"((?:\\.|[^\\:])*)(?::|$)", record)[:3]
        found.append(re.sub(r"\\([^A-Za-z0-9.])", r"\1", parts[1]))
    return found


def _jabref_files(value: str) -> list[str]:
    """JabRef's `FileFieldParser`: description, link, type; a backslash quotes the next sign."""
    records: list[list[str]] = [[""]]
    escaped = False
    for char in value:
        if not escaped and char == "\\":
            escaped = True
            continue
        if not escaped and char == ":":
            records[-1].append("")
        elif not escaped and char == ";":
            records.append([""])
        else:
            records[-1][-1] += char
        escaped = False
    return [record[1] for record in records if len(record) > 1]


def kept_for(folder: Path, works: list[Entry], program: str) -> Counter[str]:
    """Export a collection, read it as a program does; count the works whose fields are there."""
    mine = folder / f"for-{program}"
    _collection(mine, works)
    file = folder / f"for-{program}.bib"
    run_command("--data", str(mine), "export", "--private", "-o", str(file), "--force")
    found = read_by(program, file.read_text("utf-8"))
    made: Counter[str] = Counter()
    for one in works:
        there = found[one.key]
        made["works"] += 1
        made["tags"] += there["tags"] == one.tags
        made["files"] += sorted(there["files"]) == sorted(one.files)
        read = re.sub(r"\s+", "", "".join(there["notes"]))
        made["notes"] += all(re.sub(r"\s+", "", note) in read for note in one.notes)
    return made


def simple_tags(one: Entry) -> Entry:
    """A work without the tags that a list of keywords cannot hold."""
    return replace(one, tags=[tag for tag in one.tags if not re.search("[,;]", tag)])


def _line(name: str, counts: Counter[str], fields: Iterable[str] = FIELDS) -> str:
    shares = (f"{counts[one]}/{counts['works']}" if one in fields else "" for one in FIELDS)
    return f"{name:28}" + "".join(f"{share:>10}" for share in shares)


def run() -> None:
    """Print how many works come back whole, by field."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--works", type=int, default=200)
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    rich, plain = (library(options.works, options.seed, one) for one in (False, True))
    sys.stdout.write(f"{options.works} works, seed {options.seed}\n")
    sys.stdout.write(" " * 28 + "".join(f"{one:>10}" for one in FIELDS) + "\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        for kind in FORMATS:
            sys.stdout.write(
                _line(f"out and in, {kind}", kept_by_format(folder, rich, kind)) + "\n"
            )
        for program in PROGRAMS:
            fields = FIELDS if program != "CSL-JSON" else FIELDS[:4]
            works = plain if program in PLAIN else rich
            # A comma or semicolon in a tag is lost in lists of keywords.
            counts = kept_from(folder, [simple_tags(one) for one in works], program)
            sys.stdout.write(_line(f"from {program}", counts, fields) + "\n")
        for program in ("JabRef", "Zotero"):
            counts = kept_for(folder, rich, program)
            sys.stdout.write(_line(f"read by {program}", counts, FIELDS[4:]) + "\n")


if __name__ == "__main__":
    run()
