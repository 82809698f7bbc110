"""Every input of a ``Problem`` is honoured or refused by name: Python, the command line and the window."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.methods import Method, methods
from hsunmix.methods.contract import Problem
from hsunmix.methods.running.pipeline import start_of
from hsunmix.model.choice import Choice
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Weights
from hsunmix.session.document import RunSettings
from tests.cli.conftest import write_envi
from tests.conftest import make_cube
from tests.window import run_in_window

LINES, SAMPLES, BANDS, RANK = 9, 7, 12, 3
SOLVERS = [m for m in methods().values() if m.kind in ("factorization", "extraction")]
REACHED = "as far as the method"
Front = Callable[[Path, Method, dict[str, Any]], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene, weights, and spectra of three of its pixels as a library."""
    place = tmp_path_factory.mktemp("inputs")
    values = make_cube(LINES, SAMPLES, BANDS, noise=0.01).read(0, LINES)
    path = write_envi(place, values)
    write_envi(place, np.random.default_rng(1).random(values.shape).astype(np.float32), "weights")
    nm = hsunmix.open_cube(path).wavelengths
    rows = ["name," + ",".join(f"{v:.3f}" for v in nm)]
    rows += [f"m{k}," + ",".join(f"{v:.6f}" for v in values[2 + k, 1 + 2 * k]) for k in range(RANK)]
    (place / "library.csv").write_text("\n".join(rows))
    return place


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """What methods are given; none of them runs."""
    problems: list[Problem] = []

    def run(problem: Problem, params: object) -> Generator[None, None, Any]:
        problems.append(problem)
        raise InputError(REACHED)
        yield

    for key, method in methods().items():
        if method in SOLVERS:
            monkeypatch.setitem(methods(), key, replace(method, run=run))
    return problems


def in_python(folder: Path, method: Method, given: dict[str, Any]) -> None:
    cube = hsunmix.open_cube(folder / "scene.hdr")
    words: dict[str, Any] = {"rank": given.get("rank", RANK), "seed": given.get("seed", 0)}
    if "spectra" in given:
        words["init"] = hsunmix.open_library(folder / "library.csv")
        words["locked"] = given.get("locked", ())
    if "weights" in given:
        weights = hsunmix.open_cube(folder / "weights.hdr")
        words["weights"] = weights.read(0, LINES)
    if "library" in given or method.traits.needs_library:
        words["library"] = folder / "library.csv"
    if "init_parameters" in given:
        words["init_parameters"] = given["init_parameters"]
    hsunmix.unmix(cube, method.id, **words)


def on_the_command_line(folder: Path, method: Method, given: dict[str, Any]) -> None:
    from click.testing import CliRunner

    from hsunmix.cli.main import main

    library = str(folder / "library.csv")
    words = ["unmix", str(folder / "scene.hdr"), "-m", method.id, "-r", str(given.get("rank", RANK))]
    words += ["--seed", str(given.get("seed", 0)), "-o", str(folder / "out")]
    if "spectra" in given:
        words += ["--init", library]
    if "locked" in given:
        words += ["--locked", ",".join(str(k + 1) for k in given["locked"])]
    if "weights" in given:
        words += ["--weights", str(folder / "weights.hdr")]
    if "library" in given or method.traits.needs_library:
        words += ["--library", library]
    for name, value in given.get("init_parameters", {}).items():
        words += ["--init-set", f"{name}={value}"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, (done.output, done.exception)
    raise InputError(done.stderr)


def in_the_window(folder: Path, method: Method, given: dict[str, Any]) -> None:
    """By the code of the window's controller; what it starts from there are endmembers that are locked."""
    cube = hsunmix.open_cube(folder / "scene.hdr")

    spectra = hsunmix.open_library(folder / "library.csv").on(cube).endmembers(cube)
    members = tuple(Endmember(str(k), spectra[:, k], "#123456", locked=True) for k in given.get("locked", ()))
    settings = RunSettings(method.id, given.get("rank", RANK), seed=given.get("seed", 0))
    if "weights" in given:
        settings = replace(settings, weights=Weights(str(folder / "weights.hdr"), "", (1, 1, 1)))
    start = start_of(method, Choice(method.id))
    settings = settings.with_choice("extraction", Choice(start, given.get("init_parameters", {})))
    run_in_window(cube, settings, members, (str(folder / "library.csv"),))


FRONTS = {"python": in_python, "command": on_the_command_line, "window": in_the_window}


def refused(front: Front, folder: Path, method: Method, given: dict[str, Any]) -> str:
    """Return why an input is refused; ``REACHED`` where the method was given it."""
    with pytest.raises(InputError) as caught:
        front(folder, method, given)
    return str(caught.value)


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
@pytest.mark.parametrize("method", SOLVERS, ids=lambda m: m.id)
def test_rank_and_seed(front: Front, folder: Path, seen: list[Problem], method: Method) -> None:
    # The window has a library, and that says how many classes there are.
    rank = RANK if method.traits.of_classes and front is in_the_window else 2
    assert REACHED in refused(front, folder, method, {"rank": 2, "seed": 7})
    assert (seen[-1].rank, seen[-1].seed, seen[-1].locked) == (rank, 7, ())
    assert seen[-1].start is None
    assert seen[-1].weights is None


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
@pytest.mark.parametrize("method", SOLVERS, ids=lambda m: m.id)
def test_locked_spectra_reach_every_method(
    front: Front, folder: Path, seen: list[Problem], method: Method
) -> None:
    """Where it doesn't keep them itself, the pipeline does: ``test_starts`` holds their bits."""
    assert REACHED in refused(front, folder, method, {"spectra": True, "locked": (0, 1, 2)})
    problem = next(p for p in seen if p.locked)  # SPA may have been asked before for the others
    assert problem.locked == (0, 1, 2)
    assert problem.start is not None
    cube = hsunmix.open_cube(folder / "scene.hdr")
    given = hsunmix.open_library(folder / "library.csv").on(cube).endmembers(cube)
    np.testing.assert_allclose(problem.scene.full_spectra(problem.start)[problem.scene.bands],
                               given[problem.scene.bands], rtol=1e-12)  # fmt: skip


@pytest.mark.parametrize("front", [in_python, on_the_command_line], ids=["python", "command"])
@pytest.mark.parametrize("method", SOLVERS, ids=lambda m: m.id)
def test_spectra_to_start_from(front: Front, folder: Path, seen: list[Problem], method: Method) -> None:
    why = refused(front, folder, method, {"spectra": True})
    if method.traits.starts_from_spectra:
        assert REACHED in why
        assert seen[-1].start is not None
    else:
        assert f"{method.id} starts from no spectra" in why
        assert not seen


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
@pytest.mark.parametrize("method", SOLVERS, ids=lambda m: m.id)
def test_weights(front: Front, folder: Path, seen: list[Problem], method: Method) -> None:
    why = refused(front, folder, method, {"weights": True})
    if method.traits.takes_weights:
        assert REACHED in why
        assert seen[-1].weights is not None
    else:
        assert f"{method.id} takes no weights" in why
        assert not seen


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
@pytest.mark.parametrize("method", SOLVERS, ids=lambda m: m.id)
def test_a_library(front: Front, folder: Path, seen: list[Problem], method: Method) -> None:
    """In the window libraries belong to the analyst, not to a run: a method that takes none has none."""
    why = refused(front, folder, method, {"library": True})
    if method.traits.takes_library:
        assert REACHED in why
        assert seen[-1].library is not None
        assert seen[-1].library.names == ("m0", "m1", "m2")
    elif front is not in_the_window:
        assert f"{method.id} takes no library" in why
        assert not seen
    else:
        assert seen[-1].library is None


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
@pytest.mark.parametrize("method", SOLVERS, ids=lambda m: m.id)
def test_parameters_of_the_start(front: Front, folder: Path, seen: list[Problem], method: Method) -> None:
    why = refused(front, folder, method, {"init_parameters": {"candidates": 5}})
    if start_of(method, Choice(method.id)):
        assert REACHED in why
        assert seen[-1].init_parameters == {"candidates": 5}
    else:
        assert "candidates: of an extraction to start from" in why
        assert f"{method.id} starts from none" in why
        assert not seen
