"""One made scene in many files, and what is in it as NumPy has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.conftest import make_cube

__all__ = ["BAD", "STORAGES", "Stored", "stored", "write_masks", "write_weights"]

LINES, SAMPLES, BANDS, MATERIALS = 11, 8, 20, 4
BAD = 4  # the band that the file calls bad
NODATA = -9999
GONE, PARTLY = (10, 0), (9, 3)  # a pixel without data; one that lacks a single band
STORAGES = (
    "envi-bsq-float", "envi-bil-integer", "envi-bip-double", "envi-bil-big", "geotiff-float", "npy-float",
    "mat-integer", "hdf5-float",
)  # fmt: skip
TYPES = {"float": "<f4", "integer": "<i2", "double": "<f8", "big": ">f4"}
ENVI_TYPES = {"<f4": 4, "<i2": 2, "<f8": 5, ">f4": 4}


@dataclass(frozen=True, eq=False)
class Stored:
    """A file, the words that open it, and its values.

    Attributes
    ----------
    words : list of str
    values : array of float64, (lines, samples, bands)
        As they are in the file, scaled; NaN where it has none.
    bad : array of bool, (bands,)
    """

    words: list[str]
    values: NDArray[np.float64]
    bad: NDArray[np.bool_]


def stored(folder: Path, storage: str, missing: str, *, flipped: bool = False) -> Stored:
    """Write the scene; or the same one upside down, as another one."""
    kind, _, form = storage.partition("-")
    layout, _, name = form.rpartition("-")
    dtype = np.dtype(TYPES[name])
    values = make_cube(LINES, SAMPLES, BANDS, MATERIALS, noise=0.003, seed=5).read(0, LINES).astype(float)
    scale = 10_000.0 if dtype.kind == "i" and kind == "envi" else 1.0
    if dtype.kind == "i":
        values = np.rint(10_000 * values)
    data = values.astype(dtype)
    fill = {"nodata": NODATA, "zeros": 0, "nan": np.nan}.get(missing)
    if fill is not None:
        data[GONE] = fill
        if missing != "zeros":
            data[(*PARTLY, 2)] = fill
    if flipped:
        data = np.ascontiguousarray(data[::-1])
    truth = data.astype(np.float64)
    if missing == "nodata":
        truth[truth == NODATA] = np.nan
    path = (
        folder / {"envi": "s.hdr", "geotiff": "s.tif", "npy": "s.npy", "mat": "s.mat", "hdf5": "s.h5"}[kind]
    )
    words = [str(path)]
    bad = np.zeros(BANDS, dtype=bool)
    if kind == "envi":
        bad[BAD] = True
        _envi(path, data, layout, scale, missing == "nodata")
    elif kind == "geotiff":
        _geotiff(path, data, missing == "nodata")
    else:
        words += _array(path, data, kind)
        if missing == "nodata":
            words += ["--nodata", str(NODATA)]
    return Stored(words, truth / scale, bad)


def _envi(path: Path, data: NDArray[np.generic], layout: str, scale: float, has_nodata: bool) -> None:
    axes = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}[layout]
    path.with_suffix(".img").write_bytes(np.ascontiguousarray(data.transpose(axes)).tobytes())
    lines = [
        "ENVI", f"lines = {LINES}", f"samples = {SAMPLES}", f"bands = {BANDS}", "header offset = 0",
        f"data type = {ENVI_TYPES[data.dtype.str]}", f"interleave = {layout}",
        f"byte order = {int(data.dtype.str[0] == '>')}",
        f"bbl = {{{', '.join(str(int(k != BAD)) for k in range(BANDS))}}}",
        f"wavelength = {{{', '.join(f'{nm:.1f}' for nm in np.linspace(450, 2400, BANDS))}}}",
        "wavelength units = Nanometers",
    ]  # fmt: skip
    lines += [f"data ignore value = {NODATA}"] if has_nodata else []
    lines += [f"reflectance scale factor = {scale:g}"] if scale != 1 else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _geotiff(path: Path, data: NDArray[np.generic], has_nodata: bool) -> None:
    import rasterio
    from affine import Affine

    shape = {"height": LINES, "width": SAMPLES, "count": BANDS, "dtype": data.dtype.name}
    place = Affine(30, 0, 5e5, 0, -30, 4e6)
    nodata = NODATA if has_nodata else None
    with rasterio.open(path, "w", "GTiff", crs="EPSG:32611", transform=place, nodata=nodata, **shape) as file:
        file.write(data.transpose(2, 0, 1))


def _array(path: Path, data: NDArray[np.generic], kind: str) -> list[str]:
    if kind == "npy":
        np.save(path, data)
        return ["--axes", "yxb"]
    if kind == "mat":
        from scipy.io import savemat

        savemat(path, {"cube": data.transpose(1, 0, 2)})
        return ["--axes", "xyb"]
    import h5py

    with h5py.File(path, "w") as file:
        file["group/cube"] = data.transpose(2, 0, 1)
    return ["--axes", "byx", "--dataset", "group/cube"]


def write_masks(folder: Path, values: NDArray[np.float64], mask: str) -> tuple[list[str], NDArray[np.bool_]]:
    """Write what a mask needs; return its words, and the pixels that it wants."""
    words: list[str] = []
    wanted = np.ones((LINES, SAMPLES), dtype=bool)
    third = values[:, :, 2]
    middle = float(np.nanmedian(third)) * 0.8
    with np.errstate(invalid="ignore"):
        if "condition" in mask:
            words += ["--mask", f"band[3] > {middle!r}"]
            wanted &= third.astype(np.float32) > middle
        if "two" in mask:
            most = float(np.nanmax(values[:, :, 9])) * 0.98
            words += ["--mask", f"band[10] < {most!r}"]
            wanted &= values[:, :, 9].astype(np.float32) < most
    if "file" in mask:
        kept = np.ones((LINES, SAMPLES), np.uint8)
        kept[:2, 5:] = 0
        np.save(folder / "mask.npy", kept)
        words += ["--mask", str(folder / "mask.npy")]
        wanted &= kept > 0
    return words, wanted


def write_weights(folder: Path, weights: str) -> list[str]:
    """Write weights, one for each value or each pixel."""
    if not weights:
        return []
    rng = np.random.default_rng(8)
    numbers = rng.uniform(0.2, 1, (LINES, SAMPLES, BANDS if weights == "values" else 1)).astype(np.float32)
    np.save(folder / "weights.npy", numbers)
    return ["--weights", str(folder / "weights.npy")]
