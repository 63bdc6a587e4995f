"""Live counts: the log folded as it grows, and shown to any number of viewers.

A notification only wakes; the rows after our own position are what is folded, so a lost or
repeated wake-up costs nothing. A snapshot is encoded once and shared: a slow viewer misses
intermediate snapshots, never the newest.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import asyncpg
import msgspec

from gate.access.badge_number import number
from gate.access.counts import Counts
from gate.access.known import Known
from gate.access.ledger import LogRecord
from gate.access.model import Mode, Reason, Status, ZoneId
from gate.access.review import Anomaly, AnomalyKind, Review, Scanned
from gate.clock import Clock
from gate.server.store import log as store
from gate.server.store import registrations
from gate.server.store.away import AWAY

POLL_S = 2.0
TICK_S = 0.1
TICK_PER_VIEWER_S = 0.0002
REFUSALS_SHOWN = 8
ANOMALIES_SHOWN = 8
DAYS_ENCODED_MAX = 32
FOLDED_AT_ONCE = 32
"""Records: about a millisecond, so that no scan waits for the wall."""
SPARK_MINUTES = 60
_log = logging.getLogger(__name__)


class GateLive(msgspec.Struct):
    id: str
    entries: int
    exits: int
    refused: int
    per_minute: tuple[int, ...]
    """Entries in each of the last 60 minutes, the newest last."""


class Refusal(msgspec.Struct):
    at_ms: int
    gate: str
    reason: Reason


class Shown(msgspec.Struct):
    """An anomaly in the wall's words: badge number instead of holder, gates and times."""

    kind: AnomalyKind
    badge: str
    zone: str
    gate: str
    at_ms: int
    earlier_gate: str = ""
    earlier_at_ms: int = 0


class Snapshot(msgspec.Struct):
    """One day as the wall shows it."""

    day: date
    now_ms: int
    """The venue's time when this was made."""
    last_at_ms: int
    """When the newest record was scanned; 0 before the first."""
    records: int
    inside: dict[ZoneId, int]
    entered: int
    events: dict[str, int]
    minutes: tuple[tuple[int, int, int], ...]
    """(minute since midnight, entries, people who arrived), only minutes with any."""
    refused: dict[Reason, int]
    gates: tuple[GateLive, ...]
    refusals: tuple[Refusal, ...]
    overridden: int
    annulled: int
    mode: Mode
    anomalies: tuple[Shown, ...]
    anomalies_total: int
    set_aside: int
    """Records the log could not take, of the whole edition: a device may be a copy, or faulty."""
    places_in_doubt: bool
    """No place of a full room is granted until every lane was heard: something was restored."""


class Live:
    """Start it once; `latest(day)` is what a viewer shows, `changed(day)` when to look again."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        pool: asyncpg.Pool,
        known: Known,
        clock: Clock,
    ) -> None:
        self._connect = connect
        self._pool = pool
        self._known = known
        self._policy = known.policy
        self._clock = clock
        self.counts = Counts(self._policy)
        self.review = Review(
            self._policy, self._status_of, self.counts.whereabouts, self._generation_of
        )
        self._revoked: dict[int, tuple[Status, int]] = {}
        self._told = -1
        self._set_aside = 0
        self.position = 0
        self.viewers = 0
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._encoded: dict[date, bytes] = {}
        self._refusals: list[LogRecord] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.in_doubt: Callable[[], bool] = lambda: False
        self.ready = False
        self.closing = False

    async def start(self) -> None:
        """Fold everything there is, then follow."""
        await self._catch_up()
        self.ready = True
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow())]

    def close_streams(self) -> None:
        """Let every viewer's stream end, so that the service can stop."""
        self.closing = True
        self._publish()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def latest(self, day: date) -> bytes:
        """The day's snapshot as JSON, encoded at most once per change and minute of viewing."""
        if day not in self._encoded:
            if len(self._encoded) >= DAYS_ENCODED_MAX:
                self._encoded.clear()
            self._encoded[day] = msgspec.json.encode(self.snapshot(day))
        return self._encoded[day]

    async def changed(self, timeout_s: float) -> bool:
        """Wait for the next change; False when there was none in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def snapshot(self, day: date) -> Snapshot:
        counts = self.counts.days.get(day)
        local = self._policy.local(self._clock.now())
        last_minute = local.hour * 60 + local.minute if local.date() == day else 24 * 60 - 1
        anomalies = self.anomalies(day)
        refusals = [r for r in self._refusals if self._policy.local(r.at).date() == day]
        return Snapshot(
            day=day,
            now_ms=self._clock.now_ms(),
            last_at_ms=self.counts.last_at_ms,
            records=self.counts.records,
            inside=self.inside(),
            entered=len(counts.entered) if counts else 0,
            events={e: len(counts.entered_event[e]) if counts else 0 for e in self._policy.events},
            minutes=tuple(
                (m, counts.entries_minute[m], counts.people_minute[m])
                for m in sorted(+counts.entries_minute)
            )
            if counts
            else (),
            refused=dict(counts.refused_reason) if counts else {},
            gates=tuple(
                GateLive(
                    gate,
                    counts.entries_gate[gate] if counts else 0,
                    counts.exits_gate[gate] if counts else 0,
                    counts.refused_gate[gate] if counts else 0,
                    tuple(
                        counts.entries_gate_minute[gate][last_minute - back] if counts else 0
                        for back in range(SPARK_MINUTES - 1, -1, -1)
                    ),
                )
                for gate in self._policy.gates
            ),
            refusals=tuple(Refusal(r.at_ms, r.gate or "", r.reason) for r in reversed(refusals))[
                :REFUSALS_SHOWN
            ],
            overridden=counts.overridden if counts else 0,
            annulled=counts.annulled if counts else 0,
            mode=self._known.mode,
            anomalies=tuple(map(in_words, anomalies[:ANOMALIES_SHOWN])),
            anomalies_total=len(anomalies),
            set_aside=self._set_aside,
            places_in_doubt=self.in_doubt(),
        )

    def anomalies(self, day: date) -> list[Anomaly]:
        """Those of a venue's day, the latest first."""
        found = self.review.anomalies()
        return [each for each in found if self._policy.local(each.later.at).date() == day]

    def inside(self) -> dict[ZoneId, int]:
        """People in each zone now: a checkout hour empties it without any record."""
        now = self._clock.now()
        return {zone: self.counts.inside(zone, now) for zone in self._policy.zones}

    async def recount(self, position: int) -> Counts:
        """A fresh fold of the log up to a position, to hold the live one against."""
        counts, seq = Counts(self._policy), 0
        while page := await store.after(self._pool, self._policy.edition, seq):
            for seq, record in page:
                if seq > position:
                    return counts
                counts.add(record)
        return counts

    async def _catch_up(self) -> bool:
        """Fold what is behind our position; whether there was anything."""
        any_new = self._told != self._known.cursor
        if any_new:
            self._told = self._known.cursor
            self._revoked = await registrations.revoked(self._pool, self._policy.edition)
        set_aside = await self._pool.fetchval(store.QUARANTINED, self._policy.edition)
        any_new = any_new or set_aside != self._set_aside
        self._set_aside = set_aside
        while page := await store.after(self._pool, self._policy.edition, self.position):
            any_new = True
            for start in range(0, len(page), FOLDED_AT_ONCE):
                self._fold(page[start : start + FOLDED_AT_ONCE])
                await asyncio.sleep(0)
        return any_new

    def _fold(self, rows: Sequence[tuple[int, LogRecord]]) -> None:
        for self.position, record in rows:
            self.counts.add(record)
            self.review.add(record)
            if not record.reason.opens:
                self._refusals.append(record)
        del self._refusals[: -50 * REFUSALS_SHOWN]

    async def _listen(self) -> None:
        """Turn notifications into wake-ups; a lost connection is made again."""
        while True:
            try:
                connection = await self._connect()
                try:
                    gone = asyncio.Event()
                    connection.add_termination_listener(lambda *_, gone=gone: gone.set())
                    await connection.add_listener(store.LOG_CHANNEL, lambda *_: self._wake.set())
                    self._wake.set()
                    await gone.wait()
                finally:
                    connection.terminate()
            except (*AWAY, asyncpg.PostgresError) as error:
                _log.warning("live counts lost their listener: %s", error)
                await asyncio.sleep(POLL_S)

    async def _follow(self) -> None:
        shown = self.inside()
        while True:
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`: before Python 3.12 it drops a cancellation that comes with the
                # event, and a busy server would not stop.
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()
            self._wake.clear()
            try:
                changed = await self._catch_up()
            except (*AWAY, asyncpg.PostgresError) as error:
                _log.warning("live counts cannot read the log: %s", error)
                await asyncio.sleep(POLL_S)
                continue
            inside = self.inside()
            if changed or inside != shown:
                shown = inside
                self._publish()
                await asyncio.sleep(max(TICK_S, self.viewers * TICK_PER_VIEWER_S))

    def _status_of(self, holder: int) -> tuple[Status, int] | None:
        return self._revoked.get(holder)

    def _generation_of(self, holder: int) -> int:
        record = self._known.holders.get(holder)
        return record.generation if record else 0

    def wake(self) -> None:
        """Something changed that no record says: mode, registrations."""
        self._wake.set()

    def _publish(self) -> None:
        self._encoded.clear()
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def in_words(anomaly: Anomaly) -> Shown:
    """For the screens, which know badges and not holders."""
    later, earlier = anomaly.later, anomaly.earlier
    shown = Shown(anomaly.kind, number(anomaly.holder), anomaly.zone, _where(later), later.at_ms)
    if earlier is not None:
        shown.earlier_gate, shown.earlier_at_ms = _where(earlier), earlier.at_ms
    return shown


def _where(scanned: Scanned) -> str:
    """The gate; of a print, which is at none, the printing device."""
    return scanned.gate or scanned.device
