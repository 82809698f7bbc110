"""The manual's pages: found, put in order, searched. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hsunmix.files import resource

__all__ = ["CONTEXT", "FIRST", "Hit", "Page", "folder", "pages", "search"]

FIRST = "index.md"
MAX_HITS = 60
AROUND = 40  # characters before and after what was found

# Which page, and which heading of it, is about which part of the window.
CONTEXT: Mapping[str, str] = {
    "imagePanel": "image.md",
    "regionsPanel": "image.md",
    "maskingPanel": "masks.md",
    "endmemberPanel": "window.md",
    "spectraPanel": "window.md",
    "runPanel": "methods.md",
    "runsPanel": "runs.md",
    "howManyPanel": "runs.md#How many endmembers",
    "featureSpacePanel": "image.md#Feature space",
    "levelsPanel": "image.md",
    "vectorsPanel": "image.md#Vector layers",
    "statusPanel": "window.md",
    "messageBar": "window.md",
    "recoveryBar": "runs.md#After a crash",
    "scenesPanel": "scenes.md#In the window",
    "informationPanel": "window.md#File information",
    "welcome": "files.md",
    "menuBar": "menus.md",
    "manualPanel": "index.md",
}


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    name : str
        Its file, below the folder of the manual: ``methods.md``, ``decisions/0001-x.md``.
    title : str
    text : str
        Markdown.
    """

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A place where something was found.

    Attributes
    ----------
    page, title : str
    heading : str
        The one above it; empty above the first.
    snippet : str
        A few words around.
    """

    page: str
    title: str
    heading: str
    snippet: str


def folder() -> Path:
    """Where the manual is."""
    return resource("resources", "docs")


@lru_cache(maxsize=1)
def pages() -> tuple[Page, ...]:
    """Return all pages: the first one, those that it names in its order, then the rest."""
    texts = {
        path.relative_to(folder()).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder().rglob("*.md"))
    }
    named = [target for target in re.findall(r"\]\(([\w/-]+\.md)", texts.get(FIRST, "")) if target in texts]
    order = list(dict.fromkeys([*(name for name in (FIRST,) if name in texts), *named, *texts]))
    parents = [name for name in order if "/" not in name]
    nested = [[name, *(n for n in order if n.startswith(f"{name.removesuffix('.md')}/"))] for name in parents]
    sequence = dict.fromkeys([*(n for group in nested for n in group), *order])
    return tuple(Page(name, _title(texts[name], name), texts[name]) for name in sequence)


def search(words: str, found: Sequence[Page] | None = None) -> list[Hit]:
    """Return the places that hold every word, whatever its case: titles and headings first."""
    wanted = words.lower().split()
    if not wanted:
        return []
    hits: list[tuple[int, Hit]] = []
    for page in pages() if found is None else found:
        for heading, line in _paragraphs(page.text):
            plain = _plain(line)
            lower = f"{heading} {plain}".lower()
            if all(word in lower for word in wanted):
                in_title = all(word in page.title.lower() for word in wanted)
                in_heading = all(word in heading.lower() for word in wanted)
                rank = 0 if in_title and not heading else 1 if in_heading else 2
                hits.append((rank, Hit(page.name, page.title, heading, _snippet(plain, wanted))))
    best: dict[tuple[str, str], Hit] = {}
    for _, hit in sorted(hits, key=lambda pair: pair[0]):
        best.setdefault((hit.page, hit.heading), hit)
    return list(best.values())[:MAX_HITS]


def _title(text: str, name: str) -> str:
    match = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    return _plain(match[1]) if match else Path(name).stem


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the heading above each paragraph or line of a table, and the paragraph."""
    heading = ""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_heading = re.match(r"#{2,6}\s+(.+)", line)
        if is_heading or not line.strip() or line.startswith(("|", "- ", "* ")):
            if block:
                yield heading, " ".join(block)
            block = []
        if is_heading:
            heading = _plain(is_heading[1])
        elif line.strip():
            block.append(line.strip())


def _plain(text: str) -> str:
    """Return Markdown without its marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[`*|#]+", " ", text).split())


def _snippet(text: str, wanted: Sequence[str]) -> str:
    places = [text.lower().find(word) for word in wanted]
    at = min((place for place in places if place >= 0), default=0)
    start, end = max(0, at - AROUND), at + AROUND + len(wanted[0])
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
