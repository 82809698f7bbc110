"""Abundances as an ENVI file."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from hsunmix.exports import NODATA, Delivery
from hsunmix.exports._envi import header, map_fields, names_fields
from hsunmix.exports._qml import write_style
from hsunmix.files import replacing_all

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "ENVI: abundance maps"
NEEDS_IMAGE = True
ROWS = 1 << 18  # pixels written at a time


def write(delivery: Delivery, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundances.img`` (float32, band sequential), ``abundances.hdr``, and its style in QGIS."""
    data, head = folder / "abundances.img", folder / "abundances.hdr"
    _, lines, samples = delivery.unmixing.abundances.shape
    step = max(1, ROWS // samples)
    with replacing_all(data, head) as (data_file, head_file):
        with data_file.open("wb") as file:
            for band in delivery.unmixing.abundances:
                for first in range(0, lines, step):
                    rows = band[first : first + step]
                    filled = np.where(np.isfinite(rows), rows, np.float32(NODATA))
                    file.write(np.ascontiguousarray(filled, dtype="<f4").data)
                    yield
        head_file.write_text(_header(delivery), encoding="utf-8")
    style = data.with_suffix(".qml")
    write_style(style, 0.0, 1.0)
    return [data, head, style]


def _header(delivery: Delivery) -> str:
    rank, lines, samples = delivery.unmixing.abundances.shape
    cube = delivery.cube
    fields = {
        "file type": "ENVI Standard",
        "samples": str(samples),
        "lines": str(lines),
        "bands": str(rank),
        "data ignore value": str(int(NODATA)),
        **names_fields("band names", delivery.names),
        **map_fields(delivery.place),
    }
    return header(f"Abundances of {cube.name}" if cube is not None else "Abundances", fields)
