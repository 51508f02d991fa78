// Where names are written: never on a work, a topic or another name.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const SIZE = 11.5;
  const NAME_FONT = `500 ${SIZE}px ${here.FONT}`;
  const LOUD_FONT = `650 ${SIZE}px ${here.FONT}`;
  const TITLE_FONT = `400 ${SIZE}px ${here.FONT}`;
  const WORD_FONT = `500 10px ${here.FONT}`;
  const LINE = 13; // height of a line, and room at its ends
  const ROOM = 3;
  const NEAR = 1.75; // from this zoom on a name has its title below it
  const MOST = 46; // characters of a title
  const CELL = 48;

  const widths = new Map(); // of texts in a font, which are measured many times and are few
  let ruler = null;
  function measured(font, text) {
    const name = `${font} ${text}`;
    if (!widths.has(name)) {
      ruler ??= document.createElement("canvas").getContext("2d");
      ruler.font = font;
      widths.set(name, ruler.measureText(text).width);
    }
    return widths.get(name);
  }

  // Boxes [left, top, right, bottom] that are taken, by the cells of a grid that they touch.
  class Taken {
    cells = new Map();

    *near([left, top, right, bottom]) {
      for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x++) {
        for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y++) yield `${x} ${y}`;
      }
    }

    add(box, owner = null) {
      for (const cell of this.near(box)) {
        if (!this.cells.has(cell)) this.cells.set(cell, []);
        this.cells.get(cell).push({ box, owner });
      }
    }

    // Whether nothing is in a box but its owner.
    free(box, owner = null) {
      for (const cell of this.near(box)) {
        for (const { box: one, owner: whose } of this.cells.get(cell) ?? []) {
          if ((owner === null || whose !== owner) && box[0] < one[2] && box[2] > one[0] && box[1] < one[3] && box[3] > one[1]) return false;
        }
      }
      return true;
    }
  }

  function shortened(text) {
    return text.length > MOST ? `${text.slice(0, MOST - 1).trimEnd()}…` : text;
  }

  // The lines of a name: [[text, font, colour]].
  function linesOf(item, zoom, loud) {
    const font = loud ? LOUD_FONT : NAME_FONT;
    if (item.isTopic) return item.lines.map(([line, ink]) => [line, ink === "ink" ? font : TITLE_FONT, ink]);
    const name = [item.short, font, "ink"];
    return zoom > NEAR ? [name, [shortened(item.label), TITLE_FONT, "soft"]] : [name];
  }

  // Boxes around a work in which its name can be, best first: right, left, below, above.
  function around({ x, y }, rim, wide, tall) {
    const box = (left, middle) => [left - ROOM, middle - tall / 2, left + wide + ROOM, middle + tall / 2];
    const [beside, below] = [rim + ROOM + 1, rim + 1 + tall / 2];
    return [box(x + beside, y), box(x - beside - wide, y), box(x - wide / 2, y + below), box(x - wide / 2, y - below)];
  }

  // How far a work with its rings reaches.
  function rimOf(item, { place, style }) {
    const { r } = place(item);
    return style(item) === "picked" ? r + 3 : here.isRinged(item, r) ? r * 1.15 + 2 : r + 0.5;
  }

  function obstacles(items, frame) {
    const { place, sight, style } = frame;
    const taken = new Taken();
    for (const item of items) {
      // A faded work gives way to a name.
      if (style(item) === "faded") continue;
      const { x, y, r } = place(item);
      if (x + r < sight.left || x - r > sight.right || y + r < sight.top || y - r > sight.bottom) continue;
      const rim = rimOf(item, frame);
      taken.add([x - rim, y - rim, x + rim, y + rim], item);
    }
    return taken;
  }

  // The names of lanes, above each, as far left as one sees.
  function lanesOf(taken, { plan, zoom, pan, sight, width }) {
    const found = [];
    for (const lane of plan.lanes) {
      const y = (lane.top - lane.head / 2) * zoom + pan.y;
      if (y < sight.top || y > sight.bottom) continue;
      const start = lane.lane == null ? 8 : 22;
      let text = lane.label;
      while (measured(LOUD_FONT, text) > width - start - 8 && text.length > 8) text = `${text.slice(0, -4).trimEnd()}…`;
      const box = [4, y - 7, start + 4 + measured(LOUD_FONT, text), y + 7];
      if (!taken.free(box)) continue;
      taken.add(box);
      found.push({ box, x: start, y, lane: lane.lane, lines: [[text, LOUD_FONT, "soft"]] });
    }
    return found;
  }

  // All names that have room, in the order of their works: [{box, x, y, lines, item?}].
  function names(items, frame, { loud, words = [] }) {
    const { place, zoom, sight, width, height, style } = frame;
    const taken = obstacles(items, frame);
    const found = lanesOf(taken, frame);
    // A name does not begin in sight and end outside, none is under the strip of years, and none
    // leaves what is drawn, where it might meet what is not.
    const drawn = (box) => box[0] >= sight.left && box[2] <= sight.right && box[1] >= sight.top && box[3] <= sight.bottom;
    const whole = (box, x) => drawn(box) && (x < 0 || x > width || (box[0] >= 0 && box[2] <= width)) && (box[1] >= here.STRIP || box[3] < 0) && (box[3] <= height || box[1] > height);
    for (const item of items) {
      if (style(item) === "faded") continue;
      const at = place(item);
      if (at.x < sight.left || at.x > sight.right || at.y < sight.top || at.y > sight.bottom) continue;
      const lines = linesOf(item, zoom, loud(item));
      const wide = Math.max(...lines.map(([text, font]) => measured(font, text)));
      const box = around(at, rimOf(item, frame), wide, LINE * lines.length).find((one) => whole(one, at.x) && taken.free(one, item));
      if (!box) continue;
      taken.add(box);
      found.push({ item, box, lines, x: box[0] + ROOM, y: (box[1] + box[3]) / 2 });
    }
    for (const { text, at } of words) {
      const half = measured(WORD_FONT, text) / 2 + 2;
      const box = [at[0] - half, at[1] - 6, at[0] + half, at[1] + 6];
      if (!whole(box, at[0]) || !taken.free(box)) continue;
      taken.add(box);
      found.push({ box, lines: [[text, WORD_FONT, "soft"]], x: box[0] + 2, y: at[1] });
    }
    return found;
  }

  function write(pen, found, colours) {
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3.5;
    pen.strokeStyle = colours.paper;
    for (const { lines, x, y, lane } of found) {
      if (lane != null) {
        pen.fillStyle = colours.groups[lane];
        pen.fillRect(8, y - 4.5, 9, 9);
      }
      lines.forEach(([text, font, ink], n) => {
        const middle = y + (n - (lines.length - 1) / 2) * LINE;
        pen.font = font;
        pen.strokeText(text, x, middle);
        pen.fillStyle = colours[ink];
        pen.fillText(text, x, middle);
      });
    }
  }

  Object.assign(here, { measured, names, write, NAME_FONT });
})();
