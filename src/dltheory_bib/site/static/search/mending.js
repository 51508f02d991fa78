// Mends a word that no work has, from the words that the works have, as Python's `query.mending`.
"use strict";
globalThis.dltheory ??= {};
(() => {
  // The nearest words with their numbers: those that most works have first.
  function nearestForms(index, form) {
    const { shortest, long, longest, candidates } = index.rules.mending;
    const length = [...form].length;
    if (length < shortest || length > longest || /^\p{N}+$/u.test(form)) return [];
    let found = index.commonest(edits(index, form));
    if (!found.length && length >= long) {
      const [first] = form;
      const near = [];
      for (const other of index.forms.keys()) {
        if (!other.startsWith(first) || Math.abs(other.length - length) > 2) continue;
        if (isWithinTwo(form, other)) near.push(other);
      }
      found = index.commonest(near);
    }
    return found.slice(0, candidates);
  }

  // The words that start so, those that most works have first.
  function formsStarting(index, start, most = 20) {
    if ([...start].length < index.rules.mending.shortest) return [];
    const found = [...index.forms.keys()].filter((form) => form.startsWith(start));
    return index.commonest(found).slice(0, most);
  }

  // The two words that were written as one: "meanfield"; or nothing.
  function halves(index, form) {
    const letters = [...form];
    const { shortest } = index.rules.mending;
    for (let cut = shortest; cut <= letters.length - shortest; cut++) {
      const parts = [letters.slice(0, cut).join(""), letters.slice(cut).join("")];
      if (parts.every((part) => index.forms.has(part))) return parts;
    }
    return [];
  }

  function edits(index, form) {
    const letters = [...form];
    const made = [];
    for (let place = 0; place <= letters.length; place++) {
      const start = letters.slice(0, place).join("");
      const [next, after] = [letters[place] ?? "", letters[place + 1] ?? ""];
      const rest = letters.slice(place + 1).join("");
      for (const letter of index.rules.mending.letters) {
        made.push(start + letter + next + rest);
        if (next) made.push(start + letter + rest);
      }
      if (next) made.push(start + rest);
      if (after) made.push(start + after + next + letters.slice(place + 2).join(""));
    }
    return made;
  }

  // Whether at most two edits part two words.
  function isWithinTwo(one, other) {
    const [here, there] = [[...one], [...other]];
    let last = [];
    let before = [];
    let row = there.map((_, at) => at).concat(there.length);
    for (let place = 1; place <= here.length; place++) {
      [last, before, row] = [before, row, [place]];
      const char = here[place - 1];
      for (let at = 1; at <= there.length; at++) {
        const letter = there[at - 1];
        let cost = Math.min(
          before[at] + 1,
          row[at - 1] + 1,
          before[at - 1] + Number(char !== letter),
        );
        const swapped = char === there[at - 2] && here[place - 2] === letter;
        if (place > 1 && at > 1 && swapped) cost = Math.min(cost, last[at - 2] + 1);
        row.push(cost);
      }
      if (Math.min(...row) > 2) return false;
    }
    return row.at(-1) <= 2;
  }

  Object.assign(globalThis.dltheory, { nearestForms, formsStarting, halves });
})();
