"""A window in every state, made quickly with a made-up document; and every dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QDialog, QWidget

from hsunmix.exports import ExportJob
from hsunmix.formats import builtin_library
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.preferences_dialog import PreferencesDialog
from hsunmix.gui.endmembers.state import Checked, EndmembersState, Suggested
from hsunmix.gui.files.export_dialog import ExportDialog
from hsunmix.gui.files.layout_dialog import LayoutDialog
from hsunmix.gui.files.shape_dialog import ShapeDialog
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.files.unsaved_dialog import UnsavedDialog
from hsunmix.gui.files.wavelengths_dialog import WavelengthsDialog
from hsunmix.gui.help.about_dialog import AboutDialog
from hsunmix.gui.help.licences_dialog import LicencesDialog
from hsunmix.gui.help.state import HelpState
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.library.dialog import LibraryDialog
from hsunmix.gui.library.matches_dialog import MatchDialog
from hsunmix.gui.library.state import Subject
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.settings import Preferences
from hsunmix.methods.trust.constraints import Check
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.model.cube import Cube
from hsunmix.model.layout import Layout
from hsunmix.model.maps import Map
from hsunmix.model.region import Region
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document, Layer, Pin, SceneEntry, ScenePlace, VectorLayer, with_endmember
from hsunmix.session.recovery import Record, Work
from hsunmix.session.runs import record_run
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]
NAMES = ("Russian olive", "Goethite", "Kaolinite CM9 (well ordered)")


def part(window: QWidget, name: str) -> QWidget:
    found = window.findChild(QWidget, name)
    assert found is not None, name
    return found


def full_document(cube: Cube) -> Document:
    """Two runs, regions, a layer, a pin and other maps, with names as analysts give them."""
    document = record_run(Document(cube=cube), unmixing_of(cube, seed=2))
    document = record_run(document, with_other_maps(unmixing_of(cube)))
    for k, name in enumerate(NAMES):
        document = with_endmember(document, k, name=name)
    regions = (
        Region("Field at the river", "#8700ff", "rectangle", ((1, 2), (4, 7))),
        Region("Road", "#96b478", "polygon", ((0, 0), (9, 1), (4, 6))),
    )
    roads = VectorLayer("/data/roads.gpkg", "roads", "roads", "#ff4fa3", shown=False)
    sites = VectorLayer("/data/sites.shp", "", "sites", "#00d8ff", shown=False)
    document = replace(document, vectors=(roads, sites))
    return replace(document, regions=regions, layers=(Layer("NDVI", "band[3] - band[2]"),), pins=(Pin(3, 4),))


def with_scenes(document: Document) -> Document:
    """Add scenes called as files of flight lines are: one on the same grid, one that is not there."""
    result = document.unmixing
    usual = replace(result, maps={name: result.maps[name] for name in ("abundance", "rmse")})
    place, known = ScenePlace(document.cube, path="/lines/west.hdr"), {"endmembers": document.endmembers}
    entries = (
        SceneEntry("west", place, usual, **known),
        SceneEntry("ang20160910t185702_rfl_v1n2_img", place, usual, **known),
        SceneEntry("east", ScenePlace(None, path="/lines/east.hdr")),
    )
    return replace(document, unmixing=usual, layers=(), scenes=entries)


def with_other_maps(result: Unmixing) -> Unmixing:
    """Add a map of numbers and one of classes."""
    abundances = result.abundances
    leading = np.where(np.isnan(abundances[0]), -1, np.nan_to_num(abundances).argmax(axis=0)).astype(np.int32)
    further = {
        "leading": Map(leading[None], kind="class", of_endmembers=True),
        "shade": Map(1 - abundances[:1], kind="fraction"),
    }
    return replace(result, maps={**result.maps, **further})


def states(window: MainWindow, cube: Cube, wait: Wait) -> Iterator[str]:
    """Bring a window from one state to the next; yield what each is called."""
    store = window.store
    yield "empty"
    store.history.reset(Document(cube=cube))
    wait(lambda: store.state[ImageState].picture is not None and not store.state.tasks)
    yield "loaded"
    store.history.reset(full_document(cube))
    wait(lambda: all(not channel.busy for channel in store.channels.values()))
    store.send(cmd.Hover(2, 3))
    doubt = Check(np.zeros((13, 9), np.float32), 0.12, 0.3, 0.12, False, "12 % of the pixels need …")
    result = store.document.unmixing
    store.show(
        EndmembersState,
        checked=Checked(result, doubt),
        suggested=Suggested(result, Suggestion(3, 4, np.array([31]), np.ones(cube.bands), 15.0)),
    )
    for page in ("rgb", "band", "map", "maps", "mixture", "residual", "constraints", "layer", "further"):
        store.send(cmd.ShowPage(page))
        wait(lambda: not store.state.tasks)
        yield page
    store.send(cmd.CompareRuns(1, None))
    wait(lambda: store.state[RunState].comparing is not None)
    yield "comparison"
    store.send(cmd.StopComparing())
    before = store.document
    store.history.amend(with_scenes(before))
    wait(lambda: not store.state.tasks)
    for page in ("change", "maps"):
        store.send(cmd.ShowPage(page))
        wait(lambda: not store.state.tasks)
        yield f"scenes, {page}"
    store.history.amend(before)
    store.send(cmd.SelectRegion(1))
    yield "regions"
    store.send(cmd.PlanMask("(band[3] - band[8]) / (band[3] + band[8])"))
    wait(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    yield "masking"
    store.send(cmd.CancelMask())
    store.fail(FileNotFoundError("/data/survey/strip_7.hdr"), [("Open another…", cmd.CloseMessage())])
    yield "error"
    store.send(cmd.CloseMessage())
    record = Record("work-1.hsu", "", "jasper.hdr", "", "2025-03-04T12:05:00+00:00")
    store.show(FilesState, left_behind=(Work(Path("/state/1"), record),))
    yield "recovery"
    store.show(FilesState, left_behind=())
    store.show(HelpState, tour=4)
    yield "guided start"
    store.show(HelpState, tour=None)


def open_dialogs(window: QWidget, document: Document, folder: Path) -> Iterator[QDialog]:
    """Show every dialog of the project's own, one after the other."""
    cube, member = document.cube, document.endmembers[0]
    library = builtin_library()
    at = np.interp(library.wavelengths, cube.wavelengths, np.nan_to_num(member.spectrum))
    subject = Subject(member.name, at, library, np.ones(len(at), dtype=bool))
    several = Layout(datasets=("/a/reflectance", "/a/mask"), dataset="/a/reflectance", axes="yxb", sure=False)
    made: tuple[Callable[[], QDialog], ...] = (
        lambda: ExportDialog(
            window, str(folder), ("csv",), ExportJob(document.unmixing, document.endmembers, cube)
        ),
        lambda: ShapeDialog(window, Path("/data/urban_77.mat"), 5929),
        lambda: UnsavedDialog(window, "desert.hdr"),
        lambda: AboutDialog(window),
        lambda: LibraryDialog(window, library),
        lambda: MatchDialog(window, subject),
        lambda: LayoutDialog(window, replace(cube, layout=several)),
        lambda: PreferencesDialog(window, Preferences(memory="much")),
        lambda: WavelengthsDialog(window, cube),
        lambda: LicencesDialog(window),
    )
    for make in made:
        dialog = make()
        dialog.show()
        yield dialog
        dialog.reject()
        dialog.deleteLater()
