"""Rights to hard zones that lanes were granted: cumulative, so a repeated answer is the same."""

from typing import TypeAlias

import asyncpg

from gate.access.capacity import Holding
from gate.access.model import DeviceId, ZoneId

GRANTED = "SELECT device, epoch, zone, granted FROM lease WHERE edition = $1"
SAVE = """
INSERT INTO lease (edition, device, epoch, zone, granted) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (edition, device, epoch, zone)
DO UPDATE SET granted = greatest(lease.granted, excluded.granted)
"""

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


async def granted(connection: Connection, edition: str) -> dict[Holding, int]:
    rows = await connection.fetch(GRANTED, edition)
    return {(DeviceId(r["device"]), r["epoch"], ZoneId(r["zone"])): r["granted"] for r in rows}


async def save(
    connection: Connection, edition: str, device: str, epoch: int, zone: str, total: int
) -> None:
    await connection.execute(SAVE, edition, device, epoch, zone, total)
