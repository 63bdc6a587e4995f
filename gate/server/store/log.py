"""The log, what could not enter it, and the feed."""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import msgspec

from gate.access.ledger import LogRecord, Name
from gate.access.wire import FeedRow

LOG_CHANNEL = "gate_log"
ROWS_PER_READ = 5000

APPEND = """
WITH appended AS (
    INSERT INTO log (edition, seq, device, epoch, number, at_ms, gate, direction, reason, holder,
                     body, answer)
    SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::bigint[], $6::bigint[],
                             $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bytea[],
                             $12::bytea[])
)
SELECT pg_notify('gate_log', ($2::bigint[])[cardinality($2::bigint[])]::text)
"""
QUARANTINE = """
INSERT INTO quarantine (edition, device, epoch, number, digest, why, body)
SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::text[], $7::bytea[])
ON CONFLICT DO NOTHING
"""
EXISTING = """
SELECT device, epoch, number, body, answer FROM log
WHERE edition = $1 AND (device, epoch, number) IN
      (SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[]))
"""
HEADS = """
SELECT (SELECT coalesce(max(seq), 0) FROM log WHERE edition = $1) AS log_head,
       (SELECT coalesce(max(seq), 0) FROM feed WHERE edition = $1) AS feed_head
"""
NUMBERS = """
WITH named AS (
    SELECT device, epoch, number FROM log WHERE edition = $1
    UNION SELECT device, epoch, number FROM quarantine WHERE edition = $1
), counted AS (
    SELECT *, row_number() OVER (PARTITION BY device, epoch ORDER BY number) AS place FROM named
)
SELECT device, epoch, max(number) AS highest,
       coalesce(max(number) FILTER (WHERE number = place), 0) AS acked,
       array_remove(array_agg(CASE WHEN number > place THEN number END), NULL) AS beyond
FROM counted GROUP BY device, epoch
"""
AFTER = "SELECT seq, body FROM log WHERE edition = $1 AND seq > $2 ORDER BY seq LIMIT $3"
DECISIONS = """
SELECT seq, body, answer IS NOT NULL AS by_server FROM log WHERE edition = $1 AND seq > $2
ORDER BY seq LIMIT $3
"""
RECENT_REFUSALS = """
SELECT body FROM log WHERE edition = $1 AND reason <> ALL($2::text[]) ORDER BY seq DESC LIMIT $3
"""
QUARANTINED = "SELECT count(*) FROM quarantine WHERE edition = $1"
FEED_APPEND = """
INSERT INTO feed (edition, seq, body) SELECT $1, * FROM unnest($2::bigint[], $3::bytea[])
"""
FEED_AFTER = "SELECT body FROM feed WHERE edition = $1 AND seq > $2 ORDER BY seq LIMIT $3"

_decode_record = msgspec.json.Decoder(LogRecord).decode
_decode_row = msgspec.json.Decoder(FeedRow).decode


async def append(
    connection: asyncpg.Connection,
    edition: str,
    rows: Sequence[tuple[int, LogRecord, bytes, bytes | None]],
) -> None:
    """Store (seq, record, body, answer) rows and wake the readers, in one statement."""
    records = [row[1] for row in rows]
    await connection.execute(
        APPEND,
        edition,
        [row[0] for row in rows],
        [r.device for r in records],
        [r.epoch for r in records],
        [r.number for r in records],
        [r.at_ms for r in records],
        [r.gate for r in records],
        [r.direction.value for r in records],
        [r.reason.value for r in records],
        [r.holder for r in records],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


async def quarantine(
    connection: asyncpg.Connection,
    edition: str,
    rows: Sequence[tuple[Name, bytes, str, bytes]],
) -> None:
    """Keep (name, digest, why, body) rows; the same content twice is one row."""
    await connection.execute(
        QUARANTINE,
        edition,
        [name[0] for name, *_ in rows],
        [name[1] for name, *_ in rows],
        [name[2] for name, *_ in rows],
        [digest for _, digest, _, _ in rows],
        [why for *_, why, _ in rows],
        [body for *_, body in rows],
    )


async def existing(
    connection: asyncpg.Connection, edition: str, names: Sequence[Name]
) -> dict[Name, tuple[bytes, bytes | None]]:
    """Body and stored answer of each of the names the log holds."""
    rows = await connection.fetch(
        EXISTING, edition, [n[0] for n in names], [n[1] for n in names], [n[2] for n in names]
    )
    return {(r["device"], r["epoch"], r["number"]): (r["body"], r["answer"]) for r in rows}


async def heads(connection: asyncpg.Connection | asyncpg.Pool, edition: str) -> tuple[int, int]:
    """(newest log position, newest feed position)."""
    row = await connection.fetchrow(HEADS, edition)
    return row["log_head"], row["feed_head"]


async def after(
    connection: asyncpg.Connection | asyncpg.Pool, edition: str, seq: int
) -> list[tuple[int, LogRecord]]:
    """The next rows behind a position, at most ROWS_PER_READ."""
    rows = await connection.fetch(AFTER, edition, seq, ROWS_PER_READ)
    return [(row["seq"], _decode_record(row["body"])) for row in rows]


async def decisions(
    connection: asyncpg.Connection, edition: str
) -> AsyncIterator[tuple[int, LogRecord, bool]]:
    """The whole log in the order of its positions, read in pages; with whether the server itself
    decided."""
    seq = 0
    while page := await connection.fetch(DECISIONS, edition, seq, ROWS_PER_READ):
        for row in page:
            yield row["seq"], _decode_record(row["body"]), row["by_server"]
        seq = page[-1]["seq"]


async def feed_append(
    connection: asyncpg.Connection, edition: str, rows: Sequence[FeedRow]
) -> None:
    await connection.execute(
        FEED_APPEND, edition, [row.seq for row in rows], [msgspec.json.encode(r) for r in rows]
    )


async def feed_after(
    connection: asyncpg.Connection | asyncpg.Pool, edition: str, seq: int, limit: int
) -> list[FeedRow]:
    rows = await connection.fetch(FEED_AFTER, edition, seq, limit)
    return [_decode_row(row["body"]) for row in rows]


async def recent_refusals(
    connection: asyncpg.Connection | asyncpg.Pool, edition: str, opens: Sequence[str], limit: int
) -> list[LogRecord]:
    rows = await connection.fetch(RECENT_REFUSALS, edition, list(opens), limit)
    return [_decode_record(row["body"]) for row in rows]
