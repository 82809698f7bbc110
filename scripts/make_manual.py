#!/usr/bin/env python3
"""Write the manual's pages that come from descriptions in the code; a test fails when one is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from hsunmix.methods import KINDS, Method, methods
from hsunmix.parameters import Parameter

DOCS = Path(__file__).resolve().parent.parent / "resources" / "docs"

METHODS = """\
# Methods

One page a method: the problem it solves, what it assumes and guarantees, its parameters and its source.
The pages are written by `scripts/make_manual.py` from the methods' own descriptions, the same ones that
make the form in the window and the options of `hsunmix unmix --set NAME=VALUE`; the figures by
`scripts/make_figures.py`.

Those in bold are for every day; the others are for special scenes, and to compare with.
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


CALLS = {
    "factorization": "hsunmix unmix scene.hdr -r 5 -m {id} -o products",
    "extraction": "hsunmix unmix scene.hdr -r 5 -m {id} -o products",
    "abundance": "hsunmix unmix scene.hdr -r 5 -a {id} -o products",
    "rank": "hsunmix rank scene.hdr -m {id}",
}
OF_CLASSES = "hsunmix unmix scene.hdr -m {id} --library spectra.csv -o products"
FOUND = "Right: the spectra found (lines) and the true ones (dotted)."
CAPTIONS = {
    "factorization": f"Left: the relative error of each iteration. {FOUND}",
    "extraction": "Left: the pixels in the scene's first two directions, those found (rings) and the purest "
    f"(crosses). {FOUND}",
    "abundance": "With the true spectra: the abundances of alunite, their sum over all materials, and what "
    "the pixels leave unexplained.",
    "classes": "With the true spectra as library: the fraction of one, and the other maps of the result.",
    "rank": "The curve behind the estimate, and what it proposes. The scene has five materials.",
}


def methods_page() -> str:
    """Return the index of the methods."""
    return "\n".join([METHODS, *(line for kind in KINDS for line in _kind(kind))])


def method_page(method: Method) -> str:
    """Return the page on one method."""
    return "\n".join(_method(method))


def menus_page() -> str:
    """Return the page on the menus and their keys."""
    from hsunmix.gui.app.subjects import menus

    lines = [MENUS]
    for title, entries in menus().items():
        lines.append(f"## {title.replace('&', '')}\n\n| | keys | |\n|---|---|---|")
        for action in entries:
            keys = f"`{action.shortcut}`" if action.shortcut else ""
            lines.append(f"| {action.text.replace('&', '')} | {keys} | {action.tip} |")
        lines.append("")
    return "\n".join(lines)


def _kind(kind: str) -> Iterator[str]:
    yield f"## {HEADINGS[kind]}\n\n| | | |\n|---|---|---|"
    found = [method for method in methods().values() if method.kind == kind]
    for method in sorted(found, key=lambda method: not method.traits.everyday):
        bold = "**" if method.traits.everyday else ""
        link = f"{bold}[`{method.id}`](methods/{method.name}.md){bold}"
        yield f"| {link} | {method.title} | {method.summary} |"
    yield ""


def _method(method: Method) -> Iterator[str]:
    yield f"# {method.title} · `{method.id}`\n\n{method.summary}\n"
    yield f"![{method.title} on the sample cube](../images/methods/{method.name}.png)\n"
    kind = "classes" if method.traits.of_classes else method.kind
    caption = CAPTIONS["extraction" if method.name == "auto" else kind]
    yield f"*On the sample cube. {caption}*\n"
    for paragraph in method.details.split("\n\n"):
        yield from _paragraph(paragraph)
    if method.kind != "rank":
        yield f"{_traits(method)}\n"
    yield f"Source: {method.reference}.\n"
    call = OF_CLASSES if method.traits.of_classes else CALLS[method.kind]
    yield f"```\n{call.format(id=method.id)}\n```\n"
    if method.parameters:
        yield "| parameter | default | allowed | |\n|---|---|---|---|"
        yield from (_row(p) for p in method.parameters)
        yield ""
    yield "[All methods](../methods.md)\n"


def _traits(method: Method) -> str:
    """Say what a method does with masks, weights, spectra and libraries, and what holds for its results."""
    traits = method.traits
    said = ["Masked pixels and bad bands have no part in it."]
    said.append(
        "Single values may have weights." if traits.takes_weights else "It takes no weights of single values."
    )
    if traits.starts_from_spectra:
        said.append("It can start from given spectra, and leaves those that are locked as they are.")
    elif traits.keeps_locked:
        said.append("Locked spectra are among its endmembers.")
    elif method.kind == "extraction":
        said.append("Locked spectra take the places of those found that are most like them.")
    if traits.takes_library:
        said.append(f"It {'needs' if traits.needs_library else 'can choose from'} a library.")
    if traits.of_classes:
        said.append(
            "There is an endmember for each class of a library, and each pixel has spectra of its own."
        )
    if traits.monotone_loss:
        said.append("The relative error never rises from one iteration to the next.")
    return " ".join(said)


def _paragraph(text: str) -> Iterator[str]:
    """Yield a docstring's paragraph; a line that begins with a word and a colon begins a new one."""
    lines: list[str] = []
    for line in [*text.splitlines(), "End:"]:
        word, colon, rest = line.partition(": ") if line != "End:" else (line, ":", "")
        if colon and word.isalpha() and word[:1].isupper():
            if lines:
                yield " ".join(lines).replace("``", "`") + "\n"
            lines = [f"**{word}**: {rest}"]
        elif line == "End:":
            yield " ".join(lines).replace("``", "`") + "\n"
        else:
            lines.append(line)


def _row(p: Parameter) -> str:
    default = str(p.default).lower() if isinstance(p.default, bool) else p.default
    domain = p.domain.replace("|", "\\|")
    return f"| `{p.name}` | {'decided by the method' if default is None else default} | {domain} | {p.help} |"


def example_page(script: Path) -> str:
    """Return the page of an example as it is, with the script as it is."""
    page = script.with_suffix(".md").read_text(encoding="utf-8")
    before, begins, rest = page.partition("```python\n")
    _, ends, after = rest.partition("```\n")
    return before + begins + script.read_text(encoding="utf-8") + ends + after


PAGES: dict[str, Callable[[], str]] = {
    "methods.md": methods_page,
    "menus.md": menus_page,
    **{f"methods/{m.name}.md": partial(method_page, m) for m in methods().values()},
    **{f"examples/{p.stem}.md": partial(example_page, p) for p in sorted((DOCS / "examples").glob("*.py"))},
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(page(), encoding="utf-8")
