// Beside the picture: the chosen work or topic and where one can go from it, a path, the way in.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const { make, titled, other, byWeight, around } = globalThis.dltheoryGraph;
  const FIRST = 6;
  const KINDS = [
    ["builds", "builds on: extends, improves …"],
    ["disputes", "refutes or qualifies"],
    ["other", "confirms, concurrent"],
    ["cites", "cites"],
  ];

  function counted(number, one, many = `${one}s`) {
    return `${number} ${number === 1 ? one : many}`;
  }

  function goto(node, walk, note) {
    return make(
      "button",
      { type: "button", class: "dg-go", onclick: () => walk(node) },
      make("span", { class: "dg-by" }, node.byline),
      make("span", { class: "dg-title" }, node.label),
      note && make("span", { class: "dg-note" }, note),
    );
  }

  // A list that shows its first items, and the rest when it is asked to.
  function folded(items) {
    const list = make("ul", { class: "dg-works" }, ...items.slice(0, FIRST).map((item) => make("li", {}, item())));
    if (items.length <= FIRST) return list;
    const more = make("button", { type: "button", class: "dg-more" }, `${items.length - FIRST} more`);
    more.addEventListener("click", () => {
      list.append(...items.slice(FIRST).map((item) => make("li", {}, item())));
      list.children[FIRST]?.querySelector("button")?.focus();
      more.remove();
    });
    return make("div", {}, list, more);
  }

  function works(nodes, walk) {
    return folded(nodes.map((node) => () => goto(node, walk)));
  }

  function block(title, inside, note) {
    return [make("h3", {}, title), note && make("p", { class: "dg-defined" }, note), inside].filter(Boolean);
  }

  // Sentences that are in a script of their own are loaded with the first that is shown.
  function sentencesOf(model) {
    model.loading ??= new Promise((done, failed) => {
      globalThis.dltheoryGraph.said = done;
      document.head.append(make("script", { src: model.sentences, onerror: failed }));
    }).then((found) => {
      for (const edge of model.edges) if (edge.sentence !== undefined) edge.says = found[edge.sentence];
    });
    return model.loading;
  }

  // The sentence of an edge in an element of this kind; nothing if it has none.
  function said(edge, model, kind, attributes = {}) {
    if (edge.says) return make(kind, attributes, edge.says);
    if (edge.sentence === undefined) return null;
    const element = make(kind, attributes);
    sentencesOf(model).then(
      () => element.append(edge.says),
      () => element.remove(),
    );
    return element;
  }

  function stated(edge, node, model, walk) {
    const there = other(edge, node);
    const verb = edge.source === node ? edge.words.says : edge.words.inverse;
    return make(
      "li",
      {},
      make("span", { class: `dg-verb dg-${edge.words.kind}` }, verb),
      goto(there, walk),
      said(edge, model, "p", { class: "dg-says" }),
    );
  }

  // Nothing chosen yet: what one can do here, and works to begin with.
  function welcome(model, walk) {
    const heaviest = model.nodes.toSorted(byWeight).slice(0, FIRST);
    const starts = model.nodes.filter((node) => node.level === "start").sort(byWeight);
    return [
      make("p", { class: "dg-lead" }, "Choose a work to see what it builds on and what builds on it; from there walk on. Where there are many works, lines are drawn for the one you choose or point at."),
      ...(starts.length ? [make("h2", { class: "dg-label" }, "Start here"), works(starts, walk)] : []),
      make("h2", { class: "dg-label" }, "Most cited"),
      works(heaviest, walk),
    ];
  }

  // Topics: how the picture reads, and all of them, those with most works first.
  function welcomeTopics(topics, open) {
    const sorted = [...topics.values()].sort((a, b) => b.works.length - a.works.length);
    return [
      make("h2", {}, "The field by topics"),
      make("p", { class: "dg-lead" }, "A circle is a topic: its size is the number of works, and topics whose works are earlier are further left. A line is citations between the works of two topics, the wider the more; the strongest two of each topic are drawn. Choose a topic to see its works."),
      ...block(counted(sorted.length, "topic"), topicList(sorted.map((topic) => [topic, counted(topic.works.length, "work")]), open)),
    ];
  }

  function topicList(pairs, open) {
    return folded(
      pairs.map(([topic, note]) => () =>
        make("button", { type: "button", class: "dg-go", onclick: () => open(topic) }, make("span", { class: "dg-by" }, make("i", { class: `dg-dot dg-g${topic.colour}` }), topic.label), make("span", { class: "dg-title" }, note)),
      ),
    );
  }

  function aboutTopic(topic, isOpen, { walk, open, close, leave }) {
    const links = [...topic.links];
    const most = (which) => links.filter(([, one]) => one[which]).sort((a, b) => b[1][which] - a[1][which]).map(([other, one]) => [other, counted(one[which], "citation")]);
    const [cites, cited] = [most("cites"), most("cited")];
    const starts = topic.works.filter((node) => node.level === "start").sort(byWeight);
    return [
      make("button", { type: "button", class: "dg-close", "aria-label": "Leave this topic", onclick: leave }, "×"),
      make("h2", {}, topic.label),
      make("p", { class: "dg-meta" }, `${counted(topic.works.length, "work")}, ${topic.span[0]} to ${topic.span[1]}; half of them by ${topic.middle}`),
      make("p", { class: "dg-acts" }, isOpen ? make("button", { type: "button", onclick: () => close(topic) }, "Collapse") : make("button", { type: "button", onclick: () => open(topic) }, "Show its works")),
      ...(starts.length ? block("Start here", works(starts, walk)) : []),
      ...block("Most cited", works(topic.works.toSorted(byWeight).slice(0, FIRST), walk)),
      ...(cites.length ? block("Its works cite", topicList(cites, open)) : []),
      ...(cited.length ? block("Its works are cited by", topicList(cited, open)) : []),
    ];
  }

  function about(node, model, { walk, from, to, clear, see }) {
    const relations = node.edges.filter((edge) => edge.words.kind !== "cites");
    const cites = node.edges.filter((edge) => edge.words.kind === "cites");
    const cited = cites.filter((edge) => edge.target === node).map((edge) => edge.source);
    const citing = cites.filter((edge) => edge.source === node).map((edge) => edge.target);
    const topics = (node.topics ?? []).map((topic) => model.topics[topic] ?? topic).join(", ");
    const { near, prior, derivative } = around(node);
    const zone = near.length + 1;
    const pairs = (found, verb) => folded(found.map(([one, count]) => () => goto(one, walk, `${verb} ${count} of the ${zone}`)));
    return [
      make("button", { type: "button", class: "dg-close", "aria-label": "Leave this work", onclick: clear }, "×"),
      make("h2", {}, titled(node)),
      make("p", { class: "dg-meta" }, [node.byline, `cited by ${node.cited}`].join(" · ")),
      topics && make("p", { class: "dg-meta" }, topics),
      make(
        "p",
        { class: "dg-acts" },
        see && make("button", { type: "button", onclick: () => see(node) }, "Surroundings"),
        make("button", { type: "button", onclick: () => from(node) }, "Path from here"),
        make("button", { type: "button", onclick: () => to(node) }, "Path to here"),
        // On the site, which has a basket; not in a notebook.
        globalThis.dltheory?.basket && make("button", { type: "button", "data-choose": node.id, hidden: "" }, "Put into the basket"),
      ),
      ...(relations.length
        ? block("Relations", make("ul", { class: "dg-works" }, ...relations.map((edge) => stated(edge, node, model, walk))))
        : []),
      ...(prior.length ? block("Prior works", pairs(prior, "cited by"), `Up to ${node.year}, cited by most of the ${zone} works of its neighbourhood: itself and its neighbours.`) : []),
      ...(derivative.length ? block("Derivative works", pairs(derivative, "cites"), `From ${node.year} on, citing most of the neighbourhood.`) : []),
      ...(citing.length ? block(`Cites ${counted(citing.length, "work")} here`, works(citing.sort(byWeight), walk)) : []),
      ...(cited.length ? block(`Cited by ${counted(cited.length, "work")} here`, works(cited.sort(byWeight), walk)) : []),
      !node.edges.length && make("p", { class: "dg-lead" }, "No relation or citation to another work of this picture is known."),
    ].filter(Boolean);
  }

  // What is said of a work, topic or line that one points at.
  function cardOf(what, model) {
    const span = (...inside) => make("span", {}, ...inside);
    const bold = (text) => make("b", {}, text);
    if (what.words) {
      const name = (end) => bold(end.byline ?? end.label);
      const number = what.count ? `${counted(what.count, "citation")}: ` : "";
      return [span(number, name(what.source), ` ${what.words.says} `, name(what.target)), said(what, model, "span")].filter(Boolean);
    }
    if (what.isTopic) {
      const most = [...what.links].filter(([, one]) => one.cites).sort((a, b) => b[1].cites - a[1].cites).slice(0, 3);
      const cites = most.map(([other, one]) => `${other.label} (${one.cites})`).join(", ");
      return [bold(what.label), span(`${counted(what.works.length, "work")}, ${what.span[0]} to ${what.span[1]}`), cites && span(`cites most: ${cites}`)].filter(Boolean);
    }
    const topics = (what.topics ?? []).map((topic) => model.topics[topic] ?? topic).join(", ");
    return [bold(what.label), span(what.byline), topics && span(topics), span(`cited by ${counted(what.cited, "work")}`)].filter(Boolean);
  }

  // The steps of a path, each with the direction of its edge.
  function route(from, to, steps, model, { walk, clear }) {
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
      items.push(make("li", {}, verb, goto(here, walk), said(edge, model, "p", { class: "dg-says" })));
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

  // The same, made when it is opened.
  function list(model, walk) {
    const inside = make("div", { class: "dg-all" });
    const box = make("details", { class: "dg-list" }, make("summary", {}, `All ${counted(model.nodes.length, "work")} as a list`), inside);
    box.addEventListener("toggle", () => {
      if (box.open && !inside.childElementCount) inside.append(...everything(model, walk));
    });
    return box;
  }

  function summary(model) {
    const years = model.nodes.map((node) => node.year);
    if (!years.length) return "A graph without works.";
    const span = `${counted(years.length, "work")} from ${Math.min(...years)} to ${Math.max(...years)}`;
    return `${span}, ${counted(model.edges.length, "relation or citation", "relations and citations")} among them. The list below has them in words.`;
  }

  function legend(model, colourOf) {
    const used = new Set(model.nodes.map((node) => node.lane));
    const kinds = new Set(model.edges.map((edge) => edge.words.kind));
    const topics = model.groups.map((group, lane) => used.has(lane) && make("li", {}, make("i", { class: `dg-dot dg-g${colourOf(lane)}` }), group.label));
    const lines = KINDS.filter(([kind]) => kinds.has(kind)).map(([kind, label]) => make("li", {}, make("i", { class: `dg-line dg-${kind}` }), label));
    return make(
      "details",
      { class: "dg-legend" },
      make("summary", {}, "Colours, lines and sizes"),
      make("ul", { "aria-label": "Colours" }, ...topics.filter(Boolean)),
      make("ul", { "aria-label": "Lines and marks" }, ...lines, make("li", {}, make("i", { class: "dg-dot dg-start" }), "start here"), make("li", {}, make("i", { class: "dg-sizes" }), "size: cited by"), model.lists && make("li", {}, model.lists)),
    );
  }

  function inWords(node) {
    const said = node.edges.filter((edge) => edge.source === node && edge.words.kind !== "cites").map((edge) => `${edge.words.says} ${edge.target.byline}`);
    const cites = node.edges.filter((edge) => edge.source === node && edge.words.kind === "cites").length;
    if (cites) said.push(`cites ${counted(cites, "work")} here`);
    said.push(`cited by ${node.cited}`);
    return said.join("; ");
  }

  Object.assign(globalThis.dltheoryGraph, { welcome, welcomeTopics, about, aboutTopic, cardOf, route, list, summary, legend, counted });
})();
