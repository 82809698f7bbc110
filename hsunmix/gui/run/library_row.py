"""Which library a run chooses from, and the classes that it has, in their colours."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from hsunmix.gui.run.library_state import LibraryClasses
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.methods import Method, find
from hsunmix.model.library import LibraryFile
from hsunmix.model.map_kinds import class_colour
from hsunmix.model.wording import counted
from hsunmix.session.document import RunSettings
from hsunmix.session.libraries import BUILTIN, NO_LIBRARY

__all__ = ["LibraryRow"]

MAX_SHOWN = 8  # classes
OPEN = "Open a library…"
BUILT_IN = "Built-in library"
SCENE = "None: pixels of the scene"

Choice = tuple[LibraryFile, ...]


class LibraryRow(QWidget):
    """A list of libraries, and a line with the classes of what is chosen.

    Signals
    -------
    chosen : object
        A tuple of LibraryFile, as ``RunSettings.libraries``.
    open_wanted
    """

    chosen = Signal(object)
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "libraryRow", "Library that the run chooses from")
        self.box = named(QuietComboBox(), "runLibrary", "Library")
        self.box.setToolTip("The spectral library that the method chooses from")
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(12)
        self.box.activated.connect(self._on_activated)
        self.classes = named(QLabel(), "libraryClasses", "Classes of the library")
        self.classes.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.box)
        layout.addWidget(self.classes)
        self._choices: list[Choice | None] = []
        self._at = 0

    def present(self, settings: RunSettings, known: LibraryClasses) -> bool:
        """Show what can be chosen and what is; return whether the method takes a library at all."""
        entry = find(settings.method, "factorization", "extraction")
        if entry is None or not entry.traits.takes_library:
            return False
        found = _choices(entry, settings.libraries, known.opened)
        if list(found) != [self.box.itemText(k) for k in range(self.box.count())]:
            self.box.clear()
            self.box.addItems(list(found))
        self._choices = list(found.values())
        wanted = _several(settings.libraries) or tuple(LibraryFile(one.path) for one in settings.libraries)
        self._at = self._choices.index(wanted) if wanted in self._choices else 0
        self.box.setCurrentIndex(self._at)
        self._show_classes(known)
        return True

    def _show_classes(self, known: LibraryClasses) -> None:
        """Say how many spectra each class has."""
        named_ones = ((name.replace(" ", "\N{NO-BREAK SPACE}"), n) for name, n in known.classes[:MAX_SHOWN])
        shown = [
            f'<span style="color:{class_colour(k)}">■</span>&nbsp;{escape(name)}&nbsp;({count})'
            for k, (name, count) in enumerate(named_ones)
        ]
        if len(known.classes) > MAX_SHOWN:
            shown.append(f"and {len(known.classes) - MAX_SHOWN} more")
        self.classes.setText(" &nbsp; ".join(shown))
        self.classes.setVisible(bool(shown))
        said = ", ".join(f"{name}: {counted(n, 'spectrum', 'spectra')}" for name, n in known.classes)
        self.classes.setToolTip(said)
        self.classes.setAccessibleDescription(said)

    def _on_activated(self, at: int) -> None:
        choice = self._choices[at]
        if choice is None:
            self.box.setCurrentIndex(self._at)
            self.open_wanted.emit()
        else:
            self.chosen.emit(choice)


def _several(now: Choice) -> Choice:
    """Return the libraries of a run that has more than one of its own; they can be from a session."""
    paths = dict.fromkeys(one.path for one in now if one.path)
    return tuple(LibraryFile(path) for path in paths) if len(paths) > 1 else ()


def _choices(entry: Method, now: Choice, opened: tuple[str, ...]) -> dict[str, Choice | None]:
    """Return what can be chosen by its text; None is to open another one."""
    needs = entry.traits.needs_library
    first = BUILT_IN if needs else SCENE
    if opened:
        first = f"All open libraries ({len(opened)})" if len(opened) > 1 else f"Open: {Path(opened[0]).name}"
    found: dict[str, Choice | None] = {first: ()}
    single = opened if len(opened) > 1 else ()
    for path in dict.fromkeys([*single, *(one.path for one in now if one.path and one.path != BUILTIN)]):
        name = Path(path).name
        found[path if name in found else name] = (LibraryFile(path),)
    if several := _several(now):
        names = (BUILT_IN if one.path == BUILTIN else Path(one.path).name for one in several)
        found[", ".join(names)] = several
    found.setdefault(BUILT_IN, (LibraryFile(BUILTIN),))
    if opened and not needs:
        found[SCENE] = (NO_LIBRARY,)
    found[OPEN] = None
    return found
