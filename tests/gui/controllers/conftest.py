"""A workbench with the made-up document, or with one that is solved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.gui.workbench import Workbench
from hsunmix.methods import pipeline
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Endmember, Source, colour
from hsunmix.session.document import Document, View
from hsunmix.session.members import unsolved
from tests.conftest import make_cube

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_bench(bench: Workbench, document: Document, wait: Wait) -> Workbench:
    """The made-up document is open, and all reading done."""
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def solved_document(materials: int = 3, lines: int = 13, samples: int = 11, noise: float = 0.0) -> Document:
    """A scene with its pure pixels as endmembers, solved by nnls."""
    cube = make_cube(lines, samples, materials=materials, noise=noise)
    members = tuple(
        Endmember(
            f"M{k}",
            cube.spectrum(2 + k, 1 + 2 * k).astype(np.float64),
            colour(k),
            source=Source("pixel", 2 + k, 1 + 2 * k),
        )
        for k in range(materials)
    )
    spectra = np.stack([e.spectrum for e in members], axis=1)
    result = finish(pipeline.solve(finish(load(cube)), spectra))
    return Document(cube, members, replace(result, source_pixels=None), view=View("map", 0))


@pytest.fixture
def solved_bench(bench: Workbench, wait: Wait) -> Workbench:
    """A solved document is open, with five materials and all reading done."""
    bench.history.reset(solved_document(5))
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


@pytest.fixture
def settled(bench: Workbench, wait: Wait) -> Callable[[], None]:
    """Wait until the document shown is solved."""

    def until() -> None:
        wait(lambda: not unsolved(bench.document) and not bench.live.tasks)

    return until
