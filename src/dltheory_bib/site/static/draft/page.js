// The page "Paste your draft": it reads files and text, and shows what Python says of them. All of
// it stays in the page.
"use strict";
(() => {
  const page = document.querySelector("[data-draft]");
  const { make, address, load } = dltheory.basket;
  const part = (name) => page.querySelector(`[data-${name}]`);
  const MOST_BYTES = 2_000_000; // of all files: the page would not answer for minutes
  const MOST_ROWS = 200;
  const files = new Map();
  let review = null; // what Python answers; a promise
  let running = false;
  let again = false;

  const said = (text) => {
    part("said").textContent = text;
  };
  const painted = () => new Promise((done) => setTimeout(done, 30));
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // What is given

  function nameOf(file) {
    const name = file.name.split(/[/\\]/).pop();
    return name === "." || name === ".." || !name ? "draft" : name;
  }
  async function add(list) {
    for (const file of list) files.set(nameOf(file), new Uint8Array(await file.arrayBuffer()));
    showFiles();
    if (list.length) await run();
  }
  function showFiles() {
    const chips = [...files.keys()].map((name) => {
      const out = make("button", { type: "button", "aria-label": `take out ${name}` }, "×");
      out.addEventListener("click", () => {
        files.delete(name);
        showFiles();
        run();
      });
      return make("li", { class: "chip" }, name, " ", out);
    });
    part("files").replaceChildren(...chips);
  }
  function pasted() {
    const text = page.querySelector("#draft-text").value;
    if (!text.trim()) return [];
    let kind = "txt";
    if (/^\s*@\s*[a-z]+\s*[{(]/im.test(text)) kind = "bib";
    else if (/\\(documentclass|begin\s*\{|[a-z]*cite[a-z]*\s*[[{*])/i.test(text)) kind = "tex";
    return [[`pasted.${kind}`, new TextEncoder().encode(text)]];
  }
  function options() {
    return {
      keep_preprint: page.querySelector("#keep-preprint").checked,
      merge: page.querySelector("#merge").checked,
      venues: page.querySelector("#venues").value,
    };
  }

  async function run() {
    again = running;
    if (running) return;
    running = true;
    page.setAttribute("aria-busy", "true");
    try {
      do {
        again = false;
        await answer();
      } while (again);
    } finally {
      running = false;
      page.removeAttribute("aria-busy");
    }
  }
  async function answer() {
    const given = [...files, ...pasted()];
    const bytes = given.reduce((sum, [, content]) => sum + content.length, 0);
    part("answer").replaceChildren();
    if (!given.length) {
      said("Nothing is given yet.");
      return;
    }
    if (bytes > MOST_BYTES) {
      said(`More than 2 MB is too much for a page; in a terminal: dltheory fix ${given[0][0]}`);
      return;
    }
    try {
      review ??= load("assets/draft/python.js").then(() => dltheory.draft.start(said));
      const ask = await review;
      said(`Reading ${Math.ceil(bytes / 1000).toLocaleString("en")} kB …`);
      await painted();
      show(ask(given, options()));
    } catch (error) {
      const why = String(error?.message ?? error).trim().split("\n").at(-1);
      const lost = error?.name === "PythonError" ? "" : " Load this page again before another try.";
      said(
        `The review failed, and no file is offered (${why}).${lost} ` +
          `In a terminal: dltheory fix ${given[0][0]}`,
      );
    }
  }

  // What is found

  const workLink = (key, text) =>
    make("a", { class: "title", href: address(`works/${encodeURIComponent(key)}.html`) }, text);
  function section(title, rows, lead = "", closed = false) {
    if (!rows.length) return [];
    const list = make("ul", { class: "works" }, ...rows.slice(0, MOST_ROWS));
    const more = rows.length - MOST_ROWS;
    if (more > 0) list.append(make("li", { class: "none" }, `and ${more} more`));
    const heading = make("h2", {}, `${title} `, make("span", { class: "n" }, `${rows.length}`));
    const told = lead ? [make("p", { class: "none" }, lead)] : [];
    if (!closed) return [make("section", {}, heading, ...told, list)];
    const details = make("details", {}, make("summary", {}, `Show ${rows.length}`), ...told, list);
    return [make("section", {}, heading, details)];
  }
  const place = (file, line) => (line ? `${file}, line ${line}` : file);
  function problemRow(problem, works) {
    const about = works.find(
      (one) => one.work && one.key && one.file === problem.file && problem.message.startsWith(`${one.key}: `),
    );
    const parts = [make("span", { class: "meta" }, place(problem.file, problem.line)), ` ${problem.message}`];
    if (about) parts.push(" ", make("a", { href: workLink(about.work, "").href }, "its page"));
    return make("li", {}, ...parts);
  }
  function workRow(one) {
    const where = make("span", { class: "meta" }, [place(one.file, one.line), one.key].filter(Boolean).join(": "));
    const how = make("span", { class: "meta" }, one.detail);
    if (!one.work) return make("li", {}, one.title, " ", where, " ", how);
    return make("li", { class: "work" }, workLink(one.work, one.title), " ", where, " ", how);
  }
  const adviceRow = (one) =>
    make("li", { class: "work" }, workLink(one.work, one.title), " ", make("span", { class: "meta" }, one.authors), " ", make("span", { class: "why" }, one.why));

  function save(name, content) {
    const url = URL.createObjectURL(new Blob([content], { type: "application/x-bibtex" }));
    const link = make("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
  function savedRow(one) {
    const button = make("button", { type: "button", "data-save": one.name }, `Save ${one.name}`);
    button.addEventListener("click", () => save(one.name, one.content));
    const row = make("li", {}, button, ` ${one.source}: ${one.summary}. `);
    const command = make("code", {}, one.command);
    row.append(make("span", { class: "meta" }, "The same in a terminal: ", command));
    for (const text of one.kept) row.append(make("p", { class: "kept" }, text));
    if (one.changes.length) {
      const changes = one.changes.slice(0, MOST_ROWS).map((text) => make("li", {}, text));
      const summary = make("summary", {}, `Show what changes in ${counted(one.changes.length, "entry").replace("entrys", "entries")}`);
      row.append(make("details", {}, summary, make("ul", {}, ...changes)));
    }
    return row;
  }

  const RULES = [
    ["outdated", "Published since", "Cited as preprints; the mended file cites what was published."],
    ["mixed-versions", "Fields of two versions", "These entries mix the preprint with the published version."],
    ["contradicted", "Contradicted by the catalogue", ""],
    ["differs", "Differing from the catalogue", ""],
  ];
  function show(found) {
    const { works, problems } = found;
    const about = (status) => works.filter((one) => one.status === status).map(workRow);
    const named = new Set(RULES.map(([rule]) => rule));
    const row = (problem) => problemRow(problem, works);
    const lines = (texts) => texts.map((text) => make("li", {}, text));
    const here = new Map(works.filter((one) => one.work).map((one) => [one.work, one]));
    const outdated = works.filter((one) => one.status === "outdated");
    const ruled = new Set(problems.filter((one) => one.rule === "outdated").map((one) => `${one.file} ${one.line}`));
    part("answer").replaceChildren(
      ...section("Not read", lines(found.errors), "Nothing is offered for these files."),
      ...section("To save", found.saved.map(savedRow)),
      ...RULES.flatMap(([rule, title, lead]) => {
        const rows = problems.filter((one) => one.rule === rule).map(row);
        if (rule !== "outdated") return section(title, rows, lead);
        // a list that is no .bib has no rules, but may name a preprint that was published
        const more = outdated.filter((one) => !ruled.has(`${one.file} ${one.line}`));
        return section(title, [...rows, ...more.map(workRow)], lead);
      }),
      ...section(
        "Prerequisites that are missing",
        found.prerequisites.map(adviceRow),
        "What to read before works of the draft, in order; the draft names none of it.",
      ),
      ...section("Related, and missing", found.lacking.map(adviceRow)),
      ...section("Works that are here", [...here.values()].map(workRow), "", here.size > 20),
      ...section("Not in this collection", about("missing"), "That is no fault.", true),
      ...section("Not recognised", about("unrecognised"), "", true),
      ...section(
        "What else to check",
        problems.filter((one) => !named.has(one.rule)).map(row),
        "What dltheory check reports.",
        true,
      ),
      ...section("Notes", lines(found.notes)),
    );
    const old = outdated.length ? `, ${outdated.length} outdated` : "";
    const without = works.length - works.filter((one) => one.work).length;
    said(`${counted(here.size, "work")} of this collection${old}; ${without} not in it.`);
  }

  // What the reader does

  const form = part("form");
  const drop = part("drop");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  const picked = page.querySelector("#draft-files");
  picked.addEventListener("change", () => {
    const list = [...picked.files];
    picked.value = ""; // so that a file can be chosen again after it was edited
    add(list);
  });
  for (const name of ["dragenter", "dragover"]) {
    // wherever it is dropped: a browser would leave the page and show the file
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const list = [...event.dataTransfer.files];
    const text = event.dataTransfer.getData("text/plain");
    if (!list.length && text) {
      page.querySelector("#draft-text").value = text;
      run();
    }
    add(list);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("#keep-preprint, #merge, #venues") && part("answer").childElementCount) run();
  });
  page.hidden = false;
})();
