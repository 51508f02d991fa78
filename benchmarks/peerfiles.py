"""The same works in the formats of other programs: BibTeX, a papis library, ACL Anthology XML.

coBib's database is not written here: coBib imports the BibTeX file itself, so it has its own shape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from generate import Work


def write_peers(directory: Path, works: Iterable[Work]) -> None:
    """Write `refs.bib`, `papis/` and `acl/` into a directory."""
    works = list(works)
    (directory / "refs.bib").write_text("\n".join(map(_bibtex, works)), encoding="utf-8")
    for work in works:
        folder = directory / "papis" / work.key
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "info.yaml").write_text(_papis(work), encoding="utf-8")
    _write_acl(directory / "acl", works)


def write_list(path: Path, works: Iterable[Work]) -> None:
    """Write somebody's .bib of these works; its last entry has a mistake, so that one is found."""
    by_key = {work.key: work for work in works}
    mistaken = "@misc{mistaken,\n  title = {ReLU},\n}\n"
    path.write_text("\n".join([*map(_bibtex, by_key.values()), mistaken]), encoding="utf-8")


def _bibtex(work: Work) -> str:
    fields = {
        "title": work.title,
        "author": " and ".join(work.authors),
        "year": str(work.year),
        "booktitle": f"Proceedings of {work.venue.upper()}",
        "volume": work.volume,
        "pages": work.pages.replace("-", "--"),
        "publisher": "Synthetic Press",
        "doi": work.doi,
        "eprint": work.eprint,
        "tags": ", ".join(work.tags),
        "abstract": work.annotation,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join((f"@inproceedings{{{work.key},", *lines, "}\n"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _papis(work: Work) -> str:
    fields = {
        # Without an id of its own each folder is written again by papis, which takes it minutes.
        "papis_id": hashlib.md5(work.key.encode()).hexdigest(),
        "ref": work.key,
        "title": work.title.replace("{", "").replace("}", ""),
        "author": "; ".join(work.authors),
        "booktitle": f"Proceedings of {work.venue.upper()}",
        "volume": work.volume,
        "pages": work.pages,
        "doi": work.doi,
        "eprint": work.eprint,
        "abstract": work.annotation,
    }
    lines = [f"{name}: {_quoted(value)}" for name, value in fields.items() if value]
    lines += ["type: inproceedings", f"year: {work.year}", "author_list:"]
    for name in work.authors:
        family, _, given = name.partition(", ")
        lines += [f"- family: {family}", f"  given: {given}"]
    return "\n".join([*lines, "tags:", *(f"- {topic}" for topic in work.tags), ""])


def _write_acl(directory: Path, works: list[Work]) -> None:
    """A minimal Anthology: one volume, one venue. Its schema file is put beside it by `peers`."""
    for name in ("xml", "json"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    venue = '{"bench": {"acronym": "BENCH", "name": "Conference of this benchmark"}}'
    for name, text in (("venues", venue), ("people", "{}"), ("sigs", "{}")):
        (directory / "json" / f"{name}.json").write_text(text, encoding="utf-8")
    head = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2026.bench">
  <volume id="1" type="proceedings" ingest-date="2026-11-01">
    <meta>
      <booktitle>Proceedings of this benchmark</booktitle>
      <publisher>Synthetic Press</publisher>
      <year>2026</year>
      <venue>bench</venue>
    </meta>
"""
    with (directory / "xml" / "2026.bench.xml").open("w", encoding="utf-8") as stream:
        stream.write(head)
        for number, work in enumerate(works, 1):
            stream.write(_acl(number, work))
        stream.write("  </volume>\n</collection>\n")


def _acl(number: int, work: Work) -> str:
    title = work.title.replace("{", "<fixed-case>").replace("}", "</fixed-case>")
    lines = [f'    <paper id="{number}">', f"      <title>{title}</title>"]
    for name in work.authors:
        family, _, given = name.partition(", ")
        lines.append(f"      <author><first>{given}</first><last>{family}</last></author>")
    lines.append(f"      <pages>{work.pages.replace('-', '–')}</pages>")
    lines.append(f"      <abstract>{escape(work.annotation)}</abstract>")
    if work.doi:
        lines.append(f"      <doi>{work.doi}</doi>")
    lines.append(f"      <bibkey>{work.key}</bibkey>")
    return "\n".join([*lines, "    </paper>", ""])
