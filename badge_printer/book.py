"""The station's book of jobs: every change of a job passes here, is written down, and is told.

Durable before it returns. A printed badge's log record is made here, in the job's own transaction.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable

from badge_printer.queue import Cancel, Event, Job, Move, NotPossible, Settle, State, after
from badge_printer.store import Desk, StationStore
from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import DeviceId, Reason
from gate.access.wire import BadgeData, Enrolled

OPEN_MAX = 500
ENDED_SHOWN = 50
BY_PRINTER, BY_PERSON = "printer says done", "person says it came out"


class QueueFull(Exception):
    """So many jobs wait that another would not be printed soon; print or cancel some first."""


class AlreadyThere(Exception):
    """This very badge is being printed, or was; `job` says where."""

    def __init__(self, job: Job) -> None:
        words = "was printed" if job.state is State.PRINTED else f"is already here ({job.state})"
        super().__init__(f"this badge {words}: job {job.id} on {job.printer}")
        self.job = job


class NoSuchPrinter(KeyError):
    """There is no printer of this name."""

    def __str__(self) -> str:
        return f"there is no printer {self.args[0]!r}"


class Book:
    """`printers` are the names there are; `now_ms` the venue's time. Raises StoreUnusable for
    another device's store."""

    def __init__(
        self,
        store: StationStore,
        identity: Enrolled,
        printers: tuple[str, ...],
        now_ms: Callable[[], int],
    ) -> None:
        store.claim(DeviceId(identity.device))
        self._store = store
        self._identity = identity
        self.now_ms = now_ms
        self._changed = asyncio.Event()
        self.printers = printers
        for name in printers:
            store.know(name)

    # --- asking

    def add(self, key: str, printer: str, badge: BadgeData, again: bool = False) -> Job:
        """A badge to print. The same key twice is the same job; `again` allows a second copy of a
        badge that was printed here before.

        Raises NoSuchPrinter, AlreadyThere, QueueFull.
        """
        if known := self._store.by_key(key):
            return known
        self._check(printer)
        earlier = self._store.of_badge(badge.holder, badge.generation)
        if earlier and not (again and earlier.state is State.PRINTED):
            raise AlreadyThere(earlier)
        if len(self.open()) >= OPEN_MAX:
            raise QueueFull(f"{OPEN_MAX} badges wait already")
        text_hash = hashlib.sha256(badge.text.encode()).hexdigest()[:16]
        job = self._store.add(key, printer, badge, text_hash, self.now_ms())
        self.tell()
        return job

    def by_key(self, key: str) -> Job | None:
        return self._store.by_key(key)

    # --- changing

    def apply(self, number: int, event: Event) -> Job:
        """The job after an event, written down. Raises KeyError, NotPossible, NoSuchPrinter."""
        before = self._store.job(number)
        if isinstance(event, Move | Settle) and event.printer:
            self._check(event.printer)
        job = after(before, event, self.now_ms())
        record = None
        if job.state is State.PRINTED:
            record = self._printed(job, BY_PERSON if isinstance(event, Settle) else BY_PRINTER)
        self._store.save(job, record)
        self.tell()
        return job

    def news(self, job: Job, event: Event) -> bool:
        """An event from the printer about one attempt; False when it comes too late to matter."""
        now = self._store.job(job.id)
        if (now.attempt, now.printer) != (job.attempt, job.printer):
            return False
        try:
            self.apply(job.id, event)
        except NotPossible:
            return False
        return True

    def cancel(self, number: int) -> tuple[Job, Job]:
        """The job before and after."""
        return self._store.job(number), self.apply(number, Cancel())

    def _printed(self, job: Job, rule: str) -> LogRecord:
        return LogRecord(
            device=DeviceId(self._identity.device),
            epoch=self._identity.epoch,
            number=self._store.highest(self._identity.epoch) + 1,
            kind=RecordKind.PRINTED,
            at_ms=job.changed_at_ms,
            reason=Reason.ADMITTED,
            rule=rule,
            holder=job.holder,
            generation=job.generation,
            text_hash=job.text_hash,
        )

    # --- looking

    def job(self, number: int) -> Job:
        """Raises KeyError."""
        return self._store.job(number)

    def open(self) -> list[Job]:
        return self._store.open()

    def ended(self) -> list[Job]:
        return self._store.ended(ENDED_SHOWN)

    def badge(self, job: Job) -> BadgeData:
        return self._store.badge(job)

    # --- printers' settings made by people

    def desks(self) -> dict[str, Desk]:
        desks = self._store.desks()
        return {name: desks[name] for name in self.printers}

    def pause(self, printer: str, paused: bool) -> None:
        self._check(printer)
        self._store.pause(printer, paused)
        self.tell()

    def set_stock(self, printer: str, stock: int | None) -> None:
        self._check(printer)
        self._store.set_stock(printer, stock)
        self.tell()

    def _check(self, printer: str) -> None:
        if printer not in self.printers:
            raise NoSuchPrinter(printer)

    # --- telling

    @property
    def changed(self) -> asyncio.Event:
        """Set once at the next change; take it before looking."""
        return self._changed

    def tell(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()


async def waited(changed: asyncio.Event, seconds: float) -> None:
    """Until a change, but not longer. (`wait_for` of Python 3.11 can swallow a cancellation that
    arrives together with the change; the program would then never stop.)"""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
