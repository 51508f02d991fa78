// What was typed into the search: filters of the query language, and words, as Python's
// `query.typed` reads it. Nothing is refused.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { QueryError, parseQuery, holding, termHolds, fieldNamed } = globalThis.dltheory;
  const { nearest, didYouMean } = globalThis.dltheory;
  const SPECIAL = /[:"“”„«»]|(?<!\S)-[\p{L}\p{N}_]/u; // without it all is words

  const terms = (node) => {
    if (node.kind === "term") return [node];
    return node.kind === "not" ? terms(node.part) : node.parts.flatMap(terms);
  };
  const isBare = (node) =>
    node.kind !== "not" && terms(node).every((term) => term.field === "text" && !term.exact);
  const valuesOf = (nodes) => nodes.map((term) => term.value).join(" ");
  const both = (one, other) => (one ? new Set([...one].filter((n) => other.has(n))) : other);

  // The words to search for, words of filters (`weighed`), the filters as text, the works that
  // match these, a suggestion, and the terms that can be taken away one by one.
  function readQuery(catalogue, text) {
    const { rules } = catalogue;
    text = [...text].slice(0, rules.longest).join("");
    const plain = { words: text, weighed: "", filters: "", among: null, suggestion: "", terms: [] };
    if (!SPECIAL.test(text)) return plain;
    return strictly(catalogue, text, plain) ?? leniently(catalogue, text, plain);
  }

  function strictly(catalogue, text, plain) {
    const { ofWords } = catalogue.rules;
    let parts;
    let filters;
    let among;
    try {
      const expression = parseQuery(text);
      parts = expression.kind === "and" ? expression.parts : [expression];
      filters = parts.filter((part) => !isBare(part));
      if (filters.flatMap(terms).every((term) => term.field === "text")) return null;
      among = holding(catalogue, { kind: "and", parts: filters });
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return null;
    }
    const words = parts.filter(isBare);
    const shown = [...text.matchAll(catalogue.ids.all.term)].filter((one) => one.groups.field);
    const wanted = filters.filter((part) => part.kind === "term" && ofWords.includes(part.field));
    return {
      ...plain,
      words: valuesOf(words.flatMap(terms)),
      weighed: valuesOf(wanted),
      filters: words.length ? shown.map(([one]) => one).join(" ") : text,
      among: new Set(among),
      terms: parts.filter((part) => part.kind === "term"),
    };
  }

  // The terms that match something are filters, and the rest is words.
  function leniently(catalogue, text, plain) {
    const { ofWords } = catalogue.rules;
    const { fields, otherNames } = catalogue.words;
    const made = { ...plain, terms: [] };
    const words = [];
    const weighed = [];
    const filters = [];
    for (const found of text.matchAll(catalogue.ids.all.term)) {
      const { not, field, quoted, curly, bare } = found.groups;
      const exact = (quoted ?? curly) !== undefined;
      const value = quoted ?? curly ?? bare;
      const name = (field ?? "text").toLowerCase();
      const excluded = not === "-" || (Boolean(not) && name !== "text");
      const known = fieldNamed(catalogue, name);
      let works = null;
      if (known && (name !== "text" || exact || not === "-")) {
        try {
          works = termHolds(catalogue, { kind: "term", field: known, value, exact, column: 0 });
          if (works.size && excluded) works = complement(catalogue, works);
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          if (name !== "text") made.suggestion ||= error.message;
        }
      } else if (!known) {
        const other = Object.hasOwn(otherNames, name) ? otherNames[name] : null;
        const meant = other ? [other] : nearest(name, fields, 1);
        made.suggestion ||= didYouMean(meant.map((one) => `${one}:`)).replace(/^; /, "");
        if (meant.length) {
          words.push(value);
          continue;
        }
      }
      if (works?.size) {
        made.among = both(made.among, works);
        filters.push(found[0]);
        if (ofWords.includes(name) && !excluded) weighed.push(value);
        const start = found.index;
        const end = start + found[0].length;
        if (!excluded) made.terms.push({ kind: "term", field: known, value, start, end });
      } else {
        words.push(found[0]);
      }
    }
    made.words = words.join(" ");
    made.weighed = weighed.join(" ");
    made.filters = filters.join(" ");
    return made;
  }

  const complement = (catalogue, works) =>
    new Set([...catalogue.works.key.keys()].filter((n) => !works.has(n)));

  Object.assign(globalThis.dltheory, { readQuery });
})();
