// The page "A way to a work": what somebody wants and knows, and what to read between them.
"use strict";
(() => {
  const page = document.querySelector("[data-way]");
  const { make, address, load } = globalThis.dltheory.basket;
  const part = (name) => page.querySelector(`[data-${name}]`);
  const KEY = 0, BYLINE = 1, TITLE = 2, YEAR = 4;
  const state = { to: [], known: [] };
  let names = null; // what may be typed, and what it stands for

  const described = ([key, byline, title]) => `${byline}: ${title} [${key}]`;
  function listNames() {
    const { works, topics, cards } = dltheory.wayData;
    names = { to: new Map(), known: new Map() };
    for (const [id, label] of topics) names.known.set(`${label} (topic) [${id}]`, id);
    for (const work of works) {
      names.to.set(described(work), work[KEY]);
      names.known.set(described(work), work[KEY]);
    }
    for (const [id, statement, place] of cards) {
      const short = statement.length > 90 ? `${statement.slice(0, 88).trimEnd()} …` : statement;
      names.to.set(`${works[place][BYLINE]}, result: ${short} [${id}]`, id);
    }
    for (const kind of ["to", "known"]) {
      const options = [...names[kind].keys()].map((value) => make("option", { value }));
      page.querySelector(`#${kind}-names`).replaceChildren(...options);
    }
  }
  // The name that a text stands for: one of the list, or a key or an id on its own.
  function meant(kind, text) {
    const typed = text.trim();
    const id = names[kind].get(typed) ?? typed;
    const { goal, knowledge } = dltheory.wayData;
    return (kind === "to" ? goal(id) : knowledge(id)) === undefined || (kind === "known" && !knowledge(id))
      ? null
      : id;
  }
  function label(kind, id) {
    const { works, places, topicsById, cardsById } = dltheory.wayData;
    if (kind === "known" && topicsById.has(id)) return topicsById.get(id)[1];
    if (places.has(id)) return `${works[places.get(id)][BYLINE]}, ${works[places.get(id)][TITLE]}`;
    return cardsById.get(id)?.[1] ?? id;
  }

  function readAddress() {
    const query = new URLSearchParams(location.search);
    const list = (name) => [...new Set((query.get(name) ?? "").split(",").filter(Boolean))];
    state.to = list("to");
    state.known = list("known");
  }
  function shared() {
    const link = new URL(location.href);
    link.hash = "";
    for (const name of ["to", "known"]) {
      if (state[name].length) link.searchParams.set(name, state[name].join(","));
      else link.searchParams.delete(name);
    }
    return link;
  }
  function change(kind, id, add) {
    state[kind] = add ? [...new Set([...state[kind], id])] : state[kind].filter((one) => one !== id);
    try {
      history.replaceState(null, "", shared());
    } catch {
      // a browser that allows no change of a file's address: the link to share has it all the same
    }
    show();
  }

  function chip(kind, id) {
    const button = make("button", { type: "button", "aria-label": `take out ${label(kind, id)}` }, "×");
    button.addEventListener("click", () => change(kind, id, false));
    return make("li", { class: "chip" }, label(kind, id), " ", button);
  }
  function step([place, reason]) {
    const [key, , title] = dltheory.wayData.works[place];
    const link = make("a", { class: "title", href: address(`works/${encodeURIComponent(key)}.html`) }, title);
    const meta = make("span", { class: "meta" }, dltheory.wayData.works[place][BYLINE]);
    const why = make("span", { class: "why" }, reason);
    const known = make("button", { type: "button", class: "plain-button" }, "I know this");
    known.setAttribute("aria-label", `I know ${title}`);
    known.addEventListener("click", () => change("known", key, true));
    return make("li", { class: "work" }, link, " ", meta, " ", why, " ", known);
  }
  function show() {
    const { goal, knowledge } = dltheory.wayData;
    const unknown = [
      ...state.to.filter((id) => goal(id) === undefined),
      ...state.known.filter((id) => !knowledge(id)),
    ];
    for (const kind of ["to", "known"]) part(kind).replaceChildren(...state[kind].map((id) => chip(kind, id)));
    const wanted = state.to.map(goal).filter((place) => place !== undefined);
    const known = state.known.flatMap((id) => knowledge(id) ?? []);
    const steps = dltheory.wayTo(wanted, known);
    part("steps").replaceChildren(...steps.map(step));
    const many = steps.length === 1 ? "1 work" : `${steps.length} works`;
    let said = "";
    if (wanted.length) said = steps.length ? `${many} to read, in this order.` : "You know it already.";
    if (unknown.length) said += ` Not in this collection: ${unknown.join(", ")}.`;
    part("said").textContent = said.trim();
    part("share").hidden = !wanted.length;
    part("first").hidden = wanted.length > 0;
  }

  function ask(form) {
    const kind = form.dataset.ask;
    const field = form.querySelector("input");
    const id = meant(kind, field.value);
    part(`${kind}-said`).textContent = "";
    if (!field.value.trim()) return;
    if (id === null) {
      const what = kind === "to" ? "a work or a result" : "a topic or a work";
      part(`${kind}-said`).textContent = `Choose ${what} from the list, or type a key.`;
      return;
    }
    field.value = "";
    change(kind, id, true);
  }
  async function start() {
    readAddress();
    await load("assets/way-data.js");
    listNames();
    for (const form of page.querySelectorAll("[data-ask]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        ask(form);
      });
      // A name that was chosen from the list needs no second press.
      form.querySelector("input").addEventListener("input", (event) => {
        if (names[form.dataset.ask].has(event.target.value.trim())) ask(form);
      });
    }
    part("share").addEventListener("click", ({ currentTarget }) => {
      dltheory.basket.tell(currentTarget, shared().href);
    });
    page.hidden = false;
    show();
  }
  start();
})();
