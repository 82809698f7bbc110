"""``NAME.tif.aux.xml``: what GDAL writes beside a file that it may not change.

Read here, because GDAL itself would follow it to other files.
"""

from __future__ import annotations

from pathlib import Path

from hsunmix.errors import FileError
from hsunmix.formats._files import is_regular
from hsunmix.formats._tiff_file import Tags, TiffFacts
from hsunmix.formats._xml import Element, read_xml

__all__ = ["complete"]


def complete(facts: TiffFacts, path: Path) -> None:
    """Add what stands beside the file to what it says itself, which wins."""
    beside = path.with_name(path.name + ".aux.xml")
    if not is_regular(beside):
        return
    try:
        root = read_xml(beside)
    except FileError as error:
        facts.notes.append(f"{beside.name} was not read: it {error.reason}.")
        return
    for top in root.named("PAMDataset"):
        _add(facts.tags, top)
        for band in top.named("PAMRasterBand"):
            number = band.attributes.get("band", "")
            if number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= facts.shape[2]:
                _band(facts, int(number[:6]) - 1, band)


def _band(facts: TiffFacts, index: int, band: Element) -> None:
    _add(facts.band_tags[index], band)
    facts.names[index] = facts.names[index] or band.word("Description")
    nodata, scale, offset = (_number(band.word(key)) for key in ("NoDataValue", "Scale", "Offset"))
    if facts.nodata is None and nodata is not None:
        facts.nodata = nodata
    if facts.scales[index] == 1 and facts.offsets[index] == 0:
        facts.scales[index] = 1.0 if scale is None else scale
        facts.offsets[index] = 0.0 if offset is None else offset


def _add(tags: Tags, element: Element) -> None:
    for metadata in element.named("Metadata"):
        domain = metadata.attributes.get("domain", "")
        if domain.startswith("xml:") or "format" in metadata.attributes:
            continue
        known = tags.setdefault(domain, {})
        for item in metadata.named("MDI"):
            known.setdefault(item.attributes.get("key", ""), item.text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
