"""The pages of the image panel: one file each. The tab, the menu entry and the shortcut come from it.

A page has

``TITLE``, ``TIP``, ``ORDER``
    Of its tab.
``SHORTCUT``
    As Qt writes them.
``CORE``
    Optional; False: the tab is there only while the page is available.
``available(document, live) -> bool``
``depends(document, live) -> tuple``
    All that the drawing is made of: it is made again when this differs. No bare arrays.
``draw(document, live, most) -> Drawing``
    Pure, for it is called in the window's thread with a small ``most`` (pixels in all tiles
    together) and, where that left pixels out, in a worker with a large one.
``value(document, live) -> str``
    Optional; what the page shows at ``live.cursor``.
``marks(document, live) -> sequence of Mark``
    Optional; pixels marked on this page besides pins and endmembers.
``controls() -> PageControls``
    Optional; what is shown under the image. Imports its widgets itself: pages are known before the
    window shows, widgets are not needed until later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from hsunmix.gui.image.drawing import Drawing
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.state.live import Live
from hsunmix.registry import modules
from hsunmix.session.document import Document

__all__ = ["Mark", "Page", "PageControls", "in_words", "page_of", "pages"]

Mark = tuple[int, int, str, str]  # line, sample, colour, symbol: "o" a disc, "d" a diamond, "s" a square


@dataclass(frozen=True)
class Page:
    """A file of this folder; its attributes are the file's."""

    id: str
    title: str
    tip: str
    order: int
    shortcut: str
    core: bool
    available: Callable[[Document, Live], bool]
    depends: Callable[[Document, Live], tuple[Any, ...]]
    draw: Callable[[Document, Live, int], Drawing]
    value: Callable[[Document, Live], str]
    marks: Callable[[Document, Live], Sequence[Mark]]
    controls: Callable[[], PageControls] | None


@lru_cache(maxsize=1)
def pages() -> tuple[Page, ...]:
    """Return all pages in their order."""
    return tuple(sorted((_made(name, module) for name, module in modules(__name__)), key=lambda p: p.order))


def page_of(document: Document, live: Live) -> Page:
    """Return the page that a document shows: its own choice where that can be shown, else the first."""
    for page in pages():
        if page.id == document.view.page and page.available(document, live):
            return page
    return pages()[0]


def in_words(document: Document, live: Live, caption: str) -> str:
    """Return what a page shows, for those who hear it: the cursor and its value first."""
    said = [caption]
    if live.cursor is not None:
        value = page_of(document, live).value(document, live)
        said = [f"line {live.cursor.line}, sample {live.cursor.sample}", value, *said]
    return ". ".join(part for part in said if part)


def _made(name: str, module: ModuleType) -> Page:
    return Page(
        id=name,
        title=module.TITLE,
        tip=module.TIP,
        order=module.ORDER,
        shortcut=module.SHORTCUT,
        core=getattr(module, "CORE", True),
        available=module.available,
        depends=module.depends,
        draw=module.draw,
        value=getattr(module, "value", lambda _document, _live: ""),
        marks=getattr(module, "marks", lambda _document, _live: ()),
        controls=getattr(module, "controls", None),
    )
