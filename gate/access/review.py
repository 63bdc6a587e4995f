"""What the whole log shows that no single lane could see. Nothing is rewritten: people look at it.

- `double`: one badge admitted twice to a zone without leaving it in between, by two lanes that
  did not know of each other. The later scan, by scan time, is the one to look at.
- `hurry`: one badge at two gates sooner than anybody walks from one to the other.
- `copies`: two printers made a badge of the same number for one person, as kiosks without a network
  can; until a newer number is in force.
- `revoked`: a lane admitted a badge whose registration had been cancelled or blocked before.

Each is a fold of the log: whatever the order of arrival, the same pairs are reported, each once,
and a pair is withdrawn when a late exit explains it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise

import msgspec

from gate.access.ledger import LogRecord, Move, MoveKind, Name, RecordKind, move
from gate.access.model import DeviceId, Flag, GateId, Reason, Status, ZoneId
from gate.access.policy import Policy, PresenceRule
from gate.access.presence import Whereabouts

StatusOf = Callable[[int], tuple[Status, int] | None]
"""Holder -> (status, since when in Unix milliseconds); None: nobody knows the holder."""


GenerationOf = Callable[[int], int]
"""Holder -> the generation in force; 0: nobody knows the holder."""
NO_GATE = GateId("")
"""Of a print: it happened at a device, at no gate."""


class AnomalyKind(StrEnum):
    DOUBLE = "double"
    HURRY = "hurry"
    REVOKED = "revoked"
    COPIES = "copies"


class Scanned(msgspec.Struct, frozen=True):
    device: DeviceId
    gate: GateId
    at_ms: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


class Anomaly(msgspec.Struct, frozen=True):
    """`later` is the scan to look at; `earlier` what it does not go together with."""

    kind: AnomalyKind
    holder: int
    zone: ZoneId
    later: Scanned
    earlier: Scanned | None = None


class Review:
    """`whereabouts` may be another fold's of the same log: a move taken twice adds nothing."""

    def __init__(
        self,
        policy: Policy,
        status_of: StatusOf,
        whereabouts: Whereabouts | None = None,
        generation_of: GenerationOf = lambda _: 0,
    ) -> None:
        self._policy = policy
        self._status_of = status_of
        self._whereabouts = whereabouts or Whereabouts(policy)
        self._known_twice: set[Name] = set()
        """Admissions a lane gave knowing that the holder was inside: no partition, no surprise."""
        self._found: dict[int, tuple[Anomaly, ...]] = {}
        self._generation_of = generation_of
        self._prints: defaultdict[tuple[int, int], dict[DeviceId, int]] = defaultdict(dict)
        """(holder, generation) -> when each device first printed it."""
        self._copied: set[tuple[int, int]] = set()

    def add(self, record: LogRecord) -> None:
        """Each record once, in any order."""
        if record.kind is RecordKind.PRINTED:
            self._printed(record)
            return
        made = move(record)
        if made is None:
            return
        if Flag.ALREADY_INSIDE in record.flags or record.reason is Reason.OVERRIDDEN:
            self._known_twice.add(record.name)
        self._whereabouts.take(made)
        if made.kind is MoveKind.SWEPT:
            for holder in list(self._found):
                self._look(holder)
        else:
            self._look(made.holder)

    def anomalies(self) -> list[Anomaly]:
        """All there are, the latest first."""
        found = [each for several in self._found.values() for each in several]
        found += self._copies()
        return sorted(found, key=lambda each: each.later.at_ms, reverse=True)

    def of(self, holder: int) -> tuple[Anomaly, ...]:
        """All of one person's: first by scan, then by print."""
        copies = (each for each in self._copies() if each.holder == holder)
        return (*self._found.get(holder, ()), *copies)

    def _printed(self, record: LogRecord) -> None:
        if record.holder is None or record.generation is None:
            return
        badge = record.holder, record.generation
        first = self._prints[badge]
        first[record.device] = min(record.at_ms, first.get(record.device, record.at_ms))
        if len(first) > 1:
            self._copied.add(badge)

    def _copies(self) -> Iterator[Anomaly]:
        """The last print beside the first, while no newer number is in force."""
        for holder, generation in self._copied:
            if self._generation_of(holder) > generation:
                continue
            prints = sorted((at_ms, at) for at, at_ms in self._prints[holder, generation].items())
            (before_ms, before), (after_ms, after) = prints[0], prints[-1]
            later, earlier = Scanned(after, NO_GATE, after_ms), Scanned(before, NO_GATE, before_ms)
            yield Anomaly(AnomalyKind.COPIES, holder, ZoneId(""), later, earlier)

    def _look(self, holder: int) -> None:
        moves = self._whereabouts.moves(holder)
        found = (*self._doubles(moves), *self._hurries(moves), *self._revoked(moves))
        self._found.pop(holder, None)
        if found:
            self._found[holder] = found

    def _doubles(self, moves: tuple[Move, ...]) -> Iterator[Anomaly]:
        """Two entries in a row to one zone that watches who is inside."""
        for first, second in pairwise(moves):
            zone = self._policy.zones.get(second.zone)
            if (
                zone is not None
                and zone.presence is not PresenceRule.FREE
                and first.entered
                and second.entered
                and first.zone == second.zone
                and first.device != second.device
                and second.name not in self._known_twice
                and self._whereabouts.same_period(zone.id, first.at, second.at)
            ):
                yield _anomaly(AnomalyKind.DOUBLE, second, first)

    def _hurries(self, moves: tuple[Move, ...]) -> Iterator[Anomaly]:
        least_ms = self._policy.walk_min_s * 1000
        for first, second in pairwise(moves):
            if first.gate != second.gate and second.at_ms - first.at_ms < least_ms:
                yield _anomaly(AnomalyKind.HURRY, second, first)

    def _revoked(self, moves: tuple[Move, ...]) -> Iterator[Anomaly]:
        for each in moves:
            if not each.entered:
                continue
            status, since_ms = self._status_of(each.holder) or (Status.APPROVED, 0)
            if status in (Status.CANCELLED, Status.BLOCKED) and each.at_ms > since_ms:
                yield _anomaly(AnomalyKind.REVOKED, each)


def _anomaly(kind: AnomalyKind, later: Move, earlier: Move | None = None) -> Anomaly:
    before = _scanned(earlier) if earlier is not None else None
    return Anomaly(kind, later.holder, later.zone, _scanned(later), before)


def _scanned(made: Move) -> Scanned:
    return Scanned(made.device, made.gate, made.at_ms)
