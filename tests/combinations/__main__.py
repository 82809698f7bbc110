"""Many combinations of options, and a line for each that is wrong."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from tests.combinations.checks import wrong
from tests.combinations.pairs import rows


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(prog="python -m tests.combinations", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="this row alone, whose files are kept")
    given = parser.parse_args()
    began, faults = time.monotonic(), 0
    folder = Path(tempfile.mkdtemp(prefix="hsunmix-combinations-"))
    for number, row in enumerate(islice(rows(given.seed), given.runs)):
        if given.only not in (None, number):
            continue
        for fault in wrong(row, folder / str(number)):
            faults += 1
            print(number, fault, {name: value for name, value in row.items() if value}, flush=True)
        if given.only is None:
            shutil.rmtree(folder / str(number))
    print(f"{given.runs} runs, {faults} faults, {time.monotonic() - began:.0f} s; {folder}")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
