"""A STAC item beside an image, which says in one of several ways what its bands are.

``eo:bands`` and ``raster:bands`` of STAC 1.0, ``bands`` of 1.1; in the image's asset, in another one, or in
the properties of the item.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hsunmix.formats.envi.header import Fields
from hsunmix.formats.opening.files import is_regular

__all__ = ["stac_fields"]

MAX_BYTES = 8 << 20
_LISTS = ("eo:bands", "bands", "raster:bands")
_CENTRE = ("center_wavelength", "eo:center_wavelength")
_WIDTH = ("full_width_half_max", "eo:full_width_half_max")


def stac_fields(image: Path, bands: int, notes: list[str]) -> Fields:
    """Return what an item beside an image says on its bands, in the words of an ENVI header."""
    for path in _beside(image):
        item = _item(path)
        if item is None and not path.name.endswith(".stac.json"):
            continue  # of a file that is only called like this nothing was expected
        for listed in _lists(item, image.name):
            centres, widths = (_numbers(listed, keys) for keys in (_CENTRE, _WIDTH))
            if len(listed) == bands and centres:
                notes.append(f"the wavelengths are those of {path.name}.")
                fields = {"wavelength": ", ".join(centres), "wavelength units": "Micrometers"}
                return fields | ({"fwhm": ", ".join(widths)} if widths else {})
        notes.append(f"{path.name} does not say the wavelengths of {bands} bands: ignored.")
    return {}


def _beside(image: Path) -> list[Path]:
    stems = (image.with_suffix(""), image)
    found = [stem.with_name(stem.name + ending) for ending in (".stac.json", ".json") for stem in stems]
    return [path for path in found if is_regular(path)]


def _item(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        item = json.loads(data) if len(data) <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) and isinstance(item.get("assets"), dict) else None


def _lists(item: dict[str, Any] | None, name: str) -> Iterator[list[Any]]:
    """Return the lists of bands of an item, the image's own first."""
    if item is None:
        return
    assets = [asset for asset in item["assets"].values() if isinstance(asset, dict)]
    own = [a for a in assets if str(a.get("href", "")).rsplit("/", 1)[-1] == name]
    others = [a for a in assets if a not in own]
    places: list[Any] = [*own, item.get("properties"), item, *others]
    for place in places:
        for key in _LISTS if isinstance(place, dict) else ():
            if isinstance(place.get(key), list):
                yield place[key]


def _numbers(listed: list[Any], keys: tuple[str, ...]) -> list[str]:
    """Return one number of every band as text; nothing where a band has none."""
    found = []
    for band in listed:
        values = [band.get(key) for key in keys] if isinstance(band, dict) else []
        number = next((v for v in values if isinstance(v, int | float) and not isinstance(v, bool)), None)
        if number is None:
            return []
        found.append(repr(number))
    return found
