"""What holds of the whole house, whatever is built in it."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hsunmix"
HEAVY = ("scipy", "numba", "rasterio", "h5py", "matplotlib", "spectral", "sklearn", "dask", "zarr")


def test_nothing_is_imported_from_above_or_from_the_side():
    lint = Path(sys.executable).with_name("lint-imports")
    if not lint.exists():
        pytest.skip("import-linter is not installed in this environment")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_private_modules_say_what_they_are():
    """Ruff asks it of public ones."""
    private = [path for path in PACKAGE.rglob("_*.py") if not path.name.startswith("__")]
    silent = [p for p in private if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert private
    assert silent == []


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import hsunmix",
        "import hsunmix.cli.main as m; m.main.list_commands(None)",
        "import hsunmix.gui.app.main_window",
        "import hsunmix.formats as f; f.formats()",
        "import hsunmix.methods as m; m.methods()",
        "import hsunmix.exports as e; e.exports()",
    ],
)
def test_heavy_libraries_are_imported_when_first_needed(statement: str):
    assert modules_after(statement).isdisjoint(HEAVY)


@pytest.mark.parametrize("module", ["hsunmix", "hsunmix.cli.main", "hsunmix.session.archive"])
def test_qt_stays_in_the_window(module: str):
    assert modules_after(f"import {module}").isdisjoint({"PySide6", "pyqtgraph"})


def test_no_file_names_a_package_index():
    # Written apart so that this file is no hit itself.
    names = [
        "pypi" + ".org",
        "files.python" + "hosted",
        "deb.debian" + ".org",
        "index" + "-url",
        "npm" + "js",
    ]
    pattern = re.compile("|".join(map(re.escape, names)))
    hits = [path for path in project_texts() if pattern.search(path.read_text(encoding="utf-8"))]
    assert not hits


def project_texts() -> list[Path]:
    endings = {".py", ".toml", ".txt", ".md", ".cfg", ".json", ".yml", ""}
    folders = ("hsunmix", "tests", "scripts", "resources", "sample_cubes", "installer", ".ci")
    files = [p for folder in folders for p in (ROOT / folder).rglob("*")] + list(ROOT.iterdir())
    return [p for p in files if p.is_file() and p.suffix in endings and not is_binary(p)]


def is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" in file.read(4096)


def test_pages_of_the_manual_say_what_the_code_says():
    docs = ROOT / "resources" / "docs"
    pages = runpy.run_path(str(ROOT / "scripts" / "make_manual.py"))["PAGES"]
    for name, page in pages.items():
        assert (docs / name).read_text(encoding="utf-8") == page(), f"{name}: run scripts/make_manual.py"
    on_methods = {f"methods/{path.name}" for path in (docs / "methods").glob("*.md")}
    assert on_methods <= pages.keys(), "a page on a method that is gone"


def test_decisions_are_counted_through():
    pages = sorted((ROOT / "resources" / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{k:04}" for k in range(1, len(pages) + 1)]
    for number, page in enumerate(pages, 1):
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. "), page.name


def test_links_between_pages_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "resources").rglob("*.md"), *(ROOT / "sample_cubes").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_constraints_pin_what_the_project_needs():
    import tomllib

    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    pinned = {canonical(name) for name in pinned}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert {canonical(re.match(r"[\w.-]+", text)[0]) for text in wanted} <= pinned


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_method_knows_where_pixels_are_kept(repository: Path) -> None:
    """Tiles are seen by the work of a pass, as ``part.tiles``, and by nothing else outside the engine."""
    for folder in ("methods", "gui", "session", "exports", "cli", "store"):
        for path in sorted((repository / "hsunmix" / folder).rglob("*.py")):
            found = re.findall(
                r"(?:scene|few|source|self\.scene)\.(?:tiles|counts)\b", path.read_text("utf-8")
            )
            assert not found, f"{path}: {found}"
