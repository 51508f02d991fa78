"""Print what `check` finds in corrupted and in right entries: `make verdicts`.

    python scripts/reference_verdicts.py
    python scripts/reference_verdicts.py --seed 3 refs.bib

Entries of the published works of the catalogue, without identifiers, are corrupted in 13 ways; the
generator is `tests/helpers/corruptions.py`. Of each kind the share that differs or is contradicted
is printed, and the share that is reported about the field that was changed. For .bib files, the
problems and the number of each verdict follow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dltheory_bib import load
from helpers.verdict_counts import corruptions_seen, valid_verdicts


def main() -> int:
    """Print the shares; return 1 if one is less than it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help=".bib files to check as well")
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--count", type=int, default=200, help="entries of each kind")
    given = parser.parse_args()
    bib = load()
    good = True
    print(f"{'corruption':22}{'seen':>8}{'at field':>10}{'verified':>10}")
    for one in corruptions_seen(bib, given.seed, given.count):
        shares = f"{one.seen / one.count:8.3f}{one.placed / one.count:10.3f}{one.verified:10}"
        print(f"{one.kind:22}{shares}{'' if one.is_enough else '  too few'}")
        good = good and one.is_enough and (one.kind != "fabricated DOI" or not one.verified)
    valid = valid_verdicts(bib)
    print("valid entries:", ", ".join(f"{count} {word}" for word, count in valid.items()))
    good = good and set(valid) == {"verified"}
    for path in given.files:
        found = bib.check(path, shelf=False)
        print(found)
        print(
            f"{path.name}: " + ", ".join(f"{count} {word}" for word, count in found.counts.items())
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
