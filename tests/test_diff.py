"""What changed between two states of a catalogue: each kind of change, and each format."""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dltheory_bib import Bibliography, DataError, diff, load
from dltheory_bib.cli.main import main
from dltheory_bib.revision.change import CatalogueDiff, Change, ChangeKind
from dltheory_bib.revision.release import open_state
from dltheory_bib.site.change_feed import change_feed, last_day
from helpers.collections import EXAMPLE
from helpers.records import work

ATOM = "{http://www.w3.org/2005/Atom}"
Edit = Callable[[str, str], None]


@pytest.fixture
def old() -> Bibliography:
    return load(EXAMPLE)


@pytest.fixture
def edit(catalogue_dir: Path) -> Callable[..., None]:
    """Replace a text of a file of the tea catalogue, which must be there once."""

    def replace(file: str, before: str, after: str) -> None:
        path = catalogue_dir / f"{file}.yaml"
        text = path.read_text("utf-8")
        assert text.count(before) == 1, before
        path.write_text(text.replace(before, after), "utf-8")

    return replace


@pytest.fixture
def changed(old: Bibliography, catalogue_dir: Path) -> Callable[[], list[Change]]:
    def found() -> list[Change]:
        return list(diff(old, load(catalogue_dir)))

    return found


def short(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(one.kind.value, one.subject, one.text) for one in changes]


def test_a_state_does_not_differ_from_itself(bib: Bibliography) -> None:
    found = diff(bib, bib)
    assert not found
    assert found.counts() == {}
    assert repr(found) == f"<CatalogueDiff of 0 changes, {len(bib)} to {len(bib)} works>"
    assert found.to_markdown().startswith("# Nothing changed\n")


def test_facts_that_were_mended(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit("papers", "pages: 1-9", "pages: 1-8")
    edit("papers", "doi: 10.1234/leaves.1", "doi: 10.1234/leaves.2")
    assert short(changed()) == [
        (
            "fact",
            "abel1990leaves",
            "pages: 1-8, was 1-9; doi: 10.1234/leaves.2, was 10.1234/leaves.1.",
        )
    ]


def test_a_fact_that_is_taken_out(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit("papers", "  doi: 10.1234/leaves.1\n", "")
    assert short(changed()) == [
        ("fact", "abel1990leaves", "doi: none, was 10.1234/leaves.1."),
    ]


def test_a_preprint_that_was_published(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit(
        "papers",
        "- key: no2001steeping\n  type: online",
        "- key: no2001steeping\n  type: article\n  venue: tea-letters",
    )
    (found,) = changed()
    assert (found.kind, found.subject) == ("published", "no2001steeping")
    assert found.text == "The preprint was published: Tea Lett. 2001."


def test_a_new_and_a_removed_work(
    edit: Edit, changed: Callable[[], list[Change]], catalogue_dir: Path
) -> None:
    papers = catalogue_dir / "papers.yaml"
    added = work("doe2020cups", "Cups", year=2020, extra="summary: Cups hold.\nadded: '2026-01-02'")
    text = papers.read_text("utf-8")
    start = text.index("- key: ost2004programsiii")
    papers.write_text(added + text[:start], "utf-8")
    edit("people", ", ost2004programsiii", "")
    found = changed()
    assert short(found) == [
        ("removed", "ost2004programsiii", "It is no longer in the catalogue."),
        ("added", "doe2020cups", "2020. Cups hold."),
    ]
    assert [one.date for one in found] == [None, "2026-01-02"]


def test_a_key_that_changed(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit(
        "papers", "- key: ost1995kettles\n", "- key: ost1996kettles\n  aliases: [ost1995kettles]\n"
    )
    found = [one for one in changed() if one.kind is not ChangeKind.CARD]
    assert short(found) == [
        (
            "renamed",
            "ost1996kettles",
            "The key ost1995kettles is now ost1996kettles; the old one is still understood.",
        )
    ]


def test_relations(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    """A claim that is refuted is a change of the work that it concerns."""
    edit(
        "papers",
        "    - kind: extends\n      work: abel1990leaves\n"
        "      says: Carries the law of leaves over to soft water.\n",
        "    - kind: refutes\n      work: abel1990leaves\n      says: Leaves never release it.\n",
    )
    found = changed()
    assert short(found) == [
        (
            "disputed",
            "abel1990leaves",
            "Refuted by Abel and Øst 1992, Water and pH: Leaves never release it.",
        ),
        ("relation", "abel1992water", "No longer: abel1992water extends abel1990leaves."),
    ]
    assert found[0].works == ("abel1990leaves", "abel1992water")


def test_annotations(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit("papers", "in proportion to the square root of time", "slowly")
    edit("papers", "  checked: full-text\n  checked_in: Tea Letters 1\n", "")
    assert short(changed()) == [
        (
            "annotation",
            "abel1990leaves",
            "summary: Leaves release their colour slowly. checked: unchecked, was full-text.",
        )
    ]


def test_citations(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit("citations", "cites: [abel1990leaves, abel1991water]", "cites: [abel1991water]")
    (found,) = changed()
    assert (found.kind, found.subject) == ("citations", "no2001steeping")
    assert found.text == "No longer cites abel1990leaves."


def test_a_bound_that_is_beaten(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    """By a card that is known to be stronger, although no record claims an improvement."""
    card = (
        "- id: no2001steeping-fast\n  work: no2001steeping\n  question: steeping-time\n"
        "  quantity: minutes\n  kind: upper\n  bound:\n    - {eps: -1, n: 1}\n  holds: surely\n"
        "  assumptions: [hot]\n  statement: Steeping fast.\n  version: arXiv cs/0101001v1\n"
        "  where: Theorem 2\n  read_in: arXiv cs/0101001\n  checked: full-text\n\n"
    )
    edit("results", "- id: no2001steeping-log\n", f"{card}- id: no2001steeping-log\n")
    improved, added = changed()
    assert (improved.kind, improved.subject) == ("improved", "abel1990leaves")
    assert improved.works == ("abel1990leaves", "no2001steeping")
    assert "abel1990leaves-square-root" in improved.text
    assert improved.text.endswith(r"by $\varepsilon^{-1} n$: exponent of $\varepsilon$: −2 → −1.")
    assert added.text.startswith("New card no2001steeping-fast, ")


def test_a_card_that_was_mended_or_withdrawn(
    edit: Edit, changed: Callable[[], list[Change]]
) -> None:
    edit("results", "    - {eps: -1}\n", "    - {eps: -1/2}\n")
    edit("results", "  checked: secondary\n", "  checked: abstract\n")
    texts = [one.text for one in changed()]
    assert texts == [
        r"The card abel1992water-lower was mended: bound: $\varepsilon^{-1/2}$, was "
        r"$\varepsilon^{-1}$.",
        "The card ost2003programsii-stirring was mended: checked: abstract, was secondary.",
    ]


def test_topics(edit: Edit, changed: Callable[[], list[Change]]) -> None:
    edit("topics", "How long leaves stay in water.", "How long leaves stay where they are.")
    edit("topics", "- id: cups\n  label: Cups\n", "- id: cups\n  label: Mugs\n")
    edit("topics", "aliases: [mugs]", "aliases: [cups]")
    assert short(changed()) == [
        ("topic", "cups", "changed: label, aliases."),
        ("topic", "steeping", "definition: How long leaves stay where they are."),
    ]


@pytest.fixture
def much(edit: Edit, old: Bibliography, catalogue_dir: Path) -> CatalogueDiff:
    """A diff with changes of several kinds, some of them hostile."""
    edit("papers", "pages: 1-9", "pages: 1-8")
    edit("papers", "in proportion to the square root of time", "*now* <b>")
    edit("topics", "What tea is drunk from.", "What tea & milk are drunk from.")
    papers = catalogue_dir / "papers.yaml"
    more = work("doe2020cups", "'Cups <script>[x](y) $a<b$'", extra="topics: [steeping]")
    papers.write_text(more + papers.read_text("utf-8"), "utf-8")
    return diff(old, load(catalogue_dir))


def test_an_id_is_the_same_whatever_is_compared(
    much: CatalogueDiff, edit: Edit, catalogue_dir: Path, old: Bibliography
) -> None:
    """A reader of a feed sees each change once, although each release compares with another."""
    before = {one.id for one in much}
    assert len(before) == len(much)
    edit("papers", "volume: '1'", "volume: '2'")
    edit("topics", "Water\n  definition: What", "Water\n  definition: That")
    later = {one.id: one for one in diff(old, load(catalogue_dir))}
    assert {one.id for one in much if one.kind in {"added", "annotation"}} <= later.keys()
    assert {kind for one in much if (kind := one.kind) and one.id not in later} == {"fact"}


def test_changes_on_a_topic_are_those_below_it_too(much: CatalogueDiff) -> None:
    assert {one.subject for one in much.on("brewing")} == {"abel1990leaves", "doe2020cups"}
    assert {one.subject for one in much.on("steeping")} == {"doe2020cups"}
    assert {one.subject for one in much.on("cups")} == {"cups"}


def test_markdown_and_terminal_escape_what_records_say(much: CatalogueDiff) -> None:
    text = much.to_markdown()
    assert r"**Doe 2017, Cups \<script\>\[x\](y) $a<" in text
    assert r"\*now\* \<b\>" in text
    drawn = str(much)
    assert "Facts of a work mended (1)" in drawn
    assert "Cups <script>[x](y) a<b" in drawn
    assert (
        len(drawn.splitlines()) == len([line for line in drawn.splitlines() if line.rstrip()]) + 3
    )


def test_json(much: CatalogueDiff) -> None:
    content = json.loads(json.dumps(much.to_dict()))
    assert content["works"] == {"before": 6, "after": 7}
    assert content["counts"] == {"fact": 1, "added": 1, "annotation": 1, "topic": 1}
    assert {one["id"] for one in content["changes"]} == {one.id for one in much}


def _checked_feed(text: bytes) -> ElementTree.Element:
    """A feed that is valid by RFC 4287, sections 4.1.1 and 4.1.2."""
    feed = ElementTree.fromstring(text)
    assert feed.tag == f"{ATOM}feed"
    for parent in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", parent.findtext(f"{ATOM}updated") or "")
        assert re.fullmatch(
            "urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            parent.findtext(f"{ATOM}id") or "",
        )
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    entries = feed.findall(f"{ATOM}entry")
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == len(entries)
    for one in entries:
        assert one.findtext(f"{ATOM}content")
    return feed


def test_the_feed_is_valid_atom(much: CatalogueDiff) -> None:
    base = "https://example.org/tea/"
    for text in (
        change_feed(much, "Tea", "2026-11-30"),
        change_feed(much, "Tea", "2026-11-30", base),
        change_feed(much, "Tea", "2026-11-30", base, "brewing"),
    ):
        assert _checked_feed(text).findall(f"{ATOM}entry")
    ids = [
        ElementTree.fromstring(change_feed(much, "Tea", "2026-11-30", base, topic)).findtext(
            f"{ATOM}id"
        )
        for topic in ("", "brewing", "cups")
    ]
    assert len(set(ids)) == 3


def test_the_day_of_a_state_is_that_of_its_last_work(old: Bibliography) -> None:
    assert last_day(old) == "2004-01-01"


def test_bounds_and_claims_since_a_list_was_made(
    edit: Edit, catalogue_dir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    edit("papers", "pages: 1-9", "pages: 1-8")
    edit("papers", "pages: 10-20", "pages: 10-21")
    refs = tmp_path / "refs.bib"
    refs.write_text(
        "@inproceedings{w, title={Water and {pH}}, author={Abel, Ida and Øst, Bo}, year=1992}\n",
        "utf-8",
    )
    arguments = ["diff", str(EXAMPLE), str(catalogue_dir), "--cited", str(refs)]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "pages: 10-21, was 10-20." in out
    assert "1-8" not in out
    assert err == "6 works before, 6 after; 1 fact\n"
    refs.write_text("@misc{x, title={Nothing That Is Here at All}, year=1992}\n", "utf-8")
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(
        "no work of the catalogue is in it\n6 works before, 6 after; nothing changed\n"
    )


@pytest.mark.parametrize("format_", ["markdown", "json", "atom"])
def test_the_formats_of_the_command(
    edit: Edit, catalogue_dir: Path, capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    edit("papers", "pages: 1-9", "pages: 1-8")
    assert main(["diff", str(EXAMPLE), str(catalogue_dir), "-f", format_, "-t", "Brewing"]) == 0
    out = capsys.readouterr().out
    assert "1-8" in out
    if format_ == "json":
        json.loads(out)
    elif format_ == "atom":
        assert ElementTree.fromstring(out).findtext(f"{ATOM}title") == (
            "Deep learning theory: what changed on Brewing"
        )


@pytest.mark.parametrize("day", ["today", "2026-13-01", "2026-02-30", "20261130"])
def test_a_day_that_is_none(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(EXAMPLE), str(EXAMPLE), "--date", day]) == 2
    assert "write it as 2026-11-30" in capsys.readouterr().err


def _wheel(path: Path, prefix: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(EXAMPLE.glob("*.yaml")):
            archive.write(file, f"{prefix}{file.name}")
        archive.writestr("dltheory_bib/data/../../papers.yaml", "- not: read\n")
        archive.writestr("dltheory_bib/other/papers.yaml", "- not: read\n")
    return path


def _sdist(path: Path, prefix: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted(EXAMPLE.glob("*.yaml")):
            archive.add(file, f"{prefix}{file.name}")
        link = tarfile.TarInfo("dltheory_bib-1/data/secrets.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link, io.BytesIO())
    return path


@pytest.mark.parametrize(
    ("make", "name", "prefix"),
    [
        (_wheel, "dltheory_bib-1-py3-none-any.whl", "dltheory_bib/data/"),
        (_sdist, "dltheory_bib-1.tar.gz", "dltheory_bib-1/data/"),
    ],
)
def test_a_release_is_read_from_its_archive(
    tmp_path: Path, old: Bibliography, make: Callable[..., Path], name: str, prefix: str
) -> None:
    opened = open_state(make(tmp_path / name, prefix))
    assert not diff(old, opened)
    assert len(opened) == len(old)


def test_an_archive_without_a_catalogue(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("other/__init__.py", "")
    with pytest.raises(DataError, match=r"no data/papers\.yaml; name a wheel"):
        open_state(tmp_path / "other.whl")
    (tmp_path / "broken.tar.gz").write_bytes(b"\x1f\x8bnothing")
    with pytest.raises(DataError, match="no archive that can be read"):
        open_state(tmp_path / "broken.tar.gz")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_with_damaged_data(tmp_path: Path, method: int) -> None:
    """Each way of compression has errors of its own; all are told in one line."""
    path = tmp_path / "damaged.whl"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.write(EXAMPLE / "papers.yaml", "dltheory_bib/data/papers.yaml")
    content = bytearray(path.read_bytes())
    start = 30 + len("dltheory_bib/data/papers.yaml") + 20
    content[start : start + 70] = bytes(byte ^ 0xA5 for byte in content[start : start + 70])
    path.write_bytes(content)
    with pytest.raises(DataError, match="no archive that can be read") as caught:
        open_state(path)
    assert "\n" not in caught.value.problems[0].message
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="no archive that can be read") as caught:
        open_state(path)
    assert "\n" not in caught.value.problems[0].message


def test_errors_in_an_archive_name_its_files(tmp_path: Path) -> None:
    path = tmp_path / "dltheory_bib-1-py3-none-any.WHL"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dltheory_bib/data/papers.yaml", "- key: [\n")
    with pytest.raises(DataError) as caught:
        open_state(path)
    assert {one.file for one in caught.value.problems} == {f"{path}/papers.yaml"}


def test_a_folder_named_like_an_archive(catalogue_dir: Path, old: Bibliography) -> None:
    assert not diff(old, open_state(catalogue_dir.rename(catalogue_dir.with_name("old.whl"))))


def test_a_site_says_what_changed_since_an_older_state(
    edit: Edit, catalogue_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page, and a feed for each topic, in which a change keeps its id from build to build."""
    out = tmp_path / "site"

    def built() -> dict[str, set[str]]:
        arguments = ["--data", str(catalogue_dir), "site", "build", str(out)]
        assert main([*arguments, "--since", str(EXAMPLE)]) == 0
        return {
            path.relative_to(out).as_posix(): {
                one.findtext(f"{ATOM}id") or ""
                for one in _checked_feed(path.read_bytes()).iter(f"{ATOM}entry")
            }
            for path in [out / "changes.xml", *sorted(out.glob("topics/*.xml"))]
        }

    edit("papers", "pages: 1-9", "pages: 1-8")
    first = built()
    topics = {"brewing", "cups", "steeping", "water"}
    assert first.keys() == {"changes.xml", *(f"topics/{topic}.xml" for topic in topics)}
    assert len(first["changes.xml"]) == 1
    assert first["topics/brewing.xml"] == first["changes.xml"]
    assert first["topics/cups.xml"] == set()
    edit("topics", "What tea is drunk from.", "What milk is drunk from.")
    second = built()
    assert first["changes.xml"] < second["changes.xml"]
    assert len(second["topics/cups.xml"]) == 1
    page = (out / "changes.html").read_text("utf-8")
    assert 'href="works/abel1990leaves.html"' in page
    assert "pages: 1-8, was 1-9." in page
    assert 'href="changes.html"' in (out / "index.html").read_text("utf-8")
    assert "nothing changed" not in capsys.readouterr().err
    assert main(["--data", str(catalogue_dir), "site", "build", str(out)]) == 0
    assert not (out / "changes.html").exists()


def test_a_cited_work_that_was_removed_is_told(
    edit: Edit, catalogue_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    papers = catalogue_dir / "papers.yaml"
    text = papers.read_text("utf-8")
    papers.write_text(text[: text.index("- key: ost2004programsiii")], "utf-8")
    edit("people", ", ost2004programsiii", "")
    refs = tmp_path / "refs.bib"
    refs.write_text(
        "@misc{w, title={Tea Programs {III}: Black}, author={Øst, Bo}, year=2004}\n", "utf-8"
    )
    assert main(["diff", str(EXAMPLE), str(catalogue_dir), "--cited", str(refs)]) == 0
    assert "Works removed (1)" in capsys.readouterr().out


def test_a_record_that_was_joined_with_another_and_a_card_that_went(
    edit: Edit, changed: Callable[[], list[Change]], catalogue_dir: Path
) -> None:
    papers, results = catalogue_dir / "papers.yaml", catalogue_dir / "results.yaml"
    text = papers.read_text("utf-8")
    papers.write_text(text[: text.index("- key: ost2004programsiii")], "utf-8")
    edit("people", ", ost2004programsiii", "")
    joined = "- key: ost2003programsii\n  aliases: [ost2004programsiii]\n"
    edit("papers", "- key: ost2003programsii\n", joined)
    text = results.read_text("utf-8")
    results.write_text(text[: text.index("- id: ost2003programsii-stirring")], "utf-8")
    assert short(changed()) == [
        (
            "renamed",
            "ost2003programsii",
            "The key ost2004programsiii is now ost2003programsii with another record of the work; "
            "the old one is still understood.",
        ),
        (
            "card",
            "ost2003programsii",
            "The card ost2003programsii-stirring was withdrawn: Stirring helps as long as there "
            "are leaves.",
        ),
    ]


def test_a_day_is_for_a_feed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(EXAMPLE), str(EXAMPLE), "--date", "2026-11-30"]) == 2
    assert "--date is for --format atom" in capsys.readouterr().err
