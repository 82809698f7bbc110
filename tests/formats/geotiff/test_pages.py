"""TIFF files of several pages: every page is a band, or it is told what became of it."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsunmix.errors import FileError, FormatError
from hsunmix.formats import open_cube
from hsunmix.formats.decoder.remote import RemotePixels

LINES, SAMPLES, BANDS = 9, 13, 6


def scene(bands: int = BANDS, lines: int = LINES) -> np.ndarray:
    """Make values (lines, samples, bands)."""
    return np.random.default_rng(bands).normal(size=(lines, SAMPLES, bands)).astype("f4")


def page(plane: np.ndarray, *more: tuple[int, int, int, bytes]) -> tuple[dict[int, tuple], bytes]:
    """Return the entries and the pixels of a page; more entries as (tag, type, count, value)."""
    height, width = plane.shape[:2]
    samples = 1 if plane.ndim == 2 else plane.shape[2]
    kind = {"f": 3, "u": 1, "i": 2}[plane.dtype.kind]
    per_sample = {258: 8 * plane.dtype.itemsize, 339: kind}
    entries = {
        256: (3, 1, struct.pack("<H", width)), 257: (3, 1, struct.pack("<H", height)),
        259: (3, 1, struct.pack("<H", 1)), 262: (3, 1, struct.pack("<H", 1)),
        277: (3, 1, struct.pack("<H", samples)), 278: (3, 1, struct.pack("<H", height)),
        279: (4, 1, struct.pack("<I", plane.nbytes)),
        **{tag: (3, samples, struct.pack("<H", n) * samples) for tag, n in per_sample.items()},
    }  # fmt: skip
    entries |= {tag: (kind, count, value) for tag, kind, count, value in more}
    return entries, plane.tobytes()


def write_pages(path: Path, pages: list[tuple[dict[int, tuple], bytes]], tail: bytes = b"") -> None:
    """Write a classic TIFF file byte by byte."""
    out = bytearray(b"II*\0\0\0\0\0")
    link = 4
    for entries, pixels in pages:
        entries = dict(entries)
        entries[273] = (4, 1, struct.pack("<I", len(out)))
        out += pixels + b"\0" * (len(pixels) % 2)
        table = b""
        for tag, (kind, count, value) in sorted(entries.items()):
            if len(value) > 4:
                at = len(out)
                out += value + b"\0" * (len(value) % 2)
                value = struct.pack("<I", at)
            table += struct.pack("<HHI4s", tag, kind, count, value.ljust(4, b"\0"))
        out[link : link + 4] = struct.pack("<I", len(out))
        out += struct.pack("<H", len(entries)) + table
        link = len(out)
        out += b"\0\0\0\0"
    path.write_bytes(bytes(out) + tail)


def said(text: str) -> tuple[int, int, int, bytes]:
    """Return the entry of a description."""
    return 270, 2, len(text) + 1, text.encode() + b"\0"


def planes(values: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(plane) for plane in np.moveaxis(values, -1, 0)]


def check(path: Path, expected: np.ndarray) -> None:
    cube = open_cube(path)
    assert cube.shape == expected.shape
    np.testing.assert_array_equal(cube.pixels.read(0, cube.lines), expected)
    np.testing.assert_array_equal(cube.pixels.read(2, 5, [3, 0]), expected[2:5][:, :, [3, 0]])
    np.testing.assert_array_equal(cube.pixels.spectrum(8, 11), expected[8, 11])


@pytest.mark.parametrize("packing", [None, "deflate", "lzw", "zstd", "packbits"])
def test_a_page_for_each_band(tmp_path, packing):
    path, values = tmp_path / "a.tif", scene()
    if packing is None:
        write_pages(path, [page(plane) for plane in planes(values)])
    else:
        profile = {"driver": "GTiff", "height": LINES, "width": SAMPLES, "count": 1, "dtype": "float32"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for k, plane in enumerate(planes(values)):
                more = {"APPEND_SUBDATASET": "YES"} if k else {}
                with rasterio.open(path, "w", **profile, compress=packing, blockysize=4, **more) as file:
                    file.write(plane, 1)
    check(path, values)
    cube = open_cube(path)
    assert any("6 pages of the file were taken as its bands" in note for note in cube.notes)
    assert isinstance(cube.pixels, RemotePixels) is (packing in ("lzw", "zstd", "packbits"))


def test_what_pages_say_on_themselves(tmp_path):
    path, values = tmp_path / "a.tif", scene()
    nm = np.linspace(450, 900, BANDS)
    write_pages(path, [page(p, said(f"{w:.1f} nm")) for p, w in zip(planes(values), nm, strict=True)])
    np.testing.assert_allclose(open_cube(path).wavelengths, nm)
    scaled = [page(p, (42112, 2, 0, b"")) for p in planes(values)]
    for k, (entries, _) in enumerate(scaled):
        text = (
            f'<GDALMetadata><Item name="SCALE" sample="0" role="scale">{k + 1}</Item></GDALMetadata>'.encode()
        )
        entries[42112] = (2, len(text) + 1, text + b"\0")
    write_pages(path, scaled)
    np.testing.assert_allclose(open_cube(path).gain, np.arange(1, BANDS + 1))
    for k, (entries, _) in enumerate(scaled):
        entries[42113] = (2, 3, b"-%d\0" % (k % 2))
    write_pages(path, scaled)
    with pytest.raises(FormatError, match="different nodata"):
        open_cube(path)


def test_pages_that_are_no_bands(tmp_path):
    path, values = tmp_path / "a.tif", scene()
    bands = [page(plane) for plane in planes(values)]
    overview = page(planes(scene(1, 4))[0], (254, 4, 1, b"\1\0\0\0"))
    mask = page(np.ones((LINES, SAMPLES), "u1"), (254, 4, 1, b"\4\0\0\0"))
    write_pages(path, [bands[0], overview, *bands[1:]])
    check(path, values)
    assert not any("aside" in note for note in open_cube(path).notes)
    write_pages(path, [*bands, page(planes(scene(1, 5))[0]), page(np.ones((LINES, SAMPLES), "u1"))])
    check(path, values)
    assert any("2 pages that are not like the first" in note for note in open_cube(path).notes)
    write_pages(path, [bands[0], mask])
    assert open_cube(path).shape == (LINES, SAMPLES, 1)
    assert not any("aside" in note for note in open_cube(path).notes)


def test_pages_of_several_bands_are_images(tmp_path):
    path, values = tmp_path / "a.tif", scene()
    write_pages(path, [page(np.ascontiguousarray(values)), page(np.ascontiguousarray(values + 1))])
    check(path, values)
    assert any("1 others were left aside" in note for note in open_cube(path).notes)


IMAGEJ = "ImageJ=1.53t\nimages={}\nchannels={}\nslices={}\nframes={}\nhyperstack=true\n"
OME = '<?xml version="1.0"?><OME><Pixels DimensionOrder="XY{}" SizeC="{}" SizeZ="{}" SizeT="{}"/></OME>'


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        (IMAGEJ.format(6, 6, 1, 1), range(6)),
        (IMAGEJ.format(6, 1, 6, 1), range(6)),
        (IMAGEJ.format(6, 3, 1, 2), range(3)),
        (IMAGEJ.format(6, 2, 3, 1), range(2)),
        (OME.format("CZT", 2, 1, 3), range(2)),
        (OME.format("TCZ", 2, 1, 3), (0, 3)),
        (OME.format("ZCT", 3, 2, 1), (0, 2, 4)),
        ('{"shape": [6, 9, 13]}', range(6)),
        ('{"shape": [2, 3, 9, 13], "axes": "CTYX"}', (0, 3)),
    ],
)
def test_stacks_with_several_axes(tmp_path, text, picked):
    path, values = tmp_path / "a.tif", scene()
    first, *others = planes(values)
    write_pages(path, [page(first, said(text)), *(page(plane) for plane in others)])
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.pixels.read(0, LINES), values[:, :, list(picked)])
    assert any("channels" in note for note in cube.notes) is (len(picked) < 6)


@pytest.mark.parametrize("text", ['{"shape": [2, 3, 9, 13]}', IMAGEJ.format(6, 1, 3, 2)])
def test_stacks_that_do_not_say_their_bands_are_refused(tmp_path, text):
    path = tmp_path / "a.tif"
    first, *others = planes(scene())
    write_pages(path, [page(first, said(text)), *(page(plane) for plane in others)])
    with pytest.raises(FormatError, match="does not say which are its bands"):
        open_cube(path)


def test_pages_without_tables(tmp_path):
    """ImageJ writes one table for a large stack; the other pages lie behind the first."""
    path, values = tmp_path / "a.tif", scene()
    first, *others = planes(values)
    entries, pixels = page(first, said(IMAGEJ.format(6, 6, 1, 1)))
    write_pages(path, [(entries, pixels)])
    with pytest.raises(FormatError, match="6 pages, but has the table of one only"):
        open_cube(path)
    whole = pixels + b"".join(plane.tobytes() for plane in others)
    write_pages(path, [(entries, whole)])
    check(path, values)


def test_a_chain_without_end(tmp_path):
    path = tmp_path / "a.tif"
    write_pages(path, [page(plane) for plane in planes(scene())])
    raw = bytearray(path.read_bytes())
    raw[-4:] = raw[4:8]  # the last page names the first as the next
    path.write_bytes(raw)
    check(path, scene())
    raw[-4:] = b"\xff\xff\xff\x7f"
    path.write_bytes(raw)
    with pytest.raises(FileError, match=r"a\.tif"):
        open_cube(path)


@pytest.mark.parametrize(
    ("nodata", "widened"), [([-9.0] * 6, False), ([-9.0, -8, -9, -9, -9, -9], True), ([None, None, 7], True)]
)
def test_nodata_of_each_band_beside_the_file(tmp_path, nodata, widened):
    path = tmp_path / "a.tif"
    values = np.random.default_rng(3).integers(-9, 9, (LINES, SAMPLES, BANDS)).astype("i2")
    write_pages(path, [page(np.ascontiguousarray(values))])
    bands = "".join(
        f'<PAMRasterBand band="{k}"><NoDataValue>{value}</NoDataValue></PAMRasterBand>'
        for k, value in enumerate(nodata, 1)
        if value is not None
    )
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{bands}</PAMDataset>")
    cube = open_cube(path)
    numbers = np.array([np.nan if n is None else n for n in (nodata + [None] * 6)[:6]])
    np.testing.assert_array_equal(np.isnan(cube.read(0, LINES)), values == numbers)
    np.testing.assert_array_equal(np.isnan(cube.spectrum(3, 4)), values[3, 4] == numbers)
    assert (cube.pixels.dtype == "float32") is widened


def test_a_preview_in_front_is_not_taken_for_the_image(tmp_path):
    path, values = tmp_path / "a.tif", scene()
    preview = page(planes(scene(1, 4))[0], (254, 4, 1, b"\1\0\0\0"))
    write_pages(path, [preview, page(np.ascontiguousarray(values))])
    with pytest.raises(FormatError, match=r"preview.*GTIFF_DIR:2:a\.tif"):
        open_cube(path)
    write_pages(path, [preview])  # nothing else is there
    assert open_cube(path).shape[2] == 1
