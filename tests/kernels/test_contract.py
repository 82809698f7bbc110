"""Every kernel has an oracle, and a test that calls both."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

from hsunmix import kernels
from tests.kernels import oracles

HELPERS = {"_cache", "_compile", "_prefetch", "exact"}  # how kernels are compiled, fetched and chosen


def kernels_of(name: str) -> set[str]:
    """Public kernels that a module makes itself."""
    module = importlib.import_module(f"hsunmix.kernels.{name}")
    return {
        key
        for key, thing in vars(module).items()
        if isinstance(thing, Dispatcher) and thing.py_func.__module__ == module.__name__ and key[0] != "_"
    }


MODULES = sorted({found.name for found in pkgutil.iter_modules(kernels.__path__)} - HELPERS)
ALL = [(module, kernel) for module in MODULES for kernel in sorted(kernels_of(module))]


def test_all_are_seen() -> None:
    assert len(ALL) > 45
    assert {"hals", "filling", "_products"} <= {module for module, _ in ALL}


@pytest.mark.parametrize(("module", "kernel"), ALL)
def test_every_kernel_has_an_oracle(module: str, kernel: str) -> None:
    oracle = importlib.import_module(f"tests.kernels.oracles.{module}")
    assert callable(getattr(oracle, kernel, None)), f"write {kernel} in NumPy, in {oracle.__file__}"


@pytest.mark.parametrize(("module", "kernel"), ALL)
def test_every_kernel_is_compared_with_it(module: str, kernel: str) -> None:
    """Whatever is called ``kernels.update`` in a test has an ``oracles.update`` beside it."""
    path = Path(__file__).with_name(f"test_{module.strip('_')}.py")
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert {("kernels", kernel), ("oracles", kernel)} <= used, f"compare {kernel} in {path.name}"


@pytest.mark.parametrize("name", [found.name for found in pkgutil.iter_modules(oracles.__path__)])
def test_oracles_are_independent(name: str) -> None:
    tree = ast.parse(Path(oracles.__path__[0], f"{name}.py").read_text(encoding="utf-8"))
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {found.split(".")[0] for found in imported} <= {
        "__future__",
        "math",
        "itertools",
        "numpy",
        "tests",
        "typing",
    }
