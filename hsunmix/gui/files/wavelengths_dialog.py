"""Which wavelengths a cube has: those of its file, equal steps, or those of another file."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsunmix.gui.widgets.dialog import Dialog, chosen_path
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietDoubleSpinBox
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.model.cube import Cube

__all__ = ["WavelengthsDialog"]

PER_UNIT = {"nm": (1.0, 2), "µm": (1000.0, 5)}  # nanometres, and decimals that are shown
SOURCES = {"Those of the file": "own", "Equal steps": "steps", "Those of another file": "file"}
FIRST_NM, LAST_NM, MOST_NM = 400.0, 2500.0, 100_000.0


class WavelengthsDialog(Dialog):
    """Its ``text`` is the answer in the words of ``--wavelengths``; empty for those of the file.

    Parameters
    ----------
    parent : QWidget or None
    cube : Cube
    """

    def __init__(self, parent: QWidget | None, cube: Cube) -> None:
        nm = cube.wavelengths
        known = "no wavelengths" if nm is None else f"wavelengths from {nm[0]:.6g} to {nm[-1]:.6g} nm"
        super().__init__(
            parent,
            "wavelengthsDialog",
            "Wavelengths",
            f"{cube.name}: {cube.bands} bands, {known}.",
            "Use these",
        )
        self._bands, self._folder = cube.bands, str(cube.path.parent) if cube.path is not None else ""
        given = str(dict(cube.options).get("wavelengths", ""))
        self.source = named(QuietComboBox(), "wavelengthsSource", "Which wavelengths")
        for words, kind in SOURCES.items():
            self.source.addItem(words, kind)
        self.first, self.last = self._number("First", FIRST_NM), self._number("Last", LAST_NM)
        if nm is not None:
            self.first.setValue(float(nm[0]))
            self.last.setValue(float(nm[-1]))
        self.unit = named(QuietComboBox(), "wavelengthsUnit", "Unit")
        self.unit.addItems(list(PER_UNIT))
        self.told = SpokenLabel("wavelengthsTold", "Step from band to band")
        self.file = named(QLineEdit(), "wavelengthsFile", "File with the wavelengths")
        self.file.setPlaceholderText("header, spectral library, or table")
        self.browse = named(QPushButton("Browse…"), "wavelengthsBrowse", "Choose a file with the wavelengths")
        self.browse.setAutoDefault(False)  # Return agrees
        hint = f"It must hold {cube.bands} wavelengths, one for each band. Widths are read with them."
        if cube.band_numbers is not None:
            hint = f"{cube.bands} wavelengths, or all of the sensor: the scene says which it keeps."
        self.hint = named(QLabel(hint), "wavelengthsHint", hint)
        for label in (self.told, self.hint):
            label.setProperty("role", "muted")
        self._arrange()
        self._connect()
        if given and not self._take(given):
            self.file.setText(given)
            self._choose("file")
        elif not given:
            self._choose("own" if nm is not None else "file")
        self._follow()
        self.source.setFocus()

    @property
    def kind(self) -> str:
        """Where they are from: ``own``, ``steps`` or ``file``."""
        return str(self.source.currentData())

    def _choose(self, kind: str) -> None:
        self.source.setCurrentIndex(self.source.findData(kind))

    def _number(self, word: str, nm: float) -> QuietDoubleSpinBox:
        box = named(QuietDoubleSpinBox(), f"wavelengths{word}", f"{word} wavelength")
        box.setDecimals(PER_UNIT["nm"][1])
        box.setRange(0, MOST_NM)
        box.setSingleStep(10)
        box.setValue(nm)
        return box

    def _arrange(self) -> None:
        above = QHBoxLayout()
        label = named(QLabel("Use"), "wavelengthsSourceLabel", "Use")
        label.setBuddy(self.source)
        above.addWidget(label)
        above.addWidget(self.source, 1)
        row = QHBoxLayout()
        row.setSpacing(10)
        for word, box in (("First", self.first), ("Last", self.last), ("Unit", self.unit)):
            label = named(QLabel(word), f"wavelengths{word}Label", word)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box, 1)
        chosen = QHBoxLayout()
        chosen.setSpacing(8)
        chosen.addWidget(self.file, 1)
        chosen.addWidget(self.browse)
        self.body.addLayout(above)
        self.parts = {
            "steps": self._part("Steps", row, self.told),
            "file": self._part("File", chosen, self.hint),
        }

    def _part(self, name: str, row: QHBoxLayout, below: QLabel) -> QWidget:
        """Add what is to be seen for one of the choices only."""
        part = named(QWidget(), f"wavelengths{name}Part", name)
        inside = QVBoxLayout(part)
        inside.setContentsMargins(0, 0, 0, 0)
        row.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(row)
        inside.addWidget(below)
        self.body.addWidget(part)
        return part

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(self._follow)
        for box in (self.first, self.last):
            box.valueChanged.connect(self._follow)
        self.unit.currentTextChanged.connect(self._change_unit)
        self.file.textChanged.connect(self._follow)
        self.browse.clicked.connect(self._choose_file)

    def _take(self, given: str) -> bool:
        """Show what was given as a range; whether it was one."""
        words = given.replace("µ", "u").split()
        ends = words[0].split("-") if words else []
        try:
            first, last = map(float, ends)
        except ValueError:
            return False
        self.unit.setCurrentText("µm" if words[1:] == ["um"] else "nm")
        self.first.setValue(first)
        self.last.setValue(last)
        self._choose("steps")
        return True

    def _change_unit(self, unit: str) -> None:
        """Show the same wavelengths in another unit."""
        factor, decimals = PER_UNIT[unit]
        for box in (self.first, self.last):
            nm = box.value() * MOST_NM / box.maximum()
            box.setDecimals(decimals)
            box.setRange(0, MOST_NM / factor)
            box.setSingleStep(10 / factor)
            box.setValue(nm / factor)
        self._follow()

    def _choose_file(self) -> None:
        title = "A file with the wavelengths"
        path = chosen_path(QFileDialog.getOpenFileName(self, title, self._folder))
        if path is not None:
            self.file.setText(str(path))

    def _follow(self) -> None:
        """Offer only what is chosen; say what the steps are; agree to nothing that can't be."""
        for kind, part in self.parts.items():
            part.setVisible(kind == self.kind)
        unit, span = self.unit.currentText(), self.last.value() - self.first.value()
        rising = self.first.value() > 0 and (span > 0 or self._bands == 1)
        step = f"{self._bands} bands, {span / max(self._bands - 1, 1):.4g} {unit} from one to the next."
        self.told.setText(step if rising else "The last wavelength must be larger than the first.")
        able = {"own": True, "steps": rising, "file": bool(self.file.text().strip())}
        self.accept_button.setEnabled(able[self.kind])

    @property
    def text(self) -> str:
        """What was chosen."""
        if self.kind != "steps":
            return self.file.text().strip() if self.kind == "file" else ""
        decimals = self.first.decimals()
        ends = [f"{box.value():.{decimals}f}".rstrip("0").rstrip(".") for box in (self.first, self.last)]
        return f"{'-'.join(ends)} {self.unit.currentText().replace('µ', 'u')}"
