// From an expression of the query language to the works for which it holds, as Python's
// `query.run` finds them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { parseQuery, termHolds } = globalThis.dltheory;

  const everything = (catalogue) => [...catalogue.works.key.keys()];

  // The works, as a set. Throws QueryError.
  function holding(catalogue, node) {
    if (node.kind === "term") return termHolds(catalogue, node);
    if (node.kind === "not") {
      const not = holding(catalogue, node.part);
      return new Set(everything(catalogue).filter((n) => !not.has(n)));
    }
    const parts = node.parts.map((part) => holding(catalogue, part));
    if (!parts.length) return new Set(everything(catalogue));
    if (node.kind === "or") return new Set(parts.flatMap((part) => [...part]));
    return parts.reduce((one, other) => new Set([...one].filter((n) => other.has(n))));
  }

  function oldestFirst(catalogue, works) {
    const { year } = catalogue.works;
    return [...works].sort((one, other) => year[one] - year[other] || one - other);
  }

  // The numbers of the works for which a query in the language holds, the oldest first.
  const ask = (catalogue, query) => oldestFirst(catalogue, holding(catalogue, parseQuery(query)));

  Object.assign(globalThis.dltheory, { ask, holding, oldestFirst });
})();
