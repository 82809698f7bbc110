"""A result as the lines of Python that make it again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hsunmix.exports import Delivery

__all__ = ["python_script"]

WIDEST = 100


def python_script(delivery: Delivery) -> str:
    """Return a script; empty where the scene is in no file.

    Spectra that were edited, or that no method made, are read from the table of the ``csv`` product.
    """
    unmixing, cube = delivery.unmixing, delivery.cube
    if cube is None or cube.path is None:
        return ""
    part = {"mask": cube.selection_text, "bands": cube.band_text}
    given = {name: words for name, words in part.items() if words} | dict(cube.options)
    lines = ["import hsunmix", "", _call("cube", "open_cube", [os.fspath(cube.path)], given)]
    if cube.selection is not None and not cube.selection_text:
        lines.append("# The pixels were chosen by hand: cube = cube.with_selection(mask), (lines, samples)")
    if unmixing.method == unmixing.abundance or _edited(delivery):
        method = unmixing.abundance or "nnls"
        options = dict(unmixing.parameters) if unmixing.method == method else {}
        lines.insert(1, "import numpy as np")
        lines += [
            'W = np.genfromtxt("endmembers.csv", delimiter=",", skip_header=1)[:, 1:]  # of the csv product',
            _call("H", "abundances", ["=cube", "=W", method], options),
        ]
        return "\n".join(lines) + "\n"
    options = {"rank": unmixing.rank, "seed": unmixing.seed}
    if unmixing.abundance and unmixing.method != "auto":
        options["abundance"] = unmixing.abundance
    lines += [
        _call("result", "unmix", ["=cube", unmixing.method], options | dict(unmixing.parameters)),
        f"print(result.relative_error)  # {float(unmixing.relative_error):.6g}",
    ]
    return "\n".join(lines) + "\n"


def _edited(delivery: Delivery) -> bool:
    """Whether the spectra are not those that the method found, or some were given to it."""
    if any(member.locked for member in delivery.endmembers):
        return True
    return not np.array_equal(delivery.spectra, delivery.unmixing.endmembers, equal_nan=True)


def _call(target: str, function: str, positional: list[str], keywords: dict[str, Any]) -> str:
    """Write a call on one line, or on one for each argument; ``=name`` stands for a name."""
    words = [text[1:] if text.startswith("=") else repr(text) for text in positional]
    words += [f"{name}={_plain(value)!r}" for name, value in keywords.items()]
    line = f"{target} = hsunmix.{function}({', '.join(words)})"
    if len(line) <= WIDEST:
        return line
    return f"{target} = hsunmix.{function}(\n" + "".join(f"    {word},\n" for word in words) + ")"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
