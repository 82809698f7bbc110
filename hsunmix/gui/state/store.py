"""What panels, controllers and menus share: the document, the view state, the work, the settings."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject

from hsunmix.engine.scene import Scene
from hsunmix.errors import HsunmixError, TooLargeError, lack_of_memory
from hsunmix.files import Identity
from hsunmix.gui.state.bridge import Bridge
from hsunmix.gui.state.channels import Channel, JobRequest
from hsunmix.gui.state.commands import Command
from hsunmix.gui.state.dialogs import Dialogs, Prompt
from hsunmix.gui.state.scenes import WAIT, SceneKeeper
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.view_state import Message, Task, ViewState
from hsunmix.jobs import Cancelled, Outcome, Work, end_left
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.history import History
from hsunmix.session.listeners import Listeners

__all__ = ["Store"]

TOO_LITTLE = "; nothing was lost. Close other programs, or use a part."  # of memory
log = logging.getLogger("hsunmix")

MAX_MESSAGES = 9  # that are kept to be read one after the other

A = TypeVar("A")
Handler = Callable[[Any], None]


class Store(QObject):
    """The middle of the window, without a widget.

    Parameters
    ----------
    settings : Settings
    dialogs : Dialogs
    """

    def __init__(self, settings: Settings, dialogs: Dialogs) -> None:
        super().__init__()
        self.settings = settings
        self.dialogs = dialogs
        self.history = History(Document(), self.fail)
        self.state = ViewState()
        self.scenes = SceneKeeper(settings)
        self.session_path: Path | None = None
        self.session_known: Identity | None = None  # what that file was when it was read or saved last
        self.kinds: dict[str, Channel] = {}
        self.channels: dict[str, Bridge] = {}
        self._running: dict[str, JobRequest] = {}
        self._waiting: dict[str, deque[JobRequest]] = {}
        self._handlers: dict[type[Command], Handler] = {}
        self._state_listeners: Listeners[ViewState] = Listeners(lambda: self.state, self.fail)
        self._elsewhere: list[Callable[[Command], None]] = []
        self._endings: list[Callable[[], None]] = []
        self.history.subscribe(self._leave_scene)

    @property
    def document(self) -> Document:
        """The document shown."""
        return self.history.document

    # Commands

    def handle(self, kind: type[Command], handler: Handler) -> None:
        """Let a controller carry out commands of a kind."""
        if kind in self._handlers:
            raise ValueError(f"{kind.__name__} is carried out twice")
        self._handlers[kind] = handler

    def otherwise(self, handler: Callable[[Command], None]) -> None:
        """Let the window carry out what no controller does."""
        self._elsewhere.append(handler)

    def send(self, command: Command) -> None:
        """Carry out a command; whatever goes wrong becomes a message."""
        handler = self._handlers.get(type(command))
        for carry_out in (handler,) if handler is not None else tuple(self._elsewhere):
            self.attempt(carry_out, command)

    def attempt(self, call: Callable[..., None], *given: Any) -> None:
        """Call something; whatever goes wrong becomes a message. Timers and the ends of jobs call so."""
        try:
            call(*given)
        except Exception as error:
            self.fail(error)

    def ask(self, prompt: Prompt[A]) -> A:
        """Ask the analyst."""
        return self.dialogs.ask(prompt)

    # What is shown

    def watch(self, listener: Callable[[ViewState, ViewState], None]) -> None:
        """Call ``listener(old, new)`` after every change of the view state."""
        self._state_listeners.add(listener)

    def show(self, kind: type | None = None, /, **changes: Any) -> None:
        """Change the view state, or where a kind is given that slice of it."""
        old, self.state = self.state, self.state.changed(kind, **changes)
        self._state_listeners.tell(old)

    def say(self, text: str, actions: Iterable[tuple[str, Command]] = (), about: str = "") -> None:
        """Show a message that is no error, after the errors that nobody has closed.

        One ``about`` something waits while others are shown, until it is withdrawn; of those about the
        same thing there is only the newest.
        """
        self._tell(Message(text, "info", tuple(actions), about))

    def note(self, text: str) -> None:
        """Tell for a moment what was done, where nothing has to be answered."""
        self.show(notice=Message(text, "info"))

    def fail(self, error: BaseException, actions: Iterable[tuple[str, Command]] = ()) -> None:
        """Show an error; one that nobody expected goes to the log as well."""
        if isinstance(error, HsunmixError):
            text = str(error)
        elif why := lack_of_memory(error):
            text = f"{why[0].upper()}{why[1:]}{TOO_LITTLE}"
        else:
            log.error("unexpected error", exc_info=error)
            text = (
                f"Something went wrong inside hsunmix ({type(error).__name__}: {error}); your work is kept."
            )
        self._tell(Message(" ".join(text.split()), "error", tuple(actions)))

    def close_message(self) -> None:
        """Close the message; the one behind it comes."""
        self._queue(self.state.waiting)

    def withdraw(self, about: str) -> None:
        """Take back what is no longer true."""
        self._queue(tuple(m for m in self.state.messages if m.about != about))

    def hush(self) -> None:
        """Drop all messages: what they are about was left."""
        self._queue(())

    def _tell(self, new: Message) -> None:
        rest = tuple(m for m in self.state.messages if m.outlasts(new))
        errors = () if new.level == "error" else tuple(m for m in rest if m.level == "error")
        others = tuple(m for m in rest if m not in errors)
        self._queue((*errors, new, *others)[:MAX_MESSAGES])

    def _queue(self, messages: tuple[Message, ...]) -> None:
        if messages != self.state.messages:
            self.show(message=messages[0] if messages else None, waiting=messages[1:])

    # Work

    def open_channels(self, kinds: Mapping[str, Channel]) -> None:
        """Let jobs of some kinds be started."""
        for name, kind in kinds.items():
            if name in self.kinds:
                raise ValueError(f"there is a channel {name!r} already")
            self.kinds[name] = kind
            self.channels[name] = Bridge(self)
            self._waiting[name] = deque()

    def start(
        self,
        channel: str,
        title: str,
        work: Work[Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        of: Cube | None = None,
    ) -> None:
        """Run work in the channel of its kind; ``done`` gets its result on the window's thread.

        ``failed`` gets errors in place of the message bar. ``cancelled`` is called when the job was
        cancelled, and not when a newer one of its kind took its place. ``of`` is the scene that the
        result is for, whatever its mask: where another one is open by then, ``done`` is not called,
        and a word is said of jobs that the analyst started.
        """
        asked = JobRequest(title, work, done, failed or self.fail, cancelled or (lambda: None), of)
        waiting = self._waiting[channel]
        if self.kinds[channel].in_turn and (waiting or self.channels[channel].busy):
            waiting.append(asked)
        else:
            self._launch(channel, asked)

    def _launch(self, channel: str, asked: JobRequest) -> None:
        def on_step(step: Step) -> None:
            if channel in self.state.tasks:
                task = replace(self.state.tasks[channel], step=step)
                self.show(tasks={**self.state.tasks, channel: task})

        def on_end(outcome: Outcome[Any]) -> None:
            self._running.pop(channel, None)
            if channel in self.state.tasks:
                self.show(tasks={name: t for name, t in self.state.tasks.items() if name != channel})
            self.attempt(self._end, channel, asked, outcome)
            self._next(channel)

        if not self.kinds[channel].quiet:
            others = {name: t for name, t in self.state.tasks.items() if name != channel}
            self.show(tasks={**others, channel: Task(asked.title, time.monotonic())})
        self._running[channel] = asked
        self.channels[channel].submit(asked.work, on_end, on_step)

    def _end(self, channel: str, asked: JobRequest, outcome: Outcome[Any]) -> None:
        if not self._is_here(asked):
            self._tell_of_dropped(channel, asked)
        elif outcome.error is None:
            asked.done(outcome.value)
        elif isinstance(outcome.error, Cancelled):
            asked.cancelled()
        else:
            error, why = outcome.error, lack_of_memory(outcome.error)
            unnamed = why and not isinstance(error, HsunmixError)
            asked.failed(TooLargeError(f"{asked.title}: {why}{TOO_LITTLE}") if unnamed else error)

    def _next(self, channel: str) -> None:
        """Begin with what waits for its turn; not with what is of a scene that was left."""
        waiting = self._waiting[channel]
        while waiting and not self.channels[channel].busy:
            asked = waiting.popleft()
            if self._is_here(asked):
                self._launch(channel, asked)
            else:
                asked.work.close()
                self._tell_of_dropped(channel, asked)

    def _is_here(self, asked: JobRequest) -> bool:
        cube = self.document.cube
        return asked.of is None or (cube is not None and cube.pixels is asked.of.pixels)

    def _tell_of_dropped(self, channel: str, asked: JobRequest) -> None:
        kind = self.kinds[channel]
        if kind.in_turn or not kind.quiet:
            self.note(f"{asked.title}: not done, because another scene was opened meanwhile.")

    def _leave_scene(self, old: Document, new: Document) -> None:
        """End what is of a scene that is no longer open."""
        if new.cube is not old.cube:
            self.cancel(*(channel for channel, asked in self._running.items() if not self._is_here(asked)))

    def ahead(self, cube: Cube) -> Work[Scene]:
        """Bring a cube into memory for what nobody asked for: after its picture is there."""
        while self.channels["picture"].busy:
            yield None
            time.sleep(WAIT)
        return (yield from self.scenes.scene(cube))

    def cancel(self, *channels: str) -> None:
        """Ask the jobs of some channels to end; until they have, what is shown of them says so."""
        for channel in channels:
            self.channels[channel].cancel()
        tasks = self.state.tasks
        ending = {channel: replace(tasks[channel], ending=True) for channel in channels if channel in tasks}
        if ending:
            self.show(tasks={**tasks, **ending})

    def at_end(self, ending: Callable[[], None]) -> None:
        """Call this when all work has ended and the window closes."""
        self._endings.append(ending)

    def close(self) -> None:
        """End all work; nothing is called back from now on."""
        for waiting in self._waiting.values():
            waiting.clear()
        for channel in self.channels.values():
            channel.cancel()
        for name, channel in self.channels.items():
            if not channel.close():
                log.warning("the work in %s did not end in time", name)
        if not end_left():
            log.warning("the work of a dialog did not end in time")
        for ending in self._endings:
            ending()
        self._endings.clear()
        self._state_listeners.clear()
        self.history.unsubscribe_all()
        self._elsewhere.clear()
        self._handlers.clear()
