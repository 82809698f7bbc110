"""Every method runs on an executor that could be on another machine, and gives the same bits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.engine.executor_threads import THREADS
from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Executor
from hsunmix.methods import Method, methods
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.engine.pickling import Pickling
from tests.scenes import mixture

BANDS, PIXELS = 24, 4 * TILE + 77
X = mixture(BANDS, PIXELS, noise=0.01)
ALL = list(methods().values())


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tiles a part, so that there are several."""
    monkeypatch.setattr("hsunmix.engine.scene.CHUNK_BYTES", 2 * BANDS * TILE * 4)


def scene_on(executor: Executor) -> Scene:
    return replace(from_array(X), executor=executor)


def same(one: Unmixing, other: Unmixing) -> None:
    for name in ("endmembers", "abundances", "rmse", "source_pixels"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.relative_error == other.relative_error
    assert one.note == other.note


@pytest.mark.parametrize("method", ALL, ids=lambda m: m.id)
def test_every_method_gives_the_same_bits(method: Method) -> None:
    pickling = Pickling()
    results = []
    for executor in (THREADS, pickling):
        scene = scene_on(executor)
        if method.kind == "rank":
            estimate = finish(pipeline.estimate_rank(scene, Choice(method.id)))
            results.append((estimate.rank, estimate.low, estimate.high, estimate.curve.tolist()))
        elif method.kind == "abundance":
            results.append(finish(pipeline.solve(scene, X[:, :6], Choice(method.id))))
        else:
            slow = {"max_iterations": 12} if "max_iterations" in {p.name for p in method.parameters} else {}
            results.append(finish(pipeline.unmix(scene, Request(Choice(method.id, slow), 4, seed=2))))
    assert pickling.passes > 0
    if method.kind == "rank":
        assert results[0] == results[1]
    else:
        same(*results)


def test_weights_and_libraries_too() -> None:
    weights = np.random.default_rng(0).random(X.shape)
    weights[weights < 0.1] = 0
    library = np.random.default_rng(1).random((BANDS, 200))
    for make in (
        lambda scene: pipeline.unmix(
            scene, Request(Choice("weighted", {"max_iterations": 5}), 4, weights=weights)
        ),
        lambda scene: pipeline.solve(scene, library, Choice("fcls")),
        lambda scene: pipeline.solve(scene, library[:, :30], Choice("ksparse", {"k": 3})),
    ):
        same(*(finish(make(scene_on(executor))) for executor in (THREADS, Pickling())))
