"""What takes the room in a bundle, and what was left out.

``python -m installer.sizes BUNDLE [DIST [LEFT_OUT]]``
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

__all__ = ["by_part", "table"]

PARTS = {
    "llvmlite": "LLVM, which compiles the kernels",
    "numba": "LLVM, which compiles the kernels",
    "PySide6": "Qt and PySide6",
    "shiboken6": "Qt and PySide6",
    "rasterio": "GDAL, PROJ and rasterio",
    "rasterio.libs": "GDAL, PROJ and rasterio",
    "scipy": "SciPy",
    "scipy.libs": "SciPy",
    "numpy": "NumPy",
    "numpy.libs": "NumPy",
    "h5py": "HDF5 and h5py",
    "h5py.libs": "HDF5 and h5py",
    "matplotlib": "matplotlib, Pillow, fontTools",
    "PIL": "matplotlib, Pillow, fontTools",
    "pillow.libs": "matplotlib, Pillow, fontTools",
    "fontTools": "matplotlib, Pillow, fontTools",
    "hsunmix": "hsunmix: data, manual, licences",
}


def by_part(bundle: Path) -> Counter[str]:
    """Return bytes on disk by part; a link counts where it leads."""
    sizes: Counter[str] = Counter()
    for path in bundle.rglob("*"):
        if path.is_file() and not path.is_symlink():
            first, *rest = path.relative_to(bundle).parts
            if first != "_internal":
                sizes["the program, with all Python code"] += path.stat().st_size
            else:
                sizes[PARTS.get(rest[0], "Python, and everything else")] += path.stat().st_size
    return sizes


def table(bundle: Path, dist: Path | None = None, left_out: Path | None = None) -> str:
    """Return the tables in Markdown, in millions of bytes."""
    sizes = by_part(bundle)
    lines = ["| part | MB |", "|---|---|"]
    lines += [f"| {part} | {size / 1e6:.1f} |" for part, size in sizes.most_common()]
    lines += [f"| **bundle** | **{sum(sizes.values()) / 1e6:.1f}** |"]
    if dist is not None:
        files = sorted(path for path in dist.iterdir() if path.is_file())
        lines += ["", "| download | MB |", "|---|---|"]
        lines += [f"| {path.name} | {path.stat().st_size / 1e6:.1f} |" for path in files]
    if left_out is not None:
        rows = [line.split("\t") for line in left_out.read_text(encoding="utf-8").splitlines()]
        count, saved = Counter(row[0] for row in rows), Counter[str]()
        for why, _, source in rows:
            if Path(source).is_file():
                saved[why] += Path(source).stat().st_size
        lines += ["", "| left out | files | MB |", "|---|---|---|"]
        lines += [f"| {why} | {count[why]} | {size / 1e6:.1f} |" for why, size in saved.most_common()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(*map(Path, sys.argv[1:])))
