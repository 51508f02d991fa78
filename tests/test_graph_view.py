"""The interactive graph before a browser sees it: the right data, and a page that is safe alone."""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dltheory_bib import Bibliography, load
from dltheory_bib.display.graph_data import COLOURS, OTHERS, graph_data
from dltheory_bib.display.graph_view import (
    SCRIPTS,
    STATIC,
    STYLE,
    GraphView,
    data_element,
    sentences_script,
)
from dltheory_bib.models.relations import JUDGEMENTS, Relation

HOSTILE = "</script><script>alert(1)</script><!-- <script> ]]> &lt; \u2028 \"' $x$"


class Page(HTMLParser):
    """The elements of a page, and what stands in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.within = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.within = tag in {"script", "style"}
        if self.within:
            self.inside.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - any end will do
        self.within = False

    def handle_data(self, data: str) -> None:
        if self.within:
            self.inside[-1] += data

    def count(self, tag: str) -> int:
        return sum(one == tag for one, _ in self.elements)


def held(page: str) -> dict[str, Any]:
    """The data in a page, read as a browser reads them."""
    found = Page(page)
    scripts = [attrs for tag, attrs in found.elements if tag in {"script", "style"}]
    (place,) = [n for n, attrs in enumerate(scripts) if attrs.get("class") == "dltheory-graph"]
    return unpacked(json.loads(found.inside[place]))


def unpacked(packed: dict[str, Any]) -> dict[str, Any]:
    """The data as `graph_data` makes them, of what `packed` made of them."""
    rest = dict(packed)
    works, url, topics, levels, groups, kinds, cites, stated = (
        rest.pop(name)
        for name in (
            "works",
            "url",
            "topic_ids",
            "levels",
            "group_ids",
            "kinds",
            "cites",
            "stated",
        )
    )
    nodes = []
    for n, (label, year) in enumerate(zip(works["label"], works["year"], strict=True)):
        byline = re.sub("~$", f" {year}", works["byline"][n])
        key = works["id"][n]
        if isinstance(key, int):
            family = re.split(" et al| and ", byline.removesuffix(f" {year}"))[0]
            words = re.split("[^a-z0-9]+", plain(label))
            key = f"{re.sub('[^a-z]', '', plain(family))}{year}{words[key]}"
        address = url["list"][n] if "list" in url else url["before"] + key + url["after"]
        node = {
            "id": key,
            "label": label,
            "byline": byline,
            "year": year,
            "topics": [topics[topic] for topic in works["topics"][n]],
            "level": levels[works["level"][n]],
            "group": groups[works["group"][n]],
            "cited": works["cited"][n],
        }
        nodes.append(node | ({"url": address} if address else {}))
    keys = [node["id"] for node in nodes]
    edges = [
        {"source": keys[source], "target": keys[target], "relation": kinds[kind]}
        | ({"says": says[0]} if says else {})
        for source, target, kind, *says in stated
    ]
    for source, differences in enumerate(cites):
        for target in itertools.accumulate(differences):
            edges.append({"source": keys[source], "target": keys[target], "relation": "cites"})
    edges.sort(key=lambda edge: (edge["source"], edge["target"], edge["relation"]))
    return rest | {"nodes": nodes, "edges": edges}


def plain(text: str) -> str:
    """A text without accents, in small letters."""
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text)).lower()


@pytest.fixture(scope="module")
def view(catalogue: Bibliography) -> GraphView:
    return catalogue.graph_view("topic:ntk")


# The data


def test_every_work_of_the_query_is_a_node(catalogue: Bibliography, view: GraphView) -> None:
    """With its title, byline, year, topics and level, and who cites it in the whole catalogue."""
    papers = catalogue.where("topic:ntk")
    assert [node["id"] for node in view.data["nodes"]] == papers.keys
    assert len(papers) > 50
    for node, paper in zip(view.data["nodes"], papers, strict=True):
        assert node["label"] == catalogue.snapshot.readable(paper.plain_title)
        assert node["byline"] == catalogue.graph.nodes[paper.key]["byline"]
        assert (node["year"], node["level"]) == (paper.year, paper.level)
        assert node["topics"] == list(paper.topics)
        assert node["cited"] == len(catalogue.cited_by(paper.key))
        assert node.get("url") == paper.address


def test_every_citation_and_stated_relation_among_them_is_an_edge(
    catalogue: Bibliography, view: GraphView
) -> None:
    """Each once, in its direction, with the curator's sentence; no other kind of edge."""
    keys = set(catalogue.where("topic:ntk").keys)
    expected = {
        (edge.source, edge.target, edge.relation.value): edge.says
        for edge in catalogue.snapshot.edges()
        if edge.relation in {Relation.CITES, *JUDGEMENTS} and {edge.source, edge.target} <= keys
    }
    found = {
        (edge["source"], edge["target"], edge["relation"]): edge.get("says")
        for edge in view.data["edges"]
    }
    assert len(found) == len(view.data["edges"])
    assert found.keys() == expected.keys()
    read = catalogue.snapshot.readable
    assert found == {edge: says and read(says) for edge, says in expected.items()}
    assert sum(says is not None for says in found.values()) > 10


def test_the_sentences_may_be_a_file_of_their_own(view: GraphView) -> None:
    """Each edge has the number of its sentence there; nothing else of the data is missing."""
    element = data_element(view.data, sentences="sentences.js")
    data = held(f"<body>{element}</body>")
    assert data.pop("sentences") == "sentences.js"
    script = sentences_script(view.data)
    sentences = json.loads(script.removeprefix("dltheoryGraph.said(").removesuffix(");\n"))
    assert len(sentences) > 10
    assert not any(json.dumps(one, ensure_ascii=False) in element for one in sentences)
    for edge in data["edges"]:
        if "says" in edge:
            edge["says"] = sentences[edge["says"]]
    assert data == held(f"<body>{data_element(view.data)}</body>")


def test_the_view_says_how_many_lists_were_read(catalogue: Bibliography, view: GraphView) -> None:
    """Of the whole collection, since sizes count all works that cite one."""
    lists = catalogue.stats().lists_read
    assert view.data["lists"] == f"{lists:,} of {len(catalogue):,} reference lists read"


def test_each_relation_says_how_it_reads_and_is_drawn(catalogue: Bibliography) -> None:
    """From either side; a refutation is not drawn as what builds on a work."""
    words = catalogue.graph_view().data["relations"]
    assert words["cites"] == {"says": "cites", "inverse": "cited by", "kind": "cites"}
    assert words["uses_method_of"]["says"] == "uses the method of"
    assert words["improves"]["kind"] == words["extends"]["kind"] == "builds"
    assert words["refutes"]["kind"] == words["qualifies"]["kind"] == "disputes"
    assert {edge["relation"] for edge in catalogue.graph_view().data["edges"]} == set(words)


@pytest.mark.parametrize(
    "query", ["", "topic:ntk", "topic:saddle-escape", "author:jin", "year:1700"]
)
def test_the_groups_have_as_many_names_as_there_are_colours(
    catalogue: Bibliography, query: str
) -> None:
    """Each work is in one, a group but the last is a topic above its first, none holds all."""
    data = catalogue.graph_view(query).data
    groups = [group["id"] for group in data["groups"]]
    assert len(groups) == len(set(groups)) <= COLOURS + 1
    assert groups[-1] == OTHERS
    for node in data["nodes"]:
        assert node["group"] in groups
        if node["group"] != OTHERS:
            first = node["topics"][0]
            assert node["group"] in {first, *(topic.id for topic in catalogue.broader(first))}
    if len(data["nodes"]) > 20:
        sizes = [sum(node["group"] == group for node in data["nodes"]) for group in groups]
        assert max(sizes) < 0.8 * len(data["nodes"])


def test_a_topic_that_most_share_is_shown_by_narrower_ones(catalogue: Bibliography) -> None:
    """Of the works on wide networks most would else have one colour."""
    groups = {group["id"] for group in catalogue.graph_view("topic:wide-networks").data["groups"]}
    assert {"ntk", "mean-field", "tensor-programs"} <= groups


def test_an_address_may_be_the_sites_own(catalogue: Bibliography) -> None:
    """Who makes a page says where a work stands on it, or that it stands nowhere."""
    papers = catalogue.where("author:jin")
    made = graph_data(
        catalogue.graph,
        papers,
        catalogue.topics,
        catalogue.snapshot.readable,
        address=lambda paper: f"works/{paper.key}.html" if paper.year > 2017 else None,
    )
    for node in made["nodes"]:
        assert node.get("url") == (f"works/{node['id']}.html" if node["year"] > 2017 else None)


def test_a_list_in_any_order_is_the_same_picture(catalogue: Bibliography) -> None:
    """A reading order too: lanes and edges do not hang on where a work stands in it."""
    forth, back = catalogue.on("ntk"), catalogue.on("ntk").sort(reverse=True)
    one, other = forth.graph_view().data, back.graph_view().data
    assert one["groups"] == other["groups"]
    assert one["edges"] == other["edges"]
    assert sorted(one["nodes"], key=str) == sorted(other["nodes"], key=str)


def test_a_view_of_nothing_holds_nothing(catalogue: Bibliography) -> None:
    """No works, no edges; still a page."""
    view = catalogue.graph_view("year:1700")
    assert repr(view) == "<GraphView of 0 works and 0 relations and citations>"
    assert held(view.to_html())["nodes"] == []


# The page


def test_the_page_holds_the_data(view: GraphView) -> None:
    """What a browser reads out of it is what went in."""
    assert held(view.to_html()) == view.data


def hostile_view() -> GraphView:
    node = {
        "id": HOSTILE,
        "label": HOSTILE,
        "byline": HOSTILE,
        "year": 2017,
        "topics": [HOSTILE],
        "level": "core",
        "group": HOSTILE,
        "cited": 0,
        "url": "javascript:alert(1)",
    }
    other = {**node, "id": "two", "url": f"https://example.org/{HOSTILE}"}
    edge = {"source": HOSTILE, "target": "two", "relation": "refutes", "says": HOSTILE}
    return GraphView(
        {
            "title": HOSTILE,
            "nodes": [node, other],
            "edges": [edge],
            "topics": {HOSTILE: HOSTILE},
            "groups": [{"id": HOSTILE, "label": HOSTILE}],
            "relations": {"refutes": {"says": HOSTILE, "inverse": HOSTILE, "kind": "disputes"}},
        }
    )


def test_no_text_of_a_record_becomes_markup() -> None:
    """Not in the data, the title, nor the frame of a notebook; and each comes back whole."""
    view = hostile_view()
    page = view.to_html()
    found = Page(page)
    assert found.count("script") == len(SCRIPTS) + 1
    assert held(page) == view.data
    assert f"<title>{html.escape(HOSTILE)}</title>" in page
    assert "<!--" not in page
    frame = Page(view._repr_html_())
    plain = ["p", "img", "p", "details", "summary", "ul", *["li"] * len(view.data["nodes"])]
    assert [tag for tag, _ in frame.elements if tag != "a"] == ["iframe", *plain, "script"]
    attributes = frame.elements[0][1]
    assert attributes["srcdoc"] == page
    assert attributes["title"] == HOSTILE
    assert set(attributes) == {"title", "srcdoc", "sandbox", "style"}


def test_the_data_survive_being_cut_out_of_the_page() -> None:
    """No `<`, `>`, `&` nor a line separator of JavaScript stands in the element's text."""
    data = {"title": HOSTILE, "nodes": [], "edges": []}
    text = data_element(data)
    inside = text.removeprefix('<script type="application/json" class="dltheory-graph">')
    inside = inside.removesuffix("</script>")
    assert not set(inside) & set("<>&\u2028\u2029")
    assert unpacked(json.loads(inside)) == data


def test_a_title_from_a_file_stays_text(catalogue_dir: Path) -> None:
    """Through the whole way, from YAML to the frame in a notebook."""
    file = catalogue_dir / "papers.yaml"
    bad = "</script><img src=x onerror=alert(1)>"
    file.write_text(file.read_text("utf-8").replace("On Leaves", bad), "utf-8")
    page = load(catalogue_dir).graph_view().to_html()
    assert bad in [node["label"] for node in held(page)["nodes"]]
    assert Page(page).count("img") == 0


def test_the_page_needs_nothing_but_itself(catalogue: Bibliography) -> None:
    """It names no other file, and its policy allows no other, no inline handler and no eval."""
    page = catalogue.graph_view().to_html()
    found = Page(page)
    for _, attributes in found.elements:
        assert not {"src", "href", "srcset", "data"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    (policy,) = (
        attributes["content"] or ""
        for tag, attributes in found.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"unsafe|https?:|\*|connect-src|data:", policy)
    scripts = [attrs for tag, attrs in found.elements if tag in {"script", "style"}]
    for attributes, text in zip(scripts, found.inside, strict=True):
        if attributes.get("type") != "application/json":
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_only_the_works_lead_elsewhere(view: GraphView) -> None:
    """Every other address in our own files is a name of a namespace or a comment of none."""
    for name in (*SCRIPTS, STYLE):
        text = (STATIC / name).read_text("utf-8")
        assert not re.search(r"https?://|//[a-z]+\.", text), name
        assert not re.search(r"\beval\b|\bFunction\(|innerHTML|insertAdjacentHTML", text), name
        assert 'setAttribute("style"' not in text
    for name in SCRIPTS:
        assert not re.search(r"</script|<!--", (STATIC / name).read_text("utf-8"), re.I), name
    addresses = {node["url"] for node in view.data["nodes"] if "url" in node}
    data = data_element(view.data)
    assert {
        url.replace("\\u0026", "&") for url in re.findall(r'"(https?://[^"]*)"', data)
    } == addresses


def test_a_saved_page_replaces_an_old_one_whole(
    view: GraphView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where the writing fails, the old one stays."""
    file = tmp_path / "graph.html"
    file.write_text("old")

    def broken(_: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", broken)
        with pytest.raises(OSError, match="disk full"):
            view.save(file)
    assert file.read_text() == "old"
    view.save(str(file))
    assert file.read_text("utf-8") == view.to_html()
    assert [one.name for one in tmp_path.iterdir()] == ["graph.html"]


# Colours

_EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    # Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


def linear(colour: str) -> list[float]:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def product(matrix: Any, vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(light: list[float]) -> list[float]:
    """CIE L*a*b* of linear sRGB, white D65."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    clipped = [min(1.0, max(0.0, c)) for c in light]
    x, y, z = (
        c / white for c, white in zip(product(rows, clipped), (0.9505, 1, 1.089), strict=True)
    )
    f = [c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z)]
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


@pytest.mark.parametrize("eyes", _EYES)
def test_the_groups_colours_can_be_told_apart(eyes: str) -> None:
    """Any two, on light and on dark, with and without red and green: many times what one sees."""
    style = (STATIC / STYLE).read_text("utf-8")
    colours = re.findall(r"--dg-group-\d: #([0-9a-f]{6})", style)
    size = COLOURS + 1
    assert len(colours) == 2 * size
    for theme in (colours[:size], colours[size:]):
        seen = [lab(product(_EYES[eyes], linear(colour))) for colour in theme]
        for one, other in itertools.combinations(seen, 2):
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 15
