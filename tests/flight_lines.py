"""Three flight lines over one ground, made: they overlap, and each was written in another way."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["BANDS", "GROUND", "NM", "OTHER_NM", "ground", "truth", "write_lines"]

GROUND = 44, 17
NM = np.linspace(450, 2400, 40)
OTHER_NM = np.linspace(430, 2450, 65)
BANDS = len(NM)
PLACES = np.array([0.05, 0.45, 0.85])
TYPES = {"float32": 4, "int16": 2, "float64": 5}
AXES = {"bil": (0, 2, 1), "bip": (0, 1, 2), "bsq": (2, 0, 1)}


def truth(nm: np.ndarray) -> np.ndarray:
    """Spectra of three materials, (bands, 3)."""
    place = ((nm - 450) / 1950)[:, None]
    return 0.06 + 0.5 * np.exp(-((place - PLACES) ** 2) / 0.06)


def ground(nm: np.ndarray) -> np.ndarray:
    """The ground, (lines, samples, bands), as a sensor with these bands sees it; some pixels are pure."""
    shares = np.random.default_rng(4).dirichlet(np.full(3, 0.6), GROUND)
    shares[2, 3], shares[21, 5], shares[40, 9] = np.eye(3)
    noise = 1e-4 * np.random.default_rng(len(nm)).standard_normal((*GROUND, len(nm)))
    return shares @ truth(nm).T + noise


def write(path: Path, values: np.ndarray, nm: np.ndarray, interleave: str = "bil", more: str = "") -> Path:
    """Write an ENVI cube; return its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".img").write_bytes(np.ascontiguousarray(values.transpose(AXES[interleave])).tobytes())
    lines, samples, bands = values.shape
    path.with_suffix(".hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\n"
        f"data type = {TYPES[values.dtype.name]}\n"
        f"byte order = 0\ninterleave = {interleave}\nheader offset = 0\nwavelength units = Nanometers\n"
        f"wavelength = {{{', '.join(f'{v:.4f}' for v in nm)}}}\n{more}"
    )
    return path.with_suffix(".hdr")


def write_lines(folder: Path) -> list[Path]:
    """Write ``west``, ``middle`` on other bands and in counts, ``east``, and ``broken``."""
    west = write(folder / "west", ground(NM)[:18].astype(np.float32), NM)
    counts = np.rint(10000 * ground(OTHER_NM)[14:32, 2:]).astype(np.int16)
    middle = write(folder / "middle", counts, OTHER_NM, "bsq")
    east = write(folder / "east", ground(NM)[28:].astype(np.float64), NM, "bip")
    broken = write(folder / "broken", ground(NM)[5:30].astype(np.float32), NM)
    data = broken.with_suffix(".img")
    data.write_bytes(data.read_bytes()[:5000])
    return [west, middle, east, broken]
