#!/usr/bin/env python3
"""Measure how the program is built: sizes, rooms, circles, repeats, words that have had their day.

``scripts/measure_house.py [CHECKOUT] [--list FIGURE]`` prints a figure a line, or what is behind one of
them. It reads the source only, so that any checkout can be measured.
"""

from __future__ import annotations

import argparse
import ast
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

REPEAT = 10  # more equal lines than this are a repeat
# Words that were replaced, and the room where they stand for what they did; "" is everywhere.
OLD_WORDS = {
    "": """
        shelf Lease lease _child Child Draft drafts Questions Asked Answers doubts DoubtLine insights Live
        Workbench intents narrowing narrowed Filling Scattered scatter Put Boxes thinned Judge
        agreement Meaning put_in with_run back_to Delivery Sight FEW MOST LEAST ENOUGH PATIENCE WORST
    """,
    "hsunmix.engine": "Rows",
    "hsunmix.gui": "bench lanes LANES Stage glance settle peek warm",  # kernels have lanes: those of SIMD
    "hsunmix.methods": "Start",
    "hsunmix.model": "shares roots",
    "hsunmix.session": "joined",
}


@dataclass
class Module:
    """One file, parsed."""

    name: str
    path: Path
    lines: list[str]
    tree: ast.Module
    imports: set[str] = field(default_factory=set)  # when it is imported
    later: set[str] = field(default_factory=set)  # inside functions


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how the program is built.")
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("checkout", nargs="?", type=Path, default=here)
    parser.add_argument("--list", metavar="FIGURE", help="what is behind a figure, an item a line")
    asked = parser.parse_args()
    found = figures(read(asked.checkout / "hsunmix"))
    if asked.list is None:
        for name, (value, _) in found.items():
            print(f"{name:44} {value}")
        return
    if asked.list not in found:
        parser.error(f"there is no figure {asked.list!r}")
    print(*found[asked.list][1], sep="\n")


def read(package: Path) -> dict[str, Module]:
    """Parse every file of a package, and find who imports whom."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, path, text.splitlines(), ast.parse(text))
    for module in modules.values():
        for node, inside in _imports(module.tree):
            for name in _targets(node, modules) - {module.name}:
                (module.later if inside else module.imports).add(name)
    return modules


def figures(modules: dict[str, Module]) -> dict[str, tuple[object, list[str]]]:
    """Return every figure by its name: what is printed, and what is behind it."""
    files = sorted(((len(m.lines), name) for name, m in modules.items()), reverse=True)
    functions = sorted(
        ((size, where) for m in modules.values() for size, where in _functions(m)), reverse=True
    )
    readers = _readers(modules)
    private = [name for name in modules if name.rpartition(".")[2].startswith("_")]
    beside = [name for name in modules if name.count(".") > 2 and name.startswith("hsunmix.formats.")]
    inner = sorted({*private, *(name for name in beside if not _is_entry(modules[name]))})

    def alone(names: list[str]) -> list[str]:
        return [f"{name} <- {next(iter(readers[name]))}" for name in names if len(readers[name]) == 1]

    now = {name: m.imports for name, m in modules.items()}
    ever = {name: m.imports | m.later for name, m in modules.items()}
    listed: dict[str, list[str]] = {
        "private modules with exactly one reader": alone(private),
        "the same, internals of formats' packages too": alone(inner),
        "circles of imports": _circles(now),
        "circles, imports inside functions too": _circles(ever),
        f"repeats of more than {REPEAT} equal lines": _repeats(list(modules.values())),
        "uses of .tiles outside engine and kernels": [use for m in modules.values() for use in _tiles(m)],
        "uses of old words": [use for m in modules.values() for use in _old_words(m)],
    }
    return {
        "files": (len(modules), [name for _, name in files]),
        "lines": (sum(size for size, _ in files), [f"{size} {name}" for size, name in files]),
        **{f"files at the root of {room}": _root(modules, room, False) for room in ("gui", "formats")},
        **{f"entries at the root of {room}": _root(modules, room, True) for room in ("gui", "formats")},
        "lines of a file, median and 90 %": (_spread(files), [f"{size} {name}" for size, name in files]),
        "lines of a function, median and 90 %": (_spread(functions), [f"{n} {f}" for n, f in functions]),
        **{name: (len(items), items) for name, items in listed.items()},
    }


def _spread(sizes: list[tuple[int, str]]) -> str:
    numbers = [size for size, _ in sizes]
    return f"{statistics.median(numbers):.0f}  {statistics.quantiles(numbers, n=10)[-1]:.0f}"


def _root(modules: dict[str, Module], room: str, packages: bool) -> tuple[int, list[str]]:
    folder = modules[f"hsunmix.{room}"].path.parent
    names = [
        p.name for p in folder.iterdir() if p.suffix == ".py" or (packages and (p / "__init__.py").exists())
    ]
    return len(names), sorted(names)


def _imports(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield every import, and whether it stands inside a function or is for types only."""

    def walk(node: ast.AST, inside: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import | ast.ImportFrom):
                yield child, inside
            types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from walk(
                child, inside or types or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            )

    return walk(tree, False)


def _targets(node: ast.Import | ast.ImportFrom, modules: dict[str, Module]) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names if alias.name in modules}
    full = [(f"{node.module}.{alias.name}", node.module or "") for alias in node.names]
    return {name if name in modules else package for name, package in full} & set(modules)


def _readers(modules: dict[str, Module]) -> dict[str, set[str]]:
    readers: dict[str, set[str]] = defaultdict(set)
    for name, module in modules.items():
        for target in module.imports | module.later:
            readers[target].add(name)
    return readers


def _is_entry(module: Module) -> bool:
    """Whether a registry finds this module by itself, so that nobody has to import it."""
    names = {
        t.id
        for n in module.tree.body
        if isinstance(n, ast.Assign)
        for t in n.targets
        if isinstance(t, ast.Name)
    }
    return bool(names & {"TITLE", "PRODUCT"})


def _functions(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{module.name}.{node.name}"


def _circles(graph: dict[str, set[str]]) -> list[str]:
    """Return the sets of modules that import each other, directly or not (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[str] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in index:
                visit(target)
            if target in stack:
                low[name] = min(low[name], low[target])
        if low[name] == index[name]:
            circle = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(circle) > 1:
                found.append(" ".join(sorted(circle)))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def _repeats(modules: list[Module]) -> list[str]:
    """Return the longest runs of lines that stand twice; blank lines and imports don't count."""
    places: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    kept = [_code(module) for module in modules]
    for m, lines in enumerate(kept):
        for k in range(len(lines) - REPEAT):
            places[tuple(text for _, text in lines[k : k + REPEAT + 1])].append((m, k))
    pairs = {pair for same in places.values() for pair in combinations(same, 2)}
    found = []
    for (m, i), (n, j) in sorted(pairs):
        if ((m, i - 1), (n, j - 1)) in pairs or (m == n and j - i <= REPEAT):
            continue  # goes on from there, or overlaps itself
        size = REPEAT + 1
        while ((m, i + size - REPEAT), (n, j + size - REPEAT)) in pairs:
            size += 1
        first, second = (f"{modules[p].name}:{kept[p][q][0]}" for p, q in ((m, i), (n, j)))
        found.append(f"{size} lines: {first} {second}")
    return found


def _code(module: Module) -> list[tuple[int, str]]:
    imports = {
        number
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    numbered = enumerate((line.strip() for line in module.lines), 1)
    return [(number, line) for number, line in numbered if line and number not in imports]


def _tiles(module: Module) -> Iterator[str]:
    """Yield where pixels are taken by the tile; ``part.tiles`` is what a pass is given to work on."""
    if module.name.startswith(("hsunmix.engine", "hsunmix.kernels")):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "tiles" and ast.unparse(node.value) != "part":
            yield f"{module.name}:{node.lineno} {ast.unparse(node)}"


def _old_words(module: Module) -> Iterator[str]:
    old = {
        word for room, words in OLD_WORDS.items() if module.name.startswith(room) for word in words.split()
    }
    yield from (f"{module.name} (its name)" for part in module.name.split(".")[1:] if part in old)
    for node in ast.walk(module.tree):
        names = (getattr(node, key, None) for key in ("id", "attr", "arg", "name", "asname"))
        yield from (
            f"{module.name}:{getattr(node, 'lineno', 0)} {name}"
            for name in names
            if isinstance(name, str) and name in old
        )


if __name__ == "__main__":
    main()
