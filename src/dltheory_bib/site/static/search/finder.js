// The search on a page: reads the field, shows what was found, keeps the address.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const { Catalogue, QueryError, ask, facets, SHOWN_FACETS } = globalThis.dltheory;
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
  const number = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

  class Finder {
    constructor(element) {
      this.root = element.dataset.root;
      this.field = element.querySelector("input[type=search]");
      this.form = element.querySelector("form");
      this.status = element.querySelector("[data-status]");
      this.found = element.querySelector("[data-found]");
      this.list = element.querySelector("[data-results]");
      this.more = element.querySelector("[data-more]");
      this.sort = element.querySelector("[data-sort]");
      this.aside = element.querySelector("[data-facets]");
      this.front = document.querySelector("[data-front]");
      this.order = "best";
      this.opened = new Set();
      this.listen();
      this.readAddress();
    }

    listen() {
      this.field.addEventListener("focus", () => load(this.root));
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
    }

    readAddress() {
      this.field.value = new URLSearchParams(location.search).get("q") ?? "";
      this.show();
    }

    keepAddress(push) {
      const address = new URL(location.href);
      const query = this.field.value.trim();
      if (query) address.searchParams.set("q", query);
      else address.searchParams.delete("q");
      if (address.href === location.href) return;
      try {
        history[push ? "pushState" : "replaceState"](null, "", address);
      } catch {
        // a page opened from a folder may not be allowed to
      }
    }

    ask(query) {
      this.field.value = query;
      this.show(true, true);
      this.field.focus({ preventScroll: true });
    }

    async show(keep = false, push = false) {
      const query = this.field.value;
      if (keep) this.keepAddress(push);
      const wanted = query.trim() !== "" || !this.front;
      if (this.front) this.front.hidden = wanted;
      this.found.hidden = !wanted;
      if (!wanted) this.say("");
      if (!wanted) return;
      if (!globalThis.dltheory.catalogue) this.say("Reading the works …");
      const catalogue = await load(this.root);
      if (query !== this.field.value) return; // somebody typed on
      let result;
      try {
        result = ask(catalogue, query, this.order);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        this.say(error.message[0].toUpperCase() + error.message.slice(1), true);
        this.found.hidden = true;
        return;
      }
      this.draw(catalogue, query, result);
    }

    say(message, wrong = false) {
      this.status.textContent = message;
      this.status.classList.toggle("wrong", wrong);
      this.field.setAttribute("aria-invalid", String(wrong));
    }

    draw(catalogue, query, result) {
      const count = result.found.length;
      this.catalogue = catalogue;
      this.numbers = result.found;
      this.shown = 0;
      this.list.replaceChildren();
      this.fill();
      this.aside.replaceChildren(...this.groups(facets(catalogue, query, result)));
      for (const button of this.sort.children) {
        button.setAttribute("aria-pressed", String(button.dataset.order === this.order));
      }
      this.sort.hidden = count < 2;
      const of = count === catalogue.size ? "" : ` of ${catalogue.size.toLocaleString("en")}`;
      if (count) this.say(of ? `${count.toLocaleString("en")}${of} works` : number(count, "work"));
      else this.say(`No work matches. Fewer words find more; ${catalogue.size} are here.`);
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
        { start: "start\u00a0here", core: "core" }[works.level[n]],
        works.cited[n] && `cited\u00a0by\u00a0${works.cited[n]}`,
      ];
      return make(
        "li",
        { class: "work" },
        make("a", { class: "title", href: address }, works.title[n]),
        make("span", { class: "meta" }, meta.filter(Boolean).join(" · ")),
      );
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
      const shown = whole ? options : options.slice(0, SHOWN_FACETS);
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
          list.append(...options.slice(SHOWN_FACETS).map((one) => this.option(one)));
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

  // The works are read when somebody is about to search, once.
  let reading = null;
  function load(root) {
    reading ??= new Promise((done, failed) => {
      globalThis.dltheory.searchData = (data) => {
        globalThis.dltheory.catalogue = new Catalogue(data);
        done(globalThis.dltheory.catalogue);
      };
      const script = make("script", { src: `${root}assets/search-data.js` });
      script.addEventListener("error", failed);
      document.head.append(script);
    });
    return reading;
  }

  for (const element of document.querySelectorAll("[data-finder]")) new Finder(element);
})();
