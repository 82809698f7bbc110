"""Pixels in tiles: nothing lost, nothing transposed, the same bits with any number of threads."""

from __future__ import annotations

import time

import numpy as np
import pytest

from hsunmix.engine import memory
from hsunmix.engine.loading import from_array, load
from hsunmix.engine.passes import gram, norms_squared, residuals
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import PerPixel
from hsunmix.engine.threads import run_chunks, set_threads, thread_count
from hsunmix.errors import InputError, TooLargeError
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import ArrayPixels
from hsunmix.model.progress import finish


def scene_of(lines: int = 31, samples: int = 47, bands: int = 11, seed: int = 0) -> tuple[np.ndarray, Scene]:
    values = np.random.default_rng(seed).random((lines, samples, bands), dtype=np.float32) + 0.1
    return values, finish(load(Cube.from_array(values)))


def test_every_pixel_is_where_it_was() -> None:
    values, scene = scene_of()
    assert scene.n_pixels == 31 * 47 > 3 * TILE
    np.testing.assert_array_equal(
        scene.spread(PerPixel(scene.tiles, scene.counts)), values.transpose(2, 0, 1)
    )
    picked = np.array([0, 1, TILE, 31 * 47 - 1])
    np.testing.assert_array_equal(scene.columns(picked), values.reshape(-1, 11)[picked].T)
    assert (scene.tiles[-1, :, scene.counts[-1] :] == 0).all()
    assert scene.counts.sum() == scene.n_pixels


def test_unusable_pixels_and_bands_are_left_out() -> None:
    values = np.random.default_rng(1).random((7, 5, 6)).astype(np.float32) + 0.1
    values[2, 3, 4] = np.nan
    values[5, 1] = 0
    values[0, 4, 0] = np.inf
    values[6, 0] = -9999
    values[:, :, 1] = 0  # a band without data
    cube = Cube.from_array(values, nodata=-9999)
    scene = finish(load(cube))
    assert not scene.bands[1]
    assert scene.bands.sum() == 5
    image = scene.spread(PerPixel(scene.tiles, scene.counts))
    gone = np.zeros((7, 5), bool)
    gone[[2, 5, 0, 6], [3, 1, 4, 0]] = True
    np.testing.assert_array_equal(np.isnan(image[0]), gone)
    np.testing.assert_array_equal(cube.mask, ~gone)
    assert "4 of 35 pixels" in " ".join(scene.notes)
    assert "1 band without data was left out" in " ".join(scene.notes)


def test_selection_is_in_image_order() -> None:
    values = np.random.default_rng(2).random((4, 9, 3)).astype(np.float32) + 0.1
    selection = np.zeros((4, 9), bool)
    selection[1, 6:8] = True
    scene = finish(load(Cube.from_array(values).with_selection(selection)))
    np.testing.assert_array_equal(scene.pixels, [9 + 6, 9 + 7])


@pytest.mark.parametrize("value", [1e30, 1e-30, 30000.0])
def test_scaling_is_exact(value: float) -> None:
    x = (np.random.default_rng(3).random((5, 20)) * value).astype(np.float32)
    scene = from_array(x)
    assert np.isfinite(scene.tiles).all()
    assert 1e-8 < scene.tiles.max() < 2**21
    back = scene.full_spectra(scene.columns(np.arange(20)))
    np.testing.assert_array_equal(back.astype(np.float32), x)


def test_the_input_is_never_changed() -> None:
    for dtype in (np.float32, np.float64, np.uint16):
        x = (np.random.default_rng(4).random((5, 600)) * 1000).astype(dtype)
        before = x.copy()
        from_array(x)
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("x", [np.zeros((4, 9)), np.full((4, 9), np.nan), np.zeros((0, 3)), np.ones(5)])
def test_nothing_to_use_is_an_error(x: np.ndarray) -> None:
    with pytest.raises(InputError):
        from_array(x)


def test_bits_do_not_depend_on_threads() -> None:
    x = np.random.default_rng(5).random((200, 60_000), dtype=np.float32)
    scene = from_array(x)
    assert len(scene._chunks) > 4
    w = scene.columns(np.array([5, 50, 500]))
    h = PerPixel(np.random.default_rng(6).random((len(scene.tiles), 3, TILE), np.float32), scene.counts)
    results = []
    for threads in (1, 2, 3):
        with set_threads(threads):
            numbers = finish(norms_squared(scene)), finish(residuals(scene, w, h))
            results.append((finish(gram(scene))[0], *(one.values for one in numbers)))
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_passes_agree_with_numpy() -> None:
    x = np.random.default_rng(7).random((13, 1111))
    scene = from_array(x)
    x = x.astype(np.float32).astype(np.float64)
    product, total = finish(gram(scene))
    np.testing.assert_allclose(product, x @ x.T, rtol=1e-12)
    np.testing.assert_allclose(total, x.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(scene.spread(finish(norms_squared(scene))), (x**2).sum(axis=0), rtol=1e-12)


def test_closing_a_pass_starts_no_more_chunks() -> None:
    started: list[slice] = []

    def work(chunk: slice) -> None:
        started.append(chunk)
        time.sleep(0.002)

    with set_threads(2):
        passes = run_chunks(work, [slice(i, i + 1) for i in range(1000)])
        next(passes)
        passes.close()
    after = len(started)
    assert after < 100
    time.sleep(0.02)
    assert len(started) == after


def test_an_error_in_a_chunk_comes_out() -> None:
    def work(chunk: slice) -> None:
        if chunk.start == 3:
            raise RuntimeError("chunk 3")

    with set_threads(2), pytest.raises(RuntimeError, match="chunk 3"):
        finish(run_chunks(work, [slice(i, i + 1) for i in range(8)]))


def test_threads_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSUNMIX_THREADS", "3")
    assert thread_count() == 3
    monkeypatch.setenv("HSUNMIX_THREADS", "")
    assert thread_count() >= 1
    for text in ("many", "0", "-2", "1.5", "²", "9" * 5000, "4096"):
        monkeypatch.setenv("HSUNMIX_THREADS", text)
        with pytest.raises(InputError, match="HSUNMIX_THREADS"):
            thread_count()


def test_too_large_is_said_before_it_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1000)
    with pytest.raises(TooLargeError, match="GB"):
        scene_of()


def test_what_was_masked_is_not_called_empty() -> None:
    values = np.random.default_rng(1).random((7, 5, 6)).astype(np.float32) + 0.1
    values[5, 1] = 0
    assert finish(load(Cube.from_array(values))).notes == ("1 of 35 pixels hold no data and were left out.",)
    selection = np.ones((7, 5), dtype=bool)
    selection[4] = False
    masked = finish(load(Cube.from_array(values).with_selection(selection)))
    assert masked.notes == ("6 of 35 pixels are masked or hold no data and were left out.",)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1), (1, 0, 2)])
@pytest.mark.parametrize("threads", [1, 3])
def test_any_order_in_memory_and_any_number_of_threads(monkeypatch, order, threads) -> None:
    """Blocks come from several threads, some of their pixels unusable: each in its place all the same."""
    monkeypatch.setattr("hsunmix.engine.reading.BLOCK_BYTES", 1)  # one line at a time
    rng = np.random.default_rng(8)
    values = rng.normal(size=(83, 29, 7)).astype(np.float32)
    values[rng.random((83, 29)) < 0.3, 3] = np.nan
    values[40] = 0
    values[-1, -1] = -0.0
    values[50, :, :] = np.inf
    stored = np.ascontiguousarray(values.transpose(order)).transpose(np.argsort(order))
    pixels = ArrayPixels(stored)
    monkeypatch.setattr(ArrayPixels, "read", lambda s, a, b, bands=None: s.values[a:b])
    with set_threads(threads):
        scene = finish(load(Cube(pixels)))
    used = np.isfinite(values).all(axis=2) & (values != 0).any(axis=2)
    np.testing.assert_array_equal(scene.pixels, np.flatnonzero(used))
    np.testing.assert_array_equal(scene.columns(np.arange(scene.n_pixels)).T, values[used])
    assert scene.negative == (values[used] < 0).mean()
    assert scene.scale == 1


def test_a_block_that_cannot_be_read_ends_the_reading(monkeypatch) -> None:
    """Also for the threads that wait for their turn after it."""
    monkeypatch.setattr("hsunmix.engine.reading.BLOCK_BYTES", 1)

    class Broken:
        shape, dtype = (40, 5, 3), np.dtype("float32")

        def read(self, first, last, bands=None):
            if first == 20:
                time.sleep(0.05)
                raise OSError("the disk is gone")
            return np.ones((last - first, 5, 3), np.float32)

    cube = Cube(Broken())
    assert cube.good_bands.all()
    with set_threads(4), pytest.raises(OSError, match="the disk is gone"):
        finish(load(cube))


LAID_OUT = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "every second": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "backwards": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    "some columns": lambda x: np.pad(x, ((0, 0), (2, 3)))[:, 2:-3],
    "other bytes": lambda x: x.astype(x.dtype.newbyteorder()),
    "not aligned": lambda x: np.frombuffer(b"-" + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
}


@pytest.mark.parametrize("layout", LAID_OUT)
@pytest.mark.parametrize("kind", ["float32", "float64", "int16", "int64"])
@pytest.mark.parametrize("hole", [False, True], ids=["whole", "hole"])
def test_a_matrix_is_taken_wherever_it_lies(tmp_path, monkeypatch, layout, kind, hole) -> None:
    """In blocks smaller than it, from a file that is mapped too; a pixel without data moves those behind."""
    monkeypatch.setattr("hsunmix.engine.reading.BLOCK_BYTES", 20_000)
    x = np.random.default_rng(0).integers(-500, 500, (7, 1300)).astype(kind)
    if hole:
        x[:, 701] = 0
    given = LAID_OUT[layout](x)
    mapped = np.memmap(tmp_path / "x", given.dtype, "w+", shape=given.shape)
    mapped[:] = given
    only_read = np.memmap(tmp_path / "x", given.dtype, "r", shape=given.shape)
    for one in (given, only_read):
        scene = from_array(one)
        expected = np.delete(x, 701, axis=1) if hole else x
        np.testing.assert_array_equal(scene.columns(np.arange(scene.n_pixels)), expected)
        assert scene.negative == pytest.approx((expected < 0).mean())
    np.testing.assert_array_equal(given, x)
