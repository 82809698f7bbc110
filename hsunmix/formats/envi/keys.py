"""Keys of an ENVI header, also where a program spells them in its own way.

Exact keys win. A key of the same letters (``band_names``, ``BandNames``, ``band-names``) is the key.
One in another number, or another name for the same, is taken for it with a note; one that only looks
like it is named in a note and left alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

__all__ = ["understood"]

MAX_ODD_KEYS = 300  # keys that are looked at closely; a header has a few dozen
LONGEST = 40
_LIKE = 0.85
_SIZES = ("samples", "lines", "bands")

USED = (
    *_SIZES, "header offset", "file type", "data type", "interleave", "byte order", "file compression",
    "major frame offsets", "minor frame offsets", "wavelength", "wavelength units", "fwhm", "bbl",
    "band names", "spectra names", "default bands", "data ignore value", "reflectance scale factor",
    "data gain values", "data offset values", "map info", "projection info", "coordinate system string",
    "geo points", "hsunmix names",
)  # fmt: skip

# Other names for them, as letters.
_OTHERWISE = {
    "data ignore value": "nodata nodatavalue ignorevalue missingvalue fillvalue backgroundvalue",
    "wavelength": "wl wvl lambda centerwavelength centrewavelength centralwavelength wavelengthcenter "
    "bandcenter bandcentre",
    "wavelength units": "wlunit wvlunit unitswavelength",
    "fwhm": "fullwidthhalfmax fullwidthhalfmaximum fullwidthathalfmaximum bandwidth",
    "bbl": "badbandlist badbandslist badbandmultiplier",
    "spectra names": "spectrumname spectralname",
    "interleave": "interleaving",
    "samples": "nsample column",
    "lines": "nline row",
    "bands": "nband",
}
# What says something on the numbers, but not in a way that is safe to go by.
_UNCLEAR = {
    "scalefactor": "reflectance scale factor", "scale": "reflectance scale factor",
    "reflectancescale": "reflectance scale factor", "gain": "data gain values", "gains": "data gain values",
    "offset": "data offset values", "offsets": "data offset values", "badbands": "bbl", "goodbands": "bbl",
    "datareflectancegainvalue": "data gain values", "datareflectanceoffsetvalue": "data offset values",
    "coordinatesystem": "coordinate system string", "crs": "coordinate system string",
    "projection": "coordinate system string",
    "geotransform": "map info", "transform": "map info",
}  # fmt: skip


def understood(fields: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """Return the fields of a header under ENVI's own keys.

    Parameters
    ----------
    fields : mapping of str to str
        As the header spells them, with single blanks.
    notes : list of str
        What was taken for something else, or looks like it, is said here.
    """
    found: dict[str, str] = {}
    odd: list[str] = []
    for key, value in fields.items():
        if key.lower() in USED or len(key) > LONGEST or len(odd) >= MAX_ODD_KEYS:
            found[key.lower()] = value
        else:
            odd.append(key)
    for key in odd:
        meant = _BY_LETTERS.get(_letters(key)) or _BY_STEMS.get(_stems(key))
        if meant is None:
            found.setdefault(key.lower(), fields[key])
            _doubt(key, found, notes)
        elif meant not in found:
            found[meant] = fields[key]
            if _letters(key) != _letters(meant):
                notes.append(f"the header's {key!r} was taken for {meant!r}.")
        elif meant not in _SIZES and found[meant] != fields[key]:
            notes.append(f"the header has {key!r} and {meant!r}, which differ: {meant!r} was used.")
    return found


def _doubt(key: str, found: Mapping[str, str], notes: list[str]) -> None:
    """Say that a key may have been meant for another one."""
    like = _UNCLEAR.get(_letters(key)) or _UNCLEAR.get(_stems(key))
    if like is None and key.lower() not in _KNOWN:
        near = difflib.get_close_matches(_letters(key), _BY_LETTERS, 1, _LIKE)
        like = _BY_LETTERS[near[0]] if near else None
    if like is not None and like not in found:
        notes.append(f"the header's {key!r} is not a key of ENVI: it was not used (is {like!r} meant?).")


def _letters(key: str) -> str:
    return re.sub(r"[\W_]+", "", key).lower()


def _stems(key: str) -> str:
    """Return the words of a key in the singular, also of one like ``DataGainValues``."""
    words = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).lower())
    return "".join(word.removesuffix("s") for word in words)


_BY_LETTERS = {_letters(key): key for key in USED}
_BY_STEMS = {
    **{word: key for key, words in _OTHERWISE.items() for word in words.split()},
    **{form(key): key for key in USED for form in (_stems, lambda k: _letters(k).removesuffix("s"))},
}
# ENVI's own that say nothing on the numbers, though they look like one that does.
_KNOWN = ("band name", "class names", "sensor type", "product type", "data units", "dem band")
