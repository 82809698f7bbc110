"""What must not grow while a window is worked in: objects, threads, files, memory."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication

from hsunmix.engine.scene import Scene
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document
from tests.gui.test_cycles import held

__all__ = ["Constant"]

WITHOUT_PARTS = {"Cube", "Document", "Scene", "Unmixing", "threads", "files", "children", "jobs"}
KINDS = (Cube, Document, Scene, Unmixing)  # their arrays are what is large
MORE = 100  # objects of a kind: parts are made when they are first needed, one after the other
LOOKS = 5  # what is made when it is first needed may be more at one look or two
MEGABYTES = 150.0  # from the first looks to the last: buffers that libraries keep


class Constant:
    """Looks whenever the same file was opened anew and all has come to rest."""

    def __init__(self) -> None:
        self.looks: list[Counter[str]] = []
        self.memory: list[float] = []

    def look(self) -> Iterator[str]:
        """Count; yield what has grown at every one of the last looks."""
        for _ in range(3):
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        now = held()
        self.looks.append(_counted() + Counter(threads=now.threads, files=now.files, children=now.children))
        self.memory.append(now.memory / 1000)
        last = self.looks[-LOOKS:]
        if len(last) == LOOKS:
            for kind in last[-1]:
                counts = [look[kind] for look in last]
                many = 0 if kind in WITHOUT_PARTS else MORE
                if counts[-1] > counts[0] + many and all(a < b for a, b in pairwise(counts)):
                    yield f"{kind} grow: {counts}"
        if len(self.memory) >= LOOKS and self.memory[-1] > max(self.memory[:2]) + MEGABYTES:
            yield f"memory grows: {[round(m) for m in self.memory]} MB"

    def __str__(self) -> str:
        first, last = self.looks[min(1, len(self.looks) - 1)], self.looks[-1]
        more = {kind: count - first[kind] for kind, count in last.items() if count != first[kind]}
        memory = f"{self.memory[0]:.0f} to {self.memory[-1]:.0f} MB"
        looks = [sum(look.values()) for look in self.looks[1:]]
        return f"{memory}, {last['threads']} threads, {looks} objects at each look, more since {more}"


def _counted() -> Counter[str]:
    app = QApplication.instance()
    assert app is not None
    roots: list[QObject] = [app, *(w for w in QApplication.topLevelWidgets() if w.parent() is None)]
    found = Counter(type(o).__name__ for root in roots for o in (root, *root.findChildren(QObject)))
    found.update(type(o).__name__ for o in gc.get_objects() if isinstance(o, KINDS))
    found["jobs"] = sum(t.name.startswith("hsunmix-job") for t in threading.enumerate())
    return found
