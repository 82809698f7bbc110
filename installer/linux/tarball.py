"""The tarball, for every Linux: python -m installer.linux.tarball BUNDLE ICONS OUT."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from installer.linux.tree import HERE, ROOT, VERSION, epoch, put_share

__all__ = ["make"]


def make(bundle: Path, icons: Path, out: Path) -> Path:
    """Pack the bundle, with what a menu entry needs beside it."""
    name = f"hsunmix-{VERSION}-linux-{platform.machine()}"
    package = out / f"{name}.tar.zst"
    with tempfile.TemporaryDirectory(dir=bundle.parent) as folder:
        tree = Path(folder) / name
        shutil.copytree(bundle, tree, symlinks=True)
        put_share(tree / "share", icons)
        shutil.copyfile(ROOT / "LICENSE", tree / "LICENSE")
        shutil.copyfile(HERE / "README.txt", tree / "README.txt")
        shutil.copy(HERE / "menu-entry", tree / "menu-entry")
        command = [
            "tar", "--create", "--sort=name", f"--mtime=@{epoch()}", "--owner=0", "--group=0",
            "--numeric-owner", "--mode=u+w,go=rX", "--use-compress-program=zstd -19 -T0 --quiet",
            f"--file={package}", name,
        ]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True)
    return package


if __name__ == "__main__":
    make(*(Path(word).resolve() for word in sys.argv[1:]))
