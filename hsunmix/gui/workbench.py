"""What panels, controllers and menus share: the document, the live state, the work, the settings."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject

from hsunmix.engine.scene import Scene
from hsunmix.errors import HsunmixError
from hsunmix.gui.bridge import Bridge
from hsunmix.gui.insights import Subject
from hsunmix.gui.intents import Intent
from hsunmix.gui.live import Live, Message, Task
from hsunmix.gui.scenes import WAIT, SceneKeeper
from hsunmix.gui.settings import Settings
from hsunmix.jobs import Cancelled, Outcome, Work, end_left
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Spectra
from hsunmix.model.unmixing import Step
from hsunmix.session.document import Document
from hsunmix.session.history import History

if TYPE_CHECKING:
    from hsunmix.exports import Delivery

__all__ = ["LANES", "Questions", "Workbench"]

# One job at a time in each. What the analyst starts and can cancel comes first.
LANES = (
    "open", "run", "solve", "save", "export", "rank", "sweep", "check", "picture", "grey", "layer", "draw",
    "overlay", "usable", "mask", "glance", "settle", "peek", "regions", "suggest", "match", "compare", "copy",
    "keep", "warm",
)  # fmt: skip
QUIET = (
    "picture", "grey", "layer", "draw", "overlay", "usable", "mask", "glance", "settle", "peek", "regions",
    "suggest", "match", "compare", "copy", "keep", "warm",
)  # fmt: skip

log = logging.getLogger("hsunmix")

Handler = Callable[[Any], None]


class Questions(Protocol):
    """What is asked of the analyst; the window answers by dialogs, a test by itself."""

    def open_file(self, folder: str) -> Path | None:
        """Which cube or session to open."""

    def cube_of(self, session: Path) -> Path | None:
        """Where the cube of a session is."""

    def lines_of(self, path: Path, pixels: int) -> int | None:
        """How many lines a file's pixels make."""

    def layout_of(self, cube: Cube) -> dict[str, str] | None:
        """Which dataset of its file a cube is, the order of its axes, its grid: options to open it with."""

    def session_file(self, suggestion: Path) -> Path | None:
        """Where to save the session."""

    def products(
        self, folder: str, chosen: tuple[str, ...], delivery: Delivery
    ) -> tuple[Path, tuple[str, ...]] | None:
        """Which products of a delivery to write, and where."""

    def unsaved(self, name: str) -> str:
        """What to do with changes: ``save``, ``discard`` or ``cancel``."""

    def region_file(self, folder: Path, writing: bool) -> Path | None:
        """Which GeoJSON file to write regions into, or to read them from."""

    def mask_file(self, folder: Path, writing: bool) -> Path | None:
        """Which image file to write the mask into, or to read it from."""

    def library_file(self, folder: str) -> Path | None:
        """Which spectral library to use as well."""

    def library_entries(self, library: Spectra) -> tuple[tuple[int, ...], float | None]:
        """Which of its spectra to make endmembers, and by what to multiply them; None as the library says."""

    def matches(self, subject: Subject, compare: Callable[[int], None]) -> tuple[str, int] | None:
        """What an endmember is: ``name`` or ``add``, and the spectrum of the library.

        ``compare`` is called with each spectrum that is looked at.
        """

    def about(self) -> None:
        """Show the versions."""

    def licences(self) -> None:
        """Show the licences."""


class Workbench(QObject):
    """The middle of the window, without a widget.

    Parameters
    ----------
    settings : Settings
    questions : Questions
    """

    def __init__(self, settings: Settings, questions: Questions) -> None:
        super().__init__()
        self.settings = settings
        self.ask = questions
        self.history = History(Document())
        self.live = Live()
        self.scenes = SceneKeeper()
        self.session_path: Path | None = None
        self.lanes = {name: Bridge(self) for name in LANES}
        self._handlers: dict[type[Intent], Handler] = {}
        self._live_listeners: list[Callable[[Live, Live], None]] = []
        self._elsewhere: list[Callable[[Intent], None]] = []
        self._endings: list[Callable[[], None]] = []

    @property
    def document(self) -> Document:
        """The document shown."""
        return self.history.document

    # Intents

    def handle(self, kind: type[Intent], handler: Handler) -> None:
        """Let a controller carry out intents of a kind."""
        if kind in self._handlers:
            raise ValueError(f"{kind.__name__} is carried out twice")
        self._handlers[kind] = handler

    def otherwise(self, handler: Callable[[Intent], None]) -> None:
        """Let the window carry out what no controller does."""
        self._elsewhere.append(handler)

    def send(self, intent: Intent) -> None:
        """Carry out an intent; whatever goes wrong becomes a message."""
        try:
            handler = self._handlers.get(type(intent))
            if handler is not None:
                handler(intent)
                return
            for other in self._elsewhere:
                other(intent)
        except Exception as error:
            self.fail(error)

    # What is shown

    def watch(self, listener: Callable[[Live, Live], None]) -> None:
        """Call ``listener(old, new)`` after every change of the live state."""
        self._live_listeners.append(listener)

    def show(self, **changes: Any) -> None:
        """Change the live state."""
        old, self.live = self.live, replace(self.live, **changes)
        for listener in self._live_listeners:
            listener(old, self.live)

    def say(self, text: str, actions: Iterable[tuple[str, Intent]] = ()) -> None:
        """Show a message that is no error."""
        self.show(message=Message(text, "info", tuple(actions)))

    def note(self, text: str) -> None:
        """Tell for a moment what was done, where nothing has to be answered."""
        self.show(notice=Message(text, "info"))

    def fail(self, error: BaseException, actions: Iterable[tuple[str, Intent]] = ()) -> None:
        """Show an error; one that nobody expected goes to the log as well."""
        if isinstance(error, HsunmixError):
            text = str(error)
        elif isinstance(error, MemoryError):
            text = (
                "There is not enough memory for this; nothing was lost. Close other programs, or use a part."
            )
        else:
            log.error("unexpected error", exc_info=error)
            text = (
                f"Something went wrong inside hsunmix ({type(error).__name__}: {error}); your work is kept."
            )
        self.show(message=Message(" ".join(text.split()), "error", tuple(actions)))

    # Work

    def start(
        self,
        lane: str,
        title: str,
        work: Work[Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Run work in a lane; ``done`` gets its result on the window's thread.

        ``failed`` gets errors in place of the message bar. ``cancelled`` is called when the job was
        cancelled, and not when a newer one of its lane took its place.
        """

        def on_step(step: Step) -> None:
            if lane in self.live.tasks:
                task = replace(self.live.tasks[lane], step=step)
                self.show(tasks={**self.live.tasks, lane: task})

        def on_end(outcome: Outcome[Any]) -> None:
            if lane in self.live.tasks:
                self.show(tasks={name: t for name, t in self.live.tasks.items() if name != lane})
            if outcome.error is None:
                try:
                    done(outcome.value)
                except Exception as error:
                    self.fail(error)
            elif not isinstance(outcome.error, Cancelled):
                (failed or self.fail)(outcome.error)
            elif cancelled is not None:
                cancelled()

        if lane not in QUIET:
            others = {name: t for name, t in self.live.tasks.items() if name != lane}
            self.show(tasks={**others, lane: Task(title, time.monotonic())})
        self.lanes[lane].submit(work, on_end, on_step)

    def ahead(self, cube: Cube) -> Work[Scene]:
        """Bring a cube into memory for what nobody asked for: after its picture is there."""
        while self.lanes["picture"].busy:
            yield None
            time.sleep(WAIT)
        return (yield from self.scenes.scene(cube))

    def cancel(self, *lanes: str) -> None:
        """Ask the jobs of some lanes to end."""
        for lane in lanes:
            self.lanes[lane].cancel()

    def at_end(self, ending: Callable[[], None]) -> None:
        """Call this when all work has ended and the window closes."""
        self._endings.append(ending)

    def close(self) -> None:
        """End all work; nothing is called back from now on."""
        for lane in self.lanes.values():
            lane.cancel()
        for name, lane in self.lanes.items():
            if not lane.close():
                log.warning("the work in %s did not end in time", name)
        if not end_left():
            log.warning("the work of a dialog did not end in time")
        for ending in self._endings:
            ending()
        self._endings.clear()
        self._live_listeners.clear()
        self._elsewhere.clear()
        self._handlers.clear()
