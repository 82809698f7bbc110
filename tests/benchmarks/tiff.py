"""What our own reading of TIFF brings, against GDAL. Prints Markdown.

    python -m tests.benchmarks.tiff [MEGABYTES]

The same file by three ways, in turn, so that a busy machine slows all alike, warm, the least of three:
ours, where GDAL only says what the image is; GDAL in the process that decodes, as it reads
what we don't (a plugin that this benchmark makes turns ours off); and GDAL (by rasterio) in this
process, where a damaged file would take the program along. ENVI is the same scene as a flat file.

Every time includes opening the file. Then how long a first look takes of a program that has just begun, and
what becomes of damaged pixels.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from hsunmix.engine.loading import load
from hsunmix.errors import HsunmixError
from hsunmix.formats import open_cube
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.registry import PLUGINS
from tests.benchmarks.reading import shape_of, write_envi

TURNS, SPECTRA, DAMAGED = 3, 20, 60
LINES, RGB = 64, (40, 25, 12)  # lines of a block, and bands of a picture
DEFLATE = {"compress": "deflate", "predictor": 2}
STORAGE = {
    "by pixel, strips": {"interleave": "pixel"},
    "by band, strips": {"interleave": "band"},
    "by pixel, tiles, deflate": {"interleave": "pixel", "tiled": True, **DEFLATE},
    "by band, tiles, deflate": {"interleave": "band", "tiled": True, **DEFLATE},
}
BY_GDAL = '''
"""A TIFF file whose name ends with .gdal.tif, read by GDAL alone."""

from hsunmix.formats import geotiff

TITLE = "TIFF by GDAL"
SUFFIXES = (".gdal.tif",)
DECODED_BY = ("rasterio",)


def sniff(path, head):
    return path.name.endswith(SUFFIXES) and geotiff.is_tiff(head)


def open_cube(path, options):
    geotiff.lying = lambda *_: None
    return geotiff.open_cube(path, options)
'''
COLD = "import sys; from hsunmix.formats import open_cube; open_cube(sys.argv[1]).read(0, 9, [3])"
COLD_GDAL = "import sys, rasterio; rasterio.open(sys.argv[1]).read([4], window=((0, 9), (0, 9)))"

Way = Callable[[], object]


def smooth_scene(size: int) -> np.ndarray:
    """Make int16 that compress as reflectances do."""
    lines, samples, bands = shape_of(size, 2)
    rng = np.random.default_rng(0)
    base = np.linspace(500, 4000, bands)[None, None, :]
    noise = rng.normal(0, 15, (lines, samples, bands))
    return (base * rng.uniform(0.5, 1.5, (lines, samples, 1)) + noise).astype(np.int16)


def write_tiff(path: Path, values: np.ndarray, **storage: object) -> None:
    lines, samples, bands = values.shape
    tiles = {"blockxsize": 256, "blockysize": 256} if storage.get("tiled") else {}
    with rasterio.open(
        path, "w", driver="GTiff", height=lines, width=samples, count=bands, dtype="int16", **storage, **tiles
    ) as file:
        file.write(np.moveaxis(values, -1, 0))


def seconds(work: Way) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turn(*ways: Way) -> np.ndarray:
    """Return the least seconds of each."""
    return np.array([[seconds(way) for way in ways] for _ in range(TURNS)]).min(axis=0)


def plain(path: Path, bands: list[int] | None = None, window: Window | None = None) -> None:
    with rasterio.open(path) as file:
        file.read(bands, window=window)


def spectra(cube: Cube) -> None:
    for k in range(SPECTRA):
        cube.spectrum(k * cube.lines // SPECTRA, 37 * k % cube.samples)


def plain_spectra(path: Path) -> None:
    with rasterio.open(path) as file:
        for k in range(SPECTRA):
            file.read(window=Window(37 * k % file.width, k * file.height // SPECTRA, 1, 1))


def whole(path: Path) -> None:
    finish(load(open_cube(path)))


def rows(path: Path, alone: Path, header: Path) -> dict[str, tuple[np.ndarray, float]]:
    """Return what was done, its seconds by the three ways, and by what the last is of ENVI's."""
    *times, envi = in_turn(
        lambda: whole(path), lambda: whole(alone), lambda: plain(path), lambda: whole(header)
    )
    found = {"whole, into tiles": (np.array(times), envi)}

    def three(work: Callable[[Cube], object], of_gdal: Way) -> tuple[np.ndarray, float]:
        # Opened for each: what one turn unpacked is not there in the next.
        ours, decoder, flat = (lambda p=place: work(open_cube(p)) for place in (path, alone, header))
        *times, envi = in_turn(ours, decoder, of_gdal, flat)
        return np.array(times), envi

    first = open_cube(path).lines // 2
    window = Window(0, first, open_cube(path).samples, LINES)
    found[f"{LINES} lines"] = three(lambda c: c.read(first, first + LINES), lambda: plain(path, None, window))
    picked = [band + 1 for band in RGB]
    found["three bands"] = three(lambda c: c.read(0, c.lines, list(RGB)), lambda: plain(path, picked))
    found[f"{SPECTRA} spectra"] = three(spectra, lambda: plain_spectra(path))
    return found


def cold(path: Path, alone: Path) -> np.ndarray:
    """Return the seconds of a process that opens a file and reads a few values."""
    ways = [[COLD, str(path)], [COLD, str(alone)], [COLD_GDAL, str(path)]]
    return in_turn(*(lambda w=way: subprocess.run([sys.executable, "-c", *w], check=True) for way in ways))


def damaged(path: Path, alone: Path, values: np.ndarray) -> dict[str, Counter[str]]:
    """Turn over one bit of what is packed, many times; return what was read by our way and by GDAL's."""
    data, found = path.read_bytes(), {"ours": Counter[str](), "GDAL": Counter[str]()}
    rng = np.random.default_rng(0)
    for _ in range(DAMAGED):
        raw = bytearray(data)
        place = int(rng.integers(len(raw) // 3, len(raw) - 500))  # no table lies there
        raw[place] ^= 1 << int(rng.integers(8))
        for name, file in (("ours", path), ("GDAL", alone)):
            file.unlink(missing_ok=True)
            file.write_bytes(raw)
            try:
                read = open_cube(file).pixels.read(0, len(values))
                found[name]["right" if np.array_equal(read, values) else "wrong"] += 1
            except HsunmixError:
                found[name]["refused"] += 1
    return found


def main() -> None:
    values = smooth_scene((int(sys.argv[1]) if len(sys.argv) > 1 else 200) << 20)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        (folder / "plugins" / "formats").mkdir(parents=True)
        (folder / "plugins" / "formats" / "bygdal.py").write_text(BY_GDAL)
        os.environ[PLUGINS] = str(folder / "plugins")
        _, header = write_envi(folder, values, "bil")
        path, alone = folder / "a.tif", folder / "a.gdal.tif"
        print(f"{values.nbytes >> 20} MB, {' × '.join(map(str, values.shape))} int16\n")
        print("| storage | read | ours, s | GDAL, decoder, s | GDAL here, s | ours of GDAL's | of ENVI's |")
        print("|---|---|---|---|---|---|---|")
        for kind, storage in STORAGE.items():
            write_tiff(path, values, **storage)
            alone.unlink(missing_ok=True)
            os.link(path, alone)
            assert open_cube(alone).format == "bygdal"
            for what, (times, envi) in rows(path, alone, header).items():
                numbers = " | ".join(f"{t:.3f}" for t in times)
                ratios = f"{times[0] / times[1]:.2f} | {times[0] / envi:.1f}"
                print(f"| {kind} | {what} | {numbers} | {ratios} |", flush=True)
        numbers = ", ".join(f"{t:.2f}" for t in cold(path, alone))
        print(f"\nA program that begins, opens it and reads nine lines of a band: {numbers} s.\n")
        small = np.ascontiguousarray(values[:40, :50, :30])
        print(f"One bit turned over in the pixels, {DAMAGED} times:\n")
        print("| storage | read by | refused | read with wrong numbers | read with the right ones |")
        print("|---|---|---|---|---|")
        for kind, storage in STORAGE.items():
            path.unlink()
            write_tiff(path, small, **storage)
            for way, kinds in damaged(path, alone, small).items():
                counts = " | ".join(str(kinds[word]) for word in ("refused", "wrong", "right"))
                print(f"| {kind} | {way} | {counts} |", flush=True)


if __name__ == "__main__":
    main()
