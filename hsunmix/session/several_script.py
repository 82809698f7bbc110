"""A run of several scenes as lines of Python that make it again."""

from __future__ import annotations

from collections.abc import Sequence

from hsunmix.model.brought import source_of_scene
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.part import part_of_cube
from hsunmix.model.script import Writer
from hsunmix.model.unmixing import RunInputs, Share, Unmixing

__all__ = ["script_of_scenes"]


def script_of_scenes(cubes: Sequence[Cube], whole: Unmixing, share: Share | None = None) -> str:
    """Return a script that makes ``W`` (bands × r) and ``H``, a list of (r, lines, samples) for each scene.

    Parameters
    ----------
    cubes : sequence of Cube
        As they were unmixed, in their order.
    whole : Unmixing
        What was found of all, or of one of them.
    share : Share, optional
        Which one of them ``H`` is wanted of.
    """
    if any(cube.path is None for cube in cubes):
        return ""
    script, names = Writer(), [f"scene{k}" for k in range(1, len(cubes) + 1)]
    for name, cube in zip(names, cubes, strict=True):
        own = source_of_scene(cube)
        script.cube(name, own, part_of_cube(own, own.band_text))
    asked = whole.asked or RunInputs(Choice(whole.abundance))
    given = {"rank": whole.rank, "seed": whole.seed, **whole.parameters}
    script.unmix("result", f"[{', '.join(names)}]", whole.method, given, asked)
    if share is None:
        script.add("W, H = result.endmembers, [one.abundances for one in result.scenes]")
        script.add(f"print(result.relative_error)  # {float(whole.relative_error):.6g}")
    else:
        place = share.scenes.index(share.scene)
        script.add(f"W, H = result.endmembers, result.scenes[{place}].abundances")
        script.add(f"print(result.relative_error)  # {float(share.relative_error):.6g}")
    return script.text(f"Unmixing of {len(cubes)} scenes with common endmembers. Written by hsunmix.")
