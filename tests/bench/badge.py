"""One badge's PDF, and what the whole conference's badges take in time and memory.

A run measures a sample and says what it makes of it; `deploy/dev bench badge --all` draws all.
"""

import dataclasses
import functools
import itertools
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from badge_printer.bulk import PAGES_PER_PART, draw_part
from badge_printer.commands.preflight import CHUNK
from badge_printer.preflight import check_chunk
from badge_printer.render import Renderer
from badge_printer.template import FOLDER, load
from deploy.demo.people import PEOPLE
from gate.access.wire import PiledBadge
from tests.bench.crowd import badges
from tests.bench.measure import Line, line

CORES = 2
OTHERS = ("cr80", "4x3", "fold", "label")
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
    for template in OTHERS:
        samples, _, _ = _draw(0, 1, SAMPLE // 6, template)
        yield line(
            f"badge PDF, template {template}", samples, target="median <= 20 ms", median_max=20
        )
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
    yield _preflight(count)
    yield _bulk(count)


def _preflight(count: int) -> Line:
    """Draw, read back and measure, as the command does; without the server that hands them out."""
    return _swept("preflighted", functools.partial(check_chunk, "a6", FOLDER), CHUNK, count)


def _bulk(count: int) -> Line:
    """Draw the parts of a print shop's job, as the command does, with what they take on disk."""
    with tempfile.TemporaryDirectory(prefix="bulk-bench-") as folder:
        work = functools.partial(draw_part, "a6", FOLDER, Path(folder), False)
        line = _swept("for a print shop", work, PAGES_PER_PART, count)
        parts = list(Path(folder).glob("*.pdf"))
        each_kb = sum(part.stat().st_size for part in parts) / len(parts) / PAGES_PER_PART / 1e3
        return dataclasses.replace(line, note=f"{line.note}; {each_kb:.1f} kB a page")


def _swept(what: str, work: Callable[[int, bytes], Any], per_chunk: int, count: int) -> Line:
    """All badges in chunks through a drawing process on each core, after some to warm up."""
    warm = CORES * WARM_UP
    everybody = [PiledBadge("", each) for each in itertools.islice(badges(), warm + count)]
    chunks = [
        msgspec.msgpack.encode(everybody[at : at + per_chunk])
        for at in range(0, len(everybody), per_chunk)
    ]
    first = warm // per_chunk
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(CORES, mp_context=spawn) as renderers:
        before = [each.resident_mb for each in renderers.map(work, range(first), chunks[:first])]
        started = time.perf_counter()
        numbers = range(first, len(chunks))
        after = [each.resident_mb for each in renderers.map(work, numbers, chunks[first:])]
        took = time.perf_counter() - started
    drawn = len(everybody) - first * per_chunk
    growth = max(after) - max(before)
    total = took * PEOPLE / drawn
    how = "all drawn" if drawn >= PEOPLE - warm else f"reckoned from {drawn}; --all draws all"
    return Line(
        f"{PEOPLE:,} badges {what} on {CORES} cores",
        drawn,
        total,
        total,
        "s",
        "<= 150 s, bounded memory",
        total <= 150 and growth <= GROWTH_MB_MAX,
        f"{how}; a process at most {max(after):,.0f} MB, {growth:+,.0f} MB since the warm-up",
    )


def _draw(
    first: int, step: int, count: int, template: str = "a6"
) -> tuple[list[float], float, float]:
    """Draw every `step`th badge: (seconds of each, MB resident after the warm-up, at the end)."""
    renderer = Renderer(load(template))
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
