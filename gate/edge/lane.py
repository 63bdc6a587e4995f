"""A lane: one scanning position at a gate. Decide, write down durably, then show.

It starts from its own store and needs no network. Entering needs the record on disk first; an
exit and an emergency never wait for a disk that fails.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from gate.access.known import Known
from gate.access.ledger import LogRecord
from gate.access.model import Credential, Decision, DeviceId, Direction, GateId, Reason
from gate.access.policy import Policy
from gate.access.policy_file import PolicyError, parse
from gate.access.wire import Enrolled, Feed, Snapshot
from gate.edge.store import FAILURES, LaneStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the light shows. `record` None: this scan is not on disk (and did not admit)."""

    decision: Decision
    record: LogRecord | None
    at: datetime


class Lane:
    """Used from one thread at a time; `identity` says which device, gate and direction it is.

    Raises StoreUnusable for a store that cannot be read, or is another device's.
    """

    def __init__(self, store: LaneStore, identity: Enrolled) -> None:
        self._store = store
        self.identity = identity
        self.gate = identity.gate or GateId("")
        self.direction = identity.direction
        self._known: Known | None = None
        self._timeline = ""
        self._raised: dict[int, int] = {}
        """Generations that badges proved and the disk does not have yet."""
        with store.reading():
            store.claim(identity.device)
            self._highest = {identity.epoch: 0} | store.highest()
            self._acked = dict.fromkeys(self._highest, 0) | store.acked()
            snapshot = store.snapshot()
            if snapshot is not None:
                self._resume(snapshot)

    @property
    def policy(self) -> Policy | None:
        """None before the first snapshot."""
        return self._known.policy if self._known else None

    @property
    def cursor(self) -> int | None:
        return self._known.cursor if self._known else None

    @property
    def timeline(self) -> str:
        """Of which of the server's timelines the cursor speaks."""
        return self._timeline

    @property
    def waiting(self) -> int:
        """Records the server has not acknowledged, of every epoch."""
        return sum(max(0, number - self._acked[epoch]) for epoch, number in self._highest.items())

    # --- a scan

    def scan(self, text: str, at: datetime) -> Shown:
        """One badge presented once. The record is durable when this returns an admission."""
        if self._known is None:
            leaving = self.direction is Direction.EXIT
            reason = Reason.EXITED if leaving else Reason.RULE_ERROR
            return Shown(Decision(reason, "no snapshot yet"), None, at)
        judged = self._known.judge(text, self.gate, self.direction, at)
        presented = judged.scan.presented
        if judged.raised and isinstance(presented, Credential):
            self._raised[presented.holder] = presented.generation
        epoch = self.identity.epoch
        name = DeviceId(self.identity.device), epoch, self._highest[epoch] + 1
        record = self._known.record(judged, name)
        try:
            self._store.append(record, self._raised.items())
        except FAILURES as error:
            _log.error("the lane's store failed: %s", error)
            return Shown(self._unwritten(judged.decision), None, at)
        self._raised.clear()
        self._highest[epoch] = record.number
        self._known.add(record)
        return Shown(judged.decision, record, at)

    def _unwritten(self, decision: Decision) -> Decision:
        """Nobody enters unrecorded; leaving and fleeing never wait for a disk."""
        if decision.reason in (Reason.EXITED, Reason.EMERGENCY) or not decision.admitted:
            return decision
        return Decision(Reason.RULE_ERROR, "the lane's store failed")

    # --- sync

    def take(self, snapshot: Snapshot) -> None:
        """A snapshot from the server. Raises PolicyError and keeps everything when its policy
        cannot be read."""
        parse(snapshot.policy, "snapshot")
        self._store.replace(snapshot)
        self._take(snapshot)

    def apply(self, feed: Feed) -> None:
        """Rows of the feed. Raises ValueError when they do not follow, PolicyError for a policy
        that cannot be read; then nothing was taken."""
        known = self._known
        if feed.timeline != self._timeline:
            raise ValueError("the feed is of another timeline")
        if known is None or any(
            row.seq != known.cursor + place for place, row in enumerate(feed.rows, 1)
        ):
            raise ValueError("the feed does not follow the lane's cursor")
        policies = {
            row.seq: parse(row.policy, f"feed row {row.seq}")
            for row in feed.rows
            if row.policy is not None
        }
        reached = (feed.rows[-1].seq if feed.rows else known.cursor) >= feed.head
        known_until = feed.known_until_min if reached else None
        if feed.rows or self._is_news(known_until):
            self._store.apply(feed.rows, known_until)
        for row in feed.rows:
            known.apply(row, policies.get(row.seq))
        if known_until is not None:
            known.known_until_min = known_until

    def _is_news(self, known_until: int | None) -> bool:
        """An empty feed is written only as its minute changes: no disk write at every poll."""
        assert self._known is not None
        return known_until is not None and known_until != self._known.known_until_min

    @property
    def older_epochs(self) -> list[int]:
        """Earlier enrolments of this device that left records here."""
        return sorted(epoch for epoch in self._highest if epoch < self.identity.epoch)

    def batch(self, limit: int) -> list[LogRecord]:
        """The next unacknowledged records of one epoch, in order: first what happens now, then
        what earlier enrolments left. An epoch the server never gave (it was restored) waits."""
        for epoch in (self.identity.epoch, *self.older_epochs):
            if self._acked[epoch] < self._highest[epoch]:
                return self._store.batch(epoch, self._acked[epoch], limit)
        return []

    def acknowledged(self, epoch: int, through: int) -> None:
        """The server holds every record up to `through`; it may say less after a restore."""
        through = min(through, self._highest[epoch])
        if through != self._acked[epoch]:
            self._acked[epoch] = through
            self._store.set_acked(epoch, through)

    def _resume(self, snapshot: Snapshot) -> None:
        """Go on where the last run stopped; with a policy only another version of this program
        could read, wait for a new snapshot."""
        try:
            self._take(snapshot)
        except PolicyError as error:
            _log.error("the stored policy cannot be read, a new snapshot is needed: %s", error)

    def _take(self, snapshot: Snapshot) -> None:
        policy = parse(snapshot.policy, "snapshot")
        self._timeline = snapshot.timeline
        if self._known is None:
            self._known = Known(policy)
            self._known.generation_min = self._store.generations()
            self._known.replace(snapshot, policy)
            self._known.add_all(self._store.records())
        else:
            self._known.replace(snapshot, policy)
