"""How long a cube takes to be read into tiles, against the time of reading its bytes. Prints Markdown.

    python -m tests.benchmarks.reading [MEGABYTES]

ENVI in each interleave, and the same as HDF5, in one piece and in chunks: the child process only finds
where these lie. The floor is one read of the file into new memory; both are
warm, the least of five, taken in turn so that a busy machine slows both. It takes all processors to
come near the floor, which one thread reaches: on a busy machine the ratio says little.

A second table has what has to be unpacked, against h5py, which reads the same file whole into one
array: int16 that compress as reflectances do, in chunks by shuffle and deflate, which are unpacked here,
and by LZF, which the child process reads by HDF5 and hands over.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np

from hsunmix.engine.scene import load
from hsunmix.formats import open_cube
from hsunmix.jobs import finish

BANDS = 224
AXES = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
NAMES = {"bsq": "byx", "bil": "ybx", "bip": "yxb"}
TURNS = 5


def shape_of(size: int, item: int) -> tuple[int, int, int]:
    """Lines, samples, bands of a scene of so many bytes, wider than high."""
    pixels = size // (BANDS * item)
    lines = int((pixels / 1.4) ** 0.5)
    return lines, pixels // lines, BANDS


def write_envi(folder: Path, values: np.ndarray, interleave: str) -> tuple[Path, Path]:
    """Write header and data; return the data's path and the header's."""
    lines, samples, bands = values.shape
    code = {"f4": 4, "i2": 2}[values.dtype.str[1:]]
    header = folder / f"{interleave}.hdr"
    header.write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\ndata type = {code}\n"
        f"interleave = {interleave}\nbyte order = 0\nheader offset = 0\n"
    )
    data = header.with_suffix(".img")
    values.transpose(AXES[interleave]).tofile(data)
    return data, header


def write_hdf5(folder: Path, values: np.ndarray, interleave: str, chunked: bool) -> Path:
    """Write a dataset in one piece or in chunks that are not compressed."""
    stored = values.transpose(AXES[interleave])
    chunks = tuple(min(64, n) for n in stored.shape) if chunked else None
    path = folder / f"{interleave}{'_chunks' if chunked else ''}.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", data=stored, chunks=chunks)
    return path


def write_packed(folder: Path, size: int, interleave: str, packing: str) -> Path:
    """Write a scene of so many bytes whose neighbours are alike, packed."""
    lines, samples, bands = shape_of(size, 2)
    rng = np.random.default_rng(0)
    light = rng.normal(1, 0.05, (lines, samples, 1)).astype("f4")
    values = (light * np.linspace(500, 4000, bands, dtype="f4")).astype("i2")
    values += rng.integers(-8, 8, values.shape, "i2")
    stored = values.transpose(AXES[interleave])
    path = folder / "packed.h5"
    with h5py.File(path, "w") as file:
        chunks = tuple(min(64, n) for n in stored.shape)
        file.create_dataset("cube", data=stored, chunks=chunks, compression=packing, shuffle=True)
    return path


def whole(path: Path) -> None:
    """The peer: h5py reads everything."""
    with h5py.File(path) as file:
        file["cube"][()]


def bytes_of(path: Path) -> None:
    """The floor: every byte of a file, once."""
    np.fromfile(path, np.uint8)


def measure(
    path: Path, read: Callable[[], object], least: Callable[[Path], None] = bytes_of
) -> tuple[float, float]:
    """Seconds of the floor, or of the peer, and of the reading."""
    floor, ours = [], []
    for _ in range(TURNS):
        for work, times in ((lambda: least(path), floor), (read, ours)):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
    return min(floor), min(ours)


def tiles(path: Path, **options: str) -> Callable[[], object]:
    """Open a cube and read it into tiles."""
    return lambda: finish(load(open_cube(path, **options)))


def rows(size: int) -> Iterator[tuple[str, float, float]]:
    """Each case with its two times; one file at a time is on the disk."""
    rng = np.random.default_rng(0)
    for dtype in ("f4", "i2"):
        shape = shape_of(size, np.dtype(dtype).itemsize)
        values = (rng.random(shape, np.float32) * 8000 + 100).astype(dtype)
        for interleave in AXES:
            with tempfile.TemporaryDirectory() as folder:
                data, header = write_envi(Path(folder), values, interleave)
                yield (f"ENVI {interleave}, {values.dtype}", *measure(data, tiles(header)))
        for interleave in AXES if dtype == "f4" else ():
            for chunked in (False, True):
                with tempfile.TemporaryDirectory() as folder:
                    path = write_hdf5(Path(folder), values, interleave, chunked)
                    name = f"HDF5 {interleave}, {values.dtype}, {'chunks' if chunked else 'one piece'}"
                    yield (name, *measure(path, tiles(path, axes=NAMES[interleave])))


def packed_rows(size: int) -> Iterator[tuple[str, float, float]]:
    """As ``rows``, of what is packed."""
    for packing in ("gzip", "lzf"):
        for interleave in AXES:
            with tempfile.TemporaryDirectory() as folder:
                path = write_packed(Path(folder), size, interleave, packing)
                name = f"HDF5 {interleave}, int16, shuffle and {packing}"
                yield (name, *measure(path, tiles(path, axes=NAMES[interleave]), whole))


def main() -> None:
    """Print the tables."""
    size = int(sys.argv[1]) << 20 if len(sys.argv) > 1 else 1 << 30
    for first, table in (("its bytes", rows), ("h5py reads it", packed_rows)):
        print(f"\n| cube | {first}, s | into tiles, s | ratio |\n|---|---|---|---|", flush=True)
        for name, floor, ours in table(size):
            print(f"| {name} | {floor:.2f} | {ours:.2f} | {ours / floor:.2f} |", flush=True)


if __name__ == "__main__":
    main()
