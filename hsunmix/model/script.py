"""A result as the lines of Python that make it again.

Every such script of the program is written here: that of a report, of a session and of the window.
What no line can say, an array that was given in Python, is asked for in a comment.
"""

from __future__ import annotations

import base64
import os
import textwrap
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.part import Part, part_of
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import RunInputs, Unmixing, Weights

__all__ = ["Writer", "script_of"]

WIDEST = 100
UNPACK = """\
def unpacked(text, lines, samples):
    # The mask that a text holds: bits, compressed.
    bits = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
    return np.unpackbits(bits, count=lines * samples).reshape(lines, samples).astype(bool)
"""


class Writer:
    """Collects lines; ``text`` puts the imports before them that they need."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._unpacks = False
        self._spectra = 0

    def add(self, line: str) -> None:
        """Add a line; an empty one is none."""
        if line:
            self._lines.append(line)

    def comment(self, text: str) -> None:
        """Add a remark, on one line whatever is in it."""
        self._lines.append(f"# {_on_one_line(text)}")

    def call(
        self, target: str, function: str, positional: Sequence[str], keywords: Mapping[str, Any] | None = None
    ) -> None:
        """Add a call on one line, or with a line for each argument.

        Parameters
        ----------
        target, function : str
        positional : sequence of str
            As they are written; one may have a keyword before it.
        keywords : mapping of str to object
            Values that are written as Python has them.
        """
        words = [*positional, *(f"{name}={_plain(value)!r}" for name, value in (keywords or {}).items())]
        line = f"{target} = {function}({', '.join(words)})"
        if len(line) > WIDEST or "\n" in line:
            inside = "".join(textwrap.indent(word, "    ") + ",\n" for word in words)
            line = f"{target} = {function}(\n{inside})"
        self._lines.append(line)

    def cube(self, target: str, cube: Cube, part: Part) -> None:
        """Open a part of a scene."""
        words, given = [repr(os.fspath(cube.path or ""))], dict[str, Any](cube.options)
        if isinstance(part.masks, np.ndarray):
            self.mask(f"{target}_mask", part.masks)
            words.append(f"mask={target}_mask")
        elif part.masks:
            given["mask"] = part.masks[0] if len(part.masks) == 1 else list(part.masks)
        if part.bands:
            given["bands"] = part.bands
        self.call(target, "hsunmix.open_cube", words, given)

    def unmix(
        self, target: str, cube: str, method: str, given: Mapping[str, Any], asked: RunInputs, start: str = ""
    ) -> None:
        """Run a method.

        Parameters
        ----------
        target, cube : str
            What the result and the cube are called.
        method : str
        given : mapping
            Rank, seed and parameters.
        asked : RunInputs
            What else.
        start : str
            What spectra to start from are called, where these lines have made them.
        """
        words, given = [cube, repr(method)], dict(given)
        if asked.abundance.method:
            words.append(f"abundance={asked.abundance.method!r}")
        if asked.abundance.parameters:
            words.append(f"abundance_parameters={dict(asked.abundance.parameters)!r}")
        if asked.endmembers is not None and not start:
            columns = [self.spectrum(f"Start {k + 1}", "given", w) for k, w in enumerate(asked.endmembers.T)]
            start = f"{target}_start"
            self.call(start, "np.column_stack", [f"[{', '.join(columns)}]"])
        if start:
            words.append(f"init={start}")
            given.pop("init", None)  # it starts from these
        if asked.locked:
            words.append(f"locked={tuple(int(k) for k in asked.locked)!r}")
        if asked.weights is not None:
            words.append(f"weights={self.weights(f'{target}_weights', asked.weights)}")
        if asked.init.parameters and not start:
            words.append(f"init_parameters={dict(asked.init.parameters)!r}")
        if asked.uncertainty:
            words.append("uncertainty=True")
        if asked.libraries:
            paths = ", ".join(repr(library.path) for library in asked.libraries)
            words.append(f"library=[{paths}]")
        self.call(target, "hsunmix.unmix", words, given)

    def weights(self, target: str, weights: Weights) -> str:
        """Read weights; return what they are called."""
        shape = " × ".join(map(str, weights.shape))
        if not weights.path:
            self.comment(
                f"The weights, {shape}, were an array given in Python: save it as weights.npy first."
            )
            self.call(target, "np.load", ["'weights.npy'"])
            return target
        self.comment(f"The weights, {shape}; the SHA-256 of their file was {weights.sha256}.")
        if len(weights.shape) == 2:
            self.call(target, "np.load", [repr(weights.path)])
            return target
        self.call(target, "hsunmix.open_cube", [repr(weights.path)])
        return f"{target}.read(0, {target}.lines)"

    def mask(self, target: str, mask: NDArray[np.bool_]) -> None:
        """Add a mask, (lines, samples), packed."""
        self._unpacks = True
        packed = base64.b64encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode()
        rows = "\n".join(f'    "{row}"' for row in textwrap.wrap(packed, WIDEST - 8)) or '    ""'
        self._lines.append(f"{target} = unpacked(\n{rows},\n    {mask.shape[0]}, {mask.shape[1]},\n)")

    def spectrum(self, name: str, source: str, values: NDArray[np.float64]) -> str:
        """Add a spectrum in numbers; return what it is called. Every digit counts."""
        self._spectra += 1
        target = f"spectrum{self._spectra}"
        numbers = ["nan" if np.isnan(v) else repr(float(v)) for v in values]
        text = textwrap.fill(", ".join(numbers), WIDEST - 4, initial_indent="    ", subsequent_indent="    ")
        self.comment(f"{name}: {source}")
        self._lines.append(f"nan = np.nan\n{target} = np.array([\n{text},\n])")
        return target

    def text(self, about: str) -> str:
        """Return the script."""
        imports = ["import base64", "import zlib", ""] if self._unpacks else []
        imports += ["import numpy as np", "", "import hsunmix", ""]
        head = [f"# {_on_one_line(about)}", ""]
        body = [UNPACK, *self._lines] if self._unpacks else self._lines
        return "\n".join([*head, *imports, *body]) + "\n"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def script_of(unmixing: Unmixing, cube: Cube | None, endmembers: Sequence[Endmember]) -> str:
    """Return a script; empty where the scene is in no file.

    Spectra that were edited, or that no method made, stand in it as numbers.

    Parameters
    ----------
    unmixing : Unmixing
    cube : Cube or None
        The scene, restricted to the part that was unmixed.
    endmembers : sequence of Endmember
        As the analyst has them now, in the order of the abundances.
    """
    if cube is None or cube.path is None:
        return ""
    script = Writer()
    script.cube("cube", cube, part_of(unmixing, cube))
    spectra = np.stack([e.spectrum for e in endmembers], axis=1)
    given = dict(unmixing.parameters)
    as_found = np.array_equal(spectra, unmixing.endmembers, equal_nan=True)
    unknown = unmixing.asked is None and any(member.locked for member in endmembers)
    if unmixing.method == unmixing.abundance or unknown or not as_found:
        columns = [script.spectrum(e.name, str(e.source), e.spectrum) for e in endmembers]
        script.call("W", "np.column_stack", [f"[{', '.join(columns)}]"])
        method = unmixing.abundance or "nnls"
        own = given if unmixing.method == method else {}
        sure = unmixing.uncertainty is not None
        own = {**own, **({"uncertainty": True} if sure else {})}
        script.call("H, H_sd" if sure else "H", "hsunmix.abundances", ["cube", "W", repr(method)], own)
    else:
        asked = unmixing.asked or RunInputs(Choice(unmixing.abundance))
        given = {"rank": unmixing.rank, "seed": unmixing.seed, **given}
        script.unmix("result", "cube", unmixing.method, given, asked)
        script.add(f"print(result.relative_error)  # {float(unmixing.relative_error):.6g}")
    return script.text(f"Unmixing of {cube.name}. Written by hsunmix.")
