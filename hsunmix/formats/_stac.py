"""``NAME.stac.json``: a STAC item beside an image, with its electro-optical extension."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hsunmix.formats._files import is_regular
from hsunmix.formats._tiff_terms import Fields

__all__ = ["stac_fields"]

MAX_BYTES = 8 << 20
_CENTRE = ("center_wavelength", "eo:center_wavelength")
_WIDTH = ("full_width_half_max", "eo:full_width_half_max")


def stac_fields(image: Path, bands: int, notes: list[str]) -> Fields:
    """Return what an item beside an image says on its bands, in the words of an ENVI header."""
    for path in (image.with_suffix(".stac.json"), image.with_name(image.name + ".stac.json")):
        if is_regular(path):
            break
    else:
        return {}
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        item = json.loads(data) if len(data) <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError):
        item = None
    for listed in _lists(item, image.name):
        centres, widths = (_numbers(listed, keys) for keys in (_CENTRE, _WIDTH))
        if len(listed) == bands and centres:
            notes.append(f"the wavelengths are those of {path.name}.")
            fields = {"wavelength": ", ".join(centres), "wavelength units": "Micrometers"}
            return fields | ({"fwhm": ", ".join(widths)} if widths else {})
    notes.append(f"{path.name} does not say the wavelengths of {bands} bands: ignored.")
    return {}


def _lists(item: Any, name: str) -> list[list[Any]]:
    """Return the lists of bands of an item, the image's own first."""
    if not isinstance(item, dict):
        return []
    assets = item.get("assets")
    own = [
        asset
        for asset in (assets.values() if isinstance(assets, dict) else ())
        if isinstance(asset, dict) and str(asset.get("href", "")).rsplit("/", 1)[-1] == name
    ]
    places = [*own, item.get("properties")]
    found = [place.get(key) for place in places if isinstance(place, dict) for key in ("eo:bands", "bands")]
    return [listed for listed in found if isinstance(listed, list)]


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
