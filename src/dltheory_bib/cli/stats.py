"""Commands about the catalogue and the shell: stats, completion."""

from __future__ import annotations

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, format_option


@dltheory.command(short_help="Count the works and the evidence for them.")
@format_option("json")
def stats(format_: str | None) -> None:
    """Show what the catalogue contains, and the evidence for it.

    For each field: the number of records with a value, of those with two sources or more, and of
    those that list it as unverified.

    \b
    Example: dltheory stats
    """
    found = bibliography().stats()
    if format_ == "json":
        import json

        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        from dltheory_bib.display.stats_view import stats_tables

        draw(stats_tables(found))


@dltheory.command(short_help="Set up completion for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that makes SHELL complete commands, keys, topics and fields.

    zsh needs `autoload -Uz compinit && compinit` before it in ~/.zshrc.

    \b
    Example: dltheory completion bash >> ~/.bashrc
    Example: dltheory completion zsh >> ~/.zshrc
    Example: dltheory completion fish > ~/.config/fish/completions/dltheory.fish
    """
    from dltheory_bib.cli.completion import completion_script

    click.echo(completion_script(shell))
