"""Files that the systems read: versions, desktop entry, types, Info.plist, sizes."""

from __future__ import annotations

import ast
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import hsunmix
from installer import sizes, version
from installer.linux import deb, tree
from installer.macos.info import mac_info


def test_the_version_stands_in_one_place(repository):
    assert version.version(repository) == hsunmix.__version__
    assert f"Version: {hsunmix.__version__}\n" in deb.control("amd64", 1, "libc6")
    assert mac_info("1.2.3")["CFBundleShortVersionString"] == "1.2.3"


def test_released_versions_come_from_the_changelog(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(
        "# C\n\n## [Unreleased]\n\n## [0.2.0] - 2027-01-01\n\n## [0.1.0]\n"
    )
    assert version.released(tmp_path) == ["0.2.0", "0.1.0"]
    assert not version.changelog_has(tmp_path, "0.3.0")


@pytest.fixture
def share(tmp_path) -> Path:
    icons = tmp_path / "icons"
    icons.mkdir()
    for size in tree.SIZES:
        (icons / f"hsunmix-{size}.png").touch()
    tree.put_share(tmp_path / "share", icons)
    return tmp_path / "share"


def test_the_desktop_finds_program_icon_and_types(share):
    entry = (share / "applications" / "hsunmix.desktop").read_text()
    lines = dict(line.split("=", 1) for line in entry.splitlines() if "=" in line)
    assert lines["Exec"] == "hsunmix %f"
    assert (share / "icons" / "hicolor" / "scalable" / "apps" / f"{lines['Icon']}.svg").is_file()
    assert (share / "icons" / "hicolor" / "48x48" / "apps" / "hsunmix.png").is_file()
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = ET.parse(share / "mime" / "packages" / "hsunmix.xml").iter(f"{space}mime-type")
    assert {kind.get("type") for kind in types} == {kind for kind in lines["MimeType"].split(";") if kind}


def test_an_unpacked_archive_needs_no_git(tmp_path, monkeypatch):
    """A downloaded archive on a fresh machine: its packages are of now, unless a date is given."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert abs(tree.epoch() - time.time()) < 60
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert tree.epoch() == 86400


def test_the_metadata_names_this_version(share):
    (metadata,) = (share / "metainfo").iterdir()
    release = ET.parse(metadata).find("releases/release")
    assert release is not None
    assert release.get("version") == hsunmix.__version__
    assert "@" not in metadata.read_text()


@pytest.mark.parametrize(
    ("tool", "options", "place"),
    [
        ("desktop-file-validate", (), "applications/hsunmix.desktop"),
        ("appstreamcli", ("validate", "--no-net"), "metainfo/io.github.hsunmix.hsunmix.metainfo.xml"),
    ],
)
def test_the_systems_own_tools_find_no_fault(share, tool, options, place):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([tool, *options, share / place], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_started_compiles(repository):
    for name in ("hsunmix.spec", "build", "bundle/launch.py"):
        ast.parse((repository / "installer" / name).read_text(encoding="utf-8"))


def test_sizes_add_up(tmp_path):
    for place, size in (("hsunmix", 5), ("_internal/scipy/a.so", 30), ("_internal/scipy.libs/b.so", 40)):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size * 1_000_000))
    (tmp_path / "_internal" / "link.so").symlink_to("scipy/a.so")
    assert sizes.by_part(tmp_path)["SciPy"] == 70_000_000
    assert "| **bundle** | **75.0** |" in sizes.table(tmp_path)


def test_the_windows_installer_compiles(repository, tmp_path):
    if shutil.which("makensis") is None:
        pytest.skip("makensis is not installed")
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    for name in ("hsunmix.exe", "hsunmixw.exe", "_internal/data"):
        (bundle / name).touch()
    out = tmp_path / "hsunmix-1.2.3-setup.exe"
    script = repository / "installer" / "windows" / "hsunmix.nsi"
    command = ["makensis", "-WX", "-DVERSION=1.2.3", f"-DBUNDLE={bundle}", f"-DOUT={out}", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert out.read_bytes()[:2] == b"MZ"


def test_a_menu_entry_comes_and_goes(share, repository, tmp_path):
    entry = tmp_path / "menu-entry"
    shutil.copy(repository / "installer" / "linux" / "menu-entry", entry)
    home = tmp_path / "home of ana"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
    subprocess.run([entry], env=environment, check=True)
    desktop = home / ".local" / "share" / "applications" / "hsunmix.desktop"
    assert f'Exec="{tmp_path}/hsunmix" %f' in desktop.read_text()
    subprocess.run([entry, "remove"], env=environment, check=True)
    left = [path for path in home.rglob("*") if path.is_file() and "hsunmix" in path.name]
    assert left == []
