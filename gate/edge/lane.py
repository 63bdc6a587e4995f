"""A lane: one scanning position at a gate. Decide, write down durably, then show.

It starts from its own store and needs no network. Entering needs the record on disk first; an
exit and an emergency never wait for a disk that fails.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from gate.access.known import Known
from gate.access.ledger import LogRecord, Move, Name, Told
from gate.access.model import (
    Credential,
    Decision,
    DeviceId,
    Direction,
    GateId,
    Mode,
    Override,
    Reason,
    ZoneId,
)
from gate.access.policy import Policy, Zone
from gate.access.policy_file import PolicyError, parse
from gate.access.wire import Enrolled, Feed, Snapshot, Supervisor
from gate.edge.acts import (
    NotAnnulled,
    annulment,
    mode_set,
    not_annullable,
    rights_returned,
)
from gate.edge.outbox import Outbox
from gate.edge.rights import Rights
from gate.edge.store import FAILURES, LaneStore
from gate.edge.supervision import Supervision
from gate.edge.telling import Proofs, believed

MOVES_KEPT_MAX = 50_000
"""More moves than this on disk are thinned out to those that still matter."""
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
        self.lan_key = ""
        """Hex; empty before the first snapshot."""
        self.moves_through = 0
        """Position in the server's log up to which this lane heard of other lanes."""
        self._moves_kept = 0
        self._annulled: set[int] = set()
        self._raised: dict[int, int] = {}
        """Generations that badges proved and the disk does not have yet."""
        self._proofs = Proofs()
        with store.reading():
            store.claim(identity.device)
            self.supervision = Supervision(store)
            self.outbox = Outbox(store, identity.epoch)
            self.rights = Rights(store, identity.epoch, self._own_records())
            self.peers = store.peers()
            """``host:port`` of the venue's other lanes."""
            mode = store.local_mode()
            self._local_mode = None if mode is Mode.NORMAL else mode
            snapshot = store.snapshot()
            if snapshot is not None:
                self._resume(snapshot)

    def _own_records(self) -> Iterator[LogRecord]:
        """All there are, taking note of what was annulled and overridden in this epoch."""
        for record in self._store.records():
            if record.epoch == self.identity.epoch:
                if record.annuls is not None:
                    self._annulled.add(record.annuls)
                if record.overrides is not None:
                    self.supervision.overrode(record.at_ms)
            yield record

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

    # --- a scan

    def scan(
        self, text: str, at: datetime, looked: bool = False, override: Override | None = None
    ) -> Shown:
        """One badge presented once. The record is durable when this returns an admission.

        `looked`: the guard compared the person; `override`: a supervisor insists, as often in an
        hour as the policy allows.
        """
        if self._known is None:
            leaving = self.direction is Direction.EXIT
            reason = Reason.EXITED if leaving else Reason.RULE_ERROR
            return Shown(Decision(reason, "no snapshot yet"), None, at)
        at = self._known.whereabouts.dated(at)
        if override is not None and not self.supervision.overrides_left(self._known, at):
            override = None
        judged = self._known.judge(text, self.gate, self.direction, at, looked, override)
        presented = judged.scan.presented
        if judged.raised and isinstance(presented, Credential):
            self._raised[presented.holder] = presented.generation
            if presented.generation > 1:
                self._proofs.shown(self.outbox.highest + 1, text)
        record = self._known.record(judged, self._next_name())
        if not self._append(record):
            return Shown(self._unwritten(judged.decision), None, at)
        if record.overrides is not None:
            self.supervision.overrode(record.at_ms)
        return Shown(judged.decision, record, at)

    def _next_name(self) -> Name:
        return DeviceId(self.identity.device), self.identity.epoch, self.outbox.highest + 1

    def _append(self, record: LogRecord, local_mode: Mode | None = None) -> bool:
        """Whether the record is on disk now."""
        try:
            self._store.append(record, self._raised.items(), local_mode)
        except FAILURES as error:
            _log.error("the lane's store failed: %s", error)
            return False
        self._raised.clear()
        self.outbox.written(record)
        self.rights.add(record)
        if self._known is not None:
            self._known.add(record)
        return True

    def _unwritten(self, decision: Decision) -> Decision:
        """Nobody enters unrecorded; leaving and fleeing never wait for a disk."""
        if decision.reason in (Reason.EXITED, Reason.EMERGENCY) or not decision.admitted:
            return decision
        return Decision(Reason.RULE_ERROR, "the lane's store failed")

    # --- what a guard or supervisor does

    def annul(
        self, number: int, at: datetime, supervisor: int | None = None, why: str = ""
    ) -> LogRecord | NotAnnulled:
        """An admission of this lane never happened: given by mistake, or nobody went through. The
        record stays in the log."""
        try:
            target = self._store.record(self.identity.epoch, number)
        except FAILURES as error:
            _log.error("the lane's store failed: %s", error)
            return NotAnnulled.STORE
        refused = not_annullable(target, self._annulled, at)
        if refused is not None or target is None:
            _log.warning("record %s was not annulled: %s", number, refused)
            return refused or NotAnnulled.NO_ADMISSION
        record = annulment(self._next_name(), target, at, supervisor, why)
        if not self._append(record):
            return NotAnnulled.STORE
        self._annulled.add(number)
        return record

    def set_mode(self, mode: Mode, at: datetime, supervisor: int) -> None:
        """Open or freeze this one lane, network or not; NORMAL gives it back to the venue. Takes
        effect also when the disk fails: nobody waits for a disk in an emergency."""
        record = mode_set(self._next_name(), mode, self.gate, at, supervisor)
        self._local_mode = None if mode is Mode.NORMAL else mode
        if self._known is not None:
            self._known.local_mode = self._local_mode
        self._append(record, mode)

    @property
    def mode(self) -> Mode:
        known = self._known
        return (known.local_mode or known.mode) if known else Mode.NORMAL

    def turn(self) -> None:
        """The way in becomes the way out, or back; until the lane starts again."""
        entry = self.direction is Direction.ENTRY
        self.direction = Direction.EXIT if entry else Direction.ENTRY

    def supervisor(self, at: datetime, pin: str = "", badge: str = "") -> Supervisor | None:
        """Who says so, by PIN or own badge; None when it is nobody's."""
        if self._known is None:
            return None
        if badge:
            return self.supervision.by_badge(badge, self._known, self.gate, at)
        return self.supervision.by_pin(pin, self._known, at)

    def roll_call(self, at: datetime) -> list[Move]:
        """Who is in this lane's zone, by everything it has heard: the latest first."""
        place = self.policy.gates.get(self.gate) if self.policy else None
        if self._known is None or place is None:
            return []
        inside = (made for _, made in self._known.whereabouts.who(place.zone, at))
        return sorted(inside, key=lambda made: made.order, reverse=True)

    # --- rights to a hard zone

    @property
    def zone(self) -> Zone | None:
        """Where this lane leads; None before the first snapshot."""
        place = self.policy.gates.get(self.gate) if self.policy else None
        return self.policy.zones[place.zone] if self.policy and place else None

    def rights_wanted(self) -> int:
        zone, policy = self.zone, self.policy
        if zone is None or policy is None or self.direction is Direction.EXIT:
            return 0
        return self.rights.wanted(zone, policy)

    def give_back(self, zone: ZoneId, at: datetime) -> None:
        """Return what this lane does not need, through the log."""
        count = self.rights.surplus(zone)
        if count:
            self._append(rights_returned(self._next_name(), zone, count, at))

    def give_back_earlier(self, at: datetime) -> bool:
        """Return what earlier enrolments left unused, through their own logs. Whether there was
        any."""
        left = self.rights.left_earlier
        for epoch, zone, count in left:
            number = self.outbox.highest_of(epoch) + 1
            name = DeviceId(self.identity.device), epoch, number
            self._append(rights_returned(name, zone, count, at))
        return bool(left)

    # --- sync

    def take(self, snapshot: Snapshot) -> None:
        """A snapshot from the server. Raises PolicyError and keeps everything when its policy
        cannot be read."""
        policy = parse(snapshot.policy, "snapshot")
        self._store.replace(snapshot)
        # The server may not have heard yet what other lanes told this one, and they tell it once.
        moves = *snapshot.moves, *self._store.told()
        self._take(msgspec.structs.replace(snapshot, moves=moves), policy)

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
        if feed.rows or feed.moves or self._is_news(known_until):
            self._store.apply(feed.rows, known_until, feed.moves, feed.moves_through)
        for row in feed.rows:
            known.apply(row, policies.get(row.seq))
            if row.mode is not None:
                known.local_mode = None  # the venue's newer word ends the lane's own
        self._moved(known, feed)
        if known_until is not None:
            known.known_until_min = known_until

    def _moved(self, known: Known, feed: Feed) -> None:
        for each in feed.moves:
            known.whereabouts.take(each)
        self.moves_through = max(self.moves_through, feed.moves_through)
        known.moves_through = self.moves_through
        self._moves_kept += len(feed.moves)
        if feed.moves and self._moves_kept > MOVES_KEPT_MAX:
            newest = max(each.at for each in feed.moves)
            still = tuple(known.whereabouts.relevant(newest))
            self._store.keep_moves(still)
            self._moves_kept = len(still)

    # --- other lanes, without the server

    def meet(self, peers: tuple[str, ...]) -> None:
        """Where the server says the other lanes are. When it names nobody, as after its own
        restart, what it said before stays."""
        if peers and peers != self.peers:
            self._store.set_peers(peers)
            self.peers = peers

    def told_after(self, number: int, limit: int) -> Told:
        """What other lanes should hear of this lane's records behind a number."""
        records = self._store.batch(self.identity.epoch, number, limit)
        return self._proofs.told(self.identity, records, number, limit)

    def hear(self, told: Told, at: datetime) -> None:
        """What another lane of the venue saw: kept whatever the server has told or forgotten."""
        known = self._known
        if known is None or told.device == self.identity.device:
            return
        new, newer = believed(told, known, at)
        if new or newer:
            self._store.heard(new, newer.items())
        for each in new:
            known.whereabouts.take(each)
        known.generation_min.update(newer)

    @property
    def offset_ms(self) -> int:
        """How far this device's clock was behind when the server last said so."""
        return self._store.offset_ms()

    def keep_offset(self, offset_ms: int) -> None:
        self._store.set_offset_ms(offset_ms)

    def wipe(self) -> None:
        """This device was cut off: forget everybody, admit nobody any more."""
        self._known = None
        self.lan_key = ""
        self._store.wipe()

    def _is_news(self, known_until: int | None) -> bool:
        """An empty feed is written only as its minute changes: no disk write at every poll."""
        assert self._known is not None
        return known_until is not None and known_until != self._known.known_until_min

    def _resume(self, snapshot: Snapshot) -> None:
        """Go on where the last run stopped; with a policy only another version of this program
        could read, wait for a new snapshot."""
        try:
            self._take(snapshot, parse(snapshot.policy, "the stored snapshot"))
        except PolicyError as error:
            _log.error("the stored policy cannot be read, a new snapshot is needed: %s", error)

    def _take(self, snapshot: Snapshot, policy: Policy) -> None:
        self._timeline = snapshot.timeline
        self.moves_through = snapshot.moves_through
        self.lan_key = snapshot.lan_key
        self._moves_kept = len(snapshot.moves)
        known = self._known
        if known is None:
            known = Known(policy)
            known.uses_rights = True
            known.places = lambda zone, at: self.rights.left(zone.id)
            known.local_mode = self._local_mode
            known.generation_min = self._store.generations()
        # What was told of other lanes before may never have happened (a server restored from a
        # backup); what did, they send again. On disk, too, the snapshot's moves take its place.
        known.forget_presence()
        known.replace(snapshot, policy)
        known.add_all(self._store.records())
        self._known = known
