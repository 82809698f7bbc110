"""Abundance maps and endmember spectra as pictures: what goes into a report."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from hsunmix.exports import Delivery

__all__ = ["NEEDS_IMAGE", "TITLE", "safe_name", "write"]

TITLE = "PNG: a picture of every map, and of the spectra"
NEEDS_IMAGE = True
NAME_BYTES = 80  # of UTF-8; the folder's path must fit beside it where 260 characters are the limit


def write(delivery: Delivery, folder: Path) -> list[Path]:
    """Write ``abundance_NN_NAME.png`` for every endmember, and ``endmembers.png``."""
    from hsunmix.exports._figures import spectra_figure, style, write_png
    from hsunmix.exports._georeference import metres_per_pixel
    from hsunmix.exports._map_figure import map_figure

    metres = metres_per_pixel(delivery.cube)
    paths = []
    with style():
        for k, (name, values) in enumerate(zip(delivery.names, delivery.unmixing.abundances, strict=True), 1):
            figure = map_figure(values, name, metres=metres)
            paths.append(write_png(figure, folder / f"abundance_{k:02d}_{safe_name(name)}.png"))
        colours = [e.colour for e in delivery.endmembers]
        figure = spectra_figure(delivery.spectra, delivery.wavelengths, delivery.names, colours)
        paths.append(write_png(figure, folder / "endmembers.png"))
    return paths


def safe_name(name: str) -> str:
    """Return a name that every file system takes as part of a file's name.

    Letters and digits of any script stay; separators, reserved and invisible characters and blanks
    become ``_``; a long name is cut.
    """
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "-_.+" else "_" for c in composed)
    cut = kept.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore")
    return cut.rstrip(".") or "_"
