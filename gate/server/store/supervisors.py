"""Who may override at lanes."""

from typing import TypeAlias

import asyncpg

from gate.access.wire import Supervisor

ALL = """
SELECT number, name, verifier, holder, active FROM supervisor WHERE edition = $1 ORDER BY number
"""
SAVE = """
INSERT INTO supervisor (edition, number, name, verifier, holder)
VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM supervisor WHERE edition = $1), $2, $3, $4)
ON CONFLICT (edition, name) DO UPDATE SET verifier = excluded.verifier, holder = excluded.holder,
    active = true
RETURNING number, name, verifier, holder, active
"""
RETIRE = """
UPDATE supervisor SET active = false WHERE edition = $1 AND number = $2
RETURNING number, name, verifier, holder, active
"""
NAMES = "SELECT number, name FROM supervisor WHERE edition = $1"

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


async def all_of(connection: Connection, edition: str) -> list[Supervisor]:
    return [_supervisor(row) for row in await connection.fetch(ALL, edition)]


async def save(
    connection: Connection, edition: str, name: str, verifier: str, holder: int | None
) -> Supervisor:
    """A new supervisor with the next number, or a new PIN and badge for one of this name."""
    return _supervisor(await connection.fetchrow(SAVE, edition, name, verifier, holder))


async def retire(connection: Connection, edition: str, number: int) -> Supervisor | None:
    row = await connection.fetchrow(RETIRE, edition, number)
    return _supervisor(row) if row else None


async def names(connection: Connection, edition: str) -> dict[int, str]:
    return {row["number"]: row["name"] for row in await connection.fetch(NAMES, edition)}


def _supervisor(row: asyncpg.Record) -> Supervisor:
    return Supervisor(row["number"], row["verifier"], row["holder"], row["active"])
