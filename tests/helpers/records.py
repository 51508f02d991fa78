"""Sample records as they stand in a file, for tests that spoil them."""

from __future__ import annotations

WORK = """\
- key: {key}
  type: online
  title: {title}
  author:
    - {author}
  year: {year}
"""


def work(
    key: str = "doe2017first",
    title: str | None = None,
    author: str = "Doe, Jane",
    year: object = 2017,
    extra: str = "",
) -> str:
    """A valid record of six lines; `extra` is lines after them, indented here.

    The title is made from the key, unlike that of any other, unless it is given.
    """
    text = WORK.format(key=key, title=title or key * 2, author=author, year=year)
    return text + "".join(f"  {line}\n" for line in extra.split("\n") if line)
