"""One map as a figure: the image, a colour bar, a title, a scale bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._figures import DPI, elided, scale_bar

__all__ = ["MASKED", "extension", "map_figure"]

LONGEST, LARGEST = 1000, 6000  # pixels of the image's longer side: what is aimed at, and the most
MARGIN, TITLE, BAR, FOOT, BELOW, BESIDE, WIDTH = 24, 34, 18, 40, 66, 100, 420
MASKED = "#d9d9d9"


@dataclass(frozen=True)
class _Layout:
    """Where everything goes, in pixels from the lower left corner."""

    width: float
    height: float
    image: tuple[float, float, float, float]
    bar: tuple[float, float, float, float]
    upright: bool

    def share(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return a box as shares of the figure."""
        x, y, w, h = box
        return x / self.width, y / self.height, w / self.width, h / self.height


def map_figure(values: NDArray[np.float32], title: str, metres: tuple[float, float] | None = None) -> Any:
    """Draw an abundance map on the range 0 to 1, with NaN in light grey.

    Every pixel of the map is a whole number of pixels of the figure, unless the map is so large
    that it must be made smaller.

    Parameters
    ----------
    values : array, (lines, samples)
    title : str
    metres : (float, float), optional
        Width and height of a pixel; gives the scale bar.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines, samples = values.shape
    scale = _scale(lines, samples)
    tallness = 1.0 if metres is None else metres[1] / metres[0]
    layout = _layout(samples * scale, lines * scale * (tallness if 0.2 < tallness < 5 else 1.0))
    # A thousandth more, since Matplotlib cuts 28.999… to 28 pixels.
    figure = Figure(figsize=((layout.width + 1e-3) / DPI, (layout.height + 1e-3) / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes(layout.share(layout.image))
    axes.set_axis_off()
    colours = matplotlib.colormaps["viridis"].with_extremes(bad=MASKED)
    shown = np.ma.masked_invalid(values)
    smooth = "nearest" if scale >= 1 else "antialiased"
    image = axes.imshow(shown, cmap=colours, vmin=0, vmax=1, aspect="auto", interpolation=smooth)
    _colour_bar(figure, layout, image, shown)
    heading = figure.text(0.5, 1 - 0.5 * (MARGIN + TITLE) / layout.height, title, ha="center", va="center")
    heading.set_fontsize(13)
    elided(heading, layout.width - 2 * MARGIN)
    if metres is not None:
        _scale_bar(figure, layout, metres[0] / scale)
    if np.ma.is_masked(shown):
        x, y, width, _ = layout.image
        right = x + width if width >= WIDTH - 2 * MARGIN else layout.width - MARGIN
        where = right / layout.width, (y - 0.6 * FOOT) / layout.height
        figure.text(*where, "grey: not used", ha="right", va="center", color="#606060", fontsize=10)
    return figure


def _scale(lines: int, samples: int) -> float:
    longest = max(lines, samples)
    return max(1, LONGEST // longest) if longest <= LARGEST else LARGEST / longest


def _layout(w: float, h: float) -> _Layout:
    """Put the colour bar along the longer side, and leave room for a title over a narrow map."""
    w, h = max(1, round(w)), max(1, round(h))
    upright = w < 1.5 * h
    across = w + (MARGIN + BAR + BESIDE if upright else 0)
    width = max(across, WIDTH - 2 * MARGIN) + 2 * MARGIN
    x = round((width - across) / 2)
    y = MARGIN + FOOT + (0 if upright else BELOW)
    length = min(h if upright else w, LONGEST)
    beside, below = (x + w + MARGIN, y + h - length), (x + (w - length) / 2, MARGIN + 44)
    bar = (*beside, BAR, length) if upright else (*below, length, BAR)
    return _Layout(width, y + h + TITLE + MARGIN, (x, y, w, h), bar, upright)


def _colour_bar(figure: Any, layout: _Layout, image: Any, shown: Any) -> None:
    figure.colorbar(
        image,
        cax=figure.add_axes(layout.share(layout.bar)),
        orientation="vertical" if layout.upright else "horizontal",
        extend=extension(shown),
        label="Abundance",
    )


def extension(values: NDArray[np.float32]) -> str:
    """Return at which ends of the range 0 to 1 there are values beyond it, in Matplotlib's words."""
    shown = np.ma.masked_invalid(values)
    low = shown.count() and shown.min() < -0.0005
    high = shown.count() and shown.max() > 1.0005
    return {(1, 1): "both", (1, 0): "min", (0, 1): "max"}.get((int(low), int(high)), "neither")


def _scale_bar(figure: Any, layout: _Layout, metres: float) -> None:
    """Draw the bar under the map; ``metres`` is the width of a pixel of the figure."""
    from matplotlib.lines import Line2D

    x, y, width, _ = layout.image
    length, label = scale_bar(metres * max(0.25 * width, 100))
    left, right = x / layout.width, (x + length / metres) / layout.width
    height = (y - 0.6 * FOOT) / layout.height
    figure.add_artist(Line2D([left, right], [height, height], color="black", lw=3, solid_capstyle="butt"))
    figure.text(right + 8 / layout.width, height, label, ha="left", va="center", fontsize=10)
