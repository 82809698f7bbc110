"""What a value means survives the door: masks, missing values, zeros, nodata; arguments by name."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.errors import InputError, ParameterError

BANDS = 30


def mixture(pixels: int = 600, seed: int = 0, noise: float = 0.001) -> np.ndarray:
    """Return a matrix (bands, pixels) of three materials, the first three pixels pure."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, BANDS)[:, None]
    w = 0.1 + 0.6 * np.exp(-(((place - np.linspace(0.1, 0.9, 3)) / 0.15) ** 2))
    h = rng.dirichlet(np.ones(3), pixels).T
    h[:, :3] = np.eye(3)
    return w @ h + noise * rng.standard_normal((BANDS, pixels))


CLOUD = slice(100, 140)


def clouded() -> np.ma.MaskedArray:
    x = mixture()
    x[:, CLOUD] = 20 * np.random.default_rng(1).random((BANDS, 40))
    masked = np.ma.masked_array(x, mask=False)
    masked[:, CLOUD] = np.ma.masked
    return masked


def test_masked_pixels_take_no_part_anywhere() -> None:
    masked = clouded()
    clear = np.delete(masked.data, np.r_[CLOUD], axis=1)
    result = hsunmix.unmix(masked, "spa", rank=3)
    assert sorted(result.source_pixels) == [0, 1, 2]
    assert np.isnan(result.abundances[:, CLOUD]).all()
    assert "40 of 600 pixels" in result.note
    assert hsunmix.estimate_rank(masked) == hsunmix.estimate_rank(clear)
    h = hsunmix.abundances(masked, result.endmembers)
    assert np.isnan(h[0]).sum() == 40
    cube = hsunmix.Cube.from_array(masked.T.reshape(20, 30, BANDS))
    assert sorted(hsunmix.unmix(cube, "spa", rank=3).source_pixels) == [0, 1, 2]
    spectra = np.ma.masked_array(result.endmembers, mask=False)
    spectra[4, 1] = np.ma.masked
    with pytest.raises(InputError, match="no value in a band"):
        hsunmix.abundances(masked, spectra)


def test_a_pixel_masked_in_part_is_left_out_unless_weights_say_what_is_missing() -> None:
    masked = np.ma.masked_array(mixture(), mask=False)
    masked.data[7, 50] = 99
    masked[7, 50] = np.ma.masked
    assert np.isnan(hsunmix.unmix(masked, "spa", rank=3).abundances[0, 50])
    for weights in (np.ones(BANDS), np.ones((BANDS, 600)), np.ma.masked_array(np.ones((BANDS, 600)))):
        result = hsunmix.unmix(masked, "weighted", rank=3, weights=weights, max_iterations=20)
        assert np.isfinite(result.abundances).all()
    image = masked.T.reshape(20, 30, BANDS)
    result = hsunmix.unmix(
        hsunmix.Cube.from_array(image), "weighted", rank=3, weights=np.ones((20, 30)), max_iterations=5
    )
    assert np.isnan(result.abundances).sum() == 3  # a cube doesn't know why a value is missing


@pytest.mark.parametrize("fill", [np.nan, -9999.0, np.inf])
@pytest.mark.parametrize("layout", ["matrix", "cube"])
def test_a_missing_value_of_weight_zero_costs_no_pixel(fill, layout) -> None:
    x = mixture(noise=0)
    missing = np.random.default_rng(2).random(x.shape) < 0.1
    weights = np.where(missing, 0.0, 1.0)
    given, zeros = np.where(missing, fill, x), np.where(missing, 0, x)
    options = {"rank": 3, "max_iterations": 600, "tolerance": 1e-8}
    if layout == "matrix":
        result = hsunmix.unmix(given, "weighted", weights=weights, **options)
    else:
        images = (a.T.reshape(20, 30, BANDS) for a in (given, weights))
        cube = hsunmix.Cube.from_array(next(images))
        result = hsunmix.unmix(cube, "weighted", weights=next(images), **options)
    product = result.endmembers @ result.abundances.reshape(3, -1)
    np.testing.assert_allclose(product, x, atol=5e-3)
    same = hsunmix.unmix(zeros, "weighted", weights=weights, **options)
    np.testing.assert_allclose(result.endmembers, same.endmembers, rtol=1e-5)
    # What is missing is not a zero that the result fails to explain.
    left = np.where(missing, 0, product - x)
    assert result.relative_error == pytest.approx(np.linalg.norm(left) / np.linalg.norm(zeros), rel=1e-3)
    rmse = np.sqrt(np.square(left).sum(axis=0) / (~missing).sum(axis=0))
    np.testing.assert_allclose(result.rmse.ravel(), rmse, atol=1e-6)


def test_a_missing_value_with_a_weight_costs_its_pixel() -> None:
    x = mixture()
    x[3, 9] = np.nan
    result = hsunmix.unmix(x, "weighted", rank=3, weights=np.ones(x.shape), max_iterations=5)
    assert np.flatnonzero(np.isnan(result.abundances[0])).tolist() == [9]
    assert "1 of 600 pixels" in result.note


@pytest.mark.parametrize("kind", ["matrix", "cube"])
def test_a_band_of_measured_zeros_counts_as_in_scipy(kind) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random((4, 2)), rng.random((4, 60))
    b[[1, 3]] = 0
    expected = np.array([nnls(a, column)[0] for column in b.T]).T
    given = b if kind == "matrix" else hsunmix.Cube.from_array(b.T.reshape(6, 10, 4))
    with pytest.warns(UserWarning, match="2 bands are zero in every pixel"):
        h = hsunmix.abundances(given, a)
    np.testing.assert_allclose(h.reshape(2, -1), expected, atol=1e-6)


def test_zeros_in_bands_that_the_spectra_lack_do_not_count() -> None:
    x = mixture()
    x[4] = 0
    result = hsunmix.unmix(x, "spa", rank=3)
    assert not result.used_bands[4]
    assert "1 band without data" in result.note
    with pytest.warns(UserWarning, match="1 band without data"):
        h = hsunmix.abundances(x, result.endmembers)
    np.testing.assert_allclose(h, result.abundances, atol=1e-5)


def test_a_trace_that_few_pixels_hold_is_found() -> None:
    x = mixture(20000)
    x[7] = 0
    hot = np.setdiff1d(np.arange(20000), np.linspace(0, 19999, 4096).astype(int))[::250]
    x[7, hot] = 5
    result = hsunmix.unmix(x, "spa", rank=4)
    assert result.used_bands.all()
    assert np.isin(result.source_pixels, hot).any()


def test_undeclared_nodata_is_found_told_and_can_be_kept() -> None:
    x = mixture()
    x[:, 10:14] = -9999
    result = hsunmix.unmix(x, "spa", rank=3)
    assert np.flatnonzero(np.isnan(result.abundances[0])).tolist() == [10, 11, 12, 13]
    assert "-9999 was taken for no data" in result.note
    assert np.isfinite(hsunmix.unmix(x, "spa", rank=3, nodata="none").abundances).all()
    with pytest.warns(UserWarning, match="-9999"):
        hsunmix.abundances(x, result.endmembers)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hsunmix.abundances(x, result.endmembers, nodata=-9999)
    assert hsunmix.estimate_rank(x) == hsunmix.estimate_rank(np.delete(x, np.r_[10:14], axis=1))


@pytest.mark.parametrize("factor", [1e40, 3e38, 1e-46])
def test_any_unit_gives_the_same_abundances(factor) -> None:
    x = mixture()
    plain, scaled = (hsunmix.unmix(given, "spa", rank=3) for given in (x, x * factor))
    np.testing.assert_allclose(scaled.abundances, plain.abundances, atol=1e-5)
    np.testing.assert_allclose(scaled.endmembers, plain.endmembers * factor, rtol=1e-6)
    assert scaled.relative_error == pytest.approx(plain.relative_error, rel=1e-4)
    np.testing.assert_allclose(scaled.rmse.astype(np.float64) / factor, plain.rmse, atol=1e-6)


def test_a_spectrum_and_an_image_at_the_door() -> None:
    x = mixture()
    w = x[:, :3]
    np.testing.assert_allclose(hsunmix.abundances(w[:, 1], w)[:, 0], [0, 1, 0], atol=1e-6)
    assert hsunmix.abundances(x, w[:, 0]).shape == (1, 600)
    for call in (
        lambda a: hsunmix.unmix(a, "spa", rank=2),
        lambda a: hsunmix.abundances(a, w),
        hsunmix.estimate_rank,
    ):
        with pytest.raises(InputError, match=r"Cube\.from_array"):
            call(np.ones((4, 5, BANDS)))
        with pytest.raises(InputError, match="complex"):
            call(x * 1j)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"seed": None}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"seed": 10**5000}, "seed"),
        ({"rank": 2.0}, "rank"),
        ({"rank": "2"}, "rank"),
        ({"rank": np.True_}, "rank"),
        ({"rank": 10**5000}, "rank"),
        ({"locked": 1}, "locked"),
        ({"locked": np.int64(1)}, "locked"),
        ({"locked": "01"}, "locked"),
        ({"locked": [True, False]}, "locked"),
        ({"locked": (-1,)}, "locked"),
        ({"locked": (0, 0)}, "locked"),
        ({"locked": (0.5,)}, "locked"),
        ({"locked": (7,)}, "locked|7"),
        ({"max_iterations": np.float64(2.5)}, "max_iterations"),
        ({"max_iterations": 10**5000}, "max_iterations"),
        ({"tolerance": np.nan}, "tolerance"),
        ({"tolerance": np.float32("inf")}, "tolerance"),
        ({"tolerance": "small\nor not"}, "tolerance"),
        ({"nodata": "nothing"}, "nodata"),
    ],
)
def test_arguments_that_make_no_sense_are_named_on_one_line(arguments, name) -> None:
    x = mixture(60)
    given = {"rank": 2, "init": x[:, :2] + 0.5, **arguments}
    with pytest.raises(InputError, match=name) as caught:
        hsunmix.unmix(x, "hals", **given)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint16, np.asarray])
def test_numpys_integers_are_integers(kind) -> None:
    x = mixture(60)
    plain = hsunmix.unmix(x, "hals", rank=2, seed=3, max_iterations=5, init=x[:, :2] + 0.5, locked=(1,))
    other = hsunmix.unmix(
        x, "hals", rank=kind(2), seed=kind(3), max_iterations=kind(5), init=x[:, :2] + 0.5,
        locked=np.array([1], np.int16), tolerance=np.float32(1e-5),
    )  # fmt: skip
    np.testing.assert_allclose(other.endmembers, plain.endmembers)
    assert type(other.seed) is int
    assert type(other.parameters["max_iterations"]) is int


def test_every_parameter_of_every_method_takes_numpys_numbers() -> None:
    from hsunmix.parameters import make, to_dict

    kinds = {"int": np.int64, "float": np.float64, "bool": np.bool_, "choice": np.str_, "text": np.str_}
    for method in hsunmix.methods().values():
        plain = make(method.params, {})
        given = {
            p.name: kinds[p.kind](getattr(plain, p.name))
            for p in method.parameters
            if p.kind in kinds and getattr(plain, p.name) is not None
        }
        assert to_dict(make(method.params, given)) == to_dict(plain)
        for parameter in method.parameters:
            if parameter.kind == "int":
                with pytest.raises(ParameterError, match=parameter.name):
                    make(method.params, {parameter.name: np.float64(1.5)})


def test_a_mask_that_is_masked() -> None:
    import hsunmix.session.masking as masking
    from hsunmix.model.progress import finish

    cube = hsunmix.Cube.from_array(np.ones((2, 3, 4)))
    wanted = np.ma.masked_array(np.ones((2, 3), bool), mask=[[1, 0, 0], [0, 0, 0]])
    assert finish(masking.subset(cube, [wanted])).selection.sum() == 5
    assert finish(masking.subset(cube, [[[1, 0, 0], [0, 0, 0]]])).selection.sum() == 1
    for bad in (1.5, None, object()):
        with pytest.raises(InputError, match="mask"):
            finish(masking.subset(cube, [bad]))


def test_what_was_assumed_of_an_array_is_told() -> None:
    """A cube that was made of an array is thrown away, and its notes with it."""
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(rng.random((12, 9)), index=np.arange(40, 52))
    assert "labelled 40 to 51, were taken as bands" in hsunmix.unmix(frame, "spa", rank=2).note
    with pytest.warns(UserWarning, match="labelled 40 to 51"):
        hsunmix.abundances(frame, rng.random((12, 2)))
    with pytest.warns(UserWarning, match="labelled 40 to 51"):
        hsunmix.estimate_rank(frame, "elbow")
    assert "labelled" not in hsunmix.unmix(frame.set_axis(np.linspace(400, 900, 12)), "spa", rank=2).note


def test_spectra_at_other_wavelengths_are_put_in_order_or_refused() -> None:
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    nm, w = np.linspace(450, 900, 10), 0.1 + rng.random((10, 2))
    x = w @ rng.dirichlet(np.ones(2), 30).T
    cube = hsunmix.Cube.from_array(x.T.reshape(5, 6, 10), nm)
    library = pandas.DataFrame(w, index=nm, columns=["a", "b"])
    expected = hsunmix.abundances(cube, w)
    np.testing.assert_array_equal(hsunmix.abundances(cube, library[::-1]), expected)
    locked = hsunmix.unmix(cube, "hals", rank=2, init=library[::-1], locked=(0, 1))
    np.testing.assert_array_equal(locked.endmembers, w)
    for shifted in (library.set_axis(nm + 300), library.iloc[2:]):
        with pytest.raises(InputError, match="scene 10 bands from 450 to 900 nm"):
            hsunmix.abundances(cube, shifted)
        with pytest.raises(InputError, match="scene 10 bands from 450 to 900 nm"):
            hsunmix.unmix(cube, "hals", rank=2, init=shifted)


def test_a_mask_by_itself_may_be_anything_that_a_list_of_masks_may_hold(tmp_path) -> None:
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    wanted = np.arange(30).reshape(5, 6) % 4 != 0
    np.save(tmp_path / "a.npy", 0.1 + np.random.default_rng(0).random((5, 6, 7)))
    labelled = xarray.DataArray(wanted.T, dims=("x", "y"))
    for mask in (
        wanted,
        wanted.tolist(),
        labelled,
        pandas.DataFrame(wanted),
        np.ma.array(wanted),
    ):
        for given in (mask, [mask], (mask, "b[1] > 0"), [mask, wanted.tolist()]):
            cube = hsunmix.open_cube(tmp_path / "a.npy", mask=given)
            np.testing.assert_array_equal(cube.mask, wanted)
    assert hsunmix.open_cube(tmp_path / "a.npy", mask=[]).mask.all()
    for bands in (5, ["#1"], b"#1"):
        with pytest.raises(InputError, match="bands: text is needed"):
            hsunmix.open_cube(tmp_path / "a.npy", bands=bands)


def test_what_is_no_library_is_named() -> None:
    x = 0.1 + np.random.default_rng(0).random((6, 20))
    with pytest.raises(
        InputError, match=r"'lib.csv' is a name; open the file with hsunmix.open_library first"
    ):
        hsunmix.abundances(x, "lib.csv")
    methods = [m for m in hsunmix.methods().values() if m.traits.takes_library]
    for method in methods:
        for wrong in (5, np.ones((6, 2)), [np.ones((6, 2))]):
            with pytest.raises(InputError, match="library: a library or its path is needed"):
                hsunmix.unmix(x, method.id, library=wrong)
    assert hsunmix.unmix(x, "spa", rank=2, library=None).rank == 2
