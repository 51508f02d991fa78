"""Answers in the forms that the services document, for works of the catalogue.

Where each form was seen:

- arXiv: the user's manual of its API (https://info.arxiv.org/help/api/user-manual.html), and the
  recorded answers of lukasschwab/arxiv.py, `tests/fixtures/id_list=1111.2011v2.xml`.
- Crossref: https://github.com/CrossRef/rest-api-doc, `api_format.md`, and the recorded answers of
  sckott/habanero, `test/cassettes/test-works/test_works_with_one_id.yaml`.
- OpenAlex: https://docs.openalex.org/api-entities/works/work-object, and J535D165/pyalex.
- DBLP: https://dblp.org/faq/How+to+use+the+dblp+search+API.html.
- DataCite: https://support.datacite.org/docs/api-get-doi.
- OpenReview: https://docs.openreview.net/reference/api-v2 and …/api-v1; openreview/openreview-py.
- Semantic Scholar: https://api.semanticscholar.org/api-docs/graph, and the recorded answers of
  danielnsilva/semanticscholar, `tests/data/Reference.json` and `tests/data/test_not_found.yaml`.
"""

from __future__ import annotations

import json
from typing import Any

TITLE = "How to Escape Saddle Points Efficiently"
AUTHORS = [
    ("Chi", "Jin"),
    ("Rong", "Ge"),
    ("Praneeth", "Netrapalli"),
    ("Sham M.", "Kakade"),
    ("Michael I.", "Jordan"),
]
NAMES = tuple(f"{family}, {given}" for given, family in AUTHORS)
ARXIV = "1703.00887"
DOI = "10.1145/3418526"
JOURNAL_TITLE = (
    "On Nonconvex Optimization for Machine Learning: Gradients, Stochasticity, and Saddle Points"
)
JOURNAL_NAMES = (
    "Jin, Chi",
    "Netrapalli, Praneeth",
    "Ge, Rong",
    "Kakade, Sham M.",
    "Jordan, Michael I.",
)


def atom(*entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        '  <title type="html">ArXiv Query: search_query=&amp;id_list=</title>\n'
        "  <id>http://arxiv.org/api/VQIAl76NSsUAVMxIWuZHfsSl2Fs</id>\n"
        "  <opensearch:totalResults xmlns:opensearch="
        f'"http://a9.com/-/spec/opensearch/1.1/">{len(entries)}</opensearch:totalResults>\n'
        f"{''.join(entries)}</feed>\n"
    )


def atom_entry(
    eprint: str = f"{ARXIV}v1",
    title: str = "How to Escape Saddle Points\n  Efficiently",
    authors: list[tuple[str, str]] = AUTHORS,
    published: str = "2017-03-02T18:44:30Z",
    doi: str = "",
) -> str:
    people = "".join(
        f"<author>\n      <name>{given} {family}</name>\n    </author>" for given, family in authors
    )
    stated = (
        f'<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">{doi}</arxiv:doi>' if doi else ""
    )
    return (
        f"  <entry>\n    <id>http://arxiv.org/abs/{eprint}</id>\n"
        f"    <updated>{published}</updated>\n    <published>{published}</published>\n"
        f"    <title>{title}</title>\n    <summary>  This paper shows that a perturbed form of\n"
        f"gradient descent converges.\n</summary>\n    {people}\n    {stated}\n"
        f'    <link href="http://arxiv.org/abs/{eprint}" rel="alternate" type="text/html"/>\n'
        "  </entry>\n"
    )


def atom_error(said: str) -> str:
    return (
        "  <entry>\n    <id>http://arxiv.org/api/errors#incorrect_id_format_for_x</id>\n"
        f"    <title>Error</title>\n    <summary>{said}</summary>\n"
        "    <author><name>arXiv api core</name></author>\n  </entry>\n"
    )


def crossref_work(**changes: Any) -> dict[str, Any]:
    work = {
        "DOI": DOI,
        "type": "journal-article",
        "title": ["On Nonconvex Optimization for Machine Learning"],
        "subtitle": ["Gradients, Stochasticity, and Saddle Points"],
        "container-title": ["Journal of the ACM"],
        "short-container-title": ["J. ACM"],
        "publisher": "Association for Computing Machinery (ACM)",
        "volume": "68",
        "issue": "2",
        "page": "1-29",
        "issued": {"date-parts": [[2021, 2, 26]]},
        "published-print": {"date-parts": [[2021, 4, 30]]},
        "author": [
            {"given": given, "family": family, "sequence": "first", "affiliation": []}
            for family, given in (name.split(", ") for name in JOURNAL_NAMES)
        ],
        "reference-count": 3,
        "reference": [
            {
                "key": "e_1_2_1_1_1",
                "doi-asserted-by": "crossref",
                "DOI": "10.1007/s10107-006-0706-8",
                "article-title": "Cubic regularization of Newton method and its global performance",
                "author": "Nesterov Y.",
                "year": "2006",
            },
            {
                "key": "e_1_2_1_2_1",
                "article-title": TITLE,
                "author": "Jin Chi",
                "year": "2017",
            },
            {
                "key": "e_1_2_1_3_1",
                "unstructured": "Rong Ge et al. 2015. Escaping from saddle points.",
            },
        ],
    }
    return work | changes


def crossref(work: dict[str, Any]) -> str:
    envelope = {"status": "ok", "message-type": "work", "message-version": "1.0.0"}
    return json.dumps(envelope | {"message": work})


def crossref_list(*works: dict[str, Any]) -> str:
    message = {"facets": {}, "total-results": len(works), "items": list(works)}
    return json.dumps({"status": "ok", "message-type": "work-list", "message": message})


def openalex_work(**changes: Any) -> dict[str, Any]:
    work = {
        "id": "https://openalex.org/W2963092340",
        "doi": None,
        "title": TITLE,
        "display_name": TITLE,
        "publication_year": 2017,
        "type": "article",
        "type_crossref": "proceedings-article",
        "authorships": [
            {
                "author_position": "middle",
                "author": {"id": "x", "display_name": f"{given} {family}"},
            }
            for given, family in AUTHORS
        ],
        "primary_location": {
            "landing_page_url": "http://proceedings.mlr.press/v70/jin17a.html",
            "source": {
                "display_name": "International Conference on Machine Learning",
                "type": "conference",
            },
        },
        "locations": [{"landing_page_url": f"https://arxiv.org/abs/{ARXIV}", "source": None}],
        "biblio": {"volume": "70", "issue": None, "first_page": "1724", "last_page": "1732"},
        "abstract_inverted_index": {"This": [0], "paper": [1], "shows": [2]},
        "referenced_works": ["https://openalex.org/W1", "https://openalex.org/W2"],
    }
    return work | changes


def openalex_list(*works: dict[str, Any]) -> str:
    return json.dumps({"meta": {"count": len(works), "page": 1}, "results": list(works)})


def dblp_info(**changes: Any) -> dict[str, Any]:
    info = {
        "authors": {
            "author": [
                {"@pid": "126/1802-1", "text": "Chi Jin 0001"},
                {"@pid": "89/6869", "text": "Rong Ge 0001"},
                {"@pid": "95/7266", "text": "Praneeth Netrapalli"},
                {"@pid": "k/ShamMKakade", "text": "Sham M. Kakade"},
                {"@pid": "j/MichaelIJordan", "text": "Michael I. Jordan"},
            ]
        },
        "title": f"{TITLE}.",
        "venue": "ICML",
        "pages": "1724-1732",
        "year": "2017",
        "type": "Conference and Workshop Papers",
        "access": "open",
        "key": "conf/icml/Jin0NKJ17",
        "ee": "http://proceedings.mlr.press/v70/jin17a.html",
        "url": "https://dblp.org/rec/conf/icml/Jin0NKJ17",
    }
    return info | changes


def dblp_preprint() -> dict[str, Any]:
    return dblp_info(
        venue="CoRR",
        volume=f"abs/{ARXIV}",
        type="Informal and Other Publications",
        key="journals/corr/JinGNKJ17",
        ee=f"http://arxiv.org/abs/{ARXIV}",
    ) | {"pages": ""}


def dblp(*infos: dict[str, Any]) -> str:
    hits: dict[str, Any] = {"@total": str(len(infos)), "@sent": str(len(infos)), "@first": "0"}
    if infos:  # without hits there is no list
        hits["hit"] = [{"@score": "9", "@id": str(n), "info": one} for n, one in enumerate(infos)]
    status = {"@code": "200", "text": "OK"}
    return json.dumps({"result": {"query": "q", "status": status, "hits": hits}})


def datacite_work(**changes: Any) -> str:
    attributes = {
        "doi": f"10.48550/arxiv.{ARXIV}",
        "creators": [
            {
                "name": f"{family}, {given}",
                "nameType": "Personal",
                "givenName": given,
                "familyName": family,
                "affiliation": [],
            }
            for given, family in AUTHORS
        ],
        "titles": [{"title": TITLE}],
        "publisher": "arXiv",
        "container": {},
        "publicationYear": 2017,
        "types": {"resourceTypeGeneral": "Preprint", "resourceType": "Article"},
        "descriptions": [{"description": "This paper shows.", "descriptionType": "Abstract"}],
    }
    record = {"id": attributes["doi"], "type": "dois", "attributes": attributes | changes}
    return json.dumps({"data": record})


def openreview_note(version: int = 2, venue: str = "ICLR 2019", **changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "title": "Learning Two-layer Neural Networks with Symmetric Inputs",
        "authors": ["Rong Ge", "Rohith Kuditipudi", "Zhize Li", "Xiang Wang"],
        "abstract": "We give a new algorithm.",
        "venue": venue,
        "venueid": "ICLR.cc/2019/Conference",
    }
    content |= changes
    if version == 2:
        content = {name: {"value": value} for name, value in content.items()}
    return {"id": "H1xipsA5K7", "forum": "H1xipsA5K7", "cdate": 1538087800000, "content": content}


def openreview(*notes: dict[str, Any]) -> str:
    return json.dumps({"notes": list(notes), "count": len(notes)})


def s2_paper(**changes: Any) -> dict[str, Any]:
    paper = {
        "paperId": "018300f5f0e679cee5241d9c69c8d88e00e8bf31",
        "externalIds": {"ArXiv": ARXIV, "DBLP": "conf/icml/Jin0NKJ17", "CorpusId": 14198632},
        "publicationVenue": {
            "name": "International Conference on Machine Learning",
            "type": "conference",
        },
        "title": TITLE,
        "abstract": "This paper shows.",
        "venue": "International Conference on Machine Learning",
        "year": 2017,
        "journal": {"pages": "1724-1732"},
        "authors": [{"authorId": "1", "name": f"{given} {family}"} for given, family in AUTHORS],
    }
    return paper | changes


def s2_references(*papers: dict[str, Any] | None, following: int | None = None) -> str:
    data = [{"contexts": [], "intents": [], "citedPaper": paper} for paper in papers]
    made: dict[str, Any] = {"offset": 0, "data": data}
    return json.dumps(made | ({"next": following} if following else {}))


S2_NOT_FOUND = '{"error":"Paper with id ARXIV:1703.00887 not found"}\n\n'
S2_NO_MATCH = '{"error":"Title match not found"}'
OPENREVIEW_NOT_FOUND = json.dumps(
    {
        "name": "NotFoundError",
        "message": "The Note x was not found",
        "status": 404,
        "details": {"path": "id", "value": "x"},
    }
)
CROSSREF_NOT_FOUND = "Resource not found."
DATACITE_NOT_FOUND = (
    '{"errors":[{"status":"404","title":"The resource you are looking for doesn\'t exist."}]}'
)
CHALLENGE = (
    "<!DOCTYPE html>\n<html><head><title>Making sure you're not a bot!</title></head>"
    "<body><script>work()</script></body></html>"
)
