"""Undo and redo: going back to an older document."""

from __future__ import annotations

from collections.abc import Callable

from hsunmix.session.document import Document
from hsunmix.session.runs import held

__all__ = ["History"]

LIMIT = 200  # documents share their arrays, so the old ones cost little …
BYTES = 2 << 30  # … but every result has its own

Listener = Callable[[Document, Document], None]


class History:
    """The documents of a session, in order, and the one that is shown.

    Parameters
    ----------
    document : Document
        The first one.
    """

    def __init__(self, document: Document) -> None:
        self._entries: list[tuple[str, Document]] = [("", document)]
        self._at = 0
        self._saved: Document | None = document
        self._listeners: list[Listener] = []

    @property
    def document(self) -> Document:
        """The document that is shown."""
        return self._entries[self._at][1]

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._entries[self._at][0] if self._at > 0 else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._entries[self._at + 1][0] if self._at + 1 < len(self._entries) else ""

    @property
    def modified(self) -> bool:
        """Whether the document differs from the one last saved or opened."""
        return self.document is not self._saved

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener(old, new)`` after every change."""
        self._listeners.append(listener)

    def apply(self, label: str, document: Document) -> None:
        """Show a new document; what had been undone is gone."""
        old = self.document
        if document is old:
            return
        del self._entries[self._at + 1 :]
        self._entries.append((label, document))
        del self._entries[: self._too_many()]
        self._at = len(self._entries) - 1
        self._notify(old)

    def amend(self, document: Document) -> None:
        """Change the shown document without an entry of its own: for zooming, not for data."""
        old = self.document
        if self._saved is old:
            self._saved = document  # looking elsewhere is no change worth a question
        self._entries[self._at] = (self._entries[self._at][0], document)
        self._notify(old)

    def reset(self, document: Document, saved: bool = True) -> None:
        """Begin anew with a document that was opened: nothing to undo, and nothing to save if ``saved``."""
        old = self.document
        self._entries, self._at = [("", document)], 0
        self._saved = document if saved else None
        self._notify(old)

    def undo(self) -> None:
        """Go back to the document before."""
        if self._at > 0:
            old = self.document
            self._at -= 1
            self._notify(old)

    def redo(self) -> None:
        """Go forward again."""
        if self._at + 1 < len(self._entries):
            old = self.document
            self._at += 1
            self._notify(old)

    def mark_saved(self) -> None:
        """Remember that the shown document is on disk."""
        self._saved = self.document

    def _too_many(self) -> int:
        """Count the oldest entries that are one too many, or whose arrays are; two always stay."""
        known: set[int] = set()
        total = 0
        runs = None
        for k in range(len(self._entries) - 1, -1, -1):
            document = self._entries[k][1]
            others = () if document.runs is runs else (run.unmixing for run in document.runs)
            runs = document.runs
            for array, size in held([document.unmixing, *others]):
                total += size * (array not in known)
                known.add(array)
            if total > BYTES and k < len(self._entries) - 2:
                return max(k + 1, len(self._entries) - LIMIT)
        return max(0, len(self._entries) - LIMIT)

    def _notify(self, old: Document) -> None:
        for listener in self._listeners:
            listener(old, self.document)
