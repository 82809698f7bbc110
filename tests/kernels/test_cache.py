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
