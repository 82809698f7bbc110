from __future__ import annotations

import json
from pathlib import Path

import pytest

from hsunmix.gui.state.settings import RECENT_LIMIT, Geometry, Preferences, Settings, default_path


def test_what_is_changed_is_there_tomorrow(tmp_path: Path):
    path = tmp_path / "new" / "settings.json"
    settings = Settings(path)
    settings.change(theme="dark", geometry=Geometry(10, 20, 1000, 700, True), splitters={"rows": (3, 4)})
    again = Settings(path).preferences
    assert again.theme == "dark"
    assert again.geometry == Geometry(10, 20, 1000, 700, True)
    assert again.splitters == {"rows": (3, 4)}


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00\xff\xfe not json",
        b"[]",
        b'{"theme": "purple"}',
        b'{"geometry": {"x": 1e300, "y": 0, "width": 5, "height": 5}}',
        b'{"geometry": {"x": 0, "y": 0, "width": -5, "height": 5}}',
        b'{"recent": "not a list"}',
        b'{"recent": [1, 2]}',
        b'{"splitters": {"rows": ["a"]}}',
        b"[" * 100_000,
        b'{"theme": "dark"' + b" " * (2 << 20) + b"}",
    ],
)
def test_garbage_means_defaults_and_is_kept_aside(tmp_path: Path, garbage: bytes):
    path = tmp_path / "settings.json"
    path.write_bytes(garbage)
    settings = Settings(path)
    assert settings.preferences == Preferences()
    assert (tmp_path / "settings.bad.json").read_bytes() == garbage
    settings.change(theme="light")
    assert json.loads(path.read_text())["theme"] == "light"


def test_fields_of_a_newer_version_are_no_garbage(tmp_path: Path):
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "hologram": true}')
    assert Settings(path).preferences.theme == "dark"


def test_recent_files_newest_first_each_once(tmp_path: Path):
    settings = Settings(tmp_path / "settings.json")
    for k in range(RECENT_LIMIT + 3):
        settings.remember(Path(f"/data/{k}.hdr"))
    settings.remember(Path("/data/5.hdr"))
    recent = Settings(settings.path).preferences.recent
    assert recent[:2] == ("/data/5.hdr", f"/data/{RECENT_LIMIT + 2}.hdr")
    assert len(recent) == len(set(recent)) == RECENT_LIMIT
    assert settings.preferences.open_folder == "/data"


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    settings = Settings(blocked / "settings.json")
    settings.change(theme="dark")
    assert settings.preferences.theme == "dark"


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HSUNMIX_CONFIG_DIR", str(tmp_path))
    assert default_path() == tmp_path / "settings.json"
    monkeypatch.delenv("HSUNMIX_CONFIG_DIR")
    assert default_path().name == "settings.json"
    assert "hsunmix" in default_path().parts
