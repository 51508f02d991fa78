"""Make a collection of one's own: init."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from dltheory_bib.cli.app import dltheory, note

_KINDS = {
    "papers": "Works of your own. `dltheory add` writes them; by hand, copy the form of a record:\n"
    "# dltheory show jin2017escape --format json",
    "notes": "What you add to works, here or below: notes, tags, status, files, after, relations.\n"
    "# `dltheory note`, `tag` and `status` write it. The first four never leave by export or site.",
}
"""The files that are made, each with what its head says."""
_ALSO = ("topics", "venues", "citations", "collection")
"""Other files that the collection may have, for which there is a schema as well."""


@dltheory.command(short_help="Make a collection of your own, on top of the catalogue.")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option(
    "--extends",
    multiple=True,
    default=("shipped",),
    show_default=True,
    metavar="WHAT",
    help="What it extends: `shipped`, or the path of another collection; may be repeated.",
)
@click.option(
    "--name", help="A short name, which marks its works in lists.  [default: the folder's]"
)
def init(directory: Path, extends: tuple[str, ...], name: str | None) -> None:
    """Make a collection in DIRECTORY (default: here) that extends the catalogue.

    It holds your own works, and notes on those of the catalogue, without copies of them. Its files
    are text, made for git; editors check them by the schemas beside them. In DIRECTORY every
    command uses it.

    \b
    Example: dltheory init
    Example: dltheory init references --extends lab
    """
    from dltheory_bib.files import finish_together, write_together
    from dltheory_bib.settings_files import PROJECT
    from dltheory_bib.source.folders import COLLECTION, catalogue_files
    from dltheory_bib.source.json_schema import schema_text
    from dltheory_bib.source.layers import layers_of

    finish_together(directory)
    if (directory / COLLECTION).exists():
        raise click.ClickException(f"{directory / COLLECTION} already exists; nothing was written")
    there = {file.path.name for file in catalogue_files(directory)} if directory.exists() else set()
    texts = {
        f"{kind}.yaml": f"# yaml-language-server: $schema=schema/{kind}.json\n# {head}\n\n[]\n"
        for kind, head in _KINDS.items()
    }
    if not (directory / PROJECT).exists():
        texts[PROJECT] = _SETTINGS
    texts[COLLECTION] = _described([_relative(one, directory) for one in extends], name)
    new = {file: text for file, text in texts.items() if file not in there}
    schemas = directory / "schema"
    missing = [k for k in (*_KINDS, *_ALSO) if not (schemas / f"{k}.json").exists()]
    write_together(schemas, {f"{kind}.json": schema_text(kind) for kind in missing})
    write_together(directory, new)
    layers = [layer.name for layer in layers_of(directory)]
    note(f"made {directory / COLLECTION}: {layers[-1]} extends {', '.join(layers[-2::-1])}")
    note(_next(directory))


_SETTINGS = """\
# Commands in this folder, and in those below it, use this collection.
[collection]
data = "."
"""


def _described(extends: list[str], name: str | None) -> str:
    import json

    lines = [
        "# yaml-language-server: $schema=schema/collection.json",
        "# What this collection extends: shipped (the catalogue), or the path of another one, or",
        "# several in a list, the lowest first. Works below need no copy here.",
    ]
    lines += [f"name: {json.dumps(name, ensure_ascii=False)}"] if name else []
    listed = [one if one == "shipped" else json.dumps(one, ensure_ascii=False) for one in extends]
    many = f"[{', '.join(listed)}]"
    lines.append(f"extends: {many if len(listed) > 1 else listed[0]}")
    return "\n".join(lines) + "\n"


def _relative(name: str, directory: Path) -> str:
    """Return what a collection extends, as its own file names it."""
    import os

    path = Path(name).expanduser()
    if name == "shipped" or path.is_absolute():
        return name
    if not path.exists():
        raise click.ClickException(
            f"there is no collection at {name}; write shipped, or the path of a folder"
        )
    return Path(os.path.relpath(path, directory)).as_posix()


def _next(directory: Path) -> str:
    if directory.resolve() == Path.cwd().resolve():
        return 'next: dltheory where; dltheory note jin2017escape "…"; dltheory add 1703.00887'
    named, always = shlex.quote(str(directory)), shlex.quote(str(directory.resolve()))
    return (
        f"next: cd {named}, or elsewhere dltheory --data {named}; to use it always, set "
        f"DLTHEORY_DATA={always}, or write it into your settings, which `dltheory where` names"
    )
