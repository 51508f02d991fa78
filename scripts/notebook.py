"""Run a notebook and save its outputs; docs/tour.ipynb by default.

    python scripts/notebook.py [NOTEBOOK]

`make notebook` runs it. The tests run the notebook and compare the outputs with those saved.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TOUR = Path(__file__).parents[1] / "docs" / "tour.ipynb"


def in_one_piece(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Return a cell's outputs with what it wrote to one stream, piece after piece, joined.

    A kernel sends what is printed in as many messages as its clock happens to cut it into, so that
    a busy machine may save two outputs where an idle one saves one.
    """
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last is not None and last.get("name") and last.get("name") == output.get("name"):
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def run(path: Path = TOUR) -> nbformat.NotebookNode:
    """Return the notebook with the outputs of a fresh kernel, without what differs between runs.

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
        if cell.cell_type == "code":
            cell.outputs = in_one_piece(cell.outputs)
    return notebook


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else TOUR
    nbformat.write(run(chosen), chosen)
