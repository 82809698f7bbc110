"""What Python prints of a cube, a result and a library: a line, not their arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import hsunmix
from hsunmix.model.georeference import Georeference
from hsunmix.model.spectra import Spectra
from hsunmix.model.unmixing import Unmixing
from tests.conftest import make_cube


def test_a_cube_is_a_line() -> None:
    cube = make_cube(31, 22, 40)
    assert repr(cube) == "<Cube untitled: 31 lines × 22 samples × 40 bands, float32, 450–2400 nm>"
    chosen = cube.with_selection(np.arange(31 * 22).reshape(31, 22) > 81).with_bad_bands(np.arange(40) == 3)
    placed = replace(chosen, georeference=Georeference((1, 0, 0, 0, -1, 0), "EPSG:32611"), notes=("a", "b"))
    for words in ("600 pixels chosen", "1 bad bands", "EPSG:32611", "2 notes"):
        assert words in repr(placed)
    wkt = replace(
        placed, georeference=Georeference((1, 0, 0, 0, -1, 0), 'PROJCS["Some zone",\n GEOGCS["x"]]')
    )
    assert "Some zone, 2 notes" in repr(wkt)
    assert "\n" not in repr(replace(wkt, wavelengths=None))


def test_a_result_and_a_library_are_a_line() -> None:
    cube = make_cube()
    result = hsunmix.unmix(cube, "spa", rank=3)
    words = Unmixing.__repr__(result)
    assert words.startswith(
        "<Unmixing by spa and nnls: 3 endmembers, 20 bands, 13 × 9 pixels, relative error"
    )
    assert len(repr(result).splitlines()) <= 10
    assert repr(Spectra(np.ones((2, 9)), ("a", "b"), path="x.sli")) == "<Spectra x.sli: 2 spectra, 9 bands>"
