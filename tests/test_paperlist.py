"""Lists of papers: sequences that chain, combine and export themselves."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from dltheory_bib import Bibliography, Paper, PaperList, QueryError, load
from dltheory_bib.formats.markdown import escape, to_markdown
from dltheory_bib.source.folders import shipped_directory


@pytest.fixture
def ntk(bib: Bibliography) -> PaperList:
    return bib.on("ntk")


# A sequence


def test_a_list_is_a_sequence_of_papers(bib: Bibliography, ntk: PaperList) -> None:
    """Length, index from both ends, iteration and membership agree."""
    assert isinstance(ntk, Sequence)
    assert len(ntk) == len(list(ntk)) == len(ntk.keys)
    assert [paper.key for paper in ntk] == ntk.keys
    assert ntk[0] == bib[ntk.keys[0]]
    assert ntk[-1] == bib[ntk.keys[-1]]
    assert ntk.index(ntk[2]) == 2
    assert next(reversed(ntk)) == ntk[-1]
    with pytest.raises(IndexError):
        ntk[len(ntk)]


def test_slices_are_lists_too(ntk: PaperList) -> None:
    """A slice, a step and a reversal give lists that chain on."""
    assert isinstance(ntk[2:5], PaperList)
    assert ntk[2:5].keys == ntk.keys[2:5]
    assert ntk[::-1].keys == ntk.keys[::-1]
    assert ntk[100:] == ntk.where("year:1700")
    assert not ntk[100:]


def test_membership_by_paper_key_or_alias(bib: Bibliography, ntk: PaperList) -> None:
    """A paper, its key and its aliases are in the list; anything else is not, and is no error."""
    paper = bib["jacot2018neural"]
    outside = bib["jin2017escape"]
    assert paper in ntk
    assert paper.key in ntk
    assert all(alias in ntk for alias in paper.aliases)
    assert outside not in ntk
    assert outside.key not in ntk
    assert "nosuch" not in ntk
    assert 7 not in ntk
    assert None not in ntk


def test_nothing_changes_a_list(ntk: PaperList) -> None:
    """No item or attribute can be set, and what it hands out is a copy."""
    with pytest.raises(TypeError):
        ntk[0] = ntk[1]  # type: ignore[index]
    with pytest.raises(AttributeError):
        ntk.name = "x"  # type: ignore[attr-defined]
    before = ntk.keys
    ntk.keys.clear()
    ntk.whys["x"] = "y"
    ntk.sort("title", reverse=True)
    assert ntk.keys == before
    assert ntk.whys == {}


def test_equal_lists_hold_the_same_works_in_the_same_order(
    bib: Bibliography, ntk: PaperList
) -> None:
    """Order counts, how the list was asked for does not; equal lists hash alike."""
    assert ntk == bib.where("topic:ntk")
    assert hash(ntk) == hash(bib.where("topic:ntk"))
    assert ntk != ntk[::-1]
    assert ntk != ntk.keys
    assert ntk == load().on("ntk")  # the same collection, opened twice
    assert hash(ntk) == hash(load().on("ntk"))


def test_set_operators_keep_the_order_of_the_left(
    bib: Bibliography, ntk: PaperList, catalogue_dir: Path
) -> None:
    """`|` appends what is new, `&` and `-` keep or drop."""
    mean = bib.on("mean-field")
    assert (ntk | mean).keys == list(dict.fromkeys([*ntk.keys, *mean.keys]))
    assert (ntk & mean).keys == [key for key in ntk.keys if key in mean]
    assert (ntk - mean).keys == [key for key in ntk.keys if key not in mean]
    assert ntk & mean
    assert (ntk & mean) | (ntk - mean) != ntk[:0]
    assert ntk + mean == ntk | mean
    with pytest.raises(ValueError, match="different bibliographies"):
        ntk | load(catalogue_dir).all()
    with pytest.raises(TypeError, match="combined with another"):
        ntk | ["jin2017escape"]  # type: ignore[operator]


def test_a_copy_and_a_pickle_are_the_list(bib: Bibliography, ntk: PaperList) -> None:
    """A list is pickled with the place of its collection, which is opened again."""
    reading = bib.reading("ntk")
    for one in (ntk, reading, ntk[:0]):
        assert copy.copy(one) is one
        assert copy.deepcopy(one) is one
        again = pickle.loads(pickle.dumps(one))
        assert again == one
        assert again.whys == one.whys
    assert len(pickle.dumps(ntk)) < 5_000
    assert pickle.loads(pickle.dumps(ntk[0])) == ntk[0]
    assert copy.deepcopy(ntk[0]) == ntk[0]


def test_repr_names_the_first_few(ntk: PaperList) -> None:
    """The number of works and four keys, short enough for a prompt."""
    assert repr(ntk) == f"<PaperList of {len(ntk)}: {', '.join(ntk.keys[:4])}, …>"
    assert repr(ntk[:1]) == f"<PaperList of 1: {ntk.keys[0]}>"
    assert repr(ntk[:0]) == "<PaperList of 0>"


# Narrower lists, other orders


def test_questions_chain(bib: Bibliography, ntk: PaperList) -> None:
    """Each step narrows the list before it and keeps its order."""
    chained = bib.all().on("ntk").since(2018).until(2019).where("-type:preprint")
    assert chained == bib.where("topic:ntk year:2018..2019 not type:preprint")
    assert chained.by("lee").keys == bib.where("topic:ntk year:2018..2019 author:lee").keys
    backwards = bib.all()[::-1].on("ntk")
    assert backwards.keys == ntk.keys[::-1]
    assert set(ntk.search("kernel").keys) == set(bib.where("topic:ntk kernel").keys)
    for wrong in (lambda: ntk.on("nosuch"), lambda: ntk.by("nosuch"), lambda: ntk.since(20)):
        with pytest.raises(QueryError):
            wrong()


def test_some_works_in_the_order_asked_for(bib: Bibliography) -> None:
    """Keys, aliases, arXiv ids and DOIs; a work named twice is there once."""
    paper = bib["jin2017escape"]
    found = bib.some(["jacot2018neural", str(paper.eprint), paper.key])
    assert found.keys == ["jacot2018neural", "jin2017escape"]


@pytest.mark.parametrize("by", ["year", "key", "title", "author", "cited"])
def test_sort_orders(bib: Bibliography, by: str) -> None:
    """Each order is total, keeps every work, and can be turned round."""
    cited = {paper.key: number for paper, number in bib.most_cited(len(bib))}
    order = {
        "year": lambda p: (p.year, p.key),
        "key": lambda p: p.key,
        "title": lambda p: p.plain_title.lower(),
        "author": lambda p: p.author[0].strip("{}").lower(),
        "cited": lambda p: (-cited.get(p.key, 0), p.key),
    }[by]
    found = bib.all().sort(by)  # type: ignore[arg-type]
    assert sorted(found.keys) == sorted(bib.papers)
    if by in {"year", "key", "cited"}:
        assert list(found) == sorted(bib, key=order)
    else:  # accents fold, so compare those without
        plain = [order(p) for p in found if order(p).isascii()]  # type: ignore[no-untyped-call]
        assert plain == sorted(plain)
    assert bib.all().sort(by, reverse=True).keys == found.keys[::-1]  # type: ignore[arg-type]


def test_an_unknown_order_is_an_error(ntk: PaperList) -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match="cannot sort by 'size'; known are year, key, title"):
        ntk.sort("size")  # type: ignore[arg-type]


# Exports


def test_json_is_the_data_file_again(bib: Bibliography) -> None:
    """An array of records, with the names and values of the YAML, nothing empty."""
    written: dict[str, dict[str, object]] = {}
    for name in ("papers", "resources"):
        text = (shipped_directory() / f"{name}.yaml").read_text("utf-8")
        # Text only, as the package reads it: 1810.04650 is no number.
        written |= {record["key"]: record for record in yaml.load(text, yaml.BaseLoader)}
    records = json.loads(bib.all().to_json())
    assert [record["key"] for record in records] == bib.all().keys
    for record in records:
        record["year"] = str(record["year"])
        record.pop("results", None)  # its cards, which stand in a file of their own
        for version in record.get("versions", ()):
            version["year"] = str(version["year"])
        record.setdefault("checked", "unchecked")
        written[record["key"]].setdefault("checked", "unchecked")
        folded = json.loads(json.dumps(written[record["key"]]), object_hook=_folded)
        assert record == folded
    assert json.loads(bib.all()[:0].to_json()) == []


def _folded(record: dict[str, object]) -> dict[str, object]:
    return {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in record.items()
    }


def test_tsv_has_five_fields_a_line(bib: Bibliography) -> None:
    """Key, year, venue, authors and title, one work a line, in the order of the list."""
    lines = bib.all().to_tsv().splitlines()
    cells = [line.split("\t") for line in lines]
    assert {len(row) for row in cells} == {5}
    assert [row[0] for row in cells] == bib.all().keys
    assert [row[4] for row in cells] == [paper.plain_title for paper in bib.all()]


def test_a_data_frame_has_a_row_a_work(ntk: PaperList) -> None:
    """Indexed by key, with the fields of a paper as columns, also where no work has one.

    The key is a column too, and the index is nameless, so that `key` means the column.
    """
    frame = ntk.to_dataframe()
    assert list(frame.index) == ntk.keys
    assert list(frame.columns) == list(Paper.model_fields)
    assert list(frame["key"]) == list(frame.sort_values("key")["key"].loc[ntk.keys]) == ntk.keys
    assert frame.groupby("topics").size().sum() == len(ntk)
    assert frame.explode("topics").groupby("topics").size()["ntk"] > 0
    assert list(frame["year"]) == [paper.year for paper in ntk]
    assert frame.loc[ntk.keys[0], "author"] == ntk[0].author
    empty = ntk[:0].to_dataframe()
    assert len(empty) == 0
    assert list(empty.columns) == list(frame.columns)


def test_the_data_frame_of_a_reading_order_says_why(bib: Bibliography) -> None:
    """The reasons come first; a work that was added to the list later has none."""
    reading = bib.reading("ntk", 3)
    frame = reading.to_dataframe()
    assert list(frame["why"]) == list(reading.whys.values())
    wider = (reading | bib.on("ntk")).to_dataframe()
    assert list(wider["why"][:3]) == list(reading.whys.values())
    assert wider["why"][3:].isna().all()


def test_markdown_is_a_list_with_links_and_summaries(bib: Bibliography) -> None:
    """An item a work, its key in code, its summary below; a reading order gives its reasons."""
    paper = bib["jin2017escape"]
    text = bib.some([paper.key]).to_markdown()
    first, second = text.splitlines()
    assert first.startswith(f"- **[{paper.title}](<{paper.address}>)**, Jin, ")
    assert first.endswith("ICML 2017 (`jin2017escape`)")
    assert second.startswith("  ")
    reading = bib.reading("ntk", 2)
    said = reading.to_markdown().splitlines()[1::2]
    assert said == [f"  {escape(why)}" for why in reading.whys.values()]


def one(**fields: object) -> Paper:
    record = {"key": "a2000b", "type": "online", "title": "T", "author": ("B, A",), "year": 2000}
    return Paper(**{**record, **fields})  # type: ignore[arg-type]


def read(**fields: object) -> Paper:
    """A work whose annotation was checked."""
    return one(checked="abstract", checked_in="a list", **fields)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*a* _b_ `c` ~d~ |e|", r"\*a\* \_b\_ \`c\` \~d\~ \|e\|"),
        ("[x](https://e.org) ![i](j)", r"\[x\](https://e.org) !\[i\](j)"),
        ("<script>alert(1)</script> &amp;", r"\<script\>alert(1)\</script\> \&amp;"),
        (r"a \ b", r"a \\ b"),
        ("[bold]x[/] [link=https://e.org]", r"\[bold\]x\[/\] \[link=https://e.org\]"),
        (r"$a_1 \leq b^*$", r"$a_1 \leq b^*$"),
        ("$a<b$ and $c < d$", "$a< b$ and $c < d$"),
        ("$<img src=x>$", "$< img src=x>$"),
        ("$[x](https://e.org)$", "$[x] (https://e.org)$"),
    ],
)
def test_markup_in_a_record_is_text_in_markdown(text: str, shown: str) -> None:
    """Emphasis, links, HTML and code stay as they were typed; mathematics is left, but no tag."""
    line, said = to_markdown([read(title=text, summary=text)], {}).splitlines()
    assert line == f"- **{shown}**, B, 2000 (`a2000b`)"
    assert said == f"  {shown}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Head", r"\# Head"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("1. item", r"1\. item"),
        ("12) item", r"12\) item"),
        ("---", r"\---"),
        ("===", r"\==="),
        ("2017 was good", "2017 was good"),
    ],
)
def test_a_summary_starts_no_heading_item_or_rule(text: str, shown: str) -> None:
    """What would make a line of its own kind in Markdown is escaped where the line starts."""
    assert to_markdown([read(summary=text)], {}).splitlines()[1] == f"  {shown}"


def test_an_unchecked_summary_is_shown_as_unchecked() -> None:
    """In Markdown too, where there is nothing else to say it."""
    said = to_markdown([one(summary="So it is.")], {}).splitlines()[1]
    assert said == "  So it is. (not checked against a text)"


def test_records_can_be_put_into_sets(bib: Bibliography) -> None:
    """Every kind of record is hashable, and equal records are one."""
    kinds = (bib.papers, bib.topics, bib.venues, bib.people)
    for records in kinds:
        assert len({*records.values(), *records.values()}) == len(records)


def test_exports_of_the_catalogue_hold_no_bare_markup(bib: Bibliography) -> None:
    """Outside mathematics, code and our own links, no angle bracket is left in the Markdown."""
    text = bib.all().to_markdown()
    without = re.sub(r"\$[^$]*\$|\\.|\]\(<[^>]*>\)|`[^`]*`", "", text)
    assert not re.search(r"[<>\[\]_]", without.replace("**[", "**"))
