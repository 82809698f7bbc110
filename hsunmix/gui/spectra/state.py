"""What the window shows of spectra that no session holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hsunmix.gui.state.view_state import PixelView

__all__ = ["SpectraState"]


@dataclass(frozen=True, eq=False)
class SpectraState:
    """The pins' spectra, and the axis.

    Attributes
    ----------
    pinned : mapping of (line, sample) to PixelView
        The document's pins, as far as their spectra have been read.
    unit : str
        Of the wavelength axis: ``nm`` or ``µm``.
    continuum : bool
        Spectra are shown divided by their continuum.
    """

    pinned: Mapping[tuple[int, int], PixelView] = field(default_factory=dict)
    unit: str = "nm"
    continuum: bool = False
