"""Opening cubes and sessions, saving sessions."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from hsunmix.errors import FileError, ShapeUnknownError
from hsunmix.files import Identity, identity_or_none, resource
from hsunmix.formats.opening.files import is_store
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.prompts import CubeOf, LinesOf, OpenFile, SessionFile, Unsaved
from hsunmix.gui.state.channels import IN_TURN, SHOWN
from hsunmix.gui.state.means import means
from hsunmix.gui.state.store import Store
from hsunmix.jobs import Work
from hsunmix.model.pixels import prepared
from hsunmix.model.wording import sentences
from hsunmix.session.document import Document
from hsunmix.session.history import Entry

__all__ = ["SAMPLE", "SAMPLE_RANK", "SESSION", "Controller", "is_session", "may_leave", "reading", "title_of"]

CHANNELS = {"open": SHOWN, "save": IN_TURN}

SESSION = ".hsu"
SAMPLE = ("sample_cubes", "desert.hdr")
SAMPLE_RANK = 5  # the materials it was made of


class Controller:
    """Opens and saves."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.Open, self.open)
        store.handle(cmd.OpenSample, self.open_sample)
        store.handle(cmd.LocateCube, self.locate)
        store.handle(cmd.ClearRecent, self.clear_recent)
        store.handle(cmd.Save, self.save)
        store.handle(cmd.OpenFolder, self.open_folder)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def open(self, command: cmd.Open) -> None:
        """Open a file; ask first what is to become of changes that aren't saved."""
        store = self.store
        if command.path is not None and command.path.is_dir() and not is_store(command.path):
            store.send(cmd.OpenScenes((command.path,), discard=command.discard))  # a recent one
            return
        if not command.discard and not may_leave(store, command):
            return
        if command.path is None:
            answer = store.ask(OpenFile(store.settings.preferences.open_folder))
            if isinstance(answer, tuple):
                store.send(cmd.OpenScenes(answer, discard=True))
                return
            command = replace(command, path=answer)
        path, entry = command.path, store.history.entry
        if path is None:
            return
        store.hush()
        known = identity_or_none(path)
        store.start(
            "open",
            f"Opening {path.name}",
            reading(path, dict(command.options), command.cube),
            lambda document: self._opened(command, path, entry, document, known),
            lambda error: self._failed(command, path, error),
        )

    def open_sample(self, command: cmd.OpenSample) -> None:
        """Open the sample cube."""
        self.store.send(cmd.Open(resource(*SAMPLE), rank=SAMPLE_RANK, unmix=command.unmix))

    def locate(self, command: cmd.LocateCube) -> None:
        """Ask where a session's cube is."""
        cube = self.store.ask(CubeOf(command.session))
        if cube is not None:
            self.store.send(cmd.Open(command.session, cube=cube, discard=True))

    def clear_recent(self, _command: cmd.ClearRecent) -> None:
        """Forget the recent files."""
        self.store.settings.change(recent=())

    def open_folder(self, command: cmd.OpenFolder) -> None:
        """Show a folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(command.path)))

    def save(self, command: cmd.Save) -> None:
        """Save the session; ask for a place when it has none."""
        store, history = self.store, self.store.history
        if store.document.cube is None:
            return
        session, entry = history.session, history.entry
        place = store.session_path
        asked = place is None or command.new_place  # then the dialog has asked whether to replace a file
        if place is None or command.new_place:
            place = store.ask(SessionFile(place or self._suggestion(store.document)))
            if place is None:
                return
            if not is_session(place):
                place = place.with_name(place.name + SESSION)
            if history.session is session:  # what was solved while the dialog was open is saved too
                entry = history.entry
        self._save(session, entry, place, command.then, asked)

    def _save(
        self, session: object, entry: Entry, place: Path, then: cmd.Command | None, asked: bool
    ) -> None:
        store, history, document = self.store, self.store.history, entry.document
        written: list[Identity] = []

        def known() -> Identity | None:
            """What the file was when this window wrote or read it last; another save may have come before."""
            own = history.session is session and place == store.session_path
            return store.session_known if own and not asked else None

        before = known()

        def work() -> Generator[None, None, Identity]:
            from hsunmix.session.archive import save

            written.append(save(document, place, known() or before))
            yield
            return written[0]

        def done(saved: Identity) -> None:
            store.settings.remember(place)
            store.note(f"Saved {place.name}")
            if history.session is not session:
                return  # another one was opened meanwhile: its place is another
            store.session_path, store.session_known = place, saved
            history.mark_saved(entry)
            store.close_message()
            if then is not None:
                store.send(then)

        def failed(error: BaseException) -> None:
            elsewhere = ("Save elsewhere…", cmd.Save(new_place=True, then=then))
            store.fail(error, [elsewhere] if history.session is session else [])

        def cancelled() -> None:
            if written:  # it came too late: the file is there
                done(written[0])
            else:
                store.note(f"{place.name} was not saved: it was cancelled.")

        store.start("save", f"Saving {place.name}", work(), done, failed, cancelled)

    def _suggestion(self, document: Document) -> Path:
        cube = document.cube
        if cube is None or cube.path is None:
            return Path.home() / f"scene{SESSION}"
        sample = resource(SAMPLE[0]) in cube.path.parents
        folder = (
            Path(self.store.settings.preferences.open_folder or Path.home()) if sample else cube.path.parent
        )
        return folder / f"{cube.path.stem}{SESSION}"

    def _opened(
        self, command: cmd.Open, path: Path, before: Entry, document: Document, known: Identity | None
    ) -> None:
        store, session = self.store, is_session(path)
        if store.history.entry is not before and not may_leave(store, replace(command, discard=False)):
            return  # something was changed while the file was read
        if command.rank:
            document = replace(document, settings=replace(document.settings, rank=command.rank))
        store.session_path, store.session_known = (path, known) if session else (None, None)
        store.history.reset(document)
        if path != resource(*SAMPLE):
            store.settings.remember(path)
        if document.cube is not None and document.cube.notes:
            store.say(f"{path.name}: {sentences(document.cube.notes)}", about="notes")
        if command.unmix:
            store.send(cmd.Unmix())

    def _failed(self, command: cmd.Open, path: Path, error: BaseException) -> None:
        store = self.store
        if isinstance(error, ShapeUnknownError):
            lines = store.ask(LinesOf(path, error.pixels))
            if lines is not None:
                options = {**dict(command.options), "lines": lines}
                store.send(replace(command, options=tuple(options.items()), discard=True))
            return
        other = is_session(path) and isinstance(error, FileError) and Path(error.path) != path
        store.fail(error, [("Find the cube…", cmd.LocateCube(path))] if other else [])


def is_session(path: Path) -> bool:
    """Whether a path names a session file."""
    return path.suffix.lower() == SESSION


def may_leave(store: Store, then: cmd.Command) -> bool:
    """Ask what is to become of changes that aren't saved; where they are to be, ``then`` comes after it.

    It is to ask again: something may be changed while it saves.
    """
    if not store.history.modified:
        return True
    answer = store.ask(Unsaved(title_of(store)))
    if answer == "save":
        store.send(cmd.Save(then=then))
    return answer == "discard"


def title_of(store: Store) -> str:
    """What the open work is called in a question."""
    if store.session_path is not None:
        return store.session_path.name
    return store.document.cube.name if store.document.cube else "untitled"


def reading(path: Path, options: dict[str, Any], cube_path: Path | None) -> Work[Document]:
    """Read a cube or a session, and what the window will ask of it at once."""
    if is_session(path):
        from hsunmix.session.archive import load

        document = load(path, cube_path)
    else:
        from hsunmix.formats import open_cube

        document = Document(cube=open_cube(path, **options))
    yield None
    cube = document.cube
    if cube is not None:
        yield from prepared(cube.pixels)  # unpacks what is compressed; can be cancelled
        cube.good_bands  # noqa: B018 - the first look reads lines of the file
        yield None
        cube.rgb_bands  # noqa: B018
    if document.unmixing is not None:
        means(document.unmixing)
    return document
