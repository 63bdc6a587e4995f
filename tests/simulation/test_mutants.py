"""Whatever is planted in protocol, presence, capacity, decision or intake, some day finds it."""

import multiprocessing
import os

from tests.simulation.campaign import live
from tests.simulation.mutants import MUTANTS, found, planted
from tests.simulation.plan import plan


def _found(place):
    return found(MUTANTS[place])


def test_every_planted_mistake_is_found():
    with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
        days = pool.map(_found, range(len(MUTANTS)), 1)
    missed = [each.what for each, day in zip(MUTANTS, days, strict=True) if day is None]
    assert missed == []
    assert len(MUTANTS) >= 40
    broken = {day.wrong.split()[0] for day in days}
    assert broken >= {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P12"}


def test_a_mistake_is_gone_when_its_block_ends():
    mutant = next(each for each in MUTANTS if each.what == "an admission uses no right")
    with planted(mutant):
        assert live(plan(0)).wrong
    assert live(plan(0)).wrong == ""
