"""Replaying the log: each stored decision derived again, from log, feed and policies alone.

A record says by which positions it was decided: `cursor` in the feed, `moves_through` in the log,
its own number among its device's records, and in which of the server's timelines. What no position
names it says itself (`given`, `newest`, `known_until`). All else is looked up anew and decided by
`decide`, and the record that comes out must be the one that is stored. Rules kept here:

- A device may have been told of records ahead of the position it reached: by another lane over the
  LAN, or in a snapshot taken while they were being committed. Where only that explains a decision,
  they are found in the log and named; a move that nobody recorded explains nothing.
- Positions that the restore of a backup took away are said to be lost, not guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from struct import error as StructError

import msgspec

from gate.access.capacity import is_hard
from gate.access.credential import unpack
from gate.access.decide import decide
from gate.access.history import History
from gate.access.ledger import Given, LogRecord, Move, Name, RecordKind, move
from gate.access.model import (
    Credential,
    Direction,
    Facts,
    GateId,
    Mode,
    Override,
    Reason,
    Scan,
)
from gate.access.policy import Policy, Zone
from gate.access.presence import Whereabouts

TOLD_MAX = 8
"""So many moves of one holder, the nearest in time, may have been told and not synced yet."""
TOLD_AHEAD_MS = 3 * 3_600_000
"""No lane believes a move that another dates later than this."""
_UNVERIFIED = (
    Reason.UNREADABLE,
    Reason.CLAIM_CODE,
    Reason.WRONG_EDITION,
    Reason.UNKNOWN_KEY,
    Reason.BAD_SIGNATURE,
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A server took its database over when feed and log stood so; the next one's start ends it."""

    name: str
    feed_from: int
    log_from: int


class Outcome(StrEnum):
    DERIVED = "derived"
    """From what feed and log said at the record's positions."""
    TOLD = "told"
    """The same, with records it must have been told of ahead of its position."""
    SAID = "said"
    """Derived, but no record or row shows the newer badge that the device says it saw: a disk
    failed under that scan, or a restored server has forgotten."""
    LOST = "lost"
    """Rests on positions that the restore of a backup took away."""
    OLDER = "older"
    """Written by a version whose records do not say yet what they rest on."""
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Replayed:
    outcome: Outcome
    derived: LogRecord | None = None
    """Of DIFFERS: the record that comes out; None where `why` says more."""
    why: str = ""
    told: tuple[Name, ...] = ()
    """Of TOLD: records that would explain it."""


@dataclass(frozen=True, slots=True)
class _Moved:
    seq: int
    name: Name
    """Of the record: an annulment's move bears the name of what it annuls."""
    move: Move


class Replay:
    """Of one edition: `history` has been told the whole feed, `timelines` come as they began.

    First `note` every record of the log in the order of its positions; then `replay` any.
    """

    def __init__(self, history: History, timelines: Sequence[Timeline]) -> None:
        self._history = history
        self._ends = {timeline.name: (2**63, 2**63) for timeline in timelines[-1:]}
        for each, after in pairwise(timelines):
            self._ends[each.name] = after.feed_from, after.log_from
        self._moves: defaultdict[int, list[_Moved]] = defaultdict(list)
        """By holder; 0 has the sweeps."""
        self._presented: defaultdict[tuple[str, int, int], list[tuple[int, int]]]
        self._presented = defaultdict(list)
        """(device, epoch, holder) -> (number, generation) of every badge presented there."""
        self._newest: Counter[int] = Counter()

    def note(self, seq: int, record: LogRecord) -> None:
        if (made := move(record)) is not None:
            self._moves[made.holder].append(_Moved(seq, record.name, made))
        if record.kind is not RecordKind.SCAN or record.holder is None:
            return
        generation = record.generation or 0
        key = record.device, record.epoch, record.holder
        self._presented[key].append((record.number, generation))
        self._newest[record.holder] = max(generation, self._newest[record.holder])

    def replay(self, seq: int, record: LogRecord, by_server: bool) -> Replayed | None:
        """What comes of a record anew; None for one that holds no decision. `by_server`: the
        server itself decided, for a device that cannot."""
        if record.kind is not RecordKind.SCAN:
            return None
        if not record.timeline:
            return Replayed(Outcome.OLDER)
        feed_end, log_end = self._ends.get(record.timeline, (-1, -1))
        if record.cursor > feed_end or record.moves_through > log_end:
            return Replayed(Outcome.LOST)
        policy = self._history.policy(record.policy, record.cursor)
        if policy is None:
            return Replayed(Outcome.DIFFERS, why=f"there is no policy version {record.policy}")
        if by_server and record.moves_through != seq - 1:
            why = f"the server knew the log through {seq - 1}, not {record.moves_through}"
            return Replayed(Outcome.DIFFERS, why=why)
        try:
            scan = _scan(record)
        except (ValueError, StructError):
            return Replayed(Outcome.DIFFERS, why="its claims are no badge's")
        return self._derive(_Stored(record, by_server, scan, policy))

    def _derive(self, stored: "_Stored") -> Replayed:
        """By positions alone; or with what the device did before it enrolled anew, which its file
        may still hold; or with the fewest moves it may have been told of ahead of its position."""
        record = stored.record
        known, earlier, others = self._moved(stored)
        for told in _some(others):
            for before in ((), earlier) if earlier else ((),):
                if self._anew(stored, [*known, *before, *told]) != record:
                    continue
                if told:
                    return Replayed(Outcome.TOLD, told=tuple(each.name for each in told))
                return Replayed(Outcome.DERIVED if self._shown(record) else Outcome.SAID)
        return Replayed(Outcome.DIFFERS, self._anew(stored, known))

    def _moved(self, stored: "_Stored") -> tuple[list[_Moved], list[_Moved], list[_Moved]]:
        """Of the holder: what positions say was known, what earlier enrolments of the device saw,
        and what else may have been told."""
        record = stored.record
        known, earlier, others = [], [], []
        for each in (*self._moves.get(0, ()), *self._moves.get(record.holder or 0, ())):
            device, epoch, number = each.name
            if each.seq <= record.moves_through:
                known.append(each)
            elif stored.by_server:
                continue
            elif device == record.device:
                if epoch < record.epoch:
                    earlier.append(each)
                elif epoch == record.epoch and number < record.number:
                    known.append(each)
            elif each.move.at_ms <= record.at_ms + TOLD_AHEAD_MS:
                others.append(each)
        others.sort(key=lambda each: abs(each.move.at_ms - record.at_ms))
        return known, earlier, others[:TOLD_MAX]

    def _shown(self, record: LogRecord) -> bool:
        """Whether anything shows the newer badge that a record speaks of."""
        if not record.newest or record.holder is None:
            return True
        shown = max(self._newest[record.holder], self._history.newest(record.holder))
        return record.newest <= shown

    def _own_newest(self, record: LogRecord) -> int:
        """The newest generation that the device itself had been shown, by its own records."""
        shown = self._presented.get((record.device, record.epoch, record.holder or 0), ())
        return max((g for number, g in shown if number < record.number), default=0)

    def _facts(self, stored: "_Stored", moved: Sequence[_Moved]) -> Facts:
        record, zone, badge = stored.record, stored.zone, stored.badge
        history, cursor, given = self._history, record.cursor, record.given
        whereabouts = Whereabouts(stored.policy)
        for each in moved:
            whereabouts.take(each.move)
        seen = whereabouts.presence(zone.id, badge.holder, record.at) if zone and badge else None
        own_newest = 0 if stored.by_server else self._own_newest(record)
        return Facts(
            keys=history.keys(cursor),
            profiles=history.profiles(cursor),
            mode=_local_mode(record) or history.mode(cursor),
            record=history.holder(badge.holder, cursor) if badge else None,
            generation_min=max(record.newest, own_newest),
            known_until_min=record.known_until,
            presence=seen,
            places_left=int(Given.FULL not in given),
            places_are_rights=stored.uses_rights,
            delegation_left=int(Given.DELEGATION_FULL not in given),
            looked=Given.LOOKED in given,
        )

    def _anew(self, stored: "_Stored", moved: Sequence[_Moved]) -> LogRecord:
        """The record that is written when this scan is decided once more."""
        record, badge, zone = stored.record, stored.badge, stored.zone
        facts = self._facts(stored, moved)
        held, minimum = facts.record, facts.generation_min
        decision = decide(stored.scan, facts, stored.policy)
        needless = decision.admitted and decision.reason is not Reason.OVERRIDDEN
        enters = decision.admitted and record.direction is Direction.ENTRY
        return msgspec.structs.replace(
            record,
            zone=zone.id if zone else None,
            reason=decision.reason,
            rule=decision.rule,
            event=decision.event,
            events=decision.events if decision.reason is Reason.ADMITTED else (),
            holder=badge.holder if badge else None,
            generation=badge.generation if badge else None,
            profile=(held.profile if held else badge.profile) if badge else None,
            flags=decision.flags,
            overrides=decision.overrides,
            supervisor=None if needless else record.supervisor,
            why="" if needless else record.why,
            rights=int(stored.uses_rights and enters),
            newest=minimum if badge and minimum > badge.generation else 0,
            known_until=record.known_until if held is None else None,
        )


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored decision, and the scan it was."""

    record: LogRecord
    by_server: bool
    scan: Scan
    policy: Policy

    @property
    def badge(self) -> Credential | None:
        presented = self.scan.presented
        return presented if isinstance(presented, Credential) else None

    @property
    def zone(self) -> Zone | None:
        place = self.policy.gates.get(self.scan.gate)
        return self.policy.zones[place.zone] if place else None

    @property
    def uses_rights(self) -> bool:
        """A lane's admission to a zone with a hard limit; the server admits out of the pool."""
        return not self.by_server and self.zone is not None and is_hard(self.zone)


def _scan(record: LogRecord) -> Scan:
    """Only the claims are kept of a genuine badge, and of other texts nothing but what was wrong
    with them. Raises ValueError or struct.error for claims that are none."""
    presented: Credential | Reason = Reason.UNREADABLE
    if record.claims:
        presented = unpack(bytes.fromhex(record.claims))
    elif record.reason in _UNVERIFIED:
        presented = record.reason
    override = None
    if record.supervisor is not None:
        override = Override(record.supervisor, record.why)
    return Scan(presented, record.gate or GateId(""), record.direction, record.at, override)


def _local_mode(record: LogRecord) -> Mode | None:
    if Given.OPENED in record.given:
        return Mode.EMERGENCY_OPEN
    return Mode.FROZEN if Given.FROZEN in record.given else None


def _some(moved: Sequence[_Moved]) -> Iterator[tuple[_Moved, ...]]:
    """Each choice of some of them, none first, then the smallest."""
    for size in range(len(moved) + 1):
        yield from combinations(moved, size)
