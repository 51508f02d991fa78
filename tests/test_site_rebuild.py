"""A site that is built again is the site that is built afresh, and less of it is made."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from copy import deepcopy
from functools import cached_property
from pathlib import Path

import pytest
import yaml

from dltheory_bib import Bibliography, load
from dltheory_bib.files import write_bytes
from dltheory_bib.models.paper import Paper
from dltheory_bib.site import build
from dltheory_bib.site.build import build_site, make_files
from dltheory_bib.site.folder import MANIFEST, Folder, Written
from dltheory_bib.site.options import Options
from dltheory_bib.site.prose_reads import EVERY, PROSE, ProseReads, notes_reads

OPTIONS = Options(title="Tea", base_url="https://example.org/tea/", shipped=False)


def files_in(out: Path) -> dict[str, bytes]:
    """Every file of a site but its manifest."""
    found = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    return {name: content for name, content in found.items() if name != MANIFEST}


def rebuilt(data: Path, out: Path, options: Options = OPTIONS) -> Written:
    """Build again; the folder is, to the byte, what a build into another folder makes."""
    done = build_site(load(data), out, options)
    fresh = out.with_name(f"{out.name}-fresh")
    build_site(load(data), fresh, options)
    assert files_in(out) == files_in(fresh)
    here, there = Folder(out), Folder(fresh)
    assert (here.fingerprint, here.hashes, here.parts, here.state) == (
        there.fingerprint,
        there.hashes,
        there.parts,
        there.state,
    )
    shutil.rmtree(fresh)
    return done


def edit(data: Path, name: str, old: str, new: str) -> None:
    """Replace a text that is once in a file."""
    path = data / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def without(data: Path, key: str) -> None:
    """Take the first record out of a file that begins with `- key:` and the key."""
    path = data / "papers.yaml"
    records = path.read_text("utf-8").split("\n\n")
    left = [one for one in records if not one.startswith(f"- key: {key}\n")]
    assert len(left) == len(records) - 1
    path.write_text("\n\n".join(left), "utf-8")


FACTS: dict[str, tuple[str, str, str]] = {
    "a title": ("papers", "title: Kettles", "title: Kettles of Tin"),
    "a name": ("papers", "    - No, Yes", "    - Noe, Yes"),
    "the pages of a work": ("papers", "pages: 10-20", "pages: 10-21"),
    "the level of a work": ("papers", "level: start", "level: core"),
    "a prerequisite": ("papers", "  after: [abel1990leaves]\n", ""),
    "a relation": ("papers", "Carries the law of leaves over", "Extends the law"),
    "a topic": ("topics", "How tea is made.", "How tea is brewed."),
    "what is above a topic": ("topics", "stay in water.\n  broader: brewing", "stay."),
    "a venue": ("venues", "short: Tea Lett.", "short: T. Lett."),
    "a trail": ("trails", "How long one waits.", "How long to wait."),
    "a card": ("results", "Steeping twice is faster", "Steeping twice is much faster"),
    "a bound": ("results", "- {eps: -7/4 log^2}", "- {eps: -3/2 log^2}"),
    "a question": ("questions", "label: Time until tea is ready", "label: Time until tea"),
    "an assumption": ("assumptions", "label: Hot water", "label: Very hot water"),
}


@pytest.mark.parametrize("what", FACTS)
def test_a_changed_fact_is_on_every_page_that_shows_it(
    what: str, catalogue_dir: Path, tmp_path: Path
) -> None:
    """Of a work, a topic, a venue, a trail or a card."""
    build_site(load(catalogue_dir), tmp_path / "out", OPTIONS)
    edit(catalogue_dir, *FACTS[what])
    assert rebuilt(catalogue_dir, tmp_path / "out").written > 0


def test_a_changed_sentence_is_made_again_alone(catalogue_dir: Path, tmp_path: Path) -> None:
    """With what holds the prose of every work: no page of another work or of a person is made."""
    out = tmp_path / "out"
    first = build_site(load(catalogue_dir), out, OPTIONS)
    assert first.made == first.written
    edit(catalogue_dir, "papers", "square root of time", "cube root of time")
    done = rebuilt(catalogue_dir, out)
    assert 0 < done.written <= done.made
    read = [name for name, part in Folder(out).parts.items() if part.depends_on(["ost1995kettles"])]
    assert sorted(read) == ["data", "feed", "search", "work ost1995kettles"]
    own = [name for name, part in Folder(out).parts.items() if part.depends_on(["abel1990leaves"])]
    assert done.made == sum(len(Folder(out).parts[name].files) for name in own)
    assert done.made < first.made / 2


def test_several_edits_one_after_another(catalogue_dir: Path, tmp_path: Path) -> None:
    """Prose, facts, prose again, and back to the beginning; then nothing is left to do."""
    out = tmp_path / "out"
    build_site(load(catalogue_dir), out, OPTIONS)
    before = files_in(out)
    edits = [
        ("papers", "square root of time", "cube root of time"),
        ("papers", "title: Kettles", "title: Kettles of Tin"),
        ("papers", "The shortest proof", "A short proof"),
    ]
    for name, old, new in edits:
        edit(catalogue_dir, name, old, new)
        rebuilt(catalogue_dir, out)
    for name, old, new in edits:
        edit(catalogue_dir, name, new, old)
    rebuilt(catalogue_dir, out)
    assert files_in(out) == before
    assert rebuilt(catalogue_dir, out).made == 0


def test_a_deleted_work_and_a_new_one(catalogue_dir: Path, tmp_path: Path) -> None:
    """Its files go; lists, counts and the search are without it."""
    data, out = tmp_path / "data", tmp_path / "out"
    shutil.copytree(catalogue_dir, data)
    with (data / "papers.yaml").open("a", encoding="utf-8") as stream:
        stream.write(
            "\n- key: roe2003cups\n  type: online\n  title: Cups\n  author:\n    - Roe, Ann\n"
            "  year: 2003\n  topics: [cups]\n"
        )
    build_site(load(data), out, OPTIONS)
    without(data, "roe2003cups")
    done = rebuilt(data, out)
    assert done.removed >= 4
    assert not (out / "works/roe2003cups.html").exists()
    assert files_in(out) == make_files(load(catalogue_dir), OPTIONS)


def test_other_options_another_version_and_other_templates(
    catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every part is made again."""
    out = tmp_path / "out"
    first = build_site(load(catalogue_dir), out, OPTIONS)
    other = Options(title="More tea", shipped=False)
    done = rebuilt(catalogue_dir, out, other)
    assert done.made == first.made - 1  # without the sitemap
    for program in ("later", "latest"):
        monkeypatch.setattr(build, "_program", lambda program=program: program)
        assert rebuilt(catalogue_dir, out, other).made == done.made


def test_the_program_is_its_version_its_templates_and_its_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change of any of them is another program."""
    found = {build._program()}
    monkeypatch.setattr(build, "__version__", "0.0.0")
    found.add(build._program())
    walk = build._walk

    def without_one(*where: object) -> object:
        return itertools.islice(walk(*where), 1, None)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "_walk", without_one)
    found.add(build._program())
    assert len(found) == 3


@pytest.mark.parametrize("stop", [0, 1, 3, 5])
def test_a_killed_build_is_completed_by_the_next(
    stop: int, catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever had been written: also a build of one changed sentence."""
    out, count = tmp_path / "out", itertools.count()
    write = write_bytes

    def killed(*arguments: object, **options: object) -> None:
        if next(count) == stop:
            raise KeyboardInterrupt
        write(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("dltheory_bib.site.folder.write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        build_site(load(catalogue_dir), out, OPTIONS)
    rebuilt(catalogue_dir, out)
    edit(catalogue_dir, "papers", "square root of time", "cube root of time")
    count = itertools.count(max(stop - 2, 0))
    with pytest.raises(KeyboardInterrupt):
        build_site(load(catalogue_dir), out, OPTIONS)
    rebuilt(catalogue_dir, out)


def test_a_damaged_file_is_made_again_with_a_changed_sentence(
    catalogue_dir: Path, tmp_path: Path
) -> None:
    """Though its part would be kept."""
    out = tmp_path / "out"
    build_site(load(catalogue_dir), out, OPTIONS)
    (out / "people/no-yes.html").write_text("damaged", "utf-8")
    (out / "works/no2001steeping.bib").unlink()
    edit(catalogue_dir, "papers", "square root of time", "cube root of time")
    rebuilt(catalogue_dir, out)


@pytest.mark.parametrize("state", ["null", "3", "[]", '{"prose": 3}', '{"prose": {}}'])
def test_a_manifest_of_another_shape_is_of_no_use_and_no_harm(
    state: str, catalogue_dir: Path, tmp_path: Path
) -> None:
    """An older program's, or one that somebody edited: all is made."""
    out = tmp_path / "out"
    first = build_site(load(catalogue_dir), out, OPTIONS)
    there = Folder(out)
    text = (out / MANIFEST).read_text("utf-8").replace(there.fingerprint, "")
    head, _, _ = text.partition('"state": ')
    (out / MANIFEST).write_text(f'{head}"state": {state}}}\n', "utf-8")
    assert rebuilt(catalogue_dir, out).made == first.made


# What is measured


PROSE_VALUES: dict[str, object] = {
    "summary": "Another summary with $x^2$.",
    "idea": "Another idea.",
    "limits": "Other limits.",
    "checked_in": "another text",
    "remarks": [{"text": "A remark.", "by": "a reader", "verdict": "stands"}],
    "sources": [{"source": "another source"}],
    "disagreements": [{"field": "title", "value": "Ab", "source": "a list"}],
}


@pytest.mark.parametrize("field", sorted(PROSE))
def test_every_kind_of_prose_is_seen_where_it_is_shown(
    field: str, catalogue_dir: Path, tmp_path: Path
) -> None:
    """Of a work that others extend, improve and cite; with and without it before."""
    path = catalogue_dir / "papers.yaml"
    records = yaml.safe_load(path.read_text("utf-8"))
    for record in records[:2]:
        record |= {"checked": "abstract", "checked_in": "a text"} if record.get("summary") else {}
    path.write_text(yaml.safe_dump(records, allow_unicode=True), "utf-8")
    build_site(load(catalogue_dir), tmp_path / "out", OPTIONS)
    for record in records[:2]:
        record[field] = deepcopy(PROSE_VALUES[field])  # YAML would write an anchor
        path.write_text(yaml.safe_dump(records, allow_unicode=True), "utf-8")
        rebuilt(catalogue_dir, tmp_path / "out")


def test_what_reads_a_record_reads_its_prose(bib: Bibliography) -> None:
    """By a field, as a whole, or by a statement; a fact does not."""
    reads = ProseReads(bib.snapshot)
    paper = reads.watched(bib["jin2017escape"])
    other = reads.watched(bib["ge2015escaping"])
    own = {"jin2017escape"}
    assert isinstance(paper, Paper)

    def read(look: Callable[[], object]) -> set[str]:
        with reads.recorded(), reads.scope() as found:
            look()
        return found

    assert read(lambda: (paper.key, paper.title, paper.address, paper.topics, paper.pdf)) == set()
    for field in PROSE:
        assert read(lambda field=field: getattr(paper, field)) == own  # type: ignore[misc]
    for whole in (paper.to_dict, paper.to_json, paper.model_dump, paper.model_copy):
        assert read(whole) == own
    assert read(lambda: (paper.summary, other.limits)) == own | {"ge2015escaping"}
    assert read(lambda: bib.view("jin2017escape")) == own
    assert read(lambda: bib["jin2017escape"]) == own
    assert read(lambda: list(bib)) == {EVERY}
    assert read(lambda: bib.where("saddle").keys) == {EVERY}
    assert read(lambda: bib.where("topic:saddle-escape").keys) == set()
    assert paper == other.model_copy(update=paper.to_dict())
    assert bib.view("jin2017escape")
    assert reads._scopes == []


def test_what_is_kept_is_read_by_all_who_use_it(bib: Bibliography) -> None:
    """Not only by the first; also through something else that is kept."""

    @notes_reads
    class Shared:
        def __init__(self) -> None:
            self.reads = ProseReads(bib.snapshot)
            self.kept: dict[str, tuple[object, frozenset[str]]] = {}
            self.paper = self.reads.watched(bib["jin2017escape"])

        @cached_property
        def words(self) -> list[str]:
            """The words of a summary."""
            return str(self.paper.summary).split()

        @cached_property
        def first(self) -> str:
            """The first of them."""
            return self.words[0]

    shared = Shared()
    for _ in range(2):
        for name in ("first", "words"):
            with shared.reads.scope() as found:
                getattr(shared, name)
            assert found == {"jin2017escape"}
    assert shared.words is shared.words
    assert Shared.words.__doc__ == "The words of a summary."
