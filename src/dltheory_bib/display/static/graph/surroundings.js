// One work with its surroundings: its neighbours, the works before it and those after it.
//
// The neighbourhood of a work is the work and all that a citation or relation joins to it. Prior
// works are those, up to its year, that most of the neighbourhood cite; derivative works are those,
// from its year on, that cite most of the neighbourhood.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const LISTED = 10; // prior works, and derivative works
  const LEAST = 2; // works of the neighbourhood that cite one, or are cited
  const ROW = 19; // height of a row, in pixels, and its most
  const TALL = 34;
  const SIDE = 12; // left and right of all
  const AIR = 12; // between a name and the next work
  const NARROW = 600;

  function joined(node, ends) {
    const [end, start] = ends;
    return node.edges.filter((edge) => edge.relation === "cites" && edge[start] === node).map((edge) => edge[end]);
  }

  // The works with most citations from the zone, or to it: [[work, number]].
  function counted(zone, ends, fits) {
    const counts = new Map();
    for (const node of zone) for (const one of joined(node, ends)) counts.set(one, (counts.get(one) ?? 0) + 1);
    return [...counts]
      .filter(([node, count]) => count >= LEAST && fits(node))
      .sort((a, b) => b[1] - a[1] || here.byWeight(a[0], b[0]))
      .slice(0, LISTED);
  }

  function around(seed) {
    const near = here.neighbours(seed);
    const zone = new Set([seed, ...near]);
    return {
      near,
      prior: counted(zone, ["target", "source"], (node) => node !== seed && node.year <= seed.year),
      derivative: counted(zone, ["source", "target"], (node) => node !== seed && node.year >= seed.year),
    };
  }

  // Neighbours in order: those joined by a stated relation, then those with most links to others.
  function ranked(seed, near) {
    const zone = new Set([seed, ...near]);
    const weight = (node) => {
      const stated = node.edges.some((edge) => edge.words.kind !== "cites" && here.other(edge, node) === seed);
      return (stated ? 1e6 : 0) + here.neighbours(node).filter((one) => zone.has(one)).length;
    };
    const weights = new Map(near.map((node) => [node, weight(node)]));
    return near.toSorted((a, b) => weights.get(b) - weights.get(a) || here.byWeight(a, b));
  }

  // Rows of a band, so that no name is on a work or another name; gives their number.
  function rowsOf(band, xOf, wide) {
    const rows = [];
    for (const node of band.nodes) {
      const x = xOf(node);
      const name = here.measured(here.NAME_FONT, node.short) + AIR;
      const right = [x - node.r - AIR / 2, x + node.r + name];
      const left = [x - node.r - name, x + node.r + AIR / 2];
      const sides = [right, left].filter(([from, to]) => from >= 0 && to <= wide);
      const spans = sides.length ? sides : [right];
      let row = 0;
      let span = null;
      for (; !span; row++) {
        rows[row] ??= [];
        span = spans.find((one) => rows[row].every((taken) => one[1] < taken[0] || one[0] > taken[1])) ?? null;
        if (span) rows[row].push(span);
      }
      node.x = x;
      node.row = row - 1;
    }
    return rows.length;
  }

  // Bands of works below each other, years from left to right.
  function banded(bands, wide, high) {
    const filled = bands.filter((band) => band.nodes.length);
    const years = [...new Set(filled.flatMap((band) => band.nodes.map((node) => node.year)))].sort((a, b) => a - b);
    const column = (wide - 2 * SIDE) / Math.max(1, years.length);
    const xOf = (node) => SIDE + (years.indexOf(node.year) + 0.32) * column;
    const counts = filled.map((band) => rowsOf(band, xOf, wide));
    const rows = counts.reduce((a, b) => a + b, 0);
    const head = here.HEAD + 4;
    const row = Math.max(ROW, Math.min(TALL, (high - filled.length * head) / Math.max(1, rows)));
    let y = 0;
    const lanes = filled.map((band, n) => {
      const top = y + head;
      // In the band of the work itself the first row is the middle one.
      const middle = Math.floor((counts[n] - 1) / 2);
      for (const node of band.nodes) {
        const place = band.centred ? middle + (node.row % 2 ? 1 : -1) * Math.ceil(node.row / 2) : node.row;
        node.y = top + (place + 0.5) * row;
      }
      y = top + counts[n] * row;
      return { label: band.label, top, height: counts[n] * row, head };
    });
    const plan = {
      years: years.map((year, n) => ({ year, left: SIDE + n * column, width: column })),
      lanes,
      width: wide,
      height: Math.max(y, 1),
    };
    return { plan, items: filled.flatMap((band) => band.nodes), fits: y <= high + 1 };
  }

  function sized(model, nodes) {
    for (const node of nodes) node.r = 4 + 4.5 * Math.sqrt(node.cited / model.most);
  }

  function among(model, items) {
    const shown = new Set(items);
    return model.edges.filter((edge) => edge.drawn && shown.has(edge.source) && shown.has(edge.target));
  }

  // The picture of a work and its surroundings, as many of them as have room.
  function surroundings(model, seed, wide, high) {
    const { near, prior, derivative } = around(seed);
    const listed = wide < NARROW ? LISTED / 2 : LISTED;
    const before = prior.slice(0, listed).map(([node]) => node);
    const after = derivative.slice(0, listed).map(([node]) => node).filter((node) => !before.includes(node));
    const rest = ranked(seed, near).filter((node) => !before.includes(node) && !after.includes(node));
    sized(model, [seed, ...before, ...after, ...rest]);
    seed.r = 9;
    let made = null;
    for (let count = Math.min(rest.length, 40); !made?.fits && count >= 0; count -= count > 12 || count < 4 ? 4 : 3) {
      const neighbours = rest.slice(0, count);
      const bands = [
        { label: "Prior works, cited most by these", nodes: before },
        { label: rest.length > count ? `The work and ${count} of its ${near.length} neighbours; the list has all` : "The work and its neighbours", nodes: [seed, ...neighbours], centred: true },
        { label: "Derivative works, citing most of these", nodes: after },
      ];
      made = banded(bands, wide, high);
    }
    const items = [seed, ...made.items.filter((node) => node !== seed)];
    return { view: "work", seed, items, edges: among(model, items), plan: made.plan };
  }

  // Only the works of a path, in its order from top to bottom, where the picture lacks some.
  function wayPicture(model, nodes, wide, high) {
    sized(model, nodes);
    const { plan } = banded([{ label: "The path", nodes }], wide, high);
    const [lane] = plan.lanes;
    const row = Math.min(2 * TALL, (high - lane.head) / nodes.length);
    for (const [n, node] of nodes.entries()) node.y = lane.head + (n + 0.5) * row;
    plan.height = lane.height = lane.head + nodes.length * row;
    return { view: "path", items: nodes, edges: among(model, nodes), plan };
  }

  Object.assign(here, { around, surroundings, wayPicture });
})();
