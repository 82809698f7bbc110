"""Lines of Python: calls that fit the page, numbers, masks."""

from __future__ import annotations

import base64
import textwrap
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Writer"]

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
        about = " ".join(f"{name}: {source}".split())
        self._lines.append(f"# {about}\nnan = np.nan\n{target} = np.array([\n{text},\n])")
        return target

    def text(self, about: str) -> str:
        """Return the script."""
        imports = ["import base64", "import zlib", ""] if self._unpacks else []
        imports += ["import numpy as np", "", "import hsunmix", ""]
        head = [f"# {' '.join(about.split())}", ""]
        body = [UNPACK, *self._lines] if self._unpacks else self._lines
        return "\n".join([*head, *imports, *body]) + "\n"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
