"""Devices: what they are bound to, their one-time code and their token (both only hashed)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import asyncpg

from gate.access.model import DeviceId, Direction, GateId
from gate.access.wire import DeviceRole

SAVE = """
INSERT INTO device (edition, id, role, gate, direction, code_hash, code_expires)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (edition, id) DO UPDATE SET role = excluded.role, gate = excluded.gate,
    direction = excluded.direction, code_hash = excluded.code_hash,
    code_expires = excluded.code_expires
"""
ENROL = """
UPDATE device SET code_hash = NULL, token_hash = $3, revoked = false,
    epoch = greatest(epoch, $5) + 1
WHERE edition = $1 AND code_hash = $2 AND code_expires > $4
RETURNING id, role, gate, direction, epoch, revoked
"""
BY_TOKEN = """
SELECT id, role, gate, direction, epoch, revoked FROM device
WHERE edition = $1 AND token_hash = $2
"""  # noqa: S105 - SQL, no secret
ALL = "SELECT id, role, gate, direction, epoch, revoked FROM device WHERE edition = $1 ORDER BY id"
REVOKE = (
    "UPDATE device SET revoked = true, code_hash = NULL WHERE edition = $1 AND id = $2 RETURNING id"
)

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Device:
    id: DeviceId
    role: DeviceRole
    gate: GateId | None
    direction: Direction
    epoch: int
    """Grows with each enrolment; the device's record numbers start at 1 in each."""
    revoked: bool


async def save(
    connection: Connection,
    edition: str,
    device: str,
    role: DeviceRole,
    gate: str | None,
    direction: Direction,
    code_hash: bytes,
    code_expires: datetime,
) -> None:
    await connection.execute(
        SAVE, edition, device, role.value, gate, direction.value, code_hash, code_expires
    )


async def enrol(
    connection: Connection,
    edition: str,
    code_hash: bytes,
    token_hash: bytes,
    now: datetime,
    epoch_before: int,
) -> Device | None:
    """Trade a code that is still good for a token; None when it is not."""
    row = await connection.fetchrow(ENROL, edition, code_hash, token_hash, now, epoch_before)
    return _device(row) if row else None


async def by_token(connection: Connection, edition: str, token_hash: bytes) -> Device | None:
    row = await connection.fetchrow(BY_TOKEN, edition, token_hash)
    return _device(row) if row else None


async def all_devices(connection: Connection, edition: str) -> list[Device]:
    return [_device(row) for row in await connection.fetch(ALL, edition)]


async def revoke(connection: Connection, edition: str, device: str) -> bool:
    """False when there is no such device."""
    return await connection.fetchval(REVOKE, edition, device) is not None


def _device(row: asyncpg.Record) -> Device:
    return Device(
        DeviceId(row["id"]),
        DeviceRole(row["role"]),
        GateId(row["gate"]) if row["gate"] else None,
        Direction(row["direction"]),
        row["epoch"],
        row["revoked"],
    )
