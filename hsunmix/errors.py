"""Every error that hsunmix raises on purpose.

HsunmixError
├── InputError (ValueError)            a request that makes no sense for these data
│   └── ParameterError                 one named parameter was refused
├── TooLargeError (MemoryError)        the work would not fit into memory
├── ClusterError (RuntimeError)         a cluster isn't there, or didn't do what it should
├── MissingExtraError (ImportError)    something optional is not installed
└── FileError (OSError)                names the file and the reason
    ├── FormatError (ValueError)       the content is not what it should be
    │   └── ShapeUnknownError          the file does not say its lines and samples
    ├── MissingFileError (FileNotFoundError)
    │   └── MissingCubeError           the cube of a session is not where it was
    └── WriteError                     a product or a session could not be written
        └── ChangedSessionError        somebody else saved the session meanwhile

HsunmixWarning (UserWarning) is what an analyst should know though it stops nothing.

Messages are one line, written for an analyst; the command line prints them as they are.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

__all__ = [
    "ChangedSessionError",
    "ClusterError",
    "FileError",
    "FormatError",
    "HsunmixError",
    "HsunmixWarning",
    "InputError",
    "MissingCubeError",
    "MissingExtraError",
    "MissingFileError",
    "ParameterError",
    "ShapeUnknownError",
    "TooLargeError",
    "WriteError",
    "fitting",
    "lack_of_memory",
]


REASON = 1000  # characters: a damaged file may hold any text


class HsunmixError(Exception):
    """Root of all errors raised on purpose."""


class HsunmixWarning(UserWarning):
    """What an analyst should know though it stops nothing, in one line."""


class InputError(HsunmixError, ValueError):
    """A request that makes no sense for these data."""


class ParameterError(InputError):
    """One parameter of a method was refused.

    Parameters
    ----------
    name : str
        The parameter, as it is written on the command line.
    reason : str
        What is wrong with its value.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class TooLargeError(HsunmixError, MemoryError):
    """The work would not fit into memory."""


class ClusterError(HsunmixError, RuntimeError):
    """A cluster isn't there, or didn't do what it should."""


class MissingExtraError(HsunmixError, ImportError):
    """Something optional is not installed."""


class FileError(HsunmixError, OSError):
    """Something is wrong with a file.

    Parameters
    ----------
    path : path-like
        The file.
    reason : str
        What is wrong with it, in one line.
    """

    def __init__(self, path: str | PathLike[str], reason: str) -> None:
        reason = " ".join("".join(c if c.isprintable() else " " for c in reason).split())[:REASON]
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class FormatError(FileError, ValueError):
    """The content of a file is not what it should be."""


class ShapeUnknownError(FormatError):
    """A file holds pixels but does not say how many lines and samples they make.

    Parameters
    ----------
    path : path-like
        The file.
    pixels : int
        How many pixels it holds: lines · samples must equal this.
    """

    def __init__(self, path: str | PathLike[str], pixels: int) -> None:
        super().__init__(
            path, f"the file does not say its lines and samples; give --lines (it has {pixels} pixels)"
        )
        self.pixels = pixels


class MissingFileError(FileError, FileNotFoundError):
    """A file that is needed is not there."""


class MissingCubeError(MissingFileError):
    """The cube of a session is not where it was: ask for it.

    Parameters
    ----------
    path : path-like
        Where it is expected.
    session : path-like
        The session that needs it.
    """

    def __init__(self, path: str | PathLike[str], session: str | PathLike[str]) -> None:
        super().__init__(path, f"the cube of the session {session} is not there; say where it is now")
        self.session = session


class WriteError(FileError):
    """A product or a session could not be written."""


class ChangedSessionError(WriteError):
    """A session was saved by somebody else since it was opened here.

    Parameters
    ----------
    path : path-like
        The session.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        super().__init__(
            path,
            "was saved elsewhere since it was opened here, and was left as it is; "
            "save under another name, or open it again",
        )


def lack_of_memory(error: BaseException) -> str:
    """Say what did not fit, where an error means that the memory is used up; nothing of other errors."""
    if isinstance(error, TooLargeError):
        return str(error)
    if isinstance(error, MemoryError):
        asked = re.search(r"allocate ([\d.]+) (bytes|[KMGTP]iB)", str(error))  # NumPy's words
        return "there is not enough memory" + (f" for another {asked[1]} {asked[2]}" if asked else "")
    threads = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    if threads or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return "there is not enough memory for another " + ("thread" if threads else "process or file")
    return ""


@contextmanager
def fitting(what: str | PathLike[str]) -> Iterator[None]:
    """Let a lack of memory say what it was for.

    Raises
    ------
    TooLargeError
    """
    try:
        yield
    except HsunmixError:
        raise
    except Exception as error:
        if why := lack_of_memory(error):
            raise TooLargeError(f"{what}: {why}") from error
        raise
