// Topics, years, venues and people of what was found; choosing one changes the query itself.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { natural, people, topicNamed, parseQuery, QueryError } = globalThis.dltheory;
  const SHOWN = 8;

  // Each group: its field, its values of a work, the number a term means, how a value reads.
  const GROUPS = [
    {
      field: "topic",
      label: "Topics",
      values: (c, n) => c.works.topics[n],
      meant: (c, value) => topicNamed(c, value),
      id: (c, value) => c.topics[value][0],
      name: (c, value) => c.topics[value][1],
    },
    {
      field: "year",
      label: "Years",
      values: (c, n) => [c.works.year[n]],
      meant: (c, value) => (/^\d{4}$/.test(value) ? Number(value) : undefined),
      id: (c, value) => String(value),
      name: (c, value) => String(value),
      byValue: true,
    },
    {
      field: "venue",
      label: "Venues",
      values: (c, n) => (c.works.venue[n] < 0 ? [] : [c.works.venue[n]]),
      meant: (c, value) => c.venueNames.get(globalThis.dltheory.fold(value))?.[0],
      id: (c, value) => c.venues[value][0],
      name: (c, value) => c.venues[value][1],
    },
    {
      field: "author",
      label: "People",
      values: (c, n) => c.works.people[n],
      meant: (c, value) => {
        const found = people(c, value);
        return found.size === 1 ? [...found][0] : undefined;
      },
      id: (c, value) => c.people[value][1],
      name: (c, value) => natural(c.people[value][0]),
    },
  ];

  function counted(catalogue, group, found) {
    const counts = new Map();
    for (const n of found) {
      for (const value of group.values(catalogue, n)) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    const order = group.byValue
      ? ([one], [other]) => other - one
      : ([one, a], [other, b]) => b - a || one - other;
    return [...counts].sort(order);
  }

  function without(query, term) {
    let before = query.slice(0, term.start).trimEnd();
    let after = query.slice(term.end).trimStart();
    if (/(^|\s)and$/i.test(before)) before = before.replace(/\s*and$/i, "");
    else if (/^and\s/i.test(after)) after = after.slice(3).trimStart();
    return `${before} ${after}`.trim();
  }

  function withTerm(query, field, id) {
    const asked = query.trim();
    const safe = isChoice(asked) ? `(${asked})` : asked;
    return `${safe} ${field}:${id}`.trim();
  }

  // Whether `or` joins the parts of a query, and would take in what is added.
  function isChoice(query) {
    try {
      return parseQuery(query).kind === "or";
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return false;
    }
  }

  // The groups for some works: each value with its count, and the query that choosing it makes.
  // `terms` are those of the query that can be taken away one by one.
  function facets(catalogue, query, terms, found) {
    return GROUPS.map((group) => {
      const chosen = new Map();
      for (const term of terms.filter((one) => one.field === group.field)) {
        const value = group.meant(catalogue, term.value);
        if (value !== undefined) chosen.set(value, term);
      }
      const options = counted(catalogue, group, found).map(([value, count]) => ({
        name: group.name(catalogue, value),
        count,
        chosen: chosen.has(value),
        query: chosen.has(value)
          ? without(query, chosen.get(value))
          : withTerm(query, group.field, group.id(catalogue, value)),
      }));
      // What was chosen can be taken back also where it left nothing.
      for (const [value, term] of chosen) {
        if (!options.some((one) => one.chosen && one.name === group.name(catalogue, value))) {
          const name = group.name(catalogue, value);
          options.unshift({ name, count: 0, chosen: true, query: without(query, term) });
        }
      }
      options.sort((one, other) => other.chosen - one.chosen);
      return { field: group.field, label: group.label, options };
    });
  }

  Object.assign(globalThis.dltheory, { facets, SHOWN_FACETS: SHOWN });
})();
