"""The only writer of log and feed.

It holds a session lock, so that a second server on the same database refuses to start, and takes
what arrives while one commit runs into the next (natural group commit). Promises kept here:

- Acknowledged means committed: no future is answered before its transaction is.
- A record's name is looked up before any rule: a retry gets the stored answer, no second row.
- What cannot enter the log is quarantined with the reason; a device's queue always moves on.
- Positions in log and feed are dense, in commit order.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import asyncpg
import msgspec

from gate.access.capacity import Holding, Pool, entry_lanes
from gate.access.known import Known
from gate.access.ledger import AT_MS_MAX, LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, GateId, Reason, ZoneId
from gate.access.policy import Zone
from gate.access.wire import FEED_ROWS_MAX, Decided, FeedRow, LogAck, LogBatch, OnlineScan
from gate.server.numbers import Numbers
from gate.server.recent import Recent
from gate.server.store import leases
from gate.server.store import log as store
from gate.server.store.away import AWAY
from gate.server.store.log import Name

SERVER = DeviceId("~server")
"""Under this name the server's own records stand; no device can have it."""
LOCK_SPACE = 0x676174
QUEUE_MAX = 4096
JOBS_PER_COMMIT = 256
ANSWER_S = 30.0
RECONNECT_S = 0.2
SHORT_S = 15.0

T = TypeVar("T")
Apply = Callable[[asyncpg.Connection], Awaitable[Sequence[FeedRow]]]
_log = logging.getLogger(__name__)
_decode_record = msgspec.json.Decoder(LogRecord).decode


class Busy(Exception):
    """More is waiting to be written than the queue may hold; try again shortly."""


class StorageAway(Exception):
    """The database does not answer; nothing was acknowledged. Try again."""


class AnotherServer(Exception):
    """Another server is writing to this database; only one may."""


@dataclass(slots=True)
class _Upload:
    device: DeviceId
    epoch_max: int
    batch: LogBatch
    kinds: frozenset[RecordKind]
    latest_ms: int
    done: asyncio.Future[LogAck]


@dataclass(slots=True)
class _Scan:
    device: DeviceId
    gate: GateId
    scan: OnlineScan
    at: datetime
    done: asyncio.Future[bytes]


@dataclass(slots=True)
class _Change:
    apply: Apply
    done: asyncio.Future[int]


_Job = _Upload | _Scan | _Change


@dataclass(slots=True)
class _Group:
    """What one transaction writes, and the answers it allows once committed."""

    rows: list[tuple[int, LogRecord, bytes, bytes | None]] = field(default_factory=list)
    names: dict[Name, int] = field(default_factory=dict)
    odd: list[tuple[Name, bytes, str, bytes]] = field(default_factory=list)
    answers: list[Callable[[], None]] = field(default_factory=list)


class Appender:
    """Start it once per edition; `known` is kept equal to what is committed."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], known: Known) -> None:
        self.known = known
        self.recent = Recent()
        self.pool = Pool()
        self._own = asyncio.Lock()
        self._short: dict[ZoneId, float] = {}
        self.changed = asyncio.Event()
        self.timeline = ""
        """New each time this server takes over its database: that may have been restored, and
        then the same positions of the feed stand for other changes than lanes were told."""
        self._connect = connect
        self._edition = known.policy.edition
        self._queue: asyncio.Queue[_Job] = asyncio.Queue(QUEUE_MAX)
        self._numbers: dict[tuple[str, int], Numbers] = {}
        self._log_head = 0
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
    ) -> LogAck:
        """Store a device's records; `epoch_max` is the device's current epoch, `kinds` what it
        may record, `latest_ms` until when it can have happened."""
        done: asyncio.Future[LogAck] = asyncio.get_running_loop().create_future()
        return await self._ask(_Upload(device, epoch_max, batch, kinds, latest_ms, done), done)

    async def scan(self, device: DeviceId, gate: GateId, scan: OnlineScan, at: datetime) -> bytes:
        """Decide and store one scan; the answer is a `Decided` as JSON."""
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        return await self._ask(_Scan(device, gate, scan, at, done), done)

    async def change(self, apply: Apply) -> int:
        """Run a change and append the feed rows it returns, in one transaction; the new head.

        Rows come without position (`seq` 0); an exception of `apply` rolls back and is raised.
        """
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        return await self._ask(_Change(apply, done), done, wait_s=None)

    async def sweep(self, zone: ZoneId, at: datetime) -> None:
        """Write down that everybody left a zone at this moment."""
        async with self._own:
            number = self.acked_through(SERVER, 1) + 1
            record = LogRecord(
                device=SERVER,
                epoch=1,
                number=number,
                kind=RecordKind.SWEPT,
                at_ms=int(at.timestamp() * 1000),
                zone=zone,
                reason=Reason.EXITED,
                direction=Direction.EXIT,
            )
            raw = msgspec.Raw(msgspec.json.encode(record))
            await self.upload(SERVER, 1, LogBatch(1, number, (raw,)))

    async def lease(self, holding: Holding, want: int, at: datetime) -> int:
        """All rights the device has been granted for the zone, with as many more as are free.

        Stored before it is answered; asking again after a lost answer loses none.
        """
        device, epoch, name = holding
        granted = self.pool.granted[holding]

        async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
            nonlocal granted
            zone, pool = self.known.policy.zones[name], self.pool
            left = pool.left(zone, self.known.whereabouts, at)
            before = pool.granted[holding]
            granted = pool.grant(holding, want, left, entry_lanes(name, self.known.policy))
            if granted > before:
                await leases.save(connection, self._edition, device, epoch, name, granted)
                # Counted before the commit: should that fail, a few places stay unused.
                pool.granted[holding] = granted
            if granted < before + want:
                self._short[name] = asyncio.get_running_loop().time()
            return ()

        await self.change(apply)
        return granted

    def places(self, zone: Zone, at: datetime) -> int:
        """What the server itself may still admit into a hard zone: whatever no lane holds."""
        return self.pool.left(zone, self.known.whereabouts, at)

    def short(self) -> tuple[ZoneId, ...]:
        """Zones in which a lane lately wanted more rights than there were."""
        now = asyncio.get_running_loop().time()
        return tuple(zone for zone, at in self._short.items() if now - at < SHORT_S)

    def retell(self) -> None:
        """Let every lane take a new snapshot, as after a take-over of the database."""
        self.timeline = secrets.token_hex(8)
        self._tell()

    def acked_through(self, device: DeviceId, epoch: int) -> int:
        numbers = self._numbers.get((device, epoch))
        return numbers.acked if numbers else 0

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
        return await asyncio.wait_for(done, wait_s)

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
        await self._recall()
        self.timeline = secrets.token_hex(8)

    async def _recall(self) -> None:
        """Take positions, numbers, presence and what the feed told from what is committed.

        A change may be committed though its answer was lost with the connection.
        """
        assert self._connection is not None
        self._log_head, feed_head = await store.heads(self._connection, self._edition)
        while self.known.cursor < feed_head:
            for row in await store.feed_after(
                self._connection, self._edition, self.known.cursor, FEED_ROWS_MAX
            ):
                self.known.apply(row)
        self._numbers = {
            (row["device"], row["epoch"]): Numbers(row["highest"], row["acked"], set(row["beyond"]))
            for row in await self._connection.fetch(store.NUMBERS, self._edition)
        }
        self.known.forget_presence()
        self.recent, self.pool = Recent(), Pool()
        self.pool.granted.update(await leases.granted(self._connection, self._edition))
        async for seq, record in store.all_records(self._connection, self._edition):
            self.known.add(record)
            self.pool.add(record)
            self.recent.add(seq, record)

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
        stored = await self._stored(self._connection, jobs)
        group = _Group()
        for job in jobs:
            if isinstance(job, _Upload):
                self._take_upload(job, stored, group)
            elif isinstance(job, _Scan):
                self._take_scan(job, stored, group)
        if group.odd:
            async with self._connection.transaction():
                await store.quarantine(self._connection, self._edition, group.odd)
                if group.rows:
                    await store.append(self._connection, self._edition, group.rows)
        elif group.rows:
            await store.append(self._connection, self._edition, group.rows)
        self._committed(group)

    def _committed(self, group: _Group) -> None:
        self._log_head += len(group.rows)
        for name in (*group.names, *(odd[0] for odd in group.odd)):
            self._numbers.setdefault(name[:2], Numbers()).add(name[2])
        for seq, record, *_ in group.rows:
            self.recent.add(seq, record)
        for answer in group.answers:
            answer()
        if group.rows:
            self._tell()

    def _tell(self) -> None:
        """Wake whoever waits for feed or moves."""
        told, self.changed = self.changed, asyncio.Event()
        told.set()

    async def _stored(
        self, connection: asyncpg.Connection, jobs: Sequence[_Job]
    ) -> dict[Name, tuple[bytes, bytes | None]]:
        """Rows the log already has under the jobs' names; no look-up for numbers never seen."""
        names: list[Name] = []
        for job in jobs:
            if isinstance(job, _Scan):
                epoch, numbers = job.scan.epoch, range(job.scan.number, job.scan.number + 1)
            elif isinstance(job, _Upload):
                epoch, first = job.batch.epoch, job.batch.first
                numbers = range(first, first + len(job.batch.records))
            known = self._numbers.get((job.device, epoch))  # type: ignore[union-attr]
            highest = known.highest if known else 0
            names += [(job.device, epoch, n) for n in numbers if n <= highest]  # type: ignore[union-attr]
        return await store.existing(connection, self._edition, names) if names else {}

    def _take_upload(
        self, job: _Upload, stored: dict[Name, tuple[bytes, bytes | None]], group: _Group
    ) -> None:
        odd_before = len(group.odd)
        for index, raw in enumerate(job.batch.records):
            name = (job.device, job.batch.epoch, job.batch.first + index)
            body = bytes(raw)
            record, why = _readable(body, name, job)
            if record is not None:
                body = msgspec.json.encode(record)
                why = self._clash(name, body, stored, group)
            if why is None and record is not None:
                self._append(group, record, body, None)
            elif why:
                group.odd.append((name, hashlib.sha256(body).digest(), why, body))
        quarantined = len(group.odd) - odd_before
        key = (job.device, job.batch.epoch)

        def answer() -> None:
            if not job.done.done():
                numbers = self._numbers.get(key)
                job.done.set_result(LogAck(numbers.acked if numbers else 0, quarantined))

        group.answers.append(answer)

    def _clash(
        self, name: Name, body: bytes, stored: dict[Name, tuple[bytes, bytes | None]], group: _Group
    ) -> str | None:
        """None: the name is free. Empty: the same record is there. Else how they differ."""
        if name in stored:
            same = stored[name][0] == body
        elif name in group.names:
            same = group.rows[group.names[name]][2] == body
        else:
            return None
        return "" if same else "differs from the record already kept under its number"

    def _take_scan(
        self, job: _Scan, stored: dict[Name, tuple[bytes, bytes | None]], group: _Group
    ) -> None:
        name = (job.device, job.scan.epoch, job.scan.number)
        if name in stored:
            body = stored[name][1]
        elif name in group.names:
            body = group.rows[group.names[name]][3]
        else:
            judged = self.known.judge(job.scan.text, job.gate, job.scan.direction, job.at)
            record = self.known.record(judged, name)
            body = msgspec.json.encode(Decided(name[2], judged.decision.admitted, judged.decision))
            self._append(group, record, msgspec.json.encode(record), body)
        answer_body = body if body is not None else b""

        def answer() -> None:
            if not job.done.done():
                job.done.set_result(answer_body)

        group.answers.append(answer)

    def _append(self, group: _Group, record: LogRecord, body: bytes, answer: bytes | None) -> None:
        """Into the transaction, and at once into presence: the next scan must see it."""
        group.names[record.name] = len(group.rows)
        group.rows.append((self._log_head + len(group.rows) + 1, record, body, answer))
        self.known.add(record)
        self.pool.add(record)

    async def _write_change(self, connection: asyncpg.Connection, job: _Change) -> None:
        try:
            async with connection.transaction():
                rows = [
                    msgspec.structs.replace(row, seq=self.known.cursor + place)
                    for place, row in enumerate(await job.apply(connection), 1)
                ]
                if rows:
                    await store.feed_append(connection, self._edition, rows)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - the caller's mistake is the caller's answer
            if not job.done.done():
                job.done.set_exception(error)
            return
        for row in rows:
            self.known.apply(row)
        self._tell()
        if not job.done.done():
            job.done.set_result(self.known.cursor)


def _fail(jobs: Sequence[_Job], error: Exception) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_exception(error)


def _readable(body: bytes, name: Name, job: _Upload) -> tuple[LogRecord | None, str | None]:
    """The record, or why it cannot enter the log."""
    try:
        record = _decode_record(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, f"not a log record: {error}"
    if record.name != name:
        return None, f"names itself {record.name}, sent as {name}"
    if record.epoch > job.epoch_max:
        return None, f"epoch {record.epoch} was never given to this device"
    if record.kind not in job.kinds:
        return None, f"a record of kind {record.kind} is not this device's to make"
    if record.at_ms > job.latest_ms:
        return None, f"its clock was wrong: {record.at:%Y-%m-%d %H:%M} UTC was still to come"
    return record, ""
