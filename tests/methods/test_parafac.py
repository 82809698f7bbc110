"""Stacks: the factors of planted tensors, bands that are missing in one cube, and what stays locked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.cli.conftest import Run, write_envi
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401 - the fixture
from tests.scenes import angles


def tensor(
    seed: int = 0, cubes: int = 4, bands: int = 25, pixels: int = 700, rank: int = 3, noise: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return T (cubes, bands, pixels) and its factors: spectra, amounts, maps. No pixel is pure."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, bands)[:, None]
    spectra = 0.1 + np.exp(-(((place - np.linspace(0.1, 0.9, rank)) / 0.25) ** 2))
    amounts = rng.uniform(0.2, 1, (cubes, rank))
    maps = rng.dirichlet(np.ones(rank), pixels).T
    maps = 0.15 + 0.85 * maps
    t = np.einsum("bk,nk,kp->nbp", spectra, amounts, maps)
    return np.abs(t + noise * rng.standard_normal(t.shape)), spectra, amounts, maps


def folded(result: hsunmix.Unmixing, cubes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return spectra (bands, r) and amounts (cubes, r) of a result; each spectrum must be the same in all."""
    w = result.endmembers.reshape(cubes, -1, result.rank)
    amounts = np.linalg.norm(np.nan_to_num(w), axis=1)
    np.testing.assert_allclose(
        w / amounts[:, None], np.broadcast_to(w[0] / amounts[0], w.shape), rtol=1e-5, atol=1e-7
    )
    return w[0] / amounts[0], amounts / amounts.mean(axis=0)


def matched(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    unit = [one / np.linalg.norm(one, axis=0) for one in (found, true)]
    return np.asarray((unit[1].T @ unit[0]).argmax(axis=1))


@pytest.mark.parametrize("seed", range(3))
def test_factors_come_back_without_pure_pixels(seed: int) -> None:
    t, spectra, amounts, maps = tensor(seed)
    result = hsunmix.unmix(
        hsunmix.Cube.stack(list(t)), "parafac", rank=3, max_iterations=3000, tolerance=1e-9
    )
    a, s = folded(result, 4)
    assert result.relative_error < 1e-3
    assert angles(a, spectra).max() < 1
    order = matched(a, spectra)
    np.testing.assert_allclose(s[:, order], amounts / amounts.mean(axis=0), atol=0.02)
    assert angles(result.abundances.T, maps.T).max() < 1
    # NMF of the same matrix fits as well, but isn't unique.
    plain = hsunmix.unmix(np.concatenate(t), "hals", rank=3)
    w = plain.endmembers.reshape(4, -1, 3)[0]
    assert angles(w, spectra).max() > 2


def test_it_is_the_best_that_alternating_least_squares_finds() -> None:
    t, *_ = tensor(5, noise=0.02)
    found = hsunmix.unmix(
        hsunmix.Cube.stack(list(t)), "parafac", rank=3, max_iterations=2000, tolerance=1e-9
    ).relative_error
    assert found <= 1.0001 * min(_plain_als(t, 3, seed) for seed in range(3))


def _plain_als(t: np.ndarray, rank: int, seed: int) -> float:
    """Alternating exact nonnegative least squares, column by column, from a start by chance."""
    from scipy.optimize import nnls

    rng = np.random.default_rng(seed)
    factors = [rng.random((size, rank)) for size in t.shape]
    for _ in range(60):
        for mode in range(3):
            one, other = (factors[m] for m in range(3) if m != mode)
            design = np.einsum("ik,jk->ijk", one, other).reshape(-1, rank)
            g, rows = design.T @ design, np.moveaxis(t, mode, 0).reshape(t.shape[mode], -1) @ design
            root = np.linalg.cholesky(g + 1e-12 * np.eye(rank))
            factors[mode] = np.array([nnls(root.T, np.linalg.solve(root, row))[0] for row in rows])
    model = np.einsum("nk,bk,pk->nbp", *factors)
    return float(np.linalg.norm(t - model) / np.linalg.norm(t))


def test_bands_that_one_cube_lacks() -> None:
    t, spectra, *_ = tensor(1)
    t[1, 3:6] = np.nan
    t[3, 20] = np.nan
    result = hsunmix.unmix(
        hsunmix.Cube.stack(list(t)), "parafac", rank=3, max_iterations=2000, tolerance=1e-8
    )
    assert result.used_bands.sum() == 96
    w = result.endmembers.reshape(4, 25, 3)
    assert np.isnan(w[1, 3:6]).all()
    assert angles(w[0], spectra).max() < 2


def test_locked_spectra_stay() -> None:
    t, spectra, amounts, _ = tensor(2, noise=0.01)
    truth = np.einsum("bk,nk->nbk", spectra, amounts).reshape(-1, 3)
    result = hsunmix.unmix(hsunmix.Cube.stack(list(t)), "parafac", init=truth[:, :1], locked=[0], rank=3)
    np.testing.assert_allclose(result.endmembers[:, 0], truth[:, 0])
    assert result.relative_error < 0.03


def test_one_cube_is_plain_nmf_and_told() -> None:
    t, *_ = tensor(3, noise=0.01)
    one = hsunmix.unmix(t[0], "parafac", rank=3)
    assert "plain NMF" in one.note
    assert one.relative_error <= 1.01 * hsunmix.unmix(t[0], "hals", rank=3).relative_error


def scenes(folder: Path) -> list[Path]:
    t = tensor(4, pixels=12 * 9, noise=0.005)[0].reshape(4, 25, 12, 9)
    names = ("may", "june", "july", "august")
    return [write_envi(folder, np.moveaxis(one, 0, 2), name) for one, name in zip(t, names, strict=True)]


def stack_option(paths: Iterable[Path]) -> str:
    return ",".join(map(str, paths))


def test_files_sessions_and_python_make_the_same(tmp_path: Path, run_hsunmix: Run) -> None:  # noqa: F811
    files = scenes(tmp_path)
    session = tmp_path / "stack.hsu"
    done = run_hsunmix(
        "unmix", files[0], "--stack", "june.hdr,july.hdr," + str(files[3]), "-m", "parafac", "-r", 3,
        "-o", tmp_path / "out", "--session", session,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Amounts in the 4 cubes" in done.stderr
    lines = (tmp_path / "out" / "endmembers.csv").read_text("utf-8").splitlines()
    assert sum(not line.startswith("#") for line in lines) == 101

    cubes = [hsunmix.open_cube(path) for path in files]
    result = hsunmix.unmix(hsunmix.Cube.stack(cubes), "parafac", rank=3)
    assert result.cube is not None
    assert dict(result.cube.options)["stack"] == "june.hdr,july.hdr,august.hdr"
    result.save(tmp_path / "python.hsu")

    from hsunmix.session.archive import load

    for name in (session, tmp_path / "python.hsu"):
        document = load(name)
        assert document.cube is not None
        assert document.unmixing is not None
        assert document.cube.stacked == 4
        np.testing.assert_array_equal(document.unmixing.abundances, result.abundances)
    again = run_hsunmix("export", session, "-o", tmp_path / "again", "--products", "geotiff,csv")
    assert again.exit_code == 0, again.output
    one, other = ((tmp_path / d / "endmembers.csv").read_text("utf-8") for d in ("out", "again"))
    assert one == other


def test_a_stack_that_does_not_fit_is_refused(tmp_path: Path, run_hsunmix: Run) -> None:  # noqa: F811
    files = scenes(tmp_path)
    other = write_envi(tmp_path, np.ones((5, 9, 25), np.float32), "other")
    for stack, said in (("other.hdr", "5 × 9 × 25"), ("gone.hdr", "gone.hdr"), ("june.hdr,,", "stack")):
        done = run_hsunmix("info", files[0], "--stack", stack)
        assert done.exit_code == 2
        assert said in done.stderr
    assert other.exists()
