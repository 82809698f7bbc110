"""The forms of netCDF that xarray's users write, and files of Octave."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.formats import open_cube

xr = pytest.importorskip("xarray")
pytest.importorskip("h5netcdf")

L, S, B = 9, 7, 12
NM = np.linspace(450.0, 2400, B)
ORDER = {"y": 0, "x": 1, "band": 2}


def scene() -> np.ndarray:
    return np.random.default_rng(6).random((L, S, B)).astype("f4")


def save(path: Path, dims: tuple[str, ...], coords: dict[str, object] | None = None, **more: object) -> Path:
    """Write the scene with its dimensions in this order; those that are not y, x, band are one long."""
    values = scene().transpose([ORDER[d] for d in dims if d in ORDER])
    for k, name in enumerate(dims):
        if name not in ORDER:
            values = np.expand_dims(values, k)
    xr.Dataset({"refl": (dims, values, more)}, coords=coords or {}).to_netcdf(path, engine="h5netcdf")
    return path


def check(path: Path, nm: np.ndarray | None = NM, **options: str) -> None:
    cube = open_cube(path, **options)
    assert cube.shape == (L, S, B)
    np.testing.assert_array_equal(cube.read(0, L), scene())
    np.testing.assert_array_equal(cube.spectrum(8, 2), scene()[8, 2])
    np.testing.assert_array_equal(cube.read(3, 5, [11, 0]), scene()[3:5][:, :, [11, 0]])
    if nm is None:
        assert cube.wavelengths is None
    else:
        np.testing.assert_allclose(cube.wavelengths, nm)


@pytest.mark.parametrize(
    "dims", [("band", "y", "x"), ("y", "x", "band"), ("x", "band", "y"), ("x", "y", "band")]
)
def test_dimensions_in_any_order(tmp_path, dims):
    check(save(tmp_path / "a.nc", dims, {"wavelength": ("band", NM)}))


@pytest.mark.parametrize(
    "dims",
    [
        ("time", "band", "y", "x"),
        ("band", "time", "y", "x"),
        ("y", "x", "band", "time"),
        ("time", "level", "band", "y", "x"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_axes_that_are_one_long(tmp_path, dims, packed):
    path = save(tmp_path / "a.nc", dims, {"wavelength": ("band", NM, {"units": "nm"})})
    if packed:
        with h5py.File(path, "r+") as file:
            values = file["refl"][()]
            attributes = {
                k: v
                for k, v in file["refl"].attrs.items()
                if k not in ("DIMENSION_LIST", "_Netcdf4Coordinates")
            }
            del file["refl"]
            chunks = tuple(min(4, n) for n in values.shape)
            cube = file.create_dataset("refl", data=values, chunks=chunks, compression="gzip")
            for k, name in enumerate(dims):
                cube.dims[k].attach_scale(file[name])
            cube.attrs.update(attributes)
    check(path)


def test_more_axes_than_a_cube_has(tmp_path):
    data = np.stack([scene().transpose(2, 0, 1)] * 3)
    path = tmp_path / "a.nc"
    xr.Dataset({"refl": (("time", "band", "y", "x"), data)}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(FormatError, match="refl has 4 axes longer than one"):
        open_cube(path)
    with pytest.raises(FormatError, match="refl has 4 axes longer than one"):
        open_cube(path, dataset="refl")


def test_one_line_one_sample_one_band(tmp_path):
    for name, shape in (("line", (1, S, B)), ("sample", (L, 1, B)), ("band", (L, S, 1))):
        path = tmp_path / f"{name}.nc"
        values = scene()[: shape[0], : shape[1], : shape[2]]
        dims = ("time", "y", "x", "band")
        xr.Dataset({"r": (dims, values[None])}).to_netcdf(path, engine="h5netcdf")
        np.testing.assert_array_equal(open_cube(path).read(0, shape[0]), values)


@pytest.mark.parametrize("name", ["wavelength", "wl", "channel_centre", "nm", "band"])
@pytest.mark.parametrize("unit", ["", "nm"])
def test_the_coordinate_of_the_bands_whatever_its_name(tmp_path, name, unit):
    """Beside coordinates of the map that have as many entries, and could be wavelengths."""
    dims = ("y", "x", name)
    values = np.random.default_rng(0).random((B, B, B))
    coords = {
        name: (name, NM, {"units": unit} if unit else {}),
        "y": ("y", np.linspace(500.5, 900, B)),
        "x": ("x", np.linspace(500.5, 900, B)),
    }
    xr.Dataset({"r": (dims, values)}, coords=coords).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    cube = open_cube(tmp_path / "a.nc")
    np.testing.assert_allclose(cube.wavelengths, NM)
    np.testing.assert_allclose(cube.read(0, B), values, rtol=1e-6)


def test_numbers_of_bands_are_no_wavelengths(tmp_path):
    for values in (
        np.arange(1, B + 1),
        np.arange(B),
        np.arange(170, 170 + B),
        np.linspace(500.5, 900, B) * 1e5,
    ):
        xr.Dataset(
            {"r": (("band", "y", "x"), scene().transpose(2, 0, 1))}, coords={"band": values}
        ).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
        assert open_cube(tmp_path / "a.nc").wavelengths is None


def test_axes_that_may_be_either_are_not_sure(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"], file["wavelength"] = np.ones((B, S, B)), NM
    cube = open_cube(tmp_path / "a.h5")
    assert not cube.layout.sure
    assert any("byx would fit as well" in note for note in cube.notes)


@pytest.mark.parametrize("form", ["attribute", "name", "both packed"])
def test_a_variable_for_each_band(tmp_path, form):
    values, variables = scene(), {}
    nm = np.round(NM)
    encoding = {}
    for k in np.random.default_rng(1).permutation(B):
        name = f"rhot_{nm[k]:.0f}" if form != "attribute" else f"variable{'abcdefghijkl'[k]}"
        said = {"wavelength": float(nm[k])} if form != "name" else {}
        variables[name] = (("y", "x"), values[:, :, k], said)
        if form == "both packed":
            encoding[name] = {
                "dtype": "int16", "scale_factor": 1e-4 * (k + 1), "add_offset": 0.5, "_FillValue": -32000 - k,
            }  # fmt: skip
            values[k % L, 3, k] = np.nan
    variables["mask"] = (("y", "x"), np.zeros((L, S), "f4"))
    variables["latitude"] = (("y", "x"), np.zeros((L, S), "f4"))
    xr.Dataset(variables).to_netcdf(tmp_path / "a.nc", engine="h5netcdf", encoding=encoding)
    cube = open_cube(tmp_path / "a.nc")
    np.testing.assert_allclose(cube.wavelengths, nm)
    tolerance = 2e-3 if encoding else 1e-6
    np.testing.assert_allclose(cube.read(0, L), values, atol=tolerance)
    np.testing.assert_allclose(cube.read(1, 4, [5, 0]), values[1:4][:, :, [5, 0]], atol=tolerance)
    np.testing.assert_allclose(cube.spectrum(8, 2), values[8, 2], atol=tolerance)
    assert any("12 variables were taken as the bands" in note for note in cube.notes)


def test_variables_that_are_no_bands(tmp_path):
    same = {f"slope_{k}": (("y", "x"), scene()[:, :, k]) for k in range(2)}
    xr.Dataset(same).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="no three-dimensional"):
        open_cube(tmp_path / "a.nc")
    twice = {f"a{k}": (("y", "x"), scene()[:, :, k], {"wavelength": 500.0}) for k in range(3)}
    xr.Dataset(twice).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="same wavelength"):
        open_cube(tmp_path / "a.nc")


def octave(path: Path, **variables: np.ndarray) -> Path:
    """Write variables as ``save -hdf5`` does: a group each, the axes in reverse."""
    with h5py.File(path, "w") as file:
        for name, value in variables.items():
            group = file.create_group(name)
            group.attrs["OCTAVE_NEW_FORMAT"] = np.uint8(1)
            group["type"] = np.bytes_("matrix" if np.ndim(value) else "scalar")
            group["value"] = np.transpose(value)
    return path


@pytest.mark.parametrize("nm", [NM, np.arange(450.0, 450 + 10 * B, 10)])
def test_a_cube_of_octave(tmp_path, nm):
    path = octave(tmp_path / "o.h5", A=scene(), wavelength=nm[None], other=np.ones((2, 2)))
    check(path, nm)
    for name in ("A", "/A", "A/value"):
        check(path, nm, dataset=name)
    square = octave(tmp_path / "s.h5", A=np.arange(B * S * B).reshape(B, S, B), wavelength=nm[:, None])
    np.testing.assert_array_equal(open_cube(square).read(0, B), np.arange(B * S * B).reshape(B, S, B))


def test_a_matrix_of_octave(tmp_path):
    matrix = scene().transpose(2, 1, 0).reshape(B, -1)
    path = octave(tmp_path / "o.h5", Y=matrix, nRow=np.float64(L), nCol=np.float64(S), wavelength=NM)
    check(path)


@pytest.mark.parametrize("axis", ["y", "x"])
def test_one_line_or_one_sample_keeps_its_place(tmp_path, axis):
    """The other axis says how large a pixel is; a transform of GDAL's says it without."""
    values = {"y": scene()[:1], "x": scene()[:, :1]}[axis]
    y, x = 4e6 - 30 * np.arange(L), 5e5 + 30 * np.arange(S)
    coords = {
        "y": ("y", y[: values.shape[0]], {"units": "m"}), "x": ("x", x[: values.shape[1]], {"units": "m"}),
        "crs": ((), 0, {"crs_wkt": 'LOCAL_CS["a"]'}),
    }  # fmt: skip
    for given in ("", "499985 30 0 4000015 0 -30"):
        if given:
            coords["crs"][2]["GeoTransform"] = given
        data = {"r": (("y", "x", "band"), values, {"grid_mapping": "crs"})}
        xr.Dataset(data, coords=coords).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
        cube = open_cube(tmp_path / "a.nc")
        assert cube.georeference.transform == (30, 0, 499985, 0, -30, 4000015)
        assert "LOCAL_CS" in cube.georeference.crs
        assert any("one line or one sample" in note for note in cube.notes) is not bool(given)


def test_what_can_not_be_placed_is_told(tmp_path):
    for y, x, reason in (
        ([1.0, 2, 4], [1.0, 2, 3, 4], "not evenly spaced"),
        ([1.0], [1.0], "of one pixel"),
        ([1.0, np.nan, 3], [1.0, 2, 3, 4], "not evenly spaced"),
    ):
        coords = {"y": ("y", y, {"units": "m"}), "x": ("x", x, {"units": "m"})}
        values = np.ones((len(y), len(x), 5))
        xr.Dataset({"r": (("y", "x", "band"), values)}, coords=coords).to_netcdf(
            tmp_path / "a.nc", engine="h5netcdf"
        )
        cube = open_cube(tmp_path / "a.nc")
        assert cube.georeference is None
        assert any(reason in note for note in cube.notes)


def test_a_transform_that_the_coordinates_contradict(tmp_path):
    """GDAL stores lines from below, and its transform as of an image from above."""
    coords = {
        "y": ("y", 4e6 + 30 * np.arange(L), {"units": "m"}),
        "x": ("x", 5e5 + 30 * np.arange(S), {"units": "m"}),
        "crs": ((), 0, {"GeoTransform": "499985 30 0 4000255 0 -30 "}),
    }  # fmt: skip
    data = {"r": (("y", "x", "band"), scene(), {"grid_mapping": "crs"})}
    xr.Dataset(data, coords=coords).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert open_cube(tmp_path / "a.nc").georeference.transform == (30, 0, 499985, 0, 30, 3999985)


@pytest.mark.parametrize("dims", [("time", "y", "x"), ("y", "x", "time"), ("x", "y"), ("lat", "lon")])
def test_variables_of_bands_with_other_axes(tmp_path, dims):
    variables = {}
    for k, w in enumerate(NM):
        values = scene()[:, :, k] if dims[0] != "x" else scene()[:, :, k].T
        values = np.expand_dims(values, dims.index("time")) if "time" in dims else values
        variables[f"r{w:.0f}"] = (dims, values)
    variables["odd"] = (dims, variables["r450"][1].astype("f8"), {"wavelength": 3000.0})
    xr.Dataset(variables).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    cube = open_cube(tmp_path / "a.nc")
    np.testing.assert_array_equal(cube.read(0, L), scene())
    np.testing.assert_allclose(cube.wavelengths, np.round(NM))
    assert any("left aside: odd" in note for note in cube.notes)


@pytest.mark.parametrize("named", [True, False])
def test_bands_from_long_to_short_wavelengths_are_put_in_order(tmp_path, named):
    gain = np.linspace(1, 2, B)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        cube = file.create_dataset("cube", data=scene().transpose(2, 0, 1)[::-1])
        cube.attrs["scale_factor"] = gain[::-1]
        file["wavelength"], file["fwhm"] = NM[::-1], np.arange(1.0, B + 1)[::-1]
        file["bbl"] = np.arange(B)[::-1] != 2
        if named:
            for k, name in enumerate(("wavelength", "y", "x")):
                cube.dims[k].label = name
    cube = open_cube(tmp_path / "a.h5")
    np.testing.assert_allclose(cube.read(0, L), scene() * gain, rtol=1e-6)
    np.testing.assert_allclose(cube.spectrum(8, 1), scene()[8, 1] * gain, rtol=1e-6)
    np.testing.assert_allclose(cube.read(1, 2, [0, 11]), (scene() * gain)[1:2, :, [0, 11]], rtol=1e-6)
    np.testing.assert_allclose(cube.wavelengths, NM)
    np.testing.assert_allclose(cube.fwhm, np.arange(1, B + 1))
    assert np.flatnonzero(cube.bad_bands).tolist() == [2]
    assert any("put in order" in note for note in cube.notes)


@pytest.mark.parametrize(
    ("nm", "reason"),
    [
        (np.full(B, 500.0), "do not increase"),
        (NM - 1000, "not positive"),
        (np.where(NM > 2e3, np.nan, NM), "not positive"),
    ],
)
def test_impossible_wavelengths_are_told(tmp_path, nm, reason):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"], file["g/wavelength"] = scene(), nm
    cube = open_cube(tmp_path / "a.h5")
    assert cube.wavelengths is None
    assert any("g/wavelength: the wavelengths" in note and reason in note for note in cube.notes)


@pytest.mark.parametrize(("step", "right"), [(100.0, True), (0.0, False), (np.nan, False), (1e-30, False)])
def test_a_range_of_octave(tmp_path, step, right):
    path = octave(tmp_path / "o.h5", A=scene())
    nm = np.arange(450.0, 450 + 100 * B, 100)
    with h5py.File(path, "r+") as file:
        group = file.create_group("wavelength")
        group.attrs["OCTAVE_NEW_FORMAT"] = np.uint8(1)
        group["type"] = np.bytes_("range")
        kind = [("base", "f8"), ("limit", "f8"), ("increment", "f8")]
        group["value"] = np.array((450.0, nm[-1], step), dtype=kind)
    cube = open_cube(path)
    assert (cube.wavelengths is not None) is right
    if right:
        np.testing.assert_allclose(cube.wavelengths, nm)
    np.testing.assert_array_equal(cube.read(0, L), scene())


def test_coordinates_without_units_place_a_scene_unless_they_count(tmp_path):
    xarray = pytest.importorskip("xarray")
    values = np.random.default_rng(0).random((5, 4, 3)).astype("f4")
    nm = ("band", [450.0, 550.0, 650.5])

    def opened(**coordinates):
        names = ["band", *coordinates] if coordinates else ["band", "y", "x"]
        data = xarray.Dataset({"refl": (names, values.transpose(2, 0, 1))}, {"wavelength": nm, **coordinates})
        data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
        return open_cube(tmp_path / "a.nc")

    assert opened().georeference is None
    assert opened(y=np.arange(5), x=np.arange(4)).georeference is None
    assert not any("placed" in note for note in opened().notes)
    place = opened(lat=50 - 0.5 * np.arange(5), lon=10 + 0.5 * np.arange(4)).georeference
    assert place.crs == "EPSG:4326"
    np.testing.assert_allclose(place.transform, (0.5, 0, 9.75, 0, -0.5, 50.25))
    place = opened(y=4e6 - 30.0 * np.arange(5), x=5e5 + 20.0 * np.arange(4)).georeference
    assert place.crs == ""
    np.testing.assert_allclose(place.transform, (20, 0, 499990, 0, -30, 4000015))


@pytest.mark.parametrize(
    ("wavelengths", "told"),
    [
        (np.linspace(450.0, 650.0, 2), "wavelength holds 2 numbers, not one for each of the 3 bands"),
        (np.full((4, 3), 500.0), "wavelength holds 4 × 3 numbers, not one for each of the 3 bands"),
    ],
)
def test_wavelengths_that_fit_no_bands_are_told(tmp_path, wavelengths, told):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"] = np.zeros((5, 4, 3), "f4")
        file["wavelength"] = wavelengths
    cube = open_cube(tmp_path / "a.h5")
    assert cube.wavelengths is None
    assert any(told in note for note in cube.notes)


@pytest.mark.parametrize("kind", ["S", h5py.string_dtype()])
def test_wavelengths_that_are_words(tmp_path, kind):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"] = np.zeros((5, 4, 3), "f4")
        file.create_dataset("wavelength", data=np.array(["0.45", "0.55", "0.65"], dtype=kind))
        file["wavelength"].attrs["units"] = "um"
    np.testing.assert_allclose(open_cube(tmp_path / "a.h5").wavelengths, [450, 550, 650])
