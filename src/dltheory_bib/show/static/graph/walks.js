// Neighbours and paths, as `graph.walks` of the Python package finds them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  class Walks {
    // Between two works the edge with the lowest relation counts: a judgement before a citation.
    constructor(data) {
      this.out = data.works.map(() => new Map());
      this.in = data.works.map(() => new Map());
      for (const [source, target, relation, says] of data.edges) {
        const known = this.out[source].get(target);
        if (known && known.relation <= relation) continue;
        const edge = { source, target, relation, says };
        this.out[source].set(target, edge);
        this.in[target].set(source, edge);
      }
    }

    edges() {
      return this.out.flatMap((targets) => [...targets.values()]);
    }

    // A shortest chain from one work to another, as edges; null without any. One in which each work
    // engages with the next is preferred, in either direction; else the direction may change.
    path(start, end) {
      return (
        this.search(start, end, (n) => this.out[n]) ??
        this.search(start, end, (n) => this.in[n]) ??
        this.search(start, end, (n) => new Map([...this.in[n], ...this.out[n]]))
      );
    }

    search(start, end, around) {
      const came = new Map([[start, null]]);
      const todo = [start];
      for (const here of todo) {
        if (here === end) break;
        for (const [next, edge] of around(here)) {
          if (came.has(next)) continue;
          came.set(next, { from: here, edge });
          todo.push(next);
        }
      }
      if (!came.has(end)) return null;
      const steps = [];
      for (let here = end; came.get(here); here = came.get(here).from)
        steps.unshift(came.get(here).edge);
      return steps;
    }
  }

  Object.assign(globalThis.dltheory, { Walks });
})();
