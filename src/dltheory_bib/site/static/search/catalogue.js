// The works as the search needs them: made once from what `search-data.js` hands over.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { fold, words } = globalThis.dltheory;
  const COLUMNS = 4; // a place is (column, offset); no column holds more words than SPAN
  const SPAN = 1 << 20;

  class Catalogue {
    constructor(data) {
      this.works = data.works;
      this.size = data.works.key.length;
      this.words = data.words;
      this.topics = data.topics;
      this.venues = data.venues;
      this.people = data.people.map((one) => (typeof one === "string" ? [one, ""] : one));
      for (const one of this.people) one[1] ||= slug(one[0]);
      this.aliases = data.names.aliases;
      this.identifiers = data.names.identifiers;
      this.edges = data.edges;
      this.questions = data.questions;
      this.number = new Map(this.works.key.map((key, n) => [key, n]));
      for (const [name, n] of Object.entries(this.aliases)) this.number.set(name, n);
      this.topicNames = named(this.topics);
      this.venueNames = named(this.venues);
      this.personIds = new Map(this.people.map(([, id], n) => [id, n]));
      this.indexPeople();
      this.indexText(data.text);
    }

    indexPeople() {
      this.personWords = new Map();
      this.people.forEach(([name, id, ...aliases], n) => {
        const found = new Set([id, ...words(name), ...aliases.flatMap(words)]);
        for (const word of found) push(this.personWords, word, n);
      });
      this.worksOf = this.people.map(() => []);
      this.works.people.forEach((people, n) => people.forEach((one) => this.worksOf[one].push(n)));
    }

    // Postings by stem: the work, and the place in it, in order.
    indexText({ digits, stems, tokens }) {
      const half = digits.length / 2;
      const value = new Map([...digits].map((digit, n) => [digit.charCodeAt(0), n]));
      const names = stems.split(" ");
      const postings = names.map(() => []);
      const lengths = new Array(this.size).fill(0);
      let work = 0;
      let place = 0;
      let number = 0;
      let unit = 1;
      for (let at = 0; at < tokens.length; at++) {
        const code = tokens.charCodeAt(at);
        if (code === 10) {
          work += 1;
          place = 0;
        } else if (code === 32) {
          place = (Math.floor(place / SPAN) + 1) * SPAN;
        } else {
          const digit = value.get(code);
          if (digit >= half) {
            number += unit * (digit - half);
            unit *= half;
            number += unit; // the digits that follow count from one
          } else {
            postings[number + unit * digit].push(work * COLUMNS * SPAN + place);
            lengths[work] += 1;
            place += 1;
            number = 0;
            unit = 1;
          }
        }
      }
      this.postings = new Map(names.map((name, n) => [name, postings[n]]));
      this.lengths = lengths;
      this.averageLength = lengths.reduce((sum, one) => sum + one, 0) / (this.size || 1);
    }

    // Where some stems stand in a row: the number of the column among those of all works, once for
    // each time, in order.
    phrase(stems) {
      if (!stems.length) return [];
      const [first, ...rest] = stems.map((stem) => this.postings.get(stem) ?? []);
      const others = rest.map((places) => new Set(places));
      const found = others.length
        ? first.filter((place) => others.every((places, n) => places.has(place + n + 1)))
        : first;
      return found.map((place) => Math.floor(place / SPAN));
    }

    // The work with this key, alias, arXiv id or DOI; undefined where there is none.
    find(name) {
      const known = this.number.get(name);
      if (known !== undefined) return known;
      let value = name.trim().toLowerCase();
      for (const prefix of ["https://doi.org/", "https://arxiv.org/abs/", "arxiv:", "doi:"]) {
        if (value.startsWith(prefix)) value = value.slice(prefix.length);
      }
      for (const one of [value, value.replace(/v\d+$/, "")]) {
        if (Object.hasOwn(this.identifiers, one)) return this.identifiers[one];
      }
      return undefined;
    }

    byline(n) {
      const families = this.works.people[n].map((one) => family(this.people[one][0]));
      if (families.length > 3) return `${families[0]} et al.`;
      const rest = families.slice(0, -1).join(", ");
      return rest ? `${rest} and ${families.at(-1)}` : (families[0] ?? "");
    }
  }

  const slug = (text) =>
    fold(text)
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
  const collective = (name) => name.startsWith("{") && name.endsWith("}");
  const family = (name) => (collective(name) ? name.slice(1, -1) : name.split(",")[0].trim());
  const natural = (name) => {
    if (collective(name)) return name.slice(1, -1);
    const parts = name.split(",").map((part) => part.trim());
    const suffix = parts.length === 3 ? `, ${parts[1]}` : "";
    return `${parts.length > 1 ? `${parts.at(-1)} ` : ""}${parts[0]}${suffix}`;
  };
  const push = (map, key, value) => {
    if (map.has(key)) map.get(key).push(value);
    else map.set(key, [value]);
  };
  const named = (records) => {
    const found = new Map();
    records.forEach(([, , names], n) => names.forEach((name) => push(found, name, n)));
    return found;
  };

  Object.assign(globalThis.dltheory, { Catalogue, COLUMNS, natural });
})();
