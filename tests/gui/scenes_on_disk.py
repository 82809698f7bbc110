"""Writes small cubes that the window opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.conftest import make_cube

HEADER = """ENVI
samples = {samples}
lines = {lines}
bands = {bands}
header offset = 0
file type = ENVI Standard
data type = 4
interleave = bil
byte order = 0
map info = {{UTM, 1, 1, 560000, 4140000, 30, 30, 11, North, WGS-84, units=Meters}}
wavelength units = Nanometers
wavelength = {{{wavelength}}}
"""


def write_scene(folder: Path, name: str = "scene", lines: int = 30, samples: int = 20, seed: int = 0) -> Path:
    """Write an ENVI scene of three materials with pure pixels at (2, 1), (3, 3), (4, 5)."""
    cube = make_cube(lines, samples, noise=0.002, seed=seed)
    values = cube.read(0, lines)
    (folder / f"{name}.img").write_bytes(values.transpose(0, 2, 1).astype("<f4").tobytes())
    wavelength = ", ".join(f"{nm:.1f}" for nm in np.asarray(cube.wavelengths))
    path = folder / f"{name}.hdr"
    path.write_text(HEADER.format(lines=lines, samples=samples, bands=cube.bands, wavelength=wavelength))
    return path
