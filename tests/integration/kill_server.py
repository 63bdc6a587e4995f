"""SIGKILL the server, or PostgreSQL below it, under load, again and again; and account.

Each cycle: lanes hand in records without a pause, the process is killed in the middle of it and
started again, and the lanes go on. Nothing acknowledged may be missing, nothing may be twice, and
positions stay dense.
"""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg

from gate.server.postgres import DATABASE, Embedded
from tests.integration.account import Account, Progress
from tests.integration.calls import eventually
from tests.integration.load import Lane, until
from tests.integration.served import Served

LANES = 4
RECORDS_BETWEEN = 5
HELD = "SELECT device, epoch, number FROM log"
Kill = Callable[[Served], Awaitable[None]]


async def server(served: Served) -> None:
    """Its database goes with it; the next start recovers it."""
    await served.kill()
    await served.start()


async def database(served: Served) -> None:
    """The server starts it again by itself."""
    pid_file = served.data / "postgres" / "postmaster.pid"
    pid = int(pid_file.read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    async with served.api() as nobody:

        async def another() -> bool:
            with contextlib.suppress(OSError, IndexError, ValueError):
                back = int(pid_file.read_text().split()[0]) != pid
                return back and (await nobody.get("/readyz")).status == 200
            return False

        await eventually(another)


async def campaign(
    served: Served,
    kill: Kill,
    how_many: int,
    dice: random.Random,
    progress: Progress = lambda done: None,
) -> Account:
    """Kill that often under load. Raises AssertionError when counts or positions are wrong."""
    account = Account()
    await served.start()
    async with _lanes(served) as lanes:
        running = asyncio.gather(*(lane.run() for lane in lanes))
        for _ in range(how_many):
            await until(lanes, RECORDS_BETWEEN)
            await asyncio.sleep(dice.random() * 0.05)
            await kill(served)
            account.kills += 1
            progress(account.kills)
        await until(lanes, RECORDS_BETWEEN)
        for lane in lanes:
            lane.stopped = True
        await running
        await _settle(served, lanes, account)
    return account


@contextlib.asynccontextmanager
async def _lanes(served: Served) -> AsyncIterator[list[Lane]]:
    async with contextlib.AsyncExitStack() as stack:
        lanes = []
        for n in range(LANES):
            async with served.operator() as operator, served.api() as anybody:
                body = {"id": f"lane-{n}", "role": "lane", "gate": "west_3"}
                code = (await operator.post("/api/v1/editions/{edition}/devices", body)).good()
                enrolled = await anybody.post("/api/v1/devices/enrol", {"code": code["code"]})
                mine = enrolled.good()
            api = served.api(token=mine["token"], device=mine["device"], epoch=mine["epoch"])
            lanes.append(Lane(await stack.enter_async_context(api)))
        yield lanes


async def _settle(served: Served, lanes: list[Lane], account: Account) -> None:
    """By the rows themselves; then the server's own word, and its counts."""
    connection = await asyncpg.connect(Embedded(served.data / "postgres").url(DATABASE))
    try:
        rows = [tuple(row) for row in await connection.fetch(HELD)]
        last = await connection.fetchval("SELECT max(seq) FROM log")
    finally:
        await connection.close()
    promised = (
        (lane.api.device, lane.api.epoch, number)
        for lane in lanes
        for number in range(1, lane.acknowledged + 1)
    )
    account.settle(promised, rows)
    account.cut = sum(lane.broken for lane in lanes) + sum(lane.refused for lane in lanes)
    assert last == len(rows), f"{len(rows)} rows, the last at {last}"
    for lane in lanes:
        welcome = (await lane.api.post("/api/v1/lane/hello", {"epoch": lane.api.epoch})).good()
        assert welcome["acked_through"] == lane.acknowledged, (lane.api.device, welcome)
    async with served.operator() as operator:
        path = "/api/v1/editions/{edition}/recount?day=2026-07-08"

        async def counted() -> bool:
            return (await operator.get(path)).good()["records"] >= len(rows)  # type: ignore[no-any-return]

        await eventually(counted)
        told = (await operator.get(path)).good()
    assert told["equal"], told
    assert (told["records"], told["quarantined"]) == (len(rows), 0), (told, len(rows))
