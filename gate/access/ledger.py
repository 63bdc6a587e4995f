"""The log: one append-only record of everything that happened at a lane or kiosk.

`(device, epoch, number)` names a record for ever, so receiving it twice changes nothing. Who is
inside (`presence`) and every count (`counts`) are folds of it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
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
_WORD = Meta(pattern=r"^[ -~]{0,64}$(?!\n)")
_HEX = Meta(pattern=r"^[0-9a-f]{0,32}$(?!\n)")
"""Python's `$` alone would take a line end after the word."""


Name = tuple[DeviceId, int, int]
"""(device, epoch, number)"""


class RecordKind(StrEnum):
    """`annulled`: an earlier record of the same device never happened. `swept`: everybody left a
    zone at this moment. `returned`: a lane gave places of a full zone back. `freed`: an operator
    took back those of a lane that is off for good, named with its epoch in `why`. `mode`: a
    supervisor set this one lane's mode, named in `why`."""

    SCAN = "scan"
    PRINTED = "printed"
    ANNULLED = "annulled"
    SWEPT = "swept"
    RETURNED = "returned"
    FREED = "freed"
    MODE = "mode"


class Given(StrEnum):
    """What a decision rested on that neither log nor feed says of its moment: the guard had
    looked, no place of the zone or of the delegation was left here, a supervisor had opened or
    frozen this one lane."""

    LOOKED = "looked"
    FULL = "full"
    DELEGATION_FULL = "delegation_full"
    OPENED = "opened"
    FROZEN = "frozen"


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
    annuls: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    """Number of the record, of this device and epoch, that is annulled."""
    overrides: Reason | None = None
    """What the badge was refused for before a supervisor admitted it."""
    supervisor: Annotated[int, Meta(ge=0, le=2**32 - 1)] | None = None
    """Who overrode, insisted in vain, or annulled: the number of a supervisor, never a name."""
    why: Annotated[str, _WORD] = ""
    """The supervisor's reason, one of the policy's."""
    rights: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """Places of a hard zone this record uses up: 1 for an admission, or how many are returned or
    freed."""
    cursor: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """Feed position of the facts the decision used."""
    policy: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    """Policy version the decision used."""
    timeline: Annotated[str, _WORD] = ""
    """Which of the server's timelines `cursor` and `moves_through` speak of; empty: none yet."""
    moves_through: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """Position in the server's log up to which other lanes' moves were known."""
    given: Annotated[tuple[Given, ...], Meta(max_length=len(Given))] = ()
    newest: Annotated[int, Meta(ge=0, le=255)] = 0
    """The newest generation ever seen of this badge, where it is newer than the badge."""
    known_until: Annotated[int, Meta(ge=0, le=2**25)] | None = None
    """Where no record of the holder was known: every badge issued before this minute had one."""

    @property
    def name(self) -> Name:
        return self.device, self.epoch, self.number

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


TOLD_MAX = 500
"""Records one lane tells another of in one message."""


class MoveKind(StrEnum):
    IN = "in"
    OUT = "out"
    ANNULLED = "annulled"
    SWEPT = "swept"


class Move(msgspec.Struct, frozen=True, array_like=True):
    """What of a record matters for presence; it travels to every lane of the venue.

    `number` is the record's own, and of an annulment the one it annuls. `holder` 0: everybody.
    """

    at_ms: Annotated[int, Meta(ge=0, le=AT_MS_MAX)]
    device: DeviceId
    epoch: int
    number: int
    kind: MoveKind
    holder: int
    zone: ZoneId
    gate: GateId

    @property
    def name(self) -> Name:
        return self.device, self.epoch, self.number

    @property
    def order(self) -> tuple[int, DeviceId, int, int]:
        """By time; the record's name breaks ties."""
        return self.at_ms, *self.name

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @property
    def entered(self) -> bool:
        return self.kind is MoveKind.IN


class Told(msgspec.Struct, frozen=True):
    """Moves of one lane: all there were between two of its record numbers."""

    device: DeviceId
    epoch: int
    through: int
    moves: Annotated[tuple[Move, ...], Meta(max_length=TOLD_MAX)]
    raised: Annotated[
        tuple[Annotated[str, Meta(max_length=128)], ...], Meta(max_length=TOLD_MAX)
    ] = ()
    """(holder, generation) of badges that proved a re-print there."""


def move(record: LogRecord) -> Move | None:
    """The move a record is; None for refusals, prints, and scans that name nobody."""
    number, holder = record.number, record.holder
    if record.zone is None:
        return None
    match record.kind:
        case RecordKind.SWEPT:
            kind, holder = MoveKind.SWEPT, 0
        case RecordKind.ANNULLED if record.annuls is not None:
            kind, number = MoveKind.ANNULLED, record.annuls
        case RecordKind.SCAN if record.reason.opens:
            kind = MoveKind.IN if record.direction is Direction.ENTRY else MoveKind.OUT
        case _:
            return None
    if holder is None:
        return None
    gate = record.gate or GateId("")
    return Move(record.at_ms, record.device, record.epoch, number, kind, holder, record.zone, gate)


def merge(*logs: Iterable[LogRecord]) -> list[LogRecord]:
    """One log from many, in any order and with any repeats; by time of scan."""
    unique = {record.name: record for log in logs for record in log}
    return sorted(unique.values(), key=lambda record: (record.at_ms, *record.name))
