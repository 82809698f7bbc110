"""Pictures: their pixels, their names, their scale bars."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from PIL import Image

from hsunmix.errors import InputError
from hsunmix.exports import write_products
from hsunmix.exports._figures import scale_bar
from hsunmix.exports._georeference import metres_per_pixel
from hsunmix.exports._pictures import safe_name
from hsunmix.model.georeference import Georeference
from tests.exports.conftest import UTM, make_delivery


def picture(path):
    from matplotlib.image import imread

    return (imread(path)[:, :, :3] * 255).round().astype(int)


def colours(values):
    map_ = matplotlib.colormaps["viridis"].with_extremes(bad="#d9d9d9")
    return map_(np.ma.masked_invalid(values), bytes=True)[..., :3].astype(int)


def test_names_of_files(tmp_path, job):
    paths = write_products(job, tmp_path, ["png"])
    assert [p.name for p in paths[:-1]] == [
        "abundance_01_Grass.png",
        "abundance_02_Soil__dry__A_.png",
        "abundance_03_Wässer.png",
        "endmembers.png",
    ]


def test_every_pixel_of_the_map_is_a_block_of_its_colour(tmp_path, job):
    write_products(job, tmp_path, ["png"])
    shown = picture(tmp_path / "abundance_01_Grass.png")
    expected = colours(job.unmixing.abundances[0])
    lines, samples = expected.shape[:2]
    block = 1000 // max(lines, samples)
    top, left = find(shown, expected[-1, 0], lines * block, samples * block)
    image = shown[top : top + lines * block, left : left + samples * block]
    assert np.array_equal(image, np.repeat(np.repeat(expected, block, axis=0), block, axis=1))


def find(shown, corner, height, width):
    """Where the image begins: its lower left corner is the first pixel of that colour in its column."""
    rows, columns = np.nonzero((shown == corner).all(axis=2))
    left = columns.min()
    bottom = rows[columns == left].max()
    assert left + width <= shown.shape[1]
    return bottom + 1 - height, left


def test_masked_pixels_are_light_grey(tmp_path, job):
    write_products(job, tmp_path, ["png"])
    grey = (picture(tmp_path / "abundance_01_Grass.png") == 0xD9).all(axis=2)
    assert grey[58:148].sum() == 4 * 90 * 90  # 4 pixels of 90 by 90


@pytest.mark.parametrize(("lines", "samples"), [(1, 1), (1, 400), (400, 1), (3, 1500), (7000, 2)])
def test_scenes_of_any_shape(tmp_path, lines, samples):
    job = make_delivery(("Only one, with a rather long name that may not be cut off",), lines=lines,
                             samples=samples)  # fmt: skip
    shown = picture(write_products(job, tmp_path, ["png"])[0])
    assert (shown[0] == 255).all()
    assert (shown[:, -1] == 255).all()
    assert (shown[:, 0] == 255).all()
    assert (shown[-1] == 255).all()
    assert max(shown.shape) < 6500


def test_a_long_name_does_not_leave_the_picture(tmp_path):
    paths = write_products(make_delivery(("W" * 300, "$\\frac{", "森林")), tmp_path, ["png"])
    for path in paths[:-1]:
        shown = picture(path)
        assert (shown[:, :5] == 255).all()
        assert (shown[:, -5:] == 255).all()


def test_nothing_of_the_users_matplotlib_settings_matters(tmp_path, job):
    with matplotlib.rc_context({"text.usetex": True, "axes.facecolor": "red", "savefig.dpi": 7}):
        write_products(job, tmp_path / "1", ["png"])
        assert matplotlib.rcParams["text.usetex"] is True
    write_products(job, tmp_path / "2", ["png"])
    for name in ("abundance_01_Grass.png", "endmembers.png"):
        assert np.array_equal(picture(tmp_path / "1" / name), picture(tmp_path / "2" / name))


def test_gaps_in_the_plot(job):
    from hsunmix.exports._figures import spectra_figure, style

    with style():
        figure = spectra_figure(job.spectra, job.wavelengths, job.names, ["#000000"] * 3)
    for line in figure.axes[0].lines:
        assert list(np.flatnonzero(np.isnan(line.get_ydata()))) == [8, 9]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(job.names)
    assert figure.axes[0].get_xlabel() == "Wavelength (nm)"


def test_an_edited_endmember_has_no_values_where_the_result_has_none(job):
    """A spectrum taken from a pixel has values in the bands that were painted out."""
    members = tuple(
        replace(e, spectrum=np.linspace(0.1, 0.9, len(e.spectrum))) if k else e
        for k, e in enumerate(job.endmembers)
    )
    edited = replace(job, endmembers=members)
    for column in edited.spectra.T:
        assert list(np.flatnonzero(np.isnan(column))) == [8, 9]


def test_no_line_where_no_band_lies():
    from hsunmix.exports._figures import spectra_figure, style
    from hsunmix.exports.html.curves import line_plot

    nm = np.concatenate([np.linspace(420, 1000, 60), np.linspace(900, 1340, 40), np.linspace(1460, 2400, 80)])
    spectra = np.ones((180, 2))
    with style():
        figure = spectra_figure(spectra, nm, ("a", "b"), ["#000000"] * 2)
    for line in figure.axes[0].lines:
        assert np.isnan(line.get_ydata()).sum() == 2
    curve = line_plot(nm, [("a", "#000000", nm)], "nm", "value").partition('stroke="#000000" d="')[2]
    assert curve.partition('"')[0].count("M") == 3


def test_pyplot_is_never_imported():
    code = (
        "import sys, matplotlib.style, matplotlib.font_manager, matplotlib.figure\n"
        "from hsunmix.exports import _map_figure, _figures\n"
        "import numpy as np\n"
        "with _figures.style():\n"
        "    _map_figure.map_figure(np.ones((3, 2), np.float32), 'x')\n"
        "    _figures.spectra_figure(np.ones((4, 1)), None, ['x'], ['k'])\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("longest", "label"),
    [(1234.0, "1 km"), (999.0, "500 m"), (250.0, "200 m"), (1.99, "1 m"), (0.3, "20 cm"), (1e5, "100 km")],
)
def test_scale_bars(longest, label):
    length, text = scale_bar(longest)
    assert text == label
    assert 0.39 * longest < length <= longest


def test_metres_only_where_they_are_known():
    def metres(place):
        return metres_per_pixel(make_delivery(place=place).cube)

    assert metres(UTM) == (2.0, 2.0)
    assert metres(None) is None
    assert metres(Georeference(UTM.transform)) is None
    assert metres(Georeference((1e-4, 0, 10, 0, -1e-4, 50), "EPSG:4326")) is None
    feet = metres(Georeference((10.0, 0, 0, 0, -5.0, 0), "EPSG:2263"))
    assert feet == pytest.approx((3.048, 1.524), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b", "a_b"),
        ("CON", "CON"),
        ("", "_"),
        ("..", "_"),
        ("x.", "x"),
        ("Ä,{}", "Ä___"),
        ("a\u0308", "ä"),
        ("tab\there", "tab_here"),
        ("z" * 300, "z" * 80),
        ("ü" * 300, "ü" * 40),
        ("\u202egnp", "_gnp"),
    ],
)
def test_safe_names(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("dpi", [50, 130])
def test_another_resolution_makes_everything_larger_and_the_map_exact(tmp_path, dpi):
    job, sizes = make_delivery(("Grass",)), {}
    for each in (100, dpi):
        folder = tmp_path / str(each)
        write_products(replace(job, dpi=each), folder, ["png", "grid"])
        for name in ("abundance_01_Grass.png", "endmembers.png", "maps.png"):
            with Image.open(folder / name) as image:
                sizes[each, name] = np.array(image.size)
                assert image.info["dpi"] == pytest.approx((each, each), abs=0.1)
    for name in ("abundance_01_Grass.png", "endmembers.png", "maps.png"):
        np.testing.assert_allclose(sizes[dpi, name], sizes[100, name] * dpi / 100, rtol=0.08)
    shown = picture(tmp_path / str(dpi) / "abundance_01_Grass.png")
    expected = colours(job.unmixing.abundances[0])
    lines, samples = expected.shape[:2]
    block = round(1000 * dpi / 100) // max(lines, samples)
    top, left = find(shown, expected[-1, 0], lines * block, samples * block)
    image = shown[top : top + lines * block, left : left + samples * block]
    assert np.array_equal(image, np.repeat(np.repeat(expected, block, axis=0), block, axis=1))


@pytest.mark.parametrize("dpi", [0, 49, 601])
def test_a_resolution_that_makes_no_sense_is_refused(job, dpi):
    with pytest.raises(InputError, match=f"50 to 600 dots per inch, not {dpi}"):
        replace(job, dpi=dpi)


def test_a_large_map_takes_little_memory():
    from hsunmix.exports._figures import style
    from hsunmix.exports._map_figure import map_figure

    values = np.random.default_rng(0).random((1000, 1000))
    with style():
        map_figure(values[:9, :9], "warm").savefig(io.BytesIO(), format="png")
        tracemalloc.start()
        map_figure(values, "Large").savefig(io.BytesIO(), format="png")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 60 * values.size  # bytes; with four numbers of double precision each it is twice that


def test_what_is_said_of_a_map_is_that_of_all_its_pieces(monkeypatch, job):
    from hsunmix.exports import _pictures, _smaller
    from hsunmix.exports._map_figure import Look, extension
    from hsunmix.exports._sheets import sheets
    from hsunmix.model.progress import finish

    sheet = next(iter(sheets(job)))
    said = finish(_pictures._about(sheet, 0))
    values = np.full((9, 4), 0.5)
    values[1, 2], values[8, 0] = -1, 2
    monkeypatch.setattr(_smaller, "PIECE", 3)
    assert finish(_pictures._about(sheet, 0)) == said
    assert f"{np.nanmean(sheet.map.layer(0), dtype=float):.1%} on average" in said
    assert extension(values, Look()) == "both"
    assert (extension(values[:5], Look()), extension(values[5:], Look())) == ("min", "max")
