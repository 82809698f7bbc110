"""Whatever dies of a cluster, in whichever pass: nothing hangs, nothing stays, and what can go on goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsunmix.engine.cluster import shared
from hsunmix.engine.cluster.connecting import Cluster, connected
from hsunmix.engine.footprint import Resources
from hsunmix.errors import ClusterError
from hsunmix.formats import open_cube
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.beyond_memory import RANK, values, write_envi
from tests.engine.dask_processes import processes

pytestmark = pytest.mark.slow
LONG = 60  # seconds, on a busy machine

RUN = """
import sys
from hsunmix.cli.main import main
main(["unmix", sys.argv[1], "-r", "4", "-m", "hals", "--set", "tolerance=0", "--set", "max_iterations=5000",
      "--set", "multilevel=false", "-o", sys.argv[2], "--products", "csv", "--cluster", sys.argv[3]])
"""


@pytest.fixture
def cube(tmp_path: Path) -> Cube:
    return open_cube(write_envi(tmp_path / "scene", values()))


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


def scenes(cluster: Cluster) -> int:
    """How many scenes the workers have."""
    count = lambda: len(sys.modules["hsunmix.engine.cluster.worker"]._states)  # noqa: E731 - sent as it is
    return sum(cluster.client.run(count).values())


def steps(cube: Cube, method: str, cluster: Cluster) -> Generator[Any, None, Unmixing]:
    request = Request(Choice(method), RANK, seed=2)
    taken = footprint.of_run(cube, request, Resources(cluster=cluster))
    scene = yield from pipeline.load_for(cube, request, taken)
    return (yield from pipeline.unmix(scene, request))


def test_a_client_that_is_killed_leaves_nothing_with_the_workers(cube: Cube, tmp_path: Path) -> None:
    with processes(tmp_path / "dask", 2) as made, connected(made.file, open_cube) as cluster:
        assert cluster is not None
        until(lambda: len(shared.workers_of(cluster.client)) == 2)
        words = [str(cube.path), str(tmp_path / "out"), str(made.file)]
        client = subprocess.Popen([sys.executable, "-c", RUN, *words], stderr=subprocess.DEVNULL)
        cluster.client.run(lambda: __import__("hsunmix.engine.cluster.worker"))
        until(lambda: client.poll() is None and scenes(cluster) == 2)
        client.send_signal(signal.SIGKILL)
        client.wait()
        until(lambda: scenes(cluster) == 0)
        until(lambda: not any(cluster.client.processing().values()))
        assert all(worker.poll() is None for worker in made.workers)


def test_a_scheduler_that_dies_ends_the_run_and_the_workers(
    cube: Cube, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hsunmix.engine.cluster.shared.MAX_SILENCE_S", 1.0)
    with processes(tmp_path / "dask", 2) as made, connected(made.file, open_cube) as cluster:
        assert cluster is not None
        assert made.scheduler is not None
        run = steps(cube, "hals", cluster)
        for _ in range(40):
            next(run)
        made.scheduler.kill()
        began = time.monotonic()
        with pytest.raises(ClusterError, match="scheduler of the cluster doesn't answer any more"):
            for _ in run:
                pass
        assert time.monotonic() - began < LONG
        until(lambda: all(worker.poll() is not None for worker in made.workers))


def ended(cube: Cube, cluster: Cluster, method: str, before: Callable[[int], None]) -> tuple[Unmixing, int]:
    """Run to the end, with something done before every order; also how many orders there were."""
    run, orders, submit = steps(cube, method, cluster), 0, shared.Shared._submit

    def counted(self: shared.Shared, *words: Any) -> Any:
        nonlocal orders
        before(orders)
        orders += 1
        return submit(self, *words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared.Shared, "_submit", counted)
        return finish(run), orders


@pytest.mark.parametrize("method", ["auto", "spa", "fgnsr", "online"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_worker_that_is_lost_in_any_pass_changes_nothing(
    method: str, share: float, cube: Cube, tmp_path: Path
) -> None:
    with processes(tmp_path / "dask", 2) as made, connected(made.file, open_cube) as cluster:
        assert cluster is not None
        until(lambda: len(shared.workers_of(cluster.client)) == 2)
        known, orders = ended(cube, cluster, method, lambda _: None)
        victim = made.workers[1]

        def kill(order: int) -> None:
            if order >= share * orders and victim.poll() is None:
                victim.kill()
                victim.wait()

        found, _ = ended(cube, cluster, method, kill)
        assert victim.poll() is not None
        for name in ("endmembers", "abundances", "rmse"):
            np.testing.assert_array_equal(getattr(found, name), getattr(known, name), err_msg=name)
