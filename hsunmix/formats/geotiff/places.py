"""Find where the pixels of a TIFF file lie, to be read without GDAL."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.files import identity
from hsunmix.formats.geotiff.file import MAX_BLOCK_BYTES, TiffFacts
from hsunmix.formats.geotiff.pages import Pages
from hsunmix.formats.pixels.chunked import ChunkPixels
from hsunmix.formats.pixels.chunks import Chunks
from hsunmix.formats.pixels.raw import RawPixels

__all__ = ["lying"]

MAX_PIECES = 1 << 16  # of more, and smaller ones, GDAL reads many at a time faster
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES = 256, 257, 258, 259, 262, 266, 277
ROWS, PLANAR, PREDICTOR, TILE_WIDTH, TILE_HEIGHT, FORMAT = 278, 284, 317, 322, 323, 339
STRIPS, TILES = (273, 279), (324, 325)  # where they begin, and their lengths
YCBCR = 6
_COMPRESSIONS = {1: (), 8: ("zlib",), 32946: ("zlib",)}
_PACKINGS = {1: "", 8: "DEFLATE", 32946: "DEFLATE"}
_SINGLE = (WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, ROWS, PLANAR, PREDICTOR, TILE_WIDTH)
_PREDICTORS = {1: (), 2: ("differences",), 3: ("float differences",)}
_KINDS = {1: "u", 2: "i", 3: "f"}


def lying(path: Path, facts: TiffFacts, pages: Pages) -> RawPixels | ChunkPixels | None:
    """Return the pixels of a file that are stored in a way that is known here.

    None for what GDAL has to read: other compressions, types and orders of bits, and whatever isn't as
    it should be or as GDAL sees it.
    """
    known = identity(path)
    if pages.table is None:
        return None
    tags, number, bands = pages.table.numbers, pages.table.number, facts.shape[2]
    stored = np.dtype(facts.dtype).newbyteorder(pages.order)  # type: ignore[arg-type]
    kind = f"{_KINDS.get(number(FORMAT), '?')}{number(BITS) / 8:g}"
    filters = _COMPRESSIONS.get(number(COMPRESSION)), _PREDICTORS.get(number(PREDICTOR))
    shape = tuple(number(tag) for tag in (HEIGHT, WIDTH, SAMPLES))
    usual = number(FILL_ORDER) == 1 and number(PHOTOMETRIC) != YCBCR and number(PLANAR) in (1, 2)
    # A damaged tag may make of one compression another: libtiff's reading of it has to be the same.
    agreed = _PACKINGS.get(number(COMPRESSION)) == facts.packing and COMPRESSION in tags
    counted = all(tags[tag].size == bands for tag in (BITS, FORMAT) if tag in tags) and all(
        tags[tag].size == 1 for tag in _SINGLE if tag in tags
    )
    if (
        None in filters
        or not (usual and agreed and counted)
        or shape != facts.shape
        or kind != facts.dtype.str[1:]
    ):
        return None
    packing, predicting = filters[0] or (), filters[1] or ()
    if not packing:
        predicting = ()  # as libtiff has it
    if predicting == ("float differences",) and stored.kind != "f":
        return None
    chunks = _chunks(tags, number, facts, stored, (*predicting, *packing), known.size)
    if chunks is None:
        return None
    axes = "yxb" if number(PLANAR) == 1 or bands == 1 else "byx"
    flat = _in_one_piece(path, chunks, axes, facts.shape)
    return flat or (ChunkPixels(path, axes, chunks, known) if chunks.starts.size <= MAX_PIECES else None)


def _chunks(
    tags: dict[int, NDArray[np.int64]],
    number: Callable[..., int],
    facts: TiffFacts,
    stored: np.dtype[np.generic],
    filters: tuple[str, ...],
    file_size: int,
) -> Chunks | None:
    """Return where the pieces lie; None unless each lies in the file, and has the size that it must have."""
    (lines, samples, bands), tiled = facts.shape, TILE_WIDTH in tags
    height, width = number(TILE_HEIGHT), number(TILE_WIDTH)
    if not tiled:
        height, width = min(number(ROWS, lines), lines), samples
    starts, lengths = (tags.get(tag) for tag in (TILES if tiled else STRIPS))
    if starts is None or lengths is None or min(height, width) < 1:
        return None
    rows, columns = -(-lines // height), -(-samples // width)
    if number(PLANAR) == 1 or bands == 1:
        shape, size, grid, axis = (lines, samples, bands), (height, width, bands), (rows, columns, 1), 0
    else:
        shape, size, grid, axis = (bands, lines, samples), (1, height, width), (bands, rows, columns), 1
    if not starts.size == lengths.size == math.prod(grid):
        return None
    starts, lengths = starts.reshape(grid), lengths.reshape(grid)
    there = (starts > 0) & (lengths > 0)
    starts, lengths = np.where(there, starts, -1), np.where(there, lengths, 0)
    fill = 0 if facts.nodata is None else facts.nodata
    if not there.all() and np.array(fill).astype(facts.dtype) != fill:
        return None
    masks, empty = np.zeros(grid, np.int64), np.array(fill).astype(facts.dtype)
    cut = -1 if tiled else axis
    chunks = Chunks(shape, size, stored, starts, lengths, masks, filters, empty, cut)
    short = not filters and (lengths < chunks.sizes)[there].any()
    outside = (starts > file_size - lengths)[there].any()
    return None if short or outside or chunks.nbytes > MAX_BLOCK_BYTES else chunks


def _in_one_piece(path: Path, chunks: Chunks, axes: str, shape: tuple[int, int, int]) -> RawPixels | None:
    """Return the same pixels, where strips lie one behind the other and as they are."""
    starts = chunks.starts.reshape(-1)
    if chunks.filters or chunks.cut < 0 or (starts < 0).any():
        return None
    if (np.diff(starts) != chunks.sizes.reshape(-1)[:-1]).any():
        return None
    interleave = {"yxb": "bip", "byx": "bsq"}[axes]
    return RawPixels(path, shape, chunks.stored, interleave, int(starts[0]))
