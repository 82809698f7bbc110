"""Points, lines and polygons over a scene: added from files, and kept in a session by where these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hsunmix.session.document import Document, VectorLayer
from hsunmix.session.source import places_of, relative_to

__all__ = ["COLOURS", "kept", "located", "with_layers"]

COLOURS = ("#ff4fa3", "#00d8ff", "#ffd21f", "#ff8a1f", "#7dff4a", "#ffffff")  # each is seen on any map


def with_layers(document: Document, path: Path, layers: Sequence[str]) -> Document:
    """Return the document with all layers of a file drawn on top; those it has already are shown."""
    held = {one.key for one in document.vectors}
    asked = {(str(path), layer) for layer in layers}
    vectors = [replace(one, shown=True) if one.key in asked else one for one in document.vectors]
    for layer in layers:
        if (str(path), layer) not in held:
            name = f"{path.stem}: {layer}" if len(layers) > 1 else path.stem
            used = [one.colour for one in vectors]
            ink = min(COLOURS, key=used.count)
            vectors.append(VectorLayer(str(path), layer, name, ink))
    return replace(document, vectors=tuple(vectors))


def kept(document: Document, session: Path) -> Document:
    """Return the document as a session keeps it: files also as they are seen from its folder."""
    vectors = (replace(one, relative=relative_to(one.path, session)) for one in document.vectors)
    return replace(document, vectors=tuple(vectors))


def located(document: Document, session: Path) -> Document:
    """Return the document of a session with its files where they are now; a missing one keeps its place."""
    return replace(document, vectors=tuple(_located(one, session) for one in document.vectors))


def _located(one: VectorLayer, session: Path) -> VectorLayer:
    for place in places_of(one.path, one.relative, session):
        try:
            if place.is_file():
                return replace(one, path=str(place), relative="")
        except (OSError, ValueError):  # a name that this system cannot have
            continue
    return replace(one, relative="")
