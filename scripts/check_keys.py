"""Check that no citation key has disappeared since a revision; the last tag by default.

    python scripts/check_keys.py [REVISION]

`make release-check` runs it. Manuscripts cite works by key, so each key that was ever released
remains the key or an alias of a work, and of the same work. The keys of the revision are compared
with those of the working tree. The exit code is 1 if a key is gone or is another work's, and 2 if
there is nothing to compare with.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FILES = ("data/papers.yaml", "data/resources.yaml")
# libyaml, where PyYAML has it, is seven times as fast. Scalars are read as text, as everywhere.
Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
Works = dict[str, dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Compare, and print what is wrong."""
    try:
        revision = arguments[0] if arguments else last_tag()
        before = works({file: committed(revision, file) for file in FILES})
    except LookupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    today = works({file: read(Path(file)) for file in FILES})
    problems = list(lost(before, today))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if not problems:
        added = len(today.keys() - before.keys())
        print(f"no key has disappeared: all {len(before)} keys and aliases of {revision} are")
        print(f"those of the same works today; {added} are new")
    return int(bool(problems))


def last_tag() -> str:
    """Return the nearest tag that HEAD descends from; LookupError if there is none."""
    done = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise LookupError("no tag yet; name a revision: make release-check SINCE=COMMIT")
    return done.stdout.strip()


def committed(revision: str, file: str) -> str:
    """Return a file as it was; empty if the revision lacks it, LookupError without revision."""
    known = subprocess.run(
        ["git", "rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}"],
        capture_output=True,
        check=False,
    )
    if known.returncode:
        raise LookupError(f"no such revision: {revision}")
    done = subprocess.run(
        ["git", "show", f"{revision}:./{file}"], capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout if done.returncode == 0 else ""


def read(path: Path) -> str:
    """Return the text of a file; empty if there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def works(texts: dict[str, str]) -> Works:
    """Return the works by key and by each alias; LookupError if no text holds a work."""
    found: Works = {}
    for text in texts.values():
        for record in yaml.load(text, Loader=Loader) or ():
            for name in (record["key"], *record.get("aliases", ())):
                found[name] = record
    if not found:
        raise LookupError(f"no works in {' or '.join(texts)}")
    return found


def lost(before: Works, today: Works) -> Iterator[str]:
    """Yield a problem for each key that is gone or has become another work's."""
    for name, record in sorted(before.items()):
        now = today.get(name)
        if now is None:
            title = " ".join(record["title"].split())
            yield f"{name} is gone ({title}): write it under `aliases` of the work it was"
        elif record["key"] not in (now["key"], *now.get("aliases", ())):
            # An alias may pass on with its work only.
            yield f"{name} was a name of {record['key']}, and is now one of {now['key']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
