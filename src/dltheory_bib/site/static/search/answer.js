// The answer to what people type: works, best first, and topics, people and questions, as Python's
// `query.answer` makes it.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { knownWorks, isIdentifier, peopleNamed, personHeading } = globalThis.dltheory;
  const { isName, byFirstAuthor, headings, isDigits } = globalThis.dltheory;
  const { nearestForms, formsStarting, halves, nearest } = globalThis.dltheory;
  const { readQuery, oldestFirst } = globalThis.dltheory;

  // `mend: false` keeps words that no work has.
  function search(catalogue, query, { mend = true } = {}) {
    const found = {
      query,
      works: [],
      matching: 0, // how many works have any of the words; of many the best are in `works`
      complete: 0, // how many works have all the words that some work has
      headings: [],
      units: [], // the words that count, also those that no work has
      stems: [],
      ranked: new Map(),
      typed: null,
      filtered: 0, // the number of works that match the filters
      mended: [], // words that no work has, each with what was searched for instead
      searched: "",
      favoured: new Map(),
      known: false,
    };
    const known = knownWorks(catalogue, query);
    if (known.length || isIdentifier(catalogue, query)) {
      return Object.assign(found, { works: known, known: true });
    }
    const typed = readQuery(catalogue, query);
    found.typed = typed;
    if (typed.among) found.filtered = typed.among.size;
    const having = readWords(catalogue, `${typed.words} ${typed.weighed} `, found, mend);
    if (having.length) {
      nameOthers(catalogue, typed.words, found);
      const ranked = catalogue.index.rank(having, typed.among, found.favoured);
      found.ranked = new Map(ranked.works.map((one) => [one.n, one]));
      found.works = ranked.works.map((one) => one.n);
      found.matching = ranked.count;
      found.complete = catalogue.index.havingAll(having, typed.among);
    }
    if (!typed.words.trim()) {
      const all = oldestFirst(catalogue, typed.among ?? catalogue.works.key.keys());
      found.works.push(...all.filter((n) => !found.ranked.has(n)));
    }
    return found;
  }

  // Fills in the words of the query; those that some work has.
  function readWords(catalogue, text, found, mend) {
    const { index, read, rules } = catalogue;
    const years = [...text.matchAll(catalogue.ids.all.years)].map((one) =>
      one.slice(1, 3).map(Number).sort((first, last) => first - last),
    );
    text = text.replace(catalogue.ids.all.years, " ");
    if (mend) text = mended(catalogue, text, found);
    found.searched = text.split(/\s+/).filter(Boolean).join(" ");
    let words = read.words(text);
    if (words.length && words.every((word) => isDigits(word.stem))) {
      words = read.forms(text).map((form) => ({ form, stem: read.stem(form) }));
    }
    const forms = new Map();
    for (const word of words.slice(0, rules.mostWords)) {
      if (!forms.has(word.stem)) forms.set(word.stem, word.form);
    }
    for (const [stem, form] of forms) {
      const number = index.numbers.get(stem);
      const started = () => formsStarting(index, form).map(([, word]) => word);
      found.units.push(index.unit(form, number === undefined ? started() : [number]));
      found.stems.push(stem);
    }
    for (const [first, last] of years) {
      const numbers = [];
      for (let year = first; year <= last; year++) {
        if (index.numbers.has(String(year))) numbers.push(index.numbers.get(String(year)));
      }
      found.units.push(index.unit(`${first}-${last}`, numbers));
    }
    return found.units.filter((unit) => unit.words.length);
  }

  // A query whose words that no work has are replaced by the nearest that have.
  function mended(catalogue, text, found) {
    const { index, read } = catalogue;
    const words = new Map(read.words(text).map((word) => [word.form, word.stem]));
    const others = [...new Set(words.values())]
      .map((stem) => index.numbers.get(stem))
      .filter((number) => number !== undefined);
    const quoted = [...text.matchAll(catalogue.ids.all.quoted)].map((one) => one[1]);
    const kept = new Set(read.forms(quoted.join(" ")));
    const instead = new Map();
    for (const [form, stem] of words) {
      if (index.numbers.has(stem) || form.includes(" ") || kept.has(form)) continue;
      const parts = halves(index, form);
      const near = parts.length ? [] : nearestForms(index, form);
      const best = near.length ? bestWith(index, near, others) : "";
      if (parts.length) instead.set(form, parts.join(" "));
      if (best) {
        instead.set(form, best);
        found.mended.push([form, best]);
      }
    }
    if (!instead.size) return text;
    return read
      .forms(text)
      .map((form) => instead.get(form) ?? form)
      .join(" ");
  }

  // The word that occurs in one work with most of the other words of the query. Without any of
  // them, the word was hardly meant, and an empty text is returned.
  function bestWith(index, near, others) {
    if (!others.length) return near[0][0];
    const counts = new Map();
    for (const word of others) {
      for (const n of index.works[word]) counts.set(n, (counts.get(n) ?? 0) + 1);
    }
    const most = near.map(([, word]) =>
      index.works[word].reduce((best, n) => Math.max(best, counts.get(n) ?? 0), 0),
    );
    const best = Math.max(...most);
    return best ? near[most.indexOf(best)][0] : "";
  }

  // Finds what else the query names, and the works that this favours.
  function nameOthers(catalogue, text, found) {
    const { favour } = catalogue.rules;
    const having = found.stems.map((_, n) => n).filter((n) => found.units[n].words.length);
    const stems = having.map((n) => found.stems[n]);
    const idfs = having.map((n) => found.units[n].idf);
    const all = catalogue.read.forms(text);
    const forms = all.filter((form) => !isDigits(form));
    const people = peopleNamed(catalogue, all).map((one) => personHeading(catalogue, one));
    found.headings = [...headings(catalogue, stems, idfs), ...people];
    const { favoured } = found;
    for (const n of byFirstAuthor(catalogue, text)) favoured.set(n, favour.firstAuthor);
    for (const one of found.headings) {
      if (one.kind === "person" && one.whole) {
        const alone = isName(catalogue, one.person, forms) ? favour.personAlone : favour.person;
        for (const n of catalogue.worksOf[one.person]) favoured.set(n, alone);
      } else if (one.kind === "topic" && one.whole) {
        const start = (catalogue.starts.get(one.id) ?? []).slice(0, favour.topic.length);
        start.forEach((n, at) => {
          favoured.set(n, Math.max(favoured.get(n) ?? 0, favour.topic[at]));
        });
      }
    }
  }

  // Why a work answers a query: words with the fields that have them, words that it lacks, the
  // filters, and whether it is favoured.
  function why(catalogue, found, n) {
    const { rules, index } = catalogue;
    const made = { known: found.known, having: [], lacking: [], filters: "", favoured: false };
    if (found.known) return made;
    const parts = index.parts[n];
    const size = rules.fields.length;
    for (const unit of found.units) {
      const has = (part) => part.some((word) => unit.words.includes(word));
      let fields = rules.fields.filter((_, at) => has(parts[at]));
      if (!fields.length && parts.slice(size).some(has)) fields = ["title of another version"];
      if (fields.length) made.having.push([unit.form, fields]);
      else made.lacking.push(unit.form);
    }
    made.filters = found.typed.filters;
    made.favoured = found.favoured.has(n);
    return made;
  }

  const once = (list) => [...new Set(list)];

  // The same in one line.
  function explain(catalogue, found, n) {
    const { known, having, lacking, filters, favoured } = why(catalogue, found, n);
    if (known) return "the query is an id, a key or an address of this work";
    const words = once(having.map(([form, fields]) => `${form} (${fields.join(", ")})`));
    const made = [
      words.join(", "),
      lacking.length && `without ${once(lacking).join(", ")}`,
      filters && `matches ${filters}`,
      favoured && "by the person, or at the start of the topic, that the query names",
    ];
    return made.filter(Boolean).join("; ");
  }

  const missing = (found) => found.units.filter((unit) => !unit.words.length).map((u) => u.form);
  const worksMatch = (count) => `${count} ${count === 1 ? "work matches" : "works match"}`;
  const quote = (form) => `'${form}'`;

  // What there is to say about an answer, a sentence each; not what was mended.
  function notes(catalogue, found) {
    const asked = found.query.trim();
    if (found.known) {
      return found.works.length ? [] : [`no work here has the id or address ${asked}`];
    }
    const made = found.typed.suggestion ? [found.typed.suggestion] : [];
    if (!found.works.length) {
      return [`no work matches ${asked}`, ...made, ...whyNothing(catalogue, found)];
    }
    const lacking = missing(found);
    if (lacking.length) made.push(`left out, because no work has it: ${lacking.join(", ")}`);
    const having = found.units.length - lacking.length;
    const most = [...found.ranked.values()].map((one) => one.matched.size);
    const best = most.length ? Math.max(...most) : having;
    if (best < having) made.push(`no work has all ${having} words; the nearest have ${best}`);
    return made;
  }

  // The words that no work has, each with the nearest that have.
  function near(catalogue, found) {
    const known = [...catalogue.index.forms.keys()];
    return once(missing(found)).map((form) => {
      const [first] = form;
      return { form, forms: nearest(form, known.filter((one) => one.startsWith(first))) };
    });
  }

  // Which part of a query matches nothing, and what is near.
  function whyNothing(catalogue, found) {
    const { index } = catalogue;
    const { filters } = found.typed;
    const made = near(catalogue, found).map(({ form, forms }) => {
      const hint = forms.length ? `; near it are ${forms.join(", ")}` : "";
      return `no work has ${quote(form)}${hint}`;
    });
    if (filters && found.units.length) {
      const having = found.units.filter((unit) => unit.words.length);
      const count = index.rank(having).works.length;
      const words = having.map((unit) => unit.form).join(" ");
      if (count) made.push(`${worksMatch(count)} ${words} without ${filters}`);
      made.push(`${worksMatch(found.filtered)} ${filters}`);
    } else if (!found.units.length && !filters) {
      made.push("it has no word to search for");
    }
    return made;
  }

  Object.assign(globalThis.dltheory, { search, explain, why, notes, near });
})();
