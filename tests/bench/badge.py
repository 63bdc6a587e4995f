"""One badge's PDF, and what the whole conference's badges take in time and memory.

A run measures a sample and says what it makes of it; `deploy/dev bench badge --all` draws all.
"""

import itertools
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo.people import PEOPLE
from tests.bench.crowd import badges
from tests.bench.measure import Line, line

CORES = 2
SAMPLE = 600
WARM_UP = 100
"""The first badges fill the compiler's caches and open the fonts: they are not memory lost."""
GROWTH_MB_MAX = 256
"""What one renderer may gain over all its badges before "bounded" is no longer the word."""


def measure() -> Iterator[Line]:
    yield from _measure(SAMPLE)


def measure_all() -> Iterator[Line]:
    yield from _measure(PEOPLE)


def _measure(count: int) -> Iterator[Line]:
    alone, _, _ = _draw(0, 1, SAMPLE // 2)
    yield line("badge PDF", alone, target="median <= 20 ms", median_max=20)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(CORES, mp_context=spawn) as renderers:
        done = list(renderers.map(_draw, range(CORES), [CORES] * CORES, [count // CORES] * CORES))
    drawn = sum(len(samples) for samples, _, _ in done)
    total = max(sum(samples) for samples, _, _ in done) * PEOPLE / drawn
    growth = max(after - before for _, before, after in done)
    peak = max(after for _, _, after in done)
    how = "all drawn" if count == PEOPLE else f"reckoned from {drawn}; --all draws all"
    yield Line(
        f"{PEOPLE:,} badge PDFs, a renderer on each of {CORES} cores",
        drawn,
        total,
        total,
        "s",
        "<= 150 s, bounded memory",
        total <= 150 and growth <= GROWTH_MB_MAX,
        f"{how}; each renderer {peak:,.0f} MB, {growth:+,.0f} MB since its {WARM_UP}th badge",
    )


def _draw(first: int, step: int, count: int) -> tuple[list[float], float, float]:
    """Draw every `step`th badge: (seconds of each, MB resident after the warm-up, at the end)."""
    renderer = Renderer(load())
    mine = itertools.islice(badges(), first, None, step)
    warm = list(itertools.islice(mine, WARM_UP))
    for badge in warm:
        renderer.pdf(badge)
    before, samples = _resident_mb(), []
    for badge in itertools.islice(itertools.chain(mine, warm), count):
        started = time.perf_counter()
        renderer.pdf(badge)
        samples.append(time.perf_counter() - started)
    return samples, before, _resident_mb()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
