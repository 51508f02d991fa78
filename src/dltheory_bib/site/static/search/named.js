// What a query names: works by id or address, people, and topics, venues, questions and trails, as
// Python's `query.known_items` and `query.headings` find them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { natural } = globalThis.dltheory;
  const WHOLE = 4;

  const digits = (form) => /^\p{N}+$/u.test(form);
  const stripped = (catalogue, text) => {
    const signs = catalogue.rules.signs;
    let [from, to] = [0, text.length];
    while (from < to && signs.includes(text[from])) from++;
    while (to > from && signs.includes(text[to - 1])) to--;
    return text.slice(from, to);
  };

  // The works that a text names by key, alias, id or address.
  function knownWorks(catalogue, text) {
    const plain = stripped(catalogue, text);
    for (const one of [text.trim(), plain, plain.replace(/\/+$/, "")]) {
      const found = catalogue.find(one);
      if (found !== undefined) return [found];
    }
    const at = atAddress(catalogue, plain);
    if (at !== undefined) return [at];
    if (!/[./]/.test(text)) return [];
    const { ids } = catalogue;
    const addresses = [...text.matchAll(ids.all.address)].map(([one]) => stripped(catalogue, one));
    const numbers = addresses.map((one) => atAddress(catalogue, one));
    numbers.push(...[...ids.arxivIds(text), ...ids.dois(text)].map((one) => catalogue.find(one)));
    return [...new Set(numbers.filter((n) => n !== undefined))];
  }

  // The work at an address that may lack its scheme.
  function atAddress(catalogue, address) {
    const whole = catalogue.ids.is.address.exec(address);
    if (!whole || whole[0] !== address) return undefined;
    if (!address.includes("://")) address = `https://${address}`;
    return catalogue.find(address) ?? catalogue.find(address.split("#")[0]);
  }

  const isIdentifier = (catalogue, text) =>
    catalogue.ids.parse(stripped(catalogue, text)) !== null;

  // The people whom a query names, and whether more than a family name is given: the longest span
  // of words that are words of one name. A single letter is an initial.
  function peopleNamed(catalogue, forms) {
    const names = forms.filter((form) => !digits(form)).slice(0, 8);
    for (let size = Math.min(4, names.length); size > 0; size--) {
      if (size === 1 && names.length > 3) break;
      const found = [];
      for (let start = 0; start + size <= names.length; start++) {
        const span = names.slice(start, start + size);
        if (span.some((form) => [...form].length > 1)) found.push(...withWords(catalogue, span));
      }
      const most = catalogue.rules.people;
      if (found.length) return [...new Set(found)].slice(0, most).map((one) => [one, size > 1]);
    }
    return [];
  }

  function withWords(catalogue, span) {
    const { personWords, worksOf, people } = catalogue;
    const found = span
      .map((word) => {
        if ([...word].length > 1) return new Set(personWords.get(word) ?? []);
        const all = [...personWords].filter(([one]) => one.startsWith(word));
        return new Set(all.flatMap(([, numbers]) => numbers));
      })
      .reduce((one, other) => new Set([...one].filter((person) => other.has(person))));
    const id = (person) => people[person][1];
    return [...found]
      .filter((person) => worksOf[person].length)
      .sort((a, b) => worksOf[b].length - worksOf[a].length || (id(a) < id(b) ? -1 : 1))
      .slice(0, catalogue.rules.people);
  }

  // Whether each of these words, or initials, is of a person's name.
  function isName(catalogue, person, forms) {
    const [name, id, ...aliases] = catalogue.people[person];
    const known = catalogue.read.forms([id, name, ...aliases].join(" "));
    return forms.every((form) =>
      known.some((word) => word === form || ([...form].length === 1 && word.startsWith(form))),
    );
  }

  // The works whose first author has this family name: `jacot`, `jacot 2018`.
  function byFirstAuthor(catalogue, text) {
    const names = catalogue.read.forms(text).filter((form) => !digits(form));
    if (names.length !== 1) return [];
    const known = new Set(catalogue.personWords.get(names[0]) ?? []);
    const found = [];
    catalogue.works.people.forEach(([first], n) => {
      if (!known.has(first)) return;
      const printed = catalogue.first[n] ?? globalThis.dltheory.fold(catalogue.people[first][0]);
      if (printed.startsWith(`${names[0]},`)) found.push(n);
    });
    return found;
  }

  // What else a query names, the best first within each kind.
  function headings(catalogue, stems, idfs) {
    const total = idfs.reduce((sum, one) => sum + one, 0);
    if (!stems.length) return [];
    const { most } = catalogue.rules.headings;
    const best = new Map();
    for (const [said, id, label, name] of catalogue.headings) {
      const kind = said.replace(/ text$/, "");
      const words = name.split(" ").filter(Boolean);
      const value =
        kind === said
          ? nameValue(words, stems, idfs, total, kind)
          : textValue(words, stems, idfs, total, catalogue.rules.headings);
      const key = `${kind} ${id}`;
      if (value && value > (best.get(key)?.value ?? 0)) best.set(key, { kind, id, label, value });
    }
    return Object.entries(most).flatMap(([kind, count]) =>
      [...best.values()]
        .filter((one) => one.kind === kind)
        .sort((one, other) => other.value - one.value || (one.id < other.id ? -1 : 1))
        .slice(0, count)
        .map(({ id, label, value }) => ({ kind, id, label, whole: value >= WHOLE })),
    );
  }

  function nameValue(name, query, idfs, total, kind) {
    if (!name.length) return 0;
    const has = (list, part, start) => part.every((one, n) => list[start + n] === one);
    if (name.length === query.length && has(name, query, 0)) return WHOLE;
    if (kind === "venue") return 0;
    for (let start = 0; start + name.length <= query.length; start++) {
      if (!has(query, name, start)) continue;
      const sum = idfs.slice(start, start + name.length).reduce((one, other) => one + other, 0);
      const share = sum / (total || 1);
      return share >= 0.3 ? 2 + share : 0;
    }
    for (let start = 0; start + query.length <= name.length; start++) {
      if (has(name, query, start)) return 1 + query.length / name.length;
    }
    return 0;
  }

  function textValue(text, query, idfs, total, { leastWords, leastWeight }) {
    if (query.length < 3 || !total) return 0;
    const words = new Set(text);
    const having = idfs.filter((_, n) => words.has(query[n]));
    const share = having.reduce((sum, one) => sum + one, 0) / total;
    return having.length >= leastWords * query.length && share >= leastWeight ? share : 0;
  }

  const personHeading = (catalogue, [person, whole]) => {
    const [name, id] = catalogue.people[person];
    return { kind: "person", id, label: natural(name), whole, person };
  };

  Object.assign(globalThis.dltheory, {
    knownWorks,
    isIdentifier,
    peopleNamed,
    personHeading,
    isName,
    byFirstAuthor,
    headings,
    isDigits: digits,
  });
})();
