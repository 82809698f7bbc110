"""The menu View."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.pages import Page, pages
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.action import Action, opened
from hsunmix.gui.state.store import Store

MENU = "&View"
ORDER = 30


def has_wavelengths(store: Store) -> bool:
    """The bands have wavelengths."""
    cube = store.document.cube
    return cube is not None and cube.wavelengths is not None


def has_others(store: Store) -> bool:
    """There is more than one endmember."""
    return len(store.document.endmembers) > 1


def _page(page: Page) -> Action:
    return Action(
        f"page{page.id.capitalize()}",
        page.title,
        page.tip,
        lambda _: cmd.ShowPage(page.id),
        page.shortcut,
        lambda store: page.available(store.document, store.state),
    )


ACTIONS = (
    *map(_page, pages()),
    Action("next", "&Next endmember", "Select the next endmember", lambda _: cmd.ShowEndmember(step=1), "Ctrl+Down", has_others, line=True),
    Action("previous", "&Previous endmember", "Select the one before", lambda _: cmd.ShowEndmember(step=-1), "Ctrl+Up", has_others),
    Action("zoomIn", "&Zoom in", "Show less of the scene, larger", lambda _: cmd.Zoom(1.25), "Ctrl++", opened, line=True, also="Ctrl+="),
    Action("zoomOut", "Zoom &out", "Show more of the scene, smaller", lambda _: cmd.Zoom(0.8), "Ctrl+-", opened),
    Action("zoomFit", "&Whole scene", "Show the whole scene", lambda _: cmd.Zoom(), "Ctrl+0", opened, "fit"),
    Action("overview", "O&verview", "Show the whole scene in a corner while a part of it is seen", lambda b: cmd.ShowOverview(not b.document.view.overview), "", opened, checked=lambda b: b.document.view.overview),
    Action("scaleBar", "Scale bar and north arrow", "Distances and the north on a scene whose place is known", lambda b: cmd.ShowScale(not b.state[ImageState].scale_bar), "", opened, checked=lambda b: b.state[ImageState].scale_bar),
    Action("levels", "&Colours and limits", "Colour table, histogram and limits of the map shown", lambda _: cmd.ShowTool("levels"), "Ctrl+Alt+K", opened),
    Action("bandNext", "Ne&xt band", "Show the next band in grey", lambda _: cmd.ShowBand(step=1), "Ctrl+Right", opened),
    Action("bandPrevious", "Previous &band", "Show the band before in grey", lambda _: cmd.ShowBand(step=-1), "Ctrl+Left", opened),
    Action("micrometres", "Wave&lengths in µm", "The unit of the wavelength axis: µm or nm", lambda b: cmd.SetUnit("nm" if b.state[SpectraState].unit == "µm" else "µm"), "Ctrl+U", has_wavelengths, checked=lambda b: b.state[SpectraState].unit == "µm", line=True),
)  # fmt: skip
