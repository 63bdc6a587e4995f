"""What a desk adds to a registration: its history, who took the badge, spares, the photo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
import msgspec

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import Status
from gate.access.wire import HolderRow

ADD_HISTORY = """
INSERT INTO history (edition, code, at_ms, who, act, why, version, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
HISTORY = """
SELECT number, at_ms, who, act, why, version, before, after FROM history
WHERE edition = $1 AND code = $2 AND version > $3 ORDER BY number DESC LIMIT $4
"""
SAVE_COLLECTION = """
INSERT INTO collection (edition, code, how, by_name, who, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
"""
COLLECTION = "SELECT how, by_name, who, at_ms FROM collection WHERE edition = $1 AND code = $2"
FORGET_COLLECTION = "DELETE FROM collection WHERE edition = $1 AND code = $2"
SAVE_PSEUDONYM = """
INSERT INTO pseudonym (edition, holder, generation, profile, status, since_ms)
VALUES ($1, $2, $3, $4, $5, $6)
"""
SPARE = """
SELECT generation, profile, status FROM pseudonym WHERE edition = $1 AND holder = $2
"""
SPARES = """
WITH free AS (
    SELECT holder, generation, profile FROM pseudonym
    WHERE edition = $1 AND status = 'pending' AND profile = ANY($2::int[])
)
SELECT free.*, badge.text, (SELECT count(*) FROM free) AS total
FROM free
CROSS JOIN LATERAL (
    SELECT text FROM badge WHERE badge.edition = $1 AND badge.holder = free.holder
       AND badge.generation = free.generation ORDER BY issue DESC LIMIT 1
) AS badge
WHERE (free.profile, free.holder) > (coalesce((
    SELECT profile FROM badge WHERE edition = $1 AND holder = $3 LIMIT 1), -1), $3)
ORDER BY free.profile, free.holder LIMIT $4
"""
FREE_SPARES = """
SELECT profile, count(*) AS n FROM pseudonym
WHERE edition = $1 AND status = 'pending' GROUP BY profile ORDER BY profile
"""
FORGET_PSEUDONYM = "DELETE FROM pseudonym WHERE edition = $1 AND holder = $2"
SAVE_PHOTO = """
INSERT INTO photo (edition, code, body, at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (edition, code) DO UPDATE SET body = excluded.body, at_ms = excluded.at_ms
"""
PHOTO = "SELECT body FROM photo WHERE edition = $1 AND code = $2"
PHOTOS = "SELECT code, body FROM photo WHERE edition = $1 AND code = ANY($2::text[])"
PHOTO_AT = "SELECT at_ms FROM photo WHERE edition = $1 AND code = $2"
FORGET_PHOTO = "DELETE FROM photo WHERE edition = $1 AND code = $2 RETURNING at_ms"
PRINTED = """
SELECT body FROM log
WHERE edition = $1 AND holder = $2 AND gate IS NULL AND holder IS NOT NULL ORDER BY seq
"""

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool
Fields = dict[str, Any]
"""Names and values, as JSON has them, of what an act changed."""
_decode_fields = msgspec.json.Decoder(Fields).decode
_decode_record = msgspec.json.Decoder(LogRecord).decode


@dataclass(frozen=True, slots=True)
class Past:
    """One act of the past. `version` is the registration's after it; `before` and `after` hold
    only what differs."""

    number: int
    at_ms: int
    who: str
    act: str
    why: str
    version: int
    before: Fields
    after: Fields


@dataclass(frozen=True, slots=True)
class Collected:
    how: str
    by_name: str
    who: str
    at_ms: int


async def add_history(
    connection: Connection,
    edition: str,
    code: str,
    at_ms: int,
    who: str,
    act: str,
    why: str,
    version: int,
    before: Fields,
    after: Fields,
) -> None:
    sides = [msgspec.json.encode(each) if each else None for each in (before, after)]
    await connection.execute(ADD_HISTORY, edition, code, at_ms, who, act, why, version, *sides)


async def history(
    connection: Connection, edition: str, code: str, after_version: int = 0, limit: int = 100
) -> list[Past]:
    """The newest first."""
    return [
        Past(
            row["number"], row["at_ms"], row["who"], row["act"], row["why"], row["version"],
            _fields(row["before"]), _fields(row["after"]),
        )
        for row in await connection.fetch(HISTORY, edition, code, after_version, limit)
    ]  # fmt: skip


def _fields(body: bytes | None) -> Fields:
    return _decode_fields(body) if body else {}


async def save_collection(
    connection: Connection, edition: str, code: str, collected: Collected
) -> None:
    c = collected
    await connection.execute(SAVE_COLLECTION, edition, code, c.how, c.by_name, c.who, c.at_ms)


async def collection(connection: Connection, edition: str, code: str) -> Collected | None:
    row = await connection.fetchrow(COLLECTION, edition, code)
    return Collected(row["how"], row["by_name"], row["who"], row["at_ms"]) if row else None


async def forget_collection(connection: Connection, edition: str, code: str) -> None:
    await connection.execute(FORGET_COLLECTION, edition, code)


async def save_pseudonyms(
    connection: Connection, edition: str, rows: Sequence[HolderRow], since_ms: int
) -> None:
    values = [(edition, r.holder, r.generation, r.profile, r.status, since_ms) for r in rows]
    await connection.executemany(SAVE_PSEUDONYM, values)


async def pseudonym(connection: Connection, edition: str, holder: int) -> HolderRow | None:
    """A holder without a registration: pending is a spare, cancelled one who has another now."""
    row = await connection.fetchrow(SPARE, edition, holder)
    if row is None:
        return None
    return HolderRow(holder, row["generation"], row["profile"], Status(row["status"]))


async def spares(
    connection: Connection, edition: str, profiles: Sequence[int], after: int, limit: int
) -> tuple[list[tuple[HolderRow, str]], int]:
    """(spares nobody has yet with their signed text, by profile and holder; how many in all).
    `after` is the holder before them, bound meanwhile or not; -1 before the first."""
    rows = await connection.fetch(SPARES, edition, list(profiles), after, limit)
    found = [
        (HolderRow(row["holder"], row["generation"], row["profile"], Status.PENDING), row["text"])
        for row in rows
    ]
    return found, rows[0]["total"] if rows else 0


async def free_spares(connection: Connection, edition: str) -> dict[int, int]:
    """Profile -> how many spares of it nobody has yet."""
    return {row["profile"]: row["n"] for row in await connection.fetch(FREE_SPARES, edition)}


async def forget_pseudonym(connection: Connection, edition: str, holder: int) -> None:
    await connection.execute(FORGET_PSEUDONYM, edition, holder)


async def save_photo(
    connection: Connection, edition: str, code: str, sealed: bytes, at_ms: int
) -> None:
    await connection.execute(SAVE_PHOTO, edition, code, sealed, at_ms)


async def photo(connection: Connection, edition: str, code: str) -> bytes | None:
    body: bytes | None = await connection.fetchval(PHOTO, edition, code)
    return body


async def photos(connection: Connection, edition: str, codes: Sequence[str]) -> dict[str, bytes]:
    """Sealed, by code, of those who have one."""
    rows = await connection.fetch(PHOTOS, edition, codes)
    return {row["code"]: row["body"] for row in rows}


async def photo_at(connection: Connection, edition: str, code: str) -> int | None:
    at_ms: int | None = await connection.fetchval(PHOTO_AT, edition, code)
    return at_ms


async def forget_photo(connection: Connection, edition: str, code: str) -> int | None:
    """When it was taken; None when there was none."""
    at_ms: int | None = await connection.fetchval(FORGET_PHOTO, edition, code)
    return at_ms


async def printed(connection: Connection, edition: str, holder: int) -> list[LogRecord]:
    """The records of every badge of a holder that came out of a printer."""
    rows = await connection.fetch(PRINTED, edition, holder)
    records = (_decode_record(row["body"]) for row in rows)
    return [each for each in records if each.kind is RecordKind.PRINTED]
