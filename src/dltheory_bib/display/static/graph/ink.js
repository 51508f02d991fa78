// What is drawn besides the works: years and lanes below them, names above them.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const STRIP = 26; // height of the years' strip, in pixels
  const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";
  const NAME = 11.5;
  const TITLES = 1.75; // from this zoom on a name has its title below it
  const LINE = 13; // height of a line, and room at its ends
  const ROOM = 5;
  const UNCOVERED = 120; // works that no name covers
  const CERTAIN = 30; // works that have a name wherever there is room for one
  const MOST = 46; // characters of a title

  // A canvas over the whole stage, sharp on any screen; `draw` gets it cleared.
  function layer(stage, name) {
    const canvas = document.createElement("canvas");
    canvas.className = `dg-layer ${name}`;
    canvas.setAttribute("aria-hidden", "true");
    stage.append(canvas);
    const pen = canvas.getContext("2d");
    return (draw) => {
      const { clientWidth: width, clientHeight: height } = stage;
      const ratio = globalThis.devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      draw(pen, width, height);
    };
  }

  // Bands of years and lines between lanes.
  function ground(pen, width, height, { plan, zoom, pan, colours }) {
    plan.years.forEach((year, index) => {
      if (index % 2) return;
      pen.fillStyle = colours.band;
      pen.fillRect(year.left * zoom + pan.x, STRIP, year.width * zoom, height);
    });
    pen.fillStyle = colours.line;
    for (const lane of plan.lanes) {
      const top = (lane.top - 0.35 * globalThis.dltheoryGraph.STEP) * zoom + pan.y;
      if (top > STRIP && top < height) pen.fillRect(0, Math.round(top), width, 1);
    }
  }

  // The lanes' names, which stay in sight at the left; gives where they stand.
  function lanes(pen, height, { plan, zoom, pan, colours }) {
    pen.font = `650 11.5px ${FONT}`;
    pen.textBaseline = "middle";
    const taken = [];
    let last = -Infinity;
    for (const lane of plan.lanes) {
      const top = lane.top * zoom + pan.y;
      const foot = top + lane.height * zoom;
      if (top > height || foot < STRIP) continue;
      const y = Math.min(Math.max(top + 3, STRIP + 11), foot - 2);
      if (y - last < 15) continue;
      last = y;
      pen.fillStyle = colours.groups[lane.lane];
      pen.fillRect(8, y - 4.5, 9, 9);
      written(pen, lane.label, 22, y, colours.soft, colours.paper);
      taken.push([4, y - 8, 26 + measured(pen, lane.label), y + 8]);
    }
    return taken;
  }

  // The years, in a strip that covers what is under it; as many as have room.
  function years(pen, width, { plan, zoom, pan, colours }) {
    pen.fillStyle = colours.paper;
    pen.fillRect(0, 0, width, STRIP);
    pen.fillStyle = colours.line;
    pen.fillRect(0, STRIP - 1, width, 1);
    pen.font = `500 11.5px ${FONT}`;
    pen.textBaseline = "middle";
    pen.textAlign = "center";
    const room = 36;
    const middle = (year) => (year.left + year.width / 2) * zoom + pan.x;
    // Wide years first, so that a year of many works keeps its name.
    const taken = [];
    for (const year of plan.years.toSorted((a, b) => b.width - a.width || b.year - a.year)) {
      const x = middle(year);
      if (x < 16 || x > width - 16 || taken.some((one) => Math.abs(one - x) < room)) continue;
      taken.push(x);
      pen.fillStyle = colours.soft;
      pen.fillText(String(year.year), x, STRIP / 2);
    }
    pen.textAlign = "left";
  }

  function written(pen, text, x, y, ink, paper) {
    pen.lineJoin = "round";
    pen.lineWidth = 3.5;
    pen.strokeStyle = paper;
    pen.strokeText(text, x, y);
    pen.fillStyle = ink;
    pen.fillText(text, x, y);
  }

  function shortened(text) {
    return text.length > MOST ? `${text.slice(0, MOST - 1).trimEnd()}…` : text;
  }

  // Names in order of weight, each where no other stands: right of its work, left, below, above.
  // `taken` are the places that are not free; `stands` says how a work is named: "loud", "plain",
  // "quiet", or "" for not at all.
  function names(pen, width, height, { ranked, zoom, pan, colours, radius, stands, taken }) {
    pen.textBaseline = "middle";
    const clear = (box, one) => box[0] > one[2] || box[2] < one[0] || box[1] > one[3] || box[3] < one[1];
    // A name does not cover a weighty work, but for the names of the weightiest.
    const circles = ranked.slice(0, UNCOVERED).map((node) => {
      const [x, y, r] = [node.x * zoom + pan.x, node.y * zoom + pan.y, radius(node) * zoom];
      return { node, box: [x - r, y - r, x + r, y + r] };
    });
    const free = (box) => taken.every((one) => clear(box, one));
    const open = (box, node) => free(box) && circles.every((one) => one.node === node || clear(box, one.box));
    for (const [rank, node] of ranked.entries()) {
      const how = stands(node);
      const x = node.x * zoom + pan.x;
      const y = node.y * zoom + pan.y;
      if (!how || x < -9 || x > width + 9 || y < STRIP - 8 || y > height + 9) continue;
      const r = radius(node) * zoom;
      const lines = zoom > TITLES ? [node.byline, shortened(node.label)] : [node.short];
      pen.font = `${how === "loud" ? 650 : 500} ${NAME}px ${FONT}`;
      const wide = Math.max(...lines.map((line) => measured(pen, line)));
      const tall = LINE * lines.length;
      const inSight = (box) => box[0] > 0 && box[2] < width && box[1] > STRIP && box[3] < height;
      const places = around(x, y, r, wide, tall, zoom < 0.7 ? 4 : 1);
      const box =
        places.find((one) => inSight(one) && open(one, node)) ??
        (rank < CERTAIN ? places.find((one) => inSight(one) && free(one)) : null) ??
        (how === "loud" && (places.find(inSight) ?? places[0]));
      if (!box) continue;
      taken.push(box, [x - r, y - r, x + r, y + r]);
      pen.globalAlpha = how === "quiet" ? 0.8 : 1;
      lines.forEach((line, n) => {
        if (n) pen.font = `400 ${NAME}px ${FONT}`;
        written(pen, line, box[0] + ROOM, (box[1] + box[3]) / 2 + (n - (lines.length - 1) / 2) * LINE, n ? colours.soft : colours.ink, colours.paper);
      });
      pen.globalAlpha = 1;
    }
  }

  function around(x, y, r, wide, tall, air) {
    const box = (left, middle) => [left - ROOM, middle - tall / 2 - air, left + wide + ROOM, middle + tall / 2 + air];
    return [box(x + r + 4, y), box(x - r - 4 - wide, y), box(x - wide / 2, y + r + 3 + tall / 2), box(x - wide / 2, y - r - 3 - tall / 2)];
  }

  const widths = new Map(); // of texts in a font, which are many times measured and few
  function measured(pen, text) {
    const name = `${pen.font} ${text}`;
    if (!widths.has(name)) widths.set(name, pen.measureText(text).width);
    return widths.get(name);
  }

  Object.assign(globalThis.dltheoryGraph, { layer, ground, lanes, years, names, STRIP });
})();
