"""Whole calls from Python against those of another commit, turn by turn. Prints Markdown.

    git worktree add --detach /tmp/before COMMIT
    python -m tests.benchmarks.against /tmp/before [TURNS]

A process each, one thread, told in turns to make one call. What counts is that thread's processor time,
and the ratio that of the medians. Kernels of the other commit are kept apart.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.scenes import real, urban_size

HERE = Path(__file__).resolve().parents[2]
CALLS = {
    "spa": 'hsunmix.unmix(x, "spa", rank=rank)',
    "spa, then fcls": 'hsunmix.unmix(x, "spa", rank=rank, abundance="fcls")',
    "mu-kl from a start, 10 iterations": (
        'hsunmix.unmix(x, "mu", rank=rank, init=w, loss="kl", max_iterations=10, tolerance=0.0)'
    ),
    "mu-kl from a start, 40 iterations": (
        'hsunmix.unmix(x, "mu", rank=rank, init=w, loss="kl", max_iterations=40, tolerance=0.0)'
    ),
}
WORKER = """
import sys, time, warnings
import numpy as np
import hsunmix
warnings.simplefilter("ignore")
for line in sys.stdin:
    file, rank, call = line.rstrip("\\n").split("\\t")
    with np.load(file) as found:
        x, w, rank = found["x"], found["w"], int(rank)
    began = time.thread_time()
    eval(call)
    print(time.thread_time() - began, flush=True)
"""


def worker(folder: Path, kept: Path) -> subprocess.Popen[str]:
    """Start a process that makes calls of the program that lies in a folder."""
    own = {"PYTHONPATH": str(folder), "HSUNMIX_CACHE_DIR": str(kept), "HSUNMIX_THREADS": "1"}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | own | threads, cwd=folder,
    )  # fmt: skip


def seconds(of: subprocess.Popen[str], task: str) -> float:
    """Have one call made."""
    assert of.stdin is not None
    assert of.stdout is not None
    of.stdin.write(task)
    of.stdin.flush()
    return float(of.stdout.readline())


def main() -> None:
    """Print the table."""
    before, turns = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 30
    scenes = [*real(), ("made, 80 × 100", urban_size(80, 100), 6)]
    with tempfile.TemporaryDirectory() as kept:
        both = [worker(before, Path(kept)), worker(HERE, Path(os.environ.get("HSUNMIX_CACHE_DIR", kept)))]
        print("| call | scene | before, ms | now, ms | ratio |\n|---|---|---|---|---|")
        for name, x, rank in scenes:
            w = np.maximum(x[:, np.linspace(0, x.shape[1] - 1, rank).astype(int)], 1e-6)
            np.savez(Path(kept) / "scene.npz", x=x, w=w.astype(np.float64))
            for what, call in CALLS.items():
                task = f"{Path(kept) / 'scene.npz'}\t{rank}\t{call}\n"
                took = np.empty((turns + 1, 2))  # the first turn, with its compilation, doesn't count
                for turn in range(turns + 1):
                    for k in (0, 1) if turn % 2 else (1, 0):
                        took[turn, k] = seconds(both[k], task)
                a, b = 1e3 * np.median(took[1:], axis=0)
                print(f"| {what} | {name} | {a:.2f} | {b:.2f} | {b / a:.2f} |", flush=True)
        for one in both:
            one.communicate()


if __name__ == "__main__":
    main()
