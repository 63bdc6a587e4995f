"""Many simulated days: each seed a day, and for a day that went wrong its shortened trace."""

import logging
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from gate.access.replay import Outcome
from tests.simulation.invariants import Violation
from tests.simulation.plan import Plan, plan
from tests.simulation.shrink import shortened
from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Day:
    seed: int
    scans: int = 0
    greens: int = 0
    by_phone: int = 0
    """Of them, for a badge on a phone."""
    replayed: int = 0
    """Stored decisions that came out of the log once more."""
    wrong: str = ""
    """What promise was broken, or what fault a program had."""
    detail: str = ""


def live(day: Plan, world: Callable[[Plan], World] = World) -> Day:
    with _quiet():
        try:
            seen = world(day).run()
        except Violation as violation:
            return Day(day.seed, wrong=violation.name, detail=str(violation))
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is a finding
            said = traceback.format_exc(limit=-4)
            return Day(day.seed, wrong=f"fault {type(fault).__name__}", detail=said)
    again = sum(seen.replayed[each] for each in (Outcome.DERIVED, Outcome.TOLD))
    return Day(day.seed, seen.scans, seen.greens, seen.by_phone, again)


def shorten(day: Day) -> Plan:
    """The few happenings that break the same promise."""
    return shortened(plan(day.seed), lambda each: live(each).wrong == day.wrong)


def trace(day: Day) -> str:
    """For people: seed, broken promise, and what led to it."""
    short = shorten(day)
    lines = [
        f"seed {day.seed}: {day.wrong}",
        *(f"  {each}" for each in short.happenings),
        f"  {live(short).detail}",
        f"  again: deploy/dev simulate 1 --seed {day.seed}",
    ]
    return "\n".join(lines)


@contextmanager
def _quiet():
    """A simulated trouble is no news."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
