"""The export dialog: products, a preview, what is there already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hsunmix.exports import ExportJob, exports
from hsunmix.gui.files import export_dialog as module
from hsunmix.gui.files.export_dialog import ExportDialog
from hsunmix.gui.files.export_preview import size_text
from hsunmix.session.document import Document
from tests.scenes import with_numbers

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def job(document: Document) -> ExportJob:
    return ExportJob(document.unmixing, document.endmembers, document.cube)


def opened(qtbot: QtBot, folder: Path, chosen: tuple[str, ...], job: ExportJob) -> ExportDialog:
    dialog = ExportDialog(None, str(folder), chosen, job)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def rows(dialog: ExportDialog) -> list[list[str]]:
    table = dialog.preview.files
    return [[table.item(k, c).text() for c in range(3)] for k in range(table.rowCount())]


def test_it_shows_what_will_be_written(qtbot: QtBot, wait: Wait, tmp_path: Path, job: ExportJob):
    (tmp_path / "endmembers.csv").write_text("old")
    dialog = opened(qtbot, tmp_path, ("csv", "geotiff"), job)
    assert dialog.selected == "csv"
    assert "Working out" in dialog.preview.picture.text()
    wait(lambda: set(dialog.planner.plans) == {"csv", "geotiff"})
    assert [row[0] for row in rows(dialog)] == ["endmembers.csv"]
    assert rows(dialog)[0][2] == "replaced"
    assert not dialog.preview.picture.pixmap().isNull()
    known = dialog.planner.plans
    files = len(known["csv"].files) + len(known["geotiff"].files) + 1
    size = size_text(known["csv"].bytes + known["geotiff"].bytes)
    assert dialog.note.text() == f"{files} files, {size}. 1 of them is there already and will be replaced."
    dialog.folder_edit.setText(str(tmp_path / "new"))
    assert dialog.note.text() == f"The folder will be created. {files} files, {size}."
    assert rows(dialog)[0][2] == ""
    dialog.reject()


def test_another_product_is_looked_at_when_it_is_selected(
    qtbot: QtBot, wait: Wait, tmp_path: Path, job: ExportJob
):
    dialog = opened(qtbot, tmp_path, ("csv",), job)
    assert [dialog.list.item(k).data(module.ID) for k in range(dialog.list.count())] == list(exports())
    dialog.list.setCurrentRow(list(exports()).index("envi"))
    wait(lambda: "envi" in dialog.planner.plans)
    assert "abundances.hdr" in [row[0] for row in rows(dialog)]
    assert dialog.preview.title.text() == "Preview · ENVI"
    assert dialog.products == ("csv",)
    dialog.reject()


def test_what_is_ticked_is_looked_at(qtbot: QtBot, wait: Wait, tmp_path: Path, job: ExportJob):
    dialog = opened(qtbot, tmp_path, ("csv",), job)
    dialog.tick("class_map", True)
    assert (dialog.selected, dialog.products) == ("class_map", ("class_map", "csv"))
    wait(lambda: "class_map" in dialog.planner.plans)
    assert "class_map.tif" in [row[0] for row in rows(dialog)]
    dialog.tick("csv", False)
    assert dialog.selected == "class_map"
    dialog.reject()


def test_too_small_a_disk_is_said(
    qtbot: QtBot, wait: Wait, tmp_path: Path, job: ExportJob, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_free", lambda folder: 10)
    dialog = opened(qtbot, tmp_path, ("csv",), job)
    wait(lambda: "csv" in dialog.planner.plans)
    assert "Only 10 bytes are free there!" in dialog.note.text()
    dialog.reject()


def test_products_that_need_an_image_are_off_without_one(qtbot: QtBot, tmp_path: Path, job: ExportJob):
    result = job.unmixing
    flat = with_numbers(result, result.abundances.reshape(3, -1), result.rmse.ravel())
    dialog = opened(qtbot, tmp_path, ("csv", "geotiff"), ExportJob(flat, job.endmembers))
    assert dialog.products == ("csv",)
    dialog.reject()


def test_a_product_that_fails_says_why_and_the_rest_goes_on(
    qtbot: QtBot, wait: Wait, tmp_path: Path, job: ExportJob, monkeypatch: pytest.MonkeyPatch
):
    def broken(job: ExportJob, folder: Path) -> list[Path]:
        raise ValueError("no such luck")

    entry = exports()["csv"]
    monkeypatch.setitem(exports(), "csv", replace(entry, write=broken))
    dialog = opened(qtbot, tmp_path, ("csv", "sli"), job)
    wait(lambda: "sli" in dialog.planner.plans)
    assert dialog.preview.picture.text() == "no such luck"
    dialog.reject()


def test_closing_ends_the_looking(qtbot: QtBot, tmp_path: Path, job: ExportJob):
    dialog = opened(qtbot, tmp_path, tuple(exports()), job)
    dialog.accept()
    assert not dialog.planner._bridge.busy
    assert dialog.products == tuple(exports())


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1234, "1.2 kB"), (12_345_678, "12 MB"), (5e9, "5.0 GB")],
)
def test_sizes_as_one_says_them(size: int, text: str):
    assert size_text(size) == text


def test_the_resolution_is_for_pictures_and_changes_them(
    qtbot: QtBot, wait: Wait, tmp_path: Path, job: ExportJob
):
    dialog = opened(qtbot, tmp_path, ("csv",), replace(job, dpi=60))
    assert dialog.dpi == 60
    assert not dialog.resolution.isEnabled()
    dialog.tick("png", True)
    assert dialog.resolution.isEnabled()
    dialog.list.setCurrentRow(list(exports()).index("png"))
    wait(lambda: set(dialog.planner.plans) == {"csv", "png"})
    small, table = dialog.planner.plans["png"], dialog.planner.plans["csv"]
    dialog.resolution.setValue(120)
    dialog.resolution.setValue(140)  # while the first is looked at
    wait(lambda: "png" in dialog.planner.plans)
    assert dialog.planner.plans["png"].bytes > small.bytes
    assert dialog.planner.plans["csv"] is table
    assert dialog.dpi == 140
    dialog.reject()
