"""Keeps the replica equal to the server, and hands tickets over, whatever the network does."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from gate.client import CallRefused, Client, ServerAway
from kiosk.arrivals.replica import Replica

WAIT_S = 5.0
BACKOFF_S = (0.3, 5.0)
TICKET_S = 1.0
_UNAUTHORISED = 401
_log = logging.getLogger(__name__)


class Follow:
    """`changed` is called when what the staff page says may have changed."""

    def __init__(self, replica: Replica, client: Client, changed: Callable[[], None]) -> None:
        self._replica = replica
        self._client = client
        self._changed = changed
        self._ticket = asyncio.Event()
        self.online = False
        self.revoked = False
        self.heard_s: float | None = None
        """Monotonic; when the server last answered."""

    def wake(self) -> None:
        """There is a new ticket."""
        self._ticket.set()

    async def run(self) -> None:
        """Until cancelled, or until this kiosk is cut off: then nothing of anybody is left."""
        async with asyncio.TaskGroup() as group:
            loops = [
                group.create_task(self._repeat(step)) for step in (self._people, self._tickets)
            ]
            await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for each in loops:
                each.cancel()
        if self.revoked:
            self._replica.wipe()
            self._changed()

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            try:
                await step()
                failures = 0
            except (ServerAway, CallRefused) as error:
                failures += 1
                self._say(False, str(error))
                if isinstance(error, CallRefused) and error.status == _UNAUTHORISED:
                    self.revoked = True
                    return
                low, high = BACKOFF_S
                wait_s = min(high, low * 2 ** min(failures, 10))
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 - no secret

    async def _people(self) -> None:
        replica = self._replica
        wait_s = WAIT_S if replica.complete and self.online else 0.0
        news = await self._client.kiosk_news(replica.timeline, *replica.positions, wait_s)
        if news.people or news.prints or news.timeline != replica.timeline or not replica.complete:
            replica.take(news)
            self._changed()
        self._say(True)

    async def _tickets(self) -> None:
        self._ticket.clear()
        while found := self._replica.next_ticket():
            number, ticket = found
            try:
                await self._client.ticket(ticket)
            except CallRefused as error:
                if error.status == _UNAUTHORISED:
                    raise
                _log.error("ticket %s is not accepted: %s", ticket.number, error)
            self._replica.drop_ticket(number)
        await self._ticket.wait()

    def _say(self, online: bool, problem: str = "") -> None:
        if online:
            self.heard_s = time.monotonic()
        if online != self.online:
            self.online = online
            _log.info("server: %s", "online" if online else problem)
            self._changed()
