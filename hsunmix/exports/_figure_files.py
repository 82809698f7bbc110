"""Figures as files, at their own size and resolution: PNG, and SVG with large maps packed in steps."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Generator
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._aside import aside
from hsunmix.exports._figures import drawn
from hsunmix.files import replacing

__all__ = ["figure_bytes", "write_figure"]

LARGE = 1 << 16  # pixels; Matplotlib packs the pictures inside a figure in one go
_IMAGE = re.compile(rb"<image\b[^>]*>")
_DATA = re.compile(rb'(?<=base64,)[^"]*')
_ROOT = re.compile(rb"<svg\b[^>]*>")
_FAMILY = re.compile(rb"(?<=font-family: )[^;\"]+")
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_TURNED = re.compile(rb"scale\(1 -1\)")


def write_figure(figure: Any, path: Path, title: str, about: str = "") -> Generator[None, None, Path]:
    """Write a figure, as what the path's ending says: ``.png`` or ``.svg``; the rest as ``figure_bytes``."""
    data = yield from figure_bytes(figure, path.suffix[1:], title, about)
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return path


def figure_bytes(figure: Any, kind: str, title: str = "", about: str = "") -> Generator[None, None, bytes]:
    """Return a figure as the bytes of a PNG or an SVG file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    kind : str
        ``png`` or ``svg``.
    title, about : str
        What it shows, for who can't see it: in an SVG.
    """
    if kind == "png":
        return (yield from drawn(_saved, figure, "png", {"Software": None}))
    return (yield from _svg(figure, title, about))


def _saved(figure: Any, kind: str, metadata: dict[str, None]) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=figure.dpi, metadata=metadata)
    return buffer.getvalue()


def _svg(figure: Any, title: str, about: str) -> Generator[None, None, bytes]:
    """Return the SVG of a figure, with words for who can't see it.

    In place of a large map Matplotlib draws one pixel, and the map's own picture is put there: it would
    hold all other threads up while it writes the picture's bytes out, to make a name of them.
    """
    images = [image for axes in figure.axes for image in axes.images]
    pictures: list[NDArray[np.uint8] | None] = []
    for image in images:
        values = image.get_array()
        if values.size < LARGE:
            pictures.append(None)
            continue
        pictures.append(image.to_rgba(values, bytes=True)[:, :, :3])
        image.set_extent(image.get_extent())
        image.set_data(np.zeros((1, 1)))
        yield
    saved = yield from drawn(_saved, figure, "svg", {"Date": None})
    text, parts, begin = _told(saved, title, about), [], 0
    for found, picture in zip(_IMAGE.finditer(text), pictures, strict=False):  # colour bars come last
        if picture is not None:
            upright = picture[::-1] if _TURNED.search(found[0]) else picture
            packed = base64.b64encode((yield from aside(_packed, upright)))
            whole = _DATA.sub(packed, found[0], count=1)
            filling = whole.replace(b"<image", b'<image preserveAspectRatio="none"', 1)
            parts += [text[begin : found.start()], filling]
            begin = found.end()
    return b"".join([*parts, text[begin:]])


def _packed(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture, (height, width, 3), as the bytes of a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="png")
    return buffer.getvalue()


def _told(text: bytes, title: str, about: str) -> bytes:
    """Add a title and a description as a picture that is one thing to a screen reader."""
    text = _NO_XML.sub(b" ", text)  # a control character in the name of a file
    said = f"\n <title>{escape(title)}</title>\n <desc>{escape(about or title)}</desc>".encode(
        "utf-8", "replace"
    )
    said = _NO_XML.sub(b" ", said)
    root = _ROOT.search(text)
    assert root is not None  # Matplotlib wrote it
    opened = root[0].replace(b"<svg", b'<svg role="img"', 1)
    # Where these fonts are missing, a viewer would take one with serifs.
    drawn = _FAMILY.sub(rb"\g<0>, sans-serif", text[root.end() :])
    return text[: root.start()] + opened + said + drawn
