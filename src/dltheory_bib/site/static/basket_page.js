// The page of the basket: what was chosen, or what a shared link has, in every format.
"use strict";
(() => {
  const { basket, written, FORMATS } = globalThis.dltheory;
  const { choose, address, make, counted, tell } = basket;
  const page = document.querySelector("[data-basket]");
  let format = "bibtex";
  let file = ""; // what is saved
  const shared = new URL(location).searchParams.get("keys");
  const keysShown = () => (shared === null ? basket.chosen() : shared.split(",").filter(Boolean));
  const part = (name) => page.querySelector(`[data-${name}]`);
  async function showPage() {
    page.hidden = false;
    const keys = [...new Set(keysShown())];
    const { text, shown, found, unknown } = await written(format, keys);
    if (keys.join() !== [...new Set(keysShown())].join()) return; // chosen anew meanwhile
    const said = [shared === null ? counted(found.size) : `${counted(found.size)} in this link`];
    if (unknown.length) said.push(`; not in this collection: ${unknown.join(", ")}`);
    part("said").textContent = keys.length ? `${said.join("")}.` : "There is nothing in it yet.";
    part("empty").hidden = found.size > 0;
    part("full").hidden = !found.size;
    page.querySelector("#citations").textContent = shown;
    file = text;
    page.querySelector('[data-act="keep"]').hidden = shared === null;
    page.querySelector('[data-act="empty"]').hidden = shared !== null;
    const items = [...found].map(([key, work]) => {
      const link = make("a", { class: "title", href: address(`works/${encodeURIComponent(key)}.html`) });
      link.textContent = work.text;
      const item = make("li", { class: "work chosen-work" }, link);
      if (shared === null) {
        const out = make("button", { type: "button", "aria-label": `take out ${key}` }, "×");
        out.addEventListener("click", () => choose([key], false));
        item.append(" ", out);
      }
      return item;
    });
    part("works").replaceChildren(...items);
    for (const button of part("formats").children) {
      button.setAttribute("aria-pressed", String(button.dataset.format === format));
    }
  }
  function startPage() {
    for (const [name, { label }] of Object.entries(FORMATS)) {
      const button = make("button", { type: "button", "data-format": name }, label);
      button.addEventListener("click", () => {
        format = name;
        showPage();
      });
      part("formats").append(button);
    }
    const acts = {
      copy: (button) => tell(button, page.querySelector("#citations").textContent),
      save: () => save(FORMATS[format].file, file),
      share: (button) => {
        const link = new URL(address("basket.html"));
        return tell(button, `${link}?keys=${[...new Set(keysShown())].map(encodeURIComponent)}`);
      },
      keep: () => {
        choose(keysShown(), true);
        location.href = address("basket.html");
      },
      empty: () => choose(basket.chosen(), false),
    };
    for (const button of page.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => acts[button.dataset.act](button));
    }
  }
  function save(name, text) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    const link = make("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  document.addEventListener("basket", showPage);
  startPage();
  showPage();
})();
