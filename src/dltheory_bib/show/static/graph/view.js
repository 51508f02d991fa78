// The picture of the graph: draws it, and lets somebody look, walk and find a path.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { layout, Walks, graphStyle, kindOf, COLOURS } = globalThis.dltheory;
  const { make, tellWork, tellPath } = globalThis.dltheory;

  class GraphView {
    // `topic`: the id of a topic whose part is drawn; `address`: gives the page of a key, or null.
    constructor(element, data, { topic = "", address = () => null, chosen = "" } = {}) {
      this.element = element;
      this.data = data;
      this.address = address;
      this.walks = new Walks(data);
      this.number = new Map(data.works.map((work, n) => [work[0], n]));
      this.cited = data.works.map((_, n) => this.count(n));
      this.build();
      this.show(topic);
      if (this.number.has(chosen)) this.choose(this.number.get(chosen), true);
    }

    count(n) {
      return this.walks.in[n].size;
    }

    // Which works are on a topic or a narrower one; without a topic, all.
    members(topic) {
      const { works, topics } = this.data;
      const wanted = topics.findIndex(([id]) => id === topic);
      const all = [...works.keys()];
      if (wanted < 0) return [all, -1];
      const under = (start) => {
        for (let here = start; here >= 0; here = topics[here][2]) if (here === wanted) return true;
        return false;
      };
      return [all.filter((n) => works[n][5].some(under)), wanted];
    }

    // The parts of the page, once

    build() {
      const { works, topics } = this.data;
      const id = `works-${Math.random().toString(36).slice(2)}`;
      const list = make("datalist", { id });
      list.append(
        ...works.map(([key, title, by, year]) =>
          make("option", { value: key }, `${by} ${year}, ${title}`),
        ),
      );
      const field = (label, hint) => {
        return make("input", {
          type: "search",
          list: id,
          placeholder: hint,
          "aria-label": label,
          autocomplete: "off",
          spellcheck: "false",
        });
      };
      this.find = field("Find a work by key or title", "Find a work");
      this.from = field("Path from this work", "From");
      this.to = field("Path to this work", "To");
      this.topic = make(
        "select",
        { "aria-label": "Topic" },
        make("option", { value: "" }, "All topics"),
      );
      const named = topics
        .map(([topic, label]) => [label, topic])
        .sort(([one], [other]) => (one < other ? -1 : 1));
      this.topic.append(...named.map(([label, topic]) => make("option", { value: topic }, label)));
      const path = make(
        "form",
        { class: "graph-path" },
        this.from,
        this.to,
        make("button", {}, "Path"),
      );
      const bar = make("div", { class: "graph-bar" }, this.topic, this.find, path, this.buttons());
      this.canvas = make("div", {
        class: "graph-canvas",
        tabindex: "0",
        role: "application",
        "aria-label":
          "Citation graph: arrow keys go from work to work, Enter opens one, plus and minus zoom, Escape lets go",
      });
      this.card = make("div", { class: "graph-card", hidden: "" });
      this.panel = make("div", { class: "graph-panel", "aria-live": "polite" });
      const stage = make("div", { class: "graph-stage" }, this.canvas, this.card);
      this.element.append(list, bar, stage, this.legend(), this.panel);
      this.topic.addEventListener("change", () => this.show(this.topic.value));
      this.find.addEventListener("change", () => this.choose(this.named(this.find.value), true));
      path.addEventListener("submit", (event) => {
        event.preventDefault();
        this.showPath(this.named(this.from.value), this.named(this.to.value));
      });
      this.canvas.addEventListener("keydown", (event) => this.key(event));
    }

    legend() {
      const line = make("p", { class: "graph-legend" });
      for (const [kind, says] of [
        ["builds", "extends, generalises, improves, simplifies"],
        ["method", "uses the method of"],
        ["agrees", "confirms, concurrent"],
        ["against", "refutes, corrects, qualifies"],
        ["cites", "cites"],
      ]) {
        line.append(make("span", {}, make("span", { class: `graph-line ${kind}` }), says));
      }
      return line;
    }

    buttons() {
      const group = make("div", { class: "graph-zoom", role: "group", "aria-label": "Zoom" });
      for (const [sign, label, action] of [
        ["+", "Nearer", () => this.zoom(1.4)],
        ["−", "Farther", () => this.zoom(1 / 1.4)],
        ["All", "Show all", () => this.fit()],
      ]) {
        const button = make("button", { type: "button", "aria-label": label }, sign);
        button.addEventListener("click", action);
        group.append(button);
      }
      return group;
    }

    named(text) {
      const wanted = text.trim();
      if (this.number.has(wanted)) return this.number.get(wanted);
      const low = wanted.toLowerCase();
      const found = this.data.works.findIndex(
        ([key, title]) => key === low || title.toLowerCase().includes(low),
      );
      return low && found >= 0 ? found : undefined;
    }

    // The picture

    show(topic) {
      const [numbers, within] = this.members(topic);
      this.topic.value = within < 0 ? "" : topic;
      this.shown = new Set(numbers);
      this.layout = layout(this.data, numbers, within);
      this.cy?.destroy();
      this.cy = globalThis.cytoscape({
        container: this.canvas,
        elements: this.elements(numbers),
        style: graphStyle(this.element, this.layout.scale),
        layout: { name: "preset" },
        minZoom: 0.05,
        maxZoom: 5,
        autoungrabify: true,
        autounselectify: true,
        boxSelectionEnabled: false,
        hideEdgesOnViewport: numbers.length > 300,
      });
      this.fit();
      this.cy.on("mouseover", "node.work", ({ target }) => this.hover(target));
      this.cy.on("mouseout", "node.work", () => this.hover(null));
      this.cy.on("tap", "node.work", ({ target }) => this.choose(Number(target.id())));
      this.cy.on("tap", ({ target }) => target === this.cy && this.letGo());
      this.cy.on("pan zoom", () => this.hover(null));
      this.letGo();
    }

    elements(numbers) {
      const { works, topics, relations } = this.data;
      const { places, bars, lanes, scale } = this.layout;
      const colour = new Map(lanes.map(({ topic }, n) => [topic, COLOURS[n % COLOURS.length]]));
      const made = numbers.map((n) => ({
        data: {
          id: String(n),
          label: works[n][2],
          colour: colour.get(places.get(n).lane),
          size: 8 + Math.min(12, 2.6 * Math.sqrt(this.cited[n])),
        },
        position: { x: places.get(n).x, y: places.get(n).y },
        classes: "work",
      }));
      for (const bar of bars) {
        const label =
          bar.from === bar.to ? `${bar.from}` : `${bar.from}–${String(bar.to).slice(2)}`;
        made.push({
          data: { id: `y${bar.from}`, label },
          position: { x: bar.middle, y: -46 * scale },
          classes: "year",
        });
      }
      for (const { topic, middle, works: count } of lanes) {
        const name = topic < 0 ? "No topic" : topics[topic][1];
        const data = { id: `l${topic}`, label: `${name} (${count})`, colour: colour.get(topic) };
        made.push({ data, position: { x: -34 * scale, y: middle }, classes: "lane" });
      }
      for (const { source, target, relation } of this.walks.edges()) {
        if (!this.shown.has(source) || !this.shown.has(target)) continue;
        const data = { id: `${source}-${target}`, source: String(source), target: String(target) };
        made.push({ data, classes: kindOf(relations[relation][0]) });
      }
      return made;
    }

    restyle() {
      this.cy.style(graphStyle(this.element, this.layout.scale));
    }

    fit() {
      this.cy.resize();
      this.cy.fit(undefined, 16);
    }

    zoom(factor) {
      const { width, height } = this.canvas.getBoundingClientRect();
      this.cy.zoom({
        level: this.cy.zoom() * factor,
        renderedPosition: { x: width / 2, y: height / 2 },
      });
    }

    hover(node) {
      this.card.hidden = !node;
      this.canvas.classList.toggle("over", Boolean(node));
      if (!node) return;
      const [key, title, by, year, venue] = this.data.works[Number(node.id())];
      this.card.replaceChildren(
        make("strong", {}, title),
        make("span", {}, `${by} · ${venue} ${year}`),
        make("code", {}, key),
      );
      const { x, y } = node.renderedPosition();
      const left = Math.min(x + 14, this.canvas.clientWidth - this.card.offsetWidth - 6);
      const below = y + 14 + this.card.offsetHeight < this.canvas.clientHeight;
      this.card.style.left = `${Math.max(6, left)}px`;
      this.card.style.top = `${below ? y + 14 : y - this.card.offsetHeight - 14}px`;
    }

    // Walking

    choose(n, centre = false) {
      if (n === undefined) return this.say("No work has that key or title.");
      if (!this.shown.has(n)) this.show("");
      this.chosen = n;
      const around = [...this.walks.out[n].values(), ...this.walks.in[n].values()];
      this.highlight([n, ...around.flatMap(({ source, target }) => [source, target])], around, n);
      if (centre) this.look(n);
      this.describe(n);
      this.find.value = this.data.works[n][0];
      this.tell(this.data.works[n][0]);
    }

    // Whoever holds the view may keep what was chosen.
    tell(key) {
      this.element.dispatchEvent(new CustomEvent("chosen", { detail: key }));
    }

    look(n) {
      const node = this.cy.getElementById(String(n));
      if (this.cy.zoom() < 1) this.cy.zoom(1.2);
      this.cy.center(node);
    }

    highlight(numbers, edges, chosen) {
      const near = new Set(numbers.map(String));
      const lit = new Set(edges.map(({ source, target }) => `${source}-${target}`));
      this.cy.batch(() => {
        this.cy.nodes(".work").forEach((node) => {
          node.toggleClass("near", near.has(node.id()));
          node.toggleClass("dim", !near.has(node.id()));
          node.toggleClass("chosen", node.id() === String(chosen));
        });
        this.cy.edges().forEach((edge) => {
          edge.toggleClass("near", lit.has(edge.id()));
          edge.toggleClass("dim", !lit.has(edge.id()));
        });
      });
    }

    letGo() {
      this.chosen = undefined;
      this.find.value = "";
      this.tell("");
      this.cy.batch(() => this.cy.elements().removeClass("near dim chosen"));
      this.say(
        `${this.shown.size} works, from the left to the right by year, a row for each topic; the larger, the more often cited here. Point at one to see what it is, click to see what it stands on and what stands on it.`,
      );
    }

    say(message) {
      this.panel.replaceChildren(make("p", {}, message));
    }

    describe(n) {
      this.panel.replaceChildren(...tellWork(this, n));
    }

    showPath(start, end) {
      if (start === undefined || end === undefined) {
        return this.say("Name two works, by key or title.");
      }
      if (!this.shown.has(start) || !this.shown.has(end)) this.show("");
      const steps = this.walks.path(start, end);
      if (!steps) return this.say("No chain of citations between these two is known here.");
      const passed = [start, end, ...steps.flatMap(({ source, target }) => [source, target])];
      if (passed.some((n) => !this.shown.has(n))) this.show("");
      this.highlight(passed, steps, start);
      this.cy.fit(this.cy.nodes(".near"), 80);
      this.panel.replaceChildren(...tellPath(this, steps));
    }

    // From work to work by the arrow keys: the nearest in that direction.
    key(event) {
      const turn = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
        event.key
      ];
      if (turn) this.step(turn);
      else if (event.key === "+" || event.key === "=") this.zoom(1.4);
      else if (event.key === "-") this.zoom(1 / 1.4);
      else if (event.key === "Escape") this.letGo();
      else if (event.key === "Enter" && this.chosen !== undefined) {
        const address = this.address(this.data.works[this.chosen][0]);
        if (address) location.assign(address);
      } else return;
      event.preventDefault();
    }

    step([right, down]) {
      const { places } = this.layout;
      const here = this.chosen === undefined ? { x: -1, y: 0 } : places.get(this.chosen);
      let best;
      let least = Infinity;
      for (const [n, { x, y }] of places) {
        const along = (x - here.x) * right + (y - here.y) * down;
        const across = Math.abs((x - here.x) * down) + Math.abs((y - here.y) * right);
        const far = along + 3 * across;
        if (along > 0.5 && far < least) [best, least] = [n, far];
      }
      if (best !== undefined) this.choose(best, true);
    }
  }

  Object.assign(globalThis.dltheory, { GraphView });
})();
