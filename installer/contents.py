"""What has to be in a bundle, read from the checkout.

PyInstaller follows imports. Methods, formats, exports, panels, controllers and subcommands are
found by a scan of their folders, which it cannot follow; so every module of the package is named to
it, and a list of them travels along: ``hsunmix selftest`` compares the two.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["DATA", "listing", "module_names"]

DATA = ("resources", "sample_cubes")  # beside the package here, in its folder _data when installed


def module_names(package: Path) -> list[str]:
    """Return the full names of all modules below a package's folder, packages among them."""
    names = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def listing(root: Path) -> str:
    """Return what an installation must hold: a module or a data file a line."""
    lines = module_names(root / "hsunmix")
    for folder in DATA:
        files = sorted(path for path in (root / folder).rglob("*") if path.is_file())
        lines += [path.relative_to(root).as_posix() for path in files if "__pycache__" not in path.parts]
    return "\n".join(lines) + "\n"
