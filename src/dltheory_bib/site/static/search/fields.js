// The fields of the query language, as Python's `query.fields` asks them: each gives the works.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { COLUMNS, fold, searchable, words, tokens } = globalThis.dltheory;
  const { nearest, didYouMean, QueryError } = globalThis.dltheory;
  const SPELLINGS = { generalizes: "generalises", generalizedby: "generalisedby", arxiv: "eprint" };
  const HAS = {
    arxiv: "eprint",
    remark: "remarks",
    relation: "relations",
    reference: "references",
  };
  const WORDS_IN_A_NAME = 20;

  const fail = (message, term) => {
    throw new QueryError(message, term.column);
  };
  const where = (catalogue, holds) => {
    const found = new Set();
    for (let n = 0; n < catalogue.size; n++) if (holds(n)) found.add(n);
    return found;
  };
  const both = (one, other) => new Set([...one].filter((n) => other.has(n)));
  const quote = (value) =>
    value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value}'`;

  // The phrases of a text: its words, or, where it is exact, all of them in a row.
  function phrases(value, exact) {
    const found = words(searchable(value)).map(tokens);
    return exact && found.length ? [found.flat()] : found;
  }

  function textMatch(catalogue, term, title) {
    const wanted = phrases(term.value, term.exact);
    if (!wanted.length) fail(`${quote(term.value)} contains no word to search for`, term);
    return wanted
      .map((stems) => {
        const places = catalogue.phrase(stems);
        const wanted = title ? places.filter((column) => column % COLUMNS === 0) : places;
        return new Set(wanted.map((column) => Math.floor(column / COLUMNS)));
      })
      .reduce(both);
  }

  function oneOf(term, value, known, what) {
    const wanted = fold(value);
    if (known.includes(wanted)) return wanted;
    const hint = didYouMean(nearest(value, known, 1)) || `; known are ${known.join(", ")}`;
    return fail(`unknown ${what} ${quote(value)}${hint}`, term);
  }

  function topicNamed(catalogue, name) {
    const folded = fold(name);
    for (const one of [folded, folded.replaceAll(" ", "-")]) {
      if (catalogue.topicNames.has(one)) return catalogue.topicNames.get(one)[0];
    }
    return undefined;
  }

  function resolveTopic(catalogue, term) {
    const found = topicNamed(catalogue, term.value);
    if (found !== undefined) return found;
    const names = [...catalogue.topicNames.keys()].sort();
    const started = names.find((name) => name.startsWith(`${fold(term.value)} `));
    if (started) {
      const hint = `quote a name of several words: topic:"${started}"`;
      fail(`unknown topic ${quote(term.value)}; ${hint}`, term);
    }
    const near = nearest(term.value, names).map((name) => catalogue.topicNames.get(name)[0]);
    const ids = [...new Set(near)].map((n) => catalogue.topics[n][0]);
    return fail(`unknown topic ${quote(term.value)}${didYouMean(ids)}`, term);
  }

  function people(catalogue, name) {
    const byId = catalogue.personIds.get(fold(name));
    if (byId !== undefined) return new Set([byId]);
    const found = words(name)
      .slice(0, WORDS_IN_A_NAME)
      .map((word) => {
        if ([...word].length > 1) return new Set(catalogue.personWords.get(word) ?? []);
        const all = [...catalogue.personWords].filter(([one]) => one.startsWith(word));
        return new Set(all.flatMap(([, numbers]) => numbers));
      });
    return found.length ? found.reduce(both) : new Set();
  }

  function askAuthor(catalogue, term) {
    const found = people(catalogue, term.value);
    if (!found.size) {
      const known = [...catalogue.personWords.keys()];
      const near = words(term.value)
        .map((word) => nearest(word, known, 1)[0])
        .filter(Boolean);
      fail(`unknown author ${quote(term.value)}${didYouMean(near)}`, term);
    }
    return new Set([...found].flatMap((one) => catalogue.worksOf[one]));
  }

  function askYear(catalogue, term) {
    const years = catalogue.works.year;
    const bound = term.value.match(/^([<>]=?)(\d{4})$/);
    if (bound) {
      const year = Number(bound[2]);
      const holds = {
        "<": (one) => one < year,
        "<=": (one) => one <= year,
        ">": (one) => one > year,
        ">=": (one) => one >= year,
      }[bound[1]];
      return where(catalogue, (n) => holds(years[n]));
    }
    const found = term.value.match(/^(\d{4})?(?:(\.\.|-)(\d{4})?)?$/);
    if (!found || !(found[1] || found[3])) {
      const hint = "write 2017, 2017..2019, 2017.. or ..2019";
      fail(`${quote(term.value)} is not a year; ${hint}`, term);
    }
    const [, first, dots, last] = found;
    if (!dots) return where(catalogue, (n) => years[n] === Number(first));
    if (first && last && Number(first) > Number(last)) {
      fail(`there is no year in ${term.value}; write ${last}..${first}`, term);
    }
    const [from, to] = [Number(first ?? 0), Number(last ?? 9999)];
    return where(catalogue, (n) => years[n] >= from && years[n] <= to);
  }

  function askVenue(catalogue, term) {
    const folded = fold(term.value);
    if (folded === "arxiv") return where(catalogue, (n) => catalogue.works.type[n] === "preprint");
    const found = catalogue.venueNames.get(folded);
    if (!found) {
      const hint = didYouMean(nearest(term.value, [...catalogue.venueNames.keys()].sort(), 2));
      fail(`unknown venue ${quote(term.value)}${hint}`, term);
    }
    return where(catalogue, (n) => found.includes(catalogue.works.venue[n]));
  }

  function askHas(catalogue, term) {
    const value = term.value.toLowerCase();
    const { features } = catalogue.words;
    const bit = 1 << features.indexOf(oneOf(term, HAS[value] ?? value, features, "feature"));
    return where(catalogue, (n) => catalogue.works.features[n] & bit);
  }

  function work(catalogue, term) {
    const found = catalogue.find(term.value);
    if (found !== undefined) return found;
    const known = [...catalogue.number.keys()];
    return fail(`unknown work ${quote(term.value)}${didYouMean(nearest(term.value, known))}`, term);
  }

  function askEdge(catalogue, term, relation, inverse) {
    const wanted = work(catalogue, term);
    const pairs = catalogue.edges[relation] ?? [];
    const found = new Set();
    for (let at = 0; at < pairs.length; at += 2) {
      const [source, target] = [pairs[at], pairs[at + 1]];
      if ((inverse ? source : target) === wanted) found.add(inverse ? target : source);
    }
    return found;
  }

  const equal = (what, column, known) => (catalogue, term) => {
    const value = oneOf(term, term.value, catalogue.words[known], what);
    return where(catalogue, (n) => catalogue.works[column][n] === value);
  };
  // By id, label, alias, or the start of one, as `snapshot.result_rows.find_question` does.
  function askQuestion(catalogue, term) {
    const { names, works } = catalogue.questions;
    const known = new Map(names);
    const wanted = fold(term.value.trim());
    const whole = [wanted, wanted.replaceAll(" ", "-")].find((one) => known.has(one));
    const started = [
      ...new Set(names.filter(([name]) => wanted && name.startsWith(wanted)).map(([, id]) => id)),
    ].sort();
    const found = whole === undefined ? started : [known.get(whole)];
    if (found.length === 1) return new Set(works[found[0]] ?? []);
    const near = nearest(term.value, [...known.keys()]).map((name) => known.get(name));
    const hint = didYouMean(found.length ? found : [...new Set(near)]);
    return fail(`unknown question ${quote(term.value)}${hint}`, term);
  }

  const FIELDS = {
    text: (catalogue, term) => {
      const named = catalogue.find(term.value);
      const found = textMatch(catalogue, term, false);
      return named === undefined ? found : new Set([...found, named]);
    },
    title: (catalogue, term) => textMatch(catalogue, term, true),
    topic: (catalogue, term) => {
      const topic = resolveTopic(catalogue, term);
      return where(catalogue, (n) => catalogue.works.topics[n].includes(topic));
    },
    author: askAuthor,
    year: askYear,
    venue: askVenue,
    type: equal("type", "type", "types"),
    level: equal("level", "level", "levels"),
    checked: equal("value", "checked", "checked"),
    has: askHas,
    question: askQuestion,
    key: (catalogue, term) => new Set([work(catalogue, term)]),
    doi: (catalogue, term) => new Set([work(catalogue, term)]),
    eprint: (catalogue, term) => new Set([work(catalogue, term)]),
  };

  // The works for which a term holds. Throws QueryError for a field or value nobody knows.
  function askTerm(catalogue, term) {
    const { fields, relations, inverses, examples } = catalogue.words;
    const name = Object.hasOwn(SPELLINGS, term.field) ? SPELLINGS[term.field] : term.field;
    if (!fields.includes(name)) {
      const near = nearest(term.field, fields, 2).map((one) => `${one}:`);
      const hint =
        didYouMean(near) || `; quote words that contain a colon; known are ${fields.join(", ")}`;
      fail(`unknown field ${quote(term.field)}${hint}`, term);
    }
    if (!term.value.trim()) fail(`${name}: needs a value, as in ${examples[name]}`, term);
    if (Object.hasOwn(relations, name)) return askEdge(catalogue, term, relations[name], false);
    if (Object.hasOwn(inverses, name)) return askEdge(catalogue, term, inverses[name], true);
    return FIELDS[name](catalogue, term);
  }

  Object.assign(globalThis.dltheory, { askTerm, phrases, people, topicNamed });
})();
