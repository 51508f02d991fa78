// The colours somebody chose, before anything is drawn; without a choice the system's.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const read = () => {
    try {
      return localStorage.getItem("dltheory-theme");
    } catch {
      return null; // storage may be refused, as it is in a private window
    }
  };
  const chosen = read();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
})();
