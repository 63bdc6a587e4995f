"""Keeps a lane and the server equal: the asyncio driver of `protocol`.

It asks the server, waits, and wakes the upload after each scan. What is said and what becomes of
the answers is the protocol's business, and happens on the lane's own thread.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from gate.access.wire import Feed, Hello, Lease, Leased, LogAck, Snapshot, Welcome
from gate.client import Client
from gate.edge.lane import Lane
from gate.edge.protocol import (
    Answered,
    AskFeed,
    AskSnapshot,
    Conversation,
    Event,
    Failed,
    HandIn,
    Link,
    Protocol,
    Request,
    Rested,
    Stop,
    Wait,
    Wake,
)
from gate.edge.timekeeping import LaneClock

_log = logging.getLogger(__name__)


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
        self._client = client
        self._executor = executor
        self._clock = clock
        self._protocol = Protocol(lane, clock, jitter)
        self._woken = asyncio.Event()
        self.status = SyncStatus(since_s=time.monotonic())

    def reachable(self, address: str) -> None:
        """Other lanes reach this one at `host:port`: said to the server with each hello."""
        self._protocol.lan_address = address

    def wake(self) -> None:
        """There is a new record to send."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled, or until the server says that this device is revoked."""
        async with asyncio.TaskGroup() as group:
            down = group.create_task(self._drive(self._protocol.down))
            up = group.create_task(self._drive(self._protocol.up))
            await asyncio.wait((down, up), return_when=asyncio.FIRST_COMPLETED)
            down.cancel()
            up.cancel()

    async def _drive(self, conversation: Conversation) -> None:
        loop = asyncio.get_running_loop()
        event: Event = Rested()
        while True:
            effect = await loop.run_in_executor(
                self._executor, conversation.step, event, self._clock.raw_ms()
            )
            self.status.say(self._protocol.link, self._protocol.problem)
            event = Rested()
            match effect:
                case Stop():
                    return
                case Wake():
                    self.wake()
                case Wait(seconds, wakeable):
                    await (self._new_record(seconds) if wakeable else asyncio.sleep(seconds))
                case _:
                    event = await self._asked(effect)

    async def _new_record(self, within_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it drops a cancellation that comes with the
            # event, and a lane stopped right after a scan would never end.
            async with asyncio.timeout(within_s):
                await self._woken.wait()
        self._woken.clear()

    async def _asked(self, request: Request) -> Event:
        try:
            answer = await self._ask(request)
        except Exception as error:  # noqa: BLE001 - the protocol says what it means
            return Failed(error)
        self.status.heard_s = time.monotonic()
        return Answered(answer)

    async def _ask(self, request: Request) -> Welcome | Snapshot | Feed | Leased | LogAck:
        match request:
            case Hello():
                return await self._client.hello(request)
            case AskSnapshot():
                return await self._client.snapshot()
            case AskFeed(after, wait_s, moves_after):
                return await self._client.feed(after, wait_s, moves_after)
            case Lease():
                return await self._client.lease(request)
            case HandIn(epoch, first, records):
                return await self._client.log(epoch, first, records)
