"""Compile the views of records: the writer's side of `views`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dltheory_bib.formats.venue_names import venue_name
from dltheory_bib.models.choices import LEVELS
from dltheory_bib.models.relations import JUDGEMENTS, Relation
from dltheory_bib.snapshot.views import PaperView, RemarkView, ResultView, Tie
from dltheory_bib.text.maths import MATHS, convert
from dltheory_bib.text.names import family, family_line, natural, unbraced
from dltheory_bib.theorems.notation import bound_tex, bound_text

if TYPE_CHECKING:
    from dltheory_bib.models.paper import Paper
    from dltheory_bib.models.registries import Venue
    from dltheory_bib.models.theorem import Assumption, Question, Result

"""Description of a reading level."""
CHECKED = {
    "full-text": "checked against the full text",
    "abstract": "checked against the abstract",
    "unchecked": "not checked against a text",
}
"""Description of an annotation's evidence."""
VERDICT = {
    "stands": "holds up",
    "partly": "holds up in part",
    "does-not-stand": "does not hold up",
    "unchecked": "not checked",
}
"""Description of a remark's verdict."""
HOLDS = {
    "surely": "surely",
    "high-probability": "with high probability",
    "constant-probability": "with constant probability",
    "expectation": "in expectation",
    "asymptotically": "asymptotically",
}
"""Names of guarantees, the strongest first."""
CARD_CHECKED = {
    "full-text": "checked against the full text",
    "abstract": "checked against the abstract",
    "secondary": "as another work reports it",
}
"""The text against which a card was checked."""
_KINDS = {
    "upper": "upper bound on",
    "lower": "lower bound on",
    "exact": "exact bound on",
    "negative": "negative result on",
    "statement": "statement on",
}


def list_row(
    paper: Paper, venues: Mapping[str, Venue], read: Callable[[str], str]
) -> tuple[str, str, str, str, str, str, str | None]:
    """Return the row of a work in a list, as columns after its number."""
    title = unbraced(paper.title)
    families = [family(name) for name in paper.author]
    return (
        venue_name(paper, venues),
        family_line(families),
        family_line(families, at_most=3),
        f"{family_line(families, at_most=2)} {paper.year}",
        title,
        read(title),
        paper.address,
    )


def view_of(
    paper: Paper,
    venue: str,
    topics: Iterable[str],
    ties: Iterable[Tie],
    results: Iterable[ResultView] = (),
    known: Callable[[str], str | None] | None = None,
) -> PaperView:
    """Return the view of a work; `known` gives the Unicode of formulas converted before."""
    annotated = (("Summary", paper.summary), ("Idea", paper.idea), ("Limits", paper.limits))
    annotation = tuple((head, text) for head, text in annotated if text)
    where = f": {paper.checked_in}" if paper.checked_in else ""
    view = PaperView(
        key=paper.key,
        title=unbraced(paper.title),
        authors=", ".join(map(natural, paper.author)),
        venue=venue,
        imprint=_imprint(paper, venue),
        address=paper.address,
        links=tuple(_links(paper)),
        aliases=tuple(paper.aliases),
        topics=tuple(topics),
        level=LEVELS[paper.level] if paper.level else "",
        annotation=annotation,
        checked=f"{CHECKED[paper.checked]}{where}" if annotation else "",
        remarks=tuple(
            RemarkView(
                remark.text,
                f"But: {remark.comment}"
                if remark.comment and remark.verdict in {"partly", "does-not-stand"}
                else remark.comment or "",
                remark.by,
                VERDICT[remark.verdict],
            )
            for remark in paper.remarks
        ),
        ties=tuple(ties),
        results=tuple(results),
        sources=tuple(dict.fromkeys(source.source for source in paper.sources)),
        unverified=tuple(paper.unverified),
        disagreements=tuple(
            f"{one.field} is {one.value} in {one.source}"
            + (f" ({one.comment})" if one.comment else "")
            for one in paper.disagreements
        ),
        formulas={},
    )
    told = {tex for text in _texts(view) if "$" in text for tex in MATHS.findall(text)}
    view.formulas.update(
        (tex, (known(tex) if known else None) or convert(tex)) for tex in sorted(told)
    )
    return view


def own_view(paper: Paper) -> PaperView:
    """Return the view of a work alone, without the collection around it."""
    venue = paper.venue or venue_name(paper, {})
    ties = (
        Tie(stated.kind.phrase, stated.work, stated.says, stated.where)
        for stated in paper.relations
    )
    return view_of(paper, venue, paper.topics, ties)


def plain_view(view: PaperView) -> list[Any]:
    """Return a view as it is stored; data in other tables of the snapshot are omitted."""
    return list(view[: PaperView._fields.index("references_read")])


def _texts(view: PaperView) -> Iterator[str]:
    yield view.title
    yield from (text for _, text in view.annotation)
    for remark in view.remarks:
        yield from (remark.text, remark.comment)
    yield from (tie.sentence for tie in view.ties if tie.sentence)
    for result in view.results:
        yield from (result.head, result.statement)
        yield from (value for _, value in result.facts)


def _imprint(paper: Paper, venue: str) -> str:
    own = {"book": paper.publisher, "thesis": paper.institution, "report": paper.institution}
    place = own.get(paper.type) or venue or paper.type.capitalize()
    parts = [f"{place} {paper.year}"]
    if paper.volume:
        parts.append(f"vol. {paper.volume}" + (f"({paper.number})" if paper.number else ""))
    if paper.pages:
        many = "pp." if "-" in paper.pages else "p."
        parts.append(f"{many} {paper.pages.replace('-', '–')}")
    if paper.editor:
        parts.append(f"edited by {', '.join(natural(name) for name in paper.editor)}")
    # The venue or its publisher is named already.
    parts += [name for name in (paper.institution, paper.publisher) if name and name != place]
    return ", ".join(parts)


def _links(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.doi:
        yield f"doi:{paper.doi}", f"https://doi.org/{paper.doi}"
    if paper.eprint:
        yield f"arXiv:{paper.eprint}", f"https://arxiv.org/abs/{paper.eprint}"
    if paper.url and not paper.doi:
        yield paper.url, paper.url


class Stated(NamedTuple):
    """A relation that a work states."""

    source: str
    """The key of the work."""
    relation: Relation
    target: str
    """The key of the other."""
    says: str
    where: str | None


def stated_by(papers: Iterable[Paper], key: Callable[[str], str]) -> Iterator[Stated]:
    """Yield the relations that works state; `key` gives the key of a work from a name."""
    for paper in papers:
        for one in paper.relations:
            yield Stated(paper.key, one.kind, key(one.work), one.says, one.where)


def all_ties(stated: Iterable[Stated]) -> dict[str, list[Tie]]:
    """Return the relations of each work by key: those to others, then those from others."""
    numbers = {relation: place for place, relation in enumerate(JUDGEMENTS)}
    found: dict[str, list[tuple[tuple[int, int, str], Tie]]] = defaultdict(list)
    for source, relation, target, says, where in stated:
        place = numbers[relation]
        tie = Tie(relation.phrase, target, says, where)
        back = Tie(relation.inverse, source, says, where)
        found[source].append(((0, place, target), tie))
        found[target].append(((1, place, source), back))
    return {key: [tie for _, tie in sorted(ties)] for key, ties in found.items()}


ASPECTS = {
    "problem": "further assumptions on the problem",
    "oracle": "further assumptions on the oracle",
    "noise": "the noise model",
    "algorithm": "further assumptions on the algorithm",
    "network": "further assumptions on the network",
    "data": "further assumptions on the data",
    "initialisation": "the initialisation",
    "holds": "how the guarantee holds",
}
"""What a card's text may leave open, in words."""


def result_view(
    card: Result,
    question: Question,
    assumptions: Mapping[str, Assumption],
    read: Callable[[str], str],
) -> ResultView:
    """A card with labels in place of ids."""
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
    supposed = ", ".join(assumptions[name].label for name in card.supposed)
    facts.append(("presumably", supposed))
    facts.append(("not read", ", ".join(ASPECTS[name] for name in card.unknown)))
    if card.model:
        facts.append(("model", "; ".join(model_facts(card))))
    facts.append(("read", f"{card.version}, {card.where} ({CARD_CHECKED[card.checked]})"))
    facts.append(("note", card.note or ""))
    told = tuple((name, value) for name, value in facts if value)
    return ResultView(card.id, head, tex, text, card.statement, told)


def model_facts(card: Result) -> list[str]:
    """Describe the network of a card."""
    names = ("architecture", "depth", "width", "activation", "loss", "initialisation", "trained")
    return [value for name in names if card.model and (value := getattr(card.model, name))]
