"""Who is inside: each holder's moves, folded from the log in order of scan time.

Rules kept here, and nowhere else:
- Order is by the time of the scan, not of arrival; folding in any order gives the same answer.
- Entering a zone puts a person into it and into what surrounds it, and out of every other zone:
  a hall is left by entering the next one, without an exit scan.
- Leaving a zone leaves what lies within it too; whoever was not inside is not "minus one".
- At a zone's checkout hour (venue's wall clock) everybody is taken to have left. Nothing is
  written for it, so it is exact on every lane, offline too, and doing it twice adds nothing.
- A sweep empties a zone at its moment in the same way; who was inside then may come back. A lane
  that has heard of it dates no scan before it, however its clock lags: else whoever comes in next
  would be taken to have left with the others.
- An annulled movement never happened.
"""

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from gate.access.ledger import LogRecord, Move, MoveKind, Name, move
from gate.access.model import DeviceId, GateId, Presence, ZoneId
from gate.access.policy import Policy, Zone

SWEEPER = DeviceId("-")
"""Of a sweep only zone and moment matter, so a re-told one names nobody."""
BEHIND_MAX = timedelta(seconds=10)
"""No clock that was held against the server's is further behind. A sweep still further ahead was
dated by a server's clock that was wrong, and is yet to come: it draws nobody's clock along."""
_Period = tuple[int, date]
"""What lies between two moments at which everybody left: how many sweeps came before, and the
local day of the last checkout (`date.min` for a zone without). Only who entered in the present
period can be inside."""
_Place = tuple[ZoneId, _Period]


class Whereabouts:
    """Feed it records, or what other lanes' records were, in any order; repeats change nothing."""

    def __init__(self, policy: Policy) -> None:
        self._moves: defaultdict[int, list[Move]] = defaultdict(list)
        self._annulled: dict[Name, Move] = {}
        """By the name of what never happened: which may arrive later than its annulment."""
        self._sweeps: defaultdict[ZoneId, list[int]] = defaultdict(list)
        self._places: dict[int, tuple[_Place, ...]] = {}
        """Where each holder's moves put them, so that an inquiry need not fold them again."""
        self._inside: Counter[_Place] = Counter()
        self._stale: set[int] = set()
        """Whose moves changed since they were last counted: many come at once, as at a start."""
        self.follow(policy)

    def follow(self, policy: Policy) -> None:
        """Judge all moves by another policy's zones."""
        self._policy = policy
        self._around = {zone: _around(zone, policy.zones) for zone in policy.zones}
        self._recount()

    def add(self, record: LogRecord) -> None:
        if (made := move(record)) is not None:
            self.take(made)

    def take(self, made: Move) -> None:
        match made.kind:
            case MoveKind.SWEPT:
                if made.at_ms not in self._sweeps[made.zone]:
                    insort(self._sweeps[made.zone], made.at_ms)
                    self._recount()
            case MoveKind.ANNULLED:
                self._annulled[made.name] = made
                kept = [each for each in self._moves[made.holder] if each.name != made.name]
                self._change(made.holder, kept)
            case _:
                moves = self._moves[made.holder]
                if made.name in self._annulled or _has(moves, made):
                    return
                place = bisect_right(moves, made.order, key=_order)
                self._change(made.holder, [*moves[:place], made, *moves[place:]])

    def _change(self, holder: int, moves: list[Move]) -> None:
        self._moves[holder] = moves
        self._stale.add(holder)

    def presence(self, zone: ZoneId, holder: int, at: datetime) -> Presence | None:
        """What a decision at this zone needs to know; None when the holder never entered it."""
        if holder in self._stale:
            self._count(holder)
        moves = self._moves.get(holder, ())
        entries = [m for m in moves if m.entered and zone in self._around.get(m.zone, ())]
        if not entries:
            return None
        today = self._policy.local(at).date()
        return Presence(
            inside=self._is_among(self._places[holder], zone, at),
            entered_at=entries[-1].at,
            entered_gate=entries[-1].gate,
            entries_today=sum(
                m.zone == zone and self._policy.local(m.at).date() == today for m in entries
            ),
            swept=self._was_swept(zone, moves, at),
        )

    def dated(self, at: datetime) -> datetime:
        """When a scan happens that a clock says happens at a moment: only the server sweeps, so a
        sweep that was heard of is past."""
        latest_ms = int((at + BEHIND_MAX).timestamp() * 1000)
        heard = (each for moments in self._sweeps.values() for each in moments)
        past_ms = max((each for each in heard if each <= latest_ms), default=0)
        return max(at, datetime.fromtimestamp(past_ms / 1000, UTC))

    def inside(self, zone: ZoneId, at: datetime) -> int:
        """How many people are in a zone. A lane whose clock runs ahead counts already."""
        self._settle()
        now = self._period(zone, at)
        return sum(n for (where, when), n in self._inside.items() if where == zone and when >= now)

    def relevant(self, at: datetime) -> Iterator[Move]:
        """What a lane that starts now needs: today's moves, and who is still inside since when.
        Of whom no entry is known, every exit, and every annulment: a lane that was cut off may
        still tell of an entry before it."""
        midnight = datetime.combine(self._policy.local(at).date(), time.min, self._policy.time_zone)
        today_ms = int(midnight.timestamp() * 1000)
        for zone, sweeps in self._sweeps.items():
            for at_ms in sweeps:
                yield Move(at_ms, SWEEPER, 1, 1, MoveKind.SWEPT, 0, zone, GateId(""))
        yield from self._annulled.values()
        for moves in self._moves.values():
            last = _last_entry(moves)
            since = min(today_ms, last.at_ms) if last else 0
            yield from (m for m in moves if m.at_ms >= since)

    def who(self, zone: ZoneId, at: datetime) -> Iterator[tuple[int, Move]]:
        """The roll-call: each holder inside, with the movement that says so."""
        self._settle()
        for holder, moves in self._moves.items():
            last = _last_entry(moves)
            if last is not None and self._is_among(self._places[holder], zone, at):
                yield holder, last

    def moves(self, holder: int) -> tuple[Move, ...]:
        """All of a holder's moves, the earliest first."""
        return tuple(self._moves.get(holder, ()))

    def same_period(self, zone: ZoneId, one: datetime, other: datetime) -> bool:
        """Whether nothing emptied the zone between two moments."""
        return self._period(zone, one) == self._period(zone, other)

    def _recount(self) -> None:
        self._stale.update(self._moves)

    def _settle(self) -> None:
        while self._stale:
            self._count(self._stale.pop())

    def _count(self, holder: int) -> None:
        """Put a holder where their moves lead."""
        self._stale.discard(holder)
        for place in self._places.get(holder, ()):
            self._inside[place] -= 1
        self._places[holder] = places = self._led(self._moves[holder])
        for place in places:
            self._inside[place] += 1

    def _led(self, moves: Sequence[Move]) -> tuple[_Place, ...]:
        """What the last entry led into, without what an exit since led out of."""
        left: set[ZoneId] = set()
        for each in reversed(moves):
            if each.entered:
                at = each.at
                return tuple(
                    (zone, self._period(zone, at))
                    for zone in self._around.get(each.zone, ())
                    if left.isdisjoint(self._around[zone])
                )
            left.add(each.zone)
        return ()

    def _is_among(self, places: Sequence[_Place], zone: ZoneId, at: datetime) -> bool:
        """Whether one of the places is the zone, in the period of `at` or a later one."""
        entered = [when for where, when in places if where == zone]
        return bool(entered) and entered[0] >= self._period(zone, at)

    def _was_swept(self, zone: ZoneId, moves: Sequence[Move], at: datetime) -> bool:
        """Whether the holder was inside when the zone was last swept, and has not entered since.
        By a clock that runs behind, a sweep may still be to come."""
        now_ms = int(at.timestamp() * 1000)
        swept = (self._sweeps.get(outer, ()) for outer in self._around[zone])
        sweeps = [at_ms for moments in swept for at_ms in moments if at_ms <= now_ms]
        if not sweeps:
            return False
        before = [m for m in moves if m.at_ms < max(sweeps)]
        entered_since = any(m.entered and m.at_ms >= max(sweeps) for m in moves)
        just_before = datetime.fromtimestamp((max(sweeps) - 1) / 1000, UTC)
        return not entered_since and self._is_among(self._led(before), zone, just_before)

    def _period(self, zone: ZoneId, at: datetime) -> _Period:
        sweeps = self._sweeps_until(zone, int(at.timestamp() * 1000)) if self._sweeps else 0
        checkout = self._policy.zones[zone].checkout
        if checkout is None:
            return sweeps, date.min
        local = self._policy.local(at)
        early = local.time() < checkout
        return sweeps, local.date() - timedelta(days=early)

    def _sweeps_until(self, zone: ZoneId, at_ms: int) -> int:
        """How often the zone, or one around it, had been emptied by hand."""
        swept = (self._sweeps[outer] for outer in self._around[zone] if outer in self._sweeps)
        return sum(bisect_right(moments, at_ms) for moments in swept)


def _order(each: Move) -> tuple[int, DeviceId, int, int]:
    return each.order


def _has(moves: Sequence[Move], made: Move) -> bool:
    return any(m.number == made.number and m.name == made.name for m in moves)


def _last_entry(moves: Sequence[Move]) -> Move | None:
    return next((m for m in reversed(moves) if m.entered), None)


def _around(zone: ZoneId, zones: Mapping[ZoneId, Zone]) -> tuple[ZoneId, ...]:
    """A zone and everything it lies within, from the inside out."""
    found = [zone]
    while (outer := zones[found[-1]].within) is not None:
        found.append(outer)
    return tuple(found)
