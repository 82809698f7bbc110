"""Spectra learned from scene after scene: as from all at once, in a file in between, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.engine.loading import from_array
from hsunmix.engine.tile_writer import TILE
from hsunmix.errors import FormatError, InputError, MissingFileError
from hsunmix.methods import Problem
from hsunmix.methods.factorization import online
from hsunmix.methods.learning import Learned, learn
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.scenes import mixture

BANDS, LINES, SAMPLES = 12, 10, 96  # two tiles
NM = np.linspace(450, 2400, BANDS)
X = mixture(BANDS, 2 * LINES * SAMPLES, 3, noise=0.02).astype(np.float32)
assert LINES * SAMPLES == 2 * TILE


def half(k: int) -> Cube:
    some = X[:, k * LINES * SAMPLES : (k + 1) * LINES * SAMPLES]
    return Cube.from_array(np.ascontiguousarray(some.T).reshape(LINES, SAMPLES, BANDS), NM)


def test_scene_after_scene_is_as_all_at_once(tmp_path: Path) -> None:
    first = finish(learn(half(0), rank=3, batch=TILE))
    path = first.save(tmp_path / "known.npz")
    both = finish(learn(half(1), Learned.load(path), batch=TILE))
    begun, _ = finish(online.begun(Problem(from_array(X[:, : LINES * SAMPLES]), 3), "spa"))
    finish(begun.learn(from_array(X), TILE, 1.0))
    np.testing.assert_allclose(both.spectra, begun.w, rtol=1e-6)
    assert (both.pixels, both.batches, len(both.scenes)) == (2 * LINES * SAMPLES, 4, 2)
    assert first.pixels == LINES * SAMPLES  # it isn't changed
    again = Learned.load(both.save(path))
    for name in ("spectra", "hht", "xht", "wavelengths"):
        np.testing.assert_array_equal(getattr(again, name), getattr(both, name))
    assert again.scenes == both.scenes


def test_extreme_units_are_the_cubes() -> None:
    plain, found = None, None
    for k in (0, 1):
        plain = finish(learn(half(k), plain, rank=3, batch=TILE))
        large = Cube.from_array(half(k).read(0, LINES).astype(np.float64) * 1e25, NM)
        found = finish(learn(large, found, rank=3, batch=TILE))
        np.testing.assert_allclose(found.spectra, plain.spectra * 1e25, rtol=1e-4)


@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_a_scene_in_other_units_is_brought_to_those_of_the_first(factor: float) -> None:
    known = finish(learn(half(0), rank=3, batch=TILE))
    plain = finish(learn(half(1), known, batch=TILE))
    assert not plain.note
    other = Cube.from_array(half(1).read(0, LINES).astype(np.float64) * factor, NM)
    found = finish(learn(other, known, batch=TILE))
    np.testing.assert_allclose(found.spectra, plain.spectra, rtol=1e-4)
    np.testing.assert_allclose(found.xht, plain.xht, rtol=1e-4)
    np.testing.assert_allclose(found.hht, plain.hht, rtol=1e-4)
    assert "multiplied by" in found.note


def test_bands_that_a_scene_does_without_are_left_out_from_then_on() -> None:
    bad = np.zeros(BANDS, bool)
    bad[3] = True
    known = finish(learn(half(1).with_bad_bands(bad), finish(learn(half(0), rank=3))))
    assert (known.bands == ~bad).all()
    known = finish(learn(half(0), known))
    assert (known.bands == ~bad).all()


def test_a_first_scene_with_fewer_spectra_is_refused_by_its_name() -> None:
    few = replace(Cube.from_array(half(0).read(0, 1)[:, :3], NM), path=Path("few.hdr"))
    with pytest.raises(InputError, match=r"few.hdr gives no 5 spectra to begin with: .*3"):
        finish(learn(few, rank=5))


def test_wavelengths_stay_known_after_a_scene_without_any() -> None:
    known = finish(learn(half(0), rank=3))
    known = finish(learn(Cube.from_array(half(1).read(0, LINES)), known))
    np.testing.assert_array_equal(known.wavelengths, NM)


def test_what_does_not_fit_is_refused() -> None:
    known = finish(learn(half(0), rank=3))
    other = Cube.from_array(half(0).read(0, LINES)[:, :, :8], NM[:8])
    with pytest.raises(InputError, match="8 bands"):
        finish(learn(other, known))
    with pytest.raises(InputError, match="wavelengths"):
        finish(learn(Cube.from_array(half(0).read(0, LINES), NM + 30), known))
    with pytest.raises(InputError, match="3 spectra were learned"):
        finish(learn(half(1), known, rank=4))
    with pytest.raises(InputError, match="number of spectra"):
        finish(learn(half(0)))


def test_files_that_hold_something_else(tmp_path: Path) -> None:
    path = tmp_path / "known.npz"
    with pytest.raises(MissingFileError):
        Learned.load(path)
    good = finish(learn(half(0), rank=3))
    spoilt = dict.fromkeys(("spectra", "hht", "xht"), np.ones((2, 2)))
    for content in ({"spectra": np.array([{"a": 1}], dtype=object)}, {"spectra": np.ones(3)}, spoilt):
        np.savez(path, **content)
        with pytest.raises(FormatError):
            Learned.load(path)
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(FormatError):
        Learned.load(path)
    data = good.save(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(FormatError):
        Learned.load(path)
    np.savez(path, **(dict(np.load(good.save(path))) | {"hht": np.full((3, 3), np.nan)}))
    with pytest.raises(FormatError, match="no spectra have"):
        Learned.load(path)
