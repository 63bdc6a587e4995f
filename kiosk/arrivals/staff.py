"""The staff menu: a PIN opens it; printers are paused, tried and settled, the kiosk shut down."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from nacl import pwhash
from nacl.exceptions import CryptoError

from gate.access.wire import TicketWhy
from gate.settings import KioskSettings
from gate.words.words import Words
from kiosk.arrivals.follow import Follow
from kiosk.arrivals.printing import Printing
from kiosk.arrivals.replica import Replica
from kiosk.arrivals.view import StaffView, troubles

ACTS = frozenset({"pause", "resume", "test", "reprint", "came-out", "not-out", "shut-down"})


@dataclass(slots=True)
class Staff:
    chosen: KioskSettings
    printing: Printing
    replica: Replica
    follow: Follow
    ticket: Callable[[TicketWhy, int | None], str]
    """Sends somebody to the desk; the number they get."""
    shut_down: Callable[[], None]
    note: str = ""
    """What the last act came to; gone with the screen."""
    _trying: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def try_pin(
        self, pin: str, may_try: Callable[[], bool], tried: Callable[[bool], None]
    ) -> None:
        """One at a time: guesses made at once count like guesses in turn."""
        async with self._trying:
            if self.chosen.staff_pin and may_try():
                tried(await asyncio.to_thread(_verified, self.chosen.staff_pin, pin))

    async def act(self, act: str, number: int, language: str) -> None:
        """`number`: of the job, for the two that settle one."""
        words = Words(language)
        match act:
            case "pause" | "resume":
                for name in self.printing.book.printers:
                    self.printing.book.pause(name, act == "pause")
            case "test":
                good = await self.printing.test()
                self.note = words.say("kiosk-staff-tested" if good else "kiosk-staff-test-failed")
            case "reprint" if self.printing.last:
                given = self.ticket(TicketWhy.STAFF, self.printing.last[0])
                title = words.say("kiosk-desk-title", {"desk": self.chosen.desk})
                self.note = f"{title}: {given}"
            case "reprint":
                self.note = words.say("kiosk-staff-reprint-none")
            case "came-out" | "not-out":
                self.printing.settle(number, act == "came-out")
            case "shut-down":
                self.shut_down()

    def view(self, found: frozenset[str], language: str) -> StaffView:
        """`found`: why no badge can be printed now."""
        words = Words(language)
        doubt = self.printing.doubtful
        records = self.printing.upload.waiting
        lines = [
            words.say("kiosk-staff-online" if self.follow.online else "kiosk-staff-offline"),
            words.say("kiosk-staff-people", {"n": self.replica.people}),
        ]
        if records:
            lines.append(words.say("kiosk-staff-records", {"n": records}))
        if doubt:
            lines.append(words.say("kiosk-staff-doubt", {"n": doubt.id}))
        return StaffView(
            troubles=troubles(found, language),
            lines=tuple(lines),
            paused=any(desk.paused for desk in self.printing.book.desks().values()),
            doubt=doubt.id if doubt else 0,
            note=self.note,
        )


def _verified(verifier: str, pin: str) -> bool:
    with contextlib.suppress(CryptoError, ValueError):
        return pwhash.verify(verifier.encode(), pin.encode())
    return False
