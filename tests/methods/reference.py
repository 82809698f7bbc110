"""The five scenes for which there are outputs of the authors' own programs, made as they made them."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

SCENES = ("samson", "jasper", "urban_undersampled4", "hydice_urban_80x100", "salton_sea")


def load(shared: Path, scene: str) -> NDArray[np.float64]:
    """Return X, bands × pixels, columns in column-major order, to the bit what the programs got."""
    return _matrix(shared, scene)


def entries(shared: Path, scene: str, method: str) -> list[dict[str, Any]]:
    """Return the rows of a scene whose method's name begins with ``method``."""
    rows = [e for e in reference(shared, scene)["results"] if e["method"].startswith(method)]
    assert rows, f"no row {method} for {scene}"
    return rows


def spectra(shared: Path, scene: str, entry: dict[str, Any]) -> NDArray[np.float64]:
    """W of a row that is no set of pixels."""
    with np.load(shared / "reference" / f"{scene}_W.npz") as arrays:
        return np.asarray(arrays[entry["W_npz_key"]], dtype=np.float64)


@cache
def reference(shared: Path, scene: str) -> dict[str, Any]:
    return json.loads((shared / "reference" / f"{scene}.json").read_text())  # type: ignore[no-any-return]


@cache
def _matrix(shared: Path, scene: str) -> NDArray[np.float64]:
    x = np.maximum(_raw(shared / "data", scene).astype(np.float64), 0)
    x = np.asfortranarray(x / x.max())
    described = reference(shared, scene)["X"]
    assert list(x.shape) == described["shape"]
    assert hashlib.sha256(x.tobytes(order="F")).hexdigest() == described["sha256"], scene
    x.flags.writeable = False
    return x


def _raw(data: Path, scene: str) -> NDArray[Any]:
    if scene == "samson":
        return scipy.io.loadmat(data / "samson/samson_1.mat")["V"]
    if scene == "jasper":
        return scipy.io.loadmat(data / "jasper_ridge/jasperRidge2_R198.mat")["Y"]
    if scene == "urban_undersampled4":
        return scipy.io.loadmat(data / "urban_77/urban_undersampled4.mat")["M"]
    if scene == "hydice_urban_80x100":
        return _columns(scipy.io.loadmat(data / "urban_hydice_crop/HYDICE_urban.mat")["hsi"])
    found = scipy.io.loadmat(data / "salton_sea/salton_sea_roi.mat", squeeze_me=True)
    cube = _columns(found["I"])
    return cube[np.isfinite(cube).all(axis=1) & (found["bbl"] == 1)]


def _columns(cube: NDArray[Any]) -> NDArray[Any]:
    """(lines, samples, bands) as bands × pixels, column-major pixels."""
    return cube.transpose(2, 1, 0).reshape(cube.shape[2], -1)


def numbers(text: str, name: str) -> list[int]:
    """Read a list of numbers off the text of an author's program."""
    found = re.search(rf"{name}\S* \[([\d\s]+)\]", text)
    assert found
    return [int(v) for v in found[1].split()]
