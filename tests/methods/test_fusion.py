"""A planted pair: the fused cube is nearer to the truth than interpolation, by far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, zoom

import hsunmix
from hsunmix.errors import InputError
from hsunmix.methods.fusion import Blur, fuse
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.cli.conftest import Run, write_envi
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401 - the fixture

RATIO, LINES, SAMPLES, BANDS, RANK = 5, 80, 60, 40, 5


def planted(seed: int, bands: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the truth, the coarse and the fine cube, (lines, samples, bands), at 35 dB."""
    rng = np.random.default_rng(seed)
    w = 0.1 + np.abs(np.cumsum(rng.standard_normal((BANDS, RANK)), axis=0)) / np.sqrt(BANDS)
    h = np.stack([gaussian_filter(rng.standard_normal((LINES, SAMPLES)), 1.5 + k) for k in range(RANK)])
    h = np.exp(3 * h / h.std(axis=(1, 2), keepdims=True))
    truth = np.einsum("bk,kls->lsb", w, h / h.sum(axis=0))
    middle = np.linspace(0.08, 0.92, bands)[:, None]
    response = np.exp(-(((np.linspace(0, 1, BANDS) - middle) * bands * 0.8) ** 2))
    fine = truth @ (response / response.sum(axis=1, keepdims=True)).T
    blurred = gaussian_filter(truth, (RATIO / 2.3548, RATIO / 2.3548, 0), mode="nearest")
    coarse = blurred[RATIO // 2 :: RATIO, RATIO // 2 :: RATIO]
    return truth, noisy(coarse, rng), noisy(fine, rng)


def noisy(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return values + rng.standard_normal(values.shape) * np.sqrt((values**2).mean()) * 10 ** (-35 / 20)


def decibels(found: np.ndarray, truth: np.ndarray) -> float:
    return float(10 * np.log10((truth**2).mean() / ((found - truth) ** 2).mean()))


def gain(seed: int) -> float:
    """By how many decibels the fused cube is nearer to the truth than bicubic interpolation."""
    truth, coarse, fine = planted(seed)
    fused = finish(fuse(Cube.from_array(coarse), Cube.from_array(fine), RANK))
    bicubic = zoom(coarse, (RATIO, RATIO, 1), order=3, mode="nearest", grid_mode=True)
    return decibels(fused.read(0, LINES), truth) - decibels(bicubic, truth)


def test_it_is_far_nearer_to_the_truth_than_bicubic() -> None:
    gains = [gain(seed) for seed in range(10)]
    assert np.median(gains) > 6
    assert min(gains) > 4


@pytest.mark.parametrize("ratio", [2, 3, 4, 5])
def test_blur_keeps_what_is_flat_and_where_it_is(ratio: int) -> None:
    blur = Blur(ratio)
    ramp = np.stack([np.ones((8 * ratio, 6 * ratio)), np.mgrid[: 8 * ratio, : 6 * ratio][0] * 1.0])
    down = blur.down(ramp)
    np.testing.assert_allclose(down[0], 1)
    centres = np.arange(8) * ratio + (ratio - 1) / 2
    np.testing.assert_allclose(down[1][2:-2], np.broadcast_to(centres[2:-2, None], (4, 6)))
    np.testing.assert_allclose(
        blur.up(down)[1][3 * ratio : -3 * ratio], ramp[1][3 * ratio : -3 * ratio], atol=0.2
    )


def test_cubes_that_do_not_fit_are_refused() -> None:
    _, coarse, fine = planted(0)
    with pytest.raises(InputError, match="whole multiple"):
        finish(fuse(Cube.from_array(coarse), Cube.from_array(fine[:-1]), 3))
    with pytest.raises(InputError, match="whole multiple"):
        finish(fuse(Cube.from_array(coarse), Cube.from_array(coarse), 3))
    coarse[0, 0] = np.nan
    with pytest.raises(InputError, match="without data"):
        finish(fuse(Cube.from_array(coarse), Cube.from_array(fine), 3))


def test_it_can_be_closed_at_any_step() -> None:
    _, coarse, fine = planted(0)
    work = fuse(Cube.from_array(coarse), Cube.from_array(fine), 3)
    for _ in range(6):
        next(work)
    work.close()


def test_on_the_command_line(tmp_path: Path, run_hsunmix: Run) -> None:  # noqa: F811
    truth, coarse, fine = planted(1)
    one = write_envi(tmp_path, coarse, "coarse")
    other = write_envi(tmp_path, fine, "fine")
    done = run_hsunmix("fuse", one, other, "-r", RANK, "-o", tmp_path / "sharp.img")
    assert done.exit_code == 0, done.output
    cube = hsunmix.open_cube(tmp_path / "sharp.hdr")
    assert cube.shape == (LINES, SAMPLES, BANDS)
    good = cube.good_bands
    np.testing.assert_array_equal(good, hsunmix.open_cube(one).good_bands)
    assert decibels(cube.read(0, LINES)[:, :, good], truth[:, :, good]) > 20
    there = hsunmix.open_cube(other).georeference
    assert cube.georeference is not None
    assert there is not None
    assert cube.georeference.transform == there.transform
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for out in ("sharp.hdr", "fine.img", "coarse.dat", "."):
        refused = run_hsunmix("fuse", one, other, "-r", 2, "-o", tmp_path / out)
        assert refused.exit_code == 2, refused.output
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
