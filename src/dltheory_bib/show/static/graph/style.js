// How the picture looks: colours of topics and relations, those of the page for everything else.
"use strict";
globalThis.dltheory ??= {};
(() => {
  // Okabe and Ito's colours and more of their kind: told apart also by who sees fewer colours.
  const COLOURS = [
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#b08900",
    "#4b9cd3",
    "#7b5ea7",
    "#8c564b",
    "#5f7a1f",
    "#c44e52",
    "#37898a",
    "#7f7f7f",
  ];
  const KINDS = {
    method: ["uses_method_of"],
    agrees: ["confirms", "concurrent_with"],
    against: ["refutes", "corrects", "qualifies"],
    cites: ["cites"],
  };

  // What an edge looks like: how a relation is drawn.
  const kindOf = (relation) =>
    Object.keys(KINDS).find((kind) => KINDS[kind].includes(relation)) ?? "builds";

  function graphStyle(element, scale) {
    const page = getComputedStyle(element);
    const read = (name, otherwise) => page.getPropertyValue(name).trim() || otherwise;
    const ink = read("--ink", "#1d1f21");
    const soft = read("--soft", "#585e66");
    const paper = read("--paper", "#ffffff");
    const lines = { builds: "#2f7fc1", method: "#8a63b8", agrees: "#1f9d74", against: "#d2691e" };
    const font = { "font-family": "system-ui, sans-serif", label: "data(label)" };
    const drawn = [
      [
        "node.work",
        {
          ...font,
          width: "data(size)",
          height: "data(size)",
          "background-color": "data(colour)",
          color: ink,
          "font-size": 5.2,
          "min-zoomed-font-size": 8,
          "text-valign": "bottom",
          "text-margin-y": 1,
          "text-wrap": "ellipsis",
          "text-max-width": 29,
        },
      ],
      [
        "node.year, node.lane",
        {
          ...font,
          width: 1,
          height: 1,
          "background-opacity": 0,
          events: "no",
          color: soft,
          "font-size": 22 * scale,
          "min-zoomed-font-size": 6,
        },
      ],
      [
        "node.lane",
        {
          color: ink,
          "text-halign": "left",
          "text-valign": "center",
          "text-wrap": "wrap",
          "text-max-width": 300 * scale,
          "font-weight": 600,
          "font-size": 24 * scale,
        },
      ],
      [
        "edge",
        { width: 0.6, "curve-style": "straight", "line-color": soft, opacity: 0.1, events: "no" },
      ],
      ...Object.entries(lines).map(([kind, colour]) => [
        `edge.${kind}`,
        { width: 1, "line-color": colour, "target-arrow-color": colour, opacity: 0.35 },
      ]),
      ["edge.against", { "line-style": "dashed" }],
      [".dim", { opacity: 0.12, "text-opacity": 0 }],
      ["edge.dim", { opacity: 0.02 }],
      [
        "node.near",
        {
          "font-size": 9,
          "min-zoomed-font-size": 0,
          "text-max-width": 120,
          "z-index": 5,
          "text-background-color": paper,
          "text-background-opacity": 0.85,
          "text-background-padding": 1.5,
        },
      ],
      [
        "node.chosen",
        {
          "font-size": 10,
          "text-margin-y": 3,
          "border-width": 2.5,
          "border-color": ink,
          "z-index": 9,
        },
      ],
      [
        "edge.near",
        {
          width: 1.8,
          opacity: 0.9,
          "target-arrow-shape": "triangle",
          "arrow-scale": 0.6,
          "z-index": 4,
        },
      ],
      ["edge.near.cites", { width: 1.1, "target-arrow-color": soft }],
    ];
    return drawn.map(([selector, style]) => ({ selector, style }));
  }

  Object.assign(globalThis.dltheory, { graphStyle, kindOf, COLOURS });
})();
