// The whole field collapsed to topics, each of which can be expanded to its works.
//
// A work counts for its first topic. A topic's size is its number of works, a line between two the
// number of citations from the works of one to those of the other.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const NONE = "";
  const STRONGEST = 2; // lines of each topic that are drawn
  const LEAST = 3; // citations of a line
  const LINE = 13;
  const LETTERS = [19, 24, 32]; // of a line of a topic's name
  const AIR = 14;
  const LEAST_WIDE = 340; // pixels, so that any topic has room in a row

  // All topics by id: {id, label, works, lane, middle, links: Map(id → {cites, cited})}.
  function topicsOf(model) {
    const topics = new Map();
    for (const node of model.nodes) {
      const id = node.topics?.[0] ?? NONE;
      if (!topics.has(id)) topics.set(id, { id, isTopic: true, label: model.topics[id] ?? (id || "No topic"), works: [], links: new Map() });
      topics.get(id).works.push(node);
      node.topic = topics.get(id);
    }
    for (const topic of topics.values()) {
      const years = topic.works.map((node) => node.year).sort((a, b) => a - b);
      topic.middle = years[Math.floor(years.length / 2)];
      topic.span = [years[0], years.at(-1)];
      topic.mean = years.reduce((a, b) => a + b, 0) / years.length;
      topic.lane = commonest(topic.works.map((node) => node.lane));
    }
    for (const { source, target, relation } of model.edges) {
      if (relation !== "cites" || source.topic === target.topic) continue;
      link(source.topic, target.topic).cites += 1;
      link(target.topic, source.topic).cited += 1;
    }
    return topics;
  }

  function link(topic, other) {
    if (!topic.links.has(other)) topic.links.set(other, { cites: 0, cited: 0 });
    return topic.links.get(other);
  }

  function commonest(values) {
    const counts = new Map();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0][0];
  }

  // A label in lines of few letters, of more if there are too many lines.
  function wrapped(label, most) {
    for (const letters of LETTERS) {
      const lines = [""];
      for (const word of label.split(" ")) {
        const line = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
        if (line.length > letters && lines.at(-1)) lines.push(word);
        else lines[lines.length - 1] = line;
      }
      const cut = lines.map((line) => (line.length > letters + 4 ? `${line.slice(0, letters + 3)}…` : line));
      if (cut.length <= most) return cut;
      if (letters === LETTERS.at(-1)) return [...cut.slice(0, most - 1), `${cut[most - 1]} …`];
    }
  }

  // The name of a topic in a row: [[text, "ink" or "soft"]].
  function linesIn(topic, row) {
    const most = Math.max(1, Math.floor((row - 2) / LINE));
    const label = wrapped(topic.label, most).map((line) => [line, "ink"]);
    return label.length < most ? [...label, [here.counted(topic.works.length, "work"), "soft"]] : label;
  }

  // Puts topics into rows, earlier ones further left, with room for each one's name at its right;
  // those of a colour near each other. False if they need more rows.
  function arranged(topics, wide, high, row, most) {
    const rows = Array.from({ length: Math.floor(high / row) }, () => []);
    const order = topics.toSorted((a, b) => a.mean - b.mean || (a.id < b.id ? -1 : 1));
    const lanes = [...new Set(topics.map((topic) => topic.lane))].sort((a, b) => a - b);
    for (const topic of topics) {
      topic.r = 5 + (row / 2 - 7) * Math.sqrt(topic.works.length / most);
      topic.lines = linesIn(topic, row);
      topic.slot = 2 * topic.r + 6 + AIR + Math.max(...topic.lines.map(([line]) => here.measured(here.NAME_FONT, line)));
    }
    for (const topic of topics.toSorted((a, b) => b.works.length - a.works.length || (a.id < b.id ? -1 : 1))) {
      const wished = (order.indexOf(topic) / Math.max(1, order.length - 1)) * Math.max(0, wide - topic.slot);
      const level = ((lanes.indexOf(topic.lane) + 0.5) / lanes.length) * rows.length - 0.5;
      let best = null;
      for (const [n, taken] of rows.entries()) {
        const starts = [wished, ...taken.flatMap(([from, to]) => [to, from - topic.slot])];
        for (const x of starts) {
          if (x < 0 || x + topic.slot > wide + 0.5 || taken.some(([from, to]) => x < to && x + topic.slot > from)) continue;
          const cost = Math.abs(x - wished) + 0.7 * row * Math.abs(n - level);
          if (!best || cost < best.cost) best = { cost, n, x };
        }
      }
      if (!best) return false;
      rows[best.n].push([best.x, best.x + topic.slot]);
      topic.x = best.x + topic.r + 2;
      topic.y = (best.n + 0.5) * (high / rows.length);
    }
    return true;
  }

  function bubbles(topics, wide, high) {
    const most = Math.max(1, ...topics.map((topic) => topic.works.length));
    for (let row = 78; row >= 30; row -= 4) if (arranged(topics, wide, high, row, most)) return high;
    // Too many for this stage: the picture is higher, and fits into it smaller.
    for (let tall = high * 1.15; ; tall *= 1.15) if (arranged(topics, Math.max(wide, LEAST_WIDE), tall, 42, most)) return tall;
  }

  // The expanded topics in lanes of their own, their works by year; sets where they are.
  function expanded(model, open, wide, high, top) {
    const groups = open.map((topic) => ({ label: `${topic.label}, ${here.counted(topic.works.length, "work")}`, colour: topic.lane }));
    const kept = new Map(open.flatMap((topic) => topic.works.map((node) => [node, node.lane])));
    open.forEach((topic, lane) => {
      for (const node of topic.works) node.lane = lane;
    });
    let plan = here.place({ nodes: [...kept.keys()], groups }, wide / high);
    const size = () => wide / plan.width;
    plan = here.place({ nodes: [...kept.keys()], groups }, wide / high, Math.max(0.7, (here.HEAD + 2) / (30 * size())));
    const rate = size();
    for (const [node, lane] of kept) {
      node.lane = lane;
      node.x *= rate;
      node.y = node.y * rate + top;
      node.r = (5 + 7 * Math.sqrt(node.cited / model.most)) * Math.min(1, rate);
    }
    return {
      years: plan.years.map(({ year, left, width }) => ({ year, left: left * rate, width: width * rate })),
      lanes: plan.lanes.map((lane) => ({ label: lane.label, lane: lane.colour, top: lane.top * rate + top, height: lane.height * rate, head: lane.head * rate })),
      height: plan.height * rate,
    };
  }

  function linesOf(items, edges) {
    const shown = new Set(items);
    const sums = new Map();
    for (const { source, target, relation } of edges) {
      if (relation !== "cites") continue;
      const [one, other] = [source, target].map((node) => (shown.has(node) ? node : node.topic));
      if (one === other || !(one.isTopic || other.isTopic)) continue;
      if (!sums.has(one)) sums.set(one, new Map());
      sums.get(one).set(other, (sums.get(one).get(other) ?? 0) + 1);
    }
    const lines = [];
    for (const [source, targets] of sums) for (const [target, count] of targets) lines.push({ source, target, count, words: { kind: "flow", says: "cites" } });
    return lines;
  }

  // The strongest lines of each topic: all together are a web that nobody reads.
  function strongest(lines) {
    const kept = new Set();
    const of = new Map();
    for (const line of lines) {
      for (const end of [line.source, line.target]) {
        if (!of.has(end)) of.set(end, []);
        of.get(end).push(line);
      }
    }
    for (const [end, own] of of) {
      if (!end.isTopic) continue;
      for (const line of own.filter((one) => one.count >= LEAST).sort((a, b) => b.count - a.count).slice(0, STRONGEST)) kept.add(line);
    }
    return lines.filter((line) => kept.has(line));
  }

  function topicPicture(model, topics, opened, wide, high) {
    const open = [...topics.values()].filter((topic) => opened.has(topic.id));
    const closed = [...topics.values()].filter((topic) => !opened.has(topic.id));
    const part = open.length && closed.length ? high * 0.5 : high;
    const tall = closed.length ? bubbles(closed, wide, part) : 0;
    const works = open.flatMap((topic) => topic.works).sort(here.byWeight);
    const below = open.length ? expanded(model, open, wide, Math.max(high - tall, high * 0.45) + 110 * Math.max(0, open.length - 2), tall) : { years: [], lanes: [], height: 0 };
    const items = [...closed.toSorted((a, b) => b.works.length - a.works.length), ...works];
    const lines = linesOf(items, model.edges);
    const shown = new Set(works);
    const inside = model.edges.filter((edge) => edge.drawn && shown.has(edge.source) && shown.has(edge.target));
    return {
      view: "topics",
      items,
      lines,
      edges: [...strongest(lines), ...inside],
      plan: { years: below.years, bandsFrom: tall, lanes: below.lanes, ends: below.years.length ? null : ["earlier topics", "later topics"], width: wide, height: tall + below.height },
    };
  }

  Object.assign(here, { topicsOf, topicPicture, LINE });
})();
