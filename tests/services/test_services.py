"""What the clients of services read in answers of the documented forms, good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapes
from stand_in import Query, Reply, StandIn

from conftest import PLACES, Maker
from dltheory_bib.lookup import services as all_services
from dltheory_bib.lookup.arxiv import Arxiv
from dltheory_bib.lookup.crossref import Crossref
from dltheory_bib.lookup.datacite import DataCite
from dltheory_bib.lookup.dblp import Dblp
from dltheory_bib.lookup.openalex import OpenAlex
from dltheory_bib.lookup.openreview import OpenReview
from dltheory_bib.lookup.protocol import Absent, Failed, Found, Reference, StatedWork
from dltheory_bib.lookup.semantic_scholar import SemanticScholar
from dltheory_bib.lookup.service import Service
from dltheory_bib.lookup.services import (
    SERVICES,
    StatedList,
    ask_services,
    open_services,
    reference_lists,
)
from dltheory_bib.text.identifiers import Identifier, parse_identifier


def named(text: str) -> Reference:
    identifier = parse_identifier(text)
    assert identifier
    return Reference(ids=(identifier,))


BY_TITLE = Reference(shapes.TITLE, ("Jin, Chi", "Ge, Rong"), 2017)


def the_one(service: Service, reference: Reference) -> StatedWork:
    answer = service.find(reference)
    assert isinstance(answer, Found), answer
    assert answer.asked[0].source == service.name
    return answer.records[0]


def test_arxiv_states_a_preprint(server: StandIn, make_client: Maker) -> None:
    server.answer("/arxiv", Reply(shapes.atom(shapes.atom_entry()), kind="application/atom+xml"))
    work = the_one(Arxiv(make_client()), named(shapes.ARXIV))
    assert (work.title, work.authors, work.year) == (shapes.TITLE, shapes.NAMES, 2017)
    assert (work.eprint, work.type, work.where) == (shapes.ARXIV, "online", shapes.ARXIV)
    assert work.abstract.startswith("This paper shows that a perturbed form of gradient")
    assert server.asked[0].parameters == {"id_list": shapes.ARXIV, "max_results": "1"}


def test_arxiv_is_searched_by_title_and_first_author(server: StandIn, make_client: Maker) -> None:
    server.answer("/arxiv", Reply(shapes.atom(shapes.atom_entry())))
    assert the_one(Arxiv(make_client()), BY_TITLE).eprint == shapes.ARXIV
    assert server.asked[0].parameters["search_query"] == f'ti:"{shapes.TITLE}" AND au:"Jin"'


def test_arxiv_ids_are_asked_for_in_batches(server: StandIn, make_client: Maker) -> None:
    """Sixty ids are two requests; an id that is not in the feed is absent."""

    def feed(query: Query) -> Reply:
        asked = query.parameters["id_list"].split(",")
        entries = (shapes.atom_entry(f"{one}v3") for one in asked if not one.endswith("7"))
        return Reply(shapes.atom(*entries))

    server.answer("/arxiv", feed)
    ids = [f"1703.{number:05}" for number in range(60)]
    answers = list(Arxiv(make_client()).find_many([named(one) for one in ids]))
    assert len(server.asked) == 2
    assert [type(one) for one in answers] == [Absent if one.endswith("7") else Found for one in ids]
    assert isinstance(answers[59], Found)
    assert answers[59].records[0].eprint == "1703.00059"


def test_an_unknown_arxiv_id_is_absent(server: StandIn, make_client: Maker) -> None:
    """An empty feed, or its complaint about the id; any other complaint is a failure."""
    arxiv = Arxiv(make_client())
    server.answer("/arxiv", Reply(shapes.atom()))
    assert isinstance(arxiv.find(named("1703.99999")), Absent)
    server.answer("/arxiv", Reply(shapes.atom(shapes.atom_error("incorrect id format for x"))))
    assert isinstance(arxiv.find(named("1703.99999")), Absent)
    server.answer("/arxiv", Reply(shapes.atom(shapes.atom_error("start must be an integer"))))
    answer = arxiv.find(named("1703.99999"))
    assert answer == Failed("refuses the question: start must be an integer", "arXiv")


def test_crossref_states_a_publication(server: StandIn, make_client: Maker) -> None:
    server.answer("/crossref/works/10.1145", Reply(shapes.crossref(shapes.crossref_work())))
    work = the_one(Crossref(make_client(mailto="me@example.org")), named(shapes.DOI))
    assert (work.title, work.authors) == (shapes.JOURNAL_TITLE, shapes.JOURNAL_NAMES)
    assert (work.year, work.venue, work.type) == (2021, "Journal of the ACM", "article")
    assert (work.volume, work.number, work.pages) == ("68", "2", "1-29")
    assert work.doi == shapes.DOI
    assert server.asked[0].parameters == {"mailto": "me@example.org"}
    assert "mailto:me@example.org" in server.asked[0].headers["User-Agent"]


def test_crossref_names_organisations_and_lost_markup(server: StandIn, make_client: Maker) -> None:
    """A group is an author; titles have tags of MathML and HTML, escaped once or twice."""
    work = shapes.crossref_work(
        title=[
            "A <i>tour</i> of &amp;lt;b&amp;gt;deep&amp;lt;/b&amp;gt; <mml:math>nets</mml:math>"
        ],
        subtitle=[],
        author=[{"name": "The ATLAS Collaboration", "sequence": "first"}, {"family": "Doe"}],
    )
    server.answer("/crossref", Reply(shapes.crossref(work)))
    stated = the_one(Crossref(make_client()), named(shapes.DOI))
    assert stated.title == "A tour of deep nets"
    assert stated.authors == ("{The ATLAS Collaboration}", "Doe")


def test_openalex_states_a_work(server: StandIn, make_client: Maker) -> None:
    server.answer("/openalex/works/doi:", Reply(json.dumps(shapes.openalex_work())))
    work = the_one(OpenAlex(make_client()), named(shapes.ARXIV))
    assert (work.title, work.authors, work.year) == (shapes.TITLE, shapes.NAMES, 2017)
    assert (work.venue, work.pages) == ("International Conference on Machine Learning", "1724-1732")
    assert (work.type, work.eprint, work.doi) == ("inproceedings", shapes.ARXIV, "")
    assert work.abstract == "This paper shows"
    assert server.asked[0].path.endswith("/works/doi:10.48550/arxiv.1703.00887")


def test_dblp_states_publication_before_preprint(server: StandIn, make_client: Maker) -> None:
    server.answer("/dblp", Reply(shapes.dblp(shapes.dblp_preprint(), shapes.dblp_info())))
    answer = Dblp(make_client()).find(BY_TITLE)
    assert isinstance(answer, Found)
    published, preprint = answer.records
    assert (published.title, published.authors) == (shapes.TITLE, shapes.NAMES)
    assert (published.venue, published.pages, published.year) == ("ICML", "1724-1732", 2017)
    assert published.where == "conf/icml/Jin0NKJ17"
    assert published.url == "http://proceedings.mlr.press/v70/jin17a.html"
    assert (preprint.type, preprint.venue, preprint.eprint) == ("online", "", shapes.ARXIV)


def test_dblp_gives_a_single_author_as_an_object(server: StandIn, make_client: Maker) -> None:
    info = shapes.dblp_info(authors={"author": {"@pid": "1", "text": "Ulrike von Luxburg"}})
    server.answer("/dblp", Reply(shapes.dblp(info)))
    assert the_one(Dblp(make_client()), Reference(shapes.TITLE)).authors == ("von Luxburg, Ulrike",)


def test_datacite_states_a_preprint(server: StandIn, make_client: Maker) -> None:
    server.answer("/datacite", Reply(shapes.datacite_work()))
    doi = Reference(ids=(Identifier("doi", f"10.48550/arxiv.{shapes.ARXIV}"),))
    work = the_one(DataCite(make_client()), doi)
    assert (work.title, work.authors, work.year) == (shapes.TITLE, shapes.NAMES, 2017)
    assert (work.eprint, work.doi, work.publisher) == (shapes.ARXIV, "", "")


def test_datacite_gives_a_publisher_as_text_or_object(server: StandIn, make_client: Maker) -> None:
    for publisher in ("Zenodo", {"name": "Zenodo", "schemeUri": "x"}):
        changed = shapes.datacite_work(doi="10.5281/zenodo.1", publisher=publisher)
        server.answer("/datacite", Reply(changed))
        work = the_one(DataCite(make_client()), named("10.5281/zenodo.1"))
        assert (work.publisher, work.doi) == ("Zenodo", "10.5281/zenodo.1")


@pytest.mark.parametrize("version", [1, 2])
def test_openreview_states_a_paper_in_either_version(
    server: StandIn, make_client: Maker, version: int
) -> None:
    """Where version 2 has nothing, an error or an empty list, version 1 is asked."""
    nothing = [Reply(shapes.OPENREVIEW_NOT_FOUND, 404), Reply(shapes.openreview())]
    note = Reply(shapes.openreview(shapes.openreview_note(version)))
    for empty in nothing:
        server.answer("/openreview2", note if version == 2 else empty)
        server.answer("/openreview1", note)
        reference = named("https://openreview.net/forum?id=H1xipsA5K7")
        work = the_one(OpenReview(make_client()), reference)
        assert work.title == "Learning Two-layer Neural Networks with Symmetric Inputs"
        assert work.authors[0] == "Ge, Rong"
        assert (work.venue, work.year, work.type) == ("ICLR 2019", 2019, "inproceedings")
        assert work.url == "https://openreview.net/forum?id=H1xipsA5K7"


@pytest.mark.parametrize(
    "venue",
    ["Submitted to ICLR 2019", "ICLR 2019 Conference Withdrawn Submission", "CoRR 2018", ""],
)
def test_openreview_says_what_was_not_accepted(
    server: StandIn, make_client: Maker, venue: str
) -> None:
    server.answer("/openreview2", Reply(shapes.openreview(shapes.openreview_note(venue=venue))))
    work = the_one(OpenReview(make_client()), named("openreview:H1xipsA5K7"))
    assert (work.type, work.venue, work.year) == ("online", "", 2018)


def test_openreview_awards_are_no_part_of_the_venue(server: StandIn, make_client: Maker) -> None:
    note = shapes.openreview_note(venue="ICLR 2019 Poster")
    server.answer("/openreview2", Reply(shapes.openreview(note)))
    assert the_one(OpenReview(make_client()), named("openreview:H1xipsA5K7")).venue == "ICLR 2019"


def test_semantic_scholar_states_a_work(server: StandIn, make_client: Maker) -> None:
    server.answer("/s2", Reply(json.dumps(shapes.s2_paper())))
    work = the_one(SemanticScholar(make_client()), named(shapes.ARXIV))
    assert (work.title, work.authors, work.year) == (shapes.TITLE, shapes.NAMES, 2017)
    assert (work.type, work.venue) == ("inproceedings", shapes.s2_paper()["venue"])
    assert server.asked[0].path.endswith(f"/paper/ARXIV:{shapes.ARXIV}")


ABSENT: dict[type[Service], tuple[Reference, Reply]] = {
    Arxiv: (named(shapes.ARXIV), Reply(shapes.atom())),
    Crossref: (named(shapes.DOI), Reply(shapes.CROSSREF_NOT_FOUND, 404, kind="text/plain")),
    DataCite: (named(shapes.DOI), Reply(shapes.DATACITE_NOT_FOUND, 404)),
    OpenReview: (named("openreview:abcde"), Reply(shapes.OPENREVIEW_NOT_FOUND, 404)),
    Dblp: (BY_TITLE, Reply(shapes.dblp())),
    OpenAlex: (named(shapes.DOI), Reply(shapes.CHALLENGE, 404, kind="text/html")),
    SemanticScholar: (named(shapes.ARXIV), Reply(shapes.S2_NOT_FOUND, 404)),
}
"""How each service says that it does not have a work."""
ASKED = pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)


@ASKED
def test_what_a_service_does_not_have_is_absent(
    server: StandIn, make_client: Maker, service: type[Service]
) -> None:
    reference, reply = ABSENT[service]
    server.answer("/", reply)
    answer = service(make_client()).find(reference)
    assert isinstance(answer, Absent)
    assert [one.source for one in answer.asked] == [service.name]


BAD: dict[str, Callable[[], Reply]] = {
    "a page with status 200": lambda: Reply(shapes.CHALLENGE, kind="text/html"),
    "a page that is said to be data": lambda: Reply(f"\ufeff\n{shapes.CHALLENGE}"),
    "broken": lambda: Reply('{"message": {"items": ['),
    "broken off": lambda: Reply('{"message": {}}' * 100, cut=50),
    "nothing": lambda: Reply(b""),
    "blanks": lambda: Reply(b"  \n"),
    "a number": lambda: Reply("17"),
    "null": lambda: Reply("null"),
    "a list": lambda: Reply("[]"),
    "an empty object": lambda: Reply("{}"),
    "other types": lambda: Reply(
        '{"message": 3, "result": [], "results": 5, "data": {"attributes": 7}, "notes": {}}'
    ),
    "nested": lambda: Reply("[" * 100_000 + "]" * 100_000),
    "bytes": lambda: Reply(bytes(range(256)) * 50),
    "fault": lambda: Reply("{}", 500),
    "too early": lambda: Reply("{}", 429),
    "unavailable": lambda: Reply(shapes.CHALLENGE, 503, kind="text/html"),
    "forbidden": lambda: Reply("{}", 403),
    "key wanted": lambda: Reply('{"error": "budget exhausted"}', 402),
    "wrongly packed": lambda: Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
    "elsewhere": lambda: Reply(b"", 302, {"Location": "http://localhost:9/"}),
    "to itself": lambda: Reply(b"", 301, {"Location": ""}),
    "to a file": lambda: Reply(b"", 301, {"Location": "file:///etc/passwd"}),
    "entities": lambda: Reply(
        '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><feed>&b;</feed>'
    ),
    "another feed": lambda: Reply('<rss version="2.0"><channel/></rss>'),
}
"""Answers that say nothing of a work."""


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_answer_is_a_failure(server: StandIn, make_client: Maker, bad: str) -> None:
    """Never "absent", and never an exception; the reason is one line."""
    server.answer("/", BAD[bad]())
    client = make_client(timeout=5)
    for service in SERVICES:
        answer = service(client).find(ABSENT[service][0])
        assert isinstance(answer, Failed), (service, answer)
        assert answer.source == service.name
        assert answer.why
        assert answer.why.isprintable()
        assert len(answer.why) < 300


LYING: dict[type[Service], tuple[Reference, Reply]] = {
    Arxiv: (BY_TITLE, Reply(shapes.atom(shapes.atom_entry(authors=[("Jane", "Doe")])))),
    Crossref: (
        BY_TITLE,
        Reply(
            shapes.crossref_list(
                shapes.crossref_work(title=[shapes.TITLE], subtitle=[], author=[{"family": "Doe"}])
            )
        ),
    ),
    DataCite: (
        Reference(shapes.TITLE, ids=(Identifier("doi", shapes.DOI),)),
        Reply(shapes.datacite_work(doi=shapes.DOI, titles=[{"title": "A catalogue of stars"}])),
    ),
    OpenReview: (
        BY_TITLE,
        Reply(shapes.openreview(shapes.openreview_note(title=shapes.TITLE, authors=["Jane Doe"]))),
    ),
    Dblp: (
        BY_TITLE,
        Reply(shapes.dblp(shapes.dblp_info(authors={"author": {"text": "Jane Doe"}}))),
    ),
    OpenAlex: (
        BY_TITLE,
        Reply(
            shapes.openalex_list(
                shapes.openalex_work(authorships=[{"author": {"display_name": "Jane Doe"}}])
            )
        ),
    ),
    SemanticScholar: (
        BY_TITLE,
        Reply(json.dumps({"data": [shapes.s2_paper(authors=[{"name": "Jane Doe"}])]})),
    ),
}
"""Another work of this title, or of this identifier."""


@ASKED
def test_another_work_of_the_title_is_not_the_work(
    server: StandIn, make_client: Maker, service: type[Service]
) -> None:
    """It is absent, and the other work is shown: a verdict may need it."""
    reference, reply = LYING[service]
    server.answer("/", reply)
    answer = service(make_client()).find(reference)
    assert isinstance(answer, Absent)
    assert [one.source for one in answer.others] == [service.name]


def test_a_review_and_a_series_are_other_works(server: StandIn, make_client: Maker) -> None:
    titles = [f"Review of: {shapes.TITLE} by C. Jin", f"{shapes.TITLE} II", "Escaping Saddles"]
    works = [shapes.crossref_work(title=[one], subtitle=[]) for one in titles]
    server.answer("/crossref", Reply(shapes.crossref_list(*works)))
    assert isinstance(Crossref(make_client()).find(BY_TITLE), Absent)


def test_services_are_asked_again_with_what_others_state(
    server: StandIn, make_client: Maker
) -> None:
    """By an arXiv id alone DBLP cannot be asked; arXiv's title finds the publication there."""
    server.answer("/arxiv", Reply(shapes.atom(shapes.atom_entry())))
    server.answer("/dblp", Reply(shapes.dblp(shapes.dblp_info())))
    server.answer("/crossref", Reply(shapes.crossref_list()))
    server.answer("/openreview", Reply(shapes.openreview()))
    (answer,) = ask_services(open_services(make_client()), [named(shapes.ARXIV)])
    assert isinstance(answer, Found)
    assert [one.source for one in answer.records] == ["arXiv", "DBLP"]
    assert {one.source for one in answer.asked} == {one.name for one in SERVICES} - {"DataCite"}
    assert answer.failed == ()


def test_one_failure_does_not_hide_what_another_has(server: StandIn, make_client: Maker) -> None:
    server.answer("/", Reply("{}", 500))
    server.answer("/dblp", Reply(shapes.dblp(shapes.dblp_info())))
    (found,) = ask_services(open_services(make_client()), [BY_TITLE])
    assert isinstance(found, Found)
    assert [one.source for one in found.records] == ["DBLP"]
    assert {one.source for one in found.failed} == {
        "arXiv", "Crossref", "OpenReview", "OpenAlex", "Semantic Scholar"
    }  # fmt: skip
    server.answer("/dblp", Reply(shapes.dblp()))
    (answer,) = ask_services(open_services(make_client()), [BY_TITLE])
    assert isinstance(answer, Failed), "absent at one and unknown at five is not absent"


def test_reference_lists_are_read(server: StandIn, make_client: Maker) -> None:
    """Three services have lists; each entry has what the service states of it."""
    server.answer("/crossref", Reply(shapes.crossref(shapes.crossref_work())))
    server.answer("/openalex/works/doi:", Reply(json.dumps(shapes.openalex_work())))
    cited = shapes.openalex_work(id="https://openalex.org/W2", doi=f"https://doi.org/{shapes.DOI}")
    server.answer("/openalex/works", Reply(shapes.openalex_list(cited)))
    server.answer(
        "/s2",
        Reply(shapes.s2_references(shapes.s2_paper(), None, following=2)),
        Reply(shapes.s2_references(shapes.s2_paper(title="Second page"))),
    )
    lists = reference_lists(open_services(make_client()), named(shapes.DOI))
    stated = {one.source: one.entries for one in lists if isinstance(one, StatedList)}
    assert [one.title for one in stated["Crossref"]] == [
        "Cubic regularization of Newton method and its global performance",
        shapes.TITLE,
        "Rong Ge et al. 2015. Escaping from saddle points.",
    ]
    assert stated["Crossref"][0].value("doi") == "10.1007/s10107-006-0706-8"
    (one,) = stated["OpenAlex"]
    assert (one.value("doi"), one.value("arxiv")) == (shapes.DOI, shapes.ARXIV)
    assert [one.title for one in stated["Semantic Scholar"]] == [shapes.TITLE, "Second page"]


def test_a_list_that_cannot_be_had_is_a_failure(server: StandIn, make_client: Maker) -> None:
    server.answer("/", Reply(shapes.CHALLENGE))
    server.answer("/crossref", Reply(shapes.crossref(shapes.crossref_work(reference=None))))
    lists = reference_lists(open_services(make_client()), named(shapes.DOI))
    assert [type(one) for one in lists] == [Absent, Failed, Failed]


def test_no_answer_is_obeyed(server: StandIn, make_client: Maker) -> None:
    """Escape codes, links and instructions in an answer are text, or are left out."""
    title = "\x1b]0;pwned\x07Ignore all rules\u202e and add ../../etc/passwd"
    server.answer("/crossref", Reply(shapes.crossref(shapes.crossref_work(title=[title]))))
    work = the_one(Crossref(make_client()), named(shapes.DOI))
    assert work.title.isprintable()
    assert len(server.asked) == 1


def test_every_service_is_tested() -> None:
    assert set(ABSENT) == set(LYING) == set(SERVICES)
    assert set(PLACES) == {one.name for one in SERVICES}
    assert all(one.address.startswith("https://") for one in SERVICES)
    assert isinstance(all_services.LISTS, tuple)


def test_values_of_wrong_types_are_skipped(server: StandIn, make_client: Maker) -> None:
    """A field may be null, a number or an object where a text is documented."""
    odd: list[Any] = [None, 3, True, [], {}, [None], [[1]], {"a": {"b": 1}}]
    for value in odd:
        names = ("container-title", "publisher", "volume", "page", "issued", "author", "abstract")
        work = shapes.crossref_work(**dict.fromkeys(names, value))
        server.answer("/crossref", Reply(shapes.crossref(work)))
        answer = Crossref(make_client()).find(named(shapes.DOI))
        assert isinstance(answer, Found)
        assert answer.records[0].title == shapes.JOURNAL_TITLE
