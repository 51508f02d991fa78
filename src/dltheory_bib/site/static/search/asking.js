// From a query to the works for which it holds, as Python's `query.asking` finds and ranks them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { COLUMNS, parseQuery, askTerm, phrases } = globalThis.dltheory;
  const WEIGHTS = [20, 6, 1]; // of a word in the title, a name, an annotation

  const everything = (catalogue) => [...catalogue.works.key.keys()];

  function holding(catalogue, node) {
    if (node.kind === "term") return askTerm(catalogue, node);
    if (node.kind === "not") {
      const not = holding(catalogue, node.part);
      return new Set(everything(catalogue).filter((n) => !not.has(n)));
    }
    const parts = node.parts.map((part) => holding(catalogue, part));
    if (!parts.length) return new Set(everything(catalogue));
    if (node.kind === "or") return new Set(parts.flatMap((part) => [...part]));
    return parts.reduce((one, other) => new Set([...one].filter((n) => other.has(n))));
  }

  // The bare words that are asked for, not those that are excluded.
  const wanted = (node) => {
    if (node.kind === "term") return ["text", "title"].includes(node.field) ? [node] : [];
    return node.kind === "not" ? [] : node.parts.flatMap(wanted);
  };

  // Okapi BM25 as SQLite's FTS5 computes it (ext/fts5/fts5_aux.c): the higher, the better.
  function scores(catalogue, terms) {
    const [k1, b] = [1.2, 0.75];
    const asked = terms.flatMap((term) => phrases(term.value, term.exact));
    const found = new Map();
    for (const stems of asked) {
      const frequency = new Map();
      for (const column of catalogue.phrase(stems)) {
        const n = Math.floor(column / COLUMNS);
        frequency.set(n, (frequency.get(n) ?? 0) + WEIGHTS[column % COLUMNS]);
      }
      const hits = frequency.size;
      const idf = Math.log((catalogue.size - hits + 0.5) / (hits + 0.5));
      const weight = idf <= 0 ? 1e-6 : idf;
      for (const [n, f] of frequency) {
        const length = catalogue.lengths[n] / catalogue.averageLength;
        const score = weight * ((f * (k1 + 1)) / (f + k1 * (1 - b + b * length)));
        found.set(n, (found.get(n) ?? 0) + score);
      }
    }
    return found;
  }

  // The numbers of the works for which a query holds, the best match of its words first; without
  // words the oldest first. Throws QueryError.
  function ask(catalogue, query, order = "best") {
    const expression = parseQuery(query);
    const { year, key, cited } = catalogue.works;
    const found = [...holding(catalogue, expression)];
    const byAge = (one, other) => year[one] - year[other] || one - other;
    if (order === "newest") found.sort((one, other) => year[other] - year[one] || one - other);
    else if (order === "cited") found.sort((a, z) => cited[z] - cited[a] || a - z);
    else found.sort(byAge);
    const terms = order === "best" ? wanted(expression) : [];
    if (terms.length) {
      const score = scores(catalogue, terms);
      const at = (n) => score.get(n) ?? 0;
      found.sort((one, other) => at(other) - at(one) || (at(one) ? one - other : 0));
    }
    return { expression, found, keys: () => found.map((n) => key[n]) };
  }

  Object.assign(globalThis.dltheory, { ask });
})();
