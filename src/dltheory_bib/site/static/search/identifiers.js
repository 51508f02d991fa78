// arXiv ids, DOIs, OpenReview ids and URLs of works, as Python's `text.identifiers` reads them.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const once = (list) => [...new Set(list)];

  class Identifiers {
    // `patterns` are those of Python, each with its flags: `is` matches once, `all` everywhere.
    constructor(patterns) {
      this.is = {};
      this.all = {};
      for (const [name, [pattern, , flags]] of Object.entries(patterns)) {
        const lead = name.endsWith("Lead");
        this.is[name] = new RegExp(lead ? `^(?:${pattern})` : pattern, flags.replace("g", ""));
        this.all[name] = new RegExp(pattern, flags);
      }
    }

    // The scheme and the value for comparing of the identifier that a text is; null if it is none.
    parse(text) {
      const plain = unlatexed(text).trim().replace(/^\\url /, "");
      return this.arxiv(plain) ?? this.doi(plain) ?? this.openreview(plain) ?? this.address(plain);
    }

    arxiv(text) {
      const bare = text.split("?")[0].split("#")[0].replace(/\/+$/, "");
      let rest = bare.slice(this.is.arxivLead.exec(bare)?.[0].length ?? 0);
      const slash = rest.indexOf("/");
      if (slash >= 0) {
        const [archive, ...area] = rest.slice(0, slash).split(".");
        const point = area.length ? "." : "";
        const upper = area.join(".").toUpperCase();
        rest = `${archive.toLowerCase()}${point}${upper}${rest.slice(slash)}`;
      }
      const found = this.is.arxiv.exec(rest);
      return found && ["arxiv", this.foldedArxiv(found[1])];
    }

    foldedArxiv(value) {
      const slash = value.indexOf("/");
      return slash < 0 ? value : value.slice(0, slash).split(".")[0] + value.slice(slash);
    }

    doi(text) {
      const lead = this.is.doiLead.exec(text)?.[0] ?? "";
      let rest = text.slice(lead.length);
      if (lead.includes("/")) rest = unquoted(rest.split("?")[0].split("#")[0]);
      return this.is.doi.test(rest) ? ["doi", rest.toLowerCase()] : null;
    }

    openreview(text) {
      const found = this.is.openreview.exec(text);
      return found && ["openreview", found[1]];
    }

    address(text) {
      const mark = text.indexOf("://");
      if (mark < 0) return null;
      const rest = text.slice(mark + 3);
      if (!this.is.url.test(`${text.slice(0, mark).toLowerCase()}://${rest}`)) return null;
      const slash = rest.indexOf("/") < 0 ? rest.length : rest.indexOf("/");
      const host = rest.slice(0, slash).toLowerCase();
      return host ? ["url", `https://${host}${rest.slice(slash)}`.replace(/\/+$/, "")] : null;
    }

    arxivIds(text) {
      const found = [...unlatexed(text).matchAll(this.all.arxivInText)];
      return once(found.map((one) => one[1] ?? one[2]));
    }

    dois(text) {
      const plain = unlatexed(text);
      const made = [];
      const pattern = this.all.doiInText;
      pattern.lastIndex = 0;
      for (let match = pattern.exec(plain); match; match = pattern.exec(plain)) {
        const whole = balanced(match[0]);
        pattern.lastIndex = match.index + whole.length;
        const value = whole.replace(/[.,;:*_`'/]+$/, "");
        if (value.includes("/")) made.push(value);
      }
      return once(made);
    }
  }

  function unlatexed(text) {
    if (text.includes("\\")) {
      text = text
        .replace(/\\([_%&#~])/g, "$1")
        .replace(/\\textgreater\b ?/g, ">")
        .replace(/\\textless\b ?/g, "<")
        .replace(/(\\[A-Za-z]+)\{/g, "$1 ");
    }
    return text.replace(/[{}]/g, "");
  }

  // A text up to the first bracket that closes none of its own.
  function balanced(text) {
    const opened = [];
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if ("([".includes(char)) opened.push(char);
      else if (")]".includes(char) && opened.pop() !== { ")": "(", "]": "[" }[char]) {
        return text.slice(0, at);
      }
    }
    return text;
  }

  function unquoted(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  Object.assign(globalThis.dltheory, { Identifiers });
})();
