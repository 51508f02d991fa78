// How a picture is drawn: years and lanes below, then lines, then works and topics.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const COLOURS = here.COLOURS;
  const STRIP = 26; // height of the years' strip, in pixels
  const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";
  const HEADS = 500; // no more lines than this have arrow heads
  const ASIDE = 0.3; // how strong lines are that do not concern the work that is shown
  const RINGED = 2.5; // radius from which a work has a ring, in pixels
  const KINDS = {
    cites: { width: 0.9, colour: "edge", opacity: 0.32, head: "vee" },
    builds: { width: 1.5, colour: "builds", opacity: 0.75, head: "triangle" },
    disputes: { width: 1.7, colour: "disputes", opacity: 0.9, head: "bar", dash: [6, 4] },
    other: { width: 1.5, colour: "other", opacity: 0.85, head: "dot", dash: [1.5, 3] },
    flow: { width: 1, colour: "edge", opacity: 0.3 },
  };

  // The colours that graph.css gives to the place where the graph is.
  function coloursOf(root) {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(`--dg-${name}`).trim();
    const names = ["paper", "ink", "soft", "line", "band", "accent", "edge", "builds", "disputes", "other"];
    const found = Object.fromEntries(names.map((name) => [name, of(name)]));
    found.groups = Array.from({ length: COLOURS + 1 }, (_, index) => of(`group-${index}`));
    return found;
  }

  // The factor of sizes at a zoom: once works are well apart, they and their lines grow slower than
  // the room between them.
  function growth(zoom) {
    return zoom <= 1 ? zoom ** 0.85 : zoom ** 0.2;
  }

  // Bands of years and lines above lanes.
  function ground(pen, { plan, zoom, pan, colours, sight }) {
    const top = plan.bandsFrom ? Math.max(sight.top, plan.bandsFrom * zoom + pan.y) : sight.top;
    pen.fillStyle = colours.band;
    plan.years.forEach((year, index) => {
      if (index % 2 === 0) pen.fillRect(year.left * zoom + pan.x, top, year.width * zoom, sight.bottom - top);
    });
    pen.fillStyle = colours.line;
    for (const lane of plan.lanes) {
      const y = Math.round((lane.top - lane.head) * zoom + pan.y);
      if (y > sight.top && y < sight.bottom && lane !== plan.lanes[0]) pen.fillRect(sight.left, y, sight.right - sight.left, 1);
    }
  }

  // The years, in a strip of their own; as many as have room.
  function strip(pen, width, { plan, zoom, pan, colours }) {
    pen.fillStyle = colours.paper;
    pen.fillRect(0, 0, width, STRIP);
    pen.fillStyle = colours.line;
    pen.fillRect(0, STRIP - 1, width, 1);
    pen.font = `500 11.5px ${FONT}`;
    pen.textBaseline = "middle";
    pen.fillStyle = colours.soft;
    if (plan.ends) {
      pen.textAlign = "left";
      pen.fillText(`← ${plan.ends[0]}`, 10, STRIP / 2);
      pen.textAlign = "right";
      pen.fillText(`${plan.ends[1]} →`, width - 10, STRIP / 2);
    }
    pen.textAlign = "center";
    // Wide years first, so that a year of many works keeps its name.
    const taken = [];
    for (const year of plan.years.toSorted((a, b) => b.width - a.width || b.year - a.year)) {
      const x = (year.left + year.width / 2) * zoom + pan.x;
      if (x < 16 || x > width - 16 || taken.some((one) => Math.abs(one - x) < 36)) continue;
      taken.push(x);
      pen.fillText(String(year.year), x, STRIP / 2);
    }
    pen.textAlign = "left";
  }

  // Lines are arcs, the more curved the more level they are, so that they pass by works between.
  // Gives the ends on the rims of both works and the point that bends the arc, in pixels.
  function arc({ source, target }, place) {
    const [a, b] = [place(source), place(target)];
    const [x, y] = [b.x - a.x, b.y - a.y];
    const length = Math.hypot(x, y) || 1;
    const level = (x / length) ** 2;
    const bend = Math.max(-90, Math.min(90, 0.22 * length * level)) * (x < 0 ? 1 : -1);
    const [mx, my] = [(a.x + b.x) / 2 + (-y / length) * bend, (a.y + b.y) / 2 + (x / length) * bend];
    const rim = (end, r) => {
      const far = Math.hypot(mx - end.x, my - end.y) || 1;
      return [end.x + ((mx - end.x) / far) * r, end.y + ((my - end.y) / far) * r];
    };
    return { from: rim(a, a.r), to: rim(b, b.r + 1), mid: [mx, my], source: a, target: b };
  }

  function within({ from, to, mid }, { left, right, top, bottom }) {
    return !(
      Math.max(from[0], to[0], mid[0]) < left ||
      Math.min(from[0], to[0], mid[0]) > right ||
      Math.max(from[1], to[1], mid[1]) < top ||
      Math.min(from[1], to[1], mid[1]) > bottom
    );
  }

  function head(path, shape, { to, mid }, size) {
    const angle = Math.atan2(to[1] - mid[1], to[0] - mid[0]);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const at = (along, aside) => [to[0] - along * c - aside * s, to[1] - along * s + aside * c];
    if (shape === "dot") {
      const [x, y] = at(size / 2, 0);
      path.moveTo(x + size / 2, y);
      path.arc(x, y, size / 2, 0, 2 * Math.PI);
    } else {
      const corners = shape === "bar" ? [at(0, size * 0.7), at(0, -size * 0.7), at(2.5, -size * 0.7), at(2.5, size * 0.7)] : [at(0, 0), at(size, size * 0.45), at(shape === "vee" ? size * 0.6 : size, 0), at(size, -size * 0.45)];
      path.moveTo(...corners[0]);
      for (const corner of corners.slice(1)) path.lineTo(...corner);
      path.closePath();
    }
  }

  // Draws edges; `style(edge)` is {lit?, route?, aside?}. Gives the arcs that are in sight, to be pointed at.
  function lines(pen, edges, { zoom, colours, sight, place, most, style }) {
    const drawn = [];
    const paths = new Map();
    const faint = Math.max(0.4, Math.min(1, 260 / edges.length));
    const thick = Math.max(0.7, Math.min(1.6, growth(zoom)));
    for (const edge of edges) {
      const found = arc(edge, place);
      if (!within(found, sight)) continue;
      drawn.push({ edge, ...found });
      const { lit = false, route = false, aside = false } = style(edge);
      const flow = edge.count ? Math.round(1 + 7 * (edge.count / most)) : 0;
      const name = `${edge.words.kind} ${lit} ${route} ${aside} ${flow}`;
      if (!paths.has(name)) paths.set(name, { kind: edge.words.kind, lit, route, aside, flow, line: new Path2D(), heads: new Path2D() });
      const { line, heads } = paths.get(name);
      line.moveTo(...found.from);
      line.quadraticCurveTo(...found.mid, ...found.to);
      const shape = KINDS[edge.words.kind].head;
      if (shape && edges.length <= HEADS) head(heads, shape, found, (lit ? 7 : 5) * thick);
    }
    for (const { kind, lit, route, aside, flow, line, heads } of [...paths.values()].sort((a, b) => a.lit - b.lit || (a.kind !== "cites") - (b.kind !== "cites"))) {
      const { width, colour, opacity, dash = [] } = KINDS[kind];
      pen.globalAlpha = route ? 1 : lit ? Math.max(0.8, opacity) : opacity * faint * (aside ? ASIDE : 1);
      pen.strokeStyle = pen.fillStyle = route && kind === "cites" ? colours.accent : colours[colour];
      pen.lineWidth = flow || (route ? 3 : lit ? width + 0.5 : width) * thick;
      pen.setLineDash(dash);
      pen.stroke(line);
      pen.fill(heads);
    }
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    return drawn;
  }

  // Draws works and topics; `style(item)` is "", "picked" or "faded". One that is `hidden` is not.
  function dots(pen, items, { colours, sight, place, style, hidden }) {
    const paths = new Map();
    const picked = [];
    for (const item of items) {
      const { x, y, r } = place(item);
      if (x + r < sight.left || x - r > sight.right || y + r < sight.top || y - r > sight.bottom) continue;
      const how = style(item);
      if (how === "faded" && hidden?.(x, y, r)) continue;
      const name = `${item.lane} ${how}`;
      if (!paths.has(name)) paths.set(name, { lane: item.lane, how, path: new Path2D(), rings: new Path2D() });
      const { path, rings } = paths.get(name);
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
      if (isRinged(item, r)) {
        rings.moveTo(x + r * 1.15 + 1.4, y);
        rings.arc(x, y, r * 1.15 + 1.4, 0, 2 * Math.PI);
      }
      if (how === "picked") picked.push([x, y, r]);
    }
    for (const { lane, how, path, rings } of [...paths.values()].sort((a, b) => (b.how === "faded") - (a.how === "faded"))) {
      pen.globalAlpha = how === "faded" ? 0.18 : 1;
      pen.fillStyle = colours.groups[lane];
      pen.fill(path);
      pen.lineWidth = 1;
      pen.strokeStyle = colours.paper;
      pen.stroke(path);
      pen.lineWidth = 1.2;
      pen.strokeStyle = colours.ink;
      pen.stroke(rings);
    }
    pen.globalAlpha = 1;
    for (const [x, y, r] of picked) ring(pen, x, y, r, colours.accent, 3);
  }

  // A work to start with has a ring, unless it is a mere speck.
  function isRinged(item, r) {
    return item.level === "start" && r >= RINGED;
  }

  function ring(pen, x, y, r, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.arc(x, y, r + width / 2, 0, 2 * Math.PI);
    pen.stroke();
  }

  // How far a point is from an arc, in pixels.
  function distance({ from, mid, to }, x, y) {
    let least = Infinity;
    for (let n = 0; n <= 16; n++) {
      const [t, u] = [n / 16, 1 - n / 16];
      const px = u * u * from[0] + 2 * u * t * mid[0] + t * t * to[0];
      const py = u * u * from[1] + 2 * u * t * mid[1] + t * t * to[1];
      least = Math.min(least, Math.hypot(px - x, py - y));
    }
    return least;
  }

  // The middle of an arc.
  function halfway({ from, mid, to }) {
    return [0.25 * from[0] + 0.5 * mid[0] + 0.25 * to[0], 0.25 * from[1] + 0.5 * mid[1] + 0.25 * to[1]];
  }

  Object.assign(here, { coloursOf, growth, ground, strip, lines, dots, ring, isRinged, distance, halfway, STRIP, FONT });
})();
