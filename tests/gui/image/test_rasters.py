"""Arrays as images of Qt."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from hsunmix.gui.image import rasters
from hsunmix.gui.image.images import colours
from hsunmix.gui.image.rasters import QUICK, image_of, quick


@pytest.mark.parametrize("strip", [1, 30, 1 << 18])  # a row, some rows, all at once
@pytest.mark.parametrize("coloured", [True, False])
def test_a_quick_image_looks_the_same(strip: int, coloured: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rasters, "STRIP", strip)
    shape = (13, 9) if coloured else (13, 9, 4)
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    image = image_of(values, colours("viridis") if coloured else None)
    made = quick(image)
    assert made.format() == QUICK
    assert made == image.convertToFormat(QUICK)


def test_a_quick_image_has_memory_of_its_own():
    values = np.full((5, 3), 200, dtype=np.uint8)
    made = quick(image_of(values, colours("viridis")))
    before = made.copy()
    values[:] = 0
    assert made == before


def test_nothing_stays_nothing():
    assert quick(QImage()).isNull()
