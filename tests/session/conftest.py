"""Documents to keep: with a scene in an ENVI file, with a result, and with neither."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.formats import open_cube
from hsunmix.model.maps import Map, SparseMap, usual_maps
from hsunmix.model.region import Region, runs_of
from hsunmix.model.spectra import Source
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import (
    Document,
    Layer,
    Pin,
    RunSettings,
    View,
    with_endmember,
    with_result,
)

LINES, SAMPLES, BANDS, RANK = 11, 7, 20, 3
HEADER = """ENVI
samples = {samples}
lines = {lines}
bands = {bands}
data type = 4
interleave = bsq
byte order = 0
"""


def write_scene(path: Path, seed: int = 0, lines: int = LINES) -> Path:
    """Write an ENVI scene and return the path of its header."""
    values = np.random.default_rng(seed).random((BANDS, lines, SAMPLES), dtype=np.float32)
    path.with_suffix(".img").write_bytes(values.tobytes())
    path.write_text(HEADER.format(samples=SAMPLES, lines=lines, bands=BANDS))
    return path


def make_result(seed: int = 0, pixels: tuple[int, ...] = (LINES, SAMPLES)) -> Unmixing:
    rng = np.random.default_rng(seed)
    abundances = rng.random((RANK, *pixels), dtype=np.float32)
    abundances[..., 2:4] = np.nan
    further = {
        "abundance_sd": Map(rng.random((RANK, *pixels), dtype=np.float32), kind="sd", of_endmembers=True),
        "shade": Map(rng.random((1, *pixels), dtype=np.float32), kind="fraction", title="Shade"),
        "dominant": Map(rng.integers(-1, RANK, (1, *pixels), np.int32), kind="class", of_endmembers=True),
        "model": Map(
            rng.integers(-1, 2, (2, *pixels), np.int32), kind="index", names=("Öl", "2"), classes=("a", "b")
        ),
        "brightness": Map(rng.random((1, *pixels)), kind="score", unit="W m⁻² sr⁻¹"),
        "library_abundance": SparseMap(
            rng.integers(-1, 9, (2, *pixels), np.int32), rng.random((2, *pixels), dtype=np.float32), 9,
            kind="fraction", names=tuple("abcdefghi"),
        ),
    }  # fmt: skip
    return Unmixing(
        endmembers=rng.random((BANDS, RANK)),
        maps=usual_maps(abundances, rng.random(pixels, dtype=np.float32)) | further,
        relative_error=0.1 + 0.2,
        history=rng.random((5, 2)),
        source_pixels=np.array([0, 15, -1]),
        converged=True,
        used_bands=np.arange(BANDS) != 4,
        method="hals",
        abundance="nnls",
        parameters={"init": "spa", "tolerance": 1e-5, "list": [1, 2]},
        seed=3,
        iterations=5,
        seconds=1.25,
        note="chosen",
        names=("Öl", "b", "c"),
        smoothed=True,
    )


def make_document(scene: Path | None) -> Document:
    cube = None
    if scene is not None:
        selection = np.ones((LINES, SAMPLES), dtype=bool)
        selection[2:5, 1] = False
        cube = open_cube(scene).with_selection(selection)
    document = with_result(Document(cube), make_result())
    document = with_endmember(document, 1, name="Straße", colour="#123456", visible=False, locked=True)
    document = with_endmember(document, 2, source=Source("library", text="USGS, kaolinite"))
    return replace(
        document,
        settings=RunSettings("hals", 5, "fcls", 9, {"factorization/hals": {"tolerance": 1e-4}}),
        view=View("map", 2, (3, 2, 1), (1.0, 99.5), 7, 1, (2.0, 98.0)),
        pins=(Pin(3, 4), Pin(10, 6)),
        regions=make_regions(),
        layers=(Layer("NDVI", "(b[860] - b[660]) / (b[860] + b[660])"), Layer("Grün", "b[550]")),
    )


def make_regions() -> tuple[Region, ...]:
    painted = np.zeros((LINES, SAMPLES), dtype=bool)
    painted[3:6, 2:5] = painted[10, 6] = True
    return (
        Region("Acker", "#0072b2", "rectangle", ((1, 2), (4, 7))),
        Region("Bach", "#d55e00", "brush", runs=runs_of(painted)),
        Region("Wald", "#009e73", "polygon", ((0.5, 0.25), (9, 1), (4, 6.75))),
    )


@pytest.fixture
def scene(tmp_path) -> Path:
    return write_scene(tmp_path / "scene.hdr")


@pytest.fixture
def document(scene) -> Document:
    return make_document(scene)


@pytest.fixture
def bare() -> Document:
    document = make_document(None)
    return replace(document, view=replace(document.view, rgb=None, band=None))
