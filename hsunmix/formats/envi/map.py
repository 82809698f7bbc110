"""ENVI's ``map info``, ``projection info`` and ``coordinate system string`` as a georeference."""

from __future__ import annotations

import math

from hsunmix.formats.envi.header import Header
from hsunmix.model.georeference import Georeference

__all__ = ["from_map_info", "georeference"]

_DATUMS = {
    "WGS84": "WGS84", "WGS1984": "WGS84",
    "NAD83": "NAD83", "NORTHAMERICA1983": "NAD83", "NORTHAMERICAN1983": "NAD83",
    "NAD27": "NAD27", "NORTHAMERICA1927": "NAD27", "NORTHAMERICAN1927": "NAD27",
}  # fmt: skip
_GEOGRAPHIC = {"WGS84": 4326, "NAD83": 4269, "NAD27": 4267}
_ARBITRARY = ("arbitrary", "pixel")
_NORTH_AMERICA = {"NAD83": 26900, "NAD27": 26700}
_ORIGIN = ("lat_0", "lon_0", "x_0", "y_0")
# number: (PROJ's name, what stands behind the two axes of the ellipsoid)
_KINDS = {
    3: ("tmerc", (*_ORIGIN, "k_0")),
    4: ("lcc", (*_ORIGIN, "lat_1", "lat_2")),
    7: ("stere", (*_ORIGIN, "k_0")),
    9: ("aea", (*_ORIGIN, "lat_1", "lat_2")),
    10: ("poly", _ORIGIN),
    11: ("laea", _ORIGIN),
    12: ("aeqd", _ORIGIN),
    31: ("stere", ("lat_ts", "lon_0", "x_0", "y_0")),
}
_POLAR = 31
MIN_AXIS = 1e5  # metres; Ceres and the Moon are mapped too
_PROJ_DATUMS = {"WGS-84": "WGS84", "North America 1983": "NAD83", "North America 1927": "NAD27"}


def georeference(header: Header) -> Georeference | None:
    """Return where the scene lies, or None where the header does not say it usably.

    The coordinate system string wins over what ``map info`` and ``projection info`` say on the
    coordinates.
    """
    words = header.words("map info")
    if not words:
        if header.words("geo points"):
            header.notes.append("geo points say where some pixels lie: the scene was not placed by them.")
        return None
    crs = header.text("coordinate system string")
    if not crs:
        units = dict(_option(word) for word in words if "=" in word).get("units", "")
        crs = _from_projection_info(header.words("projection info"), units)
    try:
        return from_map_info(words, crs, header.notes)
    except ValueError as error:
        header.notes.append(f"map info can't be used ({error}): ignored.")
        return None


def from_map_info(words: list[str], crs: str, notes: list[str]) -> Georeference:
    """Understand the entries of a map info.

    Parameters
    ----------
    words : list of str
        projection, reference pixel x and y (1, 1 is the outer corner of the first pixel), easting,
        northing, pixel width and height, then for UTM zone and hemisphere, the datum, and
        ``units=…`` and ``rotation=…`` in any place.
    crs : str
        The coordinate system, where the file gives it elsewhere.
    notes : list of str

    Raises
    ------
    ValueError
        Entries are missing or are no numbers.
    """
    plain = [word for word in words if "=" not in word]
    named = dict(_option(word) for word in words if "=" in word)
    projection = plain[0].lower() if plain else ""
    if len(plain) < 7:
        raise ValueError(f"{len(plain)} entries, at least 7 are needed")
    x0, y0, east, north, width, height = (float(word) for word in plain[1:7])
    if projection.startswith("geographic") and named.get("units", "").startswith("second"):
        east, north, width, height = (v / 3600 for v in (east, north, width, height))
    angle = math.radians(float(named.get("rotation", "0") or 0))
    # Turned counter-clockwise about the reference pixel; a pixel keeps its own width and height.
    a, b = width * math.cos(angle), height * math.sin(angle)
    d, e = width * math.sin(angle), -height * math.cos(angle)
    c = east - a * (x0 - 1) - b * (y0 - 1)
    f = north - d * (x0 - 1) - e * (y0 - 1)
    crs = crs or _crs(projection, plain[7:], named.get("units", ""))
    if not crs and projection in _ARBITRARY:
        notes.append("map info gives coordinates of no known system: only the transform was read.")
    elif not crs:
        notes.append(f"the map projection {plain[0][:40]!r} is not known: only the transform was read.")
    return Georeference((a, b, c, d, e, f), crs)


def _option(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key.strip().lower(), value.strip().lower()


def _crs(projection: str, rest: list[str], units: str) -> str:
    """Return ``EPSG:n`` for the projections that ENVI names without parameters, else nothing."""
    if projection.startswith("geographic"):
        code = _GEOGRAPHIC.get(_datum(rest[0]) if rest else "WGS84")
        return f"EPSG:{code}" if code else ""
    if projection != "utm" or len(rest) < 2 or (units and not units.startswith("met")):
        return ""
    zone = int(rest[0])
    south = rest[1].lower().startswith("s")
    datum = _datum(rest[2]) if len(rest) > 2 else "WGS84"
    if datum == "WGS84" and 1 <= zone <= 60:
        return f"EPSG:{(32700 if south else 32600) + zone}"
    if datum in _NORTH_AMERICA and 1 <= zone <= 22 and not south:
        return f"EPSG:{_NORTH_AMERICA[datum] + zone}"
    return ""


def _datum(name: str) -> str:
    return _DATUMS.get("".join(c for c in name.upper() if c.isalnum()), "")


def _from_projection_info(words: list[str], units: str = "") -> str:
    """Return a projection as a PROJ string; empty where its kind is not known.

    Parameters
    ----------
    words : list of str
        Number of the kind, the ellipsoid's two axes in metres, the parameters of the kind; then
        perhaps a datum, a name, and ``units=…``.
    units : str
        As ``map info`` gives them; nothing means metres.
    """
    try:
        code = int(words[0])
        name, keys = _KINDS[code]
        numbers = [float(word) for word in words[1 : 3 + len(keys)]]
    except (IndexError, KeyError, ValueError):
        return ""
    possible = len(numbers) == 2 + len(keys) and all(map(math.isfinite, numbers)) and numbers[0] > MIN_AXIS
    if not possible or not (units or "m").startswith("m"):
        return ""
    rest = [word for word in words[3 + len(keys) :] if "=" not in word]
    datum = next((_PROJ_DATUMS[word] for word in rest if word in _PROJ_DATUMS), "")
    shape = f"+datum={datum}" if datum else f"+a={numbers[0]!r} +b={numbers[1]!r}"
    parameters = " ".join(f"+{key}={value!r}" for key, value in zip(keys, numbers[2:], strict=True))
    if code == _POLAR:
        parameters += f" +lat_0={math.copysign(90.0, numbers[2])!r}"
    return f"+proj={name} {parameters} {shape} +units=m +type=crs"
