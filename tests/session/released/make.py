"""Keep a session as this version writes it: ``python -m tests.session.released.make``, once a release.

It touches every part of a document that a session has, and stays beside this file for ever: every
later version must read it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from hsunmix._version import __version__
from hsunmix.api import open_cube, unmix
from hsunmix.model.region import Region
from hsunmix.model.spectra import Source
from hsunmix.session.archive import SCHEMA, save
from hsunmix.session.document import Document, Layer, Pin, RunSettings, View, with_endmember
from hsunmix.session.runs import record_run

HERE = Path(__file__).resolve().parent
SCENE = HERE / "scene.hdr"
LINES, SAMPLES, BANDS = 13, 9, 20
HEADER = """ENVI
samples = 9
lines = 13
bands = 20
data type = 4
interleave = bsq
byte order = 0
wavelength units = Nanometers
wavelength = {{{}}}
"""


def make_scene() -> None:
    """Write the scene of all the sessions, once: three materials, each with a pure pixel."""
    rng = np.random.default_rng(0)
    place = np.linspace(0.0, 1.0, BANDS)[:, None]
    spectra = 0.1 + 0.6 * np.exp(-(((place - [0.1, 0.5, 0.9]) / 0.18) ** 2))
    fractions = rng.dirichlet(np.ones(3), size=(LINES, SAMPLES))
    for k in range(3):
        fractions[2 + k, 1 + 2 * k] = np.eye(3)[k]
    values = np.moveaxis(fractions @ spectra.T, 2, 0).astype("<f4")
    SCENE.with_suffix(".img").write_bytes(values.tobytes())
    nm = ", ".join(f"{w:.1f}" for w in np.linspace(450.0, 2400.0, BANDS))
    SCENE.write_text(HEADER.format(nm), encoding="utf-8")


def make_document(scene: Path) -> Document:
    """Return a document that uses all that a session of this version can hold."""
    cube = open_cube(scene)
    selection = np.ones((LINES, SAMPLES), dtype=bool)
    selection[9:12, 7] = False
    cube = cube.with_selection(selection)
    first = unmix(cube, "vca", rank=3, seed=2)
    document = record_run(Document(cube), first)
    document = record_run(document, unmix(cube, "spa", rank=3, seed=5, abundance="fcls"))
    document = with_endmember(document, 1, name="Straße", colour="#123456", visible=False, locked=True)
    document = with_endmember(document, 2, source=Source("library", text="USGS, kaolinite"))
    return replace(
        document,
        settings=RunSettings("hals", 3, "fcls", 9, {"factorization/hals": {"tolerance": 1e-4}}),
        view=View("map", 2, (3, 2, 1), (1.0, 99.5)),
        pins=(Pin(3, 4), Pin(10, 6)),
        regions=(
            Region("Wash", "#654321", "polygon", ((0.5, 0.5), (4.0, 0.5), (4.0, 6.25))),
            Region("Spot", "#abcdef", "brush", runs=np.array([[2, 1, 4], [3, 2, 3]], np.int32)),
        ),
        layers=(Layer("NDVI", "(b[860] - b[660]) / (b[860] + b[660])"),),
    )


def main() -> None:
    """Write the session, unless there is one of this version and schema."""
    path = HERE / f"v{__version__}-schema{SCHEMA}.hsu"
    if path.exists():
        sys.exit(f"{path.name} is there, and stays as it is")
    if not SCENE.exists():
        make_scene()
    with tempfile.TemporaryDirectory() as folder:  # where it will never be again
        scene = Path(shutil.copy(SCENE, folder))
        shutil.copy(SCENE.with_suffix(".img"), folder)
        written = scene.with_name(path.name)
        save(make_document(scene), written)
        shutil.copy(written, path)
    print(f"{path.name}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
