"""The kinds of correction that `fix` makes, by the names of `--only`, `--no` and `[fix]`.

They are apart from the settings, whose models take longer to import than most files to fix.
"""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["upgrades", "pages", "dois", "names", "capitals", "venues"]
"""A kind of correction that `fix` makes."""
KINDS: tuple[Kind, ...] = get_args(Kind)
