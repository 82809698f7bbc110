"""A result to write: not square, with masked pixels and unused bands, and a place on the Earth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.exports import Delivery
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.maps import usual_maps
from hsunmix.model.unmixing import Unmixing

UTM = Georeference((2.0, 0.0, 395591.275266063, 0.0, -2.0, 3778292.25793526), "EPSG:32611")


def make_delivery(
    names: tuple[str, ...] = ("Grass", "Soil, dry {A}", "Wässer"),
    place: Georeference | None = UTM,
    wavelengths: bool = True,
    lines: int = 11,
    samples: int = 7,
    bands: int = 20,
) -> Delivery:
    """Line 0, sample 3 … is masked, bands 8 and 9 are unused; every number differs from every other."""
    rng = np.random.default_rng(3)
    rank = len(names)
    abundances = rng.random((rank, lines, samples)).astype(np.float32)
    abundances[:, 0, 3:] = np.nan
    rmse = rng.random((lines, samples)).astype(np.float32)
    rmse[0, 3:] = np.nan
    used = np.ones(bands, dtype=bool)
    used[8:10] = False
    spectra = rng.random((bands, rank))
    spectra[~used] = np.nan
    unmixing = Unmixing(
        spectra,
        usual_maps(abundances, rmse),
        0.0125,
        np.zeros((0, 2)),
        np.arange(rank) * 5,
        None,
        used,
        "auto",
        "nnls",
        {"smoothing": np.float64(0.5), "odd": float("nan")},
        seed=7,
        note="chosen by itself",
        names=names,
    )
    nm = np.linspace(400.0, 2400.0, bands) + 1 / 3 if wavelengths else None
    cube = replace(Cube.from_array(np.ones((lines, samples, bands), np.int16), nm), georeference=place)
    return Delivery(unmixing, unmixing.as_endmembers(), cube, "hsunmix unmix scene.hdr -r 3")


@pytest.fixture
def delivery() -> Delivery:
    return make_delivery()
