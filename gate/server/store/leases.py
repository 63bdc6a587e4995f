"""Rights to hard zones that lanes were granted: cumulative, so a repeated answer is the same; and
which file beside the database knows them too."""

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
BOOK = """
SELECT (SELECT name FROM rights_book WHERE edition = $1) AS name,
       EXISTS (SELECT FROM edition WHERE id = $1) AS served
"""
SAVE_BOOK = """
INSERT INTO rights_book (edition, name) VALUES ($1, $2)
ON CONFLICT (edition) DO UPDATE SET name = excluded.name
"""

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


async def granted(connection: Connection, edition: str) -> dict[Holding, int]:
    rows = await connection.fetch(GRANTED, edition)
    return {(DeviceId(r["device"]), r["epoch"], ZoneId(r["zone"])): r["granted"] for r in rows}


async def save(
    connection: Connection, edition: str, device: str, epoch: int, zone: str, total: int
) -> None:
    await connection.execute(SAVE, edition, device, epoch, zone, total)


async def book(connection: Connection, edition: str) -> tuple[str, bool]:
    """(name of the rights book, whether the edition was served from this database before)."""
    row = await connection.fetchrow(BOOK, edition)
    return row["name"] or "", row["served"]


async def save_book(connection: Connection, edition: str, name: str) -> None:
    await connection.execute(SAVE_BOOK, edition, name)
