"""Any dataset of numbers with three axes, or one for each band, where no product's layout says more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.hdf5 import cf as hdf5_cf
from hsunmix.formats.hdf5.axes import axes_of, long_axes
from hsunmix.formats.hdf5.file import by_columns, matlab_numbers, resolve
from hsunmix.formats.hdf5.found import Found, Piece
from hsunmix.formats.hdf5.values import absence, gain_offset, taken, unsigned, unused
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.absence import Absence

__all__ = ["cubes", "find", "offers"]


def find(path: Path, file: Any, every: dict[str, Any], options: Options) -> Found:
    """Choose a dataset and guess which of its axes are the bands.

    Raises
    ------
    FormatError
        There is none, or the one asked for is none.
    Unfit
        What it says of its values does not fit them.
    """
    notes: list[str] = []
    dataset = _choose(path, file, every, options, notes)
    axes, bands, guessed = axes_of(file, dataset, options.axes, notes)
    count = int(dataset.shape[axes.index("b")])
    scale = gain_offset(dataset, count, notes)
    empty = absence(dataset, count, scale, notes)
    unused(dataset, notes)
    order = np.arange(count)[::-1] if bands.falling else None
    if order is not None:
        scale = taken(scale[0], order), taken(scale[1], order)
        empty = Absence(
            tuple(taken(v, order) for v in empty.values), taken(empty.low, order), taken(empty.high, order)
        )
    return Found(
        (Piece(dataset, axes, order),),
        bands,
        nodata=empty.nodata,
        gain=scale[0],
        offset=scale[1],
        georeference=hdf5_cf.place(file, every, dataset, axes, notes),
        absence=None if empty.plain else empty,
        unsigned=unsigned(dataset),
        plain=True,
        guessed=guessed,
        notes=notes,
    )


def offers(every: dict[str, Any], asked: str) -> bool:
    """Whether there is anything here for ``find``, or at least its reasons."""
    return every[asked].ndim > 2 if asked in every else bool(asked or cubes(every))


def cubes(every: dict[str, Any]) -> dict[str, Any]:
    """Return the datasets that may be cubes, the largest first."""
    able = {
        name: d
        for name, d in _stacks(every).items()
        if d.ndim == 3 or (long_axes(d) <= 3 and not by_columns(d))  # no cube of MATLAB's has four axes
    }
    return dict(sorted(able.items(), key=lambda item: -item[1].size * item[1].dtype.itemsize))


def _stacks(every: dict[str, Any]) -> dict[str, Any]:
    """Return the datasets of numbers with three axes or more."""
    return {
        name: d
        for name, d in every.items()
        if d.ndim > 2 and d.dtype.kind in "iuf" and d.size and matlab_numbers(name, d)
    }


def _choose(path: Path, file: Any, every: dict[str, Any], options: Options, notes: list[str]) -> Any:
    if options.dataset is not None:
        dataset = resolve(path, file, options.dataset)
        if dataset.ndim < 3:
            raise FormatError(path, f"{options.dataset} has {dataset.ndim} axes, a cube has 3")
        if dataset.ndim > 3 and long_axes(dataset) > 3:
            raise FormatError(path, _too_many(options.dataset, dataset))
        return dataset
    able = cubes(every)
    if not able:
        more = next((f"; {_too_many(name, d)}" for name, d in _stacks(every).items()), "")
        raise FormatError(path, f"holds no three-dimensional dataset of numbers{more}")
    name, *others = able
    if others:
        notes.append(
            f"{name} was opened, as it is the largest; the file also holds {', '.join(others)[:300]}."
        )
    return able[name]


def _too_many(name: str, dataset: Any) -> str:
    shape = " × ".join(map(str, dataset.shape))
    return f"{name} has {long_axes(dataset)} axes longer than one ({shape}): save one cube at a time"
