"""What this is, and the versions that a bug report should name."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QWidget

from hsunmix._version import __version__
from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.icons import logo
from hsunmix.gui.widgets.panel import named

__all__ = ["AboutDialog", "versions"]

PARTS = ("numpy", "scipy", "numba", "pyqtgraph", "rasterio", "h5py", "spectral")


def versions() -> dict[str, str]:
    """Return the versions of what matters, without importing it."""
    found = {"hsunmix": __version__, "Python": platform.python_version(), "Qt": qVersion()}
    for part in PARTS:
        try:
            found[part] = version(part)
        except PackageNotFoundError:
            found[part] = "missing"
    return found | {"system": platform.platform()}


class AboutDialog(Dialog):
    """The versions, to read and to copy."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(
            parent,
            "aboutDialog",
            "About hsunmix",
            "Hyperspectral unmixing by nonnegative matrix factorization. BSD-3-Clause licence.",
            "Close",
            "",
        )
        picture = named(QLabel(), "aboutLogo", "hsunmix")
        picture.setPixmap(logo().pixmap(48, 48))
        self.body.insertWidget(0, picture)
        self.text = "\n".join(f"{name} {number}" for name, number in versions().items())
        self.versions = named(QLabel(self.text), "aboutVersions", "Versions")
        self.versions.setAccessibleDescription(self.text)
        self.versions.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.versions.setProperty("role", "muted")
        self.body.addWidget(self.versions)
        self.copy_button = self.buttons.addButton("Copy versions", QDialogButtonBox.ButtonRole.ActionRole)
        named(self.copy_button, "copyVersions", "Copy versions")
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
