"""SVG pictures and the grid of all maps."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread

from hsunmix.exports import deliver, write_products
from hsunmix.exports._map_figure import LARGEST
from hsunmix.exports._smaller import fitted, smaller
from hsunmix.exports.grid import _grid, grid_figure
from tests.exports.conftest import make_delivery

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def colours(values, name="viridis"):
    map_ = matplotlib.colormaps[name].with_extremes(bad="#d9d9d9")
    return map_(np.ma.masked_invalid(values), bytes=True)[..., :3].astype(int)


def images(path):
    """Pictures inside an SVG file, as RGB; those of colour bars come last."""
    root = ElementTree.parse(path).getroot()
    found = []
    for image in root.iter(f"{SVG}image"):
        kind, _, data = image.get(LINK).partition(",")
        assert kind == "data:image/png;base64"
        found.append((imread(io.BytesIO(base64.b64decode(data)))[:, :, :3] * 255).round().astype(int))
    return found


@pytest.mark.parametrize("large", [1, 1 << 16])  # pixels from which on we pack the picture ourselves
def test_svg_of_a_map_holds_every_pixel(tmp_path, job, monkeypatch, large):
    monkeypatch.setattr("hsunmix.exports._figure_files.LARGE", large)
    paths = write_products(job, tmp_path, ["svg"])
    assert [p.name for p in paths[:-1]] == [
        "abundance_01_Grass.svg",
        "abundance_02_Soil__dry__A_.svg",
        "abundance_03_Wässer.svg",
        "endmembers.svg",
    ]
    shown = images(paths[0])[0]
    expected = colours(job.unmixing.abundances[0])
    lines, samples = expected.shape[:2]
    rows = ((np.arange(lines) + 0.5) * shown.shape[0] / lines).astype(int)
    columns = ((np.arange(samples) + 0.5) * shown.shape[1] / samples).astype(int)
    found = shown[np.ix_(rows, columns)]
    # SVG counts from the top, Matplotlib may store it upside down and turn it when it is shown.
    assert np.array_equal(found, expected) or np.array_equal(found[::-1], expected)


def test_svg_of_the_spectra_is_lines(tmp_path, job):
    path = write_products(job, tmp_path, ["svg"])[-2]
    root = ElementTree.parse(path).getroot()
    assert list(root.iter(f"{SVG}image")) == []
    styles = [element.get("style", "") for element in root.iter(f"{SVG}path")]
    for member in job.endmembers:
        assert any(f"stroke: {member.colour}" in style for style in styles)


def test_svg_is_read_aloud_searched_and_changed(tmp_path):
    """Letters are text, and there is a title and a description, whatever is in the names."""
    names = ("Grass & <b>", 'Soil, $x^2$ "dry"', "Wässer")
    job = make_delivery(names)
    paths = write_products(job, tmp_path, ["svg", "grid"])
    for path, words in {
        paths[0]: (names[0], "Abundance", "0.6", "grey: not used"),
        paths[1]: (names[1],),
        paths[3]: (*names, "Wavelength (nm)", "Endmembers"),
        tmp_path / "maps.svg": (names[2], "Residual"),
    }.items():
        root = ElementTree.parse(path).getroot()
        assert root.get("role") == "img"
        assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
        written = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
        for word in words:
            assert word in written, path.name
        styles = [text.get("style") for text in root.iter(f"{SVG}text")]
        assert all("'DejaVu Sans'" in style and "sans-serif" in style for style in styles)
    root = ElementTree.parse(paths[0]).getroot()
    assert root[0].text == "Abundance of Grass & <b>"
    mean = np.nanmean(job.unmixing.abundances[0], dtype=np.float64)
    assert f"Grass & <b> covers {mean:.1%} on average" in root[1].text


def test_the_svg_of_the_grid_has_every_map(tmp_path, job, monkeypatch):
    monkeypatch.setattr("hsunmix.exports._figure_files.LARGE", 1)
    write_products(job, tmp_path, ["grid"])
    unmixing = job.unmixing
    top = np.nanpercentile(unmixing.rmse, 99.5)
    expected = [*(colours(m) for m in unmixing.abundances), colours(unmixing.rmse / top, "inferno")]
    for found, each in zip(images(tmp_path / "maps.svg"), expected, strict=False):
        assert np.array_equal(found[::-1], each)


def test_large_maps_are_cancelled_within_their_steps(tmp_path):
    """No step draws and packs a whole map; what is left behind is nothing."""
    lines = 3 * LARGEST  # more than are drawn
    job = make_delivery(("A",), lines=lines, samples=lines // 4)
    for product, least in (("png", 8), ("svg", 8), ("grid", 8)):
        work = deliver(job, tmp_path / product, [product])
        for _ in range(least):
            next(work)
        work.close()
        assert not any(path.is_file() for path in tmp_path.rglob("*")), product


@pytest.mark.parametrize(("lines", "samples", "step"), [(7, 5, 3), (12, 8, 4), (5, 9, 1)])
def test_a_smaller_map_has_the_means(lines, samples, step, monkeypatch):
    monkeypatch.setattr("hsunmix.exports._smaller.PIECE", samples * step)  # a row of squares at a time
    values = np.random.default_rng(0).random((lines, samples))
    values[1:3, 2] = np.nan
    found = smaller(values, step)
    assert found.shape == (-(-lines // step), -(-samples // step))
    for (i, j), value in np.ndenumerate(found):
        square = values[i * step : (i + 1) * step, j * step : (j + 1) * step]
        if np.isnan(square).all():
            assert np.isnan(value)
        else:
            assert value == pytest.approx(np.nanmean(square))


def test_a_map_is_fitted_into_any_size():
    values = np.arange(35.0).reshape(7, 5)
    for lines, samples in ((3, 2), (7, 2), (1, 1), (20, 20)):
        fitting = run(fitted(values, lines, samples))
        assert fitting.shape == (min(lines, 7), min(samples, 5))
        assert fitting[0, 0] <= fitting.mean() <= fitting[-1, -1]
    assert run(fitted(values, 1, 1))[0, 0] == values.mean()


def run(work):
    """What a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def test_the_grid_has_every_map_and_the_residual(tmp_path, job):
    write_products(job, tmp_path, ["grid"])
    shown = (imread(tmp_path / "maps.png")[:, :, :3] * 255).round().astype(int)
    unmixing = job.unmixing
    lines, samples = unmixing.rmse.shape
    grid = _grid(4, samples, lines)
    block = int(grid.width) // samples
    top = np.nanpercentile(unmixing.rmse, 99.5)
    panels = [*(colours(m) for m in unmixing.abundances), colours(unmixing.rmse / top, "inferno")]
    assert shown.shape[:2] == tuple(round(v) for v in grid.size[::-1])
    for index, expected in enumerate(panels):
        x, y = (round(v) for v in grid.corner(index))
        bottom = shown.shape[0] - y
        part = shown[bottom - lines * block : bottom, x : x + samples * block]
        assert np.array_equal(part[block // 2 :: block, block // 2 :: block], expected), index


@pytest.mark.parametrize(
    ("count", "lines", "samples"), [(2, 10, 10), (4, 150, 150), (7, 100, 80), (21, 3, 900), (13, 900, 2)]
)
def test_the_grid_of_any_scene(count, lines, samples):
    grid = _grid(count, samples, lines)
    assert grid.columns * grid.rows >= count
    assert grid.columns * (grid.rows - 1) < count
    width, height = grid.size
    corners = [grid.corner(k) for k in range(count)]
    assert all(
        x >= 0 and y >= 0 and x + grid.width <= width and y + grid.height <= height for x, y in corners
    )
    assert len(set(corners)) == count
    assert max(width, height) < 10_000
    if count == 4:
        assert (grid.columns, grid.rows) == (2, 2)


def test_the_scale_bar_is_as_long_as_it_says():
    job = make_delivery()
    unmixing = job.unmixing
    figure = grid_figure(unmixing.abundances, job.names, unmixing.rmse, "x", (2.0, 2.0))
    bar = next(artist for artist in figure.artists if artist.__class__.__name__ == "Line2D")
    pixels = np.diff(bar.get_xdata())[0] * figure.get_size_inches()[0] * figure.dpi
    label = next(text.get_text() for text in figure.texts if text.get_text().endswith(" m"))
    width = figure.axes[0].get_position().width * figure.get_size_inches()[0] * figure.dpi
    assert pixels * 7 * 2.0 / width == pytest.approx(float(label.split()[0]), rel=0.01)


@pytest.mark.skipif(os.name != "posix", reason="such names need POSIX")
@pytest.mark.parametrize("product", ["svg", "grid"])
def test_an_svg_is_xml_whatever_the_names(tmp_path, product):
    names = ("a\ufffeb", "\x0b\x1f c", "d\U0001fffee\ufdd0", "]]>&<\ud800")
    made = make_delivery(names)
    scene = tmp_path / "sc\x01\uffffene.raw"
    scene.write_bytes(b"1234")
    made = replace(made, cube=replace(made.cube, path=scene))
    for path in write_products(made, tmp_path / "out", [product]):
        if path.suffix == ".svg":
            ElementTree.parse(path)
