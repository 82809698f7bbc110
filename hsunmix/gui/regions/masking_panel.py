"""Plan a mask: an index or an expression, a threshold, and what it would keep, live on the image."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSlider, QVBoxLayout

from hsunmix.gui.commands import AddLayer, ApplyMask, CancelMask, PlanMask
from hsunmix.gui.regions.state import Masking, RegionsState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietDoubleSpinBox
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.session.document import Document

TITLE = "Mask"
AREA = "message"
ORDER = 10

STEPS = 500  # of the slider
FINE = 4  # digits of a threshold, the first one beside them
INDICES = {
    "NDVI: vegetation": "ndvi",
    "NDWI: water": "ndwi",
    "NDSI: snow": "ndsi",
    "Brightness": "b[:]",
    "Expression": "",
}
SENSES = {"above": ">", "below": "<"}
WAYS = {"as the mask": "replace", "within the mask": "narrow", "added to the mask": "widen"}


class View(Panel):
    """The bar; there only while a mask is planned."""

    def __init__(self) -> None:
        super().__init__("maskingPanel", TITLE)
        self.setProperty("role", "panel")
        self._masking: Masking | None = None
        self._cubed = False
        self.index = named(QuietComboBox(), "maskIndex", "Index")
        self.index.addItems(list(INDICES))
        self.index.setToolTip("What is compared with the threshold")
        self.text = named(QLineEdit(), "maskExpression", "Expression")
        self.text.setToolTip(
            "Band maths over wavelengths in nm: b[860] is a band, b[800:900] a mean; for example\n"
            "(b[860] - b[660]) / (b[860] + b[660]), or a condition such as b[860] > 0.3"
        )
        self.text.setMinimumWidth(170)
        self.sense = named(QuietComboBox(), "maskSense", "Kept where above or below the threshold")
        self.sense.addItems(list(SENSES))
        self.sense.setToolTip("Which side of the threshold is kept")
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "maskSlider", "Threshold")
        self.slider.setRange(0, STEPS)
        self.slider.setMinimumWidth(90)
        self.threshold = named(QuietDoubleSpinBox(), "maskThreshold", "Threshold")
        self.threshold.setRange(-1e9, 1e9)
        self.threshold.setFixedWidth(110)
        self.how = named(QuietComboBox(), "maskHow", "What becomes of the mask that there is")
        self.how.addItems(list(WAYS))
        self.how.setToolTip("What becomes of the mask that there is: replaced, narrowed or widened")
        self.kept = SpokenLabel("maskKept", "Share of the pixels kept")
        self.wrong = SpokenLabel("maskWrong", "What is wrong with the expression")
        self.wrong.setProperty("role", "wrong")
        self.wrong.setTextFormat(Qt.TextFormat.PlainText)
        self.wrong.setWordWrap(True)
        self.layer = named(QPushButton("Show as layer"), "maskLayer", "Show the expression as an image")
        self.layer.setProperty("role", "link")
        self.ok = named(QPushButton("Use these pixels"), "maskApply", "Use these pixels")
        self.cancel = named(QPushButton("Cancel"), "maskCancel", "Cancel")
        self.cancel.setProperty("role", "link")
        self._lay_out()
        self._connect()
        self.hide()

    def _lay_out(self) -> None:
        keep = named(QLabel("Keep"), "maskKeep", "Keep the pixels where")
        keep.setProperty("role", "title")
        what, then = QHBoxLayout(), QHBoxLayout()
        for row in (what, then):
            row.setSpacing(6)
        what.addWidget(keep)
        what.addWidget(self.index)
        what.addWidget(self.text, 2)
        what.addWidget(self.sense)
        what.addWidget(self.slider, 1)
        what.addWidget(self.threshold)
        then.addWidget(self.kept)
        then.addWidget(self.how)
        then.addWidget(self.wrong, 1)
        then.addStretch()
        then.addWidget(self.layer)
        then.addWidget(self.cancel)
        then.addWidget(self.ok)
        both = QVBoxLayout(self)
        both.setContentsMargins(8, 4, 8, 4)
        both.setSpacing(2)
        both.addLayout(what)
        both.addLayout(then)

    def _connect(self) -> None:
        self.index.activated.connect(self._on_index)
        self.text.editingFinished.connect(self._on_text)
        self.sense.activated.connect(lambda: self._plan(sense=SENSES[self.sense.currentText()]))
        self.how.activated.connect(lambda: self._plan(how=WAYS[self.how.currentText()]))
        self.slider.valueChanged.connect(self._on_slider)
        self.threshold.valueChanged.connect(lambda value: self._plan(threshold=value))
        self.layer.clicked.connect(lambda: self.command.emit(AddLayer()))
        self.ok.clicked.connect(lambda: self.command.emit(ApplyMask()))
        self.cancel.clicked.connect(lambda: self.command.emit(CancelMask()))

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]  # noqa: ARG002
        """Offer to go on from a mask only where there is one."""
        self.how.setVisible(new.cube is not None and new.cube.selection is not None)

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the plan and what it would keep."""
        masking = new[RegionsState].masking
        if masking is old[RegionsState].masking:
            return
        self._masking = masking
        if masking is not None:
            self._show(masking)
        if self.isHidden() and masking is not None:
            self.show()
            self.index.setFocus()
        self.setVisible(masking is not None)

    def _show(self, masking: Masking) -> None:
        plan = masking.plan
        named_so = next((name for name, text in INDICES.items() if text == plan.text), "Expression")
        self.index.setCurrentText(named_so)
        if not self.text.hasFocus() or not self.text.isModified():
            self.text.setText(plan.text)
        self.sense.setCurrentText(next(name for name, sense in SENSES.items() if sense == plan.sense))
        self.how.setCurrentText(next(name for name, how in WAYS.items() if how == plan.how))
        number = masking.range is not None
        for widget in (self.sense, self.slider, self.threshold):
            widget.setEnabled(number)
        if masking.range is not None and plan.threshold is not None:
            low, high = masking.range
            with QSignalBlocker(self.slider), QSignalBlocker(self.threshold):
                self.threshold.setDecimals(_decimals(high - low))
                self.threshold.setSingleStep((high - low) / 100)
                self.threshold.setValue(plan.threshold)
                self.slider.setValue(round(STEPS * (plan.threshold - low) / (high - low)))
            self.slider.setAccessibleDescription(f"{plan.threshold:.4g}, from {low:.4g} to {high:.4g}")
        wrong = bool(masking.wrong)
        self.text.setProperty("wrong", wrong)
        self.text.style().polish(self.text)
        self.wrong.setText(masking.wrong)
        self.wrong.setVisible(wrong)
        self.kept.setText(
            "" if wrong else "…" if masking.mask is None else f"{100 * masking.kept:.1f} % kept"
        )
        self.ok.setEnabled(masking.mask is not None and masking.kept > 0)
        self.layer.setEnabled(not wrong)

    def _plan(self, **changes: object) -> None:
        if self._masking is not None:
            self.command.emit(replace(self._masking.plan, **changes))  # type: ignore[arg-type]

    def _on_index(self) -> None:
        text = INDICES[self.index.currentText()]
        if text:
            self._plan(text=text, threshold=None)
        else:
            self.text.setFocus()
            self.text.selectAll()

    def _on_text(self) -> None:
        text = self.text.text().strip()
        self.text.setModified(False)
        if self._masking is not None and text and text != self._masking.plan.text:
            self.command.emit(PlanMask(text, self._masking.plan.sense, None, self._masking.plan.how))

    def _on_slider(self, step: int) -> None:
        if self._masking is not None and self._masking.range is not None:
            low, high = self._masking.range
            self._plan(threshold=low + (high - low) * step / STEPS)


def _decimals(span: float) -> int:
    """Return the decimals that tell ten thousand values of a span apart."""
    return min(max(FINE - math.floor(math.log10(span)), 0), 12) if span > 0 else FINE
