"""What the server makes of what is handed in: the pure half of its only writer.

`take` turns uploads and scans into a `Group`: rows to commit, and the answers they allow. Whoever
drives it (`appender` with PostgreSQL, the simulator with a database in memory) commits the rows
and only then calls `committed` for the answers. After a failure everything is recalled from what
is committed. Promises kept here:

- A record's name is looked up before any rule: a retry gets the stored answer, no second row.
- What cannot enter the log is quarantined with the reason; a device's queue always moves on.
- Positions in log and feed are dense, in commit order.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from gate.access.capacity import (
    BY_SERVER,
    Holding,
    Pool,
    decided_by_server,
    entry_lanes,
    is_hard,
)
from gate.access.known import Known
from gate.access.ledger import AT_MS_MAX, LogRecord, Name, RecordKind
from gate.access.model import DeviceId, Direction, GateId, Reason, ZoneId
from gate.access.policy import Zone
from gate.access.wire import Decided, FeedRow, Granted, LogAck, LogBatch, OnlineScan
from gate.server.numbers import Numbers
from gate.server.recent import Recent

SERVER = DeviceId("~server")
_own = partial(LogRecord, device=SERVER, epoch=1, number=0, at_ms=0)
"""Number and moment are given when it is handed in."""
"""Under this name the server's own records stand; no device can have it."""
SHORT_S = 15.0
Stored = Mapping[Name, tuple[bytes, bytes | None]]
"""Rows of the log by name: (body, stored answer)."""
Answer = Callable[[], LogAck | bytes]
_decode_record = msgspec.json.Decoder(LogRecord).decode


@dataclass(frozen=True, slots=True)
class Upload:
    """A device's records; `epoch_max` is the device's current epoch, `kinds` what it may record,
    `latest_ms` until when it can have happened, `gates` where it stood in the batch's epoch (None:
    anywhere). Which way people went is not asked: a supervisor may turn a lane."""

    device: DeviceId
    epoch_max: int
    batch: LogBatch
    kinds: frozenset[RecordKind] = frozenset(RecordKind)
    latest_ms: int = AT_MS_MAX
    gates: frozenset[GateId] | None = None

    @property
    def names(self) -> list[Name]:
        first = self.batch.first
        numbers = range(first, first + len(self.batch.records))
        return [(self.device, self.batch.epoch, number) for number in numbers]


@dataclass(frozen=True, slots=True)
class Presented:
    """One scan that the server decides."""

    device: DeviceId
    gate: GateId
    scan: OnlineScan
    at: datetime

    @property
    def names(self) -> list[Name]:
        return [(self.device, self.scan.epoch, self.scan.number)]


@dataclass(slots=True)
class Group:
    """What one transaction writes, and the answers it allows once committed: one for each that
    was handed in, a `LogAck` or a `Decided` as JSON."""

    rows: list[tuple[int, LogRecord, bytes, bytes | None]] = field(default_factory=list)
    """(position, record, body, answer)"""
    names: dict[Name, int] = field(default_factory=dict)
    odd: list[tuple[Name, bytes, str, bytes]] = field(default_factory=list)
    """To quarantine: (name, digest, why, body)"""
    answers: list[Answer] = field(default_factory=list)
    rights: dict[Holding, int] = field(default_factory=dict)
    """Used up by the server's own admissions: in the book of rights before this is committed."""


class Intake:
    """`known` is kept equal to what is committed, but for a group under way."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.timeline = ""
        """New each time this server takes over its database: that may have been restored, and
        then the same positions of the feed stand for other changes than lanes were told."""
        self.zones_of: Mapping[GateId, frozenset[ZoneId]] = {}
        """Every zone a gate ever led into: a lane may not have heard yet that a policy moved it,
        and what it recorded before is handed in later."""
        self.recent = Recent()
        self.pool = Pool()
        self.in_doubt = False
        """Lanes may hold more rights than are known here (`rights_book`): none is granted."""
        self._numbers: dict[tuple[DeviceId, int], Numbers] = {}
        self.log_head = 0
        self._short: dict[ZoneId, float] = {}

    # --- after a start or a failure

    def recall(
        self,
        log_head: int,
        numbers: Mapping[tuple[DeviceId, int], Numbers],
        granted: Mapping[Holding, int],
    ) -> None:
        """Begin anew from what is committed; `recalled` then tells each record of the log."""
        self.log_head, self._numbers = log_head, dict(numbers)
        self.known.forget_presence()
        lost = self.pool.lost()
        self.recent, self.pool = Recent(), Pool()
        self.pool.granted.update(granted)
        self.pool.granted.update(lost)

    def recalled(self, seq: int, record: LogRecord, by_server: bool) -> None:
        """`by_server`: decided here, so the badge's signature was read. A lane's record proves no
        badge: a stolen lane shuts nobody out."""
        self.known.add(record)
        if by_server:
            self.known.decided(record)
        self.pool.add(record)
        self.recent.add(seq, record)

    # --- uploads and scans

    def acked_through(self, device: DeviceId, epoch: int) -> int:
        numbers = self._numbers.get((device, epoch))
        return numbers.acked if numbers else 0

    def needed(self, handed_in: Sequence[Upload | Presented]) -> list[Name]:
        """Names whose rows, if any, `take` must be shown; none for numbers never seen."""
        return [
            name
            for each in handed_in
            for name in each.names
            if (numbers := self._numbers.get(name[:2])) and name[2] <= numbers.highest
        ]

    def take(self, handed_in: Sequence[Upload | Presented], stored: Stored) -> Group:
        group = Group()
        for each in handed_in:
            if isinstance(each, Upload):
                self._take_upload(each, stored, group)
            else:
                self._take_scan(each, stored, group)
        return group

    def committed(self, group: Group) -> list[LogAck | bytes]:
        """The group is durable: take note, and answer."""
        self.log_head += len(group.rows)
        for name in (*group.names, *(odd[0] for odd in group.odd)):
            self._numbers.setdefault(name[:2], Numbers()).add(name[2])
        for seq, record, *_ in group.rows:
            self.recent.add(seq, record)
        return [answer() for answer in group.answers]

    def _take_upload(self, upload: Upload, stored: Stored, group: Group) -> None:
        odd_before = len(group.odd)
        for name, raw in zip(upload.names, upload.batch.records, strict=True):
            body = bytes(raw)
            record, why = _readable(body, name, upload)
            if record is not None:
                why = _elsewhere(record, upload, self.zones_of)
            if record is not None and not why:
                body = msgspec.json.encode(record)
                why = _clash(name, body, stored, group)
            if why is None and record is not None:
                self._append(group, record, body, None)
            elif why:
                group.odd.append((name, hashlib.sha256(body).digest(), why, body))
        quarantined = len(group.odd) - odd_before
        device, epoch = upload.device, upload.batch.epoch
        group.answers.append(lambda: LogAck(self.acked_through(device, epoch), quarantined))

    def _take_scan(self, presented: Presented, stored: Stored, group: Group) -> None:
        (name,), scan = presented.names, presented.scan
        if name in stored:
            answer = stored[name][1]
        elif name in group.names:
            answer = group.rows[group.names[name]][3]
        else:
            self.known.timeline = self.timeline
            self.known.moves_through = self.log_head + len(group.rows)
            judged = self.known.judge(scan.text, presented.gate, scan.direction, presented.at)
            record = self.known.record(judged, name)
            decision = judged.decision
            answer = msgspec.json.encode(Decided(name[2], decision.admitted, decision))
            self._append(group, record, msgspec.json.encode(record), answer)
            self._note_right(record, group)
        said = answer or b""
        group.answers.append(lambda: said)

    def _note_right(self, record: LogRecord, group: Group) -> None:
        zone = self.known.policy.zones[record.zone] if record.zone else None
        if zone is not None and is_hard(zone) and decided_by_server(record):
            holding = (record.device, BY_SERVER, zone.id)
            group.rights[holding] = self.pool.granted[holding]

    def _append(self, group: Group, record: LogRecord, body: bytes, answer: bytes | None) -> None:
        """Into the transaction, and at once into presence: the next scan must see it."""
        group.names[record.name] = len(group.rows)
        group.rows.append((self.log_head + len(group.rows) + 1, record, body, answer))
        self.known.add(record)
        self.pool.add(record)

    # --- the server's own records

    def sweep(self, zone: ZoneId, at: datetime) -> Upload:
        """Everybody left a zone at this moment."""
        kind, way = RecordKind.SWEPT, Direction.EXIT
        return self._hand_in(at, [_own(kind=kind, zone=zone, reason=Reason.EXITED, direction=way)])

    def came_out(self, badges: Sequence[tuple[int, int]], at: datetime) -> Upload:
        """Badges (holder, generation) were printed."""
        kind, reason = RecordKind.PRINTED, Reason.ADMITTED
        return self._hand_in(
            at,
            [
                _own(kind=kind, reason=reason, holder=holder, generation=generation)
                for holder, generation in badges
            ],
        )

    def freed(self, holdings: Mapping[Holding, int], at: datetime) -> Upload:
        """An operator took rights back from lanes that are off for good."""
        kind, reason = RecordKind.FREED, Reason.ZONE_FULL
        return self._hand_in(
            at,
            [
                _own(kind=kind, zone=zone, reason=reason, rights=rights, why=f"{device} {epoch}")
                for (device, epoch, zone), rights in holdings.items()
            ],
        )

    def _hand_in(self, at: datetime, records: Sequence[LogRecord]) -> Upload:
        """Numbered on from the last one, at this moment."""
        first, at_ms = self.acked_through(SERVER, 1) + 1, int(at.timestamp() * 1000)
        named = (
            msgspec.structs.replace(record, number=number, at_ms=at_ms)
            for number, record in enumerate(records, first)
        )
        raw = tuple(msgspec.Raw(msgspec.json.encode(each)) for each in named)
        return Upload(SERVER, 1, LogBatch(1, first, raw))

    # --- changes

    def place(self, rows: Sequence[FeedRow]) -> list[FeedRow]:
        """Rows of a change at their positions in the feed."""
        head = self.known.cursor
        return [msgspec.structs.replace(row, seq=head + place) for place, row in enumerate(rows, 1)]

    def changed(self, rows: Sequence[FeedRow]) -> None:
        """These rows are durable now."""
        for row in rows:
            self.known.apply(row)

    # --- places of hard zones

    def lease(self, holding: Holding, want: int, at: datetime, now_s: float) -> int:
        """All rights the device will have been granted, with as many more as are free; `granted`
        must follow once they are written down, before the answer. `now_s` is monotonic."""
        if self.in_doubt:
            return self.pool.granted[holding]
        zone = self.known.policy.zones[holding[2]]
        left = self.pool.left(zone, self.known.whereabouts, at)
        before = self.pool.granted[holding]
        total = self.pool.grant(holding, want, left, entry_lanes(zone.id, self.known.policy))
        if total < before + want:
            self._short[zone.id] = now_s
        return total

    def granted(self, holding: Holding, total: int) -> None:
        self.pool.granted[holding] = total

    def restored(self, book: Mapping[Holding, int]) -> None:
        """What the server itself once admitted, by a book that no restore touched, may have no
        record any more: those people are inside all the same."""
        for holding, total in book.items():
            if holding[1] == BY_SERVER:
                self.granted(holding, max(total, self.pool.granted[holding]))

    def counted(self) -> dict[Holding, int]:
        """Whoever is inside is known: nothing the server admitted is lost. What it admitted."""
        for holding, lost in self.pool.lost().items():
            self.pool.granted[holding] -= lost
        return {each: n for each, n in self.pool.granted.items() if each[1] == BY_SERVER}

    def news(self, device: DeviceId, epoch_max: int, told: Sequence[Granted]) -> dict[Holding, int]:
        """What a lane was granted and this server does not know of: it was restored from a backup.
        To be written down, with the doubt, before anybody is granted anything."""
        zones = self.known.policy.zones
        return self.pool.news(
            {
                (device, each.epoch, each.zone): each.total
                for each in told
                if each.epoch <= epoch_max and each.zone in zones
            }
        )

    def places(self, zone: Zone, at: datetime) -> int:
        """What the server itself may still admit into a hard zone: whatever no lane holds."""
        return 0 if self.in_doubt else self.pool.left(zone, self.known.whereabouts, at)

    def short(self, now_s: float) -> tuple[ZoneId, ...]:
        """Zones in which a lane lately wanted more rights than there were. In doubt nobody is asked
        to give back what could not be granted again."""
        if self.in_doubt:
            return ()
        return tuple(zone for zone, at in self._short.items() if now_s - at < SHORT_S)


def _clash(name: Name, body: bytes, stored: Stored, group: Group) -> str | None:
    """None: the name is free. Empty: the same record is there. Else how they differ."""
    if name in stored:
        same = stored[name][0] == body
    elif name in group.names:
        same = group.rows[group.names[name]][2] == body
    else:
        return None
    return "" if same else "differs from the record already kept under its number"


def _readable(body: bytes, name: Name, upload: Upload) -> tuple[LogRecord | None, str | None]:
    """The record, or why it cannot enter the log."""
    try:
        record = _decode_record(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, f"not a log record: {error}"
    if record.name != name:
        return None, f"names itself {record.name}, sent as {name}"
    if record.epoch > upload.epoch_max:
        return None, f"epoch {record.epoch} was never given to this device"
    if record.kind not in upload.kinds:
        return None, f"a record of kind {record.kind} is not this device's to make"
    if record.at_ms > upload.latest_ms:
        return None, f"its clock was wrong: {record.at:%Y-%m-%d %H:%M} UTC was still to come"
    return record, ""


def _elsewhere(
    record: LogRecord, upload: Upload, zones_of: Mapping[GateId, frozenset[ZoneId]]
) -> str | None:
    """Why a device cannot have been where a record says; None when it can."""
    if upload.gates is None:
        return None
    if record.gate is not None and record.gate not in upload.gates:
        stood = ", ".join(sorted(upload.gates)) or "no gate"
        return f"made at {record.gate}, but in epoch {record.epoch} this device stood at {stood}"
    led = upload.gates if record.gate is None else (record.gate,)
    if record.zone is not None and not any(record.zone in zones_of.get(g, ()) for g in led):
        return f"{record.gate or 'its gate'} never led into {record.zone}"
    return None
