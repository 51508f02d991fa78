// The search on a page: reads the field, shows what was found, keeps the address.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { dltheory } = globalThis;
  const AT_ONCE = 40;
  const ORDERS = { best: "Best match", newest: "Newest", oldest: "Oldest", cited: "Most cited" };

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(key, "");
      else if (value !== false) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };
  const sentence = (text) => {
    const end = /[.?!]$/.test(text) ? "" : ".";
    return text[0].toUpperCase() + text.slice(1) + end;
  };
  // The folder of the pages of what is not a work, its name, and what its page has.
  const PAGES = {
    topic: ["topics", "Topic", "where to start, and all works"],
    question: ["questions", "Question", "table of results"],
    trail: ["trails", "Trail", "works in the order to read them"],
    venue: ["venues", "Venue", "its works by year"],
    person: ["people", "Person", "works and co-authors"],
  };
  const number = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

  // A query with another word in place of one.
  function replaced(query, form, instead) {
    const at = query.toLowerCase().indexOf(form);
    if (at < 0) return instead;
    return query.slice(0, at) + instead + query.slice(at + form.length);
  }

  function pdfLink(pdf) {
    if (!pdf) return [];
    const href = pdf.startsWith("http") ? pdf : `https://arxiv.org/pdf/${pdf}`;
    return [" · ", make("a", { href, rel: "noopener" }, "PDF")];
  }

  // How many works there are, those apart that have all the words.
  function counted({ complete, matching }, count, size) {
    if (count === size) return number(count, "work");
    const rest = count - complete;
    if (complete && rest > 0) {
      return `${number(complete, "work")}; ${rest} more ${rest === 1 ? "has" : "have"} some of the words`;
    }
    const best = count < matching ? "The best " : "";
    return `${best}${count.toLocaleString("en")} of ${size.toLocaleString("en")} works`;
  }

  class Finder {
    constructor(element) {
      this.root = element.dataset.root;
      this.scripts = element.dataset.scripts.split(" ");
      this.field = element.querySelector("input[type=search]");
      this.form = element.querySelector("form");
      this.status = element.querySelector("[data-status]");
      this.notes = element.querySelector("[data-notes]");
      this.named = element.querySelector("[data-named]");
      this.found = element.querySelector("[data-found]");
      this.list = element.querySelector("[data-results]");
      this.more = element.querySelector("[data-more]");
      this.sort = element.querySelector("[data-sort]");
      this.aside = element.querySelector("[data-facets]");
      this.front = document.querySelector("[data-front]");
      this.order = "best";
      this.opened = new Set();
      this.kept = null; // the query whose words are not mended
      this.explains = false;
      this.listen();
      this.readAddress();
    }

    load() {
      return (reading ??= read(this.scripts));
    }

    listen() {
      this.field.addEventListener("focus", () => this.load());
      this.field.addEventListener("input", () => this.show(true));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.show(true);
      });
      this.more.addEventListener("click", () => this.fill());
      addEventListener("popstate", () => this.readAddress());
      for (const [name, label] of Object.entries(ORDERS)) {
        const button = make("button", { type: "button", "aria-pressed": "false" }, label);
        button.addEventListener("click", () => {
          this.order = name;
          this.show();
        });
        button.dataset.order = name;
        this.sort.append(button);
      }
      this.reasons = make("button", { type: "button", class: "reasons" }, "Why these");
      this.reasons.addEventListener("click", () => {
        this.explains = !this.explains;
        this.showReasons();
      });
      const keys = () => this.numbers.map((n) => this.catalogue.works.key[n]);
      this.numbers = [];
      this.choose = globalThis.dltheory.chooser(keys);
      this.sort.append(this.reasons, this.choose);
    }

    readAddress() {
      const asked = new URLSearchParams(location.search);
      this.field.value = asked.get("q") ?? "";
      this.kept = asked.has("keep") ? this.field.value : null;
      this.show();
    }

    keepAddress(push) {
      const address = new URL(location.href);
      const query = this.field.value.trim();
      if (query) address.searchParams.set("q", query);
      else address.searchParams.delete("q");
      if (this.kept === this.field.value) address.searchParams.set("keep", "");
      else address.searchParams.delete("keep");
      if (address.href === location.href) return;
      try {
        history[push ? "pushState" : "replaceState"](null, "", address);
      } catch {
        // a page opened from a folder may not be allowed to
      }
    }

    ask(query, keep = false) {
      this.field.value = query;
      this.kept = keep ? query : null;
      this.show(true, true);
      this.field.focus({ preventScroll: true });
    }

    async show(keep = false, push = false) {
      const query = this.field.value;
      if (keep) this.keepAddress(push);
      const wanted = query.trim() !== "" || !this.front;
      if (this.front) this.front.hidden = wanted;
      this.found.hidden = !wanted;
      if (!wanted) {
        this.status.textContent = "";
        this.notes.replaceChildren();
        this.named.replaceChildren();
        return;
      }
      if (!globalThis.dltheory.catalogue) this.status.textContent = "Reading the works …";
      const catalogue = await this.load();
      if (query !== this.field.value) return; // somebody typed on
      this.draw(catalogue, query, dltheory.search(catalogue, query, { mend: query !== this.kept }));
    }

    ordered(catalogue, { works }) {
      const { year, cited } = catalogue.works;
      const by = {
        newest: (one, other) => year[other] - year[one] || one - other,
        oldest: (one, other) => year[one] - year[other] || one - other,
        cited: (one, other) => cited[other] - cited[one] || one - other,
      }[this.order];
      return by ? [...works].sort(by) : works;
    }

    draw(catalogue, query, answer) {
      const count = answer.works.length;
      this.catalogue = catalogue;
      this.answer = answer;
      this.numbers = this.ordered(catalogue, answer);
      this.shown = 0;
      this.list.replaceChildren();
      this.fill();
      this.found.hidden = !count;
      this.notes.replaceChildren(...this.said(query, answer));
      this.named.replaceChildren(...this.pages(answer.headings));
      const terms = answer.typed?.terms ?? [];
      this.aside.replaceChildren(...this.groups(dltheory.facets(catalogue, query, terms, this.numbers)));
      for (const button of this.sort.querySelectorAll("[data-order]")) {
        button.setAttribute("aria-pressed", String(button.dataset.order === this.order));
      }
      this.sort.hidden = !query.trim() && count < 2;
      this.showReasons();
      this.choose.dispatchEvent(new Event("basket"));
      this.status.textContent = counted(answer, count, catalogue.size);
    }

    // What was mended, left out or not found, and what else could be searched for.
    said(query, answer) {
      const made = [];
      const line = (...parts) => made.push(make("p", {}, ...parts));
      const button = (label, wanted, keep) => {
        const one = make("button", { type: "button", class: "link" }, label);
        one.addEventListener("click", () => this.ask(wanted, keep));
        return one;
      };
      if (answer.works.length && answer.mended.length) {
        const instead = [answer.searched, answer.typed.filters].filter(Boolean).join(" ");
        line(
          "Showing results for ",
          button(instead, instead, false),
          "; search instead for ",
          button(query.trim(), query.trim(), true),
          ".",
        );
      }
      for (const text of dltheory.notes(this.catalogue, answer)) line(sentence(text));
      if (answer.works.length) return made;
      const offers = dltheory.near(this.catalogue, answer).flatMap(({ form, forms }) =>
        forms.map((one) => replaced(query, form, one)),
      );
      const { words, filters } = answer.typed ?? { words: "", filters: "" };
      if (filters && words.trim()) offers.push(words.trim(), filters);
      if (offers.length) {
        const list = offers.map((one) => make("li", {}, button(one, one, false)));
        made.push(make("p", {}, "Search for:"), make("ul", { class: "offers" }, ...list));
      }
      return made;
    }

    // Topics, people, venues, questions and trails that the query names.
    pages(headings) {
      return headings
        .filter((one) => this.hasPage(one))
        .map(({ kind, id, label, person }) => {
          const [folder, name, has] = PAGES[kind];
          const address = `${this.root}${folder}/${encodeURIComponent(id)}.html`;
          const works = this.catalogue.worksOf[person]?.length;
          const more = works === undefined ? has : number(works, "work");
          return make(
            "li",
            {},
            make("span", { class: "verb" }, name),
            make("a", { href: address }, label),
            make("span", { class: "meta" }, more),
          );
        });
    }

    hasPage({ kind, id }) {
      const { venues, works, questions } = this.catalogue;
      if (kind === "venue") return works.venue.some((n) => n >= 0 && venues[n][0] === id);
      return kind !== "question" || Object.keys(questions.works).length > 0;
    }

    fill() {
      const next = this.numbers.slice(this.shown, this.shown + AT_ONCE);
      this.list.append(...next.map((n) => this.row(n)));
      this.shown += next.length;
      const left = this.numbers.length - this.shown;
      this.more.hidden = !left;
      this.more.textContent = `Show ${Math.min(left, AT_ONCE)} more of ${left}`;
    }

    row(n) {
      const { works } = this.catalogue;
      const address = `${this.root}works/${encodeURIComponent(works.key[n])}.html`;
      const meta = [
        this.catalogue.byline(n),
        `${works.venueName[n]} ${works.year[n]}`.trim(),
        works.layer[n],
        { start: "start\u00a0here", core: "core" }[works.level[n]],
        works.cited[n] && `cited\u00a0by\u00a0${works.cited[n]}\u00a0here`,
      ];
      return make(
        "li",
        { class: "work" },
        make("a", { class: "title", href: address }, ...this.marked(works.title[n])),
        make("span", { class: "meta" }, meta.filter(Boolean).join(" · "), ...pdfLink(works.pdf[n])),
        ...this.reason(n),
      );
    }

    // A title with what was searched for marked; a word of it counts by its stem.
    marked(title) {
      const { index, read } = this.catalogue;
      const wanted = new Set(this.answer.units.flatMap((unit) => unit.words));
      if (!wanted.size) return [title];
      const has = (word) =>
        read.words(word).some(({ stem }) => wanted.has(index.numbers.get(stem)));
      return title
        .split(/([\p{L}\p{M}\p{N}]+)/u)
        .map((part, at) => (at % 2 && has(part) ? make("mark", {}, part) : part));
    }

    // On demand which fields have which words; what the work lacks is always said.
    reason(n) {
      if (!this.answer.query.trim()) return [];
      const { lacking } = dltheory.why(this.catalogue, this.answer, n);
      const text = dltheory.explain(this.catalogue, this.answer, n);
      const made = text ? [make("span", { class: "meta reason" }, sentence(text))] : [];
      const without = `Without ${[...new Set(lacking)].join(", ")}`;
      if (lacking.length) made.push(make("span", { class: "meta lacking" }, without));
      return made;
    }

    showReasons() {
      this.reasons.setAttribute("aria-pressed", String(this.explains));
      this.list.classList.toggle("explained", this.explains);
    }

    groups(all) {
      return all.filter(({ options }) => options.length).map((group) => this.group(group));
    }

    // On a phone a group is closed until it is wanted; what somebody opened stays open.
    group({ field, label, options }) {
      const unfolded = `${field} unfolded`;
      const whole = this.opened.has(field);
      const narrow = matchMedia("(max-width: 48rem)").matches;
      const open = !narrow || this.opened.has(unfolded) || options.some((one) => one.chosen);
      const shown = whole ? options : options.slice(0, dltheory.SHOWN_FACETS);
      const list = make("ul", {}, ...shown.map((one) => this.option(one)));
      const group = make("details", { open }, make("summary", {}, label), list);
      group.addEventListener("toggle", () => {
        if (group.open) this.opened.add(unfolded);
        else this.opened.delete(unfolded);
      });
      if (shown.length < options.length) {
        const button = make("button", { type: "button", class: "all" }, `All ${options.length}`);
        button.addEventListener("click", () => {
          this.opened.add(field);
          list.append(...options.slice(dltheory.SHOWN_FACETS).map((one) => this.option(one)));
          button.remove();
        });
        group.append(button);
      }
      return group;
    }

    option({ name, count, chosen, query }) {
      const button = make(
        "button",
        { type: "button", "aria-pressed": String(chosen) },
        make("span", {}, name),
        make("span", { class: "n" }, String(count)),
      );
      button.addEventListener("click", () => this.ask(query));
      return make("li", {}, button);
    }
  }

  // What searches, and the works, are read when somebody is about to search, once.
  const run = (path) => dltheory.basket.load(`assets/${path}.js`);
  let reading = null;
  async function read(scripts) {
    for (const name of scripts) await run(`search/${name}`);
    dltheory.searchData = (data) => {
      dltheory.catalogue = new dltheory.Catalogue(data);
    };
    await run("search-data");
    return dltheory.catalogue;
  }

  for (const element of document.querySelectorAll("[data-finder]")) new Finder(element);
})();
