"""Who is inside: each holder's movements, folded from the log in order of scan time.

Rules kept here, and nowhere else:
- Order is by the time of the scan, not of arrival; folding in any order gives the same answer.
- Entering a zone puts a person into it and into what surrounds it, and out of every other zone:
  a hall is left by entering the next one, without an exit scan.
- Leaving a zone leaves what lies within it too; whoever was not inside is not "minus one".
- At a zone's checkout hour (venue's wall clock) everybody is taken to have left. Nothing is
  written for it, so it is exact on every lane, offline too, and doing it twice adds nothing.
- A sweep empties a zone at its moment in the same way; who was inside then may come back.
- An annulled movement never happened.
"""

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gate.access.ledger import LogRecord, Name, RecordKind
from gate.access.model import Direction, GateId, Presence, ZoneId
from gate.access.policy import Policy, Zone

_Period = tuple[int, date | None]
"""What lies between two moments at which everybody left: how many sweeps came before, and the
local day of the last checkout (None for a zone without). Only who entered in the present period
can be inside."""


@dataclass(frozen=True, slots=True, order=True)
class Movement:
    """Somebody passed a gate. Sorted by time; the record's name breaks ties."""

    at_ms: int
    name: Name
    zone: ZoneId
    entered: bool
    gate: GateId

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


def movement(record: LogRecord) -> Movement | None:
    """The movement a record is; None for refusals, prints, and scans that name nobody."""
    if record.kind is not RecordKind.SCAN or not record.reason.opens or record.holder is None:
        return None
    if record.zone is None or record.gate is None:
        return None
    entered = record.direction is Direction.ENTRY
    return Movement(record.at_ms, record.name, record.zone, entered, record.gate)


class Whereabouts:
    """Feed it records in any order, each once."""

    def __init__(self, policy: Policy) -> None:
        self._movements: defaultdict[int, list[Movement]] = defaultdict(list)
        self._annulled: set[Name] = set()
        self._sweeps: defaultdict[ZoneId, list[int]] = defaultdict(list)
        self._inside: Counter[tuple[ZoneId, _Period]] = Counter()
        self.follow(policy)

    def follow(self, policy: Policy) -> None:
        """Judge all movements by another policy's zones."""
        self._policy = policy
        self._around = {zone: _around(zone, policy.zones) for zone in policy.zones}
        self._recount()

    def add(self, record: LogRecord) -> None:
        if record.kind is RecordKind.ANNULLED and record.annuls is not None:
            self._annul((record.device, record.epoch, record.annuls), record.holder)
        elif record.kind is RecordKind.SWEPT and record.zone is not None:
            insort(self._sweeps[record.zone], record.at_ms)
            self._recount()
        elif (moved := movement(record)) is not None and record.holder is not None:
            if moved.name in self._annulled:
                return
            self._count(record.holder, -1)
            insort(self._movements[record.holder], moved)
            self._count(record.holder, +1)

    def presence(self, zone: ZoneId, holder: int, at: datetime) -> Presence | None:
        """What a decision at this zone needs to know; None when the holder never entered it."""
        movements = self._movements.get(holder, ())
        entries = [m for m in movements if m.entered and zone in self._around.get(m.zone, ())]
        if not entries:
            return None
        today = self._policy.local(at).date()
        return Presence(
            inside=self._is_inside(zone, movements, at),
            entered_at=entries[-1].at,
            entered_gate=entries[-1].gate,
            entries_today=sum(
                m.zone == zone and self._policy.local(m.at).date() == today for m in entries
            ),
            swept=self._was_swept(zone, movements),
        )

    def inside(self, zone: ZoneId, at: datetime) -> int:
        """How many people are in a zone at a moment not before the newest movement."""
        return self._inside[zone, self._period(zone, at)]

    def who(self, zone: ZoneId, at: datetime) -> Iterator[tuple[int, Movement]]:
        """The roll-call: each holder inside, with the movement that says so."""
        for holder, movements in self._movements.items():
            last = _last_entry(movements)
            if last is not None and self._is_inside(zone, movements, at):
                yield holder, last

    def movements(self, holder: int) -> tuple[Movement, ...]:
        """All of a holder's movements, the earliest first."""
        return tuple(self._movements.get(holder, ()))

    def _annul(self, name: Name, holder: int | None) -> None:
        self._annulled.add(name)
        if holder is None or holder not in self._movements:
            return
        self._count(holder, -1)
        self._movements[holder] = [m for m in self._movements[holder] if m.name != name]
        self._count(holder, +1)

    def _recount(self) -> None:
        self._inside.clear()
        for holder in self._movements:
            self._count(holder, +1)

    def _count(self, holder: int, one: int) -> None:
        """Add or take away what a holder's movements amount to."""
        movements = self._movements.get(holder, ())
        last = _last_entry(movements)
        if last is None:
            return
        for zone in self._around.get(last.zone, ()):
            if not self._left(zone, movements, last):
                self._inside[zone, self._period(zone, last.at)] += one

    def _is_inside(self, zone: ZoneId, movements: Sequence[Movement], at: datetime) -> bool:
        last = _last_entry(movements)
        return (
            last is not None
            and zone in self._around.get(last.zone, ())
            and not self._left(zone, movements, last)
            and self._period(zone, last.at) == self._period(zone, at)
        )

    def _left(self, zone: ZoneId, movements: Sequence[Movement], last: Movement) -> bool:
        """Whether an exit after the last entry leads out of the zone."""
        outer = self._around.get(zone, ())
        return any(not m.entered and m > last and m.zone in outer for m in movements)

    def _was_swept(self, zone: ZoneId, movements: Sequence[Movement]) -> bool:
        """Whether the holder was inside when the zone was last swept, and has not entered since."""
        sweeps = [at_ms for outer in self._around[zone] for at_ms in self._sweeps.get(outer, ())]
        if not sweeps:
            return False
        before = [m for m in movements if m.at_ms <= max(sweeps)]
        entered_since = any(m.entered and m.at_ms > max(sweeps) for m in movements)
        just_before = datetime.fromtimestamp((max(sweeps) - 1) / 1000, UTC)
        return not entered_since and self._is_inside(zone, before, just_before)

    def _period(self, zone: ZoneId, at: datetime) -> _Period:
        at_ms = int(at.timestamp() * 1000)
        sweeps = sum(
            bisect_right(self._sweeps[outer], at_ms)
            for outer in self._around[zone]
            if outer in self._sweeps
        )
        checkout = self._policy.zones[zone].checkout
        if checkout is None:
            return sweeps, None
        local = self._policy.local(at)
        early = local.time() < checkout
        return sweeps, local.date() - timedelta(days=early)


def _last_entry(movements: Sequence[Movement]) -> Movement | None:
    return next((m for m in reversed(movements) if m.entered), None)


def _around(zone: ZoneId, zones: Mapping[ZoneId, Zone]) -> tuple[ZoneId, ...]:
    """A zone and everything it lies within, from the inside out."""
    found = [zone]
    while (outer := zones[found[-1]].within) is not None:
        found.append(outer)
    return tuple(found)
