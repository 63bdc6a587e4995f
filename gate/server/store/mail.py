"""Mails waiting to be sent, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import asyncpg

QUEUE = """
INSERT INTO mail (edition, code, kind, due_ms, who)
SELECT $1, code, $3, $4, $5 FROM unnest($2::text[]) AS each (code)
ON CONFLICT (edition, code, kind) WHERE state IN ('queued', 'sent') DO NOTHING RETURNING id
"""
FORGET = """
UPDATE mail SET state = 'again' WHERE edition = $1 AND code = ANY($2::text[]) AND kind = $3
AND state = 'sent'
"""
DUE = """
SELECT id, code, kind, tries FROM mail
WHERE edition = $1 AND state = 'queued' AND due_ms <= $2 ORDER BY due_ms, id LIMIT $3
"""
END = """
UPDATE mail SET state = $3, why = $4, tries = tries + 1, due_ms = $5 WHERE edition = $1 AND id = $2
"""
BOUNCE = """
UPDATE mail SET state = 'bounced', why = $3 WHERE edition = $1 AND id = $2 AND state = 'sent'
RETURNING code
"""
ONE = "SELECT code, state, why, tries FROM mail WHERE edition = $1 AND id = $2"
NEWEST_OF = """
SELECT code, state, why, tries FROM mail WHERE edition = $1 AND code = $2 ORDER BY id DESC LIMIT 1
"""
COUNT = "SELECT state, count(*) AS n FROM mail WHERE edition = $1 GROUP BY state"
PROBLEMS = """
SELECT code, state, why, tries FROM mail
WHERE edition = $1 AND (state IN ('failed', 'bounced') OR state = 'queued' AND tries > 0)
ORDER BY id DESC LIMIT $2
"""

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


class MailState(StrEnum):
    """`bounced`: the server of the address refused it for good. `failed`: given up. `again`: it
    was sent, and another one was asked for."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Due:
    id: int
    code: str
    kind: str
    tries: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that did not go, and why."""

    code: str
    state: MailState
    why: str
    tries: int


async def queue(
    connection: Connection, edition: str, codes: Sequence[str], kind: str, due_ms: int, who: str
) -> int:
    """How many were queued; whoever waits for one or has had one is left out."""
    return len(await connection.fetch(QUEUE, edition, list(codes), kind, due_ms, who))


async def forget_sent(
    connection: Connection, edition: str, codes: Sequence[str], kind: str
) -> None:
    await connection.execute(FORGET, edition, list(codes), kind)


async def due(connection: Connection, edition: str, now_ms: int, limit: int) -> list[Due]:
    rows = await connection.fetch(DUE, edition, now_ms, limit)
    return [Due(row["id"], row["code"], row["kind"], row["tries"]) for row in rows]


async def end(
    connection: Connection, edition: str, number: int, state: MailState, why: str, due_ms: int
) -> None:
    """After one try: how it stands, and when the next one is due."""
    await connection.execute(END, edition, number, state.value, why, due_ms)


async def bounce(connection: Connection, edition: str, number: int, why: str) -> str | None:
    """Of which registration the mail was; None when it does not stand as sent."""
    code: str | None = await connection.fetchval(BOUNCE, edition, number, why)
    return code


async def one(connection: Connection, edition: str, number: int) -> Trouble | None:
    row = await connection.fetchrow(ONE, edition, number)
    return _trouble(row) if row else None


async def newest_of(connection: Connection, edition: str, code: str) -> Trouble | None:
    """How the last mail to somebody stands, well or ill."""
    row = await connection.fetchrow(NEWEST_OF, edition, code)
    return _trouble(row) if row else None


async def count(connection: Connection, edition: str) -> dict[MailState, int]:
    return {MailState(r["state"]): r["n"] for r in await connection.fetch(COUNT, edition)}


async def troubles(connection: Connection, edition: str, limit: int) -> list[Trouble]:
    rows = await connection.fetch(PROBLEMS, edition, limit)
    return [_trouble(row) for row in rows]


def _trouble(row: asyncpg.Record) -> Trouble:
    return Trouble(row["code"], MailState(row["state"]), row["why"], row["tries"])
