"""The engine of the page "Paste your draft": Pyodide, this package and the works, as scripts.

The page mends a .bib by running `manuscript/draft_review.py` in the browser, so its result is that
of `fix` by construction. A browser that opens a page from a folder fetches neither WebAssembly nor
an archive, but runs a script: each file of the engine is therefore a script that passes it on in
Base64, and none is loaded before a draft is given.

Pyodide is not a part of this package. Whoever builds a site names a folder with two archives, as
npm and pip leave them: `pyodide-VERSION.tgz`, and the wheel of pydantic-core for Pyodide.
"""

from __future__ import annotations

import base64
import gzip
import importlib.metadata
import io
import json
import re
import shlex
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dltheory_bib.site.folder import SiteError, sha256

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography

FOLDER = "draft"
"""The folder of the engine in the site."""
PYODIDE = "314.0.7"
"""The version whose files are known to be as `_as_script` expects them."""
_FILES = {
    "pyodide.js",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
}
_LEFT_OUT = frozenset({"cli", "site", "mcp_server", "discovery", "data"})
"""The rooms of the package that a review needs nothing of."""
_PACKAGES = ("bibtexparser", "platformdirs", "pydantic", "pylatexenc", "pyyaml")
"""What a review imports; each with what it requires."""
_PRIVATE = ("addition", "tag", "reading")
_UNUSED = ("paper_view", "rendered", "search_word", "search_work", "search_form", "comparison")
_VIRTUAL = ("text", "note")
_EXPORT = "export default _createPyodideModule;"
_MAP = re.compile(r"\n//# sourceMappingURL=\S+")
_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive, so that two builds are equal."""


class Engine(NamedTuple):
    """The files that a folder provides."""

    pyodide: dict[str, bytes]
    """Files of the npm package by name."""
    wheel: bytes
    """pydantic-core for Pyodide."""

    def digest(self) -> str:
        """Return a digest of the files and of the program that runs on them."""
        return sha256(
            b"".join(sha256(one).encode() for one in (*self.pyodide.values(), self.wheel, _code()))
        )


def read_engine(folder: Path) -> Engine:
    """Read the archives in a folder. Raises `SiteError` if one is missing or another version."""
    core = importlib.metadata.version("pydantic-core")
    npm = folder / f"pyodide-{PYODIDE}.tgz"
    wheels = sorted(folder.glob(f"pydantic_core-{core}-*wasm32.whl"))
    if not npm.is_file() or not wheels:
        missing = npm.name if not npm.is_file() else f"the wheel of pydantic-core {core} for it"
        typed = "\n".join(f"  {shlex.join(one)}" for one in commands(folder))
        raise SiteError(f"{folder} has no {missing}; these commands get both:\n{typed}")
    try:
        with tarfile.open(npm) as archive:
            found = dict(_members(archive))
        lock = json.loads(found["pyodide-lock.json"])["info"]
        whole = found.keys() == _FILES and found["pyodide.asm.mjs"].count(_EXPORT.encode()) == 1
    except (OSError, tarfile.TarError, EOFError, ValueError, KeyError) as error:
        raise SiteError(f"{npm} is no npm package of Pyodide ({error!r}); get it again") from None
    tag = f"{lock['abi_version']}_{lock['arch']}"
    if tag not in wheels[0].name:
        raise SiteError(f"{wheels[0]} is not for Pyodide {PYODIDE}, whose wheels are {tag}")
    if not whole:
        raise SiteError(f"{npm} is not as Pyodide {PYODIDE} was published; get it again")
    return Engine(found, wheels[0].read_bytes())


def commands(folder: Path) -> list[list[str]]:
    """Return the commands that get the archives; the first makes the folder."""
    core = importlib.metadata.version("pydantic-core")
    platform = ["--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14"]
    compiled = ["--implementation", "cp", "--abi", "cp314", "--only-binary=:all:", "--no-deps"]
    return [
        ["pip", "download", f"pydantic-core=={core}", *platform, *compiled, "-d", str(folder)],
        ["npm", "pack", f"pyodide@{PYODIDE}", "--pack-destination", str(folder)],
    ]


def engine_files(engine: Engine, bib: Bibliography) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of every script of the engine."""
    pyodide = engine.pyodide
    lock = json.loads(pyodide["pyodide-lock.json"]) | {"packages": {}}
    python = ".".join(lock["info"]["python"].split(".")[:2])
    yield f"{FOLDER}/pyodide.js", _remark() + _MAP.sub("", _text(pyodide["pyodide.js"])).encode()
    yield f"{FOLDER}/pyodide.asm.js", _remark() + _as_script(_text(pyodide["pyodide.asm.mjs"]))
    made = [
        _packed("pyodide.asm.wasm", pyodide["pyodide.asm.wasm"], squeezed=True),
        _packed("python_stdlib.zip", pyodide["python_stdlib.zip"]),
        _packed("pydantic_core.whl", engine.wheel),
        _packed("code.zip", _code()),
        _packed("works.sqlite", public_snapshot(bib), squeezed=True),
    ]
    for name, script in made:
        yield f"{FOLDER}/{name}.js", script
    stated = json.dumps({"lock": lock, "python": python}, separators=(",", ":"))
    yield f"{FOLDER}/engine.js", f"dltheory.draft.describe({stated});\n".encode()


def public_snapshot(bib: Bibliography) -> bytes:
    """Return the snapshot of a bibliography without notes, tags and status, which nobody but their
    owner may read, and without what a review does not use.
    """
    with closing(sqlite3.connect(":memory:")) as copy:
        bib.snapshot.database.backup(copy)
        for table in (*_PRIVATE, *_UNUSED):
            copy.execute(f"DELETE FROM {table}")
        for table in _VIRTUAL:
            copy.execute(f"DROP TABLE {table}")
        copy.commit()
        copy.execute("VACUUM")
        return copy.serialize()


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for one in archive:
        name = one.name.removeprefix("package/")
        if name in _FILES and (stream := archive.extractfile(one)):
            yield name, stream.read()


def _text(content: bytes) -> str:
    return content.decode("utf-8")


def _remark() -> bytes:
    address = f"https://www.npmjs.com/package/pyodide/v/{PYODIDE}"
    return f"// Pyodide {PYODIDE}, of {address}; Mozilla Public License 2.0.\n".encode()


def _as_script(module: str) -> bytes:
    """Return a module as a script: a browser loads no module from a folder."""
    exported = "globalThis.dltheory.draft.createPyodideModule = _createPyodideModule;"
    made = module.replace(_EXPORT, exported).replace("import.meta.url", "document.baseURI")
    return f"// Changed: a script instead of a module.\n{made}".encode()


def _packed(name: str, content: bytes, squeezed: bool = False) -> tuple[str, bytes]:
    packed = gzip.compress(content, 9, mtime=0) if squeezed else content
    text = base64.b64encode(packed).decode()
    return name, f'dltheory.draft.keep("{name}",{json.dumps(squeezed)},"{text}");\n'.encode()


def _code() -> bytes:
    """Return an archive of the Python that runs in the page: this package, and those it imports."""
    found = dict(_own_modules(files("dltheory_bib"), "dltheory_bib"))
    for name in _needed(_PACKAGES):
        found |= dict(_installed(name))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in sorted(found.items()):
            archive.writestr(zipfile.ZipInfo(path, _DAY), content, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def _own_modules(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        if one.is_dir() and one.name not in _LEFT_OUT:
            yield from _own_modules(one, f"{path}/{one.name}")
        elif one.name.endswith(".py"):
            yield f"{path}/{one.name}", one.read_bytes()


def _needed(packages: Iterable[str]) -> list[str]:
    """Return packages with what they require, without pydantic-core, which is compiled."""
    found: dict[str, None] = {}
    todo = list(packages)
    while todo:
        one = todo.pop()
        if one in found or one == "pydantic-core":
            continue
        found[one] = None
        required: Sequence[str] = importlib.metadata.requires(one) or ()
        todo += [re.split(r"[^\w.-]", rest)[0] for rest in required if "extra ==" not in rest]
    return list(found)


def _installed(name: str) -> Iterable[tuple[str, bytes]]:
    """Yield the modules of an installed package, its licences, and the metadata that names its
    version.
    """
    found = importlib.metadata.files(name)
    if not found:
        raise SiteError(f"{name} was installed without a list of its files; install it with pip")
    for one in found:
        path = one.as_posix()
        stated = path.partition(".dist-info/")[2]
        wanted = path.endswith(".py") or stated == "METADATA" or "LICENSE" in stated.upper()
        if wanted and not path.startswith(("pydantic/v1/", "pydantic/mypy", "..")):
            yield path, one.read_binary()
