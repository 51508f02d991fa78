"""Measure the graph of the site in Chromium: its weight, its first picture, and dragging.

    python scripts/graph_page.py [--works 2000]

`make graph-page` runs it.

The catalogue, then a synthetic collection of so many works (benchmarks/generate.py), are shown in
each view without a graphics card. What counts is the processor's time of all of Chromium's
processes, not the time on the wall: of a frame while all works are dragged to and fro at three
zooms, and of the page's own thread from its beginning until the picture is drawn.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from dltheory_bib import Bibliography, load  # noqa: E402
from dltheory_bib.display.graph_view import STATIC  # noqa: E402
from dltheory_bib.site import __file__ as site_room  # noqa: E402
from dltheory_bib.site.addresses import GRAPH_SENTENCES  # noqa: E402
from dltheory_bib.site.graph_pages import graph_pages  # noqa: E402
from dltheory_bib.site.options import Options  # noqa: E402
from dltheory_bib.site.renderer import Renderer  # noqa: E402
from dltheory_bib.site.site_data import Contents  # noqa: E402
from helpers.browser import Watched, chromium, watched  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FRAME, FIRST, WEIGHT = 33, 1_000, 150
"""Limits: milliseconds of a frame and of the first picture, kilobytes of the page with gzip."""
VIEWS = ("", "?view=topics", "?view=works")
ZOOMS = (1, 2, 4)
MOVES = 90
_GRAPH = "document.querySelector('.dg').graph"
_TICK = 1_000 / os.sysconf("SC_CLK_TCK")


def write_page(bib: Bibliography, folder: Path) -> Path:
    """Write the page with the graph and what it needs."""
    contents = Contents(bib, Options())
    shutil.copytree(Path(site_room).parent / "static", folder / "assets")
    shutil.copytree(STATIC, folder / "assets" / "graph")
    made = graph_pages(contents, Renderer(contents))
    (path, page), (sentences, script) = islice(made, 2)
    (folder / path).write_bytes(page)
    (folder / sentences).write_bytes(script)
    return folder / path


def processor_time() -> float:
    """Return the milliseconds that the Chromium processes that this one started have used."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue  # it has ended
        fields = rest.split()
        process = int(stat.parent.name)
        parents[process] = int(fields[1])
        if name.startswith("chrom"):
            used[process] = (int(fields[11]) + int(fields[12])) * _TICK

    def is_ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return sum(time for process, time in used.items() if is_ours(process))


def opened(found: Watched, address: str) -> float:
    """Open a page; return the milliseconds of its thread until the picture is drawn."""
    session = found.page.context.new_cdp_session(found.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    found.page.goto(address)
    found.wait("() => Boolean(document.querySelector('.dg')?.graph?.scene.drawn)")
    found.ask("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    (took,) = (one["value"] for one in metrics if one["name"] == "TaskDuration")
    return float(took) * 1_000


def dragged(found: Watched, zoom: float) -> tuple[float, int]:
    """Drag at so many times the zoom that shows all; return milliseconds a frame, and frames."""
    page = found.page
    x, y = found.ask(
        f"""zoom => {{
            const graph = {_GRAPH};
            const {{ left, top, width, height }} = graph.stage.getBoundingClientRect();
            graph.fit(false);
            graph.scene.go(...graph.scene.around(zoom, width / 2, height / 2), false);
            return [left + width / 2, top + height / 2];
        }}""",
        zoom,
    )
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10, steps=3)
    # Frames in which nothing moved do not count, though their time does.
    found.ask(
        f"""() => {{
            globalThis.framesMoved = 0;
            let last = null;
            cancelAnimationFrame(globalThis.counting);
            const count = () => {{
                const {{ pan }} = {_GRAPH}.scene;
                if (last && (last.x !== pan.x || last.y !== pan.y)) framesMoved += 1;
                last = pan;
                globalThis.counting = requestAnimationFrame(count);
            }};
            globalThis.counting = requestAnimationFrame(count);
        }}"""
    )
    before, start = processor_time(), found.ask("() => framesMoved")
    for dx, dy in ((240, 90), (-260, -60), (60, 20)):
        page.mouse.move(x + dx, y + dy, steps=MOVES // 3)
    frames = found.ask("() => framesMoved") - start
    used = processor_time() - before
    page.mouse.up()
    return used / max(1, frames), frames


def measure(browser: Browser, bib: Bibliography, folder: Path) -> bool:
    """Print the figures of a collection; return whether all are within their limits."""
    page = write_page(bib, folder)
    packed = len(gzip.compress(page.read_bytes(), 9, mtime=0)) / 1_000
    scripts = sum(file.stat().st_size for file in STATIC.glob("*.js")) / 1_000
    print(f"{len(bib):,} works, {bib.citations.number_of_edges():,} citations")
    said = len(gzip.compress((page.parent / GRAPH_SENTENCES).read_bytes(), 9, mtime=0)) / 1_000
    print(f"  page with gzip {packed:.0f} kB of {WEIGHT}, then the sentences {said:.0f} kB")
    print(f"  its scripts {scripts:.0f} kB as they are")
    worst = [packed / WEIGHT]
    for view in VIEWS:
        with watched(browser, 1440, color_scheme="light") as found:
            took = opened(found, page.as_uri() + view)
            print(f"  first picture, {view or 'one work'}: {took:.0f} ms of {FIRST:,}")
            worst.append(took / FIRST)
            if view != VIEWS[-1]:
                continue
            for zoom in ZOOMS:
                frame, frames = dragged(found, zoom)
                print(f"  dragged at {zoom} x: {frame:.1f} ms of {FRAME} a frame, {frames} frames")
                worst.append(frame / FRAME)
    return max(worst) <= 1


def main() -> int:
    """Measure the catalogue and a synthetic collection; 1 if a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--works", type=int, default=2_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        made_up = Path(made) / "collection"
        script = ROOT / "benchmarks" / "generate.py"
        size = ("--works", str(chosen.works))
        subprocess.run([sys.executable, script, made_up, *size], check=True, capture_output=True)
        good = True
        for name, bib in (("catalogue", load()), ("made-up", load(made_up))):
            (Path(made) / name).mkdir()
            good &= measure(browser, bib, Path(made) / name)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
