"""One map as a figure: the image, a colour bar, a title, a scale bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._figures import DPI, elided, scale_bar
from hsunmix.exports._smaller import pieces

__all__ = ["MASKED", "Look", "extension", "map_figure", "step_of"]

LONGEST, LARGEST = 1000, 2000  # pixels of the image's longer side: what is aimed at, and the most
MARGIN, TITLE, BAR, FOOT, BELOW, BESIDE, NAMES, WIDTH = 24, 34, 18, 40, 66, 100, 190, 420
MASKED = "#d9d9d9"
NAMED = 40  # classes that a colour bar has names for
LETTERS = 16  # of such a name


@dataclass(frozen=True)
class Look:
    """How the numbers of a map become colours.

    Attributes
    ----------
    label : str
        What a number is called.
    lowest, highest : float
        What the ends of the colours mean.
    colours : str or tuple of str
        A colour map of Matplotlib, or the colour of each class.
    classes : tuple of str
        Names of classes, which are numbered from 0.
    """

    label: str = "Abundance"
    lowest: float = 0.0
    highest: float = 1.0
    colours: str | tuple[str, ...] = "viridis"
    classes: tuple[str, ...] = ()

    @property
    def table(self) -> Any:
        """The colour map, with what has no value in grey."""
        import matplotlib
        from matplotlib.colors import ListedColormap

        if isinstance(self.colours, str):
            return matplotlib.colormaps[self.colours].with_extremes(bad=MASKED)
        found = ListedColormap(list(self.colours))
        return found.with_extremes(bad=MASKED)

    @property
    def limits(self) -> tuple[float, float]:
        """The numbers at the ends of the colours."""
        return (-0.5, len(self.classes) - 0.5) if self.classes else (self.lowest, self.highest)


@dataclass(frozen=True)
class _Layout:
    """Where everything goes, in pixels from the lower left corner."""

    width: float
    height: float
    image: tuple[float, float, float, float]
    bar: tuple[float, float, float, float]
    upright: bool
    dpi: int

    def pixels(self, length: float) -> int:
        """Return a length given for the usual resolution in pixels of this one."""
        return _pixels(length, self.dpi)

    def share(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return a box as shares of the figure."""
        x, y, w, h = box
        return x / self.width, y / self.height, w / self.width, h / self.height


def step_of(shape: tuple[int, ...], dpi: int = DPI) -> int:
    """Return how many pixels of a map, along each side, become one: a higher resolution shows more."""
    return -(-max(shape) // _pixels(LARGEST, dpi))


def map_figure(
    values: NDArray[Any],
    title: str,
    metres: tuple[float, float] | None = None,
    dpi: int = DPI,
    extend: str | None = None,
    look: Look = Look(),
) -> Any:
    """Draw a map, an abundance's on the range 0 to 1 or as it is to look, with NaN in light grey.

    Every pixel of the map is a whole number of pixels of the figure. So a large one has to be made
    smaller before, by ``step_of``.

    Parameters
    ----------
    values : array, (lines, samples)
    title : str
    metres : (float, float), optional
        Width and height of a pixel; gives the scale bar.
    dpi : int
        Resolution: letters and lines have as many more pixels, and the map about as many.
    extend : str, optional
        The ``extension`` of the map that this one was made of.
    look : Look
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    extend = extend or extension(values, look)
    lines, samples = values.shape
    scale = max(1, _pixels(LONGEST, dpi) // max(lines, samples))
    tallness = 1.0 if metres is None else metres[1] / metres[0]
    size = samples * scale, lines * scale * (tallness if 0.2 < tallness < 5 else 1.0)
    layout = _layout(*size, dpi, named=bool(look.classes))
    # A thousandth more, since Matplotlib cuts 28.999… to 28 pixels.
    figure = Figure(figsize=((layout.width + 1e-3) / dpi, (layout.height + 1e-3) / dpi), dpi=dpi)
    FigureCanvasAgg(figure)
    axes = figure.add_axes(layout.share(layout.image))
    axes.set_axis_off()
    # Numbers are coloured last: Matplotlib would make four float64 of each first, several times over.
    shown, (low, high) = np.ma.masked_invalid(values.astype(np.float32)), look.limits
    image = axes.imshow(
        shown, cmap=look.table, vmin=low, vmax=high, aspect="auto", interpolation="nearest",
        interpolation_stage="data",
    )  # fmt: skip
    _colour_bar(figure, layout, image, extend, look)
    margin, foot, up = layout.pixels(MARGIN), layout.pixels(FOOT), layout.pixels(0.5 * (MARGIN + TITLE))
    heading = figure.text(0.5, 1 - up / layout.height, title, ha="center", va="center")
    heading.set_fontsize(13)
    elided(heading, layout.width - 2 * margin)
    if metres is not None:
        _scale_bar(figure, layout, metres[0] / scale)
    if np.ma.is_masked(shown):
        x, y, width, _ = layout.image
        right = x + width if width >= layout.pixels(WIDTH) - 2 * margin else layout.width - margin
        where = right / layout.width, (y - 0.6 * foot) / layout.height
        figure.text(
            *where,
            "grey: none" if look.classes else "grey: not used",
            ha="right",
            va="center",
            color="#606060",
            fontsize=10,
        )
    return figure


def _pixels(length: float, dpi: int) -> int:
    return round(length * dpi / DPI)


def _layout(w: float, h: float, dpi: int, *, named: bool = False) -> _Layout:
    """Put the colour bar along the longer side, and leave room for a title over a narrow map.

    One with names stands upright.
    """
    w, h = max(1, round(w)), max(1, round(h))
    lengths = (MARGIN, TITLE, BAR, FOOT, BELOW, NAMES if named else BESIDE, WIDTH, LONGEST)
    margin, title, thick, foot, under, beside, least, longest = (_pixels(v, dpi) for v in lengths)
    upright = named or w < 1.5 * h
    across = w + (margin + thick + beside if upright else 0)
    width = max(across, least - 2 * margin) + 2 * margin
    x = round((width - across) / 2)
    y = margin + foot + (0 if upright else under)
    length = min(h if upright else w, longest)
    right, below = (x + w + margin, y + h - length), (x + (w - length) / 2, margin + _pixels(44, dpi))
    bar = (*right, thick, length) if upright else (*below, length, thick)
    return _Layout(width, y + h + title + margin, (x, y, w, h), bar, upright, dpi)


def _colour_bar(figure: Any, layout: _Layout, image: Any, extend: str, look: Look) -> None:
    bar = figure.colorbar(
        image,
        cax=figure.add_axes(layout.share(layout.bar)),
        orientation="vertical" if layout.upright else "horizontal",
        extend=extend,
        label=look.label,
    )
    if look.classes:
        which = range(0, len(look.classes), -(-len(look.classes) // NAMED))
        bar.set_ticks(list(which), labels=[_cut(look.classes[k]) for k in which])
        for name in bar.ax.get_yticklabels():
            name.set_parse_math(False)
        bar.ax.invert_yaxis()
        bar.ax.tick_params(length=0, labelsize=10 if len(which) < 20 else 7)


def _cut(name: str) -> str:
    return name if len(name) <= LETTERS else name[: LETTERS - 1].rstrip() + "…"


def extension(values: NDArray[Any], look: Look = Look()) -> str:
    """Return at which ends of the colours there are values beyond them, in Matplotlib's words."""
    if look.classes:
        return "neither"
    little = 0.0005 * (look.highest - look.lowest)
    with np.errstate(invalid="ignore"):  # comparisons with NaN are false
        beyond = [
            ((part < look.lowest - little).any(), (part > look.highest + little).any())
            for part in pieces(values)
        ]
    low, high = np.any(beyond, axis=0) if beyond else (False, False)
    return {(1, 1): "both", (1, 0): "min", (0, 1): "max"}.get((int(low), int(high)), "neither")


def _scale_bar(figure: Any, layout: _Layout, metres: float) -> None:
    """Draw the bar under the map; ``metres`` is the width of a pixel of the figure."""
    from matplotlib.lines import Line2D

    x, y, width, _ = layout.image
    length, label = scale_bar(metres * max(0.25 * width, layout.pixels(100)))
    left, right = x / layout.width, (x + length / metres) / layout.width
    height = (y - 0.6 * layout.pixels(FOOT)) / layout.height
    figure.add_artist(Line2D([left, right], [height, height], color="black", lw=3, solid_capstyle="butt"))
    figure.text(right + layout.pixels(8) / layout.width, height, label, ha="left", va="center", fontsize=10)
