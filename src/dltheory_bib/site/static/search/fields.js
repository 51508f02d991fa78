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

  const JOINERS = {
    "&&": "and",
    "&": "and",
    "+": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "~": "not",
  };
  const OPERATOR = /^([A-Za-z][A-Za-z_-]*)\s*([<>=≤≥]=?|!=)\s*(.*)$/;
  const HYPHENATED = /^([A-Za-z]+(?:-[A-Za-z]+)+):(?!\/\/)(.+)$/;
  const quoted = (value) => (/[\s()]/.test(value) ? `"${value}"` : value);

  // A year or a range in the query language; empty if no form is evident.
  function rightYear(value) {
    const range = value.match(/^(\d{4})\s*(?:\.+|…|–|—|:|,|\/|to|until)\s*(\d{4})$/);
    if (range) return range.slice(1).sort().join("..");
    const years = value.match(/(?<!\d)\d{4}(?!\d)/g) ?? [];
    if (years.length !== 1) return "";
    const year = Number(years[0]);
    if (/>=|≥|=>|\+|since|from/.test(value)) return `${year}..`;
    if (/<=|≤|=<|until|to/.test(value)) return `..${year}`;
    if (/>|after/.test(value)) return `${year + 1}..`;
    if (/<|before/.test(value)) return `..${year - 1}`;
    return String(year);
  }

  // A correction for a word that was meant as a term: `year:2020..` for `year>2019`.
  function nearMiss(catalogue, text) {
    if (Object.hasOwn(JOINERS, text)) return `a term, \`${JOINERS[text]}\`, and another term`;
    let negated = /^[!~]/.test(text) ? "not " : "";
    text = text.replace(/^!/, "").replace(/^~/, "").trimStart();
    const found = text.match(OPERATOR);
    const field = found && fieldNamed(catalogue, found[1]);
    if (field) {
      if (found[2] === "!=") negated = "not ";
      const value = (field === "year" && rightYear(found[2] + found[3])) || found[3];
      return value ? `${negated}${field}:${quoted(value)}` : `${field}: and a value`;
    }
    const hyphens = text.match(HYPHENATED);
    const named = hyphens && fieldNamed(catalogue, hyphens[1]);
    if (named) return `${negated}${named}:${quoted(hyphens[2])}`;
    const colon = text.indexOf(":");
    const last = negated && colon >= 0 && fieldNamed(catalogue, text.slice(0, colon));
    return last ? `not ${last}:${quoted(text.slice(colon + 1))}` : null;
  }

  function textMatch(catalogue, term, title) {
    const wanted = phrases(term.value, term.exact);
    if (!wanted.length) {
      const bound = /^[<>=≤≥]/.test(term.value);
      const hint = bound
        ? "; bounds are for years, and are written year:2017.. or year:..2019"
        : "";
      fail(`${quote(term.value)} contains no word to search for${hint}`, term);
    }
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
    const several = term.value.split(/\s*[,|;/]\s*/);
    if (several.length > 1 && several.every((one) => topicNamed(catalogue, one) !== undefined)) {
      const write = several.map((one) => `topic:${quoted(one)}`).join(" or ");
      fail(`a term names one topic; write ${write}`, term);
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
      const meant = rightYear(term.value);
      const write = meant ? `year:${meant}` : "2017, 2017..2019, 2017.. or ..2019";
      fail(`${quote(term.value)} is not a year; write ${write}`, term);
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
      const meant = term.exact ? null : nearMiss(catalogue, term.value);
      if (meant) {
        const hint = `write ${meant}, or quote it to look for the words`;
        fail(`${quote(term.value)} is not a term; ${hint}`, term);
      }
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

  // The name of a field; American spellings, `cited_by` and `arxiv` are accepted.
  function fieldNamed(catalogue, said) {
    const plain = said.toLowerCase().replace(/[_-]/g, "");
    const name = Object.hasOwn(SPELLINGS, plain) ? SPELLINGS[plain] : plain;
    return catalogue.words.fields.includes(name) ? name : null;
  }

  // The works for which a term holds, as a set. Throws QueryError for a field or value nobody
  // knows.
  function termHolds(catalogue, term) {
    const { fields, relations, inverses, examples, otherNames } = catalogue.words;
    const name = fieldNamed(catalogue, term.field);
    if (!name) {
      const near = Object.hasOwn(otherNames, term.field)
        ? [otherNames[term.field]]
        : nearest(term.field, fields, 2);
      const hint =
        didYouMean(near.map((one) => `${one}:`)) ||
        `; quote words that contain a colon; known are ${fields.join(", ")}`;
      fail(`unknown field ${quote(term.field)}${hint}`, term);
    }
    if (!term.value.trim()) fail(`${name}: needs a value, as in ${examples[name]}`, term);
    if (Object.hasOwn(relations, name)) return askEdge(catalogue, term, relations[name], false);
    if (Object.hasOwn(inverses, name)) return askEdge(catalogue, term, inverses[name], true);
    return FIELDS[name](catalogue, term);
  }

  Object.assign(globalThis.dltheory, { termHolds, fieldNamed, people, topicNamed });
})();
