"""What methods found of every pixel: put into the cube's terms, or left behind with other abundances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.errors import InputError
from hsunmix.methods import PixelMap
from hsunmix.model.map_kinds import MapTerms, check_name
from hsunmix.model.maps import AnyMap, Map, SparseMap, usual_maps

__all__ = ["is_of_endmembers", "maps_of", "without_abundances"]


def maps_of(
    scene: Scene, h: PerPixel, rmse: NDArray[Any], found: Mapping[str, PixelMap]
) -> dict[str, AnyMap]:
    """Return all maps of a result: abundances, residual, and what else a method found.

    Raises
    ------
    InputError
        The method made a map that is none; says which and why.
    """
    maps = usual_maps(scene.spread(h), rmse)
    for name, one in found.items():
        try:
            check_name(name)
            if name in maps:
                raise ValueError("every result has a map of this name")
            maps[name] = _in_cube_terms(scene, one, h.k)
        except ValueError as error:
            raise InputError(f"the method's map {name}: {error}") from error
    return maps


def _in_cube_terms(scene: Scene, found: PixelMap, rank: int) -> AnyMap:
    known: dict[str, Any] = {f.name: getattr(found, f.name) for f in fields(MapTerms)}
    known["of_endmembers"] = is_of_endmembers(found, rank)
    values = scene.spread(found.numbers)
    if found.kind == "residual" and scene.scale != 1:
        values *= scene.scale
    if found.index is not None:
        return SparseMap(scene.spread(found.index), values, found.layers, **known)
    return Map(values if _has_layers(found) else values[None], **known)


def is_of_endmembers(found: PixelMap, rank: int) -> bool:
    """Whether its layers, or whole numbers, are the endmembers: it says so, or has as many without names."""
    if found.of_endmembers or found.whole or found.names or not _has_layers(found):
        return found.of_endmembers
    return rank == (found.numbers.k if found.index is None else found.layers)


def _has_layers(found: PixelMap) -> bool:
    return found.index is not None or found.numbers.values.ndim == 3


def without_abundances(maps: Mapping[str, PixelMap], rank: int = 0) -> tuple[dict[str, PixelMap], str]:
    """Return what holds whatever the abundances are, and say what doesn't.

    Parameters
    ----------
    maps : mapping of str to PixelMap
    rank : int
        Where the endmembers are others too, how many they were: maps of these are left out as well.
    """
    kept = {
        name: one for name, one in maps.items() if one.stays and not (rank and is_of_endmembers(one, rank))
    }
    gone = [name for name in maps if name not in kept]
    went = f"Left out, for it is of other abundances: {', '.join(gone)}." if gone else ""
    return kept, went
