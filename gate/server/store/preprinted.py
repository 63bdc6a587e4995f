"""Badges printed before their holders came, and where they wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

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
INSERT INTO preprinted (edition, holder, generation, place, device, at_ms)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (edition, holder, generation) DO UPDATE
    SET place = excluded.place, device = excluded.device, at_ms = excluded.at_ms
"""
WAITS = """
SELECT place, at_ms FROM preprinted WHERE edition = $1 AND holder = $2 AND generation = $3
"""

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool
Badge = tuple[int, int]
"""(holder, generation)"""


@dataclass(frozen=True, slots=True)
class Waits:
    place: str
    at_ms: int
    """When it was said."""


async def in_force(
    connection: Connection, edition: str, badges: Sequence[Badge]
) -> dict[Badge, bool]:
    """Those that are the badge of an approved person now -> whether one came out already."""
    holders, generations = [h for h, _ in badges], [g for _, g in badges]
    rows = await connection.fetch(IN_FORCE, edition, holders, generations)
    return {(row["holder"], row["generation"]): row["printed"] for row in rows}


async def save(
    connection: Connection, edition: str, badges: Sequence[PrePrinted], device: str, at_ms: int
) -> None:
    values = [(edition, b.holder, b.generation, b.place, device, at_ms) for b in badges]
    await connection.executemany(SAVE, values)


async def waits(connection: Connection, edition: str, badge: Badge) -> Waits | None:
    row = await connection.fetchrow(WAITS, edition, *badge)
    return Waits(row["place"], row["at_ms"]) if row else None
