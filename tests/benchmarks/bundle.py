"""How soon the window of a bundle shows, beside the same version in a virtual environment.

    python -m tests.benchmarks.bundle BUNDLE_PROGRAM INSTALLED_PROGRAM [--runs N]

Prints Markdown. A start is measured from the outside, from the command until its window is on the
screen of an X server of its own (Xvfb; needs xdotool too, which looks every 30 ms); the two take
turns, the least of each counts, a warm-up isn't counted.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

DISPLAY = ":78"
ASK = 1.5


@contextmanager
def screen() -> Iterator[None]:
    """Have an X server."""
    command = ["Xvfb", DISPLAY, "-screen", "0", "1280x800x24"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        time.sleep(2)
        try:
            yield
        finally:
            server.terminate()


def start_time(program: str, environment: Mapping[str, str]) -> float:
    """Return the seconds from the command to the window."""
    began = time.perf_counter()
    process = subprocess.Popen([program], env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        command = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "^hsunmix$"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, timeout=60)
        return time.perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.3)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("installed")
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, screen():
        places = {"HOME": home, "HSUNMIX_SETTINGS": str(Path(home) / "settings.json")}
        environment = {**os.environ, **places, "DISPLAY": DISPLAY, "QT_QPA_PLATFORM": "xcb"}
        times: dict[str, list[float]] = {given.installed: [], given.bundle: []}
        for _ in range(given.runs + 1):
            for program, found in times.items():
                found.append(start_time(program, environment))
    installed, bundle = (min(found[1:]) for found in times.values())
    print("| first window | ms | beside the installed one | ask |\n|---|---|---|---|")
    print(f"| installed with pip | {1000 * installed:.0f} | 1 | |")
    print(f"| bundle | {1000 * bundle:.0f} | {bundle / installed:.2f} × | ≤ {ASK} × |")


if __name__ == "__main__":
    main()
