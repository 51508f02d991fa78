"""Templates: HTML in which everything from a record is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import MutableMapping
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template
from jinja2.bccache import Bucket
from markupsafe import Markup

from dltheory_bib import __version__
from dltheory_bib.site import addresses
from dltheory_bib.site.site_data import Contents, Entry
from dltheory_bib.text.names import is_collective, natural
from dltheory_bib.text.sentences import first_statement

# No page runs or loads a file from outside the site, and none uses the network. A policy in the
# page also applies to pages opened from a folder, where no server sends headers.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)

# The page that runs Python also compiles WebAssembly; that is no `eval` of JavaScript.
ENGINE_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


class _Compiled(BytecodeCache):
    """Keeps compiled templates for the next build in this process, as `site serve` makes it."""

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.made:
            bucket.bytecode_from_string(self.made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.made[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class _Templates(Environment):
    """An environment that keeps its templates: to look one up takes as long as a small page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kept: dict[Any, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return a template."""
        if name not in self.kept:
            self.kept[name] = super().get_template(name, parent, globals)
        return self.kept[name]


class Renderer:
    """Renders pages from templates."""

    def __init__(self, contents: Contents) -> None:
        self.linkers: dict[str, Linker] = {}
        self.environment = _Templates(
            loader=PackageLoader("dltheory_bib.site", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["tex"] = contents.typeset
        self.environment.filters["title_tex"] = contents.typeset.title
        self.environment.filters["plain_tex"] = contents.text
        self.environment.filters |= {
            "count": counted,
            "first_statement": first_statement,
            "natural": natural,
            "text_read": text_read,
            "sorted_name": sorted_name,
        }
        self.environment.globals.update(
            contents=contents,
            options=contents.options,
            policy=POLICY,
            version=__version__,
        )

    def __call__(self, template: str, path: str, **shown: Any) -> bytes:
        """Return the page at a path, as UTF-8; with `at`, one that is shown at any address, whose
        links begin with that.
        """
        root = shown.pop("at", None) or addresses.root(path)
        made = self.environment.get_template(template).render(
            path=path, root=root, link=self._linker(root), **shown
        )
        return made.encode()

    def _linker(self, root: str) -> Linker:
        if root not in self.linkers:
            self.linkers[root] = Linker(root, self.environment)
        return self.linkers[root]


class Linker:
    """Makes links from the pages at one depth: call it with a path.

    `row` renders a work for lists, `frame` a part of the frame; the result is the same on all pages
    of one depth and is made once.
    """

    def __init__(self, root: str, environment: Environment) -> None:
        self.root = root
        self.environment = environment
        self.rows: dict[str, Markup] = {}
        self.frames: dict[tuple[str, str], Markup] = {}

    def __call__(self, kind: str, name: str | int = "", query: str = "") -> str:
        """Return the link to a record's page, or to a file at the top."""
        there = getattr(addresses, kind)(name) if kind in _KINDS else kind
        return addresses.link(self.root, there, query)

    def row(self, entry: Entry) -> Markup:
        """Return a work as a list item."""
        if entry.key not in self.rows:
            module = self.environment.get_template("parts.html").module
            self.rows[entry.key] = module.work_row(self, entry)  # type: ignore[attr-defined]
        return self.rows[entry.key]

    def frame(self, name: str, path: str | None = None) -> Markup:
        """Return a part of the frame of a page: a macro of `frame.html`. A `path` counts if it is
        at the top, as the pages are to which the navigation leads.
        """
        current = "" if path is None or "/" in path else path
        if (name, current) not in self.frames:
            macro = getattr(self.environment.get_template("frame.html").module, name)
            made = macro(self) if path is None else macro(self, current)
            self.frames[name, current] = made
        return self.frames[name, current]


_KINDS = frozenset(
    {"work", "topic", "person", "letter", "venue", "year", "trail", "graph", "question"}
)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    >>> counted(1, "work"), counted(1200, "work"), counted(0, "person", "people")
    ('1 work', '1,200 works', '0 people')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


_COPY = re.compile(r"\b([\w-]+/[\w.-]+)(?:,? |/)(?:[\w.-]+/)*([\w.-]+?)\.pdf\b(?![./])")
"""A file in a repository, as `owner/name folder/file.pdf`."""


def text_read(where: str) -> str:
    """Return where a text was read, with files of repositories in words.

    >>> text_read("damaru2/ntk papers/1806.07572.pdf, arXiv v3, theorem 1")
    'a copy of 1806.07572 in the public repository damaru2/ntk, arXiv v3, theorem 1'
    >>> text_read("ICML 2017, theorem 3"), text_read("https://example.org/a/b.pdf")
    ('ICML 2017, theorem 3', 'https://example.org/a/b.pdf')
    """
    if "://" in where:
        return where
    return _COPY.sub(r"a copy of \2 in the public repository \1", where)


def sorted_name(name: str) -> str:
    """Return a name as in an alphabetical list; an organisation's name without its braces."""
    return name[1:-1] if is_collective(name) else name


def data_block(value: Any) -> Markup:
    """Return JSON for a `<script>` of HTML: nothing in it can end the element.

    >>> str(data_block({"title": "</script><b>"}))
    '{"title": "\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)
