"""The program's icon in the sizes and formats of each system: python -m installer.icons FOLDER."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["SIZES", "draw"]

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
DRAWING = Path(__file__).resolve().parent.parent / "resources" / "icons" / "hsunmix.svg"


def draw(folder: Path) -> None:
    """Write ``hsunmix-SIZE.png``, ``hsunmix.ico`` and ``hsunmix.icns``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    app = QGuiApplication.instance() or QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    renderer = QSvgRenderer(str(DRAWING))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.save(str(folder / f"hsunmix-{size}.png"))
    del app
    largest = Image.open(folder / f"hsunmix-{SIZES[-1]}.png")
    largest.save(folder / "hsunmix.ico", sizes=[(size, size) for size in SIZES if size <= 256])
    largest.save(folder / "hsunmix.icns")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
