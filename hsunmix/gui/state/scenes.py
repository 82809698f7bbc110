"""The pixels of the cube that is open, read once, for every kind of work."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.footprint import Resources
from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError, TooLargeError
from hsunmix.gui.state.settings import Settings
from hsunmix.methods.running.footprint import of_window
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step, relay

__all__ = ["WAIT", "SceneKeeper", "is_huge", "resources_of", "size_told"]

WAIT = 0.01  # seconds between looks at what another worker loads
UNASKED = 2 << 30  # bytes in memory of a cube that is loaded before anybody asks for a method


def is_huge(cube: Cube, settings: Settings) -> bool:
    """Whether a cube is too large to be read unasked."""
    return 4 * math.prod(cube.shape) > UNASKED or bool(size_told(cube, settings))


def size_told(cube: Cube, settings: Settings) -> str:
    """Say what a cube takes that is larger than memory, or that it can't be unmixed; empty for any other."""
    try:
        return of_window(cube, resources_of(settings)).sentence
    except (InputError, TooLargeError) as error:
        return str(error)


def resources_of(settings: Settings) -> Resources:
    """Return what the preferences let work use.

    Raises
    ------
    InputError
        The folder for scratch files is not there.
    """
    wanted = settings.preferences
    return Resources.given(wanted.memory or None, wanted.scratch or None)


class SceneKeeper:
    """Loads a cube once, whichever worker asks first; the others wait for it.

    When the worker that loads is cancelled, the next one that waits takes over.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._cube: Cube | None = None
        self._scene: Scene | None = None
        self._loading: Cube | None = None
        self._step: Step | None = None

    def expect(self, cube: Cube | None) -> None:
        """Keep only this cube's pixels from now on."""
        with self._lock:
            if cube is not self._cube:
                self._cube, self._scene = cube, None

    def scene(self, cube: Cube) -> Generator[Step | None, None, Scene]:
        """Return the scene of a cube, loading it if need be; to be run in a worker."""
        while True:
            with self._lock:
                if cube is self._cube and self._scene is not None:
                    return self._scene
                if self._loading is not cube:
                    self._loading = cube
                    break
            yield self._step
            time.sleep(WAIT)
        try:
            return (yield from self._load(cube))
        finally:
            with self._lock:
                if self._loading is cube:
                    self._loading = None

    def here(self, cube: Cube) -> Scene | None:
        """Return the scene of a cube when it is in memory."""
        with self._lock:
            return self._scene if cube is self._cube else None

    def spectrum(self, cube: Cube, line: int, sample: int) -> NDArray[np.float32] | None:
        """Return a pixel's spectrum, (bands,), when it is in memory; NaN in bands that are not used."""
        scene = self.here(cube)
        if scene is None:
            return None
        index = line * cube.samples + sample
        column = int(np.searchsorted(scene.pixels, index))
        if column == len(scene.pixels) or scene.pixels[column] != index:
            return None
        values: NDArray[np.float32] = scene.full_spectra(scene.columns(np.array([column])))[:, 0].astype(
            np.float32
        )
        return values

    def _load(self, cube: Cube) -> Generator[Step | None, None, Scene]:
        def kept(step: Step | None) -> Step | None:
            self._step = step
            return step

        scene = yield from relay(load(cube, footprint=of_window(cube, resources_of(self._settings))), kept)
        with self._lock:
            if cube is self._cube:
                self._scene = scene
        return scene
