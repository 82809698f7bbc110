"""The pieces of a script that makes a result again: cubes, runs and spectra, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.cube import Cube
from hsunmix.model.library import LibraryFile
from hsunmix.model.part import Part, part_of
from hsunmix.model.script import Writer
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import RunInputs, Unmixing
from hsunmix.session._facts import Facts
from hsunmix.session.document import Document, Run
from hsunmix.session.runs import asked_of, method_of, solved_only

__all__ = ["Pieces", "column_of", "is_shared"]


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
        cube, facts, shown = self._cube, self._facts, result or self._document.unmixing
        part = Part()
        if shown is not None:
            part = part_of(shown, cube, facts.used, masks_hold=facts.masks_hold)
        for known, name in self._cubes:
            if known.same(part):
                return name
        name = "cube" if not self._cubes else f"cube{len(self._cubes) + 1}"
        self.writer.cube(name, cube, part)
        self._cubes.append((part, name))
        return name

    def run(self, run: Run) -> tuple[str, str]:
        """Run a method again; return what its spectra and its abundances are called."""
        if run.number in self._runs:
            return self._runs[run.number]
        where = self.cube(run.unmixing)
        result, settings = run.unmixing, run.settings
        method, seed = (result.method, result.seed) if result else (settings.method, settings.seed)
        own = dict(result.parameters) if result else dict(method_of(settings).parameters)
        given: dict[str, Any] = {"rank": len(run.endmembers), "seed": seed, **own}
        asked = result.asked if result is not None else None
        if asked is None or run.locked:
            asked = asked_of(settings)
        self.writer.comment(f"{run.label}{', with locked endmembers' if run.locked else ''}")
        if settings.weights is not None and not self._facts.weights_hold:
            self.writer.comment(f"The run had other weights: {settings.weights.path} was changed or is gone.")
        name = f"run{run.number}"
        if run.locked:  # endmembers of the table, which came first
            stack = self.stack([run.endmembers[k] for k in run.locked], run.number - 1)
            start = f"{name}_start"
            self.writer.call(start, "np.column_stack", [stack])
            asked = replace(asked, locked=tuple(range(len(run.locked))))
        else:
            start = self._start(name, where, asked)
        self.writer.unmix(name, where, method, given, asked, start)
        self._runs[run.number] = f"{name}.endmembers", f"{name}.abundances"
        return self._runs[run.number]

    def _start(self, name: str, where: str, asked: RunInputs) -> str:
        """Write where the spectra to start from come from; return what they are called, if these lines do."""
        if asked.spectra is None or (asked.endmembers is not None and not asked.spectra.path):
            return ""
        start = f"{name}_start"
        if self.library(start, where, asked.spectra):
            return start
        if asked.endmembers is None:
            what = asked.spectra.path or "an array"
            self.writer.comment(
                f"The run was given spectra of {what}, which nothing makes again: supply them."
            )
            return start
        return ""

    def library(self, target: str, where: str, given: LibraryFile) -> bool:
        """Read given spectra from their file, if it still holds them."""
        if given not in self._facts.libraries:
            return False
        self.writer.comment(f"The SHA-256 of {given.path} was {given.sha256 or 'not taken: a folder'}.")
        self.writer.call("library", "hsunmix.open_library", [repr(given.path)])
        self.writer.add(f"{target} = library.on({where}, {given.factor!r}).endmembers({where})")
        return True

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
            made = not (run.edited or solved_only(run) or is_shared(run)) and run.number <= before
            column = column_of(member.spectrum, run) if made else None
            if column is not None:
                return f"{self.run(run)[0]}[:, {column}]"
        return self.writer.spectrum(member.name, str(member.source), member.spectrum)


def is_shared(run: Run) -> bool:
    """Whether a run was one of several scenes together: this one alone doesn't make it again."""
    share = None if run.unmixing is None or solved_only(run) else run.unmixing.share
    return share is not None and share.several


def column_of(spectrum: NDArray[np.float64], run: Run) -> int | None:
    """Return which endmember of a run has exactly this spectrum; None where none has."""
    for k, member in enumerate(run.endmembers):
        if np.array_equal(member.spectrum, spectrum, equal_nan=True):
            return k
    return None
