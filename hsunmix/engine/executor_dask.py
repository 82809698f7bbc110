"""Passes on a Dask cluster: workers open the scene themselves and keep their blocks and the numbers of these.

Only small arrays go out, and sums come back.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine.cluster.connecting import Cluster
from hsunmix.engine.cluster.held import Held, HeldTiles
from hsunmix.engine.cluster.messages import FILE, Kind
from hsunmix.engine.cluster.shared import Shared
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.source import Chunk, Executor, Outcome, Part, Pass, PerPixel
from hsunmix.errors import InputError
from hsunmix.model.chain import parts_of

__all__ = ["Dask"]


@dataclass(frozen=True, eq=False)
class Dask:
    """Every worker passes over the blocks that it has, with all its threads.

    Attributes
    ----------
    scene : Shared
        Who has which blocks.
    rows : Held or None
        Values that stand in for the pixels'.
    """

    scene: Shared
    rows: Held | None = None

    @classmethod
    def of(cls, cluster: Cluster, tiles: FileTiles) -> tuple[HeldTiles, Dask]:
        """Return what stands for the tiles of a scene that workers read from its file, and its executor.

        Raises
        ------
        InputError
            They can't: it is no file.
        """
        for cube in parts_of(tiles.cube):
            if cube.path is not None and cube.files and not cube.is_matrix:
                continue
            raise InputError(
                f"{cube.name}: workers of a cluster open the scene themselves, so it has to be a single file "
                "that they can see; save it, or leave out the cluster"
            )
        return HeldTiles(tiles), cls(Shared(cluster.client, cluster.opener, tiles))

    def run(
        self,
        one: Pass,
        part_of: Callable[[Chunk], Part],  # noqa: ARG002 - workers have the pixels
        chunks: Sequence[Chunk],
    ) -> Generator[None, None, list[Outcome]]:
        """Wait for the workers; return the outcomes in order, all sums in the first one."""
        return (yield from self.scene.run(one, FILE if self.rows is None else self.rows.name, chunks))

    def per_pixel(
        self, counts: NDArray[np.int64], width: int, k: int | None, dtype: DTypeLike, fill: float | None
    ) -> PerPixel:
        """See ``Keeping``."""
        return Held(self, Kind(k, np.dtype(dtype), fill), counts, width)

    def tiles_of(self, rows: PerPixel) -> tuple[HeldTiles, Executor]:
        """See ``Keeping``."""
        assert isinstance(rows, Held)
        return HeldTiles(rows), Dask(self.scene, rows)

    def of_file(self, tiles: FileTiles) -> tuple[HeldTiles, Executor]:
        """See ``Keeping``."""
        return HeldTiles(tiles), Dask(self.scene.of_other(tiles))
