"""GeoTIFF: pixels against rasterio, wavelengths wherever they are written, and hostile files."""

from __future__ import annotations

import json
import os
import warnings

import numpy as np
import pytest
import rasterio

from hsunmix.errors import FileError, FormatError
from hsunmix.formats import open_cube
from hsunmix.formats.geotiff import open_cube as open_here
from hsunmix.formats.geotiff.file import gdal, look
from hsunmix.formats.opening.options import Options

pytestmark = pytest.mark.filterwarnings("ignore")
NM = [460.0, 560.0, 2200.5]


@pytest.fixture
def write(tmp_path, values_of):
    """Write a scene of 5 × 7 × 3; ``edit`` gets the dataset while it is open."""

    def do(name="a.tif", values=None, edit=lambda file: None, **profile):
        values = values_of(2, (5, 7, 3)) if values is None else values
        settings = {
            "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": values.shape[2],
            "dtype": values.dtype,
        } | profile  # fmt: skip
        with rasterio.open(tmp_path / name, "w", **settings) as file:
            file.write(np.moveaxis(values, -1, 0))
            edit(file)
        return tmp_path / name

    return do


@pytest.mark.parametrize(
    "storage",
    [
        {"interleave": "pixel"},
        {"interleave": "band", "compress": "deflate", "predictor": 2},
        {"interleave": "band", "tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "lzw"},
        {"interleave": "pixel", "tiled": True, "blockxsize": 16, "blockysize": 32, "compress": "zstd"},
        {"BIGTIFF": "YES", "ENDIANNESS": "BIG"},
    ],
)
@pytest.mark.parametrize("code", [1, 2, 4, 5, 12, 13, 14])
def test_every_storage_equals_rasterio(write, values_of, storage, code):
    if code in (4, 5, 14):
        storage = {key: value for key, value in storage.items() if key != "predictor"}
    values = values_of(code, (43, 21, 5))
    path = write(values=values, **storage)
    pixels = open_here(path, Options()).pixels  # as the decoder does
    assert pixels.shape == values.shape
    assert pixels.dtype == values.dtype
    np.testing.assert_array_equal(pixels.read(0, 43), values)
    np.testing.assert_array_equal(pixels.read(7, 30, [4, 0, 0]), values[7:30][:, :, [4, 0, 0]])
    np.testing.assert_array_equal(pixels.spectrum(42, 20), values[42, 20])
    assert pixels.read(3, 3).shape == (0, 21, 5)
    with rasterio.open(path) as file:
        np.testing.assert_array_equal(np.moveaxis(pixels.read(0, 43), -1, 0), file.read())


def test_unpacked_pieces_are_kept_for_a_pass(write, values_of):
    """In bytes: rasterio takes the number as such, GDAL's own option would be megabytes."""
    from rasterio._env import get_gdal_config

    path = write(values=values_of(2, (43, 21, 5)), tiled=True, blockxsize=16, blockysize=16)
    assert look(path).row_bytes == 16 * 21 * 5 * 2
    for needed, kept in ((0, 128 << 20), (400 << 20, 500 << 20), (1 << 40, 1536 << 20)):
        with gdal(needed):
            assert get_gdal_config("GDAL_CACHEMAX") == kept


def test_through_the_child(write, values_of):
    values = values_of(2, (5, 7, 3))
    cube = open_cube(write())
    assert cube.format == "geotiff"
    np.testing.assert_array_equal(cube.pixels.read(0, 5), values)
    np.testing.assert_array_equal(cube.pixels.spectrum(4, 6), values[4, 6])


def test_nodata_and_scale_of_each_band(write):
    stored = np.arange(105, dtype=np.int16).reshape(5, 7, 3)

    def edit(file):
        file.scales = (0.5, 1.0, 2.0)
        file.offsets = (0.0, -1.0, 3.0)

    cube = open_cube(write(values=stored, nodata=30, edit=edit))
    expected = (stored * [0.5, 1.0, 2.0] + [0.0, -1.0, 3.0]).astype(np.float32)
    expected[stored == 30] = np.nan
    np.testing.assert_array_equal(cube.read(0, 5), expected)
    same = open_cube(write("b.tif", values=stored, edit=lambda f: setattr(f, "scales", (1e-4,) * 3)))
    assert same.gain == 1e-4


def by_band(domain, **words):
    def edit(file):
        for band, nm in enumerate(NM, 1):
            file.update_tags(band, ns=domain, **{key: form(nm, band) for key, form in words.items()})

    return edit


def of_file(domain, **words):
    return lambda file: file.update_tags(ns=domain, **words)


def named(*names):
    def edit(file):
        for band, name in enumerate(names, 1):
            file.set_band_description(band, name)

    return edit


WAYS = {
    "gdal": by_band("IMAGERY", CENTRAL_WAVELENGTH_UM=lambda nm, _: f"{nm / 1000}", FWHM_UM=lambda *_: "0.01"),
    "envi bands": by_band(
        "ENVI", wavelength=lambda nm, _: f"{nm}", wavelength_units=lambda *_: "nm", fwhm=lambda *_: "10"
    ),
    "plain bands": by_band(
        None, wavelength=lambda nm, _: f"{nm / 1000}", wavelength_units=lambda *_: "um", fwhm=lambda *_: ".01"
    ),
    "unit in the word": by_band(None, WAVELENGTH_NM=lambda nm, _: f"{nm}", fwhm=lambda *_: "10"),
    "envi file": of_file(
        "ENVI", wavelength="{460, 560,\n 2200.5}", wavelength_units="Nanometers", fwhm="{10, 10, 10}"
    ),
    "plain file": of_file(None, wavelengths=".46, .56, 2.2005", WAVELENGTH_UNITS="um", fwhm=".01,.01,.01"),
    "names": named("Band 1 (460 nm)", "560.0 nm", "x 2200.5 nm"),
    "names in µm": named("band 1 (0.46 Micrometers)", "b (0.56 Micrometers)", "(2.2005 Micrometers)"),
    "bare names": named("460", "560", "2200.5"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_wavelengths_wherever_they_are(write, way):
    cube = open_cube(write(edit=WAYS[way]))
    np.testing.assert_allclose(cube.wavelengths, NM)
    if "names" not in way:
        np.testing.assert_allclose(cube.fwhm, 10)
    assert cube.bad_bands is None


@pytest.mark.parametrize(
    ("edit", "note"),
    [
        (by_band("ENVI", wavelength=lambda nm, k: f"{nm}" if k != 2 else ""), "only 2 of 3 bands"),
        (named("1", "2", "3"), ""),
        (named("nan", "inf", "-1"), ""),
        (named("Red", "Green", "Blue"), ""),
        (of_file("ENVI", wavelength="460, 560"), "2 entries for 3 bands"),
        (of_file("ENVI", wavelength="460, 560, x"), "not a list of numbers"),
        (by_band("IMAGERY", CENTRAL_WAVELENGTH_UM=lambda nm, k: f"{3 - k}.5"), "do not increase"),
    ],
)
def test_what_makes_no_wavelengths(write, edit, note):
    cube = open_cube(write(edit=edit))
    assert cube.wavelengths is None
    assert any(note in n for n in cube.notes) or not note


def test_units_that_contradict_each_other(write):
    cube = open_cube(
        write(
            edit=by_band("ENVI", wavelength=lambda nm, _: f"{nm}", wavelength_units=lambda _, k: "nmm"[k - 1])
        )
    )
    np.testing.assert_allclose(cube.wavelengths, NM)
    assert any("different units" in note for note in cube.notes)


def test_bad_bands_and_default_bands(write):
    cube = open_cube(write(edit=by_band("ENVI", bbl=lambda _, k: "1" if k != 2 else "0")))
    np.testing.assert_array_equal(cube.bad_bands, [False, True, False])
    cube = open_cube(write(edit=of_file("ENVI", bbl="{0, 1, 1}", default_bands="{3, 2, 1}")))
    np.testing.assert_array_equal(cube.bad_bands, [True, False, False])
    assert cube.rgb_bands == (2, 1, 0)
    cube = open_cube(write(edit=of_file(None, BAD_BANDS="1,1,1", DEFAULT_BANDS="2,1,0")))
    assert not cube.bad_bands.any()
    assert cube.rgb_bands == (2, 1, 0)


def test_stac_item_beside(write, tmp_path):
    path = write()
    bands = [{"eo:center_wavelength": nm / 1000, "eo:full_width_half_max": 0.01} for nm in NM]
    item = {"assets": {"image": {"href": "./a.tif", "bands": bands}, "other": {"href": "b.tif", "bands": []}}}
    (tmp_path / "a.stac.json").write_text(json.dumps(item))
    cube = open_cube(path)
    np.testing.assert_allclose(cube.wavelengths, NM)
    np.testing.assert_allclose(cube.fwhm, 10)
    for junk in ("{", "[]", '{"assets": 3}', '{"properties": {"eo:bands": [1, 2, 3]}}', "[" * 100_000):
        (tmp_path / "a.stac.json").write_text(junk)
        cube = open_cube(path)
        assert cube.wavelengths is None
        assert any("a.stac.json does not say" in note for note in cube.notes)


def test_envi_header_of_another_size_beside(write, tmp_path):
    path = write()
    text = (
        "ENVI\nsamples = 7\nlines = {}\nbands = 3\nwavelength = {{460, 560, 2200.5}}\nwavelength units = nm\n"
    )
    (tmp_path / "a.hdr").write_text(text.format(5))
    np.testing.assert_allclose(open_cube(path).wavelengths, NM)
    (tmp_path / "a.hdr").write_text(text.format(6))
    cube = open_cube(path)
    assert cube.wavelengths is None
    assert any("another size" in note for note in cube.notes)
    (tmp_path / "a.hdr").write_text("not ENVI")
    assert any("was not used" in note for note in open_cube(path).notes)


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:32633", (30, 0, 4e5, 0, -30, 5e6)),
        ("EPSG:4326", (1e-4, 0, 13.2, 0, -2e-4, 52.5)),
        ("EPSG:32633", (20, 10, 4e5, 10, -20, 5e6)),  # turned
        ("+proj=laea +lat_0=10 +lon_0=20 +a=6371000 +b=6371000 +units=m", (30, 0, 1, 0, 30, 2)),  # south up
        (None, (2, 0, 5, 0, -3, 7)),
    ],
)
def test_place_equals_rasterio(write, crs, transform):
    path = write(crs=crs, transform=rasterio.Affine(*transform))
    ours = open_cube(path).georeference
    with rasterio.open(path) as file:
        np.testing.assert_allclose(ours.transform, file.transform[:6], rtol=1e-12)
        assert (rasterio.crs.CRS.from_user_input(ours.crs) if ours.crs else None) == file.crs


def test_no_place(write):
    assert open_cube(write()).georeference is None
    gcps = [rasterio.control.GroundControlPoint(k, k, 10.0 * k, 5.0 * k) for k in range(4)]
    cube = open_cube(write(edit=lambda file: setattr(file, "gcps", (gcps, "EPSG:4326"))))
    assert cube.georeference is None
    assert any("control points" in note for note in cube.notes)


AUX = """<PAMDataset>
  <Metadata domain="ENVI"><MDI key="wavelength_units">Nanometers</MDI></Metadata>
  <Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{other}</MDI></Metadata>
  <Metadata domain="xml:VRT" format="xml">
    <VRTDataset><SourceFilename>{other}</SourceFilename></VRTDataset>
  </Metadata>
  {bands}
</PAMDataset>"""
BAND = """<PAMRasterBand band="{k}">
  <Description>x{k}</Description><NoDataValue>7</NoDataValue><Scale>0.5</Scale>
  <Metadata domain="IMAGERY"><MDI key="CENTRAL_WAVELENGTH_UM">{um}</MDI></Metadata></PAMRasterBand>"""


def test_aux_xml_is_understood_and_followed_nowhere(write, tmp_path):
    """Every neighbour that GDAL might open is a pipe: opening one would wait for ever."""
    path = write()
    for name in (
        "other.tif",
        "a.tif.ovr",
        "a.tif.msk",
        "a.tfw",
        "a.IMD",
        "a.RPB",
        "a_rpc.txt",
        "a.aux",
        "a.tab",
    ):
        os.mkfifo(tmp_path / name)
    bands = "".join(BAND.format(k=k, um=nm / 1000) for k, nm in enumerate(NM, 1))
    (tmp_path / "a.tif.aux.xml").write_text(AUX.format(other=tmp_path / "other.tif", bands=bands))
    cube = open_cube(path)
    np.testing.assert_allclose(cube.wavelengths, NM)
    assert cube.band_names == ("x1", "x2", "x3")
    assert (cube.nodata, cube.gain) == (7, 0.5)
    cube.read(0, 5)


def test_place_beside(write, tmp_path):
    """As GDAL reads the same neighbours."""
    path = write()
    (tmp_path / "a.tfw").write_text("20\n2\n3\n-30\n400010\n5000000\n")
    with rasterio.open(path) as file:
        expected = file.transform[:6]
    np.testing.assert_allclose(open_cube(path).georeference.transform, expected)
    srs = rasterio.crs.CRS.from_epsg(32633).to_wkt().replace('"', "&quot;")
    (tmp_path / "a.tif.aux.xml").write_text(
        f"<PAMDataset><SRS>{srs}</SRS><GeoTransform> 4e5, 30, 1,  5e6, 2, -30</GeoTransform></PAMDataset>"
    )
    ours = open_cube(path).georeference
    with rasterio.open(path) as file:
        np.testing.assert_allclose(ours.transform, file.transform[:6])
    assert rasterio.crs.CRS.from_wkt(ours.crs).to_epsg() == 32633
    (tmp_path / "a.tif.aux.xml").unlink()
    for junk in ("", "1 2 3", "0 0 0 0 0 0", "a b c d e f", "nan 0 0 1 0 0", "1\n" * 9999):
        (tmp_path / "a.tfw").write_text(junk)
        assert open_cube(path).georeference is None


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><PAMDataset>&b;</PAMDataset>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "document type"),
        (BOMB.encode("utf-16"), "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><PAMDataset/>', "document type"),
        ("<a>" * 100 + "</a>" * 100, "more elements"),
        ("<PAMDataset>", "is no XML"),
        (b"\xff\xfe\x00", "is no XML"),
        ("<a>" + "x" * (33 << 20) + "</a>", "larger than 32 MB"),
    ],
)
def test_a_neighbour_that_is_a_trap(write, tmp_path, text, reason):
    path = write()
    (tmp_path / "a.tif.aux.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert any(reason in note for note in open_cube(path).notes)


VRT = """<VRTDataset rasterXSize="7" rasterYSize="5"><VRTRasterBand dataType="Int16" band="1"><SimpleSource>
<SourceFilename>{}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


def test_a_virtual_file_is_refused(write, tmp_path):
    source = write()
    (tmp_path / "v.tif").write_text(VRT.format(source))
    with pytest.raises(FormatError, match=r"v\.tif: is a virtual file .*VRT"):
        open_cube(tmp_path / "v.tif")
    (tmp_path / "t.tif").write_text("not a picture")
    with pytest.raises(FormatError, match=r"t\.tif: is not a TIFF file"):
        open_cube(tmp_path / "t.tif")


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ({"dtype": "complex64"}, "complex numbers"),
        (
            {"height": 300_000, "width": 300_000, "SPARSE_OK": True, "tiled": True},
            "declares 540000000000 bytes",
        ),
        (
            {"height": 9_000, "width": 9_000, "blockysize": 9_000, "SPARSE_OK": True, "compress": "deflate"},
            "pieces of 463 MB",
        ),
    ],
)
def test_refused_before_pixels_are_read(tmp_path, profile, reason):
    settings = {"driver": "GTiff", "height": 5, "width": 7, "count": 3, "dtype": "int16"} | profile
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rasterio.open(tmp_path / "a.tif", "w", **settings).close()
    with pytest.raises(FormatError, match=reason):
        open_cube(tmp_path / "a.tif")


def test_cut_short(write, values_of):
    path = write(values=values_of(2, (50, 40, 30)), compress="deflate")
    whole = path.read_bytes()
    for size in (len(whole) // 2, 200, 20, 5):
        path.write_bytes(whole[:size])
        with pytest.raises(FileError, match=r"a\.tif: ") as caught:
            open_cube(path).read(0, 50)
        assert "\n" not in str(caught.value)
    path.write_bytes(whole)
    cube = open_cube(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="has changed"):
        cube.read(0, 50)


def test_mutations_are_a_cube_or_one_line(write, values_of):
    """A few hundred damaged files; the long run over all readers is elsewhere."""
    path = write(values=values_of(2, (9, 7, 3)), tiled=True, blockxsize=16, blockysize=16, compress="deflate")
    whole = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    for _ in range(150):
        damaged = whole.copy()
        for place in rng.integers(0, len(whole), rng.integers(1, 6)):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            cube = open_cube(path)
            cube.pixels.read(0, min(cube.lines, 9), [0])
        except FileError as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)
