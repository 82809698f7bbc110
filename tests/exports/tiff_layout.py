"""Where a TIFF file keeps what: enough of the format to see whether a COG is one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SIZES = {1: "B", 2: "s", 3: "H", 4: "I", 12: "d", 16: "Q"}


@dataclass
class Directory:
    """One image of the file."""

    at: int
    tags: dict[int, tuple]

    @property
    def size(self) -> tuple[int, int]:
        return self.tags[256][0], self.tags[257][0]

    @property
    def tiles(self) -> list[int]:
        return [offset for offset in self.tags[324] if offset]

    @property
    def is_overview(self) -> bool:
        return bool(self.tags.get(254, (0,))[0] & 1)


def directories(path: Path) -> tuple[bytes, list[Directory]]:
    """Return what lies between the header and the first directory, and all directories."""
    raw = path.read_bytes()
    magic, version, first = struct.unpack_from("<2sHI", raw)
    assert (magic, version) == (b"II", 42), "not a classic little-endian TIFF"
    found, at = [], first
    while at:
        (count,) = struct.unpack_from("<H", raw, at)
        tags = {}
        for k in range(count):
            tag, kind, number = struct.unpack_from("<HHI", raw, at + 2 + 12 * k)
            code = SIZES.get(kind)
            if code is None:
                continue
            length = number * struct.calcsize(code)
            where = at + 10 + 12 * k if length <= 4 else struct.unpack_from("<I", raw, at + 10 + 12 * k)[0]
            tags[tag] = struct.unpack_from(f"<{number}{code}", raw, where)
        found.append(Directory(at, tags))
        (at,) = struct.unpack_from("<I", raw, at + 2 + 12 * count)
    return raw[8:first], found


def faults_of_cog(path: Path) -> list[str]:
    """Return what keeps a file from being a cloud-optimized GeoTIFF, by OGC 21-026.

    Tiles; overviews that halve until they fit a tile; all directories before all pixels, the full
    image's first; the smallest overview's pixels first and the full image's last.
    """
    ghost, images = directories(path)
    faults = []
    if b"LAYOUT=IFDS_BEFORE_DATA" not in ghost:
        faults.append("does not say its layout")
    if any(324 not in image.tags for image in images):
        faults.append("is not tiled")
        return faults
    full, *overviews = images
    if any(not image.is_overview for image in overviews) or full.is_overview:
        faults.append("the full image is not first")
    tile = full.tags[322][0]
    smallest = min(max(image.size) for image in images)
    if smallest > tile:
        faults.append(f"the smallest overview has {smallest} pixels, a tile {tile}")
    sizes = [max(image.size) for image in images]
    if any(not 1.9 < a / b < 2.1 for a, b in pairwise(sizes)):
        faults.append(f"the overviews do not halve: {sizes}")
    places = [image.at for image in images]
    first_data = min(min(image.tiles) for image in images)
    if places != sorted(places) or places[-1] > first_data:
        faults.append("a directory comes after pixels")
    starts = [min(image.tiles) for image in images]
    if starts != sorted(starts, reverse=True):
        faults.append("the overviews' pixels do not come first")
    if any(image.tiles != sorted(image.tiles) for image in images):
        faults.append("tiles are not in order")
    return faults
