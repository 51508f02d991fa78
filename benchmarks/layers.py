"""A lab of overlays over a collection: each has works of its own, relations and notes."""

from __future__ import annotations

import random
from pathlib import Path

from generate import ACCENTED, TERMS

WORKS, NOTES = 200, 60
NAMES = ("lab", "group", "mine")


def layered(folder: Path, lowest: Path) -> list[Path]:
    """Write three collections, of which each extends the one before; return them."""
    draw = random.Random(13)
    keys = [
        line.removeprefix("- key: ").strip()
        for line in (lowest / "papers.yaml").read_text("utf-8").splitlines()
        if line.startswith("- key: ")
    ]
    made: list[Path] = []
    for name in NAMES:
        below = made[-1] if made else lowest
        path = folder / name
        path.mkdir(parents=True, exist_ok=True)
        (path / "collection.yaml").write_text(f"extends: {below.absolute()}\n", "utf-8")
        works = [_work(draw, f"{name}{2026}w{number:03}", keys) for number in range(WORKS)]
        (path / "papers.yaml").write_text("\n".join(works), "utf-8")
        noted = sorted(draw.sample(keys, NOTES))
        (path / "notes.yaml").write_text("\n".join(_note(draw, key) for key in noted), "utf-8")
        made.append(path)
    return made


def _work(draw: random.Random, key: str, keys: list[str]) -> str:
    """A preprint with a summary, and in every third a relation to a work below."""
    lines = [
        f"- key: {key}",
        "  type: online",
        f"  title: {_text(draw, 7).capitalize()} {key}",
        "  author:",
        *(f"    - {draw.choice(ACCENTED)}{n}, Given" for n in draw.sample(range(150), 3)),
        "  year: 2026",
        f"  summary: {_text(draw, 40)}.",
    ]
    if draw.random() < 1 / 3:
        lines += ["  relations:", "    - kind: extends", f"      work: {draw.choice(keys)}"]
        lines.append(f"      says: {_text(draw, 12)}.")
    return "\n".join(lines) + "\n"


def _note(draw: random.Random, key: str) -> str:
    status = draw.choice(("to-read", "reading", "read"))
    return f"- key: {key}\n  notes:\n    - {_text(draw, 15)}.\n  status: {status}\n"


def _text(draw: random.Random, words: int) -> str:
    return " ".join(draw.choice(TERMS) for _ in range(words))
