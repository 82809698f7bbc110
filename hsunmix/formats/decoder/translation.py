"""Cubes, libraries and errors as what can be sent, and back."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix import errors
from hsunmix.formats.decoder.messages import Array, Fields, Lie, Place, Refused, Value
from hsunmix.model.georeference import Georeference
from hsunmix.model.layout import Layout

__all__ = ["error_of", "fields_of", "refusal", "values_of"]

# What the parent knows by itself: whose file it is, and what was asked for.
_LEFT_OUT = ("pixels", "path", "format", "options", "files", "selection")


def fields_of(thing: Any) -> Fields:
    """Return the fields of a Cube or a Spectra."""
    return {
        field.name: _outward(getattr(thing, field.name))
        for field in dataclasses.fields(thing)
        if field.name not in _LEFT_OUT
    }


def values_of(fields: Fields) -> dict[str, Any]:
    """Opposite of ``fields_of``."""
    return {name: _inward(value) for name, value in fields.items()}


def refusal(error: errors.HsunmixError) -> Refused:
    """Describe an error."""
    kind = type(error).__name__
    if isinstance(error, errors.FileError):
        pixels = getattr(error, "pixels", 0)
        return Refused(kind, _text(error.reason), os.fsencode(error.path), pixels)
    if isinstance(error, errors.ParameterError):
        return Refused(kind, _text(error.reason), os.fsencode(error.name))
    return Refused(kind, _text(str(error))[: errors.REASON])


def error_of(refused: Refused, path: Path) -> errors.HsunmixError:
    """Make the error that was described; one that is not known is an error of the file."""
    about = os.fsdecode(refused.about)
    if refused.kind == "ShapeUnknownError":
        return errors.ShapeUnknownError(about, refused.pixels)
    if refused.kind == "ParameterError":
        return errors.ParameterError(about, refused.reason)
    plain = {kind.__name__: kind for kind in (errors.InputError, errors.TooLargeError)}
    if refused.kind in plain:
        return plain[refused.kind](refused.reason)
    of_file = {kind.__name__: kind for kind in (errors.FormatError, errors.MissingFileError)}
    return of_file.get(refused.kind, errors.FileError)(about or path, refused.reason)


def _outward(value: Any) -> Value:
    if isinstance(value, np.ndarray):
        return Array(value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, Georeference):
        a, b, c, d, e, f = map(float, value.transform)
        return Place((a, b, c, d, e, f), _text(value.crs))
    if isinstance(value, Layout):
        names = tuple(map(_text, value.datasets))
        return Lie(value.axes, value.sure, _text(value.dataset), names, value.grid)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return None if value is None else _plain(value)


def _plain(value: Any) -> int | float | str:
    """Return one number or text."""
    if isinstance(value, str):
        return _text(value)
    number: int | float = value.item() if isinstance(value, np.generic) else value
    return number


def _text(value: str) -> str:
    """Return one line of what can be shown; ``?`` for what UTF-8 cannot say, half a name in Latin-1."""
    known = value.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in known).split())


def _inward(value: Value) -> Any:
    if isinstance(value, Array):
        return np.frombuffer(value.data, np.dtype(value.dtype)).reshape(value.shape).copy()
    if isinstance(value, Place):
        return Georeference(value.transform, value.crs)
    if isinstance(value, Lie):
        return Layout(value.axes, value.sure, value.dataset, value.datasets, value.grid)
    return tuple(value) if isinstance(value, list) else value
