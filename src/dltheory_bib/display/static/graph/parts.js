// Pieces of the page around the picture. Every text goes in as text, none as markup.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  let made = 0;
  function unique(stem) {
    made += 1;
    return `dg-${stem}-${made}`;
  }

  // An element with attributes, listeners (`onclick`) and what is in it.
  function make(name, attributes = {}, ...inside) {
    const found = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") found.addEventListener(key.slice(2), value);
      else if (value === true) found.setAttribute(key, "");
      else if (value !== false && value != null) found.setAttribute(key, value);
    }
    found.append(...inside.filter((one) => one != null && one !== false));
    return found;
  }

  // A function that notes on the graph whether it is dark: as the page chose, or else the system.
  function shadeOf(root) {
    const dark = globalThis.matchMedia("(prefers-color-scheme: dark)");
    return () => {
      root.dataset.shade = document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
    };
  }

  // Only an address that a browser fetches as a page; a record may hold anything.
  function safe(url) {
    try {
      const found = new URL(url, document.baseURI);
      return ["http:", "https:", "file:"].includes(found.protocol);
    } catch {
      return false;
    }
  }

  function titled(node) {
    if (!node.url || !safe(node.url)) return node.label;
    const away = /^https?:/.test(node.url);
    return make("a", { href: node.url, rel: "noopener", target: away ? "_blank" : null }, node.label);
  }

  // A field that suggests works while one types: the combobox of the ARIA practices.
  function chooser(label, suggest, chosen) {
    const list = make("ul", { role: "listbox", id: unique("list"), class: "dg-options", "aria-label": label, hidden: true });
    const input = make("input", {
      type: "search",
      role: "combobox",
      "aria-label": label,
      "aria-controls": list.id,
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      placeholder: label,
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => open(),
      onkeydown: (event) => pressed(event),
      onblur: () => close(),
    });
    let options = [];
    let at = -1;
    function open() {
      options = suggest(input.value);
      at = options.length ? 0 : -1;
      list.replaceChildren(
        ...options.map((node) =>
          make(
            "li",
            { role: "option", id: unique("option"), onmousedown: (event) => event.preventDefault(), onclick: () => take(node) },
            make("b", {}, node.byline),
            make("span", {}, node.label),
          ),
        ),
      );
      if (!options.length && input.value.trim()) list.append(make("li", { class: "dg-none", role: "presentation" }, "No work here has these words."));
      list.hidden = !list.childElementCount;
      mark();
    }
    function mark() {
      [...list.children].forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
      input.setAttribute("aria-expanded", String(!list.hidden));
      const active = at >= 0 && !list.hidden ? list.children[at] : null;
      if (active) {
        input.setAttribute("aria-activedescendant", active.id);
        active.scrollIntoView({ block: "nearest" });
      } else input.removeAttribute("aria-activedescendant");
    }
    function close() {
      list.hidden = true;
      mark();
    }
    function take(node) {
      show(node);
      close();
      chosen(node);
    }
    function show(node) {
      input.value = node ? node.byline : "";
    }
    function pressed(event) {
      if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
        event.preventDefault();
        take(options[at]);
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
        event.preventDefault();
        if (list.hidden) open();
        else at = (at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length;
        mark();
      }
    }
    return { box: make("div", { class: "dg-choose" }, input, list), input, show };
  }

  Object.assign(globalThis.dltheoryGraph, { make, titled, chooser, unique, shadeOf });
})();
