"""Files that tests of the formats write, by NumPy alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"}
AXES = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}


def _write_envi(
    path: Path, values: np.ndarray, interleave: str = "bsq", order: int = 0, offset: int = 0, **fields: object
) -> Path:
    """Write values (lines, samples, bands) as PATH (data) and PATH.hdr; a field of None is left out."""
    code = {np.dtype(name): code for code, name in TYPES.items()}[values.dtype]
    lines, samples, bands = values.shape
    stored = values.transpose(AXES[interleave]).astype(values.dtype.newbyteorder("<>"[order]))
    path.write_bytes(b"\x07" * offset + stored.tobytes())
    base = {
        "samples": samples, "lines": lines, "bands": bands, "header offset": offset, "data type": code,
        "interleave": interleave, "byte order": order, "file type": "ENVI Standard",
    }  # fmt: skip
    base |= {key.replace("_", " "): value for key, value in fields.items()}
    text = "".join(f"{key} = {value}\n" for key, value in base.items() if value is not None)
    header = path.with_name(path.name + ".hdr")
    header.write_text("ENVI\n" + text, encoding="utf-8")
    return header


@pytest.fixture
def write_envi() -> Callable[..., Path]:
    return _write_envi


@pytest.fixture
def values_of() -> Callable[..., np.ndarray]:
    """Make random values of an ENVI data type, over its whole range; the scene is not square."""

    def make(code: int, shape: tuple[int, int, int] = (5, 7, 11)) -> np.ndarray:
        rng = np.random.default_rng(code)
        dtype = np.dtype(TYPES[code])
        if dtype.kind == "f":
            return rng.normal(size=shape).astype(dtype)
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, size=shape, dtype=dtype, endpoint=True)

    return make
