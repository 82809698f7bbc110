"""What a decoder may not do, should a hostile file take it over: Linux only.

Two parts of the kernel that anybody may ask, and that can't be undone, not even by a program that is
started: Landlock says which files can be opened, seccomp which calls can be made. Where a kernel has one
of them only, or none, the rest holds, and the decoder works all the same.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from hsunmix.registry import plugin_folders

__all__ = ["available", "end_with_parent", "seal", "seal_calls"]

DEATH_SIGNAL, NO_NEW_PRIVS, SECCOMP, FILTER = 1, 38, 22, 2  # of prctl
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every processor
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # rights over files that each version knows: bits from 0
LIBRARIES = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/nix/store",
)
SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/proc/meminfo", "/dev/null", "/dev/urandom", "/dev/zero")
# execve execveat socket connect bind listen accept sendto socketpair ptrace process_vm_readv and _writev kill
# pidfd_open pidfd_send_signal pidfd_getfd io_uring bpf userfaultfd open_by_handle_at keys mount unshare setns
CALLS = {
    "x86_64": (0xC000003E, (59, 322, 41, 42, 49, 50, 43, 44, 53, 101, 310, 311, 62, 434, 424, 438,
                            425, 426, 427, 321, 323, 304, 248, 249, 250, 165, 272, 308)),
    "aarch64": (0xC00000B7, (221, 281, 198, 203, 200, 201, 202, 206, 199, 117, 270, 271, 129, 434, 424, 438,
                             425, 426, 427, 280, 282, 265, 217, 218, 219, 40, 97, 268)),
}  # fmt: skip
OTHER_TABLE = 0x40000000  # from here on the calls of a second table of x86_64
DENIED, ALLOWED = 0x00050001, 0x7FFF0000  # EPERM


def available() -> bool:
    """Whether files can be sealed off here."""
    return sys.platform == "linux" and _version() > 0


def end_with_parent(parent: int) -> None:
    """Let the system end this process when the one that made it ends, however it does."""
    ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def seal(path: Path) -> None:
    """Let this process open nothing any more but one file, those of its name beside it, and the program.

    Parameters
    ----------
    path : Path
        What is to be decoded.
    """
    readable = [*_program(), *map(Path, (*LIBRARIES, *SYSTEM)), *_of_name(path)]
    listed = [path.parent, Path(os.path.realpath(path)).parent]
    with contextlib.suppress(OSError, ValueError):
        _landlock(readable, listed)


def seal_calls() -> None:
    """Take from this process the calls that reach out: programs, the network, other processes."""
    if sys.platform != "linux" or platform.machine() not in CALLS:
        return
    architecture, denied = CALLS[platform.machine()]
    steps = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, DENIED), (0x20, 0, 0, 0)]
    left = len(denied) + 1
    steps.append((0x35, left, 0, OTHER_TABLE))
    for k, number in enumerate(denied):
        steps.append((0x15, left - k - 1, 0, number))
    steps += [(0x06, 0, 0, ALLOWED), (0x06, 0, 0, DENIED)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(SECCOMP, FILTER, ctypes.c_char_p(program), 0, 0)


def _program() -> Iterator[Path]:
    """Yield the folders that modules and their data are loaded from, also when they are first needed."""
    yield from map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path} - {""})
    yield Path(__file__).resolve().parents[3]
    yield from plugin_folders()
    if getattr(sys, "frozen", False):
        yield Path(sys.executable).resolve().parent


def _of_name(path: Path) -> Iterator[Path]:
    """Yield a file and those beside it that begin alike: ``a.tif.aux.xml``, or the metadata of a product."""
    real = Path(os.path.realpath(path))
    yield real
    folders = {real.parent, Path(os.path.realpath(path.parent))}  # a link may not lead out of them
    with contextlib.suppress(OSError):
        alike = re.split("[-_. ]", path.name.lower())[0] or path.name.lower()
        for entry in path.parent.iterdir():
            beside = Path(os.path.realpath(entry))
            if entry.name.lower().startswith(alike) and beside.parent in folders and beside.is_file():
                yield beside


def _version() -> int:
    try:
        return int(ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, 1))
    except (OSError, AttributeError):
        return 0


def _landlock(readable: list[Path], listed: list[Path]) -> None:
    version = _version()
    if version < 1:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    rights = (1 << FS.get(version, FS[max(FS)])) - 1
    sizes = struct.pack("QQQ", rights, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = libc.syscall(CREATE_RULESET, ctypes.c_char_p(sizes), size, 0)
    if rules < 0:
        return
    try:
        for paths, read in ((readable, READ_FILE | READ_DIR), (listed, READ_DIR)):
            for path in paths:
                _allow(libc, rules, path, read)
        libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.syscall(RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, read: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined, unused-ignore]
    except (OSError, ValueError):
        return  # there is no such file here
    try:
        rights = read if path.is_dir() else read & READ_FILE
        libc.syscall(ADD_RULE, rules, 1, ctypes.c_char_p(struct.pack("=Qi", rights, place)), 0)
    finally:
        os.close(place)
