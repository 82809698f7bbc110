"""BLAS keeps to one thread while the project's own are at work."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import threadpoolctl

from hsunmix.engine.threads import single_threaded_blas


def threads() -> set[int]:
    """How many each library uses."""
    return {one["num_threads"] for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"}


def test_one_thread_inside_and_as_before_outside() -> None:
    with threadpoolctl.threadpool_limits(limits=3, user_api="blas"):
        with single_threaded_blas():
            with single_threaded_blas():
                assert threads() == {1}
            assert threads() == {1}
        assert threads() == {3}


def test_libraries_are_looked_for_again_only_after_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    with single_threaded_blas():
        looked = []
        real = threadpoolctl.ThreadpoolController
        monkeypatch.setattr(threadpoolctl, "ThreadpoolController", lambda: looked.append(1) or real())
        for _ in range(50):
            with single_threaded_blas():
                pass
        assert not looked
        monkeypatch.setitem(sys.modules, "a_module_with_a_library", ModuleType("m"))
        for _ in range(50):
            with single_threaded_blas():
                pass
        assert len(looked) == 1
