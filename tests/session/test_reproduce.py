"""The shown result as a command and as a script: both are run, and their results compared."""

from __future__ import annotations

import json
import runpy
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hsunmix.cli.main import main
from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.formats import open_cube
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Endmember, Source
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document
from hsunmix.session.masking import subset
from hsunmix.session.members import reordered
from hsunmix.session.reproduce import command_line, facts_of, python_script
from hsunmix.session.runs import kept, record_run, without_run
from tests.cli.conftest import write_envi
from tests.conftest import make_cube
from tests.window import run_in_window

Change = Callable[[Document], Document]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    values = make_cube(31, 22, materials=4, noise=0.002).read(0, 31)
    values[30, 0] = -9999  # write_envi marks band 4 as bad
    return write_envi(tmp_path_factory.mktemp("scene's"), values)


def scene_of(cube: Cube) -> Scene:
    return finish(load(cube))


def unmixed(cube: Cube, request: Request) -> Document:
    return record_run(Document(cube=cube), finish(pipeline.unmix(scene_of(cube), request)))


def solved(document: Document, members: tuple[Endmember, ...], method: str = "nnls") -> Document:
    """The document with other endmembers, as the window leaves it after an edit."""
    spectra = np.stack([e.spectrum for e in members], axis=1)
    result = finish(pipeline.solve(scene_of(document.cube), spectra, Choice(method)))
    return replace(document, endmembers=members, unmixing=result)


def pixel(cube: Cube, line: int, sample: int) -> Endmember:
    spectrum = np.where(cube.good_bands, cube.spectrum(line, sample).astype(np.float64), np.nan)
    return Endmember(f"Pixel {line}, {sample}", spectrum, source=Source("pixel", line, sample))


def run_script(document: Document, tmp_path: Path) -> tuple[str, np.ndarray, np.ndarray]:
    text = python_script(document, facts_of(document, scene_of(document.cube)))
    file = tmp_path / "again.py"
    file.write_text(text, encoding="utf-8")
    made = runpy.run_path(str(file))
    assert made["names"] == [e.name for e in document.endmembers]
    return text, made["W"], made["H"]


def check(document: Document, tmp_path: Path) -> str:
    """Run the script; it must make the very same numbers."""
    text, w, h = run_script(document, tmp_path)
    used = document.unmixing.used_bands
    expected = np.stack([e.spectrum for e in document.endmembers], axis=1)
    np.testing.assert_array_equal(w[used], expected[used])
    np.testing.assert_array_equal(h, document.unmixing.abundances)
    return text


def run_command(document: Document, tmp_path: Path) -> tuple[list[str], dict]:
    facts = facts_of(document, scene_of(document.cube))
    words = shlex.split(command_line(document, facts, tmp_path / "out", ("csv",)))
    assert words[:2] == ["hsunmix", "unmix"]
    done = CliRunner().invoke(main, words[1:])
    assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    table = np.genfromtxt(tmp_path / "out" / "endmembers.csv", delimiter=",", skip_header=1)[:, 1:]
    expected = document.unmixing.endmembers
    np.testing.assert_allclose(table, expected, rtol=1e-6)
    assert record["relative_error"] == document.unmixing.relative_error
    return words, record


REQUESTS = [
    Request(Choice("auto"), 4),
    Request(Choice("hals", {"max_iterations": 5, "tolerance": 0.0}), 3, seed=7),
    Request(Choice("vca"), 4, Choice("fcls"), seed=3),
    Request(Choice("spa"), 3),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: r.method.method)
def test_a_run(path: Path, tmp_path: Path, request_: Request):
    document = unmixed(open_cube(path), request_)
    text = check(document, tmp_path)
    assert "np.array" not in text
    words, record = run_command(document, tmp_path)
    assert words[words.index("-m") + 1] == request_.method.method
    assert (record["seed"], record["rank"]) == (request_.seed, request_.rank)


MASKS = {
    "condition": (["b[900] > 0.3"], ""),
    "bands": ([], "#3-16"),
    "both": (["b[900] > 0.3"], "no-water"),
}


@pytest.mark.parametrize(("masks", "bands"), MASKS.values(), ids=MASKS)
def test_a_part_of_the_scene(path: Path, tmp_path: Path, masks: list[str], bands: str):
    cube = finish(subset(open_cube(path), masks, bands))
    document = unmixed(cube, Request(Choice("spa"), 3))
    check(document, tmp_path)
    words, _ = run_command(document, tmp_path)
    assert ("--mask" in words, "--bands" in words) == (bool(masks), bool(bands))


def test_a_mask_that_was_drawn_and_bands_that_were_painted(path: Path, tmp_path: Path):
    cube = open_cube(path)
    drawn = np.ones((31, 22), dtype=bool)
    drawn[3:9, 5:20] = False
    bad = cube.bad_bands.copy()
    bad[4], bad[10:12] = False, True  # taken in, left out
    document = unmixed(cube.with_selection(drawn).with_bad_bands(bad), Request(Choice("spa"), 3))
    text = check(document, tmp_path)
    assert "unpacked(" in text
    assert "all,#1-10,#13-20" in text
    with pytest.raises(InputError, match="mask that was drawn"):
        command_line(document, facts_of(document, None), tmp_path, ("csv",))
    painted = unmixed(cube.with_bad_bands(bad), Request(Choice("spa"), 3))
    assert "all,#1-10,#13-20" in run_command(painted, tmp_path)[0]


def test_a_run_of_before_the_mask_keeps_its_own_part(path: Path, tmp_path: Path):
    cube = open_cube(path)
    document = unmixed(cube, Request(Choice("spa"), 3))
    drawn = np.ones((31, 22), dtype=bool)
    drawn[3:9, 5:20] = False
    masked = replace(document, cube=cube.with_selection(drawn))
    masked = solved(masked, masked.endmembers)
    text = check(masked, tmp_path)
    assert text.count("open_cube") >= 1
    back = replace(document, cube=masked.cube)  # the first result is shown again, the mask still drawn
    check(back, tmp_path)


def deleted(document: Document) -> Document:
    return solved(document, document.endmembers[1:])


def added_pixel(document: Document) -> Document:
    return solved(document, (*document.endmembers, pixel(document.cube, 7, 9)))


def added_library(document: Document) -> Document:
    spectrum = np.linspace(0.1, 0.7, 20) ** 1.5
    spectrum[4] = np.nan
    library = Endmember("kaolinite", spectrum, source=Source("library", text="USGS, kaolinite\nCM9"))
    return solved(document, (*document.endmembers[:2], library), "fcls")


def mixed(document: Document) -> Document:
    """An endmember of a first run, one of a second, and a pixel."""
    other = unmixed(document.cube, Request(Choice("vca"), 4, seed=5))
    both = record_run(document, other.unmixing)
    return solved(both, (document.endmembers[0], both.endmembers[2], pixel(document.cube, 3, 3)))


def renamed(document: Document) -> Document:
    members = (replace(document.endmembers[0], name='Tree "A"\\', colour="#123456"), *document.endmembers[1:])
    return replace(document, endmembers=members)


def run_forgotten(document: Document) -> Document:
    """Its run was deleted from the list, so its spectra can only be written out."""
    return without_run(deleted(document), 1)


EDITS = [deleted, added_pixel, added_library, mixed, run_forgotten]


@pytest.mark.parametrize("method", ["spa", "hals"])
@pytest.mark.parametrize("edit", EDITS)
def test_edits(path: Path, tmp_path: Path, edit: Change, method: str):
    own = {"max_iterations": 5} if method == "hals" else {}
    document = edit(unmixed(open_cube(path), Request(Choice(method, own), 3)))
    text = check(document, tmp_path)
    # What spa and vca find are pixels, and a pixel is taken from the file.
    assert ("hsunmix.unmix(" in text) == (method == "hals" and edit is not run_forgotten)
    assert ("np.array([" in text) == (edit is added_library or (edit is run_forgotten and method == "hals"))
    with pytest.raises(InputError, match="edited"):
        command_line(document, facts_of(document, None), tmp_path, ("csv",))


@pytest.mark.parametrize("change", [renamed, lambda d: reordered(d, (2, 0, 1))], ids=["names", "order"])
def test_names_and_order(path: Path, tmp_path: Path, change: Change):
    document = change(unmixed(open_cube(path), Request(Choice("hals", {"max_iterations": 5}), 3)))
    text = check(document, tmp_path)
    assert "abundances(" not in text  # the run makes them


def locked_run(document: Document, method: str, members: tuple[Endmember, ...]) -> Document:
    """Unmix with the window's own code for locked endmembers."""
    settings = replace(
        document.settings, method=method, rank=4, parameters={"factorization/hals": {"max_iterations": 6}}
    )
    result, columns = run_in_window(document.cube, settings, members)
    return record_run(document, result, settings, columns)


@pytest.mark.parametrize("method", ["auto", "hals", "vca"])
def test_locked_endmembers(path: Path, tmp_path: Path, method: str):
    cube = open_cube(path)
    first = unmixed(cube, Request(Choice("spa"), 3))
    document = locked_run(first, method, (pixel(cube, 4, 5), first.endmembers[1]))
    assert len(document.runs[-1].locked) == 2
    _, w, h = run_script(document, tmp_path)
    used = document.unmixing.used_bands
    np.testing.assert_array_equal(w[used], document.unmixing.endmembers[used])
    np.testing.assert_array_equal(h, document.unmixing.abundances)
    command = shlex.split(
        command_line(document, facts_of(document, None), tmp_path, ("csv",), beside=tmp_path)
    )
    given = command.index("--init")
    assert command[given + 1 : given + 6] == [
        str(tmp_path / "start.csv"),
        "--factor",
        "1.0",
        "--locked",
        "1,2",
    ]
    with pytest.raises(InputError, match="export the result"):
        command_line(document, facts_of(document, None), tmp_path, ("csv",))


def test_a_result_kept_by_hand_and_gone_back_to(path: Path, tmp_path: Path):
    document = kept(deleted(unmixed(open_cube(path), Request(Choice("hals", {"max_iterations": 5}), 3))))
    assert document.runs[-1].edited
    check(document, tmp_path)


def test_a_session_of_before_runs_were_kept(path: Path, tmp_path: Path):
    document = replace(unmixed(open_cube(path), Request(Choice("spa"), 3)), runs=(), run_count=0)
    check(document, tmp_path)
    run_command(document, tmp_path)
    locked = replace(
        document, endmembers=(replace(document.endmembers[0], locked=True), *document.endmembers[1:])
    )
    with pytest.raises(InputError, match="locked"):
        command_line(locked, facts_of(locked, None), tmp_path, ("csv",))


def test_what_cannot_be_made_again_is_said(path: Path, tmp_path: Path):
    document = unmixed(open_cube(path), Request(Choice("spa"), 3))
    none = replace(document, unmixing=None)
    with pytest.raises(InputError, match="no result"):
        python_script(none, facts_of(none, None))
    nowhere = replace(document, cube=make_cube(31, 22))
    with pytest.raises(InputError, match="in no file"):
        python_script(nowhere, facts_of(nowhere, None))
    half: Unmixing = replace(document.unmixing, provisional=True)
    with pytest.raises(InputError, match="still being solved"):
        python_script(replace(document, unmixing=half), facts_of(document, None))


def test_options_of_the_file_are_in_both(tmp_path: Path):
    from scipy.io import savemat

    values = make_cube(12, 9).read(0, 12)
    file = tmp_path / "plain.mat"
    savemat(file, {"Y": values.reshape(-1, 20).T, "other": values.reshape(-1, 20).T * 2})
    cube = open_cube(file, lines=12, dataset="Y")
    document = unmixed(cube, Request(Choice("spa"), 3))
    check(document, tmp_path)
    words, _ = run_command(document, tmp_path)
    assert words[words.index("--lines") + 1] == "12"
    assert words[words.index("--dataset") + 1] == "Y"
