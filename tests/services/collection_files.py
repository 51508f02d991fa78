"""Files of collections that the tests of services write and read."""

from __future__ import annotations

from pathlib import Path

import yaml

from dltheory_bib.snapshot.cache import check_layers
from dltheory_bib.source.loader import check_paths

OWN = """@article{me,
  author = {Doe, Jane and Roe, Richard},
  title = {Saddle points of deep ReLU networks},
  year = {2024}, eprint = {2401.00001}, archiveprefix = {arXiv},
  abstract = {We escape strict saddle points with perturbed gradient descent.}
}
"""


def bib_file(tmp_path: Path, text: str = OWN, name: str = "refs.bib") -> str:
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def records(folder: Path, kind: str = "papers") -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load((folder / f"{kind}.yaml").read_text())
    return found


def is_valid(folder: Path, warnings: bool = False) -> bool:
    problems, _ = check_paths([folder], overlaid=check_layers)
    return [one for one in problems if warnings or one.level == "error"] == []
