"""The guided start: a note beside what it is about, and a frame around it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hsunmix.gui.commands import NextStep, StopTour
from hsunmix.gui.help.state import HelpState
from hsunmix.gui.help.tour import STEPS, Step
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.accessibility import Role, announce
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.spoken import SpokenLabel

TITLE = "Guided start"
AREA = "float"
ORDER = 120

WIDTH = 330
GAP = 10  # between the note and what it points at
LARGE = 0.15  # of the window
FOLLOW = 150  # milliseconds between looks where that is


class View(Panel):
    """The note. It floats over the window, and lets everything else be used."""

    accessible_role = Role.Note

    def __init__(self) -> None:
        super().__init__("tourPanel", TITLE)
        self.setProperty("role", "note")
        self._step: Step | None = None
        self.count = SpokenLabel("tourCount", "Step")
        self.count.setProperty("role", "muted")
        self.title = SpokenLabel("tourTitle", "What to do")
        self.title.setProperty("role", "heading")
        self.text = SpokenLabel("tourText", "How")
        self.text.setWordWrap(True)
        self.skip = named(QPushButton("Skip"), "tourNext", "Go on without doing this")
        self.skip.setToolTip("Go on without doing this")
        self.skip.setProperty("role", "link")
        self.skip.clicked.connect(lambda: self.command.emit(NextStep()))
        self.stop = named(QPushButton("Close"), "tourStop", "End the guided start")
        self.stop.setToolTip("End the guided start; Help ▸ Guided start begins it again")
        self.stop.setProperty("role", "link")
        self.stop.clicked.connect(lambda: self.command.emit(StopTour()))
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.skip)
        row.addWidget(self.stop)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addLayout(row)
        self.setFixedWidth(WIDTH)
        self.frame = named(QFrame(self), "tourFrame", "What the guided start points at")
        self.frame.setProperty("role", "pointer")
        self.frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.frame.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW)
        self._timer.timeout.connect(self._place)
        self.hide()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the step there is."""
        tour = new[HelpState].tour
        if tour == old[HelpState].tour and (tour is None) == (self._step is None):
            return
        self._step = None if tour is None else STEPS[tour]
        self.setVisible(self._step is not None)
        if self._step is None or tour is None:
            self._timer.stop()
            self.frame.hide()
            return
        last = tour == len(STEPS) - 1
        self.title.setText(self._step.title)
        self.text.setText(self._step.text)
        self.setAccessibleDescription(f"{self._step.title}. {self._step.text}")
        announce(self, self.accessibleDescription())
        self.count.setText(f"{tour + 1} of {len(STEPS)}")
        self.skip.setVisible(not last)
        self.stop.setText("Done" if last else "Close")
        self._place()
        self._timer.start()

    def target(self) -> QWidget | None:
        """Return what the step points at; None where it can't be seen."""
        window = self.parentWidget()
        if self._step is None or window is None:
            return None
        for name in self._step.targets:
            found = window.findChild(QWidget, name)
            if found is not None and found.isVisible():
                return found
        return None

    def _place(self) -> None:
        """Put the note beside its target, inside the window, and the frame around the target."""
        window = self.parentWidget()
        if window is None:
            return
        size = QSize(WIDTH, self._layout.totalHeightForWidth(WIDTH))
        self.resize(size)
        target = self.target()
        if target is None:
            self.frame.hide()
            self.move(beside(QRect(window.rect().center(), QSize(0, 0)), size, window.rect()))
        else:
            place = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
            self.frame.setParent(window)
            self.frame.setGeometry(place.adjusted(-3, -3, 3, 3).intersected(window.rect()))
            self.frame.show()
            self.frame.raise_()
            self.move(beside(place, size, window.rect()))
        self.raise_()


def beside(target: QRect, size: QSize, room: QRect) -> QPoint:
    """Return where a note goes: right of its target, left of it, below or above.

    In a large target, which others lie close around, it goes to the lower right corner.
    """
    inside = room.adjusted(GAP, GAP, -GAP, -GAP)
    corner = QPoint(target.right() - size.width() - GAP, target.bottom() - size.height() - GAP)
    if target.width() * target.height() > LARGE * room.width() * room.height():
        return _kept(corner, size, inside)
    middle = target.center().y() - size.height() // 2
    left = target.center().x() - size.width() // 2
    places = (
        QPoint(target.right() + GAP, middle),
        QPoint(target.left() - GAP - size.width(), middle),
        QPoint(left, target.bottom() + GAP),
        QPoint(left, target.top() - GAP - size.height()),
    )
    for place in places:
        at = _kept(place, size, inside)
        if not QRect(at, size).intersects(target):
            return at
    return _kept(corner, size, inside)


def _kept(at: QPoint, size: QSize, inside: QRect) -> QPoint:
    x = min(max(at.x(), inside.left()), inside.right() - size.width())
    y = min(max(at.y(), inside.top()), inside.bottom() - size.height())
    return QPoint(x, y)
