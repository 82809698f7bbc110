"""What the spectra of a library are of: the column, line or list of a file that says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from hsunmix.model.cells import text_of_cell

__all__ = ["by_class", "class_heading", "classes_in"]

# The first of these that a file has is taken. Levels are those of VIPER Tools and of MESMA's libraries.
_WORDS = (
    r"(spectr(a|um|al)[ _-]?)?class(es|[ _-]?(name|label))?s?",
    r"categor(y|ies)|kategorie",
    r"level[ _-]?1",
    r"(cover|material|target|land[ _-]?cover)[ _-]?(class|type|category)",
    r"level([ _-]?\d+)?",
    r"(functional[ _-]?)?(type|group)s?",
    r"material",
)
_KINDS = tuple(re.compile(words, re.IGNORECASE) for words in _WORDS)


def class_heading(headings: Sequence[str]) -> int | None:
    """Return which of some headings is the one of classes; None where none is."""
    for kind in _KINDS:
        for k, heading in enumerate(headings):
            if kind.fullmatch(heading.strip().strip("\ufeff")):
                return k
    return None


def classes_in(cells: Sequence[str]) -> tuple[str, ...]:
    """Return classes out of cells; nothing where all are empty."""
    found = tuple(" ".join(text_of_cell(cell).split()) for cell in cells)
    return found if any(found) else ()


def by_class(classes: Sequence[str]) -> list[str]:
    """Name spectra by their classes alone: "soil 1", "soil 2", and "water" where there is one."""
    often, seen = Counter(classes), Counter[str]()
    names = []
    for name in classes:
        seen[name] += 1
        names.append(f"{name} {seen[name]}" if name and often[name] > 1 else name)
    return names
