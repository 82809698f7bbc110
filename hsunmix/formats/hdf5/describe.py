"""Recognise a product in an HDF5 file by its description, and say what its cube is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.hdf5.file import Unfit
from hsunmix.formats.hdf5.found import Found, Piece
from hsunmix.formats.hdf5.look import Look
from hsunmix.formats.hdf5.product import Part, Product, products
from hsunmix.formats.hdf5.values import PerBand, spread
from hsunmix.formats.spectra.band_vectors import BandAxis
from hsunmix.formats.spectra.wavelengths import nanometres, widths

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

    Raises
    ------
    Unfit
        It is of a product's making, but of a kind that is not known; or its parts have to be named.

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
            if product.apart and len(parts) > 1:
                names = " or ".join(repr(look.cube.name.strip("/")) for _, look in parts)
                raise Unfit(f"is {product.title}, whose parts are not registered: name {names} (--dataset)")
            return _describe(product, parts)
    if able and not asked:
        _refuse_siblings(every)
    return None


def _refuse_siblings(every: Mapping[str, Any]) -> None:
    """Open no relative of a product by guessing: it may well be laid out or scaled in another way."""
    for product in products():
        if any(fnmatchcase(name, pattern) for name in every for pattern in product.family):
            raise Unfit(
                f"is like {product.title}, but of a kind that hsunmix does not know: name the dataset and "
                "the order of its axes (--dataset, --axes), and mind its scale"
            )


def _fits(name: str, pattern: str, asked: str) -> bool:
    return fnmatchcase(name, pattern) and asked in ("", name)


def _known(part: Part, look: Look) -> bool:
    """Whether wavelengths are where the product has them: the cube's name may be anyone's."""
    whole = not part.decimals or look.dataset(part.decimals) is not None
    return whole and look.value(part.wavelengths) is not None


def _describe(product: Product, parts: Sequence[tuple[Part, Look]]) -> Found:
    notes = [f"{product.title}."]
    first = parts[0][1]
    bands = [_bands(part, look, notes) for part, look in parts]
    if not product.overlaps:
        bands = _without_overlaps(bands, notes)
    elif any(a.nm is not None and b.nm is not None and a.nm.max() >= b.nm.min() for a, b in pairwise(bands)):
        notes.append(f"the wavelengths of {len(bands)} detectors overlap.")
    scales = [part.scale(look, notes) for part, look in parts]
    gain, offset = (_spread([scale[k] for scale in scales], [b.index for b in bands]) for k in (0, 1))
    nodata = _nodata(product, first)
    axis = _joined(bands)
    if product.windows and axis.wavelengths is not None:
        bad = _windows(product.windows, first, axis.wavelengths)
        axis = BandAxis(axis.wavelengths, axis.fwhm, bad, axis.unit)
    return Found(
        tuple(
            Piece(look.cube, part.axes, _unless_all(b.index, look.size("b")), *_decimals(part, look))
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


def _spread(values: list[PerBand], taken: list[NDArray[np.intp]]) -> PerBand:
    """One number for all bands where the parts agree, else one for each band that is taken."""
    each = [np.broadcast_to(value, len(index)) if not np.ndim(value) else np.asarray(value)[index]
            for value, index in zip(values, taken, strict=True)]  # fmt: skip
    every = np.concatenate(each).astype(np.float64)
    return float(every[0]) if (every == every[0]).all() else every


def _nodata(product: Product, look: Look) -> float | None:
    if isinstance(product.nodata, float):
        return product.nodata
    value = spread(look.value(product.nodata), product.nodata, 1)
    return None if value is None or not np.isfinite(value) else float(value)


def _decimals(part: Part, look: Look) -> tuple[Any, float]:
    """Return the dataset that is to be added, and by what it is divided."""
    if not part.decimals:
        return None, 1.0
    dataset, divisor = look.dataset(part.decimals), look.number(part.divisor)
    if divisor is None or divisor <= 0 or dataset.shape != look.cube.shape:
        raise Unfit(f"{part.decimals} has no scale that is possible, or another shape than {look.cube.name}")
    return dataset, divisor


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
