"""The command line in this process, and a small ENVI scene on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hsunmix.cli.main import main
from hsunmix.model.cube import Cube

Run = Callable[..., Result]

HEADER = """ENVI
description = {{a made-up scene}}
samples = {samples}
lines = {lines}
bands = {bands}
header offset = 0
file type = ENVI Standard
data type = 4
interleave = {interleave}
byte order = 0
wavelength units = Nanometers
data ignore value = -9999
map info = {{UTM, 1, 1, 500000, 4200000, 30, 30, 11, North, WGS-84, units=Meters}}
bbl = {{{bbl}}}
wavelength = {{{wavelength}}}
"""


@pytest.fixture
def hsunmix() -> Run:
    """Run the command with these words; paths may be given as they are."""

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


def refusal(result: Result) -> str:
    """Return the one line of a refused request, after checking that it is one."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("hsunmix: error: ")
    assert result.stdout == ""
    return lines[0]


def write_envi(folder: Path, values: np.ndarray, name: str = "scene", **header: object) -> Path:
    """Write (lines, samples, bands) as float32 BIL with band 4 marked bad; return the header's path."""
    lines, samples, bands = values.shape
    facts = {
        "lines": lines,
        "samples": samples,
        "bands": bands,
        "interleave": "bil",
        "bbl": ", ".join("0" if k == 4 else "1" for k in range(bands)),
        "wavelength": ", ".join(f"{nm:.1f}" for nm in np.linspace(450, 2400, bands)),
    }
    (folder / f"{name}.img").write_bytes(values.transpose(0, 2, 1).astype("<f4").tobytes())
    path = folder / f"{name}.hdr"
    path.write_text(HEADER.format(**facts | header), encoding="utf-8")
    return path


@pytest.fixture
def values(small_cube: Cube) -> np.ndarray:
    """The small cube's pixels with one nodata pixel and one of zeros, (13, 9, 20)."""
    array = small_cube.read(0, small_cube.lines).copy()
    array[12, 0] = -9999
    array[0, 8] = 0
    return array


@pytest.fixture
def scene(tmp_path: Path, values: np.ndarray) -> Path:
    """The header of a small georeferenced ENVI scene that isn't square."""
    return write_envi(tmp_path, values)
