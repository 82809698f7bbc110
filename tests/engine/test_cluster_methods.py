"""Every method on a cluster finds what it finds here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from hsunmix.engine.cluster.connecting import Cluster, connected
from hsunmix.engine.footprint import Resources
from hsunmix.formats import open_cube
from hsunmix.methods import Method, methods
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.library import Library
from hsunmix.model.progress import finish
from tests.beyond_memory import RANK, spectra, values, write_envi

ALL = list(methods().values())


@pytest.fixture(scope="module")
def cluster(dask_processes) -> Iterator[Cluster]:
    with connected(str(dask_processes.file), open_cube) as found:
        yield found


@pytest.fixture(scope="module")
def cube(tmp_path_factory) -> Cube:
    return open_cube(write_envi(tmp_path_factory.mktemp("scene") / "scene", values()))


def run(cube: Cube, method: Method, resources: Resources):
    if method.kind == "rank":
        scene = finish(
            pipeline.load(cube, footprint=footprint.of_estimate(cube, Choice(method.id), resources))
        )
        return finish(pipeline.estimate_rank(scene, Choice(method.id)))
    if method.kind == "abundance":
        taken = footprint.of_solve(cube, RANK, Choice(method.id), resources)
        return finish(pipeline.solve_cube(cube, spectra(), Choice(method.id), footprint=taken))[1]
    slow = {"max_iterations": 6} if "max_iterations" in {p.name for p in method.parameters} else {}
    library = (Library.of_columns(spectra()),) if method.traits.needs_library else ()
    choice = Choice(method.id, slow if method.kind == "factorization" else {})
    request = Request(choice, RANK, seed=2, libraries=library)
    scene = finish(pipeline.load_for(cube, request, footprint.of_run(cube, request, resources)))
    return finish(pipeline.unmix(scene, request))


@pytest.mark.slow
@pytest.mark.parametrize("method", ALL, ids=lambda m: m.id)
def test_every_method_finds_the_same(method: Method, cube: Cube, cluster: Cluster) -> None:
    known, found = (run(cube, method, resources) for resources in (Resources(), Resources(cluster=cluster)))
    if method.kind == "rank":
        assert (found.rank, found.low, found.high) == (known.rank, known.low, known.high)
        return
    np.testing.assert_allclose(found.endmembers, known.endmembers, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.abundances, known.abundances, atol=1e-5)
    np.testing.assert_allclose(found.rmse, known.rmse, atol=1e-6)
    assert set(found.maps) == set(known.maps)
    assert found.note == known.note
