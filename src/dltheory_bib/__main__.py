"""Run `dltheory` as `python -m dltheory_bib`."""

import sys

from dltheory_bib.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
