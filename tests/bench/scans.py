"""Scans the server decides, at 1, 8 and 32 connections: per second, and how long each waits.

Three processes share two cores: the server, its database and the load, which keeps to the last
core; each line says how busy server and load were. A badge's first scan costs its signature, and
is a line of its own; the others are of badges that come by again, entering and leaving.
"""

import asyncio
from collections.abc import Iterator

from tests.bench import load
from tests.bench.crowd import people_csv
from tests.bench.measure import Line, quantile
from tests.bench.server import Server, running

CONNECTIONS = 32
SECONDS = 5.0
TARGETS = ((1, 1000, None), (8, 3500, None), (CONNECTIONS, 6000, 10.0))
"""Connections, scans per second at least, p99 in ms at most."""


def measure() -> Iterator[Line]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Line]:
    async with running() as server:
        await server.import_people(people_csv())
        devices = await load.devices(server, CONNECTIONS)
        fewest = min(len(device.texts) for device in devices)
        report, busy = await _run(server, load.Plan(server.port, devices, scans=fewest))
        lines = [_line("32 connections, each badge's first scan", report, busy)]
        for connections, per_s_min, p99_max in TARGETS:
            plan = load.Plan(server.port, devices[:connections], SECONDS)
            report, busy = await _run(server, plan)
            what = f"{connections} connection{'s' * (connections > 1)}"
            lines.append(_line(what, report, busy, per_s_min, p99_max))
        return lines


async def _run(server: Server, plan: load.Plan) -> tuple[load.Report, float]:
    """The report, and how many cores the server kept busy meanwhile."""
    cpu = server.cpu_s()
    report = await load.run(plan)
    return report, (server.cpu_s() - cpu) / report.wall_s


def _line(
    what: str,
    report: load.Report,
    server_busy: float,
    per_s_min: float | None = None,
    p99_max: float | None = None,
) -> Line:
    median, p99 = (quantile(report.latencies_s, q) * 1e3 for q in (0.5, 0.99))
    target, met = "", None
    if per_s_min is not None:
        target = f">= {per_s_min:,} per s" + (f", p99 <= {p99_max:g} ms" if p99_max else "")
        met = report.per_s >= per_s_min and (p99_max is None or p99 <= p99_max)
    scans = len(report.latencies_s)
    return Line(
        f"server scan API, {what}",
        scans,
        median,
        p99,
        "ms",
        target,
        met,
        f"{report.per_s:,.0f} per s, {report.admitted / scans:.0%} admitted; cores busy: "
        f"server {server_busy:.2f} ({server_busy / report.per_s * 1e6:.0f} us a scan), "
        f"load {report.cpu_share:.2f}",
    )
