"""Two people's collections over one catalogue, merged: nothing lost, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dltheory_bib import load
from dltheory_bib.cli.main import main
from helpers.records import work

pytestmark = pytest.mark.usefixtures("cache")
Run = Callable[..., tuple[int, str, list[str]]]
SECRET = "quokkasecret"


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command line in Ada's collection, with Bob's beside it."""
    for name in ("ada", "bob"):
        (tmp_path / name / ".git").mkdir(parents=True)
        (tmp_path / name / "collection.yaml").write_text("extends: shipped\n", "utf-8")
    monkeypatch.chdir(tmp_path / "ada")
    Path(".dltheory.toml").write_text('[collection]\ndata = "."\n', "utf-8")

    def run(*arguments: str) -> tuple[int, str, list[str]]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err.splitlines()

    return run


def write(who: str, **files: str) -> None:
    for kind, text in files.items():
        (Path("..") / who / f"{kind}.yaml").write_text(text, "utf-8")


def records(kind: str, who: str = "ada") -> dict[str, dict[str, Any]]:
    path = Path("..") / who / f"{kind}.yaml"
    found = yaml.safe_load(path.read_text("utf-8")) or []
    return {one.get("key") or one.get("id") or one["citing"]: one for one in found}


def texts(who: str = "ada") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((Path("..") / who).glob("*.yaml"))}


def test_works_notes_citations_and_topics_are_taken(run: Run) -> None:
    write(
        "ada",
        papers=work("doe2026ours", "Ours", extra="after: [jin2017escape]"),
        notes="- key: jin2017escape\n  notes: [Mine.]\n  tags: [thesis]\n",
    )
    write(
        "bob",
        papers=work("roe2025theirs", "Theirs", "Roe, R.", extra="topics: [bobs-topic]"),
        topics="- id: bobs-topic\n  label: Bobs\n  definition: His.\n  broader: loss-landscape\n",
        citations="- citing: roe2025theirs\n  source: the paper\n  how: transcribed\n"
        "  cites: [jin2017escape]\n",
        notes="- key: jin2017escape\n  notes: [Mine., His.]\n  tags: [talk]\n  status: read\n"
        "  relations:\n    - kind: extends\n      work: ge2015escaping\n      says: Carries on.\n",
    )
    before = texts()
    code, _, said = run("merge", "../bob")
    assert (code, said) == (
        0,
        [
            "1 work added, 1 work with more notes, 2 other records: wrote topics.yaml, "
            "papers.yaml, citations.yaml, notes.yaml; `dltheory undo` takes it back"
        ],
    )
    assert list(records("papers")) == ["doe2026ours", "roe2025theirs"]
    assert records("notes")["jin2017escape"] == {
        "key": "jin2017escape",
        "notes": ["Mine.", "His."],
        "tags": ["thesis", "talk"],
        "status": "read",
        "relations": [{"kind": "extends", "work": "ge2015escaping", "says": "Carries on."}],
    }
    assert "roe2025theirs" in load(Path()).cited_by("jin2017escape").keys
    after = texts()
    assert run("merge", "../bob") == (0, "", ["nothing to merge"])
    assert texts() == after
    assert run("undo")[0] == 0
    assert {**before, "topics.yaml": b"", "citations.yaml": b""}.keys() >= texts().keys()
    assert {name: texts()[name] for name in before} == before


def test_one_work_under_two_keys_is_one_and_its_other_key_an_alias(run: Run) -> None:
    write("ada", papers=work("doe2026ours", "A Title", extra="doi: 10.1234/x"))
    write(
        "bob",
        papers=work("doe2026title", "A Title", extra="eprint: '2601.00001'\nvenue: icml")
        + "\n"
        + work("roe2026next", "Next", "Roe, R.", extra="after: [doe2026title]"),
        notes="- key: doe2026title\n  tags: [seen]\n",
    )
    code, _, said = run("merge", "../bob")
    assert (code, said[0]) == (0, "doe2026title there is doe2026ours here")
    ours = records("papers")["doe2026ours"]
    assert (ours["aliases"], ours["doi"], ours["eprint"], ours["venue"]) == (
        ["doe2026title"],
        "10.1234/x",
        "2601.00001",
        "icml",
    )
    assert records("papers")["roe2026next"]["after"] == ["doe2026ours"]
    assert records("notes") == {"doe2026ours": {"key": "doe2026ours", "tags": ["seen"]}}
    assert run("merge", "../bob")[2][-1] == "nothing to merge"


def test_a_key_that_means_another_work_here_is_changed(run: Run) -> None:
    write("ada", papers=work("doe2026a", "Of Cats", "Doe, Ada"))
    write(
        "bob",
        papers=work("doe2026a", "Dogs and Some More", "Roe, Bob")
        + "\n"
        + work("roe2026b", "B", "Roe, Bob", extra="after: [doe2026a]"),
    )
    code, _, said = run("merge", "../bob")
    assert (code, said[0]) == (
        0,
        "doe2026a is another work here (doe2026a); theirs gets the key doe2026a-2",
    )
    assert list(records("papers")) == ["doe2026a", "doe2026a-2", "roe2026b"]
    assert records("papers")["roe2026b"]["after"] == ["doe2026a-2"]
    assert records("papers")["doe2026a"]["title"] == "Of Cats"
    assert run("merge", "../bob")[2][-1] == "nothing to merge"


def test_conflicts_are_listed_with_place_and_what_to_write_and_ones_own_stays(run: Run) -> None:
    relation = "relations:\n  - kind: extends\n    work: jin2017escape\n    says: "
    write(
        "ada",
        papers=work("doe2026ours", "Ours", year=2026, extra=f"{relation}Mine."),
        notes=f"- key: jin2017escape\n  status: read\n  notes: [{SECRET} of Ada]\n",
        topics="- id: t-x\n  label: X\n  definition: Mine.\n  broader: loss-landscape\n",
    )
    write(
        "bob",
        papers=work("doe2026ours", "Ours", year=2025, extra=f"level: core\n{relation}His."),
        notes="- key: jin2017escape\n  status: to-read\n",
        topics="- id: t-x\n  label: X\n  definition: His.\n  broader: loss-landscape\n",
    )
    code, out, said = run("merge", "../bob")
    assert code == 1
    assert said == [
        "papers.yaml:6:3: conflict: doe2026ours: year is '2026' here, and there "
        "(../bob/papers.yaml:6:3) '2025'; yours stays, write the other to take theirs",
        "papers.yaml:8:7: conflict: doe2026ours: relation extends jin2017escape is 'Mine.' here, "
        "and there (../bob/papers.yaml:9:7) 'His.'; yours stays, write the other to take theirs",
        "topics.yaml:3:3: conflict: t-x: definition is 'Mine.' here, and there "
        "(../bob/topics.yaml:3:3) 'His.'; yours stays, write the other to take theirs",
        "notes.yaml:2:3: conflict: jin2017escape: status is another there (../bob/notes.yaml:2:3); "
        "yours stays",
        "1 completed, 4 conflicts: wrote papers.yaml; `dltheory undo` takes it back",
    ]
    assert records("papers")["doe2026ours"]["level"] == "core"
    assert records("papers")["doe2026ours"]["year"] == 2026
    assert records("notes")["jin2017escape"]["status"] == "read"
    assert SECRET not in out
    code, _, said = run("merge", "../bob", "--private")
    assert (code, said[-1]) == (1, "nothing to merge, 4 conflicts")
    assert "status is 'read' here, and there (../bob/notes.yaml:2:3) 'to-read'" in said[3]


def test_private_text_is_merged_but_printed_only_if_asked_for(run: Run) -> None:
    write("ada", papers="[]\n", notes="- key: jin2017escape\n  tags: [mine]\n")
    write(
        "bob",
        papers="[]\n",
        notes=f"- key: jin2017escape\n  notes: [{SECRET}]\n  files: [{SECRET}.pdf]\n"
        "  after: [ge2015escaping]\n",
    )
    before = texts()
    code, out, said = run("merge", "../bob", "--dry-run")
    assert code == 0
    assert "+  after: [ge2015escaping]" in out
    assert SECRET not in out + "".join(said)
    assert said[-1] == "1 work with more notes; nothing was written"
    assert texts() == before
    assert SECRET in run("merge", "../bob", "--dry-run", "--private")[1]
    assert SECRET not in "".join(str(run("merge", "../bob", "--yes")))
    assert records("notes")["jin2017escape"]["notes"] == [SECRET]


def test_what_belongs_to_layers_that_are_not_extended_is_named(run: Run, tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "collection.yaml").write_text("extends: shipped\n", "utf-8")
    (lab / "papers.yaml").write_text(work("lab2020one", "Of the lab"), "utf-8")
    (tmp_path / "bob" / "collection.yaml").write_text("extends: ../lab\n", "utf-8")
    write("ada", papers="[]\n")
    write(
        "bob",
        papers=work("roe2026b", "B", "Roe, Bob", extra="after: [lab2020one, jin2017escape]"),
        notes="- key: lab2020one\n  tags: [x]\n",
    )
    code, _, said = run("merge", "../bob")
    assert code == 1
    assert said[:2] == [
        "../bob/papers.yaml:1:3: conflict: roe2026b refers to lab2020one, a work of a layer that "
        "you do not extend; that is not taken",
        "../bob/notes.yaml:1:3: conflict: lab2020one is a work of a layer that you do not extend; "
        "that is not taken",
    ]
    assert records("papers")["roe2026b"]["after"] == ["jin2017escape"]
    Path("collection.yaml").write_text("extends: ../lab\n", "utf-8")
    code, _, said = run("merge", "../bob")
    assert (code, records("papers")["roe2026b"]["after"]) == (0, ["jin2017escape", "lab2020one"])


def test_a_record_of_a_work_below_becomes_additions(run: Run) -> None:
    write("ada", papers="[]\n")
    write(
        "bob",
        papers=work(
            "bobs2017escape",
            "How to Escape Saddle Points Efficiently",
            "Jin, Chi",
            extra="eprint: '1703.00887'\nafter: [ge2015escaping]\nrelations:\n"
            "  - kind: extends\n    work: roe2026b\n    says: So.",
        )
        + "\n"
        + work("roe2026b", "B", "Roe, Bob"),
    )
    load(Path("../bob"))
    code, _, said = run("merge", "../bob")
    assert code == 1
    assert said[0] == "bobs2017escape there is jin2017escape here"
    assert "theirs has another author" in said[1]
    assert list(records("papers")) == ["roe2026b"]
    assert records("notes")["jin2017escape"]["relations"][0]["work"] == "roe2026b"


def test_two_that_are_not_valid_together_are_not_merged(run: Run) -> None:
    write(
        "ada",
        papers=work("a2020a", "Cats are liquid", extra="after: [b2020b]")
        + work("b2020b", "Dogs in the snow"),
    )
    write(
        "bob",
        papers=work("a2020a", "Cats are liquid")
        + work("b2020b", "Dogs in the snow", extra="after: [a2020a]"),
    )
    before = texts()
    code, _, said = run("merge", "../bob")
    assert code == 1
    assert "the two together are not valid, so nothing is written" in "\n".join(said)
    assert "cycle" in "\n".join(said)
    assert texts() == before


def test_what_is_no_other_collection_is_refused(run: Run) -> None:
    write("ada", papers="[]\n")
    assert "name another" in run("merge", ".")[2][0]
    assert "there is no collection in a folder ../nobody" in run("merge", "../nobody")[2][0]
    write("bob", papers="- key: x\n")
    code, _, said = run("merge", "../bob")
    assert (code, "bob/papers.yaml:1:3: error" in said[0]) == (1, True)


def test_a_layer_below_is_not_merged(run: Run) -> None:
    """Its notes are seen already, and would be there twice."""
    Path("collection.yaml").write_text("extends: ../bob\n", "utf-8")
    write("bob", notes="- key: jin2017escape\n  notes: [His.]\n")
    before = texts()
    code, _, said = run("merge", "../bob", "--yes")
    assert (code, said) == (
        1,
        ["Error: ../bob is a layer below yours, which has all of it already"],
    )
    assert texts() == before
