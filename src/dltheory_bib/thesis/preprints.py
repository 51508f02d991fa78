"""Whether an entry is that of a preprint: on arXiv, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dltheory_bib.thesis.matching import arxiv_ids

_TYPES = frozenset(
    {"misc", "online", "unpublished", "techreport", "report", "electronic", "preprint", "article"}
)
PLACES = ("journal", "journaltitle", "booktitle")
"""The fields that name what a paper appeared in."""
SAYING = ("howpublished", "publisher", "institution", "organization", "note", "url")
"""Fields that say arXiv or something of the user's own."""
_SAYS_ARXIV = re.compile(r"arxiv|\bcorr\b|^abs/|10\.48550", re.IGNORECASE)
_ALL_OF_ARXIV = re.compile(
    r"https?://\S*(?:arxiv|48550)\S*|10\.48550/\S+|[a-z-]+(?:\.[a-z-]{2,})?/\d{7}"
    r"|\d{4}\.\d{4,5}(?:v\d+)?|\b(?:v|version) ?\d+\b"
    r"|arxiv(?:\.org)?|\bcorr\b|e-?prints?|pre-?prints?|available|\bat\b|\bin\b|\burl|\\[a-z]+"
    r"|\[[a-z]+(?:[.-][a-z]+)*\]|abs/",
    re.IGNORECASE,
)


def is_preprint(kind: str, values: Mapping[str, str]) -> bool:
    """Whether an entry is that of a preprint on arXiv and of nothing else."""
    places = [values[name] for name in PLACES if values.get(name)]
    if places:
        return all(_SAYS_ARXIV.search(place) for place in places)
    says = any(_SAYS_ARXIV.search(values.get(name, "")) for name in ("volume", *SAYING))
    return (says or bool(arxiv_ids(values))) and kind.lower() in _TYPES


def says_arxiv(text: str) -> bool:
    """Whether a text names arXiv."""
    return _SAYS_ARXIV.search(text) is not None


def is_arxiv_alone(text: str) -> bool:
    """Whether a text says where on arXiv the work is, and nothing more.

    >>> is_arxiv_alone("arXiv:1703.00887 [cs.LG]"), is_arxiv_alone("arXiv; read chapter 2")
    (True, False)
    """
    if not _SAYS_ARXIV.search(text):
        return False
    return not re.search(r"[^\W_]", _ALL_OF_ARXIV.sub(" ", text))
