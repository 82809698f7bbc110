"""What PyInstaller would take along and nobody needs: QML, other toolkits, tests, the build machine's X."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable

__all__ = ["MODULES", "linked_names", "needed", "why_not"]

# Modules that are imported somewhere, but never on a way that hsunmix takes.
MODULES = (
    "IPython", "PyQt5", "PyQt6", "PySide2", "tkinter", "curses", "readline", "sqlite3", "_ssl", "ssl", "pip",
    "setuptools", "pkg_resources", "distutils", "lib2to3", "pydoc_data", "pytest", "hypothesis",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtSql", "PySide6.QtNetwork", "PySide6.QtTest",
    "PIL._avif", "numba.np.ufunc.omppool", "numba.np.ufunc.tbbpool",
    "numba.cuda", "numba.tests", "pyqtgraph.opengl", "pyqtgraph.examples", "pyqtgraph.jupyter",
    "mpl_toolkits", "matplotlib.tests",
)  # fmt: skip

# Files of the bundle by their path in it.
RULES = (
    ("QML and what draws with it", r"libQt6(Qml|Quick|VirtualKeyboard)|virtualkeyboard|(^|/)qml/"),
    ("Qt's network, SQL, PDF", r"libQt6(Network|Sql|Pdf)|plugins/(tls|networkinformation|sqldrivers)|qpdf"),
    ("screens without a window system", r"eglfs|linuxfb|vkkhr|qminimal|qvnc|egldeviceint|plugins/generic/"),
    ("GTK's dialogs", r"libqgtk3"),
    ("Qt's own translations", r"/translations/"),
    ("tests and samples of libraries", r"(^|/)(tests?|testing|sample_data|examples)/(?!.*\.so$)"),
    ("headers and static libraries", r"\.(h|hpp|a|lib|pxd|pyx|pyi|f90|cmake|pc)$|/include/"),
)  # fmt: skip

# Libraries of the system that belong to its drivers, its fonts or its window system. The others
# (X's small helpers, those of Python) are taken along.
SYSTEM = re.compile(
    r"^lib(GL|EGL|GLX|GLdispatch|OpenGL|drm|gbm|X11|X11-xcb|Xau|Xdmcp|Xext|xcb|fontconfig|freetype|glib-2\.0|"
    r"gthread-2\.0|gio-2\.0|gobject-2\.0|gmodule-2\.0|dbus-1|systemd|wayland-.*|stdc\+\+|gcc_s|z)\.so"
)
SYSTEM_FOLDERS = ("/lib/", "/lib64/", "/usr/lib/")

Entry = tuple[str, str, str]  # where in the bundle, where it is now, kind: as PyInstaller has it


def why_not(path: str, source: str = "") -> str:
    """Say why a file is left out; empty when it is taken along.

    Parameters
    ----------
    path : str
        Where it would be in the bundle.
    source : str
        Where it is now: only libraries from the system's folders are judged by ``SYSTEM``.
    """
    path = path.replace("\\", "/")
    if ".dist-info/" in path or "hsunmix/_data/" in path:
        return ""
    for reason, pattern in RULES:
        if re.search(pattern, path, re.IGNORECASE):
            return reason
    if source.startswith(SYSTEM_FOLDERS) and SYSTEM.match(path.rsplit("/", 1)[-1]):
        return "libraries of the system"
    return ""


def needed(entries: Iterable[Entry], links: Callable[[str], Iterable[str]]) -> set[str]:
    """Return which of the system's libraries are still linked by what is taken along.

    Parameters
    ----------
    entries : iterable of (path, source, kind)
        What is taken along, libraries of the system among it.
    links : callable
        Gets a file and returns the names of the libraries that it is linked with itself.

    Returns
    -------
    set of str
        Sources.
    """
    sources = [(path.rsplit("/", 1)[-1], source) for path, source, kind in entries if kind != "SYMLINK"]
    system = {name: source for name, source in sources if source.startswith(SYSTEM_FOLDERS)}
    waiting = [source for _, source in sources if not source.startswith(SYSTEM_FOLDERS)]
    found: set[str] = set()
    while waiting:
        linked = {system[name] for name in links(waiting.pop()) if name in system} - found
        found |= linked
        waiting += linked
    return found


def linked_names(path: str) -> list[str]:
    """Return the names of the libraries that an ELF file is linked with; needs objdump."""
    lines = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=False).stdout
    return re.findall(r"^\s+NEEDED\s+(\S+)$", lines, re.MULTILINE)
