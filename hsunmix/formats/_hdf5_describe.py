"""Recognise a product in an HDF5 file by its description, and say what its cube is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats._band_vectors import BandAxis
from hsunmix.formats._hdf5_found import Found, Piece
from hsunmix.formats._hdf5_look import Look
from hsunmix.formats._hdf5_product import Part, Product, products
from hsunmix.formats._wavelengths import nanometres, widths

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Bands:
    """The bands of one part that are taken: their numbers in it, and what is known of each."""

    index: NDArray[np.intp]
    nm: NDArray[np.float64] | None
    fwhm: NDArray[np.float64] | None
    bad: NDArray[np.bool_]
    unit: str

    def only(self, keep: NDArray[np.bool_]) -> _Bands:
        nm, fwhm = (None if values is None else values[keep] for values in (self.nm, self.fwhm))
        return _Bands(self.index[keep], nm, fwhm, self.bad[keep], self.unit)


def find(file: Any, every: Mapping[str, Any], asked: str) -> Found | None:
    """Recognise a product among all the datasets of a file.

    Parameters
    ----------
    file : h5py.File
    every : mapping of str to h5py.Dataset
    asked : str
        The dataset that has to be its cube, or one of its parts; empty for any.
    """
    able = {name: d for name, d in every.items() if d.ndim == 3 and d.size and d.dtype.kind in "iuf"}
    for product in products():
        parts = []
        for part in product.parts:
            name = next((n for pattern in part.cube for n in able if _fits(n, pattern, asked)), None)
            if name is not None:
                parts.append((part, Look(file, every, able[name], part.axes)))
        if parts and all(_known(part, look) for part, look in parts):
            return _describe(product, parts)
    return None


def _fits(name: str, pattern: str, asked: str) -> bool:
    return fnmatchcase(name, pattern) and asked in ("", name)


def _known(part: Part, look: Look) -> bool:
    """Whether wavelengths are where the product has them: the cube's name may be anyone's."""
    return look.value(part.wavelengths) is not None


def _describe(product: Product, parts: Sequence[tuple[Part, Look]]) -> Found:
    notes = [f"{product.title}."]
    first = parts[0][1]
    bands = [_bands(part, look, notes) for part, look in parts]
    bands = _without_overlaps(bands, notes)
    scales = [part.scale(look, notes) for part, look in parts]
    counts = [len(b.index) for b in bands]
    gain, offset = (_spread([scale[k] for scale in scales], counts) for k in (0, 1))
    nodata = product.nodata if isinstance(product.nodata, float) else first.number(product.nodata)
    axis = _joined(bands)
    if product.windows and axis.wavelengths is not None:
        bad = _windows(product.windows, first, axis.wavelengths)
        axis = BandAxis(axis.wavelengths, axis.fwhm, bad, axis.unit)
    return Found(
        tuple(
            Piece(look.cube, part.axes, _unless_all(b.index, look.size("b")))
            for (part, look), b in zip(parts, bands, strict=True)
        ),
        axis,
        nodata,
        gain,
        offset,
        product.place(first, notes) if product.place else None,
        _table(product, first),
        notes=notes,
    )


def _bands(part: Part, look: Look, notes: list[str]) -> _Bands:
    """Take the bands that were measured, from blue to red."""
    count = look.size("b")
    centres = look.vector(part.wavelengths, count)
    if centres is None:
        notes.append(f"the wavelengths are not {count} numbers, one for each band: ignored.")
        centres = np.zeros(count)
    unit = look.unit(part.wavelengths) or part.unit
    good = look.vector(part.good, count) if part.good else None
    bad = np.zeros(count, dtype=bool) if good is None else good == 0
    index = np.flatnonzero(centres != 0)
    if not len(index):
        return _Bands(np.arange(count), None, None, bad, unit)
    if len(index) < count:
        notes.append(f"{count - len(index)} bands of {look.cube.name} were not measured: left out.")
    if (np.diff(centres[index]) < 0).all():
        index = index[::-1]
    nm = nanometres(centres[index], unit, notes)
    fwhm = look.vector(part.fwhm, count) if part.fwhm else None
    if nm is None or fwhm is None:
        return _Bands(index, nm, None, bad[index], unit)
    return _Bands(index, nm, widths(fwhm[index], centres[index], nm, notes), bad[index], unit)


def _without_overlaps(bands: list[_Bands], notes: list[str]) -> list[_Bands]:
    """Leave out the bands of a detector where the next one measures too."""
    for k in range(len(bands) - 1):
        nm, following = bands[k].nm, bands[k + 1].nm
        if nm is None or following is None:
            continue
        keep = nm < following.min()
        if keep.any() and not keep.all():
            notes.append(f"{int((~keep).sum())} bands that the next detector measures too were left out.")
            bands[k] = bands[k].only(keep)
    return bands


def _joined(bands: list[_Bands]) -> BandAxis:
    nm, fwhm = ([getattr(b, name) for b in bands] for name in ("nm", "fwhm"))
    bad = np.concatenate([b.bad for b in bands])
    return BandAxis(
        None if any(v is None for v in nm) else np.concatenate(nm),
        None if any(v is None for v in (*nm, *fwhm)) else np.concatenate(fwhm),
        bad if bad.any() and not bad.all() else None,
        bands[0].unit,
    )


def _spread(values: list[float], counts: list[int]) -> float | NDArray[np.float64]:
    """One number for all bands where the parts agree, else one for each band."""
    return values[0] if len(set(values)) == 1 else np.repeat(np.array(values), counts)


def _unless_all(index: NDArray[np.intp], count: int) -> NDArray[np.intp] | None:
    return None if np.array_equal(index, np.arange(count)) else index


def _windows(windows: Sequence[str], look: Look, nm: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """Mark the bands inside the windows of water vapour that the product names."""
    bad = np.zeros(len(nm), dtype=bool)
    for reference in windows:
        limits = look.vector(reference, 2)
        if limits is not None:
            bad |= (nm >= limits.min()) & (nm <= limits.max())
    return bad if bad.any() and not bad.all() else None


def _table(product: Product, look: Look) -> tuple[Any, Any] | None:
    """Return the table that puts the cube on a map, unless it lies there already."""
    if product.table is None:
        return None
    lines, samples = (look.dataset(reference) for reference in product.table)
    if lines is None or samples is None or lines.ndim != 2 or lines.shape != samples.shape:
        return None
    if lines.dtype.kind not in "iuf" or lines.shape == (look.size("y"), look.size("x")):
        return None
    return lines, samples
