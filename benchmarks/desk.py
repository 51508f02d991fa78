"""The desk and its peers on a folder of .bib files that people wrote.

    python benchmarks/desk.py FOLDER
    python benchmarks/desk.py FOLDER --rebiber A/bin/rebiber --tidy B/bibtex-tidy \\
        --updater C/bin/bibtex-update --notes notes.txt

`fix`, `check`, `cover` and `import` run on each file, and so do the peers that are named, each
program in a process of its own, with a limit of CPU time. What they wrote is judged by
`desk_judge.py`: by the catalogue, by BibTeX, and by `check`. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from measure import Command, CommandError, Run, Runner
from programs import HERE, PARSE, WORK

LIMIT = 900
"""Seconds of CPU time that a program may take for one file."""
FIXERS = ("fix", "rebiber", "bibtex-tidy", "bibtex-updater")
JOBS = ("check", "check-fixed", "cover", "import", "parse")


class Desk:
    """One file, and the commands that are run on it."""

    def __init__(self, runner: Runner, source: Path, peers: dict[str, Path | None]) -> None:
        self.runner = runner
        self.home = runner.work / "desk" / source.stem
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.refs = self.home / "refs.bib"
        shutil.copyfile(source, self.refs)
        self.peers = peers
        self.runs: dict[str, Run] = {}
        self.failed: dict[str, str] = {}

    def commands(self, name: str, old: Path, new: Path) -> tuple[str, ...]:
        """The words of a program that writes a .bib from another."""
        if name == "fix":
            copied = 'cp "$1" "$2" && exec "$0" -m dltheory_bib fix "$2" --write'
            return ("sh", "-c", copied, sys.executable, str(old), str(new))
        program = str(self.peers[name])
        if name == "rebiber":
            return (program, "-i", str(old), "-o", str(new))
        if name == "bibtex-tidy":
            return (program, str(old), "--v2", "-o", str(new))
        offline = ("--skip-preprint-upgrade", "--check-fields", "--no-cache")
        return (program, str(old), "-o", str(new), *offline)

    def run(self, name: str, words: tuple[str, ...], codes: tuple[int, ...] = (0,)) -> bool:
        """Run a program once; return whether it ended well."""
        limited = ("sh", "-c", f'ulimit -t {LIMIT}; exec "$0" "$@"', *words)
        said = self.home / f"{name}.txt"
        try:
            self.runs[name] = self.runner.once(Command(name, limited, output=said, codes=codes))
        except CommandError as error:
            lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            self.failed[name] = f"{error}: {lines[-1][:200] if lines else ''}"
            return False
        return True

    def fixed(self, name: str) -> None:
        """Let a program write the file, twice."""
        new, again = self.home / f"{name}.bib", self.home / f"{name}-again.bib"
        if self.run(name, self.commands(name, self.refs, new)):
            self.run(f"{name}-again", self.commands(name, new, again))
        elif new.exists():
            new.unlink()

    def ours(self) -> None:
        """Run the commands that write no .bib."""
        start = (sys.executable, "-m", "dltheory_bib")
        made = self.home / "collection"
        self.run("check", (*start, "check", str(self.refs), "--format", "json"), (0, 1))
        fixed = self.home / "fix.bib"
        if fixed.exists():
            self.run("check-fixed", (*start, "check", str(fixed), "--format", "json"), (0, 1))
        self.run("cover", (*start, "cover", str(self.refs), "--format", "json"))
        if self.run("import", (*start, "import", str(self.refs), str(made)), (0, 1)):
            wrote = (made / "papers.yaml").exists()
            if wrote:
                self.run("load", (*start, "--data", str(made), "stats"))
        self.run("parse", (sys.executable, "-c", PARSE.format(str(self.refs))))

    def bibtex(self, name: str) -> None:
        """Let BibTeX read a file, in a folder of its own."""
        source = self.home / f"{name}.bib"
        if not source.exists() or shutil.which("bibtex") is None:
            return
        folder = self.home / f"bibtex-{name}"
        folder.mkdir()
        shutil.copyfile(source, folder / "refs.bib")
        aux = "\\citation{*}\n\\bibstyle{plain}\n\\bibdata{refs}\n"
        (folder / "main.aux").write_text(aux)
        start = 'ulimit -t 300; cd "$0" && max_print_line=10000 exec bibtex -terse main'
        words = ("sh", "-c", start, str(folder))
        said = self.home / f"bibtex-{name}.txt"
        try:
            self.runner.once(Command("bibtex", words, output=said, codes=(0, 1, 2, 3)))
        except CommandError as error:
            self.failed[f"bibtex-{name}"] = str(error)

    def record(self) -> dict[str, object]:
        """What was measured."""
        runs = {name: [one.cpu, one.megabytes] for name, one in self.runs.items()}
        return {"home": str(self.home), "runs": runs, "failed": self.failed}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a folder of .bib files")
    for name in FIXERS[1:]:
        flag = name.rpartition("-")[2]
        parser.add_argument(f"--{flag}", type=Path, dest=name, help=f"the program {name}")
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of files")
    parser.add_argument(
        "--peers-up-to", type=int, default=10**9, help="peers get no larger file, in bytes"
    )
    parser.add_argument("--work", type=Path, default=WORK, help="where what is written goes")
    parser.add_argument("--notes", type=Path, help="a file for what is wrong, entry by entry")
    parser.add_argument("--json", type=Path, help="a file for all counts")
    return parser.parse_args()


def main() -> None:
    given = options()
    given.work.mkdir(parents=True, exist_ok=True)
    runner = Runner(given.work.resolve())
    named = {name: getattr(given, name) for name in FIXERS[1:]}
    peers = {name: path.absolute() for name, path in named.items() if path}
    files = sorted(given.folder.glob("*.bib"))
    files = [one for one in files if not given.only or any(part in one.name for part in given.only)]
    records = []
    for number, path in enumerate(files, 1):
        print(f"{number}/{len(files)} {path.name}", file=sys.stderr, flush=True)
        desk = Desk(runner, path, peers)
        for name in ("fix", *peers):
            if name == "fix" or path.stat().st_size <= given.peers_up_to:
                desk.fixed(name)
        desk.ours()
        for name in ("refs", "fix"):
            desk.bibtex(name)
        records.append(desk.record() | {"name": path.name})
    (runner.work / "desk.json").write_text(json.dumps(records))
    judge = (sys.executable, str(HERE / "desk_judge.py"), str(runner.work / "desk.json"))
    more = [("--notes", given.notes), ("--json", given.json)]
    words = [word for flag, path in more if path for word in (flag, str(path.resolve()))]
    print(runner.check(Command("judge", (*judge, *words))), end="")


if __name__ == "__main__":
    main()
