"""Cube → unmix → every product → read back by other software.

The scene is not square, turned on the map or not, has nodata pixels and a bad band, and its
endmembers have the names that analysts give: commas, braces, other scripts.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from spectral.io import envi

import hsunmix
from hsunmix.exports import ExportJob, exports, write_products
from hsunmix.formats import open_cube, open_spectra
from hsunmix.model.georeference import Georeference
from tests.cli.conftest import write_envi

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

NAMES = ("Gras, dürr {2024}", "Ünïcode 水 ;", "Soil")
FWHM = np.linspace(9.0, 14.0, 20)
TURNED = "{UTM, 1, 1, 500000, 4200000, 30, 30, 11, North, WGS-84, units=Meters, rotation=36.869897645844}"
FROM_FILE = "as the file says"
PLACES = {
    "north up": Georeference((30.0, 0.0, 500000.0, 0.0, -30.0, 4200000.0), "EPSG:32611"),
    "turned": Georeference((24.0, 18.0, 500000.0, 18.0, -24.0, 4200000.0), "EPSG:32611"),
    FROM_FILE: TURNED,
    "nowhere": None,
}
PICTURES = {
    "png",
    "svg",
    "grid",
    "html",
    "class_map",
}  # they take most of the time, and have no place on the Earth
# Where each product is read back: here, or in the tests of its own.
READ_BACK = {
    "geotiff": "test_rasters", "cog": "test_rasters", "envi": "test_rasters", "netcdf": "test_netcdf",
    "matlab": "test_matlab", "csv": "test_tables_and_libraries", "sli": "test_tables_and_libraries",
    "png": "test_png.py", "svg": "test_pictures.py", "grid": "test_pictures.py", "html": "test_html.py",
    "zarr": "test_zarr.py", "class_map": "test_class_map.py",
}  # fmt: skip


class Result:
    """A job, and the folder with everything that was written of it."""

    def __init__(self, folder, values, place):
        (folder / "in").mkdir()
        path = write_envi(
            folder / "in", values, wavelength=", ".join(f"{v:.2f}" for v in np.linspace(450, 2400, 20))
        )
        text = path.read_text(encoding="utf-8")
        text = "\n".join(line for line in text.splitlines() if not line.startswith("map info"))
        text += f"\nfwhm = {{{', '.join(map(str, FWHM))}}}\n"
        text += f"map info = {place}\n" if isinstance(place, str) else ""
        path.write_text(text, encoding="utf-8")
        self.cube = open_cube(path)
        if isinstance(place, str):
            with rasterio.open(path.with_suffix(".img")) as image:  # GDAL's own reading of it
                place = Georeference(tuple(image.transform)[:6], "EPSG:32611")
        else:
            self.cube = replace(self.cube, georeference=place)
        result = hsunmix.unmix(self.cube, "spa", rank=3, abundance="fcls")
        members = zip(result.as_endmembers(), NAMES, strict=True)
        self.job = ExportJob(result, tuple(replace(m, name=n) for m, n in members), self.cube, "hsunmix …")
        self.place = place
        self.folder = folder / "out"
        pictures = set() if place == PLACES["north up"] else PICTURES
        write_products(self.job, self.folder, [name for name in exports() if name not in pictures])
        self.abundances, self.rmse = result.abundances, result.rmse
        self.spectra = result.endmembers
        self.used = result.used_bands


@pytest.fixture(scope="module", params=PLACES)
def result(request, tmp_path_factory):
    from tests.conftest import make_cube

    values = make_cube().read(0, 13).copy()
    values[12, 0] = -9999  # nodata
    values[0, 6:] = 0
    return Result(tmp_path_factory.mktemp("every"), values, PLACES[request.param])


def test_the_scene_is_worth_it(result):
    assert result.abundances.shape == (3, 13, 9)
    masked = np.isnan(result.abundances).all(axis=0)
    assert masked[12, 0]
    assert masked[0, 6:].all()
    assert masked.sum() == 4
    assert list(np.flatnonzero(~result.used)) == [4]
    assert np.isnan(result.spectra[4]).all()
    names = {path.name for path in result.folder.iterdir()}
    assert set(json.loads((result.folder / "result.json").read_text(encoding="utf-8"))["files"]) == names - {
        "result.json"
    }


def test_every_product_is_read_back():
    assert set(READ_BACK) == set(exports())
    for name, where in READ_BACK.items():
        assert (Path(__file__).parent / where).is_file() or where in globals(), name


def test_the_scene_of_a_file_lies_where_gdal_says(result):
    if result.place is not None:
        transform = result.cube.georeference.transform
        assert np.allclose(transform, result.place.transform, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["abundances.tif", "abundances_cog.tif", "abundances.img"])
def test_rasters(result, name):
    with rasterio.open(result.folder / name) as image:
        assert image.nodatavals == (-9999.0,) * 3
        assert np.array_equal(image.read(masked=True).filled(np.nan), result.abundances, equal_nan=True)
        plain = [n.replace(",", " ").replace("{", "(").replace("}", ")") for n in NAMES]
        expected = [" ".join(n.split()) for n in plain] if name.endswith(".img") else list(NAMES)
        assert list(image.descriptions) == expected
        check_place(image, result.place)


@pytest.mark.parametrize("name", ["rmse.tif", "rmse_cog.tif"])
def test_residuals(result, name):
    with rasterio.open(result.folder / name) as image:
        assert np.array_equal(image.read(1, masked=True).filled(np.nan), result.rmse, equal_nan=True)
        assert image.nodata == -9999
        check_place(image, result.place)


def test_envi_maps_by_another_reader(result):
    image = envi.open(result.folder / "abundances.hdr")
    values = np.asarray(image.load(dtype=np.float32)).transpose(2, 0, 1)
    values = np.where(values == float(image.metadata["data ignore value"]), np.nan, values)
    assert np.array_equal(values, result.abundances, equal_nan=True)
    assert len(image.metadata["band names"]) == 3


@pytest.mark.parametrize("name", ["abundances", "abundances_cog"])
def test_the_style_beside_a_raster_goes_from_0_to_1(result, name):
    shader = ElementTree.parse(result.folder / f"{name}.qml").getroot().find(".//colorrampshader")
    values = [float(item.get("value")) for item in shader.findall("item")]
    assert (values[0], values[-1]) == (0, 1)
    assert values == sorted(values)


def check_place(image, place):
    if place is None:
        assert image.crs is None
        return
    assert image.crs.to_epsg() == 32611
    assert np.allclose(tuple(image.transform)[:6], place.transform, rtol=1e-9, atol=1e-9)


def test_netcdf(result):
    import xarray

    with xarray.open_dataset(result.folder / "result.nc", engine="h5netcdf", decode_coords="all") as data:
        assert list(data.endmember.values) == list(NAMES)
        assert np.array_equal(data.abundance, result.abundances, equal_nan=True)
        assert np.array_equal(data.rmse, result.rmse, equal_nan=True)
        assert np.array_equal(data.spectrum.T, result.spectra, equal_nan=True)
        assert np.array_equal(data.wavelength, result.cube.wavelengths)
        assert np.allclose(data.fwhm, FWHM)
        if result.place is not None:
            x, y = result.place.xy(7, 3)
            at = data.isel({data.abundance.dims[1]: 7, data.abundance.dims[2]: 3})
            assert (float(at.x), float(at.y)) == pytest.approx((x, y))
    with rasterio.open(f"netcdf:{result.folder / 'result.nc'}:abundance") as image:
        assert np.array_equal(image.read(masked=True).filled(np.nan), result.abundances, equal_nan=True)
        check_place(image, result.place)


def test_matlab(result):
    from scipy.io import loadmat

    found = loadmat(result.folder / "result.mat", squeeze_me=True)
    assert list(found["names"]) == list(NAMES)
    assert np.array_equal(found["abundances"].transpose(2, 0, 1), result.abundances, equal_nan=True)
    assert np.array_equal(found["endmembers"], result.spectra, equal_nan=True)
    assert np.array_equal(found["wavelength"], result.cube.wavelengths)
    if result.place is not None:
        assert np.array_equal(found["transform"], result.place.transform)


def test_tables_and_libraries(result):
    with (result.folder / "endmembers.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["wavelength_nm", *NAMES]
    values = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])
    assert np.array_equal(values[:, 0], result.cube.wavelengths)
    assert np.array_equal(values[:, 1:], result.spectra, equal_nan=True)
    library = envi.open(result.folder / "endmembers.hdr")
    assert np.array_equal(library.spectra, result.spectra.T.astype(np.float32), equal_nan=True)
    assert np.array_equal(library.bands.centers, result.cube.wavelengths)
    assert np.allclose(library.bands.bandwidths, FWHM)
    assert library.bands.band_unit == "Nanometers"
    for name, exact in (("endmembers.csv", True), ("endmembers.sli", False), ("result.mat", True)):
        mine = open_spectra(result.folder / name)
        assert np.allclose(mine.values, result.spectra.T, rtol=0 if exact else 1e-6, atol=0, equal_nan=True)
        assert np.array_equal(mine.wavelengths, result.cube.wavelengths)
        assert mine.names == NAMES
        assert mine.notes == () or name == "result.mat"


def test_our_own_reader_of_maps(result):
    for name in ("abundances.hdr", "abundances.tif"):
        try:
            cube = open_cube(result.folder / name)
        except hsunmix.HsunmixError as error:
            if "GeoTIFF" in str(error) or "format" in str(error):
                pytest.skip(str(error))
            raise
        values = cube.read(0, cube.lines).transpose(2, 0, 1)
        assert np.array_equal(values, result.abundances, equal_nan=True)
        assert cube.band_names == NAMES
        if result.place is not None:
            assert np.allclose(cube.georeference.transform, result.place.transform, rtol=1e-9)
