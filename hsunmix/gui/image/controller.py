"""What is looked at: pages, bands, stretch; and the images that are read for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hsunmix.gui import commands as i
from hsunmix.gui.image.images import WHOLE, grey, picture
from hsunmix.gui.image.pages.band import band_shown
from hsunmix.gui.state.live import Grey, Picture
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, View

__all__ = ["Controller"]

READ_WHOLE = 4 << 30  # bytes of a cube that is read once more for every pixel of its picture


class Controller:
    """Carries out what changes no data: it can't be undone, and needs no saving."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.ShowPage, lambda intent: self._look(page=intent.page))
        bench.handle(i.ShowEndmember, self.show_endmember)
        bench.handle(i.ShowBands, lambda intent: self._look(rgb=intent.bands))
        bench.handle(i.SetStretch, lambda intent: self._look(stretch=intent.percentiles))
        bench.handle(i.ShowBand, self.show_band)
        bench.handle(i.StretchMaps, lambda intent: self._look(map_stretch=intent.percentiles))
        bench.handle(i.ShowVeil, lambda intent: self._look(veiled=intent.veiled))
        bench.handle(i.ShowOverview, lambda intent: self._look(overview=intent.shown))
        bench.handle(i.Tell, lambda intent: bench.note(intent.text))
        bench.handle(i.CloseMessage, lambda _: bench.close_message())
        bench.handle(i.About, lambda _: bench.ask.about())

    def changed(self, old: Document, new: Document) -> None:
        """Read the images again when pixels, bands or stretch are others; a mask changes no picture."""
        other = new.cube is None or old.cube is None or new.cube.pixels is not old.cube.pixels
        if other and (self.bench.live.picture is not None or self.bench.live.grey is not None):
            self.bench.show(picture=None, grey=None)
        if new.cube is None:
            return
        if other or new.view.stretch != old.view.stretch or _rgb(new) != _rgb(old):
            self._read(new)
        if new.view.page == "band" and (other or self._band_missing(new)):
            self._read_band(new)

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

    def show_band(self, intent: i.ShowBand) -> None:
        """Turn to a band, by number or as the next one."""
        document = self.bench.document
        if document.cube is None:
            return
        now = band_shown(document)
        band = min(max(now + intent.step if intent.step else intent.band, 0), document.cube.bands - 1)
        if band == now and document.view.page == "band" and intent.step:
            self.bench.note(f"This is the {'last' if intent.step > 0 else 'first'} band.")
        self._look(band=band, page="band")

    def _look(self, **changes: object) -> None:
        document = self.bench.document
        view: View = replace(document.view, **changes)  # type: ignore[arg-type]
        if view != document.view:
            self.bench.history.amend(replace(document, view=view))

    def _read(self, document: Document) -> None:
        cube = document.cube
        if cube is None:
            return
        bands = _rgb(document)

        def done(image: Picture) -> None:
            shown = self.bench.document.cube
            if shown is None or shown.pixels is not cube.pixels:
                return
            self.bench.show(picture=image)
            if image.step > 1 and cube.nbytes <= READ_WHOLE and self.bench.live.picture is image:
                whole = picture(cube, bands, document.view.stretch, WHOLE, image.limits)
                self.bench.start("picture", "Reading the image", whole, self._show_whole(cube))

        self.bench.start("picture", "Reading the image", picture(cube, bands, document.view.stretch), done)

    def _show_whole(self, cube: Cube) -> Callable[[Picture], None]:
        def done(image: Picture) -> None:
            shown = self.bench.document.cube
            if shown is not None and shown.pixels is cube.pixels:
                self.bench.show(picture=image)

        return done

    def _band_missing(self, document: Document) -> bool:
        image = self.bench.live.grey
        return image is None or image.band != band_shown(document)

    def _read_band(self, document: Document) -> None:
        """Read a band; while one is being read, its end looks which is wanted by then."""
        cube, band = document.cube, band_shown(document)
        if cube is None or self.bench.lanes["grey"].busy:
            return

        def done(image: Grey) -> None:
            now = self.bench.document
            if now.cube is not None and now.cube.pixels is cube.pixels:
                self.bench.show(grey=image)
            if now.cube is not None and now.view.page == "band" and self._band_missing(now):
                self._read_band(now)

        self.bench.start("grey", "Reading a band", grey(cube, band), done)


def _rgb(document: Document) -> tuple[int, int, int]:
    """Return the bands of the picture; the cube's own choice is another one when a band is left out."""
    assert document.cube is not None  # asked before
    return document.view.rgb or document.cube.rgb_bands
