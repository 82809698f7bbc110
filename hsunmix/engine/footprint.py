"""What a scene will take of memory and disk, said and judged before anything of it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from hsunmix.engine import scene
from hsunmix.engine.memory import available, bytes_of, said, taken
from hsunmix.engine.room import MEMORY, Room
from hsunmix.engine.scratch import Scratch, scratch_folder
from hsunmix.engine.tile_writer import TILE
from hsunmix.errors import InputError, TooLargeError
from hsunmix.model.chain import parts_of
from hsunmix.model.cube import Cube

if TYPE_CHECKING:
    from hsunmix.engine.cluster.connecting import Cluster

__all__ = ["Footprint", "Needs", "Resources"]

PROGRAM = 400_000_000  # bytes of memory that the program itself has, with its libraries and compiled kernels
SHARE = 0.8  # of the free memory that is used where nobody says how much may be
PIECE = 8 << 20  # bytes of a file that are read together
BLOCK = 64 << 20  # bytes of tiles that are worked on together, where memory allows
BLOCKS, PIECES = 4, 8  # of these in memory at a time
SAMPLE = 30_000_000  # bytes of what is computed of a sample of the pixels
PASSING = 24  # bytes for each pixel that are needed for a moment
LINES = 32  # of a scene in a block, so that few of them are read twice
COUNTS = ("", "once", "twice", "three times")


@dataclass(frozen=True)
class Resources:
    """What may be used.

    Attributes
    ----------
    memory : int or None
        Bytes of memory that the program may take; None: most of what is free.
    scratch : Path or None
        A folder for scratch files; None: the system's for temporary files.
    cluster : Cluster or None
        Whose workers are to do it.
    """

    memory: int | None = None
    scratch: Path | None = None
    cluster: Cluster | None = None

    @classmethod
    def given(
        cls,
        memory: str | float | None,
        scratch: str | PathLike[str] | None,
        cluster: Cluster | None = None,
    ) -> Resources:
        """Read what a user gave: a size such as ``4GB``, and a folder.

        Raises
        ------
        InputError
            The size is none, or there is no such folder.
        """
        folder = None if scratch is None else Path(scratch)
        if folder is not None and not folder.is_dir():
            raise InputError(f"scratch: {folder} is no folder; name one that exists")
        return cls(None if memory is None else bytes_of(memory), folder, cluster)


@dataclass(frozen=True)
class Needs:
    """What will be asked of a scene.

    Attributes
    ----------
    reads : int or None
        How often its pixels are passed over, the read that finds them included; None: again and again.
    numbers : int
        Bytes for each pixel, at most at a time, of what is computed of it.
    moments : bool
        Whether X Xᵀ is needed at once.
    """

    reads: int | None = None
    numbers: int = 0
    moments: bool = False


@dataclass(frozen=True)
class Footprint:
    """Where a scene's pixels and numbers will lie.

    Attributes
    ----------
    way : str
        ``memory``: the pixels are read into it. ``file``: every pass reads them from their file. ``scratch``:
        they are read once, into a scratch file. ``cluster``: its workers have them.
    name : str
        The scene's.
    memory, scratch : int
        Bytes at most: of memory, the program itself included, and on the disk.
    room : int
        Bytes of memory for numbers of pixels.
    block : int
        Bytes of tiles that are worked on together.
    piece : int
        Bytes that are read together.
    reads : int
    folder : Path or None
        Where scratch files are made.
    moments : bool
    several : bool
        Whether these are several scenes.
    cluster : Cluster or None
    """

    way: str = "memory"
    name: str = ""
    memory: int = 0
    scratch: int = 0
    room: int = 0
    block: int = BLOCK
    piece: int = PIECE
    reads: int = 1
    folder: Path | None = None
    moments: bool = field(default=False, kw_only=True)
    several: bool = field(default=False, kw_only=True)
    cluster: Cluster | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, cube: Cube, needs: Needs, resources: Resources) -> Footprint:
        """Footprint for a cube.

        Raises
        ------
        TooLargeError
            It would take more memory than there may be.
        """
        bands = cube.bands if cube.bad_bands is None else int((~cube.bad_bands).sum())
        pixels = cube.lines * cube.samples if cube.selection is None else int(cube.selection.sum())
        tile = TILE * max(1, bands) * 4
        tiles = -(-pixels // TILE) * tile
        numbers = pixels * (needs.numbers + 8) + min(SAMPLE, pixels * 1600)
        limit = resources.memory if resources.memory is not None else _usual()
        if resources.cluster is not None:
            return cls(
                "cluster",
                cube.name,
                PROGRAM + BLOCKS * BLOCK + PIECES * PIECE + numbers,
                cluster=resources.cluster,
            )
        if limit is None or PROGRAM + tiles + numbers <= limit:
            return cls(memory=PROGRAM + tiles + numbers)
        way = "scratch" if needs.reads is None or _is_packed(cube) else "file"
        line = max(one.samples for one in parts_of(cube)) * bands * 4
        block = max(min(BLOCK, (limit - PROGRAM) // 16), scene.CHUNK_BYTES, tile)
        block = max(block, min(LINES * line, BLOCK, (limit - PROGRAM) // 8))
        piece = max(min(PIECE, (limit - PROGRAM) // 32), line)
        fixed = PROGRAM + BLOCKS * block + PIECES * piece + PASSING * pixels
        if fixed > limit:
            needs_ = "need" if len(parts_of(cube)) > 1 else "needs"
            raise TooLargeError(
                f"{cube.name} {needs_} at least {said(fixed)} of memory, and {said(max(0, limit))} may be "
                "used: allow more (--memory, memory=), or leave pixels out with a mask"
            )
        room = min(limit - fixed, numbers)
        scratch = numbers - room + (tiles if way == "scratch" else 0)
        reads = 1 if way == "scratch" else needs.reads or 1
        return cls(
            way, cube.name, fixed + room, scratch, room, block, piece, reads,
            scratch_folder(resources.scratch), moments=needs.moments, several=len(parts_of(cube)) > 1,
        )  # fmt: skip

    @property
    def sentence(self) -> str:
        """What it takes, for the analyst; empty where the scene is read into memory as usual."""
        if self.way == "memory":
            return ""
        if self.way == "cluster":
            return (
                f"{self.name} is read by the cluster's workers; this needs {said(self.memory)} of memory here"
            )
        count = COUNTS[self.reads] if self.reads < len(COUNTS) else f"about {self.reads} times"
        disk = f" and {said(self.scratch)} in {self.folder}" if self.scratch else ""
        are = "are" if self.several else "is"
        return f"{self.name} {are} read {count}; this needs at most {said(self.memory)} of memory{disk}"

    def made_room(self) -> Room:
        """Return the room for numbers of pixels, once what it needs of the disk is reserved.

        Raises
        ------
        TooLargeError
            The disk has less.
        """
        if self.way in ("memory", "cluster"):
            return MEMORY
        assert self.folder is not None
        return Room(self.room, Scratch(self.folder, self.scratch))


def _usual() -> int | None:
    """Memory that may be used where nobody says how much: most of what is free, and what is taken already."""
    free = available()
    return None if free is None else int(SHARE * free) + min(PROGRAM, taken())


def _is_packed(cube: Cube) -> bool:
    """Whether lines can't be read alone: what is unpacked for one is unpacked again for the next."""
    return any(int(getattr(one.pixels, "block_lines", 1)) > 1 for one in parts_of(cube))
