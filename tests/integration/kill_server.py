"""SIGKILL the server, or PostgreSQL below it, under load, again and again; and account.

Each cycle: lanes hand in records without a pause, the process is killed in the middle of it and
started again, and the lanes go on. Nothing acknowledged may be missing, nothing may be twice, and
positions stay dense. The rows are read once, at the end: what was lost in between stays lost.
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
Kill = Callable[[Served, random.Random], Awaitable[None]]


async def server(served: Served, dice: random.Random) -> None:
    """Alone, so that the kernel ends its database in good order; or both at once, as by the
    machine's power. The next start recovers either."""
    postmaster = _postmaster(served)
    if dice.random() < 0.5:
        os.kill(postmaster, signal.SIGKILL)
    await served.kill()
    await served.start()


async def database(served: Served, _dice: random.Random) -> None:
    """The server starts it again by itself."""
    pid = _postmaster(served)
    os.kill(pid, signal.SIGKILL)
    async with served.api() as nobody:

        async def another() -> bool:
            with contextlib.suppress(OSError, IndexError, ValueError):
                back = _postmaster(served) != pid
                return back and (await nobody.get("/readyz")).status == 200
            return False

        await eventually(another)


def _postmaster(served: Served) -> int:
    return int((served.data / "postgres" / "postmaster.pid").read_text().split()[0])


async def campaign(
    served: Served,
    kill: Kill,
    how_many: int,
    dice: random.Random,
    progress: Progress = lambda done: True,
) -> Account:
    """Kill that often under load. Raises AssertionError when counts or positions are wrong."""
    account = Account()
    await served.start()
    async with _lanes(served) as lanes:
        async with _load(lanes):
            for _ in range(how_many):
                await until(lanes, RECORDS_BETWEEN)
                await asyncio.sleep(dice.random() * 0.05)
                await kill(served, dice)
                account.kills += 1
                if not progress(account.kills):
                    break
            await until(lanes, RECORDS_BETWEEN)
        await _settle(served, lanes, account)
    return account


@contextlib.asynccontextmanager
async def _load(lanes: list[Lane]) -> AsyncIterator[None]:
    """They hand in for as long as the block lasts; each ends on an acknowledged record."""
    running = asyncio.gather(*(lane.run() for lane in lanes))
    try:
        yield
        for lane in lanes:
            lane.stopped = True
        await running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


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
