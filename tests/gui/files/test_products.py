"""The window opens the products whose layout is published, and unmixes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from tests.formats.tiff_products import LINES, SAMPLES, make_desis, make_enmap


@pytest.mark.parametrize("make", [make_enmap, make_desis])
def test_an_image_with_what_lies_beside_it(
    store: Store, wait: Callable[[Callable[[], bool]], None], tmp_path: Path, make: Callable
):
    image, truth = make(tmp_path)
    store.send(cmd.Open(image, rank=3))
    wait(lambda: store.document.cube is not None and not store.state.tasks)
    cube = store.document.cube
    assert cube.shape == (LINES, SAMPLES, len(truth["nm"]))
    wait(lambda: store.state[ImageState].shown is not None and not store.state.tasks)
    red = cube.wavelengths[cube.rgb_bands[0]]
    assert abs(red - 650) < 60
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None and not store.state.tasks)
    result = store.document.unmixing
    np.testing.assert_array_equal(result.used_bands, ~truth["bad"])
    assert result.abundances.shape == (3, LINES, SAMPLES)
