// Draws the graph at every <script type="application/json" class="dltheory-graph"> of a page.
//
// The data, as `display/graph_data.py` makes them: {nodes: [{id, label, byline, year, topics, level,
//   cited, url?, group?}], edges: [{source, target, relation, says?}], topics: {id: label},
//   groups?: [{id, label}], relations?: {relation: {says, inverse, kind}}, title?, lists?, focus?,
//   sentences?},
//   or the same packed by `display/graph_packing.py`.
// An edge points from the work that cites, improves … to the other; `kind` is cites, builds,
// disputes or other. `lists` says how many reference lists were read, `focus` is the work to begin
// with. If `sentences` is the address of a script, an edge has the number of its sentence there. There are three views: `work`, one work with its surroundings; `topics`, the field collapsed
// to topics; `works`, all works. The element that is made beside the data has the picture as
// `graph`: go({view, work, open, from, to}), pick(id), path(from, to), clear(), fit(); it is sent
// the event `changed` with what is shown. Data with the attribute `data-address` keep that in the
// page's address, and begin with it. A page may also call `dltheoryGraph.draw(element, data)`, which
// draws behind an element.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const { make } = here;

  // Draws behind an element; gives the element with the picture.
  function draw(beside, data, begin) {
    const root = make("section", { class: "dg", "aria-label": "Citation graph" });
    beside.after(root);
    here.shadeOf(root)();
    root.graph = new here.Graph(data, root, begin);
    return root;
  }

  // What is shown, in the address; each other picture is a step back in the browser's history. A
  // page opened from a folder may not be allowed to change its address.
  const NAMES = ["work", "view", "open", "from", "to"];
  function keep(values) {
    const address = new URL(location.href);
    for (const name of NAMES) {
      if (values[name]) address.searchParams.set(name, values[name]);
      else address.searchParams.delete(name);
    }
    address.search = address.search.replaceAll("%2C", ",");
    if (address.href === location.href) return;
    try {
      history.pushState(null, "", address);
    } catch {
      // then it stays as it is
    }
  }

  function asked() {
    const found = new URLSearchParams(location.search);
    const open = found.get("open")?.split(",").filter(Boolean) ?? [];
    return { ...Object.fromEntries(NAMES.map((name) => [name, found.get(name)])), open };
  }

  function start() {
    for (const source of document.querySelectorAll("script.dltheory-graph:not([data-drawn])")) {
      source.setAttribute("data-drawn", "");
      const inAddress = source.hasAttribute("data-address");
      const begin = inAddress ? { seedFirst: true, asked: asked() } : {};
      const root = draw(source, JSON.parse(source.textContent), begin);
      if (!inAddress) continue;
      root.addEventListener("changed", ({ detail }) => keep(detail));
      globalThis.addEventListener("popstate", () => root.graph.go(asked(), false));
    }
  }

  // A notebook around the frame says whether it is dark.
  globalThis.addEventListener("message", ({ data }) => {
    const theme = data?.["dltheory-theme"];
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  });

  here.draw = draw;
  here.start = start;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
