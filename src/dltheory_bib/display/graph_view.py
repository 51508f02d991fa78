"""The interactive graph in a notebook, and as a self-contained page.

The front end is in `static/graph` of the package: the same files draw the graph on any page that
contains the data.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from dltheory_bib.display.graph_packing import packed, without_sentences
from dltheory_bib.display.static_graph import static_graph

STATIC = Path(__file__).parent / "static" / "graph"
"""The folder of the front end."""
SCRIPTS = (
    "model.js",
    "layout.js",
    "surroundings.js",
    "topics.js",
    "ink.js",
    "names.js",
    "scene.js",
    "parts.js",
    "panel.js",
    "graph.js",
    "start.js",
)
"""The scripts below `STATIC` that a page with a graph loads, in this order."""
STYLE = "graph.css"
"""The style sheet below `STATIC` that it loads."""
_JSON_IN_HTML = str.maketrans(
    {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}
)


def data_element(data: dict[str, Any], in_address: bool = False, sentences: str = "") -> str:
    """Return the data as the page element in which the graph is drawn.

    `sentences` is the address of what `sentences_script` returns, if that is a file of its own.

    With `in_address` the page opens with the surroundings of one work, and what is shown is kept
    in its URL: `?work=KEY`, `?view=topics&open=TOPIC`, `?view=works`, `?from=KEY&to=KEY`.

    No text in it can end the element or begin another: `<`, `>` and `&` are written as escapes.
    """
    made = packed(data)
    if sentences:
        made = without_sentences(made)[0] | {"sentences": sentences}
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":")).translate(_JSON_IN_HTML)
    kept = " data-address" if in_address else ""
    return f'<script type="application/json" class="dltheory-graph"{kept}>{text}</script>'


def sentences_script(data: dict[str, Any]) -> str:
    """Return the sentences of the relations as a script, which a page loads with the first that it
    shows. A browser loads no JSON file next to a page that was opened from a folder.
    """
    found = without_sentences(packed(data))[1]
    return f"dltheoryGraph.said({json.dumps(found, ensure_ascii=False, separators=(',', ':'))});\n"


# The frame has no access to the notebook around it, whose colours need not be the system's:
# JupyterLab and VS Code have themes of their own. The frame listens in `graph.js`.
_THEME = """(() => {
  const frame = document.currentScript.previousElementSibling;
  const tell = () => {
    let at = frame, shade = null;
    for (; at && !shade; at = at.parentElement) {
      const [r, g, b, a = 1] = getComputedStyle(at).backgroundColor.match(/[\\d.]+/g).map(Number);
      if (a > 0.5) shade = 0.299 * r + 0.587 * g + 0.114 * b;
    }
    const theme = shade === null ? "" : shade < 128 ? "dark" : "light";
    frame.contentWindow?.postMessage({ "dltheory-theme": theme }, "*");
  };
  frame.addEventListener("load", tell);
  new MutationObserver(tell).observe(document.body, { attributes: true });
})()"""


@cache
def _front_end() -> tuple[tuple[str, ...], str, str]:
    """Return the scripts, the style and a policy that allows a page to run only these."""
    scripts = tuple((STATIC / name).read_text("utf-8") for name in SCRIPTS)
    style = (STATIC / STYLE).read_text("utf-8")
    policy = (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; "
        f"style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    return scripts, style, policy


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@dataclass(frozen=True, slots=True)
class GraphView:
    """The citation graph of some works, to explore: in a notebook, or as a page with `save`.

    `data` is the result of `display.graph_data.graph_data`; `height` is that of the picture in a
    notebook, in CSS pixels.
    """

    data: dict[str, Any] = field(repr=False)
    height: int = 640

    def __repr__(self) -> str:
        nodes, edges = len(self.data["nodes"]), len(self.data["edges"])
        return f"<GraphView of {nodes} works and {edges} relations and citations>"

    def to_html(self) -> str:
        """Return a whole HTML page that contains its scripts and loads nothing."""
        scripts, style, policy = _front_end()
        inlined = "\n".join(f"<script>{script}</script>" for script in scripts)
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f"<title>{escape(self.data.get('title') or 'Citation graph')}</title>\n"
            f"<style>{style}</style>\n</head>\n"
            f'<body class="dg-page">\n{data_element(self.data)}\n{inlined}\n</body>\n</html>\n'
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page to a file atomically; an old file is replaced.

        Raises `OSError`.
        """
        from dltheory_bib.files import (
            write_text,
        )  # imports tempfile

        write_text(Path(path), self.to_html())

    def _repr_html_(self) -> str:
        # A frame isolates the graph from the notebook's styles, and the notebook from the graph. A
        # notebook that is not trusted removes the frame and the script, and keeps what is in the
        # frame, which a browser with frames does not show.
        title = escape(self.data.get("title") or "Citation graph")
        return (
            f'<iframe title="{title}" srcdoc="{escape(self.to_html())}" '
            'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" '
            f'style="width:100%;height:{int(self.height)}px;border:0">'
            f"{static_graph(self.data)}</iframe><script>{_THEME}</script>"
        )
