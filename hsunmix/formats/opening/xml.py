"""XML as a tree of elements, read without trust."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from hsunmix.errors import FormatError
from hsunmix.formats.opening.files import read_small

__all__ = ["Element", "read_xml"]

MAX_BYTES = 32 << 20
MAX_DEPTH = 60
MAX_ELEMENTS = 500_000


@dataclass
class Element:
    """One element.

    Attributes
    ----------
    name : str
        Without its namespace.
    attributes : dict of str
    children : list of Element
    pieces : list of str
        Its text, see ``text``.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text on one line."""
        return " ".join("".join(self.pieces).split())

    def named(self, name: str) -> list[Element]:
        """Children of a name, in any case."""
        return [child for child in self.children if child.name.lower() == name.lower()]

    def word(self, *names: str) -> str:
        """Text of the first child of one of these names that is there, else nothing."""
        return next((child.text for name in names for child in self.named(name)), "")

    def below(self, name: str) -> Iterator[Element]:
        """Every element of a name at any depth, in any case."""
        for child in self.children:
            if child.name.lower() == name.lower():
                yield child
            yield from child.below(name)


def read_xml(path: Path) -> Element:
    """Read a file; a document type, which entities need, is refused.

    Raises
    ------
    FormatError
        It is no XML, too large, or has a document type.
    """
    data = read_small(path, MAX_BYTES, "not read")
    builder = _Builder(path)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(path, f"is no XML that can be read: {error}") from None
    return builder.root


class _Builder:
    """Collects elements while the parser meets them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = Element("")
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise FormatError(self.path, "holds more elements than such a file has: not read")
        element = Element(name.rsplit(":", 1)[-1], attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def doctype(self, *_: object) -> None:
        raise FormatError(self.path, "has a document type, which could name other files: refused")
