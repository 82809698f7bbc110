"""``hsunmix prune``: a table of scores, and a library that can be read again."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import hsunmix
from hsunmix.cli.main import main
from hsunmix.exports._library import write_library
from hsunmix.model.library import Library
from tests.scenes import library_of_classes


@pytest.fixture(params=[None, np.linspace(400, 2400, 40)], ids=["bands", "wavelengths"])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Library]:
    made = library_of_classes(("=plant", "straw, dry", "soil"), 4)
    made = replace(made, wavelengths=request.param)
    path = tmp_path / "all.csv"
    write_library(path, made)
    return path, made


@pytest.mark.parametrize("name", ["kept.csv", "kept.sli"])
def test_what_is_kept_can_be_read_again(given: tuple[Path, Library], tmp_path: Path, name: str) -> None:
    path, made = given
    out = tmp_path / name
    done = CliRunner().invoke(main, ["prune", str(path), "-o", str(out), "--by", "ear", "--each", "2"])
    assert done.exit_code == 0, done.output
    again, found = hsunmix.open_library(out), hsunmix.prune(path, "ear", each=2)
    assert again.names == found.library.names
    commas = "" if name.endswith(".sli") else ","  # the lists of ENVI hold none
    assert again.classes == tuple(one.replace(",", commas) for one in found.library.classes)
    assert (again.wavelengths is None) == (made.wavelengths is None)
    np.testing.assert_allclose(again.values, made.values[found.kept], rtol=1e-6)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["kept"] for row in rows].count("yes") == 6
    np.testing.assert_allclose([float(row["ear"]) for row in rows], found.scores.ear, atol=1e-6)
    assert "6 of 12 spectra are kept" in done.stderr


def test_the_facts_and_the_matrix(given: tuple[Path, Library], tmp_path: Path) -> None:
    path, _ = given
    table = tmp_path / "errors.csv"
    done = CliRunner().invoke(main, ["prune", str(path), "--json", "--errors", str(table)])
    facts, found = json.loads(done.stdout), hsunmix.prune(path)
    assert [k for k, one in enumerate(facts["spectra"]) if one["kept"]] == found.kept.tolist()
    assert facts["kappa"] == pytest.approx(found.kappa)
    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    np.testing.assert_allclose(np.array([row[1:] for row in rows[1:]], float), found.errors.rmse, rtol=1e-9)


def test_another_form_is_refused_before_anything_is_done(given: tuple[Path, Library], tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["prune", str(given[0]), "-o", str(tmp_path / "kept.txt")])
    assert done.exit_code == 2
    assert ".sli or .csv" in done.stderr


def test_a_library_is_not_written_over_by_what_is_kept_of_it(
    given: tuple[Path, Library], tmp_path: Path
) -> None:
    path, made = given
    twin = tmp_path / "twin.sli"
    write_library(twin, made)
    for words in (
        (path, "-o", path),
        (twin, "-o", twin),
        (twin.with_suffix(".hdr"), "-o", twin),
        (twin, "-o", tmp_path / "twin.csv"),  # it would be taken for the table of its classes
        (path, "--errors", path),
        (path, "-o", tmp_path / "x.csv", "--errors", tmp_path / "x.csv"),
    ):
        before = {one: one.read_bytes() for one in tmp_path.iterdir()}
        done = CliRunner().invoke(main, ["prune", *map(str, words)])
        assert done.exit_code == 2, done.output
        assert "choose another name" in done.stderr
        assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before
