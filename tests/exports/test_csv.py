"""The table of spectra as the csv module reads it."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from hsunmix.exports import write_products
from hsunmix.formats import open_spectra
from tests.exports.conftest import make_delivery


def table(folder):
    with (folder / "endmembers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_bit_survives(tmp_path, job):
    write_products(job, tmp_path, ["csv"])
    head, *rows = table(tmp_path)
    assert head == ["wavelength_nm", "Grass", "Soil, dry {A}", "Wässer"]
    values = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])
    assert np.array_equal(values[:, 0], job.cube.wavelengths)
    assert np.array_equal(values[:, 1:], job.unmixing.endmembers, equal_nan=True)


def test_unused_bands_are_empty(tmp_path, job):
    write_products(job, tmp_path, ["csv"])
    rows = table(tmp_path)[1:]
    assert [row[1:] == ["", "", ""] for row in rows] == [k in (8, 9) for k in range(20)]


def test_without_wavelengths_bands_are_counted_from_one(tmp_path):
    write_products(make_delivery(wavelengths=False), tmp_path, ["csv"])
    rows = table(tmp_path)
    assert rows[0][0] == "band"
    assert [row[0] for row in rows[1:]] == [str(k) for k in range(1, 21)]


def test_the_spectra_are_those_the_analyst_has_now(tmp_path, job):
    from dataclasses import replace

    edited = (replace(job.endmembers[0], name="Lawn"), *job.endmembers[1:])
    write_products(replace(job, endmembers=edited), tmp_path, ["csv"])
    assert table(tmp_path)[0][1] == "Lawn"


def test_a_line_is_a_band_even_when_a_name_has_several(tmp_path):
    write_products(make_delivery(("a\nb", 'c"d')), tmp_path, ["csv"])
    assert table(tmp_path)[0] == ["wavelength_nm", "a b", 'c"d']
    assert b"\r" not in (tmp_path / "endmembers.csv").read_bytes()


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://example.com";"x")', "+1", "-2+3", "@SUM(A1)", "＝1+1", "=cmd|' /C calc'!A0"]
)
def test_a_name_is_never_a_formula(tmp_path, name):
    """What begins with an apostrophe is text to a spreadsheet; read again it is the name."""
    write_products(make_delivery((name, "Soil", "'quoted'")), tmp_path, ["csv"])
    head = table(tmp_path)[0]
    assert head[1:] == [f"'{name}", "Soil", "'quoted'"]
    assert open_spectra(tmp_path / "endmembers.csv").names == (name, "Soil", "'quoted'")
