"""Badges in the order in which they are piled up for handing out, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from gate.access.wire import BadgeQuery
from gate.server.store.registrations import Connection, Stored, stored

PILED = r"""
WITH each AS (
    SELECT r.code, r.holder, r.profile, r.status, r.generation, r.version, r.notes,
           r.held_status, r.imported, r.body, r.digital, plain.name AS letters,
           CASE $7::text
               WHEN 'hall' THEN lpad(hall.rank::text, 4, '0')
               WHEN 'delegation' THEN regexp_replace(normalize(lower(
                   person.body ->> 'organisation'), NFD),
                   '[\u0300-\u036f]', '', 'g')
               ELSE '' END AS pile
    FROM registration r
    JOIN unnest($2::int[], $3::int[]) AS hall (profile, rank) ON hall.profile = r.profile
    CROSS JOIN LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS body) AS person
    CROSS JOIN LATERAL (
        SELECT CASE WHEN $7 = 'code' THEN '' ELSE
            regexp_replace(normalize(lower(concat_ws(' ', nullif(person.body ->> 'family', ''),
                nullif(person.body ->> 'given', ''), person.body ->> 'name_on_badge', r.code)),
                NFD), '[\u0300-\u036f]', '', 'g') END AS name
    ) AS plain
    WHERE r.edition = $1 AND r.status = 'approved'
), chosen AS (
    SELECT * FROM each
    WHERE ($4::text = '' OR left(letters, 1) = $4
       OR ($4 = '#' AND (letters = '' OR left(letters, 1) NOT BETWEEN 'a' AND 'z')))
       AND ($8::text = '' OR ($8 = 'printed') = EXISTS (
           SELECT 1 FROM log
           WHERE log.edition = $1 AND log.holder = each.holder AND log.gate IS NULL
               AND (convert_from(log.body, 'UTF8')::json ->> 'generation')::int = each.generation
               AND convert_from(log.body, 'UTF8')::json ->> 'kind' = 'printed'
       ))
)
SELECT chosen.*, badge.text, (SELECT count(*) FROM chosen) AS total
FROM chosen
CROSS JOIN LATERAL (
    SELECT text FROM badge WHERE badge.edition = $1 AND badge.holder = chosen.holder
       AND badge.generation = chosen.generation ORDER BY issue DESC LIMIT 1
) AS badge
WHERE $5::text = '' OR (pile COLLATE "C", letters COLLATE "C", code COLLATE "C") >
    (SELECT pile COLLATE "C", letters COLLATE "C", code COLLATE "C" FROM each WHERE code = $5)
ORDER BY pile COLLATE "C", letters COLLATE "C", code COLLATE "C"
LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class Piled:
    stored: Stored
    text: str
    """The signed QR text."""
    letter: str
    """The first letter of the family name without its accents, or #."""


async def piled(
    connection: Connection, edition: str, query: BadgeQuery, profiles: Sequence[tuple[int, int]]
) -> tuple[list[Piled], int]:
    """(those after `query.after`, how many there are in all); `profiles` gives the number of each
    profile wanted and the rank of its hall. None follow a code that is in none of their piles; one
    printed meanwhile is."""
    rows = await connection.fetch(
        PILED,
        edition,
        [number for number, _ in profiles],
        [rank for _, rank in profiles],
        query.letter.lower(),
        query.after,
        query.limit,
        query.order.value,
        query.status.value,
    )
    return [_piled(row) for row in rows], rows[0]["total"] if rows else 0


def _piled(row: asyncpg.Record) -> Piled:
    letter = row["letters"][:1].upper()
    return Piled(stored(row), row["text"], letter if "A" <= letter <= "Z" else "#")
