"""The results of a session: kept, gone back to, deleted, bounded, and in the file."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.session import runs as module
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, RunSettings, View, with_endmember
from hsunmix.session.history import History
from hsunmix.session.runs import (
    carried,
    current,
    kept,
    record_run,
    restore_run,
    run_bytes,
    settings_of,
    without_run,
)
from tests.session.conftest import make_result


@pytest.fixture
def two() -> Document:
    """A document with two runs, the endmembers of the first of which were named."""
    one = record_run(Document(), make_result(1))
    named = with_endmember(one, 0, name="Tree", colour="#112233")
    return record_run(named, make_result(2), RunSettings("hals", 3, seed=3), locked=(1,))


def test_every_run_is_kept_and_the_one_shown_is_known(two: Document):
    assert [run.number for run in two.runs] == [1, 2]
    assert current(two).number == 2
    assert two.unmixing is two.runs[1].unmixing
    assert two.runs[1].settings == RunSettings("hals", 3, seed=3)
    assert (two.runs[0].locked, two.runs[1].locked) == ((), (1,))
    assert two.runs[0].label.endswith("r = 3")


def test_going_back_brings_the_names_of_then(two: Document):
    assert two.endmembers[0].name != "Tree"
    named = with_endmember(two, 1, name="Water")
    back = restore_run(named, 1)
    assert back.unmixing is two.runs[0].unmixing
    assert (back.endmembers[0].name, back.endmembers[0].colour) == ("Tree", "#112233")
    assert back.settings == two.runs[0].settings
    assert [run.number for run in back.runs] == [1, 2]
    again = restore_run(back, 2)
    assert again.endmembers[1].name == "Water"


def test_an_edited_result_is_kept_when_another_takes_its_place(two: Document):
    edited = replace(two, unmixing=make_result(7), endmembers=make_result(7).as_endmembers())
    assert current(edited) is None
    back = restore_run(edited, 1)
    assert [run.number for run in back.runs] == [1, 2, 3]
    assert back.runs[2].edited
    assert back.runs[2].unmixing is edited.unmixing
    assert restore_run(back, 3).unmixing is edited.unmixing
    third = record_run(edited, make_result(8))
    assert [run.edited for run in third.runs] == [False, False, True, False]


def test_a_first_estimate_is_no_result_to_keep(two: Document):
    edited = replace(two, unmixing=replace(make_result(7), provisional=True))
    assert kept(edited) is edited


def test_a_number_is_never_used_twice(two: Document):
    fewer = without_run(two, 2)
    assert [run.number for run in fewer.runs] == [1]
    assert fewer.unmixing is two.unmixing  # what is shown stays
    assert [run.number for run in record_run(fewer, make_result(4)).runs] == [1, 3, 4]
    with pytest.raises(KeyError, match="no run 9"):
        restore_run(two, 9)
    with pytest.raises(KeyError, match="no run 9"):
        without_run(two, 9)


def test_undoing_a_run_keeps_its_entry_and_undoing_a_deletion_brings_it_back(two: Document):
    history = History(Document())
    for label, document in (("first", record_run(Document(), make_result(1))), ("second", two)):
        history.apply(label, document)
    now = history.document
    history.undo()
    then = carried(now, history.document)
    assert then.unmixing is not two.unmixing
    assert [run.number for run in then.runs] == [1, 2]
    deleted = without_run(two, 2)
    assert carried(deleted, two).runs == two.runs
    assert carried(two, deleted).runs == deleted.runs  # the deletion done again


def test_the_oldest_maps_go_when_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    document = Document()
    size = run_bytes(record_run(document, make_result(0)).runs[0])
    monkeypatch.setattr(module, "BYTES", 2 * size)
    for k in range(5):
        document = record_run(document, make_result(k))
    assert [run.unmixing is None for run in document.runs] == [True, True, False, False, False]
    assert document.runs[0].relative_error == make_result(0).relative_error
    assert len(document.runs[0].endmembers) == 3  # their spectra are small
    back = restore_run(document, 1)
    assert back.unmixing is document.unmixing
    assert back.settings == document.runs[0].settings


def test_there_is_an_end_to_the_list(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_ENTRIES", 4)
    document = Document()
    for k in range(9):
        document = record_run(document, make_result(k))
    assert [run.number for run in document.runs] == [6, 7, 8, 9]


def test_settings_are_read_off_a_result():
    settings = settings_of(make_result())
    assert (settings.method, settings.rank, settings.abundance, settings.seed) == ("hals", 3, "nnls", 3)
    assert "tolerance" not in settings.choice("factorization", "hals").parameters  # it is the default


def test_going_back_looks_at_maps():
    two = record_run(record_run(Document(), make_result(1)), make_result(2))
    looking = replace(two, view=View("residual", 2))
    assert restore_run(looking, 1).view.page == "residual"
    assert restore_run(replace(two, view=View("rgb")), 1).view.page == "maps"


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a, b, equal_nan=True)


def test_they_are_in_the_session_file(two: Document, tmp_path: Path):
    edited = replace(two, unmixing=make_result(7), endmembers=make_result(7).as_endmembers())
    for name, document in (("shown", two), ("edited", edited)):
        save(document, tmp_path / f"{name}.hsu")
        found = load(tmp_path / f"{name}.hsu")
        assert found.run_count == 2
        for now, then in zip(found.runs, document.runs, strict=True):
            assert (now.number, now.label, now.made) == (then.number, then.label, then.made)
            assert (now.settings, now.locked, now.edited) == (then.settings, then.locked, then.edited)
            assert (now.relative_error, now.seconds) == (then.relative_error, then.seconds)
            assert [e.name for e in now.endmembers] == [e.name for e in then.endmembers]
            assert same(now.unmixing.abundances, then.unmixing.abundances)
            assert same(now.unmixing.endmembers, then.unmixing.endmembers)
            assert same(now.endmembers[1].spectrum, then.endmembers[1].spectrum)
    shown = load(tmp_path / "shown.hsu")
    assert shown.runs[1].unmixing is shown.unmixing  # its arrays are there once
    names = zipfile.ZipFile(tmp_path / "shown.hsu").namelist()
    assert "runs.0.unmixing.maps.abundance.values.npy" in names
    assert "runs.1.unmixing.maps.abundance.values.npy" not in names
    assert "runs.1.endmembers.spectrum.npy" in names


def test_dropped_maps_are_dropped_in_the_file(two: Document, tmp_path: Path):
    bare = replace(two, runs=(replace(two.runs[0], unmixing=None), two.runs[1]))
    save(bare, tmp_path / "bare.hsu")
    assert load(tmp_path / "bare.hsu").runs[0].unmixing is None


def rewritten(path: Path, change: object) -> Path:
    """Change the manifest of a session."""
    with zipfile.ZipFile(path) as box:
        content = {info.filename: box.read(info) for info in box.infolist()}
    manifest = json.loads(content["manifest.json"])
    change(manifest)
    content["manifest.json"] = json.dumps(manifest).encode()
    other = path.with_name("other.hsu")
    with zipfile.ZipFile(other, "w") as box:
        for name, data in content.items():
            box.writestr(name, data)
    return other


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m["runs"].reverse(), "not in order"),
        (lambda m: m["runs"][1].update(number=1), "not in order"),
        (lambda m: m["runs"][0].update(number=7), "not in order|no endmembers|spectra"),
        (lambda m: m["runs"][0]["endmembers"].pop(), "numbers, but its records need"),
        (lambda m: m["runs"][0].update(number=0), "not in order"),
        (lambda m: m["runs"][0].update(extra=1), "damaged"),
        (lambda m: m.pop("runs"), "damaged"),
    ],
)
def test_runs_that_contradict_themselves_are_refused(two: Document, tmp_path: Path, change, reason):
    save(two, tmp_path / "two.hsu")
    with pytest.raises(FormatError, match=reason):
        load(rewritten(tmp_path / "two.hsu", change))


def test_what_only_describes_a_run_is_set_right(two: Document, tmp_path: Path):
    save(two, tmp_path / "two.hsu")

    def change(manifest: dict) -> None:
        manifest["runs"][0]["locked"] = [1, 77, -2]
        manifest["runs"][0]["settings"]["method"] = "magic"
        manifest["run_count"] = 0

    found = load(rewritten(tmp_path / "two.hsu", change))
    assert found.runs[0].locked == (1,)
    assert found.runs[0].settings.method == "auto"
    assert found.run_count == 2
