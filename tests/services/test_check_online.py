"""`check --online`: verdicts from services that stand in; a failure accuses nobody."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from shapes import (
    atom,
    atom_entry,
    crossref,
    crossref_list,
    crossref_work,
    dblp,
    dblp_info,
    openalex_list,
)
from stand_in import Query, Reply, StandIn

from conftest import Maker, Run
from dltheory_bib import Bibliography, load
from dltheory_bib.bibfile.bib_parser import parse_bib
from dltheory_bib.bibfile.lint.linter import Linted, lint
from dltheory_bib.lookup.reference_rounds import ask_in_rounds
from dltheory_bib.lookup.services import open_services

PREPRINT = """@misc{pre, title={Steeping of leaves as a gradient flow}, year={2024},
  author={Ana Lima and Bo Wu}, eprint={2401.00001}, archiveprefix={arXiv}}
"""
ARTICLE = """@article{pub, title={The geometry of invented kettles}, year={2020}, volume={68},
  author={Cy Moe and Di Ek}, journal={Journal of the ACM}, doi={10.1145/9999991.1}}
"""
TALK = """@inproceedings{conf, title={Cups that generalise without any sugar}, year={2017},
  author={Zoe Abel and Ada Zorn}, booktitle={ICML}}
"""
NOWHERE = """@inproceedings{none, title={A title that nobody ever printed at all}, year={2019},
  author={Eva Nul}, booktitle={ICML}}
"""
FILE = PREPRINT + ARTICLE + TALK + NOWHERE
WORDS = {"pre": "verified", "pub": "verified", "conf": "verified", "none": "not found"}


def _people(*names: str) -> dict[str, object]:
    return {"author": [{"@pid": name, "text": name} for name in names]}


def _arxiv(query: Query) -> Reply:
    asked = query.parameters.get("id_list", "").split(",")
    title, people = "Steeping of leaves as a gradient flow", [("Ana", "Lima"), ("Bo", "Wu")]
    known = atom_entry("2401.00001v1", title, people, "2024-01-01T00:00:00Z")
    return Reply(atom(*([known] if "2401.00001" in asked else [])), kind="application/atom+xml")


def _crossref(query: Query) -> Reply:
    if query.path.endswith("10.1145/9999991.1"):
        return Reply(crossref(_kettles()))
    if query.path.endswith("/works"):
        return Reply(crossref_list())
    return Reply(b"Resource not found.", 404, kind="text/plain")


def _kettles(**changes: object) -> dict[str, object]:
    authors = [{"given": "Cy", "family": "Moe"}, {"given": "Di", "family": "Ek"}]
    when = {"date-parts": [[2020, 2, 1]]}
    return crossref_work(
        DOI="10.1145/9999991.1", title=["The geometry of invented kettles"], subtitle=[],
        author=authors, issued=when, **{"published-print": when}, **changes,
    )  # fmt: skip


def _cups(**changes: object) -> dict[str, object]:
    return dblp_info(
        title="Cups that generalise without any sugar.", key="conf/icml/AbelZ17",
        authors=_people("Zoe Abel", "Ada Zorn"), pages="", ee="https://example.org/cups", **changes,
    )  # fmt: skip


def _dblp(query: Query) -> Reply:
    return Reply(dblp(*([_cups()] if "Cups" in query.parameters["q"] else [])))


@pytest.fixture
def world(server: StandIn) -> StandIn:
    """Services of which each knows one work."""
    server.answer("/arxiv", _arxiv)
    server.answer("/crossref", _crossref)
    server.answer("/datacite", Reply(b"{}", 404))
    server.answer("/dblp", _dblp)
    server.answer("/openalex", Reply(openalex_list()))
    server.answer("/s2", Reply(b'{"error": "Title match not found"}', 404))
    return server


@pytest.fixture(scope="module")
def bib() -> Bibliography:
    return load()


Check = Callable[..., Linted]


@pytest.fixture
def check(bib: Bibliography, make_client: Maker) -> Check:
    """Check a file with all services, by a client that keeps answers if asked to."""

    def checked(text: str, cached: bool = False, **options: object) -> Linted:
        services = open_services(make_client(cached, **options))
        return lint(bib, [parse_bib(text)], online=partial(ask_in_rounds, services))

    return checked


def words(linted: Linted) -> dict[str, str]:
    return {one.key: one.verdict for one in linted.judgements}


def test_each_work_is_found_by_the_cheapest_question(world: StandIn, check: Check) -> None:
    """Ids, then DOIs, then titles; what was found is not asked for again."""
    found = check(FILE)
    assert words(found) == WORDS
    services = [one.path.split("/")[1] for one in world.asked]
    # The title of the last is asked for everywhere, that of the talk at DBLP.
    assert Counter(services) == {"arxiv": 1, "crossref": 2, "dblp": 2, "openalex": 1, "s2": 1}
    assert services[:2] == ["arxiv", "crossref"]
    told = {one.key: one for one in found.judgements}
    assert told["conf"].work == "conf/icml/AbelZ17"
    assert "DBLP of 20" in (told["conf"].found.version or told["pre"].found.version).source
    assert [one.partition(" of ")[0] for one in told["none"].found.asked[1:]] == [
        "DBLP",
        "OpenAlex",
        "Crossref",
        "Semantic Scholar",
    ]
    assert "search for it" in told["none"].message
    assert {one.partition(" of ")[0] for one in found.asked[1:]} >= {"arXiv", "Crossref", "DBLP"}


def test_arxiv_ids_are_asked_for_together(world: StandIn, check: Check) -> None:
    text = "".join(
        PREPRINT.replace("{pre", f"{{p{n}").replace("00001", f"{n:05}") for n in range(60)
    )
    check(text)
    batches = [one for one in world.asked if one.path.startswith("/arxiv")]
    assert len(batches) == 2


def test_a_second_run_asks_nothing(world: StandIn, check: Check) -> None:
    first = words(check(FILE, cached=True))
    before = len(world.asked)
    assert words(check(FILE, cached=True)) == first == WORDS
    assert len(world.asked) == before


def test_what_the_catalogue_has_is_not_asked_for(world: StandIn, check: Check) -> None:
    found = check(
        "@inproceedings{k, title={How to escape saddle points efficiently}, booktitle={ICML}, "
        "year={2017}, author={Chi Jin and others}}"
    )
    assert words(found) == {"k": "verified"}
    assert world.asked == []


PAGE = "<!DOCTYPE html><html><body>Are you a robot?</body></html>"
FAILURES = {
    "429": Reply(b"{}", 429, {"Retry-After": "3600"}),
    "429 for a moment": Reply(b"{}", 429, {"Retry-After": "1"}),
    "500": Reply(b"{}", 500),
    "403": Reply(b"{}", 403),
    "a page for people": Reply(PAGE, kind="text/html"),
    "nothing": Reply(b""),
    "no JSON": Reply(b'{"result": {'),
    "another form": Reply(b'{"answer": 42}'),
    "broken off": Reply(b'{"result": {"hits": {}}}' * 9, cut=20),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_accuses_nobody(server: StandIn, check: Check, failure: Reply) -> None:
    """Nothing is contradicted, differs or is not found; the reason names the services."""
    server.answer("/", failure)
    found = check(FILE)
    assert set(words(found).values()) == {"not checked"}
    assert found.problems == lint_offline(FILE).problems
    for one in found.judgements:
        assert "DBLP: " in one.message
        assert "not in the catalogue" in one.message


def lint_offline(text: str) -> Linted:
    return lint(load(), [parse_bib(text)])


def test_a_service_that_does_not_answer_in_time(server: StandIn, check: Check) -> None:
    server.answer("/", Reply(dblp(), wait=0.4))
    found = check(TALK, timeout=0.1)
    assert words(found) == {"conf": "not checked"}
    assert "did not answer within 0.1 s" in found.judgements[0].message


def test_one_failure_is_enough_to_leave_a_reference_unchecked(world: StandIn, check: Check) -> None:
    """The service that failed may have the work; what others have is found."""
    world.answer("/s2", FAILURES["500"])
    assert words(check(FILE)) == WORDS | {"none": "not checked"}
    world.answer("/dblp", FAILURES["a page for people"])
    assert words(check(FILE)) == WORDS | {"none": "not checked", "conf": "not checked"}


def test_another_work_of_the_title_is_no_evidence(world: StandIn, check: Check) -> None:
    record = dblp_info(title="Cups that generalise without any sugar.", key="x", pages="",
                       authors=_people("Per Son", "Al Ien"))  # fmt: skip
    world.answer("/dblp", Reply(dblp(record)))
    found = check(TALK)
    assert words(found) == {"conf": "not found"}
    assert "another work: DBLP has “Cups that generalise" in found.judgements[0].message


def test_a_corrupt_record_is_no_evidence(world: StandIn, check: Check) -> None:
    """The right DOI with another title: others are asked, and nothing is contradicted."""
    world.answer("/crossref/works/", Reply(crossref(_kettles() | {"title": ["Of something else"]})))
    assert words(check(ARTICLE)) == {"pub": "not found"}
    right = dblp_info(title="The geometry of invented kettles.", key="y", pages="", volume="68",
                      authors=_people("Cy Moe", "Di Ek"), venue="J. ACM", year="2020",
                      type="Journal Articles")  # fmt: skip
    world.answer("/dblp", Reply(dblp(right)))
    found = check(ARTICLE)
    assert words(found) == {"pub": "verified"}
    assert "but for doi" in found.judgements[0].message


def test_a_preprint_that_arxiv_alone_knows_is_verified(world: StandIn, check: Check) -> None:
    assert words(check(PREPRINT)) == {"pre": "verified"}
    assert len(world.asked) == 1


@pytest.mark.usefixtures("world")
def test_a_venue_of_a_work_that_arxiv_alone_knows_is_not_checked(check: Check) -> None:
    text = PREPRINT.replace("@misc", "@inproceedings").replace("year=", "booktitle={ICML}, year=")
    found = check(text)
    assert words(found) == {"pre": "verified"}
    assert "but for booktitle" in found.judgements[0].message


def test_authors_in_the_order_of_the_alphabet_are_no_difference(
    world: StandIn, check: Check
) -> None:
    authors = [{"given": "Di", "family": "Ek"}, {"given": "Cy", "family": "Moe"}]
    world.answer("/crossref/works/", Reply(crossref(_kettles() | {"author": authors})))
    assert words(check(ARTICLE)) == {"pub": "verified"}


@pytest.mark.usefixtures("world")
def test_what_differs_is_said_with_the_record(check: Check) -> None:
    found = check(ARTICLE.replace("68", "67").replace("2020", "2015"))
    assert words(found) == {"pub": "differs"}
    (year, volume) = [one for one in found.problems if one.rule == "differs"]
    assert "write year = {2020}; the record: Cy Moe, Di Ek, “The geometry" in year.message
    assert "write volume = {68}" in volume.message


def test_a_budget_that_is_used_up(world: StandIn, check: Check) -> None:
    """What was answered counts; the next run asks for the rest only."""
    texts = [TALK.replace("{conf", f"{{c{n}").replace("Cups", f"Cups{n}") for n in range(5)]

    def two_answers(query: Query) -> Reply:
        asked = [one for one in world.asked if one.path.startswith("/dblp")]
        return _named_cups(query) if len(asked) <= 2 else FAILURES["429"]

    world.answer("/dblp", two_answers)
    found = words(check("".join(texts), cached=True))
    assert Counter(found.values()) == {"verified": 2, "not checked": 3}
    world.asked.clear()
    world.answer("/dblp", _named_cups)
    assert set(words(check("".join(texts), cached=True)).values()) == {"verified"}
    assert len([one for one in world.asked if one.path.startswith("/dblp")]) == 3


def _named_cups(query: Query) -> Reply:
    title = query.parameters["q"].partition(" Abel")[0]
    return Reply(dblp(_cups() | {"title": f"{title}."}))


def test_a_run_that_was_stopped_goes_on_where_it_was(world: StandIn, check: Check) -> None:
    """No address is asked twice."""
    stopped = 3

    def stop(_: str) -> None:
        if len(world.asked) >= stopped:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(FILE, cached=True, sent=stop)
    assert len(world.asked) == stopped
    assert words(check(FILE, cached=True)) == WORDS
    asked = [(one.path, tuple(one.parameters.items())) for one in world.asked]
    assert len(asked) == len(set(asked)) == 7


def test_only_identifiers_title_and_first_author_leave(
    world: StandIn, overlay: Path, run: Run, tmp_path: Path
) -> None:
    """Every address is in the log; year, venue and the other authors are in none."""
    (tmp_path / "refs.bib").write_text(FILE)
    code, out, err = run(overlay, "check", "refs.bib", "--verdicts", "--online", "-f", "json")
    assert code == 0
    told = {
        one["message"].partition(":")[0]: one["verdict"]
        for one in json.loads(out)
        if "verdict" in one
    }
    assert {key: one["word"] for key, one in told.items()} == WORDS
    assert "DBLP of 20" in told["conf"]["source"]
    assert "DBLP of 20" in err.splitlines()[-1]
    (log,) = (tmp_path / "cache").rglob("requests.log")
    lines = log.read_text().splitlines()
    assert len(lines) == len(world.asked)
    sent = unquote_plus(" ".join(line.partition(" ")[2] for line in lines))
    assert "Cups that generalise without any sugar Abel" in sent
    for kept in ("Zorn", "Wu", "Ek", "2017", "2019", "2020", "ICML", "Journal"):
        assert kept not in sent, kept


def test_nothing_is_asked_without_permission(
    world: StandIn, overlay: Path, run: Run, tmp_path: Path
) -> None:
    """A project's file cannot open the network; the user's own file can."""
    (tmp_path / "refs.bib").write_text(TALK)
    assert run(overlay, "check", "refs.bib")[0] == 0
    (tmp_path / ".dltheory.toml").write_text("[network]\nonline = true\n")
    code, _, err = run(overlay, "check", "refs.bib")
    assert (code, world.asked) == (0, [])
    assert "1 not found" in err
    (tmp_path / ".dltheory.toml").unlink()
    own = tmp_path / "config" / "dltheory-bib" / "settings.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[network]\nonline = true\n")
    assert "1 verified" in run(overlay, "check", "refs.bib")[2]
    assert world.asked
    world.asked.clear()
    assert "1 not found" in run(overlay, "check", "refs.bib", "--offline")[2]
    assert world.asked == []
