"""A bundle holds what the checkout holds: every file of every registry, without a list to keep."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from hsunmix.exports import exports
from hsunmix.formats import formats
from hsunmix.methods import methods
from installer import contents


def test_every_registered_thing_is_collected(repository):
    names = set(contents.module_names(repository / "hsunmix"))
    assert {method.run.__module__ for method in methods().values()} <= names
    assert {f"hsunmix.formats.{name}" for name in formats()} <= names
    assert {export.write.__module__ for export in exports().values()} <= names
    assert {"hsunmix", "hsunmix.methods", "hsunmix.gui.panels.image", "hsunmix.cli.selftest"} <= names


def test_a_new_file_is_collected_without_an_edit(tmp_path):
    folder = tmp_path / "hsunmix" / "methods" / "rank"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "mine.py").touch()
    names = contents.module_names(tmp_path / "hsunmix")
    assert names == ["hsunmix.methods.rank", "hsunmix.methods.rank.mine"]


def test_a_bundle_that_lacks_a_method_is_found_out(repository, tmp_path):
    """The list is written from the source; the walk goes over what was installed."""
    for folder in ("hsunmix", *contents.DATA):
        shutil.copytree(repository / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "contents.txt").write_text(contents.listing(repository))
    code = "import sys; from pathlib import Path; from hsunmix.cli._contents import missing as m;"
    code += "print(*m(Path('contents.txt')))"

    def missing() -> list[str]:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True
        )
        return done.stdout.decode().split()

    assert missing() == []
    (tmp_path / "hsunmix" / "methods" / "extraction" / "vca.py").unlink()
    (tmp_path / "resources" / "icons" / "open.svg").unlink()
    assert missing() == ["hsunmix.methods.extraction.vca", "resources/icons/open.svg"]
