"""What is looked at: pages, bands, stretch, theme; and the colour image that goes with it."""

from __future__ import annotations

from dataclasses import replace

from hsunmix.gui import intents as i
from hsunmix.gui.images import picture
from hsunmix.gui.live import Picture
from hsunmix.gui.workbench import Workbench
from hsunmix.session.document import Document, View

__all__ = ["Controller"]


class Controller:
    """Carries out what changes no data: it can't be undone, and needs no saving."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.ShowPage, lambda intent: self._look(page=intent.page))
        bench.handle(i.ShowEndmember, self.show_endmember)
        bench.handle(i.ShowBands, lambda intent: self._look(rgb=intent.bands))
        bench.handle(i.SetStretch, lambda intent: self._look(stretch=intent.percentiles))
        bench.handle(i.CloseMessage, lambda _: bench.show(message=None))
        bench.handle(i.About, lambda _: bench.ask.about())

    def changed(self, old: Document, new: Document) -> None:
        """Read the colour image again when cube, bands or stretch are others."""
        if new.cube is None:
            if self.bench.live.picture is not None:
                self.bench.show(picture=None)
            return
        if new.cube is not old.cube:
            self.bench.show(picture=None)
        if new.cube is not old.cube or (new.view.rgb, new.view.stretch) != (old.view.rgb, old.view.stretch):
            self._read(new)

    def show_endmember(self, intent: i.ShowEndmember) -> None:
        """Select an endmember, by index or as the next one."""
        document = self.bench.document
        count = len(document.endmembers)
        if not count:
            return
        index = (
            (document.view.endmember + intent.step) % count if intent.step else min(intent.index, count - 1)
        )
        page = intent.page or document.view.page
        self._look(endmember=index, page=page)

    def _look(self, **changes: object) -> None:
        document = self.bench.document
        view: View = replace(document.view, **changes)  # type: ignore[arg-type]
        if view != document.view:
            self.bench.history.amend(replace(document, view=view))

    def _read(self, document: Document) -> None:
        cube = document.cube
        if cube is None:
            return
        bands = document.view.rgb or cube.rgb_bands

        def done(image: Picture) -> None:
            if self.bench.document.cube is cube:
                self.bench.show(picture=image)

        self.bench.start("picture", "Reading the image", picture(cube, bands, document.view.stretch), done)
