"""Where fractions mean nothing, it is said, and one click cures it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.members import unsolved

Wait = Callable[[Callable[[], bool]], None]


def city_with_a_lake(lines: int = 40, samples: int = 30) -> Cube:
    """Roofs, plants and a lake whose spectrum is nearly zero, in light that varies and under thin haze."""
    rng = np.random.default_rng(4)
    nm = np.linspace(450, 2450, 60)
    roof = 0.25 + 0.1 * (nm - 450) / 2000
    plants = 0.05 + 0.45 / (1 + np.exp(-(nm - 720) / 15)) * np.exp(-(((nm - 900) / 1200) ** 2))
    water = 0.02 * np.exp(-(nm - 450) / 200) + 0.004
    shares = rng.dirichlet([0.6, 0.6, 0.3], (lines, samples))
    shares[:12, :10] = (0, 0, 1)
    shares[20, 20], shares[21, 20] = (1, 0, 0), (0, 1, 0)
    light = rng.uniform(0.8, 1.25, (lines, samples, 1))
    light[20:22, 20] = 1
    haze = 0.05 * np.exp(-(nm - 450) / 250) * rng.uniform(0.5, 1.5, (lines, samples, 1))
    haze[:12, :10] = haze[20:22, 20] = 0
    values = light * (shares @ np.stack([roof, plants, water])) + haze
    values += 0.002 * rng.standard_normal(values.shape)
    return Cube.from_array(np.maximum(values, 1e-4).astype(np.float32), nm)


def solved(store: Store, wait: Wait) -> None:
    wait(lambda: not unsolved(store.document) and not store.state.tasks)


@pytest.fixture
def lake(store: Store, wait: Wait) -> Store:
    cube = city_with_a_lake()
    store.history.reset(Document(cube=cube, settings=RunSettings(abundance="nnls")))
    wait(lambda: not store.state.tasks)
    for line, sample in ((20, 20), (21, 20), (4, 4)):
        store.send(cmd.AddPixel(line, sample))
    solved(store, wait)
    return store


def test_a_mean_above_a_whole_is_said_and_one_click_cures_it(lake: Store, wait: Wait):
    assert lake.document.unmixing.mean_abundances.max() > 1
    assert "so dark that" in lake.state.message.text
    assert [text for text, _ in lake.state.message.actions] == [
        "Let fractions sum to one",
        "The same with shade",
    ]
    lake.send(lake.state.message.actions[0][1])
    solved(lake, wait)
    assert lake.document.unmixing.abundance == "fcls"
    np.testing.assert_allclose(np.nansum(lake.document.unmixing.abundances, axis=0), 1, atol=1e-5)
    lake.send(cmd.Undo())
    assert lake.document.unmixing.abundance == "nnls"


def test_shade_is_one_click_and_one_change(lake: Store, wait: Wait):
    error = lake.document.unmixing.relative_error
    lake.send(cmd.SolveAgain("fcls"))
    solved(lake, wait)
    without = lake.document.unmixing.relative_error
    lake.send(cmd.AddShade())
    solved(lake, wait)
    result = lake.document.unmixing
    assert lake.document.endmembers[-1].name == "Shade"
    assert result.abundance == "fcls"
    np.testing.assert_allclose(np.nansum(result.abundances, axis=0), 1, atol=1e-5)
    assert error <= result.relative_error < without
    assert lake.document.view.endmember < 3
    lake.send(cmd.AddShade())
    assert "already" in lake.state.message.text
    lake.send(cmd.Undo())
    assert len(lake.document.endmembers) == 3


def test_the_message_is_taken_back_when_its_result_is(lake: Store):
    lake.fail(ValueError("another matter"))
    assert any("so dark that" in message.text for message in lake.state.messages)
    lake.send(cmd.Undo())
    assert not any("so dark that" in message.text for message in lake.state.messages)
    assert lake.state.message.level == "error"
