// Shows the form that asks for a setting; what answers it is loaded when somebody turns to it, or
// when the address asks.
"use strict";
(() => {
  const form = document.querySelector("[data-setting]");
  if (!form) return;
  const run = (src) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = src;
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(script);
    });
  let loading = null;
  let ready = false;
  async function all() {
    form.setAttribute("aria-busy", "true"); // until then a choice is kept, and not yet answered
    for (const src of form.dataset.scripts.split(" ")) await run(src);
    ready = true;
    form.removeAttribute("aria-busy");
  }
  const load = () => (loading ??= all());
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["pointerover", "focusin"]) form.addEventListener(name, load, { once: true });
  for (const button of document.querySelectorAll("[data-open-setting]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-name], [data-open-setting]");
    if (!button || ready) return;
    await load();
    button.click(); // now the panel hears it
  });
  if (location.search) load();
})();
