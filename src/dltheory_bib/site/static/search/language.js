// The query language: from text to an expression, as Python's `query.language` reads it.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const MAX_TERMS = 200;
  const LONGEST = 8000;
  const WORD = String.raw`[^\s()"“”„«»]+`;
  const END = String.raw`(?=[\s()]|$)`;
  const KEYWORD = `(?:[aA][nN][dD]|[oO][rR]|[nN][oO][tT])${END}`;
  const FIELD = "([A-Za-z][A-Za-z_]*):(?!//)";
  const QUOTES = [/"([^"]*)"/y, /“([^”]*)”/y, /„([^“”]*)[“”]/y, /«([^»]*)»/y];
  const IS = {
    word: new RegExp(WORD, "y"),
    bareWord: new RegExp(`(?!${KEYWORD}|${FIELD}|-\\S)${WORD}`, "y"),
    field: new RegExp(FIELD, "y"),
    not: new RegExp(`[nN][oO][tT]${END}`, "y"),
    minus: /-(?=\S)/y,
    and: new RegExp(`[aA][nN][dD]${END}`, "y"),
    or: new RegExp(`[oO][rR]${END}`, "y"),
    open: /\(/y,
    close: /\)/y,
    blank: /\s*/y,
  };

  class QueryError extends Error {
    constructor(message, column = 0) {
      super(message);
      this.column = column; // from 1
    }
  }

  // Each rule gives a node or null, and leaves `at` where it stood when it gives null. The furthest
  // position where the parser failed is that of the error.
  class Parser {
    constructor(query) {
      this.query = query;
      this.at = 0;
      this.furthest = 0;
    }

    token(pattern, group = 0) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.query);
      if (!found) {
        this.furthest = Math.max(this.furthest, this.at);
        return null;
      }
      this.at = pattern.lastIndex;
      this.skip();
      return found[group];
    }

    skip() {
      IS.blank.lastIndex = this.at;
      IS.blank.exec(this.query);
      this.at = IS.blank.lastIndex;
    }

    whole() {
      this.skip();
      const made = this.anyOf();
      if (made && this.at === this.query.length) return made;
      this.furthest = Math.max(this.furthest, this.at);
      return null;
    }

    joined(kind, part, separator) {
      const first = part();
      if (!first) return null;
      const parts = [first];
      for (;;) {
        const before = this.at;
        if (!separator()) break;
        const next = part();
        if (!next) {
          this.at = before;
          break;
        }
        parts.push(next);
      }
      return parts.length === 1 ? first : { kind, parts };
    }

    anyOf() {
      return this.joined(
        "or",
        () => this.allOf(),
        () => this.token(IS.or),
      );
    }

    allOf() {
      return this.joined(
        "and",
        () => this.factor(),
        () => this.token(IS.and) || true,
      );
    }

    factor() {
      return this.negated() ?? this.group() ?? this.term() ?? this.bareTerm();
    }

    negated() {
      const start = this.at;
      if (this.token(IS.not) === null && this.token(IS.minus) === null) return null;
      const part = this.factor();
      if (part) return { kind: "not", part, start, end: part.end };
      this.at = start;
      return null;
    }

    group() {
      const start = this.at;
      if (this.token(IS.open) !== null) {
        const made = this.anyOf();
        if (made && this.token(IS.close) !== null) return made;
      }
      this.at = start;
      return null;
    }

    term() {
      const start = this.at;
      const field = this.token(IS.field, 1);
      const said = field === null ? null : (this.quoted() ?? this.plain(IS.word));
      if (said) return this.made(field.toLowerCase(), said, start);
      this.at = start;
      return null;
    }

    bareTerm() {
      const start = this.at;
      const said = this.quoted() ?? this.plain(IS.bareWord);
      return said && this.made("text", said, start);
    }

    made(field, [value, exact], start) {
      const column = [...this.query.slice(0, start)].length + 1;
      const end = this.query.slice(0, this.at).trimEnd().length;
      return { kind: "term", field, value, exact, column, start, end };
    }

    quoted() {
      for (const pair of QUOTES) {
        const said = this.token(pair, 1);
        if (said !== null) return [said, true];
      }
      return null;
    }

    plain(pattern) {
      const said = this.token(pattern);
      return said === null ? null : [said, false];
    }
  }

  const terms = (node) =>
    node.kind === "term"
      ? 1
      : node.kind === "not"
        ? terms(node.part)
        : node.parts.reduce((sum, part) => sum + terms(part), 0);

  // What is wrong at a place of a query, in the words of somebody who types one.
  function complaint(query, place) {
    const rest = query.slice(place);
    const before = query.slice(0, place).trimEnd();
    if (/^["“„«]/.test(rest)) return "a quotation mark is not closed";
    if (/^[”»]/.test(rest)) return "this quotation mark was not opened";
    const field = before.match(/[A-Za-z][A-Za-z_]*:$/);
    if (field?.[0].toLowerCase() === "year:") {
      return "year: needs a value; for a bound write year:2017.. or year:..2019";
    }
    if (field) return `${field[0]} needs a value, as in topic:ntk or title:"saddle points"`;
    if (rest.startsWith(")")) return "a parenthesis was not opened, or is empty";
    const first = rest.trim().split(/\s+/)[0];
    if (new RegExp(`^${KEYWORD}`).test(rest)) {
      return `${first} joins two terms; quote it to search for the word`;
    }
    if (!rest.trim()) return `the query ends too early; ${unfinished(before)}`;
    return `'${first}' is not allowed here`;
  }

  function unfinished(query) {
    const last = (query.trim().split(/\s+/).at(-1) ?? "").toLowerCase().replace(/^\(+/, "");
    return ["and", "or", "not"].includes(last)
      ? `expected a term after ${last}`
      : "a parenthesis is not closed";
  }

  // The expression that a query states; of an empty query, one that always holds.
  function parseQuery(query) {
    if (!query.trim()) return { kind: "and", parts: [] };
    if ([...query].length > LONGEST) {
      throw new QueryError("the query is longer than 8,000 characters; split it");
    }
    const parser = new Parser(query);
    let made;
    try {
      made = parser.whole();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new QueryError("the query is nested too deeply; split it");
    }
    if (!made) {
      const column = [...query.slice(0, parser.furthest)].length + 1;
      throw new QueryError(complaint(query, parser.furthest), column);
    }
    if (terms(made) > MAX_TERMS) {
      throw new QueryError(`the query has more than ${MAX_TERMS} terms; split it`);
    }
    return made;
  }

  Object.assign(globalThis.dltheory, { parseQuery, QueryError });
})();
