"""Damaged files over all readers: a sample always, twenty thousand with ``-m slow``."""

from __future__ import annotations

import time

import pytest

from hsunmix.formats import formats
from tests.fuzz.bad_files import BAD
from tests.fuzz.campaign import COUNT, report, run
from tests.fuzz.mutations import mutated
from tests.fuzz.readers import judge, laid_out
from tests.fuzz.seeds import seeds


def test_every_reader_has_a_seed():
    assert {seed.format for seed in seeds()} == set(formats())


def test_damage_is_the_same_each_time():
    for seed in seeds()[:5]:
        assert mutated(seed.data, seed.name, 7) == mutated(seed.data, seed.name, 7)
        assert len({mutated(seed.data, seed.name, number) for number in range(20)}) > 15


def test_five_hundred_bad_files():
    assert sum(map(len, BAD.values())) == 500
    assert {seed.name for seed in seeds()} >= set(BAD)
    verdicts = []
    for seed in seeds():
        with laid_out(seed) as path:
            verdicts += [judge(seed, path, number) for number in BAD.get(seed.name, ())]
    # How long it took is looked at by the slow test alone.
    assert not [v for v in verdicts if v.wrong and not v.wrong.startswith("took")]
    assert sum(v.kind != "opened" for v in verdicts) > 450


@pytest.mark.slow
def test_twenty_thousand_damaged_files():
    began = time.perf_counter()
    verdicts = run(COUNT)
    seconds = time.perf_counter() - began
    print(report(verdicts, seconds))
    assert len(verdicts) >= COUNT
    assert not [v for v in verdicts if v.wrong]
    assert seconds < 360
