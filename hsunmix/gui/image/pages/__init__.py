"""The pages of the image panel: one file each. The tab, the menu entry and the shortcut come from it.

A page has

``TITLE``, ``TIP``, ``ORDER``
    Of its tab.
``SHORTCUT``
    As Qt writes them.
``CORE``
    Optional; False: the tab is there only while the page is available.
``available(document, state) -> bool``
``depends(document, state) -> tuple``
    All that the drawing is made of: it is made again when this differs. No bare arrays.
``draw(document, state, most) -> Drawing``
    Pure, for it is called in the window's thread with a small ``most`` (pixels in all panes
    together) and, where that left pixels out, in a worker with a large one.
``value(document, state) -> str``
    Optional; what the page shows at ``state.cursor``.
``numbers(document, state) -> sequence of (str, array (lines, samples))``
    Optional; what the page shows, as numbers and what they are called.
``scaled(document, state) -> Scaled or None``
    Optional; the numbers that are shown on one scale, whose colours and limits can be chosen.
``marks(document, state) -> sequence of Mark``
    Optional; pixels marked on this page besides pins and endmembers.
``Controls``
    Optional; a class derived from ``PageControls``: what is shown under the image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from hsunmix.gui.image.drawing import Drawing, Scaled
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.state.view_state import ViewState
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
    available: Callable[[Document, ViewState], bool]
    depends: Callable[[Document, ViewState], tuple[Any, ...]]
    draw: Callable[[Document, ViewState, int], Drawing]
    value: Callable[[Document, ViewState], str]
    marks: Callable[[Document, ViewState], Sequence[Mark]]
    controls: Callable[[], PageControls] | None
    numbers: Callable[[Document, ViewState], Sequence[tuple[str, Any]]] = lambda _document, _state: ()
    scaled: Callable[[Document, ViewState], Scaled | None] = lambda _document, _state: None


@lru_cache(maxsize=1)
def pages() -> tuple[Page, ...]:
    """Return all pages in their order."""
    return tuple(sorted((_made(name, module) for name, module in modules(__name__)), key=lambda p: p.order))


def page_of(document: Document, state: ViewState) -> Page:
    """Return the page that a document shows: its own choice where that can be shown, else the first."""
    for page in pages():
        if page.id == document.view.page and page.available(document, state):
            return page
    return pages()[0]


def in_words(document: Document, state: ViewState, caption: str) -> str:
    """Return what a page shows, for those who hear it: the cursor and its value first."""
    said = [caption]
    if state.cursor is not None:
        value = page_of(document, state).value(document, state)
        said = [f"line {state.cursor.line}, sample {state.cursor.sample}", value, *said]
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
        value=getattr(module, "value", lambda _document, _state: ""),
        marks=getattr(module, "marks", lambda _document, _state: ()),
        controls=getattr(module, "Controls", None),
        numbers=getattr(module, "numbers", lambda _document, _state: ()),
        scaled=getattr(module, "scaled", lambda _document, _state: None),
    )
