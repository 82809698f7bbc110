"""What ``hsunmix info --json`` says of the real files, against what they hold by other means.

The table was taken from the headers by eye and from the files with rasterio; the headers without
data are compared with GDAL and ``spectral``, for which a data file without content is put beside
each.
"""

from __future__ import annotations

import json
import re
import shutil
import warnings

import numpy as np
import pytest

from tests.cli.conftest import refusal

VARIANT = (0.25, 0, 0, 0, -0.25, 0)
BERLIN = (30, 0, 384342.37, 0, -30, 5818392.35)
CALTECH = (1.9987816540381915, -0.06979899340500194, -0.06979899340500194, -1.9987816540381915)


def turned(x: float, y: float) -> tuple[float, ...]:
    a, b, d, e = CALTECH
    return (a, b, x, d, e, y)


# file: shape, dtype, (first, last wavelength in nm), bad bands, nodata, EPSG, transform
TABLE = {
    "aviris_ng/ang20160910t185702_2rdn_img": (
        (25, 30, 425), "float32", (376.44, 2500.12), None, -9999, 32611,
        (15, 0, 353128.751647949, 0, -15, 3813729.76806641),
    ),
    "aviris_ng/ang20170323t202244_rdn_7000-7010": (
        (10, 10, 425), "float32", (376.86, 2500.54), None, None, None, None,
    ),
    "aviris_ng/caltech_425_7_7_nm": (
        (7, 7, 425), "float32", (376.859985, 2500.540039), [0, *range(194, 211), *range(280, 315)], -9999,
        32611, turned(395784.173532127, 3778085.39987051),
    ),
    "aviris_ng/caltech_4_100_150_nm": (
        (150, 150, 4), "float32", (472.019989, 852.679993), None, -9999, 32611,
        turned(395591.275266063, 3778292.25793526),
    ),
    "aviris_ng/circuit_4_100_150_um": ((150, 150, 4), "float32", (525, 1200), None, None, None, None),
    "aviris_ng/caltech_4_100_150_nm_epsg4087.tif": (
        (139, 168, 4), "float32", (472.019989, 852.679993), [], -9999, 4087,
        (2.209444855979267, 0, -13150451.948415725, 0, -2.209444855979267, 3800481.620449824),
    ),
    "emit/emit20250324t221005_jpl_unmix_ex": (
        (10, 10, 285), "float32", (381.0055927, 2492.9238809), [*range(127, 142), *range(187, 213)], -9999,
        None, None,
    ),
    "spectra/PRISMA.sli": ((1, 233, 2131), "float32", (380, 2510), None, None, None, None),
    "usgs/USGS_Mineral_Spectral_Library.sli": (
        (1, 481, 420), "float32", (395.1, 2560), None, None, None, None,
    ),
    "wavelength_variants/envi": ((7, 10, 177), "int16", (460, 2409), None, None, 32633, BERLIN),
    "wavelength_variants/enmap.tif": ((7, 10, 177), "int16", None, None, -9999, 32633, BERLIN),
    "wavelength_variants/envi_wl_fwhm.bsq": ((2, 5, 2), "int32", (400, 500), [0], None, 4326, VARIANT),
    "wavelength_variants/envi_wl_implicit_nm.bsq": (
        (2, 5, 2), "int32", (400, 500), None, None, 4326, VARIANT,
    ),
    "wavelength_variants/envi_wl_implicit_um.bsq": (
        (2, 5, 2), "int32", (400, 500), None, None, 4326, VARIANT,
    ),
    "wavelength_variants/enmapbox_envidomain_bandlevel.tif": (
        (2, 5, 2), "int32", (400, 500), [0], None, 4326, VARIANT,
    ),
    "wavelength_variants/enmapbox_envidomain_dslevel.tif": (
        (2, 5, 2), "int32", (400, 500), [0], None, 4326, VARIANT,
    ),
    "wavelength_variants/gdal_no_info.tif": ((2, 5, 2), "int32", None, None, None, 4326, VARIANT),
    "wavelength_variants/gdal_wl_fwhm.tif": ((2, 5, 2), "int32", (400, 500), None, None, 4326, VARIANT),
    "wavelength_variants/gdal_wl_only.tif": ((2, 5, 2), "int32", (400, 500), None, None, 4326, VARIANT),
    "wavelength_variants/staclike.tif": ((2, 5, 2), "int32", (4000, 5000), None, None, 4326, VARIANT),
    "wavelength_variants/hymap.tif": (
        (58, 83, 3), "uint8", None, None, 0, 32633, (3.6, 0, 384341.17, 0, -3.6, 5818393.55),
    ),
    "wavelength_variants/speclib.sli": ((1, 7, 177), "float64", (460, 2409), None, None, None, None),
}  # fmt: skip


def epsg(text: str | None) -> int | None:
    from hsunmix.exports._georeference import crs_of
    from hsunmix.model.georeference import Georeference

    return crs_of(Georeference((1, 0, 0, 0, 1, 0), text)).to_epsg() if text else None


def facts_of(hsunmix, path) -> dict:
    result = hsunmix("info", path, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", TABLE)
def test_the_table(hsunmix, shared, name):
    shape, dtype, ends, bad, nodata, code, transform = TABLE[name]
    path = shared / "data" / name
    header = path.with_name(f"{path.stem}.hdr")
    for given in [path, *([header] if header.exists() and path.suffix != ".tif" else [])]:
        facts = facts_of(hsunmix, given)
        assert (facts["lines"], facts["samples"], facts["bands"]) == shape
        assert facts["dtype"] == dtype
        found = facts["wavelengths"]
        if ends is None:
            assert found is None
        else:
            assert len(found) == shape[2]
            assert (found[0], found[-1]) == pytest.approx(ends)
        assert facts["bad_bands"] == bad
        assert facts["nodata"] == nodata
        assert facts["scale"] == 1
        assert epsg(facts["crs"]) == code
        if transform is None:
            assert facts["transform"] is None
        else:
            assert facts["transform"] == pytest.approx(transform, abs=1e-9)


def test_the_table_is_complete(shared):
    """Every image of a format of this table's is in it."""
    folder = shared / "data"
    images = {path.relative_to(folder).as_posix() for path in folder.rglob("*.tif")}
    for header in folder.rglob("*.hdr"):
        if header.parent.name != "envi_headers":
            images |= {
                path.relative_to(folder).as_posix()
                for path in header.parent.glob(f"{header.stem}*")
                if path.stem == header.stem and path.suffix in ("", ".bsq", ".sli")
            }
    assert images == set(TABLE)


@pytest.mark.parametrize("name", [name for name in TABLE if not name.endswith(".sli")])
def test_the_table_equals_rasterio(shared, name):
    import rasterio

    shape, dtype, _, _, nodata, code, transform = TABLE[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(shared / "data" / name) as file:
            assert (file.height, file.width, file.count) == shape
            assert set(file.dtypes) == {dtype}
            assert file.nodata == nodata
            assert (file.crs.to_epsg() if file.crs else None) == code
            if transform is not None:
                assert tuple(file.transform[:6]) == pytest.approx(transform, abs=1e-9)


UNITS = {"nanometers": 1, "nm": 1, "micrometers": 1000, "um": 1000}
BYTES = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 12: 2}
# Lists that are no wavelengths, or not in their unit, seen by eye: 665, 560, 490; 0, 1, 2 …; 246 for 3
# bands; some that come twice; numbers of bands; 0.46 "nm".
ODD = ("hires_berlin__ba1d55b", "speclib__6f79855", "loc_two_px", "moms", "speclibESL.esl__08cd55f",
       "envi__02ace13", "envi__5fc4bb7")  # fmt: skip


def listed(text: str, key: str) -> list[str] | None:
    found = re.search(rf"(?im)^[ \t]*{key}[ \t]*=[ \t]*{{([^}}]*)}}", text)
    return [word.strip() for word in found[1].split(",") if word.strip()] if found else None


def field(text: str, key: str) -> str:
    found = re.search(rf"(?im)^[ \t]*{key}[ \t]*=[ \t]*(.*)$", text)
    return found[1].strip() if found else ""


def number(value: str | float | None) -> float | None:
    """NaN is no data always, and needs no saying."""
    return None if value in ("", None) or float(value) != float(value) else float(value)


def wavelengths_of(text: str) -> list[float] | None:
    """Read the wavelengths of a header in the plainest way."""
    words = listed(text, "wavelength")
    if words is None:
        return None
    numbers = [float(word) for word in words]
    guess = 1 if min(numbers) > 100 else 1000
    factor = UNITS.get(field(text, "wavelength units").lower(), guess)
    return [number * factor for number in numbers]


@pytest.fixture(scope="module")
def headers(shared):
    found = sorted((shared / "data" / "envi_headers").glob("*.hdr"))
    assert len(found) == 157
    return {path: path.read_bytes().decode("latin-1").replace("\r\n", "\n") for path in found}


def test_every_header_by_a_plain_reading(hsunmix, headers):
    refused = []
    for path, text in headers.items():
        result = hsunmix("info", path, "--json")
        if result.exit_code:
            assert path.name in refusal(result)
            refused.append(path.name.rsplit("__", 1)[0])
            continue
        facts = json.loads(result.stdout)
        lines, samples, bands = (int(field(text, key)) for key in ("lines", "samples", "bands"))
        library = "library" in field(text, "file type").lower()
        expected = (1, lines, samples) if library else (lines, samples, bands)
        assert (facts["lines"], facts["samples"], facts["bands"]) == expected, path.name
        assert any("data file is missing" in note for note in facts["notes"]), path.name
        centres = wavelengths_of(text)
        if any(word in path.name for word in ODD):
            micrometres = '"envi__' in f'"{path.name.split("qgispluginsupport__")[-1]}'
            assert (facts["wavelengths"] is not None) == micrometres, path.name
        elif centres is not None:
            np.testing.assert_allclose(facts["wavelengths"], centres, err_msg=path.name)
        bbl = listed(text, "bbl")
        bad = [k for k, word in enumerate(bbl or []) if float(word) == 0]
        assert facts["bad_bands"] == (bad if bbl else None), path.name
        ignored = field(text, "data ignore value")
        assert facts["nodata"] == number(ignored), path.name
        scale = field(text, "reflectance scale factor")
        if not listed(text, "data gain values"):
            assert facts["scale"] == pytest.approx(1 / float(scale) if scale else 1), path.name
    assert refused == ["glue-viz-glue-qt__w51", "hifexplo-hylite__hypercloud"]  # no ENVI; no interleave


def test_every_header_as_gdal_and_spectral_read_it(hsunmix, headers, tmp_path):
    import rasterio

    spectral = pytest.importorskip("spectral")
    compared = 0
    for path, text in headers.items():
        code = field(text, "data type")
        if not code or not field(text, "interleave"):
            continue
        size = BYTES[int(code)] * np.prod([int(field(text, key)) for key in ("lines", "samples", "bands")])
        data, header = tmp_path / "a", tmp_path / "a.hdr"
        shutil.copyfile(path, header)
        header.write_text(re.sub(r"(?i)file compression = 1", "file compression = 0", text), "utf-8")
        with data.open("wb") as file:
            file.truncate(int(size))  # takes no room
        facts = facts_of(hsunmix, header)
        compared += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if "library" in field(text, "file type").lower():
                library = spectral.io.envi.open(str(header), str(data))
                assert library.spectra.shape == (facts["samples"], facts["bands"])
                continue
            try:
                theirs = rasterio.open(data, driver="ENVI")
            except rasterio.errors.RasterioIOError:
                compared -= 1  # a file type that GDAL does not know
                continue
            with theirs:
                assert (facts["lines"], facts["samples"], facts["bands"]) == (
                    theirs.height, theirs.width, theirs.count,
                )  # fmt: skip
                assert facts["dtype"] == theirs.dtypes[0]
                assert facts["nodata"] == number(theirs.nodata)
                if theirs.crs is None:
                    assert facts["crs"] is None
                    continue
                place = tuple(theirs.transform[:6])
                assert facts["transform"] == pytest.approx(place, abs=1e-6), path.name
                code = theirs.crs.to_epsg()  # none of GDAL's own example of an Albers projection
                assert code in (epsg(facts["crs"]), None), path.name
    assert compared == 154


def test_no_traceback_on_any_file(hsunmix, shared):
    """Exit 0, or one line that names the file."""
    paths = sorted(path for path in (shared / "data").rglob("*") if path.is_file())
    assert len(paths) > 200
    for path in paths:
        if path.parent.name == "envi_headers" and path.suffix == ".hdr":
            continue  # above
        result = hsunmix("info", path, "--json")
        if result.exit_code:
            assert path.name in refusal(result)
        else:
            assert json.loads(result.stdout)["lines"] >= 1
