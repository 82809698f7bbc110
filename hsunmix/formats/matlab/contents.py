"""Variables of a MATLAB file up to version 7, without the kinds that hold no numbers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import machine
from hsunmix.errors import FormatError, HsunmixError, TooLargeError
from hsunmix.formats.opening.damage import damaged, unpackable
from hsunmix.formats.spectra.band_vectors import BandVector

__all__ = ["Contents"]

_NUMERIC = {"double", "single", "logical", *(f"{s}int{n}" for s in ("", "u") for n in (8, 16, 32, 64))}
MAX_VECTOR = 100_000
MAX_NAMES = 4 << 20  # characters
MAX_DEPTH = 4
MAX_SINGLE = 20  # numbers that are read to be shown


@dataclass(frozen=True, eq=False)
class Contents:
    """What a file holds, read piece by piece.

    Attributes
    ----------
    path : Path
    shapes : dict of str to tuple of int
        Of the numeric variables.
    structs : tuple of str
        Names of the structs.
    skipped : tuple of str
        Names of the variables of other kinds: cells, objects, text, sparse matrices.
    """

    path: Path
    shapes: dict[str, tuple[int, ...]]
    structs: tuple[str, ...]
    skipped: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Contents:
        """List the variables; their values are not read yet.

        Raises
        ------
        FormatError
        """
        from scipy.io import whosmat

        listed = _guarded(path, lambda: whosmat(str(path)))
        return cls(
            path,
            {name: tuple(map(int, shape)) for name, shape, kind in listed if kind in _NUMERIC},
            tuple(name for name, _, kind in listed if kind == "struct"),
            tuple(name for name, _, kind in listed if kind not in _NUMERIC and kind != "struct"),
        )

    def array(self, name: str) -> NDArray[np.generic]:
        """Read one numeric variable, in the machine's byte order.

        Raises
        ------
        FormatError
            It can't be read, or isn't an array of real numbers.
        TooLargeError
            It would fill more than half of the memory.
        """
        declared = 8 * int(np.prod(self.shapes[name], dtype=object))
        if declared > machine() // 2:
            raise TooLargeError(f"{self.path}: {name} is too large for this machine ({declared >> 20} MB)")
        value = self._load(name)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
            raise FormatError(self.path, f"{name} is no array of real numbers")
        return value.astype(value.dtype.newbyteorder("="), copy=False)

    def scalar(self, *names: str) -> int | None:
        """Return the first of these variables that is a single whole number."""
        for name in names:
            if self.shapes.get(name, ()) == (1, 1):
                value = float(np.asarray(self.array(name)).ravel()[0])
                if value.is_integer() and value > 0:
                    return int(value)
        return None

    def said(self) -> Iterator[tuple[str, Any]]:
        """Yield what there is: single numbers, the sizes of variables, and what is in structs."""
        single = [name for name, shape in self.shapes.items() if shape == (1, 1)][:MAX_SINGLE]
        for name, shape in self.shapes.items():
            yield name, self.array(name) if name in single else " × ".join(map(str, shape))
        for name, inside in self.fields.items():
            yield from ((f"{name}.{key}", value) for key, value in inside.items())

    def vectors(self) -> Iterator[BandVector]:
        """Read the vectors, also those inside structs."""
        for name, shape in self.shapes.items():
            size = int(np.prod(shape, dtype=object))
            if 1 < size <= MAX_VECTOR and max(shape) == size:
                yield BandVector(name, self.array(name).ravel())
        for name, fields in self.fields.items():
            unit = fields.get("wavelength_units", fields.get("wavelength units", ""))
            for key, value in fields.items():
                if isinstance(value, np.ndarray) and 1 < value.size <= MAX_VECTOR:
                    is_wavelength = key.lower() == "wavelength" and isinstance(unit, str)
                    yield BandVector(f"{name}.{key}", value.ravel(), unit if is_wavelength else "")

    def lists_of_words(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Read what may be names, with its variable: rows of characters or their codes, cells of text."""
        for name in (*self.skipped, *(n for n, shape in self.shapes.items() if len(shape) == 2)):
            rows, columns = self.shapes.get(name, (1, 1))
            if rows * columns > MAX_NAMES:
                continue
            try:
                words = _words(self._load(name))
            except HsunmixError:
                continue
            if words:
                yield name, words

    @cached_property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The structs, by name: their fields' values are numeric arrays or text.

        A struct that can't be read is left out.
        """
        found: dict[str, dict[str, Any]] = {}
        for name in self.structs:
            try:
                found |= _flatten(name, self._load(name), MAX_DEPTH)
            except HsunmixError:
                continue
        return found

    def _load(self, name: str) -> Any:
        from scipy.io import loadmat

        loaded = _guarded(self.path, lambda: loadmat(str(self.path), variable_names=[name]))
        if name not in loaded:
            raise FormatError(self.path, f"{name} can't be read")
        return loaded[name]


def _words(value: Any) -> tuple[str, ...]:
    """Return the words that an array holds; none where it holds numbers."""
    if not isinstance(value, np.ndarray) or value.size == 0:
        return ()
    if value.dtype == np.uint8 and value.ndim == 2 and value.min() >= 9:
        return tuple(bytes(row).decode("latin-1").strip() for row in value)
    if value.dtype.kind == "U":
        return tuple(str(word).strip() for word in value.ravel())
    if value.dtype.kind == "O" and all(isinstance(v, np.ndarray) and v.dtype.kind == "U" for v in value.flat):
        return tuple(" ".join(map(str, word.ravel())).strip() for word in value.flat)
    return ()


def _flatten(name: str, value: Any, depth: int) -> dict[str, dict[str, Any]]:
    if not isinstance(value, np.ndarray) or value.dtype.names is None or value.size != 1 or depth == 0:
        return {}
    fields: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {}
    for key in value.dtype.names:
        item = value[key].ravel()[0]
        if isinstance(item, np.ndarray) and item.dtype.names is not None:
            inner |= _flatten(f"{name}.{key}", item, depth - 1)
        elif isinstance(item, np.ndarray) and item.dtype.kind in "iuf":
            fields[key] = item
        elif isinstance(item, np.ndarray) and item.dtype.kind == "U" and item.size == 1:
            fields[key] = str(item.ravel()[0])
    return {name: fields, **inner}


def _guarded(path: Path, work: Any) -> Any:
    """Run SciPy's reader: on a damaged file it may raise anything."""
    try:
        return work()
    except MemoryError:
        raise TooLargeError(f"{path}: what the file declares does not fit into memory") from None
    except NotImplementedError:
        raise FormatError(
            path, "is of a version of MATLAB's files that is not known: save it with -v7"
        ) from None
    except zlib.error as error:
        raise FormatError(path, damaged(unpackable(error))) from None
    except Exception:
        raise FormatError(
            path, damaged("it was cut short, or holds what can't be read as a MATLAB file")
        ) from None
