"""Sessions that released versions have written open in this one, with all that was in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document
from installer.version import released

FOLDER = Path(__file__).resolve().parent / "released"
KEPT = sorted(FOLDER.glob("v*.hsu"))
BEFORE = sorted(FOLDER.glob("before-*.hsu"))


@pytest.fixture(params=KEPT, ids=lambda path: path.stem)
def kept(request, tmp_path) -> Path:
    """Return a copy of a session, with its scene beside it, at a place where it has never been."""
    for path in (FOLDER / "scene.hdr", FOLDER / "scene.img", request.param):
        shutil.copy(path, tmp_path)
    return tmp_path / request.param.name


def schema_of(path: Path) -> int:
    """Return the schema that a session was written with, which its name says."""
    return int(path.stem.rpartition("schema")[2])


def check(document: Document, schema: int) -> None:
    """Compare with what ``released/make.py`` puts into every session."""
    cube, result = document.cube, document.unmixing
    assert cube is not None
    assert result is not None
    assert cube.shape == (13, 9, 20)
    assert not any("changed" in note for note in cube.notes)
    assert np.argwhere(~cube.selection).tolist() == [[9, 7], [10, 7], [11, 7]]
    assert [member.name for member in document.endmembers][1] == "Straße"
    second, third = document.endmembers[1:]
    assert (second.colour, second.visible, second.locked) == ("#123456", False, True)
    assert (third.source.kind, third.source.text) == ("library", "USGS, kaolinite")
    assert (result.method, result.abundance, result.seed) == ("spa", "fcls", 5)
    assert sorted(result.source_pixels.tolist()) == [2 * 9 + 1, 3 * 9 + 3, 4 * 9 + 5]  # its pure pixels
    assert result.relative_error < 1e-5
    used = np.isfinite(result.abundances[0])
    assert used.sum() == 13 * 9 - 3
    np.testing.assert_allclose(result.abundances[:, used].sum(axis=0), 1, atol=1e-4)
    model = np.einsum("bk,kls->lsb", result.endmembers, result.abundances)
    np.testing.assert_allclose(model[used], cube.read(0, 13)[used], atol=1e-4)
    settings, view = document.settings, document.view
    assert (settings.method, settings.rank, settings.abundance, settings.seed) == ("hals", 3, "fcls", 9)
    assert settings.parameters["factorization/hals"]["tolerance"] == 1e-4
    assert (view.page, view.endmember, view.rgb, view.stretch) == ("map", 2, (3, 2, 1), (1.0, 99.5))
    assert [(pin.line, pin.sample) for pin in document.pins] == [(3, 4), (10, 6)]
    assert schema >= 1
    check_regions(document)
    check_runs(document)


def check_regions(document: Document) -> None:
    """Since schema 1."""
    polygon, brush = document.regions
    assert (polygon.name, polygon.colour, polygon.kind) == ("Wash", "#654321", "polygon")
    assert polygon.vertices == ((0.5, 0.5), (4.0, 0.5), (4.0, 6.25))
    assert brush.runs.tolist() == [[2, 1, 4], [3, 2, 3]]
    assert [(layer.name, layer.text) for layer in document.layers] == [
        ("NDVI", "(b[860] - b[660]) / (b[860] + b[660])")
    ]


def check_runs(document: Document) -> None:
    """Since schema 1."""
    first, second = document.runs
    assert (first.number, second.number, document.run_count) == (1, 2, 2)
    assert first.unmixing is not None
    assert (first.unmixing.method, first.unmixing.seed, first.settings.method) == ("vca", 2, "vca")
    assert first.unmixing.abundances.shape == (3, 13, 9)


def test_it_opens_with_all_that_was_in_it(kept):
    check(load(kept), schema_of(kept))


def test_it_is_the_same_when_this_version_has_saved_it(kept):
    save(load(kept), kept.with_name("again.hsu"))
    check(load(kept.with_name("again.hsu")), schema_of(kept))


@pytest.mark.parametrize("path", BEFORE, ids=lambda path: path.stem)
def test_those_of_before_the_first_release_are_refused_in_one_line(path):
    """Their schemas were numbered from 1 too."""
    assert len(BEFORE) == 3
    with pytest.raises(FormatError, match=r"\.hsu: was saved before hsunmix was released.*again") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_every_released_version_has_left_one(repository):
    versions = {path.stem.partition("-")[0] for path in KEPT}
    assert versions
    assert {f"v{number}" for number in released(repository)} <= versions, (
        "run: python -m tests.session.released.make"
    )
