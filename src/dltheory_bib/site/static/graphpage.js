// The graph on its page: which work is chosen stands in the address.
"use strict";
(() => {
  const root = document.querySelector(".dg");
  if (!root?.graph) return;
  document.querySelector(".scriptless")?.remove();
  root.addEventListener("dltheory:picked", ({ detail }) => {
    const address = new URL(location.href);
    if (detail) address.searchParams.set("work", detail);
    else address.searchParams.delete("work");
    try {
      history.replaceState(null, "", address);
    } catch {
      // a page opened from a folder may not be allowed to
    }
  });
  const asked = new URLSearchParams(location.search).get("work");
  if (asked) root.graph.pick(asked);
})();
