"""Records are the run: the command and the lines of Python of every kind of run make the same bits."""

from __future__ import annotations

import html
import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

import hsunmix
from hsunmix.errors import InputError
from hsunmix.exports import ExportJob, write_products
from hsunmix.methods import get, methods
from hsunmix.parameters import from_text, to_text
from hsunmix.session.archive import load
from hsunmix.session.reproduce import command_line, facts_of, python_script
from tests.cli.conftest import Run, write_envi
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401 - the fixture
from tests.conftest import make_cube

LINES, SAMPLES, BANDS = 14, 11, 20
SHORT = {"max_iterations": 4, "iterations": 4, "cycles": 2, "candidates": 30, "neighbours": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene, weights and masks; the name has what shells and Python must escape."""
    place = tmp_path_factory.mktemp("it's a \\place")
    values = make_cube(LINES, SAMPLES, BANDS, materials=4, noise=0.003).read(0, LINES)
    values[13, 0] = -9999
    values[0, 8] = 0
    write_envi(place, values)
    wanted = np.ones((LINES, SAMPLES), np.uint8)
    wanted[4:6, 2:7] = 0
    np.save(place / "m.npy", wanted)
    weights = np.random.default_rng(1).random(values.shape).astype(np.float32)
    write_envi(place, weights, "weights")
    np.save(place / "pixel weights.npy", weights[:, :, :1])
    corners = [[0, 0], [9, 0], [9, 11], [0, 11], [0, 0]]
    ring = [[500000 + 30 * x, 4200000 - 30 * y] for x, y in corners]
    shape = {"type": "Polygon", "coordinates": [ring]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32611"}}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    fields = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    (place / "fields.geojson").write_text(json.dumps(fields))
    centres = np.linspace(440, 2420, 90)
    rows = ["Class,name," + ",".join(f"{nm:.1f}" for nm in centres)]
    for kind, name, peak in (("soil", "one", 700), ("soil", "one", 1400), ("plant", "two", 2000)):
        curve = 1000 + 5000 * np.exp(-(((centres - peak) / 400) ** 2))
        rows.append(f"{kind},{name}," + ",".join(f"{v:.3f}" for v in curve))
    (place / "library.csv").write_text("\n".join(rows))
    from scipy.io import savemat

    savemat(place / "stack.mat", {"Y": values.reshape(-1, BANDS).T, "other": 2 * values.reshape(-1, BANDS).T})
    savemat(place / "turned.mat", {"cube": np.ascontiguousarray(values.transpose(2, 0, 1))})
    return place


def _short(method: str) -> list[str]:
    known = {parameter.name for parameter in get(method).parameters}
    return [word for name, n in SHORT.items() if name in known for word in ("--set", f"{name}={n}")]


def _of(method: str, *words: str) -> list[str]:
    return ["scene.hdr", "-r", "3", "-m", method, *_short(method), *words]


KINDS: dict[str, list[str]] = {
    **{f"method {m.id}": _of(m.id) for m in methods().values() if m.kind in ("factorization", "extraction")},
    **{
        f"auto -a {m.id}": _of("auto", "-a", m.id) for m in methods().values() if m.kind == "abundance"
    },
    "hals -a fcls": _of("hals", "-a", "fcls"),
    "minvol -a nnls": _of("minvol", "-a", "nnls"),
    "vca -a sunsal": _of("vca", "-a", "sunsal", "--seed", "7"),
    "parameters of the abundances": _of(
        "spa", "-a", "sunsal", "--abundance-set", "penalty=0.02", "--abundance-set", "sum_to_one=true"
    ),
    "factorization and parameters of the abundances": _of("hals", "-a", "ksparse", "--abundance-set", "k=2"),
    "init": _of("hals", "--init", "nndsvd"),
    "init with parameters": _of("hals", "--init", "vca", "--init-set", "runs=2", "--seed", "5"),
    "beginning with parameters": _of("nfindr", "--init", "xray", "--init-set", "candidates=8"),
    "init of a file": _of("hals", "--init", "library.csv"),
    "locked": _of("hals", "--init", "library.csv", "--locked", "1,3", "-a", "fcls"),
    "locked, auto": _of("auto", "--init", "library.csv", "--locked", "2"),
    "locked, extraction": _of("vca", "--init", "library.csv", "--locked", "all", "--factor", "0.5"),
    "endmembers": ["scene.hdr", "--endmembers", "library.csv", "-a", "fcls"],
    "endmembers, parameters, bands and mask": [
        "scene.hdr", "--endmembers", "library.csv", "-a", "sunsal", "--abundance-set", "penalty=0.02",
        "--bands", "500-1300, no-water", "--mask", "b[758] > 0.2",
    ],
    "library": _of("dictionary", "--library", "library.csv"),
    "library and bounds": _of(
        "dictionary", "--library", "library.csv", "--set", "bounds=soil=1-2, plant=0-1"
    ),
    "parameters of every choice": _of(
        "hals", "--init", "vca", "--init-set", "runs=2", "-a", "sunsal", "--abundance-set", "penalty=0.02",
        "--set", "extrapolate=false", "--seed", "6",
    ),
    "init by set": _of("mu", "--set", "init=random", "--seed", "3"),
    "set bool and float": _of("hals", "--set", "extrapolate=false", "--set", "tolerance=1e-4"),
    "set int": ["scene.hdr", "-r", "3", "-m", "spa", "--set", "candidates=7"],
    "weights": _of("weighted", "--weights", "weights.hdr"),
    "weights of pixels": _of("weighted", "--weights", "pixel weights.npy", "--init", "vca"),
    "condition": _of("spa", "--mask", "b[758] > 0.2"),
    "conditions": _of("spa", "--mask", "b[758] > 0.2", "--mask", "b[1168] < 0.7"),
    "file": _of("spa", "--mask", "m.npy"),
    "condition and file": _of("auto", "-a", "fcls", "--mask", "b[758] > 0.2", "--mask", "m.npy"),
    "polygons": _of("vca", "--mask", "fields.geojson"),
    "polygons, file and condition": _of(
        "spa", "--mask", "fields.geojson", "--mask", "b[758] > 0.2", "--mask", "m.npy"
    ),
    "bands": _of("spa", "--bands", "500-1300, no-water"),
    "bands by number": _of("spa", "--bands", "all,#2-17"),
    "bands and masks": _of("hals", "--bands", "no-water", "--mask", "m.npy", "--mask", "b[1270] > 0.1"),
    "nodata": _of("spa", "--nodata", "0.25"),
    "nodata below zero": _of("vca", "--nodata", "-9999"),
    "nodata none": [*_of("spa", "--nodata", "none"), "--mask", "band[1] > -1"],
    "dataset": ["stack.mat", "-r", "3", "-m", "spa", "--dataset", "Y", "--lines", str(LINES)],
    "axes": ["turned.mat", "-r", "3", "-m", "vca", "--axes", "byx"],
}  # fmt: skip


def _run(run: Run, words: list[str], out: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Unmix; return the record and the arrays, to the last bit."""
    done = run("unmix", *words, "-o", out, "--products", "matlab,html", "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), _arrays(out)


def _arrays(out: Path) -> dict[str, np.ndarray]:
    kept = loadmat(out / "result.mat")
    return {name: kept[name] for name in ("endmembers", "abundances", "rmse")}


def _same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def _script(page: Path) -> str:
    """Return the lines of Python of a report."""
    blocks = re.findall(r"<pre>(.*?)</pre>", page.read_text(encoding="utf-8"), re.DOTALL)
    (lines,) = [html.unescape(block) for block in blocks if "import hsunmix" in block]
    return lines


def _check_script(made: dict[str, Any], expected: dict[str, np.ndarray]) -> None:
    np.testing.assert_array_equal(made["W"], expected["endmembers"])
    np.testing.assert_array_equal(made["H"], np.moveaxis(expected["abundances"], -1, 0))


@pytest.mark.parametrize("words", KINDS.values(), ids=KINDS)
def test_every_kind_of_run(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    monkeypatch.chdir(folder)
    session = tmp_path / "s.hsu"
    record, expected = _run(run_hsunmix, [*words, "--session", str(session)], tmp_path / "first")
    again = shlex.split(record["command"])
    assert again == ["hsunmix", "unmix", *words, "--session", str(session), *again[len(words) + 4 :]]
    # The script and what the session knows hold anywhere, not only where the command was given.
    monkeypatch.chdir(tmp_path)
    script = _script(tmp_path / "first" / "report.html")
    made: dict[str, Any] = {}
    exec(compile(script, "report", "exec"), made)
    _check_script(made, expected)
    document = load(session)
    facts = facts_of(document, None)
    assert python_script(document, facts) == script
    copied = shlex.split(command_line(document, facts, tmp_path / "copied", ("matlab",)))
    done = run_hsunmix(*copied[1:])
    assert done.exit_code == 0, (copied, done.output)
    _same(_arrays(tmp_path / "copied"), expected)


@pytest.mark.parametrize("kind", ["condition and file", "weights", "auto -a fcls"])
def test_the_command_of_a_record(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.chdir(folder)
    record, expected = _run(run_hsunmix, KINDS[kind], tmp_path / "first")
    again = shlex.split(record["command"])
    again[again.index("-o") + 1] = str(tmp_path / "again")
    assert run_hsunmix(*again[1:]).exit_code == 0
    _same(_arrays(tmp_path / "again"), expected)


def test_each_mask_of_a_record_is_one_of_the_command(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    record, _ = _run(run_hsunmix, KINDS["condition and file"], tmp_path / "1")
    assert record["mask"] == ["b[758] > 0.2", str(folder / "m.npy")]
    record, _ = _run(run_hsunmix, KINDS["conditions"], tmp_path / "2")
    assert record["mask"] == "(b[758] > 0.2) and (b[1168] < 0.7)"


START = np.random.default_rng(3).uniform(0.1, 0.7, (BANDS, 3))
DRAWN = np.arange(LINES * SAMPLES).reshape(LINES, SAMPLES) % 7 > 0
IN_PYTHON: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "start": ({}, {"method": "hals", "init": START}),
    "locked": ({}, {"method": "minvol", "init": START, "locked": (1,), "abundance": "fcls"}),
    "drawn": ({"mask": DRAWN}, {"method": "spa"}),
    "drawn and a condition": ({"mask": [DRAWN, "b[758] > 0.2"], "bands": "no-water"}, {"method": "auto"}),
    "two conditions": ({"mask": ("b[758] > 0.2", "b[1168] < 0.7")}, {"method": "vca", "seed": 4}),
}


@pytest.mark.parametrize(("part", "asked"), IN_PYTHON.values(), ids=IN_PYTHON)
def test_runs_of_python(folder: Path, tmp_path: Path, part: dict[str, Any], asked: dict[str, Any]) -> None:
    cube = hsunmix.open_cube(folder / "scene.hdr", **part)
    result = hsunmix.unmix(cube, rank=3, **asked)
    write_products(ExportJob(result, result.as_endmembers(), cube), tmp_path, ["html"])
    made: dict[str, Any] = {}
    exec(compile(_script(tmp_path / "report.html"), "report", "exec"), made)
    np.testing.assert_array_equal(made["result"].endmembers, result.endmembers)
    np.testing.assert_array_equal(made["result"].abundances, result.abundances)
    notes = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["notes"]
    drawn = any(isinstance(mask, np.ndarray) for mask in [part.get("mask"), *part.get("mask", ())])
    assert any("the mask was drawn or given as an array" in note for note in notes) == drawn
    assert any("spectra to start from were given" in note for note in notes) == ("init" in asked)


def test_weights_that_were_an_array_are_asked_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cube = hsunmix.open_cube(folder / "scene.hdr")
    weights = np.random.default_rng(0).random(cube.shape)
    result = hsunmix.unmix(cube, "weighted", rank=3, weights=weights, max_iterations=4)
    write_products(ExportJob(result, result.as_endmembers(), cube), tmp_path, ["html"])
    notes = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["notes"]
    assert any("the weights, 14 × 11 × 20, were given as an array" in note for note in notes)
    monkeypatch.chdir(tmp_path)
    script = compile(_script(tmp_path / "report.html"), "report", "exec")
    with pytest.raises(FileNotFoundError, match="weights"):
        exec(script, {})
    np.save("weights.npy", weights)
    made: dict[str, Any] = {}
    exec(script, made)
    np.testing.assert_array_equal(made["result"].abundances, result.abundances)


def test_a_scene_that_is_in_no_file_is_asked_for(tmp_path: Path) -> None:
    cube = make_cube()
    result = hsunmix.unmix(cube, "spa", rank=3)
    write_products(ExportJob(result, result.as_endmembers(), cube), tmp_path, ["html"])
    said = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "the scene was given as an array and is in no file" in said


def test_files_that_changed_since_are_not_taken_for_what_they_were(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    for name in ("m.npy", "pixel weights.npy"):
        np.save(tmp_path / name, np.load(name))
    session = tmp_path / "s.hsu"
    words = _of(
        "weighted", "--weights", str(tmp_path / "pixel weights.npy"), "--mask", str(tmp_path / "m.npy")
    )
    _, expected = _run(run_hsunmix, [*words, "--session", str(session)], tmp_path / "first")
    document = load(session)
    np.save(tmp_path / "m.npy", DRAWN)
    facts = facts_of(document, None)
    with pytest.raises(InputError, match="whose file changed"):
        command_line(document, facts, tmp_path, ("csv",))
    made: dict[str, Any] = {}
    exec(compile(python_script(document, facts), "session", "exec"), made)  # the mask is in it
    _check_script(made, expected)
    np.save(tmp_path / "m.npy", np.load("m.npy"))
    (tmp_path / "pixel weights.npy").unlink()
    facts = facts_of(document, None)
    with pytest.raises(InputError, match="another file now than the run's weights"):
        command_line(document, facts, tmp_path, ("csv",))
    assert "# The run had other weights:" in python_script(document, facts)


@pytest.mark.parametrize(
    "value",
    [True, None, 3, 1e-05, 0.1, [3], [], [1, 2], "spa", "true", "1", "", "a=b", ' "x" ', "ä,b", "1,2"],
)
def test_a_parameter_is_written_as_it_is_read(value: object) -> None:
    assert from_text(to_text("name", value)) == ("name", value)
