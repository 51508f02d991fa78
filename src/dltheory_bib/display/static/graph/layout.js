// Where each work of all is: its year from left to right, its group in a lane of its own.
//
// Nothing is simulated, so nothing moves: the same data and shape of window give the same picture.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const STEP = 30; // between works, in the model's units
  const GAP = 0.7; // least height above a lane, in steps; the lane's name is there
  const HEAD = 20; // height of a lane's name, in pixels
  const SPARSE = 3; // a year with no more works than this is narrow
  const NARROW = 0.6; // its width, in steps
  const SWEEPS = 6;

  function columnsOf(model) {
    const years = [...new Set(model.nodes.map((node) => node.year))].sort((a, b) => a - b);
    return years.map((year) => {
      const here = model.nodes.filter((node) => node.year === year);
      return { year, count: here.length, cells: model.groups.map((_, lane) => here.filter((n) => n.lane === lane)) };
    });
  }

  // How many rows each lane gets of `total`, and how wide each year then is.
  function shape(columns, lanes, total, gap) {
    const peaks = lanes.map((_, lane) => Math.max(0, ...columns.map((column) => column.cells[lane].length)));
    const sum = peaks.reduce((a, b) => a + b, 0) || 1;
    const rows = peaks.map((peak) => (peak ? Math.max(1, Math.round((total * peak) / sum)) : 0));
    const widths = columns.map(({ count, cells }) => {
      const needed = Math.max(1, ...cells.map((cell, lane) => (rows[lane] ? Math.ceil(cell.length / rows[lane]) : 0)));
      return needed === 1 && count <= SPARSE ? NARROW : needed;
    });
    const across = widths.reduce((a, b) => a + b, 0);
    const down = rows.reduce((a, b) => a + b, 0) + gap * rows.filter(Boolean).length;
    return { rows, widths, aspect: across / down };
  }

  // The least number of rows with which the picture is no wider than the window.
  function fitting(columns, lanes, aspect, gap) {
    let found = shape(columns, lanes, lanes.length, gap);
    for (let total = lanes.length + 1; total < 400 && found.aspect > aspect; total++) {
      found = shape(columns, lanes, total, gap);
    }
    return found;
  }

  // Sets x and y of the nodes of {nodes, groups}, whose `lane` is the place of their group.
  function place(model, aspect, gap = GAP) {
    for (const node of model.nodes) node.x = node.y = undefined;
    const columns = columnsOf(model);
    const { rows, widths } = fitting(columns, model.groups, aspect, gap);
    let y = 0;
    const lanes = model.groups.map((group, lane) => {
      const height = rows[lane] * STEP;
      if (height) y += gap * STEP;
      const made = { ...group, lane, top: y, height, head: gap * STEP };
      y += height;
      return made;
    });
    // A picture of few years is stretched to the window's shape.
    const across = widths.reduce((a, b) => a + b, 0) * STEP;
    const stretch = Math.min(4, Math.max(1, (y * aspect) / across));
    let x = 0;
    const years = columns.map(({ year }, index) => {
      const width = widths[index] * STEP * stretch;
      const made = { year, left: x, width };
      x += width;
      return made;
    });
    settle(columns, years, lanes);
    return { years, lanes: lanes.filter((lane) => lane.height), width: x, height: y };
  }

  // The works of a cell are in a grid over it; which is where follows its neighbours, so
  // that edges cross less: a few sweeps of barycentres, forth and back.
  function settle(columns, years, lanes) {
    const cells = columns.flatMap(({ cells: here }, index) =>
      here.map((cell, lane) => ({ cell, year: years[index], lane: lanes[lane], index })).filter((one) => one.cell.length),
    );
    for (const one of cells) {
      one.cell.sort((a, b) => b.cited - a.cited || (a.id < b.id ? -1 : 1));
      spread(one);
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (const one of sweep % 2 ? cells.toReversed() : cells) {
        const middle = new Map(one.cell.map((node) => [node, barycentre(node)]));
        one.cell.sort((a, b) => middle.get(a) - middle.get(b) || (a.id < b.id ? -1 : 1));
        spread(one);
      }
    }
  }

  function barycentre(node) {
    const around = globalThis.dltheoryGraph.neighbours(node);
    if (!around.length) return node.y;
    return around.reduce((sum, one) => sum + (one.y ?? node.y), 0) / around.length;
  }

  function spread({ cell, year, lane, index }) {
    const { length } = cell;
    const most = Math.max(1, Math.round(year.width / STEP));
    const lines = lane.height / STEP;
    const wide = Math.min(most, Math.max(Math.ceil(length / lines), Math.round(Math.sqrt((length * most) / lines))));
    const high = Math.ceil(length / wide);
    const apart = Math.min(lane.height / high, 2.4 * STEP);
    cell.forEach((node, n) => {
      const row = Math.floor(n / wide);
      const column = n % wide;
      const inRow = row === high - 1 ? length - row * wide : wide;
      // Neighbouring columns are out of step by half a row, so that names have room.
      const lift = high * apart < lane.height - apart / 2 || wide > 1 ? ((column + index) % 2 ? 0.22 : -0.22) : 0;
      node.x = year.left + ((column + 0.5 + (wide - inRow) / 2) / wide) * year.width;
      node.y = lane.top + lane.height / 2 + (row + 0.5 - high / 2 + lift) * apart;
    });
  }

  // All works, in the shape of a stage; `wide` and `high` are its size.
  function everyWork(model, wide, high) {
    const aspect = wide / Math.max(200, high);
    let plan = place(model, aspect);
    // The name of a lane has its room above the lane, however small the picture is at first.
    for (let pass = 0; pass < 2; pass++) {
      const zoom = Math.min(wide / plan.width, high / plan.height);
      plan = place(model, aspect, Math.max(GAP, HEAD / (STEP * zoom)));
    }
    for (const node of model.nodes) node.r = 5 + 8 * Math.sqrt(node.cited / model.most);
    return { view: "works", items: model.nodes.toSorted(globalThis.dltheoryGraph.byWeight), edges: model.edges.filter((edge) => edge.drawn), plan };
  }

  Object.assign(globalThis.dltheoryGraph, { place, everyWork, HEAD });
})();
