// Ranks works by the words of a query, in the integers of Python's `query.rank`, which describes
// the steps; the weights of words are made as `snapshot.compile_search` makes them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { digitReader } = globalThis.dltheory;
  const FIELDS = 4; // title, people, topics, text; the names of a work follow

  // The words of the works, and for each word the works that have it.
  class SearchIndex {
    constructor(data, rules, digits, read) {
      this.rules = rules;
      this.read = read;
      this.prior = data.prior;
      this.forms = new Map(); // the number of the word that a form is of
      this.numbers = new Map(); // the same of a stem
      this.stems = [];
      data.words.split("\n").forEach((line, word) => this.addWord(line, word));
      this.works = this.stems.map(() => []);
      this.weights = this.stems.map(() => []);
      this.parts = digitReader(digits).parts(data.tokens);
      this.parts.forEach((parts, n) => this.addWork(n, parts, data.titles[n] ?? 1));
      this.idf = this.works.map((works) => data.idf[works.length]);
    }

    addWord(line, word) {
      const forms = line.split(" ");
      const stem = line.startsWith("=") ? line.slice(1) : this.read.stem(forms[0]);
      this.stems.push(stem);
      this.numbers.set(stem, word);
      if (!line.startsWith("=")) for (const form of forms) this.forms.set(form, word);
    }

    addWork(n, parts, titles) {
      const { weights, scale, saturation } = this.rules.index;
      const counts = new Map();
      weights.forEach(([base, slope, pivot], field) => {
        const words = parts[field];
        const length = 100 - slope + Math.floor((slope * words.length) / pivot);
        const each = Math.floor((10000 * base) / length);
        for (const word of words) counts.set(word, (counts.get(word) ?? 0) + each);
      });
      const own = new Set(parts[FIELDS]);
      for (const title of parts.slice(FIELDS + 1, FIELDS + titles)) {
        for (const word of title) {
          if (!own.has(word)) counts.set(word, (counts.get(word) ?? 0) + 100 * weights[0][0]);
        }
      }
      for (const [word, count] of counts) {
        this.works[word].push(n);
        this.weights[word].push(Math.floor((scale * count) / (count + saturation)));
      }
    }

    // Forms with the numbers of their words: those that most works have first.
    commonest(forms) {
      const known = [...new Set(forms)].filter((form) => this.forms.has(form));
      const found = known.map((form) => [form, this.forms.get(form)]);
      return found.sort(
        ([one, a], [other, b]) => this.idf[a] - this.idf[b] || (one < other ? -1 : 1),
      );
    }

    // A word that stands for several, or for none.
    unit(form, words) {
      const numbers = [...new Set(words)].sort((one, other) => one - other);
      const idf = numbers.length ? Math.min(...numbers.map((word) => this.idf[word])) : 0;
      return { form, idf, words: numbers };
    }

    sums(units) {
      const { covered } = this.rules.rank;
      const scores = new Map();
      const add = (n, idf, weight) => {
        scores.set(n, (scores.get(n) ?? 0) + idf * (covered + weight));
      };
      for (const { idf, words } of units) {
        if (words.length === 1) {
          const [works, weights] = [this.works[words[0]], this.weights[words[0]]];
          for (let at = 0; at < works.length; at++) add(works[at], idf, weights[at]);
          continue;
        }
        const best = new Map();
        for (const word of words) {
          this.works[word].forEach((n, at) => {
            best.set(n, Math.max(best.get(n) ?? 0, this.weights[word][at]));
          });
        }
        for (const [n, weight] of best) add(n, idf, weight);
      }
      return scores;
    }

    // The works that have any of the words, best first, only those of `among`, if given: each with
    // its score, and the places in the query of the units that it has. The first are looked at
    // closely; no more than `most` are returned.
    rank(units, among = null, favoured = new Map()) {
      const { reranked, most } = this.rules.rank;
      let scores = [...this.sums(units)];
      if (among) scores = scores.filter(([n]) => among.has(n));
      scores.sort(([n, one], [m, other]) => other - one || n - m);
      const look = this.closely(units, favoured);
      const first = scores.slice(0, reranked).map(([n, sum]) => look(n, sum));
      first.sort((one, other) => other.score - one.score || one.n - other.n);
      const rest = scores.slice(reranked, most);
      const works = [...first, ...rest.map(([n, score]) => ({ n, score, matched: new Set() }))];
      return { works, count: scores.length };
    }

    // How many works have every word, only those of `among`, if given.
    havingAll(units, among = null) {
      const lists = units.map(({ words }) => new Set(words.flatMap((word) => [...this.works[word]])));
      const [first, ...rest] = lists;
      const has = (n) => (!among || among.has(n)) && rest.every((works) => works.has(n));
      return [...first].filter(has).length;
    }

    closely(units, favoured) {
      const { all, pair } = this.rules.rank;
      const size = this.stems.length;
      const places = new Map();
      const pairs = new Map();
      units.forEach((unit, place) => {
        for (const word of unit.words) {
          if (!places.has(word)) places.set(word, []);
          places.get(word).push(place);
        }
        for (const one of place ? units[place - 1].words : []) {
          const least = Math.min(units[place - 1].idf, unit.idf);
          for (const other of unit.words) pairs.set(one * size + other, least);
        }
      });
      const query = units.map((unit) => unit.words[0]);
      const total = units.reduce((sum, unit) => sum + unit.idf, 0);
      return (n, sum) => {
        const parts = this.parts[n];
        const having = new Set();
        for (const part of parts) for (const word of part) if (places.has(word)) having.add(word);
        const matched = new Set([...having].flatMap((word) => places.get(word)));
        let score = sum;
        if (matched.size === units.length) {
          score += Math.floor((score * all) / 1000);
          const named = parts.slice(FIELDS).map((name) => this.named(query, name));
          score += Math.max(0, ...named) * total;
        }
        if (having.size > 1) score += gained(parts, pairs, pair, size);
        score += total * (favoured.get(n) ?? 0);
        score = Math.floor((score * (1000 + this.prior[n])) / 1000);
        return { n, score, matched };
      };
    }

    // By how much of the sum of idf a name of a work raises it.
    named(query, name) {
      const { whole, inName, name: inOrder } = this.rules.rank;
      if (same(query, name)) return whole;
      if (!query.length || !query.every((word) => name.includes(word))) return 0;
      for (let start = 0; start + query.length <= name.length; start++) {
        if (query.every((word, at) => name[start + at] === word)) {
          return inName + Math.floor((inOrder * query.length) / name.length);
        }
      }
      return inName;
    }
  }

  const same = (one, other) => one.length === other.length && one.every((x, n) => x === other[n]);

  // For neighbours of the query that are neighbours in a field: the best field counts.
  function gained(parts, pairs, bonus, size) {
    const best = new Map();
    bonus.forEach((each, field) => {
      const words = parts[field];
      for (let at = 1; at < words.length; at++) {
        const key = words[at - 1] * size + words[at];
        const least = pairs.get(key);
        if (least !== undefined) best.set(key, Math.max(best.get(key) ?? 0, each * least));
      }
    });
    return [...best.values()].reduce((sum, one) => sum + one, 0);
  }

  Object.assign(globalThis.dltheory, { SearchIndex });
})();
