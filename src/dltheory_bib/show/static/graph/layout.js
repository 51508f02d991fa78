// Where each work stands: years from left to right, a lane for each topic. Nothing is left to
// chance and nothing moves: the same works always stand at the same places.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const STEP = { x: 30, y: 26 };
  const GAP = { x: 26, y: 30 };
  const FEW = 60; // a year with less than a sixtieth of the works shares a column with its neighbours

  // The topic of a work that names its lane: the broadest one below `within`, or at the top.
  function laneOf(topics, own, within) {
    for (const start of own) {
      let here = start;
      while (here >= 0) {
        const above = topics[here][2];
        if (above === within) return here;
        if (here === within) return here;
        here = above;
      }
    }
    return -1;
  }

  // Columns of one year or several, each with the years it spans.
  function columns(years) {
    const counts = new Map();
    for (const year of years) counts.set(year, (counts.get(year) ?? 0) + 1);
    const made = [];
    const few = Math.max(2, years.length / FEW);
    let open = null;
    for (const [year, count] of [...counts].sort(([one], [other]) => one - other)) {
      if (open && open.count < few && count < few) {
        open.to = year;
        open.count += count;
      } else {
        open = { from: year, to: year, count };
        made.push(open);
      }
    }
    return made;
  }

  // Gives the place of each work, the columns with their middle, and the lanes with theirs.
  function layout(data, numbers, within = -1) {
    const { works, topics } = data;
    const bars = columns(numbers.map((n) => works[n][3]));
    const barOf = (year) => bars.find((bar) => year >= bar.from && year <= bar.to);
    const cells = new Map();
    const lanes = new Map();
    for (const n of numbers) {
      const lane = laneOf(topics, works[n][5], within);
      if (!lanes.has(lane)) lanes.set(lane, { topic: lane, works: 0, rows: 1 });
      lanes.get(lane).works += 1;
      const name = `${lane}:${barOf(works[n][3]).from}`;
      if (!cells.has(name)) cells.set(name, []);
      cells.get(name).push(n);
    }
    const cell = (lane, bar) => cells.get(`${lane.topic}:${bar.from}`) ?? [];
    const ordered = [...lanes.values()].sort((one, other) =>
      label(topics, one.topic) < label(topics, other.topic) ? -1 : 1,
    );
    const most = Math.max(7, Math.min(14, Math.round(22 / ordered.length))); // works above each other
    let x = 0;
    for (const bar of bars) {
      const least = bar.from === bar.to ? 2 : 3; // so that its years can be written above it
      bar.wide = Math.max(
        least,
        ...ordered.map((lane) => Math.ceil(cell(lane, bar).length / most)),
      );
      bar.x = x;
      x += bar.wide * STEP.x + GAP.x;
      bar.middle = (bar.x + x - GAP.x - STEP.x) / 2;
    }
    let y = 0;
    const places = new Map();
    for (const lane of ordered) {
      for (const bar of bars)
        lane.rows = Math.max(lane.rows, Math.ceil(cell(lane, bar).length / bar.wide));
      lane.y = y;
      lane.middle = y + ((lane.rows - 1) * STEP.y) / 2;
      for (const bar of bars) {
        const inside = cell(lane, bar).sort(
          (a, z) => works[a][3] - works[z][3] || (works[a][0] < works[z][0] ? -1 : 1),
        );
        const rows = Math.ceil(inside.length / bar.wide);
        inside.forEach((n, at) => {
          const down = lane.middle + ((at % rows) - (rows - 1) / 2) * STEP.y;
          places.set(n, { x: bar.x + Math.floor(at / rows) * STEP.x, y: down, lane: lane.topic });
        });
      }
      y += lane.rows * STEP.y + GAP.y;
    }
    const scale = Math.min(1, Math.max(0.45, x / 1900)); // of what is written beside it
    return { places, bars, lanes: ordered, scale, width: x - GAP.x, height: y - GAP.y };
  }

  const label = (topics, topic) => (topic < 0 ? "￿" : topics[topic][1]);

  Object.assign(globalThis.dltheory, { layout });
})();
