"""The path of each page, and the links between pages.

Every link is relative, so that the site works from a folder and under any path. The page of a
record is named after its key or id; other pages are at the top, where no key can collide with them.
"""

from __future__ import annotations

import re
from urllib.parse import quote

CHANGES = "changes.html"
"""The page of what changed."""
GRAPH_SENTENCES = "assets/graph-sentences.js"
"""The sentences of the relations in the whole graph."""
_PLAIN = re.compile(r"[\w./~-]*")


def work(key: str, kind: str = "html") -> str:
    """Return the path of a work's page, or of its `json` or `bib`."""
    return f"works/{key}.{kind}"


def topic(identity: str) -> str:
    """Return the path of a topic's page."""
    return f"topics/{identity}.html"


def person(identity: str) -> str:
    """Return the path of a person's page."""
    return f"people/{identity}.html"


def letter(name: str) -> str:
    """Return the path of the page of people whose family name starts with a letter."""
    return f"people-{name}.html"


def venue(identity: str) -> str:
    """Return the path of a venue's page."""
    return f"venues/{identity}.html"


def year(number: int) -> str:
    """Return the path of a year's page."""
    return f"years/{number}.html"


def trail(identity: str) -> str:
    """Return the path of a trail's page."""
    return f"trails/{identity}.html"


def changes_feed(topic: str = "") -> str:
    """Return the path of the feed of what changed, in all or on a topic."""
    return f"topics/{topic}.xml" if topic else "changes.xml"


def question(identity: str) -> str:
    """Return the path of a question's page."""
    return f"questions/{identity}.html"


def question_data(identity: str) -> str:
    """Return the path of the data from which a question's page answers for a setting."""
    return f"questions/{identity}.js"


def question_notes(identity: str) -> str:
    """Return the path of the notes on the cards of a question, which its page shows on request."""
    return f"questions/{identity}.notes.js"


def graph(identity: str) -> str:
    """Return the path of the page with a topic's part of the graph."""
    return f"graphs/{identity}.html"


def root(path: str) -> str:
    """Return the relative path from a page to the top of the site.

    >>> root("works/jin2017escape.html"), root("index.html")
    ('../', '')
    """
    return "../" * path.count("/")


def link(here: str, there: str, query: str = "") -> str:
    """Return the relative link from one page to another; the whole address if `here` is the public
    address of the site.

    >>> link("topics/ntk.html", "works/jacot2018neural.html")
    '../works/jacot2018neural.html'
    >>> link("index.html", "search.html", 'topic:ntk "saddle points"')
    'search.html?q=topic%3Antk%20%22saddle%20points%22'
    """
    parameter = f"?q={quote(query, safe='')}" if query else ""
    plain = there if there.isascii() and _PLAIN.fullmatch(there) else quote(there)
    top = here if "://" in here else root(here)
    return f"{top}{plain}{parameter}"
