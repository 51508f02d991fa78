// The graph on its page: which part and which work stand in the address.
"use strict";
(() => {
  const element = document.querySelector("[data-graph]");
  const asked = new URLSearchParams(location.search);
  globalThis.dltheory.graphData = (data) => {
    const view = new globalThis.dltheory.GraphView(element, data, {
      topic: asked.get("topic") ?? "",
      chosen: asked.get("work") ?? "",
      address: (key) => `${element.dataset.root}works/${encodeURIComponent(key)}.html`,
    });
    globalThis.dltheory.graphView = view;
    element.addEventListener("chosen", ({ detail }) => keep("work", detail));
    view.topic.addEventListener("change", () => keep("topic", view.topic.value));
    const restyle = () => view.restyle();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
    new MutationObserver(restyle).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  };

  function keep(name, value) {
    const address = new URL(location.href);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    if (name === "topic") address.searchParams.delete("work");
    try {
      history.replaceState(null, "", address);
    } catch {
      // a page opened from a folder may not be allowed to
    }
  }
})();
