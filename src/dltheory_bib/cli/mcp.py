"""Serve an assistant: mcp."""

from __future__ import annotations

import sys

from dltheory_bib.cli.app import bibliography, dltheory, note
from dltheory_bib.cli.output_files import private_option


@dltheory.command(short_help="Serve the catalogue to an assistant (MCP).")
@private_option("serve")
def mcp(private: bool) -> None:
    """Serve the catalogue to an assistant, over the Model Context Protocol on standard input.

    The assistant starts this command: name it in the assistant's configuration, with the argument
    `mcp`. The tools are search, show, read, compare, path, cite and check. They only read the
    collection in use: they write nothing, open no file that the assistant names, and use no
    network. Your notes, tags, status and files are neither served nor asked for, since most
    assistants run elsewhere, unless you give --private. Needs the extra `mcp`.

    \b
    Example: dltheory mcp
    """
    from dltheory_bib.mcp_server.stdio_server import serve

    bib = bibliography()
    if sys.stdin.isatty():
        note("waiting for an assistant on standard input; Ctrl-C ends")
    serve(bib, private)
