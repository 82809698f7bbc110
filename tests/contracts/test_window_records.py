"""A run of the window has a script, and a command where there can be one, that make the same bits."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

import hsunmix
from hsunmix.errors import InputError
from hsunmix.exports import ExportJob, write_products
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember, Source
from hsunmix.model.unmixing import Unmixing, Weights
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.reproduce import command_line, facts_of, python_script
from hsunmix.session.runs import record_run
from tests.cli.conftest import Run, write_envi
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401 - the fixture
from tests.conftest import make_cube
from tests.window import run_in_window

LINES, SAMPLES, BANDS = 12, 9, 16
FEW = {"max_iterations": 4}
PARTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "masks and bands": {"mask": ["b[758] > 0.15", "b[1168] < 0.75"], "bands": "no-water"},
}
SETTINGS: dict[str, RunSettings] = {
    "auto": RunSettings("auto", 3, seed=2),
    "parameters of the method": RunSettings("spa", 3, parameters={"extraction/spa": {"candidates": 6}}),
    "of the start": RunSettings(
        "hals", 3, "", 5, {"factorization/hals": {"init": "vca", **FEW}, "extraction/vca": {"runs": 2}}
    ),
    "of a start that the method usually has": RunSettings(
        "hals", 3, parameters={"factorization/hals": FEW, "extraction/spa": {"candidates": 6}}
    ),
    "of the abundances": RunSettings(
        "vca", 3, "sunsal", 1, {"abundance/sunsal": {"penalty": 0.02, "sum_to_one": True}}
    ),
    "of every choice": RunSettings(
        "mu", 3, "ksparse", 4,
        {
            "factorization/mu": {"init": "vca", **FEW},
            "extraction/vca": {"runs": 2},
            "abundance/ksparse": {"k": 2},
        },
    ),
    "of methods that have no part in it": RunSettings(
        "spa", 3, "fcls", 0,
        {"factorization/hals": FEW, "abundance/sunsal": {"penalty": 0.5}, "rank/hfc": {"false_alarm": 0.01}},
    ),
    "weights": RunSettings("weighted", 3, parameters={"factorization/weighted": FEW}),
    "a library": RunSettings("dictionary", 3, parameters={"factorization/dictionary": {"swaps": False}}),
}  # fmt: skip
LOCKED = ["auto", "vca", "hals", "mu", "dictionary"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("window's")
    values = make_cube(LINES, SAMPLES, BANDS, noise=0.004).read(0, LINES)
    nm = hsunmix.open_cube(write_envi(place, values)).wavelengths
    weights = np.random.default_rng(1).random(values.shape).astype(np.float32)
    write_envi(place, weights, "weights")
    rows = ["Class,name," + ",".join(f"{v:.3f}" for v in nm)]
    spots = [(2, 1), (3, 3), (4, 5), (0, 0), (8, 8)]
    rows += [f"c{k % 2},m{k}," + ",".join(f"{v:.6f}" for v in values[at]) for k, at in enumerate(spots)]
    (place / "library.csv").write_text("\n".join(rows))
    return place


def document_of(
    cube: Cube, settings: RunSettings, locked: tuple[Endmember, ...], folder: Path
) -> tuple[Document, Unmixing]:
    """Return a document that shows a run of the window."""
    if settings.method == "weighted":
        given = Weights(str(folder / "weights.hdr"), "", (LINES, SAMPLES, BANDS))
        settings = replace(settings, weights=given)
    libraries = (str(folder / "library.csv"),) if settings.method == "dictionary" else ()
    result, columns = run_in_window(cube, settings, locked, libraries)
    return record_run(Document(cube=cube, settings=settings), result, settings, columns), result


def check_script(document: Document, result: Unmixing) -> str:
    script = python_script(document, facts_of(document, None))
    made: dict[str, Any] = {}
    exec(compile(script, "window", "exec"), made)
    np.testing.assert_array_equal(made["W"], result.endmembers)
    np.testing.assert_array_equal(made["H"], result.abundances)
    return script


def check_matlab(out: Path, result: Unmixing) -> None:
    """What a command wrote is the same result, bit for bit."""
    made = loadmat(out / "result.mat")
    np.testing.assert_array_equal(made["endmembers"], result.endmembers)
    np.testing.assert_array_equal(np.moveaxis(made["abundances"], -1, 0), result.abundances)


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_run(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    settings: RunSettings,
    part: dict[str, Any],
) -> None:
    cube = hsunmix.open_cube(folder / "scene.hdr", **part)
    document, result = document_of(cube, settings, (), folder)
    script = check_script(document, result)
    save(document, tmp_path / "s.hsu")
    again = load(tmp_path / "s.hsu")
    facts = facts_of(again, None)
    assert python_script(again, facts) == script
    words = shlex.split(command_line(again, facts, tmp_path / "out", ("matlab",)))
    done = run_hsunmix(*words[1:])
    assert done.exit_code == 0, (words, done.output)
    check_matlab(tmp_path / "out", result)


@pytest.mark.parametrize("rank", [2, 4])
@pytest.mark.parametrize("method", LOCKED)
def test_a_run_with_locked_endmembers(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    method: str,
    rank: int,
) -> None:
    cube = hsunmix.open_cube(folder / "scene.hdr", bands="no-water")
    spot = Endmember(
        "Spot", cube.spectrum(3, 3).astype(float), "#ff0000", locked=True, source=Source("pixel", 3, 3)
    )
    edited = replace(spot, name="Edited", spectrum=spot.spectrum[::-1].copy(), source=Source())
    few = {f"factorization/{method}": FEW} if method in ("hals", "mu") else {}
    settings = RunSettings(method, rank, "", 3, few | {"extraction/spa": {"candidates": 6}})
    document, result = document_of(cube, settings, (spot, edited), folder)
    used = result.used_bands
    for k, member in enumerate((spot, edited)):
        np.testing.assert_array_equal(result.endmembers[used, k], member.spectrum[used])
    script = check_script(document, result)
    save(document, tmp_path / "s.hsu")
    again = load(tmp_path / "s.hsu")
    assert python_script(again, facts_of(again, None)) == script
    facts, out = facts_of(again, None), tmp_path / "out"
    with pytest.raises(InputError, match="export the result"):
        command_line(again, facts, out, ("matlab",))
    command = command_line(again, facts, out, ("matlab",), beside=out)
    assert again.unmixing is not None
    write_products(ExportJob(again.unmixing, again.endmembers, again.cube, command), out, ("matlab",))
    (out / "result.mat").unlink()
    words = shlex.split(command)[1:]
    done = run_hsunmix(*words)  # into the folder where the spectra lie
    assert done.exit_code == 0, (command, done.output)
    check_matlab(out, result)
    assert (out / "start.csv").is_file()  # for the next time
    assert shlex.split(json.loads((out / "result.json").read_text("utf-8"))["command"])[1:] == words
