"""The zip that QGIS installs (Plugins ▸ Install from ZIP): python -m installer.qgis.pack FOLDER."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from installer.version import version

__all__ = ["pack"]

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = Path(__file__).resolve().parent / "hsunmix_qgis"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same zip


def pack(folder: Path) -> Path:
    """Write ``hsunmix-VERSION-qgis.zip`` into a folder and return its path."""
    number = version(ROOT)
    contents = {path.name: path.read_bytes() for path in PLUGIN.iterdir() if path.is_file()}
    contents["metadata.txt"] = contents["metadata.txt"].replace(b"version=0", f"version={number}".encode())
    contents["icon.svg"] = (ROOT / "resources" / "icons" / "hsunmix.svg").read_bytes()
    contents["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"hsunmix-{number}-qgis.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            archive.writestr(zipfile.ZipInfo(f"{PLUGIN.name}/{name}", EPOCH), contents[name])
    return target


if __name__ == "__main__":
    print(pack(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
