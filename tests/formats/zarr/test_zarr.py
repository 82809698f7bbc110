"""Zarr stores: what zarr and xarray write opens as it was meant, and what is hostile is refused."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import zipfile

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import FileError, FormatError, ParameterError
from hsunmix.files import hashing
from hsunmix.formats import file_filter, formats, open_cube, open_spectra
from hsunmix.formats.zarr.zipped import store_in
from hsunmix.model.progress import finish

zarr = pytest.importorskip("zarr")
xr = pytest.importorskip("xarray")
pytestmark = pytest.mark.filterwarnings("ignore::zarr.errors.ZarrUserWarning")

LINES, SAMPLES, BANDS = 9, 14, 6
VALUES = np.random.default_rng(3).uniform(0.1, 1, (LINES, SAMPLES, BANDS)).astype("f4")
WAVES = np.linspace(0.45, 2.3, BANDS)


def plain(path, version=3, **more):
    """Write a store with one array and nothing that describes it."""
    root = zarr.open_group(path, mode="w", zarr_format=version)
    given = {"shape": VALUES.shape, "dtype": "f4", "chunks": (4, 5, BANDS), **more}
    array = root.create_array("cube", **given)
    array[...] = VALUES[tuple(slice(n) for n in array.shape)]
    return array


def described(path, version):
    """Write a store as xarray does, packed, with coordinates and a pixel without data."""
    data = VALUES.copy()
    data[2, 3] = np.nan
    axes = {"y": 4e6 - 30 * np.arange(LINES), "x": 5e5 + 30 * np.arange(SAMPLES)}
    coords = {"wavelength": ("wavelength", WAVES, {"units": "um"}), **axes}
    scene = xr.Dataset({"reflectance": (("wavelength", "y", "x"), data.transpose(2, 0, 1))}, coords)
    packing = {"dtype": "int16", "scale_factor": 1e-4, "_FillValue": -9999, "chunks": (4, 4, 5)}
    scene.to_zarr(path, zarr_format=version, encoding={"reflectance": packing})
    return data


@pytest.mark.parametrize("version", [2, 3])
def test_what_xarray_writes(tmp_path, version):
    store = tmp_path / "scene.zarr"
    data = described(store, version)
    cube = open_cube(store)
    assert cube.shape == VALUES.shape
    assert cube.name == "scene.zarr"
    assert cube.layout.sure
    assert cube.layout.axes == "byx"
    np.testing.assert_allclose(cube.wavelengths, WAVES * 1000)
    assert cube.nodata == -9999
    assert cube.georeference.transform == (30, 0, 5e5 - 15, 0, -30, 4e6 + 15)
    np.testing.assert_allclose(cube.read(0, LINES), data, atol=6e-5)
    np.testing.assert_allclose(cube.read(3, 6, [4, 1]), data[3:6][..., [4, 1]], atol=6e-5)
    np.testing.assert_allclose(cube.spectrum(5, 9), data[5, 9], atol=6e-5)
    inside = open_cube(store / ("zarr.json" if version == 3 else ".zgroup"))  # as a dialog gives it
    assert inside.path == store
    result = hsunmix.unmix(cube, "spa", rank=3)
    assert np.isnan(result.abundances[:, 2, 3]).all()
    assert np.isnan(result.abundances).sum() == 3


def test_a_zip_file_and_a_group_within(tmp_path):
    root = zarr.open_group(tmp_path / "a.zarr", mode="w")
    inner = root.create_group("level1/data")
    names = {"cube": ("row", "col", "wl"), "wl": ("wl",)}
    for name, values in {"cube": VALUES, "wl": 1000 * WAVES}.items():
        array = inner.create_array(name, shape=values.shape, dtype=values.dtype, dimension_names=names[name])
        array[...] = values
    root.create_array("small", shape=(2, 2, 2), dtype="u1")
    shutil.make_archive(str(tmp_path / "a.zarr"), "zip", tmp_path / "a.zarr")
    for path in (tmp_path / "a.zarr", tmp_path / "a.zarr.zip"):
        cube = open_cube(path)
        np.testing.assert_array_equal(cube.read(0, LINES), VALUES)
        np.testing.assert_allclose(cube.wavelengths, 1000 * WAVES)
        assert cube.layout.dataset == "level1/data/cube"
        assert open_cube(path, dataset="small").shape == (2, 2, 2)
        with pytest.raises(FileError, match="no dataset 'other'"):
            open_cube(path, dataset="other")
        with pytest.raises(ParameterError, match="no such option"):
            open_cube(path, lines=3)


@pytest.mark.parametrize("how", ["make_archive", "zip -r .", "zip -r store", "a chunk first", "zip64"])
def test_a_zip_file_however_it_was_made(tmp_path, how):
    """Its first entry may be a folder or a chunk, and all of it may lie in a folder."""
    plain(tmp_path / "scene")
    path = tmp_path / "packed.zip"
    if how == "make_archive":
        shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "scene")
    elif how.startswith("zip "):
        if shutil.which("zip") is None:
            pytest.skip("the program zip is not installed")
        inside = how.endswith(".")
        words = ["zip", "-q", "-r", str(path), "." if inside else "scene"]
        subprocess.run(words, cwd=tmp_path / "scene" if inside else tmp_path, check=True)
    else:
        found = sorted(one for one in (tmp_path / "scene").rglob("*") if one.is_file())
        with zipfile.ZipFile(path, "w") as archive:
            for one in found:  # "cube/c/0/0/0" is the first
                with archive.open(str(one.relative_to(tmp_path / "scene")), "w", force_zip64=True) as entry:
                    entry.write(one.read_bytes())
    if how == "zip64":
        as_zip64(path)
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.read(0, LINES), VALUES)
    np.testing.assert_array_equal(cube.spectrum(3, 4), VALUES[3, 4])


def as_zip64(path):
    """Let the end of a zip file be that of one with very many entries."""
    data = path.read_bytes()
    at = data.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack_from("<HII", data, at + 10)
    end = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, length, start)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
    last = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(data[:at] + end + locator + last)


def test_a_zip_file_without_a_store_or_with_two(tmp_path):
    for names in ((), ("a", "b")):
        path = tmp_path / f"{len(names)}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.txt", "none")
            for name in names:
                archive.writestr(f"{name}/.zgroup", '{"zarr_format": 2}')
        with pytest.raises(
            FormatError, match="holds 2 Zarr stores, a among them" if names else "a zip archive"
        ):
            open_cube(path)
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:  # its directory is read in several pieces
        for k in range(20_000):
            archive.writestr(f"notes/{'of the flight' * 5}{k}.txt", "")
        archive.writestr("scene/.zgroup", '{"zarr_format": 2}')
    assert store_in(tmp_path / "many.zip") == "scene"
    cut = (tmp_path / "2.zip").read_bytes()
    for length in range(0, len(cut), 7):
        (tmp_path / "cut.zip").write_bytes(cut[:length])
        with pytest.raises(FileError):
            open_cube(tmp_path / "cut.zip")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_in_a_store_is_not_waited_for(tmp_path):
    store = tmp_path / "a.zarr"
    plain(store)
    chunk = store / "cube" / "c" / "0" / "0" / "0"
    chunk.unlink()
    os.mkfifo(chunk)
    with pytest.raises(FileError, match=r"cube/c/0/0/0 .*is a pipe or a device"):
        open_cube(store).read(0, 4)
    (store / "cube" / "zarr.json").unlink()
    os.mkfifo(store / "cube" / "zarr.json")
    with pytest.raises(FormatError, match=r"cube/zarr.json is a pipe or a device: refused"):
        open_cube(store)
    (store / "zarr.json").unlink()
    os.mkfifo(store / "zarr.json")
    with pytest.raises(FileError):
        open_cube(store)


@pytest.mark.parametrize(
    "how",
    [
        {"shards": (8, 10, BANDS)},
        {"compressors": None},
        {"version": 2, "order": "F"},
        {"version": 2, "dtype": ">f4"},
        {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    ],
)
def test_how_it_may_lie(tmp_path, how):
    plain(tmp_path / "a.zarr", **how)
    cube = open_cube(tmp_path / "a.zarr", axes="yxb")
    np.testing.assert_array_equal(cube.read(0, LINES), VALUES)
    np.testing.assert_array_equal(cube.read(5, 7, [3, 0]), VALUES[5:7][..., [3, 0]])


@pytest.mark.parametrize("version", [2, 3])
def test_a_missing_chunk_is_the_fill_value(tmp_path, version):
    store = tmp_path / "a.zarr"
    array = plain(store, version, fill_value=-1.0)
    (store / "cube" / array.metadata.encode_chunk_key((1, 2, 0))).unlink()
    cube = open_cube(store)
    assert cube.nodata == -1
    values = cube.read(0, LINES)
    assert np.isnan(values[4:8, 10:]).all()
    np.testing.assert_array_equal(values[:4], VALUES[:4])


def test_a_damaged_chunk_is_named(tmp_path):
    store = tmp_path / "a.zarr"
    plain(store)
    chunk = store / "cube" / "c" / "1" / "2" / "0"
    chunk.write_bytes(chunk.read_bytes()[:-9])
    with pytest.raises(FileError, match=r"a\.zarr: is damaged: cube/c/1/2/0 can't be read"):
        open_cube(store).read(4, 8)


def edit(path, **fields):
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize(
    ("version", "fields", "reason"),
    [
        (3, {"shape": [10**6, 10**6, 6]}, "declares 24000000000000 bytes, but only"),
        (2, {"chunks": [10**5, 10**5, 6]}, "chunks of 228881 MB"),
        (2, {"filters": [{"id": "pickle"}]}, "no array; cube can't be read .*pickle.*: left out"),
        (2, {"dtype": "|O", "fill_value": None, "filters": [{"id": "vlen-utf8"}]}, "no three-dim"),
        (3, {"data_type": "complex64"}, "no array; cube can't be read"),
    ],
)  # fmt: skip
def test_hostile_metadata(tmp_path, version, fields, reason):
    store = tmp_path / "a.zarr"
    plain(store, version)
    edit(store / "cube" / ("zarr.json" if version == 3 else ".zarray"), **fields)
    with pytest.raises(FormatError, match=reason):
        open_cube(store)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_no_link_leads_out(tmp_path):
    plain(tmp_path / "secret")
    store = tmp_path / "a.zarr"
    plain(store)
    chunk = store / "cube" / "c" / "0" / "0" / "0"
    chunk.unlink()
    chunk.symlink_to(tmp_path / "secret" / "cube" / "c" / "0" / "0" / "0")
    with pytest.raises(FileError, match=r"cube/c/0/0/0 .*leads out of the store"):
        open_cube(store).read(0, 4)
    shutil.rmtree(store / "cube")
    (store / "cube").symlink_to(tmp_path / "secret" / "cube")
    with pytest.raises(FormatError, match=r"cube.* leads out of the store: refused"):
        open_cube(store)


def test_a_store_that_changes(tmp_path):
    store = tmp_path / "a.zarr"
    plain(store)
    cube = open_cube(store)
    before = finish(hashing(store))
    edit(store / "cube" / "zarr.json", attributes={"a": 1})
    assert finish(hashing(store)) != before
    edit(store / "zarr.json", attributes={"b": 1})
    with pytest.raises(FileError, match="has changed"):
        cube.read(0, 4)


def test_without_the_package(tmp_path, monkeypatch):
    store = tmp_path / "a.zarr"
    plain(store)
    monkeypatch.setattr("hsunmix.formats.find_spec", lambda name: None if name == "zarr" else name)
    with pytest.raises(FormatError, match=r"is Zarr, for which .*: pip install 'hsunmix\[zarr\]'"):
        open_cube(store)


def test_no_store_is_a_library_and_dialogs_offer_it(tmp_path):
    plain(tmp_path / "a.zarr")
    with pytest.raises(FormatError, match="Zarr files hold no spectral library"):
        open_spectra(tmp_path / "a.zarr")
    assert formats()["zarr"].title in file_filter()
    assert "*zarr.json" in file_filter()


def test_larger_than_memory(tmp_path):
    """Read by blocks from its store, and the same is found."""
    from hsunmix.engine.footprint import Resources
    from hsunmix.methods.running import footprint, pipeline
    from hsunmix.model.choice import Choice
    from tests.beyond_memory import BANDS, LINES, MEMORY, RANK, SAMPLES, little_memory, values

    scene = values()
    root = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2)
    array = root.create_array("cube", shape=scene.shape, dtype="f4", chunks=(16, 20, BANDS))
    array[...] = scene
    cube = open_cube(tmp_path / "a.zarr", axes="yxb")
    request = pipeline.Request(Choice("spa"), RANK)
    found = []
    with little_memory():
        for resources in (Resources(), Resources(memory=MEMORY)):
            taken = footprint.of_run(cube, request, resources)
            assert (taken.way == "memory") == (resources.memory is None)
            loaded = finish(pipeline.load_for(cube, request, taken))
            found.append(finish(pipeline.unmix(loaded, request)))
    assert found[0].abundances.shape == (RANK, LINES, SAMPLES)
    np.testing.assert_allclose(found[1].endmembers, found[0].endmembers, rtol=1e-6)
    np.testing.assert_allclose(found[1].abundances, found[0].abundances, atol=1e-5)


def test_a_session_finds_its_store_again(tmp_path):
    from hsunmix.session.archive import load, save
    from hsunmix.session.document import Document

    (tmp_path / "one").mkdir()
    store, session = tmp_path / "one" / "a.zarr", tmp_path / "one" / "a.hsu"
    array = plain(store)
    save(Document(cube=open_cube(store, axes="yxb")), session)
    (tmp_path / "one").rename(tmp_path / "two")
    store, session = tmp_path / "two" / "a.zarr", tmp_path / "two" / "a.hsu"
    document = load(session)
    assert document.cube.path == store
    assert not any("changed" in note for note in document.cube.notes)
    (store / "cube" / array.metadata.encode_chunk_key((0, 0, 0))).unlink()
    assert any("changed since the session was saved" in note for note in load(session).cube.notes)
