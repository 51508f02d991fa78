// The known names most like a mistyped one, as Python's `text.names.nearest` finds them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { fold } = globalThis.dltheory;
  const LEAST = 0.6; // difflib's cutoff

  // Ratcliff and Obershelp's measure, as difflib computes it: twice the characters in matching
  // blocks, by the length of both.
  function ratio(one, other) {
    const total = one.length + other.length;
    return total ? (2 * matching(one, other)) / total : 1;
  }
  function matching(one, other) {
    if (!one || !other) return 0;
    let best = 0;
    let here = 0;
    let there = 0;
    let runs = new Map();
    for (let i = 0; i < one.length; i++) {
      const next = new Map();
      for (let j = 0; j < other.length; j++) {
        if (one[i] !== other[j]) continue;
        const length = (runs.get(j - 1) ?? 0) + 1;
        next.set(j, length);
        if (length > best) [best, here, there] = [length, i - length + 1, j - length + 1];
      }
      runs = next;
    }
    if (!best) return 0;
    return (
      best +
      matching(one.slice(0, here), other.slice(0, there)) +
      matching(one.slice(here + best), other.slice(there + best))
    );
  }

  // Bounds of the ratio from above, as difflib has them: by the lengths, then by the letters.
  function mayBeAlike(one, other) {
    const enough = LEAST * (one.length + other.length);
    if (2 * Math.min(one.length, other.length) < enough) return false;
    const left = new Map();
    for (const char of other) left.set(char, (left.get(char) ?? 0) + 1);
    let shared = 0;
    for (const char of one) {
      const count = left.get(char) ?? 0;
      if (count > 0) shared += char.length;
      left.set(char, count - 1);
    }
    return 2 * shared >= enough;
  }

  function nearest(name, known, count = 3) {
    const byFold = new Map();
    for (const one of known) {
      const folded = fold(one);
      if (!byFold.has(folded)) byFold.set(folded, one);
    }
    const wanted = fold(name);
    const found = [...byFold.keys()]
      .filter((one) => mayBeAlike(one, wanted))
      .map((one) => [ratio(one, wanted), one])
      .filter(([alike]) => alike >= LEAST)
      .sort(([a, one], [b, other]) => b - a || (one < other ? 1 : -1))
      .slice(0, count)
      .map(([, one]) => one);
    if (wanted.length > 2) {
      for (const one of [...byFold.keys()].sort()) {
        if (one.includes(wanted) && !found.includes(one)) found.push(one);
      }
    }
    return found.slice(0, count).map((one) => byFold.get(one));
  }

  function didYouMean(names) {
    if (!names.length) return "";
    const last = names.at(-1);
    const rest = names.slice(0, -1).join(", ");
    return `; did you mean ${rest ? `${rest} or ${last}` : last}?`;
  }

  Object.assign(globalThis.dltheory, { nearest, didYouMean });
})();
