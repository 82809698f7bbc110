"""``result.json``: what was done, to what, and how well it went."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix._version import __version__
from hsunmix.exports import ExportJob
from hsunmix.exports._envi import map_fields
from hsunmix.exports._folder import RECORD
from hsunmix.exports._georeference import crs_of
from hsunmix.exports._sheets import Sheet, further_sheets, sheets
from hsunmix.exports._statistics import Statistics, gather
from hsunmix.files import Identity, digest_of, identity, replacing
from hsunmix.model.cube import Cube
from hsunmix.model.library import LibraryFile
from hsunmix.model.part import condition_of
from hsunmix.model.unmixing import Share, Unmixing

__all__ = ["digest", "source", "text", "unknown", "unsaid", "write"]


def write(
    job: ExportJob,
    folder: Path,
    written: Sequence[Path] = (),
    kept: Callable[[dict[str, Any]], list[str]] = lambda _: [],
) -> Generator[None, None, list[Path]]:
    """Write ``result.json``, strict JSON in UTF-8.

    Parameters
    ----------
    job : ExportJob
    folder : Path
    written : sequence of Path
        The products.
    kept : callable
        Gets the record, and returns the names of other products of the same result that are there already.
    """
    path = folder / RECORD
    files = [text(p.name) for p in written]
    sha256 = yield from digest(job)
    statistics = yield from gather(job.unmixing)
    content = _record(job, sha256, statistics) | {"files": files, "notes": _notes(job, files)}
    if said := unknown(job, sha256):
        content["notes"].append(said)
    content = plain(content)
    content["files"] += [name for name in kept(content) if name not in files]
    with replacing(path) as temporary:
        encoded = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        temporary.write_text(encoded + "\n", encoding="utf-8")
    return [path]


def digest(job: ExportJob) -> Generator[None, None, str | None]:
    """Return the SHA-256 of the file that the result is of; None where there is none, or not any more."""
    if job.unmixing.data is not None:
        return job.unmixing.data.sha256 or None
    data = _data(job.cube)
    return None if data is None else (yield from digest_of(*data))


def _record(job: ExportJob, sha256: str | None, statistics: Statistics) -> dict[str, Any]:
    """Return the record of a result: the contract's keys first, then what else helps."""
    unmixing, cube = job.unmixing, job.cube
    sources = unmixing.source_pixels
    return {
        "method": unmixing.method,
        "abundance": unmixing.abundance,
        "rank": unmixing.rank,
        "parameters": dict(unmixing.parameters),
        "abundance_parameters": {} if unmixing.asked is None else dict(unmixing.asked.abundance.parameters),
        "init_parameters": {} if unmixing.asked is None else dict(unmixing.asked.init.parameters),
        "spectra": _spectra(unmixing),
        "libraries": [] if unmixing.asked is None else [_file(one) for one in unmixing.asked.libraries],
        "seed": unmixing.seed,
        "relative_error": float(unmixing.relative_error),
        "error_of": unmixing.error_of,
        "iterations": unmixing.iterations,
        "converged": unmixing.converged,
        "seconds": float(unmixing.seconds),
        "source_pixels": None if sources is None else [int(p) for p in sources],
        "hsunmix_version": __version__,
        "command": job.command,
        "input": source(job, sha256),
        "options": {} if cube is None else dict(cube.options),
        "mask": _mask(cube),
        "band_choice": (cube.band_text or None) if cube is not None else None,
        "names": list(job.names),
        "sources": [str(e.source) for e in job.endmembers],
        "mean_abundances": list(statistics.means),
        "maps": [_map(sheet) for sheet in sheets(job)],
        "shape": list(unmixing.pixel_shape),
        "used_pixels": statistics.used_pixels,
        "bands": statistics.bands,
        "used_bands": statistics.used_bands,
        "uncertainty": _uncertainty(unmixing),
        "note": unmixing.note,
        "together": None if unmixing.share is None else _together(unmixing.share),
    }


def _together(share: Share) -> dict[str, Any]:
    """Say with which scenes the endmembers were found."""
    return {"scene": share.scene, "scenes": list(share.scenes), "relative_error": share.relative_error}


def _uncertainty(unmixing: Unmixing) -> dict[str, Any] | None:
    """Say how sure a result is; None where that was not asked."""
    sure = unmixing.uncertainty
    if sure is None:
        return None
    return {
        "rests_on": sure.rests_on,
        "sets": sure.sets,
        "degrees": [float(one) for one in sure.degrees],
        "doubt": sure.doubt,
        "doubtful_pixels": sure.doubtful_pixels,
    }


def _map(sheet: Sheet) -> dict[str, Any]:
    """Say what a map is; whole numbers mean the classes, from 1."""
    return {
        "name": sheet.name,
        "kind": sheet.map.kind,
        "title": sheet.title,
        "unit": sheet.map.unit or None,
        "layers": [name for name in sheet.layers if name],
        "classes": list(sheet.classes),
    }


def _spectra(unmixing: Unmixing) -> dict[str, Any] | None:
    """Say where the spectra came from that a run was given, and which of them had to stay."""
    asked = unmixing.asked
    if asked is None or asked.spectra is None:
        return None
    solved = unmixing.method == unmixing.abundance
    fixed = range(unmixing.rank) if solved else asked.locked
    return _file(asked.spectra) | {"locked": [k + 1 for k in fixed]}


def _file(library: LibraryFile) -> dict[str, Any]:
    return {
        "path": text(library.path) or None,
        "sha256": library.sha256 or None,
        "factor": library.factor,
        "names": list(library.names),
        "classes": list(library.classes),
    }


def _data(cube: Cube | None) -> tuple[Path, Identity] | None:
    """Return the file that holds the pixels, and what it was when they were read."""
    if cube is None or cube.path is None:
        return None
    if cube.files:
        return cube.files[0]
    path = Path(getattr(cube.pixels, "path", cube.path))
    return path, identity(path)


def source(job: ExportJob, sha256: str | None) -> dict[str, Any]:
    """Name what was opened, with size and hash of the file that holds the pixels, as they were read."""
    cube = job.cube
    data = _data(cube)
    if cube is None or cube.path is None or data is None:
        return {"path": None, "bytes": None, "sha256": None}
    size = data[1].size if job.unmixing.data is None else job.unmixing.data.bytes
    if data[0].is_dir():  # a store: its identity has the size of what it says of itself
        size = sum(path.stat().st_size for path in data[0].rglob("*") if path.is_file())
    return {"path": text(cube.path), "bytes": size, "sha256": sha256}


def unknown(job: ExportJob, sha256: str | None) -> str:
    """Say why there is no hash; empty where there is one, or nothing to be hashed."""
    data = _data(job.cube)
    if data is None or sha256 is not None:
        return ""
    return f"{text(data[0].name)} has changed since it was read: the SHA-256 of what was unmixed is not known"


def _mask(cube: Cube | None) -> str | list[str] | None:
    """Return what ``--mask`` takes; several where files are among them."""
    if cube is None or not cube.masks:
        return None
    one = cube.masks[0] if len(cube.masks) == 1 else condition_of(cube)
    return one or list(cube.masks)


def unsaid(job: ExportJob) -> list[str]:
    """Say in sentences what no command or no script can say of how a result was made."""
    cube, asked = job.cube, job.unmixing.asked
    said = []
    if cube is None or cube.path is None:
        said.append("the scene was given as an array and is in no file: to make the result again, supply it")
    if job.no_command:
        said.append(job.no_command)
    elif cube is not None and cube.selection is not None and not cube.masks:
        said.append("the mask was drawn or given as an array: the report's Python has it, no command does")
    array = asked is not None and asked.spectra is not None and not asked.spectra.path
    if array and not job.no_command:
        said.append(
            "the spectra to start from were given as an array: the report's Python has them, no command does"
        )
    if asked is not None and asked.weights is not None and not asked.weights.path:
        shape = " × ".join(map(str, asked.weights.shape))
        said.append(f"the weights, {shape}, were given as an array: to make the result again, supply them")
    return said


def _notes(job: ExportJob, files: Sequence[str]) -> list[str]:
    """Collect what the reader assumed, and what the products could not say."""
    cube = job.cube
    if cube is None:
        return unsaid(job)
    notes, place = [*cube.notes, *unsaid(job)], cube.georeference
    for sheet in further_sheets(job):
        if len(sheet.drawn) < sheet.map.layers and any(f.startswith(f"{sheet.name}_") for f in files):
            most = f"the {len(sheet.drawn)} with the largest means"
            notes.append(f"of the {sheet.map.layers} layers of {sheet.name} {most} are drawn")
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
