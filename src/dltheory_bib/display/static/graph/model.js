// What the graph holds: works, edges and groups by index, and the walks on them.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const OTHERS = "others";
  const COLOURS = 7;

  // A text as it is compared: without accents and case.
  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  // The data as Python packed them: see graph_packing.py.
  function unpacked(data) {
    if (!data.works) return data;
    const { works, url, topic_ids: topics, levels, group_ids: groups, kinds, cites, stated, ...rest } = data;
    const nodes = works.label.map((label, n) => {
      const year = works.year[n];
      const id = typeof works.id[n] === "number" ? keyOf(works.byline[n], year, label, works.id[n]) : works.id[n];
      return {
        id,
        label,
        year,
        byline: works.byline[n].replace(/~$/, ` ${year}`),
        cited: works.cited[n],
        topics: works.topics[n].map((place) => topics[place]),
        level: levels[works.level[n]],
        group: groups[works.group[n]],
        url: url.list ? url.list[n] : url.before + id + url.after,
      };
    });
    const edges = stated.map(([source, target, kind, says]) => ({ source: nodes[source].id, target: nodes[target].id, relation: kinds[kind], ...(typeof says === "number" ? { sentence: says } : { says }) }));
    cites.forEach((differences, source) => {
      let target = 0;
      for (const one of differences) {
        target += one;
        edges.push({ source: nodes[source].id, target: nodes[target].id, relation: "cites" });
      }
    });
    return { ...rest, nodes, edges };
  }

  // A key is the first author's name, the year and a word of the title.
  function keyOf(byline, year, label, word) {
    const family = fold(byline.split(/ et al| and |~/)[0]).replace(/[^a-z]/g, "");
    return `${family}${year}${fold(label).split(/[^a-z0-9]+/)[word]}`;
  }

  // The groups that Python made, or, for data from elsewhere, the commonest first topics.
  function groupsOf(data) {
    if (data.groups) return data.groups;
    const counts = new Map();
    for (const { topics } of data.nodes) {
      if (topics?.[0]) counts.set(topics[0], (counts.get(topics[0]) ?? 0) + 1);
    }
    const kept = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, COLOURS);
    return [
      ...kept.map(([id]) => ({ id, label: data.topics?.[id] ?? id })),
      { id: OTHERS, label: "Other topics" },
    ];
  }

  // `relations` says how each reads from either side, and of what kind it is.
  function wordsOf(data, relation) {
    const plain = relation.replaceAll("_", " ");
    const cites = relation === "cites";
    const known = { says: plain, inverse: cites ? "cited by" : `${plain} (by)`, kind: cites ? "cites" : "other" };
    return data.relations?.[relation] ?? known;
  }

  // An edge between works that are both there, once for each relation.
  function edgesOf(data, byId) {
    const seen = new Set();
    const edges = [];
    for (const edge of data.edges) {
      const source = byId.get(edge.source);
      const target = byId.get(edge.target);
      const name = JSON.stringify([edge.source, edge.target, edge.relation]);
      if (!source || !target || source === target || seen.has(name)) continue;
      seen.add(name);
      edges.push({ ...edge, source, target, words: wordsOf(data, edge.relation) });
    }
    return edges;
  }

  // Works of the same people and year are told apart by the word of their key: "Du et al. 2019
  // (gradient)".
  function nameApart(nodes) {
    const counts = new Map();
    for (const { byline } of nodes) counts.set(byline, (counts.get(byline) ?? 0) + 1);
    for (const node of nodes) {
      const word = /\d{4}(\p{L}.*)$/u.exec(node.id)?.[1];
      node.short = counts.get(node.byline) > 1 && word ? `${node.byline} (${word})` : node.byline;
    }
  }

  function read(given) {
    const data = unpacked(given);
    const groups = groupsOf(data);
    const place = new Map(groups.map((group, index) => [group.id, index]));
    const last = groups.length - 1;
    const nodes = data.nodes.map((node, index) => ({
      ...node,
      index,
      lane: place.get(node.group ?? node.topics?.[0]) ?? place.get(OTHERS) ?? last,
      edges: [],
    }));
    nameApart(nodes);
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const edges = edgesOf(data, byId);
    for (const edge of edges) {
      edge.source.edges.push(edge);
      edge.target.edges.push(edge);
    }
    // A citation that is also a stated relation is drawn once, as the relation.
    const stated = new Set();
    for (const { source, target, words } of edges) {
      if (words.kind !== "cites") stated.add(`${source.index} ${target.index}`);
    }
    for (const edge of edges) {
      edge.drawn = edge.words.kind !== "cites" || !stated.has(`${edge.source.index} ${edge.target.index}`);
    }
    const most = Math.max(1, ...nodes.map((node) => node.cited));
    return { nodes, edges, groups, byId, most, topics: data.topics ?? {}, title: data.title ?? "", lists: data.lists, focus: data.focus, sentences: data.sentences };
  }

  function other(edge, node) {
    return edge.source === node ? edge.target : edge.source;
  }

  function neighbours(node) {
    return [...new Set(node.edges.map((edge) => other(edge, node)))];
  }

  // A shortest chain of edges, whatever their direction, breadth first; an edge that somebody
  // stated in words is taken before a plain citation. Null where there is none.
  function path(from, to) {
    const reached = new Map([[from, null]]);
    for (let ring = [from]; ring.length && !reached.has(to); ) {
      const next = [];
      for (const node of ring) {
        const plainLast = [...node.edges].sort(
          (a, b) => (a.words.kind === "cites") - (b.words.kind === "cites"),
        );
        for (const edge of plainLast) {
          const there = other(edge, node);
          if (reached.has(there)) continue;
          reached.set(there, edge);
          next.push(there);
        }
      }
      ring = next;
    }
    if (!reached.has(to)) return null;
    const steps = [];
    for (let node = to; node !== from; ) {
      const edge = reached.get(node);
      steps.unshift(edge);
      node = other(edge, node);
    }
    return steps;
  }

  // The works whose words all begin with what was typed, the most cited first.
  function find(model, typed, count = 8) {
    const wanted = fold(typed).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    if (!wanted.length) return [];
    const fits = (node) => {
      node.terms ??= fold(`${node.byline} ${node.label} ${node.id}`).split(/[^\p{L}\p{N}]+/u);
      return wanted.every((word) => node.terms.some((one) => one.startsWith(word)));
    };
    const found = model.nodes.filter((node) => node.id === typed.trim() || fits(node));
    return found.sort((a, b) => b.cited - a.cited || a.year - b.year).slice(0, count);
  }

  // The one of some items that lies most nearly where an arrow points; a screen's y grows downwards.
  function towards(from, items, dx, dy) {
    let best = null;
    let least = Infinity;
    for (const one of items) {
      const x = one.x - from.x;
      const y = one.y - from.y;
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy - y * dx);
      if (along <= 0 || aside > along * 2.2) continue;
      const far = along + 2 * aside;
      if (far < least) [best, least] = [one, far];
    }
    return best;
  }

  // The work to begin with: the most cited of those to start with, or of all.
  function firstOf(model) {
    const starts = model.nodes.filter((node) => node.level === "start");
    const known = starts.some((node) => node.edges.length) ? starts : model.nodes;
    return known.toSorted(byWeight)[0] ?? null;
  }

  function byWeight(a, b) {
    return b.cited - a.cited || a.year - b.year || (a.id < b.id ? -1 : 1);
  }

  Object.assign(globalThis.dltheoryGraph, { read, fold, other, neighbours, path, find, towards, firstOf, byWeight, COLOURS });
})();
