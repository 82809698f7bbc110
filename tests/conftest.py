"""What all tests share: no display, settings of their own, the shared scenes, and a small cube."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Before anything imports Qt or reads a setting. The Numba cache stays where it is: compiling the
# kernels anew for every run would be most of its time.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_CONFIG = tempfile.TemporaryDirectory(prefix="hsunmix-tests-")
os.environ["HSUNMIX_CONFIG_DIR"] = _CONFIG.name
os.environ["HSUNMIX_STATE_DIR"] = str(Path(_CONFIG.name) / "state")
os.environ.pop("HSUNMIX_DEBUG", None)

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from hsunmix.model.cube import Cube  # noqa: E402

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def qapp():
    """The application as the program makes it, with fonts to draw with, whichever test asks first."""
    from PySide6.QtGui import QFontDatabase

    from hsunmix.gui.app.application import application

    app = application()
    assert QFontDatabase.families(), "there are no fonts: text would be drawn as boxes"
    return app


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real scenes, which is no part of the project."""
    folder = Path(os.environ.get("HSUNMIX_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"the shared scenes are not here ({folder}); set HSUNMIX_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


def make_cube(
    lines: int = 13, samples: int = 9, bands: int = 20, materials: int = 3, noise: float = 0.0, seed: int = 0
) -> Cube:
    """A made-up scene that is never square, with a pure pixel of every material.

    The pure pixels are at (2 + k, 1 + 2·k) for material k, so that a transposed image shows.
    """
    rng = np.random.default_rng(seed)
    nm = np.linspace(450.0, 2400.0, bands)
    centres = np.linspace(0.1, 0.9, materials)
    place = np.linspace(0.0, 1.0, bands)[:, None]
    spectra = 0.1 + 0.6 * np.exp(-(((place - centres) / 0.18) ** 2))  # (bands, materials)
    fractions = rng.dirichlet(np.ones(materials), size=(lines, samples))
    for k in range(materials):
        fractions[2 + k, 1 + 2 * k] = np.eye(materials)[k]
    values = fractions @ spectra.T + noise * rng.standard_normal((lines, samples, bands))
    return Cube.from_array(values.astype(np.float32), nm)


@pytest.fixture
def small_cube() -> Cube:
    """A noise-free scene of 13 lines, 9 samples, 20 bands and 3 materials."""
    return make_cube()
