"""Feature space: the pixels along two axes, beside the image and linked with it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from hsunmix.gui.commands import BinSpace, Hover, Pin, SelectInSpace, SetSpaceAxes, WatchSpace
from hsunmix.gui.feature_space.plot import Corner, SpacePlot
from hsunmix.gui.feature_space.state import Cloud, SpaceState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.elided import ElidedLabel
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.gui.widgets.theme import Theme
from hsunmix.methods.feature_space import Axis, axes_of, column_of
from hsunmix.model.wording import counted
from hsunmix.session.document import Document

TITLE = "Feature space"
AREA = "tool"
ORDER = 130
SIZE = (720, 640)

TOOLS = {
    "lasso": "Lasso: drag around pixels to make them a region.\n"
    "By keys: arrows, Enter for a corner, Ctrl+Enter closes.",
    "rectangle": "Rectangle: drag from corner to corner to make the pixels a region.\n"
    "By keys: arrows, Enter for either corner.",
}
MAX_DRAWN = 4000  # pixels of a region that are drawn


class View(Panel):
    """The plot, what its axes are, and what draws around pixels."""

    def __init__(self) -> None:
        super().__init__("featureSpacePanel", TITLE)
        self._document, self._state = Document(), ViewState()
        self._axes: list[Axis] = []
        self.plot = SpacePlot("featureSpacePlot", "Pixels in feature space")
        self.boxes = [self._box(name) for name in ("x", "y")]
        self.tools = {name: self._tool(name, tip) for name, tip in TOOLS.items()}
        self.tools["lasso"].setChecked(True)
        self.mean = named(
            QCheckBox("Add its mean as an endmember"), "spaceMean", "Add the mean as an endmember"
        )
        self.mean.setToolTip("Make the mean spectrum of the pixels within what is drawn an endmember")
        self.fit = named(QToolButton(), "spaceFit", "Show all pixels")
        self.fit.setIconSize(QSize(16, 16))
        self.fit.setToolTip("Show all pixels and endmembers (Home)")
        self.fit.clicked.connect(self._show_all)
        self.said = ElidedLabel("spaceSaid", "What is shown")
        self.said.setProperty("role", "muted")
        self._lay_out()
        self._connect()

    def _tool(self, name: str, tip: str) -> QToolButton:
        button = named(QToolButton(), f"space{name.capitalize()}", name.capitalize())
        button.setProperty("role", "tool")
        button.setCheckable(True)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(f"{tip}\nPut down, dragging moves the plot.")
        button.clicked.connect(lambda taken: self._take(name if taken else ""))
        return button

    def _box(self, name: str) -> QuietComboBox:
        box = named(QuietComboBox(), f"space{name.upper()}", f"What lies along {name}")
        box.setSizeAdjustPolicy(QuietComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(14)
        box.setMaxVisibleItems(20)
        return box

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        for text, box in zip(("Across", "Up"), self.boxes, strict=True):
            label = named(QLabel(text), f"{box.objectName()}Label", text)
            label.setBuddy(box)
            top.addWidget(label)
            top.addWidget(box, 1)
        for button in self.tools.values():
            top.addWidget(button)
        top.addWidget(self.fit)
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.mean)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.boxes[0].activated.connect(lambda k: self.command.emit(SetSpaceAxes(x=self._axes[k])))
        self.boxes[1].activated.connect(lambda k: self.command.emit(SetSpaceAxes(y=self._axes[k])))
        self.plot.pointed.connect(self._on_pointed)
        self.plot.pressed.connect(self._on_pressed)
        self.plot.seen.connect(self._on_seen)
        self.plot.chosen.connect(
            lambda corners: self.command.emit(SelectInSpace(corners, self.mean.isChecked()))
        )

    # Showing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Move the corners with the endmembers."""
        self._document = new
        if new.endmembers is not old.endmembers or new.view.endmember != old.view.endmember:
            self._show_corners()
        if new.unmixing is not old.unmixing and (new.unmixing is None or not new.unmixing.provisional):
            self._fill()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show what was laid out, and where the cursor is."""
        self._state = new
        before, now = old[SpaceState], new[SpaceState]
        if now.cloud is not before.cloud:
            self._show_cloud(now.cloud)
        elif now.part is not before.part:
            shown = now.part or (now.cloud.whole if now.cloud else None)
            self.plot.show_density(shown)
        if now.axes != before.axes:
            self._fill()
        if now.marked is not before.marked or now.cloud is not before.cloud:
            self._show_regions(now)
        if new.cursor is not old.cursor:
            self._show_cursor()

    def dress(self, theme: Theme) -> None:
        """Colour the plot."""
        self.plot.dress(theme)
        for name, button in self.tools.items():
            button.setIcon(icon(name, theme.muted))
        self.fit.setIcon(icon("fit", theme.muted))
        self._show_corners()

    def _show_cloud(self, cloud: Cloud | None) -> None:
        self._fill()
        if cloud is None:
            self.plot.show_density(None)
            self.plot.show_corners((), -1)
            self.said.setText("Pixels are being laid out…" if self._document.cube is not None else "")
            return
        self.plot.show_axes(*(self._name(axis, long=True) for axis in cloud.axes))
        self.plot.show_density(cloud.whole)
        self._show_corners()
        self.plot.fit(cloud.whole, self._corners())
        self._describe(cloud)

    def _describe(self, cloud: Cloud) -> None:
        said = f"{counted(int(cloud.whole.counts.sum()), 'pixel')}"
        self.said.setText(said)
        names = ", ".join(corner.name for corner in self._corners())
        x, y = (self._name(axis) for axis in cloud.axes)
        self.plot.setAccessibleDescription(f"{said} by {x} and {y}. Endmembers: {names or 'none'}")

    def _corners(self) -> list[Corner]:
        cloud = self._state[SpaceState].cloud
        if cloud is None:
            return []
        bands, (across, up) = len(cloud.space.scene.bands), cloud.axes
        place = cloud.space.place
        return [
            Corner(place(across, e.spectrum, k), place(up, e.spectrum, k), e.colour, e.name)
            for k, e in enumerate(self._document.endmembers)
            if e.visible and len(e.spectrum) == bands
        ]

    def _show_corners(self) -> None:
        visible = [k for k, e in enumerate(self._document.endmembers) if e.visible]
        at = self._document.view.endmember
        self.plot.show_corners(self._corners(), visible.index(at) if at in visible else -1)

    def _show_regions(self, state: SpaceState) -> None:
        cloud, parts = state.cloud, []
        for region, columns in state.marked if cloud is not None else ():
            assert cloud is not None
            few = columns[:: max(1, -(-len(columns) // MAX_DRAWN))]
            parts.append((cloud.x[few], cloud.y[few], region.colour))
        self.plot.show_regions(parts)

    def _show_cursor(self) -> None:
        cloud, cursor = self._state[SpaceState].cloud, self._state.cursor
        column = -1
        if cloud is not None and cursor is not None:
            column = column_of(cloud.space.scene, cursor.line, cursor.sample)
        place = None if column < 0 or cloud is None else (float(cloud.x[column]), float(cloud.y[column]))
        self.plot.show_cursor(place if place is not None and np.isfinite(place).all() else None)

    def _fill(self) -> None:
        """List what can lie along an axis, and show what does."""
        state = self._state[SpaceState]
        if state.cloud is None:
            return
        self._axes = axes_of(state.cloud.space, self._document.unmixing)
        names = [self._name(axis) for axis in self._axes]
        for box, axis in zip(self.boxes, state.axes, strict=True):
            if [box.itemText(k) for k in range(box.count())] != names:
                box.clear()
                box.addItems(names)
            if axis in self._axes:
                box.setCurrentIndex(self._axes.index(axis))
            box.setAccessibleDescription(box.currentText())
            box.setToolTip(box.currentText())

    def _name(self, axis: Axis, *, long: bool = False) -> str:
        cube, cloud = self._document.cube, self._state[SpaceState].cloud
        if axis.kind == "component":
            share = (
                f" ({100 * cloud.space.shares[axis.index]:.1f} % of the variance)" if cloud and long else ""
            )
            return f"Component {axis.index + 1}{share}"
        if axis.kind == "band":
            if cube is None or cube.wavelengths is None:
                return f"Band {axis.index + 1}"
            return f"Band {axis.index + 1}, {cube.wavelengths[axis.index]:.0f} nm"
        members = self._document.endmembers
        if axis.name == "abundance" and axis.index < len(members):
            return f"Abundance of {members[axis.index].name}"
        return axis.name.capitalize() + (f" {axis.index + 1}" if axis.index else "")

    # Asking

    def _pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the pixel near a place of the plot."""
        state = self._state[SpaceState]
        cloud = state.cloud
        if cloud is None or not np.isfinite((x, y)).all():
            return None
        column = (state.part or cloud.whole).nearest(x, y)
        if column < 0:
            return None
        samples = cloud.space.scene.shape[1]
        line, sample = divmod(int(cloud.space.scene.pixels[column]), samples)
        return line, sample

    def _on_pointed(self, x: float, y: float) -> None:
        pixel = self._pixel(x, y)
        self.command.emit(Hover(*pixel) if pixel else Hover())

    def _on_pressed(self, x: float, y: float) -> None:
        pixel = self._pixel(x, y)
        if pixel is not None:
            self.command.emit(Pin(*pixel))

    def _take(self, tool: str) -> None:
        self.plot.take(tool)
        for name, button in self.tools.items():
            button.setChecked(name == tool)

    def _on_seen(self, box: tuple[float, float, float, float] | None) -> None:
        cloud = self._state[SpaceState].cloud
        if cloud is None:
            return
        if box is None:
            self._show_all()
            return
        left, right, bottom, top = cloud.whole.box
        whole = box[0] <= left and box[1] >= right and box[2] <= bottom and box[3] >= top
        self.command.emit(BinSpace(None if whole else box))

    def _show_all(self) -> None:
        cloud = self._state[SpaceState].cloud
        if cloud is not None:
            self.plot.fit(cloud.whole, self._corners())

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to work."""
        super().showEvent(event)
        self.command.emit(WatchSpace(True))

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop."""
        super().hideEvent(event)
        self.command.emit(WatchSpace(False))
