"""Calls of libraries that nothing can interrupt, in a thread: who waits for one can stop waiting."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import ParamSpec, TypeVar

__all__ = ["aside", "keeping"]

TICK = 0.05  # seconds

P = ParamSpec("P")
T = TypeVar("T")


def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Generator[None, None, T]:
    """Return what a call returns, yielding until it does; closed, it does not wait for the call's end."""
    return keeping(ExitStack(), call, *args, **kwargs)


def keeping(
    kept: ExitStack, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> Generator[None, None, T]:
    """As ``aside``; closed, it lets what is in ``kept`` go when the call has ended, and not before."""
    pool = ThreadPoolExecutor(1, "hsunmix-aside")
    work = pool.submit(call, *args, **kwargs)
    pool.shutdown(wait=False)
    try:
        while not wait([work], TICK).done:
            yield
        return work.result()
    except GeneratorExit:
        later = kept.pop_all()
        work.add_done_callback(lambda _: later.close())
        raise
