"""Files, folders and patterns: what is a scene, what is passed over, what is an error."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.session.scene_files import is_pattern, open_scenes, scene_files
from tests.flight_lines import NM, ground, write

IMAGE = ground(NM)[:6].astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cubes, and much that is none."""
    place = tmp_path / "flight"
    write(place / "b", IMAGE, NM)
    write(place / "mask", IMAGE[:, :, :1].copy(), NM[:1])
    write(place / ".hidden", IMAGE, NM)
    np.save(place / "a.npy", IMAGE)
    (place / "quicklook.png").write_bytes(b"\x89PNG")
    (place / "notes.txt").write_text("flown at noon")
    header = (
        (place / "b.hdr")
        .read_text()
        .replace("samples = 17", "samples = 40")
        .replace("lines = 6", "lines = 2")
    )
    header = header.replace("bands = 40", "bands = 1").replace(
        "ENVI\n", "ENVI\nfile type = ENVI Spectral Library\n"
    )
    (place / "library.hdr").write_text(header)
    (place / "library.sli").write_bytes(IMAGE[0, :2].tobytes())
    return place


def names(given: list[Path | str]) -> tuple[list[str], list[str]]:
    scenes, failures = open_scenes(scene_files(given))
    return [name for name, _ in scenes], [one.reason for one in failures]


def test_a_folder_gives_its_cubes(folder: Path) -> None:
    assert names([folder]) == (["a", "b"], [])


def test_a_damaged_one_is_named(folder: Path) -> None:
    (folder / "b.img").write_bytes(b"short")
    found, reasons = names([folder])
    assert found == ["a"]
    assert len(reasons) == 1
    assert "b.img" in reasons[0]


def test_what_is_named_is_a_scene_or_an_error(folder: Path) -> None:
    found, reasons = names([folder / "b.img", folder / "b.hdr", folder / "notes.txt", folder / "gone.tif"])
    assert found == ["b", "b 2"]
    assert len(reasons) == 2


def test_patterns(folder: Path) -> None:
    assert is_pattern(str(folder / "*.hdr"))
    assert names([str(folder / "?.*")]) == (["a", "b"], [])
    assert names([str(folder.parent / "**" / "b.hdr")])[0] == ["b"]
    odd = folder / "b[1].npy"
    np.save(odd, IMAGE)
    assert not is_pattern(odd)  # a file of that very name
    assert names([odd])[0] == ["b[1]"]
    with pytest.raises(InputError, match="matches this pattern"):
        scene_files([str(folder / "*.xyz")])


def test_a_pattern_may_be_of_pixels_whose_headers_are_not_meant(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for name, ending in (("one", ".bil"), ("two", ".bil"), ("three_rfl", "")):
        head = write(other / name, IMAGE, NM)
        head.with_suffix(".img").rename(head.with_suffix(ending))
    (other / "two.txt").write_text("flown at noon")
    (other / "three_rfl.v2").write_bytes(IMAGE.transpose(0, 2, 1).tobytes())
    (other / "three_rfl.v2.hdr").write_bytes((other / "three_rfl.hdr").read_bytes())
    for pattern, expected in (
        ("*.bil", ["one", "two"]),
        ("t*", ["three_rfl", "three_rfl.v2", "two"]),
        ("*", ["one", "three_rfl", "three_rfl.v2", "two"]),
        ("*_rfl", ["three_rfl"]),
        ("*.v2", ["three_rfl.v2"]),
        ("t*.hdr", ["three_rfl", "three_rfl.v2", "two"]),
    ):
        found, reasons = names([str(other / pattern)])
        assert (sorted(found), reasons) == (expected, []), pattern
    (other / "two.bil").write_bytes(b"short")
    assert [len(one) for one in names([str(other / "*")])] == [3, 1]  # told once, not of header and pixels


def test_a_pattern_of_headers_finds_compressed_pixels(folder: Path) -> None:
    data = folder / "b.img"
    (folder / "b.img.gz").write_bytes(gzip.compress(data.read_bytes()))
    data.unlink()
    assert names([str(folder / "b.hdr*")])[0] == names([str(folder / "[b].hdr")])[0] == ["b"]


def test_a_folder_without_a_cube(folder: Path) -> None:
    (folder / "a.npy").unlink()
    (folder / "b.hdr").unlink()
    (folder / "b.img").unlink()
    with pytest.raises(InputError, match="is a folder without a cube"):
        open_scenes(scene_files([folder]))


def test_a_compressed_cube_counts_once(folder: Path) -> None:
    data = folder / "b.img"
    (folder / "b.img.gz").write_bytes(gzip.compress(data.read_bytes()))
    data.unlink()
    assert names([folder])[0] == ["a", "b"]


def test_a_store_in_a_folder_is_a_scene_and_no_folder(folder: Path) -> None:
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(str(folder / "c.zarr"), shape=IMAGE.shape, chunks=(4, 9, 8), dtype="f4")
    array[:] = IMAGE
    assert names([folder])[0] == ["a", "b", "c"]
    assert names([folder / "c.zarr"])[0] == ["c"]
