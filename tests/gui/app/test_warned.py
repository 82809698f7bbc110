from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from hsunmix.errors import HsunmixWarning
from hsunmix.gui import commands as i
from hsunmix.gui.app.warned import Warned
from hsunmix.gui.state.workbench import Workbench
from tests.gui.conftest import Answers, solved_document

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def solved_bench(bench: Workbench, wait: Wait) -> Workbench:
    bench.history.reset(solved_document(5))
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def warn(*texts: str) -> None:
    for text in texts:
        warnings.warn(text, HsunmixWarning, stacklevel=2)


def test_what_any_thread_warns_of_is_told_every_time_and_libraries_are_not(bench: Workbench, wait: Wait):
    others: list[str] = []
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: others.append(str(message))
        Warned(bench)
        for _ in range(2):
            thread = threading.Thread(target=warn, args=("one", "two", "one"))
            thread.start()
            thread.join()
            wait(lambda: bench.live.notice is not None)
            assert bench.live.notice.text == "one; two"
            bench.show(notice=None)
        warnings.warn("for developers", RuntimeWarning, stacklevel=1)
        bench.close()
        warn("the window is closed")
    assert others == ["for developers", "the window is closed"]


def test_files_of_an_earlier_run_that_are_removed_or_left_are_told(
    solved_bench: Workbench, answers: Answers, tmp_path: Path, wait: Wait
):
    bench = solved_bench
    with warnings.catch_warnings():
        Warned(bench)
        for products in (("csv", "sli", "png"), ("csv",)):
            answers.delivery = (tmp_path / "out", products)
            bench.send(i.Export())
            wait(lambda: not bench.lanes["export"].busy)
            (tmp_path / "out" / "endmembers.sli").write_text("edited")
            bench.send(i.Delete(0))
            wait(lambda: not bench.live.stopped and not any(lane.busy for lane in bench.lanes.values()))
        wait(lambda: bench.live.notice is not None and "earlier run" in bench.live.notice.text)
        bench.close()
    assert "removed" in bench.live.notice.text
    assert "left, because changed since, 1 file of an earlier run: endmembers.sli" in bench.live.notice.text
