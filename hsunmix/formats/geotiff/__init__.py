"""GeoTIFF: plain images, and the images of EnMAP and DESIS products with what lies beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.envi import bands as envi_bands
from hsunmix.formats.envi.characterisation import metadata_fields, metadata_of
from hsunmix.formats.envi.header import Fields, Header, is_header, read_header
from hsunmix.formats.envi.map import georeference
from hsunmix.formats.geotiff.beside import complete, image_of
from hsunmix.formats.geotiff.file import TiffFacts, is_tiff, look, tiff_beside
from hsunmix.formats.geotiff.mask import take_mask
from hsunmix.formats.geotiff.pages import read_pages, spread
from hsunmix.formats.geotiff.pixels import TiffPixels
from hsunmix.formats.geotiff.places import lying
from hsunmix.formats.geotiff.stac import stac_fields
from hsunmix.formats.geotiff.terms import joined, merged
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.opening.header_lines import header_lines
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.absence import Absence, ScreenedPixels, empty_value
from hsunmix.formats.pixels.scales import doubt, unapplied
from hsunmix.formats.spectra.band_names import of_names
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import Pixels

ROOM = True  # what else GDAL reads
TITLE = "GeoTIFF"
SUFFIXES = (".tif", ".tiff")
DECODED_BY = ("rasterio",)
_SCALES = ("reflectance scale factor", "data gain values", "data offset values")
Vector = NDArray[np.float64]
_TIFF_HEADER = re.compile(rb"^\s*file type\s*=\s*TIFF", re.IGNORECASE | re.MULTILINE)


def sniff(path: Path, head: bytes) -> bool:
    """Whether this is a TIFF file, or what describes one beside it."""
    return is_tiff(head) or _image(path, head) is not None


def open_cube(path: Path, options: Options) -> Cube:  # noqa: ARG001 - TIFF needs no options
    """Open an image; given a product's METADATA.XML or an ENVI header of a TIFF file, their image.

    Raises
    ------
    FormatError
        It can't be read, or reading it would not be safe.
    """
    with path.open("rb") as file:
        image = _image(path, file.read(4096)) or path
    facts = look(image)
    pages = read_pages(image, facts.notes)
    spread(facts, image, pages)
    complete(facts, image)
    mask = take_mask(facts, image)
    fields, header = _fields(image, facts)
    bands = facts.shape[2]
    nm, fwhm, unit = envi_bands.wavelengths(header, bands)
    names = tuple(facts.names) if any(facts.names) else ()
    if nm is None and "wavelength" not in fields:
        nm, unit = of_names(names, facts.notes)
    gain, offset = _scale(facts, header)
    nodata = facts.nodata if facts.nodata is not None else envi_bands.nodata(header)
    dtype, empty = (facts.dtype, 0.0) if mask is None else empty_value(facts.dtype, nodata, facts.notes)
    found: Pixels | None = lying(image, facts, pages) if mask is None else None
    if found is None and pages.bare:
        raise FormatError(image, "has pages without tables of their own, in a form that can't be read")
    pixels = found or TiffPixels(image, facts.shape, dtype, facts.row_bytes, pages.numbers, mask, empty)
    if facts.band_nodata and nodata is None:
        each = np.array([facts.band_nodata.get(k, np.nan) for k in range(bands)])
        pixels = ScreenedPixels(pixels, Absence((each,)), *empty_value(dtype, None, facts.notes))
    return Cube(
        pixels,
        wavelengths=nm,
        fwhm=fwhm,
        bad_bands=envi_bands.bad_bands(header, bands),
        band_names=names,
        nodata=nodata,
        gain=gain,
        offset=offset,
        georeference=facts.place or georeference(header),
        interleave=facts.interleave,
        wavelength_unit=unit,
        default_rgb=envi_bands.default_rgb(header, bands),
        notes=tuple(facts.notes),
        header=header_lines([*_tags(facts), *fields.items()]),
    )


def _tags(facts: TiffFacts) -> Iterator[tuple[str, str]]:
    """Yield all tags: of the file, and of each band."""
    bands = ((f"band {k}.", tags) for k, tags in enumerate(facts.band_tags, 1))
    for prefix, tags in (("", facts.tags), *bands):
        for domain, items in tags.items():
            yield from ((f"{prefix}{domain}{'.' * bool(domain)}{name}", text) for name, text in items.items())


def _image(path: Path, head: bytes) -> Path | None:
    """Return the image that a file other than a TIFF file describes."""
    if is_tiff(head):
        return None
    if is_header(head) and _TIFF_HEADER.search(head):
        return tiff_beside(path, path.stem)
    return image_of(path)


def _fields(image: Path, facts: TiffFacts) -> tuple[Fields, Header]:
    """Collect what is said on the bands, the most trusted first."""
    bands, notes = facts.shape[2], facts.notes
    sources = []
    metadata = metadata_of(image)
    if metadata is not None:
        sources.append(metadata_fields(metadata, bands, notes, image.name))
    sources += [_header_beside(image, facts), *joined(facts)]
    if not any("wavelength" in source for source in sources):
        sources.append(stac_fields(image, bands, notes))
    fields = merged(sources)
    return fields, Header(image, fields, notes)


def _header_beside(image: Path, facts: TiffFacts) -> Fields:
    """Return the fields of an ENVI header beside the image."""
    for ending in (".hdr", ".HDR"):
        beside = image.with_suffix(ending)
        if not is_regular(beside):
            continue
        try:
            header = read_header(beside)
            size = tuple(header.integer(key) for key in ("lines", "samples", "bands"))
        except FileError as error:
            facts.notes.append(f"{beside.name} was not used: {error.reason}.")
            return {}
        if size == facts.shape:
            facts.notes.append(f"{beside.name} was used for what the image does not say.")
            return dict(header.fields)
        facts.notes.append(f"{beside.name} describes an image of another size: ignored.")
    return {}


def _scale(facts: TiffFacts, header: Header) -> tuple[float | Vector, float | Vector]:
    """Return (gain, offset): those of the file's bands, else those of what describes it."""
    scales, offsets = np.array(facts.scales), np.array(facts.offsets)
    doubt("scale", scales, facts.notes, whole=facts.dtype.kind in "iu")
    if (scales == 1).all() and (offsets == 0).all():
        if not any(key in header.fields for key in _SCALES):
            said = [items for tags in (facts.tags, *facts.band_tags) for items in tags.values()]
            unapplied((pair for items in said for pair in items.items()), facts.notes, has_fill=True)
        return envi_bands.gain_offset(header, facts.shape[2])
    if not (np.isfinite(scales).all() and np.isfinite(offsets).all() and (scales != 0).all()):
        facts.notes.append("the scale of its bands is not possible: ignored.")
        return 1.0, 0.0
    if (scales == scales[0]).all() and (offsets == offsets[0]).all():
        return float(scales[0]), float(offsets[0])
    return scales, offsets
