"""What values are, by the words of their file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsunmix.formats import open_cube
from hsunmix.model.quantity import label_of, quantity_in
from tests.cli.conftest import write_envi


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("Surface reflectance, L2A",), "Reflectance"),
        (("at-sensor Radiance (reflectance later)",), "Radiance"),
        (("", "solar irradiance"), ""),
        (("toa_radiance",), "Radiance"),
        (("counts",), ""),
    ],
)
def test_words(texts: tuple[str, ...], said: str) -> None:
    assert quantity_in(*texts) == said


def test_axes() -> None:
    assert label_of("Emissivity", "x") == "Emissivity"
    assert label_of("", "SITE/Reflectance/Reflectance_Data") == "Reflectance"
    assert label_of("", "HDFEOS/GRIDS/HYP/Data Fields/toa_radiance") == "Radiance"
    assert label_of("", "cube") == "Value"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"reflectance_scale_factor": "10000"}, "Reflectance"),
        ({"z_plot_titles": "{Wavelength, Radiance}", "reflectance_scale_factor": "1"}, "Radiance"),
        ({"data_units": "W/m2/sr/um, Radiance"}, "Radiance"),
        ({}, ""),
    ],
)
def test_envi(tmp_path: Path, keys: dict[str, str], said: str) -> None:
    values = np.random.default_rng(0).random((5, 4, 12))
    path = write_envi(tmp_path, values)
    extra = "".join(f"{key.replace('_', ' ')} = {value}\n" for key, value in keys.items())
    path.write_text(path.read_text() + extra)
    assert open_cube(path).quantity == said
