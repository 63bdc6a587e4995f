"""The kiosk's own print station: the same queue, printers and log as any station, in this program.

One badge at a time. What a person is told is decided by the job: printed, or not. A badge that
did not leave for the printer is taken back; one that may have come out is left for staff to say.
"""

import asyncio
import contextlib
import logging
import time
from datetime import date
from functools import partial

from badge_printer.book import AlreadyThere, Book, QueueFull, waited
from badge_printer.feeder import Times
from badge_printer.layout import CannotPrint
from badge_printer.printers.address import printer, read_all
from badge_printer.printers.printer import (
    AnswerLost,
    Condition,
    DocumentRefused,
    Page,
    PrinterAway,
    PrinterBusy,
)
from badge_printer.queue import Job, NotPossible, Settle, State
from badge_printer.render import Renderer
from badge_printer.resolution import fit
from badge_printer.spooler import Spooler
from badge_printer.store import StationStore
from badge_printer.template import load
from badge_printer.upload import Upload
from gate.access.credential import PREFIX, TEXT_CHARS
from gate.access.model import CategoryId
from gate.access.wire import BadgeData, DayChips, Enrolled, Reserve, TicketWhy
from gate.client import CallRefused, Client, ServerAway
from gate.settings import KioskSettings
from kiosk.arrivals.events import NotPrinted, Printed
from kiosk.arrivals.replica import Replica
from kiosk.arrivals.state import Found

STORE = "station.sqlite"
RESERVE_S = 2.0
"""A person stands there: a server that does not answer in time is away."""
LOOK_S = 0.5
GENERATION_OFFLINE = 1
"""Signed before anybody arrived. A later one means that a desk is at work on this badge."""
_log = logging.getLogger(__name__)


class Printing:
    """Raises SettingsError, TemplateError, FontsMissing and StoreUnusable when made."""

    def __init__(
        self, chosen: KioskSettings, enrolled: Enrolled, client: Client, replica: Replica
    ) -> None:
        self._patience_s = chosen.patience_s
        self._stall_s = chosen.stall_s
        self._clock = chosen.clock
        self._client = client
        self._replica = replica
        addresses = read_all(chosen.printers)
        self._renderer = Renderer(load(chosen.template))
        width, height = self._renderer.template.width, self._renderer.template.height
        self._printers = {each.name: printer(each, width, height) for each in addresses}
        self._store = StationStore(chosen.data_dir / STORE)
        self.book = Book(self._store, enrolled, tuple(self._printers), chosen.clock.now_ms)
        self._spooler = Spooler(
            self.book, self._store, addresses, self._printers, self._page,
            partial(fit, self._renderer.template), Times(stall_s=chosen.stall_s), self._tell,
        )  # fmt: skip
        self.upload = Upload(self._store, self.book, client, enrolled)
        self.last: tuple[int, int] | None = None
        """(holder, generation) of the last badge that came out since the start."""

    async def run(self) -> None:
        """Until cancelled. Badges of an earlier run that nobody waits for any more are taken
        back: whoever they are for may simply come again."""
        for job in self.book.open():
            if job.state is State.QUEUED:
                self.book.cancel(job.id)
        await asyncio.to_thread(self._warm)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._spooler.run())
            group.create_task(self.upload.run())

    def close(self) -> None:
        self._store.close()

    def _page(self, badge: BadgeData) -> Page:
        template = self._renderer.template
        return Page(template.width, template.height, lambda dpi: self._renderer.pdf(badge, dpi))

    def _warm(self) -> None:
        """The first page opens the fonts; nobody should wait for that."""
        with contextlib.suppress(CannotPrint):
            self._renderer.pdf(test_badge(self._clock.now().date()))

    # --- one badge

    async def print(self, found: Found) -> Printed | NotPrinted:
        """Reserve, print, wait until the printer says done."""
        badge = found.badge
        if badge is None or found.printed or not self._printers:
            return NotPrinted(TicketWhy.PRINTER if badge else TicketWhy.NOT_FOUND)
        reserve = Reserve(found.holder, found.generation)
        if not await self._may_print(reserve):
            return NotPrinted(TicketWhy.COLLECTED)
        name = self._spooler.choose() or ""
        attempts = sum(job.code == badge.code for job in self.book.ended())
        key = f"kiosk-{found.holder}-{found.generation}-{self.book.now_ms()}-{attempts}"
        try:
            await asyncio.to_thread(self._renderer.layout, badge)
            job = self.book.add(key, name, badge)
        except AlreadyThere as error:
            job = error.job
            if job.state is State.PRINTED:
                self._replica.set_printed(found.holder, found.generation)
                return NotPrinted(TicketWhy.COLLECTED)
        except (CannotPrint, QueueFull) as error:
            _log.error("a badge was not taken: %s", error)
            await self._release(reserve)
            return NotPrinted(TicketWhy.PRINTER)
        return await self._ended(job)

    async def _may_print(self, reserve: Reserve) -> bool:
        if self._replica.is_printed(reserve.holder, reserve.generation):
            return False
        try:
            async with asyncio.timeout(RESERVE_S):
                return (await self._client.reserve(reserve, RESERVE_S)).granted
        except (ServerAway, CallRefused, TimeoutError) as error:
            _log.info("printing without a reservation: %s", error)
            return reserve.generation == GENERATION_OFFLINE

    async def _ended(self, job: Job) -> Printed | NotPrinted:
        started = time.monotonic()
        while True:
            changed, job = self.book.changed, self.book.job(job.id)
            spent_s = time.monotonic() - started
            match job.state:
                case State.PRINTED:
                    self.last = (job.holder, job.generation)
                    return Printed()
                case State.FAILED | State.IN_DOUBT:
                    return NotPrinted(TicketWhy.PRINTER)
                case State.QUEUED if spent_s > self._patience_s:
                    self._take_back(job)
                    return NotPrinted(TicketWhy.PRINTER)
            if spent_s > self._patience_s + self._stall_s:
                return NotPrinted(TicketWhy.PRINTER)
            await waited(changed, LOOK_S)

    def _take_back(self, job: Job) -> None:
        with contextlib.suppress(NotPossible):
            self._spooler.cancel(job.id)

    async def _release(self, reserve: Reserve) -> None:
        with contextlib.suppress(ServerAway, CallRefused):
            await self._client.release(reserve)

    async def _tell(self, job: Job) -> None:
        """How a job ended: at least once each, and again until the server has heard it."""
        if job.state is State.PRINTED:
            self._replica.set_printed(job.holder, job.generation)
        else:
            await self._client.release(Reserve(job.holder, job.generation))

    # --- for staff

    def troubles(self) -> frozenset[str]:
        """Why nothing can be printed now, as names of words; empty when one printer can."""
        views = self._spooler.views()
        if not views:
            return frozenset({"no-printer"})
        if any(not view.troubles and not view.paused for view in views):
            return frozenset()
        conditions = {each for view in views for each in view.troubles[:1]}
        names = {
            "printer-paused" if each is Condition.PAUSED else each.replace("_", "-")
            for each in conditions
        }
        return frozenset(names or {"paused"})

    @property
    def doubtful(self) -> Job | None:
        """A badge of which only a person can say whether it came out."""
        return next((job for job in self.book.open() if job.state is State.IN_DOUBT), None)

    def settle(self, number: int, came_out: bool) -> None:
        """Staff's answer about a doubtful badge; one that was settled meanwhile stays so."""
        with contextlib.suppress(NotPossible, KeyError):
            self.book.apply(number, Settle(came_out))

    async def test(self) -> bool:
        """A page with no credential on it, straight to the printer and in no log. False when it
        was not taken."""
        name = self._spooler.choose()
        if name is None or any(job.state.at_printer for job in self.book.open()):
            return False
        try:
            document = await self._printers[name].prepare(
                self._page(test_badge(self._clock.now().date()))
            )
            await self._printers[name].send(f"test-{self.book.now_ms()}", document)
        except (PrinterAway, PrinterBusy, DocumentRefused, AnswerLost, CannotPrint) as error:
            _log.warning("test page: %s", error)
            return False
        return True


def test_badge(day: date) -> BadgeData:
    """Looks like a badge; its code is no credential and opens nothing."""
    return BadgeData(
        code="TEST", text=(PREFIX + "TEST-PAGE/" * 12)[:TEXT_CHARS], holder=0, generation=0,
        given="Test", family="Page", name_on_badge="", native_name="", organisation="",
        country="", category=CategoryId("test"), category_name="TEST",
        category_colour="#41566b", language="en", days=(DayChips(day, (("TEST", "#41566b"),)),),
        edition_name="Test page", edition_place="opens nothing", events={"TEST": "Test page"},
    )  # fmt: skip
