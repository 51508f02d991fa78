"""Where each page stands, and how one page links to another.

Every link is relative, so that the site works from a folder and under any path. A page of a record
is named after its key or id; pages without one stand on top, where no key can meet them.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_PLAIN = re.compile(r"[\w./~-]*")


def work(key: str, kind: str = "html") -> str:
    """The path of a work's page, or of its `json` or `bib`."""
    return f"works/{key}.{kind}"


def topic(identity: str) -> str:
    """The path of a topic's page."""
    return f"topics/{identity}.html"


def person(identity: str) -> str:
    """The path of a person's page."""
    return f"people/{identity}.html"


def letter(name: str) -> str:
    """The path of the page of people whose family name starts with a letter."""
    return f"people-{name}.html"


def venue(identity: str) -> str:
    """The path of a venue's page."""
    return f"venues/{identity}.html"


def year(number: int) -> str:
    """The path of a year's page."""
    return f"years/{number}.html"


def trail(identity: str) -> str:
    """The path of a trail's page."""
    return f"trails/{identity}.html"


def question(identity: str) -> str:
    """The path of a question's page."""
    return f"questions/{identity}.html"


def graph(identity: str) -> str:
    """The path of the page with a topic's part of the graph."""
    return f"graphs/{identity}.html"


def root(path: str) -> str:
    """What leads from a page to the top of the site.

    >>> root("works/jin2017escape.html"), root("index.html")
    ('../', '')
    """
    return "../" * path.count("/")


def link(here: str, there: str, query: str = "") -> str:
    """The address of one page as another, or one beside it, links to it.

    >>> link("topics/ntk.html", "works/jacot2018neural.html")
    '../works/jacot2018neural.html'
    >>> link("index.html", "search.html", 'topic:ntk "saddle points"')
    'search.html?q=topic%3Antk%20%22saddle%20points%22'
    """
    asked = f"?q={quote(query, safe='')}" if query else ""
    plain = there if there.isascii() and _PLAIN.fullmatch(there) else quote(there)
    return f"{root(here)}{plain}{asked}"
