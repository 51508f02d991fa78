// The graph: its page around the picture, what is shown, chosen and pointed at.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const { make } = here;
  const TOP = here.STRIP + 6;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const HELP = "Arrow keys go to neighbouring works or topics, Enter to what is said of one, plus and minus zoom, 0 shows all, Escape leaves.";
  const VIEWS = { work: "One work", topics: "Topics", works: "All works" };
  const NARROW = 600; // pixels of a stage
  const SEEN = 120; // pixels of the panel that are in sight at least
  const FEW_TOPICS = 3; // with fewer the topics are no overview
  const MANY_WORKS = 600; // with more the topics are shown first
  const MANY_EDGES = 1500; // with more, lines are drawn only of what one points at or chooses
  const NEAR = 1; // zoom from which stated relations are drawn even so

  class Graph {
    // `asked` is what to begin with, as `go` takes it; without it, what suits the data, or, with
    // `seedFirst`, one work.
    constructor(data, root, { seedFirst = false, asked = {} } = {}) {
      this.model = here.read(data);
      this.root = root;
      this.topics = here.topicsOf(this.model);
      for (const topic of this.topics.values()) topic.colour = this.colourOf(topic.lane);
      this.opened = new Set();
      this.ends = { from: null, to: null };
      this.picked = this.seed = this.topic = this.lit = this.onRoute = this.hovered = null;
      this.furnish();
      this.draw();
      const many = this.model.nodes.length > MANY_WORKS && this.hasTopics;
      this.first = this.model.nodes.length === 0 ? "works" : seedFirst || data.focus ? "work" : many ? "topics" : "works";
      this.focus = this.model.byId.get(data.focus) ?? here.firstOf(this.model);
      this.go(asked, false);
      this.follow();
    }

    get hasTopics() {
      return this.topics.size >= FEW_TOPICS;
    }

    walk = (node) => this.pick(node.id);

    // The page around the picture

    furnish() {
      const suggest = (typed) => here.find(this.model, typed);
      const search = here.chooser("Find a work", suggest, (node) => (this.view === "works" ? this.pick(node.id) : this.see(node)));
      this.from = here.chooser("From", suggest, (node) => this.end("from", node));
      this.to = here.chooser("To", suggest, (node) => this.end("to", node));
      this.pathBar = make("div", { class: "dg-path", hidden: true, role: "group", "aria-label": "Path between two works" }, this.from.box, make("span", { "aria-hidden": "true" }, "→"), this.to.box);
      this.pathButton = this.button("Path from A to B", () => this.togglePath(), { "aria-expanded": "false" });
      this.views = new Map(
        Object.entries(VIEWS)
          .filter(([view]) => view !== "topics" || this.hasTopics)
          .map(([view, label]) => [view, this.button(label, () => this.go({ view, work: view === "work" ? (this.picked ?? this.seed ?? this.focus)?.id : null }), { "aria-pressed": "false" })]),
      );
      this.stage = make("div", { class: "dg-stage", tabindex: "0", role: "application", "aria-roledescription": "citation graph" });
      this.card = make("div", { class: "dg-card", hidden: true, "aria-hidden": "true" });
      this.panel = make("section", { class: "dg-panel", "aria-label": "The chosen work" });
      this.live = make("div", { class: "dg-unseen", "aria-live": "polite" });
      const group = (label, ...inside) => make("div", { class: "dg-group", role: "group", "aria-label": label }, ...inside);
      const zooms = group("Zoom", this.button("−", () => this.zoomBy(1 / 1.4), { "aria-label": "Zoom out" }), this.button("+", () => this.zoomBy(1.4), { "aria-label": "Zoom in" }), this.button("Show all", () => this.fit(true)));
      this.body = make("div", { class: "dg-body" }, make("div", { class: "dg-left" }, this.stage, here.legend(this.model, (lane) => this.colourOf(lane))), this.panel);
      this.root.append(
        make("div", { class: "dg-bar" }, this.model.title && make("p", { class: "dg-name" }, this.model.title), search.box, group("View", ...this.views.values()), this.pathButton, zooms),
        this.pathBar,
        this.body,
        here.list(this.model, this.walk),
        this.live,
      );
    }

    button(label, act, attributes = {}) {
      return make("button", { type: "button", onclick: act, ...attributes }, label);
    }

    colourOf(lane) {
      return this.model.groups[lane].id === "others" ? here.COLOURS : lane % here.COLOURS;
    }

    show(parts, chosen) {
      this.panel.replaceChildren(...parts);
      this.panel.scrollTop = 0;
      this.root.classList.toggle("dg-chosen", chosen);
    }

    // What is shown

    // Shows a view; what is not known there is left out.
    go({ view, work, open, from, to }, tell = true) {
      const node = this.model.byId.get(work);
      const way = [from, to].map((id) => this.model.byId.get(id));
      this.closePath();
      if (open) this.opened = new Set(open.filter((id) => this.topics.has(id)));
      const known = this.views.has(view) ? view : null;
      const wanted = known ?? (node ? "work" : this.first);
      if (way.every(Boolean)) {
        if (wanted === "works" || this.first === "works") this.turn("works");
        else Object.assign(this, { view: "path", seed: null });
        this.openPath(...way);
        this.path(from, to);
        return;
      }
      this.turn(wanted, node ?? this.focus);
      if (wanted === "work") this.tellOf(this.seed);
      else if (node) this.pick(node.id);
      else {
        const topic = wanted === "topics" && open?.length === 1 ? this.topics.get(open[0]) : null;
        this.lookAt(topic);
      }
      if (tell) this.tell();
    }

    // Another view, with nothing chosen.
    turn(view, seed) {
      this.seed = view === "work" ? seed : null;
      this.picked = this.seed;
      this.lit = this.onRoute = this.topic = null;
      this.view = view;
      this.arrange();
    }

    arrange() {
      this.root.dataset.view = this.view;
      const { clientWidth, clientHeight } = this.stage;
      const [wide, high] = [clientWidth || 900, (clientHeight || 600) - TOP - 8];
      for (const node of this.model.nodes) node.x = node.y = undefined;
      const make = {
        work: () => here.surroundings(this.model, this.seed, wide, high),
        topics: () => here.topicPicture(this.model, this.topics, this.opened, wide, high),
        works: () => here.everyWork(this.model, wide, high),
        path: () => here.wayPicture(this.model, [...this.onRoute], wide, high),
      };
      this.picture = make[this.view]();
      this.arrangedFor = wide;
      this.size = `${clientWidth} ${clientHeight}`;
      this.shown = new Set(this.picture.items);
      this.most = Math.max(1, ...this.picture.edges.map((edge) => edge.count ?? 0));
      this.stated = this.picture.edges.filter((edge) => edge.words.kind !== "cites");
      for (const [view, button] of this.views) button.setAttribute("aria-pressed", String(view === this.view));
      this.stage.setAttribute("aria-label", `${here.summary(this.model)} ${HELP}`);
      this.scene.extent = this.picture.plan;
      this.scene.drawn = null;
      this.hover(null);
      this.fit(false);
    }

    // One work in its surroundings.
    see(node) {
      this.go({ work: node.id, view: "work" });
    }

    // On a phone the panel is below the picture: both are brought into sight.
    bringPanel() {
      const { top } = this.panel.getBoundingClientRect();
      if (top > globalThis.innerHeight - SEEN || top < 0) this.body.scrollIntoView({ block: "start" });
    }

    // The panel and the words of a chosen work.
    tellOf(node) {
      const acts = {
        walk: this.walk,
        clear: () => this.clear(),
        from: (one) => this.begin("from", one),
        to: (one) => this.begin("to", one),
        see: this.view === "work" ? null : (one) => this.see(one),
      };
      this.show(here.about(node, this.model, acts), true);
      this.bringPanel();
      this.live.textContent = `${node.byline}: ${node.label}. ${here.counted(here.neighbours(node).length, "neighbour")}.`;
    }

    // A topic, or what the view is.
    lookAt(topic) {
      this.topic = topic;
      const open = (one) => this.expand(one);
      if (topic) {
        const acts = { walk: this.walk, open, close: (one) => this.collapse(one), leave: () => this.lookAt(null) };
        this.show(here.aboutTopic(topic, this.opened.has(topic.id), acts), true);
        this.bringPanel();
        this.live.textContent = `${topic.label}: ${here.counted(topic.works.length, "work")}.`;
      } else {
        this.show(this.view === "topics" ? here.welcomeTopics(this.topics, open) : here.welcome(this.model, this.walk), false);
        this.live.textContent = this.view === "topics" ? here.counted(this.topics.size, "topic") : "All works.";
      }
    }

    expand(topic) {
      if (!this.opened.has(topic.id) || this.view !== "topics") {
        this.opened.add(topic.id);
        this.turn("topics");
      }
      this.lookAt(topic);
      this.tell();
    }

    collapse(topic) {
      this.opened.delete(topic.id);
      this.turn("topics");
      this.lookAt(topic);
      this.tell();
    }

    // What a link to this picture has: only what differs from its beginning.
    get state() {
      if (this.onRoute) {
        const [from, to] = this.way;
        return { from, to, view: this.view === "works" && this.first !== "works" ? "works" : null };
      }
      if (this.view === "work") return { work: this.seed?.id };
      const open = this.view === "topics" ? [...this.opened].join(",") : null;
      return { view: this.view, open, work: this.picked?.id };
    }

    tell() {
      this.root.dispatchEvent(new CustomEvent("changed", { detail: this.state }));
    }

    // The picture

    draw() {
      this.colours = here.coloursOf(this.root);
      const paint = { main: (pen, frame) => this.paint(pen, frame), strip: (pen, width) => here.strip(pen, width, { plan: this.picture.plan, colours: this.colours, zoom: this.scene.zoom, pan: this.scene.pan }) };
      const act = {
        click: (x, y) => this.click(x, y),
        hover: (x, y) => this.point(x, y),
        moved: () => this.moved(),
      };
      this.scene = new here.Scene(this.stage, paint, act);
      this.scene.wheels = document.body.classList.contains("dg-page");
      this.stage.append(this.card);
      this.listen();
    }

    paint(pen, size) {
      const { zoom, pan } = size;
      const grow = here.growth(zoom);
      const place = (item) => ({ x: item.x * zoom + pan.x, y: item.y * zoom + pan.y, r: item.r * grow });
      const style = (item) => (item === this.picked || this.ends2?.has(item) ? "picked" : this.lit && !this.lit.items.has(item) ? "faded" : "");
      const frame = { ...size, plan: this.picture.plan, colours: this.shades, place, style, most: this.most };
      here.ground(pen, frame);
      const edges = this.edgesAt(zoom);
      const lines = (edge) => ({
        lit: Boolean(this.lit),
        route: this.steps?.has(edge),
        aside: this.seed !== null && edge.source !== this.seed && edge.target !== this.seed,
      });
      this.arcs = here.lines(pen, edges, { ...frame, style: lines });
      const words = this.lit ? this.arcs.filter(({ edge }) => edge.words.kind !== "cites" && !edge.count).map((arc) => ({ text: arc.edge.words.says, at: here.halfway(arc) })) : [];
      this.written = here.names(this.ordered(), frame, { loud: (item) => item === this.picked || Boolean(this.onRoute?.has(item)), words });
      const under = (x, y, r) => this.written.some(({ box }) => x + r > box[0] && x - r < box[2] && y + r > box[1] && y - r < box[3]);
      here.dots(pen, this.picture.items, { ...frame, hidden: under });
      here.write(pen, this.written, frame.colours);
    }

    // Thousands of lines are a cloud: from afar none is drawn but those of the chosen work, nearer
    // those that somebody stated in words.
    edgesAt(zoom) {
      if (this.lit) return this.lit.edges;
      if (this.picture.edges.length <= MANY_EDGES) return this.picture.edges;
      return zoom < NEAR ? [] : this.stated;
    }

    // The colours by lane.
    get shades() {
      const groups = this.model.groups.map((_, lane) => this.colours.groups[this.colourOf(lane)]);
      return { ...this.colours, groups };
    }

    // In the order in which they get names.
    ordered() {
      const { items } = this.picture;
      return this.picked && this.shown.has(this.picked) ? [this.picked, ...items.filter((item) => item !== this.picked)] : items;
    }

    // Where a work is on the stage, in pixels; null if it is not in the picture.
    at(id) {
      const item = this.model.byId.get(id) ?? this.topics.get(id);
      return this.shown.has(item) ? this.spot(item) : null;
    }

    spot(item) {
      const { zoom, pan } = this.scene;
      return { x: item.x * zoom + pan.x, y: item.y * zoom + pan.y, r: item.r * here.growth(zoom) };
    }

    fit(moving) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const { plan } = this.picture;
      if (!width || !plan.width) {
        this.scene.repaint();
        return;
      }
      const whole = Math.min(width / plan.width, (height - TOP - 8) / plan.height, this.view === "works" ? 2.2 : 1);
      // On a phone the topics would be without names: one sees the upper ones, and drags.
      const narrow = !moving && this.view === "topics" && width < NARROW;
      const zoom = narrow ? Math.min(1, width / plan.width) : whole;
      this.scene.least = whole * 0.8;
      this.scene.most = Math.max(4, zoom * 6);
      const across = (width - plan.width * zoom) / 2;
      const down = Math.max(0, (height - TOP - 8 - plan.height * zoom) / (this.view === "works" ? 2 : 3));
      // Of a picture higher than the stage the expanded topics are shown.
      const over = Math.max(0, plan.height * zoom - (height - TOP - 8));
      const up = narrow && plan.lanes.length ? Math.min(plan.bandsFrom * zoom, over) : 0;
      this.scene.go(zoom, { x: across, y: TOP + down - up }, moving);
      this.whole = true;
    }

    moved() {
      this.whole = false;
      if (this.hovered) this.hover(null);
    }

    zoomBy(factor) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const centre = this.picked && this.shown.has(this.picked) ? this.spot(this.picked) : { x: width / 2, y: height / 2 };
      this.whole = false;
      this.scene.go(...this.scene.around(factor, centre.x, centre.y), true);
    }

    // Brings works into sight, and moves nothing where they are.
    reveal(items) {
      const { clientWidth: width, clientHeight: height } = this.stage;
      const { zoom, least } = this.scene;
      const inSight = (item) => {
        const { x, y } = this.spot(item);
        return x > 12 && x < width - 12 && y > TOP && y < height - 8;
      };
      if (items.every(inSight)) return;
      const [x0, x1] = [Math.min(...items.map((n) => n.x)), Math.max(...items.map((n) => n.x))];
      const [y0, y1] = [Math.min(...items.map((n) => n.y)), Math.max(...items.map((n) => n.y))];
      this.whole = false;
      const near = Math.max(least, Math.min(zoom, (width - 120) / (x1 - x0 || 1), (height - TOP - 60) / (y1 - y0 || 1)));
      this.scene.go(near, { x: width / 2 - ((x0 + x1) / 2) * near, y: (height + TOP) / 2 - ((y0 + y1) / 2) * near }, true);
    }

    // Walking

    light(items, edges) {
      this.lit = { items: new Set(items), edges };
      this.scene.repaint();
    }

    // An edge that is not drawn is in another one between the same works.
    drawn(edge) {
      return edge.drawn ? edge : edge.source.edges.find((one) => one.drawn && one.source === edge.source && one.target === edge.target);
    }

    // What an item has lines to in this picture, and these lines.
    joined(item) {
      const lines = this.picture.lines?.filter((line) => line.source === item || line.target === item) ?? [];
      const own = item.isTopic ? [] : item.edges.filter((edge) => edge.drawn && this.shown.has(edge.source) && this.shown.has(edge.target));
      const edges = [...lines, ...own];
      return { edges, items: [...new Set(edges.flatMap((edge) => [edge.source, edge.target]))] };
    }

    pick(id, look = true) {
      const node = this.model.byId.get(id);
      if (!node) return;
      if (this.view === "work" || this.view === "path") {
        this.see(node);
        return;
      }
      if (!this.shown.has(node)) {
        this.opened.add(node.topic.id);
        this.turn("topics");
      }
      this.leaveRoute();
      this.picked = node;
      const { items, edges } = this.joined(node);
      this.light([node, ...items], edges);
      this.tellOf(node);
      if (look) this.reveal([node]);
      this.tell();
    }

    // Back to all works, or from one work to the field.
    clear() {
      const alone = this.view === "work" || this.view === "path";
      if (alone) this.go({ view: this.hasTopics ? "topics" : "works" });
      else {
        this.leaveRoute();
        this.picked = this.lit = null;
        this.scene.repaint();
        this.lookAt(null);
        this.tell();
      }
    }

    leaveRoute() {
      this.onRoute = this.steps = this.ends2 = this.way = null;
    }

    togglePath(open = this.pathBar.hidden) {
      if (!open) {
        const back = this.view === "path" ? this.ends.from : null;
        this.closePath();
        if (back) this.see(back);
        else if (this.view !== "work") this.clear();
        return;
      }
      this.openPath(this.ends.from ?? this.picked, this.ends.to); // the chosen work is A
      (this.ends.from ? this.to : this.from).input.focus();
    }

    openPath(from, to) {
      this.pathBar.hidden = false;
      this.pathButton.setAttribute("aria-expanded", "true");
      this.ends = { from: from ?? null, to: to ?? null };
      this.from.show(this.ends.from);
      this.to.show(this.ends.to);
    }

    closePath() {
      this.pathBar.hidden = true;
      this.pathButton.setAttribute("aria-expanded", "false");
      this.ends = { from: null, to: null };
      this.from.show(null);
      this.to.show(null);
      this.leaveRoute();
    }

    begin(which, node) {
      this.openPath(this.ends.from, this.ends.to);
      this.end(which, node);
    }

    end(which, node) {
      this.ends[which] = node;
      this[which].show(node);
      const { from, to } = this.ends;
      if (from && to) this.path(from.id, to.id);
      else (from ? this.to : this.from).input.focus();
    }

    path(one, other) {
      const from = this.model.byId.get(one);
      const to = this.model.byId.get(other);
      if (!from || !to) return null;
      const steps = here.path(from, to);
      this.onRoute = new Set([from]);
      for (const edge of steps ?? []) this.onRoute.add(edge.source).add(edge.target); // one is there
      this.onRoute.add(to);
      this.way = [one, other];
      this.ends2 = new Set([from, to]);
      this.picked = this.topic = null;
      const edges = (steps ?? []).map((edge) => this.drawn(edge));
      this.steps = new Set(edges);
      if (this.view !== "works") {
        this.view = "path";
        this.lit = null;
        this.arrange();
      }
      this.light([...this.onRoute], edges);
      this.show(here.route(from, to, steps, this.model, { walk: this.walk, clear: () => this.togglePath(false) }), true);
      this.live.textContent = steps ? `A path of ${here.counted(steps.length, "step")}.` : "No path.";
      this.reveal([...this.onRoute]);
      this.tell();
      return steps?.map((edge) => [edge.source.id, edge.relation, edge.target.id]) ?? null;
    }

    // What the user does

    listen() {
      this.stage.addEventListener("keydown", (event) => this.pressed(event));
      this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.escape());
      // On a page that scrolls the wheel zooms only after a click into the picture.
      if (document.body.classList.contains("dg-page")) return;
      this.stage.addEventListener("pointerdown", () => (this.scene.wheels = true), true);
      this.stage.addEventListener("focus", () => (this.scene.wheels = true));
      this.stage.addEventListener("pointerleave", () => (this.scene.wheels = false));
    }

    // The window's size and the page's colours.
    follow() {
      const shade = here.shadeOf(this.root);
      const recolour = () => {
        shade();
        this.colours = here.coloursOf(this.root);
        this.scene.repaint();
      };
      for (const media of ["(prefers-color-scheme: dark)", "print"]) {
        globalThis.matchMedia(media).addEventListener("change", recolour); // paper is always light
      }
      new MutationObserver(recolour).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
      new ResizeObserver(() => {
        const size = `${this.stage.clientWidth} ${this.stage.clientHeight}`;
        if (size === this.size) return;
        this.size = size;
        // A picture of all works keeps its places; the others are made for the stage.
        if (this.view !== "works" && Math.abs(this.stage.clientWidth - this.arrangedFor) > 4) this.arrange();
        else if (this.whole) this.fit(false);
        else this.scene.repaint();
      }).observe(this.stage);
    }

    // What is at a point of the stage: a work, a topic or a line.
    under(x, y) {
      let found = null;
      let least = Infinity;
      for (const item of this.picture.items) {
        const at = this.spot(item);
        const far = Math.hypot(at.x - x, at.y - y) - at.r;
        if (far < Math.min(least, Math.max(3, 9 - at.r))) [found, least] = [item, far];
      }
      if (found) return found;
      const name = this.written.find(({ item, box }) => item && x > box[0] && x < box[2] && y > box[1] && y < box[3]);
      if (name) return name.item;
      return this.scene.isStill ? (this.arcs.find((arc) => here.distance(arc, x, y) < 4)?.edge ?? null) : null;
    }

    click(x, y) {
      const found = this.under(x, y);
      if (!found || found.words) {
        if (!found && (this.lit || this.topic)) this.clear();
      } else if (found.isTopic) this.expand(found);
      else {
        const open = !this.pathBar.hidden && ["from", "to"].find((which) => !this.ends[which]);
        if (open) this.end(open, found);
        else this.pick(found.id, false);
      }
    }

    point(x, y) {
      if (x === null || y < here.STRIP) this.hover(null);
      else {
        const found = this.under(x, y);
        if (found !== this.hovered) this.hover(found, x, y);
        else if (found) this.settleCard(x, y);
      }
    }

    hover(what, x, y) {
      if (!what && !this.hovered) return;
      this.hovered = what;
      this.card.hidden = !what;
      this.stage.classList.toggle("dg-pointing", Boolean(what && !what.words));
      this.scene.over(what && !what.words ? (pen) => this.paintHovered(pen, what) : null);
      if (!what) return;
      this.card.replaceChildren(...here.cardOf(what, this.model));
      this.settleCard(x, y);
    }

    // Its ring, and the lines that are not drawn else.
    paintHovered(pen, item) {
      const { zoom, pan, width, height } = this.scene;
      if (!this.lit) {
        const { edges } = this.joined(item);
        const sight = { left: 0, top: here.STRIP, right: width, bottom: height };
        here.lines(pen, edges, { zoom, pan, sight, colours: this.shades, most: this.most, place: (one) => this.spot(one), style: () => ({ lit: true }) });
      }
      const { x, y, r } = this.spot(item);
      here.ring(pen, x, y, r, this.colours.accent, 2);
    }

    settleCard(x, y) {
      const { offsetWidth: wide, offsetHeight: tall } = this.card;
      const { clientWidth: width, clientHeight: height } = this.stage;
      const left = x + 18 + wide > width ? Math.max(4, x - wide - 18) : x + 18;
      const top = Math.min(Math.max(TOP, y + 12), height - tall - 6);
      this.card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }

    pressed(event) {
      if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in ARROWS) this.step(...ARROWS[event.key]);
      else if (event.key === "Enter" && (this.picked || this.topic)) this.panel.querySelector("a, button:not(.dg-close)")?.focus();
      else if (event.key === "+" || event.key === "=") this.zoomBy(1.4);
      else if (event.key === "-") this.zoomBy(1 / 1.4);
      else if (event.key === "0") this.fit(true);
      else return;
      event.preventDefault();
    }

    step(dx, dy) {
      const at = this.picked ?? (this.view === "topics" ? this.topic : null);
      const items = this.picture.items;
      if (!items.length) return;
      const around = !at ? items : at.isTopic ? items.filter((item) => item.isTopic) : this.joined(at).items;
      const next = at && this.shown.has(at) ? here.towards(at, around, dx, dy) : items[0];
      if (!next) this.live.textContent = "No neighbour lies there.";
      else if (next.isTopic) {
        this.lookAt(next);
        this.scene.over((pen) => this.paintHovered(pen, next));
      } else this.pick(next.id);
    }

    escape() {
      const alone = this.view === "work" || this.view === "path";
      if (!this.pathBar.hidden) this.togglePath(false);
      else if (this.lit || this.topic || alone) this.clear();
      else return;
      this.stage.focus({ preventScroll: true });
    }
  }

  here.Graph = Graph;
})();
