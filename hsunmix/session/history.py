"""Undo and redo: going back to an older document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsunmix.session.document import Document
from hsunmix.session.listeners import Listeners
from hsunmix.session.runs import held

__all__ = ["Entry", "History"]

LIMIT = 200  # documents share their arrays, so the old ones cost little …
BYTES = 2 << 30  # … but every result has its own

Listener = Callable[[Document, Document], None]
Carry = Callable[[Document, Document], Document]


@dataclass(eq=False)
class Entry:
    """A change: what it is called, and the document since then.

    The document of an entry becomes another one when its maps are solved or something else is looked
    at; the entry stays the same one. So who has to know later which change it was keeps the entry.
    """

    label: str
    document: Document


class History:
    """The documents of a session, in order, and the one that is shown.

    Parameters
    ----------
    document : Document
        The first one.
    report : callable, optional
        Gets what a listener raised.
    """

    def __init__(self, document: Document, report: Callable[[Exception], None] | None = None) -> None:
        self._entries = [Entry("", document)]
        self._at = 0
        self._saved: Entry | None = self.entry
        self._listeners: Listeners[Document] = Listeners(lambda: self.document, report)
        self.session = object()

    @property
    def entry(self) -> Entry:
        """The change that is shown."""
        return self._entries[self._at]

    @property
    def document(self) -> Document:
        """The document that is shown."""
        return self.entry.document

    @property
    def before(self) -> Document | None:
        """The document that undo would show."""
        return self._entries[self._at - 1].document if self._at > 0 else None

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self.entry.label if self._at > 0 else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._entries[self._at + 1].label if self._at + 1 < len(self._entries) else ""

    @property
    def modified(self) -> bool:
        """Whether there is a change since what was last saved or opened."""
        return self.entry is not self._saved

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener(old, new)`` after every change."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Don't call this any more."""
        self._listeners.remove(listener)

    def unsubscribe_all(self) -> None:
        """Call nobody any more."""
        self._listeners.clear()

    def apply(self, label: str, document: Document) -> None:
        """Show a new document; what had been undone is gone."""
        old = self.document
        if document is old:
            return
        del self._entries[self._at + 1 :]
        self._entries.append(Entry(label, document))
        del self._entries[: self._too_many()]
        self._at = len(self._entries) - 1
        self._listeners.tell(old)

    def go_on(self, document: Document) -> None:
        """Go on with the change that is shown, as a drag does: one entry, but another one than before."""
        old = self.document
        self._entries[self._at :] = [Entry(self.entry.label, document)]
        self._listeners.tell(old)

    def amend(self, document: Document) -> None:
        """Change the shown document without an entry of its own: for zooming, not for data.

        Looking elsewhere is no change worth a question.
        """
        old = self.document
        self.entry.document = document
        self._listeners.tell(old)

    def reset(self, document: Document, saved: bool = True) -> None:
        """Begin anew with a document that was opened: nothing to undo, and nothing to save if ``saved``.

        ``session`` is another object from then on.
        """
        old = self.document
        self._entries, self._at = [Entry("", document)], 0
        self._saved = self.entry if saved else None
        self.session = object()
        self._listeners.tell(old)

    def undo(self, carry: Carry | None = None) -> None:
        """Go back to the document before; ``carry(now, then)`` may take something of this one along."""
        if self._at > 0:
            self._travel(-1, carry)

    def redo(self, carry: Carry | None = None) -> None:
        """Go forward again."""
        if self._at + 1 < len(self._entries):
            self._travel(1, carry)

    def drop(self, carry: Carry | None = None) -> None:
        """Go back to the document before; a change that is the newest is forgotten for good."""
        newest = self._at == len(self._entries) - 1
        self.undo(carry)
        if newest and self.redo_label:
            del self._entries[self._at + 1 :]

    def mark_saved(self, entry: Entry | None = None) -> None:
        """Remember that a change, by default the one shown, is on disk with all those before it."""
        self._saved = entry or self.entry
        self._listeners.tell(self.document)

    def _travel(self, steps: int, carry: Carry | None) -> None:
        now = self.document
        self._at += steps
        self._arrive(now, carry)

    def _arrive(self, now: Document, carry: Carry | None) -> None:
        if carry is not None:
            then, new = self.document, carry(now, self.document)
            self.entry.document = new
            if new.runs is not then.runs:  # what was taken along is in no file
                self._entries[self._at] = Entry(self.entry.label, new)
        self._listeners.tell(now)

    def _too_many(self) -> int:
        """Count the oldest entries that are one too many, or whose arrays are; two always stay."""
        known: set[int] = set()
        total = 0
        runs = None
        for k in range(len(self._entries) - 1, -1, -1):
            document = self._entries[k].document
            others = () if document.runs is runs else (run.unmixing for run in document.runs)
            runs = document.runs
            waiting = (r for e in document.scenes for r in (e.unmixing, *(run.unmixing for run in e.runs)))
            for array, size in held([document.unmixing, *others, *waiting]):
                total += size * (array not in known)
                known.add(array)
            if total > BYTES and k < len(self._entries) - 2:
                return max(k + 1, len(self._entries) - LIMIT)
        return max(0, len(self._entries) - LIMIT)
