"""Run a function over the chunks of a scene on the project's own threads.

Results come back in the order of the chunks whatever the number of threads, and a chunk's size
doesn't depend on it either: so sums over chunks are the same bits with one thread and with many.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from hsunmix.errors import InputError

__all__ = ["run_chunks", "set_threads", "single_threaded_blas", "thread_count"]

MAX_THREADS = 1024  # threads; more only wait for one another

T = TypeVar("T")
C = TypeVar("C")
_chosen: list[int] = []


def thread_count() -> int:
    """Threads that a pass uses: ``set_threads``, else HSUNMIX_THREADS, else one a processor.

    Raises
    ------
    InputError
        HSUNMIX_THREADS is no such number.
    """
    if _chosen:
        return _chosen[-1]
    text = os.environ.get("HSUNMIX_THREADS", "").strip()
    if text:
        if not re.fullmatch("0*[1-9][0-9]{0,3}", text, re.ASCII) or int(text) > MAX_THREADS:
            shown = text if len(text) <= 40 else f"{text[:40]} …"
            raise InputError(
                f"HSUNMIX_THREADS is {shown!r}; it takes a number of threads, 1 to {MAX_THREADS}"
            )
        return int(text)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def set_threads(count: int) -> Generator[None, None, None]:
    """Use this many threads within a ``with`` block (for the whole process)."""
    if count < 1:
        raise ValueError(f"{count} threads")
    _chosen.append(count)
    try:
        yield
    finally:
        _chosen.remove(count)


@lru_cache(maxsize=4)
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="hsunmix-tiles")


def run_chunks(
    work: Callable[[C], T], chunks: Sequence[C], *, threads: int | None = None
) -> Generator[None, None, list[T]]:
    """Call ``work`` for every chunk; yield now and then, return the results in the chunks' order.

    The calling thread works too, and whoever is free takes the next chunk: nobody waits for anybody
    until the last. Closing the generator waits for the chunks that are being worked on, a few
    milliseconds, and starts no more: nothing writes into the caller's arrays afterwards.

    Parameters
    ----------
    work : callable
        Takes a chunk. Should release the GIL.
    chunks : sequence
    threads : int, optional
        Defaults to ``thread_count()``.
    """
    threads = min(threads or thread_count(), len(chunks))
    results: dict[int, T] = {}
    todo = iter(range(len(chunks)))  # shared: taking the next one is a single step of the interpreter

    def share() -> None:
        for i in todo:
            results[i] = work(chunks[i])

    helpers: list[Future[None]] = []
    try:
        if threads > 1:
            helpers = [_pool(threads - 1).submit(share) for _ in range(threads - 1)]
        for i in todo:
            results[i] = work(chunks[i])
            yield
        for helper in helpers:
            if not helper.cancel():  # one that never began, because others keep the pool busy, isn't missed
                helper.result()
        return [results[i] for i in range(len(chunks))]
    finally:
        for _ in todo:
            pass
        for helper in helpers:
            if not helper.cancel():
                helper.exception()


@lru_cache(maxsize=1)
def _libraries(modules: int) -> Any:  # noqa: ARG001
    """The linear algebra libraries of this process, with so many modules imported.

    To look for them is to read which files the process has mapped, milliseconds; only a module that was
    imported since can have brought another one.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def single_threaded_blas() -> Generator[None, None, None]:
    """Keep BLAS to one thread while our own are at work."""
    with _libraries(len(sys.modules)).limit(limits=1, user_api="blas"):
        yield
