"""What a notebook shows: safe, well nested, readable on any background."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dltheory_bib import Bibliography, Paper, Topic, load
from dltheory_bib.models.paper import Remark, TypedRelation
from dltheory_bib.models.relations import Relation

BAD = """<script>alert(1)</script> "x" 'y' & <img src=x onerror=alert(2)> </td></table>"""


class Checker(HTMLParser):
    """Reads HTML as strictly as it was meant: what opens must close, in order."""

    VOID = frozenset({"br", "hr", "img"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in {"div", "p", "ul", "table", "td", "tr", "li"}:
            assert "p" not in self.open, f"<{tag}> ends the paragraph it stands in"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    @classmethod
    def read(cls, html: str) -> Checker:
        checker = cls()
        checker.feed(html)
        checker.close()
        assert checker.open == []
        return checker


def bad_paper() -> Paper:
    """A record with markup in each text, as no file could hold it."""
    return Paper.model_construct(
        key=f"k{BAD}",
        type="online",
        title=f"T{BAD}",
        author=(f"F{BAD}, G{BAD}",),
        year=2020,
        venue=f"v{BAD}",
        url='https://x.org/"onmouseover="alert(3)',
        topics=(f"t{BAD}",),
        summary=f"S{BAD}",
        idea=f"I{BAD}",
        limits=f"L{BAD}",
        remarks=(
            Remark.model_construct(
                text=f"R{BAD}", by=f"B{BAD}", verdict="partly", comment=f"C{BAD}"
            ),
        ),
        relations=(
            TypedRelation.model_construct(kind=Relation.EXTENDS, work=f"w{BAD}", says=f"Y{BAD}"),
        ),
    )


def shown(bib: Bibliography) -> Iterator[str]:
    """Everything that a notebook can show of the catalogue."""
    yield bib._repr_html_()
    yield bib.all()._repr_html_()
    yield bib.where("year:1700")._repr_html_()
    yield bib.reading("ntk")._repr_html_()
    for paper in bib:
        yield paper._repr_html_()
    for topic in bib.topics.values():
        yield topic._repr_html_()


def test_the_html_is_well_nested(bib: Bibliography) -> None:
    """What is opened is closed, in order, and no block stands in a paragraph."""
    for html in shown(bib):
        assert Checker.read(html).text


def test_a_record_cannot_add_markup() -> None:
    """Every text of a record is escaped: no tag or attribute comes of it, and all can be read."""
    found = Checker.read(bad_paper()._repr_html_())
    assert found.tags <= {"div", "b", "a", "span", "p", "ul", "li"}
    assert {name for _, name, _ in found.attributes} <= {"style", "href", "rel"}
    for start in "TGSILRBCY":
        assert f"{start}{BAD}" in found.text
    (address,) = (value for _, name, value in found.attributes if name == "href")
    assert address == 'https://x.org/"onmouseover="alert(3)'


def test_a_topic_cannot_add_markup() -> None:
    """Nor can a topic's label, alias, definition or broader topic."""
    topic = Topic.model_construct(
        id=f"i{BAD}", label=f"L{BAD}", aliases=(f"A{BAD}",), definition=f"D{BAD}", broader=f"B{BAD}"
    )
    found = Checker.read(topic._repr_html_())
    assert found.tags <= {"div", "b", "span"}
    for start in "iLADB":
        assert f"{start}{BAD}" in found.text


def test_a_collection_cannot_add_markup(catalogue_dir: Path) -> None:
    """What a file may hold is escaped in lists and in the bibliography as well."""
    bad = "<script>alert(1)</script>"
    for kind, old in (("papers", "On Leaves"), ("topics", "label: Cups"), ("venues", "Tea Lett.")):
        file = catalogue_dir / f"{kind}.yaml"
        new = f"label: {bad}" if kind == "topics" else bad
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    tea = load(catalogue_dir)
    for html in (tea._repr_html_(), tea.all()._repr_html_(), tea["abel1990leaves"]._repr_html_()):
        assert "script" not in Checker.read(html).tags
        assert bad in Checker.read(html).text


def test_no_colour_is_fixed(bib: Bibliography) -> None:
    """Nothing sets a colour or a background, so a dark page stays dark; and nothing runs."""
    for html in shown(bib):
        found = Checker.read(html)
        styles = ";".join(value for _, name, value in found.attributes if name == "style")
        properties = {part.partition(":")[0].strip() for part in styles.split(";") if part}
        assert "color" not in properties
        assert not re.search(r"#[0-9a-fA-F]{3}|rgb|background:(?!none)", styles)
        assert not found.tags & {"script", "style", "link", "iframe", "img"}
        assert not any(name.startswith("on") for _, name, _ in found.attributes)


def test_links_lead_to_the_works(bib: Bibliography) -> None:
    """Each address is that of a record, and opens without handing over the page."""
    addresses = {paper.address for paper in bib if paper.address}
    found = Checker.read(bib.all()._repr_html_())
    assert {value for tag, name, value in found.attributes if name == "href"} == addresses
    assert [value for _, name, value in found.attributes if name == "rel"].count("noopener") == len(
        [paper for paper in bib if paper.address]
    )


@pytest.mark.parametrize(("count", "says"), [(0, "No works."), (1, "1 work"), (3, "3 works")])
def test_a_list_says_how_many_works_it_holds(bib: Bibliography, count: int, says: str) -> None:
    """None, one, several; each work with its key, year, authors and title."""
    papers = bib.on("ntk")[:count]
    text = Checker.read(papers._repr_html_()).text
    assert text.startswith(says)
    for paper in papers:
        assert paper.key in text
        assert paper.plain_title in text


def test_a_reading_order_gives_its_reasons(bib: Bibliography) -> None:
    """The reason of each work stands under its title."""
    reading = bib.reading("ntk", 4)
    text = Checker.read(reading._repr_html_()).text
    assert all(why in text for why in reading.whys.values())
