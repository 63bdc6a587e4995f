"""`deploy/dev simulate [DAYS] [--seed N]`: many days from one seed on, on every core.

Prints each broken promise with its seed and a shortened trace; exits 1 when there was any.
"""

import argparse
import multiprocessing
import os
import sys
import time

from tests.simulation.campaign import Day, live, trace
from tests.simulation.plan import plan

DAYS = 10_000
DAYS_PER_TASK = 20
TRACES_MAX = 5
"""Shortening takes a while, and the first few are what gets mended."""


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="deploy/dev simulate", description=__doc__)
    asked.add_argument("days", nargs="?", type=int, default=DAYS)
    asked.add_argument("--seed", type=int, default=0, help="the first day's; the next is one more")
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = asked.parse_args(arguments)
    seeds = range(options.seed, options.seed + options.days)
    started = time.monotonic()
    scans = greens = replayed = done = 0
    wrong: list[Day] = []
    with multiprocessing.Pool(options.jobs) as pool:
        for day in pool.imap(_live, seeds, DAYS_PER_TASK):
            done, scans, greens = done + 1, scans + day.scans, greens + day.greens
            replayed += day.replayed
            if day.wrong:
                wrong.append(day)
                print(f"\nseed {day.seed}: {day.wrong}", file=sys.stderr)
            if done % DAYS_PER_TASK == 0 or done == len(seeds):
                took_s = time.monotonic() - started
                print(
                    f"\r{done:,} of {len(seeds):,} days, {scans:,} scans, {greens:,} green, "
                    f"{done / took_s:.0f} days a second, {len(wrong)} wrong",
                    end="",
                    file=sys.stderr,
                )
    print(file=sys.stderr)
    for day in sorted(wrong, key=lambda each: each.seed)[:TRACES_MAX]:
        print(trace(day))
    took_s = time.monotonic() - started
    print(
        f"{len(seeds):,} days with {scans:,} scans, {replayed:,} decisions replayed, in "
        f"{took_s:.0f} s; "
        f"{len(wrong)} broke a promise" + (f": seeds {[d.seed for d in wrong]}" if wrong else "")
    )
    return 1 if wrong else 0


def _live(seed: int) -> Day:
    return live(plan(seed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
