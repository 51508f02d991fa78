// Citations of works in every format, as `dltheory export` writes them: a test compares the bytes.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { load: run } = globalThis.dltheory.basket;

  // Each work's are in a script of its own, which is loaded when the work is cited.
  const loaded = new Map();
  globalThis.dltheory.citation = (key, data) => loaded.set(key, data);
  const load = (key) => run(`works/${encodeURIComponent(key)}.js`).catch(() => {});
  // The works with these keys or former keys, and the keys that are none.
  async function citations(keys) {
    const found = new Map();
    const unknown = [];
    await Promise.all(keys.map(load));
    for (const key of keys) {
      const data = loaded.get(key);
      const now = data?.key ?? key;
      if (data?.key) await load(now);
      const work = loaded.get(now);
      if (work?.text) found.set(now, work);
      else unknown.push(key);
    }
    return { found, unknown };
  }

  // What BibTeX needs before the entries, as Python's `formats.bibtex_file` has it.
  const LETTERS = {
    DH: "Ð", DJ: "Đ", NG: "Ŋ", TH: "Þ", dh: "ð", dj: "đ", k: "ąęįųĄĘĮŲ", ng: "ŋ", th: "þ",
  };
  function preamble(text) {
    const letters = Object.keys(LETTERS).filter(
      (name) =>
        new RegExp(`\\\\${name}(?![A-Za-z])`).test(text) ||
        [...LETTERS[name]].some((letter) => text.includes(letter)),
    );
    const defined = letters
      .map((name) => {
        const borrowed = `\\UseText${name === "k" ? "Accent" : "Symbol"}{T1}\\${name}`;
        return `\\expandafter\\gdef\\csname ?\\string\\${name}\\endcsname{${borrowed}}`;
      })
      .join("");
    const toAux = "\\expandafter\\immediate\\expandafter\\write\\csname @auxout\\endcsname";
    const made = defined ? `${defined}${toAux}{\\unexpanded{${defined}}}` : "";
    const special = new Set(
      [...text.matchAll(/^  (url|doi) = \{(.*)\},$/gm)]
        .filter(([, , value]) => /[%#_&~^]/.test(value))
        .map(([, name]) => name),
    );
    const needed = ["url", "doi"].filter((name) => special.has(name));
    if (!needed.length) return made;
    const others = [..."%#_&~^"].map((char) => `\\catcode\`\\${char}=12`).join("");
    const start = { url: "", doi: "doi: " };
    const provided = needed
      .map(
        (name) =>
          `\\ifx\\${name}\\undefined\\def\\${name}{${start[name]}\\begingroup${others}\\relax\\asitstands}\\fi`,
      )
      .join("");
    return `${made}${provided}\\def\\asitstands#1{\\texttt{#1}\\endgroup}`;
  }
  const entries = (works) => works.map((one) => one.bibtex).join("\n");
  function bibtexFile(works) {
    const text = entries(works);
    const needed = preamble(text);
    return needed ? `@preamble{"${needed}"}\n\n${text}` : text;
  }

  // `show` is what a box shows and what is copied, where a file needs more than that.
  const FORMATS = {
    bibtex: { label: "BibTeX", file: "refs.bib", write: bibtexFile, show: entries },
    biblatex: {
      label: "BibLaTeX",
      file: "refs.bib",
      write: (works) => works.map((one) => one.biblatex).join("\n"),
    },
    csl: {
      label: "CSL-JSON",
      file: "refs.csl.json",
      write: (works) => `${JSON.stringify(works.map((one) => one.csl), null, 2)}\n`,
    },
    ris: { label: "RIS", file: "refs.ris", write: (works) => works.map((one) => one.ris).join("") },
    typst: {
      label: "Typst",
      file: "refs.yaml",
      write: (works) => works.map((one) => one.typst).join(""),
    },
    text: {
      label: "One line each",
      file: "refs.txt",
      write: (works) => works.map((one) => `${one.text}\n`).join(""),
    },
    keys: {
      label: "\\cite{…}",
      file: "refs.tex",
      write: (_, keys) => `\\cite{${keys.join(",")}}\n`,
    },
  };
  async function written(format, keys) {
    const { found, unknown } = await citations(keys);
    const { write, show = write } = FORMATS[format];
    const made = [[...found.values()], [...found.keys()]];
    return { text: write(...made), shown: show(...made), found, unknown };
  }

  Object.assign(globalThis.dltheory, { written, FORMATS });
})();
