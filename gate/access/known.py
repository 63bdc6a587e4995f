"""What a program that decides knows, and the walk from a scanned text to a log record.

Lanes and the server hold the same `Known`, fed by the same rows; so a lane's answer differs from
the server's only where its facts are older. State, but no IO: who stores it is the caller's
business.

Rules kept here:
- The highest validly signed generation ever seen is a minimum for ever: no snapshot lowers it.
- Presence follows the log in order of scan time, whatever the order of arrival.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from gate.access.credential import pack, verify
from gate.access.decide import decide
from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import (
    Credential,
    Decision,
    DeviceId,
    Direction,
    Facts,
    GateId,
    HolderRecord,
    Mode,
    Presence,
    Profile,
    Reason,
    Scan,
    SigningKey,
    ZoneId,
)
from gate.access.policy import Policy
from gate.access.wire import SCAN_CHARS_MAX, FeedRow, Snapshot

Case = tuple[Scan, Facts]


@dataclass(slots=True)
class _Steps:
    """One holder in one zone: the latest movement, and entries on each local day."""

    order: tuple[int, DeviceId, int, int]
    inside: bool
    gate: GateId
    entries: Counter[date] = field(default_factory=Counter)


class Known:
    """Policy, keys, profiles, holders, presence: all that a decision can rest on."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.keys: dict[int, SigningKey] = {}
        self.profiles: dict[int, Profile] = {}
        self.holders: dict[int, HolderRecord] = {}
        self.generation_min: dict[int, int] = {}
        self.mode = Mode.NORMAL
        self.cursor = 0
        self.known_until_min: int | None = None
        self._steps: dict[tuple[ZoneId, int], _Steps] = {}

    def replace(self, snapshot: Snapshot, policy: Policy) -> None:
        """Take a snapshot in place of all synced tables. Generations and presence stay."""
        self.policy = policy
        self.keys = {key.key_id: key for key in snapshot.keys}
        self.profiles = {profile.number: profile for profile in snapshot.profiles}
        self.holders = {row.holder: row.record() for row in snapshot.holders}
        self.mode = snapshot.mode
        self.cursor = snapshot.cursor
        self.known_until_min = snapshot.known_until_min

    def apply(self, row: FeedRow, policy: Policy | None = None) -> None:
        """Take one feed row; `policy` is the row's policy text, already read.

        Raises ValueError when the row is not the next one: then only a snapshot helps.
        """
        if row.seq != self.cursor + 1:
            raise ValueError(f"feed row {row.seq} does not follow {self.cursor}")
        if row.holder is not None:
            self.holders[row.holder.holder] = row.holder.record()
        if row.profile is not None:
            self.profiles[row.profile.number] = row.profile
        if row.key is not None:
            self.keys[row.key.key_id] = row.key
        if row.mode is not None:
            self.mode = row.mode
        if policy is not None:
            self.policy = policy
        self.cursor = row.seq

    def add(self, record: LogRecord) -> None:
        """Take a movement from the log into presence; other records change nothing."""
        moved = record.kind is RecordKind.SCAN and record.reason.opens
        if not moved or record.holder is None or record.zone is None or record.gate is None:
            return
        order = (record.at_ms, *record.name)
        inside = record.direction is Direction.ENTRY
        steps = self._steps.get((record.zone, record.holder))
        if steps is None:
            steps = _Steps(order, inside, record.gate)
            self._steps[record.zone, record.holder] = steps
        elif order > steps.order:
            steps.order, steps.inside, steps.gate = order, inside, record.gate
        if inside:
            steps.entries[self.policy.local(record.at).date()] += 1

    def add_all(self, records: Iterable[LogRecord]) -> None:
        for record in records:
            self.add(record)

    def forget_presence(self) -> None:
        """Before presence is told anew from the log."""
        self._steps.clear()

    def presence(self, zone: ZoneId, holder: int, at: datetime) -> Presence | None:
        steps = self._steps.get((zone, holder))
        if steps is None:
            return None
        return Presence(
            inside=steps.inside,
            last_at=datetime.fromtimestamp(steps.order[0] / 1000, UTC),
            last_gate=steps.gate,
            entries_today=steps.entries[self.policy.local(at).date()],
        )

    def case(self, text: str, gate: GateId, direction: Direction, at: datetime) -> Case:
        """The scan a text is, with the facts it would be decided on; nothing is changed."""
        presented = verify(text[:SCAN_CHARS_MAX], self.policy.number, self.keys)
        return Scan(presented, gate, direction, at), self._facts(presented, gate, at)

    def judge(self, text: str, gate: GateId, direction: Direction, at: datetime) -> "Judged":
        """Verify, gather the facts, decide. Raises the holder's minimum generation when the
        badge itself proves a newer one was printed; `Judged.raised` then says so."""
        text = text[:SCAN_CHARS_MAX]
        scan, facts = self.case(text, gate, direction, at)
        raised = isinstance(scan.presented, Credential) and self._saw(scan.presented)
        return Judged(text, scan.presented, decide(scan, facts, self.policy), raised)

    def _saw(self, credential: Credential) -> bool:
        if credential.generation <= self.generation_min.get(credential.holder, 0):
            return False
        self.generation_min[credential.holder] = credential.generation
        return True

    def _facts(self, presented: Credential | Reason, gate: GateId, at: datetime) -> Facts:
        if not isinstance(presented, Credential):
            return Facts(self.keys, self.profiles, self.mode)
        holder = presented.holder
        place = self.policy.gates.get(gate)
        return Facts(
            keys=self.keys,
            profiles=self.profiles,
            mode=self.mode,
            record=self.holders.get(holder),
            generation_min=self.generation_min.get(holder, 0),
            known_until_min=self.known_until_min,
            presence=self.presence(place.zone, holder, at) if place else None,
        )

    def record(
        self,
        judged: "Judged",
        name: tuple[DeviceId, int, int],
        gate: GateId,
        direction: Direction,
        at: datetime,
    ) -> LogRecord:
        """The log record of a judged scan; `name` is (device, epoch, number)."""
        place = self.policy.gates.get(gate)
        claims = judged.presented if isinstance(judged.presented, Credential) else None
        held = self.holders.get(claims.holder) if claims else None
        decision = judged.decision
        return LogRecord(
            device=name[0],
            epoch=name[1],
            number=name[2],
            at_ms=int(at.timestamp() * 1000),
            gate=gate,
            zone=place.zone if place else None,
            direction=direction,
            reason=decision.reason,
            rule=decision.rule,
            event=decision.event,
            events=decision.events if decision.reason is Reason.ADMITTED else (),
            holder=claims.holder if claims else None,
            generation=claims.generation if claims else None,
            profile=(held.profile if held else claims.profile) if claims else None,
            claims=pack(claims).hex() if claims else "",
            text_hash=hashlib.sha256(judged.text.encode("utf-8", "replace")).hexdigest()[:16],
            flags=decision.flags,
            cursor=self.cursor,
            policy=self.policy.version,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A scan and its decision, ready to be written down."""

    text: str
    presented: Credential | Reason
    decision: Decision
    raised: bool
    """The badge proved a newer generation than any seen before."""
