"""The first page: three sentences, the sample cube, the files of before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hsunmix.gui.commands import Open, OpenSample, StartTour
from hsunmix.gui.widgets.icons import logo
from hsunmix.gui.widgets.panel import named, shortened
from hsunmix.gui.widgets.tab_order import arrange

__all__ = ["Welcome", "recent_label"]

SENTENCES = (
    "Drop a hyperspectral cube here: ENVI, GeoTIFF, HDF5, netCDF, MATLAB or NumPy.",
    "Press Unmix to find the spectra of the materials, and how much of each lies in every pixel.",
    "Point at pixels to see how well they fit, then export maps for your GIS.",
)
SHOWN_RECENT = 5


class Welcome(QWidget):
    """The page of a window with nothing open.

    Signals
    -------
    command : object
    painted
        The page is on the screen.
    """

    command = Signal(object)
    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "welcome", "Welcome")
        self.card = card = named(QFrame(), "welcomeCard", "Getting started")
        card.setProperty("role", "drop")
        card.setMaximumWidth(700)
        picture = named(QLabel(), "welcomeLogo", "hsunmix")
        picture.setPixmap(logo().pixmap(56, 56))
        question = "What is in this scene, and where?"
        title = named(QLabel(question), "welcomeTitle", question)
        title.setProperty("role", "title")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        title.setFont(font)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(40, 34, 40, 30)
        inside.setSpacing(8)
        inside.addWidget(picture)
        inside.addSpacing(4)
        inside.addWidget(title)
        inside.addSpacing(2)
        for k, sentence in enumerate(SENTENCES):
            label = named(QLabel(sentence), f"welcomeSentence{k + 1}", sentence)
            label.setWordWrap(True)
            label.setProperty("role", "muted")
            inside.addWidget(label)
        inside.addSpacing(12)
        inside.addLayout(self._buttons())
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        inside.addSpacing(6)
        inside.addLayout(self._recent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 12)
        row.addStretch(1)
        layout.addLayout(row)
        self.waiting = named(QLabel(), "welcomeWaiting", "What is being opened")
        self.waiting.setTextFormat(Qt.TextFormat.PlainText)
        self.waiting.setProperty("role", "title")
        self.waiting.hide()
        layout.addWidget(self.waiting, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        self.recent_buttons: list[QPushButton] = []
        self._known: tuple[str, ...] = ()
        self._recent_label = named(QLabel("Recent"), "recentLabel", "Recent files")
        self._recent_label.setProperty("role", "heading")
        self._recent.addWidget(self._recent_label)
        self._recent_label.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say so."""
        super().paintEvent(event)
        self.painted.emit()

    def _buttons(self) -> QHBoxLayout:
        self.open_button = named(QPushButton("Open a cube…"), "openCube", "Open a cube")
        self.open_button.setProperty("role", "primary")
        self.open_button.setToolTip("Open a cube or a session (Ctrl+O)")
        self.open_button.clicked.connect(lambda: self.command.emit(Open()))
        self.sample_button = named(QPushButton("Try the sample cube"), "openSample", "Try the sample cube")
        self.sample_button.setToolTip("Open a small made-up scene with known materials")
        self.sample_button.clicked.connect(lambda: self.command.emit(OpenSample()))
        self.tour_button = named(QPushButton("Guided start"), "startTour", "Guided start, three minutes")
        self.tour_button.setToolTip("Three minutes on the sample cube, step by step")
        self.tour_button.setProperty("role", "link")
        self.tour_button.clicked.connect(lambda: self.command.emit(StartTour()))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.open_button)
        row.addWidget(self.sample_button)
        row.addWidget(self.tour_button)
        row.addStretch(1)
        return row

    def set_waiting(self, words: str) -> None:
        """Say what is being opened, in place of all there is to choose; '' offers that again."""
        self.waiting.setText(words)
        self.waiting.setVisible(bool(words))
        self.card.setVisible(not words)

    def set_recent(self, paths: Sequence[str]) -> None:
        """List the files opened before."""
        if tuple(paths) == self._known:
            return
        self._known = tuple(paths)
        for button in self.recent_buttons:
            self._recent.removeWidget(button)
            button.deleteLater()
        self.recent_buttons = []
        self._recent_label.setVisible(bool(paths))
        for k, text in enumerate(paths[:SHOWN_RECENT]):
            path = Path(text)
            button = named(QPushButton(recent_label(path)), f"recent{k + 1}", f"Open {path.name}")
            button.setProperty("role", "link")
            button.setToolTip(text)
            button.clicked.connect(lambda _=False, p=path: self.command.emit(Open(p)))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.recent_buttons.append(button)
        arrange(self.window())


def recent_label(path: Path, most: int = 40) -> str:
    """Return a file's name and folder, each shortened."""
    folder = str(path.parent)
    folder = folder if len(folder) <= most else "…" + folder[-most + 1 :]
    return f"{shortened(path.name, most)}   —   {folder}".replace("&", "&&")
