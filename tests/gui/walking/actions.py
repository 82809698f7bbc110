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

from hsunmix.gui import commands as i
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.session.document import RunSettings

__all__ = ["menu_entry", "random_intent", "widget"]

# What leaves the window, or opens what blocks, and what is tried elsewhere.
LEFT_OUT = {
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
    chosen = chance.choice(found)
    name = f"widget {chosen.objectName()}"
    if isinstance(chosen, QAbstractButton):
        return name, chosen.click, None
    if isinstance(chosen, QComboBox):
        return name, lambda: _choose(chosen, chance.randrange(max(chosen.count(), 1))), None
    if isinstance(chosen, QTabBar):
        tabs = [k for k in range(chosen.count()) if chosen.isTabVisible(k) and chosen.isTabEnabled(k)]
        return name, lambda: chosen.setCurrentIndex(chance.choice(tabs)), None
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


def random_intent(chance: random.Random, window: MainWindow) -> tuple[str, Callable[[], None], None]:
    """Choose a gesture, with places and rows at random; some of them are not there."""
    bench = window.bench
    document = bench.document
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
    folder = bench.ask.folder
    stroke = np.array([[pixel()[0], 1, 6]], np.int32)
    choices: list[i.Intent | Callable[[], None]] = [
        i.AddPixel(*pixel()), i.AddPixel(*pixel()), i.AddPixel(0, 0), i.AddMean(region), i.AddMean(region),
        i.Delete(row()), i.Delete(row(), (row(),)), i.Duplicate(row()), i.Merge((row(), row())),
        i.Reorder(row(), row()), i.MoveEndmember(row(), *pixel()), i.MoveEndmember(row(), *pixel(), going_on=True),
        i.Rename(row(), chance.choice(["Water", "Soil", "Endmember 1"])), i.Recolour(row(), "#123456"),
        i.Lock(row(), chance.random() < 0.5), i.Visible(row(), chance.random() < 0.5),
        i.Pin(*pixel()), i.Hover(*pixel()), i.Hover(None, None), i.ShowEndmember(row()),
        i.PaintBands(first, first + chance.randint(0, 3), chance.random() < 0.6),
        i.PaintBands(0, bands, False), i.LeaveOut((first,)),
        i.PlanMask(chance.choice(EXPRESSIONS), how=chance.choice(["replace", "narrow", "widen"])),
        i.ApplyMask(), i.ApplyMask(), i.CancelMask(), i.MaskRegion(region, chance.random() < 0.5),
        i.InvertMask(), i.ClearMask(), i.MaskFile(), i.SaveMask(),
        i.DrawRegion("rectangle", rectangle()), i.PaintRegion(stroke), i.SelectRegion(region),
        i.DeleteRegion(region), i.RenameRegion(region, "Meadow"), i.ImportRegions(), i.ExportRegions(),
        i.AddLayer(chance.choice(EXPRESSIONS)), i.DeleteLayer(chance.randrange(3)), i.ShowLayer(chance.randrange(3)),
        i.SetRun(settings), i.SetRun(settings), i.Unmix(), i.Unmix(), i.SolveAgain(chance.choice(["", "nnls", "fcls"])),
        i.BackTo(chance.choice(runs)), i.DeleteRun(chance.choice(runs)), i.KeepResult(),
        i.CompareRuns(chance.choice([*runs, None]), chance.choice([*runs, None])), i.StopComparing(),
        i.Undo(), i.Undo(), i.Undo(), i.Redo(), i.Redo(), i.CancelWork(), i.CancelWork(), i.Escape(),
        i.AddFromLibrary((chance.randrange(5),)), i.AddFromLibrary(), i.ShowMatches(row()), i.AddSuggested(),
        i.Save(), i.Save(), i.Save(new_place=True), i.Open(folder / "b.hdr"), i.Open(folder / "a.hdr"),
        i.Export(), i.CopyScript(), i.CopyCommand(), i.EstimateRank(), i.SetTheme(chance.choice(["dark", "light"])),
        i.ShowBand(band()), i.ShowBands((band(), band(), band())), i.SetStretch((chance.choice([0.0, 2.0]), 98.0)),
        i.UseEndmembers(), i.AddShade(), i.EditName(), i.Compare(row(), chance.randrange(5)), i.ClearPins(),
        i.StartSweep(2, 4, 2), i.CancelSweep(), i.ShowPair(chance.randrange(5)), i.Flicker(chance.random() < 0.5),
        i.RecolourRegion(region, "#654321"), i.ShowVeil(chance.random() < 0.5), i.SetUnit(chance.choice(["nm", "µm"])),
        i.StretchMaps(chance.choice([None, (2.0, 98.0)])), i.Tell("the folder"), i.Flicker(False),
        i.Zoom(2.0), i.Zoom(), lambda: _row_menu(chance, window), lambda: _click(chance, window),
    ]  # fmt: skip
    chosen = chance.choice(choices)
    if isinstance(chosen, i.Intent):
        return f"{chosen!r}"[:110], lambda: bench.send(chosen), None
    return "a gesture", chosen, None


def _row_menu(chance: random.Random, window: MainWindow) -> None:
    """Open the context menu of a row, let time pass, choose something of it."""
    panel = window.findChild(QWidget, "endmemberPanel")
    count = len(window.bench.document.endmembers)
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
