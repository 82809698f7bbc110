"""What to run: how many endmembers, which method, its parameters; and the button."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsunmix.gui.commands import (
    EstimateRank,
    OpenLibrary,
    SetRun,
    ShowAdvanced,
    ShowTool,
    Unmix,
    UseEndmembers,
)
from hsunmix.gui.run.choice_form import ChoiceForm
from hsunmix.gui.run.library_row import LibraryRow
from hsunmix.gui.run.library_state import LibraryClasses
from hsunmix.gui.run.method_list import fill_methods, tip_of
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import Panel, heading, named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietSpinBox
from hsunmix.gui.widgets.theme import LIGHT, Theme
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.methods import find
from hsunmix.methods.running.pipeline import start_of
from hsunmix.model.choice import Choice
from hsunmix.session.document import Document, RunSettings

TITLE = "Unmixing"
AREA = "right"
ORDER = 10

MAX_RANK = 999
OWN_ABUNDANCES = "Chosen by the method"
RANK_TIP = "How many materials to look for"


class View(Panel):
    """The run panel."""

    def __init__(self) -> None:
        super().__init__("runPanel", TITLE)
        self.setProperty("role", "panel")
        self._settings = RunSettings()
        self._theme = LIGHT
        self._estimated: int | None = None
        self._wanted = 0  # height, in logical pixels
        self._classes = LibraryClasses()
        self._has_cube = self._has_members = self._busy = self._lent = False
        self._make_fields()
        self._lay_out()
        self._show_settings(self._settings)

    def _make_fields(self) -> None:
        self.rank = named(QuietSpinBox(), "rank", "Number of endmembers")
        self.rank.setRange(1, MAX_RANK)
        self.rank.setToolTip(RANK_TIP)
        self.rank.setFixedWidth(72)
        self.rank.valueChanged.connect(lambda value: self._change(rank=value))
        self.estimate = named(QPushButton("Estimate"), "estimateRank", "Estimate the number of endmembers")
        self.estimate.setProperty("role", "link")
        self.estimate.setToolTip("Estimate the number of endmembers (Ctrl+Shift+R)")
        self.estimate.clicked.connect(self._on_estimate)
        self.how_many = named(QToolButton(), "howManyButton", "How many endmembers?")
        self.how_many.setToolTip("The curve of the estimate, and runs with several numbers (Ctrl+Shift+H)")
        self.how_many.setIconSize(QSize(16, 16))
        self.how_many.clicked.connect(lambda: self.command.emit(ShowTool("how_many")))
        self.method = named(QuietComboBox(), "method", "Method")
        self.abundance = named(QuietComboBox(), "abundance", "Abundances")
        self.abundance.addItem(OWN_ABUNDANCES, "")
        fill_methods(self.method, "factorization", "extraction")
        fill_methods(self.abundance, "abundance")
        for box in (self.method, self.abundance):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
        self.method.activated.connect(lambda _: self._change(method=self.method.currentData()))
        self.abundance.activated.connect(lambda _: self._change(abundance=self.abundance.currentData()))
        self.library = LibraryRow()
        self.library.chosen.connect(lambda libraries: self._change(libraries=libraries))
        self.library.open_wanted.connect(lambda: self.command.emit(OpenLibrary()))
        self.of_method = ChoiceForm("", "", "factorization", "extraction")
        self.of_start = ChoiceForm("start", "Start", "extraction")
        self.of_abundance = ChoiceForm("abundance", "Abundances", "abundance")
        self.seed = named(QuietSpinBox(), "seed", "Seed")
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setToolTip("For everything random in the method: the same seed gives the same result")
        self.seed.valueChanged.connect(lambda value: self._change(seed=value))
        self.unmix = named(QPushButton("Unmix"), "unmixButton", "Unmix")
        self.unmix.setProperty("role", "primary")
        self.unmix.setToolTip("Find endmembers and abundances with these settings (Ctrl+R)")
        self.unmix.clicked.connect(lambda: self.command.emit(Unmix()))
        self.use = named(QPushButton("Use these endmembers"), "useEndmembersButton", "Use these endmembers")
        self.use.setToolTip(
            "Find only the abundances of the endmembers in the table, as a run of its own (Ctrl+Alt+R)"
        )
        self.use.clicked.connect(lambda: self.command.emit(UseEndmembers()))
        self.uncertainty = named(QCheckBox("Uncertainty"), "uncertainty", "Say how sure the result is")
        self.uncertainty.setToolTip(
            "Say how sure the result is: a standard deviation for every abundance and every spectrum"
        )
        self.uncertainty.toggled.connect(lambda on: self._change(uncertainty=on))
        self.advanced = named(QToolButton(), "advanced", "Advanced settings")
        self.advanced.setText("Advanced")
        self.advanced.setToolTip("Show the parameters of the methods")
        self.advanced.setCheckable(True)
        self.advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.advanced.setIconSize(QSize(10, 10))
        self.advanced.toggled.connect(self._on_advanced)
        self.advanced.clicked.connect(lambda shown: self.command.emit(ShowAdvanced(shown)))

    def _lay_out(self) -> None:
        rank = QHBoxLayout()
        rank.setSpacing(6)
        rank.addWidget(self.rank)
        rank.addWidget(self.estimate)
        rank.addWidget(self.how_many)
        rank.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(7)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_label("Endmembers", self.rank), rank)
        form.addRow(_label("Method", self.method), self.method)
        form.addRow(_label("Library", self.library.box), self.library)
        form.addRow(_label("Abundances", self.abundance), self.abundance)
        self._form = form
        self._more = named(QWidget(), "advancedSettings", "Advanced settings")
        self._more_layout = QVBoxLayout(self._more)
        self._more_layout.setContentsMargins(0, 0, 0, 0)
        self._more_layout.setSpacing(6)
        for parameters in (self.of_method, self.of_start, self.of_abundance):
            parameters.changed.connect(self._on_parameters)
            self._more_layout.addWidget(parameters)
        seed = QFormLayout()
        seed.setHorizontalSpacing(10)
        seed.addRow(_label("Seed", self.seed), self.seed)
        self._more_layout.addLayout(seed)
        self._more.hide()
        self._inside = named(QWidget(), "runSettings", "Settings of the run")
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(10, 2, 10, 2)
        column.setSpacing(6)
        column.addLayout(form)
        below = QHBoxLayout()
        below.addWidget(self.advanced)
        below.addStretch(1)
        below.addWidget(self.uncertainty)
        column.addLayout(below)
        column.addWidget(self._more)
        column.addStretch(1)
        self._scroll = scroll = named(QScrollArea(), "runScroll", "Settings of the run")
        named(scroll.viewport(), "runScrollViewport", "Settings of the run")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._inside)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what is in it
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 6, 1, 10)
        layout.setSpacing(6)
        title = heading(TITLE, "runHeading")
        title.setContentsMargins(10, 0, 10, 0)
        button = QHBoxLayout()
        button.setContentsMargins(10, 0, 10, 0)
        button.setSpacing(6)
        button.addWidget(self.unmix, 1)
        button.addWidget(self.use)
        layout.addWidget(title)
        layout.addWidget(scroll, 1)
        layout.addLayout(button)
        self.setMinimumSize(280, 130)  # its fields scroll, the button stays

    def sizeHint(self) -> QSize:
        """Room for all settings that are shown: what scrolls asks for less by itself."""
        for part in (self._more, self._inside):
            layout = part.layout()
            assert layout is not None
            layout.invalidate()
        hint = super().sizeHint()
        more = self._inside.sizeHint().height() - self._scroll.sizeHint().height()
        return QSize(hint.width(), hint.height() + more)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]  # noqa: ARG002
        """Show the settings."""
        if new.settings != self._settings:
            self._show_settings(new.settings)
        self._has_cube, self._has_members = new.cube is not None, bool(new.endmembers)
        self._show_button()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Follow the work under way, and the estimate."""
        self._busy = new.unmixing is not None
        self._show_button()
        self.advanced.setChecked(new[RunState].advanced)
        if new[LibraryClasses] is not old[LibraryClasses]:
            self._classes = new[LibraryClasses]
            self._show_library(self._settings)
        if new[RunState].estimate is not old[RunState].estimate or ("rank" in new.tasks) != (
            "rank" in old.tasks
        ):
            self._show_estimate(new)

    def dress(self, theme: Theme) -> None:
        """Colour the arrow."""
        self._theme = theme
        self.how_many.setIcon(icon("curve", theme.muted))
        self._on_advanced(self.advanced.isChecked())

    def _show_button(self) -> None:
        wanted = self._has_cube and not self._busy
        if self.unmix.hasFocus() and not wanted:
            self.unmix.clearFocus()  # Qt would hand it to whatever comes next, far away
            self._lent = True
        self.unmix.setEnabled(wanted)
        if wanted and self._lent:
            self._lent = False
            if self.window().focusWidget() in (None, self.unmix):
                self.unmix.setFocus()
        self.unmix.setText("Unmixing…" if self._busy else "Unmix")
        self.use.setEnabled(wanted and self._has_members)
        self.estimate.setEnabled(self._has_cube)
        self.how_many.setEnabled(self._has_cube)

    def _show_estimate(self, state: ViewState) -> None:
        found = state[RunState].estimate
        if "rank" in state.tasks:
            self.estimate.setText("estimating…")
        elif found is None:
            self.estimate.setText("Estimate")
        else:
            single = found.text == str(found.rank)
            self.estimate.setText(f"estimated {found.rank}" + ("" if single else f" ({found.text})"))
        tip = "Estimate the number of endmembers (Ctrl+Shift+R)"
        tip = tip if found is None else f"{found.sentence}\nClick to use this number."
        self.estimate.setToolTip(wrapped(tip))
        self._estimated = None if found is None else found.rank

    def _on_estimate(self) -> None:
        if self._estimated is None:
            self.command.emit(EstimateRank())
        else:
            self.rank.setValue(self._estimated)

    def _show_settings(self, settings: RunSettings) -> None:
        self._settings = settings
        fields = (self.rank, self.method, self.abundance, self.seed, self.uncertainty)
        for widget in fields:
            widget.blockSignals(True)
        self.rank.setValue(settings.rank)
        self.seed.setValue(settings.seed)
        self.method.setCurrentIndex(max(0, self.method.findData(settings.method)))
        self.abundance.setCurrentIndex(max(0, self.abundance.findData(settings.abundance)))
        self.uncertainty.setChecked(settings.uncertainty)
        for widget in fields:
            widget.blockSignals(False)
        self.method.setToolTip(tip_of(find(settings.method, "factorization", "extraction")))
        self.abundance.setToolTip(
            tip_of(find(settings.abundance, "abundance")) or "The abundances that the method itself computes"
        )
        self._show_library(settings)
        self._show_forms(settings)

    def _show_library(self, settings: RunSettings) -> None:
        """Show the library, for a method that takes one; its classes may tell the number of endmembers."""
        self._form.setRowVisible(self.library, self.library.present(settings, self._classes))
        entry = find(settings.method, "factorization", "extraction")
        given = entry is not None and entry.traits.of_classes and bool(self._classes.classes)
        self.rank.setEnabled(not given)
        tip = f"The library has {len(self._classes.classes)} classes" if given else RANK_TIP
        self.rank.setToolTip(wrapped(tip))

    def _show_forms(self, settings: RunSettings) -> None:
        entry = find(settings.method, "factorization", "extraction")
        start = "" if entry is None else start_of(entry, settings.choice(entry.kind, entry.id))
        self.of_method.show_settings(settings, settings.method)
        self.of_start.show_settings(settings, start)
        self.of_abundance.show_settings(settings, settings.abundance)
        if self._more.isVisibleTo(self) and self.sizeHint().height() != self._wanted:
            self._wanted = (
                self.sizeHint().height()
            )  # other parameters: the splitter stays where it is for the same
            self.room_wanted.emit(self._wanted)

    def _on_parameters(self, kind: str, choice: Choice) -> None:
        self._change(parameters=self._settings.with_choice(kind, choice).parameters)

    def _on_advanced(self, shown: bool) -> None:
        self.advanced.setIcon(icon("chevron-down" if shown else "chevron-right", self._theme.muted))
        if shown != self._more.isVisibleTo(self):
            self._more.setVisible(shown)
            self.room_wanted.emit(self.sizeHint().height())

    def _change(self, **changes: Any) -> None:
        self._settings = replace(self._settings, **changes)
        self._show_settings(self._settings)
        self.command.emit(SetRun(self._settings))


def _label(text: str, buddy: QWidget) -> QLabel:
    label = named(QLabel(text), f"{buddy.objectName()}Label", text)
    label.setProperty("role", "field")
    label.setBuddy(buddy)
    return label
