"""Templates: HTML in which everything from a record is escaped."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dltheory_bib import __version__
from dltheory_bib.site import addresses
from dltheory_bib.site.site_data import Contents, Entry
from dltheory_bib.text.names import is_collective, natural

# No page runs or loads what does not lie beside it, and none asks the network for anything.
# A policy in the page holds from a folder as well, where no server sends one.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)


class Renderer:
    """Makes the HTML of a page from a template and what it shows."""

    def __init__(self, contents: Contents) -> None:
        self.linkers: dict[str, Linker] = {}
        self.environment = Environment(
            loader=PackageLoader("dltheory_bib.site", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["tex"] = contents.typeset
        self.environment.filters["title_tex"] = contents.typeset.title
        self.environment.filters["plain_tex"] = contents.text
        self.environment.filters |= {
            "count": counted,
            "natural": natural,
            "sorted_name": sorted_name,
        }
        self.environment.globals.update(
            contents=contents,
            options=contents.options,
            policy=POLICY,
            version=__version__,
        )

    def __call__(self, template: str, path: str, **shown: Any) -> bytes:
        """The page at a path, as UTF-8."""
        root = addresses.root(path)
        made = self.environment.get_template(template).render(
            path=path, root=root, link=self._linker(root), **shown
        )
        return made.encode()

    def _linker(self, root: str) -> Linker:
        if root not in self.linkers:
            self.linkers[root] = Linker(root, self.environment)
        return self.linkers[root]


class Linker:
    """What leads from the pages at one depth to others: called, it gives an address.

    `row` gives a work as lists show it, which is the same on all these pages and made once.
    """

    def __init__(self, root: str, environment: Environment) -> None:
        self.root = root
        self.environment = environment
        self.rows: dict[str, Markup] = {}

    def __call__(self, kind: str, name: str | int = "", query: str = "") -> str:
        """The address of a record's page, or of a file at the top."""
        there = getattr(addresses, kind)(name) if kind in _KINDS else kind
        return addresses.link(self.root, there, query)

    def row(self, entry: Entry) -> Markup:
        """A work in a list."""
        if entry.key not in self.rows:
            module = self.environment.get_template("parts.html").module
            self.rows[entry.key] = module.work_row(self, entry)  # type: ignore[attr-defined]
        return self.rows[entry.key]


_KINDS = frozenset(
    {"work", "topic", "person", "letter", "venue", "year", "trail", "graph", "question"}
)


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "work"), counted(1200, "work"), counted(0, "person", "people")
    ('1 work', '1,200 works', '0 people')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def sorted_name(name: str) -> str:
    """A name as an alphabetical list has it, that of an organisation without its braces."""
    return name[1:-1] if is_collective(name) else name


def data_block(value: Any) -> Markup:
    """JSON that can stand in a `<script>` of HTML: nothing in it ends the element.

    >>> str(data_block({"title": "</script><b>"}))
    '{"title": "\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)
