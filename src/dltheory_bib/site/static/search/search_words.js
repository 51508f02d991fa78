// The words of a text as the search knows them, as Python's `text.search_words` has them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { fold, stem } = globalThis.dltheory;

  // A function that applies patterns of Python with what each match becomes, in order.
  const applying = (rules) => {
    const made = rules.map(([pattern, instead, flags]) => [new RegExp(pattern, flags), instead]);
    return (text) => made.reduce((now, [pattern, instead]) => now.replace(pattern, instead), text);
  };
  const startsAt = (list, part, place) => part.every((one, n) => list[place + n] === one);

  class SearchWords {
    // `terms`: by the first stem of a spelling, its stems and those of its term, longest first.
    constructor(rules, terms) {
      this.stop = new Set(rules.stop);
      this.alike = new Map(Object.entries(rules.alike));
      this.spell = applying(rules.spellings);
      this.end = applying(rules.endings);
      this.known = new Map();
      this.terms = new Map(Object.entries(terms));
    }

    // Every word of a text, folded, in order.
    forms(text) {
      let folded = fold(text);
      if (/[^\x00-\x7f]/.test(folded)) {
        folded = folded.replace(/[^\p{L}\p{N}\s]/gu, (sign) => this.alike.get(sign) ?? sign);
      }
      return this.spell(folded).match(/[\p{L}\p{N}]+/gu) ?? [];
    }

    stem(form) {
      let found = this.known.get(form);
      if (found === undefined) {
        found = stem(this.end(form));
        this.known.set(form, found);
      }
      return found;
    }

    counts(form) {
      return !this.stop.has(form);
    }

    // The words that count, each with its form and stem; spellings become their terms.
    words(text) {
      const found = this.forms(text)
        .filter((form) => this.counts(form))
        .map((form) => ({ form, stem: this.stem(form) }));
      const stems = found.map((word) => word.stem);
      const made = [];
      for (let place = 0; place < found.length; ) {
        const pair = (this.terms.get(stems[place]) ?? []).find(([key]) =>
          startsAt(stems, key, place),
        );
        if (pair) {
          const [key, term] = pair;
          const spelled = found.slice(place, place + key.length).map((word) => word.form);
          made.push(...term.map((one) => ({ form: spelled.join(" "), stem: one })));
          place += key.length;
        } else {
          made.push(found[place]);
          place += 1;
        }
      }
      return made;
    }
  }

  Object.assign(globalThis.dltheory, { SearchWords });
})();
