"""Figures of maps and spectra, drawn without pyplot: no global state, no display."""

from __future__ import annotations

import contextlib
import math
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import DPI as RESOLUTIONS
from hsunmix.exports._aside import aside
from hsunmix.model.stretches import breaks

__all__ = ["drawn", "elided", "scale_bar", "spectra_figure", "style"]

P = ParamSpec("P")
T = TypeVar("T")

DPI = RESOLUTIONS[0]  # in which sizes are given; with another one everything grows alike
# DejaVu comes with Matplotlib; the others serve scripts that it lacks, where they are installed.
FONTS = (
    *("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei"),
    *("Hiragino Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai"),
)


_drawing = threading.RLock()  # Matplotlib's style is one for all threads


def drawn(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Generator[None, None, T]:
    """Return what a call draws, or makes of what is drawn, in our style and in a thread of its own."""

    def work() -> T:
        with style():
            return call(*args, **kwargs)

    return aside(work)


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Draw in Matplotlib's default style, whatever the user's matplotlibrc says."""
    import matplotlib.style
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    fonts = {"font.family": [name for name in FONTS if name in installed], "font.size": 11}
    # Letters stay letters, which are found, read aloud and changed; the same file every time.
    always = {"svg.fonttype": "none", "svg.hashsalt": "hsunmix"}
    with _drawing, matplotlib.style.context(["default", fonts, always]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


def elided(artist: Any, width: float) -> None:
    """Cut the text of an artist with an ellipsis until it is at most so many pixels wide."""
    artist.set_parse_math(False)  # a name may hold a dollar sign
    renderer = artist.figure.canvas.get_renderer()
    text = artist.get_text()
    while len(text) > 1 and (has := artist.get_window_extent(renderer).width) > width:
        text = text[: max(1, min(len(text) - 1, int(len(text) * width / has)))]
        artist.set_text(text.rstrip() + "…")


def scale_bar(longest: float) -> tuple[float, str]:
    """Return a scale bar's length in metres, 1, 2 or 5 · 10ⁿ and at most ``longest``, and its label."""
    power = 10.0 ** math.floor(math.log10(longest))
    length = next(m * power for m in (5, 2, 1, 0.5) if m * power <= longest)
    if length >= 1000:
        return length, f"{length / 1000:g} km"
    return length, f"{length:g} m" if length >= 1 else f"{length * 100:g} cm"


def spectra_figure(
    spectra: NDArray[np.float64],
    wavelengths: NDArray[np.float64] | None,
    names: Sequence[str],
    colours: Sequence[str],
    dpi: int = DPI,
) -> Any:
    """Draw spectra (bands, r) over wavelength, with gaps where they are NaN or no band lies."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    bands, rank = spectra.shape
    columns = math.ceil(rank / 24)
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure(figsize=(8.2 + 2.6 * columns, 5.6), dpi=dpi, layout=layout)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    x = np.arange(1, bands + 1) if wavelengths is None else wavelengths
    marker = "o" if bands <= 40 else None
    ends = np.flatnonzero(breaks(np.asarray(x, dtype=np.float64))) + 1
    for values, colour in zip(spectra.T, colours, strict=True):
        axes.plot(
            np.insert(np.asarray(x, dtype=np.float64), ends, np.nan), np.insert(values, ends, np.nan),
            color=colour, lw=1.6, marker=marker, ms=3,
        )  # fmt: skip
    axes.set_xlabel("Band" if wavelengths is None else "Wavelength (nm)")
    axes.set_ylabel("Spectrum, in the scene's units")
    axes.set_title("Endmembers")
    axes.grid(color="#e0e0e0", lw=0.6)
    axes.margins(x=0.01)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    # A label beginning with an underscore would be left out if it were the line's own.
    legend = figure.legend(axes.lines, names, loc="outside right upper", ncols=columns, frameon=False)
    for entry in legend.get_texts():
        elided(entry, 200 * dpi / DPI)
    return figure
