"""A format that is a package outside the program: added, nothing else touched, and it goes the whole way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsunmix.registry import PLUGINS
from tests.scenes import mixture

LINES, SAMPLES, BANDS = 9, 13, 11

FORMAT = '''
"""Field cubes: a line of text with lines, samples and bands, then float32 by band."""

from hsunmix.formats.fieldcube.reading import WORD, cube_of

TITLE = "Field cube"
SUFFIXES = (".fcube",)
OPTIONS = ("axes",)


def sniff(path, head):
    return head.startswith(WORD)


def open_cube(path, options):
    return cube_of(path, options)
'''
READING = '''
"""How a field cube lies in its file."""

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.model.cube import Cube

WORD = b"FIELDCUBE "


def cube_of(path, options):
    with path.open("rb") as file:
        words = file.readline(100).split()
        offset = file.tell()
    if len(words) != 4:
        raise FormatError(path, "its first line does not say lines, samples and bands")
    shape = tuple(map(int, words[1:]))
    pixels = RawPixels(path, shape, np.dtype("<f4"), "bsq", offset)
    return Cube(pixels, path=path, wavelengths=np.linspace(400, 900, shape[2]), notes=("a field cube",))
'''
ONE_FILE = '''
"""The same in one file, parsed where a hostile file can do no harm."""

import os

import numpy as np

from hsunmix.model.cube import Cube
from hsunmix.model.pixels import ArrayPixels

TITLE = "Field cube, decoded apart"
SUFFIXES = (".apart",)
DECODED_BY = ("numpy",)


def sniff(path, head):
    return head.startswith(b"APART ")


def open_cube(path, options):
    with path.open("rb") as file:
        shape = tuple(map(int, file.readline(100).split()[1:4]))
        values = np.frombuffer(file.read(), "<f4").reshape(shape)
    return Cube(ArrayPixels(values), path=path, notes=(f"decoded by {os.getpid()}",))
'''


@pytest.fixture
def values() -> np.ndarray:
    """(lines, samples, bands)."""
    X = mixture(BANDS, LINES * SAMPLES, 3, seed=4)
    return np.ascontiguousarray(X.T.reshape(LINES, SAMPLES, BANDS), np.float32)


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    package = folder / "formats" / "fieldcube"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(FORMAT)
    (package / "reading.py").write_text(READING)
    (folder / "formats" / "apart.py").write_text(ONE_FILE)
    return folder


@pytest.fixture
def scene(tmp_path: Path, values: np.ndarray) -> Path:
    path = tmp_path / "scene.fcube"
    path.write_bytes(f"FIELDCUBE {LINES} {SAMPLES} {BANDS}\n".encode() + values.transpose(2, 0, 1).tobytes())
    return path


def run(*words: object, plugins: Path | None = None) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name != PLUGINS}
    given = known | ({PLUGINS: str(plugins)} if plugins else {})
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=given)


def hsunmix(*words: object, plugins: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run("-m", "hsunmix", *words, plugins=plugins)


def test_from_the_command_line_to_a_session_and_its_products(scene, plugins, tmp_path):
    refused = hsunmix("info", scene)
    assert refused.returncode == 2
    assert "is of no format that hsunmix reads" in refused.stderr

    told = hsunmix("info", scene, "--json", plugins=plugins)
    assert told.returncode == 0, told.stderr
    facts = json.loads(told.stdout)
    assert (facts["lines"], facts["samples"], facts["bands"]) == (LINES, SAMPLES, BANDS)
    assert facts["format"] == "fieldcube"
    assert "a field cube" in facts["notes"]

    session = tmp_path / "s.hsu"
    done = hsunmix(
        "unmix", scene, "-r", 3, "-m", "spa", "-o", tmp_path / "out", "--products", "csv",
        "--session", session, plugins=plugins,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    again = hsunmix("export", session, "-o", tmp_path / "again", "--products", "csv,envi", plugins=plugins)
    assert again.returncode == 0, again.stderr
    first, second = (tmp_path / name / "endmembers.csv" for name in ("out", "again"))
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_text().splitlines()) > BANDS


def test_from_python(scene, plugins, tmp_path, values):
    apart = tmp_path / "scene.apart"
    apart.write_bytes(f"APART {LINES} {SAMPLES} {BANDS}\n".encode() + values.tobytes())
    np.save(tmp_path / "values.npy", values)
    code = f"""
import os, numpy as np, hsunmix
from hsunmix.formats import file_filter
values = np.load({str(tmp_path / "values.npy")!r})
cube = hsunmix.open_cube({str(scene)!r}, axes="yxb")
assert cube.format == "fieldcube" and cube.shape == values.shape
np.testing.assert_array_equal(cube.read(2, 5, [7, 0]), values[2:5][:, :, [7, 0]])
other = hsunmix.open_cube({str(apart)!r})  # by way of the decoder process
np.testing.assert_array_equal(other.read(0, 9), values)
assert other.notes[0] != f"decoded by {{os.getpid()}}"
assert "Field cube (*.fcube)" in file_filter()
"""
    done = run("-c", code, plugins=plugins)
    assert done.returncode == 0, done.stderr


def test_what_it_lacks_is_told_by_its_place(plugins, scene):
    package = plugins / "formats" / "fieldcube" / "__init__.py"
    package.write_text(FORMAT.replace("SUFFIXES", "ENDINGS"))
    told = hsunmix("info", scene, plugins=plugins)
    assert told.returncode == 2
    assert told.stderr.endswith(f"{package.parent} has no SUFFIXES\n")
    package.write_text("import no_such_library")
    told = hsunmix("info", scene, plugins=plugins)
    assert told.returncode == 2
    assert told.stderr.endswith(f"{package.parent} can't be loaded: No module named 'no_such_library'\n")


@pytest.mark.parametrize("place", ["", "spectra", "geotiff"])
def test_no_other_format_is_replaced(place, plugins, scene):
    twin = plugins / "formats" / place / "png.py"
    twin.parent.mkdir(exist_ok=True)
    twin.write_text(ONE_FILE)
    told = hsunmix("info", scene, plugins=plugins)
    assert told.returncode == 2
    assert "png" in told.stderr
    assert "rename" in told.stderr
