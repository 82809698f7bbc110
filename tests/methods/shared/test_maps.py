"""What a method returns of every pixel is a map of the result, in the cube's terms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.engine.footprint import Footprint
from hsunmix.engine.loading import from_array, load
from hsunmix.errors import InputError
from hsunmix.formats import open_cube
from hsunmix.methods import Abundances, Extraction, Factorization, PixelMap, get, methods
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.scenes import mixture

LINES, SAMPLES, BANDS, RANK = 9, 13, 12, 3


def scene_of(extreme: float = 1.0):
    values = mixture(BANDS, LINES * SAMPLES, RANK, seed=4).T.reshape(LINES, SAMPLES, BANDS) * extreme
    chosen = np.ones((LINES, SAMPLES), bool)
    chosen[2, 3:6] = False
    return finish(load(Cube.from_array(values.astype(np.float32)).with_selection(chosen))), chosen


def of_every_kind(scene, r=RANK):
    """One map of each form: each pixel's number is its column."""
    column = np.arange(scene.n_pixels)

    def numbers(k=None, dtype=np.float32, factor=1.0):
        made = scene.per_pixel(k, dtype, 0)
        made.put(
            column,
            (column * factor).astype(dtype)
            if k is None
            else np.stack([column * factor + j for j in range(k)]),
        )
        return made

    sparse = scene.per_pixel(2, np.int32, -1)
    sparse.put(column, np.stack([column % 7, np.full(len(column), -1)]))
    return {
        "shade": PixelMap(numbers(), kind="fraction"),
        "sd": PixelMap(numbers(r), kind="sd"),
        "dominant": PixelMap(numbers(dtype=np.int32, factor=0), kind="class", of_endmembers=True),
        "model": PixelMap(numbers(dtype=np.int32), kind="index"),
        "parts": PixelMap(numbers(2), kind="fraction", names=("a", "b")),
        "left": PixelMap(numbers(), kind="residual"),
        "share": PixelMap(numbers(2), index=sparse, layers=7, kind="fraction", names=tuple("abcdefg")),
    }


@pytest.fixture
def with_maps(monkeypatch):
    """Let nnls return maps too."""
    nnls = get("nnls", "abundance")

    def run(scene, w, params):
        found = yield from nnls.run(scene, w, params)
        return replace(found, maps=of_every_kind(scene, w.shape[1]))

    monkeypatch.setitem(methods(), ("abundance", "nnls"), replace(nnls, run=run))


@pytest.mark.usefixtures("with_maps")
@pytest.mark.parametrize("how", ["solve", "extraction", "factorization"])
def test_they_are_laid_out_as_the_cube_is(how):
    scene, chosen = scene_of()
    if how == "solve":
        w = np.random.default_rng(0).random((BANDS, RANK))
        result = finish(pipeline.solve(scene, w, Choice("nnls")))
    else:
        method = "spa" if how == "extraction" else "hals"
        abundance = "" if how == "extraction" else "nnls"
        result = finish(pipeline.unmix(scene, pipeline.Request(Choice(method), RANK, Choice(abundance))))
    columns = np.full((LINES, SAMPLES), np.nan)
    columns[chosen] = np.arange(chosen.sum())
    np.testing.assert_array_equal(result["shade"], columns)
    np.testing.assert_array_equal(result["sd"], np.stack([columns + j for j in range(RANK)]))
    assert result.maps["sd"].of_endmembers
    assert result["dominant"].dtype == np.int32
    np.testing.assert_array_equal(result["dominant"], np.where(chosen, 0, -1))
    np.testing.assert_array_equal(result["model"], np.nan_to_num(columns, nan=-1))
    np.testing.assert_array_equal(result["parts"], np.stack([columns, columns + 1]))
    expected = np.where(chosen, 0.0, np.nan) * np.ones((7, 1, 1))
    for k in range(7):
        expected[k][columns % 7 == k] = columns[columns % 7 == k]
    np.testing.assert_array_equal(result["share"], expected)
    assert list(result.further_maps) == list(of_every_kind(scene))
    with pytest.raises(KeyError, match="no map 'shades'; it has abundance, rmse, shade"):
        result["shades"]


@pytest.mark.usefixtures("with_maps")
def test_a_residual_is_in_the_cubes_units():
    scene, chosen = scene_of(2.0**70)
    assert scene.scale != 1
    result = finish(pipeline.unmix(scene, pipeline.Request(Choice("spa"), RANK)))
    np.testing.assert_array_equal(result["left"][chosen], np.arange(chosen.sum()) * scene.scale)
    np.testing.assert_array_equal(result["shade"][chosen], np.arange(chosen.sum()))


def made_by(kind, monkeypatch, stays=False):
    """A method of a kind, called ``made``, that returns the maps."""
    like = get({"extraction": "spa", "factorization": "hals"}[kind], kind)

    def run(problem, params):
        found = yield from like.run(problem, params)
        maps = {name: replace(one, stays=stays) for name, one in of_every_kind(problem.scene).items()}
        assert isinstance(found, Extraction | Factorization)
        return replace(found, maps=maps)

    monkeypatch.setitem(methods(), (like.kind, "made"), replace(like, id="made", run=run))


def test_maps_of_an_extraction_stay_whatever_the_abundances(monkeypatch):
    made_by("extraction", monkeypatch)
    result = finish(pipeline.unmix(scene_of()[0], pipeline.Request(Choice("made"), RANK, Choice("fcls"))))
    assert len(result.further_maps) == 7


@pytest.mark.parametrize("stays", [False, True])
def test_maps_of_a_factorization_go_with_its_abundances_unless_they_say_otherwise(monkeypatch, stays):
    made_by("factorization", monkeypatch, stays)
    own = finish(pipeline.unmix(scene_of()[0], pipeline.Request(Choice("made"), RANK)))
    assert len(own.further_maps) == 7
    result = finish(pipeline.unmix(scene_of()[0], pipeline.Request(Choice("made"), RANK, Choice("fcls"))))
    assert len(result.further_maps) == 7 * stays
    assert ("Left out, for it is of other abundances: shade, sd," in result.note) != stays


def test_fractions_of_endmembers_are_scaled_as_the_abundances_are(monkeypatch):
    """Spectra and abundances of hals have no scale of their own until the end."""
    hals = get("hals", "factorization")

    def run(problem, params):
        found = yield from hals.run(problem, params)
        index = problem.scene.per_pixel(RANK, np.int32, 0)
        columns = np.arange(problem.scene.n_pixels)
        index.put(columns, np.arange(RANK)[:, None] * np.ones((1, len(columns)), np.int32))
        again = PixelMap(found.abundances.copy(), kind="fraction")
        sparse = PixelMap(found.abundances.copy(), index=index, layers=RANK, kind="fraction")
        deviation = PixelMap(found.abundances.copy(), kind="sd")
        other = PixelMap(found.abundances.copy(), kind="score")
        maps = {"again": again, "sparse": sparse, "deviation": deviation, "other": other}
        return replace(found, maps=maps)

    monkeypatch.setitem(methods(), (hals.kind, "made"), replace(hals, id="made", run=run))
    result = finish(pipeline.unmix(scene_of()[0], pipeline.Request(Choice("made"), RANK)))
    for name in ("again", "sparse", "deviation"):
        np.testing.assert_array_equal(result[name], result.abundances)
    assert not np.array_equal(result["other"], result.abundances, equal_nan=True)


def test_pixels_with_missing_values_have_their_own_numbers(monkeypatch):
    """They are solved for again, over the bands that they have: so are their maps."""
    nnls = get("nnls", "abundance")

    def run(scene, w, params):
        found = yield from nnls.run(scene, w, params)
        bands = scene.per_pixel(None, np.int32, scene.n_bands)
        return replace(found, maps={"bands": PixelMap(bands, kind="label")})

    monkeypatch.setitem(methods(), ("abundance", "nnls"), replace(nnls, run=run))
    x = mixture(BANDS, 200, RANK, seed=4).astype(np.float32)
    weights = np.ones_like(x)
    x[2:5, 17] = weights[2:5, 17] = 0
    request = pipeline.Request(Choice("weighted"), RANK, Choice("nnls"), weights=weights)
    result = finish(pipeline.unmix(from_array(x), request))
    assert result["bands"][17] == BANDS - 3
    assert (np.delete(result["bands"], 17) == BANDS).all()


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("Shade!", {}, "no map can be called"),
        ("rmse", {}, "every result has a map of this name"),
        ("endmembers", {}, "is taken"),
        ("shade", {"kind": "class"}, "numbers of the type float32"),
        ("shade", {"names": ("a", "b")}, "1 layers has 2 names"),
    ],
)
def test_a_map_that_is_none_is_refused_by_name(monkeypatch, name, change, why):
    nnls = get("nnls", "abundance")

    def run(scene, w, params):
        found: Abundances = yield from nnls.run(scene, w, params)
        return replace(found, maps={name: replace(of_every_kind(scene)["shade"], **change)})

    monkeypatch.setitem(methods(), ("abundance", "nnls"), replace(nnls, run=run))
    with pytest.raises(InputError, match=f"the method's map {name}: .*{why}"):
        finish(pipeline.solve(scene_of()[0], np.random.default_rng(0).random((BANDS, RANK)), Choice("nnls")))


@pytest.mark.usefixtures("with_maps")
def test_a_scene_that_stays_in_its_file_has_the_same_maps(tmp_path, monkeypatch):
    """It is solved in blocks, each of which has its own part of every map."""
    values = mixture(BANDS, 90 * 40, RANK, seed=4).T.reshape(90, 40, BANDS).astype(np.float32)
    np.save(tmp_path / "scene.npy", values)
    chosen = np.ones((90, 40), bool)
    chosen[7, 3:31] = False
    cube = open_cube(tmp_path / "scene.npy", axes="yxb").with_selection(chosen)
    w = np.random.default_rng(0).random((BANDS, RANK))
    small = Footprint("file", "scene", 1 << 30, 1 << 30, 1 << 30, 1 << 15, 1 << 14, folder=tmp_path)
    scene = finish(load(cube, footprint=small))
    assert scene.in_file
    found = finish(pipeline.solve(scene, w))
    whole = finish(pipeline.solve(finish(load(cube)), w))
    assert list(found.maps) == list(whole.maps)
    for name in ("dominant", "sd", "parts", "share"):
        assert found.maps[name].values.shape == whole.maps[name].values.shape
        np.testing.assert_array_equal(found.maps[name].layer(0) < 0, whole.maps[name].layer(0) < 0)
    # The numbers are columns of the block: each block begins anew with 0 and counts on.
    steps = np.diff(found["shade"][chosen])
    assert set(np.unique(steps[steps > 0])) == {1.0}
    assert (steps < 0).sum() >= 2
