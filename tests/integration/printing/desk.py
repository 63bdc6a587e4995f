"""A station's queue running in the test: real store, real loops, quick timers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from yarl import URL

from badge_printer.book import Book
from badge_printer.feeder import Times
from badge_printer.printers.address import Address, printer, read_all
from badge_printer.printers.printer import Condition, Page, Printer
from badge_printer.queue import Job, State
from badge_printer.render import Renderer
from badge_printer.resolution import fit
from badge_printer.spooler import Spooler, Tell
from badge_printer.store import StationStore
from gate.access.ledger import LogRecord
from tests.integration.printing.samples import IDENTITY, badge

QUICK = Times(busy_poll_s=0.03, idle_poll_s=0.1, retry_s=0.1, gap_s=0.0, stall_s=60.0, find_s=0.2)
WAIT_S = 60.0


@dataclass
class Desk:
    spooler: Spooler
    store: StationStore

    @property
    def book(self) -> Book:
        return self.spooler.book

    def add(self, printer: str = "a", holder: int = 0xC0FFEE, again: bool = False) -> Job:
        return self.book.add(f"key-{holder}-{again}", printer, badge(holder), again)

    def conditions(self, name: str = "a") -> tuple[Condition, ...]:
        view = next(view for view in self.spooler.views() if view.name == name)
        return view.troubles + view.warnings

    def records(self) -> list[LogRecord]:
        return self.store.batch(1, 0, 100)

    async def becomes(self, job: Job, *states: State) -> Job:
        await until(lambda: self.book.job(job.id).state in states, lambda: self.book.job(job.id))
        return self.book.job(job.id)

    async def shows(self, *conditions: Condition, name: str = "a") -> None:
        await until(lambda: self.conditions(name) == conditions, lambda: self.conditions(name))


async def until(ready: Callable[[], object], seen: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + WAIT_S
    while not ready():
        assert time.monotonic() < deadline, f"it did not come to that: {seen()}"
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def desk(
    folder: Path,
    renderer: Renderer,
    *addresses: str,
    times: Times = QUICK,
    tell: Tell | None = None,
    more: dict[str, Printer] | None = None,
) -> AsyncIterator[Desk]:
    store = StationStore(folder / "station.sqlite")
    found = read_all(addresses)
    printers = {each.name: printer(each, 105.0, 148.0) for each in found} | (more or {})
    found += [Address(name, URL()) for name in more or {}]

    def draw(data: object) -> Page:
        return Page(105.0, 148.0, lambda dpi: renderer.pdf(data, dpi))

    fits = partial(fit, renderer.template)
    book = Book(store, IDENTITY, tuple(printers), lambda: int(time.time() * 1000))
    spooler = Spooler(book, store, found, printers, draw, fits, times, tell)
    running = asyncio.create_task(spooler.run())
    try:
        yield Desk(spooler, store)
        assert not running.done(), running.exception()
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        store.close()
