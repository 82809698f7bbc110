#!/usr/bin/env python3
"""Write the manual's pages that come from descriptions in the code; a test fails when one is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hsunmix.methods import KINDS, Method, methods
from hsunmix.parameters import Parameter

DOCS = Path(__file__).resolve().parent.parent / "resources" / "docs"

METHODS = """\
# Methods

This page is written by `scripts/make_manual.py` from the methods' own descriptions: the same ones that make
the form in the window and the options of `hsunmix unmix --set NAME=VALUE`.
"""

HEADINGS = {
    "factorization": "Endmembers and abundances together",
    "extraction": "Endmembers, picked from the scene",
    "abundance": "Abundances of given endmembers",
    "rank": "How many endmembers",
}

MENUS = """\
# Menus and keys

This page is written by `scripts/make_manual.py` from the menus' own descriptions.
"""


def methods_page() -> str:
    """Return the page on the methods."""
    return "\n".join([METHODS, *(line for kind in KINDS for line in _kind(kind))])


def menus_page() -> str:
    """Return the page on the menus and their keys."""
    from hsunmix.gui import actions

    lines = [MENUS]
    for title, entries in actions.MENUS.items():
        lines.append(f"## {title.replace('&', '')}\n\n| | keys | |\n|---|---|---|")
        for action in entries:
            keys = f"`{action.shortcut}`" if action.shortcut else ""
            lines.append(f"| {action.text.replace('&', '')} | {keys} | {action.tip} |")
        lines.append("")
    return "\n".join(lines)


PAGES: dict[str, Callable[[], str]] = {"methods.md": methods_page, "menus.md": menus_page}


def _kind(kind: str) -> Iterator[str]:
    yield f"## {HEADINGS[kind]}\n"
    for method in methods().values():
        if method.kind == kind:
            yield from _method(method)


def _method(method: Method) -> Iterator[str]:
    yield f"### {method.title} · `{method.id}`\n"
    yield f"{method.summary}\n"
    yield f"Source: {method.reference}.\n"
    if method.parameters:
        yield "| parameter | default | allowed | |\n|---|---|---|---|"
        yield from (_row(p) for p in method.parameters)
        yield ""


def _row(p: Parameter) -> str:
    default = str(p.default).lower() if isinstance(p.default, bool) else p.default
    domain = p.domain.replace("|", "\\|")
    return f"| `{p.name}` | {'decided by the method' if default is None else default} | {domain} | {p.help} |"


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
