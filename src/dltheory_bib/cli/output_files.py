"""Write .bib files for the user: common options, and protection against overwriting."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dltheory_bib.input_files import encode, read_bytes

if TYPE_CHECKING:
    from dltheory_bib.bibliography import Bibliography
    from dltheory_bib.papers import PaperList

F = TypeVar("F", bound=Callable[..., Any])

_MARK = re.compile(rb"% Exported by dltheory-bib [^\n]* \[(\w+)\]\n\n")


def private_option(verb: str = "write") -> Callable[[F], F]:
    """Whether to write what is private, which is left out otherwise."""
    return click.option(
        "--private", is_flag=True, help=f"Also {verb} your notes, tags, status and files."
    )


def bib_options(dialect: str | None) -> Callable[[F], F]:
    """The output file of a .bib and its format; the default `dialect` is that of the manuscript."""
    options = [
        click.option(
            "-o",
            "--output",
            type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
            help="Write to this file; by default, or for -, print the entries.",
        ),
        click.option("--force", is_flag=True, help="Overwrite an existing file."),
        click.option(
            "--dialect",
            type=click.Choice(["bibtex", "biblatex"]),
            default=dialect,
            show_default=dialect is not None,
            help=None if dialect else "Default: that of the manuscript.",
        ),
        click.option(
            "--prefer",
            type=click.Choice(["published", "preprint"]),
            default="published",
            show_default=True,
            help="Which version to print of a work with both.",
        ),
        click.option(
            "--accents",
            type=click.Choice(["utf-8", "latex", "ascii"]),
            help="Encoding of non-ASCII letters; default: latex for bibtex, utf-8 for biblatex.",
        ),
        private_option(),
        click.option(
            "--venues", type=click.Choice(["long", "short"]), default="long", show_default=True
        ),
    ]

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def with_private(text: str, bib: Bibliography | PaperList) -> str:
    """Return entries with the private fields of the works that their keys name."""
    from dltheory_bib.formats.private_fields import with_private_fields
    from dltheory_bib.snapshot.own_notes import private_fields

    snapshot = bib._snapshot

    def private(name: str) -> Mapping[str, Any]:
        number = snapshot.find(name)
        found = private_fields(snapshot, [number]) if number is not None else {}
        return next(iter(found.values()), {})

    return with_private_fields(text, private)


def print_bytes(text: str, encoding: str = "utf-8") -> None:
    """Print a .bib, or a part of the user's, in its encoding; stray bytes are kept."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(encode(text, "utf-8" if encoding.startswith("utf-16") else encoding))


def write_export(output: Path, text: str, command: str, force: bool) -> None:
    """Write a file atomically; overwrite a file that the user edited only with --force."""
    from dltheory_bib import __version__
    from dltheory_bib.files import write_bytes

    if output.exists() and not output.is_file():
        # Writing replaces the path: run by root, it would put a file in the place of /dev/null.
        raise click.ClickException(
            f"{output} is not a regular file; without -o the entries are printed"
        )
    content = text.encode("utf-8", "surrogateescape")
    try:
        if output.exists() and not force:
            _refuse_to_lose(output, read_bytes(output))
        # An @ outside an entry would start one, so it is removed from the query.
        text = " ".join(f"% Exported by dltheory-bib {__version__}: dltheory {command}".split())
        text = text.replace("@", "(at)")
        head = f"{text} [{_sum(content)}]\n\n".encode("utf-8", "replace")
        write_bytes(output, head + content)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror or error}") from None


def write_new(output: Path, save: Callable[[Path], None], force: bool) -> None:
    """Write a file in a format without comments, which cannot be marked as ours: never
    overwrite.
    """
    if output.exists() and not output.is_file():
        raise click.ClickException(
            f"{output} is not a regular file; without -o the works are printed"
        )
    try:
        if output.exists() and output.stat().st_size and not force:
            raise click.ClickException(
                f"{output} already exists; overwrite it with --force, or choose another file "
                "with -o"
            )
        save(output)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror or error}") from None


def _refuse_to_lose(output: Path, old: bytes) -> None:
    """Return why a file must not be overwritten; only an unchanged file of export may be."""
    written = _MARK.match(old)
    if not old or (written and _sum(old[written.end() :]) == written[1].decode()):
        return
    how = "was edited since export wrote it" if written else "was not written by export"
    raise click.ClickException(
        f"{output} {how}; overwrite it with --force, or choose another file with -o"
    )


def _sum(text: bytes) -> str:
    from hashlib import sha256

    return sha256(text).hexdigest()[:16]
