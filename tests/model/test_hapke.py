"""Albedo and reflectance: each other's opposite, and linear where grains are mixed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError, ParameterError
from hsunmix.model.cube import Cube
from hsunmix.model.hapke import Hapke, as_albedo, to_albedo, to_reflectance
from tests.cli.conftest import Run, write_envi
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401 - the fixture


@pytest.mark.parametrize("angles", [(0, 0), (30, 0), (60, 20), (85, 70)])
def test_they_are_opposite(angles: tuple[float, float]) -> None:
    w = np.linspace(0, 1, 201)
    r = to_reflectance(w, *angles)
    assert (np.diff(r) > 0).all()
    np.testing.assert_allclose(to_albedo(r, *angles), w, atol=1e-7)
    # The model itself, written out.
    mu0, mu = np.cos(np.radians(angles))
    h0, h = (1 / (1 + 2 * m * np.sqrt(1 - w)) for m in (mu0, mu))
    np.testing.assert_allclose(r, w * h * h0, atol=1e-12)


def test_the_ends_and_what_is_beyond() -> None:
    found = to_albedo(np.array([0, 1, 1.3, -0.01, 0.01, np.nan]))
    np.testing.assert_allclose(found[:3], [0, 1, 1], atol=1e-12)
    assert found[3] == -found[4] < 0
    assert np.isnan(found[5])


@pytest.mark.parametrize("text", ["hapke:91", "hapke:30,95", "hapke:", "hapke:a", "mnf"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="hapke:SUN"):
        Hapke.read(text)
    assert Hapke.read("hapke:45,10") == Hapke(45, 10)


def intimate() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return reflectance (lines, samples, bands) of grains, their shares, their spectra."""
    rng = np.random.default_rng(0)
    place = np.linspace(0, 1, 24)[:, None]
    albedo = 0.3 + 0.65 * np.exp(-(((place - [0.1, 0.5, 0.9]) / 0.3) ** 2))
    share = rng.dirichlet(np.ones(3), (14, 11))
    share[0, :3] = np.eye(3)
    return to_reflectance(share @ albedo.T, 40, 5).astype(np.float32), share, to_reflectance(albedo, 40, 5)


def test_shares_of_grains_come_out_in_albedo_and_not_in_reflectance() -> None:
    values, share, spectra = intimate()
    cube = Cube.from_array(values)
    made = as_albedo(cube, "hapke:40,5")
    assert made.quantity == "Single-scattering albedo"
    right = hsunmix.abundances(made, to_albedo(spectra, 40, 5), "fcls")
    np.testing.assert_allclose(np.moveaxis(right, 0, 2), share, atol=1e-3)
    wrong = hsunmix.abundances(cube, spectra, "fcls")
    assert np.abs(np.moveaxis(wrong, 0, 2) - share).max() > 0.05
    np.testing.assert_allclose(made.spectrum(3, 4), made.read(3, 4)[0, 4])
    np.testing.assert_allclose(made.read(2, 5, [7, 1]), made.read(2, 5)[:, :, [7, 1]])


def test_other_units_are_refused() -> None:
    with pytest.raises(InputError, match="as a fraction"):
        as_albedo(Cube.from_array(10000 * intimate()[0]), "hapke")


def test_on_the_command_line_with_a_library_and_in_a_session(tmp_path: Path, run_hsunmix: Run) -> None:  # noqa: F811
    values, share, spectra = intimate()
    scene = write_envi(tmp_path, values)
    cube = hsunmix.open_cube(scene)
    assert cube.wavelengths is not None
    lines = [
        "wavelength_nm,a,b,c",
        *(",".join(map(str, (nm, *row))) for nm, row in zip(cube.wavelengths, spectra, strict=True)),
    ]
    (tmp_path / "library.csv").write_text("\n".join(lines), "utf-8")
    done = run_hsunmix(
        "unmix", scene, "--transform", "hapke:40,5", "--endmembers", tmp_path / "library.csv", "-a", "fcls",
        "-o", tmp_path / "out", "--session", tmp_path / "s.hsu",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "taken for reflectance and made albedo" in done.stderr

    from hsunmix.session.archive import load

    document = load(tmp_path / "s.hsu")
    assert document.unmixing is not None
    assert document.cube is not None
    assert document.cube.transform == "hapke:40,5"
    np.testing.assert_allclose(np.moveaxis(document.unmixing.abundances, 0, 2), share, atol=2e-3)
    refused = run_hsunmix("info", scene, "--transform", "hapke:99")
    assert refused.exit_code == 2
    assert "hapke:SUN" in refused.stderr
