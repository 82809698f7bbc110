"""Several scenes: opened, switched between, unmixed together."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, TooLargeError
from hsunmix.formats.opening.files import is_store
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.controller import is_session, may_leave
from hsunmix.gui.files.prompts import OpenFile
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.channels import SHOWN
from hsunmix.gui.state.means import means
from hsunmix.gui.state.scenes import resources_of
from hsunmix.gui.state.store import Store
from hsunmix.methods import get
from hsunmix.methods.running import together
from hsunmix.methods.running.footprint import of_run
from hsunmix.methods.running.request import Request
from hsunmix.methods.running.together import Failure, Found, NamedCube
from hsunmix.model.brought import brought, terms_for
from hsunmix.model.chain import chained
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import prepared
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted, sentences
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.history import Entry
from hsunmix.session.libraries import open_library, paths_for
from hsunmix.session.runs import request_of, with_libraries
from hsunmix.session.scenes import (
    of_cubes,
    parked,
    shown,
    with_bands_left_out,
    with_found,
    with_more,
    without_scene,
)

__all__ = ["Controller"]

CHANNELS = {"run_all": SHOWN}

Opened = tuple[list[NamedCube], list[Failure]]


class Controller:
    """Keeps the list of scenes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._session = store.history.session
        store.handle(cmd.OpenScenes, self.open)
        store.handle(cmd.AddScenes, self.add)
        store.handle(cmd.ShowScene, self.show)
        store.handle(cmd.RemoveScene, self.remove)
        store.handle(cmd.ShareEndmembers, lambda command: store.show(FilesState, common=command.on))
        store.handle(cmd.CompareScenes, self.compare)
        store.handle(cmd.UnmixAll, self.unmix)
        store.handle(cmd.CloseFile, self.close)

    def changed(self, old: Document, new: Document) -> None:
        """A run of all ends with the list, or when another file is opened."""
        session = self.store.history.session
        if (old.scenes and not new.scenes) or session is not self._session:
            self.store.cancel("run_all")
        self._session = session

    # The list

    def open(self, command: cmd.OpenScenes) -> None:
        """Open several files in place of what is open."""
        store, paths = self.store, command.paths
        if len(paths) == 1 and (is_store(paths[0]) or not paths[0].is_dir()):
            store.send(cmd.Open(paths[0], discard=command.discard))
            return
        if any(map(is_session, paths)):
            raise InputError("A session is opened by itself: choose it alone, or cubes alone.")
        if not command.discard and not may_leave(store, command):
            return
        store.hush()
        entry = store.history.entry
        title = f"Opening {paths[0].name}" if len(paths) == 1 else f"Opening {len(paths)} files"
        store.start("open", title, _opening(paths), partial(self._opened, command, entry))

    def _opened(self, command: cmd.OpenScenes, before: Entry, found: Opened) -> None:
        store, (scenes, failures) = self.store, found
        if store.history.entry is not before and not may_leave(store, replace(command, discard=False)):
            return  # something was changed while the files were read
        if scenes:
            store.session_path, store.session_known = None, None
            store.history.reset(of_cubes(scenes))
            self._remember(command.paths)
            self._say_notes(scenes)
        self._tell(failures)

    def add(self, command: cmd.AddScenes) -> None:
        """Put more scenes into the list; the one that is open is its first."""
        store, paths = self.store, command.paths
        if store.document.cube is None:
            return
        if not paths:
            answer = store.ask(OpenFile(store.settings.preferences.open_folder))
            paths = () if answer is None else answer if isinstance(answer, tuple) else (answer,)
        if not paths:
            return
        if any(map(is_session, paths)):
            raise InputError("A session can't be put into the list: choose cubes.")
        session, entries = store.history.session, store.document.scenes
        first = entries[0].place.cube if entries else store.document.cube
        store.start(
            "open",
            f"Opening {counted(len(paths), 'file')}",
            _opening(paths, first),
            partial(self._added, session),
        )

    def _added(self, session: object, found: Opened) -> None:
        store, (scenes, failures) = self.store, found
        if store.history.session is session and scenes:
            document = parked(store.document)
            label = f"Add {counted(len(scenes), 'scene')}"
            store.history.apply(label, with_more(document, [cube for _, cube in scenes]))
            self._say_notes(scenes)
        self._tell(failures)

    def show(self, command: cmd.ShowScene) -> None:
        """Show another scene: looking elsewhere is no change."""
        store, document = self.store, self.store.document
        there = [k for k, e in enumerate(document.scenes) if e.place.cube is not None or k == document.scene]
        if command.step and document.scene in there:
            index = there[(there.index(document.scene) + command.step) % len(there)]
        else:
            index = command.index
        if index not in there or index == document.scene:
            return
        new = shown(document, index, common=store.state[FilesState].common)
        store.history.amend(new)

    def compare(self, command: cmd.CompareScenes) -> None:
        """Show the difference to another scene."""
        self.store.show(FilesState, other=command.other)
        self.store.send(cmd.ShowPage("change"))

    def remove(self, command: cmd.RemoveScene) -> None:
        """Take a scene out of the list."""
        document = self.store.document
        if 0 <= command.index < len(document.scenes):
            name = document.scenes[command.index].name
            self.store.history.apply(f"Remove {name}", without_scene(document, command.index))

    def close(self, command: cmd.CloseFile) -> None:
        """Close what is open."""
        store = self.store
        if store.document.cube is None or (not command.discard and not may_leave(store, command)):
            return
        store.hush()
        store.session_path, store.session_known = None, None
        store.history.reset(Document())

    # Together

    def unmix(self, _command: cmd.UnmixAll) -> None:
        """Unmix all scenes as one."""
        store, document = self.store, parked(self.store.document)
        scenes = [(e.name, e.place.cube) for e in document.scenes if e.place.cube is not None]
        if not scenes:
            return
        settings, session = document.settings, store.history.session
        locked = [e.spectrum for e in document.endmembers if e.locked]
        title = get(settings.method, "factorization", "extraction").title

        def done(found: Found) -> None:
            now = parked(store.document)
            cubes = {e.name: e.place.cube for e in now.scenes}
            if store.history.session is not session or any(cubes.get(n) is not c for n, c in scenes):
                store.note("The run of all scenes was dropped: scenes were changed in the meantime.")
                return
            label = f"Unmix {len(found.scenes)} scenes ({title}, r = {found.unmixing.rank})"
            store.history.apply(label, with_bands_left_out(with_found(now, found, settings)))
            self._tell(found.failures)

        store.close_message()
        start = np.stack(locked, axis=1) if locked else None
        if told := self._size_told([cube for _, cube in scenes], request_of(settings, start)):
            store.say(f"{told}.", about="size")
        store.start("run_all", f"Unmixing {len(scenes)} scenes", self._work(scenes, settings, start), done)

    def _work(
        self, scenes: list[NamedCube], settings: RunSettings, locked: NDArray[np.float64] | None
    ) -> Generator[Step | None, None, Found]:
        if settings.weights is not None:
            raise InputError("Weights are of one scene: leave them out to unmix all.")
        paths = paths_for(settings, self.store.settings.preferences.libraries)
        request = with_libraries(request_of(settings, locked), tuple(map(open_library, paths)))
        wanted = resources_of(self.store.settings)
        found = yield from together.unmix(
            scenes, request, footprint=lambda cube, asked: of_run(cube, asked, wanted)
        )
        for one in found.scenes:
            means(one.unmixing)
        return found

    def _size_told(self, cubes: Sequence[Cube], request: Request) -> str:
        """Say what scenes take together that are larger than memory; empty for any others."""
        if len({cube.bands for cube in cubes}) > 1:
            return ""
        try:
            return of_run(chained(cubes), request, resources_of(self.store.settings)).sentence
        except (InputError, TooLargeError):  # the run says so itself
            return ""

    def _remember(self, paths: Sequence[Path]) -> None:
        """A folder is one of the recent files; of several files their folder is where to open the next."""
        if len(paths) == 1:
            self.store.settings.remember(paths[0])
        else:
            self.store.settings.change(open_folder=str(paths[0].parent))

    def _say_notes(self, scenes: Sequence[NamedCube]) -> None:
        """Say what had to be assumed, once of those of which it is the same."""
        names: dict[tuple[str, ...], list[str]] = {}
        for name, cube in scenes:
            names.setdefault(cube.notes, []).append(name)
        said = [f"{', '.join(them)}: {sentences(notes)}" for notes, them in names.items() if notes]
        if said:
            self.store.say(" ".join(said), about="notes")

    def _tell(self, failures: Sequence[Failure]) -> None:
        """Name the scenes that took no part."""
        if failures:
            self.store.fail(InputError(" · ".join(one.reason for one in failures)))


def _opening(paths: Sequence[Path], first: Cube | None = None) -> Generator[Step | None, None, Opened]:
    """Open scenes, bring them to the bands and units of the first one, and look at each.

    One that can't be brought there stays as it is: it can be looked at, and a run of all will name it.
    """
    from hsunmix.session.scene_files import opening, scene_files

    scenes, failures = yield from opening(scene_files(paths))
    alike: list[NamedCube] = []
    for k, (name, cube) in enumerate(scenes):
        yield Step(k / len(scenes), message=f"Opening {name}")
        yield from prepared(cube.pixels)
        if first is not None:
            with contextlib.suppress(InputError):
                terms, said = terms_for(cube, first)
                notes = (*cube.notes, said) if said else cube.notes
                cube = replace(brought(cube, terms), notes=notes)
        cube.rgb_bands  # noqa: B018 - the first look reads lines of the file
        first = first or cube
        alike.append((name, cube))
    return alike, failures
