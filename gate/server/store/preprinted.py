"""Badges printed before their holders came: in which lot they came, and where they wait."""

from collections.abc import Sequence
from typing import TypeAlias

import asyncpg
import msgspec

from gate.access.wire import PrePrinted

IN_FORCE = """
SELECT registration.holder, registration.generation, EXISTS (
    SELECT 1 FROM log
    WHERE log.edition = $1 AND log.holder = registration.holder AND log.gate IS NULL
        AND (convert_from(log.body, 'UTF8')::json ->> 'generation')::int = registration.generation
        AND convert_from(log.body, 'UTF8')::json ->> 'kind' = 'printed'
) AS printed
FROM registration JOIN unnest($2::bigint[], $3::smallint[]) AS wanted (holder, generation)
    ON wanted.holder = registration.holder AND wanted.generation = registration.generation
WHERE registration.edition = $1 AND registration.status = 'approved'
"""
SAVE = """
INSERT INTO preprinted (edition, holder, generation, place, device, at_ms, lot)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (edition, holder, generation) DO UPDATE SET place = excluded.place,
    device = excluded.device, at_ms = excluded.at_ms, lot = excluded.lot
"""
WAITS = """
SELECT place, at_ms, lot FROM preprinted WHERE edition = $1 AND holder = $2 AND generation = $3
"""
PLACES = """
SELECT holder, place FROM preprinted JOIN registration USING (edition, holder, generation)
WHERE edition = $1 AND holder = ANY($2::bigint[]) AND NOT EXISTS (
    SELECT 1 FROM collection WHERE collection.edition = $1 AND collection.code = registration.code
)
"""
# A badge that was seen at a gate is in somebody's hand, whatever the desk wrote down. The log is
# read once for all of them: no index of it is worth its cost to each scan.
_STANDING = """
seen AS MATERIALIZED (
    SELECT DISTINCT holder, (convert_from(body, 'UTF8')::json ->> 'generation')::int AS generation
    FROM log WHERE edition = $1 AND gate IS NOT NULL AND holder IS NOT NULL
), standing AS (
    SELECT preprinted.lot, preprinted.holder, preprinted.generation, preprinted.at_ms,
        preprinted.device, preprinted.taken_back_ms,
        registration.generation IS NOT DISTINCT FROM preprinted.generation AS in_force,
        EXISTS (
            SELECT 1 FROM collection
            WHERE collection.edition = $1 AND collection.code = registration.code
        ) OR seen.holder IS NOT NULL AS handed_out,
        EXISTS (
            SELECT 1 FROM reprint WHERE reprint.edition = $1
                AND reprint.holder = preprinted.holder AND reprint.state = 'reserved'
        ) AS printing
    FROM preprinted LEFT JOIN registration
        ON registration.edition = $1 AND registration.holder = preprinted.holder
    LEFT JOIN seen
        ON seen.holder = preprinted.holder AND seen.generation = preprinted.generation
    WHERE preprinted.edition = $1
)
"""
LOTS = f"""WITH {_STANDING}
SELECT lot, min(at_ms) AS at_ms, min(device) AS device, count(*) AS badges,
    count(*) FILTER (WHERE in_force AND handed_out) AS handed_out,
    count(*) FILTER (WHERE taken_back_ms IS NOT NULL) AS taken_back,
    count(*) FILTER (WHERE taken_back_ms IS NULL AND (NOT in_force OR printing AND NOT handed_out))
        AS replaced,
    count(*) FILTER (WHERE in_force AND NOT handed_out AND NOT printing) AS waiting
FROM standing GROUP BY lot ORDER BY min(at_ms), lot
"""  # noqa: S608 - a constant of this file
WAITING = f"""WITH {_STANDING}
SELECT holder, generation FROM standing
WHERE lot = $2 AND in_force AND NOT handed_out AND NOT printing ORDER BY holder LIMIT $3
"""  # noqa: S608 - a constant of this file
# What the desk may have changed since: cheap enough for a transaction that others wait for.
STILL = """
SELECT wanted.holder, wanted.generation
FROM unnest($2::bigint[], $3::smallint[]) AS wanted (holder, generation)
JOIN registration ON registration.edition = $1 AND registration.holder = wanted.holder
    AND registration.generation = wanted.generation
WHERE NOT EXISTS (
    SELECT 1 FROM collection
    WHERE collection.edition = $1 AND collection.code = registration.code
) AND NOT EXISTS (
    SELECT 1 FROM reprint WHERE reprint.edition = $1 AND reprint.holder = wanted.holder
        AND reprint.state = 'reserved'
)
"""
TAKE_BACK = """
UPDATE preprinted SET taken_back_ms = $4 WHERE edition = $1 AND holder = $2 AND generation = $3
"""

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool
Badge = tuple[int, int]
"""(holder, generation)"""


class Waits(msgspec.Struct, frozen=True):
    place: str
    at_ms: int
    """When it was said."""
    lot: str


class Lot(msgspec.Struct, frozen=True):
    """A delivery of the print shop. `badges` is the sum of the four below."""

    lot: str
    at_ms: int
    """When the first of its badges was said to wait."""
    device: str
    """The station that said so."""
    badges: int
    handed_out: int
    """At a desk; or seen at a gate, which comes to the same."""
    replaced: int
    """By another print or the phone; or another one is being printed."""
    taken_back: int
    waiting: int


async def in_force(
    connection: Connection, edition: str, badges: Sequence[Badge]
) -> dict[Badge, bool]:
    """Those that are the badge of an approved person now -> whether one came out already."""
    holders, generations = [h for h, _ in badges], [g for _, g in badges]
    rows = await connection.fetch(IN_FORCE, edition, holders, generations)
    return {(row["holder"], row["generation"]): row["printed"] for row in rows}


async def save(
    connection: Connection,
    edition: str,
    badges: Sequence[PrePrinted],
    device: str,
    at_ms: int,
    lot: str,
) -> None:
    values = [(edition, b.holder, b.generation, b.place, device, at_ms, lot) for b in badges]
    await connection.executemany(SAVE, values)


async def waits(connection: Connection, edition: str, badge: Badge) -> Waits | None:
    row = await connection.fetchrow(WAITS, edition, *badge)
    return Waits(row["place"], row["at_ms"], row["lot"]) if row else None


async def places(connection: Connection, edition: str, holders: Sequence[int]) -> dict[int, str]:
    """Holder -> where the badge in force waits, of those nobody has handed out."""
    rows = await connection.fetch(PLACES, edition, holders)
    return {row["holder"]: row["place"] for row in rows}


async def lots(connection: Connection, edition: str) -> list[Lot]:
    """The oldest first."""
    return [Lot(**row) for row in await connection.fetch(LOTS, edition)]


async def waiting(connection: Connection, edition: str, lot: str, limit: int) -> list[Badge]:
    """Badges of a lot that nobody has in hand, nor another one in place of."""
    rows = await connection.fetch(WAITING, edition, lot, limit)
    return [(row["holder"], row["generation"]) for row in rows]


async def still_waiting(
    connection: Connection, edition: str, badges: Sequence[Badge]
) -> list[Badge]:
    """Those of `waiting` that nobody has got hold of since."""
    holders, generations = [h for h, _ in badges], [g for _, g in badges]
    rows = await connection.fetch(STILL, edition, holders, generations)
    return [(row["holder"], row["generation"]) for row in rows]


async def take_back(connection: Connection, edition: str, badge: Badge, at_ms: int) -> None:
    await connection.execute(TAKE_BACK, edition, *badge, at_ms)
