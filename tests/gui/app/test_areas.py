from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.state.settings import Settings
from hsunmix.model.region import Region
from hsunmix.session.document import Document
from tests.gui.conftest import FakeDialogs, settle
from tests.gui.states import part

Wait = Callable[[Callable[[], bool]], None]
SIZES = [(1024, 640), (1440, 900), (2560, 1440)]


def place(window: MainWindow, name: str) -> QRect:
    widget = part(window, name)
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def sized(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.store.send(cmd.ResetLayout())
    QApplication.processEvents()


@pytest.mark.parametrize("size", SIZES)
def test_spectra_are_below_the_image_and_the_column_is_as_high_as_the_window(
    window: MainWindow, document: Document, size: tuple[int, int]
):
    window.store.history.reset(document)
    sized(window, size)
    image, spectra = place(window, "imagePanel"), place(window, "spectraPanel")
    members, run = place(window, "endmemberPanel"), place(window, "runPanel")
    assert (image.left(), image.right()) == (spectra.left(), spectra.right())
    assert members.top() == image.top()
    assert run.bottom() == spectra.bottom()
    assert members.left() > image.right()
    high = image.height() + spectra.height()
    assert spectra.height() == pytest.approx(max(0.3 * high, 200), rel=0.08)
    assert place(window, "spectraPlot").height() > 110
    assert image.width() > 0.55 * size[0]


def test_a_larger_window_has_larger_spectra(window: MainWindow, document: Document):
    window.store.history.reset(document)
    sized(window, SIZES[0])
    before = place(window, "spectraPlot").height()
    window.resize(*SIZES[2])
    QApplication.processEvents()
    assert place(window, "spectraPlot").height() > 1.6 * before


def test_the_image_stands_still_whatever_is_turned_to_and_edited(full: MainWindow, wait: Wait):
    store, seen = full.store, {}
    wait(lambda: not store.state.tasks)
    pages = ("rgb", "band", "map", "mixture", "residual", "constraints", "layer", "further", "rgb")
    for page in pages:
        store.send(cmd.ShowPage(page))
        QApplication.processEvents()
        seen[page] = place(full, "imageStack").getRect()
    edited = {
        "renamed": cmd.Rename(0, "A name that is a good deal longer than the one before"),
        "pinned": cmd.Pin(5, 5),
        "deleted": cmd.Delete(1),
        "more runs": cmd.KeepResult(),
        "no regions": cmd.DeleteRegion(-1),
    }
    for what, command in edited.items():
        store.send(command)
        QApplication.processEvents()
        seen[what] = place(full, "imageStack").getRect()
    assert len(set(seen.values())) == 1, seen


def parameters(window: MainWindow) -> list[QWidget]:
    inside = part(window, "advancedSettings")
    fields = [w for w in inside.findChildren(QWidget) if w.objectName().startswith("parameter_")]
    return [field for field in fields if field.isVisible()]


def test_advanced_unfolds_whole_and_gives_the_room_back(window: MainWindow, document: Document):
    window.store.history.reset(replace(document, settings=replace(document.settings, method="hals")))
    sized(window, (1440, 900))
    folded = place(window, "runPanel").height()
    part(window, "advanced").click()
    QApplication.processEvents()
    view = part(window, "runScroll").viewport()
    assert len(parameters(window)) > 3
    for field in (*parameters(window), part(window, "seed")):
        seen = field.visibleRegion().boundingRect()
        assert seen.size() == field.size(), field.objectName()
        assert view.rect().contains(field.mapTo(view, QPoint(0, field.height() - 1)))
    part(window, "advanced").click()
    QApplication.processEvents()
    assert place(window, "runPanel").height() == folded


def test_advanced_is_remembered(settings: Settings, dialogs: FakeDialogs, qapp: QApplication):
    for shown in (True, False):
        first = MainWindow(settings, dialogs)
        first.show()
        first.load_panels()
        first.store.send(cmd.ShowAdvanced(shown))
        first.close()
        settle()
        second = MainWindow(Settings(settings.path), dialogs)
        second.show()
        second.load_panels()
        assert part(second, "advanced").isChecked() is shown
        assert part(second, "advancedSettings").isHidden() is not shown
        second.close()
        settle()


def test_sizes_given_by_hand_come_back(settings: Settings, dialogs: FakeDialogs, qapp: QApplication):
    first = MainWindow(settings, dialogs)
    first.show()
    first.load_panels()
    first.areas.splitters["rows"].setSizes([400, 300])
    wanted = first.areas.sizes()["rows"]
    first.close()
    settle()
    second = MainWindow(Settings(settings.path), dialogs)
    second.show()
    second.load_panels()
    assert second.areas.sizes()["rows"] == pytest.approx(wanted, abs=2)
    second.close()
    settle()


def test_regions_take_no_room_from_the_image(window: MainWindow, document: Document):
    window.store.history.reset(document)
    QApplication.processEvents()
    before = place(window, "imageStack")
    drawn = Region("Field", "#0072b2", "rectangle", ((1, 1), (4, 6)))
    window.store.history.apply("Draw", replace(document, regions=(drawn,)))
    QApplication.processEvents()
    assert part(window, "regionsPanel").isVisible()
    assert place(window, "imageStack") == before
