"""The manifest of a session file: everything but the arrays, as JSON.

The structs are the schema. To change them: raise ``SCHEMA`` and add a migration.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix._version import __version__
from hsunmix.model.spectra import Source
from hsunmix.session._members import Member
from hsunmix.session._source import SourceRecord
from hsunmix.session.document import Layer, Pin, RunSettings, View
from hsunmix.session.migrations import upgrade

__all__ = [
    "SCHEMA", "EndmemberRecord", "Manifest", "RegionRecord", "ResultRecord", "RunRecord", "SubsetRecord",
    "decode", "encode",
]  # fmt: skip

SCHEMA = 5


class EndmemberRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An endmember without its spectrum, which is a row of the array ``spectra``."""

    name: str
    colour: str
    visible: bool
    locked: bool
    source: Source


class ResultRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A result without its arrays."""

    method: str
    abundance: str
    parameters: dict[str, Any]
    relative_error: float
    converged: bool | None
    seed: int
    iterations: int
    seconds: float
    note: str
    names: tuple[str, ...]
    smoothed: bool
    provisional: bool = False


class RegionRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A region without the runs of its brush, which are rows of the array ``region_runs``."""

    name: str
    colour: str
    kind: str
    vertices: tuple[tuple[float, float], ...]


class SubsetRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pixels and bands that a run is of; arrays by their names, empty for none.

    Runs of the same pixels name the same array: the document's, or that of an earlier run.
    """

    selection: str
    masks: tuple[str, ...]
    bad_bands: str
    band_text: str


class RunRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier result without its arrays, whose names begin with its number: ``run3_abundances``.

    ``result`` is None where they were dropped; ``shown`` says that they are those of the manifest's
    own result.
    """

    number: Annotated[int, Meta(ge=1, le=1 << 29)]
    label: str
    made: str
    settings: RunSettings
    relative_error: float
    seconds: float
    endmembers: tuple[EndmemberRecord, ...]
    result: ResultRecord | None
    shown: bool
    locked: tuple[int, ...]
    edited: bool
    subset: SubsetRecord | None = None


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document without its arrays and without the cube's pixels.

    ``bands_from`` is the number of the first band in its expressions and choices of bands.
    """

    application: Literal["hsunmix"]
    schema: int
    version: str
    saved: str
    settings: RunSettings
    view: View
    pins: tuple[Pin, ...]
    regions: tuple[RegionRecord, ...]
    layers: tuple[Layer, ...]
    cube: SourceRecord | None
    endmembers: tuple[EndmemberRecord, ...]
    unmixing: ResultRecord | None
    runs: tuple[RunRecord, ...]
    run_count: Annotated[int, Meta(ge=0, le=1 << 30)]
    arrays: dict[str, Member]
    bands_from: Literal[0, 1] = 1


def encode(manifest: Manifest) -> bytes:
    r"""Return the manifest as ASCII JSON.

    ASCII, because a path that is not UTF-8 has lone surrogates, which only ``\udcff`` can carry.
    """
    values = msgspec.to_builtins(manifest, enc_hook=_plain)
    return json.dumps(values, indent=1, ensure_ascii=True).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)


def decode(data: bytes | bytearray) -> Manifest:
    """Read a manifest, older schemas too.

    Raises
    ------
    ValueError
        It is no manifest of this application, or of a newer version of it.
    """
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("its manifest is no JSON") from None
    if not isinstance(values, dict) or values.get("application") != "hsunmix":
        raise ValueError("is not a session of hsunmix")
    schema = values.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise ValueError("its manifest names no version")
    if schema > SCHEMA:
        made = str(values.get("version", ""))[:20]
        raise ValueError(f"was saved by a newer hsunmix ({made}) than this one ({__version__}): update it")
    try:
        return msgspec.convert(upgrade(values, SCHEMA), Manifest)
    except (msgspec.ValidationError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"its manifest is damaged: {error}") from None
