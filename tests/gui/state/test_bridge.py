from __future__ import annotations

import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator

import pytest

from hsunmix.gui.state.bridge import Bridge
from hsunmix.jobs import Cancelled, Outcome
from hsunmix.model.progress import Step

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def bridge(qapp: object) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


def slow(gate: threading.Event, value: str) -> Generator[Step | None, None, str]:
    while not gate.is_set():
        yield Step(0.5)
        time.sleep(0.002)
    return value


def test_steps_and_the_end_come_on_the_windows_thread(bridge: Bridge, wait: Wait):
    seen: list[tuple[str, int]] = []
    gate = threading.Event()

    def on_step(step: Step) -> None:
        seen.append((f"step {step.fraction}", threading.get_ident()))
        gate.set()

    def on_end(outcome: Outcome[str]) -> None:
        seen.append((f"end {outcome.value}", threading.get_ident()))

    bridge.submit(slow(gate, "done"), on_end, on_step)
    wait(lambda: any(text == "end done" for text, _ in seen))
    assert seen[0][0] == "step 0.5"
    assert {thread for _, thread in seen} == {threading.get_ident()}
    assert not bridge.busy


def test_a_late_result_of_an_older_job_is_dropped(bridge: Bridge, wait: Wait):
    stuck, ends = threading.Event(), []

    def deaf() -> Generator[None, None, str]:
        stuck.wait(10)  # hears no cancelling until it ends by itself
        return "old"
        yield

    bridge.submit(deaf(), lambda o: ends.append(o.value))
    bridge.submit(slow(threading.Event(), "never"), lambda o: ends.append(o.value))
    gate = threading.Event()
    gate.set()
    bridge.submit(slow(gate, "new"), lambda o: ends.append(o.value))
    wait(lambda: ends == ["new"])
    stuck.set()
    deadline = time.monotonic() + 0.3
    wait(lambda: time.monotonic() > deadline)
    assert ends == ["new"]


def test_cancelling_is_told_as_such(bridge: Bridge, wait: Wait):
    outcomes: list[Outcome[str]] = []
    bridge.submit(slow(threading.Event(), "never"), outcomes.append)
    bridge.cancel()
    wait(lambda: bool(outcomes))
    assert isinstance(outcomes[0].error, Cancelled)


def test_an_exception_in_the_worker_is_no_success(bridge: Bridge, wait: Wait):
    outcomes: list[Outcome[None]] = []

    def broken() -> Generator[None, None, None]:
        yield
        raise ZeroDivisionError("in a worker")

    bridge.submit(broken(), outcomes.append)
    wait(lambda: bool(outcomes))
    assert isinstance(outcomes[0].error, ZeroDivisionError)


def test_work_faster_than_its_submission_is_not_lost(bridge: Bridge, wait: Wait):
    ends: list[int] = []

    def quick(k: int) -> Generator[None, None, int]:
        return k
        yield

    for k in range(100):
        bridge.submit(quick(k), lambda o: ends.append(o.value or 0))
        wait(lambda k=k: bool(ends) and ends[-1] == k)
    assert ends == list(range(100))


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_a_job_is_held_after_its_end(bridge: Bridge, wait: Wait, fails: bool):
    """Else every channel would hold a scene that was left long ago."""

    class Held:
        pass

    def work() -> Generator[None, None, Held]:
        result = Held()
        seen.append(weakref.ref(result))
        yield
        if fails:
            raise ValueError
        return result

    def submit() -> None:
        scene = Held()
        seen.append(weakref.ref(scene))
        bridge.submit(work(), lambda _: ended.append(scene is not None), lambda _: scene)

    seen: list[weakref.ref[Held]] = []
    ended: list[bool] = []
    submit()
    wait(lambda: ended == [True])
    wait(lambda: gc.collect() >= 0 and [ref() for ref in seen] == [None, None])


def test_only_the_newest_step_waits(bridge: Bridge, wait: Wait):
    fractions: list[float] = []
    ended: list[object] = []

    def chatty() -> Generator[Step, None, None]:
        for k in range(20_000):
            yield Step(k / 20_000)

    bridge.submit(chatty(), ended.append, lambda step: fractions.append(step.fraction))
    time.sleep(0.2)  # the window is busy; the steps must not queue up
    wait(lambda: bool(ended))
    assert len(fractions) < 2_000
    assert fractions == sorted(fractions)


def test_closing_waits_for_the_thread_and_calls_nobody(qapp: object):
    bridge, called = Bridge(), []
    bridge.submit(slow(threading.Event(), "never"), called.append, called.append)
    assert bridge.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("hsunmix-job")]
    qapp.processEvents()
    assert called == []
    work = slow(threading.Event(), "never")
    bridge.submit(work, called.append)  # after closing nothing starts any more
    assert work.gi_frame is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities per thread")
def test_workers_and_their_threads_give_way_to_the_window(bridge: Bridge, wait: Wait):
    found: list[int] = []

    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work() -> Generator[None, None, None]:
        found.append(nice())
        helper = threading.Thread(target=lambda: found.append(nice()))
        helper.start()
        helper.join()
        yield

    bridge.submit(work(), lambda _: None)
    wait(lambda: len(found) == 2)
    assert min(found) > nice()
