"""What lies beside a TIFF file: GDAL's ``NAME.tif.aux.xml``, a world file, a product's METADATA.XML.

Read here, because GDAL itself would follow the first to other files.
"""

from __future__ import annotations

from pathlib import Path

from hsunmix.errors import FileError
from hsunmix.formats.envi.characterisation import IMAGE, METADATA
from hsunmix.formats.geotiff.file import Tags, TiffFacts, tiff_beside
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.opening.xml import Element, read_xml
from hsunmix.model.georeference import Georeference

__all__ = ["complete", "image_of"]

MAX_WORLD_BYTES = 4096


def complete(facts: TiffFacts, path: Path) -> None:
    """Add what stands beside the file to what it says itself, which wins."""
    _aux_xml(facts, path)
    if facts.place is None:
        facts.place = _world_file(facts, path)


def image_of(metadata: Path) -> Path | None:
    """Find the image of a product by its metadata."""
    begin, found, ending = metadata.name.rpartition(METADATA)
    if not found or ending.lower() != ".xml":
        return None
    return tiff_beside(metadata, begin + IMAGE) or tiff_beside(metadata, begin + IMAGE + "_COG")


def _aux_xml(facts: TiffFacts, path: Path) -> None:
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
        if facts.place is None:
            facts.place = _place(
                _numbers(top.word("GeoTransform").split(",")), (1, 2, 0, 4, 5, 3), top.word("SRS")
            )
        for band in top.named("PAMRasterBand"):
            number = band.attributes.get("band", "")
            if number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= facts.shape[2]:
                _band(facts, int(number[:6]) - 1, band)
    _settle(facts)


def _settle(facts: TiffFacts) -> None:
    """Take the bands' nodata values, where the file itself has none; they need not be the same."""
    known = facts.band_nodata
    if facts.nodata is not None or not known:
        known.clear()
    elif len(known) == facts.shape[2] and len(set(map(repr, known.values()))) == 1:
        facts.nodata = known[0]
        known.clear()


def _band(facts: TiffFacts, index: int, band: Element) -> None:
    _add(facts.band_tags[index], band)
    facts.names[index] = facts.names[index] or band.word("Description")
    nodata, scale, offset = (_number(band.word(key)) for key in ("NoDataValue", "Scale", "Offset"))
    if nodata is not None:
        facts.band_nodata[index] = nodata
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


def _world_file(facts: TiffFacts, path: Path) -> Georeference | None:
    """Return the place by the six numbers of a world file, which are of the centre of the first pixel."""
    for ending in (".tfw", ".TFW", ".tifw", ".tiffw", ".wld"):
        beside = path.with_suffix(ending)
        if not is_regular(beside) or beside.stat().st_size > MAX_WORLD_BYTES:
            continue
        place = _place(_numbers(beside.read_text("latin-1").split()), (0, 2, 4, 1, 3, 5), "")
        if place is not None:
            a, b, c, d, e, f = place.transform
            facts.notes.append(f"it was placed by {beside.name}, which does not name the coordinate system.")
            return Georeference((a, b, c - (a + b) / 2, d, e, f - (d + e) / 2))
    return None


def _place(numbers: list[float], order: tuple[int, ...], crs: str) -> Georeference | None:
    if len(numbers) != 6:
        return None
    a, b, c, d, e, f = (numbers[k] for k in order)
    try:
        return Georeference((a, b, c, d, e, f), crs)
    except ValueError:
        return None


def _numbers(words: list[str]) -> list[float]:
    found = [_number(word) for word in words]
    return [number for number in found if number is not None]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
