"""Find the chunks of an HDF5 dataset, to be read without HDF5."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.files import identity
from hsunmix.formats.pixels.chunked import ChunkPixels
from hsunmix.formats.pixels.chunks import Chunks

__all__ = ["chunked"]

MAX_CHUNKS = 1 << 16  # of more, and smaller ones, HDF5 reads many at a time faster


def chunked(path: Path, dataset: Any, axes: str) -> ChunkPixels | None:
    """Return the pixels of a dataset in chunks that are not packed, or as zlib packs.

    None for what HDF5 itself has to read: other filters, types that are not plain, too many chunks,
    or chunks that don't lie as they should.
    """
    import h5py

    plain = dataset.id.get_type() == h5py.h5t.py_create(dataset.dtype)
    filters = _filters(dataset)
    if dataset.chunks is None or not plain or filters is None or not hasattr(dataset.id, "chunk_iter"):
        return None
    known = identity(path)
    kept = [k for k, axis in enumerate(axes) if axis != "."]
    shape, size = ([int(of[k]) for k in kept] for of in (dataset.shape, dataset.chunks))
    if len(kept) != 3 or np.prod(size) != np.prod(dataset.chunks):
        return None
    grid = [-(-n // size) for n, size in zip(shape, size, strict=True)]
    if dataset.id.get_num_chunks() > MAX_CHUNKS or np.prod(grid, dtype=object) > MAX_CHUNKS:
        return None
    starts, lengths, masks = np.full(grid, -1, np.int64), np.zeros(grid, np.int64), np.zeros(grid, np.int64)

    def note(found: Any) -> None:
        place = tuple(found.chunk_offset[k] // dataset.chunks[k] for k in kept)
        if any(n >= end for n, end in zip(place, grid, strict=True)):
            return  # a damaged index: HDF5 would never look for it
        starts[place], lengths[place], masks[place] = found.byte_offset, found.size, found.filter_mask

    dataset.id.chunk_iter(note)
    fill = np.array(dataset.fillvalue, dataset.dtype)
    lines, samples, bands = shape
    chunks = Chunks(
        (lines, samples, bands),
        (size[0], size[1], size[2]),
        dataset.dtype,
        starts,
        lengths,
        masks,
        filters,
        fill,
    )
    lie = _lie(path, dataset, kept, chunks, known.size)
    return ChunkPixels(path, axes.replace(".", ""), chunks, known) if lie else None


def _filters(dataset: Any) -> tuple[str, ...] | None:
    """Return the names of the filters, None where there are others than ours."""
    import h5py

    names = {h5py.h5z.FILTER_SHUFFLE: "shuffle", h5py.h5z.FILTER_DEFLATE: "deflate"}
    plist = dataset.id.get_create_plist()
    every = [plist.get_filter(k) for k in range(plist.get_nfilters())]
    if any(code not in names for code, *_ in every):
        return None
    found = tuple(names[code] for code, *_ in every)
    widths = [int(values[0]) for code, _, values, _ in every if code == h5py.h5z.FILTER_SHUFFLE]
    usual = found in ((), ("shuffle",), ("deflate",), ("shuffle", "deflate"))
    return found if usual and all(width == dataset.dtype.itemsize for width in widths) else None


def _lie(path: Path, dataset: Any, kept: list[int], chunks: Chunks, size: int) -> bool:
    """Whether each chunk lies in the file, and has the size that it must have."""
    there = chunks.starts >= 0
    ends = chunks.starts[there] + chunks.lengths[there]
    if (ends > size).any() or (chunks.lengths[there] <= 0).any():
        return False
    packed = np.zeros_like(there)
    if "deflate" in chunks.filters:
        packed = there & (chunks.masks >> chunks.filters.index("deflate") & 1 == 0)
    if (chunks.lengths[there & ~packed] != chunks.nbytes).any():
        return False
    # HDF5 can leave chunks at the edge as they are without saying so of each.
    edge = np.zeros_like(there)
    for axis, (n, width) in enumerate(zip(chunks.shape, chunks.size, strict=True)):
        if n % width:
            edge[(slice(None),) * axis + (-1,)] = True
    if chunks.filters and (chunks.lengths[there & edge] == chunks.nbytes).any():
        return False
    return _first_is_there(path, dataset, kept, chunks)


def _first_is_there(path: Path, dataset: Any, kept: list[int], chunks: Chunks) -> bool:
    """Whether places are counted from the file's first byte: some versions count from behind a user block."""
    places = np.argwhere(chunks.starts >= 0)
    if not len(places) or not dataset.file.userblock_size:
        return True
    first = tuple(int(n) for n in places[0])
    corner = [0] * dataset.ndim
    for k, n in zip(kept, first, strict=True):
        corner[k] = n * int(dataset.chunks[k])
    _, raw = dataset.id.read_direct_chunk(tuple(corner))
    with path.open("rb") as file:
        file.seek(int(chunks.starts[first]))
        return bool(file.read(len(raw)) == raw)
