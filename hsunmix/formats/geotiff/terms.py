"""What the tags of a TIFF file say on its bands, in the words of an ENVI header.

Every program that writes wavelengths into a TIFF file has its own place and its own words for them.
Here each place becomes the fields of a header, so that there is one reading of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hsunmix.formats.envi.header import Fields
from hsunmix.formats.geotiff.file import Tags, TiffFacts
from hsunmix.formats.spectra.wavelengths import is_unit

__all__ = ["joined", "merged"]

# what it means: how it is called, spelled with blanks and in lower case
_WORDS = {
    "wavelength": (
        "wavelength", "wavelengths", "center wavelength", "centre wavelength", "central wavelength",
    ),
    "wavelength units": ("wavelength units", "wavelength unit"),
    "fwhm": ("fwhm", "full width half max", "full width at half maximum"),
    "bbl": ("bbl", "bad bands", "bad bands list"),
    "default bands": ("default bands",),
    "reflectance scale factor": ("reflectance scale factor",),
    "data gain values": ("data gain values",),
    "data offset values": ("data offset values",),
    "data ignore value": (
        "data ignore value", "fillvalue", "missing value", "nodata", "no data", "nodata value",
        "no data value",
    ),
}  # fmt: skip
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}
_UNITS = {"um": "Micrometers", "nm": "Nanometers"}
_NUMBER_AND_UNIT = re.compile(r"(\d+\.?\d*(?:[eE][+-]?\d+)?)\s*([^\d\s,;]+)")
_BY_BAND = ("wavelength", "wavelength units", "fwhm", "bbl")
_SPECTRAL = ("wavelength", "wavelength units", "fwhm")
_GOOD = "1"


def merged(sources: Sequence[Fields]) -> Fields:
    """Join sources, the most trusted first. Wavelengths, their unit and widths come from one."""
    fields: Fields = {}
    for source in sources:
        for key, value in source.items():
            if key not in _SPECTRAL:
                fields.setdefault(key, value)
        if "wavelength" in source and "wavelength" not in fields:
            fields |= {key: source[key] for key in _SPECTRAL if key in source}
    return fields


def joined(facts: TiffFacts) -> list[Fields]:
    """Return what the tags of the bands say, then what those of the file say, by domain."""
    domains = dict.fromkeys(domain for tags in facts.band_tags for domain in tags)
    ordered = sorted(domains, key=lambda domain: ("IMAGERY", "ENVI", "").index(domain) if domain in
                     ("IMAGERY", "ENVI", "") else 9)  # fmt: skip
    found = [_of_bands(facts.band_tags, domain, facts.notes) for domain in ordered]
    found += [_understood(items) for _, items in sorted(facts.tags.items(), key=lambda pair: not pair[0])]
    return [fields for fields in found if fields]


def _understood(items: Mapping[str, str]) -> Fields:
    """Translate the names of tags; ``…_UM`` and ``…_NM`` say the unit."""
    fields: Fields = {}
    for name, value in items.items():
        words = re.sub(r"[\s_-]+", " ", name).strip().lower()
        stem, _, unit = words.rpartition(" ")
        if words not in _MEANING and unit in _UNITS and stem in _MEANING:
            words = stem
            fields["wavelength units"] = _UNITS[unit]
        if words in _MEANING:
            fields[_MEANING[words]] = value.strip().strip("{}[]").strip()
    together = _NUMBER_AND_UNIT.fullmatch(fields.get("wavelength", ""))
    if together and is_unit(together[2]):
        fields["wavelength"] = together[1]
        fields.setdefault("wavelength units", together[2])
    return fields


def _listed(text: str) -> int:
    """Return how many entries a list in a tag has."""
    return len(re.split(r"\s*[,;]\s*|\s+", text.strip("[]{}() ")))


def _of_bands(band_tags: Sequence[Tags], domain: str, notes: list[str]) -> Fields:
    """Join what the bands say one by one into lists."""
    each = [_understood(tags.get(domain, {})) for tags in band_tags]
    fields: Fields = {}
    for key in _BY_BAND:
        values = [one.get(key, "") for one in each]
        if len(values) > 1 and len(set(values)) == 1 and _listed(values[0]) == len(values):
            fields[key] = values[0]  # every band has the list of all
        elif key == "wavelength units":
            units = {value.lower() for value in values}
            if len(units) == 1:
                fields |= {key: values[0]} if values[0] else {}
            else:
                notes.append("the bands give different units for their wavelengths: none was believed.")
        elif key == "bbl" and any(values):
            fields[key] = ", ".join(value or _GOOD for value in values)
        elif all(values):
            fields[key] = ", ".join(values)
        elif any(values) and key == "wavelength":
            notes.append(f"only {sum(map(bool, values))} of {len(values)} bands have a wavelength: ignored.")
    return fields
