from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui.state import means as module
from hsunmix.gui.state.means import means, remember
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Unmixing
from tests.gui.conftest import unmixing_of
from tests.scenes import with_numbers


def test_one_pass_for_the_same_abundances(cube: Cube, monkeypatch: pytest.MonkeyPatch):
    passes = []
    counted = Unmixing.mean_abundances.fget
    monkeypatch.setattr(Unmixing, "mean_abundances", property(lambda u: passes.append(u) or counted(u)))
    result = unmixing_of(cube)
    first = means(result)
    np.testing.assert_allclose(first, np.nanmean(result.abundances.reshape(3, -1), axis=1), rtol=1e-6)
    assert means(replace(result, provisional=True, note="other")) is first
    assert len(passes) == 1
    means(unmixing_of(cube, seed=2))
    assert len(passes) == 2


@pytest.mark.filterwarnings("error")
def test_where_no_pixel_has_a_value_yet_there_is_no_mean(cube: Cube):
    """As after a mask that shares no pixel with the one before."""
    result = unmixing_of(cube)
    nowhere = with_numbers(result, np.full_like(result.abundances, np.nan))
    assert np.isnan(nowhere.mean_abundances).tolist() == [True] * result.rank


def test_what_is_known_goes_with_the_abundances(cube: Cube):
    before = len(module._known)
    result = unmixing_of(cube)
    remember(result, np.array([0.1, 0.2, 0.7]))
    assert means(result).tolist() == [0.1, 0.2, 0.7]
    del result
    gc.collect()
    assert len(module._known) == before
