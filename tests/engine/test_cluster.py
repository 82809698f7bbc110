"""Runs on a Dask cluster: a scheduler and workers as processes, on the loopback address."""

from __future__ import annotations

import gc
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import hsunmix
from hsunmix.engine.cluster import shared
from hsunmix.engine.cluster.connecting import Cluster, connected
from hsunmix.engine.cluster.messages import merged, total
from hsunmix.engine.executor_dask import Dask
from hsunmix.engine.footprint import Resources
from hsunmix.engine.scene import Scene
from hsunmix.errors import ClusterError, FileError, InputError, MissingExtraError
from hsunmix.formats import open_cube
from hsunmix.methods.running import footprint, pipeline, together
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.beyond_memory import BANDS, LINES, RANK, SAMPLES, spectra, values, write_envi
from tests.engine.dask_processes import Processes, processes
from tests.flight_lines import write_lines

SLOW_HALS = {"max_iterations": 25, "tolerance": 0.0, "multilevel": False}


@pytest.fixture(scope="module")
def cluster(dask_processes: Processes) -> Iterator[Cluster]:
    with connected(dask_processes.file, open_cube) as found:
        assert found is not None
        assert len(workers(found, 3)) == 3
        yield found


@pytest.fixture(scope="module")
def cube(tmp_path_factory) -> Cube:
    return open_cube(write_envi(tmp_path_factory.mktemp("scene") / "scene", values()))


def workers(cluster: Cluster, count: int) -> dict[str, int]:
    until = time.monotonic() + 60
    while len(found := shared.workers_of(cluster.client)) < count and time.monotonic() < until:
        time.sleep(0.05)
    return found


def loaded(cube: Cube, choice: Choice, cluster: Cluster | None) -> tuple[Scene, Request]:
    request = Request(choice, RANK, seed=2)
    taken = footprint.of_run(cube, request, Resources(cluster=cluster))
    return finish(pipeline.load_for(cube, request, taken)), request


def unmixed(cube: Cube, name: str, cluster: Cluster | None, **parameters) -> tuple[Scene, Unmixing]:
    if name in ("nnls", "fcls"):
        taken = footprint.of_solve(cube, RANK, Choice(name), Resources(cluster=cluster))
        return finish(pipeline.solve_cube(cube, spectra(), Choice(name), footprint=taken))
    scene, request = loaded(cube, Choice(name, parameters), cluster)
    return scene, finish(pipeline.unmix(scene, request))


def only_on(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Use only some of the workers."""
    every = shared.workers_of
    monkeypatch.setattr(shared, "workers_of", lambda client: dict(list(every(client).items())[:count]))


def same_bits(one: Unmixing, other: Unmixing) -> None:
    for name in ("endmembers", "abundances", "rmse"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.relative_error == other.relative_error


@pytest.mark.parametrize("name", ["auto", "hals", "nnls", "fcls"])
def test_any_number_of_workers_gives_the_same_bits(name, cube, cluster, monkeypatch):
    more = {"max_iterations": 6} if name == "hals" else {}
    scene, three = unmixed(cube, name, cluster, **more)
    assert isinstance(scene.executor, Dask)
    assert len(set(scene.executor.scene._owner.values())) == 3
    only_on(monkeypatch, 1)
    alone, one = unmixed(cube, name, cluster, **more)
    assert len(set(alone.executor.scene._owner.values())) == 1
    same_bits(three, one)
    _, here = unmixed(cube, name, None, **more)
    np.testing.assert_allclose(three.endmembers, here.endmembers, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(three.abundances, here.abundances, atol=1e-6)
    assert three.relative_error == pytest.approx(here.relative_error, rel=1e-6)


def test_only_spectra_go_out_and_sums_come_back(cube, cluster):
    """Apart from the maps, which come once: neither pixels nor abundances are in it."""
    scene, result = unmixed(cube, "hals", cluster, **SLOW_HALS)
    one = scene.executor.scene
    pixels = LINES * SAMPLES
    maps = result.abundances.nbytes + 8 * pixels  # what is left comes in double precision
    assert one.sent + one.received < maps + 40 * 3 * 6000
    assert one.sent < pixels * BANDS * 4 / 2


def test_a_lost_worker_changes_nothing(cube, cluster, dask_processes):
    """Killed in the middle of hals: its blocks are read anew, and what was done to them is done again."""
    scene, request = loaded(cube, Choice("hals", SLOW_HALS), cluster)
    known = finish(pipeline.unmix(scene, request))
    victim = dask_processes.start_worker("--name", "victim")
    assert len(workers(cluster, 4)) == 4
    scene, request = loaded(cube, Choice("hals", SLOW_HALS), cluster)
    run, found = pipeline.unmix(scene, request), None
    while found is None:
        try:
            step = next(run)
        except StopIteration as end:
            found = end.value
            break
        if step is not None and step.message == "Iteration 9":
            assert len(set(scene.executor.scene._owner.values())) == 4
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
    assert scene.executor.scene.lost == 1
    same_bits(found, known)


def test_cancelled_at_once_and_nothing_goes_on(cube, cluster):
    scene, request = loaded(cube, Choice("hals", SLOW_HALS), cluster)
    run = pipeline.unmix(scene, request)
    for step in run:
        if step is not None and step.message == "Iteration 3":
            break
    next(run)
    before = time.monotonic()
    run.close()
    assert time.monotonic() - before < 2  # 0.2 s where nobody else works; tests.benchmarks.cluster looks
    until = time.monotonic() + 10
    while (left := cluster.client.processing()) and any(left.values()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(cluster.client.processing().values())


def test_nothing_stays_with_the_workers(cube, cluster):
    def scenes():
        gc.collect()
        count = lambda: len(sys.modules["hsunmix.engine.cluster.worker"]._states)  # noqa: E731 - sent as it is
        return sum(cluster.client.run(count).values())

    scene, _ = unmixed(cube, "spa", cluster)
    assert scenes() >= 3
    del scene
    until = time.monotonic() + 10
    while scenes() and time.monotonic() < until:
        time.sleep(0.05)
    assert not scenes()


def test_no_worker_is_left(cube, tmp_path, monkeypatch):
    monkeypatch.setattr("hsunmix.engine.cluster.shared.MAX_SILENCE_S", 0.5)
    with processes(tmp_path, 1) as made, connected(made.file, open_cube) as cluster:
        assert cluster is not None
        scene, request = loaded(cube, Choice("spa"), cluster)
        made.workers[0].kill()
        with pytest.raises(ClusterError, match=r"the cluster tcp://127.* has no worker: start some"):
            finish(pipeline.unmix(scene, request))


def test_masks_bad_bands_and_nodata(cube, cluster, tmp_path):
    x = values()
    x[10:14] = -9999
    more = (
        "data ignore value = -9999\nbbl = {"
        + ", ".join("0" if b in (0, 7) else "1" for b in range(BANDS))
        + "}\n"
    )
    odd = open_cube(write_envi(tmp_path / "odd", x, "bsq", more))
    selection = np.ones(x.shape[:2], bool)
    selection[::3, 10:40] = False
    odd = replace(odd, selection=selection)
    results = [unmixed(odd, "spa", one)[1] for one in (cluster, None)]
    for name in ("endmembers", "abundances", "rmse"):
        np.testing.assert_allclose(*(getattr(one, name) for one in results), atol=1e-6)


def test_from_python_and_what_can_not_be(cube, cluster):
    result = hsunmix.unmix(cube, "spa", rank=3, cluster=cluster.client)
    np.testing.assert_array_equal(result.endmembers, hsunmix.unmix(cube, "spa", rank=3).endmembers)
    w = result.endmembers
    np.testing.assert_allclose(
        hsunmix.abundances(cube, w, cluster=cluster.client), hsunmix.abundances(cube, w), atol=1e-6
    )
    assert hsunmix.estimate_rank(cube, "hysime", cluster=cluster.client) == hsunmix.estimate_rank(
        cube, "hysime"
    )
    with pytest.raises(InputError, match="workers of a cluster open the scene themselves"):
        hsunmix.unmix(values().reshape(-1, BANDS).T, "spa", rank=3, cluster=cluster.client)


def test_a_scene_that_is_another_one_there(cube, cluster, tmp_path):
    moved = open_cube(write_envi(tmp_path / "scene", values()))
    scene, request = loaded(moved, Choice("spa"), cluster)
    write_envi(tmp_path / "scene", values()[:50])
    with pytest.raises(FileError, match=r"scene\.hdr: is another file on a worker"):
        loaded(moved, Choice("spa"), cluster)
    with pytest.raises(FileError, match=r"scene\.img"):
        finish(pipeline.unmix(scene, request))


def test_another_version_is_refused_by_name(cluster, dask_processes, monkeypatch):
    monkeypatch.setattr("hsunmix.engine.cluster.connecting.__version__", "9.9")
    with (
        pytest.raises(ClusterError, match=r"worker tcp://127.* has hsunmix .*, and here it is 9\.9"),
        connected(dask_processes.file, open_cube),
    ):
        pass


def test_nobody_there(tmp_path, monkeypatch):
    monkeypatch.setattr("hsunmix.engine.cluster.connecting.SECONDS", 1)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    for given, reason in (
        ("tcp://127.0.0.1:9", "the scheduler tcp://127.0.0.1:9 doesn't answer"),
        (str(tmp_path / "none.json"), "no such scheduler file"),
        ("config", "no scheduler is configured: set DASK_SCHEDULER_ADDRESS"),
    ):
        before = time.monotonic()
        with pytest.raises(ClusterError, match=reason), connected(given, open_cube):
            pass
        assert time.monotonic() - before < 10


def test_without_dask(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(MissingExtraError, match=r"needs Dask: pip install 'hsunmix\[cluster\]'"),
        connected("tcp://127.0.0.1:9", open_cube),
    ):
        pass


def test_the_configured_scheduler(cluster, dask_processes):
    import dask

    address = cluster.client.scheduler.address
    with dask.config.set({"scheduler-address": address}), connected("config", open_cube) as found:
        assert found is not None
        assert found.client.scheduler.address == address


@pytest.mark.parametrize("blocks", [1, 2, 3, 7, 13])
def test_sums_are_added_in_an_order_of_their_own(blocks):
    rng = np.random.default_rng(blocks)
    leaves = {(0, b): [rng.random(5), rng.random((2, 3))] for b in range(blocks)}
    whole = total(dict(leaves), blocks)
    np.testing.assert_allclose(whole[0], sum(one[0] for one in leaves.values()))
    for _ in range(5):
        who = rng.integers(0, 3, blocks)
        shares = [merged({k: v for k, v in leaves.items() if who[k[1]] == w}) for w in range(3)]
        again = total({k: v for share in shares for k, v in share.items()}, blocks)
        for one, other in zip(whole, again, strict=True):
            np.testing.assert_array_equal(one, other)


def test_tls(cube, tmp_path):
    """Dask's own settings hold: a scheduler, a worker and we trust one certificate, and nothing else."""
    import dask

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hsunmix"]
    try:
        subprocess.run(
            [*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate")
    files = {"key": str(key), "cert": str(certificate)}
    ends = [(who, what) for who in ("scheduler", "worker", "client") for what in files]
    settings = {f"distributed.comm.tls.{who}.{what}": files[what] for who, what in ends}
    settings["distributed.comm.tls.ca-file"] = str(certificate)
    names = {name: f"DASK_{name.upper().replace('.', '__').replace('-', '_')}" for name in settings}
    environment = {names[name]: value for name, value in settings.items()}
    with processes(tmp_path / "tls", 1, protocol="tls", **environment) as started:
        with dask.config.set(settings), connected(started.file, open_cube) as cluster:
            assert cluster is not None
            assert cluster.client.scheduler.address.startswith("tls://")
            _, result = unmixed(cube, "spa", cluster)
        np.testing.assert_array_equal(result.endmembers, unmixed(cube, "spa", None)[1].endmembers)
        address = json.loads(started.file.read_text())["address"]
        with pytest.raises(ClusterError, match="the scheduler tls://"), connected(address, open_cube):
            pass


def test_the_command_line(cube, dask_processes, tmp_path, capsys):
    from hsunmix.cli.main import main

    words = ["unmix", str(cube.path), "-r", "3", "-m", "spa", "-o", str(tmp_path / "out")]
    words += ["--products", "csv"]
    for file, code, said in (
        (dask_processes.file, 0, "scene.hdr is read by the cluster"),
        (tmp_path / "none.json", 2, "hsunmix: error: .*there is no such scheduler file"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--cluster", str(file)])
        assert ended.value.code == code
        told = capsys.readouterr().err.strip()
        assert re.match(said, told)
        assert "\n" not in told


def test_several_scenes_are_found_as_here(cluster: Cluster, tmp_path) -> None:
    """Three interleaves and types, of which one is on other bands and in counts."""
    lines = [(path.stem, open_cube(path)) for path in write_lines(tmp_path)[:3]]
    request = replace(Request(Choice("hals", SLOW_HALS), 3, seed=2), abundance=Choice("fcls"))

    def taken(cube: Cube, asked: Request) -> footprint.Footprint:
        return footprint.of_run(cube, asked, Resources(cluster=cluster))

    found = finish(together.unmix(lines, request, footprint=taken))
    known = finish(together.unmix(lines, request))
    np.testing.assert_allclose(found.unmixing.endmembers, known.unmixing.endmembers, rtol=1e-6, atol=1e-9)
    for one, other in zip(found.scenes, known.scenes, strict=True):
        np.testing.assert_allclose(one.unmixing.abundances, other.unmixing.abundances, atol=1e-5)
