"""Commands about the catalogue and the shell: stats, completion."""

from __future__ import annotations

import click

from dltheory_bib.cli.app import bibliography, dltheory, draw, format_option


@dltheory.command(short_help="What is held, and on what evidence.")
@format_option("json")
def stats(format_: str | None) -> None:
    """Show what the catalogue holds, and what evidence there is for it.

    For each field: how many records carry it, how many have it from two sources or more, and how
    many list it as unverified.

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


@dltheory.command(short_help="Completion for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, keys, topics and fields.

    zsh needs `autoload -Uz compinit && compinit` before it in ~/.zshrc.

    \b
    Example: dltheory completion bash >> ~/.bashrc
    Example: dltheory completion zsh >> ~/.zshrc
    Example: dltheory completion fish > ~/.config/fish/completions/dltheory.fish
    """
    from dltheory_bib.cli.completion import completion_script

    click.echo(completion_script(shell))
