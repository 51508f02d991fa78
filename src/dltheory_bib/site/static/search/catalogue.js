// The works as the search needs them: made once from what `search-data.js` hands over.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { fold, words, digitReader } = globalThis.dltheory;
  const { Identifiers, SearchIndex, SearchWords } = globalThis.dltheory;
  const COLUMNS = 4; // a place is (column, offset); no column holds more words than SPAN
  const SPAN = 1 << 20;

  class Catalogue {
    constructor(data) {
      this.works = data.works;
      this.size = data.works.key.length;
      this.words = data.words;
      this.rules = data.rules;
      this.ids = new Identifiers(data.rules.patterns);
      this.read = new SearchWords(data.rules, data.index.glossary);
      this.headings = data.index.headings;
      this.starts = new Map(Object.entries(data.index.starts));
      this.first = data.index.first;
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
      this.makeIndex = () => new SearchIndex(data.index, data.rules, data.text.digits, this.read);
    }

    // Words and weights for the ranking, made when they are needed first.
    get index() {
      this.madeIndex ??= this.makeIndex();
      return this.madeIndex;
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
      const names = stems.split(" ");
      const postings = names.map(() => []);
      digitReader(digits)
        .parts(tokens)
        .forEach((columns, work) => {
          columns.forEach((words, column) => {
            const place = (work * COLUMNS + column) * SPAN;
            words.forEach((word, offset) => postings[word].push(place + offset));
          });
        });
      this.postings = new Map(names.map((name, n) => [name, postings[n]]));
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

    // The work with this key, alias, arXiv id, DOI or URL; undefined where there is none.
    find(name) {
      const known = this.number.get(name);
      if (known !== undefined) return known;
      const parsed = this.ids.parse(name);
      if (!parsed) return undefined;
      const found = this.identified(parsed);
      if (found !== undefined || parsed[0] !== "url") return found;
      // publishers' URLs often contain the DOI
      const dois = this.ids.dois(parsed[1]).map((one) => this.ids.parse(one));
      const numbers = dois.filter(Boolean).map((one) => this.identified(one));
      return numbers.find((n) => n !== undefined);
    }

    identified([scheme, value]) {
      const known = this.identifiers[scheme] ?? {};
      return Object.hasOwn(known, value) ? known[value] : undefined;
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
