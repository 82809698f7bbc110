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
    assert {entry.sniff.__module__ for entry in formats().values()} <= names
    assert {export.write.__module__ for export in exports().values()} <= names
    assert {"hsunmix", "hsunmix.methods", "hsunmix.gui.image.panel", "hsunmix.cli.selftest"} <= names


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
    code = """
from pathlib import Path
from hsunmix.cli.selftest import missing
print(missing(Path("contents.txt")))
Path("hsunmix/methods/extraction/vca.py").unlink()
Path("resources/icons/open.svg").unlink()
print(missing(Path("contents.txt")))
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    whole, broken = done.stdout.splitlines()
    assert whole == "[]"
    assert broken == "['hsunmix.methods.extraction.vca', 'resources/icons/open.svg']"
