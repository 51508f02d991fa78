// Shows the note on a card below it, if asked. The notes of all cards are loaded with the first; the
// pages of the works contain them as well.
"use strict";
(() => {
  const address = document.currentScript.dataset.notes;
  let loading = null;
  const load = () =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      globalThis.dltheory ??= {};
      globalThis.dltheory.questionNotes = done;
      script.addEventListener("error", failed);
      document.head.append(script);
    });
  for (const link of document.querySelectorAll("[data-note]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = "note";
    button.setAttribute("aria-expanded", "false");
    const note = document.createElement("p");
    note.hidden = true;
    link.after(" ", button);
    link.parentElement.append(note);
    button.addEventListener("click", async () => {
      try {
        note.innerHTML ||= (await (loading ??= load()))[link.closest("tbody").id];
      } catch {
        loading = null; // the next click tries again
        return;
      }
      note.hidden = !note.hidden;
      button.setAttribute("aria-expanded", String(!note.hidden));
    });
  }
})();
