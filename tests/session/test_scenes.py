"""Several scenes in one document: what is shown, what waits, and what a session keeps of both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import FormatError, MissingCubeError
from hsunmix.formats import open_cube
from hsunmix.methods.running import together
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.brought import BroughtPixels
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Endmember, Source
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, Pin
from hsunmix.session.scenes import (
    documents_of,
    of_cubes,
    parked,
    shown,
    with_found,
    with_more,
    without_scene,
)
from tests.flight_lines import write_lines


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """west, middle (resampled and scaled) and east, unmixed together."""
    scenes = [(path.stem, open_cube(path)) for path in write_lines(tmp_path)[:3]]
    found = finish(together.unmix(scenes, Request(Choice("spa"), 3)))
    return with_found(of_cubes(scenes), found)


def test_what_was_left_is_found_again(document: Document) -> None:
    document = replace(document, pins=(Pin(1, 2),))
    there = shown(document, 1)
    assert (there.scene, there.pins, there.cube.name) == (1, (), "middle.hdr")
    back = shown(there, 0)
    assert back.pins == (Pin(1, 2),)
    assert back.unmixing is document.unmixing
    assert [e.spectrum is m.spectrum for e, m in zip(back.endmembers, document.endmembers, strict=True)]
    assert shown(document, 2).runs[0].unmixing is shown(document, 2).unmixing


def test_the_last_but_one_takes_the_list_along(document: Document) -> None:
    two = without_scene(document, 2)
    assert [entry.name for entry in two.scenes] == ["west", "middle"]
    one = without_scene(two, 0)
    assert (one.scenes, one.cube.name) == ((), "middle.hdr")
    assert one.unmixing is not None


def test_a_pixel_of_one_scene_is_none_of_another(document: Document) -> None:
    """Also where that one has no result yet: its session could not be opened again."""
    far = Endmember("far", np.ones(document.cube.bands), source=Source("pixel", 9, 7))
    here = replace(document, endmembers=(*document.endmembers, far))
    bare = replace(here.scenes[1], unmixing=None, endmembers=())
    shown_there = shown(replace(here, scenes=(here.scenes[0], bare, *here.scenes[2:])), 1, common=True)
    source = next(e.source for e in shown_there.endmembers if e.name == "far")
    assert (source.kind, source.line, source.sample) == ("computed", None, None)
    assert "9, 7" in str(source)


def test_documents_of_each(document: Document) -> None:
    found = documents_of(document)
    assert [name for name, _ in found] == ["west", "middle", "east"]
    assert [own.unmixing.pixel_shape for _, own in found] == [(18, 17), (18, 15), (16, 17)]


def test_a_session_keeps_bands_and_units_of_the_first(document: Document, tmp_path: Path) -> None:
    save(shown(document, 1), tmp_path / "s.hsu")
    again = load(tmp_path / "s.hsu")
    assert again.scene == 1
    assert isinstance(again.cube.pixels, BroughtPixels)
    before = document.scenes[1].place.cube
    np.testing.assert_array_equal(again.cube.read(0, 18), before.read(0, 18))
    np.testing.assert_array_equal(again.cube.good_bands, before.good_bands)
    for old, new in zip(parked(document).scenes, again.scenes, strict=True):
        np.testing.assert_array_equal(old.unmixing.abundances, new.unmixing.abundances)
        assert new.unmixing.share == old.unmixing.share


def test_each_missing_scene_is_kept_as_it_was(document: Document, tmp_path: Path) -> None:
    save(document, tmp_path / "s.hsu")
    for name in ("west", "middle"):
        (tmp_path / f"{name}.hdr").rename(tmp_path / f"{name}.gone")
        part = load(tmp_path / "s.hsu")
        assert part.cube is not None
        assert part.scenes[part.scene].place.cube is not None
    save(part, tmp_path / "t.hsu")
    for name in ("west", "middle"):
        (tmp_path / f"{name}.gone").rename(tmp_path / f"{name}.hdr")
    whole = load(tmp_path / "t.hsu")
    assert whole.scene == 2
    np.testing.assert_array_equal(whole.scenes[0].unmixing.rmse, document.unmixing.rmse)
    for name in ("west", "middle", "east"):
        (tmp_path / f"{name}.hdr").unlink()
    with pytest.raises(MissingCubeError):
        load(tmp_path / "t.hsu")


def test_scenes_that_are_called_alike_are_refused(document: Document, tmp_path: Path) -> None:
    alike = tuple(replace(entry, name="line") for entry in document.scenes)
    save(replace(document, scenes=alike), tmp_path / "s.hsu")
    with pytest.raises(FormatError, match="alike"):
        load(tmp_path / "s.hsu")


def test_more_scenes_come_behind_and_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "may").mkdir()
    paths = write_lines(tmp_path / "may")
    (tmp_path / "june").mkdir()
    other = write_lines(tmp_path / "june")
    one = replace(of_cubes([("west", open_cube(paths[0]))]), pins=(Pin(2, 3),))
    assert one.scenes == ()
    more = with_more(one, [open_cube(paths[2]), open_cube(other[0])])
    assert [entry.name for entry in more.scenes] == ["may west", "east", "june west"]
    assert (more.scene, more.scenes[0].pins) == (0, (Pin(2, 3),))
