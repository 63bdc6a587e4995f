"""All printers of one station: who prints what next, and what people may change about it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from badge_printer.book import Book, waited
from badge_printer.feeder import Feeder, Times
from badge_printer.printers.address import Address
from badge_printer.printers.printer import Condition, Page, Printer
from badge_printer.queue import Job
from badge_printer.resolution import Fit
from badge_printer.store import StationStore
from gate.access.wire import BadgeData
from gate.client import CallRefused, ServerAway

TELL_RETRY_S = 5.0
TELL_BATCH = 50
NAMES_KEPT_MS, FORGET_EACH_S = 3_600_000, 60.0
Tell = Callable[[Job], Awaitable[None]]
"""Told of each job that ended, `printed` or `failed`: to activate the new badge and revoke the
old, or to release the reservation. At least once each, in order; raise ServerAway to be asked
again later."""
_log = logging.getLogger(__name__)


class PrinterView(msgspec.Struct, frozen=True):
    """A printer as the operator's page shows it."""

    name: str
    address: str
    troubles: tuple[Condition, ...]
    """Nothing is sent to it in these, worst first."""
    warnings: tuple[Condition, ...]
    words: str
    """The printer's own."""
    paused: bool
    stock: int | None
    low: int
    waiting: int
    """Jobs of it that have not ended."""
    fit: Fit | None = None
    """How the template's code comes out on it, once it has said its resolution."""


class Spooler:
    """`addresses` in the operator's order; `printers` by name."""

    def __init__(
        self,
        book: Book,
        store: StationStore,
        addresses: list[Address],
        printers: dict[str, Printer],
        draw: Callable[[BadgeData], Page],
        fits: Callable[[float], Fit],
        times: Times,
        tell: Tell | None = None,
    ) -> None:
        self.book = book
        self._store = store
        self._low = {each.name: each.low for each in addresses}
        self._feeders = {
            name: Feeder(name, printer, book, draw, fits, times)
            for name, printer in printers.items()
        }
        self._tell = tell
        self._cancelling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; then the printers are closed."""
        try:
            async with asyncio.TaskGroup() as group:
                for feeder in self._feeders.values():
                    group.create_task(feeder.run())
                group.create_task(self._tell_ends())
        finally:
            for task in self._cancelling:
                task.cancel()
            for feeder in self._feeders.values():
                await feeder.printer.close()

    # --- what people ask for

    def choose(self) -> str | None:
        """The printer with the least to do among those that print; else the least loaded."""
        views = self.views()
        if not views:
            return None
        best = min(views, key=lambda view: (view.paused or bool(view.troubles), view.waiting))
        return best.name

    def cancel(self, number: int) -> Job:
        """Raises KeyError, NotPossible."""
        before, job = self.book.cancel(number)
        feeder = self._feeders.get(before.printer)
        if before.printer_job and feeder:
            task = asyncio.create_task(feeder.cancel(before.printer_job))
            self._cancelling.add(task)
            task.add_done_callback(self._cancelling.discard)
        return job

    def views(self) -> list[PrinterView]:
        desks, jobs = self.book.desks(), self.book.open()
        views = []
        for name, feeder in self._feeders.items():
            desk, found = desks[name], set(feeder.status.conditions)
            if desk.stock is not None and desk.stock <= self._low[name]:
                found.add(Condition.PAPER_LOW)
            conditions = [each for each in Condition if each in found]
            views.append(
                PrinterView(
                    name=name,
                    address=feeder.printer.address,
                    troubles=tuple(each for each in conditions if each.stops),
                    warnings=tuple(each for each in conditions if not each.stops),
                    words=feeder.status.words,
                    paused=desk.paused,
                    stock=desk.stock,
                    low=self._low[name],
                    waiting=sum(job.printer == name for job in jobs),
                    fit=feeder.fit,
                )
            )
        return views

    # --- telling how jobs ended

    async def _tell_ends(self) -> None:
        while True:
            changed = self.book.changed
            told = await self._tell_some()
            self._store.forget_names(self.book.now_ms() - NAMES_KEPT_MS)
            if told:
                await waited(changed, FORGET_EACH_S)
            else:
                await asyncio.sleep(TELL_RETRY_S)

    async def _tell_some(self) -> bool:
        """False when somebody has to be told again later."""
        for job in self._store.untold(TELL_BATCH):
            if self._tell:
                try:
                    await self._tell(job)
                except ServerAway as error:
                    _log.warning("the end of job %s was not told: %s", job.id, error)
                    return False
                except CallRefused as error:
                    # Asking again changes nothing; the desk sees it in the log of this station.
                    _log.error("the end of job %s is not accepted: %s", job.id, error)
            self._store.told(job)
        return True
