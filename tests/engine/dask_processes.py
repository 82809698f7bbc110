"""A Dask scheduler and workers as processes, on the loopback address; gone at the end, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SECONDS = 60  # for them to start, on a busy machine


@dataclass
class Processes:
    """What was started, and where the scheduler says how to reach it."""

    file: Path
    environment: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.file.parent / f"log-{len(self.workers)}").open("wb")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard", "--scheduler-file", str(self.file)],
                env=dict(self.environment), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def start_scheduler(self, *words: str) -> None:
        alone = (
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--idle-timeout",
            "1 hour",
        )  # where the tests are killed
        self.scheduler = self._start("scheduler", *alone, *words)
        until = time.monotonic() + SECONDS
        while not self.file.exists() or not self.file.stat().st_size:
            assert self.scheduler.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.05)

    def start_worker(self, *words: str) -> subprocess.Popen[bytes]:
        alone = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--death-timeout", "20")
        self.workers.append(self._start("worker", *alone, *words))
        return self.workers[-1]

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in self.file.parent.glob("log-*"))

    def end(self) -> None:
        every = [*self.workers, *([self.scheduler] if self.scheduler else [])]
        for process in every:
            process.kill()
        for process in every:
            process.wait(20)


@contextmanager
def processes(folder: Path, workers: int = 3, protocol: str = "tcp", **more: str) -> Iterator[Processes]:
    """Start them; ``more`` goes into their environment. It isn't waited for the workers."""
    folder.mkdir(exist_ok=True)
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    quiet = {"DASK_DISTRIBUTED__ADMIN__LOG_LEVEL": "error", "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    made = Processes(folder / "scheduler.json", {**os.environ, **quiet, **more})
    try:
        made.start_scheduler("--protocol", protocol)
        for _ in range(workers):
            made.start_worker()
        with pytest.MonkeyPatch.context() as patch:  # on a busy machine they need long
            patch.setattr("hsunmix.engine.cluster.members.MAX_SILENCE_S", SECONDS)
            yield made
    finally:
        made.end()
