"""What the packages for Linux share: the desktop's files, their places, and their dates."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from installer.icons import DRAWING, SIZES
from installer.version import version

__all__ = ["HERE", "ROOT", "VERSION", "epoch", "put_share"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VERSION = version(ROOT)


def epoch() -> int:
    """Return the time that all files get: the last commit's, so that a build can be repeated."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    if shutil.which("git") is None:  # an archive, unpacked on a machine of its own
        return int(time.time())
    log = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return int(log.stdout or time.time())


def put_share(share: Path, icons: Path) -> None:
    """Put menu entry, file types, metadata and icons below a folder ``share``."""
    for source, place in (
        ("hsunmix.desktop", "applications/hsunmix.desktop"),
        ("hsunmix.xml", "mime/packages/hsunmix.xml"),
        ("io.github.hsunmix.hsunmix.metainfo.xml", "metainfo/io.github.hsunmix.hsunmix.metainfo.xml"),
    ):
        day = time.strftime("%Y-%m-%d", time.gmtime(epoch()))
        text = (HERE / source).read_text(encoding="utf-8")
        target = share / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("@VERSION@", VERSION).replace("@DATE@", day), encoding="utf-8")
    pictures = {f"{size}x{size}/apps/hsunmix.png": icons / f"hsunmix-{size}.png" for size in SIZES}
    for place, picture in {**pictures, "scalable/apps/hsunmix.svg": DRAWING}.items():
        target = share / "icons" / "hicolor" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, target)
