"""Scan -> number on a dashboard, for each of 1,000 dashboards and every scan."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Iterator

from gate.access.model import Direction
from gate.access.wire import OnlineScan
from gate.client import Client
from tests.bench.crowd import people_csv
from tests.bench.measure import Line, quantile
from tests.bench.server import Server, running
from tests.bench.viewers import Seen, watching

VIEWERS = 1000
SECONDS = 12.0
EVERY_S = 0.043
"""About 23 scans a second: 24 lanes at the hour everybody comes."""
SETTLE_S = 1.0
P95_MAX_MS = 300


def measure() -> Iterator[Line]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Line]:
    async with running() as server:
        await server.import_people(people_csv())
        async with watching(server, VIEWERS) as viewers:
            cpu = server.cpu_s()
            scanned = await _scan(server)
            cpu = (server.cpu_s() - cpu) / (SECONDS + SETTLE_S)
            delays = [delay for seen in await viewers.seen() for delay in _delays(seen, scanned)]
    median, p95, p99 = (quantile(delays, q) * 1e3 for q in (0.5, 0.95, 0.99))
    return [
        Line(
            f"scan -> number on {VIEWERS:,} dashboards",
            len(delays),
            median,
            p99,
            "ms",
            f"p95 <= {P95_MAX_MS} ms",
            p95 <= P95_MAX_MS,
            f"p95 {p95:,.0f} ms; {len(scanned)} scans seen by each; server's core busy {cpu:.2f}",
        )
    ]


async def _scan(server: Server) -> list[float]:
    """Scan for a while; the moment before each scan was sent. The log then has just these."""
    lane = await server.enrol("bench")
    texts = await server.badges(lane)
    scanned: list[float] = []
    ends = time.monotonic() + SECONDS
    async with Client(server.url, lane.token) as client:
        while time.monotonic() < ends:
            text = texts[len(scanned) % len(texts)]
            scanned.append(time.monotonic())
            await client.scan(OnlineScan(lane.epoch, len(scanned), text, Direction.ENTRY))
            await asyncio.sleep(max(0.0, scanned[-1] + EVERY_S - time.monotonic()))
    await asyncio.sleep(SETTLE_S)
    return scanned


def _delays(seen: Seen, scanned: list[float]) -> Iterator[float]:
    """From each scan to the first counts that have it. A viewer that misses one is an error."""
    counts = [records for _, records in seen]
    for number, sent in enumerate(scanned, 1):
        place = bisect_left(counts, number)
        if place == len(seen):
            raise SystemExit(f"a viewer was never shown scan {number} of {len(scanned)}")
        yield seen[place][0] - sent
