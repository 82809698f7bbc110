"""Looks into the libraries that a run chooses from: which are open, and what classes they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

from hsunmix.gui.run.library_state import LibraryClasses
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.model.library import classes_of
from hsunmix.session.document import Document
from hsunmix.session.libraries import open_library, paths_for

__all__ = ["Controller"]

CHANNELS = {"classes": QUIET}


class Controller:
    """Reads them anew when others are opened, or chosen."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._paths: tuple[str, ...] = ()
        store.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:
        """Look, where the run's settings are others."""
        if new.settings is not old.settings:
            self._look()

    def _follow(self, _old: ViewState, _new: ViewState) -> None:
        if self.store.settings.preferences.libraries != self.store.state[LibraryClasses].opened:
            self._look()

    def _look(self) -> None:
        store = self.store
        opened = store.settings.preferences.libraries
        paths = paths_for(store.document.settings, opened)
        known = store.state[LibraryClasses]
        if (opened, paths) == (known.opened, self._paths):
            return
        self._paths = paths
        store.show(LibraryClasses, opened=opened, classes=())
        if not paths:
            store.channels["classes"].cancel()
            return

        def work() -> Generator[None, None, tuple[tuple[str, int], ...]]:
            found = []
            for path in paths:
                found.append(open_library(path))
                yield
            return tuple(Counter(classes_of(found)).items())

        def done(classes: tuple[tuple[str, int], ...]) -> None:
            if self._paths == paths:
                store.show(LibraryClasses, classes=classes)

        # A file that can't be read is told of when it is used.
        store.start("classes", "Reading libraries", work(), done, lambda _error: None)
