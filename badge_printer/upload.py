"""Hands the station's log of printed badges to the server, whenever the server is there."""

import asyncio
import logging
from enum import StrEnum

from badge_printer.book import Book, waited
from badge_printer.store import StationStore
from gate import __version__
from gate.access.wire import RECORDS_PER_BATCH_MAX, Enrolled, Hello
from gate.client import CallRefused, Client, ServerAway

HELLO_S = 10.0
BACKOFF_S = (0.5, 15.0)
_UNAUTHORISED = 401
_log = logging.getLogger(__name__)


class Behind(StrEnum):
    """Why the server does not have every printed badge."""

    AWAY = "away"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    ASIDE = "aside"
    """It set records aside; its log says why."""


class Upload:
    """Records stay in the store for ever: a server restored from a backup is sent them again."""

    def __init__(self, store: StationStore, book: Book, client: Client, identity: Enrolled) -> None:
        self._store = store
        self._book = book
        self._client = client
        self._identity = identity
        self._aside = ""
        self._compared = False
        self.problem = ""
        """Why the server does not have everything, for the log; empty when it has."""
        self.behind: Behind | None = None
        """The same for the page, which has the words."""

    @property
    def waiting(self) -> int:
        """Records the server has not acknowledged."""
        store = self._store
        return sum(store.highest(epoch) - store.acked(epoch) for epoch in store.epochs())

    async def run(self) -> None:
        """Until cancelled, or until the server says that this device is revoked."""
        failures = 0
        while True:
            changed = self._book.changed
            try:
                problem = await self._round()
                failures, behind = 0, Behind.ASIDE if problem else None
            except (ServerAway, CallRefused) as error:
                failures, problem, behind = failures + 1, str(error), _behind(error)
                self._compared = False
                if isinstance(error, CallRefused) and error.status == _UNAUTHORISED:
                    self._say(f"this station was cut off: {error}", Behind.CUT_OFF)
                    return
            self._say(problem, behind)
            low, high = BACKOFF_S
            if failures:
                await asyncio.sleep(min(high, low * 2 ** min(failures, 10)))
            else:
                await waited(changed, HELLO_S)

    async def _round(self) -> str:
        """What is wrong although the server answers."""
        epoch, now_ms = self._identity.epoch, self._book.now_ms()
        hello = Hello(epoch, 0, self.waiting, __version__, now_ms)
        self._holds(epoch, (await self._client.hello(hello)).acked_through)
        aside = 0
        for each in self._store.epochs():
            if each != epoch and not self._compared:
                # Hello tells of our own epoch only; of earlier ones an empty batch asks.
                self._holds(each, (await self._client.log(each, 1, [])).acked_through)
            aside += await self._send(each)
        self._compared = True
        if aside:
            self._aside = f"the server set {aside} records aside: its log says why"
        return self._aside

    def _holds(self, epoch: int, through: int) -> None:
        """It may say less than before: then it was restored and gets the rest again."""
        through = min(through, self._store.highest(epoch))
        if through != self._store.acked(epoch):
            self._store.set_acked(epoch, through)

    async def _send(self, epoch: int) -> int:
        """How many records the server keeps, but not in its log."""
        aside = 0
        while records := self._store.batch(epoch, self._store.acked(epoch), RECORDS_PER_BATCH_MAX):
            ack = await self._client.log(epoch, records[0].number, records)
            if ack.acked_through < records[-1].number:
                raise ServerAway("the server did not take every record")
            self._store.set_acked(epoch, records[-1].number)
            aside += ack.quarantined
        return aside

    def _say(self, problem: str, behind: Behind | None) -> None:
        if problem != self.problem:
            self.problem, self.behind = problem, behind
            _log.info("server: %s", problem or "has every record")
            self._book.tell()


def _behind(error: ServerAway | CallRefused) -> Behind:
    return Behind.AWAY if isinstance(error, ServerAway) else Behind.REFUSED
