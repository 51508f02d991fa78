"""Works as reference managers write the entry of their preprint on arXiv."""

from __future__ import annotations

from collections.abc import Callable

from dltheory_bib import Paper
from dltheory_bib.text.latex import Encoding, name_to_latex, title_to_latex
from dltheory_bib.text.names import unbraced

MOST_AUTHORS = 10
"""A search engine's export gives so many names and "others"."""


def _title(paper: Paper, encoding: Encoding = "latex") -> str:
    """The title of the preprint, without the braces that protect capitals where they can go."""
    titles = (one.title for one in paper.versions if one.kind == "preprint" and one.title)
    title = title_to_latex(unbraced(next(titles, paper.title)), encoding)
    return title if "\\" in title or "$" in title else title.replace("{", "").replace("}", "")


def _names(paper: Paper, encoding: Encoding = "latex", natural: bool = False) -> list[str]:
    names = [name_to_latex(name, encoding) for name in paper.author]
    return [_natural(name) for name in names] if natural else names


def _natural(name: str) -> str:
    """Given names first, where that can be read only in one way."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and " " not in last and "," not in first else name


def scholar(paper: Paper, key: str) -> str:
    """As Google Scholar exports it."""
    names = _names(paper)
    if len(names) > MOST_AUTHORS:
        names = [*names[:MOST_AUTHORS], "others"]
    return f"""@article{{{key},
  title={{{_title(paper)}}},
  author={{{" and ".join(names)}}},
  journal={{arXiv preprint arXiv:{paper.eprint}}},
  year={{{paper.eprint_year}}}
}}
"""


def dblp(paper: Paper, key: str) -> str:
    """As DBLP exports it."""
    names = " and\n                  ".join(_names(paper, natural=True))
    return f"""@article{{{key},
  author       = {{{names}}},
  title        = {{{_title(paper)}}},
  journal      = {{CoRR}},
  volume       = {{abs/{paper.eprint}}},
  year         = {{{paper.eprint_year}}},
  url          = {{http://arxiv.org/abs/{paper.eprint}}},
  eprinttype    = {{arXiv}},
  eprint       = {{{paper.eprint}}},
  timestamp    = {{Mon, 13 Aug 2018 16:48:13 +0200}},
  biburl       = {{https://dblp.org/rec/journals/corr/abs-{(paper.eprint or "")[:4]}.bib}},
  bibsource    = {{dblp computer science bibliography, https://dblp.org}}
}}
"""


def arxiv(paper: Paper, key: str) -> str:
    """As arXiv exports it, blanks at line ends included."""
    return f"""@misc{{{key},
      title={{{_title(paper)}}},{" "}
      author={{{" and ".join(_names(paper, natural=True))}}},
      year={{{paper.eprint_year}}},
      eprint={{{paper.eprint}}},
      archivePrefix={{arXiv}},
      primaryClass={{cs.LG}},
      url={{https://arxiv.org/abs/{paper.eprint}}},{" "}
}}
"""


def zotero(paper: Paper, key: str) -> str:
    """As Zotero with Better BibTeX exports it for biblatex."""
    return f"""@online{{{key},
  title = {{{{{_title(paper, "utf-8")}}}}},
  author = {{{" and ".join(_names(paper, "utf-8"))}}},
  date = {{{paper.eprint_year}-03-02}},
  eprint = {{{paper.eprint}}},
  eprinttype = {{arXiv}},
  eprintclass = {{cs, stat}},
  doi = {{10.48550/arXiv.{paper.eprint}}},
  url = {{http://arxiv.org/abs/{paper.eprint}}},
  urldate = {{2024-05-06}},
  abstract = {{We show what we show: 100\\% of it, {{braces}} and "quotes" included.}},
  pubstate = {{prepublished}},
  keywords = {{Computer Science - Machine Learning,Statistics - Machine Learning}},
  file = {{/home/me/Zotero/storage/ABCD1234/{key}.pdf}}
}}
"""


def mendeley(paper: Paper, key: str) -> str:
    """As Mendeley Desktop exports it."""
    return f"""@article{{{key},
abstract = {{We show what we show.}},
archivePrefix = {{arXiv}},
arxivId = {{{paper.eprint}}},
author = {{{" and ".join(_names(paper))}}},
eprint = {{{paper.eprint}}},
file = {{:home/me/{key}.pdf:pdf}},
mendeley-groups = {{Thesis}},
month = {{mar}},
title = {{{{{_title(paper)}}}}},
url = {{http://arxiv.org/abs/{paper.eprint}}},
year = {{{paper.eprint_year}}}
}}
"""


STYLES: dict[str, Callable[[Paper, str], str]] = {
    "scholar": scholar,
    "dblp": dblp,
    "arxiv": arxiv,
    "zotero": zotero,
    "mendeley": mendeley,
}
