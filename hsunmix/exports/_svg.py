"""Figures as SVG, with large maps packed in steps."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Generator
from html import escape
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._indexed_png import rgb_png

__all__ = ["svg"]

LARGE = 1 << 16  # pixels; Matplotlib packs the pictures inside a figure in one go
_IMAGE = re.compile(rb"<image\b[^>]*>")
_DATA = re.compile(rb'(?<=base64,)[^"]*')
_ROOT = re.compile(rb"<svg\b[^>]*>")
_FAMILY = re.compile(rb"(?<=font-family: )[^;\"]+")
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_TURNED = re.compile(rb"scale\(1 -1\)")


def svg(
    figure: Any, save: Callable[[IO[bytes]], None], title: str, about: str
) -> Generator[None, None, bytes]:
    """Return the SVG of a figure, that ``save`` writes into a file, with words for who can't see it.

    In place of a large map Matplotlib draws one pixel, and the map's own picture is put there.
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
    buffer = io.BytesIO()
    save(buffer)
    yield
    text, parts, begin = _told(buffer.getvalue(), title, about), [], 0
    for found, picture in zip(_IMAGE.finditer(text), pictures, strict=False):  # colour bars come last
        if picture is not None:
            pieces = []
            upright = picture[::-1] if _TURNED.search(found[0]) else picture
            for piece in rgb_png(upright, figure.dpi):
                pieces.append(piece)
                yield
            packed = base64.b64encode(b"".join(pieces))
            whole = _DATA.sub(packed, found[0], count=1)
            filling = whole.replace(b"<image", b'<image preserveAspectRatio="none"', 1)
            parts += [text[begin : found.start()], filling]
            begin = found.end()
    return b"".join([*parts, text[begin:]])


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
