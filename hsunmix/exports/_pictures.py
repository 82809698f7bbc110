"""A picture of every map and one of the spectra, whatever the kind of file."""

from __future__ import annotations

import unicodedata
from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import Delivery

__all__ = ["pictures", "safe_name"]

NAME_BYTES = 80  # of UTF-8; the folder's path must fit beside it where 260 characters are the limit


def pictures(delivery: Delivery, folder: Path, suffix: str) -> Generator[None, None, list[Path]]:
    """Write ``abundance_NN_NAME`` for every endmember, and ``endmembers``, with this ending."""
    from hsunmix.exports._figures import DPI, spectra_figure, style, write_figure
    from hsunmix.exports._georeference import metres_per_pixel
    from hsunmix.exports._map_figure import map_figure

    metres = metres_per_pixel(delivery.cube)
    dpi = delivery.dpi if suffix == ".png" else DPI  # lines have no resolution
    paths = []
    for k, (name, values) in enumerate(zip(delivery.names, delivery.unmixing.abundances, strict=True), 1):
        with style():
            figure = map_figure(values, name, metres, dpi)
        yield
        with style():
            paths.append(write_figure(figure, folder / f"abundance_{k:02d}_{safe_name(name)}{suffix}"))
        yield
    with style():
        colours = [e.colour for e in delivery.endmembers]
        figure = spectra_figure(delivery.spectra, delivery.wavelengths, delivery.names, colours, dpi)
        paths.append(write_figure(figure, folder / f"endmembers{suffix}"))
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
