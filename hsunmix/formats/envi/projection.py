"""ENVI's ``projection info``: a map projection by the number of its kind and its parameters."""

from __future__ import annotations

import math

__all__ = ["from_projection_info"]

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
SMALLEST = 1e5  # metres; Ceres and the Moon are mapped too
_DATUMS = {"WGS-84": "WGS84", "North America 1983": "NAD83", "North America 1927": "NAD27"}


def from_projection_info(words: list[str], units: str = "") -> str:
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
    possible = len(numbers) == 2 + len(keys) and all(map(math.isfinite, numbers)) and numbers[0] > SMALLEST
    if not possible or not (units or "m").startswith("m"):
        return ""
    rest = [word for word in words[3 + len(keys) :] if "=" not in word]
    datum = next((_DATUMS[word] for word in rest if word in _DATUMS), "")
    shape = f"+datum={datum}" if datum else f"+a={numbers[0]!r} +b={numbers[1]!r}"
    parameters = " ".join(f"+{key}={value!r}" for key, value in zip(keys, numbers[2:], strict=True))
    if code == _POLAR:
        parameters += f" +lat_0={math.copysign(90.0, numbers[2])!r}"
    return f"+proj={name} {parameters} {shape} +units=m +type=crs"
