"""Get the two archives with which a site's page "Paste your draft" runs Python.

    python scripts/draft_engine.py FOLDER

Runs npm and pip; the folder appears when both are there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from dltheory_bib.site.draft_engine import commands


def main() -> int:
    """Fill the folder named on the command line."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        place = Path(made) / "engine"
        place.mkdir()
        for program, *arguments in commands(place):
            # pip belongs to this Python, whose pydantic the wheel has to fit.
            command = [sys.executable, "-m", program] if program == "pip" else [program]
            try:
                done = subprocess.run([*command, *arguments], check=False)
            except OSError as error:
                print(f"cannot run {program}: {error.strerror}", file=sys.stderr)
                return 1
            if done.returncode:
                return done.returncode
        place.rename(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
