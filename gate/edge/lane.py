"""A lane: one scanning position at a gate. Decide, write down durably, then show.

It starts from its own store and needs no network. Entering needs the record on disk first; an
exit and an emergency never wait for a disk that fails.
"""

import logging
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from gate.access.known import Judged, Known
from gate.access.ledger import LogRecord
from gate.access.model import Credential, Decision, DeviceId, GateId, Reason
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.access.wire import Enrolled, Feed, Snapshot
from gate.edge.store import LaneStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the light shows. `record` None: this scan is not on disk (and did not admit)."""

    decision: Decision
    record: LogRecord | None
    at: datetime


class Lane:
    """Used from one thread at a time; `identity` says which device, gate and direction it is."""

    def __init__(self, store: LaneStore, identity: Enrolled) -> None:
        self._store = store
        self.identity = identity
        self.gate = identity.gate or GateId("")
        self.direction = identity.direction
        self._known: Known | None = None
        self._number = store.highest(identity.epoch)
        snapshot = store.snapshot()
        if snapshot is not None:
            self._take(snapshot)

    @property
    def policy(self) -> Policy | None:
        """None before the first snapshot."""
        return self._known.policy if self._known else None

    @property
    def cursor(self) -> int | None:
        return self._known.cursor if self._known else None

    @property
    def waiting(self) -> int:
        """Records the server has not acknowledged."""
        return self._number - self._store.acked(self.identity.epoch)

    # --- a scan

    def scan(self, text: str, at: datetime) -> Shown:
        """One badge presented once. The record is durable when this returns an admission."""
        if self._known is None:
            decision = Decision(Reason.RULE_ERROR, "no snapshot yet")
            return Shown(decision, None, at)
        judged = self._known.judge(text, self.gate, self.direction, at)
        name = DeviceId(self.identity.device), self.identity.epoch, self._number + 1
        record = self._known.record(judged, name)
        try:
            self._store.append(record, _raised(judged))
        except (sqlite3.Error, OSError) as error:
            _log.error("the lane's store failed: %s", error)
            return Shown(self._unwritten(judged.decision), None, at)
        self._number += 1
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
        if known is None or (feed.rows and feed.rows[0].seq != known.cursor + 1):
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

    def batch(self, limit: int) -> list[LogRecord]:
        """The next unacknowledged records, in order."""
        epoch = self.identity.epoch
        return self._store.batch(epoch, self._store.acked(epoch), limit)

    def acknowledged(self, through: int) -> None:
        """The server holds every record up to `through`; it may say less after a restore."""
        through = min(through, self._number)
        if through != self._store.acked(self.identity.epoch):
            self._store.set_acked(self.identity.epoch, through)

    def _take(self, snapshot: Snapshot) -> None:
        policy = parse(snapshot.policy, "snapshot")
        if self._known is None:
            self._known = Known(policy)
            self._known.generation_min = self._store.generations()
            self._known.replace(snapshot, policy)
            self._known.add_all(self._store.records())
        else:
            self._known.replace(snapshot, policy)


def _raised(judged: Judged) -> tuple[int, int] | None:
    if not judged.raised or not isinstance(judged.scan.presented, Credential):
        return None
    return judged.scan.presented.holder, judged.scan.presented.generation
