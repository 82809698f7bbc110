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
from hsunmix.gui import commands as i
from hsunmix.gui.state.means import means
from hsunmix.gui.state.workbench import Workbench
from hsunmix.jobs import Work
from hsunmix.model.pixels import prepared
from hsunmix.model.wording import sentences
from hsunmix.session.document import Document
from hsunmix.session.history import Entry

__all__ = ["SAMPLE", "SAMPLE_RANK", "SESSION", "Controller", "is_session", "may_leave", "reading", "title_of"]

SESSION = ".hsu"
SAMPLE = ("sample_cubes", "desert.hdr")
SAMPLE_RANK = 5  # the materials it was made of


class Controller:
    """Opens and saves."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.Open, self.open)
        bench.handle(i.OpenSample, self.open_sample)
        bench.handle(i.LocateCube, self.locate)
        bench.handle(i.ClearRecent, self.clear_recent)
        bench.handle(i.Save, self.save)
        bench.handle(i.OpenFolder, self.open_folder)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def open(self, intent: i.Open) -> None:
        """Open a file; ask first what is to become of changes that aren't saved."""
        bench = self.bench
        if not intent.discard and not may_leave(bench, intent):
            return
        if intent.path is None:
            intent = replace(intent, path=bench.ask.open_file(bench.settings.preferences.open_folder))
        path, entry = intent.path, bench.history.entry
        if path is None:
            return
        bench.hush()
        known = identity_or_none(path)
        bench.start(
            "open",
            f"Opening {path.name}",
            reading(path, dict(intent.options), intent.cube),
            lambda document: self._opened(intent, path, entry, document, known),
            lambda error: self._failed(intent, path, error),
        )

    def open_sample(self, intent: i.OpenSample) -> None:
        """Open the sample cube."""
        self.bench.send(i.Open(resource(*SAMPLE), rank=SAMPLE_RANK, unmix=intent.unmix))

    def locate(self, intent: i.LocateCube) -> None:
        """Ask where a session's cube is."""
        cube = self.bench.ask.cube_of(intent.session)
        if cube is not None:
            self.bench.send(i.Open(intent.session, cube=cube, discard=True))

    def clear_recent(self, _intent: i.ClearRecent) -> None:
        """Forget the recent files."""
        self.bench.settings.change(recent=())

    def open_folder(self, intent: i.OpenFolder) -> None:
        """Show a folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(intent.path)))

    def save(self, intent: i.Save) -> None:
        """Save the session; ask for a place when it has none."""
        bench, history = self.bench, self.bench.history
        if bench.document.cube is None:
            return
        session, entry = history.session, history.entry
        place = bench.session_path
        asked = place is None or intent.new_place  # then the dialog has asked whether to replace a file
        if place is None or intent.new_place:
            place = bench.ask.session_file(place or self._suggestion(bench.document))
            if place is None:
                return
            if not is_session(place):
                place = place.with_name(place.name + SESSION)
            if history.session is session:  # what was solved while the dialog was open is saved too
                entry = history.entry
        self._save(session, entry, place, intent.then, asked)

    def _save(self, session: object, entry: Entry, place: Path, then: i.Intent | None, asked: bool) -> None:
        bench, history, document = self.bench, self.bench.history, entry.document
        written: list[Identity] = []

        def known() -> Identity | None:
            """What the file was when this window wrote or read it last; another save may have come before."""
            own = history.session is session and place == bench.session_path
            return bench.session_known if own and not asked else None

        before = known()

        def work() -> Generator[None, None, Identity]:
            from hsunmix.session.archive import save

            written.append(save(document, place, known() or before))
            yield
            return written[0]

        def done(saved: Identity) -> None:
            bench.settings.remember(place)
            bench.note(f"Saved {place.name}")
            if history.session is not session:
                return  # another one was opened meanwhile: its place is another
            bench.session_path, bench.session_known = place, saved
            history.mark_saved(entry)
            bench.close_message()
            if then is not None:
                bench.send(then)

        def failed(error: BaseException) -> None:
            elsewhere = ("Save elsewhere…", i.Save(new_place=True, then=then))
            bench.fail(error, [elsewhere] if history.session is session else [])

        def cancelled() -> None:
            if written:  # it came too late: the file is there
                done(written[0])
            else:
                bench.note(f"{place.name} was not saved: it was cancelled.")

        bench.start("save", f"Saving {place.name}", work(), done, failed, cancelled)

    def _suggestion(self, document: Document) -> Path:
        cube = document.cube
        if cube is None or cube.path is None:
            return Path.home() / f"scene{SESSION}"
        sample = resource(SAMPLE[0]) in cube.path.parents
        folder = (
            Path(self.bench.settings.preferences.open_folder or Path.home()) if sample else cube.path.parent
        )
        return folder / f"{cube.path.stem}{SESSION}"

    def _opened(
        self, intent: i.Open, path: Path, before: Entry, document: Document, known: Identity | None
    ) -> None:
        bench, session = self.bench, is_session(path)
        if bench.history.entry is not before and not may_leave(bench, replace(intent, discard=False)):
            return  # something was changed while the file was read
        if intent.rank:
            document = replace(document, settings=replace(document.settings, rank=intent.rank))
        bench.session_path, bench.session_known = (path, known) if session else (None, None)
        bench.history.reset(document)
        if path != resource(*SAMPLE):
            bench.settings.remember(path)
        if document.cube is not None and document.cube.notes:
            bench.say(f"{path.name}: {sentences(document.cube.notes)}", about="notes")
        if intent.unmix:
            bench.send(i.Unmix())

    def _failed(self, intent: i.Open, path: Path, error: BaseException) -> None:
        bench = self.bench
        if isinstance(error, ShapeUnknownError):
            lines = bench.ask.lines_of(path, error.pixels)
            if lines is not None:
                options = {**dict(intent.options), "lines": lines}
                bench.send(replace(intent, options=tuple(options.items()), discard=True))
            return
        other = is_session(path) and isinstance(error, FileError) and Path(error.path) != path
        bench.fail(error, [("Find the cube…", i.LocateCube(path))] if other else [])


def is_session(path: Path) -> bool:
    """Whether a path names a session file."""
    return path.suffix.lower() == SESSION


def may_leave(bench: Workbench, then: i.Intent) -> bool:
    """Ask what is to become of changes that aren't saved; where they are to be, ``then`` comes after it.

    It is to ask again: something may be changed while it saves.
    """
    if not bench.history.modified:
        return True
    answer = bench.ask.unsaved(title_of(bench))
    if answer == "save":
        bench.send(i.Save(then=then))
    return answer == "discard"


def title_of(bench: Workbench) -> str:
    """What the open work is called in a question."""
    if bench.session_path is not None:
        return bench.session_path.name
    return bench.document.cube.name if bench.document.cube else "untitled"


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
