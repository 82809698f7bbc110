"""What the program says of itself when it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.widgets.dialog import agreed

__all__ = ["About", "Licences"]


@dataclass(frozen=True)
class About(Prompt[None]):
    """The versions."""

    def show(self, window: QWidget | None) -> None:
        """Show them."""
        from hsunmix.gui.help.about_dialog import AboutDialog

        agreed(AboutDialog(window))


@dataclass(frozen=True)
class Licences(Prompt[None]):
    """The licences."""

    def show(self, window: QWidget | None) -> None:
        """Show them."""
        from hsunmix.gui.help.licences_dialog import LicencesDialog

        agreed(LicencesDialog(window))
