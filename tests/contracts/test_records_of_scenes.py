"""The script and the command of a run of several scenes make the same bits again."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

from hsunmix.session.archive import load
from hsunmix.session.reproduce import command_line, facts_of, python_script
from tests.cli.conftest import Run
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401
from tests.flight_lines import NM, truth, write_lines

SCENES = ["west.hdr", "middle.hdr", "east.hdr"]
KINDS = {
    "auto": ["-r", "3"],
    "hals from vca": ["-r", "3", "-m", "hals", "--init", "vca", "--init-set", "runs=2", "--seed", "5"],
    "extraction, fcls": ["-r", "4", "-m", "spa", "-a", "fcls"],
    "abundance parameters": ["-r", "3", "-m", "nfindr", "-a", "sunsal", "--abundance-set", "penalty=0.02"],
    "masks and bands": ["-r", "3", "-m", "vca", "--mask", "b[758] > 0.05", "--bands", "500-1300, no-water"],
    "spectra of a file": ["-r", "3", "-m", "hals", "--init", "library.csv", "--locked", "1,3"],
    "library": ["-r", "2", "-m", "dictionary", "--library", "library.csv"],
    "uncertainty": ["-r", "3", "-m", "vca", "-a", "nnls", "--uncertainty"],
    "given endmembers": ["--endmembers", "library.csv", "-a", "fcls"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("lines")
    write_lines(place)
    rows = [f"{nm:.4f}," + ",".join(f"{v:.6f}" for v in w) for nm, w in zip(NM, truth(NM), strict=True)]
    (place / "library.csv").write_text("\n".join(["wavelength_nm,soil,plant,roof", *rows]) + "\n")
    return place


def _arrays(out: Path) -> dict[str, np.ndarray]:
    kept = loadmat(out / "result.mat")
    return {name: kept[name] for name in ("endmembers", "abundances", "rmse")}


def _script(page: Path) -> str:
    blocks = re.findall(r"<pre>(.*?)</pre>", page.read_text(encoding="utf-8"), re.DOTALL)
    (lines,) = [html.unescape(block) for block in blocks if "import hsunmix" in block]
    return lines


@pytest.mark.parametrize("words", KINDS.values(), ids=KINDS)
def test_every_kind_of_run(
    run_hsunmix: Run,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    monkeypatch.chdir(folder)
    session, first = tmp_path / "s.hsu", tmp_path / "first"
    products = ["--products", "matlab,html"]
    done = run_hsunmix("unmix", *SCENES, *words, "-o", first, "--session", session, *products)
    assert done.exit_code == 0, done.output
    monkeypatch.chdir(tmp_path)
    document = load(session)
    for place, entry in enumerate(document.scenes):
        expected = _arrays(first / entry.name)
        made: dict[str, Any] = {}
        exec(compile(_script(first / entry.name / "report.html"), "report", "exec"), made)
        np.testing.assert_array_equal(made["W"], expected["endmembers"])
        np.testing.assert_array_equal(made["H"], np.moveaxis(expected["abundances"], -1, 0))
        assert place < 3
    if "--endmembers" not in words:
        script = _script(first / "report.html")
        whole: dict[str, Any] = {}
        exec(compile(script, "report", "exec"), whole)
        assert [h.shape[1:] for h in whole["H"]] == [(18, 17), (18, 15), (16, 17)]
    facts = facts_of(document, None)
    shown = document.scenes[document.scene].name
    again: dict[str, Any] = {}
    exec(compile(python_script(document, facts), "session", "exec"), again)
    np.testing.assert_array_equal(again["W"], _arrays(first / shown)["endmembers"])
    copied = shlex.split(command_line(document, facts, tmp_path / "copied", ("matlab",)))
    assert run_hsunmix(*copied[1:]).exit_code == 0, copied
    alone = "--endmembers" in words
    for name, array in _arrays(first / shown).items():
        where = tmp_path / "copied" if alone else tmp_path / "copied" / shown
        np.testing.assert_array_equal(_arrays(where)[name], array)


def test_a_scene_that_is_gone_is_told(run_hsunmix: Run, folder: Path, tmp_path: Path) -> None:  # noqa: F811
    session = tmp_path / "s.hsu"
    copy = tmp_path / "west.hdr"
    copy.write_bytes((folder / "west.hdr").read_bytes())
    copy.with_suffix(".img").write_bytes((folder / "west.img").read_bytes())
    words = [copy, folder / "east.hdr", "-r", 3, "-m", "spa", "-o", tmp_path / "out", "--session", session]
    assert run_hsunmix("unmix", *words).exit_code == 0
    copy.unlink()
    document = load(session)
    assert document.scenes[document.scene].name == "east"
    with pytest.raises(ValueError, match="found on several scenes together, and west is not there"):
        python_script(document, facts_of(document, None))
