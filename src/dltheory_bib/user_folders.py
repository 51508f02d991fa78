"""The user's folders for caches, settings and data, as platformdirs finds them.

On Linux they are those of the XDG Base Directory Specification
(https://specifications.freedesktop.org/basedir-spec), worked out here: importing platformdirs takes
a tenth of the time of `show`. On other systems platformdirs is asked.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "dltheory-bib"


def cache_folder() -> Path:
    """Return the folder of what can be made again: compiled collections."""
    if _is_linux():
        return _xdg("XDG_CACHE_HOME", ".cache")
    from platformdirs import user_cache_path

    return user_cache_path(NAME, appauthor=False)


def config_folder() -> Path:
    """Return the folder of the user's settings."""
    if _is_linux():
        return _xdg("XDG_CONFIG_HOME", ".config")
    from platformdirs import user_config_path

    return user_config_path(NAME, appauthor=False)


def data_folder() -> Path:
    """Return the folder of large files that the user made: the shelf."""
    if _is_linux():
        return _xdg("XDG_DATA_HOME", ".local/share")
    from platformdirs import user_data_path

    return user_data_path(NAME, appauthor=False)


def _is_linux() -> bool:
    system: str = sys.platform
    return system == "linux"


def _xdg(variable: str, default: str) -> Path:
    named = Path(os.environ.get(variable, "").strip()).expanduser()
    # A relative path is to be ignored, says the specification.
    return (named if named.is_absolute() else Path.home() / default) / NAME
