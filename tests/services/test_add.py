"""Adding works: from files, by identifier and title, offline and with services that stand in."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shapes
from collection_files import OWN, bib_file, is_valid, records
from stand_in import Reply, StandIn

from conftest import Run
from dltheory_bib import load
from dltheory_bib.bibfile.proposal import FIELDS
from dltheory_bib.bibfile.venue_facts import venue_facts
from dltheory_bib.models.paper import Paper
from dltheory_bib.source.yaml_writer import canonical
from helpers.budget import SOAK
from helpers.programs import environment, run_program

PUBLISHED = """@inproceedings{roe,
  author = {Richard Roe}, title = {An invented work on tea}, year = 2020,
  booktitle = {Proceedings of the First Invented Conference on Tea}, pages = {1--9}
}
"""


def test_an_entry_becomes_a_record_in_our_style(overlay: Path, tmp_path: Path, run: Run) -> None:
    """The key is ours and the entry's an alias; capitals are protected; the source is named."""
    code, out, err = run(overlay, "add", bib_file(tmp_path))
    assert code == 0, err
    (record,) = records(overlay)
    assert record["key"] == "doe2024saddle"
    assert record["aliases"] == ["me"]
    assert record["title"] == "Saddle points of deep {ReLU} networks"
    assert record["type"] == "online"
    assert record["sources"] == [
        {
            "source": "refs.bib",
            "where": "@article{me}",
            "fields": ["title", "author", "year", "eprint"],
        }
    ]
    assert record["topics"] == ["saddle-escape"]
    assert "+- key: doe2024saddle" in out
    assert "topic saddle-escape (suggested: saddle-escape 0." in err
    assert "read before? " in err
    assert is_valid(overlay)
    assert load(overlay)["me"].key == "doe2024saddle"


def test_a_new_venue_gets_a_record(overlay: Path, plain: Path, tmp_path: Path, run: Run) -> None:
    """The venues of the catalogue stay available, and so do those of a collection alone."""
    for folder in (overlay, plain):
        code, _, err = run(folder, "add", bib_file(tmp_path, PUBLISHED))
        assert code == 0, err
        (venue,) = records(folder, "venues")
        assert venue["id"] == "proceedings-of-the-first-invented-conference-on-tea"
        assert is_valid(folder)
        assert load(folder)["roe2020invented"].pages == "1-9"


def test_comments_and_records_stay(plain: Path, tmp_path: Path, run: Run) -> None:
    before = (plain / "papers.yaml").read_text()
    assert run(plain, "add", bib_file(tmp_path))[0] == 0
    after = (plain / "papers.yaml").read_text()
    assert all(line in after.splitlines() for line in before.splitlines())
    assert after.index("doe2024saddle") < after.index("# the first\n- key: moe2020tea")
    assert after.endswith("# the end\n")


def test_a_single_file_is_a_collection_too(plain: Path, tmp_path: Path, run: Run) -> None:
    mine = plain / "mine.yaml"
    (plain / "papers.yaml").rename(mine)
    assert run(mine, "add", bib_file(tmp_path))[0] == 0
    assert "doe2024saddle" in mine.read_text()


def test_a_dry_run_writes_nothing(overlay: Path, tmp_path: Path, run: Run) -> None:
    code, out, err = run(overlay, "add", bib_file(tmp_path), "--dry-run")
    assert code == 0
    assert "+- key: doe2024saddle" in out
    assert "nothing was written" in err
    assert sorted(one.name for one in overlay.iterdir()) == ["collection.yaml"]


def test_what_is_held_is_not_added_again(overlay: Path, tmp_path: Path, run: Run) -> None:
    """By id, by title and authors, under any name, here or below, and twice in one file."""
    twice = OWN + OWN.replace("{me,", "{again,").replace("2401.00001", "2401.00001v2")
    below = (
        "@misc{a, title={Something else by hand}, author={Doe, J.}, year={2017},"
        " eprint={1703.00887}}\n"
        "@misc{b, title={How to escape saddle points efficiently.}, author={C. Jin and R. Ge},"
        " year={2018}}\n"
    )
    code, _, err = run(overlay, "add", bib_file(tmp_path, twice + below))
    assert code == 0
    assert [one["key"] for one in records(overlay)] == ["doe2024saddle"]
    assert "@article{again}: is doe2024saddle, which is here; not added" in err
    assert "@misc{b}: is jin2017escape, which is here; not added" in err
    assert "@misc{a}: has the identifier 1703.00887 of jin2017escape, which has another" in err
    assert run(overlay, "add", bib_file(tmp_path, OWN))[0] == 1


def test_a_key_is_never_given_twice(overlay: Path, tmp_path: Path, run: Run) -> None:
    """Neither one of the collection, nor one below, nor an alias."""
    entry = "@misc{{x, title={{Escape from tea {0}}}, author={{Jin, Ann}}, year={{2017}}}}\n"
    text = entry.format("one") + entry.format("two")
    assert run(overlay, "add", bib_file(tmp_path, text))[0] == 0
    assert [one["key"] for one in records(overlay)] == ["jin2017escape-2", "jin2017escape-3"]
    assert load(overlay)["jin2017escape"].title.startswith("How to Escape")
    assert is_valid(overlay)


def test_ris_and_csl_are_read(overlay: Path, tmp_path: Path, run: Run) -> None:
    ris = "TY  - JOUR\nTI  - A work on green tea\nAU  - Doe, Jane\nPY  - 2019\nER  - \n"
    csl = (
        '{"type": "article", "title": "A work on black tea", "issued": {"date-parts": [[2018]]},'
        ' "author": [{"family": "Doe", "given": "Jane"}]}'
    )
    files = [bib_file(tmp_path, ris, "a.ris"), bib_file(tmp_path, csl, "pasted")]
    code, _, err = run(overlay, "add", *files)
    assert code == 0, err
    assert {one["key"] for one in records(overlay)} == {"doe2019work", "doe2018work"}


def test_a_paste_is_read_from_standard_input(overlay: Path) -> None:
    done = run_program(
        sys.executable,
        "-m",
        "dltheory_bib",
        "--data",
        str(overlay),
        "add",
        "-",
        input=OWN.encode(),
        stdin=None,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr.decode()
    assert records(overlay)[0]["sources"][0]["source"] == "standard input"  # type: ignore[index]


ANNOTATED = """@article{me, author={Doe, Jane}, title={A work on white tea}, year=2024,
  note={Read with Max; chapter 2.}, keywords={thesis, tea leaves}, abstract={Tea.}, pdf={x.pdf},
  file={:papers/tea.pdf:PDF;Full text:/home/me/other.pdf:application/pdf}}
@misc{jin, author={Jin, Chi}, title={How to escape saddle points efficiently}, year=2017,
  note={arXiv:1703.00887}, annote={The perturbation is needed.}}
"""


def test_notes_keywords_and_files_are_kept(overlay: Path, tmp_path: Path, run: Run) -> None:
    """Those of a work that is held as well. What has no place is named."""
    code, _, err = run(overlay, "add", bib_file(tmp_path, ANNOTATED))
    assert code == 0, err
    mine, known = records(overlay, "notes")
    assert mine == {
        "key": "doe2024work",
        "notes": ["Read with Max; chapter 2."],
        "tags": ["thesis", "tea leaves"],
        "files": ["papers/tea.pdf", "/home/me/other.pdf"],
    }
    assert known == {"key": "jin2017escape", "notes": ["The perturbation is needed."]}
    assert "1 abstract is used for topics, and not kept; `dltheory import` can keep it" in err
    assert is_valid(overlay)
    assert run(overlay, "add", bib_file(tmp_path, ANNOTATED))[0] == 1, "it is all there"
    assert run(overlay, "undo")[0] == 0
    assert not (overlay / "papers.yaml").exists()
    assert not (overlay / "notes.yaml").exists()


def test_topics_and_prerequisites_can_be_named(overlay: Path, tmp_path: Path, run: Run) -> None:
    name = bib_file(tmp_path)
    code, _, err = run(overlay, "add", name, "--topics", "ntk", "--after", "jin2017escape")
    assert code == 0, err
    (record,) = records(overlay)
    assert (record["topics"], record["after"]) == (["ntk"], ["jin2017escape"])
    assert run(overlay, "add", name, "--topics", "ntkk")[0] != 0
    assert run(overlay, "add", name, "--after", "nobody2000none")[0] != 0


def test_a_proposed_record_is_as_the_models_want_it(
    overlay: Path, tmp_path: Path, run: Run
) -> None:
    """It is written without them: in their order, in canonical form, and venues as they are."""
    assert [one for one in Paper.model_fields if one in FIELDS] == list(FIELDS)
    assert run(overlay, "add", bib_file(tmp_path, PUBLISHED + OWN + ANNOTATED))[0] == 0
    for kind in ("papers", "venues"):
        text = (overlay / f"{kind}.yaml").read_text()
        assert canonical(text, kind) == text
    for venue in load().venues.values():
        facts = venue_facts(load().snapshot)[venue.id]
        assert facts.data == venue.to_dict()
        assert (facts.kind, facts.aliases) == (venue.kind, venue.aliases)
        for year in (1980, 2010, 2017, 2018, 2026):
            of_model, of_facts = venue.in_year(year), facts.in_year(year)
            assert (of_model.short, of_model.publisher) == (of_facts.short, of_facts.publisher)


@pytest.mark.catalogue
def test_adding_an_entry_imports_no_model(overlay: Path, tmp_path: Path) -> None:
    """The models take longer to import than all that is done."""
    name = bib_file(tmp_path, PUBLISHED + OWN)
    load(overlay)
    done = run_program(
        sys.executable,
        "-c",
        "import sys\nfrom dltheory_bib.cli.main import main\n"
        f"assert main(['--data', {str(overlay)!r}, 'add', {name!r}]) == 0\n"
        "loaded = {'pydantic', 'networkx', 'bibtexparser', 'rich', 'httpx2'} & sys.modules.keys()\n"
        "assert not loaded, loaded",
        env=environment(),
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_editor_has_the_last_word(
    overlay: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is saved is validated: a wrong record is not written."""
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import sys\nfrom pathlib import Path\nfile = Path(sys.argv[1])\n"
        "text = file.read_text()\nfile.write_text(text.replace('year: 2024', sys.argv[0][-0:] and "
        "'year: 2023' if 'good' in __file__ else 'year: soon'))\n"
    )
    good = tmp_path / "good.py"
    good.write_text(editor.read_text())
    name = bib_file(tmp_path)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    monkeypatch.delenv("VISUAL", raising=False)
    code, _, err = run(overlay, "add", name, "--edit")
    assert code == 1
    assert "year" in err
    assert not (overlay / "papers.yaml").exists()
    monkeypatch.setenv("EDITOR", f"{sys.executable} {good}")
    assert run(overlay, "add", name, "--edit")[0] == 0
    assert records(overlay)[0]["year"] == 2023


@pytest.mark.parametrize("what", ["", "saddle", "no-such-file.bib"])
def test_what_is_nothing_is_said(overlay: Path, run: Run, what: str) -> None:
    code, _, err = run(overlay, "add", what)
    assert code != 0
    assert "Traceback" not in err


def test_the_installed_catalogue_is_not_written_to(tmp_path: Path) -> None:
    done = run_program(
        sys.executable,
        "-m",
        "dltheory_bib",
        "add",
        bib_file(tmp_path),
        cwd=tmp_path,
        env={name: value for name, value in environment().items() if name != "DLTHEORY_DATA"},
    )
    assert done.returncode == 1
    assert b"make a collection of your own" in done.stderr


# Services


def stand_in_for_jin(server: StandIn) -> None:
    """A work that the sample lacks, at arXiv, DBLP, OpenAlex and Semantic Scholar."""
    server.answer("/arxiv", Reply(shapes.atom(shapes.atom_entry(f"{NEW}v2", TITLE, PEOPLE))))
    people = {"author": [{"text": f"{given} {family} 0003"} for given, family in PEOPLE]}
    info = shapes.dblp_info(title=f"{TITLE}.", authors=people, ee="https://example.org/tea")
    server.answer("/dblp", Reply(shapes.dblp(info)))
    server.answer("/openreview", Reply(shapes.openreview()))
    server.answer("/crossref", Reply(shapes.crossref_list()))
    server.answer("/s2", Reply(shapes.S2_NOT_FOUND, 404))
    server.answer("/openalex", Reply(shapes.CHALLENGE, 404, kind="text/html"))


NEW = "2205.11111"
TITLE = "Escaping saddle points with tea"
PEOPLE = [("Jane Q.", "Doe"), ("Ulrike", "von Luxburg")]


def test_an_identifier_is_looked_up_only_if_allowed(
    overlay: Path, server: StandIn, run: Run
) -> None:
    stand_in_for_jin(server)
    code, _, err = run(overlay, "add", NEW)
    assert code == 1
    assert "services were not asked; use --online" in err
    assert server.asked == []
    code, _, err = run(overlay, "add", f"https://arxiv.org/abs/{NEW}v1", "--online")
    assert code == 0, err
    assert server.asked


def test_each_field_names_the_services_that_state_it(
    overlay: Path, server: StandIn, run: Run
) -> None:
    stand_in_for_jin(server)
    assert run(overlay, "add", NEW, "--online")[0] == 0
    (record,) = records(overlay)
    assert record["type"] == "inproceedings"
    assert record["venue"] == "icml"
    assert record["author"] == ["Doe, Jane Q.", "von Luxburg, Ulrike"]
    assert (record["year"], record["pages"], record["eprint"]) == (2017, "1724-1732", NEW)
    assert record["sources"] == [
        {
            "source": "DBLP",
            "where": "conf/icml/Jin0NKJ17",
            "fields": ["title", "author", "year", "venue", "pages", "url"],
        },
        {"source": "arXiv", "where": NEW, "fields": ["title", "author", "year", "eprint"]},
    ]
    assert is_valid(overlay)


def test_where_services_differ_both_values_are_written(
    overlay: Path, server: StandIn, run: Run
) -> None:
    stand_in_for_jin(server)
    other = shapes.openalex_work(
        title=TITLE,
        display_name=TITLE,
        publication_year=2018,
        authorships=[{"author": {"display_name": f"{given} {name}"}} for given, name in PEOPLE],
        biblio={"volume": None, "issue": None, "first_page": "1724", "last_page": "1733"},
        locations=[],
    )
    server.answer("/openalex/works/doi:", Reply(__import__("json").dumps(other)))
    assert run(overlay, "add", NEW, "--online")[0] == 0
    (record,) = records(overlay)
    assert record["disagreements"] == [
        {"field": "year", "value": "2018", "source": "OpenAlex"},
        {"field": "pages", "value": "1724-1733", "source": "OpenAlex"},
    ]
    assert is_valid(overlay)


def test_a_title_is_looked_up(overlay: Path, server: StandIn, run: Run) -> None:
    """First here: a title that the catalogue has is not asked for."""
    stand_in_for_jin(server)
    code, _, err = run(overlay, "add", "How to escape saddle points efficiently", "--online")
    assert code == 1
    assert "is jin2017escape, which is here" in err
    assert server.asked == []
    code, _, err = run(overlay, "add", TITLE, "--online")
    assert code == 0, err
    assert records(overlay)[0]["key"] == "doe2017escaping"


def test_a_failure_is_not_absence(overlay: Path, server: StandIn, run: Run) -> None:
    server.answer("/", Reply("{}", 403))
    code, _, err = run(overlay, "add", NEW, "--online")
    assert code == 1
    assert "could not be looked up" in err
    assert "was not found" not in err
    server.answer("/arxiv", Reply(shapes.atom()))
    server.answer("/openalex", Reply("", 404))
    server.answer("/s2", Reply(shapes.S2_NOT_FOUND, 404))
    code, _, err = run(overlay, "add", NEW, "--online")
    assert "was not found by arXiv, OpenAlex, Semantic Scholar" in err


def test_a_second_run_asks_nothing(overlay: Path, server: StandIn, run: Run) -> None:
    stand_in_for_jin(server)
    assert run(overlay, "add", NEW, "--online", "--dry-run")[0] == 0
    count = len(server.asked)
    assert run(overlay, "add", NEW, "--online")[0] == 0
    assert len(server.asked) == count


def test_what_leaves_the_machine_is_logged(
    overlay: Path, server: StandIn, run: Run, tmp_path: Path
) -> None:
    stand_in_for_jin(server)
    run(overlay, "add", NEW, "--online")
    log = (tmp_path / "cache" / "dltheory-bib" / "requests.log").read_text().splitlines()
    assert len(log) == len(server.asked)
    assert all("http://127.0.0.1" in line for line in log)


def test_settings_of_a_project_do_not_open_the_network(
    overlay: Path, server: StandIn, run: Run, tmp_path: Path
) -> None:
    """The user's own file does, and --offline refuses even then."""
    stand_in_for_jin(server)
    (tmp_path / ".dltheory.toml").write_text("[network]\nonline = true\n")
    assert run(overlay, "add", NEW)[0] == 1
    assert server.asked == []
    own = tmp_path / "config" / "dltheory-bib" / "settings.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[network]\nonline = true\nmailto = "me@example.org"\nwithout = ["openalex"]\n')
    assert run(overlay, "add", NEW, "--offline")[0] == 1
    assert server.asked == []
    code, _, err = run(overlay, "add", NEW)
    assert code == 0, err
    assert all("mailto:me@example.org" in one.headers["User-Agent"] for one in server.asked)
    assert not any("openalex" in one.path for one in server.asked)


def test_the_shelf_is_asked_before_services(
    overlay: Path, server: StandIn, run: Run, tmp_path: Path
) -> None:
    """It is on this machine, so nobody need allow it; the source says which dump states it."""
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    (dumps / "tea.bib").write_text(
        "@article{x, title={A work on shelved tea}, author={Doe, Jane and Roe, Ann}, year={2019},"
        " journal={Journal of Tea}, volume={3}, doi={10.1000/tea.3}}\n"
    )
    assert run(overlay, "shelf", "build", str(dumps), "-o", str(tmp_path / "shelf"))[0] == 0
    (tmp_path / ".dltheory.toml").write_text('[shelf]\npath = "shelf"\n')
    code, _, err = run(overlay, "add", "10.1000/tea.3")
    assert code == 0, err
    (record,) = records(overlay)
    assert (record["key"], record["volume"]) == ("doe2019work", "3")
    assert "(shelf)" in record["sources"][0]["source"]  # type: ignore[index]
    assert server.asked == []
    assert is_valid(overlay)
    assert run(overlay, "add", "10.1000/tea.4")[0] == 1


# Many processes, and none that ends well


def start(overlay: Path, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dltheory_bib", "--data", str(overlay), "add", name, "--yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        env=environment(),
    )


def test_two_that_add_at_once_both_land(overlay: Path, tmp_path: Path) -> None:
    """The same key would be given twice: the second gets a number."""
    entry = (
        "@misc{{x, title={{Tea {0}}}, author={{Doe, Jane}}, year={{2020}},"
        " eprint={{2001.0000{1}}}}}"
    )
    files = [bib_file(tmp_path, entry.format(f"tea {'abc'[n]}", n), f"{n}.bib") for n in range(3)]
    started = [start(overlay, name) for name in files]
    for process in started:
        assert process.wait() == 0
    assert sorted(str(one["eprint"]) for one in records(overlay)) == [
        "2001.00000",
        "2001.00001",
        "2001.00002",
    ]
    assert len({one["key"] for one in records(overlay)}) == 3
    assert is_valid(overlay)


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_any_moment_nothing_is_lost(overlay: Path, tmp_path: Path) -> None:
    """A few moments, and 300 in `make soak`: each work is there whole or not at all."""
    chance = random.Random(7)
    names = [
        bib_file(
            tmp_path,
            PUBLISHED.replace("{roe,", f"{{roe{number},").replace("on tea}", f"on tea {number}}}"),
            f"{number}.bib",
        )
        for number in range(300 if SOAK else 8)
    ]
    begun = time.monotonic()
    first = start(overlay, names[0])
    assert first.wait() == 0
    whole = time.monotonic() - begun
    kept = set()
    for name in names[1:]:
        before = {str(one["key"]) for one in records(overlay)}
        process = start(overlay, name)
        time.sleep(chance.uniform(0.3, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = {str(one["key"]) for one in records(overlay)}
        assert before <= now
        assert len(now - before) <= 1
        kept |= now
    last = start(overlay, bib_file(tmp_path))
    assert last.wait() == 0
    assert kept <= {str(one["key"]) for one in records(overlay)}
    assert is_valid(overlay)
    assert [*overlay.glob("*.dltheory-tmp")] == []


def test_a_collection_that_extends_nothing_is_told_what_the_catalogue_has(
    tmp_path: Path, run: Run
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "papers.yaml").write_text("[]\n", "utf-8")
    bib = bib_file(
        tmp_path,
        "@misc{a, title={How to Escape Saddle Points Efficiently}, author={Jin, Chi}, year=2017}\n"
        "@misc{b, title={Tea}, author={Doe, Jane}, year=2017}\n",
    )
    for command in (("add", bib, "--yes"), ("import", bib)):
        code, _, err = run(alone, *command)
        assert code == 0, err
        told = "the shipped catalogue has jin2017escape, with topics" in err
        assert told == (command[0] == "add")  # the second time both works are here
    assert "relations" not in records(alone)[0]
    code, _, err = run(alone, "add", "1503.02101")
    assert (code, "the shipped catalogue has ge2015escaping" in err) == (1, True)
