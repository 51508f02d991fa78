"""Shell completion of keys, topics, fields and their values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

_MOST = 60


# The colon of a field is followed by its value, without a space. fish adds none after a colon.
_NO_BLANK = {
    "bash": (
        "    return 0\n",
        "    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]]; then\n"
        "        compopt -o nospace\n"
        "    fi\n\n"
        "    return 0\n",
    ),
    "zsh": (
        "        compadd -U -V unsorted -a completions\n",
        "        local -a fields=(${(M)completions:#*:}) others=(${completions:#*:})\n"
        "        (( $#fields )) && compadd -U -V unsorted -S '' -a fields\n"
        "        (( $#others )) && compadd -U -V unsorted -a others\n",
    ),
}


def completion_script(shell: str) -> str:
    """Return the script with which a shell completes the command line."""
    from click.shell_completion import get_completion_class

    from dltheory_bib.cli.app import dltheory

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(dltheory, {}, "dltheory", "_DLTHEORY_COMPLETE").source()
    before, after = _NO_BLANK.get(shell, ("", ""))
    return script.replace(before, after) if before else script


def complete_key(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete keys and aliases."""
    return _items(_ids(context, "name", incomplete, "name"))


def complete_rule(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete rules on .bib files."""
    from click.shell_completion import CompletionItem

    from dltheory_bib.bibfile.lint.linter import rule_sentences

    return [
        CompletionItem(name, help=sentence)
        for name, sentence in rule_sentences().items()
        if name.startswith(incomplete)
    ]


def complete_topic(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete topic ids."""
    return _items(_ids(context, "topic", incomplete))


def complete_tag(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete tags."""
    return _items(_ids(context, "tag", incomplete, "tag"))


def complete_question(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete ids of questions."""
    return _items(_ids(context, "question", incomplete))


def complete_query(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete fields, and the values of a field after its colon."""
    from dltheory_bib.query.fields import FIELDS

    field, colon, value = incomplete.rpartition(":")
    if not colon:
        # bash ends a word at a colon: it passes `topic:sa` as "topic", ":" and "sa".
        before = [str(word) for word in context.params.get("query") or ()]
        if before and before[-1] == ":":
            return _items(_values(context, before[-2] if len(before) > 1 else "", incomplete))
        offered = [f"{name}:" for name in FIELDS if name.startswith(incomplete)]
        if context.info_name == "read":  # accepts the bare name of a topic
            offered += _ids(context, "topic", incomplete)
            offered += _ids(context, "trail", incomplete)
        return _items(offered)
    if incomplete == ":":
        before = [str(word) for word in context.params.get("query") or ()]
        return _items(_values(context, before[-1] if before else "", ""))
    return _items(f"{field}:{found}" for found in _values(context, field, value))


def _values(context: click.Context, field: str, incomplete: str) -> Iterable[str]:
    from dltheory_bib.models.choices import Checked, EntryType, ReadingLevel, ReadingStatus
    from dltheory_bib.query.fields import FIELDS
    from dltheory_bib.snapshot.own_notes import PRIVATE
    from dltheory_bib.snapshot.schema import FEATURES

    if field in {"topic", "venue", "question"}:
        return _ids(context, field, incomplete)
    if field == "author":
        return _ids(context, "person_word", incomplete, "word")
    if field == "tag":
        return _ids(context, "tag", incomplete, "tag")
    known = {
        "has": (*FEATURES, *PRIVATE),
        "status": get_args(ReadingStatus),
        "level": get_args(ReadingLevel),
        "checked": get_args(Checked),
        "type": ("preprint", *get_args(EntryType)),
    }
    if field in known:
        return [value for value in known[field] if value.startswith(incomplete)]
    other = {"text", "title", "year", "doi", "eprint", "note"}
    named_by_work = field in FIELDS and field not in other
    return _ids(context, "name", incomplete, "name") if named_by_work else ()


def _ids(context: click.Context, table: str, incomplete: str, column: str = "id") -> list[str]:
    from dltheory_bib.bibliography import load
    from dltheory_bib.cli.collection import choose_collection
    from dltheory_bib.errors import BibliographyError

    try:
        # From the parameters: during completion no command runs that could set `obj`.
        snapshot = load(choose_collection(context.find_root().params.get("data")).path).snapshot
    except BibliographyError:
        return []  # the user has not run a command yet; a message would disturb the command line
    upper = f"{incomplete}\U0010ffff"
    sql = (
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} >= ? AND {column} < ? "
        f"ORDER BY {column} LIMIT {_MOST}"
    )
    return [row[0] for row in snapshot.fetch(sql, (incomplete, upper))]


def _items(values: Iterable[str]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # every command imports this module

    return [CompletionItem(value) for value in values]
