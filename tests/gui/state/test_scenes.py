from __future__ import annotations

import threading
from collections.abc import Generator

import numpy as np
import pytest

from hsunmix.gui.state import scenes
from hsunmix.gui.state.scenes import SceneKeeper
from hsunmix.gui.state.settings import Settings
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step, finish
from tests.conftest import make_cube


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Cube]:
    """The cubes that were read, in order; each read waits a little."""
    seen: list[Cube] = []
    real = scenes.load

    def counted(cube: Cube, **how: object) -> Generator[Step | None, None, object]:
        seen.append(cube)
        yield Step(0.5)
        yield Step(0.6)
        return (yield from real(cube, **how))

    monkeypatch.setattr(scenes, "load", counted)
    return seen


def test_two_workers_read_a_cube_once(loads: list[Cube], settings: Settings):
    cube, keeper = make_cube(), SceneKeeper(settings)
    keeper.expect(cube)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(finish(keeper.scene(cube)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(loads) == 1
    assert len(found) == 4
    assert all(scene is found[0] for scene in found)


def test_when_the_reader_is_cancelled_the_next_takes_over(loads: list[Cube], settings: Settings):
    cube, keeper = make_cube(), SceneKeeper(settings)
    keeper.expect(cube)
    first, second = keeper.scene(cube), keeper.scene(cube)
    next(first)
    step = next(second)  # it waits, showing how far the first is
    assert step is not None
    assert step.fraction == 0.5
    assert len(loads) == 1
    first.close()
    assert finish(second).n_pixels == 13 * 9
    assert len(loads) == 2


def test_a_failed_reading_fails_again_for_the_next(loads: list[Cube], settings: Settings):
    cube = Cube.from_array(np.full((4, 3, 5), np.nan, np.float32))
    keeper = SceneKeeper(settings)
    keeper.expect(cube)
    for _ in range(2):
        with pytest.raises(ValueError, match="no pixel can be used"):
            finish(keeper.scene(cube))
    assert len(loads) == 2


def test_only_the_cube_that_is_open_is_kept(loads: list[Cube], settings: Settings):
    old, new, keeper = make_cube(seed=1), make_cube(seed=2), SceneKeeper(settings)
    keeper.expect(old)
    finish(keeper.scene(old))
    keeper.expect(new)
    assert keeper.spectrum(old, 0, 0) is None
    finish(keeper.scene(old))  # a late one is not put in the new one's place
    assert keeper.spectrum(new, 0, 0) is None
    finish(keeper.scene(new))
    assert keeper.spectrum(new, 3, 7) is not None


def test_spectra_from_memory_are_those_of_the_file(settings: Settings):
    values = make_cube(5, 7).read(0, 5).copy()
    values[2, 3] = 0  # this pixel is not used
    cube, keeper = Cube.from_array(values), SceneKeeper(settings)
    keeper.expect(cube)
    assert keeper.spectrum(cube, 0, 1) is None  # not read yet
    finish(keeper.scene(cube))
    for line, sample in ((0, 1), (1, 0), (4, 6), (2, 4)):
        np.testing.assert_allclose(keeper.spectrum(cube, line, sample), values[line, sample], rtol=1e-6)
    assert keeper.spectrum(cube, 2, 3) is None
