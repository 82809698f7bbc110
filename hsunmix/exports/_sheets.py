"""The maps of a result on their way out: with the names, colours and numbers that files have."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import NODATA, ExportJob, one_line
from hsunmix.exports._statistics import top_of_residual
from hsunmix.model.map_kinds import KindTerms, class_colour
from hsunmix.model.maps import AnyMap, Map, leading

__all__ = ["Sheet", "class_sheet", "further_sheets", "sheets"]

FILES = {
    "abundance": "abundances",
    "abundance_sd": "abundances_sd",
}  # what files of a map are called, where not as it is
NAMES = {"rmse": ("RMSE",)}
PALETTE = 255  # classes that have colours of their own
PICTURES = 40  # layers of a map that are drawn
CLASSED = 1 << 20  # abundances compared at a time
SAMPLE = 1 << 21  # numbers that the ends of colours are read off, where there are several layers


@dataclass(frozen=True, eq=False)
class Sheet:
    """One map.

    Attributes
    ----------
    name, file : str
        What it is called, and its files.
    map : Map or SparseMap
    title : str
    layers : tuple of str
        Names of the layers; one that may be empty where it is alone.
    classes : tuple of str
        What whole numbers mean; "1", "2" … where they have no names; none of too many for a legend.
    colours : tuple of str
        Of the classes.
    """

    name: str
    file: str
    map: AnyMap
    title: str
    layers: tuple[str, ...]
    classes: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()

    @property
    def terms(self) -> KindTerms:
        """What follows from its kind."""
        return self.map.terms

    @property
    def nodata(self) -> float:
        """What stands in files where there is no value: whole numbers count from 1 there."""
        return 0 if self.map.whole else NODATA

    @property
    def dtype(self) -> str:
        """The type of its numbers in files."""
        if not isinstance(self.map, Map) or not self.map.whole:
            return "float32"
        return "uint8" if self.map.most < 255 else "uint16" if self.map.most < 65535 else "int32"

    def filled(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return some of its numbers as files have them."""
        if self.map.whole:
            return (rows + 1).astype(self.dtype)
        return np.where(np.isfinite(rows), rows, np.float32(NODATA))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """What the ends of its colours mean."""
        low, high = self.terms.lowest, self.terms.highest
        if self.map.whole:
            return 1.0, float(max(2, getattr(self.map, "most", 0) + 1))
        if low is not None and high is not None:
            return low, high
        several = self.map.layers > 1
        step = max(1, self.map.layers * math.prod(self.map.shape) // SAMPLE) if several else 1
        known = np.concatenate([self.map.layer(k).ravel()[::step] for k in range(self.map.layers)])
        top = top_of_residual(known)
        if low is not None:
            return low, top
        known = known[np.isfinite(known)]
        low = float(np.percentile(known, 0.5)) if known.size else 0.0
        return low, top if top > low else low + 1.0

    @cached_property
    def drawn(self) -> tuple[int, ...]:
        """The layers of which there are pictures: all, or those with most where there are too many."""
        layers = range(self.map.layers)
        if self.name == "abundance" or len(layers) <= PICTURES:
            return tuple(layers)
        means = [-float(np.nanmean(np.append(self.map.layer(k), 0), dtype=np.float64)) for k in layers]
        return tuple(sorted(np.argsort(means, kind="stable")[:PICTURES].tolist()))

    def occurring(self, k: int) -> tuple[int, ...]:
        """Return the classes that a layer has, if they are to be told apart."""
        return tuple(int(c) for c in np.unique(self.map.layer(k)) if c >= 0) if self.colours else ()

    def layer_title(self, k: int) -> str:
        """Return what a layer is called."""
        if self.name == "abundance":
            return self.layers[k]
        return f"{self.title}: {self.layers[k]}" if self.layers[k] and self.name != "rmse" else self.title

    @property
    def label(self) -> str:
        """What a number of it is called, with its unit."""
        said = "Abundance" if self.name == "abundance" else self.terms.said
        return f"{said}, {self.map.unit}" if self.map.unit else said


def sheets(job: ExportJob) -> tuple[Sheet, ...]:
    """Return all maps of a result: abundances, residual, and what else the methods found."""
    maps = job.unmixing.maps
    first = [name for name in ("abundance", "rmse") if name in maps]
    return tuple(_sheet(job, name) for name in [*first, *job.unmixing.further_maps])


def further_sheets(job: ExportJob) -> tuple[Sheet, ...]:
    """Return the maps that not every result has."""
    return sheets(job)[2:]


def class_sheet(job: ExportJob) -> Generator[None, None, Sheet]:
    """Find the endmember of the largest fraction of every pixel, some lines at a time."""
    shares = job.unmixing.abundances
    found = np.empty((1, *shares.shape[1:]), np.int32)
    step = max(1, CLASSED // max(1, shares[:, 0].size))
    for top in range(0, found.shape[1], step):
        found[0, top : top + step] = leading(shares[:, top : top + step])
        yield
    return _sheet(job, "class_map", Map(found, kind="class", of_endmembers=True))


def _sheet(job: ExportJob, name: str, made: AnyMap | None = None) -> Sheet:
    one = job.unmixing.maps[name] if made is None else made
    layers = NAMES.get(name) or tuple(map(one_line, one.layer_names(job.names)))
    title = one_line(one.titled(name))
    classes, colours = _classes(job, one)
    return Sheet(name, FILES.get(name, name), one, title, layers, classes, colours)


def _classes(job: ExportJob, one: AnyMap) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not isinstance(one, Map) or not one.whole:
        return (), ()
    names: Sequence[str] = [one_line(name) for name in one.class_names(job.names)]
    names = names or [str(k + 1) for k in range(one.most + 1)]
    if len(names) > PALETTE:
        return (), ()
    if one.of_endmembers:
        return tuple(names), tuple(member.colour for member in job.endmembers)
    return tuple(names), tuple(map(class_colour, range(len(names))))
