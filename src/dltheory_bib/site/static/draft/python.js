// Python in the page: Pyodide and the package, from the scripts in the folder `draft` of the site.
// Loaded when a draft is given. A page that was opened from a folder fetches no file but runs
// scripts; what Pyodide would fetch, it is handed from them.
"use strict";
(() => {
  const { address } = dltheory.basket;
  const kept = new Map();
  let about = null;

  async function load(path) {
    try {
      await dltheory.basket.load(path);
    } catch {
      throw new Error(`cannot load ${path}`);
    }
  }
  function keep(name, squeezed, text) {
    kept.set(name, [squeezed, text]);
  }
  async function content(name) {
    await load(`draft/${name}.js`);
    const [squeezed, text] = kept.get(name);
    kept.delete(name);
    const packed = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    if (!squeezed) return packed;
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  // Pyodide fetches its files; the policy of the page forbids that, and this answers instead.
  async function answering(work) {
    const usual = globalThis.fetch;
    globalThis.fetch = async (url) => {
      const name = new URL(url, location.href).pathname.split("/").pop();
      const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
      return new Response(await content(name), { headers: { "Content-Type": type } });
    };
    try {
      return await work();
    } finally {
      globalThis.fetch = usual;
    }
  }
  const START = `
from pathlib import Path
from dltheory_bib.bibliography import Bibliography
from dltheory_bib.manuscript.draft_review import review_folder
from dltheory_bib.snapshot.reader import Snapshot
bib = Bibliography(Snapshot.open(Path("/works.sqlite")))
lambda folder, options: review_folder(bib, Path(folder), options)
`;

  async function start(said) {
    said("Loading Python …");
    for (const name of ["engine.js", "pyodide.js", "pyodide.asm.js"]) await load(`draft/${name}`);
    const nothing = () => {};
    const python = await answering(() =>
      globalThis.loadPyodide({
        indexURL: address("draft/"),
        packageBaseUrl: address("draft/"),
        createPyodideModule: dltheory.draft.createPyodideModule,
        lockFileContents: about.lock,
        stdin: () => null,
        stdout: nothing,
        stderr: nothing,
      }),
    );
    said("Loading the catalogue …");
    python.unpackArchive(await content("pydantic_core.whl"), "wheel");
    const packages = `/lib/python${about.python}/site-packages`;
    python.unpackArchive(await content("code.zip"), "zip", { extractDir: packages });
    python.FS.writeFile("/works.sqlite", await content("works.sqlite"));
    const review = python.runPython(START);
    let number = 0;
    // Files are pairs of a name and bytes; returns the review, with the bytes of what is saved.
    return (files, options) => {
      const folder = `/draft/${(number += 1)}`;
      python.FS.mkdirTree(folder);
      for (const [name, bytes] of files) python.FS.writeFile(`${folder}/${name}`, bytes);
      const found = JSON.parse(review(folder, JSON.stringify(options)));
      found.saved.forEach((one, place) => {
        one.content = python.FS.readFile(`${folder}/mended/${place}`);
      });
      return found;
    };
  }

  dltheory.draft = {
    keep,
    describe: (stated) => {
      about = stated;
    },
    start,
  };
})();
