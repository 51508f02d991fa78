"""The canonical form of data files: one way to write them, nothing lost, comments kept."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dltheory_bib.cli.main import main
from dltheory_bib.source.folders import DataFile, catalogue_files
from dltheory_bib.source.yaml_writer import WIDTH, canonical, canonical_records, rewrite
from helpers.collections import CATALOGUE

COMMENTED = """\
# What this file is.

# about b
- key: b
  author: [X, A]  # both
  topics: [a, b]
  relations:
    - kind: extends # y
      # on the work
      work: d
    - work: c # w
      kind: >- # q
        foo
  # below b
- key: a  # tr
  summary: >-
    text # not
    # not either
  # c1
  title: "x # no"   # tr2
  # last

# end
"""


def said(text: str) -> list[dict[str, object]]:
    records: list[dict[str, object]] = yaml.load(text, yaml.BaseLoader)
    return sorted(records, key=lambda record: str(record.get("key")))


@pytest.mark.catalogue
@pytest.mark.parametrize("file", catalogue_files(CATALOGUE), ids=lambda file: file.path.name)
def test_the_shipped_files_are_in_canonical_form(file: DataFile) -> None:
    """`dltheory check --fix` leaves the shipped files as they are."""
    text = file.path.read_text(encoding="utf-8")
    assert canonical(text, file.kind) == text, "run `dltheory check --fix`"


def test_comments_stay_with_what_they_stand_at() -> None:
    """Above a record or a field, beside a value, below the last field, at both ends."""
    made = canonical(COMMENTED, "papers")
    assert (
        made
        == """\
# What this file is.

- key: a  # tr
  # c1
  title: 'x # no'  # tr2
  summary: 'text # not # not either'
  # last

# about b
- key: b
  author:  # both
    - X
    - A
  topics: [a, b]
  relations:
    - kind: extends  # y
      # on the work
      work: d
    - kind: foo  # q
      work: c  # w
  # below b

# end
"""
    )
    assert canonical(made, "papers") == made
    assert said(made) == said(COMMENTED)


def test_values_that_another_reader_would_type_are_quoted() -> None:
    """`1703.00887` keeps its last digit in every YAML reader; pages and addresses stay bare."""
    text = (
        "- key: a\n  year: 2017\n  volume: 70\n  pages: 1724-1732\n  eprint: 1703.00880\n"
        "  author: [No, 12:30:45, '2001-01-01', 1e3]\n"
        "  url: https://x.org/a?b#c\n  title: 'It''s'\n"
    )
    made = canonical(text, "papers")
    assert yaml.safe_load(made) == [
        {
            "key": "a",
            "title": "It's",
            "author": ["No", "12:30:45", "2001-01-01", "1e3"],
            "year": 2017,
            "volume": "70",
            "pages": "1724-1732",
            "eprint": "1703.00880",
            "url": "https://x.org/a?b#c",
        }
    ]
    assert "pages: 1724-1732\n" in made
    assert "url: https://x.org/a?b#c\n" in made


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn")),
    max_size=30,
)
VALUES = st.lists(WORDS, max_size=30).map(" ".join)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"key": WORDS, "summary": VALUES},
        optional={
            "title": VALUES,
            "author": st.lists(VALUES, max_size=4),
            "topics": st.lists(WORDS, max_size=9),
            "sources": st.lists(st.fixed_dictionaries({"source": VALUES}), max_size=2),
            "unheard-of": VALUES,
        },
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@given(RECORDS)
def test_what_a_file_says_stays_and_a_second_time_changes_nothing(
    records: list[dict[str, object]],
) -> None:
    """Whatever the values are."""
    text = yaml.dump(records, allow_unicode=True, sort_keys=False)
    made = canonical(text, "papers")
    assert said(made) == said(text)
    assert canonical(made, "papers") == made
    foldable = [line for line in made.splitlines() if re.fullmatch(r" +(\w+ )+\w+", line)]
    assert all(len(line) <= WIDTH for line in foldable)


def test_windows_line_ends_become_those_of_the_repository(tmp_path: Path) -> None:
    """A file saved on Windows reads the same and is written with plain line ends."""
    path = tmp_path / "papers.yaml"
    path.write_bytes(b"- key: b\r\n  title: T # x\r\n- key: a\r\n  title: U\r\n")
    assert rewrite(path, "papers")
    assert path.read_bytes() == b"- key: a\n  title: U\n\n- key: b\n  title: T  # x\n"
    assert not rewrite(path, "papers")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"- a: [\n", "is not valid YAML"),
        (b"a: b\n", "is not a list of records"),
        (b"- \xff\n", "codec can't decode byte"),
        (b"", "is not a list of records"),
        (b"- key: &x a\n  title: *x\n", "has YAML anchors or aliases; write the values out"),
        (b"- key: !!str a\n", "is not a list of records"),
    ],
)
def test_a_file_that_cannot_be_written_back_is_left_alone(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """It is for `check` to say what is wrong with it."""
    path = tmp_path / "papers.yaml"
    path.write_bytes(content)
    if b"!!str" in content:
        rewrite(path, "papers")  # tags are `check`'s to refuse; their values stay
        assert b"a" in path.read_bytes()
        return
    with pytest.raises(ValueError, match=said):
        rewrite(path, "papers")
    assert path.read_bytes() == content


def test_a_work_without_a_date_gets_the_day(tmp_path: Path) -> None:
    """Once: a second run on another day changes nothing, and only works have a date."""
    path = tmp_path / "papers.yaml"
    dated = "- key: b2000b\n  added: '2000-01-02'\n"
    path.write_text(f"- title: A  # a comment\n  key: a2000a\n\n{dated}", encoding="utf-8")
    assert rewrite(path, "papers", date(2026, 11, 30))
    text = "- key: a2000a\n  title: A  # a comment\n  added: '2026-11-30'\n\n"
    assert path.read_text(encoding="utf-8") == text + dated
    assert not rewrite(path, "papers", date(2026, 12, 1))
    topic = "- id: tea\n  label: Tea\n"
    assert canonical(topic, "topics", date(2026, 11, 30)) == topic


def test_check_fix_writes_the_canonical_form_and_then_judges(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which files it wrote, once."""
    path = tmp_path / "papers.yaml"
    path.write_text(
        "- title: A title\n  key: abel1990leaves\n  type: online\n  year: 1990\n"
        "  author: ['Abel, Ann']\n  url: https://example.org/\n",
        encoding="utf-8",
    )
    assert main(("check", "--fix", str(path))) == 0
    assert "written in canonical form" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8").startswith("- key: abel1990leaves\n  type: online\n")
    assert main(("check", "--fix", str(path))) == 0
    assert "written" not in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["papers", "venues", "questions"])
def test_new_records_are_written_as_a_file_is(kind: str) -> None:
    """In the same form, whatever their order."""
    text = (Path(__file__).parent / "sample" / f"{kind}.yaml").read_text("utf-8")
    records = said(text)
    assert canonical_records(reversed(records), kind) == canonical(text, kind)
    assert "#" not in re.sub(r"\S#", "", text)  # so that no comment is missed
    assert canonical_records([], kind) == canonical("[]", kind)
