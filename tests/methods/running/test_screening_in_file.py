"""A scene that stays in its file is screened as one in memory is: the same is left out, and found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsunmix.bench.planted import planted
from hsunmix.engine.footprint import Resources
from hsunmix.formats import open_cube
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.beyond_memory import write_envi


@pytest.fixture(autouse=True)
def _only_the_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsunmix.engine.footprint.PROGRAM", 0)
    monkeypatch.setattr("hsunmix.engine.scene.CHUNK_BYTES", 1 << 19)


def found_with(path: Path, memory: int | None) -> tuple[Unmixing, int]:
    """Unmix by auto; also how often the file was read."""
    cube, request = open_cube(path), Request(Choice("auto"), 5)
    taken = footprint.of_run(cube, request, Resources(memory))
    scene = finish(pipeline.load_for(cube, request, taken))
    assert scene.in_file == (memory is not None)
    return finish(pipeline.unmix(scene, request)), getattr(scene.executor, "reads", 0)


@pytest.mark.parametrize("kind", ["pure", "bad-bands", "clouds", "empty band"])
def test_the_same_is_left_out(kind: str, tmp_path: Path) -> None:
    x = planted("pure" if kind == "empty band" else kind, 1).x
    if kind == "empty band":
        x[7] = np.nan
    lines = next(n for n in range(int(x.shape[1] ** 0.5), 0, -1) if x.shape[1] % n == 0)
    values = np.ascontiguousarray(x.T, np.float32).reshape(lines, -1, len(x))
    path = write_envi(tmp_path / "scene", values)
    known, _ = found_with(path, None)
    found, _ = found_with(path, int(values.nbytes * 0.95))
    np.testing.assert_array_equal(found.used_bands, known.used_bands)
    np.testing.assert_array_equal(np.isnan(found.abundances), np.isnan(known.abundances))
    np.testing.assert_allclose(found.endmembers, known.endmembers, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.abundances, known.abundances, atol=1e-5)
    assert ("left out" in known.note) == (kind != "pure")
    assert found.note == known.note
