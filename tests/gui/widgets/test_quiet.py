"""The mouse wheel passes fields without the focus, and Ctrl+Z is the document's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui.widgets.quiet import QuietComboBox, QuietDoubleSpinBox, QuietSpinBox

FIELDS = (QuietComboBox, QuietSpinBox, QuietDoubleSpinBox)


def _shown(kind: type[QWidget], qtbot: QtBot) -> QWidget:
    field = kind()
    qtbot.addWidget(field)
    if isinstance(field, QuietComboBox):
        field.addItems(["a", "b", "c"])
        field.setCurrentIndex(1)
    else:
        field.setValue(1)
    field.show()
    return field


def _value(field: QWidget) -> float:
    return field.currentIndex() if isinstance(field, QuietComboBox) else field.value()


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("focus", [False, True])
def test_the_wheel_changes_only_what_has_the_focus(
    kind: type[QWidget], focus: bool, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = _shown(kind, qtbot)
    monkeypatch.setattr(field, "hasFocus", lambda: focus)
    down = QWheelEvent(
        QPointF(5, 5), QPointF(field.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, down)
    assert (_value(field) != 1) == focus
    assert down.isAccepted() == focus


@pytest.mark.parametrize("kind", FIELDS[1:])
def test_undo_is_left_to_the_window(kind: type[QWidget], qtbot: QtBot) -> None:
    field = _shown(kind, qtbot)
    for key, taken in ((Qt.Key.Key_Z, False), (Qt.Key.Key_A, True)):
        typed = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
        typed.ignore()
        QApplication.sendEvent(field, typed)
        assert typed.isAccepted() == taken, key


def test_what_is_chosen_ends_in_an_ellipsis_where_there_is_no_room(qtbot: QtBot):
    box = QuietComboBox()
    qtbot.addWidget(box)
    box.addItem("Vertex component analysis (VCA), r = 4")
    box.show()
    seen = []
    for width in (400, 120):
        box.resize(width, 28)
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        seen.append(option.currentText)
    assert seen[0] == box.currentText()
    assert seen[1].endswith("…")
    assert box.currentText().startswith(seen[1][:-1])
    assert not box.grab().isNull()
    assert box.sizeHint().width() > 200  # it asks for all of it
