// The setting of a question's page: asks what may be assumed, and shows which cards apply, which
// are best, where bounds meet and who improved whom. The address keeps what was asked.
"use strict";
(() => {
  const { answer, bestIn, gap, question: data } = globalThis.dltheory;
  const form = document.querySelector("[data-setting]");
  if (!form || !data?.cards.length) return;
  const outcome = document.querySelector("[data-outcome]");
  const listed = document.querySelector("[data-frontiers]");
  const shelves = [...document.querySelectorAll(".shelf")];
  const drawn = document.querySelector("[data-drawn]");
  const first = drawn?.innerHTML;
  const SIGNS = { upper: "≤", lower: "≥", exact: "=" };
  const MARKS = { best: "★ best here", beaten: "beaten", alone: "alone", open: "not read in full" };
  const ALL = 8; // so many are listed before the rest is folded away

  const asked = { setting: "", assume: [], drop: [], year: "", method: "" };
  const settings = new Map(data.settings.map((one) => [one.id, one]));
  const label = (name) =>
    name.startsWith("any-")
      ? `anything about ${name.slice(4)}`
      : (data.assumptions[name]?.label ?? name);
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const row = (place) => document.getElementById(data.cards[place].id);
  const link = (place) => {
    const { id, byline } = data.cards[place];
    return make("a", { href: `#${encodeURIComponent(id)}` }, byline);
  };
  const joined = (parts, between = ", ") =>
    parts.flatMap((one, n) => (n ? [between, one].flat() : [one].flat()));

  // What the form offers
  const field = (name) => form.querySelector(`[name="${name}"]`);
  const groups = new Map();
  const byLabel = ([, one], [, other]) => one.label.localeCompare(other.label, "en");
  for (const [id, { about }] of Object.entries(data.assumptions).sort(byLabel)) {
    groups.set(about, [...(groups.get(about) ?? []), id]);
  }
  for (const name of ["assume", "drop"]) {
    for (const [about, ids] of [...groups].sort()) {
      const options = ids.map((id) => make("option", { value: id }, label(id)));
      if (name === "assume") {
        options.unshift(make("option", { value: `any-${about}` }, `anything about ${about}`));
      }
      field(name).append(make("optgroup", { label: about }, ...options));
    }
    field(name).addEventListener("change", () => {
      const chosen = field(name).value;
      const other = name === "assume" ? "drop" : "assume";
      field(name).value = "";
      if (!chosen || asked[name].includes(chosen)) return;
      asked[other] = asked[other].filter((one) => one !== chosen);
      ask({ [name]: [...asked[name], chosen] });
    });
  }
  const years = [...new Set(data.cards.map((card) => card.year))].sort((one, other) => other - one);
  for (const year of years.slice(1)) field("year").append(make("option", {}, String(year)));
  field("year").addEventListener("change", () => ask({ year: field("year").value }));
  const methods = [...new Set(data.cards.map((card) => card.method).filter(Boolean))].sort();
  form.querySelector("datalist").append(...methods.map((one) => make("option", { value: one })));
  field("method").closest("label").hidden = methods.length < 2;
  field("method").addEventListener("change", () => ask({ method: field("method").value.trim() }));
  const buttons = [...form.querySelectorAll("button[data-name]")];
  for (const button of [...buttons, ...document.querySelectorAll("[data-open-setting]")]) {
    button.addEventListener("click", () => {
      ask({ setting: button.dataset.name ?? button.dataset.openSetting, assume: [], drop: [] });
      if (!form.contains(button)) form.scrollIntoView();
    });
  }

  function ask(changes) {
    Object.assign(asked, changes);
    const address = new URL(location);
    for (const name of Object.keys(asked)) {
      const value = [asked[name]].flat().join(",");
      if (value) address.searchParams.set(name, name === "year" ? `..${value}` : value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
    show();
  }

  function readAddress() {
    const query = new URL(location).searchParams;
    const names = (name) => (query.get(name) ?? "").split(",").map((one) => one.trim());
    const isKnown = (one) => one.startsWith("any-") || Object.hasOwn(data.assumptions, one);
    const setting = query.get("setting") ?? "";
    Object.assign(asked, {
      setting: settings.has(setting) ? setting : "",
      assume: names("assume").filter(isKnown),
      drop: names("drop").filter((one) => Object.hasOwn(data.assumptions, one)),
      year: (query.get("year") ?? "").match(/^(?:\.\.)?(\d{4})$/)?.[1] ?? "",
      method: query.get("method") ?? "",
    });
  }

  // What is shown
  function show() {
    const setting = settings.get(asked.setting);
    const request = {
      assume: [...(setting?.assumptions ?? []), ...asked.assume],
      drop: asked.drop,
      until: asked.year ? Number(asked.year) : Infinity,
      method: asked.method,
    };
    const isSetting = request.assume.length + request.drop.length > 0;
    const found = answer(data, request);
    showForm();
    showRows(found, isSetting, bestIn(data, request));
    listed.hidden = isSetting;
    outcome.hidden = !isSetting;
    outcome.replaceChildren(...(isSetting ? summary(found) : []));
    showChart(isSetting);
  }

  function showForm() {
    for (const button of buttons) {
      const own = asked.assume.length + asked.drop.length > 0;
      const pressed = button.dataset.name === asked.setting && (asked.setting || !own);
      button.setAttribute("aria-pressed", String(Boolean(pressed)));
    }
    for (const name of ["assume", "drop"]) {
      const chips = asked[name].map((one) => {
        const button = make("button", { type: "button" }, label(one), make("span", {}, " ×"));
        button.setAttribute("aria-label", `take away: ${label(one)}`);
        button.addEventListener("click", () => {
          ask({ [name]: asked[name].filter((other) => other !== one) });
          field(name).focus();
        });
        return make("li", {}, button);
      });
      form.querySelector(`[data-chosen="${name}"]`).replaceChildren(...chips);
    }
    field("year").value = asked.year;
    field("method").value = asked.method;
  }

  // The marks of each card: a star if it is best in a listed setting, and how it stands in this one.
  const marks = data.cards.map((_, place) => {
    const cell = row(place).rows[0].cells[0];
    const star = make("span", { class: "best", role: "img", "aria-label": "best in a setting" }, "★");
    const said = make("span", { class: "standing" });
    cell.querySelector(".best")?.remove();
    const bound = make("span", {}, ...cell.childNodes);
    cell.append(star, " ", bound, " ", said);
    return { star, bound, said };
  });

  // Each card says how it stands; those that do not apply are hidden.
  function showRows(found, isSetting, best) {
    const known = new Set(found.known);
    const may = new Set(found.may);
    data.cards.forEach((card, place) => {
      const body = row(place);
      const applies = found.standing.has(place) || may.has(place);
      body.hidden = !known.has(place) || (isSetting && !applies);
      const standing = may.has(place) ? "may apply" : MARKS[found.standing.get(place)];
      const { star, said } = marks[place];
      said.textContent = isSetting && standing ? standing : "";
      said.classList.toggle("best", found.standing.get(place) === "best");
      star.hidden = isSetting || !best.has(place);
    });
    for (const shelf of shelves) {
      const bodies = [...shelf.querySelectorAll("tbody")];
      // A card that cannot be ranked says nothing in a setting.
      for (const body of bodies) if (!isRanked(body)) body.hidden = isSetting;
      const shown = bodies.filter((body) => !body.hidden).length;
      shelf.hidden = !shown;
      shelf.querySelector("h2 .n").textContent =
        shown < bodies.length ? `${shown} of ${bodies.length}` : bodies.length;
      const jump = document.querySelector(`[data-jumps] [href="#${shelf.querySelector("h2").id}"]`);
      if (!jump) continue;
      jump.parentElement.hidden = !shown;
      jump.querySelector(".n").textContent = shown;
    }
    openTarget();
  }
  const ranked = new Set(data.cards.map((card) => card.id));
  const isRanked = (body) => ranked.has(body.id);

  // What a card assumes leads to its definition.
  const meant = new Map();
  for (const term of document.querySelectorAll(".legend dt")) meant.set(term.textContent, term);
  for (const one of document.querySelectorAll(".shelf tbody li")) {
    const term = meant.get(one.textContent.replace(/ \(supposed\)$/, ""));
    if (!term) continue;
    const title = term.nextElementSibling.textContent;
    one.replaceChildren(make("a", { href: `#${term.id}`, title }, ...one.childNodes));
  }

  // A card that the address names is shown whether or not it applies.
  function openTarget() {
    const id = decodeURIComponent(location.hash.slice(1));
    const body = id ? document.getElementById(id) : null;
    if (!body?.closest(".shelf") || !body.hidden) return;
    body.hidden = false;
    body.closest(".shelf").hidden = false;
    body.scrollIntoView();
  }
  addEventListener("hashchange", openTarget);

  function summary(found) {
    const parts = [];
    const applying = [...found.standing.keys()];
    const counted = [`${count(applying.length, "card")} of ${found.known.length} apply here`];
    if (found.may.length) counted.push(`${found.may.length} may apply`);
    parts.push(make("p", { class: "none" }, `${counted.join(", ")}.`));
    for (const shelf of shelves) {
      const { kind, quantity } = shelf.dataset;
      const here = applying.filter(
        (place) => data.cards[place].kind === kind && data.cards[place].quantity === quantity,
      );
      if (here.length) parts.push(group(shelf, kind, quantity, here, found));
    }
    if (!applying.length) {
      const text = "No card assumes so little. The nearest, and what each needs besides:";
      parts.push(make("p", {}, text));
    }
    parts.push(...others(found, applying.length), make("p", { class: "none" }, command()));
    return parts;
  }

  function group(shelf, kind, quantity, here, found) {
    const title = shelf.querySelector("h2").cloneNode(true);
    title.querySelector(".n").remove();
    title.removeAttribute("id");
    const ordered = [...shelf.querySelectorAll("tbody")].map((body) => body.id);
    here.sort((a, b) => ordered.indexOf(data.cards[a].id) - ordered.indexOf(data.cards[b].id));
    let kept = here.filter((place) => found.standing.get(place) === "best");
    if (!kept.length) kept = here.filter((place) => found.standing.get(place) !== "beaten");
    const items = kept.map((place) => {
      const standing = found.standing.get(place);
      const said = make("span", { class: `standing ${standing}` }, MARKS[standing]);
      said.title = data.standings[standing];
      const bound = marks[place].bound.cloneNode(true);
      return make("li", {}, said, ` ${SIGNS[kind]} `, bound, " ", link(place));
    });
    const made = make(
      "section",
      {},
      make("h3", {}, ...title.childNodes),
      make("ul", {}, ...items.slice(0, ALL)),
    );
    if (items.length > ALL) {
      const rest = make("ul", {}, ...items.slice(ALL));
      made.append(make("details", {}, make("summary", {}, `${items.length - ALL} more`), rest));
    }
    if (kind === "upper") {
      const met = gap(quantity, found);
      const names = joined(met.cards.map(link));
      made.append(make("p", {}, `Lower bound: ${data.gaps[met.name]}`, names.length ? " " : "", ...names, "."));
    }
    made.append(...chain(here));
    return made;
  }

  // Who improved whom among the cards that apply, the oldest first.
  function chain(here) {
    const within = new Set(here);
    const steps = here
      .flatMap((place) => data.cards[place].improves.map(([old, how]) => [place, old, how]))
      .filter(([, old]) => within.has(old))
      .sort(([a], [b]) => data.cards[a].year - data.cards[b].year || a - b);
    if (!steps.length) return [];
    const items = steps.map(([place, old, how]) =>
      make("li", {}, link(place), " improves ", link(old), how ? `: ${how}` : ""),
    );
    const head = make("summary", {}, `Who improved whom: ${count(steps.length, "step")}`);
    return [make("details", { open: "" }, head, make("ol", { class: "chain" }, ...items))];
  }

  function others(found, applying) {
    const parts = [];
    if (found.may.length) {
      const text = "May apply, if nothing is assumed but what was read: ";
      parts.push(make("p", {}, text, ...joined(found.may.map(link)), "."));
    }
    const beyond = [...found.missing].sort(([, one], [, other]) => one.length - other.length);
    if (!beyond.length) return parts;
    const items = beyond
      .slice(0, 40)
      .map(([place, needed]) =>
        make("li", {}, link(place), ` needs ${needed.map(label).join(", ")}`),
      );
    if (!applying) return [...parts, make("ul", {}, ...items)];
    const head = make("summary", {}, `${count(beyond.length, "card")} need more than is granted`);
    return [...parts, make("details", {}, head, make("ul", {}, ...items))];
  }

  function command() {
    const id = location.pathname.split("/").pop().replace(/\.html$/, "");
    const words = ["dltheory compare", id];
    const quoted = (text) => (/^[\w.,-]+$/.test(text) ? text : `'${text.replaceAll("'", "")}'`);
    if (asked.setting) words.push("--setting", asked.setting);
    for (const name of ["assume", "drop"]) {
      if (asked[name].length) words.push(`--${name}`, asked[name].join(","));
    }
    if (asked.year) words.push("--year", `..${asked.year}`);
    if (asked.method) words.push("--method", quoted(asked.method));
    return make("code", {}, words.join(" "));
  }

  // A picture was drawn for each listed setting; an own one has none.
  function showChart(isSetting) {
    if (!drawn) return;
    const own = asked.assume.length + asked.drop.length > 0;
    const chart = asked.setting && !own ? data.charts[asked.setting] : "";
    // The line of a picture tells of all years and methods.
    drawn.hidden = Boolean(asked.year || asked.method) || (isSetting && !chart);
    drawn.innerHTML = chart || first;
  }

  readAddress();
  show();
})();
