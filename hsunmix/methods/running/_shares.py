"""What was found of several scenes together, cut into what is of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hsunmix.model.chain import ChainedPixels
from hsunmix.model.cube import Cube
from hsunmix.model.maps import AnyMap, Map, SparseMap
from hsunmix.model.unmixing import Share, Unmixing

__all__ = ["NamedCube", "part_of_whole"]

NamedCube = tuple[str, Cube]


def part_of_whole(whole: Unmixing, scenes: Sequence[NamedCube], k: int, names: tuple[str, ...]) -> Unmixing:
    """Return the result of one of the scenes."""
    pixels = ChainedPixels(tuple(cube for _, cube in scenes))
    begin, end = (int(n) for n in pixels.starts[k : k + 2])
    cube = scenes[k][1]
    shape = (cube.lines,) if cube.is_matrix else cube.shape[:2]
    if len(scenes) == 1:
        return replace(whole, share=Share(names[0], names, whole.relative_error))
    own, sources = None, tuple[str, ...]()
    if whole.source_pixels is not None:
        places = whole.source_pixels
        own = np.where((places >= begin) & (places < end), places - begin, -1)
        around = "around " if whole.smoothed else ""
        sources = tuple(
            "" if place < 0 or begin <= place < end else f"{around}pixel {_place(pixels, place, scenes)}"
            for place in places.tolist()
        )
    return replace(
        whole,
        maps={name: _cut(one, slice(begin, end), shape) for name, one in whole.maps.items()},
        relative_error=whole.scene_errors[k],
        scene_errors=(),
        source_pixels=own,
        share=Share(scenes[k][0], names, whole.relative_error, sources),
    )


def _place(pixels: ChainedPixels, place: int, scenes: Sequence[NamedCube]) -> str:
    k, line, sample = pixels.place(place)
    return f"{line}, {sample} of {scenes[k][0]}"


def _cut(one: AnyMap, pixels: slice, shape: tuple[int, ...]) -> AnyMap:
    """Return a map of some pixels in a row, laid out as their image; nothing is copied."""
    if isinstance(one, SparseMap):
        index, value = one.index[:, pixels], one.value[:, pixels]
        return replace(one, index=index.reshape(len(index), *shape), value=value.reshape(len(value), *shape))
    assert isinstance(one, Map)
    return replace(one, values=one.values[:, pixels].reshape(one.layers, *shape))
