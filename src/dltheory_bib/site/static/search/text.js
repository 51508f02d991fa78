// Folded text and stems, as Python's `text.names` and SQLite's tokenizer make them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const LETTERS = { ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ı: "i", æ: "ae", œ: "oe", þ: "th" };

  // `fold`: text without accents, case and ligatures. Up and down again is Unicode's case folding.
  const fold = (text) =>
    text
      .toUpperCase()
      .toLowerCase()
      .replaceAll("ς", "σ")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[øłđðħıæœþ]/g, (letter) => LETTERS[letter]);

  // `searchable`: American and British endings become one.
  const searchable = (text) =>
    fold(text)
      .replace(/is(ation|ations|e|ed|es|er|ers|ing)(?![\p{L}\p{N}_])/gu, "iz$1")
      .replace(/iour(?=s?(?![\p{L}\p{N}_])|al)/gu, "ior");

  const words = (text) => fold(text).match(/[\p{L}\p{N}_]+/gu) ?? [];

  // What SQLite makes of one word: an underscore parts tokens.
  const tokens = (word) => (word.match(/[\p{L}\p{N}]+/gu) ?? []).map(stem);

  // M.F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, as SQLite has it in
  // ext/fts5/fts5_tokenize.c: words of up to two bytes or more than 64 stay as they are.
  const bytes = new TextEncoder();
  function stem(word) {
    const length = /^[\x00-\x7f]*$/.test(word) ? word.length : bytes.encode(word).length;
    if (length < 3 || length > 64) return word;
    return step5(step4(step3(step2(step1(word)))));
  }

  // SQLite goes by bytes, of which none beyond ASCII is a vowel; here each letter is one.
  const isVowel = (word, at) => {
    const char = word[at];
    if ("aeiou".includes(char)) return true;
    return char === "y" && at > 0 && !isVowel(word, at - 1);
  };
  const hasVowel = (word) => [...word].some((_, at) => isVowel(word, at));
  // How often a run of vowels is followed by one of consonants: Porter's m.
  const measure = (word) => {
    let count = 0;
    for (let at = 1; at < word.length; at++) {
      if (!isVowel(word, at) && isVowel(word, at - 1)) count++;
    }
    return count;
  };
  const endsDouble = (word) => {
    const last = word.length - 1;
    return last > 0 && word[last] === word[last - 1] && !"aeiou".includes(word[last]);
  };
  const endsCvc = (word) => {
    const last = word.length - 1;
    return (
      last > 1 &&
      !isVowel(word, last) &&
      isVowel(word, last - 1) &&
      !isVowel(word, last - 2) &&
      !"wxy".includes(word[last])
    );
  };
  // The first rule whose ending fits decides, whether or not its condition holds.
  const apply = (word, rules, holds) => {
    for (const [ending, instead] of rules) {
      if (word.endsWith(ending) && word.length > ending.length) {
        const rest = word.slice(0, -ending.length);
        return holds(rest, ending) ? rest + instead : word;
      }
    }
    return word;
  };

  function step1(word) {
    if (word.endsWith("s")) {
      if (word.endsWith("sses") || word.endsWith("ies")) word = word.slice(0, -2);
      else if (!word.endsWith("ss")) word = word.slice(0, -1);
    }
    if (word.endsWith("eed") && word.length > 3) {
      if (measure(word.slice(0, -3)) > 0) word = word.slice(0, -1);
    } else {
      for (const ending of ["ed", "ing"]) {
        const rest = word.slice(0, -ending.length);
        if (word.endsWith(ending)) {
          if (hasVowel(rest)) word = step1b(rest);
          break;
        }
      }
    }
    if (word.endsWith("y") && hasVowel(word.slice(0, -1))) word = `${word.slice(0, -1)}i`;
    return word;
  }
  function step1b(word) {
    if (/(at|bl|iz)$/.test(word)) return `${word}e`;
    if (endsDouble(word) && !/[lsz]$/.test(word)) return word.slice(0, -1);
    return measure(word) === 1 && endsCvc(word) ? `${word}e` : word;
  }
  const STEP2 = [
    ["ational", "ate"],
    ["tional", "tion"],
    ["enci", "ence"],
    ["anci", "ance"],
    ["izer", "ize"],
    ["logi", "log"],
    ["bli", "ble"],
    ["alli", "al"],
    ["entli", "ent"],
    ["eli", "e"],
    ["ousli", "ous"],
    ["ization", "ize"],
    ["ation", "ate"],
    ["ator", "ate"],
    ["alism", "al"],
    ["iveness", "ive"],
    ["fulness", "ful"],
    ["ousness", "ous"],
    ["aliti", "al"],
    ["iviti", "ive"],
    ["biliti", "ble"],
  ];
  const STEP3 = [
    ["icate", "ic"],
    ["ative", ""],
    ["alize", "al"],
    ["iciti", "ic"],
    ["ical", "ic"],
    ["ful", ""],
    ["ness", ""],
  ];
  const STEP4 = [
    "al",
    "ance",
    "ence",
    "er",
    "ic",
    "able",
    "ible",
    "ant",
    "ement",
    "ment",
    "ent",
    "ion",
    "ou",
    "ism",
    "ate",
    "iti",
    "ous",
    "ive",
    "ize",
  ].map((ending) => [ending, ""]);
  const step2 = (word) => apply(word, STEP2, (rest) => measure(rest) > 0);
  const step3 = (word) => apply(word, STEP3, (rest) => measure(rest) > 0);
  const step4 = (word) =>
    apply(
      word,
      STEP4,
      (rest, ending) => measure(rest) > 1 && (ending !== "ion" || /[st]$/.test(rest)),
    );
  function step5(word) {
    if (word.endsWith("e")) {
      const rest = word.slice(0, -1);
      const m = measure(rest);
      if (m > 1 || (m === 1 && !endsCvc(rest))) word = rest;
    }
    return word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;
  }

  // Reads numbers that Python's `site.search_index.number` wrote with these digits: for each line
  // and each part between spaces a list.
  function digitReader(digits) {
    const half = digits.length / 2;
    const value = new Array(128).fill(0);
    [...digits].forEach((digit, n) => {
      value[digit.charCodeAt(0)] = n;
    });
    const numbers = (text) => {
      const made = [];
      let [number, unit] = [0, 1];
      for (let at = 0; at < text.length; at++) {
        const digit = value[text.charCodeAt(at)];
        if (digit < half) {
          made.push(number + unit * digit);
          [number, unit] = [0, 1];
        } else {
          number += unit * (digit - half);
          unit *= half;
          number += unit; // the digits that follow count from one
        }
      }
      return made;
    };
    return { parts: (text) => text.split("\n").map((line) => line.split(" ").map(numbers)) };
  }

  Object.assign(globalThis.dltheory, { fold, searchable, words, tokens, stem, digitReader });
})();
