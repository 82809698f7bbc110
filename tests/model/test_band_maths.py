"""Band maths against NumPy, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hsunmix.errors import InputError
from hsunmix.model import band_maths
from hsunmix.model.band_maths import compiled, evaluate, evaluation
from hsunmix.model.cube import Cube

NM = np.array([460.0, 560.0, 660.0, 760.0, 860.0, 1610.0])


@pytest.fixture
def cube():
    """7 lines, 4 samples, 6 bands, every value another; pixel (5, 1) holds no data."""
    values = np.random.default_rng(0).uniform(0.05, 0.6, (7, 4, 6)).astype(np.float32)
    values[5, 1] = np.nan
    return Cube.from_array(values, NM)


@pytest.fixture
def b(cube):
    """The cube's bands by their wavelengths."""
    return {int(nm): cube.read(0, 7)[:, :, k] for k, nm in enumerate(NM)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b[860]", lambda b: b[860]),
        ("b[865.5]", lambda b: b[860]),
        ("band[5]", lambda b: b[860]),
        ("(b[860] - b[660]) / (b[860] + b[660])", lambda b: (b[860] - b[660]) / (b[860] + b[660])),
        ("nd(b[860], b[660])", lambda b: (b[860] - b[660]) / (b[860] + b[660])),
        ("ndvi", lambda b: (b[860] - b[660]) / (b[860] + b[660])),
        ("-b[460] ** 2 * 3 + 1", lambda b: -(b[460] ** 2) * 3 + 1),
        (
            "sqrt(abs(b[460] - b[560])) + log(b[660])",
            lambda b: np.sqrt(abs(b[460] - b[560])) + np.log(b[660]),
        ),
        ("max(b[460], b[560], 0.2)", lambda b: np.maximum(np.maximum(b[460], b[560]), np.float32(0.2))),
        ("b[560:760]", lambda b: np.mean([b[560], b[660], b[760]], axis=0)),
        ("b[:600]", lambda b: np.mean([b[460], b[560]], axis=0)),
        ("b[:]", lambda b: np.mean(list(b.values()), axis=0)),
        ("band[2:3]", lambda b: np.mean([b[560], b[660]], axis=0)),
    ],
)
def test_numbers(cube, b, text, expected):
    image = evaluate(cube, text)
    assert image.shape == (7, 4)  # lines, samples: not turned
    assert image.dtype == np.float32
    np.testing.assert_allclose(image, expected(b), rtol=2e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b[860] > 0.3", lambda b: b[860] > 0.3),
        ("0.1 < b[860] <= 0.3", lambda b: (b[860] > 0.1) & (b[860] <= 0.3)),
        ("b[860] > 0.3 and not b[660] > 0.2", lambda b: (b[860] > 0.3) & (b[660] <= 0.2)),
        ("(b[860] > 0.3) | ~(b[660] > 0.2)", lambda b: (b[860] > 0.3) | (b[660] <= 0.2)),
        ("ndvi > 0.1 or b[560] == b[560]", lambda b: np.isfinite(b[560])),
        ("b[860] != 9", lambda b: np.isfinite(b[860])),
    ],
)
def test_conditions(cube, b, text, expected):
    image = evaluate(cube, text)
    assert image.dtype == np.bool_
    np.testing.assert_array_equal(image, expected(b) & np.isfinite(b[860]))
    assert not image[5, 1]  # no data is no answer, whatever is asked


def test_only_the_bands_needed_are_read_and_in_blocks(cube, monkeypatch):
    monkeypatch.setattr(band_maths, "BLOCK_BYTES", 2 * 4 * 2 * 4)  # two lines of two bands
    reads = []
    real = Cube.read

    def read(self, first, last, bands=None, **more):
        reads.append((first, last, bands))
        return real(self, first, last, bands, **more)

    cube.good_bands  # noqa: B018 - looks at a few lines, once
    monkeypatch.setattr(Cube, "read", read)
    evaluate(cube, "b[860] / b[660] + b[860]")
    assert reads == [(0, 2, (2, 4)), (2, 4, (2, 4)), (4, 6, (2, 4)), (6, 7, (2, 4))]
    reads.clear()
    work = evaluation(cube, "b[860]")
    next(work)
    work.close()
    assert len(reads) == 1


def test_without_wavelengths_bands_go_by_number(cube):
    bare = Cube.from_array(cube.read(0, 7))
    np.testing.assert_array_equal(evaluate(bare, "b[5] - b[3]"), evaluate(cube, "b[860] - b[660]"))
    with pytest.raises(InputError, match="numbered 1 to 6"):
        evaluate(bare, "b[860]")


def test_without_wavelengths_an_index_is_refused_rather_than_made_of_some_bands():
    many = Cube.from_array(np.ones((2, 3, 2000), np.float32))
    for name in ("ndvi", "ndwi", "ndsi"):
        with pytest.raises(InputError, match=f"'{name}': needs wavelengths, and this cube has none"):
            evaluate(many, f"{name} > 0.3")


def test_bad_bands_are_passed_over(cube):
    bad = np.array([False, False, True, False, False, False])
    with pytest.raises(
        InputError, match=r"column 10, 'b\[660\]': no good band lies there; the nearest is at [57]60"
    ):
        compiled(cube.with_bad_bands(bad), "b[860] + b[660]")
    np.testing.assert_array_equal(
        evaluate(cube.with_bad_bands(bad), "b[560:760]"), evaluate(cube, "(b[560] + b[760]) / 2")
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not understood"),
        ("b[860] >", "not understood at its end"),
        ("b[860] ) > 1", "not understood at column 8"),
        ("b[860] > 0,3", "only bands, numbers"),
        ("1 > 0", "names no band"),
        ("b", "say which band"),
        ("b[3000]", r"'b\[3000\]': no good band lies there; the nearest is at 1610 nm"),
        ("b[1:3]", "no good band lies there"),
        ("band[7]", "numbered 1 to 6"),
        ("band[0]", "numbered 1 to 6"),
        ("band[1.5]", "numbered 1 to 6"),
        ("b['860']", "no number"),
        ("b[-1]", "a wavelength or a band number"),
        ("b[460:860:2]", "two ends"),
        ("b[860] + nir", r"column 10, 'nir': is not known"),
        ("b[860] > 1 & b[660] > 2", "a comparison is needed here"),
        ("b[860] and b[660]", "a comparison is needed here"),
        ("(b[860] > 1) + 1", "a comparison is no number"),
        ("b[860] // 2", r"\+ - \* / \*\*"),
        ("b[860] in b[660]", "of comparisons"),
        ("sin(b[860])", "of functions there are abs"),
        ("min(b[860])", "takes 2 to 9 arguments"),
        ("abs(x=b[860])", "of functions"),
        ("b[860] > 1e999", "too large"),
        ("b[860] > True", "no number"),
        ("b[860] + 2j", "no number"),
        ("__import__('os').system('true')", "of functions"),
        ("b.__class__", "only bands"),
        ("[b[860] for x in y]", "only bands"),
        ("lambda: b[860]", "only bands"),
        ("(x := b[860])", "only bands"),
        ("b[860] if b[660] else 1", "only bands"),
        ("-" * 300 + "b[860]", "nested too deeply"),
        ("(" * 500 + "b[860]" + ")" * 500, "not understood|nested"),
        ("b[860]" + "+0" * 2000, "2000 are possible"),
        ("b[860] +\x00 1", "not understood"),
        ("9" * 1990, "not understood|too large|names no band"),
    ],
)
def test_refused_in_one_line(cube, text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        evaluate(cube, text)
    assert "\n" not in str(caught.value)


WORDS = ["b[860]", "band[2]", "b[", "]", "(", ")", "+", "-", "*", "/", "**", "<", ">", "and", "or", "not",
         "ndvi", "max", "abs(", ",", "1", "0.5", ":", "if", "else", "'a'", "~", "&", "=", " "]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
@example("µ[1] > b[860]")
@example("b[860] > 1\n> 2")
def test_anything_gives_an_image_or_one_line(text):
    cube = Cube.from_array(np.ones((2, 3, 6), np.float32), NM)
    try:
        assert evaluate(cube, text).shape == (2, 3)
    except InputError as error:
        assert "\n" not in str(error)
