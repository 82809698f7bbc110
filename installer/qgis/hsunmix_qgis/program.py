"""The hsunmix program: where it is, which methods it has, and running it. Knows nothing of QGIS."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["FORM", "ProgramError", "answer", "arguments", "field_name", "find", "methods", "run", "settings"]

PLACES = (
    "~/.local/bin/hsunmix",
    "/opt/hsunmix/hsunmix",
    "/Applications/hsunmix.app/Contents/MacOS/hsunmix",
    "~/AppData/Local/Programs/hsunmix/hsunmix.exe",
    "C:/Program Files/hsunmix/hsunmix.exe",
)
# QGIS points these to its own libraries, which are not those of the program.
OWN = ("PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_LIB", "PROJ_DATA", "QT_PLUGIN_PATH")
METHOD = ("id", "kind", "title", "reference", "parameters", "everyday")  # what is known of each
# Fields that forms of methods have anyway, and names of what comes out.
FORM = (
    "LAYER", "FILE", "MASK", "BANDS", "RANK", "METHOD", "SETTINGS", "ABUNDANCE", "SEED", "SESSION", "OUTPUT",
    "ABUNDANCES", "RMSE", "ENDMEMBERS",
)  # fmt: skip
PROGRESS = re.compile(r"^\s*(\d+)% ")


class ProgramError(Exception):
    """The program is missing, or says that something can't be done."""


def find(named: str = "") -> str:
    """Return the program's path: the one named, or the first that is found.

    Raises
    ------
    ProgramError
        There is none.
    """
    if named:
        if not Path(named).is_file():
            raise ProgramError(f"{named}: there is no such program; correct its path in the settings")
        return named
    there = [Path(place).expanduser() for place in PLACES]
    path = shutil.which("hsunmix") or next((str(place) for place in there if place.is_file()), None)
    if path is None:
        raise ProgramError(
            "The hsunmix program was not found. Install it, or give its path under"
            " Settings ▸ Options ▸ Processing ▸ Providers ▸ hsunmix."
        )
    return path


def methods(named: str = "") -> list[dict[str, Any]]:
    """Return the methods with their parameters, as ``hsunmix methods --json`` prints them."""
    found = answer(["methods", "--json"], named)
    if not isinstance(found, list) or not all(isinstance(m, dict) and m.keys() >= set(METHOD) for m in found):
        raise _another(named)
    return found


def answer(words: Sequence[str], named: str = "", *more: Callable[..., Any]) -> Any:
    """Return what the program prints as JSON; arguments and errors are those of ``run``."""
    printed = run(words, named, *more)
    try:
        found = json.loads(printed)
    except ValueError:
        found = None
    if not isinstance(found, (dict, list)):
        raise _another(named)
    return found


def _another(named: str) -> ProgramError:
    return ProgramError(
        f"{find(named)}: this is another program than hsunmix, or a version that the plugin doesn't know."
        " Give the path of the right one under Settings ▸ Options ▸ Processing ▸ Providers ▸ hsunmix."
    )


def field_name(parameter: str) -> str:
    """Return how a form calls a method's parameter, so that no two fields are called alike."""
    name = parameter.upper()
    return f"METHOD_{name}" if name in FORM else name


def settings(text: str) -> list[str]:
    """Return what was typed as settings, NAME=VALUE with blanks or lines between, one by one.

    Raises
    ------
    ProgramError
        A part isn't of this form.
    """
    parts = text.split()
    for part in parts:
        if not re.fullmatch(r"[a-z_]+=\S+", part):
            raise ProgramError(f"{part}: settings are written as NAME=VALUE, with blanks between")
    return parts


def arguments(options: Mapping[str, Any]) -> list[str]:
    """Return options as the command line takes them; those that are empty are left out.

    Examples
    --------
    >>> arguments({"--rank": 4, "--shade": True, "--mask": ["ndvi > 0.3"], "--bands": ""})
    ['--rank', '4', '--shade', '--mask', 'ndvi > 0.3']
    """
    words: list[str] = []
    for name, value in options.items():
        if value is True:
            words.append(name)
        elif isinstance(value, list):
            words += [word for each in value for word in (name, str(each))]
        elif value is not False and value not in (None, ""):
            words += [name, str(value)]
    return words


def run(
    words: Sequence[str],
    named: str = "",
    progress: Callable[[int], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> str:
    """Run the program and return what it prints.

    Parameters
    ----------
    words : sequence of str
        Its arguments.
    named : str
        Its path, if it is not to be looked for.
    progress : callable
        Is given percent as the work goes on.
    cancelled : callable
        Asked ten times a second; where it says yes the program is ended.

    Raises
    ------
    ProgramError
        It says that something can't be done (what it says, all of it), can't be started, or was cancelled.
    """
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment |= {"HSUNMIX_PROGRESS": "lines", "PYTHONIOENCODING": "utf-8"}
    hidden = 0x08000000 if sys.platform == "win32" else 0  # no console window
    try:
        process = subprocess.Popen(
            [find(named), *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            creationflags=hidden,
        )
    except OSError as error:
        raise ProgramError(f"hsunmix could not be started: {error}") from error
    printed: list[str] = []
    said: list[str] = []
    with process:
        readers = [
            threading.Thread(target=lambda: printed.append(process.stdout.read()), daemon=True),
            threading.Thread(target=lambda: said.extend(_heard(process.stderr, progress)), daemon=True),
        ]
        for reader in readers:
            reader.start()
        stopped = False
        while process.poll() is None:
            if cancelled() and not stopped:
                stopped = True
                process.terminate()
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        for reader in readers:
            reader.join()
    if stopped:
        raise ProgramError("Cancelled")
    if process.returncode != 0:
        message = "".join(said).strip().removeprefix("hsunmix: error: ")
        raise ProgramError(message or f"hsunmix ended with code {process.returncode}")
    return "".join(printed)


def _heard(lines: Any, progress: Callable[[int], None]) -> list[str]:
    said = []
    for line in lines:
        step = PROGRESS.match(line)
        if step:
            progress(int(step[1]))
        else:
            said.append(line)
    return said
