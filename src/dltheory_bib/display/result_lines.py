"""What is shown of a result card beside its work."""

from __future__ import annotations

from collections.abc import Mapping

from dltheory_bib.display.views import Reader, Shown
from dltheory_bib.models.theorem import Assumption, Question, Result
from dltheory_bib.theorems.notation import bound_tex, bound_text

HOLDS = {
    "surely": "surely",
    "high-probability": "with high probability",
    "constant-probability": "with constant probability",
    "expectation": "in expectation",
    "asymptotically": "asymptotically",
}
"""How a statement holds, the strongest first."""
CHECKED = {
    "full-text": "checked against the full text",
    "abstract": "checked against the abstract",
    "secondary": "as another work says",
}
"""What a card was checked against."""
_KINDS = {
    "upper": "upper bound on",
    "lower": "lower bound on",
    "exact": "exact bound on",
    "negative": "negative result on",
    "statement": "statement on",
}


def shown(
    card: Result, question: Question, assumptions: Mapping[str, Assumption], read: Reader
) -> Shown:
    """A card, its ids replaced by labels."""
    labels = {one.id: one.label for one in question.quantities}
    head = question.label
    if card.quantity:
        head += f": {_KINDS[card.kind]} {labels[card.quantity]}"
    if card.bound_tex:
        tex, text = card.bound_tex, read(f"${card.bound_tex}$")
    else:
        tex, text = bound_tex(card, question), bound_text(card, question, read)
    facts = [("method", card.method or "")]
    facts += [(column.label, card.values.get(column.id, "")) for column in question.columns]
    facts.append(("holds", HOLDS[card.holds] if card.holds else ""))
    facts.append(("assumes", ", ".join(assumptions[name].label for name in card.assumptions)))
    if card.model:
        said = [value for _, value in card.model]
        facts.append(("model", "; ".join(filter(None, said))))
    facts.append(("read", f"{card.version}, {card.where} ({CHECKED[card.checked]})"))
    facts.append(("note", card.note or ""))
    told = tuple((name, value) for name, value in facts if value)
    return Shown(card.id, head, tex, text, card.statement, told)
