"""Kill lanes in the middle of their work, again and again, and account for every scan: what people
were shown is on its lane's disk and in the end on the server, once.

An entry and an exit lane of one gate work side by side, so that people come and go. Nothing opens a
lane's file between two lives: the next life finds what the kill left. A number that was shown and
then lost would be given again, and counts as doubled; the files are read whole at the end.
"""

import asyncio
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests import lane_program, lanes
from tests.integration.account import Account, Progress
from tests.programs import Person, Server, eventually

GATE = "west_3"
PEOPLE = [Person(f"K{number:03}") for number in range(40)]
STORED = "SELECT coalesce(max(number), 0) FROM log WHERE device = $1"
OPENING_S = 0.7
"""A start takes about that long; some lives end in it."""
LIFE_S = 120.0
"""Until the wanted scan was shown; the machine may have much else to do."""


@dataclass(slots=True)
class Killed:
    """One lane over all its lives."""

    device: str
    folder: Path
    badges: list[str]
    shown: set[tuple[int, int]] = field(default_factory=set)
    """(epoch, number) of every scan of which people saw the light."""


async def campaign(
    server: Server,
    folder: Path,
    kills: int,
    dice: random.Random,
    progress: Progress = lambda done: True,
) -> Account:
    """Raises AssertionError when numbers have a gap, a lane does not start again, or server and
    lane differ in the end."""
    account = Account()
    await server.import_people(*PEOPLE)
    badges = [await server.badge(person.code) for person in PEOPLE]
    pair = [Killed(f"killed-{way}", folder / way, badges) for way in ("entry", "exit")]
    for lane in pair:
        await server.enrol(lane.device, lane.folder, GATE, lane.folder.name)
    turns = itertools.repeat(None, kills)

    async def work(lane: Killed) -> None:
        for _ in turns:
            await _life(lane, server, dice, account)
            account.kills += 1
            if not progress(account.kills):
                break

    await asyncio.gather(*(work(lane) for lane in pair))
    for lane in pair:
        await _settle(lane, server, account)
    account.settle(
        ((lane.device, *name) for lane in pair for name in lane.shown),
        [record.name for lane in pair for record in await server.log(lane.device)],
    )
    return account


async def _life(lane: Killed, server: Server, dice: random.Random, account: Account) -> None:
    """Started, killed at some moment of its start or its work."""
    from_here = dice.randrange(len(lane.badges))
    order = lane.badges[from_here:] + lane.badges[:from_here]
    wanted = dice.choice((0, 1, 5, 20, 60))
    life = lane_program.start(lane.folder, server.url, order, server.clock)
    try:
        if wanted:
            await eventually(lambda: _works(life, wanted), f"scan {wanted} of a life", LIFE_S)
        await asyncio.sleep(dice.random() * (0.05 if wanted else OPENING_S))
    finally:
        life.kill()
    reported = life.reported()
    account.doubled += len(reported) - len(set(reported) - lane.shown)
    lane.shown.update(reported)
    async with server.database() as database:
        stored = await database.fetchval(STORED, lane.device)
    account.cut += stored < _last(lane.shown)


def _works(life: lane_program.LaneProgram, wanted: int) -> bool:
    assert life.process.poll() is None, (life.reports.parent / "errors").read_text()[-2000:]
    return len(life.reported()) >= wanted


async def _settle(lane: Killed, server: Server, account: Account) -> None:
    """By the lane's own file, and then the server's log, once the lane has sent what it has."""
    async with lanes.live(lane.folder, server.url) as alive:
        await eventually(lambda: alive.lane.outbox.waiting == 0, "all is sent", LIFE_S)
        kept = await alive.records()
    numbers = [(record.epoch, record.number) for record in kept]
    assert numbers == [(1, n) for n in range(1, len(kept) + 1)], f"a gap in {lane.device}"
    assert lane.shown <= set(numbers), f"{lane.device} lost {sorted(lane.shown - set(numbers))}"
    assert await server.log(lane.device) == kept, f"server and {lane.device} differ"


def _last(shown: Iterable[tuple[int, int]]) -> int:
    return max((number for _, number in shown), default=0)
