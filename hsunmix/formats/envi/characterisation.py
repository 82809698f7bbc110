"""The METADATA.XML of EnMAP and DESIS products, which says what the bands of the image are.

EnMAP (EN-PCV-ICD-2009): ``bandCharacterisation/bandID`` with ``wavelengthCenterOfBand``,
``FWHMOfBand``, ``GainOfBand``, ``OffsetOfBand``, and ``expectedChannelsList`` for each detector. DESIS:
``bandCharacterisation/band`` with ``wavelengthWidthOfBand`` for the width. Both in nanometres.
"""

from __future__ import annotations

import re
from pathlib import Path

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.envi.header import Fields
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.opening.xml import Element, read_xml

__all__ = ["IMAGE", "METADATA", "metadata_fields", "metadata_of"]

IMAGE, METADATA = "SPECTRAL_IMAGE", "METADATA"
_CHANNEL = re.compile(r"[0-9]{1,6}")
_FIELDS = {
    "wavelength": ("wavelengthCenterOfBand",),
    "fwhm": ("FWHMOfBand", "wavelengthWidthOfBand"),
    "data gain values": ("GainOfBand",),
    "data offset values": ("OffsetOfBand",),
}


def metadata_of(image: Path) -> Path | None:
    """Find the metadata of an image by the names that the products give their files."""
    begin, found, _ = image.name.partition(IMAGE)
    if not found:
        return None
    for ending in (".XML", ".xml"):
        path = image.with_name(begin + METADATA + ending)
        if is_regular(path):
            return path
    return None


def metadata_fields(path: Path, bands: int, notes: list[str], image: str = "") -> Fields:
    """Return what the metadata say on the bands, in the words of an ENVI header.

    Parameters
    ----------
    path : Path
    bands : int
        Of the image.
    notes : list of str
    image : str
        The image's name, which tells the detector where each has an image of its own.
    """
    try:
        root = read_xml(path)
        fields = _fields(path, root, bands, image)
    except FileError as error:
        notes.append(f"{path.name} was not used: it {error.reason}.")
        return {}
    notes.append(f"wavelengths, widths and scale are those of {path.name}.")
    return fields


def _detector(root: Element, rows: list[Element], image: str) -> list[Element]:
    """Return the rows of the detector that an image is of (L1B); all of them where it is of both."""
    found = re.search(r"_(VNIR|SWIR)(?![A-Za-z])", image, re.IGNORECASE)
    quality = None if found is None else next(root.below(f"{found[1]}ProductQuality"), None)
    if quality is None:
        return rows
    channels = {
        int(n) for listed in quality.below("expectedChannelsList") for n in _CHANNEL.findall(listed.text)
    }
    return [row for k, row in enumerate(rows, 1) if _number(row, k) in channels]


def _number(row: Element, counted: int) -> int:
    """Return the number of a band, as the lists of channels have it."""
    text = row.attributes.get("number", "")
    return int(text[:6]) if text.isascii() and text.isdigit() else counted


def _fields(path: Path, root: Element, bands: int, image: str) -> Fields:
    table = next(root.below("bandCharacterisation"), None)
    rows = [] if table is None else [*table.named("bandID"), *table.named("band")]
    if len(rows) != bands:
        rows = _detector(root, rows, image)
    if len(rows) != bands:
        raise FormatError(path, f"describes {len(rows)} bands, and the image has {bands}")
    fields = {"wavelength units": "Nanometers"}
    for key, names in _FIELDS.items():
        words = [row.word(*names) for row in rows]
        if all(words):
            fields[key] = ", ".join(words)
    expected = {
        int(number)
        for channels in root.below("expectedChannelsList")
        for number in _CHANNEL.findall(channels.text)
    }
    numbers = [_number(row, k) for k, row in enumerate(rows, 1)]
    if expected & set(numbers):
        fields["bbl"] = ", ".join("1" if number in expected else "0" for number in numbers)
    background = next((found.text for found in root.below("backgroundValue")), "")
    if background:
        fields["data ignore value"] = background
    return fields
