"""What the window needs from the system: a display, and the libraries that Qt loads by name.

Qt ends the whole process when one of them is missing; so they are looked for before Qt is. On
Windows and macOS Qt brings everything along. No Qt is imported here.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from hsunmix.errors import InputError, MissingExtraError

__all__ = ["debian_packages", "has_display", "missing", "require"]

WINDOWLESS = ("offscreen", "minimal", "vnc")

# Packages of Debian and Ubuntu that aren't called like their library and its version.
ODD_NAMES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libz.so.1": "zlib1g",
}


def has_display() -> bool:
    """Whether a window would be seen: a display is named, and dialogs."""
    if sys.platform != "linux":
        return True
    if _wanted_platform() in WINDOWLESS:
        return False
    return bool(os.environ.get("WAYLAND_DISPLAY")) or _x_answers()


def missing() -> tuple[str, ...]:
    """Names of the libraries that Qt needs here and the system lacks, such as libEGL.so.1."""
    if sys.platform != "linux":
        return ()
    found = [_unresolved(plugin) for plugin in _plugins()]
    return found[0] if found and all(found) else ()


def debian_packages(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """Packages of Debian and Ubuntu that hold these libraries."""
    return tuple(dict.fromkeys(ODD_NAMES.get(name) or _package(name) for name in libraries))


def require() -> None:
    """Check that a window can be opened here.

    Raises
    ------
    MissingExtraError
        Libraries are missing: one line that names them and the command that installs them.
    InputError
        There is no display.
    """
    absent = missing()
    if absent:
        packages = " ".join(debian_packages(absent))
        raise MissingExtraError(
            f"the window needs system libraries that are not installed ({', '.join(absent)}); "
            f"on Debian or Ubuntu: sudo apt-get install {packages}"
        )
    if not has_display() and _wanted_platform() not in WINDOWLESS:
        display = os.environ.get("DISPLAY")
        why = f"the display {display} does not answer" if display else "there is no display"
        raise InputError(f"{why}: the window needs one; hsunmix unmix and hsunmix demo work without")


def _wanted_platform() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]


def _plugins() -> list[Path]:
    """Qt's platform plugins that could be used here, the likeliest first."""
    names = [_wanted_platform()] if _wanted_platform() else []
    if not names:
        names = ["wayland"] if os.environ.get("WAYLAND_DISPLAY") else []
        names = ["xcb", *names] if os.environ.get("DISPLAY") or not names else names
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        raise MissingExtraError("the window needs PySide6; install it with: pip install PySide6-Essentials")
    folder = Path(spec.origin).parent / "Qt" / "plugins" / "platforms"
    return [folder / f"libq{name}.so" for name in names if (folder / f"libq{name}.so").exists()]


def _unresolved(plugin: Path) -> tuple[str, ...]:
    """Libraries that a plugin asks for and the system lacks."""
    widgets = plugin.parents[2] / "lib" / "libQt6Widgets.so.6"
    try:
        for library in (widgets, plugin):
            ctypes.CDLL(str(library))  # Qt would load it anyway
    except OSError as error:
        bundle = getattr(sys, "_MEIPASS", "")  # which brings some of them along
        environment = {**os.environ, "LD_LIBRARY_PATH": bundle} if bundle else None
        lines = subprocess.run(
            ["ldd", str(widgets), str(plugin)], capture_output=True, text=True, check=False, env=environment
        ).stdout.splitlines()
        names = [line.split()[0] for line in lines if line.endswith("not found")]
        return tuple(dict.fromkeys(names)) or (str(error).partition(":")[0],)
    return ()


def _package(library: str) -> str:
    """Debian's rule: libEGL.so.1 is in libegl1, libX11.so.6 in libx11-6."""
    stem, _, version = library.partition(".so.")
    return f"{stem}{'-' if stem[-1:].isdigit() else ''}{version}".lower()


def _x_answers() -> bool:
    """Whether the X server that DISPLAY names can be reached."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # then the library is what is reported
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    dialogs = not xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return dialogs


if __name__ == "__main__":
    print(*debian_packages(missing()))
