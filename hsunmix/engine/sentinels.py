"""Values that mean "no data" though nothing says so: −9999 in every band of a pixel, and its like.

A suspicion comes cheaply: from pixels that hold the same value in several bands, from the largest and
the most negative ones. It counts only where *all* pixels bear it out: the value lies far outside what
every other pixel holds. So zeros, saturated pixels and flat spectra stay what they are.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.subsets import evenly
from hsunmix.engine.tile_writer import TILE, Judged
from hsunmix.model.cube import Cube
from hsunmix.model.wording import counted

__all__ = ["Scale", "Sentinel", "flat_ones", "leave_out", "of_other_scales", "probes_of"]

Array = NDArray[np.float64]

# What programs fill gaps with (−0.9999: AVIRIS reflectance; −28672: MODIS; 9.96921e36: netCDF).
NEGATIVE = (
    -99.0, -999.0, -9999.0, -99999.0, -0.9999, -28672.0, -32767.0, -32768.0, -2147483647.0, -2147483648.0,
    -1e20, -1e30, -1e34, -1.23e34, -3.4028234663852886e38,
)  # fmt: skip
POSITIVE = (
    32767.0, 65535.0, 2147483647.0, 4294967295.0, 1e15, 1e20, 1e30, 9.969209968386869e36, 1e34,
    3.4028234663852886e38,
)  # fmt: skip
SINGLE = 999.0  # where one of these stands in some bands only, it is at least so large below zero,
LARGE = 1e9  # or so large above: a saturated band holds 65535 too
CLOSE = 1e-5  # relative: the same number, whatever it was multiplied by
ALIKE = 0.25  # AVIRIS multiplies −0.9999 by a factor for each band
PROBES = 5
MIN_TILES = 8  # tiles that are asked before all are
TOGETHER = 64  # tiles that are looked through at a time
MAX_SUSPECTS = 8  # suspicions that are followed


@dataclass(frozen=True, eq=False)
class Scale:
    """How the values read were made of stored ones, stored · gain + offset: arrays (bands used,)."""

    gain: Array
    offset: Array
    declared: float | None = None

    @classmethod
    def of(cls, cube: Cube, bands: NDArray[np.bool_]) -> Scale:
        """Return what holds for some bands of a cube."""
        gain, offset = (
            np.broadcast_to(np.asarray(number, np.float64), len(bands))[bands]
            for number in (cube.gain, cube.offset)
        )
        return cls(gain, offset, cube.nodata)

    def stored(self, values: NDArray[np.float32], bands: NDArray[np.intp] | slice = slice(None)) -> Array:
        """Stored values of physical ones, (bands, n)."""
        with np.errstate(all="ignore"):
            return np.asarray((values - self.offset[bands, None]) / self.gain[bands, None])

    def physical(self, value: float) -> NDArray[np.float32]:
        """What a stored value becomes, (bands,)."""
        with np.errstate(over="ignore"):
            return np.asarray(value * self.gain + self.offset, dtype=np.float32)

    def varied(self, values: NDArray[np.float32], stored: Array) -> Sentinel:
        """What a spectrum is, (bands,), that is below zero throughout and nearly flat."""
        near = [
            value
            for value in (self.declared, *NEGATIVE)
            if value is not None and (np.abs(stored - value) <= ALIKE * abs(value)).all()
        ]
        if not near:
            return Sentinel(float(np.median(stored)), values, known=False, varied=True)
        return Sentinel(near[0], values, known=True, declared=near[0] == self.declared, varied=True)

    def only(self, bands: NDArray[np.bool_]) -> Scale:
        """The same for some of the bands."""
        return Scale(self.gain[bands], self.offset[bands], self.declared)


@dataclass(frozen=True, eq=False)
class Sentinel:
    """A value that is suspected to mean "no data".

    Attributes
    ----------
    value : float
        As stored.
    pattern : array of float32, (bands,)
        What it became in each band.
    known : bool
        Whether programs are known to write it.
    declared : bool
        Whether it is the declared one, times a factor for each band.
    varied : bool
        Whether it was multiplied by a factor for each band.
    """

    value: float
    pattern: NDArray[np.float32]
    known: bool
    declared: bool = False
    varied: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it must be in most bands of a pixel to count."""
        return not self.known or self.varied or -SINGLE < self.value < LARGE

    def hits(self, part: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Where it stands, (bands, n)."""
        pattern = self.pattern[:, None]
        return np.asarray(np.abs(part - pattern) <= 1e-6 * np.abs(pattern))

    def is_far(self, low: float, high: float) -> bool:
        """Whether it lies far outside the other values, which go from ``low`` to ``high``."""
        if self.declared:
            return True
        nearest = float(self.pattern.max() if self.value < 0 else self.pattern.min())
        if low > high:  # there is nothing else
            return self.known and self.value < 0
        if self.value < 0:
            return nearest < low - (high - low) or (self.known and nearest < 2 * min(low, 0.0))
        return nearest > (2 if self.known else 10) * max(high, 0.0)


@dataclass(frozen=True, eq=False)
class _Verdict:
    """What all pixels say of a suspicion.

    Attributes
    ----------
    far : bool
    whole : array of bool, (columns,)
        It stands in most bands.
    spoilt : array of bool, (columns,)
        It stands in some band that isn't one of ``bands``; where it must be ``everywhere``: in most.
    bands : array of bool, (bands,)
        It stands in every pixel but the whole ones.
    """

    far: bool
    whole: NDArray[np.bool_]
    spoilt: NDArray[np.bool_]
    bands: NDArray[np.bool_]


def of_other_scales(cubes: Sequence[Cube]) -> list[Cube]:
    """Return one scene of every scale among several, those first in which a value weighs most.

    What means "no data" is told by stored values. In the units of all, that of one scale may lie among the
    data of another; so the most extreme ones go first.
    """
    kinds = {(np.asarray(c.gain).tobytes(), np.asarray(c.offset).tobytes(), c.nodata): c for c in cubes}
    return sorted(kinds.values(), key=lambda cube: -float(np.abs(cube.gain).max()))


def leave_out(writer: Judged, scale: Scale) -> Generator[None, None, tuple[NDArray[np.bool_], list[str]]]:
    """Find undeclared values without meaning, and let go of the pixels and bands that they spoil.

    Returns
    -------
    array of bool, (bands,)
        Which bands were kept.
    list of str
        What was found, in sentences; also what was suspected and kept.
    """
    left = np.ones(len(scale.gain), bool)
    notes: list[str] = []
    suspects: list[str] = []
    while writer.count:
        suspects = []
        for suspect in (yield from _suspects(writer, scale)):
            verdict = yield from _verdict(writer, suspect)
            if verdict.far and (verdict.spoilt.any() or verdict.bands.any()):
                break
            if suspect.value < 0 and verdict.whole.any() and not suspect.varied:
                suspects.append(_doubt(suspect, int(verdict.whole.sum())))
        else:
            break
        notes.append(_note(suspect, verdict))
        yield from writer.keep(~verdict.bands, ~verdict.spoilt)
        scale = scale.only(~verdict.bands)
        left[left] = ~verdict.bands
    return left, notes + suspects


def _suspects(writer: Judged, scale: Scale) -> Generator[None, None, list[Sentinel]]:
    """Values of odd-looking pixels that may mean "no data", the most extreme first."""
    flat = yield from _flat(writer, scale)
    columns = np.unique(np.array([*writer.odd, *flat], np.int64))
    values = np.column_stack([writer.spectrum(int(column)) for column in columns])
    stored = scale.stored(values)
    median = np.median(stored, axis=0)
    constant = (np.abs(stored - median) <= CLOSE * np.abs(median)).mean(axis=0) >= 0.5
    found: dict[str, Sentinel] = {}
    enough = len(stored) >= 4  # a pixel of one band holds the same value in all
    for value in (*NEGATIVE, *POSITIVE):
        if (np.abs(stored - value) <= CLOSE * abs(value)).any():
            found[f"{value:.5g}"] = Sentinel(value, scale.physical(value), known=True)
    for value in np.unique(median[constant & (median != 0)]) if enough else ():
        found.setdefault(f"{value:.5g}", Sentinel(float(value), scale.physical(value), known=False))
    if enough:
        with np.errstate(all="ignore"):
            alike = (stored < 0).all(axis=0) & (stored.min(axis=0) > (1 + 2 * ALIKE) * stored.max(axis=0))
        for i in np.flatnonzero(alike & ~constant):
            sentinel = scale.varied(values[:, i], stored[:, i])
            found.setdefault(f"{sentinel.value:.5g} varied", sentinel)
    usable = [s for s in found.values() if np.isfinite(s.pattern).all()]
    return sorted(usable, key=lambda s: (-abs(s.value), s.value))[:MAX_SUSPECTS]


def probes_of(bands: int) -> NDArray[np.int64]:
    """Return the bands, of so many, that every pixel is asked for whether it is flat."""
    return evenly(bands, PROBES)


def flat_ones(
    tiles: NDArray[np.float32], scale: Scale, probes: NDArray[np.intp], largest: float
) -> NDArray[np.bool_]:
    """Whether pixels hold nearly the same value in most of a few bands, and that one is extreme.

    Parameters
    ----------
    tiles : array of float32, (m, probes, T)
    scale : Scale
    probes : array of int, (probes,)
    largest : float
        The largest magnitude that there is, or less.
    """
    found = np.zeros(len(tiles) * tiles.shape[2], bool)
    for _, _, odd, _ in _flat_of_bases(tiles, found.size, scale, probes, largest):
        found[odd] = True
    return found


def _flat_of_bases(
    tiles: NDArray[np.float32], count: int, scale: Scale, probes: NDArray[np.intp], largest: float
) -> Iterator[tuple[NDArray[np.float32], int, NDArray[np.intp], Array]]:
    """Of each probed band that may be the first of most: its values, its place, which are flat, as stored."""
    enough = len(probes) // 2 + 1
    floor = np.where(scale.gain > 0, scale.offset, np.inf)[probes]  # stored values below zero
    high = np.float32(0.99 * largest)
    for base in range(len(probes) - enough + 1):
        row = tiles[:, base].reshape(-1)[:count]
        odd = np.flatnonzero((row < floor[base]) | (row >= high))
        if not odd.size:
            continue
        stored = scale.stored(tiles[odd // TILE, :, odd % TILE].T, probes)
        seed = stored[base]
        close = np.abs(stored - seed) <= np.where(seed < 0, ALIKE, CLOSE) * np.abs(seed)
        flat = (close.sum(axis=0) >= enough) & (seed != 0)
        yield row, base, odd[flat], stored[:, flat]


def _flat(writer: Judged, scale: Scale) -> Generator[None, None, NDArray[np.int64]]:
    """Some columns of each kind of them."""
    probes = probes_of(writer.tiles.shape[1])
    enough = len(probes) // 2 + 1
    found: dict[float, int] = {}
    for first in range(0, writer.count, TOGETHER * TILE):
        tiles, count = writer.rows(first // TILE, TOGETHER, probes), writer.count - first
        for row, base, odd, stored in _flat_of_bases(tiles, count, scale, probes, writer.largest):
            kinds, places = np.unique(row[odd], return_index=True)
            exact = (stored[:, places] == stored[base, places]).sum(axis=0) < enough
            for place in np.lexsort((kinds, exact))[: MAX_SUSPECTS * 2]:
                found.setdefault(float(kinds[place]), first + int(odd[places[place]]))
        yield
    return np.array(list(found.values()), np.int64)


def _verdict(writer: Judged, suspect: Sentinel) -> Generator[None, None, _Verdict]:
    """Ask all pixels; a few of them at first, as most suspicions end there."""
    bands = writer.tiles.shape[1]
    whole, some = np.zeros(writer.count, bool), np.zeros(writer.count, np.int64)
    inside, low, high = np.zeros(bands, np.int64), np.inf, -np.inf
    step = max(1, len(writer) // MIN_TILES)
    for stride in dict.fromkeys((step, 1)):
        for i in range(0, len(writer), stride):
            part = writer.part(i)
            hit = suspect.hits(part)
            low = min(low, float(part.min(where=~hit, initial=np.inf)))
            high = max(high, float(part.max(where=~hit, initial=-np.inf)))
            count, here = hit.sum(axis=0), slice(i * TILE, i * TILE + part.shape[1])
            whole[here], some[here] = 2 * count >= bands, count
            if stride == 1:
                inside += (hit & ~whole[here]).sum(axis=1)
            yield
        if low <= high and not suspect.is_far(low, high):
            return _Verdict(False, whole, whole, np.zeros(bands, bool))
    others = int((~whole).sum())
    dead = (inside == others) & (others > 0) & (not suspect.everywhere)
    spoilt = whole if suspect.everywhere else whole | (some > dead.sum())
    return _Verdict(suspect.is_far(low, high), whole, spoilt, dead)


def _note(suspect: Sentinel, verdict: _Verdict) -> str:
    whole = int(verdict.whole.sum())
    other, bands = int((verdict.spoilt & ~verdict.whole).sum()), int(verdict.bands.sum())
    times = " times a factor of the band" if suspect.varied else ""
    parts = [
        f"{counted(whole, 'pixel')} in all or most bands" if whole else "",
        f"{counted(other, 'pixel')} in some bands" if other else "",
        f"{counted(bands, 'band')} everywhere" if bands else "",
    ]
    why = "" if suspect.declared else ", though nothing declares it: it lies far outside all other values"
    return (
        f"{suspect.value:.7g}{times} was taken for no data{why}. It fills "
        f"{', '.join(filter(None, parts))}; these were left out."
    )


def _doubt(suspect: Sentinel, whole: int) -> str:
    return (
        f"{suspect.value:.7g} fills {counted(whole, 'pixel')} in all or most bands and was used as data; "
        "where it means no data, give it as nodata."
    )
