"""Remove debugging symbols from a bundle's libraries: python -m installer.strip FOLDER."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["strip_folder"]

ELF = b"\x7fELF"


def strip_folder(folder: Path) -> int:
    """Strip every library below a folder that still loads afterwards; return the bytes saved.

    Those of some wheels don't: their headers were moved by a tool that strip does not expect.
    """
    paths = [path for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    return sum(_strip(path) for path in paths if path.read_bytes()[:4] == ELF)


def _strip(path: Path) -> int:
    smaller = path.with_name(f"{path.name}.stripped")
    shutil.copy(path, smaller)
    smaller.chmod(0o755)
    subprocess.run(["strip", "--strip-unneeded", str(smaller)], check=True, capture_output=True)
    saved = path.stat().st_size - smaller.stat().st_size
    if saved <= 0 or not _loads(smaller):
        smaller.unlink()
        return 0
    smaller.replace(path)
    return saved


def _loads(path: Path) -> bool:
    """Whether the system's loader takes a library, in a process of its own: it may crash."""
    code = f"import ctypes; ctypes.CDLL({str(path)!r})"
    libraries = str(next(p for p in path.parents if p.name == "_internal"))
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode == 0


if __name__ == "__main__":
    print(f"{strip_folder(Path(sys.argv[1])) / 1e6:.0f} MB of symbols removed")
