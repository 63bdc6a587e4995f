"""A thousand days at the doors: every promise holds on each, and a day is the same every time."""

import multiprocessing
import os
from contextlib import ExitStack, closing

import pytest

from gate.edge.store import LaneStore
from tests.simulation.campaign import live
from tests.simulation.lane_store import MemoryStore, Twin
from tests.simulation.plan import HAPPENINGS, plan
from tests.simulation.world import World

DAYS = 1000


def test_a_thousand_days_break_no_promise():
    with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
        days = list(pool.imap_unordered(_live, range(DAYS), 25))
    assert [day for day in days if day.wrong] == []
    assert sum(day.scans for day in days) > 30 * DAYS
    assert sum(day.replayed for day in days) > 30 * DAYS
    assert sum(day.by_phone for day in days) > DAYS / 5, "too few badges on phones opened anything"
    assert 0.4 < sum(day.greens for day in days) / sum(day.scans for day in days) < 0.9


def _live(seed):
    return live(plan(seed))


@pytest.mark.parametrize("seed", [3, 11, 40])
def test_one_seed_is_one_day_record_for_record(seed):
    logs = []
    for _ in range(2):
        world = World(plan(seed))
        world.run()
        logs.append(world.server.database.log)
    assert logs[0] == logs[1] and len(logs[0]) > 20


def test_every_happening_is_part_of_some_day():
    met = {each.what for seed in range(40) for each in plan(seed).happenings}
    missing = [what for what in met if not hasattr(World, _method(what))]
    assert len(met) == 34 and missing == []
    assert all(len(plan(seed).happenings) >= HAPPENINGS for seed in range(3))


def _method(what: str) -> str:
    return "_" + what.replace(" ", "_").replace("-", "_")


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_the_store_in_memory_answers_as_the_file_does_all_day(seed, tmp_path):
    """Each lane writes to both; whatever one is asked, the other says the same."""
    with ExitStack() as stack:
        numbers = iter(range(100))

        def both() -> Twin:
            file = stack.enter_context(closing(LaneStore(tmp_path / f"{next(numbers)}.sqlite")))
            return Twin(MemoryStore(), file)

        assert World(plan(seed), both).run().scans > 10
