"""A hyperspectral cube: numbers that are read in blocks, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from hsunmix.errors import InputError
from hsunmix.files import Identity
from hsunmix.model.band_ranges import numbered
from hsunmix.model.georeference import Georeference
from hsunmix.model.layout import Layout
from hsunmix.model.mask import holding_bands, usable_pixels
from hsunmix.model.pixels import ArrayPixels, Pixels

__all__ = ["ArrayPixels", "Cube", "Pixels"]

BLOCK_BYTES = 16 << 20  # read at a time when a whole cube is passed through
RGB_NM = (650.0, 550.0, 450.0)


@dataclass(frozen=True, eq=False, repr=False)
class Cube:
    """A hyperspectral cube as the analyst thinks of it.

    Every number that leaves a cube is physical, ``stored · gain + offset``, with NaN for nodata.

    Attributes
    ----------
    pixels : Pixels
    wavelengths, fwhm : array of float64, (bands,), or None
        Nanometres.
    bad_bands : array of bool, (bands,), or None
        True where the file says that the band is bad, or the analyst.
    band_numbers : array of int64, (bands,), or None
        Their numbers in the sensor, from 1, where the file keeps only some of its bands and says which.
    band_names : tuple of str
        Empty where the file has none.
    nodata : float or None
        The stored value that means "no data".
    gain, offset : float or array of float64, (bands,)
    georeference : Georeference or None
    path : Path or None
        The file with the header, for ENVI; absolute.
    format, interleave : str
        ``envi``, ``matlab``, …; ``bsq``, ``bil``, ``bip`` or empty.
    wavelength_unit : str
        As the file has it, for writing back.
    default_rgb : tuple of 3 int, or None
        Bands for red, green and blue, counted from 0, where the file names them.
    selection : array of bool, (lines, samples), or None
        The pixels that the analyst wants used; None means all.
    masks : tuple of str
        What made the selection, each in the words of one ``--mask``; files are absolute. Empty where
        there is none, or where words can't say it: a mask that was drawn or given as an array.
    band_text : str
        Which bands were chosen, in the words of ``--bands``; empty for those of the file.
    opened_bad_bands : array of bool, (bands,), or None
        Bad bands as the file has them, where others were chosen.
    options : dict
        What had to be given to open the file (``lines``, ``dataset`` …): opening it again needs
        the same.
    files : tuple of (Path, Identity)
        The file that holds the pixels and the one with the header, where that is another, as they were
        when it was opened; empty where it is in no file.
    layout : Layout
        How it lies in its file, where that is to be chosen.
    seeks_nodata : bool
        Whether a value such as −9999 may be taken for "no data" though nothing declares it.
    quantity : str
        What the values are, in a word such as ``Reflectance``; empty where the file doesn't say.
    transform : str
        What was made of the file's values, in the words of ``--transform``; empty where they are as they are.
    stacked : int
        Of how many cubes of the same ground its bands are, those of one behind those of the other.
    notes : tuple of str
        What the reader had to assume, in sentences.
    header : tuple of str
        What the file's header, tags or attributes say, each as ``name = value``, to be shown and searched.
    scaled_by : float
        By what its values were multiplied to be in the units of another scene; in ``gain`` and ``offset``.
    """

    pixels: Pixels
    wavelengths: NDArray[np.float64] | None = None
    fwhm: NDArray[np.float64] | None = None
    bad_bands: NDArray[np.bool_] | None = None
    band_names: tuple[str, ...] = ()
    band_numbers: NDArray[np.int64] | None = None
    nodata: float | None = None
    gain: float | NDArray[np.float64] = 1.0
    offset: float | NDArray[np.float64] = 0.0
    georeference: Georeference | None = None
    path: Path | None = None
    format: str = ""
    interleave: str = ""
    wavelength_unit: str = ""
    default_rgb: tuple[int, int, int] | None = None
    selection: NDArray[np.bool_] | None = None
    masks: tuple[str, ...] = ()
    band_text: str = ""
    opened_bad_bands: NDArray[np.bool_] | None = None
    options: tuple[tuple[str, int | str], ...] = ()
    files: tuple[tuple[Path, Identity], ...] = ()
    layout: Layout = field(default_factory=Layout)
    seeks_nodata: bool = True
    quantity: str = ""
    transform: str = ""
    stacked: int = 1
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    scaled_by: float = 1.0

    @classmethod
    def from_array(
        cls, values: Any, wavelengths: ArrayLike | None = None, *, nodata: float | str | None = None
    ) -> Cube:
        """Make a cube of an array (lines, samples, bands), which is not copied where it can be avoided.

        Parameters
        ----------
        values : array
            NumPy's, masked or not; what is masked holds no data. An xarray DataArray or an image of
            Spectral Python is taken with what it says of wavelengths, bad bands, nodata, scale and place.
        wavelengths : array, (bands,), optional
            Nanometres.
        nodata : float or "none", optional
            The value that means "no data"; "none" where every value is data, −9999 too.

        Raises
        ------
        InputError
            These are no numbers, or not of three axes.
        """
        from hsunmix.model.foreign import image

        return image(values, wavelengths, nodata)

    @classmethod
    def stack(cls, cubes: Sequence[Any]) -> Cube:
        """Return several cubes of the same ground as one, the bands of one behind those of the other.

        Cubes, or matrices (bands, pixels): dates or angles of the same bands, or sensors that see other ones.
        Those in files are opened as one by ``hsunmix.open_cube(path, stack=[…])`` as well.

        Raises
        ------
        InputError
            They don't fit on each other.
        """
        from hsunmix.model.foreign import one_cube
        from hsunmix.model.stack import stacked

        return stacked([one_cube(one) for one in cubes])

    def with_nodata(self, nodata: float | str | None) -> Cube:
        """Return the same cube with another value that means "no data".

        Parameters
        ----------
        nodata : float, str or None
            A stored value, also as text; ``none`` where every value is data, whatever is declared and
            whatever it looks like. None changes nothing.

        Raises
        ------
        InputError
            It is neither.
        """
        if nodata is None:
            return self
        if str(nodata).strip().lower() == "none":
            return replace(self, nodata=None, seeks_nodata=False)
        try:
            return replace(self, nodata=float(nodata))
        except (TypeError, ValueError):
            raise InputError(f"nodata: {nodata!r} is neither a number nor none") from None

    def with_wavelengths_of(self, other: Cube) -> Cube:
        """Return the same cube with the wavelengths of another, as the same file was opened with other ones.

        Bands that were chosen by wavelengths stay the same bands: they go by number from now on.
        """
        if other.shape != self.shape:
            raise ValueError(f"wavelengths of a cube of {other.shape} for one of {self.shape}")
        taken = ("wavelengths", "fwhm", "wavelength_unit", "options", "notes")
        text = numbered(~self._bad) if self.band_text else ""
        return self._changed(band_text=text, **{name: getattr(other, name) for name in taken})

    def __repr__(self) -> str:
        lines, samples, bands = self.shape
        facts = [f"{lines} lines × {samples} samples × {bands} bands", str(self.pixels.dtype)]
        if self.wavelengths is not None:
            facts.append(f"{np.nanmin(self.wavelengths):.6g}–{np.nanmax(self.wavelengths):.6g} nm")
        if self.bad_bands is not None and self.bad_bands.any():
            facts.append(f"{int(self.bad_bands.sum())} bad bands")
        if self.selection is not None:
            facts.append(f"{int(self.selection.sum())} pixels chosen")
        if self.georeference is not None and self.georeference.crs:
            crs = self.georeference.crs  # a code, or text with the system's name first between quotes
            facts.append(" ".join(crs.split('"')[1 if '"' in crs else 0].split())[:40])
        notes = f", {len(self.notes)} notes" if self.notes else ""
        return f"<Cube {self.name}: {', '.join(facts)}{notes}>"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self.pixels.shape

    @property
    def lines(self) -> int:
        """Rows of the image."""
        return self.shape[0]

    @property
    def samples(self) -> int:
        """Columns of the image."""
        return self.shape[1]

    @property
    def bands(self) -> int:
        """Bands, bad ones included."""
        return self.shape[2]

    @property
    def is_matrix(self) -> bool:
        """Whether its pixels lie in no image: each is a line of its own."""
        return bool(getattr(self.pixels, "is_matrix", False))

    @property
    def name(self) -> str:
        """What to call it in a title."""
        return self.path.name if self.path else str(getattr(self.pixels, "name", "untitled"))

    @property
    def selection_text(self) -> str:
        """What made the selection, on one line; empty where words can't say it."""
        several = len(self.masks) > 1
        return " and ".join(f"({text})" if several else text for text in self.masks)

    @property
    def nbytes(self) -> int:
        """Size of the stored values in bytes."""
        known = getattr(self.pixels, "stored_bytes", None)  # of several files
        return (
            known
            if known is not None
            else int(np.prod(self.shape, dtype=object)) * self.pixels.dtype.itemsize
        )

    @cached_property
    def dead_bands(self) -> NDArray[np.bool_]:
        """True for the bands without any data, (bands,).

        Until the pixels have been read this is a guess, from up to 32 lines spread over the scene; then
        ``judge`` has told what is true of all of them.
        """
        step = max(1, self.lines // 32)
        alive = np.zeros(self.bands, dtype=bool)
        for line in range(step // 2, self.lines, step):
            alive |= holding_bands(self.read(line, line + 1)[0])
            if alive.all():  # more lines can't change that, and a line of a packed file may take long
                break
        return ~alive & alive.any()

    def judge(self, dead: NDArray[np.bool_]) -> None:
        """Take in which bands hold no data in any pixel that is used, (bands,)."""
        self.__dict__["dead_bands"] = np.where(self._bad, self.dead_bands, dead)

    @property
    def _bad(self) -> NDArray[np.bool_]:
        return np.zeros(self.bands, dtype=bool) if self.bad_bands is None else self.bad_bands

    @property
    def good_bands(self) -> NDArray[np.bool_]:
        """True for the bands that are used, (bands,): not bad, and not dead."""
        good = ~self._bad
        alive = good & ~self.dead_bands
        return alive if alive.any() else good

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """True for the pixels that are used, (lines, samples): one pass over the file.

        A second one where a band turns out to hold data that was thought to hold none.
        """
        used = np.empty(self.shape[:2], dtype=bool)
        read = np.flatnonzero(~self._bad)
        dead = self.dead_bands[read]
        holding = np.zeros(len(read), dtype=bool)
        for first, block in self.blocks(bands=None if len(read) == self.bands else read.tolist()):
            wanted = slice(None) if self.selection is None else self.selection[first : first + len(block)]
            if dead.any():
                holding[dead] |= holding_bands(block[..., dead][wanted].reshape(-1, int(dead.sum())))
            used[first : first + len(block)] = usable_pixels(block[..., ~dead] if dead.any() else block)
        if holding.any():
            self.judge(~np.isin(np.arange(self.bands), read[~dead | holding]))
            return self.mask
        return used if self.selection is None else used & self.selection

    def blocks(
        self, block_bytes: int = BLOCK_BYTES, bands: Sequence[int] | None = None
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Pass through the cube: (first line, physical values (lines of the block, samples, bands))."""
        step = max(1, block_bytes // max(1, self.samples * self.bands * 4))
        for first in range(0, self.lines, step):
            yield first, self.read(first, min(first + step, self.lines), bands)

    def read(
        self, first: int, last: int, bands: Sequence[int] | None = None, dtype: DTypeLike = np.float32
    ) -> NDArray[np.float32]:
        """Physical values of the lines first … last − 1, (lines, samples, bands), NaN for nodata."""
        return self._physical(self.pixels.read(first, last, bands), bands, dtype)

    def band(self, index: int) -> NDArray[np.float32]:
        """Physical values of one band, (lines, samples)."""
        return self.read(0, self.lines, [index])[:, :, 0]

    def spectrum(self, line: int, sample: int) -> NDArray[np.float32]:
        """Physical values of one pixel, (bands,)."""
        return self._physical(self.pixels.spectrum(line, sample), None, np.float32)

    def _physical(
        self, stored: NDArray[np.generic], bands: Sequence[int] | None, dtype: DTypeLike
    ) -> NDArray[np.float32]:
        pick = slice(None) if bands is None else list(bands)
        gain = self.gain if np.ndim(self.gain) == 0 else np.asarray(self.gain)[pick]
        offset = self.offset if np.ndim(self.offset) == 0 else np.asarray(self.offset)[pick]
        # The arithmetic is float64 so that 1e-4 · 1234 rounds once, as other software rounds it.
        with np.errstate(over="ignore", invalid="ignore"):  # 1e300 is infinite in float32, and so not used
            if np.any(offset):
                values = (stored.astype(np.float64) * gain + offset).astype(dtype)
            elif np.any(gain != 1.0):
                values = np.empty_like(stored, dtype=dtype)
                np.multiply(stored, gain, out=values, dtype=np.float64, casting="unsafe")  # piece by piece
            else:
                values = stored.astype(dtype, copy=False)
        if self.nodata is not None:
            # A float32 file whose header says −1.23e+34 holds the nearest float32 to it.
            missing = self.nodata
            if stored.dtype.kind == "f":
                with np.errstate(over="ignore"):
                    missing = float(stored.dtype.type(self.nodata))
            values[stored == missing] = np.nan
        return values

    def nearest_band(self, nm: float) -> int:
        """Index of the good band nearest a wavelength; by position where there are none."""
        good = np.flatnonzero(self.good_bands)
        if self.wavelengths is None:
            return int(good[0])
        return int(good[np.argmin(np.abs(self.wavelengths[good] - nm))])

    @cached_property
    def rgb_bands(self) -> tuple[int, int, int]:
        """Bands for red, green and blue.

        The file's own choice; else true colour where the wavelengths reach it; else the bands of a
        picture, if there are three; else bands spread over the good ones.
        """
        if self.default_rgb is not None:
            return self.default_rgb
        good = np.flatnonzero(self.good_bands)
        if self.wavelengths is not None:
            reach = self.wavelengths[good]
            if reach.min() <= 500 and reach.max() >= 620:
                red, green, blue = (self.nearest_band(nm) for nm in RGB_NM)
                return red, green, blue
        if len(good) == 3:  # a picture, in the order of pictures
            return int(good[0]), int(good[1]), int(good[2])
        red, green, blue = (int(good[int(f * (len(good) - 1))]) for f in (0.75, 0.45, 0.15))
        return red, green, blue

    def with_selection(self, selection: NDArray[np.bool_] | None, *masks: str) -> Cube:
        """Return the same cube restricted to the pixels where ``selection`` is True.

        Parameters
        ----------
        selection : array of bool, (lines, samples), or None
            None takes the restriction away.
        *masks : str
            What made it, each in the words of one ``--mask``.
        """
        if selection is not None and selection.shape != self.shape[:2]:
            raise ValueError(f"a mask of shape {selection.shape} for an image of {self.shape[:2]}")
        return self._changed(selection=selection, masks=tuple(filter(None, masks)))

    def with_bad_bands(self, bad: NDArray[np.bool_], text: str = "") -> Cube:
        """Return the same cube with other bad bands, (bands,); what is known of dead ones is kept.

        Parameters
        ----------
        bad : array of bool, (bands,)
        text : str
            How they were chosen, in the words of ``--bands``; by their numbers where it is left out.

        Raises
        ------
        ValueError
            There are not as many, or no band would be left.
        """
        if bad.shape != (self.bands,):
            raise ValueError(f"{bad.shape} bad bands for a cube of {self.bands} bands")
        if bad.all():
            raise ValueError("no band would be left")
        opened = self.opened_bad_bands if self.band_text else self.bad_bands
        return self._changed(bad_bands=bad, band_text=text or numbered(~bad), opened_bad_bands=opened)

    @property
    def as_opened(self) -> Cube:
        """The same cube with all pixels and the file's own bands: what words about masks are said of."""
        opened = self.opened_bad_bands if self.band_text else self.bad_bands
        return self._changed(selection=None, masks=(), bad_bands=opened, band_text="", opened_bad_bands=None)

    def _changed(self, **fields: Any) -> Cube:
        changed = replace(self, **fields)
        if "dead_bands" in self.__dict__:  # no need to look again before the pixels are read
            changed.__dict__["dead_bands"] = self.dead_bands
        return changed
