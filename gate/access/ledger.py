"""The log and what follows from it. The log is append-only; every count is a fold of it.

Rules kept here:
- `(device, epoch, number)` names a record for ever, so receiving it twice changes nothing.
- Order is by the time of the scan, not of arrival; folding in any order gives the same counts.
- A person is counted once in a day, an event and a zone, however often they pass.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.model import (
    DeviceId,
    Direction,
    EventId,
    Flag,
    GateId,
    Reason,
    ZoneId,
)

AT_MS_MAX = 4_102_444_800_000
"""The year 2100: a clock beyond it is broken, and dates near the end of time overflow."""
_WORD = Meta(pattern=r"^[ -~]{0,64}$")
_HEX = Meta(pattern=r"^[0-9a-f]{0,32}$")


class RecordKind(StrEnum):
    SCAN = "scan"
    PRINTED = "printed"


class LogRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened at a lane or kiosk. Holds no name and no raw scanned text."""

    device: Annotated[DeviceId, _WORD]
    epoch: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    number: Annotated[int, Meta(ge=1, le=2**53)]
    """1, 2, 3 ... without a gap within a device's epoch."""
    kind: RecordKind = RecordKind.SCAN
    at_ms: Annotated[int, Meta(ge=0, le=AT_MS_MAX)]
    """Unix milliseconds."""
    gate: Annotated[GateId, _WORD] | None = None
    zone: Annotated[ZoneId, _WORD] | None = None
    direction: Direction = Direction.ENTRY
    reason: Reason
    rule: Annotated[str, _WORD] = ""
    event: Annotated[EventId, _WORD] | None = None
    events: Annotated[tuple[Annotated[EventId, _WORD], ...], Meta(max_length=32)] = ()
    """On an admission: every event that was open to the holder here."""
    holder: Annotated[int, Meta(ge=0, le=2**32 - 1)] | None = None
    generation: Annotated[int, Meta(ge=0, le=255)] | None = None
    profile: Annotated[int, Meta(ge=0, le=65535)] | None = None
    """The entitlement row in force."""
    claims: Annotated[str, _HEX] = ""
    """The credential's 16 signed bytes in hex, so that the decision can be replayed."""
    text_hash: Annotated[str, _HEX] = ""
    """First 16 hex digits of SHA-256 of the scanned text: recognises a code, reveals none."""
    flags: tuple[Flag, ...] = ()
    cursor: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """Feed position of the facts the decision used."""
    policy: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    """Policy version the decision used."""

    @property
    def name(self) -> tuple[DeviceId, int, int]:
        return self.device, self.epoch, self.number

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


def merge(*logs: Iterable[LogRecord]) -> list[LogRecord]:
    """One log from many, in any order and with any repeats; by time of scan."""
    unique = {record.name: record for log in logs for record in log}
    return sorted(unique.values(), key=lambda record: (record.at_ms, *record.name))


@dataclass(slots=True)
class DayCounts:
    """One venue-local day, folded. Minutes count from the venue's midnight."""

    entered: set[int] = field(default_factory=set)
    """Holders admitted anywhere today, each once."""
    entered_event: defaultdict[EventId, set[int]] = field(default_factory=lambda: defaultdict(set))
    entries_minute: Counter[int] = field(default_factory=Counter)
    entries_gate: Counter[GateId] = field(default_factory=Counter)
    entries_gate_minute: defaultdict[GateId, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    exits_gate: Counter[GateId] = field(default_factory=Counter)
    refused_gate: Counter[GateId] = field(default_factory=Counter)
    refused_reason: Counter[Reason] = field(default_factory=Counter)
    first_minute: dict[int, int] = field(default_factory=dict)
    """Holder -> minute of the first admission today."""
    people_minute: Counter[int] = field(default_factory=Counter)
    """People whose first admission today was in this minute: the curve of arrivals."""


@dataclass(slots=True)
class _Movement:
    """A holder's latest movement in a zone; `order` breaks ties between equal times."""

    order: tuple[int, DeviceId, int, int]
    inside: bool
    gate: GateId | None


class Counts:
    """The fold: feed it every record once, in any order."""

    def __init__(self, time_zone: tzinfo) -> None:
        self._time_zone = time_zone
        self.days: defaultdict[date, DayCounts] = defaultdict(DayCounts)
        self._movements: defaultdict[ZoneId, dict[int, _Movement]] = defaultdict(dict)
        self._inside: Counter[ZoneId] = Counter()
        self.records = 0
        self.last_at_ms = 0

    def inside(self, zone: ZoneId) -> int:
        """People in a zone whose latest movement there was an entry."""
        return self._inside[zone]

    def add(self, record: LogRecord) -> None:
        """Fold one record in. The caller keeps repeats out (the store's unique name does)."""
        self.records += 1
        self.last_at_ms = max(self.last_at_ms, record.at_ms)
        if record.kind is not RecordKind.SCAN or record.gate is None:
            return
        local = record.at.astimezone(self._time_zone)
        day, minute = self.days[local.date()], local.hour * 60 + local.minute
        if not record.reason.opens:
            day.refused_gate[record.gate] += 1
            day.refused_reason[record.reason] += 1
            return
        if record.direction is Direction.ENTRY:
            self._entered(day, minute, record, record.gate)
        else:
            day.exits_gate[record.gate] += 1
        if record.holder is not None and record.zone is not None:
            self._moved(record.zone, record.holder, record)

    def _entered(self, day: DayCounts, minute: int, record: LogRecord, gate: GateId) -> None:
        day.entries_minute[minute] += 1
        day.entries_gate[gate] += 1
        day.entries_gate_minute[gate][minute] += 1
        if record.holder is None:
            return
        day.entered.add(record.holder)
        self._arrived(day, minute, record.holder)
        for event in record.events:
            day.entered_event[event].add(record.holder)

    def _arrived(self, day: DayCounts, minute: int, holder: int) -> None:
        earlier = day.first_minute.get(holder)
        if earlier is not None and earlier <= minute:
            return
        if earlier is not None:
            day.people_minute[earlier] -= 1
        day.people_minute[minute] += 1
        day.first_minute[holder] = minute

    def _moved(self, zone: ZoneId, holder: int, record: LogRecord) -> None:
        order = (record.at_ms, *record.name)
        known = self._movements[zone].get(holder)
        if known is not None and known.order > order:
            return
        was_inside = known is not None and known.inside
        now_inside = record.direction is Direction.ENTRY
        self._movements[zone][holder] = _Movement(order, now_inside, record.gate)
        self._inside[zone] += now_inside - was_inside
