"""Methods in a list: first those for every day, then the others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox

from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.methods import Method, methods

__all__ = ["fill_methods", "tip_of"]

MORE = "More"


def fill_methods(box: QComboBox, *kinds: str) -> None:
    """Add the methods of some kinds: first those for every day, then the others under "More"."""
    found = [entry for entry in methods().values() if entry.kind in kinds]
    for entry in sorted(found, key=lambda entry: not entry.traits.everyday):
        if not entry.traits.everyday and box.findText(MORE) < 0:
            _head(box, MORE)
        _add(box, entry)


def _head(box: QComboBox, text: str) -> None:
    """Add a heading, which can't be chosen."""
    box.addItem(text)
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    model.item(box.count() - 1).setEnabled(False)


def _add(box: QComboBox, entry: Method) -> None:
    box.addItem(entry.title, entry.id)
    box.setItemData(box.count() - 1, tip_of(entry), Qt.ItemDataRole.ToolTipRole)


def tip_of(entry: Method | None) -> str:
    """Say what a method does, and where it is from."""
    return "" if entry is None else wrapped(f"{entry.summary}\n{entry.reference}")
