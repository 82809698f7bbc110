"""Text of ENVI headers."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from hsunmix._version import __version__
from hsunmix.exports._georeference import crs_of
from hsunmix.model.georeference import Georeference

__all__ = ["header", "listed", "map_fields", "names_fields", "numbers"]

FIXED = {"header offset": "0", "data type": "4", "interleave": "bsq", "byte order": "0"}
OWN_NAMES = "hsunmix names"  # with %2C for a comma
_QUOTED = re.compile(r"[%,{}]|\s(?!\S)|(?<!\S)\s")
REPLACED = str.maketrans({",": " ", "{": "(", "}": ")"})


def header(description: str, fields: Mapping[str, str]) -> str:
    """Return the text of a header for little-endian float32, band sequential, without offset."""
    described = f"{{{plain(description)}; hsunmix {__version__}}}"
    lines = [f"{key} = {value}" for key, value in {"description": described, **FIXED, **fields}.items()]
    return "ENVI\n" + "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Return text that a list in braces can hold."""
    return " ".join(text.translate(REPLACED).split())


def names_fields(key: str, names: Iterable[str]) -> dict[str, str]:
    """Return names as a list; where it can't hold one, all of them as they are in a field of our own too.

    On one line: readers take a line that begins with ``;`` for a comment, and a name may.
    """
    kept = list(names)
    held = [plain(name) or "_" for name in kept]
    fields = {key: f"{{{', '.join(held)}}}"}
    if held != kept:
        fields[OWN_NAMES] = f"{{{', '.join(_QUOTED.sub(lambda m: quote(m[0]), name) for name in kept)}}}"
    return fields


def numbers(values: Iterable[float]) -> str:
    """Return numbers as a list over several lines, with all their digits."""
    return listed(repr(float(v)) for v in values)


def listed(items: Iterable[str]) -> str:
    """Return short items as a list over several lines."""
    return "{\n" + "\n".join(textwrap.wrap(", ".join(items), 100)) + "}"


def map_fields(place: Georeference | None) -> dict[str, str]:
    """Return ``map info`` and ``coordinate system string``; nothing where the form cannot hold it.

    The form knows an upper left corner, a pixel size and one rotation. GDAL turns first and
    scales then, other software the other way round, so only square pixels may be turned.
    """
    if place is None:
        return {}
    a, b, x, d, e, y = place.transform
    name, trailer = _projection(crs_of(place))
    if b == 0 and d == 0:
        sizes = (a, -e)
    elif math.isclose(b, d) and math.isclose(a, -e, abs_tol=1e-12 * abs(b)):
        sizes = (math.hypot(a, b),) * 2
        trailer = [*trailer, f"rotation={math.degrees(math.atan2(b, a))!r}"]
    else:
        return {}
    where = [name, "1", "1", *(repr(float(v)) for v in (x, y, *sizes)), *trailer]
    fields = {"map info": "{" + ", ".join(where) + "}"}
    text = _wkt(crs_of(place))
    return {**fields, "coordinate system string": "{" + text + "}"} if text else fields


def _projection(crs: Any) -> tuple[str, list[str]]:
    """Return how map info calls a coordinate system, and what follows the pixel size."""
    code = crs.to_epsg() if crs is not None else None
    if code is not None and (32601 <= code <= 32660 or 32701 <= code <= 32760):
        half = "North" if code < 32700 else "South"
        return "UTM", [str(code % 100), half, "WGS-84", "units=Meters"]
    if crs is not None and crs.is_geographic:
        return "Geographic Lat/Lon", ["WGS-84", "units=Degrees"] if code == 4326 else ["units=Degrees"]
    if crs is not None and crs.is_projected:
        # ENVI goes by the coordinate system string then; the name only must not be its "Arbitrary".
        title = crs.to_wkt().split('"')[1]
        return plain(title) or "Projected", ["units=Meters"] if crs.linear_units_factor[1] == 1 else []
    return "Arbitrary", []


def _wkt(crs: Any) -> str:
    from rasterio.errors import CRSError

    if crs is None:
        return ""
    try:
        return str(crs.to_wkt(version="WKT1_ESRI"))
    except CRSError:  # some systems have no name in that dialect
        return str(crs.to_wkt())
