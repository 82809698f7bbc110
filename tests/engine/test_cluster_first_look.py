"""The workers of a cluster do the first read: the same is left out as here, and the same found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hsunmix.bench.planted import planted
from hsunmix.engine.cluster.connecting import Cluster, connected
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.footprint import Resources
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import some_columns
from hsunmix.formats import open_cube
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.methods.shared.screening import screened
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.beyond_memory import BANDS, values, write_envi
from tests.engine.dask_processes import Processes


@pytest.fixture(scope="module")
def cluster(dask_processes: Processes) -> Iterator[Cluster]:
    with connected(dask_processes.file, open_cube) as found:
        assert found is not None
        yield found


def loaded(cube: Cube, request: Request, cluster: Cluster | None) -> Scene:
    taken = footprint.of_run(cube, request, Resources(cluster=cluster))
    return finish(pipeline.load_for(cube, request, taken))


def unmixed(cube: Cube, method: str, cluster: Cluster | None) -> tuple[Scene, Unmixing]:
    request = Request(Choice(method), 5)
    scene = loaded(cube, request, cluster)
    return scene, finish(pipeline.unmix(scene, request))


def same(found: Unmixing, known: Unmixing) -> None:
    np.testing.assert_array_equal(found.used_bands, known.used_bands)
    np.testing.assert_array_equal(np.isnan(found.abundances), np.isnan(known.abundances))
    np.testing.assert_allclose(found.endmembers, known.endmembers, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.abundances, known.abundances, atol=1e-5)
    assert found.note == known.note


@pytest.mark.parametrize("kind", ["bad-bands", "clouds"])
def test_noisy_bands_and_saturated_pixels_are_left_out(kind: str, cluster: Cluster, tmp_path: Path) -> None:
    x = planted(kind, 1).x
    x = x[:, : x.shape[1] // 400 * 100]
    lines = next(n for n in range(int(x.shape[1] ** 0.5), 0, -1) if x.shape[1] % n == 0)
    image = np.ascontiguousarray(x.T, np.float32).reshape(lines, -1, len(x))
    cube = open_cube(write_envi(tmp_path / "scene", image))
    (found, said), (known, told) = (
        finish(screened(loaded(cube, Request(Choice("auto"), 5), one))) for one in (cluster, None)
    )
    assert said == told
    assert ("bands that are mostly noise" if kind == "bad-bands" else "at the sensor's limit") in told
    np.testing.assert_array_equal(found.bands, known.bands)
    np.testing.assert_array_equal(found.pixels, known.pixels)
    places = np.arange(0, found.n_pixels, 97)
    np.testing.assert_array_equal(finish(some_columns(found, places)), known.columns(places))


@pytest.mark.parametrize(
    "kind", ["whole", "undeclared", "factor", "nodata", "negative", "empty band", "uint16", "float64"]
)
def test_what_holds_no_data_is_left_out(kind: str, cluster: Cluster, tmp_path: Path) -> None:
    x, more = values(), ""
    if kind in ("undeclared", "nodata"):
        x[10:14] = -9999
        x[30, 4] = np.nan
        more = "data ignore value = -9999\n" if kind == "nodata" else ""
    elif kind == "factor":
        x[50:60] = -0.9999 * np.linspace(0.9, 1.1, BANDS).astype(np.float32)
    elif kind == "negative":
        x -= 0.02
    elif kind == "empty band":
        x[:, :, 7] = np.nan
        more = "bbl = {" + ", ".join("0" if b == 7 else "1" for b in range(BANDS)) + "}\n"
    elif kind == "uint16":
        x = np.round(10_000 * x).astype(np.uint16)
        x[3:9, 5:20] = 65535
    elif kind == "float64":
        x = x.astype(np.float64) * 1e-200
    cube = open_cube(write_envi(tmp_path / "scene", x, more=more))
    (scene, found), (here, known) = (unmixed(cube, "spa", one) for one in (cluster, None))
    np.testing.assert_array_equal(scene.pixels, here.pixels)
    assert (scene.notes, scene.negative, scene.scale) == (here.notes, here.negative, here.scale)
    same(found, known)


def test_little_is_read_here(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cube = open_cube(write_envi(tmp_path / "scene", values()))
    monkeypatch.setattr("hsunmix.engine.survey.TOGETHER", 1)  # bytes that are read for a look at a tile
    lines: list[int] = []

    def read(tiles: FileTiles, begin: int, end: int, read: object = FileTiles.read) -> np.ndarray:
        lines.append(end - begin)
        return read(tiles, begin, end)  # type: ignore[operator]

    monkeypatch.setattr(FileTiles, "read", read)
    unmixed(cube, "auto", cluster)
    assert sum(lines) < cube.lines / 5
