"""Every method finds the same on a scene that stays in its file, or goes to a scratch file, as in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.engine.footprint import Footprint, Resources
from hsunmix.engine.passes import gram
from hsunmix.engine.scene import TILE, Scene
from hsunmix.formats import open_cube
from hsunmix.methods import Method, methods
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.beyond_memory import BANDS, MEMORY, RANK, little_memory, spectra, values, write_envi

ALL = list(methods().values())
PLENTY, LITTLE = Resources(), Resources(memory=MEMORY)


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    with little_memory():
        yield


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> Cube:
    return open_cube(write_envi(tmp_path_factory.mktemp("scene") / "scene", values()))


def request_for(method: Method) -> Request:
    slow = {"max_iterations": 6} if "max_iterations" in {p.name for p in method.parameters} else {}
    library = ()
    if method.traits.needs_library:
        from hsunmix.model.library import Library

        library = (Library(spectra().T, tuple(f"m{k}" for k in range(RANK))),)
    return Request(
        Choice(method.id, slow if method.kind == "factorization" else {}), RANK, seed=2, libraries=library
    )


def run(cube: Cube, method: Method, resources: Resources) -> tuple[Footprint, Scene, Unmixing]:
    """Run a method of any kind that finds abundances."""
    if method.kind == "abundance":
        taken = footprint.of_solve(cube, RANK, Choice(method.id), resources)
        return taken, *finish(pipeline.solve_cube(cube, spectra(), Choice(method.id), footprint=taken))
    request = request_for(method)
    taken = footprint.of_run(cube, request, resources)
    scene = finish(pipeline.load_for(cube, request, taken))
    return taken, scene, finish(pipeline.unmix(scene, request))


def same(one: Unmixing, other: Unmixing) -> None:
    np.testing.assert_allclose(one.endmembers, other.endmembers, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.abundances, other.abundances, atol=1e-5)
    np.testing.assert_allclose(one.rmse, other.rmse, atol=1e-6)
    assert one.relative_error == pytest.approx(other.relative_error, rel=1e-6)
    assert one.note == other.note
    assert set(one.maps) == set(other.maps)


@pytest.mark.parametrize("method", [m for m in ALL if m.kind != "rank"], ids=lambda m: m.id)
def test_every_method_finds_the_same(method: Method, cube: Cube) -> None:
    plenty, _, known = run(cube, method, PLENTY)
    little, scene, found = run(cube, method, LITTLE)
    assert (plenty.way, little.way != "memory") == ("memory", True)
    same(found, known)
    laid_out = 0 if scene.in_file else scene.tiles.nbytes
    assert sum(scene.room.peak) <= little.room + little.scratch + laid_out  # no more than was stated
    assert scene.room.peak[0] <= little.room


@pytest.mark.parametrize("method", [m for m in ALL if m.kind == "rank"], ids=lambda m: m.id)
def test_every_estimate_is_the_same(method: Method, cube: Cube) -> None:
    found = []
    for resources in (PLENTY, LITTLE):
        taken = footprint.of_estimate(cube, Choice(method.id), resources)
        scene = finish(pipeline.load(cube, footprint=taken))
        assert (taken.way != "memory") == (resources is LITTLE)
        found.append(finish(pipeline.estimate_rank(scene, Choice(method.id))))
    assert (found[0].rank, found[0].low, found[0].high) == (found[1].rank, found[1].low, found[1].high)
    np.testing.assert_allclose(found[0].curve, found[1].curve, rtol=1e-6)


@pytest.mark.parametrize(
    ("method", "reads"),
    [("auto", 3), ("nnls", 1), ("fcls", 1), ("vca", 6), ("spa", 3), ("fgnsr", 3), ("lp", 3), ("h2nmf", 3)],
)
def test_the_file_is_read_as_often_as_stated(method: str, reads: int, cube: Cube) -> None:
    kind = (
        "abundance" if method in ("nnls", "fcls") else "factorization" if method == "auto" else "extraction"
    )
    taken, scene, _ = run(cube, methods()[kind, method], LITTLE)
    assert scene.executor.reads == reads  # type: ignore[attr-defined]
    assert reads <= taken.reads


def test_locked_and_given_spectra(cube: Cube) -> None:
    for method in ("auto", "hals", "spa"):
        request = Request(
            Choice(method), RANK, endmembers=spectra(), locked=(0, 1, 2, 3) if method != "hals" else (1,)
        )
        results = []
        for resources in (PLENTY, LITTLE):
            scene = finish(pipeline.load_for(cube, request, footprint.of_run(cube, request, resources)))
            results.append(finish(pipeline.unmix(scene, request)))
        same(*results)


@pytest.mark.parametrize("interleave", ["bil", "bip", "bsq"])
@pytest.mark.parametrize(
    "kind", ["plain", "masked", "bad bands", "uint16", "nodata", "undeclared", "float64"]
)
def test_every_kind_of_file(interleave: str, kind: str, tmp_path: Path) -> None:
    x, more = values(), ""
    if kind == "bad bands":
        more = "bbl = {" + ", ".join("0" if b in (0, 7, 8) else "1" for b in range(BANDS)) + "}\n"
        x[..., 7] = np.nan
    elif kind == "uint16":
        x, more = (
            np.round(10_000 * x).astype(np.uint16),
            "reflectance scale factor = 10000\ndata ignore value = 0\n",
        )
        x[3:9, 5:20] = 0
    elif kind in ("nodata", "undeclared"):
        x[10:14] = -9999
        x[30, 4] = np.nan
        more = "data ignore value = -9999\n" if kind == "nodata" else ""
    elif kind == "float64":
        x = x.astype(np.float64)
    cube = open_cube(write_envi(tmp_path / "scene", x, interleave, more))
    if kind == "masked":
        selection = np.ones(x.shape[:2], bool)
        selection[::3, 10:40] = selection[20:30] = False
        cube = replace(cube, selection=selection)
    for name, what in (("spa", "extraction"), ("nnls", "abundance"), ("hals", "factorization")):
        method = methods()[what, name]
        _, _, known = run(cube, method, PLENTY)
        taken, _, found = run(cube, method, LITTLE)
        assert taken.way == ("scratch" if name == "hals" else "file")
        same(found, known)


def test_netcdf_is_unpacked_once(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "scene.nc"
    with h5py.File(path, "w") as file:
        file.create_dataset("reflectance", data=values(), chunks=(16, 16, BANDS), compression=1, shuffle=True)
        file.create_dataset("wavelengths", data=np.linspace(450, 1000, BANDS)).attrs["units"] = "nm"
    cube = open_cube(path)
    method = methods()["extraction", "spa"]
    taken, _, found = run(cube, method, LITTLE)
    assert taken.way == "scratch"
    same(found, run(cube, method, PLENTY)[2])


def test_geotiff(tmp_path: Path) -> None:
    import rasterio

    path, x = tmp_path / "scene.tif", values()
    lines, samples, bands = x.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=samples, height=lines, count=bands, dtype="float32"
    ) as file:
        file.write(x.transpose(2, 0, 1))
    cube = open_cube(path)
    for what, name in (("extraction", "spa"), ("abundance", "nnls")):
        method = methods()[what, name]
        same(run(cube, method, LITTLE)[2], run(cube, method, PLENTY)[2])


@pytest.mark.parametrize("chunks", [1, 3, 50])
def test_moments_are_summed_as_in_memory_to_the_last_bit(cube: Cube, chunks: int) -> None:
    known = finish(gram(finish(pipeline.load(cube))))
    taken = Footprint(
        "file", block=chunks * 2 * BANDS * TILE * 4, room=10**8, folder=cube.path.parent, moments=True
    )
    scene = finish(pipeline.load(cube, footprint=taken))
    assert scene.moments is not None
    for one, other in zip(known, scene.moments, strict=True):
        np.testing.assert_array_equal(one, other)
