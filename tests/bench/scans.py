"""Scans the server decides, at 1, 8 and 32 connections: per second, and how long each waits.

Three processes share two cores: the server, its database and the load, which keeps to the last
core; each line says how busy the load was.
"""

import asyncio
from collections.abc import Iterator

from tests.bench import load
from tests.bench.crowd import people_csv
from tests.bench.measure import Line, quantile
from tests.bench.server import running

SECONDS = 5.0
TARGETS = ((1, 1000, None), (8, 3500, None), (32, 6000, 10.0))
"""Connections, scans per second at least, p99 in ms at most."""


def measure() -> Iterator[Line]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Line]:
    async with running() as server:
        await server.import_people(people_csv())
        devices = await load.devices(server, 32)
        await load.run(load.Plan(server.port, devices, 1.0))  # warm
        lines = []
        for connections, per_s_min, p99_max in TARGETS:
            cpu = server.cpu_s()
            report = await load.run(load.Plan(server.port, devices[:connections], SECONDS))
            server_share = (server.cpu_s() - cpu) / report.wall_s
            lines.append(_line(connections, per_s_min, p99_max, report, server_share))
        return lines


def _line(
    connections: int, per_s_min: int, p99_max: float | None, report: load.Report, server: float
) -> Line:
    median, p99 = (quantile(report.latencies_s, q) * 1e3 for q in (0.5, 0.99))
    target = f">= {per_s_min:,} per s" + (f", p99 <= {p99_max:g} ms" if p99_max else "")
    scans = len(report.latencies_s)
    return Line(
        f"server scan API, {connections} connection{'s' * (connections > 1)}",
        scans,
        median,
        p99,
        "ms",
        target,
        report.per_s >= per_s_min and (p99_max is None or p99 <= p99_max),
        f"{report.per_s:,.0f} per s, {report.admitted / scans:.0%} admitted; cores busy: "
        f"server {server:.2f}, load {report.cpu_share:.2f}",
    )
