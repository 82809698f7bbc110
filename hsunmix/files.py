"""Files written whole or not at all, and the project's own data files."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import socket
import stat
import time
from collections.abc import Generator, Iterator
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from hsunmix.errors import FileError, HsunmixError, MissingFileError, WriteError

__all__ = [
    "CHANGED",
    "ENVI_SUFFIXES",
    "PREFIX",
    "STORE_FILES",
    "SUFFIX",
    "Identity",
    "beside",
    "check_identity",
    "clean_orphans",
    "digest_of",
    "hashing",
    "identity",
    "identity_or_none",
    "orphaned",
    "put_in_place",
    "reason",
    "remember_digest",
    "replacing",
    "replacing_all",
    "resource",
    "sha256",
    "sync_folder",
    "writable",
    "writing",
]  # fmt: skip

PREFIX, SUFFIX = ".hsunmix-", ".tmp"  # short, so that it fits where the target's name fits
HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:4]
DAY = 86400.0
HASHED = 8 << 20  # bytes at a time
ENVI_SUFFIXES = (
    "",
    ".img",
    ".dat",
    ".raw",
    ".bsq",
    ".bil",
    ".bip",
    ".sli",
    ".bin",
)  # of pixels beside a header
STORE_FILES = ("zarr.json", ".zmetadata", ".zgroup", ".zarray", ".zattrs")  # by these a folder is one scene
CHANGED = "has changed since it was opened; open it again"
REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "the disk is read-only",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOENT: "the folder does not exist",
}


@contextlib.contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[Path]:
    """Write a file atomically.

    The body writes to the temporary path it gets, which lies in the same folder. When it ends
    without an error the temporary is on disk for certain and takes the target's place in one
    step; otherwise the target stays as it was and the temporary is removed. A symbolic link stays
    a link: the file it points to is replaced. An existing file keeps its permissions.

    Raises
    ------
    WriteError
        The target is read-only or no ordinary file, or any OSError came up: a full disk, a folder
        without permission.
    """
    with replacing_all(path) as (temporary,):
        yield temporary


@contextlib.contextmanager
def replacing_all(*paths: str | PathLike[str]) -> Iterator[tuple[Path, ...]]:
    """Write files that belong together: as ``replacing``, but none is replaced before all are written."""
    temporaries: list[Path] = []
    try:
        targets = []
        for path in paths:
            with writing(path):
                targets.append(writable(path))
                temporaries.append(_temporary(targets[-1].parent))
        with writing(paths[0]):
            yield tuple(temporaries)
        together = list(zip(paths, temporaries, targets, strict=True))
        for path, temporary, target in together:
            with writing(path):
                _settle(temporary, target)
        for path, temporary, target in together:
            with writing(path):
                temporary.replace(target)
                sync_folder(target.parent)
    finally:
        for temporary in temporaries:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path: str | PathLike[str]) -> Iterator[None]:
    """Turn an OSError of the body into a WriteError that names the file and the reason."""
    try:
        yield
    except HsunmixError:
        raise
    except OSError as error:
        raise WriteError(path, f"could not be written: {reason(error)}") from error


def writable(path: str | PathLike[str]) -> Path:
    """Return the file behind a path, after making sure that it may be replaced."""
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except ValueError as error:  # a NUL in the name, or a name the locale cannot write
        raise WriteError(path, f"not a possible file name ({error})") from error
    if stat.S_ISDIR(mode):
        raise WriteError(path, "cannot be written: it is a folder")
    if not stat.S_ISREG(mode):
        raise WriteError(path, "cannot be written: it is not an ordinary file")
    # The bits too: for root every file is writable, but a file marked read-only was marked for a reason.
    if not mode & 0o222 or not os.access(target, os.W_OK):
        raise WriteError(path, "is read-only and was left as it is; choose another name")
    return target


def _temporary(folder: Path) -> Path:
    """Create an empty temporary file whose name tells which process writes it."""
    path = folder / _temporary_name()
    path.touch(exist_ok=False)
    return path


def _temporary_name() -> str:
    return f"{PREFIX}{HOST}-{os.getpid():x}-{secrets.token_hex(4)}{SUFFIX}"


@contextlib.contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder within another, for files that belong together; at the end it is gone."""
    path = folder / _temporary_name()
    with writing(folder):
        path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def put_in_place(staged: Path, target: str | PathLike[str]) -> None:
    """Let a file that is whole take the place of another, in one step, as ``replacing`` does."""
    with writing(target):
        real = writable(target)
        _settle(staged, real)
        try:
            staged.replace(real)
        except OSError as error:
            if error.errno != errno.EXDEV:  # a link to another disk
                raise
            with replacing(real) as temporary:
                shutil.copyfile(staged, temporary)


def _settle(temporary: Path, target: Path) -> None:
    """Bring the bytes to the disk."""
    if target.exists():
        shutil.copymode(target, temporary)
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the change of names to the disk, where the system can."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def reason(error: OSError) -> str:
    """Say why something could not be written."""
    return REASONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def clean_orphans(folder: str | PathLike[str]) -> int:
    """Remove the temporaries of writers that were killed.

    Those of processes of this machine that no longer run go at once; where that cannot be known
    (another machine's on a network disk, Windows) they go when they are a day old.

    Returns
    -------
    int
        How many were removed. Never raises: cleaning up is no reason to stop.
    """
    removed = 0
    with contextlib.suppress(OSError):
        for path in Path(folder).glob(f"{PREFIX}*{SUFFIX}"):
            with contextlib.suppress(OSError):
                if orphaned(path):
                    if path.is_dir() and not path.is_symlink():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                    removed += 1
    return removed


def orphaned(path: Path) -> bool:
    """Whether a temporary is of a process that no longer runs."""
    if time.time() - path.lstat().st_mtime > DAY:
        return True
    host, _, rest = path.name.removeprefix(PREFIX).partition("-")
    if host != HOST or os.name != "posix":
        return False
    try:
        os.kill(int(rest.partition("-")[0], 16), 0)  # signal 0 only asks
    except ProcessLookupError:
        return True
    except (ValueError, OverflowError, PermissionError):
        return False
    return False


class Identity(NamedTuple):
    """By what a file is known to be another than it was; a folder that is one scene by what says so in it.

    Attributes
    ----------
    size : int
        In bytes.
    modified : int
        Nanoseconds, of its last change.
    device, inode : int
        Which file stands behind the name.
    """

    size: int
    modified: int
    device: int
    inode: int


_digests: dict[tuple[Path, Identity], str] = {}


def identity(path: Path, descriptor: int | None = None) -> Identity:
    """Return a file's identity.

    Parameters
    ----------
    path : Path
    descriptor : int, optional
        Of the same file, where it is open: then it is that of the file, not of the name.

    Raises
    ------
    FileError
        It is gone.
    """
    try:
        found = path.stat() if descriptor is None else os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            return _of_folder(path, found)
    except OSError as error:
        raise FileError(path, f"can no longer be read: {error.strerror or error}") from None
    device = 0 if os.name == "nt" else found.st_dev  # there the two calls count volumes differently
    return Identity(found.st_size, found.st_mtime_ns, device, found.st_ino)


def _of_folder(path: Path, folder: os.stat_result) -> Identity:
    about = []
    for name in STORE_FILES:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            about.append((path / name).stat())
    device = 0 if os.name == "nt" else folder.st_dev
    changed = max((one.st_mtime_ns for one in about), default=folder.st_mtime_ns)
    return Identity(sum(one.st_size for one in about), changed, device, folder.st_ino)


def identity_or_none(path: Path) -> Identity | None:
    """As ``identity``; None where there is no such file."""
    try:
        return identity(path)
    except FileError:
        return None


def check_identity(path: Path, known: Identity, descriptor: int | None = None) -> None:
    """Raise the FileError that says that a file isn't what it was."""
    if identity(path, descriptor) != known:
        raise FileError(path, CHANGED)


def sha256(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits.

    Raises
    ------
    MissingFileError, FileError
        The file is not there, or cannot be read.
    """
    work = hashing(path)
    try:
        while True:
            next(work)
    except StopIteration as end:
        digest: str = end.value
        return digest


def hashing(path: str | PathLike[str]) -> Generator[None, None, str]:
    """As ``sha256``, a piece after the other: a large file takes long.

    Of a folder: of its files' names within it, each followed by its bytes, in the names' order.
    """
    digest, whole = hashlib.sha256(), Path(path)
    try:
        folder = whole.is_dir()
        for one in sorted(whole.rglob("*")) if folder else [whole]:
            if folder and not one.is_file():
                continue
            if folder:
                digest.update(f"{one.relative_to(whole).as_posix()}\0".encode("utf-8", "surrogateescape"))
            with one.open("rb") as file:
                while piece := file.read(HASHED):
                    digest.update(piece)
                    yield
        return digest.hexdigest()
    except FileNotFoundError as error:
        raise MissingFileError(path, "there is no such file") from error
    except OSError as error:
        raise FileError(path, f"could not be read: {error.strerror or error}") from error


def digest_of(path: Path, known: Identity) -> Generator[None, None, str | None]:
    """Return the SHA-256 of a file as it was when it had this identity, a piece after the other.

    Remembered: several products want it, and of a large file it takes long.

    Returns
    -------
    str or None
        None where it has changed or gone since: what can be hashed now is not what was read then.
    """
    key = path, known
    if key not in _digests:
        try:
            check_identity(path, known)
            found = yield from hashing(path)
            check_identity(path, known)
        except FileError:
            return None
        _digests[key] = found
    return _digests[key]


def remember_digest(path: Path, known: Identity, digest: str) -> None:
    """Have ``digest_of`` know the hash of a file: who has read all of it may have made it on the way."""
    _digests[path, known] = digest


def resource(*parts: str) -> Path:
    """Return the path of a file of the project: ``resource("resources", "icons", "open.svg")``.

    Parameters
    ----------
    *parts : str
        Below the repository's root; the first is ``resources`` or ``sample_cubes``. In an
        installed package they lie in its ``_data`` folder.
    """
    package = Path(__file__).resolve().parent
    installed = package / "_data"
    return (installed if installed.is_dir() else package.parent).joinpath(*parts)
