"""What one read tells of a scene in its file bounds every product, and the same pixels are found by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hsunmix.engine.footprint import Resources
from hsunmix.engine.outline import main_directions, outlined
from hsunmix.engine.scene import Scene
from hsunmix.formats import open_cube
from hsunmix.methods import get
from hsunmix.methods.contract import Problem
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.beyond_memory import MEMORY, RANK, little_memory, values, write_envi


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    with little_memory():
        yield


def scene_of(cube: Cube, *, in_file: bool = True) -> Scene:
    request = Request(Choice("spa"), RANK)
    taken = footprint.of_run(cube, request, Resources(memory=MEMORY if in_file else None))
    scene = finish(pipeline.load_for(cube, request, taken))
    assert scene.in_file == in_file
    return scene


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("directions", [1, 6, 24])
def test_products_are_as_near_as_is_said(directions: int, noise: float, tmp_path: Path) -> None:
    x = values(noise)
    scene = scene_of(open_cube(write_envi(tmp_path / "scene", x)))
    outline = finish(outlined(scene, finish(main_directions(scene, directions))))
    pixels, rng = x.reshape(-1, x.shape[2]).astype(np.float64), np.random.default_rng(0)
    np.testing.assert_allclose(outline.norms, (pixels**2).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(outline.totals, pixels.sum(axis=1), rtol=1e-9, atol=1e-9)
    for u in (*rng.standard_normal((20, x.shape[2])), outline.basis[0], pixels[7]):
        for rows, products, off in outline.along(u):
            away = np.abs(products - pixels[outline.order[rows]] @ u)
            assert (away <= off).all()
    inside = [off.max() for _, _, off in outline.along(outline.basis[0])]
    assert max(inside) < 1e-6 * np.sqrt(outline.norms.max())  # along a direction nothing is left open


@pytest.mark.parametrize("kind", ["usual", "few are looked up", "equal pixels", "few directions"])
@pytest.mark.parametrize("method", ["spa", "fgnsr", "h2nmf"])
def test_the_same_pixels_are_found(
    method: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = values()
    if kind == "equal pixels":
        x[20:60] = x[20, :1]  # more of them than are looked up
    elif kind == "few are looked up":
        for module in ("spa", "_hierarchy"):
            monkeypatch.setattr(f"hsunmix.methods.extraction.{module}.ONE_BY_ONE", 0)
    elif kind == "few directions":
        monkeypatch.setattr("hsunmix.methods.extraction.spa.BEYOND", -3)
    cube = open_cube(write_envi(tmp_path / "scene", x))
    found = []
    for in_file in (False, True):
        scene = scene_of(cube, in_file=in_file)
        chosen = get(method, "extraction")
        found.append(finish(chosen.run(Problem(scene, RANK + 3), chosen.params())))
    np.testing.assert_array_equal(found[0].columns, found[1].columns)
    assert found[0].note == found[1].note
