"""Every number on the wall, as a fold of the log: feed each record once, in any order.

Rules kept here:
- A person is counted once in a day and an event, however often they pass; entries and exits of a
  gate count each.
- An annulled record counts nowhere, whichever of the two arrives first.
- Who is inside is `presence`'s business; it is asked, not counted again.
"""

from bisect import insort
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from gate.access.ledger import LogRecord, Name, RecordKind
from gate.access.model import Direction, EventId, GateId, Reason, ZoneId
from gate.access.policy import Policy
from gate.access.presence import Whereabouts


@dataclass(slots=True)
class DayCounts:
    """One venue-local day, folded. Minutes count from the venue's midnight."""

    entered: Counter[int] = field(default_factory=Counter)
    """Holder -> admissions today; its length is the number of people."""
    entered_event: defaultdict[EventId, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    entries_minute: Counter[int] = field(default_factory=Counter)
    entries_gate: Counter[GateId] = field(default_factory=Counter)
    entries_gate_minute: defaultdict[GateId, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    exits_gate: Counter[GateId] = field(default_factory=Counter)
    refused_gate: Counter[GateId] = field(default_factory=Counter)
    refused_reason: Counter[Reason] = field(default_factory=Counter)
    people_minute: Counter[int] = field(default_factory=Counter)
    """People whose first admission today was in this minute: the curve of arrivals."""
    overridden: int = 0
    annulled: int = 0
    minutes: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Holder -> the minutes of their admissions, sorted."""


class Counts:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.days: defaultdict[date, DayCounts] = defaultdict(DayCounts)
        self.whereabouts = Whereabouts(policy)
        self._opened: dict[Name, LogRecord] = {}
        self._annulled: set[Name] = set()
        self.records = 0
        self.last_at_ms = 0

    def inside(self, zone: ZoneId, at: datetime) -> int:
        """People in a zone at a moment not before the newest record."""
        return self.whereabouts.inside(zone, at)

    def add(self, record: LogRecord) -> None:
        """Fold one record in. The caller keeps repeats out (the store's unique name does)."""
        self.records += 1
        self.last_at_ms = max(self.last_at_ms, record.at_ms)
        self.whereabouts.add(record)
        if record.kind is RecordKind.ANNULLED and record.annuls is not None:
            self._annul((record.device, record.epoch, record.annuls))
        elif record.kind is RecordKind.SCAN and record.gate is not None:
            self._scan(record, record.gate)

    def _scan(self, record: LogRecord, gate: GateId) -> None:
        day, _ = self._local(record)
        if not record.reason.opens:
            day.refused_gate[gate] += 1
            day.refused_reason[record.reason] += 1
        elif record.name in self._annulled:
            day.annulled += 1
        else:
            self._opened[record.name] = record
            self._passed(record, gate, +1)

    def _annul(self, name: Name) -> None:
        self._annulled.add(name)
        record = self._opened.pop(name, None)
        if record is not None and record.gate is not None:
            self._passed(record, record.gate, -1)
            self._local(record)[0].annulled += 1

    def _passed(self, record: LogRecord, gate: GateId, one: int) -> None:
        day, minute = self._local(record)
        if record.direction is Direction.EXIT:
            day.exits_gate[gate] += one
            return
        day.entries_minute[minute] += one
        day.entries_gate[gate] += one
        day.entries_gate_minute[gate][minute] += one
        day.overridden += one * (record.overrides is not None)
        if record.holder is None:
            return
        _tell(day.entered, record.holder, one)
        for event in record.events:
            _tell(day.entered_event[event], record.holder, one)
        _arrival(day, record.holder, minute, one)

    def _local(self, record: LogRecord) -> tuple[DayCounts, int]:
        local = self._policy.local(record.at)
        return self.days[local.date()], local.hour * 60 + local.minute


def _tell(people: Counter[int], holder: int, one: int) -> None:
    people[holder] += one
    if not people[holder]:
        del people[holder]


def _arrival(day: DayCounts, holder: int, minute: int, one: int) -> None:
    """Keep `people_minute` at each holder's first admission of the day."""
    minutes = day.minutes[holder]
    if minutes:
        day.people_minute[minutes[0]] -= 1
    if one > 0:
        insort(minutes, minute)
    else:
        minutes.remove(minute)
    if minutes:
        day.people_minute[minutes[0]] += 1
