"""What the accreditation desk orders of this station: fetched, printed, answered.

An order is one job for ever: its number is in the job's key. That the badge came out is answered
here and stands in the station's log too; whichever reaches the server first puts it in force.
"""

import asyncio
import logging

from badge_printer.book import AlreadyThere, QueueFull
from badge_printer.queue import Job, State, Why
from badge_printer.spooler import Spooler, Tell
from gate.access.wire import PrintOrder
from gate.client import CallRefused, Client, ServerAway

POLL_S = 1.5
AWAY_S = 5.0
_KEY = "desk-"
_UNAUTHORISED = 401
_log = logging.getLogger(__name__)


class Orders:
    def __init__(self, client: Client, spooler: Spooler) -> None:
        self._client = client
        self._spooler = spooler

    async def run(self) -> None:
        """Until cancelled, or until the server says that this device is revoked."""
        while True:
            try:
                for order in await self._client.print_orders():
                    await self._take(order)
                wait_s = POLL_S
            except ServerAway:
                wait_s = AWAY_S
            except CallRefused as error:
                if error.status == _UNAUTHORISED:
                    return
                _log.error("the desk's orders: %s", error)
                wait_s = AWAY_S
            await asyncio.sleep(wait_s)

    async def _take(self, order: PrintOrder) -> None:
        """Into the book, once; the queue being full, it is tried again."""
        book, key = self._spooler.book, f"{_KEY}{order.id}"
        if book.by_key(key):
            return
        printer = self._spooler.choose()
        if printer is None:
            await self._client.print_failed(order.id, Why.NO_PRINTER)
            return
        try:
            book.add(key, printer, order.badge)
        except AlreadyThere as error:
            if error.job.state is State.PRINTED:
                await self._client.print_done(order.id)
            elif error.job.state is State.FAILED:
                await self._client.print_failed(order.id, error.job.why)
        except QueueFull as error:
            _log.warning("the desk's order %s waits: %s", order.id, error)


def answering(client: Client) -> Tell:
    """Tells the desk how the jobs it ordered ended; of others it need not be told."""

    async def tell(job: Job) -> None:
        number = job.key.removeprefix(_KEY)
        if not job.key.startswith(_KEY) or not number.isdecimal():
            return
        if job.state is State.PRINTED:
            await client.print_done(int(number))
        else:
            await client.print_failed(int(number), job.why)

    return tell
