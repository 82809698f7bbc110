"""What must hold whenever the window has come to rest. Each check returns what is wrong, or nothing."""

from __future__ import annotations

import json
import shlex
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QLabel, QTableView

from hsunmix.engine.loading import load
from hsunmix.engine.regions import region_statistics
from hsunmix.engine.scene import Scene
from hsunmix.errors import HsunmixError
from hsunmix.exports._start import START
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.image.images import picture
from hsunmix.gui.image.pages import page_of
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.documents import made_with_other_bands
from hsunmix.methods import find
from hsunmix.methods.running import pipeline
from hsunmix.model.band_maths import evaluate
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.archive import load as load_session
from hsunmix.session.archive import save
from hsunmix.session.document import Document, Run
from hsunmix.session.reproduce import command_line, facts_of, python_script
from tests.gui.test_commands import different

__all__ = ["at_rest", "commanded", "reopened", "scripted"]

ROUNDED = 1e-9  # the same pixel among others, or spectra in another order, differ by some 1e-11


def at_rest(window: MainWindow) -> Iterator[str]:
    """Look at all that is shown."""
    document = window.store.document
    yield from _document(window, document)
    if document.cube is not None:
        scene = finish(load(document.cube))
        yield from _result(document, scene)
        yield from _shown(window, document)
        yield from _regions(window, document, scene)
    yield from _table(window, document)
    yield from _title(window)


def _document(window: MainWindow, document: Document) -> Iterator[str]:
    names = [e.name for e in document.endmembers]
    if len(set(names)) != len(names):
        yield f"names are not unique: {names}"
    result = document.unmixing
    if result is not None and result.rank != len(names):
        yield f"{result.rank} maps of {len(names)} endmembers"
    unsolved = bool(names) and (result is None or result.provisional)
    if unsolved != window.store.state.stopped:
        yield f"unsolved is {unsolved}, and told as {window.store.state.stopped}"
    if document.view.endmember >= max(1, len(names)):
        yield "the endmember shown is none"
    if not -1 <= document.view.region < len(document.regions):
        yield "the region selected is none"


def _result(document: Document, scene: Scene) -> Iterator[str]:
    """Compare the abundances with those of another solve, the error with its definition."""
    result = document.unmixing
    if result is None or result.provisional or made_with_other_bands(document):
        return
    spectra = np.stack([e.spectrum for e in document.endmembers], axis=1)
    used = result.used_bands
    if not np.array_equal(used, document.cube.good_bands):
        yield "the result is of other bands than are used"
    if not np.array_equal(spectra[used], result.endmembers[used]):
        yield "the endmembers are not those of the result"
    mask = np.zeros(scene.shape[0] * scene.shape[1], dtype=bool)
    mask[scene.pixels] = True
    finite = np.isfinite(result.abundances).all(axis=0).reshape(-1)
    if not np.array_equal(finite, mask):
        yield f"the maps have values in {finite.sum()} pixels, and {mask.sum()} are used"
        return
    x = scene.columns(np.arange(len(scene.pixels))).astype(np.float64)
    w = scene.used_spectra(spectra)
    h = result.abundances.reshape(result.rank, -1)[:, mask].astype(np.float64)
    error = np.linalg.norm(x - w @ h) / np.linalg.norm(x)
    if abs(error - result.relative_error) > 2e-3 * error + 1e-5:
        yield f"the error is {error:.6g}, and {result.relative_error:.6g} is shown"
    if result.method == result.abundance:
        again = finish(pipeline.solve(scene, spectra, Choice(result.abundance, result.parameters)))
        if not np.allclose(again.abundances, result.abundances, rtol=0, atol=ROUNDED, equal_nan=True):
            worst = np.nanmax(np.abs(again.abundances - result.abundances))
            yield f"solved again by {result.abundance}, the maps differ by {worst:.3g}"


def _shown(window: MainWindow, document: Document) -> Iterator[str]:
    cube, state = document.cube, window.store.state
    bands = document.view.rgb or cube.rgb_bands
    fresh = finish(picture(cube, bands, document.view.stretch))
    if state[ImageState].picture is None or not np.array_equal(state[ImageState].picture.rgba, fresh.rgba):
        yield "the picture is not that of the scene"
    for text, values in state[ImageState].layers.items():
        if not np.array_equal(evaluate(cube, text).astype(np.float32), values, equal_nan=True):
            yield f"layer {text} is not what it says"
    if state[ImageState].grey is not None and not np.array_equal(
        state[ImageState].grey.values, cube.band(state[ImageState].grey.band), equal_nan=True
    ):
        yield "the band is another one"
    page = page_of(document, state)
    drawing = page.draw(document, state, 1 << 24)
    if state[ImageState].shown is None or state[ImageState].shown.page != page.id:
        yield f"page {page.id} is not the one that is shown"
    elif len(drawing.panes) != len(state[ImageState].shown.drawing.panes) or not all(
        np.array_equal(a.values, b.values)
        for a, b in zip(drawing.panes, state[ImageState].shown.drawing.panes, strict=True)
    ):
        yield f"page {page.id} is not drawn as it is"
    masked = ~cube.selection if cube.selection is not None else np.zeros(cube.shape[:2], bool)
    if state[RegionsState].masking is None:
        veil = (
            np.zeros_like(masked)
            if state[RegionsState].overlay is None
            else (state[RegionsState].overlay.values & 1).astype(bool)
        )
        if (masked & ~veil).any():
            yield "masked pixels are not veiled"


def _regions(window: MainWindow, document: Document, scene: Scene) -> Iterator[str]:
    known = window.store.state[RegionsState].region_spectra
    for region in document.regions:
        found = finish(region_statistics(scene, region.mask(*scene.shape)))
        if region not in known or not np.array_equal(known[region].mean, found.mean, equal_nan=True):
            yield f"the mean of {region.name} is another one"


def _table(window: MainWindow, document: Document) -> Iterator[str]:
    table = window.findChild(QTableView, "endmemberTable")
    if table is None:
        yield "there is no table"
        return
    model, result = table.model(), document.unmixing
    shown = [model.index(k, 2).data() for k in range(model.rowCount())]
    if shown != [e.name for e in document.endmembers]:
        yield f"the table has {shown}"
    if result is not None and not result.provisional:
        means = [f"{100 * m:.0f} %" if np.isfinite(m) else "" for m in result.mean_abundances]
        told = [model.index(k, 4).data() for k in range(model.rowCount())]
        if means != told:
            yield f"the means are {means}, and {told} are shown"
        summary = window.findChild(QLabel, "resultSummary").text()
        if "solv" in summary:
            yield f"the table says {summary!r} of maps that are solved"


def _title(window: MainWindow) -> Iterator[str]:
    store = window.store
    if window.isWindowModified() != store.history.modified:
        yield "the title does not say whether there are changes"
    if store.document.cube is not None and store.session_path is not None:
        if store.session_path.name not in window.windowTitle():
            yield f"the title is {window.windowTitle()!r}, and the file {store.session_path.name}"
        if not store.history.modified:
            where = _same_session(load_session(store.session_path), store.document, looks=False)
            if where:
                yield f"saved, and yet the file differs: {where}"


def _same_session(one: Document, other: Document, *, looks: bool = True) -> str:
    ways = ["endmembers", "unmixing", "pins", "regions", "layers", "runs"]
    for way in ways + ["view", "settings"] * looks:
        a, b = getattr(one, way), getattr(other, way)
        if way == "view":
            a, b = (_seen(v, len(d.endmembers)) for v, d in ((a, one), (b, other)))
        if way == "unmixing" and not looks and b is not None and (a is None or a.provisional):
            continue  # solved since
        where = different(_plain(a), _plain(b))
        if where:
            return f"{way}: {where}"
    for way in ("selection", "masks", "band_text", "good_bands"):
        where = different(getattr(one.cube, way), getattr(other.cube, way))
        if where:
            return f"cube.{way}: {where}"
    return ""


def _plain(found: Any) -> Any:
    """Return results without what a session does not keep: objects that a run was given."""
    if isinstance(found, Unmixing):
        return replace(found, asked=None, data=None)
    if isinstance(found, tuple):
        return tuple(replace(f, unmixing=_plain(f.unmixing)) if isinstance(f, Run) else f for f in found)
    return found


def _seen(view: Any, count: int) -> Any:
    return view.page, view.rgb, view.stretch, min(view.endmember, max(count - 1, 0)), view.map_stretch


def reopened(window: MainWindow, folder: Path) -> Iterator[str]:
    """Save the document and read it again."""
    document = window.store.document
    if document.cube is None:
        return
    save(document, folder / "again.hsu")
    where = _same_session(load_session(folder / "again.hsu"), document)
    if where:
        yield f"reopened it is another: {where}"


def scripted(window: MainWindow) -> Iterator[str]:
    """Run the script that the window would copy."""
    document, store = window.store.document, window.store
    result = document.unmixing
    if document.cube is None or result is None or result.provisional:
        return
    try:
        text = python_script(document, facts_of(document, store.scenes.here(document.cube)))
    except HsunmixError as error:
        taken_away = result.share is not None and "is not there" in str(
            error
        )  # a scene of the run was removed
        if find(result.method) and not taken_away:
            yield f"no script: {error}"
        return
    made: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), made)
    w, h = np.asarray(made["W"]), np.asarray(made["H"])
    if not np.array_equal(h, result.abundances, equal_nan=True):
        finite = np.isfinite(h).all(axis=0).sum(), np.isfinite(result.abundances).all(axis=0).sum()
        apart = np.nanmax(np.abs(h - result.abundances)) if h.shape == result.abundances.shape else "shape"
        yield f"the script's maps differ by {apart} (pixels {finite}):\n{text[:3000]}"
    used = result.used_bands
    if w.shape == result.endmembers.shape and not np.array_equal(w[used], result.endmembers[used]):
        yield f"the script's spectra differ by {np.abs(w - result.endmembers)[used].max()}"


def commanded(window: MainWindow, folder: Path) -> Iterator[str]:
    """Run the command that the window would copy, and compare its maps and its error."""
    import rasterio
    from click.testing import CliRunner

    from hsunmix.cli.main import main

    document, store = window.store.document, window.store
    result = document.unmixing
    if document.cube is None or result is None or result.provisional:
        return
    try:
        facts = facts_of(document, store.scenes.here(document.cube))
        line = command_line(document, facts, folder / "commanded", ("geotiff",))
    except HsunmixError:
        return  # it says that a script does
    if START in line:
        return  # the spectra that an export writes for it: tests/contracts/test_window_records.py
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ended = CliRunner().invoke(main, shlex.split(line)[1:])
    if ended.exit_code:
        yield f"the command failed: {line}\n{ended.output}"
        return
    with rasterio.open(folder / "commanded" / "abundances.tif") as image:
        maps = image.read()
    expected = np.nan_to_num(result.abundances, nan=-9999)
    if not np.array_equal(maps, expected):
        yield f"the command's maps differ by {np.abs(maps - expected).max()}: {line}"
    record = json.loads((folder / "commanded" / "result.json").read_text())
    if record["relative_error"] != float(result.relative_error):
        yield f"the command's error is {record['relative_error']}, not {result.relative_error}"
