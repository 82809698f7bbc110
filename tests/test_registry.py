"""What the folder scan finds, inside the program and in folders beside it."""

from __future__ import annotations

import os
import sys

import pytest

import hsunmix.exports
from hsunmix.errors import InputError, ParameterError
from hsunmix.registry import PLUGINS, modules, names, plugin_folders


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder of plugins whose traces are gone afterwards."""
    monkeypatch.setattr(hsunmix.exports, "__path__", list(hsunmix.exports.__path__))
    monkeypatch.setenv(PLUGINS, str(tmp_path))
    (tmp_path / "exports").mkdir()
    yield tmp_path
    for name in ("mine", "whole"):
        sys.modules.pop(f"hsunmix.exports.{name}", None)
        vars(hsunmix.exports).pop(name, None)


def test_files_and_packages_but_nothing_private(folder):
    before = names("hsunmix.exports")
    (folder / "exports" / "mine.py").write_text("TITLE = 'Mine'")
    (folder / "exports" / "_not.py").write_text("")
    (folder / "exports" / "whole").mkdir()
    (folder / "exports" / "whole" / "__init__.py").write_text("TITLE = 'Whole'")
    assert set(names("hsunmix.exports")) - set(before) == {"mine", "whole"}
    assert names("hsunmix.exports") == names("hsunmix.exports")
    found = dict(modules("hsunmix.exports"))
    assert (found["mine"].TITLE, found["whole"].TITLE) == ("Mine", "Whole")
    assert set(before) < set(found)


def test_several_folders(folder, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    (other / "exports").mkdir()
    (other / "exports" / "mine.py").write_text("")
    monkeypatch.setenv(PLUGINS, os.pathsep.join([str(folder), "", str(other)]))
    assert plugin_folders() == (folder, other)
    assert "mine" in names("hsunmix.exports")
    (folder / "exports" / "mine.py").write_text("")
    with pytest.raises(ParameterError, match=r"mine is in .*other.* rename one"):
        names("hsunmix.exports")


def test_a_name_of_ours_is_taken(folder):
    (folder / "exports" / "csv.py").write_text("")
    with pytest.raises(ParameterError, match=r"csv is in .*exports; rename one"):
        names("hsunmix.exports")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("plugins", "from the root: /.*plugins"),
        ("/no/such/place", "is no folder"),
        (__file__, "is no folder"),
    ],
)
def test_folders_that_are_none(given, reason, monkeypatch):
    monkeypatch.setenv(PLUGINS, given)
    with pytest.raises(ParameterError, match=f"{PLUGINS}: .*{reason}"):
        names("hsunmix.exports")


def test_a_folder_in_the_wrong_place_is_not_passed_over(folder):
    (folder / "export").mkdir()
    with pytest.raises(ParameterError, match="export is no place for plugins"):
        names("hsunmix.exports")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 +", "can't be loaded"),
        ("raise ValueError", "can't be loaded: ValueError"),
        ("x = 1", "has no TITLE"),
    ],
)
def test_what_can_t_serve_is_named(text, reason, folder):
    (folder / "exports" / "mine.py").write_text(text)
    with pytest.raises(InputError, match=f"{folder / 'exports' / 'mine'} {reason}"):
        list(modules("hsunmix.exports", "TITLE"))


def test_where_no_folder_is_named(monkeypatch):
    monkeypatch.delenv(PLUGINS, raising=False)
    assert plugin_folders() == ()
