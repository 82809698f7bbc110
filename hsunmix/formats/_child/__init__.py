"""Decode files in a process of their own, where a hostile one can do no harm.

The C libraries behind HDF5, MATLAB and TIFF files crash or never return on some damaged ones. So a
format that names them in ``DECODED_BY`` is opened and read in a child process, with a limit on its
memory and on its time, and only numbers come back::

    formats.open_cube ──► Lease ──► Child ═══ pipe: messages ═══► worker ──► the format
          RemotePixels ◄────────────────── shared memory: pixels ◄──┘

A child that dies or takes too long becomes a ``FileError`` that names the file; the next request
gets a new child. The format itself knows nothing of all this: it is ordinary code that runs there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hsunmix.formats._child.lease import Lease
from hsunmix.formats._child.messages import Chunked, Flat, Library, Missing, Open, Opened
from hsunmix.formats._child.remote import cube_of, spectra_of
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Spectra

__all__ = ["remote_cube", "remote_spectra"]


def remote_cube(name: str, path: Path, options: dict[str, Any], what: str = "open_cube") -> Cube:
    """Open a cube in a child process.

    Parameters
    ----------
    name : str
        The format's identifier.
    path : Path
    options : dict
        Those that were given.
    what : str
        ``open_cube`` or ``open_header``.

    Raises
    ------
    FileError
        As the format raises it, or: the child died, ran out of memory, or took too long.
    """
    lease = Lease(path, Open(what, name, os.fsencode(path), options))
    try:
        reply = lease.start()
        assert isinstance(reply, Opened | Flat | Chunked | Missing)
        return cube_of(reply, lease)
    except BaseException:
        lease.end()
        raise


def remote_spectra(name: str, path: Path) -> Spectra:
    """Read a library in a child process; otherwise as ``remote_cube``."""
    lease = Lease(path, Open("open_spectra", name, os.fsencode(path)))
    try:
        reply = lease.start()
        assert isinstance(reply, Library)
        return spectra_of(reply, path)
    finally:
        lease.end()
