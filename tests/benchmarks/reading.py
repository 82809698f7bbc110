"""How long a cube takes to be read into tiles, against the time of reading its bytes. Prints Markdown.

    python -m tests.benchmarks.reading [MEGABYTES [WORD]]

ENVI in each interleave, and the same as HDF5, in one piece and in chunks: the decoder only finds
where these lie. The floor is one read of the file into new memory; both are
warm, the least of three, taken in turn so that a busy machine slows both. It takes all processors to
come near the floor, which one thread reaches: on a busy machine the ratio of the times says little. So
the processor's seconds stand beside them, of all threads; half their ratio is what two processors that
have nothing else to do would come to. WORD picks the cases whose names hold it.

Tiles are float32, so of int16 twice as many bytes are written as are read, into new memory. The least
that this can take is in the column "as float32": one read into new memory, and one NumPy conversion
into other new memory, by one thread.

h5py, which reads the same HDF5 file whole into one array and makes no tiles of it, stands beside them.
A second table has what has to be unpacked, against h5py: int16 that compress as reflectances do, in
chunks by shuffle and deflate, which are unpacked here, and by LZF, which the decoder reads by HDF5
and hands over.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import h5py
import numpy as np

from hsunmix.engine.loading import load
from hsunmix.formats import open_cube
from hsunmix.model.progress import finish

BANDS = 224
AXES = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
NAMES = {"bsq": "byx", "bil": "ybx", "bip": "yxb"}
TURNS = 3
NONE = (np.nan, np.nan)


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


def widened(path: Path) -> None:
    """The floor of int16: every one, once, and as float32."""
    np.fromfile(path, np.int16).astype(np.float32)


def measure(
    path: Path, read: Callable[[], object], *least: Callable[[Path], None]
) -> list[tuple[float, float]]:
    """Seconds by the clock and of the processors, of the reading and of the floors or the peer."""
    works: list[Callable[[], object]] = [read, *(partial(floor, path) for floor in least)]
    best = [(np.inf, np.inf)] * len(works)
    for _ in range(TURNS):
        for k, work in enumerate(works):
            began, used = time.perf_counter(), time.process_time()
            work()
            spent = time.perf_counter() - began, time.process_time() - used
            best[k] = min(best[k][0], spent[0]), min(best[k][1], spent[1])
    return best


def tiles(path: Path, **options: str) -> Callable[[], object]:
    """Open a cube and read it into tiles."""
    return lambda: finish(load(open_cube(path, **options)))


def rows(size: int, word: str) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Each case with its times, those of h5py last; one file at a time is on the disk."""
    rng = np.random.default_rng(0)
    for dtype in ("float32", "int16"):
        floors = (bytes_of,) if dtype == "float32" else (bytes_of, widened)
        shape = shape_of(size, np.dtype(dtype).itemsize)
        values = None
        for interleave, kind in itertools.product(AXES, ("ENVI", "HDF5 one piece", "HDF5 chunks")):
            name = f"{kind}, {interleave}, {dtype}"
            if word not in name:
                continue
            if values is None:
                values = (rng.random(shape, np.float32) * 8000 + 100).astype(dtype)
            with tempfile.TemporaryDirectory() as folder:
                if kind == "ENVI":
                    data, header = write_envi(Path(folder), values, interleave)
                    yield name, [*measure(data, tiles(header), *floors), NONE]
                else:
                    path = write_hdf5(Path(folder), values, interleave, kind == "HDF5 chunks")
                    yield name, measure(path, tiles(path, axes=NAMES[interleave]), *floors, whole)


def packed_rows(size: int, word: str) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """As ``rows``, of what is packed."""
    for packing, interleave in itertools.product(("gzip", "lzf"), AXES):
        name = f"HDF5 shuffle and {packing}, {interleave}, int16"
        if word in name:
            with tempfile.TemporaryDirectory() as folder:
                path = write_packed(Path(folder), size, interleave, packing)
                yield name, [*measure(path, tiles(path, axes=NAMES[interleave]), whole), NONE]


def main() -> None:
    """Print the tables."""
    size = int(sys.argv[1]) << 20 if len(sys.argv) > 1 else 1 << 30
    word = sys.argv[2] if len(sys.argv) > 2 else ""
    for first, table in (("its bytes", rows), ("h5py reads it", packed_rows)):
        head = f"{first}, s | into tiles, s | ratio | processor, s | | ratio / 2 | as float32, s | ratio"
        print(f"\n| cube | {head} | h5py, s |\n|{'---|' * 10}", flush=True)
        for name, ((ours, cpu), (floor, floor_cpu), *wide, (peer, _)) in table(size, word):
            times = f"{floor:.2f} | {ours:.2f} | {ours / floor:.2f}"
            used = f"{floor_cpu:.2f} | {cpu:.2f} | {cpu / floor_cpu / 2:.2f}"
            last = f"{wide[0][0]:.2f} | {ours / wide[0][0]:.2f}" if wide else "– | –"
            h5py_alone = "–" if np.isnan(peer) else f"{peer:.2f}"
            print(f"| {name} | {times} | {used} | {last} | {h5py_alone} |", flush=True)


if __name__ == "__main__":
    main()
