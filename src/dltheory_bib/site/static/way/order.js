// What to read up to some works, in which order, and why: `graph/reading_order.py` in the page.
"use strict";
globalThis.dltheory ??= {};
dltheory.way = (data) => {
  const KEY = 0, BYLINE = 1, LEVEL = 3, YEAR = 4, AFTER = 5, STATED = 6, CITING = 7;
  const { works, topics, cards, phrases } = data;
  const RANKS = ["start", "core", "further", null, "background"];
  const rank = (place) => RANKS.indexOf(works[place][LEVEL]);
  const byline = (place) => works[place][BYLINE];

  function before(work) {
    const found = new Set();
    const todo = [work];
    while (todo.length) {
      for (const earlier of works[todo.pop()][AFTER]) {
        if (!found.has(earlier)) {
          found.add(earlier);
          todo.push(earlier);
        }
      }
    }
    return found;
  }
  // The easier, then the older first; keys are of ASCII, so any comparison orders them alike.
  const compare = (one, two) =>
    rank(one) - rank(two) ||
    works[one][YEAR] - works[two][YEAR] ||
    (works[one][KEY] < works[two][KEY] ? -1 : 1);
  function sorted(chosen) {
    const rest = new Set(chosen);
    const needs = new Map([...rest].map((place) => [place, before(place)]));
    const order = [];
    while (rest.size) {
      const ready = [...rest].filter((place) => ![...needs.get(place)].some((one) => rest.has(one)));
      const next = ready.sort(compare)[0];
      rest.delete(next);
      order.push(next);
    }
    return order;
  }
  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  function why(order, at, among) {
    const here = order[at];
    const earlier = order.slice(0, at);
    const named = (one) => works[here][STATED].filter(([other]) => other === one);
    const stated = phrases.flatMap((phrase, kind) =>
      earlier
        .filter((one) => named(one).some(([, stands]) => stands === kind))
        .map((one) => `${phrase} ${byline(one)}.`),
    );
    const reasons = stated.slice(0, 1);
    const later = order.slice(at + 1).filter((one) => works[one][AFTER].includes(here));
    if (later.length && reasons.length < 2) {
      const names = later.slice(0, 2).map(byline);
      if (later.length > 2) names.push(`${later.length - 2} more`);
      const last = names.pop();
      reasons.push(`Prepares ${names.length ? `${names.join(", ")} and ${last}` : last}.`);
    }
    const number = works[here][CITING].filter((one) => among.has(one)).length;
    if (number && reasons.length < 2) reasons.push(`Cited by ${number} of these works.`);
    if (!reasons.length) {
      const needs = earlier.filter((one) => works[here][AFTER].includes(one));
      const after = needs.length ? ` after ${byline(needs.at(-1))}` : "";
      reasons.push(`${sentence(works[here][LEVEL] ?? "further")} reading${after}.`);
    }
    return reasons.join(" ");
  }
  // `wanted` and `known` are places of works; returns pairs of a place and a reason.
  function wayTo(wanted, known) {
    const have = new Set(known);
    for (const one of known) for (const earlier of before(one)) have.add(earlier);
    for (const one of wanted) if (!known.includes(one)) have.delete(one);
    const needed = new Set(wanted);
    for (const one of wanted) for (const earlier of before(one)) needed.add(earlier);
    const order = sorted([...needed].filter((one) => !have.has(one)));
    const whole = [...sorted([...needed].filter((one) => have.has(one))), ...order];
    const among = new Set(whole);
    const start = whole.length - order.length;
    return order.map((one, place) => [one, why(whole, start + place, among)]);
  }
  const places = new Map(works.map((work, place) => [work[KEY], place]));
  const topicsById = new Map(topics.map((topic) => [topic[0], topic]));
  const cardsById = new Map(cards.map((card) => [card[0], card]));
  // What a name stands for: as a goal a work or a card, as knowledge a work or a topic.
  const goal = (name) => places.get(name) ?? cardsById.get(name)?.[2];
  function knowledge(name) {
    const topic = topicsById.get(name);
    if (topic) return topic[2];
    return places.has(name) ? [places.get(name)] : null;
  }
  Object.assign(globalThis.dltheory, {
    wayData: { works, topics, cards, places, topicsById, cardsById, goal, knowledge },
    wayTo,
  });
};
