"""A factorization outside the program, with a library and two integers, goes the whole way."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsunmix.registry import PLUGINS
from tests.scenes import mixture

LINES, SAMPLES, BANDS = 9, 13, 20
NM = np.linspace(450, 2400, BANDS)

METHOD = '''
"""Nearest of a library: the spectra of a library that are nearest to pixels drawn at random."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix.methods import Factorization, get

TITLE = "Nearest of a library"
REFERENCE = "Nobody (2026)"
NEEDS_LIBRARY = True


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    draws: Annotated[int, Meta(ge=1, le=1000, description="Pixels that are drawn")] = 40
    first: Annotated[int, Meta(ge=0, le=50, description="Spectra that are passed over")] = 0


def run(problem, params):
    scene, spectra = problem.scene, problem.library.spectra
    drawn = np.random.default_rng(problem.seed).choice(scene.n_pixels, params.draws)
    pixels = scene.columns(np.sort(drawn))
    yield None
    unit = spectra / np.linalg.norm(spectra, axis=0)
    order = np.argsort(-(unit.T @ pixels).max(axis=1), kind="stable")[params.first :][: problem.rank]
    w = spectra[:, order]
    nnls = get("nnls", "abundance")
    found = yield from nnls.run(scene, w, nnls.params())
    return Factorization(w, found.h, np.zeros((0, 2)), fixed_scale=True, note=f"{params.draws} pixels drawn.")
'''
SCRIPT = """
import runpy, sys, numpy as np
from pathlib import Path
from hsunmix.session.archive import load
from hsunmix.session.reproduce import facts_of, python_script

document = load(Path(sys.argv[1]))
Path("again.py").write_text(python_script(document, facts_of(document, None)))
np.testing.assert_array_equal(runpy.run_path("again.py")["H"], document.unmixing.abundances)
assert document.unmixing.parameters == {"draws": 30, "first": 1}, document.unmixing.parameters
"""
FORM = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication, QSpinBox

app = QApplication(sys.argv)
from hsunmix.gui.widgets.forms import Form
from hsunmix.methods import get

form = Form(get("nearest").parameters, {"draws": 30})
assert form.values()["draws"] == 30
assert len(form.findChildren(QSpinBox)) == 2
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A scene, a library of its materials and others, and the folder with the method."""
    folder = tmp_path / "mine" / "methods" / "factorization"
    folder.mkdir(parents=True)
    (folder / "nearest.py").write_text(METHOD)
    values = mixture(BANDS, LINES * SAMPLES, 3, seed=4).T.reshape(LINES, SAMPLES, BANDS).astype("<f4")
    (tmp_path / "scene.img").write_bytes(values.tobytes())
    (tmp_path / "scene.hdr").write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {LINES}\nbands = {BANDS}\ndata type = 4\ninterleave = bip\n"
        f"byte order = 0\nwavelength units = Nanometers\nwavelength = {{{', '.join(map(str, NM))}}}\n"
    )
    rows = ["Class,name," + ",".join(f"{nm:.3f}" for nm in NM)]
    for k in range(6):
        rows.append(f"kind {k % 2},m{k}," + ",".join(f"{v:.6f}" for v in values[k, 2 * k]))
    (tmp_path / "library.csv").write_text("\n".join(rows))
    return tmp_path


def run(place: Path, *words: object) -> subprocess.CompletedProcess[str]:
    known = os.environ | {PLUGINS: str(place / "mine")}
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=known, cwd=place)
    assert done.returncode == 0, done.stderr
    return done


def test_the_whole_way(place: Path) -> None:
    asked = "hsunmix unmix scene.hdr -r 2 -m nearest --library library.csv --set draws=30 --set first=1"
    run(place, "-m", *shlex.split(asked), "-a", "fcls", "-o", "out", "--session", "s.hsu")
    record = json.loads((place / "out/result.json").read_text())
    assert record["parameters"] == {"draws": 30, "first": 1}
    assert "30 pixels drawn." in record["note"]
    assert [Path(one["path"]).name for one in record["libraries"]] == ["library.csv"]

    command = shlex.split(record["command"])
    command[command.index("-o") + 1] = "second"
    run(place, "-m", *command)
    second = json.loads((place / "second/result.json").read_text())
    assert second["mean_abundances"] == record["mean_abundances"]

    run(place, "-m", "hsunmix", "export", "s.hsu", "-o", "third", "--products", "csv,html")
    assert (place / "third/endmembers.csv").read_bytes() == (place / "out/endmembers.csv").read_bytes()
    run(place, "-c", SCRIPT, "s.hsu")


def test_its_form_and_its_help(place: Path) -> None:
    told = run(place, "-m", "hsunmix", "methods").stdout
    assert "Pixels that are drawn" in told
    run(place, "-c", FORM)
