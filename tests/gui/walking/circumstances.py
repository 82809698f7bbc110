"""The files of a walk, and what is made otherwise for it."""

from __future__ import annotations

import random
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.formats import open_cube
from hsunmix.model.region import Region
from hsunmix.session.region_files import write_regions
from tests.gui.scenes_on_disk import write_scene

__all__ = ["NoColour", "SlowPipeline", "write_files"]


class NoColour:
    """What the dialog of colours dialogs: none was chosen."""

    def isValid(self) -> bool:
        return False


class SlowPipeline:
    """Solving and estimating take their time now and then."""

    def __init__(self, pipeline: Any, chance: random.Random, *, slow: bool) -> None:
        self._pipeline, self._chance, self._slow = pipeline, chance, slow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    def solve(self, *given: Any, **named: Any) -> Generator[Any, None, Any]:
        yield from self._pass_time(0.3 if self._slow else 0.05)
        return (yield from self._pipeline.solve(*given, **named))

    def estimate_rank(self, *given: Any, **named: Any) -> Generator[Any, None, Any]:
        yield from self._pass_time(1.0 if self._slow else 0.05)
        return (yield from self._pipeline.estimate_rank(*given, **named))

    def _pass_time(self, longest: float) -> Generator[None, None, None]:
        end = time.perf_counter() + self._chance.choice([0, 0, 0.05, longest])
        while time.perf_counter() < end:
            yield None
            time.sleep(0.002)


def write_files(folder: Path) -> None:
    """Write two scenes of different shape, one with pixels without data; masks, regions."""
    for name, lines, samples in (("a", 16, 12), ("b", 11, 14)):
        path = write_scene(folder, name, lines, samples, seed=lines)
        pixels = np.fromfile(path.with_suffix(".img"), "<f4").reshape(lines, 20, samples)
        pixels[0, :, 0] = pixels[lines - 1, :, 3] = 0
        pixels.tofile(path.with_suffix(".img"))
        np.save(folder / f"mask_{name}.npy", np.tri(lines, samples, 3, dtype=np.uint8))
    field = Region("Field", "#0072b2", "rectangle", ((2, 2), (6, 6)))
    write_regions((field,), open_cube(folder / "a.hdr"), folder / "regions.geojson")
