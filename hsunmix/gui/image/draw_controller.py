"""What the image panel shows: drawn thinly at once, whole by a worker, and kept for coming back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from hsunmix.gui.image.pages import Page, page_of
from hsunmix.gui.image.rasters import quick_images
from hsunmix.gui.image.state import ImageState, Shown
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"draw": QUIET}

AT_ONCE = 1 << 19  # pixels in all panes: some milliseconds
WHOLE = 1 << 24
KEPT_BYTES = 256 << 20  # of drawings that are not shown

Key = tuple[Any, ...]


class Controller:
    """Draws the page shown whenever something that it is made of is another."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._key: Key | None = None
        self._kept: list[tuple[Key, Shown]] = []  # the newest last; whole ones only
        store.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:
        """Draw what a new document shows."""
        if new.cube is not old.cube:
            self._kept.clear()
        self._refresh()

    def _follow(self, old: ViewState, new: ViewState) -> None:
        if new[ImageState].shown is old[ImageState].shown:
            self._refresh()

    def _refresh(self) -> None:
        store = self.store
        document, state = store.document, store.state
        if document.cube is None and document.unmixing is None:
            self._key = None
            self._kept.clear()
            if state[ImageState].shown is not None:
                store.show(ImageState, shown=None)
            return
        page = page_of(document, state)
        key = (page.id, *page.depends(document, state))
        if key == self._key:
            return
        self._key = key
        shown = next((shown for kept, shown in self._kept if kept == key), None)
        if shown is None:
            shown = _shown(page, document, state, AT_ONCE)
            if shown.drawing.subsampled:
                store.start("draw", "Drawing", _whole(page, document, state), self._whole_for(key))
            else:
                self._keep(key, shown)
        store.show(ImageState, shown=shown)

    def _whole_for(self, key: Key) -> Callable[[Shown], None]:
        def done(shown: Shown) -> None:
            self._keep(key, shown)
            if key == self._key:
                self.store.show(ImageState, shown=shown)

        return done

    def _keep(self, key: Key, shown: Shown) -> None:
        self._kept = [pair for pair in self._kept if pair[0] != key] + [(key, shown)]
        while len(self._kept) > 1 and sum(_size(kept) for _, kept in self._kept) > KEPT_BYTES:
            del self._kept[0]


def _shown(page: Page, document: Document, state: ViewState, most: int) -> Shown:
    drawing = page.draw(document, state, most)
    return Shown(page.id, drawing, quick_images(drawing))


def _whole(page: Page, document: Document, state: ViewState) -> Generator[None, None, Shown]:
    yield
    return _shown(page, document, state, WHOLE)


def _size(shown: Shown) -> int:
    return sum(5 * image.width() * image.height() for image in shown.images)  # with the pane it is made of
