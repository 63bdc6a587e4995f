"""Kill a lane in the middle of its work, again and again, and account for every scan: what people
were shown is on its disk and in the end on the server, once."""

import asyncio
import random
from contextlib import closing
from pathlib import Path

from gate.edge.store import LaneStore
from tests import lane_program, lanes
from tests.integration.account import Account, Progress
from tests.programs import Person, Server, eventually

DEVICE = "killed-lane"
PEOPLE = [Person(f"K{number:03}") for number in range(40)]
STORED = "SELECT count(*) FROM log WHERE device = $1"


async def campaign(
    server: Server,
    folder: Path,
    kills: int,
    dice: random.Random,
    progress: Progress = lambda done: None,
) -> Account:
    """Raises AssertionError when numbers have a gap, or server and lane differ in the end."""
    account = Account()
    await server.import_people(*PEOPLE)
    badges = [await server.badge(person.code) for person in PEOPLE]
    await server.enrol(DEVICE, folder)
    shown: set[tuple[int, int]] = set()
    for _ in range(kills):
        reported = await _life(server, folder, badges, dice)
        account.doubled += len(shown & reported)
        shown |= reported
        kept = _kept(folder)
        assert kept == [(1, number) for number in range(1, len(kept) + 1)], "a gap in the numbers"
        account.cut += await _stored(server) < len(kept)
        account.kills += 1
        progress(account.kills)
    async with lanes.live(folder, server.url) as lane:
        await eventually(lambda: lane.lane.outbox.waiting == 0, "all is sent")
        stored = await server.log(DEVICE)
        assert stored == await lane.records(), "server and lane differ"
    account.settle(((DEVICE, *name) for name in shown), (record.name for record in stored))
    return account


async def _life(
    server: Server, folder: Path, badges: list[str], dice: random.Random
) -> set[tuple[int, int]]:
    """(epoch, number) of what a lane showed until it was killed."""
    lane = lane_program.start(folder, server.url, badges, server.clock)
    wanted = dice.choice((1, 10, 50, 200))
    try:
        await eventually(lambda: len(lane.reported()) >= wanted, "it scans")
        await asyncio.sleep(dice.random() * 0.05)
    finally:
        lane.kill()
    return set(lane.reported())


async def _stored(server: Server) -> int:
    async with server.database() as database:
        return int(await database.fetchval(STORED, DEVICE))


def _kept(folder: Path) -> list[tuple[int, int]]:
    with closing(LaneStore(folder / "lane.sqlite")) as store:
        return [record.name[1:] for record in store.records()]
