"""The pages of a TIFF file: one band on each, or something else beside the image."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.geotiff.directory import Directory, read_directories
from hsunmix.formats.geotiff.file import MAX_RATIO, SMALL, TiffFacts, look

__all__ = ["Pages", "read_pages", "spread"]

SUBFILE, OLD_SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION = 254, 255, 256, 257, 258, 259
DESCRIPTION, STRIPS, SAMPLES, ROWS, LENGTHS, PLANAR = 270, 273, 277, 278, 279, 284
PREDICTOR, PAGE_NAME, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_LENGTHS, FORMAT = 317, 285, 322, 323, 324, 325, 339
REDUCED_OR_MASK = 5  # bits of NewSubfileType: an overview, and a mask
_ALIKE = (WIDTH, HEIGHT, BITS, FORMAT, SAMPLES)
_PACKED_ALIKE = (*_ALIKE, COMPRESSION, PREDICTOR, ROWS, TILE_WIDTH, TILE_HEIGHT, 262, 266)
_NAME_LENGTH = 80

Axes = list[tuple[str, int]]  # name and extent, the one that changes fastest first


@dataclass(frozen=True)
class Pages:
    """Which pages are the image.

    Attributes
    ----------
    numbers : tuple of int
        Of the pages, counted from 0; each is a band where there are several.
    table : Directory or None
        How their pixels are stored, as one image; None where they differ, or it isn't as it should be.
    order : str
        The file's byte order, < or >.
    names : tuple of str
        Of the pages, empty where one has none.
    described : tuple of int
        Those of them that say something on themselves which the first one does not.
    bare : bool
        The pages lie there without tables of their own, where GDAL doesn't find them.
    """

    numbers: tuple[int, ...]
    table: Directory | None
    order: str
    names: tuple[str, ...] = ()
    described: tuple[int, ...] = ()
    bare: bool = False


def read_pages(path: Path, notes: list[str]) -> Pages:
    """Find the pages that are bands: one sample each, and as the first one in size and type.

    Overviews and masks that are marked as such are no pages of their own.

    Raises
    ------
    FormatError
        It holds a stack with several axes, and does not say which are the bands; or a preview comes first.
    """
    tables, order = read_directories(path)
    first = tables[0]
    if first is None:
        return Pages((0,), None, order)
    others = [k for k, table in enumerate(tables) if k and (table is None or not _is_aside(table))]
    alike = [k for k in others if _same(tables[k], first, _ALIKE)]
    if _is_aside(first) and others and not alike:
        raise FormatError(
            path,
            "begins with a preview of the image: write the image into a file of its own, with "
            f"gdal_translate GTIFF_DIR:{others[0] + 1}:{path.name} OUT.tif",
        )
    if first.number(SAMPLES) != 1:
        if others:
            notes.append(f"the first page was opened, {len(others)} others were left aside.")
        return Pages((0,), first, order)
    if len(alike) < len(others):
        count = len(others) - len(alike)
        pages = f"{count} pages that are" if count > 1 else "a page that is"
        notes.append(f"{pages} not like the first in size and type: left aside.")
    numbers = [0, *alike]
    axes = _axes(first.texts.get(DESCRIPTION, b"").split(b"\0")[0].decode("utf-8", "replace"), first)
    planes = math.prod(n for _, n in axes)
    if len(numbers) == 1 and planes > 1:
        return _in_one_table(path, first, order, _bands(path, axes, notes), planes, notes)
    if planes == len(numbers):
        numbers = [numbers[k] for k in _bands(path, axes, notes)]
    if len(numbers) > 1:
        notes.append(f"{len(numbers)} pages of the file were taken as its bands.")
    picked = [table for k in numbers if (table := tables[k]) is not None]
    return Pages(
        tuple(numbers),
        _joined(picked) if len(picked) > 1 else first,
        order,
        _names(picked) if len(picked) > 1 else (),
        tuple(k for k in numbers[1:] if _says_more(tables[k], first)),
    )


def spread(facts: TiffFacts, path: Path, pages: Pages) -> None:
    """Make of what the first page says what is known of a band on each page.

    Raises
    ------
    FormatError
        They have different nodata values, or declare more than the file can hold.
    """
    count = len(pages.numbers)
    if count == 1:
        return
    lines, samples, _ = facts.shape
    facts.shape, facts.interleave = (lines, samples, count), "bsq"
    facts.row_bytes *= count
    size, stored = lines * samples * count * facts.dtype.itemsize, path.stat().st_size
    if size > SMALL and size > MAX_RATIO * stored:
        raise FormatError(path, f"declares {size} bytes of pixels, but has {stored} bytes in all")
    facts.scales, facts.offsets = facts.scales * count, facts.offsets * count
    facts.band_tags = facts.band_tags + [{} for _ in range(count - 1)]
    facts.names = [facts.names[0], *([""] * (count - 1))]
    for page in pages.described:
        band, said = pages.numbers.index(page), look(path, page)
        facts.scales[band], facts.offsets[band] = said.scales[0], said.offsets[0]
        facts.band_tags[band], facts.names[band] = said.band_tags[0], said.names[0]
        if said.nodata is not None and repr(said.nodata) != repr(facts.nodata):
            raise FormatError(path, "has pages with different nodata values: save it with one for all")
    facts.names = [name or page for name, page in zip(facts.names, pages.names, strict=True)]


def _is_aside(table: Directory) -> bool:
    return bool(table.number(SUBFILE, 0) & REDUCED_OR_MASK) or table.number(OLD_SUBFILE) == 2


def _same(table: Directory | None, first: Directory, tags: tuple[int, ...]) -> bool:
    return table is not None and all(table.number(tag) == first.number(tag) for tag in tags)


def _says_more(table: Directory | None, first: Directory) -> bool:
    """Whether a page has metadata or a nodata value of GDAL's that the first one has not."""
    return table is not None and any(
        table.texts.get(tag) != first.texts.get(tag) for tag in (42112, 42113) if tag in table.texts
    )


def _joined(tables: list[Directory]) -> Directory | None:
    """Return one table for all pages, as of an image with a plane for each band."""
    first = tables[0]
    tags = (TILES, TILE_LENGTHS) if TILE_WIDTH in first.numbers else (STRIPS, LENGTHS)
    if not all(_same(table, first, _PACKED_ALIKE) and tags[0] in table.numbers for table in tables):
        return None
    places = {
        tag: np.concatenate([t.numbers.get(tag, np.empty(0, np.int64)) for t in tables]) for tag in tags
    }
    return Directory(_as_planes(first, len(tables)) | places)


def _as_planes(first: Directory, bands: int) -> dict[int, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    many = {tag: np.repeat(first.numbers[tag][:1], bands) for tag in (BITS, FORMAT) if tag in first.numbers}
    return first.numbers | many | {SAMPLES: np.array([bands]), PLANAR: np.array([2])}


def _in_one_table(
    path: Path, first: Directory, order: str, bands: list[int], planes: int, notes: list[str]
) -> Pages:
    """Return pages that have no tables of their own: they lie one behind the other, as ImageJ writes them."""
    size = first.number(WIDTH) * first.number(HEIGHT) * first.number(BITS) // 8
    starts, lengths = first.numbers.get(STRIPS), first.numbers.get(LENGTHS)
    whole = (
        starts is not None
        and lengths is not None
        and first.number(COMPRESSION) == 1
        and int(lengths.sum()) == size
        and (np.diff(starts) == lengths[:-1]).all()
    )
    if not whole or int(starts[0]) + planes * size > path.stat().st_size:  # type: ignore[index]
        raise FormatError(path, f"says that it holds {planes} pages, but has the table of one only")
    places = {
        STRIPS: np.array([int(starts[0]) + k * size for k in bands]),  # type: ignore[index]
        LENGTHS: np.full(len(bands), size),
        ROWS: np.array([first.number(HEIGHT)]),
    }
    table = Directory(_as_planes(first, len(bands)) | places)
    notes.append(f"{len(bands)} pages of the file were taken as its bands.")
    return Pages(tuple(bands), table, order, ("",) * len(bands), bare=True)


def _bands(path: Path, axes: Axes, notes: list[str]) -> list[int]:
    """Return which of the planes of a stack are the bands.

    Raises
    ------
    FormatError
    """
    long = [(name, n) for name, n in axes if n > 1]
    planes = np.arange(math.prod(n for _, n in axes)).reshape([n for _, n in reversed(axes)] or [1])
    if len(long) < 2:
        return planes.ravel().tolist()
    told = " × ".join(f"{n} {name or 'pages'}" for name, n in long)
    if all(name != "channels" for name, _ in long):
        raise FormatError(path, f"holds {told}, and does not say which are its bands: save one image a file")
    first = " and ".join(f"the first of {n} {name or 'pages'}" for name, n in long if name != "channels")
    notes.append(f"the file holds {told}: the channels of {first} were opened as bands, the rest was left.")
    at = [slice(None) if name == "channels" else 0 for name, _ in reversed(axes)]
    return planes[tuple(at)].ravel().tolist()


def _axes(description: str, page: Directory) -> Axes:
    """Return the axes of the stack that a description tells of: ImageJ's, OME's and tifffile's."""
    if description.startswith("ImageJ="):
        said = dict(re.findall(r"^(images|channels|slices|frames)=(\d{1,6})\s*$", description, re.MULTILINE))
        found = [(name, int(said[name])) for name in ("channels", "slices", "frames") if name in said]
        images = int(said.get("images", 1))
        return found if math.prod(n for _, n in found) == images else [("images", images)]
    if "<OME" in description:
        order = re.search(r'DimensionOrder="XY([CZT]{3})"', description)
        sizes = dict(re.findall(r'Size([CZT])="(\d{1,6})"', description))
        names = {"C": "channels", "Z": "slices", "T": "frames"}
        return [(names[axis], int(sizes.get(axis, 1))) for axis in (order[1] if order else "CZT")]
    if description.startswith('{"shape"'):
        return _shaped(description, page)
    return []


def _shaped(description: str, page: Directory) -> Axes:
    try:
        said = json.loads(description)
        shape = [int(n) for n in said["shape"]]
        names = str(said.get("axes", ""))
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
    if shape[-2:] != [page.number(HEIGHT), page.number(WIDTH)] or not all(0 < n < 1_000_000 for n in shape):
        return []
    known = {"C": "channels", "Z": "slices", "T": "frames"}
    letters = names if len(names) == len(shape) else " " * len(shape)
    return [(known.get(letter, ""), n) for letter, n in zip(letters[:-2], shape[:-2], strict=True)][::-1]


def _names(tables: list[Directory]) -> tuple[str, ...]:
    """Return the names of pages, where each has one of its own on one short line."""
    for tag in (PAGE_NAME, DESCRIPTION):
        said = [t.texts.get(tag, b"").split(b"\0")[0].decode("utf-8", "replace").strip() for t in tables]
        if len(set(said)) == len(said) and all(0 < len(s) <= _NAME_LENGTH and s.isprintable() for s in said):
            return tuple(said)
    return ("",) * len(tables)
