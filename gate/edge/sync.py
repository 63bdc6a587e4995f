"""Keeps a lane and the server equal: feed down, log up, whatever the network does.

Two loops share nothing but the lane: a long poll for the feed, and the upload, woken by each
scan. Both give up on nothing except a revoked token; a lane decides on whether they work or not.
"""

import asyncio
import contextlib
import logging
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from gate import __version__
from gate.access.policy_file import PolicyError
from gate.access.wire import RECORDS_PER_BATCH_MAX, Hello, Lease, Welcome
from gate.client import CallRefused, Client, ServerAway
from gate.edge.lane import Lane
from gate.edge.timekeeping import LaneClock

FEED_WAIT_S = 5.0
"""Also the heartbeat: each poll is preceded by a hello."""
BACKOFF_S = (0.3, 2.0)
"""The upper end is also how long after healing the server may not know what happened here."""
IDLE_UPLOAD_S = 2.0
_CONFLICT = 409
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Link(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    REVOKED = "revoked"


@dataclass(slots=True)
class SyncStatus:
    """For the page and the terminal. Times are monotonic seconds."""

    link: Link = Link.CONNECTING
    since_s: float = 0.0
    heard_s: float | None = None
    """When the server last answered."""
    problem: str = ""

    def say(self, link: Link, problem: str = "") -> None:
        if link is not self.link:
            self.since_s = time.monotonic()
            _log.info("link %s %s", link, problem)
        self.link, self.problem = link, problem


class Sync:
    """`executor` is the one thread the lane is used from."""

    def __init__(
        self,
        lane: Lane,
        client: Client,
        executor: Executor,
        clock: LaneClock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._lane = lane
        self._client = client
        self._executor = executor
        self._clock = clock
        self._jitter = jitter
        self._woken = asyncio.Event()
        self._compared = False
        """Whether the server was asked what it holds of earlier epochs since it was last away."""
        self.status = SyncStatus(since_s=time.monotonic())
        self.lan_address = ""
        """Where other lanes reach this one; empty: nowhere."""

    def wake(self) -> None:
        """There is a new record to send."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled, or until the server says that this device is revoked."""
        async with asyncio.TaskGroup() as group:
            down = group.create_task(self._repeat(self._down))
            up = group.create_task(self._repeat(self._up))
            await asyncio.wait((down, up), return_when=asyncio.FIRST_COMPLETED)
            down.cancel()
            up.cancel()

    async def _repeat(self, step: Callable[[], Awaitable[bool]]) -> None:
        failures = 0
        while True:
            try:
                heard = await step()
            except Exception as error:  # noqa: BLE001 - whatever it was, the lane decides on
                self._failed(error)
                if self.status.link is Link.REVOKED:
                    await self._on_lane(self._lane.wipe)
                    return
                failures += 1
                self._compared = False
                low, high = BACKOFF_S
                wait_s = min(high, low * 2 ** min(failures, 10))
                await asyncio.sleep(wait_s * (0.5 + self._jitter() / 2))
                continue
            failures = 0
            if heard:
                self.status.heard_s = time.monotonic()
                self.status.say(Link.ONLINE)

    def _failed(self, error: Exception) -> None:
        """Say what went wrong. Only the server being away is ordinary."""
        match error:
            case ServerAway():
                self.status.say(Link.OFFLINE, str(error))
            case CallRefused(status=401):
                self.status.say(Link.REVOKED, str(error))
            case CallRefused():
                self.status.say(Link.OFFLINE, str(error))
                _log.error("the server refuses this lane: %s", error)
            case PolicyError() | ValueError():
                self.status.say(self.status.link, f"not taken from the server: {error}")
                _log.error("what the server sent cannot be used: %s", error)
            case sqlite3.Error() | OSError():
                self.status.say(self.status.link, f"the lane's store failed: {error}")
                _log.error("the lane's store failed: %s", error)
            case _:
                self.status.say(self.status.link, f"a fault of ours: {type(error).__name__}")
                _log.error("the sync met a fault of ours; it tries again", exc_info=error)

    async def _down(self) -> bool:
        """Hello, then the snapshot or the feed's next rows."""
        lane = self._lane
        cursor = lane.cursor
        waiting = await self._on_lane(lambda: lane.waiting)
        asked_ms = self._clock.raw_ms()
        welcome = await self._client.hello(
            Hello(
                lane.identity.epoch,
                cursor or 0,
                waiting,
                __version__,
                asked_ms,
                lan=self.lan_address,
            )
        )
        if self._clock.heard(welcome.now_ms, asked_ms, self._clock.raw_ms()):
            await self._on_lane(lane.keep_offset, self._clock.offset_ms)
        await self._on_lane(lane.meet, welcome.peers)
        await self._on_lane(lane.acknowledged, lane.identity.epoch, welcome.acked_through)
        if cursor is None or cursor > welcome.head or lane.timeline != welcome.timeline:
            await self._take_snapshot()
            return True
        await self._rights(welcome)
        try:
            feed = await self._client.feed(cursor, FEED_WAIT_S, lane.moves_through)
        except CallRefused as error:
            if error.status != _CONFLICT:
                raise
            await self._take_snapshot()
            return True
        await self._on_lane(lane.apply, feed)
        return True

    async def _rights(self, welcome: Welcome) -> None:
        """Ask for more places of a hard zone, or give back what others need more."""
        lane = self._lane
        zone, want = lane.zone, await self._on_lane(lane.rights_wanted)
        if zone is None:
            return
        if want:
            leased = await self._client.lease(Lease(lane.identity.epoch, zone.id, want))
            await self._on_lane(lane.rights.grant, leased.zone, leased.granted)
        elif zone.id in welcome.short:
            await self._on_lane(lane.give_back, zone.id, self._clock.now())
            self.wake()

    async def _take_snapshot(self) -> None:
        snapshot = await self._client.snapshot()
        await self._on_lane(self._lane.take, snapshot)

    async def _up(self) -> bool:
        """Send what waits, in order; then sleep until there is more. Whether it heard the
        server."""
        self._woken.clear()
        heard = await self._compare()
        while records := await self._on_lane(self._lane.batch, RECORDS_PER_BATCH_MAX):
            first, last = records[0], records[-1]
            ack = await self._client.log(first.epoch, first.number, records)
            await self._on_lane(self._lane.acknowledged, first.epoch, ack.acked_through)
            if ack.acked_through < last.number:
                raise ServerAway("the server did not take every record")
            heard = True
        if not heard:
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`: before Python 3.12 it drops a cancellation that comes with the
                # event, and a lane stopped right after a scan would never end.
                async with asyncio.timeout(IDLE_UPLOAD_S):
                    await self._woken.wait()
        return heard

    async def _compare(self) -> bool:
        """Ask, by an empty batch, what the server holds of earlier epochs: hello tells of ours
        only, and a server that comes back may have been restored."""
        if self._compared:
            return False
        for epoch in self._lane.older_epochs:
            ack = await self._client.log(epoch, 1, [])
            await self._on_lane(self._lane.acknowledged, epoch, ack.acked_through)
        self._compared = True
        return bool(self._lane.older_epochs)

    async def _on_lane(self, act: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, act, *arguments)
