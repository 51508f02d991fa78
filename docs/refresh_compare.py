"""Write docs/compare anew: a page for each question, and the list of them.

    python docs/refresh_compare.py

`make docs` runs it. A test makes the same pages and accepts no difference.
"""

from __future__ import annotations

from pathlib import Path

from dltheory_bib import Bibliography, load
from dltheory_bib.comparison import Comparison
from dltheory_bib.formats.markdown import escape

PAGES = Path(__file__).parent / "compare"
MADE = "<!-- made by `make docs` from data/results.yaml -->\n\n"


def main() -> None:
    """Rewrite the pages; delete those of questions that are gone."""
    made = compared(load())
    PAGES.mkdir(exist_ok=True)
    for old in PAGES.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (PAGES / name).write_text(text, encoding="utf-8", newline="\n")


def compared(bib: Bibliography) -> dict[str, str]:
    """The pages by file name."""
    found = {name: bib.compare(name) for name in bib.questions}
    made = {f"{name}.md": page(comparison) for name, comparison in found.items()}
    lines = [
        f"- [{escape(one.question.label)}]({name}.md): {len(one)} cards of "
        f"{len({card.work for card in one.cards})} works\n"
        for name, one in found.items()
        if len(one)
    ]
    made["README.md"] = (
        f"{MADE}# Comparison pages\n\n"
        "Theorems side by side, the best bound first: what `dltheory compare QUESTION` shows.\n"
        "A star marks what is the best known, which is computed: no other card has the same\n"
        "quantity, assumptions that follow from this one's, a guarantee at least as strong and a\n"
        "bound at most this one's.\n\n" + ("".join(lines) or "No question has a card yet.\n")
    )
    return made


def page(found: Comparison) -> str:
    """A question with its tables, and what each card says."""
    question = found.question
    parts = [f"{MADE}# {escape(question.label)}\n\n{escape(question.definition)}\n"]
    meant = [*question.quantities, *question.columns]
    if meant:
        parts.append("".join(f"- *{escape(one.label)}*: {escape(one.meaning)}\n" for one in meant))
    if question.symbols:
        said = [
            f"- ${one.tex}$ → {_EXTREMES[one.extreme]}: {escape(one.meaning)}\n"
            for one in question.symbols
        ]
        parts.append("".join(said))
    if len(found):
        parts.append(found.to_markdown())
        parts.append("### What each card says\n")
        parts.append("".join(_card(found, number) for number in range(len(found))))
    return "\n".join(parts)


_EXTREMES = {"zero": "0", "infinity": "∞"}


def _card(found: Comparison, number: int) -> str:
    card = found.cards[number]
    printed = f" As printed: ${card.bound_tex}$." if card.bound_tex else ""
    noted = f" *Note:* {escape(card.note)}" if card.note else ""
    return f"- `{card.id}`: {escape(card.statement)}{printed}{noted}\n"


if __name__ == "__main__":
    main()
