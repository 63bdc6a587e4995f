"""Numbers that kiosks gave to people they sent to the desk."""

from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import msgspec

from gate.access.wire import Ticket
from gate.server.registrations.parse import Registration

SAVE = """
INSERT INTO ticket (edition, device, number, at_ms, holder, why) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
LISTED = """
SELECT ticket.id, ticket.device, ticket.number, ticket.at_ms, ticket.why, ticket.closed_by,
    ticket.closed_ms, registration.body
FROM ticket LEFT JOIN registration
    ON registration.edition = ticket.edition AND registration.holder = ticket.holder
WHERE ticket.edition = $1 AND (closed_by IS NULL OR closed_ms >= $2)
ORDER BY closed_by IS NOT NULL, closed_ms DESC, ticket.at_ms, ticket.id LIMIT $3
"""
CLOSE = """
UPDATE ticket SET closed_by = $3, closed_ms = $4
WHERE edition = $1 AND id = $2 AND closed_by IS NULL RETURNING id
"""
REOPEN = """
UPDATE ticket SET closed_by = NULL, closed_ms = NULL
WHERE edition = $1 AND id = $2 AND closed_by IS NOT NULL RETURNING id
"""

TICKETS_MAX = 200
_decode_registration = msgspec.json.Decoder(Registration).decode
Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Listed:
    """`closed_by` None: it waits."""

    id: int
    device: str
    number: str
    at_ms: int
    why: str
    registration: Registration | None
    closed_by: str | None
    closed_ms: int | None


async def save(connection: Connection, edition: str, device: str, ticket: Ticket) -> None:
    """Sending it again is harmless."""
    await connection.execute(
        SAVE, edition, device, ticket.number, ticket.at_ms, ticket.holder, ticket.why.value
    )


async def listed(connection: Connection, edition: str, closed_since_ms: int | None) -> list[Listed]:
    """Those that wait, the oldest first, then those closed since, the newest first;
    TICKETS_MAX at most."""
    return [
        Listed(
            row["id"],
            row["device"],
            row["number"],
            row["at_ms"],
            row["why"],
            _decode_registration(row["body"]) if row["body"] else None,
            row["closed_by"],
            row["closed_ms"],
        )
        for row in await connection.fetch(LISTED, edition, closed_since_ms, TICKETS_MAX)
    ]


async def close(connection: Connection, edition: str, number: int, who: str, now_ms: int) -> bool:
    """False when it does not wait, or is not there."""
    return await connection.fetchval(CLOSE, edition, number, who, now_ms) is not None


async def reopen(connection: Connection, edition: str, number: int) -> bool:
    """False when it waits, or is not there."""
    return await connection.fetchval(REOPEN, edition, number) is not None
