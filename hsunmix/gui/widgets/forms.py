"""The one mapping from a parameter's description to a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QWidget

from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietSpinBox
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.parameters import Parameter

__all__ = ["AUTOMATIC", "Editor", "Form", "editor", "parse"]

AUTOMATIC = "automatic"
INT_LIMIT = 2**31 - 1  # what a spin box can hold


@dataclass(frozen=True)
class Editor:
    """A widget for one parameter.

    Attributes
    ----------
    parameter : Parameter
    widget : QWidget
    read : callable
        Returns the value; raises ValueError while it makes no sense.
    write : callable
        Shows a value.
    """

    parameter: Parameter
    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]


class Form(QWidget):
    """A form for the parameters of a method.

    Parameters
    ----------
    parameters : sequence of Parameter
    values : mapping
        What differs from the defaults.
    name : str
        Names of its widgets begin with it, where a window has several forms.

    Signals
    -------
    changed : object
        Dict of what differs from the defaults now; not emitted while a field makes no sense.
    """

    changed = Signal(object)

    def __init__(self, parameters: Sequence[Parameter], values: Mapping[str, Any], name: str = "") -> None:
        super().__init__()
        named(self, f"{name}parameterForm", "Parameters of the method")
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(10)
        layout.setVerticalSpacing(6)
        layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.editors = {p.name: editor(p, self._on_change) for p in parameters}
        for made in self.editors.values():
            parameter = made.parameter
            named(made.widget, f"{name}parameter_{parameter.name}", parameter.label)
            label = named(QLabel(parameter.label), f"{name}label_{parameter.name}", parameter.label)
            label.setToolTip(made.widget.toolTip())
            label.setProperty("role", "field")
            label.setBuddy(made.widget)
            layout.addRow(label, made.widget)
        self._quiet = False
        self.set_values(values)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, and the defaults for the rest."""
        self._quiet = True
        for name, made in self.editors.items():
            made.write(values.get(name, made.parameter.default))
        self._quiet = False

    def values(self) -> dict[str, Any]:
        """Return what differs from the defaults; fields that make no sense count as the default."""
        result = {}
        for name, made in self.editors.items():
            try:
                value = made.read()
            except ValueError:
                continue
            if value != made.parameter.default:
                result[name] = value
        return result

    def _on_change(self) -> None:
        if not self._quiet:
            self.changed.emit(self.values())


def editor(parameter: Parameter, on_change: Callable[[], None]) -> Editor:
    """Make the widget for a parameter: a box to tick, a list, a spin box, or a line of text."""
    if parameter.kind == "bool" and not parameter.optional:
        made = _tick(parameter, on_change)
    elif parameter.kind in ("choice", "bool"):
        made = _list(parameter, on_change)
    elif parameter.kind == "int" and not parameter.optional:
        made = _spin(parameter, on_change)
    else:
        made = _line(parameter, on_change)
    named(made.widget, f"parameter_{parameter.name}", parameter.label)
    allowed = "" if parameter.kind in ("bool", "choice", "text") else f" ({parameter.domain})"
    made.widget.setToolTip(wrapped(f"{parameter.help or parameter.label}{allowed}"))
    return made


def parse(parameter: Parameter, text: str) -> Any:
    """Read what was typed for a number, a list of numbers or a text.

    A comma between digits counts as a decimal point where one number is asked for.

    Raises
    ------
    ValueError
        It makes no sense, or is out of range.
    """
    text = text.strip()
    if not text or text == AUTOMATIC:
        if parameter.optional:
            return None
        return parameter.default
    if parameter.kind == "text":
        return text
    if parameter.kind == "list":
        return [int(part) for part in text.replace(";", ",").split(",") if part.strip()]
    value = int(text) if parameter.kind == "int" else float(text.replace(",", "."))
    low, high = parameter.minimum, parameter.maximum
    if not (value == value and (low is None or value >= low) and (high is None or value <= high)):
        raise ValueError(f"{value} is outside {parameter.domain}")
    return value


def _tick(parameter: Parameter, on_change: Callable[[], None]) -> Editor:
    box = QCheckBox()
    box.toggled.connect(lambda _: on_change())
    return Editor(parameter, box, box.isChecked, lambda value: box.setChecked(bool(value)))


def _list(parameter: Parameter, on_change: Callable[[], None]) -> Editor:
    box = QuietComboBox()
    choices: list[Any] = [None] if parameter.optional else []
    choices += list(parameter.choices) if parameter.kind == "choice" else [True, False]
    words = {None: AUTOMATIC, True: "yes", False: "no"}
    for choice in choices:
        box.addItem(words.get(choice, str(choice)), choice)
    box.currentIndexChanged.connect(lambda _: on_change())

    def write(value: Any) -> None:
        box.setCurrentIndex(choices.index(value) if value in choices else 0)

    return Editor(parameter, box, lambda: choices[box.currentIndex()], write)


def _spin(parameter: Parameter, on_change: Callable[[], None]) -> Editor:
    box = QuietSpinBox()
    low = -INT_LIMIT if parameter.minimum is None else int(parameter.minimum)
    high = INT_LIMIT if parameter.maximum is None else min(int(parameter.maximum), INT_LIMIT)
    box.setRange(low, high)
    box.valueChanged.connect(lambda _: on_change())
    return Editor(parameter, box, box.value, lambda value: box.setValue(int(value)))


def _line(parameter: Parameter, on_change: Callable[[], None]) -> Editor:
    line = QLineEdit()
    line.setPlaceholderText(AUTOMATIC if parameter.optional else _text(parameter.default))

    def check() -> None:
        try:
            parse(parameter, line.text())
        except ValueError:
            wrong = True
        else:
            wrong = False
        if bool(line.property("wrong")) != wrong:
            line.setProperty("wrong", wrong)
            line.style().unpolish(line)
            line.style().polish(line)

    line.textChanged.connect(lambda _: check())
    line.textChanged.connect(lambda _: on_change())  # not only at the end: a shortcut may come before
    return Editor(
        parameter, line, lambda: parse(parameter, line.text()), lambda value: line.setText(_text(value))
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(str(v) for v in value)
    # As short as it can be said, but with every digit that counts.
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
