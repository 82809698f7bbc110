"""A result to write: not square, with masked pixels and unused bands, and a place on the Earth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.exports import ExportJob
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.maps import AnyMap, Map, SparseMap, usual_maps
from hsunmix.model.unmixing import Unmixing

UTM = Georeference((2.0, 0.0, 395591.275266063, 0.0, -2.0, 3778292.25793526), "EPSG:32611")


def make_delivery(
    names: tuple[str, ...] = ("Grass", "Soil, dry {A}", "Wässer"),
    place: Georeference | None = UTM,
    wavelengths: bool = True,
    lines: int = 11,
    samples: int = 7,
    bands: int = 20,
    further: tuple[str, ...] = (),
) -> ExportJob:
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
    others = further_maps(rank, rmse)
    unmixing = Unmixing(
        spectra,
        usual_maps(abundances, rmse) | {name: others[name] for name in further},
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
    return ExportJob(unmixing, unmixing.as_endmembers(), cube, "hsunmix unmix scene.hdr -r 3")


FURTHER = (
    "shade", "abundance_sd", "dominant", "model_index", "models", "segment", "brightness", "parts",
    "left", "share",
)  # fmt: skip
MODELS = ("soil + shade", "Wässer, {tief}", "both")


def further_maps(rank: int, rmse: np.ndarray) -> dict[str, AnyMap]:
    """One map of every kind and form, without a value where ``rmse`` has none."""
    rng, nowhere = np.random.default_rng(8), np.isnan(rmse)

    def real(layers: int, factor: float = 1.0) -> np.ndarray:
        return np.where(nowhere, np.nan, factor * rng.random((layers, *rmse.shape))).astype(np.float32)

    def whole(layers: int, most: int) -> np.ndarray:
        return np.where(nowhere, -1, rng.integers(-1, most, (layers, *rmse.shape))).astype(np.int32)

    places = rng.integers(0, 4, (2, *rmse.shape)) * 2 + np.array([[[0]], [[1]]])  # never the same twice
    return {
        "shade": Map(real(1), kind="fraction", title="Shade"),
        "abundance_sd": Map(real(rank, 0.1), kind="sd", of_endmembers=True),
        "dominant": Map(whole(1, rank), kind="class", of_endmembers=True),
        "model_index": Map(whole(1, 3), kind="index", classes=MODELS),
        "models": Map(whole(2, 3), kind="index", classes=MODELS, names=("first", "second/<b>")),
        "segment": Map(whole(1, 70_000), kind="label"),
        "brightness": Map(real(1, 30) - 4, kind="score", unit="W m-2"),
        "parts": Map(real(2), kind="fraction", names=("land", "sea")),
        "left": Map(real(1, 0.01), kind="residual"),
        "share": SparseMap(
            np.where(nowhere, -1, places).astype(np.int32), real(2), 9,
            kind="fraction", names=tuple(f"spectrum {k}" for k in range(9)),
        ),
    }  # fmt: skip


@pytest.fixture
def job() -> ExportJob:
    return make_delivery()
