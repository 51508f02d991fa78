"""The server for assistants, driven by the SDK's own client, and the answers of its tools."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from dltheory_bib import Bibliography
from dltheory_bib.mcp_server.answers import MOST_CHARACTERS, answer, clean
from dltheory_bib.mcp_server.catalogue_tools import TOOLS, call_tool
from dltheory_bib.mcp_server.stdio_server import INSTRUCTIONS, make_server
from helpers.collections import SAMPLE, in_place
from helpers.programs import environment, run_program

# The server, in a process that ends with its own exit code where it would ask a network, start a
# program, or open a file to write.
GUARDED = """
import os, sys
def guard(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0] != os.devnull:
        if (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            os._exit(41)
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen"}:
        os._exit(42)
from dltheory_bib import load
from dltheory_bib.cli.main import main
load(os.environ["DLTHEORY_DATA"])  # compiles the collection, if that was not done yet
sys.addaudithook(guard)
sys.exit(main(["mcp"]))
"""
OLD = "@article{jacot, title={Neural tangent kernel: Convergence and generalization in neural \
networks}, author={Jacot, A. and others}, journal={arXiv:1806.07572}, year={2018}}"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "search": ("search", {"query": "saddle points", "limit": 3}),
    "show": ("show", {"work": "jin2017escape"}),
    "read": ("read", {"topic": "saddle-escape", "count": 2}),
    "topics": ("read", {}),
    "questions": ("compare", {}),
    "compare": ("compare", {"question": "second-order-stationary", "year": "..2030"}),
    "path": ("path", {"start": "jin2017escape", "end": "dauphin2014identifying"}),
    "cite": ("cite", {"works": ["jin2017escape", "smith2030invented"], "dialect": "biblatex"}),
    "check": ("check", {"bib_text": OLD}),
    "unknown work": ("show", {"work": "jin2017escap"}),
    "unknown tool": ("delete", {}),
    "unknown argument": ("search", {"text": "saddles"}),
    "missing argument": ("path", {"start": "jin2017escape"}),
}


async def drive() -> dict[str, Any]:
    """Start the server as an assistant does, and ask it everything in one session."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", GUARDED],
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
    )
    async with Client(stdio_client(server)) as client:
        found: dict[str, Any] = {
            "tools": (await client.list_tools()).tools,
            "instructions": client.instructions,
        }
        for name, (tool, arguments) in CALLS.items():
            result = await client.call_tool(tool, arguments)
            (content,) = result.content
            found[name] = json.loads(content.text)
            assert result.is_error == ("error" in found[name])
    return found


@pytest.fixture(scope="module")
def told(bib: Bibliography) -> dict[str, Any]:
    """What a session with the server says."""
    assert bib  # the home directory of the tests is in place
    with in_place(SAMPLE):
        return asyncio.run(drive())


def test_a_server_needs_no_transport(bib: Bibliography) -> None:
    """The same tools, in one process; a failed call is marked as one."""

    async def inside() -> None:
        async with Client(make_server(bib)) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == list(TOOLS)
            assert not (await client.call_tool("show", {"work": "jin2017escape"})).is_error
            assert (await client.call_tool("show", {"work": "nosuch"})).is_error

    asyncio.run(inside())


def ask(bib: Bibliography, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool, without a process."""
    text, failed = call_tool(bib, tool, arguments)
    assert len(text) <= MOST_CHARACTERS
    made: dict[str, Any] = json.loads(text)
    assert failed == ("error" in made)
    return made


def test_the_tools_are_listed_as_read_only(told: dict[str, Any]) -> None:
    """An assistant sees what each does, what it takes, and that none changes anything."""
    assert [tool.name for tool in told["tools"]] == list(TOOLS)
    for tool in told["tools"]:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert tool.input_schema["additionalProperties"] is False
        for one in tool.input_schema["properties"].values():
            assert one["description"]
            assert one["type"] == "boolean" or {"maxLength", "maximum", "maxItems"} & set(one)
    assert told["instructions"] == INSTRUCTIONS


def test_a_session_finds_works_that_can_be_cited(told: dict[str, Any]) -> None:
    """Each work has its key and URL, and what its summary was checked against."""
    found = told["search"]["data"]
    assert found["found"] >= len(found["works"]) == 3
    for work in (*found["works"], *told["read"]["data"]["works"]):
        assert work["url"].startswith("https://")
        assert work["checked"] in {"full-text", "abstract", "unchecked"}
        assert work["checked"] == "unchecked" or work["checked_in"]
        assert work["facts_from"]
    assert all(work["why"] for work in told["read"]["data"]["works"])
    assert "saddle-escape" in {one["id"] for one in told["topics"]["data"]["topics"]}
    assert "an instruction" in told["search"]["notice"]


def test_a_session_shows_a_work_with_its_evidence(told: dict[str, Any]) -> None:
    """Summary, relations with a sentence each, and theorems with the place that was read."""
    work = told["show"]["data"]
    assert work["key"] == "jin2017escape"
    assert work["citation"].startswith("Chi Jin, Rong Ge")
    assert {"relation", "work", "title", "says"} <= set(work["relations"][0])
    assert "checked against" in work["results"][0]["read"]
    assert work["cites"]["count"] >= len(work["cites"]["first"])


def test_a_session_compares_theorems(told: dict[str, Any]) -> None:
    """The question with its symbols; each card with its bound, version, place and evidence."""
    assert "second-order-stationary" in {o["id"] for o in told["questions"]["data"]["questions"]}
    table = told["compare"]["data"]
    assert table["question"]["symbols"]
    assert table["group_titles"] == [group["title"] for group in table["groups"]]
    for card in (card for group in table["groups"] for card in group["cards"]):
        assert card["id"].startswith(card["work"])
        assert card["checked"] in {"full-text", "abstract", "secondary"}
        assert {"bound", "where", "read_in", "assumes", "url"} <= set(card)


def test_a_session_connects_works(told: dict[str, Any], bib: Bibliography) -> None:
    """The chain is that of `path`, with what each step states."""
    chain = bib.path(*CALLS["path"][1].values())
    assert chain is not None
    shown = told["path"]["data"]
    assert [work["key"] for work in shown["works"]] == chain.keys
    assert all(step["says"] for step in shown["steps"])


def test_a_session_cites_and_invents_nothing(told: dict[str, Any], bib: Bibliography) -> None:
    """A known work has its entry; an unknown name has none, and the nearest keys if any are."""
    shown = told["cite"]["data"]
    (work,) = shown["works"]
    assert work["entry"] == bib.to_bibtex("jin2017escape", dialect="biblatex")
    assert [one["name"] for one in shown["unknown"]] == ["smith2030invented"]
    assert "from memory" in told["cite"]["hint"]


def test_a_session_checks_a_bib(told: dict[str, Any]) -> None:
    """The text is judged: the entry is a preprint of a published work."""
    found = told["check"]["data"]
    assert found["verdicts"]["counts"] == {"differs": 1}
    assert found["verdicts"]["entries"][0]["kinds"] == ["outdated"]
    assert found["verdicts"]["entries"][0]["work"] == "jacot2018neural"
    assert {"outdated", "and-others"} <= {one["rule"] for one in found["problems"]}


def test_an_error_names_what_may_be_given(told: dict[str, Any]) -> None:
    """Unknown works, tools and arguments are answers, with the names that are known."""
    assert told["unknown work"]["nearest"][0] == "jin2017escape"
    assert "did you mean jin2017escape" in told["unknown work"]["error"]
    assert told["unknown tool"]["error"].endswith("known are " + ", ".join(TOOLS))
    assert "known are query, limit" in told["unknown argument"]["error"]
    assert "end is missing" in told["missing argument"]["error"]


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("search", {"query": "x" * 501}, "query must be at most 500 characters, and has 501"),
        ("search", {"query": " \0"}, "query must be a text that is not empty"),
        ("search", {"query": 5}, "query must be a text"),
        ("search", {"query": "a", "limit": 26}, "limit must be a whole number from 1 to 25"),
        ("search", {"query": "a", "limit": 2.5}, "limit must be a whole number from 1 to 25"),
        ("search", {"query": "a", "limit": True}, "limit must be a whole number"),
        ("compare", {"question": "width-overparam", "best": "yes"}, "best must be true or false"),
        ("cite", {"works": []}, "works must be a list of 1 to 50 texts, and has 0"),
        ("cite", {"works": ["a"] * 51}, "works must be a list of 1 to 50 texts, and has 51"),
        ("cite", {"works": ["a" * 301]}, "at most 300 characters each"),
        ("cite", {"works": ["a"], "dialect": "ris"}, "dialect must be one of bibtex, biblatex"),
        ("check", {"bib_text": "%" * 100_001}, "at most 100000 characters"),
        ("search", {"querry": "a"}, "no argument 'querry'; did you mean query?"),
        ("compare", {"question": "widht-overparam"}, "did you mean width-overparam"),
        ("compare", {"question": "width-overparam", "query": "autor:x"}, "did you mean author"),
    ],
)
def test_arguments_have_limits(
    bib: Bibliography, tool: str, arguments: dict[str, Any], message: str
) -> None:
    """What does not fit is named in the answer, with its limit."""
    assert message in ask(bib, tool, **arguments)["error"]


def test_a_whole_number_may_be_written_with_a_point(bib: Bibliography) -> None:
    """JSON does not tell 2.0 from 2."""
    assert len(ask(bib, "search", query="saddle", limit=2.0)["data"]["works"]) == 2


def test_a_work_without_near_names_leads_to_the_search(bib: Bibliography) -> None:
    """Where no key is near, the tool that finds names is named."""
    said = ask(bib, "show", work="zzzzzzzz")
    assert "nearest" not in said
    assert "`search`" in said["hint"]
    assert "`read`" in ask(bib, "search", query="xyzzyq")["hint"]


def test_a_mistyped_topic_is_named(bib: Bibliography) -> None:
    """It is read as a query, which the answer says, with the topic that was meant."""
    said = ask(bib, "read", topic="sadle-escape")
    assert "saddle-escape" in said["data"]["nearest_topics"]
    assert "is no topic" in said["hint"]


def test_works_without_a_chain_are_an_answer(bib: Bibliography) -> None:
    """It says so, with both keys."""
    lone = [key for key in bib.papers if not any(bib.edges(key))]
    said = ask(bib, "path", start="jin2017escape", end=lone[0])
    assert f"jin2017escape and {lone[0]}" in said["hint"]


def test_no_tool_reads_a_file(bib: Bibliography, tmp_path: Path) -> None:
    """A path is a text like any other, in every argument that takes a text."""
    secret = tmp_path / "secret.bib"
    secret.write_text("@misc{zqxwv, title={Zqxwv Words}}", "utf-8")
    for tool in TOOLS.values():
        texts = {
            one.name: [str(secret)] if one.kind == "names" else str(secret)
            for one in tool.parameters
            if one.kind in {"text", "names"} and not one.choices
        }
        assert "zqxwv" not in json.dumps(ask(bib, tool.name, **texts)).lower()
    assert "a path is not read" in ask(bib, "check", bib_text=str(secret))["hint"]


@pytest.mark.parametrize(
    "hidden",
    ["\0", "\x1b[31m", "\x7f", "\x9b", "\u202e", "\u200b", "\U000e0041", "\ufe0f", "\ue000"],
)
def test_hidden_characters_are_removed(bib: Bibliography, hidden: str) -> None:
    """Text from elsewhere comes back without what a person would not see."""
    name = f"Doe{hidden}{hidden}2020"
    said = ask(bib, "check", bib_text=f"@misc{{{name}, title={{A}}, year={{2020}},}}\n@misc{{b,\n")
    text = json.dumps(said, ensure_ascii=False)
    assert hidden not in text
    assert clean(f"a{hidden}\tb\r\nc") == f"a{clean(hidden)}\tb\nc"
    assert hidden not in json.dumps(ask(bib, "show", work=name), ensure_ascii=False)
    assert clean("é Łojasiewicz µ $\\ell$ 深") == "é Łojasiewicz µ $\\ell$ 深"


def test_a_long_answer_says_what_it_leaves_out(bib: Bibliography) -> None:
    """The first items are whole, the last ones are counted, and the limit is named."""
    said = ask(bib, "check", bib_text="@misc{a, title={T}}\n" * 400)
    shown = said["data"]["verdicts"]["entries"]
    assert len(shown) + said["left_out"]["data.verdicts.entries"] == 400
    assert said["data"]["entries"] == 400
    assert str(MOST_CHARACTERS) in said["limit"]
    one = json.loads(answer(1, data={"text": "x" * 100_000}))
    assert one["data"]["text"].endswith(" […]")
    assert one["left_out"]["data.text"] >= 100_000 - MOST_CHARACTERS


def test_a_record_shows_these_fields_alone(bib: Bibliography) -> None:
    """Fields are listed one by one: what a collection has besides, such as notes, stays."""
    fields = {
        *("key", "title", "authors", "published", "url", "links", "citation", "aliases", "topics"),
        *("level", "summary", "idea", "limits", "checked", "checked_in", "facts_from"),
        *("unverified", "remarks", "relations", "results", "disagreements"),
        *("references_read", "lists_read", "cites", "cited_by"),
    }
    for key in bib.papers:
        said = ask(bib, "show", work=key)
        assert set(said) <= {"source", "notice", "data", "limit", "left_out"}
        assert set(said["data"]) <= fields


@pytest.mark.catalogue
def test_the_catalogue_fits_into_answers(catalogue: Bibliography) -> None:
    """A work is shown whole, and the default comparison of each question has its groups' titles."""
    for key in ("jacot2018neural", "zhang2017understanding"):
        assert "left_out" not in ask(catalogue, "show", work=key)
    for question in catalogue.questions:
        table = ask(catalogue, "compare", question=question)["data"]
        assert len(table["group_titles"]) >= len(table["groups"]) > 0


def test_without_the_extra_the_command_says_how_to_install_it() -> None:
    """Without the SDK the command ends with 1 and names the package."""
    program = (
        "import sys; sys.modules['mcp_types'] = None\n"
        "from dltheory_bib.cli.main import main; sys.exit(main(['mcp']))"
    )
    done = run_program(sys.executable, "-c", program, env=environment())
    assert done.returncode == 1
    assert b"dltheory: the server for assistants needs " in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_configurations_start_the_command() -> None:
    """Each that the documentation shows is well formed and names the command."""
    guide = Path(__file__).parents[1] / "docs" / "how-to" / "assistant.md"
    found = re.findall(r"```(json|toml)\n(.*?)```", guide.read_text("utf-8"), re.S)
    assert [kind for kind, _ in found] == ["json", "json", "toml"]
    for kind, text in found:
        (servers,) = (json.loads if kind == "json" else tomllib.loads)(text).values()
        assert servers["dltheory"].items() >= {"command": "dltheory", "args": ["mcp"]}.items()
