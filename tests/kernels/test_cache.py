"""Where compiled kernels are kept, whoever imports Numba first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "first", ["", "import numba;", "threading.Thread(target=__import__, args=['numba']).start();"]
)
def test_the_cache_is_the_users_folder(tmp_path: Path, first: str) -> None:
    code = (
        f"import threading; {first} import hsunmix.kernels, numba;"
        "print(numba.config.CACHE_DIR == str(hsunmix.kernels.cache_folder()), numba.config.CACHE_DIR)"
    )
    environment = {**os.environ, "HSUNMIX_CACHE_DIR": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    for _ in range(3):
        out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert out.returncode == 0, out.stderr
        assert out.stdout.startswith(f"True {tmp_path}")


def test_where_nothing_can_be_kept_kernels_are_compiled_for_one_process(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()  # no folder can be made below it, not even by root
    code = "import hsunmix.kernels, os; f = os.environ['NUMBA_CACHE_DIR']; print(f, os.path.isdir(f))"
    environment = {**os.environ, "HSUNMIX_CACHE_DIR": str(blocked), "TMPDIR": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder, there = done.stdout.split()
    assert there == "True"
    assert folder.startswith(str(tmp_path))
    assert not Path(folder).exists()  # gone with the process


def test_two_versions_do_not_share_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    from hsunmix import kernels

    mine = kernels.cache_folder()
    monkeypatch.setattr(kernels, "__version__", "99.1")
    assert kernels.cache_folder() != mine
    assert kernels.cache_folder().parent == mine.parent
