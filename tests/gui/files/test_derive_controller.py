"""Cubes made of the cube that is open: written where asked, and what comes of it when that can't be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.methods import mnf
from hsunmix.model.progress import finish
from hsunmix.session.document import Document, RunSettings
from tests.cli.conftest import write_envi
from tests.gui.conftest import FakeDialogs

Wait = Callable[[Callable[[], bool]], None]


def smooth() -> np.ndarray:
    """Three materials that change slowly from pixel to pixel, and noise; (24, 18, 12)."""
    line, sample = np.mgrid[:24, :18] / 18
    shares = np.stack([1 + np.sin(3 * line), 1 + np.cos(4 * sample), 1 + np.sin(2 * line + 3 * sample)], -1)
    place = np.linspace(0, 1, 12)
    spectra = np.array([0.1 + np.exp(-(((place - at) / 0.2) ** 2)) for at in (0.1, 0.5, 0.9)])
    noise = 0.01 * np.random.default_rng(0).standard_normal((24, 18, 12))
    return (shares / shares.sum(-1, keepdims=True) @ spectra + noise).astype(np.float32)


@pytest.fixture
def opened(store: Store, tmp_path: Path) -> Store:
    """A scene of 24 lines and 18 samples, in a file."""
    path = write_envi(tmp_path, smooth())
    store.history.reset(Document(hsunmix.open_cube(path), settings=RunSettings(rank=3)))
    return store


def said(store: Store, wait: Wait) -> str:
    wait(lambda: "derive" not in store.state.tasks and store.state.message is not None)
    return str(store.state.message.text)


@pytest.mark.parametrize("denoised", [False, True])
def test_components_and_the_cube_without_noise(
    opened: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait, denoised: bool
) -> None:
    cube, dialogs.session = opened.document.cube, tmp_path / "made.img"
    opened.send(cmd.WriteComponents(denoised))
    text = said(opened, wait)
    assert dialogs.asked == [f"cube_to_write scene_{'denoised' if denoised else 'mnf'}.img"]
    found = finish(mnf.fit(cube))
    count = mnf.standing_out(found)
    assert 1 < count < 6
    assert text == f"Components with as much signal as noise: {count} of 11. Written as made.img."
    expected = finish((mnf.denoised if denoised else mnf.components)(cube, found, count))
    made = hsunmix.open_cube(tmp_path / "made.hdr")
    assert made.bands == (12 if denoised else count)
    np.testing.assert_allclose(made.read(0, 24), expected.read(0, 24), rtol=1e-5, atol=1e-6)
    (button,) = opened.state.message.actions
    assert button == ("Open it", cmd.Open(tmp_path / "made.hdr"))


def test_a_finer_cube_gives_its_pixels(
    opened: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait
) -> None:
    fine = np.kron(opened.document.cube.read(0, 24)[:, :, ::4], np.ones((2, 2, 1), np.float32))
    dialogs.file, dialogs.session = write_envi(tmp_path, fine, "fine"), tmp_path / "fused.img"
    opened.send(cmd.FuseCubes())
    assert said(opened, wait).startswith("48 lines and 36 samples of 12 bands")
    made = hsunmix.open_cube(tmp_path / "fused.hdr")
    assert made.shape == (48, 36, 12)
    coarse = made.read(0, 48).reshape(24, 2, 18, 2, 12).mean(axis=(1, 3))
    used = opened.document.cube.good_bands
    assert np.sqrt(((coarse - smooth()) ** 2)[..., used].mean()) < 0.02


def test_the_cube_that_is_open_is_never_written_over(
    opened: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait
) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.glob("scene*")}
    dialogs.session = tmp_path / "scene.img"
    opened.send(cmd.WriteComponents())
    assert "scene.img: this is read, and would be written over: choose another name" in said(opened, wait)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("scene*")} == before


def test_nothing_is_done_where_nothing_is_chosen(opened: Store, dialogs: FakeDialogs) -> None:
    opened.send(cmd.WriteComponents())
    opened.send(cmd.FuseCubes())
    assert len(dialogs.asked) == 2
    assert "derive" not in opened.state.tasks
