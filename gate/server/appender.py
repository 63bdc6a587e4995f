"""The only writer of log and feed: the driver of `intake`.

It holds a session lock, so that a second server on the same database refuses to start, and takes
what arrives while one commit runs into the next (natural group commit). Acknowledged means
committed: no future is answered before its transaction is.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import asyncpg

from gate.access.capacity import BY_SERVER, Holding
from gate.access.known import Known
from gate.access.ledger import AT_MS_MAX, RecordKind
from gate.access.model import DeviceId, GateId, ZoneId
from gate.access.wire import FEED_ROWS_MAX, FeedRow, Granted, LogAck, LogBatch, OnlineScan
from gate.server.intake import Intake, Presented, Upload
from gate.server.numbers import Numbers
from gate.server.rights_book import RightsBook
from gate.server.store import leases, timelines
from gate.server.store import log as store
from gate.server.store.away import AWAY

LOCK_SPACE = 0x676174
QUEUE_MAX = 4096
JOBS_PER_COMMIT = 256
ANSWER_S = 30.0
RECONNECT_S = 0.2

T = TypeVar("T")
Apply = Callable[[asyncpg.Connection], Awaitable[Sequence[FeedRow]]]
_log = logging.getLogger(__name__)


class Busy(Exception):
    """More is waiting to be written than the queue may hold; try again shortly."""


class StorageAway(Exception):
    """The database does not answer; nothing was acknowledged. Try again."""


class AnotherServer(Exception):
    """Another server is writing to this database; only one may."""


@dataclass(slots=True)
class _HandedIn:
    what: Upload | Presented
    done: asyncio.Future[Any]


@dataclass(slots=True)
class _Change:
    apply: Apply
    done: asyncio.Future[int]


_Job = _HandedIn | _Change


class Appender:
    """Start it once per edition."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        known: Known,
        book: RightsBook,
    ) -> None:
        self.known = known
        self._book = book
        self.intake = Intake(known)
        self.changed = asyncio.Event()
        self._own = asyncio.Lock()
        self._connect = connect
        self._edition = known.policy.edition
        self._queue: asyncio.Queue[_Job] = asyncio.Queue(QUEUE_MAX)
        self._connection: asyncpg.Connection | None = None
        self._held: _Job | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    async def start(self) -> None:
        """Take the lock, learn where log and feed stand. Raises AnotherServer."""
        await self._open()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._connection:
            await self._connection.close()

    # --- what callers ask for

    async def upload(
        self,
        device: DeviceId,
        epoch_max: int,
        batch: LogBatch,
        kinds: frozenset[RecordKind] = frozenset(RecordKind),
        latest_ms: int = AT_MS_MAX,
        gates: frozenset[GateId] | None = None,
    ) -> LogAck:
        """Store a device's records, within the bounds that `Upload` names."""
        done: asyncio.Future[LogAck] = asyncio.get_running_loop().create_future()
        upload = Upload(device, epoch_max, batch, kinds, latest_ms, gates)
        return await self._ask(_HandedIn(upload, done), done)

    async def scan(self, device: DeviceId, gate: GateId, scan: OnlineScan, at: datetime) -> bytes:
        """Decide and store one scan; the answer is a `Decided` as JSON."""
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        return await self._ask(_HandedIn(Presented(device, gate, scan, at), done), done)

    async def change(self, apply: Apply) -> int:
        """Run a change and append the feed rows it returns, in one transaction; the new head.

        Rows come without position (`seq` 0); an exception of `apply` rolls back and is raised.
        """
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        return await self._ask(_Change(apply, done), done, wait_s=None)

    async def sweep(self, zone: ZoneId, at: datetime) -> None:
        """Write down that everybody left a zone at this moment."""
        async with self._own:
            own = self.intake.sweep(zone, at)
            await self.upload(own.device, own.epoch_max, own.batch)

    async def came_out(self, badges: Sequence[tuple[int, int]], at: datetime) -> None:
        """Write down that badges (holder, generation) were printed, by whoever printed them."""
        async with self._own:
            own = self.intake.came_out(badges, at)
            await self.upload(own.device, own.epoch_max, own.batch)

    async def free(self, holdings: Mapping[Holding, int], at: datetime) -> None:
        """Write down that these rights of lanes are nobody's any more."""
        async with self._own:
            own = self.intake.freed(holdings, at)
            await self.upload(own.device, own.epoch_max, own.batch)

    async def lease(self, holding: Holding, want: int, at: datetime) -> int:
        """All rights the device has been granted for the zone, with as many more as are free.

        Stored before it is answered; asking again after a lost answer loses none.
        """
        granted = 0

        async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
            nonlocal granted
            now_s = asyncio.get_running_loop().time()
            granted = self.intake.lease(holding, want, at, now_s)
            if granted > self.intake.pool.granted[holding]:
                await self._book.keep({holding: granted})
                await leases.save(connection, self._edition, *holding, granted)
                # Counted before the commit: should that fail, a few places stay unused.
                self.intake.granted(holding, granted)
            return ()

        await self.change(apply)
        return granted

    async def granted(self, device: DeviceId, epoch_max: int, told: Sequence[Granted]) -> None:
        """A lane says all it was ever granted. More than is known here is stored, and proves that
        this database was restored: other lanes may hold more, too."""
        if not self.intake.news(device, epoch_max, told):
            return

        async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
            news = self.intake.news(device, epoch_max, told)
            if news:
                _log.error("%s was granted more than this server knows: %s", device, news)
                self.intake.in_doubt = True
                await self._book.doubt()
                await self._take_over(connection, news)
            return ()

        await self.change(apply)

    async def doubt(self, in_doubt: bool) -> None:
        """An operator says that the database was restored; or that every lane was heard since, and
        whoever is in a full room is known."""

        async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
            if in_doubt:
                await self._book.doubt()
            else:
                await self._book.trust(self.intake.counted())
            self.intake.in_doubt = in_doubt
            return ()

        await self.change(apply)

    async def retell(self) -> None:
        """Let every lane take a new snapshot, as after a take-over of the database."""
        await self.change(self._new_timeline)
        self._tell()

    async def _ask(
        self,
        job: _Job,
        done: asyncio.Future[T],
        wait_s: float | None = ANSWER_S,
    ) -> T:
        try:
            self._queue.put_nowait(job)
        except asyncio.QueueFull:
            raise Busy("the server is writing as fast as it can; try again") from None
        if wait_s is None:
            return await done
        # A bare timer: `wait_for` costs a busy server a tenth of a scan.
        late = asyncio.get_running_loop().call_later(wait_s, _give_up, done)
        try:
            return await done
        finally:
            late.cancel()

    # --- the writer

    async def _open(self) -> None:
        connection = await self._connect()
        free = await connection.fetchval(
            "SELECT pg_try_advisory_lock($1, hashtext($2))", LOCK_SPACE, self._edition
        )
        if not free:
            await connection.close()
            raise AnotherServer(
                f"another server writes edition {self._edition} in this database; stop it first"
            )
        self._connection = connection
        await self._open_book(connection)
        log_head = self.intake.log_head
        await self._recall()
        if self._task is None or self.intake.log_head < log_head:
            self.intake.restored(self._book.granted)
        await self._new_timeline(connection)

    async def _new_timeline(self, connection: asyncpg.Connection) -> Sequence[FeedRow]:
        """Written down before a lane hears of it, so that positions can be told apart later."""
        self.intake.timeline = secrets.token_hex(8)
        await timelines.begin(connection, self._edition, self.intake.timeline)
        return ()

    async def _open_book(self, connection: asyncpg.Connection) -> None:
        """This database may have been restored since this server, or any, last had it."""
        name, served = await leases.book(connection, self._edition)
        if not served or not name or name != self._book.name:
            if served:
                _log.error("nobody can say which places of full rooms lanes hold: in doubt")
            await self._book.begin(in_doubt=served)
            await leases.save_book(connection, self._edition, self._book.name)
        self.intake.in_doubt = self._book.in_doubt
        if served:
            # Both ways: what only this database knows, the next one restored may not.
            await self._book.keep(await leases.granted(connection, self._edition))
            await self._take_over(connection, self._book.granted)

    async def _take_over(
        self, connection: asyncpg.Connection, granted: Mapping[Holding, int]
    ) -> None:
        """The higher of what book and database know, in both."""
        await self._book.keep(granted)
        for holding, total in granted.items():
            if holding[1] != BY_SERVER:
                await leases.save(connection, self._edition, *holding, total)
                self.intake.granted(holding, max(total, self.intake.pool.granted[holding]))

    async def _recall(self) -> None:
        """Take positions, numbers, presence and what the feed told from what is committed.

        A change may be committed though its answer was lost with the connection.
        """
        assert self._connection is not None
        log_head, feed_head = await store.heads(self._connection, self._edition)
        while self.known.cursor < feed_head:
            self.intake.changed(
                await store.feed_after(
                    self._connection, self._edition, self.known.cursor, FEED_ROWS_MAX
                )
            )
        numbers = {
            (DeviceId(row["device"]), row["epoch"]): Numbers(
                row["highest"], row["acked"], set(row["beyond"])
            )
            for row in await self._connection.fetch(store.NUMBERS, self._edition)
        }
        granted = await leases.granted(self._connection, self._edition)
        self.intake.recall(log_head, numbers, granted)
        async for seq, record, by_server in store.decisions(self._connection, self._edition):
            self.intake.recalled(seq, record, by_server)

    async def _run(self) -> None:
        while True:
            jobs = await self._next()
            try:
                if not self.ready:
                    await self._open()
                await self._write_or_split(jobs)
            except AnotherServer as error:
                _fail(jobs, error)
                await asyncio.sleep(RECONNECT_S)
            except (*AWAY, asyncpg.PostgresError) as error:
                _log.error("the database failed a write: %s", error)
                _fail(jobs, StorageAway(f"the database does not answer ({type(error).__name__})"))
                await self._drop_connection()
            except Exception as error:  # noqa: BLE001 - the only writer must outlive any mistake
                _log.exception("a write failed; positions and presence are recalled")
                _fail(jobs, error)
                await self._drop_connection()

    async def _next(self) -> list[_Job]:
        """What waits, in order; a change is always alone."""
        if self._held is not None:
            jobs, self._held = [self._held], None
        else:
            jobs = [await self._queue.get()]
        while not isinstance(jobs[0], _Change) and len(jobs) < JOBS_PER_COMMIT:
            try:
                job = self._queue.get_nowait()
            except asyncio.QueueEmpty:
                break
            if isinstance(job, _Change):
                self._held = job
                break
            jobs.append(job)
        return jobs

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.terminate()
        await asyncio.sleep(RECONNECT_S)

    async def _write_or_split(self, jobs: list[_Job]) -> None:
        """One bad job must not take the others down with it: then each is written alone."""
        try:
            await self._write(jobs)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            await self._recall()
            if len(jobs) == 1:
                _log.error("a write was refused by the database: %s", error)
                _fail(jobs, error)
                return
            for job in jobs:
                await self._write_or_split([job])

    async def _write(self, jobs: list[_Job]) -> None:
        assert self._connection is not None
        if isinstance(jobs[0], _Change):
            await self._write_change(self._connection, jobs[0])
            return
        handed_in = [job.what for job in jobs if isinstance(job, _HandedIn)]
        names = self.intake.needed(handed_in)
        stored = await store.existing(self._connection, self._edition, names) if names else {}
        group = self.intake.take(handed_in, stored)
        await self._book.keep(group.rights)
        if group.odd:
            async with self._connection.transaction():
                await store.quarantine(self._connection, self._edition, group.odd)
                if group.rows:
                    await store.append(self._connection, self._edition, group.rows)
        elif group.rows:
            await store.append(self._connection, self._edition, group.rows)
        for job, answer in zip(jobs, self.intake.committed(group), strict=True):
            done: asyncio.Future[Any] = job.done
            if not done.done():
                done.set_result(answer)
        if group.rows:
            self._tell()

    def _tell(self) -> None:
        """Wake whoever waits for feed or moves."""
        told, self.changed = self.changed, asyncio.Event()
        told.set()

    async def _write_change(self, connection: asyncpg.Connection, job: _Change) -> None:
        try:
            async with connection.transaction():
                rows = self.intake.place(await job.apply(connection))
                if rows:
                    await store.feed_append(connection, self._edition, rows)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - the caller's mistake is the caller's answer
            if not job.done.done():
                job.done.set_exception(error)
            return
        self.intake.changed(rows)
        self._tell()
        if not job.done.done():
            job.done.set_result(self.known.cursor)


def _give_up(done: asyncio.Future[Any]) -> None:
    if not done.done():
        done.set_exception(TimeoutError("the server did not write it down in time"))


def _fail(jobs: Sequence[_Job], error: Exception) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_exception(error)
