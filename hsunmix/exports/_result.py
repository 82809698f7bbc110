"""``result.json``: what was done, to what, and how well it went."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix._version import __version__
from hsunmix.exports import Delivery
from hsunmix.exports._envi import map_fields
from hsunmix.exports._georeference import crs_of
from hsunmix.files import replacing, sha256
from hsunmix.model.cube import Cube

__all__ = ["record", "write"]


def write(delivery: Delivery, folder: Path, written: Sequence[Path] = ()) -> list[Path]:
    """Write ``result.json``, strict JSON in UTF-8."""
    path = folder / "result.json"
    files = [text(p.name) for p in written]
    content = record(delivery) | {"files": files, "notes": _notes(delivery.cube, files)}
    with replacing(path) as temporary:
        encoded = json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False)
        temporary.write_text(encoded + "\n", encoding="utf-8")
    return [path]


def record(delivery: Delivery) -> dict[str, Any]:
    """Return the record of a result: the contract's keys first, then what else helps."""
    unmixing, cube = delivery.unmixing, delivery.cube
    sources = unmixing.source_pixels
    used = np.isfinite(unmixing.rmse)
    return {
        "method": unmixing.method,
        "abundance": unmixing.abundance,
        "rank": unmixing.rank,
        "parameters": dict(unmixing.parameters),
        "seed": unmixing.seed,
        "relative_error": float(unmixing.relative_error),
        "iterations": unmixing.iterations,
        "converged": unmixing.converged,
        "seconds": float(unmixing.seconds),
        "source_pixels": None if sources is None else [int(p) for p in sources],
        "hsunmix_version": __version__,
        "command": delivery.command,
        "input": _input(cube),
        "options": {} if cube is None else dict(cube.options),
        "mask": (cube.selection_text or None) if cube is not None else None,
        "band_choice": (cube.band_text or None) if cube is not None else None,
        "names": list(delivery.names),
        "sources": [str(e.source) for e in delivery.endmembers],
        "mean_abundances": [float(v) for v in unmixing.mean_abundances],
        "shape": list(unmixing.abundances.shape[1:]),
        "used_pixels": int(used.sum()),
        "bands": int(unmixing.used_bands.size),
        "used_bands": int(unmixing.used_bands.sum()),
        "note": unmixing.note,
    }


def _input(cube: Cube | None) -> dict[str, Any]:
    """Name what was opened, with size and hash of the file that holds the pixels."""
    if cube is None or cube.path is None:
        return {"path": None, "bytes": None, "sha256": None}
    data = Path(getattr(cube.pixels, "path", cube.path))
    digest = sha256(data)
    return {"path": text(cube.path), "bytes": data.stat().st_size, "sha256": digest}


def _notes(cube: Cube | None, files: Sequence[str]) -> list[str]:
    """Collect what the reader assumed, and what the products could not say."""
    if cube is None:
        return []
    notes, place = list(cube.notes), cube.georeference
    if place is not None and place.crs and crs_of(place) is None:
        notes.append("the coordinate system was not understood: the maps are written without it")
    if place is not None and "abundances.hdr" in files and not map_fields(place):
        notes.append("an ENVI header cannot say how this scene is turned: abundances.img has no place")
    return notes


def text(path: str | os.PathLike[str]) -> str:
    r"""Return a path as text that JSON can hold: bytes that are not UTF-8 become ``\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def plain(value: Any) -> Any:
    """Return a value as strict JSON has it: no NumPy, no NaN, no lone surrogates."""
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    return str(value).encode("utf-8", "backslashreplace").decode()
