// Tables of which every row is a tbody are sorted by a click on a column's head.
// The order was computed when the page was made: each row has its place in each column in
// `data-orders`, `-` in those where it says nothing.
"use strict";
(() => {
  const collator = (cells, sign) => (one, other) => {
    const [first, second] = [cells.get(one), cells.get(other)];
    if (first === undefined || second === undefined) {
      return (first === undefined) - (second === undefined); // what says nothing stands last
    }
    return sign * (first - second);
  };

  for (const table of document.querySelectorAll("[data-sortable]")) {
    const rows = [...table.tBodies]; // as they were computed: what is equal keeps this order
    const heads = [...table.tHead.rows[0].cells];
    if (rows.length < 2) continue;
    heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const orders = new Map();
        for (const row of rows) {
          const order = row.dataset.orders.split(" ")[place];
          if (order !== "-") orders.set(row, Number(order));
        }
        table.append(...[...rows].sort(collator(orders, sign)));
      });
    });
  }
})();
