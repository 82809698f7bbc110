"""Which spectra of the library become endmembers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRegularExpression,
    QSortFilterProxyModel,
    QStringListModel,
    Qt,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QWidget,
)

from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.spectrum_plot import Curve, SpectrumPlot
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.gui.widgets.theme import worn_by
from hsunmix.model.library_on_bands import lacking
from hsunmix.model.spectra import Spectra, colour

__all__ = ["LibraryDialog"]

DRAWN = 8  # spectra of a selection
FACTORS = (1.0, 100.0, 255.0, 1000.0, 4095.0, 10000.0, 65535.0, 1e-2, 1e-3, 1e-4)


class _Filter(QSortFilterProxyModel):
    """Shows what holds the words that are searched, of one file and one class if these are chosen."""

    def __init__(self, library: Spectra, parent: Dialog) -> None:
        super().__init__(parent)
        self._of = {"origins": library.origins, "classes": library.classes}
        self._wanted = {"origins": "", "classes": ""}

    def narrow(self, what: str, value: str) -> None:
        """Show only spectra of a file (``origins``) or a class (``classes``); empty for every one."""
        self._wanted[what] = value
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether a spectrum is shown."""
        fits = all(not value or self._of[what][row] == value for what, value in self._wanted.items())
        return fits and super().filterAcceptsRow(row, parent)


class LibraryDialog(Dialog):
    """A list that is searched by typing, and the spectra of what is selected in it."""

    def __init__(
        self,
        parent: QWidget | None,
        library: Spectra,
        good: NDArray[np.bool_] | None = None,
        origin: str = "",
    ) -> None:
        super().__init__(
            parent,
            "libraryDialog",
            "Add from the library",
            f"{len(library.names)} spectra, brought to the bands of the scene.",
            "Add",
        )
        self.setMinimumSize(560, 560)
        self.sentence.setProperty("role", "muted")
        self._library = library
        self._good = np.ones(library.values.shape[1], bool) if good is None else good
        self.search = named(QLineEdit(), "librarySearch", "Search the library by name")
        self.search.setPlaceholderText("Search: kaolinite, grass, …")
        self.search.setClearButtonEnabled(True)
        self._names = QStringListModel(list(library.names), self)
        self._hidden: set[int] = set()  # selected, but not among those that are shown
        self._found = _Filter(library, self)
        self._found.setSourceModel(self._names)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(self._search)
        self.list = named(QListView(), "libraryList", "Spectra of the library")
        self.list.setModel(self._found)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.doubleClicked.connect(self.accept)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show())
        self.plot = SpectrumPlot("libraryPlot", "Selected spectra")
        self.plot.setMinimumHeight(190)
        self.plot.dress(worn_by(self))
        if library.wavelengths is not None:
            self.plot.set_axes(library.wavelengths, "Wavelength (nm)", "Value")
        else:
            self.plot.set_axes(np.arange(1.0, library.values.shape[1] + 1), "Band", "Value")
        self.body.addWidget(self.search)
        self._add_filters()
        self.body.addWidget(self.list)
        self.found = SpokenLabel("libraryFound", "How many spectra are shown and selected")
        self.found.setProperty("role", "muted")
        self.found.setWordWrap(True)
        self.body.addWidget(self.found)
        self.body.addWidget(self.plot)
        self._add_gaps()
        self._add_factor()
        self.body.setStretchFactor(self.list, 1)
        self.search.setFocus()
        self._show()
        self._offer(origin)

    def _offer(self, origin: str) -> None:
        """Show the spectra of a library that was just opened, all of them selected."""
        box = self.findChild(QComboBox, "libraryOrigins")
        if box is not None and origin in self._library.origins:
            box.setCurrentIndex(max(0, box.findData(origin)))
            self.list.selectAll()
            self.list.setFocus()

    @property
    def chosen(self) -> tuple[int, ...]:
        """What is selected, in the library's order; also what a later search doesn't show."""
        rows = self.list.selectionModel().selectedRows()
        return tuple(sorted({*self._hidden, *(self._found.mapToSource(row).row() for row in rows)}))

    @property
    def factor(self) -> float | None:
        """By what they are to be multiplied; None for what each library needs."""
        value: float | None = self.times.currentData()
        return value

    @property
    def leaves_out(self) -> bool:
        """Whether the bands in which some of them have no values are to be left out of the scene."""
        return self.leave.isVisibleTo(self) and self.leave.isChecked()

    def _add_filters(self) -> None:
        """Let the list be narrowed to one file and one class, and all that it shows be selected."""
        row = QHBoxLayout()
        for what, title, values in (
            ("origins", "All libraries", self._library.origins),
            ("classes", "All classes", self._library.classes),
        ):
            box = named(QComboBox(), f"library{what.capitalize()}", title)
            box.addItem(title, "")
            for value in sorted({value for value in values if value}, key=str.casefold):
                box.addItem(value, value)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            box.setVisible(box.count() > 2)
            box.setAccessibleDescription(title)
            box.currentTextChanged.connect(box.setAccessibleDescription)
            box.currentIndexChanged.connect(partial(self._narrow, what, box))
            row.addWidget(box, 1)
        self.all = named(QPushButton("Select all"), "librarySelectAll", "Select all spectra that are shown")
        self.all.setToolTip("Select all spectra that are shown (Ctrl+A)")
        self.all.setAutoDefault(False)  # Return adds
        self.all.clicked.connect(self._select_shown)
        row.addWidget(self.all)
        self.body.addLayout(row)

    def _select_shown(self) -> None:
        self._hidden = set()
        self.list.selectAll()
        self._show()

    def _narrow(self, what: str, box: QComboBox, _index: int) -> None:
        self._refilter(lambda: self._found.narrow(what, box.currentData()))

    def _refilter(self, change: Callable[[], None]) -> None:
        """Show other spectra; what is selected stays so."""
        before, self._hidden = set(self.chosen), set()
        change()
        places = {entry: self._found.mapFromSource(self._names.index(entry)) for entry in before}
        selection = QItemSelection()
        for place in places.values():
            if place.isValid():
                selection.select(place, place)
        self._hidden = {entry for entry, place in places.items() if not place.isValid()}
        self.list.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._show()

    def _tell(self, chosen: tuple[int, ...]) -> None:
        """Say how many are shown, what is selected behind them, and how many are drawn."""
        shown, every = self._found.rowCount(), self._names.rowCount()
        parts = [f"{shown} of {every} spectra." if shown < every else f"{every} spectra."]
        if not shown:
            parts = ["Nothing was found: try fewer or other words."]
        if self._hidden:
            parts.append(f"{len(self._hidden)} selected before.")
        if len(chosen) > DRAWN:
            parts.append(f"The first {DRAWN} of {len(chosen)} are drawn.")
        self.found.setText(" ".join(parts))

    def _add_gaps(self) -> None:
        """Say which of the selected have too many gaps for the scene, and offer to leave those bands out."""
        self.gaps = named(QLabel(), "libraryGaps", "Bands without values")
        self.gaps.setWordWrap(True)
        self.gaps.setProperty("role", "muted")
        self.leave = named(QCheckBox(), "libraryLeaveOut", "Leave bands out")
        self.body.addWidget(self.gaps)
        self.body.addWidget(self.leave)

    def _show_gaps(self, chosen: tuple[int, ...]) -> None:
        rows = [lacking(self._library.values[entry], self._good) for entry in chosen]
        count = sum(bool(row.any()) for row in rows)
        bands = int(np.logical_or.reduce(rows).sum()) if count else 0
        used = int(self._good.sum())
        who = "1 of them has" if count == 1 else f"{count} of them have"
        self.gaps.setText(f"{who} no values in {bands} of the {used} bands used." if count else "")
        self.gaps.setVisible(count > 0)
        self.leave.setText(f"Leave out {bands} bands and add {'it' if count == 1 else 'them'} too")
        self.leave.setVisible(0 < bands < used)

    def _add_factor(self) -> None:
        """Show by what spectra are multiplied to be in the scene's units, and let it be changed."""
        told = np.ones(1) if self._library.factors is None else np.unique(self._library.factors)
        self.times = named(QComboBox(), "libraryFactor", "By what spectra are multiplied")
        if len(told) > 1:
            self.times.addItem("what each library needs", None)
        for value in sorted({*FACTORS, *told.tolist()}):
            self.times.addItem(f"{value:,g}", None if told.tolist() == [value] else value)
        self.times.setCurrentIndex(self.times.findData(None))
        row = QHBoxLayout()
        label = named(QLabel("&Multiply by"), "libraryFactorLabel", "Multiply by")
        label.setBuddy(self.times)
        row.addWidget(label)
        row.addWidget(self.times)
        row.addStretch(1)
        self.body.addLayout(row)
        why = " ".join(note for note in self._library.notes if "multiplied by" in note)
        self.why = named(QLabel(why), "libraryFactorReason", why or "Spectra are in the scene's units")
        self.why.setWordWrap(True)
        self.why.setProperty("role", "muted")
        self.why.setVisible(bool(why))
        self.body.addWidget(self.why)

    def _search(self, text: str) -> None:
        """Find the names that hold every word, in any order."""
        words = [f"(?=.*{QRegularExpression.escape(word)})" for word in text.split()]
        pattern = QRegularExpression("".join(words), QRegularExpression.PatternOption.CaseInsensitiveOption)
        self._refilter(lambda: self._found.setFilterRegularExpression(pattern))

    def _show(self) -> None:
        chosen = self.chosen
        self._show_gaps(chosen)
        self._tell(chosen)
        self.accept_button.setEnabled(bool(chosen))
        self.accept_button.setText(f"Add {len(chosen)} spectra" if len(chosen) > 1 else "Add")
        curves = [
            Curve(self._library.values[entry], colour(k), width=1.8) for k, entry in enumerate(chosen[:DRAWN])
        ]
        self.plot.set_curves("selected", curves)
        names = ", ".join(self._library.names[entry] for entry in chosen[:DRAWN])
        self.plot.setAccessibleDescription(names or "No spectrum is selected")
        self.plot.fit()
