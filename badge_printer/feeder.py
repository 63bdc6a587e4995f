"""Feeds one printer: looks how it is, follows the job that is at it, hands it the next one.

One job at a time is at the printer; the rest waits here, where it can be moved. Trouble is judged
by the printer's reasons and by a timer, not by its state alone. Nothing here decides what becomes
of a job: that is `queue.after`.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from badge_printer.book import Book, waited
from badge_printer.layout import CannotPrint
from badge_printer.printers.printer import (
    AnswerLost,
    Condition,
    Document,
    DocumentRefused,
    NeverHadIt,
    Page,
    Printer,
    PrinterAway,
    PrinterBusy,
    Progress,
    Status,
    Step,
)
from badge_printer.queue import (
    Accepted,
    Event,
    Finished,
    Job,
    Lost,
    NeverCame,
    NotSent,
    Refused,
    Started,
    State,
    Take,
    Why,
)
from badge_printer.resolution import Fit
from gate.access.wire import BadgeData
from gate.fonts import FontsMissing

MEET_AGAIN_S = 30.0
"""A printer that cannot print these badges is asked again whether it still cannot."""
QUEUED_MS_MAX = 12 * 3_600_000
"""Whoever waited for this badge has left."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds."""

    busy_poll_s: float = 0.5
    idle_poll_s: float = 3.0
    retry_s: float = 2.0
    gap_s: float = 0.05
    stall_s: float = 45.0
    find_s: float = 5.0
    """How long a printer is asked for a job whose sending was not answered."""


class Feeder:
    """`draw` makes a page of a badge's data; `fits` tells how its code comes out at so many dots
    per inch."""

    def __init__(
        self,
        name: str,
        printer: Printer,
        book: Book,
        draw: Callable[[BadgeData], Page],
        fits: Callable[[float], Fit],
        times: Times,
    ) -> None:
        self.name = name
        self.printer = printer
        self.status = Status((Condition.OFFLINE,), "not asked yet")
        self._book = book
        self._draw = draw
        self._fits = fits
        self._times = times
        self.fit: Fit | None = None
        """How the template's code comes out on it; None until it has said its resolution."""
        self._unsuitable, self._unsuitable_at_s = "", 0.0
        self._moved: object = None
        self._moved_at_s = time.monotonic()
        self._looked_for: tuple[str, float] = ("", 0.0)

    async def run(self) -> None:
        while True:
            changed = self._book.changed
            try:
                wait_s = await self._step()
            except sqlite3.Error as error:
                _log.error("the station's store failed: %s", error)
                self._say(Status((Condition.ATTENTION,), f"the station's store failed: {error}"))
                wait_s = None
            if wait_s is None:
                await asyncio.sleep(self._times.retry_s)
                continue
            await waited(changed, wait_s)
            await asyncio.sleep(self._times.gap_s)

    async def cancel(self, printer_job: str) -> None:
        """Ask the printer to stop; whether it does is for a person to see."""
        try:
            await self.printer.cancel(printer_job)
        except PrinterAway as error:
            _log.warning("%s: cancelling job %s: %s", self.name, printer_job, error)

    async def _step(self) -> float | None:
        """One round; how long to wait for a change before the next. None: leave the printer
        alone for a moment, whatever changes."""
        status = await self._look()
        mine = [job for job in self._book.open() if job.printer == self.name]
        at_printer = [job for job in mine if job.state.at_printer]
        queued = [job for job in mine if job.state is State.QUEUED]
        progress = await self._follow(at_printer[0]) if at_printer else None
        held = self._book.desks()[self.name].paused or any(c.stops for c in status.conditions)
        taken = True
        if queued and not at_printer and not held:
            taken = await self._send(queued[0])
        first = next(iter(at_printer or ([] if held else queued)), None)
        self._say(self._stalling(status, first, progress))
        if not taken:
            return None
        return self._times.busy_poll_s if mine else self._times.idle_poll_s

    async def _look(self) -> Status:
        try:
            status = await self.printer.status()
            await self._meet()
        except PrinterAway as error:
            # Another may stand in its place when it is back.
            self.fit, self._unsuitable = None, ""
            return Status((Condition.OFFLINE,), str(error))
        if words := self._unsuitable or (self.fit.words if self.fit else ""):
            suits = not self._unsuitable and self.fit and self.fit.printable
            found = {*status.conditions, Condition.COARSE if suits else Condition.UNSUITABLE}
            said = "; ".join(filter(None, (status.words, words)))
            return replace(status, conditions=tuple(c for c in Condition if c in found), words=said)
        return status

    async def _meet(self) -> None:
        """Once each time it is reached anew, long before there is a badge to print."""
        now = time.monotonic()
        if self.fit or (self._unsuitable and now - self._unsuitable_at_s < MEET_AGAIN_S):
            return
        try:
            self.fit = self._fits(await self.printer.resolution())
            self._unsuitable = ""
        except DocumentRefused as error:
            self._unsuitable, self._unsuitable_at_s = str(error), now

    def _say(self, status: Status) -> None:
        if status != self.status:
            _log.info("%s: %s %s", self.name, ", ".join(status.conditions) or "well", status.words)
            self.status = status
            self._book.tell()

    def _stalling(self, status: Status, job: Job | None, progress: Progress | None) -> Status:
        """A job and no trouble, yet nothing changes: the printer has stalled."""
        now = time.monotonic()
        moved = job and (job.id, job.state, progress, status)
        if job is None or moved != self._moved:
            self._moved, self._moved_at_s = moved, now
        stops = any(each.stops for each in status.conditions)
        if stops or now - self._moved_at_s < self._times.stall_s:
            return status
        found = {*status.conditions, Condition.STALLED}
        return replace(status, conditions=tuple(each for each in Condition if each in found))

    # --- the job at the printer

    async def _follow(self, job: Job) -> Progress | None:
        try:
            if not job.printer_job:
                await self._find(job)
                return None
            progress = await self.printer.progress(job.printer_job, job.name)
        except PrinterAway:
            return None  # what it was doing, it will say when it is back
        if event := _event(job, progress):
            self._book.news(job, event)
        return progress

    async def _find(self, job: Job) -> None:
        """It was being sent when the answer, or this program, was lost: does the printer know?"""
        try:
            found = await self.printer.find(job.name)
        except NeverHadIt:
            self._book.news(job, NeverCame())
            return
        if found:
            self._book.news(job, Accepted(found))
        elif self._looked_long_enough(job.name):
            self._book.news(job, Lost(Why.CANNOT_SAY))

    def _looked_long_enough(self, name: str) -> bool:
        now = time.monotonic()
        if self._looked_for[0] != name:
            self._looked_for = (name, now)
        return now - self._looked_for[1] >= self._times.find_s

    # --- the next job

    async def _send(self, job: Job) -> bool:
        """False when the printer did not take it and should be left alone for a moment."""
        if self._book.now_ms() - job.made_at_ms > QUEUED_MS_MAX:
            return self._book.news(job, Refused(Why.TOO_OLD))
        try:
            document = await self.printer.prepare(self._draw(self._book.badge(job)))
        except PrinterAway:
            return False
        except (DocumentRefused, CannotPrint, FontsMissing) as error:
            return self._book.news(job, Refused(str(error)))
        if self._book.desks()[self.name].paused or not self._book.news(job, Take()):
            return True  # cancelled, moved or paused while it was drawn
        return await self._hand_over(self._book.job(job.id), document)

    async def _hand_over(self, job: Job, document: Document) -> bool:
        try:
            printer_job = await self.printer.send(job.name, document)
        except (PrinterAway, PrinterBusy) as error:
            self._book.news(job, NotSent(str(error)))
            return False
        except DocumentRefused as error:
            return self._book.news(job, Refused(str(error)))
        except AnswerLost as error:
            _log.warning("%s: sending job %s: %s", self.name, job.id, error)
            return True  # the next round asks the printer for it
        self._book.news(job, Accepted(printer_job))
        if not self._book.job(job.id).state.at_printer:
            await self.cancel(printer_job)  # it was cancelled while it was being sent
        return True


def _event(job: Job, progress: Progress) -> Event | None:
    match progress.step:
        case Step.WAITING:
            return None
        case Step.PRINTING:
            return Started() if job.state is State.SENT else None
        case Step.DONE:
            return Finished()
        case Step.UNPRINTABLE:
            return Refused(progress.words)
        case Step.STOPPED:
            return Lost(f"{Why.STOPPED}: {progress.words}" if progress.words else Why.STOPPED)
        case Step.UNKNOWN:
            return Lost(progress.words or Why.FORGOTTEN)
