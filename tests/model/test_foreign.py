"""Whatever Python holds numbers in, taken by what it means or refused by name."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import given, image, mask, matrix, numbers, spectra, weights

LINES, SAMPLES, BANDS = 5, 4, 6
NM = np.linspace(450.0, 950.0, BANDS)


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).random((LINES, SAMPLES, BANDS)) + 0.1


class AsArray:
    """What torch's tensors and dask's arrays do."""

    def __init__(self, values: np.ndarray, fails: bool = False) -> None:
        self.values, self.fails = values, fails

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        if self.fails:
            raise RuntimeError("Can't call numpy() on a tensor\nthat requires grad")
        return self.values


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x,
        lambda x: x.tolist(),
        lambda x: np.asfortranarray(x),
        lambda x: x.astype(">f8"),
        lambda x: np.asmatrix(x),
        lambda x: np.ma.masked_array(x),
        lambda x: np.ma.masked_array(x, mask=False),
        AsArray,
        lambda x: x[::1, ::1].view(),
    ],
)
def test_numbers_of_every_kind(values, make) -> None:
    x = values.reshape(-1, BANDS).T.copy()
    x.flags.writeable = False
    found = numbers(make(x))
    assert type(found) is np.ndarray
    assert found.dtype == np.dtype("f8")
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, x)
    cube = matrix(make(x))
    assert cube.shape == (LINES * SAMPLES, 1, BANDS)
    np.testing.assert_array_equal(cube.read(0, 20)[:, 0].T, x.astype("f4"))


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (np.ones((3, 4), complex), "complex"),
        (np.ones((3, 4), bool), "true and false"),
        (np.ones((3, 4), object), "objects"),
        (np.ones((3, 4), "M8[s]"), "dates"),
        (np.ones((3, 4), "m8[s]"), "durations"),
        (np.zeros((3, 4), [("a", "f4")]), "records"),
        (np.array([["a", "b"]]), "text"),
        ("scene.hdr", "open_(cube|library)"),
        (Path("scene.hdr"), "open_(cube|library)"),
        (None, "None"),
        ([[1, 2], [3]], "array"),
        (AsArray(np.ones(3), fails=True), "AsArray"),
    ],
)
def test_what_is_no_number_is_refused_by_name(bad, word) -> None:
    for door in (image, matrix, Cube.from_array, spectra, weights):
        if door is weights and isinstance(bad, np.ndarray) and bad.dtype == bool:
            continue  # a mask is as good as weights
        with pytest.raises(InputError, match=word) as caught:
            door(bad)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (0, 4), (2, 3, 4), (2, 2, 2, 2)])
def test_shapes_that_are_no_matrix(shape) -> None:
    with pytest.raises(InputError, match=r"matrix|values") as caught:
        matrix(np.ones(shape))
    if len(shape) == 3:
        assert "Cube.from_array" in str(caught.value)


@pytest.mark.parametrize("shape", [(), (4,), (3, 4), (0, 3, 4), (2, 2, 2, 2)])
def test_shapes_that_are_no_image(shape) -> None:
    with pytest.raises(InputError, match=r"axes|values"):
        image(np.ones(shape))


def test_one_spectrum() -> None:
    assert matrix(np.ones(BANDS)).shape == (1, 1, BANDS)
    assert spectra(np.ones(BANDS)).shape == (BANDS, 1)
    with pytest.raises(InputError, match="bands × endmembers"):
        spectra(np.ones((2, 3, 4)))


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u2", "i4", "u1", "i8"])
def test_what_is_masked_is_missing(values, dtype) -> None:
    """Whatever number stands beneath; and the array given stays as it was."""
    stored = (values * 100).astype(dtype)
    hidden = np.zeros(values.shape, bool)
    hidden[1, 2] = True
    hidden[3, 1, 4] = True
    masked = np.ma.masked_array(stored, mask=hidden, fill_value=7)
    read = Cube.from_array(masked).read(0, LINES)
    np.testing.assert_array_equal(np.isnan(read), hidden)
    np.testing.assert_array_equal(read[~hidden], stored[~hidden].astype("f4"))
    np.testing.assert_array_equal(masked.data, stored)
    flat = np.ma.masked_array(stored.reshape(-1, BANDS).T, mask=hidden.reshape(-1, BANDS).T)
    np.testing.assert_array_equal(np.isnan(matrix(flat).read(0, 20)[:, 0]), hidden.reshape(-1, BANDS))


def test_masked_weights_and_masks() -> None:
    hidden = np.ma.masked_array(np.ones((2, 3)), mask=[[1, 0, 0], [0, 0, 1]])
    assert weights(hidden).tolist() == [[0, 1, 1], [1, 1, 0]]
    assert mask(hidden).tolist() == [[0, 1, 1], [1, 1, 0]]
    assert mask(np.ma.masked_array(np.ones((1, 2), bool), mask=[[1, 0]])).tolist() == [[False, True]]


@pytest.mark.parametrize("order", ["yxb", "bxy", "xby"])
def test_a_data_array_by_its_dimensions(values, order) -> None:
    xarray = pytest.importorskip("xarray")
    names = {"y": "y", "x": "x", "b": "band"}
    coords = {
        "wavelength": ("band", NM / 1000, {"units": "um"}),
        "good_wavelengths": ("band", [1, 1, 0, 1, 1, 1]),
        "x": 500000 + 30.0 * np.arange(SAMPLES) + 15,
        "y": 4200000 - 30.0 * np.arange(LINES) - 15,
    }
    array = xarray.DataArray(values, dims=("y", "x", "band"), coords=coords, attrs={"_FillValue": -9999.0})
    array = array.transpose(*(names[axis] for axis in order))
    array = array.assign_coords(spatial_ref=((), 0, {"crs_wkt": "EPSG:32611"}))
    cube = Cube.from_array(array)
    np.testing.assert_array_equal(cube.read(0, LINES), values.astype("f4"))
    np.testing.assert_allclose(cube.wavelengths, NM)
    assert cube.bad_bands.tolist() == [False, False, True, False, False, False]
    assert cube.nodata == -9999
    assert cube.georeference.transform == (30, 0, 500000, 0, -30, 4200000)
    assert cube.georeference.crs == "EPSG:32611"


def test_a_data_array_that_was_not_scaled_yet(values) -> None:
    xarray = pytest.importorskip("xarray")
    stored = (values * 1e4).astype("i2")
    stored[0, 0] = -1
    attrs = {"scale_factor": 1e-4, "add_offset": 0.1, "missing_value": -1}
    found = given(xarray.DataArray(stored, dims=("row", "col", "wavelength"), attrs=attrs))
    physical = found.physical()
    assert np.isnan(physical[0, 0]).all()
    np.testing.assert_allclose(physical[1:], stored[1:] * 1e-4 + 0.1)


def test_a_matrix_of_labels_and_what_is_refused(values) -> None:
    xarray = pytest.importorskip("xarray")
    flat = xarray.DataArray(
        values.reshape(-1, BANDS), dims=("pixel", "wavelength"), coords={"wavelength": NM, "pixel": range(20)}
    )
    cube = matrix(flat)
    np.testing.assert_array_equal(cube.read(0, 20)[:, 0], flat.values.astype("f4"))
    np.testing.assert_array_equal(cube.wavelengths, NM)
    assert spectra(flat[:3]).shape == (BANDS, 3)
    with pytest.raises(InputError, match="rename"):
        given(xarray.DataArray(values, dims=("p", "q", "s")))
    with pytest.raises(InputError, match="rename"):
        given(xarray.DataArray(values[None], dims=("time", "y", "x", "band")))
    with pytest.raises(InputError, match="reflectance, mask"):
        given(xarray.Dataset({"reflectance": flat, "mask": flat}))
    with pytest.raises(InputError, match="complex"):
        given(flat * 1j)


def test_a_mask_with_labels() -> None:
    xarray = pytest.importorskip("xarray")
    wanted = np.arange(6).reshape(2, 3) % 2 == 0
    assert (mask(xarray.DataArray(wanted, dims=("y", "x"))) == wanted).all()
    assert (mask(xarray.DataArray(wanted.T, dims=("x", "y"))) == wanted).all()


def test_frames_of_pixels_and_frames_of_bands(values) -> None:
    pandas = pytest.importorskip("pandas")
    x = values.reshape(-1, BANDS)
    names = [f"p{i}" for i in range(20)]
    for frame in (
        pandas.DataFrame(x, columns=NM),
        pandas.DataFrame(x, columns=[str(nm) for nm in NM], index=names),
        pandas.DataFrame(x.T, index=NM, columns=names),
    ):
        cube = matrix(frame)
        np.testing.assert_array_equal(cube.read(0, 20)[:, 0], x.astype("f4"))
        np.testing.assert_allclose(cube.wavelengths, NM)
    plain = matrix(pandas.DataFrame(x.T))
    assert plain.shape == (20, 1, BANDS)
    assert plain.wavelengths is None
    assert matrix(pandas.Series(x[0], index=NM)).shape == (1, 1, BANDS)
    with pytest.raises(InputError, match="'name' holds no numbers"):
        matrix(pandas.DataFrame(x, columns=NM).assign(name="a"))
    with pytest.raises(InputError, match="to_numpy"):
        matrix(pandas.DataFrame(x[:6], columns=NM, index=NM))
    with_gaps = pandas.DataFrame(x, columns=NM)
    with_gaps.iloc[2, 3] = None
    assert np.isnan(matrix(with_gaps).read(0, 20)[2, 0, 3])


def test_frames_whose_index_numbers_pixels(values) -> None:
    """As of a frame that was filtered: its rows keep their numbers."""
    pandas = pytest.importorskip("pandas")
    x, kept = values.reshape(-1, BANDS), np.arange(100, 120)
    for columns in (
        [f"B{i + 1}" for i in range(BANDS)],
        [f"band_{i}" for i in range(BANDS)],
        NM,
        NM.astype(str),
    ):
        cube = matrix(pandas.DataFrame(x, index=kept, columns=columns))
        np.testing.assert_array_equal(cube.read(0, 20)[:, 0], x.astype("f4"))
        assert cube.notes == ()
    told = matrix(pandas.DataFrame(x, index=kept))
    assert told.bands == 20
    assert "rows, labelled 100 to 119, were taken as bands" in told.notes[0]


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
def test_images_of_spectral_python(values, tmp_path, interleave) -> None:
    envi = pytest.importorskip("spectral.io.envi")
    stored = (values * 1e4).astype("i2")
    stored[2, 2] = -50
    metadata = {
        "wavelength": [f"{nm / 1000:.6f}" for nm in NM], "wavelength units": "Micrometers",
        "bbl": [1, 1, 1, 0, 1, 1], "data ignore value": -50, "reflectance scale factor": 10000,
    }  # fmt: skip
    envi.save_image(
        str(tmp_path / "a.hdr"), stored, dtype="int16", interleave=interleave, metadata=metadata, ext=".img"
    )
    opened = envi.open(str(tmp_path / "a.hdr"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        memory = opened.load()
    for source in (opened, memory):
        cube = Cube.from_array(source)
        read = cube.read(0, LINES)
        assert np.isnan(read[2, 2]).all()
        assert np.isnan(read).sum() == BANDS
        known = np.isfinite(read)
        np.testing.assert_allclose(read[known], stored[known] * 1e-4, rtol=1e-6)
        np.testing.assert_allclose(cube.wavelengths, NM, rtol=1e-5)
        assert cube.bad_bands.tolist() == [False, False, False, True, False, False]
    part = given(memory[:, :, :3])
    assert part.wavelengths is None  # it isn't known which bands these are
    assert matrix(np.asarray(memory).reshape(-1, BANDS).T).wavelengths is None


def test_nodata_in_words() -> None:
    cube = Cube.from_array(np.ones((2, 3, 4)), nodata=-9999)
    assert cube.nodata == -9999
    assert cube.with_nodata(None) is cube
    assert cube.with_nodata("0.5").nodata == 0.5
    none = cube.with_nodata("none")
    assert none.nodata is None
    assert not none.seeks_nodata
    with pytest.raises(InputError, match="nodata"):
        cube.with_nodata("nothing")


def test_wavelengths_of_another_number_are_refused() -> None:
    with pytest.raises(InputError, match="bands"):
        Cube.from_array(np.ones((2, 3, 4)), [1.0, 2.0])


def test_wavelengths_of_an_array_are_checked(values) -> None:
    for wrong in (
        np.r_[np.nan, NM[1:]],
        -NM,
        np.zeros(BANDS),
        np.ma.masked_greater(NM, NM[3]),
        ["a"] * BANDS,
    ):
        with pytest.raises(InputError, match="nanometres"):
            image(values, wrong)
    cube = image(values, NM / 1000)
    np.testing.assert_allclose(cube.wavelengths, NM)
    assert "micrometres were assumed" in cube.notes[0]


def test_masks_in_a_list_are_kept(values) -> None:
    bands = list(np.ma.masked_less(values.reshape(-1, BANDS).T, 0.3))
    expected = np.where(values.reshape(-1, BANDS) < 0.3, np.nan, values.reshape(-1, BANDS))
    np.testing.assert_array_equal(matrix(bands).read(0, 20)[:, 0], expected.astype("f4"))
    with pytest.raises(InputError, match="a list of arrays"):
        matrix([np.ma.array([1.0, 2]), np.ma.array([1.0])])


def labelled(spectra: np.ndarray, order: np.ndarray) -> list[object]:
    """Spectra, (bands, 2), as objects that say at which wavelengths they lie, in some order."""
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    nm, w = NM[order], spectra[order]
    unit = {"units": "um"}
    return [
        pandas.DataFrame(w, index=nm, columns=["soil", "grass"]),
        pandas.DataFrame(w.T, columns=nm, index=["soil", "grass"]),
        xarray.DataArray(w, dims=("wvl", "name"), coords={"wvl": ("wvl", nm / 1000, unit)}),
        xarray.DataArray(w.T, dims=("name", "channel"), coords={"wavelength": ("channel", nm)}),
    ]


def test_labelled_spectra_are_put_in_the_order_of_the_scene(values) -> None:
    w = np.random.default_rng(1).random((BANDS, 2))
    for order in (np.arange(BANDS), np.arange(BANDS)[::-1], np.roll(np.arange(BANDS), 2)):
        for named in labelled(w, order):
            np.testing.assert_array_equal(spectra(named, centres=NM), w)
            np.testing.assert_array_equal(spectra(named, centres=NM[:3]), w[:3])  # of a library with more
            np.testing.assert_array_equal(spectra(named, centres=NM[::-1]), w[::-1])
            np.testing.assert_array_equal(spectra(named), w[order])
    for named in labelled(w, np.arange(BANDS)):
        for elsewhere in (NM + 500, NM[0] + 3 * np.arange(BANDS), np.r_[NM, 5000.0]):
            with pytest.raises(InputError, match=r"init: 6 bands from .*interp"):
                spectra(named, "init", elsewhere)


def test_labelled_weights(values) -> None:
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    counts = values > 0.4
    as_image = xarray.DataArray(counts[:, :, 0].T, dims=("x", "y"))
    np.testing.assert_array_equal(weights(as_image), counts[:, :, 0])
    turned = xarray.DataArray(
        counts[:, :, ::-1], dims=("y", "x", "wavelength"), coords={"wavelength": NM[::-1]}
    ).transpose("wavelength", "x", "y")
    np.testing.assert_array_equal(weights(turned, NM), counts)
    np.testing.assert_array_equal(
        weights(pandas.Series(np.arange(BANDS)[::-1], index=NM[::-1]), NM), np.arange(BANDS)
    )
    np.testing.assert_array_equal(
        weights(pandas.DataFrame(counts.reshape(-1, BANDS), columns=NM)).T, counts.reshape(-1, BANDS)
    )


def test_labelled_masks_and_weights_lie_where_the_scene_does(values) -> None:
    xarray = pytest.importorskip("xarray")
    lines, samples = values.shape[:2]
    y, x = 4000.0 - 30 * np.arange(lines), 500.0 + 30 * np.arange(samples)
    whole = xarray.DataArray(values, dims=("y", "x", "band"), coords={"y": y, "x": x})
    place = image(whole).georeference
    one = whole[:, :, 0]
    turned = whole.transpose("band", "x", "y")
    np.testing.assert_array_equal(mask(one, place), values[:, :, 0])
    np.testing.assert_array_equal(weights(one.T, None, place), values[:, :, 0])
    np.testing.assert_array_equal(weights(turned, None, place), values)
    for elsewhere in (
        one.isel(y=slice(None, None, -1)),
        one.assign_coords(x=x + 30),
        one.assign_coords(y=y * 2),
    ):
        with pytest.raises(InputError, match=r"the mask: its coordinates begin at x .*reindex_like"):
            mask(elsewhere, place)
        with pytest.raises(InputError, match="weights: its coordinates"):
            weights(elsewhere, None, place)
    for counted in (one.drop_vars(["x", "y"]), one.assign_coords(y=np.arange(lines), x=np.arange(samples))):
        np.testing.assert_array_equal(mask(counted, place), values[:, :, 0])
    np.testing.assert_array_equal(mask(one[::-1], None), values[::-1, :, 0])
