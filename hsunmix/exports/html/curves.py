"""Curves as SVG inside a page: axes in the page's own colours, in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.stretches import stretches

__all__ = ["line_plot", "ticks"]

WIDTH, HEIGHT = 960, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 14, 12, 48
Vector = NDArray[np.float64]
Scale = Callable[[float], float]


def line_plot(
    x: Vector,
    curves: Sequence[tuple[str, str, Vector]],
    x_label: str,
    y_label: str,
    around: Sequence[Vector] = (),
) -> str:
    """Draw curves with gaps where they are NaN, and where no band lies.

    Parameters
    ----------
    x : array, (n,)
    curves : sequence of (name, colour, values)
    x_label, y_label : str
    around : sequence of array, (n,)
        For each curve how far a band about it reaches to both sides.

    Returns
    -------
    str
        An ``svg`` element; empty where no curve has two values.
    """
    ends = [v + sign * reach for (_, _, v), reach in zip(curves, around, strict=False) for sign in (-1, 1)]
    known = [values[np.isfinite(values)] for values in [*(v for _, _, v in curves), *ends]]
    every = np.concatenate(known) if known else np.empty(0)
    if every.size < 2:
        return ""
    x_ticks, y_ticks = (
        ticks(float(x.min()), float(x.max()), 8),
        ticks(float(every.min()), float(every.max()), 6),
    )
    low, high = min(float(every.min()), y_ticks[0]), max(float(every.max()), y_ticks[-1])

    left, right = float(x.min()), float(x.max())

    def across(value: float) -> float:
        return LEFT + (value - left) / ((right - left) or 1.0) * (WIDTH - LEFT - RIGHT)

    def down(value: float) -> float:
        return TOP + (high - value) / ((high - low) or 1.0) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y_label)}">']
    for tick in y_ticks:
        y = down(tick)
        parts.append(f'<path class="rule" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in x_ticks:
        at = across(tick)
        parts.append(f'<path class="rule" d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:g}</text>')
    for (_, colour, values), reach in zip(curves, around, strict=False):
        path = _band(x, values - reach, values + reach, across, down)
        parts.append(f'<path fill="{escape(colour)}" fill-opacity="0.18" d="{path}"/>')
    for name, colour, values in curves:
        path = _path(x, values, across, down)
        parts.append(
            f'<path class="curve" stroke="{escape(colour)}" d="{path}"><title>{escape(name)}</title></path>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="{middle[0]:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>')
    turned = f'transform="translate(16 {middle[1]:.0f}) rotate(-90)"'
    parts.append(f'<text {turned} text-anchor="middle">{escape(y_label)}</text></svg>')
    return "\n".join(parts)


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return about so many round numbers between two."""
    if not high > low:
        return [low]
    step = 10.0 ** math.floor(math.log10((high - low) / count))
    step = next(step * m for m in (1, 2, 5, 10) if (high - low) / (step * m) <= count)
    first = math.ceil(low / step - 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _band(x: Vector, low: Vector, high: Vector, across: Scale, down: Scale) -> str:
    words = []
    for first, last in stretches(x, np.isfinite(low) & np.isfinite(high)):
        there, back = range(first, last + 1), range(last, first - 1, -1)
        points = [(k, high[k]) for k in there] + [(k, low[k]) for k in back]
        words.append("M" + "L".join(f"{across(x[k]):.1f} {down(y):.1f}" for k, y in points) + "Z")
    return "".join(words)


def _path(x: Vector, y: Vector, across: Scale, down: Scale) -> str:
    words = []
    for first, last in stretches(x, np.isfinite(y)):
        words += [
            f"{'M' if k == first else 'L'}{across(x[k]):.1f} {down(y[k]):.1f}" for k in range(first, last + 1)
        ]
    return "".join(words)
