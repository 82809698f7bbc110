"""Several scenes, one set of endmembers: what is found is what one scene of all their pixels would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.engine.footprint import Resources
from hsunmix.errors import FormatError, InputError
from hsunmix.formats import open_cube
from hsunmix.methods import get
from hsunmix.methods.running import footprint, together
from hsunmix.methods.running.pipeline import Request
from hsunmix.methods.running.together import Found
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import ArrayPixels
from hsunmix.model.progress import finish
from tests.beyond_memory import BANDS, MEMORY, RANK, little_memory, values, write_envi
from tests.scenes import mixture

IMAGE = mixture(16, 30 * 7, seed=3).T.reshape(30, 7, 16).astype(np.float32)
CUT = 13
SHORT = {"max_iterations": 5}


def cube(image: np.ndarray, mask: np.ndarray | None = None) -> Cube:
    return Cube.from_array(image, np.linspace(450, 2400, image.shape[2])).with_selection(mask)


def several(*images: np.ndarray) -> list[tuple[str, Cube]]:
    return [(name, cube(image)) for name, image in zip("abcdef", images, strict=False)]


def request_for(method: str, abundance: str = "") -> Request:
    entry = get(method, "factorization", "extraction")
    slow = SHORT if "max_iterations" in {p.name for p in entry.parameters} else {}
    return Request(Choice(method, slow if entry.kind == "factorization" else {}), 3, Choice(abundance), 5)


def run(scenes: list[tuple[str, Cube]], request: Request) -> Found:
    return finish(together.unmix(scenes, request))


def alone(one: Cube, request: Request) -> Found:
    return run([("all", one)], request)


PAIRS = [
    ("auto", "", False), ("auto", "fcls", True), ("hals", "", True), ("hals", "sunsal", False),
    ("spa", "nnls", True), ("vca", "shade", False), ("mu", "ksparse", True), ("minvol", "ucls", False),
    ("nfindr", "", True), ("snpa", "clsunsal", False), ("sisal", "mtmf", True), ("xray", "fcls", False),
]  # fmt: skip


@pytest.mark.parametrize(("method", "abundance", "masked"), PAIRS)
def test_two_scenes_are_one_cut_in_two(method: str, abundance: str, masked: bool) -> None:
    mask = np.random.default_rng(1).random(IMAGE.shape[:2]) > 0.2 if masked else None
    halves = [None, None] if mask is None else [mask[:CUT], mask[CUT:]]
    request = request_for(method, abundance)
    whole = alone(cube(IMAGE, mask), request).scenes[0].unmixing
    found = run([("a", cube(IMAGE[:CUT], halves[0])), ("b", cube(IMAGE[CUT:], halves[1]))], request)
    assert [one.name for one in found.scenes] == ["a", "b"]
    np.testing.assert_array_equal(found.unmixing.endmembers, whole.endmembers)
    assert found.unmixing.relative_error == whole.relative_error
    assert all(type(one.unmixing.relative_error) is float for one in found.scenes)  # as sessions give it back
    for name in whole.maps:
        both = np.concatenate([one.unmixing.maps[name].values for one in found.scenes], axis=1)
        np.testing.assert_array_equal(both, whole.maps[name].values)
    rest = sum((one.unmixing.relative_error**2 * _norm(one.cube)) for one in found.scenes)
    assert rest == pytest.approx(whole.relative_error**2 * _norm(cube(IMAGE, mask)), rel=1e-4)


def test_the_error_of_scenes_that_were_solved_one_by_one_counts_their_pixels() -> None:
    results = []
    for name, lines, error in (("a", 3, 0.1), ("b", 9, 0.3)):
        part = cube(IMAGE[:lines])
        one = alone(part, request_for("spa", "nnls")).scenes[0].unmixing
        results.append((name, part, replace(one, relative_error=error)))
    found = together.solved_together(results)
    expected = np.sqrt((3 * 0.1**2 + 9 * 0.3**2) / 12)
    assert found.unmixing.relative_error == pytest.approx(expected)
    assert [one.unmixing.share.relative_error for one in found.scenes] == pytest.approx([expected] * 2)


def _norm(one: Cube) -> float:
    x = one.read(0, one.lines).astype(np.float64)
    return float((x[one.mask] ** 2).sum())


def test_scenes_of_other_widths_and_a_scene_twice() -> None:
    one, other = IMAGE, mixture(16, 12 * 19, seed=3).T.reshape(12, 19, 16).astype(np.float32)
    request = request_for("hals", "fcls")
    x = np.concatenate([image.reshape(-1, 16) for image in (one, other, one)]).T
    expected = hsunmix.unmix(x, "hals", rank=3, seed=5, abundance="fcls", **SHORT)
    found = run(several(one, other, one), request)
    np.testing.assert_array_equal(found.unmixing.endmembers, expected.endmembers)
    first, second, third = (scene.unmixing for scene in found.scenes)
    assert second.abundances.shape == (3, 12, 19)
    np.testing.assert_array_equal(second.abundances.reshape(3, -1), expected.abundances[:, 210:438])
    np.testing.assert_array_equal(first.abundances, third.abundances)


def test_another_order_is_the_same_scenes_in_another_order() -> None:
    request = request_for("spa", "fcls")
    forth = run(several(IMAGE[:CUT], IMAGE[CUT:]), request)
    back = run(several(IMAGE[:CUT], IMAGE[CUT:])[::-1], request)
    assert [one.name for one in back.scenes] == ["b", "a"]
    np.testing.assert_array_equal(forth.unmixing.endmembers, back.unmixing.endmembers)
    np.testing.assert_array_equal(forth.scenes[0].unmixing.abundances, back.scenes[1].unmixing.abundances)


def test_one_scene_in_a_list_is_the_scene_alone() -> None:
    request = request_for("auto")
    found = alone(cube(IMAGE), request)
    expected = hsunmix.unmix(cube(IMAGE), rank=3, seed=5)
    np.testing.assert_array_equal(found.unmixing.endmembers, expected.endmembers)
    np.testing.assert_array_equal(found.scenes[0].unmixing.abundances, expected.abundances)
    assert found.scenes[0].unmixing.as_endmembers()[0].source == expected.as_endmembers()[0].source


def test_an_endmember_says_of_which_scene_its_pixel_is() -> None:
    image = IMAGE.copy()
    image[20, 4] = np.linspace(2, 1, 16)  # in the second scene
    found = run(several(image[:CUT], image[CUT:]), request_for("spa"))
    here, there = found.scenes[1].unmixing, found.scenes[0].unmixing
    k = next(k for k, e in enumerate(here.as_endmembers()) if str(e.source) == "pixel 7, 4")
    assert there.as_endmembers()[k].source.text == "pixel 7, 4 of b"
    assert there.source_pixels[k] == -1
    assert (here.share.scenes, here.share.relative_error) == (("a", "b"), found.unmixing.relative_error)


@pytest.mark.parametrize("abundance", ["nlm", "tv", "mua"])
def test_neighbours_end_at_a_scene(abundance: str) -> None:
    """These look at neighbours: twice the same scene is each by itself."""
    noisy = np.abs(IMAGE + 0.05 * np.random.default_rng(0).standard_normal(IMAGE.shape)).astype(np.float32)
    once = alone(cube(noisy), request_for("spa", abundance)).scenes[0].unmixing.abundances
    nnls = alone(cube(noisy), request_for("spa", "nnls")).scenes[0].unmixing.abundances
    twice = run(several(noisy, noisy), request_for("spa", abundance))
    for one in twice.scenes:
        np.testing.assert_allclose(one.unmixing.abundances, once, atol=1e-5)
    assert np.abs(once - nnls).max() > 1e-3


def test_units_and_bands_are_brought_to_the_first() -> None:
    nm = np.linspace(450, 2400, 16)
    counts = replace(
        Cube.from_array(np.rint(IMAGE[CUT:] * 10000).astype(np.int16), nm), path=Path("/a/counts.img")
    )
    found = run([("a", cube(IMAGE[:CUT])), ("b", counts)], request_for("spa", "fcls"))
    whole = alone(cube(IMAGE), request_for("spa", "fcls")).scenes[0].unmixing
    np.testing.assert_allclose(found.unmixing.endmembers, whole.endmembers, atol=2e-4)
    np.testing.assert_allclose(found.scenes[1].unmixing.rmse, whole.rmse[CUT:], atol=3e-4)
    assert "multiplied by 0.0001" in found.unmixing.note


def test_each_scene_keeps_its_own_nodata() -> None:
    """−9999 where nothing declares it, in numbers of 0–1 and of 0–10000; and a declared one."""
    nm = np.linspace(450, 2400, 16)
    first, second, third = IMAGE[:10].copy(), np.rint(IMAGE[10:20] * 10000), IMAGE[20:].copy()
    first[2, 3], second[4, 5], third[6, 1] = -9999, -9999, 0.25
    cubes = [
        Cube.from_array(first, nm),
        Cube.from_array(second.astype(np.int16), nm),
        replace(Cube.from_array(third, nm), nodata=0.25),
    ]
    found = run(list(zip("abc", cubes, strict=True)), request_for("spa"))
    missing = [np.argwhere(np.isnan(one.unmixing.rmse)).tolist() for one in found.scenes]
    assert missing == [[[2, 3]], [[4, 5]], [[6, 1]]]
    assert "−9999" in found.unmixing.note or "-9999" in found.unmixing.note


class Broken:
    """Pixels of a file that is damaged; a look at single lines doesn't find it."""

    shape, dtype = IMAGE.shape, IMAGE.dtype

    def read(self, first: int, last: int, bands: object = None) -> np.ndarray:
        if last - first > 1:
            raise FormatError("/b/broken.img", "is damaged")
        return ArrayPixels(IMAGE).read(first, last, bands)

    def spectrum(self, line: int, sample: int) -> np.ndarray:
        return IMAGE[line, sample]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_scenes_that_fail_are_named_and_the_others_go_on(place: int) -> None:
    nm = np.linspace(450, 2400, 16)
    broken = replace(cube(IMAGE), pixels=Broken(), path=Path("/b/broken.img"))
    other = Cube.from_array(IMAGE, np.linspace(8000, 12000, 16))
    empty = replace(cube(np.full_like(IMAGE, np.nan)), path=Path("/b/empty.img"))
    scenes = [("first", cube(IMAGE[:CUT])), ("last", cube(IMAGE[CUT:]))]
    scenes[place:place] = [("broken", broken)]
    found = run([*scenes, ("other", other), ("empty", empty)], request_for("hals"))
    assert [one.name for one in found.scenes] == ["first", "last"]
    reasons = {one.scene: one.reason for one in found.failures}
    assert list(reasons) == ["broken", "other", "empty"]
    assert reasons["broken"] == "/b/broken.img: is damaged"
    assert "has values in 0 of the 16 bands" in reasons["other"]
    assert reasons["empty"].startswith("/b/empty.img: no pixel can be used")
    good = run([one for one in scenes if one[0] != "broken"], request_for("hals"))
    np.testing.assert_array_equal(found.unmixing.endmembers, good.unmixing.endmembers)
    np.testing.assert_array_equal(nm, found.scenes[0].cube.wavelengths)
    with pytest.raises(InputError, match=r"broken.img: is damaged"):
        run([("broken", broken)], request_for("hals"))


def test_cancel_leaves_nothing_running() -> None:
    work = together.unmix(several(IMAGE[:CUT], IMAGE[CUT:]), request_for("hals"))
    for _ in range(5):
        next(work)
    work.close()
    with pytest.raises(StopIteration):
        next(work)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Cube]]:
    """Three scenes in files of three interleaves and types, which are one cut in three."""
    folder, image = tmp_path_factory.mktemp("lines"), values()
    parts = (image[:40], image[40:61], image[61:])
    kinds = ((np.float32, "bil"), (np.float64, "bsq"), (np.float32, "bip"))
    return [
        (name, open_cube(write_envi(folder / name, part.astype(kind), order)))
        for name, part, (kind, order) in zip("abc", parts, kinds, strict=True)
    ]


@pytest.fixture
def little() -> Iterator[Resources]:
    with little_memory():
        yield Resources(memory=MEMORY)


@pytest.mark.parametrize("method", ["auto", "hals", "vca", "fgnsr", "spa"])
def test_larger_than_memory(method: str, lines: list[tuple[str, Cube]], little: Resources) -> None:
    taken = []

    def stated(cube: Cube, request: Request) -> footprint.Footprint:
        taken.append(footprint.of_run(cube, request, little))
        return taken[-1]

    request = replace(request_for(method, "fcls"), rank=RANK)
    found = finish(together.unmix(lines, request, footprint=stated))
    known = finish(together.unmix(lines, request))
    assert taken[0].way != "memory"
    assert "3 scenes are read" in taken[0].sentence
    assert found.unmixing.endmembers.shape == (BANDS, RANK)
    np.testing.assert_allclose(found.unmixing.endmembers, known.unmixing.endmembers, rtol=1e-6, atol=1e-9)
    for one, other in zip(found.scenes, known.scenes, strict=True):
        np.testing.assert_allclose(one.unmixing.abundances, other.unmixing.abundances, atol=1e-5)
        assert one.unmixing.relative_error == pytest.approx(other.unmixing.relative_error, rel=1e-6)


def test_a_band_that_is_bad_in_one_is_left_out_of_all_and_told() -> None:
    bad = np.zeros(16, bool)
    bad[[3, 9]] = True
    scenes = [("a", cube(IMAGE[:CUT])), ("b", cube(IMAGE[CUT:]).with_bad_bands(bad))]
    found = run(scenes, request_for("spa"))
    for one in found.scenes:
        np.testing.assert_array_equal(one.unmixing.used_bands, ~bad)
    assert "2 bands that are bad in some scene were left out of all." in found.unmixing.note
    assert "bad in" not in run(scenes[:1], request_for("spa")).unmixing.note


def test_bands_of_noise_are_decided_once_for_all() -> None:
    rng = np.random.default_rng(2)
    image = mixture(30, 60 * 11, noise=0.001, seed=3).T.reshape(60, 11, 30).astype(np.float32)
    image[:, :, 20] = rng.uniform(0.2, 0.8, (60, 11))
    scenes = [("a", cube(image[:25])), ("b", cube(image[25:]))]
    found = run(scenes, Request(Choice("auto"), 3))
    alone_found = alone(cube(image), Request(Choice("auto"), 3))
    used = [one.unmixing.used_bands for one in found.scenes]
    assert not used[0][20]
    np.testing.assert_array_equal(used[0], used[1])
    np.testing.assert_array_equal(used[0], alone_found.unmixing.used_bands)
    np.testing.assert_array_equal(found.unmixing.endmembers, alone_found.unmixing.endmembers)
