"""Damage files and open them: ``python -m tests.fuzz [COUNT] [--bad]``.

Prints for each format how many damaged files were opened, were refused, brought the child process
down, and the slowest; then everything that should not be. ``--bad`` prints the numbers of files that
are refused, for ``bad_files.py``.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict

from tests.fuzz.campaign import COUNT, report, run


def main() -> int:
    """Run, print, and tell by the exit code whether all is well."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    began = time.perf_counter()
    verdicts = run(int(words[0]) if words else COUNT)
    print(report(verdicts, time.perf_counter() - began))
    if "--bad" in sys.argv:
        bad: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for verdict in verdicts:
            if verdict.kind != "opened":
                bad[verdict.name].append((verdict.kind, verdict.number))
        print(dict(bad))
    return 1 if any(v.wrong for v in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
