"""What a program that decides knows, and the walk from a scanned text to a log record.

Lanes and the server hold the same `Known`, fed by the same rows; so a lane's answer differs from
the server's only where its facts are older. State, but no IO: who stores it is the caller's
business.

Rules kept here:
- The highest generation ever seen, on a badge or in the table, is a minimum for ever: no snapshot
  lowers it, not even that of a server restored from a backup.
- Who is inside follows from the log alone (`presence`); no snapshot changes it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gate.access.capacity import is_hard
from gate.access.credential import pack, verify
from gate.access.decide import decide
from gate.access.ledger import Given, LogRecord, Name
from gate.access.model import (
    Credential,
    Decision,
    Direction,
    Facts,
    GateId,
    HolderRecord,
    Mode,
    Override,
    Profile,
    Reason,
    Scan,
    SigningKey,
)
from gate.access.policy import Policy, Zone
from gate.access.presence import Whereabouts
from gate.access.wire import SCAN_CHARS_MAX, FeedRow, Snapshot, Supervisor

Case = tuple[Scan, Facts]
_OF_THE_PLACE = frozenset({Reason.ZONE_FULL, Reason.WRONG_GATE})
"""Refusals that say nothing against the badge itself."""


class Known:
    """Policy, keys, profiles, holders, presence: all that a decision can rest on."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.keys: dict[int, SigningKey] = {}
        self.profiles: dict[int, Profile] = {}
        self.holders: dict[int, HolderRecord] = {}
        self.generation_min: dict[int, int] = {}
        self.mode = Mode.NORMAL
        self.local_mode: Mode | None = None
        """What a supervisor set at this lane alone; None: what the venue does."""
        self.cursor = 0
        self.timeline = ""
        """Of which of the server's timelines `cursor` and `moves_through` speak."""
        self.moves_through = 0
        """Position in the server's log up to which this program heard of other lanes."""
        self.known_until_min: int | None = None
        self.whereabouts = Whereabouts(policy)
        self.supervisors: dict[int, Supervisor] = {}
        self.places: Callable[[Zone, datetime], int] | None = None
        """How many more may enter a hard zone, by the rights this program has; None: it counts."""
        self.uses_rights = False
        """A lane's admissions use up rights; the server admits out of the pool itself."""
        self._delegations: defaultdict[int, set[int]] = defaultdict(set)

    def replace(self, snapshot: Snapshot, policy: Policy) -> None:
        """Take a snapshot in place of all synced tables. Generations and presence stay."""
        self._follow(policy)
        for before in self.holders.values():
            if before.generation > 1:
                self._saw(before.holder, before.generation)
        self.keys = {key.key_id: key for key in snapshot.keys}
        self.profiles = {profile.number: profile for profile in snapshot.profiles}
        self.holders.clear()
        self._delegations.clear()
        for each in snapshot.holders:
            self.hold(each.record())
        self.supervisors = {each.number: each for each in snapshot.supervisors}
        for move in snapshot.moves:
            self.whereabouts.take(move)
        self.mode = snapshot.mode
        self.cursor = snapshot.cursor
        self.timeline, self.moves_through = snapshot.timeline, snapshot.moves_through
        self.known_until_min = snapshot.known_until_min

    def apply(self, row: FeedRow, policy: Policy | None = None) -> None:
        """Take one feed row; `policy` is the row's policy text, already read.

        Raises ValueError when the row is not the next one: then only a snapshot helps.
        """
        if row.seq != self.cursor + 1:
            raise ValueError(f"feed row {row.seq} does not follow {self.cursor}")
        if row.holder is not None:
            self.hold(row.holder.record())
        if row.profile is not None:
            self.profiles[row.profile.number] = row.profile
        if row.key is not None:
            self.keys[row.key.key_id] = row.key
        if row.mode is not None:
            self.mode = row.mode
        if row.supervisor is not None:
            self.supervisors[row.supervisor.number] = row.supervisor
        if policy is not None:
            self._follow(policy)
        self.cursor = row.seq

    def hold(self, record: HolderRecord) -> None:
        """Know a holder, or know them anew."""
        before = self.holders.get(record.holder)
        if before is not None:
            self._delegations[before.delegation].discard(record.holder)
        self.holders[record.holder] = record
        if record.delegation:
            self._delegations[record.delegation].add(record.holder)

    def _follow(self, policy: Policy) -> None:
        if policy is not self.policy:
            self.policy = policy
            self.whereabouts.follow(policy)

    def add(self, record: LogRecord) -> None:
        """Take a record of the log into presence."""
        self.whereabouts.add(record)

    def decided(self, record: LogRecord) -> None:
        """Take a scan this program decided itself, in an earlier life: the badge was genuine, so
        whatever generation it proved, or was refused for, is a minimum again."""
        if record.holder is not None:
            self._saw(record.holder, max(record.generation or 0, record.newest))

    def add_all(self, records: Iterable[LogRecord]) -> None:
        for record in records:
            self.add(record)

    def forget_presence(self) -> None:
        """Before presence is told anew from the log."""
        self.whereabouts = Whereabouts(self.policy)

    def case(
        self,
        text: str,
        gate: GateId,
        direction: Direction,
        at: datetime,
        looked: bool = False,
        override: Override | None = None,
    ) -> Case:
        """The scan a text is, with the facts it would be decided on; nothing is changed."""
        presented = verify(text[:SCAN_CHARS_MAX], self.policy.number, self.keys)
        facts = self._facts(presented, gate, at, looked)
        return Scan(presented, gate, direction, at, override), facts

    def judge(
        self,
        text: str,
        gate: GateId,
        direction: Direction,
        at: datetime,
        looked: bool = False,
        override: Override | None = None,
    ) -> "Judged":
        """Verify, gather the facts, decide. Raises the holder's minimum generation when the
        badge itself proves a newer one was printed; `Judged.raised` then says so."""
        text = text[:SCAN_CHARS_MAX]
        scan, facts = self.case(text, gate, direction, at, looked, override)
        raised = isinstance(scan.presented, Credential) and self._saw(
            scan.presented.holder, scan.presented.generation
        )
        return Judged(text, scan, facts, decide(scan, facts, self.policy), raised)

    def genuine(self, text: str, gate: GateId, at: datetime) -> Credential | None:
        """The credential of a badge nothing speaks against: genuine, current, its holder neither
        cancelled nor blocked. Whether it opens this gate now is another question."""
        scan, facts = self.case(text, gate, Direction.ENTRY, at)
        if not isinstance(scan.presented, Credential):
            return None
        # In an emergency every badge is let in; which one is good is asked as on any day.
        reason = decide(scan, replace(facts, mode=Mode.NORMAL), self.policy).reason
        good = reason.opens or reason.overridable or reason in _OF_THE_PLACE
        return scan.presented if good else None

    def _saw(self, holder: int, generation: int) -> bool:
        """Whether the generation is a newer one than any seen before."""
        if generation <= self.generation_min.get(holder, 0):
            return False
        self.generation_min[holder] = generation
        return True

    def _facts(
        self, presented: Credential | Reason, gate: GateId, at: datetime, looked: bool
    ) -> Facts:
        if not isinstance(presented, Credential):
            return Facts(self.keys, self.profiles, self.local_mode or self.mode)
        holder = presented.holder
        place = self.policy.gates.get(gate)
        zone = self.policy.zones[place.zone] if place else None
        record = self.holders.get(holder)
        return Facts(
            keys=self.keys,
            profiles=self.profiles,
            mode=self.local_mode or self.mode,
            record=record,
            generation_min=self.generation_min.get(holder, 0),
            known_until_min=self.known_until_min,
            presence=self.whereabouts.presence(zone.id, holder, at) if zone else None,
            places_left=self._places_left(zone, at) if zone else None,
            places_are_rights=self.uses_rights and zone is not None and is_hard(zone),
            delegation_left=self._delegation_left(zone, record, at) if zone else None,
            looked=looked,
        )

    def _places_left(self, zone: Zone, at: datetime) -> int | None:
        """A hard zone by the rights this program holds, a soft one by who is known inside."""
        if zone.capacity is None:
            return None
        if is_hard(zone) and self.places is not None:
            return self.places(zone, at)
        return zone.capacity - self.whereabouts.inside(zone.id, at)

    def _delegation_left(self, zone: Zone, record: HolderRecord | None, at: datetime) -> int | None:
        if zone.delegation_max is None or record is None or not record.delegation:
            return None
        others = self._delegations[record.delegation] - {record.holder}
        return zone.delegation_max - sum(
            presence.inside
            for other in others
            if (presence := self.whereabouts.presence(zone.id, other, at)) is not None
        )

    def record(self, judged: "Judged", name: Name) -> LogRecord:
        """The log record of a judged scan; `name` is (device, epoch, number)."""
        scan, decision = judged.scan, judged.decision
        place = self.policy.gates.get(scan.gate)
        claims = scan.presented if isinstance(scan.presented, Credential) else None
        held = self.holders.get(claims.holder) if claims else None
        needless = decision.admitted and decision.reason is not Reason.OVERRIDDEN
        forced = None if needless else scan.override
        minimum = judged.facts.generation_min
        return LogRecord(
            device=name[0],
            epoch=name[1],
            number=name[2],
            at_ms=int(scan.at.timestamp() * 1000),
            gate=scan.gate,
            zone=place.zone if place else None,
            direction=scan.direction,
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
            overrides=decision.overrides,
            supervisor=forced.supervisor if forced else None,
            why=forced.why if forced else "",
            rights=int(self._takes_a_place(judged)),
            cursor=self.cursor,
            policy=self.policy.version,
            timeline=self.timeline,
            moves_through=self.moves_through,
            given=self._given(judged.facts),
            newest=minimum if claims and minimum > claims.generation else 0,
            known_until=judged.facts.known_until_min if held is None else None,
        )

    def _given(self, facts: Facts) -> tuple[Given, ...]:
        told = {
            Given.LOOKED: facts.looked,
            Given.FULL: facts.places_left is not None and facts.places_left <= 0,
            Given.DELEGATION_FULL: facts.delegation_left is not None and facts.delegation_left <= 0,
            Given.OPENED: self.local_mode is Mode.EMERGENCY_OPEN,
            Given.FROZEN: self.local_mode is Mode.FROZEN,
        }
        return tuple(each for each, holds in told.items() if holds)

    def _takes_a_place(self, judged: "Judged") -> bool:
        """Whether an admission uses up one of this program's rights to a hard zone."""
        place = self.policy.gates.get(judged.scan.gate)
        if not self.uses_rights or place is None or judged.scan.direction is Direction.EXIT:
            return False
        return is_hard(self.policy.zones[place.zone]) and judged.decision.admitted


@dataclass(frozen=True, slots=True)
class Judged:
    """A scan and its decision, ready to be written down."""

    text: str
    scan: Scan
    facts: Facts
    decision: Decision
    raised: bool
    """The badge proved a newer generation than any seen before."""
