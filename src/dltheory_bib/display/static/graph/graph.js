// Draws the graph at every <script type="application/json" class="dltheory-graph"> of a page.
//
// The data: {nodes: [{id, label, byline, year, topics, level, cited, url?, group?}],
//   edges: [{source, target, relation, says?}], topics: {id: label},
//   groups?: [{id, label}], relations?: {relation: {says, inverse, kind}}, title?, lists?, focus?}.
// An edge points from the work that cites, improves … to the other; `kind` is cites, builds,
// disputes or other. `lists` says how many reference lists were read, `focus` is the id of the work that is chosen at first. The element that is
// made beside the data has the picture as `graph`: pick(id), path(from, to), clear(), fit(); it is
// sent the events `chosen` with the id, or "", and `route` with the ids at both ends of a path. Data
// with the attribute `data-address` keep the chosen work or path in the page's address, as `?work=`
// or `?from=&to=`, and begin with it. A page may also call
// `dltheoryGraph.draw(element, data)`, which draws behind an element.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const { make } = here;
  const TOP = here.STRIP + 12;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const HELP = "Arrow keys go to neighbouring works, plus and minus zoom, 0 shows all, Escape leaves a work.";
  const KINDS = [
    ["builds", "builds on: extends, improves …"],
    ["disputes", "refutes or qualifies"],
    ["other", "confirms, concurrent"],
    ["cites", "cites"],
  ];

  class Graph {
    constructor(data, root) {
      this.model = here.read(data);
      this.root = root;
      this.radius = here.radiusOf(this.model);
      this.scale = 1;
      this.ranked = this.model.nodes.toSorted(here.byWeight);
      this.picked = null;
      this.ends = { from: null, to: null };
      this.furnish();
      this.draw();
      this.listen();
      this.show(here.welcome(this.model, this.walk));
      if (this.model.focus && this.model.byId.has(this.model.focus)) this.pick(this.model.focus);
    }

    walk = (node) => this.pick(node.id);

    // The page around the picture

    furnish() {
      const suggest = (typed) => here.find(this.model, typed);
      const search = here.chooser("Find a work", suggest, (node) => this.pick(node.id));
      this.from = here.chooser("From", suggest, (node) => this.end("from", node));
      this.to = here.chooser("To", suggest, (node) => this.end("to", node));
      this.pathBar = make("div", { class: "dg-path", hidden: true, role: "group", "aria-label": "Path between two works" }, this.from.box, make("span", { "aria-hidden": "true" }, "→"), this.to.box);
      this.pathButton = this.button("Path from A to B", () => this.togglePath(), { "aria-expanded": "false" });
      this.stage = make("div", {
        class: "dg-stage",
        tabindex: "0",
        role: "application",
        "aria-roledescription": "citation graph",
        "aria-label": `${this.summary()} ${HELP}`,
      });
      this.card = make("div", { class: "dg-card", hidden: true, "aria-hidden": "true" });
      this.panel = make("aside", { class: "dg-panel", "aria-label": "The chosen work" });
      this.live = make("div", { class: "dg-unseen", "aria-live": "polite" });
      const zooms = make("div", { class: "dg-zoom", role: "group", "aria-label": "Zoom" }, this.button("−", () => this.zoomBy(1 / 1.4), { "aria-label": "Zoom out" }), this.button("+", () => this.zoomBy(1.4), { "aria-label": "Zoom in" }), this.button("Show all", () => this.fit(true)));
      this.root.append(
        make("div", { class: "dg-bar" }, this.model.title && make("p", { class: "dg-name" }, this.model.title), search.box, this.pathButton, zooms),
        this.pathBar,
        make("div", { class: "dg-body" }, make("div", { class: "dg-left" }, this.stage, this.legend()), this.panel),
        this.list(),
        this.live,
      );
    }

    button(label, act, attributes = {}) {
      return make("button", { type: "button", onclick: act, ...attributes }, label);
    }

    summary() {
      const years = this.model.nodes.map((node) => node.year);
      if (!years.length) return "A graph without works.";
      const span = `${here.counted(years.length, "work")} from ${Math.min(...years)} to ${Math.max(...years)}`;
      return `${span}, ${here.counted(this.model.edges.length, "relation or citation", "relations and citations")} among them. The list below has them in words.`;
    }

    legend() {
      const used = new Set(this.model.nodes.map((node) => node.lane));
      const kinds = new Set(this.model.edges.map((edge) => edge.words.kind));
      const topics = this.model.groups.map((group, lane) => used.has(lane) && make("li", {}, make("i", { class: `dg-dot dg-g${this.colourOf(lane)}` }), group.label));
      const lines = KINDS.filter(([kind]) => kinds.has(kind)).map(([kind, label]) => make("li", {}, make("i", { class: `dg-line dg-${kind}` }), label));
      return make(
        "details",
        { class: "dg-legend" },
        make("summary", {}, "Colours, lines and sizes"),
        make("ul", { "aria-label": "Colours" }, ...topics.filter(Boolean)),
        make("ul", { "aria-label": "Lines and marks" }, ...lines, make("li", {}, make("i", { class: "dg-dot dg-start" }), "start here"), make("li", {}, make("i", { class: "dg-sizes" }), "size: cited by"), this.model.lists && make("li", {}, this.model.lists)),
      );
    }

    colourOf(lane) {
      return this.model.groups[lane].id === "others" ? here.COLOURS : lane % here.COLOURS;
    }

    list() {
      const inside = make("div", { class: "dg-all" });
      const box = make("details", { class: "dg-list" }, make("summary", {}, `All ${here.counted(this.model.nodes.length, "work")} as a list`), inside);
      box.addEventListener("toggle", () => {
        if (box.open && !inside.childElementCount) inside.append(...here.everything(this.model, this.walk));
      });
      return box;
    }

    show(parts) {
      this.panel.replaceChildren(...parts);
      this.panel.scrollTop = 0;
    }

    // The picture

    draw() {
      here.withoutTheirStyle();
      const { clientWidth: width, clientHeight: height } = this.stage;
      this.plan = here.place(this.model, (width || 900) / Math.max(200, (height || 600) - TOP));
      this.ground = here.layer(this.stage, "dg-ground");
      this.canvas = make("div", { class: "dg-canvas", "aria-hidden": "true" });
      this.stage.append(this.canvas);
      this.names = here.layer(this.stage, "dg-names");
      this.stage.append(this.card);
      this.colours = here.coloursOf(this.root);
      this.cy = globalThis.cytoscape({
        container: this.canvas,
        elements: here.elements(this.model, this.radius),
        style: here.styles(this.colours, this.model, this.scale),
        layout: { name: "preset", fit: false },
        boxSelectionEnabled: false,
        autoungrabify: true,
        autounselectify: true,
        userZoomingEnabled: document.body.classList.contains("dg-page"),
      });
      this.cy.on("render", () => this.ink());
      this.cy.on("zoom", () => {
        const scale = here.scaleAt(this.cy.zoom());
        if (scale === this.scale) return;
        this.scale = scale;
        this.restyle();
      });
      this.fit(false);
      this.ink();
    }

    // Anew, in other colours or in another size.
    restyle() {
      this.cy.style(here.styles(this.colours, this.model, this.scale));
    }

    ink() {
      const shared = { plan: this.plan, zoom: this.cy.zoom(), pan: this.cy.pan(), colours: this.shades };
      this.ground((pen, width, height) => here.ground(pen, width, height, shared));
      this.names((pen, width, height) => {
        const taken = here.lanes(pen, height, shared);
        here.names(pen, width, height, { ...shared, ranked: this.ordered(), radius: (node) => this.radius(node) * this.scale, stands: this.stands, taken });
        here.years(pen, width, shared);
      });
    }

    // The colours by lane, for what is drawn beside the works.
    get shades() {
      const groups = this.model.groups.map((_, lane) => this.colours.groups[this.colourOf(lane)]);
      return { ...this.colours, groups };
    }

    ordered() {
      const first = [this.hovered, this.picked].filter(Boolean);
      return this.lit ? [...first, ...this.ranked.filter((node) => this.lit.has(node) && !first.includes(node))] : [...first, ...this.ranked];
    }

    stands = (node) => {
      if (node === this.picked || node === this.hovered || this.onRoute?.has(node)) return "loud";
      if (this.lit) return this.lit.has(node) ? "plain" : "";
      if (node.level !== "further" || node.cited > 2) return "plain";
      return this.cy.zoom() > 0.6 ? "quiet" : "";
    };

    fit(moving) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      if (!width || !this.model.nodes.length) return;
      const zoom = Math.min(width / this.plan.width, (height - TOP - 8) / this.plan.height, 2.2);
      this.cy.minZoom(zoom * 0.7);
      this.cy.maxZoom(Math.max(4, zoom * 2));
      const pan = { x: (width - this.plan.width * zoom) / 2, y: TOP + (height - TOP - 8 - this.plan.height * zoom) / 2 };
      this.move({ zoom, pan }, moving);
      this.whole = true;
    }

    move(view, moving) {
      this.cy.stop();
      const still = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (moving && !still) this.cy.animate(view, { duration: 260, easing: "ease-out" });
      else this.cy.viewport(view);
    }

    zoomBy(factor) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const centre = this.picked ? this.cy.$id(`n${this.picked.index}`).renderedPosition() : { x: width / 2, y: height / 2 };
      this.whole = false;
      const zoom = Math.max(this.cy.minZoom(), Math.min(this.cy.maxZoom(), this.cy.zoom() * factor));
      const { x, y } = this.cy.pan();
      const rate = zoom / this.cy.zoom();
      this.move({ zoom, pan: { x: centre.x - (centre.x - x) * rate, y: centre.y - (centre.y - y) * rate } }, true);
    }

    // Brings works into sight, and moves nothing where they are.
    reveal(nodes) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const zoom = this.cy.zoom();
      const pan = this.cy.pan();
      const inSight = ({ x, y }) => x * zoom + pan.x > 24 && x * zoom + pan.x < width - 24 && y * zoom + pan.y > TOP + 6 && y * zoom + pan.y < height - 16;
      if (nodes.every(inSight)) return;
      const [x0, x1] = [Math.min(...nodes.map((n) => n.x)), Math.max(...nodes.map((n) => n.x))];
      const [y0, y1] = [Math.min(...nodes.map((n) => n.y)), Math.max(...nodes.map((n) => n.y))];
      const room = [width - 120, height - TOP - 60];
      const near = Math.max(this.cy.minZoom(), Math.min(zoom, room[0] / (x1 - x0 || 1), room[1] / (y1 - y0 || 1)));
      this.whole = false;
      this.move({ zoom: near, pan: { x: width / 2 - ((x0 + x1) / 2) * near, y: (height + TOP) / 2 - ((y0 + y1) / 2) * near } }, true);
    }

    // Walking

    light(nodes, edges) {
      this.lit = new Set(nodes);
      const lines = new Set(edges.map((edge) => edge.id));
      this.cy.batch(() => {
        this.cy.elements().removeClass("lit picked route").addClass("faded");
        for (const node of nodes) this.cy.$id(`n${node.index}`).removeClass("faded");
        for (const id of lines) this.cy.$id(id).removeClass("faded").addClass("lit");
      });
    }

    // An edge that is not drawn stands in another one between the same works.
    drawn(edge) {
      return edge.drawn ? edge : edge.source.edges.find((one) => one.drawn && one.source === edge.source && one.target === edge.target);
    }

    pick(id, look = true) {
      const node = this.model.byId.get(id);
      if (!node) return;
      this.onRoute = null;
      this.picked = node;
      this.light([node, ...here.neighbours(node)], node.edges.filter((edge) => edge.drawn));
      this.cy.$id(`n${node.index}`).addClass("picked");
      const acts = { walk: this.walk, clear: () => this.clear(), from: (one) => this.begin("from", one), to: (one) => this.begin("to", one) };
      this.show(here.about(node, this.model, acts));
      this.live.textContent = `${node.byline}: ${node.label}. ${here.counted(here.neighbours(node).length, "neighbour")}.`;
      if (look) this.reveal([node]);
      this.tell(id);
    }

    tell(id) {
      this.root.dispatchEvent(new CustomEvent("chosen", { detail: id }));
    }

    clear() {
      this.picked = this.lit = this.onRoute = null;
      this.cy.elements().removeClass("faded lit picked route");
      this.show(here.welcome(this.model, this.walk));
      this.live.textContent = "All works.";
      this.tell("");
    }

    togglePath(open = this.pathBar.hidden) {
      this.pathBar.hidden = !open;
      this.pathButton.setAttribute("aria-expanded", String(open));
      if (open) {
        if (this.picked && !this.ends.from) {
          this.ends.from = this.picked; // the chosen work is A
          this.from.show(this.picked);
        }
        (this.ends.from ? this.to : this.from).input.focus();
      }
      else {
        this.ends = { from: null, to: null };
        this.from.show(null);
        this.to.show(null);
        this.clear();
      }
    }

    begin(which, node) {
      this.end(which, node);
      if (this.pathBar.hidden) this.togglePath(true);
    }

    end(which, node) {
      this.ends[which] = node;
      this[which].show(node);
      const { from, to } = this.ends;
      if (from && to) this.path(from.id, to.id);
      else (from ? this.to : this.from).input.focus();
    }

    // A path with its ends in the fields, as a link to it asks.
    between(one, other) {
      const [from, to] = [this.model.byId.get(one), this.model.byId.get(other)];
      if (!from || !to) return;
      this.pathBar.hidden = false;
      this.pathButton.setAttribute("aria-expanded", "true");
      this.ends = { from, to };
      this.from.show(from);
      this.to.show(to);
      this.path(one, other);
    }

    path(one, other) {
      const from = this.model.byId.get(one);
      const to = this.model.byId.get(other);
      if (!from || !to) return null;
      const steps = here.path(from, to);
      const nodes = new Set([from, to, ...(steps ?? []).flatMap((edge) => [edge.source, edge.target])]);
      this.picked = null;
      this.onRoute = nodes;
      const edges = (steps ?? []).map((edge) => this.drawn(edge));
      this.light([...nodes], edges);
      for (const edge of edges) this.cy.$id(edge.id).addClass("route");
      for (const node of [from, to]) this.cy.$id(`n${node.index}`).addClass("picked");
      this.show(here.route(from, to, steps, { walk: this.walk, clear: () => this.togglePath(false) }));
      this.live.textContent = steps ? `A path of ${here.counted(steps.length, "step")}.` : "No path.";
      this.reveal([...nodes]);
      this.root.dispatchEvent(new CustomEvent("route", { detail: [one, other] }));
      return steps?.map((edge) => [edge.source.id, edge.relation, edge.target.id]) ?? null;
    }

    // What the user does

    listen() {
      const nodeOf = (event) => this.model.nodes[Number(event.target.id().slice(1))];
      this.cy.on("tap", "node", (event) => {
        const node = nodeOf(event);
        const open = !this.pathBar.hidden && ["from", "to"].find((which) => !this.ends[which]);
        if (open) this.end(open, node);
        else this.pick(node.id, false);
      });
      this.cy.on("tap", (event) => event.target === this.cy && this.clear());
      this.cy.on("mouseover", "node", (event) => this.hover(nodeOf(event), event));
      this.cy.on("mouseover", "edge", (event) => this.hover(this.model.edges[Number(event.target.id().slice(1))], event));
      this.cy.on("mouseout", "node, edge", () => this.hover(null));
      this.cy.on("dragpan pinchzoom scrollzoom", () => {
        this.whole = false;
        this.hover(null);
      });
      this.stage.addEventListener("pointerleave", () => this.hover(null));
      this.stage.addEventListener("keydown", (event) => this.pressed(event));
      this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.escape());
      this.wheelOnlyInside();
      this.follow();
    }

    // On a page that scrolls the wheel zooms only after a click into the picture.
    wheelOnlyInside() {
      if (document.body.classList.contains("dg-page")) return;
      this.stage.addEventListener("pointerdown", () => this.cy.userZoomingEnabled(true), true);
      this.stage.addEventListener("focus", () => this.cy.userZoomingEnabled(true));
      this.stage.addEventListener("pointerleave", () => this.cy.userZoomingEnabled(false));
    }

    // The window's size and the page's colours.
    follow() {
      const recolour = () => {
        this.colours = here.coloursOf(this.root);
        this.restyle();
        this.ink();
      };
      globalThis.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
      new MutationObserver(recolour).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
      new ResizeObserver(() => {
        this.cy.resize();
        if (this.whole) this.fit(false);
        this.ink();
      }).observe(this.stage);
    }

    hover(what, event) {
      this.cy.nodes(".over").removeClass("over");
      this.hovered = what?.byline ? what : null;
      this.card.hidden = !what;
      this.stage.classList.toggle("dg-pointing", Boolean(what));
      if (this.hovered) this.cy.$id(`n${what.index}`).addClass("over");
      if (what) {
        this.card.replaceChildren(...(what.byline ? this.workCard(what) : this.edgeCard(what)));
        this.settleCard(event.renderedPosition);
      }
      this.ink();
    }

    workCard(node) {
      const topics = (node.topics ?? []).map((topic) => this.model.topics[topic] ?? topic).join(", ");
      return [make("b", {}, node.label), make("span", {}, node.byline), topics && make("span", {}, topics), make("span", {}, `cited by ${here.counted(node.cited, "work")}`)].filter(Boolean);
    }

    edgeCard({ source, target, words, says }) {
      return [make("span", {}, make("b", {}, source.byline), ` ${words.says} `, make("b", {}, target.byline)), says && make("span", {}, says)].filter(Boolean);
    }

    settleCard({ x, y }) {
      const { offsetWidth: wide, offsetHeight: tall } = this.card;
      const { clientWidth: width, clientHeight: height } = this.stage;
      const left = x + 18 + wide > width ? Math.max(4, x - wide - 18) : x + 18;
      const top = Math.min(Math.max(TOP, y + 12), height - tall - 6);
      this.card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }

    pressed(event) {
      if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in ARROWS) this.step(...ARROWS[event.key]);
      else if (event.key === "Enter" && this.picked) this.panel.querySelector("a, button:not(.dg-close)")?.focus();
      else if (event.key === "+" || event.key === "=") this.zoomBy(1.4);
      else if (event.key === "-") this.zoomBy(1 / 1.4);
      else if (event.key === "0") this.fit(true);
      else return;
      event.preventDefault();
    }

    step(dx, dy) {
      if (!this.ranked.length) return;
      const next = this.picked ? here.towards(this.picked, dx, dy) : this.ranked[0];
      if (next) this.pick(next.id);
      else this.live.textContent = "No neighbour lies there.";
    }

    escape() {
      if (!this.pathBar.hidden) this.togglePath(false);
      else if (this.lit) this.clear();
      else return;
      this.stage.focus({ preventScroll: true });
    }
  }

  // Draws behind an element; gives the element with the picture.
  function draw(beside, data) {
    const root = make("section", { class: "dg", "aria-label": "Citation graph" });
    beside.after(root);
    root.graph = new Graph(data, root);
    return root;
  }

  // A page opened from a folder may not be allowed to change its address.
  function keep(values) {
    const address = new URL(location.href);
    for (const name of ["work", "from", "to"]) {
      if (values[name]) address.searchParams.set(name, values[name]);
      else address.searchParams.delete(name);
    }
    try {
      history.replaceState(null, "", address);
    } catch {
      // then it stays as it is
    }
  }

  function start() {
    for (const source of document.querySelectorAll("script.dltheory-graph:not([data-drawn])")) {
      source.setAttribute("data-drawn", "");
      const data = JSON.parse(source.textContent);
      const inAddress = source.hasAttribute("data-address");
      const asked = new URLSearchParams(inAddress ? location.search : "");
      data.focus = asked.get("work") ?? data.focus;
      const root = draw(source, data);
      if (!inAddress) continue;
      root.graph.between(asked.get("from"), asked.get("to"));
      root.addEventListener("chosen", ({ detail }) => keep({ work: detail }));
      root.addEventListener("route", ({ detail: [from, to] }) => keep({ from, to }));
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
