"""The report: complete in one file, whatever is in it, and true."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.image import imread

import hsunmix
from hsunmix.exports import ExportJob, write_products
from hsunmix.exports.html.curves import line_plot, ticks
from hsunmix.exports.html.pictures import map_png, palette
from hsunmix.model.script import script_of
from hsunmix.model.spectra import Source
from tests.cli.conftest import write_envi
from tests.exports.conftest import make_delivery

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Tags that are opened and closed in order, all attributes, and the words."""

    def __init__(self, text):
        super().__init__()
        self.open, self.attributes, self.words, self.tags = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.words.append(data)


def page_of(job, folder):
    write_products(job, folder, ["html"])
    text = (folder / "report.html").read_text(encoding="utf-8")
    return text, Page(text)


def test_it_needs_nothing_else(tmp_path, job):
    text, page = page_of(job, tmp_path)
    links = [value for name, value in page.attributes if name in ("src", "href", "xlink:href", "action")]
    assert links
    assert all(link.startswith("data:image/png;base64,") for link in links)
    assert not re.search(r"https?:|url\(|@import|<script|<link", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_what_it_says(tmp_path, job):
    _, page = page_of(job, tmp_path)
    said = " ".join(page.words)
    for word in (
        *job.names,
        "Maps", "Spectra", "Errors", "Parameters and provenance", "Notes", "To make it again",
        "1.25 %", "18 / 20", "auto", "nnls", "smoothing", "chosen by itself", "Wavelength (nm)",
        "WGS 84 / UTM zone 11N (EPSG:32611)", "hsunmix unmix scene.hdr -r 3",
    ):  # fmt: skip
        assert word in said, word
    assert page.tags.count("img") == 4
    assert page.tags.count("svg") == 1  # without iterations there is no curve of the error


def test_hostile_text_stays_text(tmp_path):
    hostile = ('<script>alert("x")</script>', "a & b <b>", '" onload="x', "\udcff\x00\n]]>")
    made = make_delivery(hostile)
    members = tuple(replace(m, source=Source("library", text="<i>lib</i>")) for m in made.endmembers)
    unmixing = replace(made.unmixing, note="<img src=x>", parameters={"<p>": "</table>"})
    job = replace(made, unmixing=unmixing, endmembers=members, command="hsunmix <x> & 'y'")
    text, page = page_of(job, tmp_path)
    assert "<script" not in text
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "<i>lib</i>" in " ".join(page.words)
    assert page.tags.count("img") == 5


def test_the_maps_hold_every_pixel(tmp_path, job):
    _, page = page_of(job, tmp_path)
    sources = [value.partition(",")[2] for name, value in page.attributes if name == "src"]
    shown = [(imread(io.BytesIO(base64.b64decode(s))) * 255).round().astype(int) for s in sources]
    unmixing = job.unmixing
    assert [image.shape for image in shown] == [(11, 7, 4)] * 4
    for image, values in zip(shown, unmixing.abundances, strict=False):
        masked = np.isnan(values)
        assert np.array_equal(image[..., 3] == 0, masked)
        index = np.where(masked, 0, values * 254).round().astype(int)
        assert np.array_equal(image[~masked, :3], palette("viridis")[index[~masked]])


def test_a_large_map_is_made_smaller_by_its_means():
    values = np.arange(35.0, dtype=np.float32).reshape(5, 7) / 35
    values[0, :2] = np.nan
    image = (imread(io.BytesIO(map_png(values, 0, 1, palette("gray"), 3))) * 255).round().astype(int)
    assert image.shape == (2, 3, 4)  # steps of 3 pixels: 3 + 2 lines, 3 + 3 + 1 samples
    blocks = [[values[i : i + 3, j : j + 3] for j in (0, 3, 6)] for i in (0, 3)]
    means = np.array([[np.nanmean(block) for block in row] for row in blocks])
    assert np.abs(image[..., 0] - means * 255).max() <= 1
    assert (image[..., 3] == 255).all()


def test_a_convergence_curve(tmp_path, job):
    history = np.column_stack([np.linspace(0, 2, 9), np.geomspace(0.5, 0.01, 9)])
    unmixing = replace(job.unmixing, history=history, converged=False, iterations=8)
    _, page = page_of(replace(job, unmixing=unmixing), tmp_path)
    assert page.tags.count("svg") == 2
    assert "It stopped before the tolerance was met after 8 iterations." in " ".join(page.words)


def test_curves_have_gaps_and_stay_inside():
    x = np.array([3.0, 1.0, 2.0, 4.0, 5.0])
    plot = line_plot(x, [("a<b", "#123456", np.array([1.0, 0.0, np.nan, 2.0, 3.0]))], "x", "y")
    path = re.search(r'class="curve" stroke="#123456" d="([^"]*)"', plot)[1]
    assert path.count("M") == 2  # 1, then 3 to 5
    numbers = [float(v) for v in re.findall(r"[\d.]+", path)]
    assert all(0 <= v <= 960 for v in numbers[::2])
    assert all(0 <= v <= 380 for v in numbers[1::2])
    assert "a&lt;b" in plot
    assert line_plot(x, [("a", "#000", np.full(5, np.nan))], "x", "y") == ""


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (383.15, 2508.2), (-0.02, 0.7), (1e-7, 3e-7), (0.01238, 0.01242)]
)
def test_ticks_are_round(low, high):
    found = ticks(low, high, 6)
    assert 2 <= len(found) <= 8
    assert low <= found[0] <= found[-1] <= high
    steps = np.diff(found)
    assert np.allclose(steps, steps[0])
    assert f"{steps[0]:e}"[0] in "125"


def run(script):
    """Run a script; return its variables."""
    found = {}
    exec(compile(script, "script", "exec"), found)
    return found


@pytest.mark.parametrize(
    ("method", "options"),
    [("auto", {}), ("hals", {"max_iterations": 7, "seed": 3}), ("spa", {"abundance": "fcls"})],
)
def test_the_script_makes_the_same_result(tmp_path, small_cube, method, options, capsys):
    values = small_cube.read(0, small_cube.lines)
    cube = hsunmix.open_cube(write_envi(tmp_path, values, bbl=", ".join("1" * 20)))
    result = hsunmix.unmix(cube, method, rank=3, **options)
    script = script_of(result, cube, result.as_endmembers())
    again = run(script)["result"]
    assert np.array_equal(again.endmembers, result.endmembers, equal_nan=True)
    assert np.array_equal(again.abundances, result.abundances, equal_nan=True)
    assert float(capsys.readouterr().out) == result.relative_error


def test_the_script_opens_the_same_part(tmp_path, small_cube):
    path = write_envi(tmp_path, small_cube.read(0, small_cube.lines))
    cube = hsunmix.open_cube(path, mask="b[800] > 0.3", bands="500-2300")
    result = hsunmix.unmix(cube, "spa", rank=3)
    job = ExportJob(result, result.as_endmembers(), cube)
    found = run(script_of(job.unmixing, job.cube, job.endmembers))
    assert np.array_equal(found["result"].abundances, result.abundances, equal_nan=True)
    assert np.isnan(result.abundances).any()
    by_hand = replace(job, cube=cube.with_selection(cube.selection))
    assert "unpacked(" in script_of(by_hand.unmixing, by_hand.cube, by_hand.endmembers)
    _, page = page_of(job, tmp_path / "out")
    assert "b[800] > 0.3" in page.words
    assert "500-2300" in page.words


def test_the_script_of_edited_spectra_has_them(tmp_path, small_cube):
    cube = hsunmix.open_cube(write_envi(tmp_path, small_cube.read(0, small_cube.lines)))
    result = hsunmix.unmix(cube, "spa", rank=3, abundance="fcls")
    first, *others = result.as_endmembers()
    members = (replace(first, name="a, b", spectrum=first.spectrum * 1.5), *others)
    job = ExportJob(result, members, cube)
    found = run(script_of(job.unmixing, job.cube, job.endmembers))
    assert np.array_equal(found["W"], job.spectra, equal_nan=True)
    assert np.array_equal(found["H"], hsunmix.abundances(cube, job.spectra, "fcls"), equal_nan=True)


def test_a_script_that_was_given_is_shown_instead(tmp_path, job):
    _, page = page_of(replace(job, script="import hsunmix  # mine\n"), tmp_path)
    assert "import hsunmix  # mine" in "".join(page.words)


def test_no_script_without_a_file(job):
    assert script_of(job.unmixing, job.cube, job.endmembers) == ""
