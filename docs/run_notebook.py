"""Run a notebook and keep what it shows: `make notebook` does so for docs/tour.ipynb."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TOUR = Path(__file__).with_name("tour.ipynb")


def run(path: Path = TOUR) -> nbformat.NotebookNode:
    """The notebook with the outputs of a fresh kernel, without what differs from run to run.

    Raises `nbclient.exceptions.CellExecutionError` for the first cell that fails.
    """
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="python3", timeout=600, startup_timeout=600).execute(
        cwd=str(path.parent)
    )
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    return notebook


if __name__ == "__main__":
    nbformat.write(run(Path(sys.argv[1]) if len(sys.argv) > 1 else TOUR), TOUR)
