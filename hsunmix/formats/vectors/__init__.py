"""Points, lines and polygons: the files of a GIS that are drawn over a scene, or become regions of it."""

ROOM = True

MAX_PLACES = 2_000_000
MAX_FEATURES = 200_000


def too_many(count: int, most: int, what: str) -> str:
    """Say that a file has more than can be drawn."""
    return f"has {count:,} {what}, and at most {most:,} are drawn: clip it to the scene in a GIS"
