"""What is warned of while the window is open, in whichever thread, is told in the window."""

from __future__ import annotations

import warnings
from typing import TextIO

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from hsunmix.errors import HsunmixWarning
from hsunmix.gui.state.store import Store

__all__ = ["Warned"]

PAUSE = 100  # milliseconds: what is warned of in one go is told together


class Warned(QObject):
    """Tells what the analyst should know; warnings of libraries go where they went before.

    Parameters
    ----------
    store : Store
        Its window's closing ends this.
    """

    _came = Signal(str)

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._store, self._texts = store, list[str]()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._tell)
        self._came.connect(self._collect, Qt.ConnectionType.QueuedConnection)
        self._before = warnings.showwarning
        warnings.simplefilter("always", HsunmixWarning)  # also what was warned of before
        warnings.showwarning = self._show
        store.at_end(self._end)

    def _show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, HsunmixWarning):
            self._came.emit(str(message))
        else:
            self._before(message, category, filename, lineno, file, line)

    @Slot(str)
    def _collect(self, text: str) -> None:
        if text not in self._texts:
            self._texts.append(text)
        self._pause.start()

    def _tell(self) -> None:
        self._store.note("; ".join(self._texts))
        self._texts.clear()

    def _end(self) -> None:
        if warnings.showwarning == self._show:
            warnings.showwarning = self._before
