"""The session file: what is saved comes back."""

from __future__ import annotations

import hashlib
import os
import shutil
import tracemalloc
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import (
    ChangedSessionError,
    FormatError,
    InputError,
    MissingCubeError,
    MissingFileError,
    WriteError,
)
from hsunmix.formats import open_cube
from hsunmix.model.cube import Cube
from hsunmix.session import archive, source
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, MapLook, VectorLayer
from tests.faults import file_size_limit, small_disk
from tests.session.conftest import BANDS, LINES, SAMPLES, make_document, make_result, write_scene


def same(one, two) -> bool:
    """Compare dataclasses field by field, arrays by type and bits."""
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    if isinstance(one, Cube):
        return one.path == two.path and one.shape == two.shape and same(one.selection, two.selection)
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same(one[name], two[name]) for name in one)
    if isinstance(one, tuple) and not hasattr(one, "_fields"):
        return len(one) == len(two) and all(same(a, b) for a, b in zip(one, two, strict=True))
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(two) and all(
            same(getattr(one, f.name), getattr(two, f.name)) for f in fields(one)
        )
    return bool(one == two)


def test_everything_comes_back(tmp_path, document):
    save(document, tmp_path / "work.hsu")
    loaded = load(tmp_path / "work.hsu")
    assert same(loaded, document)
    assert loaded.cube.notes == document.cube.notes


def test_a_document_without_a_scene_or_anything(tmp_path, bare):
    for k, document in enumerate((bare, Document())):
        save(document, tmp_path / f"{k}.hsu")
        assert same(load(tmp_path / f"{k}.hsu"), document)


def test_a_result_of_bare_pixels_and_without_sources(tmp_path):
    flat = make_result(pixels=(12,))
    document = Document(
        unmixing=replace(flat, source_pixels=None, relative_error=float("nan"), converged=None)
    )
    save(document, tmp_path / "work.hsu")
    loaded = load(tmp_path / "work.hsu").unmixing
    assert loaded.source_pixels is None
    assert np.isnan(loaded.relative_error)
    assert same(loaded.abundances, flat.abundances)


def test_the_same_document_gives_the_same_arrays_and_they_may_be_written_to(tmp_path, bare):
    save(bare, tmp_path / "work.hsu")
    assert load(tmp_path / "work.hsu").unmixing.abundances.flags.writeable
    with zipfile.ZipFile(tmp_path / "work.hsu") as box:
        assert all(i.compress_type == zipfile.ZIP_STORED for i in box.infolist())
        assert box.testzip() is None
    with np.load(tmp_path / "work.hsu") as arrays:  # other software reads it as an .npz
        assert np.array_equal(arrays["unmixing.maps.rmse.values"][0], bare.unmixing.rmse)


def test_maps_are_not_copied_while_they_are_saved(tmp_path):
    result = make_result(pixels=(400, 300))
    held = sum(array.nbytes for one in result.maps.values() for array in one.arrays)
    tracemalloc.start()
    try:
        save(Document(unmixing=result), tmp_path / "work.hsu")
        assert tracemalloc.get_traced_memory()[1] < held / 8
        tracemalloc.reset_peak()
        loaded = load(tmp_path / "work.hsu")
        assert tracemalloc.get_traced_memory()[1] < 1.3 * held
    finally:
        tracemalloc.stop()
    assert same(loaded.unmixing.maps, result.maps)


def test_saving_again_replaces(tmp_path, document):
    save(document, tmp_path / "work.hsu")
    save(Document(), tmp_path / "work.hsu")
    assert load(tmp_path / "work.hsu").cube is None


def test_the_scene_moves_together_with_the_session(tmp_path, document):
    (tmp_path / "a" / "deep").mkdir(parents=True)
    save(document, tmp_path / "a" / "deep" / "work.hsu")
    shutil.copytree(tmp_path, tmp_path.parent / f"{tmp_path.name}-copy")
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    shutil.move(tmp_path / "scene.img", tmp_path / "gone.img")
    loaded = load(copy / "a" / "deep" / "work.hsu")
    assert loaded.cube.path == copy / "scene.hdr"


def test_the_session_moves_alone(tmp_path, document):
    (tmp_path / "elsewhere").mkdir()
    save(document, tmp_path / "work.hsu")
    shutil.move(tmp_path / "work.hsu", tmp_path / "elsewhere" / "work.hsu")
    assert load(tmp_path / "elsewhere" / "work.hsu").cube.path == tmp_path / "scene.hdr"


def test_a_missing_scene_is_asked_for(tmp_path, document):
    save(document, tmp_path / "work.hsu")
    (tmp_path / "moved").mkdir()
    for name in ("scene.hdr", "scene.img"):
        shutil.move(tmp_path / name, tmp_path / "moved" / name)
    with pytest.raises(MissingCubeError, match=r"scene\.hdr: the cube of the session .*work\.hsu") as caught:
        load(tmp_path / "work.hsu")
    assert Path(caught.value.path) == tmp_path / "scene.hdr"
    loaded = load(tmp_path / "work.hsu", tmp_path / "moved" / "scene.hdr")
    assert loaded.cube.notes == document.cube.notes
    assert same(loaded.unmixing, document.unmixing)


def test_another_scene_of_another_size_is_refused(tmp_path, document):
    save(document, tmp_path / "work.hsu")
    other = write_scene(tmp_path / "other.hdr", lines=LINES + 1)
    with pytest.raises(FormatError, match=r"other\.hdr: is not the cube of this session: it has 12 × 7 × 20"):
        load(tmp_path / "work.hsu", other)


def test_a_changed_scene_is_noted(tmp_path, document):
    save(document, tmp_path / "work.hsu")
    stamp = (tmp_path / "scene.img").stat()
    write_scene(tmp_path / "scene.hdr", seed=1)
    os.utime(tmp_path / "scene.img", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # only the content tells
    assert "its content is another" in load(tmp_path / "work.hsu").cube.notes[-1]
    write_scene(tmp_path / "scene.hdr", seed=0)
    assert load(tmp_path / "work.hsu").cube.notes == document.cube.notes
    with (tmp_path / "scene.hdr").open("a") as file:
        file.write("reflectance scale factor = 10000\n")
    assert "the cube's header has changed" in load(tmp_path / "work.hsu").cube.notes[-1]


def test_a_large_scene_is_known_by_its_ends(tmp_path, document, monkeypatch):
    monkeypatch.setattr(source, "WHOLE_BYTES", 100)
    monkeypatch.setattr(source, "END_BYTES", 64)
    source._digest.cache_clear()
    save(document, tmp_path / "work.hsu")
    with zipfile.ZipFile(tmp_path / "work.hsu") as box:
        assert b'"sha256_of": "ends"' in box.read("manifest.json")
    assert load(tmp_path / "work.hsu").cube.notes == document.cube.notes
    with (tmp_path / "scene.img").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"!")
    assert "has changed" in load(tmp_path / "work.hsu").cube.notes[-1]
    source._digest.cache_clear()


def test_a_scene_that_vanished_is_no_reason_not_to_save(tmp_path, document):
    (tmp_path / "scene.img").unlink()
    save(document, tmp_path / "work.hsu")
    write_scene(tmp_path / "scene.hdr")
    loaded = load(tmp_path / "work.hsu")
    assert loaded.cube.notes[-1].endswith("was gone, when the session was saved: it may be another now")


def test_a_scene_in_no_file(tmp_path):
    cube = Cube.from_array(np.ones((LINES, SAMPLES, BANDS), np.float32))
    with pytest.raises(InputError, match="in no file"):
        save(Document(cube), tmp_path / "work.hsu")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX paths can be other than UTF-8")
def test_a_path_that_is_not_utf8(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xff"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    document = make_document(write_scene(folder / "scene.hdr"))
    save(document, tmp_path / "work.hsu")
    assert load(tmp_path / "work.hsu").cube.path == folder / "scene.hdr"


def test_no_such_session(tmp_path):
    with pytest.raises(MissingFileError, match="no such session") as caught:
        load(tmp_path / "work.hsu")
    assert not isinstance(caught.value, MissingCubeError)


def test_settings_that_this_version_does_not_know(tmp_path, document):
    odd = replace(
        document.settings,
        method="magic",
        rank=-3,
        parameters={"factorization/hals": {"tolerance": -1}, "nmf9": {"a": 1}},
    )
    save(replace(document, settings=odd), tmp_path / "work.hsu")
    loaded = load(tmp_path / "work.hsu")
    assert loaded.settings == replace(document.settings, method="auto", rank=4, parameters={})
    notes = " ".join(loaded.cube.notes)
    assert "tolerance" in notes
    assert "nmf9" in notes
    assert "magic" in notes


def test_a_view_that_does_not_fit(tmp_path, document):
    from hsunmix.session.document import Pin, View

    odd = replace(
        document, view=View("maps", 9, (1, 2, 99), (70.0, 20.0)), pins=(Pin(0, 0), Pin(0, 7), Pin(-1, 0))
    )
    first = replace(odd.endmembers[0])
    object.__setattr__(first, "colour", "url(x)")  # as a file may have it
    odd = replace(odd, endmembers=(first, *odd.endmembers[1:]))
    save(odd, tmp_path / "work.hsu")
    loaded = load(tmp_path / "work.hsu")
    assert loaded.view == View("maps", 0, None, (2.0, 98.0))
    assert loaded.pins == (Pin(0, 0),)
    assert loaded.endmembers[0].colour == "#0072b2"


@pytest.mark.parametrize("room", [10, 200, 1000, 3000, 3800])
def test_a_file_that_may_not_grow(tmp_path, document, bare, room):
    save(bare, tmp_path / "work.hsu")
    size = (tmp_path / "work.hsu").stat().st_size
    before = (tmp_path / "work.hsu").read_bytes()
    with file_size_limit(min(room, size - 1)), pytest.raises(WriteError, match=r"work\.hsu: could not be"):
        save(document, tmp_path / "work.hsu")
    assert (tmp_path / "work.hsu").read_bytes() == before
    assert not list(tmp_path.glob(".hsunmix-*"))


def test_every_size_limit_is_noticed(tmp_path, bare):
    save(bare, tmp_path / "work.hsu")
    size = (tmp_path / "work.hsu").stat().st_size
    for limit in range(1, size, 97):
        with file_size_limit(limit), pytest.raises(WriteError):
            save(bare, tmp_path / "work.hsu")
    assert same(load(tmp_path / "work.hsu"), bare)


def test_a_full_disk(tmp_path, document):
    with small_disk(tmp_path / "disk", 64) as disk:
        save(Document(), disk / "work.hsu")
        (disk / "filler").write_bytes(bytes(56 * 1024))
        with pytest.raises(WriteError, match=r"work\.hsu: could not be written: the disk is full"):
            save(document, disk / "work.hsu")
        assert sorted(p.name for p in disk.iterdir()) == ["filler", "work.hsu"]
        assert same(load(disk / "work.hsu"), Document())


def test_a_scene_that_changed_after_it_was_read_is_noted(tmp_path, document):
    for name, said in (("scene.img", "the cube had changed"), ("scene.hdr", "the cube's header had changed")):
        write_scene(tmp_path / "scene.hdr")
        opened = replace(document, cube=open_cube(tmp_path / "scene.hdr"))
        path = tmp_path / name

        os.utime(path, ns=(1, 10**18))
        save(opened, tmp_path / "work.hsu")
        os.utime(path, ns=(1, 10**18 + 5))
        assert said in load(tmp_path / "work.hsu").cube.notes[-1]


def test_results_stay_those_of_the_file_that_was_unmixed(tmp_path, document):
    """Also where the session is saved again after its cube has changed."""
    save(document, tmp_path / "work.hsu")
    before = hashlib.sha256((tmp_path / "scene.img").read_bytes()).hexdigest()
    write_scene(tmp_path / "scene.hdr", seed=1)
    for _ in range(2):
        loaded = load(tmp_path / "work.hsu")
        assert "has changed since the session was saved" in loaded.cube.notes[-1]
        assert loaded.unmixing.data.sha256 == before
        assert all(run.unmixing.data.sha256 == before for run in loaded.runs if run.unmixing is not None)
        save(loaded, tmp_path / "work.hsu")
    write_scene(tmp_path / "scene.hdr")
    assert load(tmp_path / "work.hsu").unmixing.data is None


def test_what_somebody_else_saved_is_not_replaced_without_a_word(tmp_path, document):
    path = tmp_path / "work.hsu"
    first = save(document, path)
    second = save(replace(document, settings=replace(document.settings, rank=7)), path, first)
    before = path.read_bytes()
    with pytest.raises(ChangedSessionError, match=r"work\.hsu: was saved elsewhere since it was opened here"):
        save(document, path, first)
    assert path.read_bytes() == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".hsunmix")]
    save(document, tmp_path / "mine.hsu")
    assert save(document, path, second) != second
    path.unlink()
    save(document, path, second)  # nothing is lost where nothing is
    assert load(path).settings == document.settings


def test_what_is_saved_while_we_write_is_not_replaced_either(tmp_path, document, monkeypatch):
    path = tmp_path / "work.hsu"
    known = save(document, path)
    real = archive.write_bytes

    def late(*arguments):
        real(*arguments)
        other = tmp_path / "other"
        other.write_bytes(b"theirs")
        other.replace(path)

    monkeypatch.setattr(archive, "write_bytes", late)
    with pytest.raises(ChangedSessionError):
        save(document, path, known)
    assert path.read_bytes() == b"theirs"


def test_only_sessions_are_replaced_by_sessions(tmp_path, document):
    other = tmp_path / "other.hdr"
    other.write_text("ENVI")
    with pytest.raises(WriteError, match=r"other\.hdr: is no session and is not overwritten"):
        save(document, other)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as box:
        box.writestr("a.txt", "a")
    with pytest.raises(WriteError, match="is no session"):
        save(document, tmp_path / "other.zip")
    assert other.read_text() == "ENVI"
    (tmp_path / "damaged.hsu").write_text("cut")
    (tmp_path / "empty").touch()
    for name in ("damaged.hsu", "empty", "new", "new"):
        save(document, tmp_path / name)
        assert load(tmp_path / name).unmixing is not None


def test_vector_layers_are_found_beside_the_session_and_at_their_old_place(document, tmp_path):
    (tmp_path / "a" / "gis").mkdir(parents=True)
    (tmp_path / "a" / "gis" / "roads.shp").touch()
    layers = (
        VectorLayer(str(tmp_path / "a" / "gis" / "roads.shp"), "roads", "Roads", "#ff4fa3", shown=False),
        VectorLayer(str(tmp_path / "gone.gpkg"), "x", "Gone", "no colour"),
    )
    document = replace(document, vectors=layers)
    save(document, tmp_path / "a" / "work.hsu")
    first, second = load(tmp_path / "a" / "work.hsu").vectors
    assert first == layers[0]
    assert (second.path, second.name) == (str(tmp_path / "gone.gpkg"), "Gone")  # is no reason not to open
    assert second.colour.startswith("#")
    (tmp_path / "b").mkdir()
    shutil.copytree(tmp_path / "a", tmp_path / "b" / "copy")
    shutil.rmtree(tmp_path / "a" / "gis")
    assert load(tmp_path / "b" / "copy" / "work.hsu").vectors[0].path == str(
        tmp_path / "b" / "copy" / "gis" / "roads.shp"
    )


def test_colours_and_limits_of_maps_come_back(document, tmp_path):
    looks = (
        MapLook("abundance", "cividis", (0.1, 0.6)),
        MapLook("layer:b[860] / b[660] > 2", "", (-1e4, 3.5)),
    )
    save(replace(document, view=replace(document.view, looks=looks)), tmp_path / "work.hsu")
    assert load(tmp_path / "work.hsu").view.looks == looks


@pytest.mark.parametrize("levels", [(0.6, 0.1), (0.5, 0.5), (0.0, float("inf"))])
def test_limits_with_nothing_between_them_are_left_out(document, tmp_path, levels):
    view = replace(document.view, looks=(MapLook("band", "plasma", levels),))
    save(replace(document, view=view), tmp_path / "work.hsu")
    assert load(tmp_path / "work.hsu").view.looks == (MapLook("band", "plasma"),)
