"""What kiosks follow and leave behind: changed registrations, prints, reservations."""

from collections.abc import Sequence
from typing import TypeAlias

import asyncpg
import msgspec

from gate.access.ledger import LogRecord, RecordKind
from gate.server.registrations.parse import Registration
from gate.server.store.registrations import Stored

CHANGED = """
SELECT change, holder, profile, generation, body FROM registration
WHERE edition = $1 AND change > $2 ORDER BY change LIMIT $3
"""
TEXTS = """
SELECT badge.holder, badge.text
FROM unnest($2::bigint[], $3::smallint[]) AS wanted (holder, generation)
CROSS JOIN LATERAL (
    SELECT holder, text FROM badge
    WHERE edition = $1 AND holder = wanted.holder AND generation = wanted.generation
    ORDER BY issue DESC LIMIT 1
) AS badge
"""
PRINTS = """
SELECT seq, body FROM log
WHERE edition = $1 AND seq > $2 AND gate IS NULL AND holder IS NOT NULL ORDER BY seq LIMIT $3
"""
RESERVE = """
INSERT INTO kiosk_reservation (edition, holder, generation, device, at_ms)
SELECT edition, holder, generation, $4, $5 FROM registration
WHERE edition = $1 AND holder = $2 AND generation = $3 AND digital <> $3 AND status = 'approved'
AND NOT EXISTS (
    SELECT 1 FROM log WHERE log.edition = $1 AND log.holder = $2 AND log.gate IS NULL
        AND (convert_from(log.body, 'UTF8')::json ->> 'generation')::int = $3
        AND convert_from(log.body, 'UTF8')::json ->> 'kind' = 'printed'
) AND NOT EXISTS (
    SELECT 1 FROM reprint WHERE edition = $1 AND holder = $2 AND state = 'reserved'
)
ON CONFLICT (edition, holder, generation) DO UPDATE SET at_ms = excluded.at_ms
    WHERE kiosk_reservation.device = excluded.device
RETURNING device
"""
RESERVED = """
SELECT device, at_ms FROM kiosk_reservation WHERE edition = $1 AND holder = $2 AND generation = $3
"""
RELEASE = """
DELETE FROM kiosk_reservation
WHERE edition = $1 AND holder = $2 AND generation = $3 AND device = $4
"""
_decode_registration = msgspec.json.Decoder(Registration).decode
_decode_record = msgspec.json.Decoder(LogRecord).decode
Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


class KioskReservation(msgspec.Struct, frozen=True):
    """A kiosk began to print a badge."""

    device: str
    at_ms: int


async def changed(
    connection: Connection, edition: str, after: int, limit: int
) -> list[tuple[int, Stored]]:
    """(change, registration) behind a position, in order."""
    return [
        (
            row["change"],
            Stored(
                _decode_registration(row["body"]), row["holder"], row["profile"], row["generation"]
            ),
        )
        for row in await connection.fetch(CHANGED, edition, after, limit)
    ]


async def texts(connection: Connection, edition: str, rows: Sequence[Stored]) -> dict[int, str]:
    """Holder -> the newest signed text of its active generation."""
    found = await connection.fetch(
        TEXTS, edition, [r.holder for r in rows], [r.generation for r in rows]
    )
    return {row["holder"]: row["text"] for row in found}


async def prints(
    connection: Connection, edition: str, after: int, limit: int
) -> list[tuple[int, tuple[int, int]]]:
    """(log position, (holder, generation)) of badges that were printed, in order."""
    found = []
    for row in await connection.fetch(PRINTS, edition, after, limit):
        record = _decode_record(row["body"])
        if record.kind is RecordKind.PRINTED and record.holder is not None:
            found.append((row["seq"], (record.holder, record.generation or 0)))
    return found


async def reserve(
    connection: Connection, edition: str, badge: tuple[int, int], device: str, now_ms: int
) -> bool:
    """Whether this device may print the badge (holder, generation). Asking again is harmless."""
    return await connection.fetchval(RESERVE, edition, *badge, device, now_ms) is not None


async def reserved(
    connection: Connection, edition: str, badge: tuple[int, int]
) -> KioskReservation | None:
    """The kiosk that reserved the badge (holder, generation), whether or not it came out."""
    row = await connection.fetchrow(RESERVED, edition, *badge)
    return KioskReservation(row["device"], row["at_ms"]) if row else None


async def release(
    connection: Connection, edition: str, badge: tuple[int, int], device: str
) -> None:
    """The device did not print it after all."""
    await connection.execute(RELEASE, edition, *badge, device)
