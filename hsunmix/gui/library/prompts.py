"""What the analyst is asked about spectral libraries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.library.state import Subject
from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.widgets.dialog import agreed, chosen_path
from hsunmix.model.spectra import Spectra

__all__ = ["LibraryEntries", "LibraryFile", "Matches"]


@dataclass(frozen=True)
class LibraryFile(Prompt[Path | None]):
    """Which spectral library to use as well."""

    folder: str

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        from hsunmix.formats import spectra_filter

        return chosen_path(
            QFileDialog.getOpenFileName(window, "Open a spectral library", self.folder, spectra_filter())
        )


@dataclass(frozen=True, eq=False)
class LibraryEntries(Prompt[tuple[tuple[int, ...], float | None, bool]]):
    """Which spectra of a library to make endmembers.

    Also by what to multiply them, None as the library says, and whether to leave out the bands, of the
    ``good`` ones, in which they have no values. Those of ``origin`` are offered first.
    """

    library: Spectra
    good: NDArray[np.bool_]
    origin: str = ""

    def show(self, window: QWidget | None) -> tuple[tuple[int, ...], float | None, bool]:
        """Ask."""
        from hsunmix.gui.library.dialog import LibraryDialog

        dialog = LibraryDialog(window, self.library, self.good, self.origin)
        return (dialog.chosen, dialog.factor, dialog.leaves_out) if agreed(dialog) else ((), None, False)


@dataclass(frozen=True, eq=False)
class Matches(Prompt[tuple[str, int] | None]):
    """What an endmember is: ``name`` or ``add``, and the spectrum of the library.

    ``compare`` is called with each spectrum that is looked at.
    """

    subject: Subject
    compare: Callable[[int], None]

    def show(self, window: QWidget | None) -> tuple[str, int] | None:
        """Ask."""
        from hsunmix.gui.library.matches_dialog import MatchDialog

        dialog = MatchDialog(window, self.subject)
        dialog.looked_at.connect(self.compare)
        return dialog.answer if agreed(dialog) else None
