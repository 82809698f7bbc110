"""Maps as ENVI files: abundances, and whatever else a result has besides its residual."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from hsunmix.exports import ExportJob
from hsunmix.exports._envi import header, listed, map_fields, names_fields, plain
from hsunmix.exports._qml import write_style
from hsunmix.exports._sheets import Sheet, sheets
from hsunmix.files import replacing_all

__all__ = ["NEEDS_IMAGE", "TITLE", "write", "write_map"]

TITLE = "ENVI: abundance maps and other maps"
NEEDS_IMAGE = True
ROWS = 1 << 18  # pixels written at a time
TYPES = {"uint8": "1", "int32": "3", "float32": "4", "uint16": "12"}


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``abundances.img`` (band sequential), ``abundances.hdr`` and its style in QGIS, and so every map.

    Named classes become a classification.
    """
    paths = []
    for sheet in sheets(job):
        if sheet.name != "rmse":
            paths += yield from write_map(job, sheet, folder)
    return paths


def write_map(job: ExportJob, sheet: Sheet, folder: Path) -> Generator[None, None, list[Path]]:
    """Write one map: its numbers, its header and its style."""
    data, head = folder / f"{sheet.file}.img", folder / f"{sheet.file}.hdr"
    lines, samples = sheet.map.shape
    step = max(1, ROWS // samples)
    little = np.dtype(sheet.dtype).newbyteorder("<")
    with replacing_all(data, head) as (data_file, head_file):
        with data_file.open("wb") as file:
            for k in range(sheet.map.layers):
                band = sheet.map.layer(k)
                for first in range(0, lines, step):
                    rows = sheet.filled(band[first : first + step])
                    file.write(np.ascontiguousarray(rows, dtype=little).data)
                    yield
        head_file.write_text(_header(job, sheet), encoding="utf-8")
    return [data, head, write_style(data.with_suffix(".qml"), sheet)]


def _header(job: ExportJob, sheet: Sheet) -> str:
    cube, (lines, samples) = job.cube, sheet.map.shape
    names = [name or sheet.title for name in sheet.layers]
    fields = {
        "file type": "ENVI Standard",
        "samples": str(samples),
        "lines": str(lines),
        "bands": str(sheet.map.layers),
        "data type": TYPES[sheet.dtype],
        "data ignore value": str(int(sheet.nodata)),
        **names_fields("band names", names),
        **map_fields(job.place),
    }
    if sheet.classes and sheet.map.layers == 1:
        del fields["data ignore value"]  # what is no class is one for ENVI, the first
        fields |= {"file type": "ENVI Classification", **_classes(sheet)}
    what = "Abundances" if sheet.name == "abundance" else sheet.title
    return header(f"{what} of {cube.name}" if cube is not None else what, fields)


def _classes(sheet: Sheet) -> dict[str, str]:
    """Return names and colours of classes, after those of what is none."""
    colours = [0, 0, 0, *(value for text in sheet.colours for value in bytes.fromhex(text[1:]))]
    names = ["Unclassified", *(plain(name) or "_" for name in sheet.classes)]
    return {
        "classes": str(len(names)),
        "class names": listed(names),
        "class lookup": listed(map(str, colours)),
    }
