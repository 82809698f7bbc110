"""The parameters of a method that was chosen, whatever part it takes: a heading and its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hsunmix.gui.widgets.forms import Form
from hsunmix.gui.widgets.panel import heading, named
from hsunmix.gui.widgets.tab_order import arrange
from hsunmix.methods import Method, find
from hsunmix.model.choice import Choice
from hsunmix.session.document import RunSettings

__all__ = ["ChoiceForm"]


class ChoiceForm(QWidget):
    """The form of a method's parameters; nothing is shown for one that has none.

    Parameters
    ----------
    name : str
        Names of its widgets begin with it.
    title : str
        What part the method takes, said before its own title; empty for no heading.
    *kinds : str
        Kinds of methods that it may be.

    Signals
    -------
    changed : object, object
        The method's kind, and the ``Choice`` as it is now.
    """

    changed = Signal(object, object)

    def __init__(self, name: str, title: str, *kinds: str) -> None:
        super().__init__()
        named(self, f"{name}Parameters", title or "Parameters of the method")
        self._name, self._title, self._kinds = name, title, kinds
        self._entry: Method | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.heading = heading(title or "Parameters", f"{name or 'method'}ParametersHeading")
        self._layout.addWidget(self.heading)
        self.form = self._new_form({})

    def show_settings(self, settings: RunSettings, method: str) -> None:
        """Show what settings say of a method; a form that shows it already stays as it is."""
        entry = find(method, *self._kinds) if method else None
        values = {} if entry is None else settings.choice(entry.kind, entry.id).parameters
        if entry is self._entry:
            if self.form.values() != values:
                self.form.set_values(values)
            return
        self._entry = entry
        old, self.form = self.form, self._new_form(values)
        self._layout.removeWidget(old)
        old.hide()
        old.deleteLater()
        arrange(self.window())

    def _new_form(self, values: Mapping[str, Any]) -> Form:
        entry = self._entry
        form = Form(() if entry is None else entry.parameters, values, self._name)
        form.changed.connect(self._on_changed)
        self._layout.addWidget(form)
        self.heading.setText("" if entry is None else f"{self._title}: {entry.title}")
        self.heading.setVisible(bool(self._title and form.editors))
        self.setVisible(bool(form.editors))
        return form

    def _on_changed(self, values: dict[str, Any]) -> None:
        if self._entry is not None:
            self.changed.emit(self._entry.kind, Choice(self._entry.id, values))
