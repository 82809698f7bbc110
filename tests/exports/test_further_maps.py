"""What a method found of every pixel is in every product, with its own type, names and colours."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from hsunmix.exports import _sheets, write_products
from hsunmix.exports._plan import plan
from hsunmix.exports._sheets import sheets
from hsunmix.model.maps import SparseMap
from hsunmix.model.progress import finish
from tests.exports.conftest import FURTHER, MODELS, make_delivery

NAMES = ("Grass", "Soil, dry {A}", "Wässer")
TYPES = {"dominant": "uint8", "model_index": "uint8", "models": "uint8", "segment": "int32"}


@pytest.fixture(scope="module")
def job():
    return make_delivery(NAMES, further=FURTHER)


@pytest.fixture(scope="module")
def written(job, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sheets, "PICTURES", 5)
        write_products(job, folder, ["geotiff", "cog", "envi", "netcdf", "matlab", "png", "html"])
    return folder


def in_files(one) -> np.ndarray:
    """The numbers of a map as files have them: whole ones from 1."""
    return one.values + 1 if one.whole else one.values


def others(job):
    return job.unmixing.further_maps.items()


@pytest.mark.parametrize("ending", [".tif", "_cog.tif", ".img"])
def test_rasters_hold_the_numbers(job, written, ending):
    import rasterio

    for name, one in others(job):
        driver = "ENVI" if ending == ".img" else "GTiff"
        with rasterio.open(written / f"{_sheets.FILES.get(name, name)}{ending}", driver=driver) as raster:
            values = raster.read()
            assert set(raster.dtypes) == {TYPES.get(name, "float32")}, name
            assert raster.nodata == (0 if one.whole else -9999) or (ending == ".img" and name in TYPES)
            assert raster.crs == rasterio.CRS.from_epsg(32611)
        expected = in_files(one)
        expected = expected if one.whole else np.where(np.isfinite(expected), expected, np.float32(-9999))
        np.testing.assert_array_equal(values, expected)


def test_bands_have_the_names_of_layers(written):
    import rasterio

    for name, expected in {
        "abundances_sd": NAMES,
        "shade": ("Shade",),
        "models": ("first", "second/<b>"),
        "model_index": ("Model index",),
    }.items():
        with rasterio.open(written / f"{name}.tif") as raster:
            assert raster.descriptions == expected


def test_classes_have_colours_and_names(job, written):
    import rasterio

    with rasterio.open(written / "dominant.tif") as raster:
        palette, tags = raster.colormap(1), raster.tags(1)
    assert palette[0][3] == 0
    for k, (name, member) in enumerate(zip(NAMES, job.endmembers, strict=True), 1):
        assert palette[k] == (*bytes.fromhex(member.colour[1:]), 255)
        assert tags[f"CLASS_{k}"] == name
    entries = ElementTree.parse(written / "model_index.qml").iter("paletteEntry")
    assert [(entry.get("value"), entry.get("label")) for entry in entries] == list(
        zip("123", MODELS, strict=True)
    )
    ramp = ElementTree.parse(written / "abundances_sd.qml").find(".//colorrampshader")
    assert float(ramp.get("minimumValue")) == 0
    assert 0.09 < float(ramp.get("maximumValue")) < 0.1
    ramp = ElementTree.parse(written / "brightness.qml").find(".//colorrampshader")
    assert -4.1 < float(ramp.get("minimumValue")) < -3


def test_overviews_of_classes_are_classes(tmp_path):
    import rasterio

    write_products(make_delivery(NAMES, lines=700, samples=600, further=("dominant",)), tmp_path, ["cog"])
    with rasterio.open(tmp_path / "dominant_cog.tif") as raster:
        assert raster.overviews(1)
        small = raster.read(1, out_shape=(350, 300))
        assert set(np.unique(small)) <= {0, 1, 2, 3}


def test_envi_knows_classes_by_name(job, written):
    import spectral.io.envi

    found = spectral.io.envi.open(str(written / "model_index.hdr"))
    assert found.metadata["file type"] == "ENVI Classification"
    assert found.metadata["class names"] == ["Unclassified", "soil + shade", "Wässer (tief)", "both"] or (
        found.metadata["class names"][1] == "soil + shade"
    )
    assert len(found.metadata["class lookup"]) == 3 * int(found.metadata["classes"]) == 12
    values = np.asarray(found.load())[:, :, 0]
    np.testing.assert_array_equal(values, in_files(job.unmixing.maps["model_index"])[0])
    assert "ENVI Standard" in (written / "models.hdr").read_text(encoding="utf-8")


def test_netcdf_and_to_xarray(job, written):
    xarray = pytest.importorskip("xarray")
    with xarray.open_dataset(written / "result.nc", engine="h5netcdf") as data:
        for name, one in others(job):
            expected = np.where(one.values < 0, np.nan, one.values + 1) if one.whole else one.values
            np.testing.assert_array_equal(data[name].values.reshape(expected.shape), expected)
        assert data.abundance_sd.dims[0] == "endmember"
        assert list(data.endmember.values) == list(NAMES)
        assert list(data.models_layer.values) == ["first", "second/<b>"]
        assert data.share.sel(share_layer="spectrum 7").shape == (11, 7)
        assert data.brightness.units == "W m-2"
        assert data.model_index.flag_meanings == "soil_+_shade W_sser_tief_ both"
        assert list(data.model_index_classes.values) == list(MODELS)
        assert list(data.model_index.flag_values) == [1, 2, 3]
        assert data.dominant.attrs["grid_mapping"] == "crs"


def test_gdal_reads_the_netcdf_too(job, written):
    import rasterio

    with rasterio.open(f"netcdf:{written / 'result.nc'}:model_index") as raster:
        values = raster.read(1)
    np.testing.assert_array_equal(values, in_files(job.unmixing.maps["model_index"])[0])


def test_matlab(job, written):
    from scipy.io import loadmat

    found = loadmat(written / "result.mat")
    for name, one in others(job):
        expected = np.moveaxis(in_files(one), 0, 2)
        np.testing.assert_array_equal(found[_sheets.FILES.get(name, name)].reshape(expected.shape), expected)
        assert found[_sheets.FILES.get(name, name)].dtype == (np.int32 if one.whole else np.float32)
    assert [cell.item() for cell in found["model_index_classes"].ravel()] == list(MODELS)
    assert [cell.item() for cell in found["models_layers"].ravel()] == ["first", "second/<b>"]


def test_pictures_have_the_names_of_maps(job, written, monkeypatch):
    found = {path.name for path in written.glob("*.png")}
    single = {f"{name}.png" for name in ("shade", "dominant", "model_index", "segment", "brightness", "left")}
    assert single <= found
    assert {"models_01_first.png", "models_02_second__b_.png", "parts_02_sea.png"} <= found
    assert {"abundance_sd_02_Soil__dry__A_.png", "abundance_02_Soil__dry__A_.png"} <= found
    shared = sorted(name for name in found if name.startswith("share_"))
    assert len(shared) == 5
    notes = json.loads((written / "result.json").read_text(encoding="utf-8"))["notes"]
    assert "of the 9 layers of share the 5 with the largest means are drawn" in notes
    means = job.unmixing.maps["share"].means
    monkeypatch.setattr(_sheets, "PICTURES", 5)
    drawn = next(sheet for sheet in sheets(job) if sheet.name == "share").drawn
    assert means[list(drawn)].min() >= np.delete(means, list(drawn)).max()


def test_a_picture_of_classes_has_their_colours_and_a_legend(job, written):
    from matplotlib.image import imread

    pixels = (imread(written / "dominant.png")[:, :, :3] * 255).round().astype(int).reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    there = {tuple(colour): n for colour, n in zip(colours.tolist(), counts, strict=True)}
    for member in job.endmembers:
        assert there[tuple(bytes.fromhex(member.colour[1:]))] > 1000


def test_letters_of_a_legend_are_in_the_svg(tmp_path):
    job = make_delivery(NAMES, further=("model_index",))
    write_products(job, tmp_path, ["svg"])
    text = (tmp_path / "model_index.svg").read_text(encoding="utf-8")
    assert "soil + shade" in text
    assert "3 different values" in text


def test_the_report(job, written):
    page = (written / "report.html").read_text(encoding="utf-8")
    assert "<h2>Other maps</h2>" in page
    assert "second/&lt;b&gt;" in page
    assert "<b>" not in page.split("<h2>Other maps")[1].split("</section>")[0].replace('<b title="', "")
    assert page.count("<h3>") == len(job.unmixing.further_maps)
    assert "4 layers with smaller means are not drawn" in page
    assert "Score, W m-2" in page
    other = make_delivery(NAMES)
    write_products(other, written / "other", ["html"])
    assert "Other maps" not in (written / "other/report.html").read_text(encoding="utf-8")


def test_the_record_lists_all_maps(written, job):
    record = json.loads((written / "result.json").read_text(encoding="utf-8"))
    maps = {one["name"]: one for one in record["maps"]}
    assert list(maps) == list(job.unmixing.maps)
    assert maps["abundance"]["layers"] == list(NAMES)
    assert maps["model_index"] == {
        "name": "model_index", "kind": "index", "title": "Model index", "unit": None, "layers": [],
        "classes": list(MODELS),
    }  # fmt: skip
    assert maps["dominant"]["classes"] == list(NAMES)


@pytest.mark.parametrize("product", ["geotiff", "envi", "netcdf", "matlab"])
def test_the_plan_has_their_files(product, written, job):
    found = finish(plan(job, product))
    for name, size in found.files.items():
        assert (written / name).stat().st_size == size, name


def test_nothing_sparse_is_filled_as_a_whole(tmp_path, monkeypatch):
    """A thousand layers of zeros would not fit into memory: each layer is made when it is written."""
    job = make_delivery(NAMES, further=("share",))
    monkeypatch.setattr(SparseMap, "values", property(lambda _: pytest.fail("filled")))
    write_products(job, tmp_path, ["geotiff", "cog", "envi", "netcdf", "matlab", "png", "html"])
