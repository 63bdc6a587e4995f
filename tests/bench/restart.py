"""SIGKILL to a server with 11,000 registrations and a log of 20,000: how long until it serves."""

import asyncio
from collections.abc import Iterator

from tests.bench import load
from tests.bench.crowd import people_csv
from tests.bench.measure import Line, line
from tests.bench.server import running

TIMES = 3
DEVICES, SCANS_EACH = 32, 625


def measure() -> Iterator[Line]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Line]:
    async with running() as server:
        await server.import_people(people_csv())
        devices = await load.devices(server, DEVICES)
        await load.run(load.Plan(server.port, devices, scans=SCANS_EACH))
        seconds, cpu = [], []
        for _ in range(TIMES):
            server.kill()
            seconds.append(await server.start())
            cpu.append(server.cpu_s())
            recount = await server.operator.operate(
                "GET", f"/api/v1/editions/{server.edition}/recount"
            )
            if not recount["equal"] or recount["records"] != DEVICES * SCANS_EACH:
                raise SystemExit(f"the restarted server lost records: {recount}")
    note = f"process started -> /readyz, database killed too; {min(cpu):.1f} s of it computing"
    return [
        line("server restart after SIGKILL", seconds, unit="s", target="<= 5 s", p99_max=5,
             note=note)
    ]  # fmt: skip
