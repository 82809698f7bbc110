"""What the description of a product says.

A product is a file in ``products`` that holds a ``PRODUCT``: to add one is to add one file. How
references are written is explained in ``look``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from hsunmix.formats.hdf5.look import Look
from hsunmix.formats.hdf5.terms import packed
from hsunmix.formats.hdf5.values import PerBand
from hsunmix.model.georeference import Georeference
from hsunmix.registry import modules

__all__ = ["Part", "Product", "products"]

_PRODUCTS = "hsunmix.formats.hdf5.products"


@dataclass(frozen=True)
class Part:
    """One dataset of a product's cube, with its bands.

    Attributes
    ----------
    cube : tuple of str
        Patterns of the dataset's name, as in a shell; the first that fits wins.
    axes : str
        Their order in the file: ``y`` lines, ``x`` samples, ``b`` bands.
    wavelengths : str
        Reference. A band whose wavelength is 0 was not measured and is left out.
    fwhm : str
        Reference; in the unit of the wavelengths.
    unit : str
        Of the wavelengths, where the file doesn't say it.
    good : str
        Reference to flags: 1 for a band that is good, 0 for one that is bad.
    scale : callable
        Makes gain and offset of a ``Look`` and a list of notes: one of ``terms``.
    decimals, divisor : str
        Reference to a dataset that is to be added, and to the number by which it is divided before.
    """

    cube: tuple[str, ...]
    axes: str
    wavelengths: str
    fwhm: str = ""
    unit: str = "Nanometers"
    good: str = ""
    scale: Callable[[Look, list[str]], tuple[PerBand, PerBand]] = packed
    decimals: str = ""
    divisor: str = ""


@dataclass(frozen=True)
class Product:
    """How a product is laid out.

    Attributes
    ----------
    title : str
        Its name, in the notes and in the manual.
    parts : tuple of Part
        Joined along the bands. Where the wavelengths of two overlap, the later one's are taken; see
        ``overlaps``.
    nodata : str or float
        Reference, or the value.
    place : callable or None
        Makes a Georeference of a ``Look`` and a list of notes: one of ``terms``. Where there is
        a table, it is that of the table.
    table : tuple of 2 str, or None
        References to the line and the sample, counted from 1, that belong on each cell of a map;
        0 for none, below 0 for a neighbour's.
    windows : tuple of str
        References to pairs of wavelengths between which bands are bad.
    family : tuple of str
        Patterns of names by which a file is known as of the same making, though of another kind.
    overlaps : bool
        Whether the bands of both detectors are kept where their wavelengths overlap.
    apart : bool
        Whether its parts are not registered with each other: then one has to be named.
    """

    title: str
    parts: tuple[Part, ...]
    nodata: str | float = "@_FillValue"
    place: Callable[[Look, list[str]], Georeference | None] | None = None
    table: tuple[str, str] | None = None
    windows: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    overlaps: bool = False
    apart: bool = False


@cache
def products() -> tuple[Product, ...]:
    """Return every product that is described."""
    return tuple(module.PRODUCT for _, module in modules(_PRODUCTS))
