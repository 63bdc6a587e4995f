"""A camera lane with everything synced and no server: what it has when the network is down."""

import asyncio
import contextlib
from dataclasses import replace

import msgspec

from gate import clock
from gate.access.model import Direction, Holder
from gate.access.wire import DeviceRole, Enrolled, HolderRow, Snapshot
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from gate.editions import example
from gate.settings import LaneSettings
from kiosk.entrance import STORE_FILE, Entrance
from tests import venue
from tests.programs import free_port

NOBODY_THERE = "http://127.0.0.1:9"
GOOD, DIALOGUE_ONLY, CANCELLED, MINISTER = (Holder(0xBAD6E000 + n) for n in range(4))
EVERYTHING, DIALOGUE, HIGH_LEVEL = 1, 2, 3
WAIT_S = 60.0
ENROLLED = Enrolled(
    device="lane-1", epoch=1, token="t", role=DeviceRole.LANE, edition="wsis-ai4g-2026",
    gate="north_1", direction=Direction.ENTRY,
)  # fmt: skip


def synced(folder):
    """The lane's store as a sync left it."""
    snapshot = Snapshot(
        cursor=10,
        known_until_min=venue.ISSUED_MIN + 1,
        policy=example(),
        keys=(venue.key(),),
        profiles=(
            venue.profile("delegate", "wsis ai4g dialogue", EVERYTHING),
            venue.profile("delegate", "dialogue", DIALOGUE),
            venue.profile("minister", "wsis ai4g", HIGH_LEVEL),
        ),
        holders=(
            HolderRow(GOOD, 1, EVERYTHING, "approved"),
            HolderRow(DIALOGUE_ONLY, 1, DIALOGUE, "approved"),
            HolderRow(CANCELLED, 1, EVERYTHING, "cancelled"),
            HolderRow(MINISTER, 1, HIGH_LEVEL, "approved"),
        ),
    )
    snapshot = msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot)
    store = LaneStore(folder / STORE_FILE)
    Lane(store, ENROLLED).take(snapshot)
    store.set_granted(ENROLLED.epoch, "high_level", 10)
    store.close()


def settings(folder, **changes):
    chosen = LaneSettings(
        server_url=NOBODY_THERE,
        data_dir=folder,
        frames_per_s=60.0,
        page_port=free_port(),
        clock=clock.starting_now(venue.at("07-08 09:00")),
    )
    return replace(chosen, **changes)


class Running:
    """A lane at work; `lines` is what its terminal says."""

    def __init__(self, entrance, chosen):
        self.entrance, self.lines = entrance, []
        self.url = f"http://127.0.0.1:{chosen.page_port}"
        self._news = asyncio.Condition()

    def say(self, line):
        self.lines.append(line)
        asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self):
        async with self._news:
            self._news.notify_all()

    async def said(self, *words):
        """The first line with all these words, once it is there."""

        def found():
            return next((line for line in self.lines if all(w in line for w in words)), None)

        try:
            async with self._news:
                await asyncio.wait_for(self._news.wait_for(lambda: found() is not None), WAIT_S)
        except TimeoutError:
            raise AssertionError(f"nothing says {words}: {self.lines}") from None
        return found()


async def until(reached):
    """Wait for something that has no bell of its own."""
    for _ in range(int(WAIT_S / 0.02)):
        if reached():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to that")


async def _listening(port):
    for _ in range(int(WAIT_S / 0.02)):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the lane's page never came up")


@contextlib.asynccontextmanager
async def running(chosen, enrolled=ENROLLED):
    """A lane from its start to its end; what ends its source is raised at the end."""
    place = Running(None, chosen)
    place.entrance = Entrance(chosen, enrolled, place.say)
    stop = asyncio.Event()
    task = asyncio.create_task(place.entrance.run(stop))
    try:
        await _listening(chosen.page_port)
        yield place
    finally:
        stop.set()
        await asyncio.wait_for(task, WAIT_S)
