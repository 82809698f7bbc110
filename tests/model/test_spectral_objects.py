"""Objects of Spectral Python wherever a cube, or spectra, are taken: scaled once, nodata left out."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from spectral.io import aviris, envi
from spectral.io.spyfile import SubImage, TransformedImage

import hsunmix
from hsunmix.errors import InputError
from hsunmix.model.foreign import given
from tests.scenes import mixture

LINES, SAMPLES, BANDS, RANK = 9, 13, 20, 3
NM = np.linspace(450, 2400, BANDS)
FACTOR, NODATA = 10000, -50


@pytest.fixture(params=["bsq", "bil", "bip"])
def header(request, tmp_path):
    values = mixture(BANDS, LINES * SAMPLES, RANK, seed=4).T.reshape(LINES, SAMPLES, BANDS)
    stored = (values * FACTOR).round().astype("i2")
    stored[2, 4] = NODATA
    metadata = {
        "wavelength": [f"{nm:.6f}" for nm in NM], "wavelength units": "Nanometers",
        "data ignore value": NODATA, "reflectance scale factor": FACTOR,
    }  # fmt: skip
    path = tmp_path / "scene.hdr"
    envi.save_image(
        str(path), stored, dtype="int16", interleave=request.param, metadata=metadata, ext=".img", byteorder=1
    )
    return path


def loaded(image, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return image.load(**how)


@pytest.fixture(params=["file", "memory", "stored in memory"])
def image(request, header):
    opened = envi.open(str(header))
    if request.param == "file":
        return opened
    return loaded(opened) if request.param == "memory" else loaded(opened, dtype=np.int16, scale=False)


def test_the_same_result_as_of_the_file(image, header):
    cube = hsunmix.open_cube(header)
    mine, theirs = (hsunmix.unmix(x, "spa", rank=RANK, seed=0) for x in (cube, image))
    np.testing.assert_allclose(theirs.endmembers, mine.endmembers, rtol=1e-5)
    np.testing.assert_allclose(theirs.abundances, mine.abundances, atol=1e-4)
    assert theirs.abundances.shape == (RANK, LINES, SAMPLES)
    assert np.isnan(theirs.abundances[:, 2, 4]).all()
    assert np.isnan(theirs.abundances).sum() == RANK
    assert theirs.endmembers.max() < 2  # divided by the factor
    h = hsunmix.abundances(image, mine.endmembers, "fcls")
    np.testing.assert_allclose(h, hsunmix.abundances(cube, mine.endmembers, "fcls"), atol=1e-4)
    assert hsunmix.estimate_rank(image, "hfc") == hsunmix.estimate_rank(cube, "hfc")


def test_a_part_of_a_file_is_that_part(header):
    """Its own ``load`` returns the file's first values."""
    opened = envi.open(str(header))
    whole = hsunmix.open_cube(header).read(0, LINES)
    part = SubImage(opened, (1, 6), (3, 11))
    cube = hsunmix.Cube.from_array(part)
    np.testing.assert_allclose(cube.read(0, 5), whole[1:6, 3:11], rtol=1e-6)
    inner = hsunmix.Cube.from_array(SubImage(part, (1, 3), (1, 4)))
    np.testing.assert_allclose(inner.read(0, 2), whole[2:4, 4:7], rtol=1e-6)
    np.testing.assert_allclose(cube.wavelengths, NM, rtol=1e-6)


def test_a_transform_is_of_physical_values_without_wavelengths(header):
    matrix = np.random.default_rng(0).random((5, BANDS))
    found = given(TransformedImage(matrix, envi.open(str(header))))
    expected = hsunmix.open_cube(header).read(0, LINES) @ matrix.T
    np.testing.assert_allclose(found.values, expected, rtol=1e-5)
    assert np.isnan(found.values[2, 4]).all()
    assert found.wavelengths is None


def test_a_library_is_endmembers(header):
    """At the scene's wavelengths in any order; at others it is refused."""
    cube = hsunmix.open_cube(header)
    w = hsunmix.unmix(cube, "spa", rank=RANK).endmembers
    order = np.arange(BANDS)[::-1]
    facts = {"wavelength": list(NM[order]), "wavelength units": "Nanometers", "spectra names": list("abc")}
    library = envi.SpectralLibrary(w.T[:, order], facts)
    expected = hsunmix.abundances(cube, w, "fcls")
    np.testing.assert_allclose(hsunmix.abundances(cube, library, "fcls"), expected, atol=1e-6)
    again = hsunmix.unmix(cube, "hals", rank=RANK, init=library, max_iterations=3)
    plain = hsunmix.unmix(cube, "hals", rank=RANK, init=w, max_iterations=3)
    np.testing.assert_array_equal(again.endmembers, plain.endmembers)
    library.bands.centers = list(NM + 300)
    with pytest.raises(InputError, match="wavelengths"):
        hsunmix.abundances(cube, library)


def test_an_aviris_scene_is_scaled_once(tmp_path):
    path = tmp_path / "scene.rfl"
    np.full(614 * 224, 5000, ">i2").tofile(path)
    image = aviris.open(str(path))
    for one in (image, loaded(image)):
        assert hsunmix.Cube.from_array(one).read(0, 1).max() == pytest.approx(0.5)


def test_a_memory_map_has_no_names_for_its_axes(header):
    opened = envi.open(str(header))
    mapped = opened.open_memmap(interleave="bip")
    with pytest.raises(InputError, match=r"Cube\.from_array"):
        hsunmix.unmix(mapped, rank=RANK)
    cube = hsunmix.Cube.from_array(mapped, NM, nodata=NODATA)
    np.testing.assert_allclose(cube.read(0, LINES), hsunmix.open_cube(header).read(0, LINES) * FACTOR)
