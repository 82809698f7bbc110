"""The examples in CONTRIBUTING.md are the drills' own, so that they stay true.

A block of Python right after a line that names a file of ``tests/drills``, or of ``tests/engine``, stands in
that file, word for word. A line ``# …`` in it says that something is left out there.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"tests/(?:drills|engine)/\w+\.py")
LEFT_OUT = re.compile(r"^ *# …\n", re.MULTILINE)


def examples(page: str) -> list[tuple[str, str]]:
    """Return (file, block that follows the paragraph naming it)."""
    found = []
    for block in re.finditer(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        before = page[: block.start()].rstrip().rpartition("\n\n")[2]
        found += [(name, block[1]) for name in NAMED.findall(before)[-1:]]
    return found


def missing(block: str, drill: str) -> list[str]:
    """Return the parts of a block that don't stand in a drill, as code or in a text of it, in order."""
    constants = (node.value for node in ast.walk(ast.parse(drill)) if isinstance(node, ast.Constant))
    parts = [part.strip("\n") for part in LEFT_OUT.split(block)]
    lacks = []
    for text in (drill, *(value for value in constants if isinstance(value, str))):
        places, at = [], 0
        for part in parts:
            places.append(text.find(part, at))
            at = max(at, places[-1] + len(part))
        lacks.append([part for part, place in zip(parts, places, strict=True) if place < 0])
    return min(lacks, key=len)


EXAMPLES = examples((ROOT / "CONTRIBUTING.md").read_text("utf-8"))


@pytest.mark.parametrize(("name", "block"), EXAMPLES)
def test_an_example_stands_in_the_drill_it_names(name: str, block: str) -> None:
    assert missing(block, (ROOT / name).read_text("utf-8")) == []


def test_every_drill_is_shown() -> None:
    drills = {path.name for path in (ROOT / "tests" / "drills").glob("test_*.py")} - {Path(__file__).name}
    assert drills <= {Path(name).name for name, _ in EXAMPLES}


def test_what_differs_is_noticed() -> None:
    drill = "A = '''\ndef f(x):\n    y = x\n    return \"\\\\t\"\n'''\n"
    page = 'Text.\n`tests/drills/test_a.py` adds:\n\n```python\ndef f(x):\n    # …\n    return "\\t"\n```\n'
    ((name, block),) = examples(page)
    assert name == "tests/drills/test_a.py"
    assert missing(block, drill) == []
    assert missing(block.replace("f(x)", "g(x)"), drill) == ["def g(x):"]
    assert missing('    return "\\t"\n# …\ndef f(x):\n', drill) == ["def f(x):"]
