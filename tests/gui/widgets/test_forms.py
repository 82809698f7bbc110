from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from hsunmix.gui.widgets.forms import Form, parse
from hsunmix.methods import Method, methods
from hsunmix.parameters import Parameter, describe, make


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of each kind."""

    sweeps: Annotated[int, Meta(ge=1, le=50, description="Sweeps at a time")] = 4
    tolerance: Annotated[float, Meta(ge=0, le=1, description="Stop below this")] = 1e-5
    init: Literal["spa", "random"] = "spa"
    restart: bool = True
    rank_guess: Annotated[int, Meta(ge=1)] | None = None
    bands: list[int] = []
    label: str = "run"


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    made = Form(describe(Params), {"sweeps": 7})
    qtbot.addWidget(made)
    return made


def test_each_kind_has_its_widget(form: Form):
    kinds = {name: type(made.widget) for name, made in form.editors.items()}
    assert issubclass(kinds["sweeps"], QSpinBox)
    assert kinds["tolerance"] is QLineEdit
    assert issubclass(kinds["init"], QComboBox)
    assert kinds["restart"] is QCheckBox
    assert kinds["rank_guess"] is QLineEdit
    assert all(made.widget.objectName() == f"parameter_{name}" for name, made in form.editors.items())
    assert form.editors["sweeps"].widget.toolTip() == "Sweeps at a time (1 … 50)"


def test_values_are_what_differs_from_the_defaults(form: Form):
    assert form.values() == {"sweeps": 7}
    form.set_values({})
    assert form.values() == {}


def test_what_is_typed_passes_the_methods_own_check(form: Form, qtbot: QtBot):
    form.editors["tolerance"].widget.clear()
    seen: list[dict[str, object]] = []
    form.changed.connect(seen.append)
    qtbot.keyClicks(form.editors["tolerance"].widget, "1e-3")
    assert seen[-1]["tolerance"] == 1e-3  # before Enter: a shortcut may follow at once
    form.editors["init"].write("random")
    form.editors["restart"].widget.setChecked(False)
    form.editors["rank_guess"].write(5)
    form.editors["bands"].write([3, 1])
    values = form.values()
    assert values == {
        "sweeps": 7,
        "tolerance": 1e-3,
        "init": "random",
        "restart": False,
        "rank_guess": 5,
        "bands": [3, 1],
    }
    assert make(Params, values).tolerance == 1e-3


@pytest.mark.parametrize("text", ["minus", "2", "-1", "nan", "inf"])
def test_what_makes_no_sense_is_marked_and_not_used(form: Form, text: str):
    line = form.editors["tolerance"].widget
    line.setText(text)
    assert line.property("wrong") is True
    assert "tolerance" not in form.values()
    line.setText("0.5")
    assert line.property("wrong") is False


def test_the_wheel_passes_a_field_without_focus(form: Form, qtbot: QtBot):
    for name in ("sweeps", "init"):
        box = form.editors[name].widget
        before = form.editors[name].read()
        middle = QPointF(box.rect().center())
        event = QWheelEvent(
            middle, box.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
        assert form.editors[name].read() == before
        assert not event.isAccepted()


def test_a_decimal_comma_is_a_decimal_point(form: Form):
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        form.editors["tolerance"].widget.setText("0,25")
        assert form.values()["tolerance"] == 0.25
    finally:
        QLocale.setDefault(QLocale.c())


def test_nothing_typed_is_automatic_or_the_default():
    assert parse(Parameter("n", "int", 3, optional=True), " ") is None
    assert parse(Parameter("n", "float", 0.5), "") == 0.5


@pytest.mark.parametrize("entry", methods().values(), ids=lambda m: m.name)
def test_every_method_has_a_form_that_gives_back_its_defaults(entry: Method, qtbot: QtBot):
    made = Form(entry.parameters, {})
    qtbot.addWidget(made)
    assert made.values() == {}
    shown = {name: e.read() for name, e in made.editors.items()}
    make(entry.params, shown)  # what the form shows is allowed
