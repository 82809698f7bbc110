"""A lack of memory is told as what did not fit, whoever ran into it."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from hsunmix.errors import InputError, TooLargeError, fitting, lack_of_memory

THREAD = RuntimeError("can't start new thread")


def test_how_much_was_asked_for_is_told() -> None:
    with pytest.raises(MemoryError) as caught:
        np.empty((1 << 20, 1 << 30))
    assert lack_of_memory(caught.value) == "there is not enough memory for another 8.00 PiB"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "there is not enough memory"),
        (MemoryError("std::bad_alloc"), "there is not enough memory"),
        (THREAD, "there is not enough memory for another thread"),
        (
            OSError(errno.ENOMEM, "Cannot allocate memory"),
            "there is not enough memory for another process or file",
        ),
        (TooLargeError("needs 5 GB"), "needs 5 GB"),
        (RuntimeError("boom"), ""),
        (OSError(errno.ENOSPC, "No space left"), ""),
    ],
)
def test_what_is_a_lack_of_memory(error: Exception, said: str) -> None:
    assert lack_of_memory(error) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (THREAD, "Writing maps: there is not enough memory for another thread"),
        (InputError("no"), "no"),
        (RuntimeError("boom"), "boom"),
    ],
)
def test_what_it_was_for_is_told_once(error: Exception, said: str) -> None:
    kind = TooLargeError if error is THREAD else type(error)
    with pytest.raises(kind) as caught, fitting("the scene"), fitting("Writing maps"):
        raise error
    assert str(caught.value) == said
