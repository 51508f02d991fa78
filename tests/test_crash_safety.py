"""Commands that write are killed at any moment: the collection is as before, or as after."""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from dltheory_bib.source.collection_writer import PLACE, changing, undo
from helpers.budget import SOAK
from helpers.collections import SAMPLE
from helpers.programs import environment, run_program, started
from helpers.records import work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]
MOMENTS = 100 if SOAK else 6
"""How often each command is killed; half of the times at a step of its writing."""
BIB = "".join(
    f"@misc{{new{number}, title={{{title}}}, author={{{author}, A}}, year=2020, "
    f"keywords={{thesis}}, annote={{Note {number}}}}}\n"
    for number, (title, author) in enumerate(
        [("Cats are liquid", "Abel"), ("Dogs in the snow", "Boyd"), ("Of tea", "Carr")]
    )
)
COMMANDS = {
    "add": ("add", "refs.bib", "--yes"),
    "import": ("import", "refs.bib"),
    "merge": ("merge", "other", "--yes"),
}
STEPS = """\
import os, signal, sys
from dltheory_bib.cli.main import main
folder, last = sys.argv[1], int(sys.argv[2])
steps = 0
def step(event, values):
    global steps
    if event not in {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.truncate"}:
        return
    if values and os.path.join(folder, str(values[0])).startswith(folder + os.sep):
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
os.chdir(folder)
sys.addaudithook(step)
code = main(sys.argv[3:])
print(f"steps {steps}", flush=True)
os._exit(code)
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A collection over the sample, with another in it to be merged; compiled once."""
    folder = tmp_path / "mine"
    for place, papers in ((folder, work("doe2017first")), (folder / "other", work("roe2018other"))):
        place.mkdir()
        (place / "collection.yaml").write_text(f"extends: {SAMPLE}\n", "utf-8")
        (place / "papers.yaml").write_text(papers, "utf-8")
        (place / "notes.yaml").write_text("- key: jin2017escape\n  tags: [x]\n", "utf-8")
    (folder / "other" / "notes.yaml").write_text("- key: jin2017escape\n  tags: [y]\n", "utf-8")
    (folder / "refs.bib").write_text(BIB, "utf-8")
    (folder / ".git").mkdir()
    (folder / ".dltheory.toml").write_text('[collection]\ndata = "."\n', "utf-8")
    return folder


def program(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "dltheory_bib", "--data", ".", *arguments)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}


def restored(folder: Path, before: dict[str, bytes]) -> None:
    shutil.rmtree(folder / PLACE, ignore_errors=True)
    for path in folder.glob("*.yaml"):
        path.unlink()
    for name, content in before.items():
        (folder / name).write_bytes(content)


@pytest.mark.soak
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_any_moment_a_command_has_done_all_or_nothing(mine: Path, name: str) -> None:
    command = COMMANDS[name]
    before = files(mine)
    steps = ("-c", STEPS, str(mine))
    begun = time.monotonic()
    done = run_program(sys.executable, *steps, "0", "--data", ".", *command, env=environment())
    length = time.monotonic() - begun
    assert done.returncode == 0, done.stderr.decode()
    total = int(done.stdout.split()[-1])
    after = files(mine)
    assert after != before
    draw = random.Random(13)
    whole = 0
    for moment in range(MOMENTS):
        restored(mine, before)
        if moment % 2:
            at = str(draw.randint(1, total))
            run_program(sys.executable, *steps, at, "--data", ".", *command, env=environment())
        else:
            with started(*program(*command), cwd=mine, env=environment()) as child:
                time.sleep(draw.uniform(0.3, 1.1) * length)
                child.send_signal(signal.SIGKILL)
        with changing(mine, "look"):
            pass  # completes what was begun
        assert files(mine) in (before, after), f"{name}, moment {moment}"
        assert not [*mine.glob(f"{PLACE}/*.begun.json")]
        is_done = files(mine) == after
        whole += is_done
        assert (undo(mine) is not None) == is_done
        assert files(mine) == before
        assert undo(mine) is None
    # Of a few moments all may be early where the machine is busy.
    assert not SOAK or 0 < whole < MOMENTS


def test_two_that_add_at_once_both_land(mine: Path) -> None:
    entries = BIB.splitlines(keepends=True)
    for number, entry in enumerate(entries):
        (mine / f"{number}.bib").write_text(entry, "utf-8")
    commands = [("add", "0.bib", "--yes"), ("add", "1.bib", "--yes"), ("import", "2.bib")]
    before = files(mine)
    children = [started(*program(*one), cwd=mine, env=environment()) for one in commands]
    with children[0] as one, children[1] as two, children[2] as three:
        for child in (one, two, three):
            assert child.wait() == 0, child.stderr.read() if child.stderr else ""
    papers = (mine / "papers.yaml").read_text("utf-8")
    assert papers.count("\n- key: ") + papers.startswith("- key: ") == 4
    assert (mine / "notes.yaml").read_text("utf-8").count("Note ") == 3
    assert [undo(mine) is not None for _ in range(4)] == [True, True, True, False]
    assert files(mine) == before
