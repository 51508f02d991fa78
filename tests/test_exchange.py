"""Libraries of Zotero, JabRef and others, both ways: title to files, all of it comes back."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib import load
from dltheory_bib.bibfile.importers import Draft, read_drafts
from dltheory_bib.text.file_links import file_links, to_file_field
from dltheory_bib.text.note_latex import note_from_latex, note_to_latex
from dltheory_bib.text.value_rules import lines
from helpers.budget import SOAK

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import exchange

pytestmark = pytest.mark.usefixtures("cache")
WORKS = exchange.library(200 if SOAK else 24, 13)
PLAIN = exchange.library(200 if SOAK else 24, 13, plain=True)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def whole(counts: Counter[str], fields: tuple[str, ...] = exchange.FIELDS) -> bool:
    return counts["works"] > 0 and all(counts[one] == counts["works"] for one in fields)


@pytest.mark.soak
@pytest.mark.parametrize("name", exchange.FORMATS)
def test_what_is_exported_comes_back(tmp_path: Path, name: str) -> None:
    counts = exchange.kept_by_format(tmp_path, WORKS, name)
    assert whole(counts), counts


@pytest.mark.soak
@pytest.mark.parametrize("program", exchange.PROGRAMS)
def test_what_other_programs_export_is_imported(tmp_path: Path, program: str) -> None:
    works = PLAIN if program in exchange.PLAIN else WORKS
    simple = [exchange.simple_tags(one) for one in works]
    counts = exchange.kept_from(tmp_path, simple, program)
    fields = exchange.FIELDS if program != "CSL-JSON" else exchange.FIELDS[:4]
    assert whole(counts, fields), counts


@pytest.mark.soak
@pytest.mark.parametrize("program", ["JabRef", "Zotero"])
def test_what_is_exported_is_read_by_other_programs(tmp_path: Path, program: str) -> None:
    counts = exchange.kept_for(tmp_path, WORKS, program)
    assert whole(counts, exchange.FIELDS[4:]), counts


@pytest.mark.parametrize(
    ("value", "links"),
    [
        (r":C\:\\Users\\me\\a b.pdf:PDF", ["C:\\Users\\me\\a b.pdf"]),
        (r":C:\Users\me\a.pdf:PDF", ["C:\\Users\\me\\a.pdf"]),
        (r":C$\backslash$:/Users/x/a.pdf:pdf", ["C:/Users/x/a.pdf"]),
        (
            r"T:C\:\\Z\\X\\a.pdf:application/pdf;S:f/1/x.html:text/html",
            ["C:\\Z\\X\\a.pdf", "f/1/x.html"],
        ),
        (r":http\://arxiv.org/pdf/2010.08497v1:PDF", ["http://arxiv.org/pdf/2010.08497v1"]),
        ("https://arxiv.org/pdf/1.pdf", ["https://arxiv.org/pdf/1.pdf"]),
        (":papers\\a.pdf:PDF", ["papers\\a.pdf"]),
        ("Desc:File.PDF:PDF", ["File.PDF"]),
        ("a.pdf;b.pdf; c d.pdf", ["a.pdf", "b.pdf", "c d.pdf"]),
        (r"a\: b:/home/a\;b.pdf:PDF:https\://x.org/a.pdf", ["/home/a;b.pdf"]),
        ("~/pdf/e.pdf:PDF", ["~/pdf/e.pdf"]),
        ("Desc: e.pdf", ["e.pdf"]),
        ("A &#44; B:x&#44;y.pdf:PDF", ["x&#44;y.pdf"]),
        ("", []),
    ],
)
def test_links_to_files(value: str, links: list[str]) -> None:
    assert file_links(value) == links


_PATHS = st.lists(
    st.text("ab c:;\\/$.{}&_-~%é", min_size=1, max_size=12).map(str.strip).filter(bool),
    max_size=4,
    unique=True,
)


@given(_PATHS)
def test_any_paths_come_back(links: list[str]) -> None:
    assert file_links(to_file_field(links)) == links


PIECES = [
    *"ab  -'`\"\\{}$&%#_^~<>|!?,;:@=()[]*+/.0",
    *("\n", "\n\n", "--", "\n---\n", "é", "–", "—", "’", "“", "α", "≤", "中", "😀", "\u00a0", "ł"),
    *("\\alpha", "$x^2$", "\n  - ", "\\cite{a}", "  "),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_note_comes_back(text: str) -> None:
    try:
        note = unicodedata.normalize("NFC", lines(text))
    except ValueError:
        return
    written = note_to_latex(note)
    assert note_from_latex(written) == note
    assert written.count("{") == written.count("}")


def drafts(tmp_path: Path, text: str, name: str = "refs.bib") -> tuple[list[Draft], list[str]]:
    (tmp_path / name).write_text(text, "utf-8")
    return read_drafts(tmp_path / name, with_notes=True)


def test_jabrefs_grades_groups_and_comments(tmp_path: Path) -> None:
    (one,), said = drafts(
        tmp_path,
        "@misc{a, title={T}, author={A, B}, year=2020, ranking={rank3}, priority={prio1},\n"
        "  relevance={relevant}, printed={printed}, qualityassured={qualityAssured},\n"
        "  readstatus={skimmed}, keywords={x, y}, groups={My group, y}, owner={me},\n"
        "  comment={One line,\n\n  indented {kept} 50%.}, comment-ada={Hers.}}\n"
        "@Comment{jabref-meta: grouping:\n0 AllEntriesGroup:;\n}\n",
    )
    assert one.status == "reading"
    assert [*dict.fromkeys(one.keywords)] == (
        ["rank3", "prio1", "relevant", "printed", "qualityAssured", "x", "y", "My group"]
    )
    assert one.notes == ["One line,\n\n  indented {kept} 50%.", "Hers."]
    assert said == [
        "the tree of groups in JabRef's @comment is not imported; the groups that entries name "
        "become tags",
        "field owner of 1 entry is not imported; a record has no place for it",
    ]


def test_wrapped_lines_are_joined_and_html_is_text(tmp_path: Path) -> None:
    (one,), _ = drafts(
        tmp_path,
        "@misc{a, title={T}, author={A, B}, year=2020, annote={Read\n    on, p.~3.\n\n    Next.},\n"
        "  note={<p>An <b>old</b> one &amp; more</p><p>x &lt; y</p>}, annote={See \\cite{b}.}}",
    )
    assert one.notes == ["Read on, p. 3.\n\nNext.", "An old one & more\nx < y", "See \\cite{b}."]


def test_every_status_comes_back(tmp_path: Path) -> None:
    """What JabRef has no word for is exported as ours, and comes back."""
    draw = random.Random(1)
    keys = [f"s{number}" for number in range(6)]
    states = [draw.choice(("to-read", "reading", "read")) for _ in keys]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "papers.yaml").write_text(
        "\n".join(
            f"- key: {key}\n  type: online\n  title: {key} {key}\n  author:\n    - {key}, A\n"
            "  year: 2020\n"
            for key in keys
        ),
        "utf-8",
    )
    (tmp_path / "mine" / "notes.yaml").write_text(
        "\n".join(
            f"- key: {key}\n  status: {state}\n" for key, state in zip(keys, states, strict=True)
        ),
        "utf-8",
    )
    for name in ("bibtex", "csl-json"):
        file = tmp_path / exchange.FORMATS[name]
        exchange.run_command(
            *("--data", "mine", "export", "-f", name, "--private", "-o", str(file), "--force")
        )
        exchange.run_command("import", str(file), f"{name}-back")
        back = load(tmp_path / f"{name}-back")
        assert [back.own_notes(key)[0].status for key in keys] == states
