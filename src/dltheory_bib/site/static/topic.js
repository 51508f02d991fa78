// The works of a topic in another order, and only some of them. Without this script all are shown.
// Each line says its year, its level, with what it was compared, and how many works here cite it.
// The address keeps what was asked.
"use strict";
(() => {
  const form = document.querySelector("[data-sift]");
  const list = document.querySelector("[data-lines]");
  if (!form || !list) return;
  const lines = [...list.children].map((item) => {
    const [year, level, checked, cited] = item.dataset.line.split(" ");
    return { item, year: Number(year), level, checked, cited: Number(cited) };
  });
  const ORDERS = {
    newest: (one, other) => other.year - one.year,
    oldest: (one, other) => one.year - other.year,
    cited: (one, other) => other.cited - one.cited,
  };
  const CHOICES = ["level", "checked"];
  const buttons = [...form.querySelectorAll("button[aria-pressed]")];
  const nameOf = (button) => CHOICES.find((name) => name in button.dataset);
  const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
  const value = (name) => form.elements[name]?.value ?? "";
  const status = form.querySelector("[role=status]");
  const all = form.querySelector("[type=reset]");

  function show() {
    const wanted = Object.fromEntries(
      CHOICES.map((name) => [
        name,
        buttons.filter((one) => nameOf(one) === name && isPressed(one)).map((one) => one.dataset[name]),
      ]),
    );
    const [from, to] = [Number(value("from")), Number(value("to"))];
    let shown = 0;
    for (const line of lines) {
      const fits =
        CHOICES.every((name) => !wanted[name].length || wanted[name].includes(line[name])) &&
        (!from || line.year >= from) &&
        (!to || line.year <= to);
      line.item.hidden = !fits;
      shown += fits;
    }
    const order = ORDERS[value("order")];
    const sorted = order ? [...lines].sort(order) : lines; // what is equal keeps the first order
    if (sorted.some(({ item }, place) => list.children[place] !== item)) {
      list.append(...sorted.map(({ item }) => item));
    }
    const isAll = shown === lines.length;
    status.textContent = isAll
      ? `All ${lines.length} are shown`
      : shown
        ? `${shown} of ${lines.length} are shown`
        : "None is like this";
    all.hidden = isAll && !order;
    document.dispatchEvent(new Event("listed"));
    return { order: value("order"), from: value("from"), to: value("to"), ...wanted };
  }
  function keep(asked) {
    const address = new URL(location);
    for (const [name, one] of Object.entries(asked)) {
      const text = String(one);
      if (text) address.searchParams.set(name, text);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
  }
  function read() {
    const asked = new URL(location).searchParams;
    for (const name of ["order", "from", "to"]) {
      const field = form.elements[name];
      const known = [...(field?.options ?? [])].some((one) => one.value === asked.get(name));
      if (known) field.value = asked.get(name);
    }
    for (const button of buttons) {
      const name = nameOf(button);
      const chosen = (asked.get(name) ?? "").split(",");
      button.setAttribute("aria-pressed", String(chosen.includes(button.dataset[name])));
    }
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => keep(show()));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[aria-pressed]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(!isPressed(button)));
    keep(show());
  });
  form.addEventListener("reset", () => {
    for (const button of buttons) button.setAttribute("aria-pressed", "false");
    form.elements.order.focus(); // the button that was pressed goes
    setTimeout(() => keep(show())); // after the fields are as they were
  });
  read();
  show();
})();
