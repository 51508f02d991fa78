// What is said beside the picture: of a work and what it stands on, of a path and its steps. Each
// work named is a button that walks on to it.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const verb = (says) => make("span", { class: "verb" }, says);
  const sentence = (edge) => (edge.says ? [make("span", { class: "why" }, edge.says)] : []);

  function link(view, n) {
    const [key, title, by, year] = view.data.works[n];
    const button = make("button", { type: "button", class: "graph-walk" }, title);
    button.addEventListener("click", () => view.choose(n, true));
    const address = view.address(key);
    const named = { href: address, "aria-label": `Page of ${title}` };
    const page = address ? [" ", make("a", named, "page")] : [];
    return [button, make("span", { class: "meta" }, ` ${by} ${year}`, ...page)];
  }

  function ties(view, heading, edges, says, other) {
    if (!edges.size) return [];
    const list = make("ul");
    for (const edge of [...edges.values()].sort((one, two) => one.relation - two.relation)) {
      const how = verb(view.data.relations[edge.relation][says]);
      list.append(make("li", {}, how, " ", ...link(view, edge[other]), ...sentence(edge)));
    }
    return [make("div", {}, make("h3", {}, `${heading} (${edges.size})`), list)];
  }

  const tellWork = (view, n) => [
    make("h2", {}, ...link(view, n)),
    ...ties(view, "It stands on", view.walks.out[n], 1, "target"),
    ...ties(view, "Stands on it", view.walks.in[n], 2, "source"),
  ];

  function tellPath(view, steps) {
    const list = make("ol");
    for (const edge of steps) {
      const ends = [link(view, edge.source), link(view, edge.target)];
      const how = verb(view.data.relations[edge.relation][1]);
      list.append(make("li", {}, ...ends[0], " ", how, " ", ...ends[1], ...sentence(edge)));
    }
    const many = `${steps.length} step${steps.length === 1 ? "" : "s"}`;
    return [make("h2", {}, `A path of ${many}`), list];
  }

  Object.assign(globalThis.dltheory, { make, tellWork, tellPath });
})();
