"""Any three-dimensional dataset of numbers, where no product's layout says more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hsunmix.errors import FormatError
from hsunmix.formats import _hdf5_cf
from hsunmix.formats._band_vectors import BandAxis, understand
from hsunmix.formats._hdf5_file import attribute, matlab_numbers, number, resolve, vectors
from hsunmix.formats._hdf5_found import Found, Piece
from hsunmix.formats._options import Options

__all__ = ["cubes", "find", "offers"]

_AXES = {2: "yxb", 0: "byx", 1: "ybx"}
_DOWN = {"y", "lat", "latitude", "line", "lines", "row", "rows", "northing", "downtrack"}
_ACROSS = {"x", "lon", "longitude", "sample", "samples", "column", "columns", "easting", "crosstrack"}
_MATLAB_AXES = {0: "bxy", 1: "xby", 2: "xyb"}  # MATLAB writes the axes in reverse


def find(path: Path, file: Any, every: dict[str, Any], options: Options) -> Found:
    """Choose a dataset and guess which of its axes are the bands.

    Raises
    ------
    FormatError
        There is none, or the one asked for is none.
    """
    notes: list[str] = []
    dataset = _choose(path, file, every, options, notes)
    axes, bands, guessed = _axes(file, dataset, options.axes, notes)
    gain = number(attribute(dataset, "scale_factor"))
    offset = number(attribute(dataset, "add_offset"))
    return Found(
        (Piece(dataset, axes),),
        bands,
        nodata=number(attribute(dataset, "_FillValue", "missing_value", "Data_Ignore_Value", "nodata")),
        gain=gain if gain else 1.0,
        offset=offset or 0.0,
        georeference=_hdf5_cf.place(file, every, dataset, axes, notes),
        plain=True,
        guessed=guessed,
        notes=notes,
    )


def offers(every: dict[str, Any], asked: str) -> bool:
    """Whether there is anything here for ``find``, or at least its reasons."""
    return every[asked].ndim == 3 if asked in every else bool(asked or cubes(every))


def cubes(every: dict[str, Any]) -> dict[str, Any]:
    """Return the datasets that may be cubes, the largest first."""
    able = {
        name: d
        for name, d in every.items()
        if d.ndim == 3 and d.dtype.kind in "iuf" and d.size and matlab_numbers(name, d)
    }
    return dict(sorted(able.items(), key=lambda item: -item[1].size * item[1].dtype.itemsize))


def _choose(path: Path, file: Any, every: dict[str, Any], options: Options, notes: list[str]) -> Any:
    if options.dataset is not None:
        dataset = resolve(path, file, options.dataset)
        if dataset.ndim != 3:
            raise FormatError(path, f"{options.dataset} has {dataset.ndim} axes, a cube has 3")
        return dataset
    able = cubes(every)
    if not able:
        raise FormatError(path, "holds no three-dimensional dataset of numbers")
    name, *others = able
    if others:
        notes.append(
            f"{name} was opened, as it is the largest; the file also holds {', '.join(others)[:300]}."
        )
    return able[name]


def _axes(file: Any, dataset: Any, given: str | None, notes: list[str]) -> tuple[str, BandAxis, bool]:
    found = vectors(file, dataset)
    if given is not None:
        return given, understand(found, dataset.shape[given.index("b")], notes), False
    axes = _by_names(dataset)
    if axes:
        notes.append(f"the axes were taken as {axes}, by the names of the dimensions.")
        return axes, understand(found, dataset.shape[axes.index("b")], notes), False
    names = _MATLAB_AXES if attribute(dataset, "MATLAB_class") is not None else _AXES
    for k, axes in names.items():
        said: list[str] = []
        bands = understand(found, dataset.shape[k], said)
        if bands.wavelengths is not None:
            notes.extend(said)
            notes.append(f"the axes were taken as {axes}, by the number of wavelengths.")
            return axes, bands, False
    axes = next(iter(names.values()))
    notes.append(
        f"the file does not say which axis is which: {axes} was assumed (y lines, x samples, b bands)."
    )
    return axes, understand(found, dataset.shape[axes.index("b")], notes), True


def _by_names(dataset: Any) -> str:
    """Return the axes by the names that netCDF gives its dimensions; nothing where they say too little."""
    found = ""
    for axis in dataset.dims:
        scales = [scale.name or "" for scale in axis.values()]
        name = (scales[0].split("/")[-1] if scales else axis.label).lower()
        found += "y" if name in _DOWN else "x" if name in _ACROSS else "b"
    return found if sorted(found) == ["b", "x", "y"] else ""
