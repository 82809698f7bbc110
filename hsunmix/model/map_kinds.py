"""What a map is besides its numbers: its kind, unit, names, and what follows from them.

What writes, shows or keeps a map asks its kind and nothing else: so a map that a method returns is in all
products, pages, reports and sessions at once.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from hsunmix.model.spectra import PALETTE

__all__ = ["KINDS", "Kind", "KindTerms", "MapTerms", "check_name", "class_colour"]

Kind = Literal["fraction", "class", "index", "sd", "residual", "label", "score"]

GOLDEN = 0.618033988749895  # hues so far apart are never near each other
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What a product has beside the maps, or a file system keeps for itself.
TAKEN = {
    "class_map", "abundances", "abundances_sd", "rmse_cog", "abundances_cog", "endmembers", "maps", "result",
    "report", "band", "crs", "endmember", "fwhm", "lat", "latitude", "lon", "longitude", "name_length",
    "pixel", "spectrum", "used_band", "used_bands", "wavelength", "x", "y",
    "abundance_method", "command", "error_of", "method", "names", "relative_error", "transform",
    "aux", "con", "nul", "prn",
}  # fmt: skip


ENDINGS = ("_cog", "_layer", "_layers", "_length", "_classes")


class KindTerms(NamedTuple):
    """What follows from a map's kind.

    Attributes
    ----------
    said : str
        What a number of it is called.
    whole : bool
        Whether its numbers are whole, from 0, with −1 where there is none; else real, with NaN there.
    colours : str
        A colour map of Matplotlib.
    lowest, highest : float or None
        What the ends of the colours mean; None where that is read off the numbers.
    """

    said: str
    whole: bool = False
    colours: str = "viridis"
    lowest: float | None = None
    highest: float | None = None


KINDS: Mapping[str, KindTerms] = {
    "fraction": KindTerms("Fraction", lowest=0.0, highest=1.0),
    "class": KindTerms("Class", whole=True),
    "index": KindTerms("Index", whole=True),
    "sd": KindTerms("Standard deviation", colours="magma", lowest=0.0),
    "residual": KindTerms("Residual", colours="inferno", lowest=0.0),
    "label": KindTerms("Label", whole=True),
    "score": KindTerms("Score", colours="cividis"),
}
assert tuple(KINDS) == get_args(Kind)


def check_name(name: str) -> None:
    """Check what a map is called: it becomes a file, and a variable in other programs.

    Raises
    ------
    ValueError
        It has other than small letters, digits and ``_``, is longer than 40, or is taken.
    """
    why = "is taken" if name in TAKEN or name.endswith(ENDINGS) else ""
    if re.search(r"_\d+_", name):
        why = "has a number between two _, as the pictures of layers have"
    if not NAME.fullmatch(name):
        why = "has other than small letters, digits and _, or is too long"
    if why:
        raise ValueError(f"no map can be called {name!r:.60}: the name {why}")


def class_colour(index: int) -> str:
    """Return the colour of a class, as ``#rrggbb``: first those of endmembers, then others, none twice."""
    if index < len(PALETTE):
        return PALETTE[index]
    hue, again = (index * GOLDEN) % 1.0, (index // 40) % 3
    red, green, blue = colorsys.hls_to_rgb(hue, 0.35 + 0.15 * again, 0.75)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


@dataclass(frozen=True, eq=False, kw_only=True)
class MapTerms:
    """What is known of a map besides its numbers.

    Attributes
    ----------
    kind : str
        Real numbers: ``fraction``, ``sd`` (standard deviation), ``residual``, ``score`` (without a bound).
        Whole ones: ``class`` (one of some named things), ``index`` (a place in a list, such as a model's),
        ``label`` (a number without an order).
    unit : str
        Empty where there is none, or nobody knows.
    names : tuple of str
        Of the layers; empty for a single one, and for those of the endmembers.
    classes : tuple of str
        What whole numbers mean, from 0; empty for those of the endmembers, and where they have no names.
    of_endmembers : bool
        The layers, or the whole numbers, are the result's endmembers, in order, with their names.
    title : str
        What it shows; by default made of its name.
    """

    kind: Kind
    unit: str = ""
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    of_endmembers: bool = False
    title: str = ""

    @property
    def terms(self) -> KindTerms:
        """What follows from its kind."""
        return KINDS[self.kind]

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole."""
        return self.terms.whole

    def titled(self, name: str) -> str:
        """Return what it shows, for a map of this name."""
        return self.title or name.replace("_", " ").capitalize()

    def layer_names(self, endmembers: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the layers, for endmembers of these names; one empty name for a single one."""
        if self.of_endmembers and not self.whole:
            return tuple(endmembers)
        return self.names or ("",)

    def class_names(self, endmembers: Sequence[str]) -> tuple[str, ...]:
        """Return what whole numbers mean, for endmembers of these names; empty where they have no names."""
        return tuple(endmembers) if self.of_endmembers and self.whole else self.classes

    def _check(self, layers: int, dtype: np.dtype[Any]) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r:.40} is no kind of map (known: {', '.join(KINDS)})")
        if dtype.kind != ("i" if self.whole else "f"):
            raise ValueError(f"a map of the kind {self.kind} can't have numbers of the type {dtype}")
        if len(self.names) != layers and (self.names or (layers != 1 and not self.of_endmembers)):
            raise ValueError(f"a map of {layers} layers has {len(self.names)} names")
