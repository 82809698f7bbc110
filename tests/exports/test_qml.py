"""Styles as QGIS reads them: elements and attributes of its own files."""

from __future__ import annotations

from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from hsunmix.exports import write_products


@pytest.mark.parametrize(
    ("product", "suffix", "ending"), [("geotiff", "", "tif"), ("cog", "_cog", "tif"), ("envi", "", "img")]
)
def test_a_ramp_from_0_to_1(tmp_path, job, product, suffix, ending):
    write_products(job, tmp_path, [product])
    assert (tmp_path / f"abundances{suffix}.{ending}").exists()
    root = ElementTree.parse(tmp_path / f"abundances{suffix}.qml").getroot()
    assert root.tag == "qgis"
    renderer = root.find("pipe/rasterrenderer")
    assert renderer.get("type") == "singlebandpseudocolor"
    assert renderer.get("band") == "1"
    assert (renderer.get("classificationMin"), renderer.get("classificationMax")) == ("0", "1")
    shader = renderer.find("rastershader/colorrampshader")
    assert shader.get("colorRampType") == "INTERPOLATED"
    assert (shader.get("minimumValue"), shader.get("maximumValue")) == ("0", "1")
    items = shader.findall("item")
    values = [float(item.get("value")) for item in items]
    assert values == pytest.approx(np.linspace(0, 1, len(items)))
    viridis = matplotlib.colormaps["viridis"]
    assert [item.get("color") for item in items] == [
        "#{:02x}{:02x}{:02x}".format(*viridis(v, bytes=True)[:3]) for v in values
    ]
    ramp = shader.find("colorramp/Option")
    assert {option.get("name") for option in ramp} == {"color1", "color2", "discrete", "rampType", "stops"}


def test_the_residual_reaches_to_its_top(tmp_path, job):
    write_products(job, tmp_path, ["geotiff"])
    shader = ElementTree.parse(tmp_path / "rmse.qml").getroot().find(".//colorrampshader")
    top = np.nanpercentile(job.unmixing.rmse, 99.5)
    assert float(shader.get("maximumValue")) == pytest.approx(top, rel=1e-4)
    assert float(shader.get("minimumValue")) == 0
