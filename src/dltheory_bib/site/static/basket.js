// The works that a reader chose: boxes on every list, kept in this browser. What cites them is in
// `citations.js`, which is loaded when it is wanted.
"use strict";
globalThis.dltheory ??= {};
(() => {
  const NAME = "dltheory-basket";
  const here = new URL(document.currentScript.src);
  const root = new URL("../", here).href;
  const address = (path) => new URL(path, root).href;
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const counted = (number) => `${number.toLocaleString("en")} work${number === 1 ? "" : "s"}`;

  const scripts = new Map();
  function load(path) {
    if (!scripts.has(path)) {
      const script = make("script", { src: address(path) });
      const loaded = new Promise((done, failed) => {
        script.addEventListener("load", done);
        script.addEventListener("error", failed);
      });
      scripts.set(path, loaded);
      document.head.append(script);
    }
    return scripts.get(path);
  }

  // What is chosen, in the order in which it was

  let chosen = [];
  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(NAME) ?? "[]");
      if (Array.isArray(found)) chosen = found.filter((key) => typeof key === "string");
    } catch {
      // nothing is kept, then: the basket lasts for this page
    }
  }
  function choose(keys, wanted) {
    const rest = keys.filter((key) => !chosen.includes(key));
    chosen = wanted ? [...chosen, ...rest] : chosen.filter((key) => !keys.includes(key));
    try {
      localStorage.setItem(NAME, JSON.stringify(chosen));
    } catch {
      // as above
    }
    show();
  }

  // Boxes before works, wherever a list has some

  const keyOf = (link) => {
    const file = new URL(link.href).pathname.split("/").pop();
    return decodeURIComponent(file.replace(/\.html$/, ""));
  };
  let last = null; // the box that was clicked last, for a range
  function box(key, name) {
    const made = make("input", { type: "checkbox", class: "choose", "data-key": key });
    made.setAttribute("aria-label", `select ${name} to cite`);
    made.title = "Select to cite; Shift selects all between";
    made.checked = chosen.includes(key);
    made.addEventListener("click", (event) => {
      const all = [...document.querySelectorAll("input.choose")].filter((one) => one.offsetParent);
      const [from, to] = [all.indexOf(last), all.indexOf(made)].sort((a, b) => a - b);
      const range = event.shiftKey && from >= 0 ? all.slice(from, to + 1) : [made];
      last = made;
      choose([...new Set(range.map((one) => one.dataset.key))], made.checked);
    });
    return made;
  }
  const LISTED = "li.work:not(.chosen-work) > a.title, .compare td > a[href*='/works/']";
  function addBoxes(within) {
    const links = [...within.querySelectorAll(LISTED)];
    for (const link of links) {
      if (link.previousElementSibling?.matches("input.choose")) continue;
      link.before(box(keyOf(link), link.textContent));
    }
    for (const list of new Set(links.map((link) => link.closest("ul.works, ol.steps, ol.works")))) {
      if (!list || list.matches("[data-results], [data-works]") || list.children.length < 2) continue;
      if (list.previousElementSibling?.matches(".choose-all")) continue;
      const shown = ":scope > :not([hidden]) input.choose";
      const keys = () => [...list.querySelectorAll(shown)].map((one) => one.dataset.key);
      list.before(chooser(keys));
    }
  }
  // A button that chooses all of a list, and takes them back.
  function chooser(keys) {
    const button = make("button", { type: "button", class: "choose-all" });
    const areIn = () => keys().length > 0 && keys().every((key) => chosen.includes(key));
    const label = () => {
      button.hidden = !keys().length;
      button.textContent = areIn() ? "Leave these out" : `Select these ${keys().length} to cite`;
    };
    button.addEventListener("click", () => choose(keys(), !areIn()));
    button.addEventListener("basket", label);
    label();
    return button;
  }

  // The bar at the foot of every page

  const bar = make("aside", { class: "basket", "aria-label": "Basket" });
  const number = make("a", { href: address("basket.html") });
  const copyButton = make("button", { type: "button" }, "Copy BibTeX");
  copyButton.addEventListener("click", async () => {
    await load("assets/citations.js");
    const { shown } = await globalThis.dltheory.written("bibtex", chosen);
    await tell(copyButton, shown);
  });
  const more = make("a", { href: address("basket.html") }, "other formats");
  const emptyButton = make("button", { type: "button", class: "plain-button" }, "Empty");
  emptyButton.addEventListener("click", () => choose([...chosen], false));
  bar.append(number, " ", copyButton, " ", more, " ", emptyButton);

  async function tell(button, text) {
    const label = button.textContent;
    const done = await globalThis.dltheory.copyText(text);
    button.textContent = done ? "Copied" : "Not allowed to copy here";
    button.classList.toggle("done", done);
    setTimeout(() => {
      button.textContent = label;
      button.classList.remove("done");
    }, 1600);
  }

  const page = document.querySelector("[data-basket]");
  function show() {
    bar.hidden = !chosen.length || Boolean(page);
    document.documentElement.classList.toggle("has-basket", !bar.hidden);
    number.textContent = counted(chosen.length);
    for (const one of document.querySelectorAll("input.choose")) {
      one.checked = chosen.includes(one.dataset.key);
    }
    for (const one of document.querySelectorAll(".choose-all")) one.dispatchEvent(new Event("basket"));
    for (const one of document.querySelectorAll("[data-choose]")) {
      one.hidden = false;
      const isIn = chosen.includes(one.dataset.choose);
      one.textContent = isIn ? "Take out of the basket" : "Put into the basket";
      one.setAttribute("aria-pressed", String(isIn));
    }
    document.dispatchEvent(new Event("basket"));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-choose]");
    if (button) choose([button.dataset.choose], !chosen.includes(button.dataset.choose));
  });

  read();
  document.body.append(bar);
  addBoxes(document);
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    const around = added.map((one) => one.nodeType === 1 && one.parentElement).filter(Boolean);
    for (const one of new Set(around)) addBoxes(one);
    if (document.querySelector("[data-choose][hidden]")) show();
  }).observe(document.querySelector("main"), { childList: true, subtree: true });
  document.addEventListener("listed", show); // a list shows other works than before
  addEventListener("storage", (event) => {
    if (event.key !== NAME && event.key !== null) return;
    read();
    show();
  });
  show();
  const basket = { chosen: () => [...chosen], choose, address, load, make, counted, tell };
  Object.assign(globalThis.dltheory, { chooser, basket });
})();
