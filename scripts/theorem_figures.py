"""Print figures about the order of the result cards of the shipped catalogue: `make theorems`."""

from __future__ import annotations

from dltheory_bib import load
from dltheory_bib.theorems.figures import figures


def main() -> None:
    """Print one figure a line."""
    bib = load()
    found = figures(bib.questions, bib.assumptions, bib.results)
    for name, value in found._asdict().items():
        print(f"{name.replace('_', ' '):24} {value}")
    print(f"{'best of all pairs':24} {found.best / max(1, found.pairs):.1%}")


if __name__ == "__main__":
    main()
