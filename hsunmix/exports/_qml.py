"""Layer styles of QGIS: a file of the raster's name with the ending ``.qml`` is used when it is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from hsunmix.exports._sheets import Sheet
from hsunmix.files import replacing

__all__ = ["write_style"]

Element = ElementTree.Element

STOPS = 11  # of a colour map: what lies between is interpolated
VERSION = "3.22"


def write_style(path: Path, sheet: Sheet) -> Path:
    """Write the style of a map's first layer: the colours of its classes, or a ramp between two values.

    Choosing another band in QGIS keeps it.
    """
    root = ElementTree.Element("qgis", version=VERSION, styleCategories="Symbology")
    pipe = ElementTree.SubElement(root, "pipe")
    if sheet.colours:
        _classes(pipe, sheet)
    else:
        _ramp(pipe, *sheet.ends, sheet.terms.colours)
    ElementTree.SubElement(pipe, "brightnesscontrast", brightness="0", contrast="0", gamma="1")
    ElementTree.SubElement(pipe, "huesaturation", saturation="0", grayscaleMode="0", colorizeOn="0")
    ElementTree.SubElement(pipe, "rasterresampler", maxOversampling="2")
    ElementTree.SubElement(root, "blendMode").text = "0"
    ElementTree.indent(root)
    with replacing(path) as temporary:
        ElementTree.ElementTree(root).write(temporary, encoding="utf-8", xml_declaration=True)
    return path


def _classes(pipe: Element, sheet: Sheet) -> None:
    """Add the colour and the name of every class."""
    renderer = _renderer(pipe, "paletted")
    palette = ElementTree.SubElement(renderer, "colorPalette")
    for k, (name, colour) in enumerate(zip(sheet.classes, sheet.colours, strict=True), 1):
        ElementTree.SubElement(palette, "paletteEntry", value=str(k), color=colour, label=name, alpha="255")


def _renderer(pipe: Element, kind: str, limits: Mapping[str, str] = MappingProxyType({})) -> Element:
    """Add what draws the first band."""
    given = {"type": kind, "band": "1", "opacity": "1", "alphaBand": "-1", "nodataColor": "", **limits}
    renderer = ElementTree.SubElement(pipe, "rasterrenderer", given)
    origin = ElementTree.SubElement(renderer, "minMaxOrigin")
    for key, value in (("limits", "None"), ("extent", "WholeRaster"), ("statAccuracy", "Estimated")):
        ElementTree.SubElement(origin, key).text = value
    return renderer


def _ramp(pipe: Element, lowest: float, highest: float, colours: str) -> None:
    """Add a continuous ramp between two values; those beyond keep the ends' colours."""
    limits = {"classificationMin": f"{lowest:g}", "classificationMax": f"{highest:g}"}
    renderer = _renderer(pipe, "singlebandpseudocolor", limits)
    shader = ElementTree.SubElement(
        ElementTree.SubElement(renderer, "rastershader"), "colorrampshader", colorRampType="INTERPOLATED",
        classificationMode="1", clip="0", minimumValue=f"{lowest:g}", maximumValue=f"{highest:g}",
        labelPrecision="4",
    )  # fmt: skip
    stops = _stops(colours)
    _source(shader, stops)
    for share, colour in stops:
        value = f"{lowest + share * (highest - lowest):.6g}"
        ElementTree.SubElement(
            shader, "item", value=value, label=value, color="#{:02x}{:02x}{:02x}".format(*colour), alpha="255"
        )


def _stops(name: str) -> list[tuple[float, Sequence[int]]]:
    import matplotlib

    shares = [k / (STOPS - 1) for k in range(STOPS)]
    return [(share, [int(v) for v in matplotlib.colormaps[name](share, bytes=True)[:3]]) for share in shares]


def _source(shader: ElementTree.Element, stops: list[tuple[float, Sequence[int]]]) -> None:
    """Add the ramp from which the colours come, so that it can be changed in QGIS as a whole."""
    ramp = ElementTree.SubElement(shader, "colorramp", name="[source]", type="gradient")
    between = ":".join(f"{share:g};{_rgba(colour)}" for share, colour in stops[1:-1])
    values = {
        "color1": _rgba(stops[0][1]), "color2": _rgba(stops[-1][1]), "discrete": "0",
        "rampType": "gradient", "stops": between,
    }  # fmt: skip
    options = ElementTree.SubElement(ramp, "Option", type="Map")
    for key, value in values.items():
        ElementTree.SubElement(options, "Option", name=key, type="QString", value=value)
        ElementTree.SubElement(ramp, "prop", k=key, v=value)  # what QGIS before 3.20 reads


def _rgba(colour: Sequence[int]) -> str:
    return ",".join(map(str, (*colour, 255)))
