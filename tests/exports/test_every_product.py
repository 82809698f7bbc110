"""Cube → unmix → every product → read back by other software.

The scene is not square, turned on the map or not, has nodata pixels and a bad band, and its
endmembers have the names that analysts give: commas, braces, other scripts.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

import hsunmix
from hsunmix.exports import Delivery, exports, write_products
from hsunmix.formats import open_cube, open_spectra
from hsunmix.model.georeference import Georeference
from tests.cli.conftest import write_envi

rasterio = pytest.importorskip("rasterio")
envi = pytest.importorskip("spectral.io.envi")
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

NAMES = ("Gras, dürr {2024}", "Ünïcode 水 ;", "Soil")
FWHM = np.linspace(9.0, 14.0, 20)
PLACES = {
    "north up": Georeference((30.0, 0.0, 500000.0, 0.0, -30.0, 4200000.0), "EPSG:32611"),
    "turned": Georeference((24.0, 18.0, 500000.0, 18.0, -24.0, 4200000.0), "EPSG:32611"),
    "nowhere": None,
}


class Result:
    """A delivery, and the folder with everything that was written of it."""

    def __init__(self, folder, values, place):
        (folder / "in").mkdir()
        path = write_envi(
            folder / "in", values, wavelength=", ".join(f"{v:.2f}" for v in np.linspace(450, 2400, 20))
        )
        text = path.read_text(encoding="utf-8")
        text = "\n".join(line for line in text.splitlines() if not line.startswith("map info"))
        path.write_text(text + f"\nfwhm = {{{', '.join(map(str, FWHM))}}}\n", encoding="utf-8")
        self.cube = replace(open_cube(path), georeference=place)
        result = hsunmix.unmix(self.cube, "spa", rank=3, abundance="fcls")
        members = zip(result.as_endmembers(), NAMES, strict=True)
        self.delivery = Delivery(
            result, tuple(replace(m, name=n) for m, n in members), self.cube, "hsunmix …"
        )
        self.place = place
        self.folder = folder / "out"
        # Pictures take most of the time and have no place on the Earth.
        pictures = set() if place == PLACES["north up"] else {"png", "svg", "grid", "html"}
        write_products(self.delivery, self.folder, [name for name in exports() if name not in pictures])
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


def check_place(image, place):
    if place is None:
        assert image.crs is None
        return
    assert image.crs.to_epsg() == 32611
    assert np.allclose(tuple(image.transform)[:6], place.transform, rtol=1e-9, atol=1e-9)


def test_netcdf(result):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
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
        assert len(mine.names) == 3
        assert mine.names[2] == "Soil"


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
        if result.place is not None:
            assert np.allclose(cube.georeference.transform, result.place.transform, rtol=1e-9)
