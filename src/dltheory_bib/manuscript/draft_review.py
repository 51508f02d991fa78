"""Review a draft: what the catalogue says of its files, as data, and the files mended.

The site's page "Paste your draft" runs this module in the reader's browser. It calls what `fix`,
`check`, `cover`, `cite` and `read --to` call, so that a page and a terminal give one answer, and a
mended file has the same bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.bibfile.bib_parser import BibFile, read_bib
from dltheory_bib.bibfile.coverage import cover
from dltheory_bib.bibfile.find_works import Listed, is_markdown, list_bib, list_text
from dltheory_bib.bibfile.fix.fixer import Fixed, fix
from dltheory_bib.bibfile.lint.linter import is_bib, lint
from dltheory_bib.errors import BibliographyError, DataError, Problem
from dltheory_bib.input_files import read_text
from dltheory_bib.manuscript.cited_works import cite
from dltheory_bib.manuscript.manuscript import Manuscript, read_manuscript
from dltheory_bib.text.names import author_line

if TYPE_CHECKING:
    from dltheory_bib.bibfile.fix.fix_options import VenueStyle
    from dltheory_bib.bibliography import Bibliography

MOST_LACKING = 10
"""The most works that a draft is said to lack, as `cover` shows by default."""
_MANUSCRIPTS = frozenset({".tex", ".ltx", ".aux", ".bcf"})
_OTHERS = frozenset({".bib", ".txt", ".md", ".markdown", ".rst", ".html", ".csv"})
_TEX = re.compile(
    r"\\(?:documentclass|begin\s*\{document\}|relax\b|[A-Za-z]*cite[A-Za-z]*\s*[\[{*])"
)


class DraftOptions(NamedTuple):
    """The options of `fix`, with its defaults."""

    keep_preprint: bool = False
    venues: VenueStyle = "as-is"
    merge: bool = False


class NamedWork(NamedTuple):
    """A work of the draft, or a line in which none was recognised."""

    file: str
    line: int
    status: str
    """`covered`, `outdated`, `missing` or `unrecognised`, as `cover` prints."""
    work: str | None
    title: str
    detail: str
    key: str
    """The key of the entry in the draft; empty outside a .bib."""


class AdvisedWork(NamedTuple):
    """A work that the draft does not name."""

    work: str
    title: str
    authors: str
    why: str


class SavedFile(NamedTuple):
    """A file for the reader to save."""

    name: str
    source: str
    """The file of the draft from which it was made."""
    command: str
    """What writes the same bytes in a terminal."""
    content: bytes
    summary: str
    changes: tuple[str, ...] = ()
    """A sentence for each entry that was changed."""
    kept: tuple[str, ...] = ()
    """A sentence for each entry that was left unchanged although it is a known work."""


@dataclass(slots=True)
class DraftReview:
    """What the catalogue says of a draft."""

    works: list[NamedWork] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What `check` reports, on .bib files and on a manuscript."""
    prerequisites: list[AdvisedWork] = field(default_factory=list)
    """What to read before works of the draft, in order, and what it does not name."""
    lacking: list[AdvisedWork] = field(default_factory=list)
    """What `cover` finds missing, without the prerequisites."""
    saved: list[SavedFile] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Why a file could not be read or mended."""
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the review as JSON values, without the content of files."""
        found = asdict(self)
        for name in ("works", "problems", "prerequisites", "lacking", "saved"):
            found[name] = [one._asdict() for one in getattr(self, name)]
        for one in found["saved"]:
            del one["content"]
        return found


def review(
    bib: Bibliography, paths: Sequence[Path], options: DraftOptions | None = None
) -> DraftReview:
    """Review the files of a draft together: .bib files, manuscripts, and lists of works.

    A manuscript is checked with the .bib files of the draft, which may be parts of it. A file that
    cannot be read, or not be mended without harm, is reported in `errors`, and nothing is offered
    for it.
    """
    made = DraftReview()
    bibs = _read_bibs(made, [path for path in paths if is_bib(path)])
    texts = [path for path in paths if not is_bib(path)]
    manuscripts = [path for path in texts if _is_manuscript(path)]
    for file in bibs:
        _mend(made, bib, file, options or DraftOptions())
        keys = {file.place(one.start)[0]: one.key for one in file.entries}
        _add_works(made, file.name, list_bib(bib, file), keys)
    found = _read_manuscripts(made, manuscripts, bool(bibs))
    for path, manuscript in found:
        _cite(made, bib, path, manuscript, bibs)
    for path in texts:
        _list(made, bib, path, path in manuscripts)
    if bibs:
        joined = _joined([manuscript for _, manuscript in found])
        made.problems += lint(bib, bibs, joined).problems
    _advise(made, bib)
    return made


def review_folder(bib: Bibliography, folder: Path, options: str) -> str:
    """Review the files in a folder, in order of names; return the review as JSON.

    `options` is JSON as well: the fields of `DraftOptions`. The files to save are written to the
    folder `mended` in it, named by their place in the list.
    """
    os.chdir(folder)  # so that messages name a file as the reader does
    paths = sorted(Path(one.name) for one in folder.iterdir() if one.is_file())
    made = review(bib, paths, DraftOptions(**json.loads(options)))
    mended = folder / "mended"
    mended.mkdir(exist_ok=True)
    for number, one in enumerate(made.saved):
        (mended / str(number)).write_bytes(one.content)
    return json.dumps(made.to_dict())


def _read_bibs(made: DraftReview, paths: Iterable[Path]) -> list[BibFile]:
    files = []
    for path in paths:
        try:
            file = read_bib(path)
        except DataError as error:
            made.errors += map(str, error.problems)
            continue
        if file.note:
            made.notes.append(f"{file.note}; it is written so")
        files.append(file)
    return files


def _mend(made: DraftReview, bib: Bibliography, file: BibFile, options: DraftOptions) -> None:
    """Fix a .bib file as `dltheory fix FILE --write` does."""
    try:
        fixed = fix(bib, file, **options._asdict())
        content = file.encode(fixed.text)
    except BibliographyError as error:
        made.errors.append(str(error))
        return
    for position, _, message in file.faults:
        line, column = file.place(min(position, max(len(file.text) - 1, 0)))
        made.notes.append(f"{file.name}:{line}:{column}: {message}; it is left unchanged")
    if not file.entries:
        made.notes.append(f"{file.name}: contains no entry")
        return
    stated = [
        f"line {one.line}, {one.key}: {'; '.join(change.text for change in one.changes)}"
        for one in fixed.changed
        if one.key not in fixed.merged
    ]
    stated += [f"{key} is deleted; cite {kept} instead" for key, kept in fixed.merged.items()]
    kept = [f"line {one.line}, {one.key}: {one.message}" for one in fixed.problems]
    kept += [_of_twins(keys, options.merge) for keys in fixed.twins]
    command = f"dltheory fix {file.name}{_as_arguments(options)} --write"
    made.saved.append(
        SavedFile(
            file.name,
            file.name,
            command,
            content,
            _counted(file, fixed),
            tuple(stated),
            tuple(kept),
        )
    )


def _of_twins(keys: Sequence[str], merged: bool) -> str:
    why = "not merged, because another entry refers to one of them, or a key is duplicated"
    return f"{' and '.join(keys)} are the same work; {why if merged else 'they can be merged'}"


def _as_arguments(options: DraftOptions) -> str:
    """Return the options as they are typed in a terminal."""
    typed = " --keep-preprint" if options.keep_preprint else ""
    typed += f" --venues {options.venues}" if options.venues != "as-is" else ""
    return typed + (" --merge" if options.merge else "")


def _counted(file: BibFile, fixed: Fixed) -> str:
    number = len(file.entries)
    text = f"{number} {'entry' if number == 1 else 'entries'}, {len(fixed.entries)} known here"
    changed = len({one.key for one in fixed.changed} - fixed.merged.keys())
    if not fixed.edits:
        return f"{text}; nothing to change"
    merged = f", {len(fixed.merged)} merged" if fixed.merged else ""
    return f"{text}, {changed} changed{merged}"


def _is_manuscript(path: Path) -> bool:
    """Return whether a file that is no .bib is a manuscript: by its name, or else its commands."""
    if path.suffix.lower() in _MANUSCRIPTS | _OTHERS:
        return path.suffix.lower() in _MANUSCRIPTS
    try:
        return _TEX.search(read_text(path).text) is not None
    except DataError:
        return False  # reported when it is read as a list


def _is_document(path: Path) -> bool:
    try:
        return "\\documentclass" in read_text(path).text
    except DataError:
        return False


def _read_manuscripts(
    made: DraftReview, paths: Iterable[Path], has_bib: bool
) -> list[tuple[Path, Manuscript]]:
    """Return the manuscripts that are documents of their own, with their parts; without one, all.

    A part is found by its name alone, whatever its folder: a page is given files without folders.
    """
    found = []
    for path in paths:
        try:
            found.append((path, read_manuscript(path)))
        except DataError as error:
            made.errors += map(str, error.problems)
    whole = [one for one in found if _is_document(one[0])] or found
    given = {path.stem for path, _ in found}
    for one in found:
        if one not in whole:
            _add_part(whole[0][1], one[1], [manuscript for _, manuscript in whole])
    for path, manuscript in whole:
        made.notes += [str(one) for one in manuscript.problems if not _is_given(one, given)]
        made.notes += [
            f"{path.name} names {name}, which is not among these files; add it"
            for name in dict.fromkeys(manuscript.bibliographies)
            if not has_bib and manuscript.citations
        ]
    return whole


def _add_part(main: Manuscript, part: Manuscript, whole: Sequence[Manuscript]) -> None:
    """Add the citations of a part to a manuscript, unless one has read it already."""
    seen = {citation for one in whole for citation in one.citations}
    main.citations += [citation for citation in part.citations if citation not in seen]
    main.everything |= part.everything
    main.problems += [one for one in part.problems if one not in main.problems]


def _is_given(problem: Problem, given: set[str]) -> bool:
    """Return whether a problem is that a part is missing which was given without its folder."""
    name = problem.message.partition(" does not exist")[0]
    return problem.rule == "missing-file" and Path(name).stem in given


def _joined(manuscripts: Sequence[Manuscript]) -> Manuscript | None:
    """Return the citations of several manuscripts together; None without one that cites."""
    citing = [one for one in manuscripts if one.citations or one.everything]
    if not citing:
        return None
    return Manuscript(
        citations=[citation for one in citing for citation in one.citations],
        everything=any(one.everything for one in citing),
        biblatex=any(one.biblatex for one in citing),
    )


def _cite(
    made: DraftReview,
    bib: Bibliography,
    path: Path,
    manuscript: Manuscript,
    bibs: Sequence[BibFile],
) -> None:
    """Make the .bib of a manuscript as `dltheory cite MANUSCRIPT --bib FILE` does, with the .bib
    files of the draft.
    """
    if not manuscript.citations and not manuscript.everything:
        return
    found = cite(bib, manuscript, bibs)
    elsewhere = {key.lower() for key in (*found.own, *(one.key for one in found.unknown))}
    listed = {one.work for one in made.works}
    for key, place in manuscript.keys.items():
        if key.lower() in elsewhere or (number := bib.snapshot.find(key)) is None:
            continue
        paper = bib.snapshot.paper(number)
        if paper.key not in listed:
            title = bib.snapshot.readable(paper.plain_title)
            made.works.append(
                NamedWork(place.file, place.line, "covered", paper.key, title, "by key", key)
            )
    for one in found.unknown:
        near = f"; similar keys: {', '.join(one.nearest)}" if one.nearest else ""
        text = f"no entry has this key{near}"
        made.works.append(
            NamedWork(one.place.file, one.place.line, "missing", None, one.key, text, one.key)
        )
    made.notes += found.notes
    if found.entries:
        arguments = "".join(f" --bib {file.name}" for file in bibs)
        made.saved.append(
            SavedFile(
                f"{path.stem}-cited.bib",
                path.name,
                f"dltheory cite {path.name}{arguments} > {path.stem}-cited.bib",
                found.text.encode("utf-8", "surrogateescape"),
                f"an entry for each of {found.entries} keys that it cites"
                if found.entries > 1
                else "the entry of the key that it cites",
            )
        )


def _list(made: DraftReview, bib: Bibliography, path: Path, is_tex: bool) -> None:
    """Find the works that a text names; of a manuscript only those that are here."""
    try:
        file = read_text(path)
    except DataError as error:
        if not is_tex:
            made.errors += map(str, error.problems)
        return
    listed = list_text(bib, file.text, is_tex or is_markdown(path))
    if is_tex:
        cited = {one.work for one in made.works}
        listed = [one for one in listed if one.work and one.work not in cited]
    elif not listed:
        made.notes.append(f"{file.name}: contains no work")
    _add_works(made, file.name, listed, {})


def _add_works(
    made: DraftReview, file: str, listed: Iterable[Listed], keys: dict[int, str]
) -> None:
    made.works += [
        NamedWork(
            file, one.line, one.status, one.work, one.title, one.detail, keys.get(one.line, "")
        )
        for one in listed
    ]


def _advise(made: DraftReview, bib: Bibliography) -> None:
    """Add the prerequisites that the draft does not name, and what else it lacks."""
    keys = list(dict.fromkeys(one.work for one in made.works if one.work))
    if not keys:
        return
    way = bib.way_to(keys)
    made.prerequisites = _advised(bib, way.whys, set(keys))
    listed = [
        Listed(one.line, "covered", one.work, one.title, "") for one in made.works if one.work
    ]
    named = {*keys, *(one.work for one in made.prerequisites)}
    lacking = cover(bib, listed, (), MOST_LACKING + len(made.prerequisites)).uncited
    made.lacking = _advised(bib, lacking.whys, named)[:MOST_LACKING]


def _advised(bib: Bibliography, whys: Mapping[str, str], named: set[str]) -> list[AdvisedWork]:
    found = []
    for key, why in whys.items():
        if key not in named:
            paper = bib[key]
            title = bib.snapshot.readable(paper.plain_title)
            by = f"{author_line(paper.author, at_most=2)} {paper.year}"
            found.append(AdvisedWork(key, title, by, why))
    return found
