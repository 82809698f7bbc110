"""The pieces of a script that makes a result again: cubes, runs and spectra, each once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.methods import methods
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Unmixing
from hsunmix.session._parts import Facts, Part, part_of
from hsunmix.session._script import Writer
from hsunmix.session.document import Document, Run

__all__ = ["Pieces", "column_of"]


class Pieces:
    """Writes the pieces of a script: cubes, runs and spectra, each once."""

    def __init__(self, document: Document, cube: Cube, facts: Facts) -> None:
        self._document, self._cube, self._facts = document, cube, facts
        self.writer = Writer()
        self._cubes: list[tuple[Part, str]] = []
        self._runs: dict[int, tuple[str, str]] = {}

    def cube(self, result: Unmixing | None) -> str:
        """Open the part of the scene that a result is of; return the name of the cube.

        Where the result was dropped, it is taken for the part of the one shown.
        """
        cube, shown = self._cube, result or self._document.unmixing
        part = Part(None, "") if shown is None else part_of(shown, cube, self._facts)
        for known, name in self._cubes:
            if known.same(part):
                return name
        name = "cube" if not self._cubes else f"cube{len(self._cubes) + 1}"
        given: dict[str, Any] = dict(cube.options)
        if isinstance(part.mask, str):
            given["mask"] = part.mask
        if part.bands:
            given["bands"] = part.bands
        extra = []
        if isinstance(part.mask, np.ndarray):
            self.writer.mask(f"{name}_mask", part.mask)
            extra = [f"mask={name}_mask"]
        self.writer.call(name, "hsunmix.open_cube", [repr(os.fspath(cube.path or "")), *extra], given)
        self._cubes.append((part, name))
        return name

    def run(self, run: Run) -> tuple[str, str]:
        """Run a method again; return what its spectra and its abundances are called."""
        if run.number in self._runs:
            return self._runs[run.number]
        where = self.cube(run.unmixing)
        result, settings = run.unmixing, run.settings
        method, seed = (result.method, result.seed) if result else (settings.method, settings.seed)
        abundance = result.abundance if result else settings.abundance
        own = dict(result.parameters) if result else dict(settings.parameters.get(method, {}))
        options: dict[str, Any] = {"rank": len(run.endmembers), "seed": seed}
        options |= {"abundance": abundance} if abundance else {}
        name = f"run{run.number}"
        if not run.locked:
            self.writer.add(f"# {run.label}" if run.label else "")
            self.writer.call(name, "hsunmix.unmix", [where, repr(method)], {**options, **own})
            named = f"{name}.endmembers", f"{name}.abundances"
        else:
            named = self._locked(run, where, method, options, own)
        self._runs[run.number] = named
        return named

    def _locked(
        self, run: Run, where: str, method: str, options: dict[str, Any], own: dict[str, Any]
    ) -> tuple[str, str]:
        """Run with locked endmembers, as the window does."""
        name, spectra = f"run{run.number}", f"W{run.number}"
        members = [run.endmembers[k] for k in run.locked]
        stack = self.stack(members, run.number - 1)
        self.writer.add(f"# {run.label}, with locked endmembers")
        kind = methods()[method].kind if method in methods() else ""
        if method == "auto" or kind == "extraction":
            self.writer.call(name, "hsunmix.unmix", [where, repr(method)], {**options, **own})
            self.writer.add(f"{spectra} = {name}.endmembers.copy()")
            self.writer.call(f"{spectra}[:, {list(run.locked)}]", "np.column_stack", [stack])
            solve = [where, spectra, f'{name}.abundance or "nnls"']
            self.writer.call(f"H{run.number}", "hsunmix.abundances", solve)
            return spectra, f"H{run.number}"
        self.writer.add(
            f'{spectra} = hsunmix.unmix({where}, "spa", rank={options["rank"]}).endmembers.copy()'
        )
        self.writer.call(f"{spectra}[:, {list(run.locked)}]", "np.column_stack", [stack])
        own.pop("init", None)  # it starts from these
        given = {**options, "locked": tuple(run.locked), **own}
        self.writer.call(name, "hsunmix.unmix", [where, repr(method), f"init={spectra}"], given)
        return f"{name}.endmembers", f"{name}.abundances"

    def stack(self, members: Sequence[Endmember], before: int) -> str:
        """Return spectra as a list of what makes them; runs up to a number may be asked for some."""
        words = [self._spectrum(member, before) for member in members]
        line = f"[{', '.join(words)}]"
        return line if len(line) < 70 else "[\n" + "".join(f"    {word},\n" for word in words) + "]"

    def _spectrum(self, member: Endmember, before: int) -> str:
        line, sample = member.source.line, member.source.sample
        if member.source.kind == "pixel" and line is not None and sample is not None:
            values = self._facts.pixels.get((line, sample))
            known = np.isfinite(member.spectrum)
            if values is not None and np.array_equal(
                values[known].astype(np.float64), member.spectrum[known]
            ):
                return f"{self.cube(self._document.unmixing)}.spectrum({line}, {sample})"
        for run in reversed(self._document.runs):
            column = None if run.edited or run.number > before else column_of(member.spectrum, run)
            if column is not None:
                return f"{self.run(run)[0]}[:, {column}]"
        return self.writer.spectrum(member.name, str(member.source), member.spectrum)


def column_of(spectrum: NDArray[np.float64], run: Run) -> int | None:
    """Return which endmember of a run has exactly this spectrum; None where none has."""
    for k, member in enumerate(run.endmembers):
        if np.array_equal(member.spectrum, spectrum, equal_nan=True):
            return k
    return None
