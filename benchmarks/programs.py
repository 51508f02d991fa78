"""The commands that are timed: ours, and those of the peers that are installed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from measure import Command, CommandError, Runner

HERE = Path(__file__).parent
WORK = HERE / ".work"
"""Where collections and caches are kept; not in git."""
ACL_LOAD = "from acl_anthology import Anthology; Anthology({!r}, verbose=False).load_all()"
ACL_SCHEMA = """
import pkgutil, pathlib
schema = pkgutil.get_data("acl_anthology", "data/schema.rnc")
pathlib.Path({!r}, "xml", "schema.rnc").write_bytes(schema)
"""
PARSE = "import bibtexparser; bibtexparser.parse_file({!r})"
ROUND_TRIP = "import bibtexparser as b; b.write_file({!r}, b.parse_file({!r}))"


def ours(name: str, data: Path, *words: str, expect: str = "", fresh: bool = False) -> Command:
    """A `dltheory` command on a collection; `fresh` compiles the collection in every run."""
    cache = data / "cache"
    return Command(
        name,
        (sys.executable, "-m", "dltheory_bib", "--data", str(data), *words),
        expect,
        cache if fresh else None,
        {"XDG_CACHE_HOME": str(cache)} if fresh else {},
    )


def python(name: str, code: str, interpreter: str = sys.executable) -> Command:
    """A fresh Python that runs some code."""
    return Command(name, (interpreter, "-c", code))


EVENTS = """
import sys, yaml
for name in sys.argv[1:]:
    for _ in yaml.parse(open(name, "rb"), Loader=yaml.CLoader):
        pass
"""


def bare_events(data: Path) -> Command:
    """PyYAML's events of all files of a collection: the least that any reader of them takes."""
    files = sorted(str(path) for path in data.glob("*.yaml"))
    return Command("bare events", (sys.executable, "-c", EVENTS, *files))


def generate(runner: Runner, works: int, *options: str) -> tuple[Path, dict[str, Any]]:
    """A synthetic collection, written unless it is there already, and what to ask it for."""
    directory = runner.work / "-".join((str(works), *(o.strip("-") for o in options)))
    if not (directory / "about.json").exists():
        words = (str(HERE / "generate.py"), str(directory), "--works", str(works), *options)
        runner.check(Command("generate", (sys.executable, *words)))
    return directory, json.loads((directory / "about.json").read_text(encoding="utf-8"))


def terminal(data: Path, about: dict[str, Any], prefix: str = "") -> list[Command]:
    """What somebody types, drawn as at a terminal."""
    topic, word = about["topic"], about["word"]
    return [
        ours(
            f"{prefix}show --format bibtex",
            data,
            "show",
            about["shown"],
            "--format",
            "bibtex",
            expect="@",
        ),
        ours(f"{prefix}show", data, "show", about["shown"], expect=about["shown"]),
        ours(f"{prefix}list", data, "list", f"topic:{topic}", expect=about["shown"][:12]),
        ours(f"{prefix}search", data, "search", word, expect="SGD"),
        ours(f"{prefix}topics", data, "topics", expect=topic),
    ]


class Peers:
    """Other programs, prepared with the same works, and why some are missing."""

    def __init__(self, runner: Runner, data: Path, about: dict[str, Any], python: str) -> None:
        self.runner, self.data, self.about, self.python = runner, data, about, python
        self.missing: list[str] = []
        self.commands: dict[str, Command] = {}
        for prepare in (self._papis, self._cobib, self._acl, self._pybtex, self._bibtexparser):
            try:
                found = prepare()
                for command in found:
                    runner.check(command)
                self.commands |= {command.name: command for command in found}
            except (CommandError, OSError) as error:
                self.missing.append(f"{prepare.__name__[1:]} ({error})")

    def get(self, *names: str) -> list[Command]:
        """Those of the named commands that can be run."""
        return [self.commands[name] for name in names if name in self.commands]

    def _script(self, name: str) -> str:
        beside = Path(self.python).parent / name
        found = str(beside) if beside.exists() else shutil.which(name)
        if found is None:
            raise CommandError("not installed")
        return found

    def _papis(self) -> list[Command]:
        config = Path(self.runner.environment["XDG_CONFIG_HOME"], "papis", "config")
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f"[settings]\ndefault-library = w\n[w]\ndir = {self.data / 'papis'}\n")
        start = (self._script("papis"), "list", "--all")
        shown, topic, word = (self.about[name] for name in ("shown", "topic", "word"))
        return [
            Command("papis show", (*start, "--format", "{doc[title]}", f"ref:{shown}"), "SGD"),
            Command("papis list", (*start, f"tags:{topic}"), shown),
            Command("papis search", (*start, f"abstract:{word}"), shown),
        ]

    def _cobib(self) -> list[Command]:
        script = self._script("cobib")
        database = Path(self.runner.environment["XDG_DATA_HOME"], "cobib", "literature.yaml")
        if not database.exists():
            self.runner.check(Command("cobib init", (script, "init")))
            bib = str(self.data / "refs.bib")
            self.runner.check(Command("cobib add", (script, "add", "-b", bib)))
        shown, topic, word = (self.about[name] for name in ("shown", "topic", "word"))
        return [
            Command("cobib show", (script, "show", shown), shown),
            Command("cobib list", (script, "list", "++tags", topic), shown),
            Command("cobib search", (script, "search", word), word),
        ]

    def _acl(self) -> list[Command]:
        directory = str(self.data / "acl")
        self.runner.check(python("acl-anthology", ACL_SCHEMA.format(directory), self.python))
        return [python("acl-anthology load", ACL_LOAD.format(directory), self.python)]

    def _pybtex(self) -> list[Command]:
        words = (str(self.data / "refs.bib"), str(self.runner.work / "pybtex.bib"))
        return [Command("pybtex-convert", (self._script("pybtex-convert"), *words))]

    def _bibtexparser(self) -> list[Command]:
        files = (str(self.runner.work / "bibtexparser.bib"), str(self.data / "refs.bib"))
        return [python("bibtexparser round trip", ROUND_TRIP.format(*files), self.python)]
