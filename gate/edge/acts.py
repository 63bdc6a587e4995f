"""What people do at a lane besides scanning, as records: annul, open or freeze, return rights."""

from datetime import datetime, timedelta
from enum import StrEnum

from gate.access.ledger import LogRecord, Name, RecordKind
from gate.access.model import GateId, Mode, Reason, ZoneId

ANNUL_WITHIN = timedelta(minutes=15)


class NotAnnulled(StrEnum):
    """Why an annulment was refused."""

    NO_ADMISSION = "no_admission"
    ALREADY = "already"
    TOO_LATE = "too_late"
    STORE = "store"


def not_annullable(
    target: LogRecord | None, annulled: set[int], at: datetime
) -> NotAnnulled | None:
    """Why a record of this lane cannot be annulled at a moment; `annulled`: the numbers that were.

    Within ANNUL_WITHIN by the record's own time.
    """
    if target is None or target.kind is not RecordKind.SCAN or not target.reason.opens:
        return NotAnnulled.NO_ADMISSION
    if target.number in annulled:
        return NotAnnulled.ALREADY
    if not 0 <= ms(at) - target.at_ms <= ANNUL_WITHIN / timedelta(milliseconds=1):
        return NotAnnulled.TOO_LATE
    return None


def annulment(
    name: Name, target: LogRecord, at: datetime, supervisor: int | None, why: str
) -> LogRecord:
    device, epoch, number = name
    return LogRecord(
        device=device,
        epoch=epoch,
        number=number,
        kind=RecordKind.ANNULLED,
        annuls=target.number,
        at_ms=ms(at),
        gate=target.gate,
        zone=target.zone,
        direction=target.direction,
        reason=target.reason,
        holder=target.holder,
        supervisor=supervisor,
        why=why,
    )


def mode_set(name: Name, mode: Mode, gate: GateId, at: datetime, supervisor: int) -> LogRecord:
    device, epoch, number = name
    return LogRecord(
        device=device,
        epoch=epoch,
        number=number,
        kind=RecordKind.MODE,
        at_ms=ms(at),
        gate=gate,
        reason=Reason.EMERGENCY if mode is Mode.EMERGENCY_OPEN else Reason.FROZEN,
        supervisor=supervisor,
        why=mode,
    )


def rights_returned(name: Name, zone: ZoneId, count: int, at: datetime) -> LogRecord:
    device, epoch, number = name
    return LogRecord(
        device=device,
        epoch=epoch,
        number=number,
        kind=RecordKind.RETURNED,
        at_ms=ms(at),
        zone=zone,
        reason=Reason.ZONE_FULL,
        rights=count,
    )


def ms(at: datetime) -> int:
    """Unix milliseconds, as records hold them."""
    return int(at.timestamp() * 1000)
