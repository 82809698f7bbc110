"""What the program remembers from one day to the next: a JSON file, never QSettings.

Garbage in the file means defaults, with the bad file kept aside.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from platformdirs import user_config_path

from hsunmix.errors import FileError
from hsunmix.files import identity_or_none, replacing

__all__ = ["RECENT_LIMIT", "Geometry", "Preferences", "Settings", "default_path"]

RECENT_LIMIT = 10
SIZE_LIMIT = 1 << 20  # a settings file is a few kilobytes

Size = Annotated[int, Meta(ge=0, le=100_000)]
Place = Annotated[int, Meta(ge=-100_000, le=100_000)]


class Geometry(msgspec.Struct, frozen=True):
    """Where the window was, in logical pixels."""

    x: Place
    y: Place
    width: Size
    height: Size
    maximized: bool = False


class Preferences(msgspec.Struct, frozen=True):
    """All that is remembered; unknown fields of a newer version are ignored."""

    theme: Literal["system", "light", "dark"] = "system"
    text_size: Annotated[int, Meta(ge=80, le=130)] = 100  # per cent of the system's
    memory: Annotated[str, Meta(max_length=40)] = ""  # as after --memory; empty: most of what is free
    scratch: str = ""  # folder; empty: the system's for temporary files
    keep_every: Annotated[int, Meta(ge=10, le=600)] = 100  # seconds until changes are kept
    recent: tuple[str, ...] = ()
    open_folder: str = ""
    export_folder: str = ""
    export_products: tuple[str, ...] = ("geotiff", "png", "csv", "sli")
    export_dpi: Annotated[int, Meta(ge=50, le=600)] = 100
    libraries: tuple[str, ...] = ()
    library_folder: str = ""
    wavelength_unit: Literal["nm", "µm"] = "nm"
    advanced: bool = False
    geometry: Geometry | None = None
    splitters: dict[str, tuple[Size, ...]] = {}
    tools: dict[str, Geometry] = {}


def default_path() -> Path:
    """Where the settings are: in ``HSUNMIX_CONFIG_DIR``, or in the user's configuration folder."""
    named = os.environ.get("HSUNMIX_CONFIG_DIR")
    folder = Path(named) if named else user_config_path("hsunmix", appauthor=False)
    return folder / "settings.json"


class Settings:
    """The preferences and their file.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._known = identity_or_none(self.path)  # the file, as it was read or written last
        self.preferences = self._read()

    def change(self, **changes: object) -> None:
        """Change some preferences and write them; a file that can't be written is not worth an error.

        What another window has changed meanwhile stays.
        """
        if identity_or_none(self.path) not in (None, self._known):
            self.preferences = self._read()
        self.preferences = msgspec.structs.replace(self.preferences, **changes)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as temporary:
                temporary.write_bytes(msgspec.json.format(msgspec.json.encode(self.preferences)))
            self._known = identity_or_none(self.path)
        except (OSError, FileError) as error:
            logging.getLogger("hsunmix").warning("the settings could not be saved: %s", error)

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        text = str(path)
        others = tuple(p for p in self.preferences.recent if p != text)
        self.change(recent=(text, *others)[:RECENT_LIMIT], open_folder=str(path.parent))

    def _read(self) -> Preferences:
        try:
            with self.path.open("rb") as file:
                data = file.read(SIZE_LIMIT + 1)
        except OSError:
            return Preferences()
        try:
            if len(data) > SIZE_LIMIT:
                raise ValueError("too long")
            return msgspec.json.decode(data, type=Preferences)
        except (ValueError, RecursionError):
            with contextlib.suppress(OSError):
                self.path.replace(self.path.with_suffix(".bad.json"))
            return Preferences()
