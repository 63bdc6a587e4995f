"""A day that went wrong, shortened to the few happenings that matter (delta debugging:
Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002)."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.plan import Happening, Plan

TRIES_MAX = 600


def shortened(day: Plan, still_wrong: Callable[[Plan], bool]) -> Plan:
    """A part of the plan that is still wrong, of which no single happening can be left out (or as
    far as TRIES_MAX tries lead). A happening left out leaves its pause to the next one."""
    tries = 0

    def wrong(happenings: list[Happening]) -> bool:
        nonlocal tries
        tries += 1
        return still_wrong(replace(day, happenings=tuple(happenings)))

    kept, parts = list(day.happenings), 2
    while len(kept) > 1 and tries < TRIES_MAX:
        size = max(1, len(kept) // parts)
        for start in range(0, len(kept), size):
            for less in _without(kept, start, start + size):
                if less and wrong(less):
                    kept, parts = less, max(2, parts - 1)
                    break
            else:
                continue
            break
        else:
            if size == 1:
                break
            parts = min(len(kept), parts * 2)
    return replace(day, happenings=tuple(kept))


def _without(happenings: list[Happening], start: int, end: int):
    """The rest, with and without the time that what is left out took."""
    before, after = happenings[:start], happenings[end:]
    yield before + after
    if after:
        pause = sum(each.after_s for each in happenings[start:end])
        yield [*before, replace(after[0], after_s=after[0].after_s + pause), *after[1:]]
