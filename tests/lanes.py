"""A lane for tests: its enrolment, what the server would have told it, and badges to scan."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gate.access.model import DeviceId, Direction, GateId, Holder, Status
from gate.access.wire import DeviceRole, Enrolled, Feed, FeedRow, HolderRow, Snapshot
from gate.client import Client
from gate.clock import Clock
from gate.edge import enrolment
from gate.edge.lane import Lane, Shown
from gate.edge.protocol import Link
from gate.edge.store import LaneStore
from gate.edge.sync import Sync
from gate.edge.timekeeping import LaneClock
from gate.editions import example
from tests import venue

NAME = "north-1-a"
GATE = "north_1"
NINE = venue.at("07-07 09:00")
FIRST_HOLDER = 1000


def identity(
    device: str = NAME, epoch: int = 1, direction: Direction = Direction.ENTRY, gate: str = GATE
) -> Enrolled:
    return Enrolled(
        device=DeviceId(device),
        epoch=epoch,
        token="token",
        role=DeviceRole.LANE,
        edition=venue.policy().edition,
        gate=GateId(gate),
        direction=direction,
    )


def holder(
    number: int, generation: int = 1, status: Status = Status.APPROVED, profile: int = 1
) -> HolderRow:
    return HolderRow(FIRST_HOLDER + number, generation, profile, status)


def snapshot(count: int = 10, cursor: int = 100, policy: str | None = None) -> Snapshot:
    """`count` delegates, approved for every event."""
    return Snapshot(
        cursor=cursor,
        known_until_min=venue.ISSUED_MIN + 1,
        policy=example() if policy is None else policy,
        keys=(venue.key(),),
        profiles=(venue.profile("delegate", "wsis ai4g dialogue"),),
        holders=tuple(holder(number) for number in range(count)),
    )


def badge(number: int, generation: int = 1) -> str:
    return venue.badge(holder=Holder(FIRST_HOLDER + number), generation=generation)


def feed(*rows: FeedRow, head: int | None = None) -> Feed:
    last = rows[-1].seq if rows else 0
    return Feed(rows, last if head is None else head, venue.ISSUED_MIN + 2)


def lane(folder: Path, who: Enrolled | None = None) -> tuple[Lane, LaneStore]:
    """A lane on the store in a folder; whoever opens it closes the store."""
    store = LaneStore(folder / "lane.sqlite")
    return Lane(store, who or identity()), store


@dataclass(slots=True)
class Live:
    """A lane that syncs, driven as an entrance drives it."""

    lane: Lane
    store: LaneStore
    sync: Sync
    running: asyncio.Task[None]
    deciding: ThreadPoolExecutor

    async def scan(self, text: str, at: datetime = NINE) -> Shown:
        loop = asyncio.get_running_loop()
        shown = await loop.run_in_executor(self.deciding, self.lane.scan, text, at)
        self.sync.wake()
        return shown

    async def records(self) -> list:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.deciding, lambda: list(self.store.records()))

    @property
    def is_online(self) -> bool:
        return self.sync.status.link is Link.ONLINE


@asynccontextmanager
async def live(folder: Path, url: str) -> AsyncIterator[Live]:
    """The lane enrolled in a folder, syncing with the server at `url`, for as long as the block
    lasts. Its store stays in the folder."""
    who = enrolment.load(folder)
    each, store = lane(folder, who)
    deciding = ThreadPoolExecutor(1, "lane")
    async with Client(url, who.token) as client:
        sync = Sync(each, client, deciding, LaneClock(Clock()))
        running = asyncio.create_task(sync.run())
        try:
            yield Live(each, store, sync, running, deciding)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            deciding.shutdown()
            store.close()
