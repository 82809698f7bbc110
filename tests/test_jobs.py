"""Jobs: progress, cancelling, errors, and late results."""

from __future__ import annotations

import gc
import threading
import time
import warnings
import weakref
from collections.abc import Generator

import pytest

from hsunmix import jobs
from hsunmix.jobs import Cancelled, Job, Runner, end_left
from hsunmix.model.progress import Step, finish

WAIT = 5.0


class Gate:
    """Work that does one step for every permit, so that a test knows where it is."""

    def __init__(self, steps: int, result: object = "done") -> None:
        self.permits = threading.Semaphore(0)
        self.done = threading.Semaphore(0)
        self.begun = threading.Event()
        self.steps, self.result, self.closed = steps, result, False

    def work(self):
        self.begun.set()
        try:
            for k in range(self.steps):
                assert self.permits.acquire(timeout=WAIT)
                self.done.release()
                yield Step((k + 1) / self.steps)
            assert self.permits.acquire(timeout=WAIT)
            return self.result
        finally:
            self.closed = True

    def advance(self, count: int = 1) -> None:
        for _ in range(count):
            self.permits.release()


class Wakes:
    """Counts the calls of ``wake``."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.more = threading.Semaphore(0)

    def __call__(self, job: Job) -> None:
        self.jobs.append(job)
        self.more.release()

    def next(self) -> Job:
        assert self.more.acquire(timeout=WAIT)
        return self.jobs[-1]


def count_to(last: int):
    for k in range(1, last + 1):
        yield Step(k / last)
    return last


def test_a_job_ends_with_its_value():
    wakes = Wakes()
    job = Job(count_to(0), 1, wakes)
    job.start()
    assert wakes.next() is job
    assert job.join(WAIT)
    assert job.outcome.value == 0
    assert job.outcome.error is None
    assert job.outcome.generation == 1
    assert not job.running


def test_a_slow_receiver_gets_only_the_latest_step():
    wakes = Wakes()
    job = Job(count_to(1000), 1, wakes)
    job.start()
    assert job.join(WAIT)
    assert len(wakes.jobs) == 2  # the first step, and the end
    assert job.take_step().fraction == 1.0
    assert job.take_step() is None


def test_a_receiver_that_keeps_up_gets_every_step():
    wakes, gate = Wakes(), Gate(3)
    job = Job(gate.work(), 1, wakes)
    job.start()
    seen = []
    for _ in range(3):
        gate.advance()
        seen.append(wakes.next().take_step().fraction)
    gate.advance()
    wakes.next()
    assert seen == [1 / 3, 2 / 3, 1.0]
    assert job.outcome.value == "done"


def test_steps_without_news_wake_nobody():
    def silent():
        for _ in range(10):
            yield None
        return 1

    wakes = Wakes()
    job = Job(silent(), 1, wakes)
    job.start()
    assert job.join(WAIT)
    assert len(wakes.jobs) == 1


def test_cancelling_closes_the_work():
    wakes, gate = Wakes(), Gate(100)
    job = Job(gate.work(), 1, wakes)
    job.start()
    gate.advance()
    wakes.next()
    job.cancel()
    gate.advance()
    assert job.join(WAIT)
    assert gate.closed
    assert isinstance(job.outcome.error, Cancelled)
    assert job.outcome.value is None
    assert gate.permits.acquire(blocking=False) is False


def test_cancelling_before_the_start_does_no_work():
    def never():
        pytest.fail("no step may be taken")
        yield None

    job = Job(never(), 1, Wakes())
    job.cancel()
    job.start()
    assert job.join(WAIT)
    assert isinstance(job.outcome.error, Cancelled)


def test_cancelling_during_the_last_stretch_gives_no_result():
    gate = Gate(0)
    job = Job(gate.work(), 1, Wakes())
    job.start()
    job.cancel()
    gate.advance()
    assert job.join(WAIT)
    assert isinstance(job.outcome.error, Cancelled)
    assert job.outcome.value is None


@pytest.mark.parametrize("error", [ValueError("broken"), MemoryError(), KeyboardInterrupt(), SystemExit(3)])
def test_an_exception_never_looks_like_success(error):
    def broken():
        yield Step(0.5)
        raise error

    wakes = Wakes()
    job = Job(broken(), 1, wakes)
    job.start()
    assert job.join(WAIT)
    assert job.outcome.error is error
    assert job.outcome.value is None
    assert wakes.jobs[-1] is job


def test_the_newest_replaces_those_before_it():
    wakes, first, second = Wakes(), Gate(10), Gate(0, "second")
    runner = Runner(wakes)
    old = runner.submit(first.work())
    first.advance()
    wakes.next()
    new = runner.submit(second.work())
    assert runner.current(new)
    assert not runner.current(old)
    first.advance()
    second.advance()
    assert old.join(WAIT)
    assert new.join(WAIT)
    assert isinstance(old.outcome.error, Cancelled)
    assert new.outcome.value == "second"
    assert new.outcome.generation > old.outcome.generation


def test_a_late_result_is_known_by_its_generation():
    """Work that ends after it was replaced, without another step, still can be told from the newest."""
    accepted, gate, fresh = [], Gate(0, "late"), Gate(0, "fresh")
    runner: Runner

    def receive(job):
        if job.outcome is not None and runner.current(job) and job.outcome.error is None:
            accepted.append(job.outcome.value)

    runner = Runner(receive)
    late = runner.submit(gate.work())
    new = runner.submit(fresh.work())
    fresh.advance()
    assert new.join(WAIT)
    gate.advance()
    assert late.join(WAIT)
    assert accepted == ["fresh"]


def test_busy_ends_with_the_announcement_of_the_end():
    states, ended, gate = [], threading.Event(), Gate(0)

    def receive(job):
        states.append(runner.busy)
        ended.set()

    runner = Runner(receive)
    assert not runner.busy
    runner.submit(gate.work())
    assert runner.busy
    gate.advance()
    assert ended.wait(WAIT)
    assert states == [False]


def test_close_leaves_no_thread():
    def endless():
        while True:
            time.sleep(0.001)
            yield Step(0.0)

    runner = Runner(lambda job: None)
    for _ in range(5):
        runner.submit(endless())
    assert runner.close(WAIT)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("hsunmix-job")]
    assert not runner.busy


def test_threads_are_used_again_and_keep_nothing_of_a_job():
    class Large:
        pass

    def work() -> Generator[None, None, Large]:
        made = Large()
        kept.append(weakref.ref(made))
        threads.append(threading.current_thread())
        yield
        return made

    kept: list[weakref.ref[Large]] = []
    threads: list[threading.Thread] = []
    runner = Runner(lambda job: None)
    made = []
    for k in range(20):
        assert runner.submit(work()).join(WAIT)
        while threads[k] not in jobs._resting:  # it rests a moment later
            time.sleep(0.001)
        made.append(sum(isinstance(thread, jobs._Worker) for thread in threading.enumerate()))
    assert len(set(made)) == 1
    runner = Runner(lambda job: None)
    assert [found() for found in kept] == [None] * 20


def test_threads_can_be_made_ready():
    jobs.make_ready(3)
    before = threading.active_count()
    assert len(jobs._resting) >= 3
    jobs.make_ready(3)
    assert threading.active_count() == before


def test_work_that_is_left_is_not_waited_for_until_the_end():
    gate, begun, ended = threading.Event(), threading.Event(), []

    def work() -> Generator[None, None, None]:
        begun.set()
        gate.wait(WAIT)
        ended.append(True)
        yield

    runner = Runner(lambda job: None)
    job = runner.submit(work())
    assert begun.wait(WAIT)
    runner.leave()
    assert not ended
    assert not end_left(0.05)
    gate.set()
    assert end_left(WAIT)
    assert ended
    assert not job.running


def test_close_says_when_work_does_not_end():
    gate = Gate(1)
    runner = Runner(lambda job: None)
    runner.submit(gate.work())
    assert gate.begun.wait(WAIT)
    assert not runner.close(0.05)
    gate.advance()
    assert runner.close(WAIT)


def test_finish_runs_in_this_thread():
    steps, threads = [], []

    def work():
        threads.append(threading.current_thread())
        yield None
        yield Step(0.5)
        return 42

    assert finish(work(), steps.append) == 42
    assert finish(work()) == 42
    assert [s.fraction for s in steps] == [0.5]
    assert set(threads) == {threading.current_thread()}


def test_finish_closes_the_work_when_the_receiver_fails():
    gate = Gate(3)
    gate.advance(5)
    work = gate.work()  # held, so that only close() can end it

    def fail(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(work, fail)
    assert gate.closed


def test_nothing_is_left_unclosed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        job = Job(count_to(3), 1, lambda job: None)
        job.start()
        assert job.join(WAIT)
        del job
        gc.collect()
