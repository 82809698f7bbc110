"""The figures of the house: that they are counted rightly, and those that must not grow again."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "measure_house.py"
BLOCK = "".join(f"    x{k} = {k}\n" for k in range(12))
FILES = {
    "__init__.py": "",
    "gui/__init__.py": "", "gui/app.py": "from hsunmix.engine import scene\nscene.tiles\n",
    "gui/panels/__init__.py": "from hsunmix.gui.panels._one import f\n",
    "gui/panels/_one.py": f"def f(part):\n    part.tiles\n{BLOCK}",
    "formats/__init__.py": "def f():\n    from hsunmix.formats import flat\n",
    "formats/flat.py": "from hsunmix.formats import f\nTITLE = 'Flat'\n",
    "formats/room/__init__.py": "TITLE = 'Room'\nfrom hsunmix.formats.room import inner\n",
    "formats/room/inner.py": f"class Lease:\n    pass\ndef g():\n\n{BLOCK}",
    "engine/__init__.py": "",
    "engine/scene.py": "from hsunmix.engine import other\nscene.tiles\n",
    "engine/other.py": "import hsunmix.engine.scene\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


@pytest.fixture
def found(script, tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "hsunmix" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return script["figures"](script["read"](tmp_path / "hsunmix"))


def test_what_is_counted(found):
    values = {name: value for name, (value, _) in found.items()}
    assert values["files"] == len(FILES)
    assert values["lines"] == sum(text.count("\n") for text in FILES.values())
    assert (values["files at the root of gui"], values["entries at the root of gui"]) == (2, 3)
    assert (values["files at the root of formats"], values["entries at the root of formats"]) == (2, 3)
    assert found["private modules with exactly one reader"][1] == [
        "hsunmix.gui.panels._one <- hsunmix.gui.panels"
    ]
    assert values["the same, internals of formats' packages too"] == 2
    assert found["circles of imports"][1] == ["hsunmix.engine.other hsunmix.engine.scene"]
    assert values["circles, imports inside functions too"] == 2
    assert found["uses of .tiles outside engine and kernels"][1] == ["hsunmix.gui.app:2 scene.tiles"]
    assert found["uses of old words"][1] == ["hsunmix.formats.room.inner:1 Lease"]
    assert found["repeats of more than 10 equal lines"][1] == [
        "12 lines: hsunmix.formats.room.inner:5 hsunmix.gui.panels._one:3"
    ]


def test_the_house_itself(script):
    modules = script["read"](SCRIPT.parent.parent / "hsunmix")
    assert script["_circles"]({name: module.imports for name, module in modules.items()}) == []
    assert script["_root"](modules, "formats", False)[0] <= 10
