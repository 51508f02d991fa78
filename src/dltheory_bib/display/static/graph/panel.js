// Beside the picture: the work one stands on and where one can go from it, a path, the way in.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const { make, titled, other } = globalThis.dltheoryGraph;
  const FIRST = 6;

  function counted(number, one, many = `${one}s`) {
    return `${number} ${number === 1 ? one : many}`;
  }

  function byWeight(a, b) {
    return b.cited - a.cited || a.year - b.year || (a.id < b.id ? -1 : 1);
  }

  function goto(node, walk) {
    return make(
      "button",
      { type: "button", class: "dg-go", onclick: () => walk(node) },
      make("span", { class: "dg-by" }, node.byline),
      make("span", { class: "dg-title" }, node.label),
    );
  }

  // A list that shows its first works, and the rest when it is asked to.
  function works(nodes, walk) {
    const list = make("ul", { class: "dg-works" }, ...nodes.slice(0, FIRST).map((node) => make("li", {}, goto(node, walk))));
    if (nodes.length <= FIRST) return list;
    const more = make("button", { type: "button", class: "dg-more" }, `${nodes.length - FIRST} more`);
    more.addEventListener("click", () => {
      list.append(...nodes.slice(FIRST).map((node) => make("li", {}, goto(node, walk))));
      list.children[FIRST]?.querySelector("button")?.focus();
      more.remove();
    });
    return make("div", {}, list, more);
  }

  function stated(edge, node, walk) {
    const there = other(edge, node);
    const verb = edge.source === node ? edge.words.says : edge.words.inverse;
    return make(
      "li",
      {},
      make("span", { class: `dg-verb dg-${edge.words.kind}` }, verb),
      goto(there, walk),
      edge.says && make("p", { class: "dg-says" }, edge.says),
    );
  }

  // Nothing chosen yet: what one can do here, and works to begin with.
  function welcome(model, walk) {
    const heaviest = model.nodes.toSorted(byWeight).slice(0, FIRST);
    const starts = model.nodes.filter((node) => node.level === "start").sort(byWeight);
    return [
      make("p", { class: "dg-lead" }, "Choose a work to see what it stands on and what stands on it; from there walk on."),
      ...(starts.length ? [make("h2", { class: "dg-label" }, "Start here"), works(starts, walk)] : []),
      make("h2", { class: "dg-label" }, "Most cited"),
      works(heaviest, walk),
    ];
  }

  function about(node, model, { walk, from, to, clear }) {
    const relations = node.edges.filter((edge) => edge.words.kind !== "cites");
    const cites = node.edges.filter((edge) => edge.words.kind === "cites");
    const cited = cites.filter((edge) => edge.target === node).map((edge) => edge.source);
    const citing = cites.filter((edge) => edge.source === node).map((edge) => edge.target);
    const topics = (node.topics ?? []).map((topic) => model.topics[topic] ?? topic).join(", ");
    const block = (title, inside) => [make("h3", {}, title), inside];
    return [
      make("button", { type: "button", class: "dg-close", "aria-label": "Leave this work", onclick: clear }, "×"),
      make("h2", {}, titled(node)),
      make("p", { class: "dg-meta" }, [node.byline, `cited by ${node.cited}`].join(" · ")),
      topics && make("p", { class: "dg-meta" }, topics),
      make(
        "p",
        { class: "dg-acts" },
        make("button", { type: "button", onclick: () => from(node) }, "Path from here"),
        make("button", { type: "button", onclick: () => to(node) }, "Path to here"),
        // On the site, which has a basket; not in a notebook.
        globalThis.dltheory?.basket && make("button", { type: "button", "data-choose": node.id, hidden: "" }, "Put into the basket"),
      ),
      ...(relations.length
        ? block("Relations", make("ul", { class: "dg-works" }, ...relations.map((edge) => stated(edge, node, walk))))
        : []),
      ...(citing.length ? block(`Cites ${counted(citing.length, "work")} here`, works(citing.sort(byWeight), walk)) : []),
      ...(cited.length ? block(`Cited by ${counted(cited.length, "work")} here`, works(cited.sort(byWeight), walk)) : []),
      !node.edges.length && make("p", { class: "dg-lead" }, "No relation or citation to another work of this picture is known."),
    ].filter(Boolean);
  }

  // The steps of a path, each with the direction of its edge.
  function route(from, to, steps, { walk, clear }) {
    const head = make("h2", {}, `From ${from.byline} to ${to.byline}`);
    const close = make("button", { type: "button", class: "dg-close", "aria-label": "Leave this path", onclick: clear }, "×");
    if (!steps) {
      return [close, head, make("p", { class: "dg-lead", role: "status" }, "No chain of relations and citations joins them in this picture.")];
    }
    let here = from;
    const items = [make("li", {}, goto(from, walk))];
    for (const edge of steps) {
      const forward = edge.source === here;
      const verb = make("span", { class: `dg-verb dg-${edge.words.kind}` }, forward ? edge.words.says : edge.words.inverse);
      here = other(edge, here);
      items.push(make("li", {}, verb, goto(here, walk), edge.says && make("p", { class: "dg-says" }, edge.says)));
    }
    return [close, head, make("p", { class: "dg-meta" }, counted(steps.length, "step")), make("ol", { class: "dg-route" }, ...items)];
  }

  // Every work in words, by year: what the picture shows to those who do not see it.
  function everything(model, walk) {
    const years = [...new Set(model.nodes.map((node) => node.year))].sort((a, b) => a - b);
    return years.map((year) =>
      make(
        "section",
        {},
        make("h3", {}, String(year)),
        make("ul", { class: "dg-works" }, ...model.nodes.filter((node) => node.year === year).sort(byWeight).map((node) => make("li", {}, goto(node, walk), make("span", { class: "dg-meta" }, inWords(node))))),
      ),
    );
  }

  function inWords(node) {
    const said = node.edges.filter((edge) => edge.source === node && edge.words.kind !== "cites").map((edge) => `${edge.words.says} ${edge.target.byline}`);
    const cites = node.edges.filter((edge) => edge.source === node && edge.words.kind === "cites").length;
    if (cites) said.push(`cites ${counted(cites, "work")} here`);
    said.push(`cited by ${node.cited}`);
    return said.join("; ");
  }

  Object.assign(globalThis.dltheoryGraph, { welcome, about, route, everything, counted, byWeight });
})();
