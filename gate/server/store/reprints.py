"""Generations set aside for badges being printed, and what became of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

import asyncpg
import msgspec

_ROW = "id, code, holder, generation, printer, reason, who, state, why, at_ms, ended_ms"
RESERVE = f"""
INSERT INTO reprint (edition, code, holder, generation, printer, reason, who, state, at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'reserved', $8) RETURNING {_ROW}
"""  # noqa: S608 - names of columns
END = f"""
UPDATE reprint SET state = $3, why = $4, ended_ms = $5 WHERE edition = $1 AND id = $2
RETURNING {_ROW}
"""  # noqa: S608
ONE = f"SELECT {_ROW} FROM reprint WHERE edition = $1 AND id = $2"  # noqa: S608
OF = f"SELECT {_ROW} FROM reprint WHERE edition = $1 AND code = $2 ORDER BY id DESC"  # noqa: S608
OPEN = f"""
SELECT {_ROW} FROM reprint WHERE edition = $1 AND state = 'reserved' ORDER BY id
"""  # noqa: S608

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


class ReprintState(StrEnum):
    """`reserved`: the badge is being printed and opens nothing anew. `printed`: it came out, and
    every older one is dead. `failed`: none came out; the old one goes on."""

    RESERVED = "reserved"
    PRINTED = "printed"
    FAILED = "failed"


class Reprint(msgspec.Struct, frozen=True):
    """`printer` is the station that is to print it; empty: whoever prints it says so by hand."""

    id: int
    code: str
    holder: int
    generation: int
    printer: str
    reason: str
    who: str
    state: ReprintState
    why: str
    at_ms: int
    ended_ms: int | None


async def reserve(
    connection: Connection,
    edition: str,
    code: str,
    holder: int,
    generation: int,
    printer: str,
    reason: str,
    who: str,
    at_ms: int,
) -> Reprint:
    return _row(
        await connection.fetchrow(
            RESERVE, edition, code, holder, generation, printer, reason, who, at_ms
        )
    )


async def end(
    connection: Connection, edition: str, number: int, state: ReprintState, why: str, at_ms: int
) -> Reprint:
    return _row(await connection.fetchrow(END, edition, number, state.value, why, at_ms))


async def one(connection: Connection, edition: str, number: int) -> Reprint | None:
    row = await connection.fetchrow(ONE, edition, number)
    return _row(row) if row else None


async def of(connection: Connection, edition: str, code: str) -> list[Reprint]:
    """The newest first."""
    return [_row(row) for row in await connection.fetch(OF, edition, code)]


async def open_ones(connection: Connection, edition: str) -> Sequence[Reprint]:
    return [_row(row) for row in await connection.fetch(OPEN, edition)]


def _row(row: asyncpg.Record) -> Reprint:
    return Reprint(**(dict(row) | {"state": ReprintState(row["state"])}))
