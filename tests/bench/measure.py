"""One measured line: what, how often, median and p99, and the target it is held against."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`median` and `p99` in `unit`; `target` in words; `met` None where there is no target."""

    what: str
    samples: int
    median: float
    p99: float
    unit: str
    target: str = ""
    met: bool | None = None
    note: str = ""


def quantile(samples: Sequence[float], q: float) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def line(
    what: str,
    seconds: Sequence[float],
    *,
    unit: str = "ms",
    target: str = "",
    median_max: float | None = None,
    p99_max: float | None = None,
    note: str = "",
) -> Line:
    """A line from durations in seconds; the limits are in `unit`."""
    scale = {"us": 1e6, "ms": 1e3, "s": 1.0}[unit]
    median, p99 = quantile(seconds, 0.5) * scale, quantile(seconds, 0.99) * scale
    limits = [(median, median_max), (p99, p99_max)]
    checked = [value <= limit for value, limit in limits if limit is not None]
    met = all(checked) if checked else None
    return Line(what, len(seconds), median, p99, unit, target, met, note)


def timed(act: Callable[[], object], times: int, warm_up: int = 20) -> list[float]:
    """Seconds of each of `times` calls, after `warm_up` unmeasured ones."""
    for _ in range(warm_up):
        act()
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        samples.append(time.perf_counter() - start)
    return samples


async def timed_async(act: Callable[[], Awaitable[object]], times: int) -> list[float]:
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        await act()
        samples.append(time.perf_counter() - start)
    return samples


def table(lines: Sequence[Line]) -> str:
    """The lines as an aligned table for the terminal."""
    head = ("what", "n", "median", "p99", "target", "", "note")
    rows = [
        (
            each.what,
            str(each.samples),
            f"{each.median:,.2f} {each.unit}",
            f"{each.p99:,.2f} {each.unit}",
            each.target,
            {True: "met", False: "MISSED", None: ""}[each.met],
            each.note,
        )
        for each in lines
    ]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )
