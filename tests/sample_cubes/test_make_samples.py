"""The sample cubes are what their script makes, and hold what their README says."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest

from hsunmix.formats import open_cube, open_spectra


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "sample_cubes"


def test_the_script_makes_these_files(folder, tmp_path):
    spec = importlib.util.spec_from_file_location("make_samples", folder / "make_samples.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.main(tmp_path)
    kept = {p.name for p in folder.iterdir() if p.is_file() and p.suffix not in (".py", ".md")}
    assert {p.name for p in tmp_path.iterdir()} == kept
    for name in ("desert.hdr", "desert_abundances.hdr", "desert_neon.h5"):
        theirs, ours = open_cube(folder / name), open_cube(tmp_path / name)
        # Another machine's FFT may round the last digit the other way.
        np.testing.assert_allclose(
            ours.pixels.read(0, 120).astype(float), theirs.pixels.read(0, 120), rtol=1e-5, atol=1
        )
        assert ours.georeference == theirs.georeference
    assert (tmp_path / "desert.hdr").read_text() == (folder / "desert.hdr").read_text()


def test_small_enough_to_ship(folder):
    assert sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) < 8e6


def test_the_scene(folder):
    cube = open_cube(folder / "desert.hdr")
    assert (cube.shape, cube.interleave, cube.pixels.dtype) == ((120, 100, 150), "bil", np.dtype("i2"))
    assert cube.notes == ()
    assert (cube.gain, cube.nodata) == (1e-4, -9999)
    assert cube.bad_bands.sum() == 16
    assert not cube.mask.all()
    edges = np.argmax(cube.mask, axis=1)[10:110]
    assert len(set(edges.tolist())) > 5  # the border is slanted and uneven
    red, green, blue = cube.rgb_bands
    np.testing.assert_allclose(cube.wavelengths[[red, green, blue]], [650, 550, 450], atol=7)
    values = cube.read(0, 120)[cube.mask][:, cube.good_bands]
    assert -0.05 < values.min() < values.max() < 1


def test_the_known_abundances_explain_the_scene(folder):
    cube, truth = open_cube(folder / "desert.hdr"), open_cube(folder / "desert_abundances.hdr")
    spectra = open_spectra(folder / "desert_spectra.csv")
    assert (
        truth.band_names
        == spectra.names
        == ("Alunite", "Kaolinite", "Goethite", "Desert varnish", "Russian olive")
    )
    np.testing.assert_array_equal(truth.mask, cube.mask)
    good = cube.good_bands
    a = truth.read(0, 120)[cube.mask].astype(float)
    x = cube.read(0, 120)[cube.mask][:, good].astype(float)
    np.testing.assert_allclose(a.sum(axis=1), 1, atol=1e-6)
    assert ((a > 0.99).sum(axis=0) >= 5).all()  # pure pixels of every material
    assert (a.max(axis=1) < 0.9).mean() > 0.4  # and many mixed ones
    model = a @ spectra.values[:, good]
    light = (x * model).sum(axis=1) / (model**2).sum(axis=1)
    assert 0.4 < light.min() < 0.7 < 1.05 < light.max() < 1.3
    noise = x - light[:, None] * model
    decibel = 10 * np.log10((x**2).sum() / (noise**2).sum())
    assert 36 < decibel < 40


def test_other_software_reads_it(folder):
    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(folder / "desert.bil") as dataset:
            cube = open_cube(folder / "desert.hdr")
            assert dataset.crs.to_epsg() == 32611
            assert dataset.transform[:6] == cube.georeference.transform
            assert dataset.nodata == -9999
            np.testing.assert_array_equal(dataset.read(7), cube.pixels.read(0, 120, [6])[:, :, 0])
