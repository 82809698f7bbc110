"""The menu View."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.image.pages import Page, pages
from hsunmix.gui.state.action import Action, opened
from hsunmix.gui.state.workbench import Workbench

TITLE = "&View"
ORDER = 30


def has_wavelengths(bench: Workbench) -> bool:
    """The bands have wavelengths."""
    cube = bench.document.cube
    return cube is not None and cube.wavelengths is not None


def has_others(bench: Workbench) -> bool:
    """There is more than one endmember."""
    return len(bench.document.endmembers) > 1


def _page(page: Page) -> Action:
    return Action(
        f"page{page.id.capitalize()}",
        page.title,
        page.tip,
        lambda _: i.ShowPage(page.id),
        page.shortcut,
        lambda bench: page.available(bench.document, bench.live),
    )


def _theme(choice: str) -> Action:
    return Action(
        f"theme{choice.capitalize()}",
        {"system": "Theme of the system", "light": "Light theme", "dark": "Dark theme"}[choice],
        "Colours of the window",
        lambda _: i.SetTheme(choice),
        checked=lambda bench: bench.settings.preferences.theme == choice,
        line=choice == "system",
    )


ACTIONS = (
    *map(_page, pages()),
    Action("next", "&Next endmember", "Select the next endmember", lambda _: i.ShowEndmember(step=1), "Ctrl+Down", has_others, line=True),
    Action("previous", "&Previous endmember", "Select the one before", lambda _: i.ShowEndmember(step=-1), "Ctrl+Up", has_others),
    Action("zoomIn", "&Zoom in", "Show less of the scene, larger", lambda _: i.Zoom(1.25), "Ctrl++", opened, line=True, also="Ctrl+="),
    Action("zoomOut", "Zoom &out", "Show more of the scene, smaller", lambda _: i.Zoom(0.8), "Ctrl+-", opened),
    Action("zoomFit", "&Whole scene", "Show the whole scene", lambda _: i.Zoom(), "Ctrl+0", opened, "fit"),
    Action("overview", "O&verview", "Show the whole scene in a corner while a part of it is seen", lambda b: i.ShowOverview(not b.document.view.overview), "", opened, checked=lambda b: b.document.view.overview),
    Action("bandNext", "Ne&xt band", "Show the next band in grey", lambda _: i.ShowBand(step=1), "Ctrl+Right", opened),
    Action("bandPrevious", "Previous &band", "Show the band before in grey", lambda _: i.ShowBand(step=-1), "Ctrl+Left", opened),
    Action("micrometres", "Wave&lengths in µm", "The unit of the wavelength axis: µm or nm", lambda b: i.SetUnit("nm" if b.live.unit == "µm" else "µm"), "Ctrl+U", has_wavelengths, checked=lambda b: b.live.unit == "µm", line=True),
    _theme("system"),
    _theme("light"),
    _theme("dark"),
)  # fmt: skip
