"""What an analyst may do at any moment: entries of menus, widgets, gestures on the picture."""

# ruff: noqa: E501 - one kind of thing a line reads best

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QMenu,
    QSlider,
    QSpinBox,
    QTabBar,
    QWidget,
)

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.session.document import RunSettings

__all__ = ["menu_entry", "random_command", "widget"]

# What leaves the window, or opens what blocks, and what is tried elsewhere.
LEFT_OUT = {
    "newWindow",
    "quit",
    "tour",
    "manual",
    "keys",
    "howMany",
    "about",
    "licences",
    "open",
    "sample",
    "layout",
    "openLibrary",
}
METHODS = ("spa", "vca", "snpa", "hals", "mu", "auto", "minvol")
EXPRESSIONS = ("b[:]", "b[860]", "band[4]", "ndvi", "b[800:1200] / band[2]", "band[3] > 0.2 and b[:] > 0.25")


def menu_entry(chance: random.Random, window: MainWindow) -> tuple[str, Callable[[], None], QAction | None]:
    """Choose an entry of the menus that can be chosen."""
    can = [a for name, a in window.menus.actions.items() if a.isEnabled() and name not in LEFT_OUT]
    action = chance.choice(can)
    return f"menu {action.objectName().removeprefix('action_')}", action.trigger, action


def widget(chance: random.Random, window: MainWindow) -> tuple[str, Callable[[], None], None]:
    """Choose a widget that is seen and can be used, and a use of it."""
    kinds = (QAbstractButton, QComboBox, QSpinBox, QSlider, QTabBar)
    found = [
        w
        for w in window.findChildren(QWidget)
        if isinstance(w, kinds)
        and w.isVisible()
        and w.isEnabled()
        and w.objectName() not in ("", "startTour")
        and w.window().windowType() != Qt.WindowType.Popup
    ]
    if not found:  # the work of before is just being put away
        return "nothing", lambda: None, None
    chosen = chance.choice(found)
    name = f"widget {chosen.objectName()}"
    if isinstance(chosen, QAbstractButton):
        return name, chosen.click, None
    if isinstance(chosen, QComboBox):
        model, enabled = chosen.model(), Qt.ItemFlag.ItemIsEnabled  # a heading is not
        rows = [k for k in range(chosen.count()) if model.flags(model.index(k, 0)) & enabled]
        return name, lambda: _choose(chosen, chance.choice(rows or [0])), None
    if isinstance(chosen, QTabBar):
        tabs = [k for k in range(chosen.count()) if chosen.isTabVisible(k) and chosen.isTabEnabled(k)]
        return name, lambda: chosen.setCurrentIndex(chance.choice(tabs or [chosen.currentIndex()])), None
    if isinstance(chosen, QSlider):
        return name, lambda: chosen.setValue(chance.randint(chosen.minimum(), chosen.maximum())), None
    assert isinstance(chosen, QAbstractSpinBox)
    key = chance.choice([Qt.Key.Key_Up, Qt.Key.Key_Down])
    return name, lambda: QTest.keyClick(chosen, key), None


def _choose(box: QComboBox, index: int) -> None:
    if box.objectName() == "method":
        index = max(0, box.findData(random.choice(METHODS)))
    box.setCurrentIndex(index)
    box.activated.emit(index)


def random_command(chance: random.Random, window: MainWindow) -> tuple[str, Callable[[], None], None]:
    """Choose a gesture, with places and rows at random; some of them are not there."""
    store = window.store
    document = store.document
    lines, samples, bands = (8, 8, 8) if document.cube is None else document.cube.shape
    count = len(document.endmembers)

    def row() -> int:
        return chance.randrange(count + 1)

    def pixel() -> tuple[int, int]:
        return chance.randrange(lines), chance.randrange(samples)

    def band() -> int:
        return chance.randrange(bands)

    def rectangle() -> tuple[tuple[float, float], tuple[float, float]]:
        top, left = pixel()
        return (float(top), float(left)), (min(top + 5.0, float(lines)), min(left + 4.0, float(samples)))

    first = band()
    runs = [run.number for run in document.runs] + [99]
    regions = range(len(document.regions) + 1)
    region = chance.choice(list(regions))
    settings = RunSettings(
        chance.choice(METHODS),
        chance.randint(2, 5),
        chance.choice(["", "nnls", "fcls"]),
        chance.randint(0, 2),
        {
            "factorization/hals": {"max_iterations": 20},
            "factorization/mu": {"max_iterations": 20},
            "factorization/minvol": {"max_iterations": 20},
        },
    )
    folder = store.dialogs.folder
    stroke = np.array([[pixel()[0], 1, 6]], np.int32)
    choices: list[cmd.Command | Callable[[], None]] = [
        cmd.AddPixel(*pixel()), cmd.AddPixel(*pixel()), cmd.AddPixel(0, 0), cmd.AddMean(region), cmd.AddMean(region),
        cmd.Delete(row()), cmd.Delete(row(), (row(),)), cmd.Duplicate(row()), cmd.Merge((row(), row())),
        cmd.Reorder(row(), row()), cmd.MoveEndmember(row(), *pixel()), cmd.MoveEndmember(row(), *pixel(), going_on=True),
        cmd.Rename(row(), chance.choice(["Water", "Soil", "Endmember 1"])), cmd.Recolour(row(), "#123456"),
        cmd.Lock(row(), chance.random() < 0.5), cmd.Visible(row(), chance.random() < 0.5),
        cmd.Pin(*pixel()), cmd.Hover(*pixel()), cmd.Hover(None, None), cmd.ShowEndmember(row()),
        cmd.PaintBands(first, first + chance.randint(0, 3), chance.random() < 0.6),
        cmd.PaintBands(0, bands, False), cmd.LeaveOut((first,)),
        cmd.PlanMask(chance.choice(EXPRESSIONS), how=chance.choice(["replace", "narrow", "widen"])),
        cmd.ApplyMask(), cmd.ApplyMask(), cmd.CancelMask(), cmd.MaskRegion(region, chance.random() < 0.5),
        cmd.InvertMask(), cmd.ClearMask(), cmd.MaskFile(), cmd.SaveMask(),
        cmd.DrawRegion("rectangle", rectangle()), cmd.PaintRegion(stroke), cmd.SelectRegion(region),
        cmd.DeleteRegion(region), cmd.RenameRegion(region, "Meadow"), cmd.ImportRegions(), cmd.ExportRegions(),
        cmd.AddLayer(chance.choice(EXPRESSIONS)), cmd.DeleteLayer(chance.randrange(3)), cmd.ShowLayer(chance.randrange(3)),
        cmd.SetRun(settings), cmd.SetRun(settings), cmd.Unmix(), cmd.Unmix(), cmd.SolveAgain(chance.choice(["", "nnls", "fcls"])),
        cmd.RestoreRun(chance.choice(runs)), cmd.DeleteRun(chance.choice(runs)), cmd.KeepResult(),
        cmd.CompareRuns(chance.choice([*runs, None]), chance.choice([*runs, None])), cmd.StopComparing(),
        cmd.Undo(), cmd.Undo(), cmd.Undo(), cmd.Redo(), cmd.Redo(), cmd.CancelWork(), cmd.CancelWork(), cmd.Escape(),
        cmd.AddFromLibrary((chance.randrange(5),)), cmd.AddFromLibrary(), cmd.ShowMatches(row()), cmd.AddSuggested(),
        cmd.Save(), cmd.Save(), cmd.Save(new_place=True), cmd.Open(folder / "b.hdr"), cmd.Open(folder / "a.hdr"),
        cmd.Export(), cmd.CopyScript(), cmd.CopyCommand(), cmd.EstimateRank(), cmd.SetTheme(chance.choice(["dark", "light"])),
        cmd.ShowBand(band()), cmd.ShowBands((band(), band(), band())), cmd.SetStretch((chance.choice([0.0, 2.0]), 98.0)),
        cmd.UseEndmembers(), cmd.AddShade(), cmd.EditName(), cmd.Compare(row(), chance.randrange(5)), cmd.ClearPins(),
        cmd.StartSweep(2, 4, 2), cmd.CancelSweep(), cmd.ShowPair(chance.randrange(5)), cmd.Flicker(chance.random() < 0.5),
        cmd.RecolourRegion(region, "#654321"), cmd.ShowVeil(chance.random() < 0.5), cmd.SetUnit(chance.choice(["nm", "µm"])),
        cmd.StretchMaps(chance.choice([None, (2.0, 98.0)])), cmd.Tell("the folder"), cmd.Flicker(False),
        cmd.SetColours("inferno"), cmd.SetLevels((0.0, chance.choice([0.2, 3.0]))), cmd.SetLevels(None),
        cmd.AddVectors(), cmd.ShowVectors(chance.randrange(2), chance.random() < 0.5), cmd.RemoveVectors(chance.randrange(2)),
        cmd.Zoom(2.0), cmd.Zoom(), lambda: _row_menu(chance, window), lambda: _click(chance, window),
    ]  # fmt: skip
    chosen = chance.choice(choices)
    if isinstance(chosen, cmd.Command):
        return f"{chosen!r}"[:110], lambda: store.send(chosen), None
    return "a gesture", chosen, None


def _row_menu(chance: random.Random, window: MainWindow) -> None:
    """Open the context menu of a row, let time pass, choose something of it."""
    panel = window.findChild(QWidget, "endmemberPanel")
    count = len(window.store.document.endmembers)
    if panel is None or not count:
        return
    menu = panel.menu(chance.randrange(count))
    for _ in range(chance.randint(0, 10)):
        QApplication.processEvents()
    able = [a for a in menu.actions() if a.isEnabled() and a.menu() is None and a.text()]
    if able:
        chance.choice(able).trigger()
    menu.close()
    menu.deleteLater()


def _click(chance: random.Random, window: MainWindow) -> None:
    """Click on the picture that is seen."""
    image = window.findChild(QWidget, "imagePanel")
    views = [] if image is None else [v for v in image._views() if v.isVisible()]
    if views:
        view = chance.choice(views)
        place = QPoint(chance.randrange(view.width()), chance.randrange(view.height()))
        QTest.mouseMove(view, place)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def close_menus() -> None:
    """Close what was popped up."""
    popup = QApplication.activePopupWidget()
    while isinstance(popup, QMenu):
        popup.close()
        popup.deleteLater()
        popup = QApplication.activePopupWidget()
