"""What a result is made from is never written over, whichever of its names is meant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.exports._library import write_library
from hsunmix.exports._own_files import check_outputs, files_of, header_of
from hsunmix.model.spectra import Spectra
from tests.beyond_memory import values, write_envi

SPECTRA = Spectra(np.ones((2, 5)), ("a", "b"), np.linspace(400, 800, 5))


def test_of_envi_both_files_are_read_whichever_is_named(tmp_path: Path) -> None:
    head = write_envi(tmp_path / "a", values()[:9])
    data = head.with_suffix(".img")
    for named in (head, data, hsunmix.open_cube(head), hsunmix.open_cube(data)):
        assert set(files_of(named)) == {head, data}
    (tmp_path / "link.img").symlink_to(data)
    for place in (head, data, tmp_path / "link.img", tmp_path / ".." / tmp_path.name / data.name):
        with pytest.raises(InputError, match="would be written over"):
            check_outputs([place], [head])
    check_outputs([head.with_name("other.img")], [head])


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two files"):
        check_outputs([tmp_path / "x.csv", tmp_path / "." / "x.csv"], [])


def test_a_folder_that_is_a_scene_is_no_place_for_files_but_one_of_spectra_is(tmp_path: Path) -> None:
    for name in ("scene.zarr", "spectra"):
        (tmp_path / name).mkdir()
    (tmp_path / "scene.zarr" / ".zgroup").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="would be written over"):
        check_outputs([tmp_path / "scene.zarr" / "sub" / "x.img"], [tmp_path / "scene.zarr"])
    check_outputs([tmp_path / "spectra" / "x.csv"], [tmp_path / "spectra"])


def test_a_header_of_another_file_is_left(tmp_path: Path) -> None:
    """A header alone is that of pixels elsewhere; with both beside it, it says itself whose it is."""
    scene = write_envi(tmp_path / "a", values()[:9])
    text = scene.read_bytes()
    with pytest.raises(InputError, match="another file's header"):
        write_library(scene.with_suffix(".sli"), SPECTRA)
    scene.with_suffix(".sli").write_bytes(b"")
    with pytest.raises(InputError, match="another file's header"):
        write_library(scene.with_suffix(".sli"), SPECTRA)
    assert scene.read_bytes() == text
    write_library(tmp_path / "lib.sli", SPECTRA)
    write_library(tmp_path / "lib.sli", SPECTRA)  # its own
    with pytest.raises(InputError, match="another file's header"):
        header_of(tmp_path / "lib.img")
    (tmp_path / "new.img.hdr").touch()
    for name, why in (("new.img", "would be taken"), ("new.hdr", "name of a header"), ("", "is a folder")):
        with pytest.raises(InputError, match=why):
            header_of(Path(name) if not name else tmp_path / name)
