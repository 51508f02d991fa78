// Which cards of a question apply in a setting, and which are best, as Python's
// `theorems.standings` and `theorems.theorem_table` find it: a test compares them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const ANY = "any-";
  const APPLIES = "applies";
  const MAY_APPLY = "may apply";
  const ABBREVIATIONS = { sgd: "stochastic gradient descent", gd: "gradient descent" };

  // What may be assumed: these assumptions with all that follows, or everything if none is named,
  // without what is dropped and what implies it.
  class Setting {
    constructor(data, assume, drop) {
      const known = data.assumptions;
      this.known = known;
      this.closed = new Map();
      this.drop = new Set(drop);
      this.classes = new Set(["algorithm", ...data.chosen]);
      const wild = assume.filter((one) => one.startsWith(ANY)).map((one) => one.slice(ANY.length));
      const everything = Object.values(known).map((one) => one.about);
      this.wild = new Set(assume.length ? wild : everything);
      const stated = new Set(
        assume.filter((one) => Object.hasOwn(known, one)).flatMap((one) => [...this.closure(one)]),
      );
      const names = Object.keys(known);
      const dropped = new Set(names.filter((one) => this.isDropped(one)));
      const granted = names.filter((one) => this.wild.has(known[one].about) || stated.has(one));
      this.granted = new Set(granted.filter((one) => !dropped.has(one)));
      this.stated = new Set([...stated].filter((one) => !dropped.has(one)));
      // The assumptions about the class of methods to which a lower bound applies.
      this.classed = new Set(names.filter((one) => this.classes.has(known[one].about)));
    }

    closure(name) {
      if (!this.closed.has(name)) {
        const found = new Set([name]);
        for (const here of found) {
          for (const one of this.known[here]?.implies ?? []) found.add(one);
        }
        this.closed.set(name, found);
      }
      return this.closed.get(name);
    }

    isDropped(name) {
      return [...this.closure(name)].some((one) => this.drop.has(one));
    }

    applies(card) {
      const grants = (names) => names.every((one) => this.granted.has(one));
      if (!grants(card.assumptions)) return "";
      let sure = grants(card.supposed) && card.unknown.every((one) => one === "holds");
      if (card.kind === "lower") sure &&= this.isHard(card);
      return sure ? APPLIES : MAY_APPLY;
    }

    // Whether a lower bound holds for an instance that has all that is granted, and for every
    // method of the classes that are granted by name.
    isHard(card) {
      const has = new Set(card.assumptions.flatMap((one) => [...this.closure(one)]));
      return (
        [...this.stated].every((one) => this.classed.has(one) || has.has(one)) &&
        card.assumptions.every((one) => !this.classed.has(one) || this.stated.has(one)) &&
        [...this.wild].every((one) => this.classes.has(one))
      );
    }

    // What a card assumes that is not granted; nothing if it assumes what is dropped.
    missing(card) {
      const needed = [...card.assumptions, ...card.supposed].filter(
        (one) => !this.granted.has(one),
      );
      return needed.some((one) => this.isDropped(one)) ? [] : needed;
    }
  }

  // What each of some cards, given by their places, is among them.
  function standings(places, cards) {
    const here = new Set(places);
    const within = (listed) => listed.filter((one) => here.has(one));
    const beaten = new Set();
    const related = new Set();
    for (const place of here) {
      for (const other of within(cards[place].beats)) beaten.add(other);
      for (const other of within(cards[place].covers)) related.add(place).add(other);
    }
    const found = new Map();
    for (const place of [...here].sort((one, other) => one - other)) {
      let standing = "open";
      if (beaten.has(place)) standing = "beaten";
      else if (!related.has(place)) standing = "alone";
      else if (cards[place].read && within(cards[place].covers).length) standing = "best";
      found.set(place, standing);
    }
    return found;
  }

  const methodWords = (text) =>
    dltheory
      .searchable(text)
      .replaceAll("-", " ")
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => ABBREVIATIONS[word] ?? word)
      .join(" ");

  // Whether the method of a card contains these words; a lower bound for every method does.
  function usesMethod(card, method) {
    const everyMethod = card.kind === "lower" && !card.assumptions.includes("only-this-method");
    if (!method || everyMethod) return true;
    const [wanted, found] = [methodWords(method), methodWords(card.method)];
    if (!` ${found} `.includes(` ${wanted} `)) return false;
    return wanted.includes("stochastic") || !found.includes(`stochastic ${wanted}`);
  }

  // Whether a lower bound that applies matches an upper bound that is not beaten, or else one that
  // may apply; and which.
  function gap(quantity, found) {
    const { cards, standing, may } = found;
    const lowers = (places) =>
      places.filter((place) => cards[place].kind === "lower" && cards[place].quantity === quantity);
    const unbeaten = [...standing.keys()].filter((place) => standing.get(place) !== "beaten");
    const uppers = unbeaten.filter(
      (place) => cards[place].kind === "upper" && cards[place].quantity === quantity,
    );
    const known = new Set(uppers.flatMap((place) => cards[place].matches));
    let lower = lowers(unbeaten);
    let matching = lower.filter((place) => known.has(place));
    let name = matching.length ? "matched" : "open";
    if (!lower.length) {
      lower = lowers(may);
      matching = lower.filter((place) => known.has(place));
      name = matching.length ? "may" : lower.length ? "unsure" : "none";
    }
    const shown = matching.length ? matching : lower;
    return { name, cards: shown.sort((one, other) => one - other) };
  }

  // What is known in a setting: of the cards up to a year whose method has these words, which
  // apply and how they stand, which may apply, and what others need besides.
  function answer(data, { assume = [], drop = [], until = Infinity, method = "" }) {
    const { cards } = data;
    const setting = new Setting(data, assume, drop);
    const places = [...cards.keys()].filter(
      (place) => cards[place].year <= until && usesMethod(cards[place], method),
    );
    const how = new Map(places.map((place) => [place, setting.applies(cards[place])]));
    const applying = places.filter((place) => how.get(place) === APPLIES);
    const may = places.filter((place) => how.get(place) === MAY_APPLY);
    const missing = new Map();
    for (const place of places) {
      const needed = how.get(place) ? [] : setting.missing(cards[place]);
      if (needed.length) missing.set(place, needed);
    }
    return { cards, known: places, standing: standings(applying, cards), may, missing };
  }

  // The listed settings in which each card is best, by its place.
  function bestIn(data, asked) {
    const found = new Map();
    for (const one of data.settings) {
      const { standing } = answer(data, { ...asked, assume: one.assumptions, drop: [] });
      for (const [place, name] of standing) {
        if (name === "best") found.set(place, [...(found.get(place) ?? []), one.id]);
      }
    }
    return found;
  }

  const questionData = (data) => {
    globalThis.dltheory.question = data;
  };
  Object.assign(globalThis.dltheory, { questionData, answer, bestIn, gap });
})();
