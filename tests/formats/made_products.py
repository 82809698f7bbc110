"""Small HDF5 and netCDF files made to the published layouts of products, with what is in them.

By h5py alone, and by the products' documents rather than by our descriptions of them. Each maker
writes ``path`` and returns a ``Made``. ``python -m tests.formats.made_products DIR`` writes them all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

UTM33 = (
    'PROJCS["WGS 84 / UTM zone 33N",GEOGCS["WGS 84",'
    'DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",15],PARAMETER["scale_factor",0.9996],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","32633"]]'
)
WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)


@dataclass(frozen=True, eq=False)
class Made:
    """What a reader should find.

    Attributes
    ----------
    values : array, (lines, samples, bands)
        Physical, NaN for nodata.
    wavelengths : array, (bands,)
        Nanometres.
    dtype : str
        Of the stored values.
    nodata : float or None
    bad : list of int
        Bands that the file says are bad.
    epsg : int or None
    corners : tuple of 2 pairs, or None
        Map coordinates of the outer upper left and lower right corner, worked out by hand.
    fwhm : float
    options : dict
        What has to be given.
    """

    values: np.ndarray
    wavelengths: np.ndarray
    dtype: str
    nodata: float | None
    bad: list[int]
    epsg: int | None = None
    corners: tuple[tuple[float, float], tuple[float, float]] | None = None
    fwhm: float = 8.0
    options: tuple[tuple[str, str], ...] = ()


def scene(lines: int = 11, samples: int = 14, bands: int = 12) -> np.ndarray:
    """Reflectances 0.03 … 0.97 of three materials, (lines, samples, bands), all pixels different."""
    rng = np.random.default_rng(lines * samples)
    spectra = 0.1 + 0.8 * rng.random((3, bands))
    shares = rng.dirichlet(np.ones(3), size=(lines, samples))
    for k in range(3):
        shares[2 + k, (3 * k + 1) % samples] = np.eye(3)[k]
    return shares @ spectra


def neon(path: Path) -> Made:
    """SITE/Reflectance/Reflectance_Data, (y, x, b) int16."""
    values = np.round(scene() * 10000)
    values[0, 3] = -9999
    nm = np.linspace(384, 2512, 12)
    with h5py.File(path, "w") as file:
        group = file.create_group("SITE/Reflectance")
        group.attrs["Band_Window_1_Nanometers"] = [1340, 1445]
        group.attrs["Band_Window_2_Nanometers"] = [1790, 1955]
        cube = group.create_dataset("Reflectance_Data", data=values.astype("i2"), chunks=(4, 5, 12))
        cube.attrs["Data_Ignore_Value"], cube.attrs["Scale_Factor"] = -9999.0, 10000.0
        about = group.create_group("Metadata")
        about["Spectral_Data/Wavelength"], about["Spectral_Data/FWHM"] = nm, np.full(12, 8.0)
        about["Spectral_Data/Wavelength"].attrs["Units"] = "nanometers"
        place = about.create_group("Coordinate_System")
        place["Map_Info"] = (
            b"UTM,  1.000,  1.000, 512000.000, 4012000.000, 1.0, 1.0, 33, North, WGS-84, units=Meters"
        )
        place["EPSG Code"] = b"32633"
        about["Ancillary_Imagery/Slope"] = np.zeros((11, 14), "f4")
    bad = [k for k, w in enumerate(nm) if 1340 <= w <= 1445 or 1790 <= w <= 1955]
    corners = (512000, 4012000), (512014, 4011989)
    return Made(_physical(values, 1e-4, -9999), nm, "int16", -9999, bad, 32633, corners)


def prisma(path: Path) -> Made:
    """Two cubes (y, b, x) uint16, from red to blue, with bands never measured, their corners' centres."""
    whole = scene(9, 7, 13)  # from blue to red
    top = {"Vnir": 0.9, "Swir": 1.1}
    parts = {"Vnir": whole[:, :, 6::-1], "Swir": whole[:, :, :6:-1]}
    # Two of the visible ones are measured by the second detector too.
    blue_to_red = {"Vnir": np.linspace(410, 970, 7), "Swir": np.linspace(880, 2490, 6)}
    stored, expected = {}, []
    with h5py.File(path, "w") as file:
        for name, unused in (("Vnir", 2), ("Swir", 1)):
            packed = np.round(parts[name] / top[name] * 65535).astype("u2")
            packed[8, 6] = 0
            zeros = np.full((9, 7, unused), 77, "u2")
            stored[name] = np.concatenate([zeros, packed], axis=2)
            file[f"HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/{name.upper()}_Cube"] = stored[name].transpose(
                0, 2, 1
            )
            red_to_blue = np.concatenate([np.zeros(unused), blue_to_red[name][::-1]]).astype("f4")
            file.attrs[f"List_Cw_{name}"] = red_to_blue
            file.attrs[f"List_Cw_{name}_Flags"] = (red_to_blue > 0).astype("u1")
            file.attrs[f"List_Fwhm_{name}"] = np.where(red_to_blue > 0, 8.0, 0).astype("f4")
            file.attrs[f"L2Scale{name}Min"], file.attrs[f"L2Scale{name}Max"] = (
                np.float32(0),
                np.float32(top[name]),
            )
            physical = _physical(packed[:, :, ::-1].astype(float), float(np.float32(top[name])) / 65535, 0)
            expected.append(physical[:, :, blue_to_red["Vnir"] < 880] if name == "Vnir" else physical)
        file["HDFEOS/SWATHS/PRS_L2D_PCO/Data Fields/Cube"] = np.zeros((54, 42), "u2")
        file.attrs["Epsg_Code"], file.attrs["Projection_Name"] = 32633, b"UTM"
        for key, value in {
            "ULcorner_easting": 600015, "ULcorner_northing": 4999985,
            "LRcorner_easting": 600015 + 6 * 30, "LRcorner_northing": 4999985 - 8 * 30,
        }.items():  # fmt: skip
            file.attrs[f"Product_{key}"] = float(value)
    nm = np.concatenate([blue_to_red["Vnir"][blue_to_red["Vnir"] < 880], blue_to_red["Swir"]])
    # The centre of the first pixel is 15 m inside its corner; 7 samples and 9 lines of 30 m.
    corners = (600000, 5000000), (600210, 4999730)
    return Made(np.concatenate(expected, axis=2), nm, "uint16", 0, [], 32633, corners)


def neon_radiance(path: Path) -> Made:
    """SITE/Radiance/RadianceIntegerPart and RadianceDecimalPart, (y, x, b)."""
    values = np.round(scene() * 90, 4)
    whole = np.floor(values)
    decimals = np.round((values - whole) * 50_000)
    whole[0, 3], decimals[0, 3] = -9999, 0
    nm = np.linspace(384, 2512, 12)
    with h5py.File(path, "w") as file:
        group = file.create_group("SITE/Radiance")
        group.create_dataset("RadianceIntegerPart", data=whole.astype("i2"), chunks=(4, 5, 12))
        group.create_dataset("RadianceDecimalPart", data=decimals.astype("u2"), compression="gzip")
        group["RadianceIntegerPart"].attrs["Data_Ignore_Value"] = -9999.0
        group["RadianceDecimalPart"].attrs["Scale_Factor"] = np.array([50_000.0])
        about = group.create_group("Metadata")
        about["Spectral_Data/Wavelength"], about["Spectral_Data/FWHM"] = nm, np.full(12, 8.0)
    return Made(np.where(whole == -9999, np.nan, values), nm, "float32", None, [])


def prisma_l1(path: Path) -> Made:
    """Two registered cubes (y, b, x) uint16 of radiance, beside those of each detector alone."""
    whole = scene(9, 7, 13)
    values = np.round(whole * 4000) / 100 - 0.5
    parts = {"Vnir": values[:, :, 6::-1], "Swir": values[:, :, :6:-1]}
    blue_to_red = {"Vnir": np.linspace(410, 970, 7), "Swir": np.linspace(930, 2490, 6)}
    with h5py.File(path, "w") as file:
        for name, unused in (("Vnir", 2), ("Swir", 1)):
            stored = np.round((parts[name] + 0.5) * 100).astype("u2")
            stored = np.concatenate([np.full((9, 7, unused), 77, "u2"), stored], axis=2).transpose(0, 2, 1)
            for swath, more in (("HCO", 0), ("HRC", 1)):
                file[f"HDFEOS/SWATHS/PRS_L1_{swath}/Data Fields/{name.upper()}_Cube"] = stored + more
            red_to_blue = np.concatenate([np.zeros(unused), blue_to_red[name][::-1]]).astype("f4")
            file.attrs[f"List_Cw_{name}"] = red_to_blue
            file.attrs[f"List_Fwhm_{name}"] = np.where(red_to_blue > 0, 8.0, 0).astype("f4")
            file.attrs[f"ScaleFactor_{name}"] = np.float32(100)
            file.attrs[f"Offset_{name}"] = np.float32(0.5)
        file["HDFEOS/SWATHS/PRS_L1_PCO/Data Fields/Cube"] = np.zeros((54, 42), "u2")
    return Made(values, np.concatenate(list(blue_to_red.values())), "uint16", None, [])


TURNED = (5, 4, 9)  # lines, samples, bands of the sensor: few, so that the table can be read by eye


def emit(path: Path) -> Made:
    """(y, x, b) float32 as the sensor saw it, with a table that lays it out on a map, turned by 90°."""
    values = scene(*TURNED).astype("f4")
    values[4, 3] = -9999
    nm = np.linspace(381, 2493, 9).astype("f4")
    flags = np.ones(9, "u1")
    flags[[5, 6]] = 0
    with h5py.File(path, "w") as file:
        cube = file.create_dataset("reflectance", data=values, chunks=(2, 4, 5), compression="gzip")
        cube.attrs["_FillValue"] = np.float32(-9999)
        cube.attrs["units"] = "unitless"
        bands = file.create_group("sensor_band_parameters")
        bands["wavelengths"], bands["fwhm"], bands["good_wavelengths"] = nm, np.full(9, 8, "f4"), flags
        bands["wavelengths"].attrs["units"] = "nm"
        # The map has 5 rows and 7 columns; the scene turned by a quarter lies in rows 0–3, columns 1–5.
        glt_x, glt_y = np.zeros((5, 7), "i4"), np.zeros((5, 7), "i4")
        for line in range(5):
            for sample in range(4):
                glt_x[sample, 5 - line], glt_y[sample, 5 - line] = sample + 1, line + 1
        glt_x[4, 1], glt_y[4, 1] = -4, -5  # filled from its neighbour
        place = file.create_group("location")
        place["glt_x"], place["glt_y"] = glt_x, glt_y
        place["lat"], place["lon"] = np.zeros((5, 4)), np.zeros((5, 4))
        file.attrs["geotransform"] = np.array([16.0, 0.0005, 0.0, 45.0, 0.0, -0.0005])
        file.attrs["spatial_ref"] = WGS84
    return Made(_physical(values, 1, -9999), nm, "float32", -9999, [5, 6])


def emit_on_map(path: Path) -> Made:
    """The same, laid out on the map."""
    raw = emit(path)
    values = np.full((5, 7, 9), np.nan)
    for line in range(5):
        for sample in range(4):
            values[sample, 5 - line] = raw.values[line, sample]
    values[4, 1] = raw.values[4, 3]
    corners = (16.0, 45.0), (16.0035, 44.9975)
    return Made(
        values, raw.wavelengths, "float32", -9999, [5, 6], 4326, corners, options=(("grid", "map"),)
    )  # fmt: skip


def aviris3(path: Path) -> Made:
    """reflectance/reflectance (b, y, x) float32 on the map, by a text of six numbers."""
    values = scene().astype("f4")
    values[10, :3] = -9999
    nm = np.linspace(390, 2490, 12)
    with h5py.File(path, "w") as file:
        group = file.create_group("reflectance")
        cube = group.create_dataset("reflectance", data=values.transpose(2, 0, 1), chunks=(10, 5, 5))
        cube.attrs["_FillValue"] = np.float32(-9999)
        group["wavelength"], group["fwhm"] = nm, np.full(12, 8.0)
        group["wavelength"].attrs["units"] = "nanometers"
        file["transverse_mercator"] = np.bytes_(b"")
        file["transverse_mercator"].attrs["GeoTransform"] = np.bytes_(b"512345.5 4.1 0 4612345.25 0 -4.1 ")
        file["transverse_mercator"].attrs["spatial_ref"] = np.bytes_(UTM33.encode())
        file["easting"], file["northing"] = np.arange(14.0), np.arange(11.0)
    corners = (512345.5, 4612345.25), (512345.5 + 14 * 4.1, 4612345.25 - 11 * 4.1)
    return Made(_physical(values, 1, -9999), nm, "float32", -9999, [], 32633, corners)


def tanager(path: Path) -> Made:
    """A grid (b, y, x) float32 of HDF-EOS; its corners stand in a text."""
    values = scene().astype("f4")
    values[0, 0] = -9999
    nm = np.linspace(377, 2499, 12)
    good = np.ones(12, "u1")
    good[6] = 0
    text = (
        "GROUP=SwathStructure\nEND_GROUP=SwathStructure\nGROUP=GridStructure\n\tGROUP=GRID_1\n"
        '\t\tGridName="HYP"\n\t\tXDim=14\n\t\tYDim=11\n'
        "\t\tUpperLeftPointMtrs=(655410.000000,2681190.000000)\n"
        "\t\tLowerRightMtrs=(655830.000000,2680860.000000)\n"
        "\t\tProjection=HE5_GCTP_UTM\n\t\tZoneCode=44\n\tEND_GROUP=GRID_1\nEND_GROUP=GridStructure\nEND\n"
    )
    with h5py.File(path, "w") as file:
        fields = file.create_group("HDFEOS/GRIDS/HYP/Data Fields")
        cube = fields.create_dataset("surface_reflectance", data=values.transpose(2, 0, 1))
        cube.attrs.update({"wavelengths": nm, "fwhm": np.full(12, 8.0), "good_wavelengths": good})
        cube.attrs["_FillValue"] = np.float32(-9999)
        fields["nodata_pixels"] = np.zeros((11, 14), "u1")
        file["HDFEOS/GRIDS/HYP"].attrs["epsg_code"] = 32644
        file["HDFEOS INFORMATION/StructMetadata.0"] = np.bytes_(text.encode())
    corners = (655410, 2681190), (655830, 2680860)
    return Made(_physical(values, 1, -9999), nm, "float32", -9999, [6], 32644, corners)


def hypso(path: Path) -> Made:
    """products/Lt (y, x, b), wavelengths in its attributes, the place by latitudes only."""
    values = scene().astype("f8")
    nm = np.linspace(388, 802, 12)
    with h5py.File(path, "w") as file:
        cube = file.create_dataset("products/Lt", data=values, chunks=(11, 14, 1), compression="gzip")
        cube.attrs["wavelengths"], cube.attrs["fwhm"] = nm, np.full(12, 8.0)
        cube.attrs["units"] = "W/(m^2 micrometer sr)"
        file["navigation/latitude"], file["navigation/longitude"] = np.zeros((11, 14)), np.zeros((11, 14))
    return Made(values, nm, "float64", None, [])


def matlab73(path: Path) -> Made:
    """A variable of MATLAB 7.3: its axes in reverse, a class on every variable, a user block."""
    values = scene().astype("f4")
    nm = np.linspace(400, 2400.5, 12)
    with h5py.File(path, "w", userblock_size=512) as file:
        _variable(file, "hsi", values, "single")
        _variable(file, "wavelength", nm[None], "double")
        _variable(file, "note", np.array([[104, 105]], "u2"), "char")
    _as_matlab(path)
    return Made(values, nm, "float32", None, [])


def matlab73_matrix(path: Path) -> Made:
    """The benchmarks' matrix bands × pixels in MATLAB 7.3; pixels run down the columns of the image."""
    values = np.round(scene() * 1000)
    with h5py.File(path, "w", userblock_size=512) as file:
        matrix = values.transpose(2, 1, 0).reshape(12, -1).astype("u2")
        _variable(file, "Y", matrix, "uint16")
        for name, number in (("nRow", 11.0), ("nCol", 14.0), ("maxValue", 1000.0)):
            _variable(file, name, np.array([[number]]), "double")
        _variable(file, "SlectBands", np.arange(1.0, 13)[:, None], "double")
    _as_matlab(path)
    return Made(values, np.empty(0), "uint16", None, [])


MAKERS: dict[str, Callable[[Path], Made]] = {
    "neon.h5": neon,
    "neon_radiance.h5": neon_radiance,
    "prisma.he5": prisma,
    "prisma_l1.he5": prisma_l1,
    "emit.nc": emit,
    "emit_on_map.nc": emit_on_map,
    "aviris3.nc": aviris3,
    "tanager.h5": tanager,
    "hypso.nc": hypso,
    "matlab73.mat": matlab73,
    "matlab73_matrix.mat": matlab73_matrix,
}


def _physical(stored: np.ndarray, gain: float, nodata: float) -> np.ndarray:
    return np.where(stored == nodata, np.nan, stored * gain)


def _variable(file: h5py.File, name: str, value: np.ndarray, kind: str) -> None:
    file[name] = value.transpose()
    file[name].attrs["MATLAB_class"] = np.bytes_(kind.encode())


def _as_matlab(path: Path) -> None:
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\x02IM")


if __name__ == "__main__":
    for name, make in MAKERS.items():
        make(Path(sys.argv[1]) / name)
