"""Good files to be damaged: at least one for each registered format.

What the exports write, what the tests of the formats make, and a few more. A reader that has no
seed makes ``test_fuzz`` fail, so a new one joins by itself or is asked to.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
import scipy.io

from hsunmix.exports import deliver, exports
from hsunmix.formats import formats
from hsunmix.formats.older.aviris import LINE
from hsunmix.formats.opening.files import read_head
from hsunmix.model.progress import finish
from tests.exports.conftest import make_delivery
from tests.formats.conftest import _write_envi as write_envi
from tests.formats.made_products import MAKERS, scene
from tests.formats.spectra.test_spectrum_files import ECOSTRESS, SED, SPLIB06, asd
from tests.formats.tiff_products import make_desis, make_enmap
from tests.vector_files import KINDS, write_vectors

__all__ = ["Seed", "format_of", "seeds"]

MAX_BYTES = 40_000  # a figure of a report is nobody's mask
MORE_BYTES = {"aviris": LINE, "geopackage": 1 << 17}  # one line at least; a database with its tables


@dataclass(frozen=True)
class Seed:
    """A file to be damaged, and the files beside it.

    Attributes
    ----------
    name : str
        ``maker/file``.
    format : str
        Which reader takes it.
    data : bytes
    beside : dict of str to bytes
    """

    name: str
    format: str
    data: bytes
    beside: dict[str, bytes]

    @property
    def file(self) -> str:
        """Its name."""
        return self.name.split("/")[1]


def _envi(folder: Path) -> None:
    values = np.round(scene() * 1000).astype("i2")
    write_envi(
        folder / "scene.img", values, "bil", wavelength_units="Nanometers",
        wavelength="{" + ", ".join(f"{nm:.1f}" for nm in np.linspace(400, 2400, 12)) + "}",
        bbl="{1,1,1,1,1,0,1,1,1,1,1,1}", data_ignore_value=-9999, reflectance_scale_factor=1000,
        map_info="{UTM, 1, 1, 500000, 4e6, 30, 30, 13, North, WGS-84, units=Meters, rotation=12}",
        default_bands="{9, 5, 2}", band_names="{" + ", ".join(f"band {k}" for k in range(12)) + "}",
    )  # fmt: skip


def _matlab(folder: Path) -> None:
    values = np.round(scene() * 1000)
    info = {"wavelength": np.linspace(400, 2400, 12), "wavelength_units": "Nanometers", "lines": 11.0}
    packed = {"hsi": values.astype("u2"), "params": info, "names": np.array(["a", "b"], dtype=object)}
    scipy.io.savemat(folder / "packed.mat", packed, do_compression=True)
    matrix = values.transpose(2, 1, 0).reshape(12, -1)
    scipy.io.savemat(folder / "matrix.mat", {"Y": matrix, "nRow": 11.0, "nCol": 14.0, "maxValue": 1000.0})
    library = {"spectra": values[0].T, "wavelength": info["wavelength"], "names": np.array(["x"] * 14)}
    scipy.io.savemat(folder / "library.mat", library)


def _numpy(folder: Path) -> None:
    values = scene().astype("f4")
    np.save(folder / "cube.npy", values)
    np.savez(folder / "plain.npz", cube=values, wavelength=np.linspace(400, 2400.5, 12))
    np.savez_compressed(folder / "packed.npz", cube=values, small=values[:2])


def _netcdf(folder: Path) -> None:
    """Write classic netCDF: a variable with three axes, and one for each band."""
    values, nm = scene().astype("f4"), np.linspace(400, 2400, 12)
    with scipy.io.netcdf_file(folder / "cube.nc3", "w") as file:
        for name, length in (("time", None), ("band", 12), ("y", 11), ("x", 14)):
            file.createDimension(name, length)
        file.createVariable("wavelength", "f4", ("band",))[:] = nm
        file.createVariable("refl", "f4", ("time", "band", "y", "x"))[:] = values.transpose(2, 0, 1)[None]
        for axis, step in (("y", -30.0), ("x", 30.0)):
            made = file.createVariable(axis, "f8", (axis,))
            made[:] = 5e5 + step * np.arange(len(made[:]))
            made.units = "m"
    with scipy.io.netcdf_file(folder / "layers.nc3", "w") as file:
        for name, length in (("y", 11), ("x", 14)):
            file.createDimension(name, length)
        for k, centre in enumerate(nm):
            made = file.createVariable(f"r_{centre:.0f}", "i2", ("y", "x"))
            made[:] = np.round(values[:, :, k] * 1000)
            made.scale_factor, made.add_offset = 1e-3, 0.0
            made._FillValue = np.int16(-9)


def _tiff(folder: Path) -> None:
    """Write images with a mask inside and with transparency, which GDAL reads, and some that we read."""
    values = np.moveaxis(np.round(scene() * 1000).astype("i2"), -1, 0)
    bands, lines, samples = values.shape
    shape = {"driver": "GTiff", "height": lines, "width": samples, "count": bands, "dtype": "int16"}
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate", "predictor": 2}
    kinds = {
        "masked": tiled, "alpha": {**tiled, "alpha": "YES"}, "plain": {"interleave": "band"},
        "tiles": {**tiled, "interleave": "pixel"},
        "lzw": {"interleave": "band", "compress": "lzw", "predictor": 2, "blockysize": 4},
    }  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        for name, storage in kinds.items():
            with rasterio.open(folder / f"{name}.tif", "w", **shape, **storage) as file:
                file.write(values)
                if name == "masked":
                    file.write_mask(values[0] > np.median(values[0]))


def _spectra(folder: Path) -> None:
    rows = "".join(f"{350 + k}.0  100.0  {20 + k}.5  {20 + k}.5\n" for k in range(9))
    head = "/*** Spectra Vista SIG Data ***/\nname= x.sig\nunits= Radiance, Radiance\ndata= \n"
    (folder / "leaf.asd").write_bytes(asd(np.linspace(0.1, 0.5, 40), np.ones(40)))
    (folder / "leaf.sig").write_text(head + rows)
    names = "Wvl\tDN (Ref.)\tD (Target)\tTgt./Ref. %"
    (folder / "leaf.sed").write_text(SED.format(n=4, names=names) + rows)
    two = "".join(f"{0.4 + k / 10:.1f} {k + 3}.5\r\n" for k in range(9))
    (folder / "soil.spectrum.txt").write_bytes((ECOSTRESS.format(y="percentage") + two).encode("latin-1"))
    (folder / "actinolite.txt").write_text(SPLIB06)
    (folder / "two_columns.txt").write_text("a spectrum\nof two columns\n" + two)


def _products(folder: Path) -> None:
    finish(deliver(make_delivery(), folder, tuple(exports())))


def _of_tests(folder: Path) -> None:
    for name, make in MAKERS.items():
        make(folder / name)


def _headerless(folder: Path) -> None:
    """Write ERDAS LAN, and a line of AVIRIS with its calibration."""
    values = np.moveaxis(np.round(scene() * 1000).astype("i2"), -1, 0)
    bands, lines, samples = values.shape
    shape = {"height": lines, "width": samples, "count": bands, "dtype": "int16"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(folder / "scene.lan", "w", driver="LAN", **shape) as file:
            file.write(values)
    np.arange(LINE // 2).astype(">i2").tofile(folder / "line.rfl")
    table = "".join(f"{370 + 9.6 * k:.1f} 9.5 0.1 0.1 {k + 1}\n" for k in range(224))
    (folder / "line.spc").write_text(table)


def _gis(folder: Path) -> None:
    """Write fields with a hole, and roads."""
    import shapely

    field = shapely.Polygon([(0, 0), (9, 0), (9, 7), (0, 7)], [[(2, 2), (4, 2), (4, 3)]])
    road = shapely.MultiLineString([[(1, 1), (2, 5)], [(3, 3), (4, 4), (5, 3)]])
    for kind in KINDS:
        write_vectors(folder / f"fields_{kind}.{kind}", [field] * 4, ["Acker", "Bäche", "c", "d"])
        write_vectors(folder / f"roads_{kind}.{kind}", [road] * 4, ["a", "b", "c", "d"])


def _enmap(folder: Path) -> None:
    make_enmap(folder)


def _desis(folder: Path) -> None:
    make_desis(folder)


GROUPS: tuple[Callable[[Path], None], ...] = (
    _envi, _matlab, _numpy, _netcdf, _tiff, _spectra, _products, _of_tests, _headerless, _gis, _enmap, _desis,
)  # fmt: skip


def format_of(path: Path) -> str:
    """Return the format that takes a file, or nothing."""
    head = read_head(path)
    return next((f.id for f in formats().values() if f.sniff(path, head)), "")


@cache
def seeds() -> tuple[Seed, ...]:
    """Make every seed."""
    found = []
    for make in GROUPS:
        with TemporaryDirectory() as name:
            folder = Path(name)
            make(folder)
            files = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
            for file, data in files.items():
                kind = format_of(folder / file)
                known = kind and Path(file).suffix.lower() in (*formats()[kind].suffixes, ".txt")
                if known and 0 < len(data) <= MORE_BYTES.get(kind, MAX_BYTES):
                    beside = {n: d for n, d in files.items() if n != file and _belong(n, file)}
                    found.append(Seed(f"{make.__name__.strip('_')}/{file}", kind, data, beside))
    return tuple(found)


def _belong(one: str, other: str) -> bool:
    """Whether two files of a folder are about the same scene, by their names."""
    stems = [
        name.split(".")[0].replace("-SPECTRAL_IMAGE", "").replace("-METADATA", "") for name in (one, other)
    ]
    return stems[0] == stems[1]
