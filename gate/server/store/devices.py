"""Devices: their one-time code and their token (both only hashed), and what they are bound to, and
were in each epoch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import asyncpg

from gate.access.model import DeviceId, Direction, GateId, ZoneId
from gate.access.wire import DeviceRole

SAVE = """
WITH saved AS (
    INSERT INTO device (edition, id, role, gate, direction, code_hash, code_expires)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (edition, id) DO UPDATE SET role = excluded.role, gate = excluded.gate,
        direction = excluded.direction, code_hash = excluded.code_hash,
        code_expires = excluded.code_expires
    RETURNING edition, id, epoch, gate
)
INSERT INTO device_binding SELECT edition, id, epoch, gate FROM saved WHERE gate IS NOT NULL
ON CONFLICT DO NOTHING
"""
ENROL = """
WITH enrolled AS (
    UPDATE device SET code_hash = NULL, token_hash = $3, revoked = false,
        epoch = greatest(epoch, $5) + 1
    WHERE edition = $1 AND code_hash = $2 AND code_expires > $4
    RETURNING edition, id, role, gate, direction, epoch, revoked
), bound AS (
    INSERT INTO device_binding SELECT edition, id, epoch, gate FROM enrolled WHERE gate IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT id, role, gate, direction, epoch, revoked FROM enrolled
"""
BY_TOKEN = """
SELECT id, role, gate, direction, epoch, revoked FROM device
WHERE edition = $1 AND token_hash = $2
"""  # noqa: S105 - SQL, no secret
ALL = "SELECT id, role, gate, direction, epoch, revoked FROM device WHERE edition = $1 ORDER BY id"
BINDINGS = "SELECT epoch, gate FROM device_binding WHERE edition = $1 AND device = $2"
SAVE_ZONES = """
INSERT INTO gate_zone SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING
"""
ZONES = "SELECT gate, zone FROM gate_zone WHERE edition = $1"
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
    bound: Mapping[int, frozenset[GateId]] = field(default_factory=dict)
    """Epoch -> the gates it was bound to then; known of the device that calls."""

    def gates(self, epoch: int) -> frozenset[GateId]:
        """Where it may have stood in an epoch. Of an epoch that nobody noted, such as one lost with
        a database, wherever it ever stood."""
        return self.bound.get(epoch) or frozenset[GateId]().union(*self.bound.values())


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
    if row is None:
        return None
    bound: defaultdict[int, set[GateId]] = defaultdict(set)
    for epoch, gate in await connection.fetch(BINDINGS, edition, row["id"]):
        bound[epoch].add(GateId(gate))
    return _device(row, {epoch: frozenset(gates) for epoch, gates in bound.items()})


async def all_devices(connection: Connection, edition: str) -> list[Device]:
    return [_device(row) for row in await connection.fetch(ALL, edition)]


async def revoke(connection: Connection, edition: str, device: str) -> bool:
    """False when there is no such device."""
    return await connection.fetchval(REVOKE, edition, device) is not None


async def save_zones(
    connection: Connection, edition: str, pairs: Iterable[tuple[GateId, ZoneId]]
) -> None:
    """Take note of which gate leads, or led, into which zone."""
    led = list(pairs)
    await connection.execute(SAVE_ZONES, edition, [g for g, _ in led], [z for _, z in led])


async def zones(connection: Connection, edition: str) -> dict[GateId, frozenset[ZoneId]]:
    """Gate -> every zone it ever led into."""
    found: defaultdict[GateId, set[ZoneId]] = defaultdict(set)
    for gate, zone in await connection.fetch(ZONES, edition):
        found[GateId(gate)].add(ZoneId(zone))
    return {gate: frozenset(each) for gate, each in found.items()}


def _device(row: asyncpg.Record, bound: Mapping[int, frozenset[GateId]] | None = None) -> Device:
    return Device(
        DeviceId(row["id"]),
        DeviceRole(row["role"]),
        GateId(row["gate"]) if row["gate"] else None,
        Direction(row["direction"]),
        row["epoch"],
        row["revoked"],
        bound or {},
    )
