"""What is looked at: pages, bands, stretch; and the images that are read for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.images import WHOLE, grey, picture
from hsunmix.gui.image.pages import page_of
from hsunmix.gui.image.pages._maps import ABUNDANCES
from hsunmix.gui.image.state import Grey, ImageState, Picture
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.documents import band_shown
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, MapLook, View

__all__ = ["Controller"]

CHANNELS = {"picture": QUIET, "grey": QUIET}

READ_WHOLE = 4 << 30  # bytes of a cube that is read once more for every pixel of its picture


class Controller:
    """Carries out what changes no data: it can't be undone, and needs no saving."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.ShowPage, lambda command: self._look(page=command.page))
        store.handle(cmd.ShowEndmember, self.show_endmember)
        store.handle(cmd.ShowMap, lambda c: self._look(page="further", map=c.name, map_layer=c.layer))
        store.handle(cmd.ShowBands, lambda command: self._look(rgb=command.bands))
        store.handle(cmd.SetStretch, self.set_stretch)
        store.handle(cmd.ShowBand, self.show_band)
        store.handle(cmd.ShowLargest, lambda command: store.show(ImageState, largest=command.shown))
        store.handle(cmd.SetColours, lambda command: self._dress(table=command.table))
        store.handle(cmd.ShowScale, lambda command: store.show(ImageState, scale_bar=command.shown))
        store.handle(cmd.SetLevels, self.set_levels)
        store.handle(cmd.StretchMaps, self.stretch_maps)
        store.handle(cmd.ShowVeil, lambda command: self._look(veiled=command.veiled))
        store.handle(cmd.ShowOverview, lambda command: self._look(overview=command.shown))
        store.handle(cmd.Tell, lambda command: store.note(command.text))
        store.handle(cmd.CloseMessage, lambda _: store.close_message())

    def changed(self, old: Document, new: Document) -> None:
        """Read the images again when pixels, bands or stretch are others; a mask changes no picture."""
        other = new.cube is None or old.cube is None or new.cube.pixels is not old.cube.pixels
        if other and (
            self.store.state[ImageState].picture is not None or self.store.state[ImageState].grey is not None
        ):
            self.store.show(ImageState, picture=None, grey=None)
        if new.cube is None:
            return
        if other or new.view.stretch != old.view.stretch or _rgb(new) != _rgb(old):
            self._read(new)
        if new.view.page == "band" and (other or self._band_missing(new)):
            self._read_band(new)

    def stretch_maps(self, command: cmd.StretchMaps) -> None:
        """Stretch all maps alike; levels set by hand are given up."""
        view = self.store.document.view
        looks = view.with_look(replace(view.look(ABUNDANCES), levels=None)).looks
        self._look(map_stretch=command.percentiles, looks=looks)

    def set_stretch(self, command: cmd.SetStretch) -> None:
        """Stretch the picture, a band or a layer; levels set by hand on the page are given up."""
        self._dress(levels=None)
        self._look(stretch=command.percentiles)

    def set_levels(self, command: cmd.SetLevels) -> None:
        """Take levels that leave something between them."""
        levels = command.levels
        if levels is None or levels[1] > levels[0]:
            self._dress(levels=levels)

    def show_endmember(self, command: cmd.ShowEndmember) -> None:
        """Select an endmember, by index or as the next one."""
        document = self.store.document
        count = len(document.endmembers)
        if not count:
            return
        index = (
            (document.view.endmember + command.step) % count
            if command.step
            else min(command.index, count - 1)
        )
        page = command.page or document.view.page
        self._look(endmember=index, page=page)

    def show_band(self, command: cmd.ShowBand) -> None:
        """Turn to a band, by number or as the next one."""
        document = self.store.document
        if document.cube is None:
            return
        now = band_shown(document)
        band = min(max(now + command.step if command.step else command.band, 0), document.cube.bands - 1)
        if band == now and document.view.page == "band" and command.step:
            self.store.note(f"This is the {'last' if command.step > 0 else 'first'} band.")
        self._look(band=band, page="band")

    def _dress(self, **changes: object) -> None:
        """Change colours or levels of the kind of map that is shown."""
        document = self.store.document
        page = page_of(document, self.store.state)
        shown = page.scaled(document, self.store.state)
        if shown is not None:
            look: MapLook = replace(document.view.look(shown.of), **changes)  # type: ignore[arg-type]
            self._look(looks=document.view.with_look(look).looks)

    def _look(self, **changes: object) -> None:
        document = self.store.document
        view: View = replace(document.view, **changes)  # type: ignore[arg-type]
        if view != document.view:
            self.store.history.amend(replace(document, view=view))

    def _read(self, document: Document) -> None:
        cube = document.cube
        if cube is None:
            return
        bands = _rgb(document)

        def done(image: Picture) -> None:
            shown = self.store.document.cube
            if shown is None or shown.pixels is not cube.pixels:
                return
            self.store.show(ImageState, picture=image)
            if image.step > 1 and cube.nbytes <= READ_WHOLE and self.store.state[ImageState].picture is image:
                whole = picture(cube, bands, document.view.stretch, WHOLE, image.limits)
                self.store.start("picture", "Reading the image", whole, self._show_whole(cube))

        self.store.start("picture", "Reading the image", picture(cube, bands, document.view.stretch), done)

    def _show_whole(self, cube: Cube) -> Callable[[Picture], None]:
        def done(image: Picture) -> None:
            shown = self.store.document.cube
            if shown is not None and shown.pixels is cube.pixels:
                self.store.show(ImageState, picture=image)

        return done

    def _band_missing(self, document: Document) -> bool:
        image = self.store.state[ImageState].grey
        return image is None or image.band != band_shown(document)

    def _read_band(self, document: Document) -> None:
        """Read a band; while one is being read, its end looks which is wanted by then."""
        cube, band = document.cube, band_shown(document)
        if cube is None or self.store.channels["grey"].busy:
            return

        def done(image: Grey) -> None:
            now = self.store.document
            if now.cube is not None and now.cube.pixels is cube.pixels:
                self.store.show(ImageState, grey=image)
            if now.cube is not None and now.view.page == "band" and self._band_missing(now):
                self._read_band(now)

        self.store.start("grey", "Reading a band", grey(cube, band), done)


def _rgb(document: Document) -> tuple[int, int, int]:
    """Return the bands of the picture; the cube's own choice is another one when a band is left out."""
    assert document.cube is not None  # asked before
    return document.view.rgb or document.cube.rgb_bands
