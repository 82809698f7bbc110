"""``hsunmix info --json`` on the MATLAB files of the shared folder; there are no HDF5 or NumPy cubes.

The expected values were taken with scipy.io.whosmat, scipy.io.loadmat and h5py, and by eye from the
folder's notes; none comes from our readers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from tests.cli.conftest import refusal


@dataclass(frozen=True)
class Row:
    """What is to be said of a file; lists of bands count from 0."""

    shape: tuple[int, int, int]
    dtype: str
    ends: tuple[float, float] | None = None
    bad: tuple[int, ...] = ()
    options: tuple[str, ...] = ()
    note: str = ""
    format: str = "matlab"


SALTON_BAD = (*range(107, 113), *range(153, 167))
FLIGHT_LINE = "for an image of 4517 × 766 pixels: not used"  # where in it the 51 × 56 lie is not said
CUBES = {
    "samson/samson_1.mat": Row((95, 95, 156), "float64"),
    "samson/Samson_with_truth.mat": Row((95, 95, 156), "float64", note="S_GT"),
    "jasper_ridge/jasperRidge2_R198.mat": Row((100, 100, 198), "uint16", note="maxValue is 5000"),
    "salton_sea/salton_sea_roi.mat": Row(
        (51, 56, 224), "float64", (365.9136593, 2496.2236593), SALTON_BAD, note=FLIGHT_LINE
    ),
    "aviris/a_hsi_img_for_VI_demo.mat": Row((90, 90, 224), "int16", (365.910004, 2496.219971)),
    "urban_hydice_crop/HYDICE_urban.mat": Row((80, 100, 175), "uint16"),
    "urban_77/urban_undersampled4.mat": Row((77, 77, 162), "uint16", options=("--lines", "77")),
    # Libraries: a line of spectra. The 1995 one lists wavelengths in the second of its columns.
    "jasper_ridge/end4.mat": Row((1, 4, 198), "float64", note="1-tree, 2-water, 3-dirt, 4-road"),
    "usgs/USGS_1995_Library.mat": Row((1, 498, 224), "float64", (383.15, 2508.2), note="498 spectra"),
    # A variable of 1 × 1 × 10 numbers is a cube, if a small one.
    "mat73/testfile15.mat": Row((1, 1, 10), "float64", format="hdf5", note="bxy was assumed"),
}
NO_CUBE = {
    **{f"mat73/testfile{n}.mat": "no three-dimensional" for n in (1, 2, 3, 5, 6, 8, 11, 12, 13, 14, 16)},
    "urban_77/urban_undersampled4.mat": "give --lines (it has 5929 pixels)",
}


@pytest.mark.parametrize("name", CUBES)
def test_what_is_said(hsunmix, shared: Path, name: str):
    row = CUBES[name]
    done = hsunmix("info", shared / "data" / name, "--json", *row.options)
    assert (done.exit_code, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert (facts["lines"], facts["samples"], facts["bands"]) == row.shape
    assert facts["dtype"] == row.dtype
    assert facts["format"] == row.format
    if row.ends is None:
        assert facts["wavelengths"] is None
    else:
        assert len(facts["wavelengths"]) == row.shape[2]
        np.testing.assert_allclose([facts["wavelengths"][0], facts["wavelengths"][-1]], row.ends, rtol=1e-6)
    assert tuple(facts["bad_bands"] or ()) == row.bad
    assert (facts["nodata"], facts["scale"], facts["crs"], facts["transform"]) == (None, 1, None, None)
    assert any(row.note in note for note in facts["notes"]) or not row.note


@pytest.mark.parametrize("name", NO_CUBE)
def test_what_is_refused(hsunmix, shared: Path, name: str):
    path = shared / "data" / name
    message = refusal(hsunmix("info", path, "--json"))
    assert str(path) in message
    assert NO_CUBE[name] in message


def test_every_file_is_in_the_table(shared: Path):
    found = {str(path.relative_to(shared / "data")) for path in (shared / "data").rglob("*.mat")}
    assert found == set(CUBES) | set(NO_CUBE)
    for ending in ("h5", "hdf5", "he5", "nc", "npy", "npz"):
        assert not list((shared / "data").rglob(f"*.{ending}"))


def test_the_table_is_that_of_scipy_and_h5py(shared: Path):
    """The shapes once more, without our readers."""
    for name, row in CUBES.items():
        path, lines, samples, bands = shared / "data" / name, *row.shape
        if row.format == "hdf5":
            with h5py.File(path) as file:
                shapes = [d.shape[::-1] for d in file.values() if isinstance(d, h5py.Dataset)]
        else:
            shapes = [shape for _, shape, _ in scipy.io.whosmat(path)]
        if "1995" in name:
            samples += 3  # three columns are no spectra: channel, wavelength, width
        assert {(lines, samples, bands), (bands, lines * samples)} & set(shapes)
