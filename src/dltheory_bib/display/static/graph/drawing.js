// The picture itself: works and edges drawn by cytoscape, in the colours of the page.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const { COLOURS } = globalThis.dltheoryGraph;
  // cytoscape would add this as a style of its own, which a strict policy forbids; graph.css has it.
  const THEIR_STYLE = "__________cytoscape_stylesheet";

  function withoutTheirStyle() {
    if (document.getElementById(THEIR_STYLE)) return;
    const mark = document.createElement("meta");
    mark.id = THEIR_STYLE;
    document.head.append(mark);
  }

  // The colours that graph.css gives to the place where the graph stands.
  function coloursOf(root) {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(`--dg-${name}`).trim();
    const names = ["paper", "ink", "soft", "line", "band", "accent", "edge", "builds", "disputes", "other"];
    const found = Object.fromEntries(names.map((name) => [name, of(name)]));
    found.groups = Array.from({ length: COLOURS + 1 }, (_, index) => of(`group-${index}`));
    return found;
  }

  // A work's size says how often it is cited here; its area grows with the number.
  function radiusOf(model) {
    const most = Math.max(1, ...model.nodes.map((node) => node.cited));
    return (node) => 5 + 8 * Math.sqrt(node.cited / most);
  }

  function elements(model, radius) {
    const nodes = model.nodes.map((node) => ({
      group: "nodes",
      data: { id: `n${node.index}`, size: 2 * radius(node) },
      position: { x: node.x, y: node.y },
      classes: `g${node.lane} ${node.level === "start" ? "start" : ""}`,
    }));
    const edges = model.edges
      .filter((edge) => edge.drawn)
      .map((edge) => ({
        group: "edges",
        data: {
          id: edge.id,
          source: `n${edge.source.index}`,
          target: `n${edge.target.index}`,
          says: edge.words.says,
          bend: bend(edge),
        },
        classes: edge.words.kind,
      }));
    return [...nodes, ...edges];
  }

  // Edges are arcs, the more curved the more level they lie, so that they pass by works between.
  function bend({ source, target }) {
    const x = target.x - source.x;
    const y = target.y - source.y;
    const length = Math.hypot(x, y) || 1;
    return Math.max(-70, Math.min(70, 0.22 * length * (Math.abs(x) / length) ** 2)) * (x < 0 ? 1 : -1);
  }

  // How large marks are, by the zoom: once works lie well apart, they and their edges grow slower
  // than the room between them. In steps, for every step restyles all.
  function scaleAt(zoom) {
    return zoom <= 1 ? 1 : 1.25 ** (-0.8 * Math.round(Math.log(zoom) / Math.log(1.25)));
  }

  function rule(selector, style) {
    return { selector, style };
  }

  // Where there are many edges, each is fainter: seen from afar they are a texture.
  function edgeRules(colours, many, scale) {
    const faint = Math.max(0.4, Math.min(1, 260 / many));
    const kinds = {
      cites: { width: 0.9, colour: colours.edge, line: "solid", arrow: "vee", head: 0.45, opacity: 0.3 },
      builds: { width: 1.5, colour: colours.builds, line: "solid", arrow: "triangle", head: 0.65, opacity: 0.75 },
      disputes: { width: 1.7, colour: colours.disputes, line: "dashed", arrow: "tee", head: 0.75, opacity: 0.9 },
      other: { width: 1.5, colour: colours.other, line: "dotted", arrow: "circle", head: 0.5, opacity: 0.85 },
    };
    return Object.entries(kinds).map(([kind, { width, colour, line, arrow, head, opacity }]) =>
      rule(`edge.${kind}`, {
        width: width * scale,
        "line-color": colour,
        "line-style": line,
        "target-arrow-color": colour,
        "target-arrow-shape": arrow,
        "arrow-scale": head * scale,
        opacity: opacity * faint,
        "z-index": kind === "cites" ? 1 : 2,
      }),
    );
  }

  function styles(colours, { groups, edges }, scale) {
    return [
      rule("node", {
        width: (node) => node.data("size") * scale,
        height: (node) => node.data("size") * scale,
        "border-width": scale,
        "border-color": colours.paper,
        "overlay-opacity": 0,
        "z-index": 10,
      }),
      ...groups.map((_, lane) => {
        const colour = colours.groups[lane === groups.length - 1 && groups[lane].id === "others" ? COLOURS : lane % COLOURS];
        return rule(`node.g${lane}`, { "background-color": colour });
      }),
      rule("node.start", { "outline-width": 1.4 * scale, "outline-offset": 1.6 * scale, "outline-color": colours.ink }),
      rule("edge", {
        "curve-style": "unbundled-bezier",
        "control-point-distances": "data(bend)",
        "control-point-weights": 0.5,
        "overlay-opacity": 0,
        "font-size": 8.5 * scale,
        color: colours.ink,
        "text-background-color": colours.paper,
        "text-background-opacity": 0.9,
        "text-background-padding": 1.5 * scale,
        "text-rotation": "autorotate",
        "min-zoomed-font-size": 8,
      }),
      ...edgeRules(colours, edges.length, scale),
      rule("node.faded", { opacity: 0.16 }),
      rule("edge.faded", { opacity: 0.04, events: "no" }),
      rule("edge.lit", { opacity: 1, width: 2 * scale }),
      rule("edge.cites.lit", { width: 1.3 * scale, opacity: 0.85, "arrow-scale": 0.8 * scale }),
      rule("edge.cites.route", { "line-color": colours.accent, "target-arrow-color": colours.accent }),
      rule("edge.route", { width: 3 * scale, opacity: 1, "arrow-scale": scale }),
      rule("edge.builds.lit, edge.disputes.lit, edge.other.lit, edge.route", { label: "data(says)" }),
      rule("node.over", { "border-width": 2 * scale, "border-color": colours.accent }),
      rule("node.picked", { "border-width": 3 * scale, "border-color": colours.accent, "z-index": 30 }),
    ];
  }

  Object.assign(globalThis.dltheoryGraph, { withoutTheirStyle, coloursOf, radiusOf, elements, styles, scaleAt });
})();
