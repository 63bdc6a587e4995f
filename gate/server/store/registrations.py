"""Editions, keys, profiles, registrations and issued badges."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import asyncpg
import msgspec

from gate.access.model import Entitlement, Mode, Profile, SigningKey, Status
from gate.access.policy import Policy
from gate.access.wire import HolderRow
from gate.server.registrations.parse import Registration

SAVE_EDITION = """
INSERT INTO edition (id, number, policy, policy_version) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET number = excluded.number, policy = excluded.policy,
    policy_version = excluded.policy_version
"""
MODE = "SELECT mode FROM edition WHERE id = $1"
SAVE_MODE = "UPDATE edition SET mode = $2 WHERE id = $1"
EDITION_POLICY = "SELECT policy FROM edition WHERE id = $1"
KEYS = "SELECT body FROM signing_key WHERE edition = $1 ORDER BY key_id"
SAVE_KEY = """
INSERT INTO signing_key (edition, key_id, body) VALUES ($1, $2, $3)
ON CONFLICT (edition, key_id) DO UPDATE SET body = excluded.body
"""
PROFILES = "SELECT body FROM profile WHERE edition = $1 ORDER BY number"
SAVE_PROFILE = "INSERT INTO profile (edition, number, meaning, body) VALUES ($1, $2, $3, $4)"
HOLDERS = """
SELECT holder, generation, profile, status, attention, delegation, digital
FROM registration WHERE edition = $1
UNION ALL
SELECT holder, generation, profile, status, '{}', 0, 0 FROM pseudonym WHERE edition = $1
"""
_ROW = "code, holder, profile, generation, version, notes, held_status, imported, body, digital"
ALL = f"SELECT {_ROW} FROM registration WHERE edition = $1"  # noqa: S608
ONE = f"SELECT {_ROW} FROM registration WHERE edition = $1 AND code = $2"  # noqa: S608
OF_HOLDER = f"SELECT {_ROW} FROM registration WHERE edition = $1 AND holder = $2"  # noqa: S608
CHANGED = """
SELECT change, body, holder FROM registration WHERE edition = $1 AND change > $2
ORDER BY change LIMIT $3
"""
SAVE = """
INSERT INTO registration (edition, code, holder, profile, status, generation, body,
                          delegation, attention, status_ms, notes, held_status, imported, digital)
SELECT $1, code, holder, profile, status, generation, body, delegation,
       string_to_array(attention, ','), $2, notes, held_status, imported, digital
FROM unnest($3::text[], $4::bigint[], $5::int[], $6::text[], $7::smallint[], $8::bytea[],
            $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bytea[], $14::smallint[])
     AS each (code, holder, profile, status, generation, body, delegation, attention, notes,
              held_status, imported, digital)
ON CONFLICT (edition, code) DO UPDATE SET holder = excluded.holder, profile = excluded.profile,
    status = excluded.status, generation = excluded.generation, body = excluded.body,
    delegation = excluded.delegation, attention = excluded.attention, notes = excluded.notes,
    held_status = excluded.held_status, imported = excluded.imported,
    digital = excluded.digital,
    status_ms = CASE WHEN registration.status = excluded.status THEN registration.status_ms
                     ELSE excluded.status_ms END,
    version = registration.version + 1, change = nextval('registration_change'),
    updated_at = now()
"""
SET_GENERATION = "UPDATE registration SET generation = $3 WHERE edition = $1 AND code = $2"
ACTIVATE_DIGITAL = """
UPDATE registration SET generation = $3, digital = $3 WHERE edition = $1 AND code = $2
"""
TAKEN = """
SELECT holder FROM registration WHERE edition = $1
UNION ALL SELECT holder FROM pseudonym WHERE edition = $1
"""
BADGES = """
SELECT holder, generation, max(issue) AS issue, max(profile) FILTER (WHERE latest) AS profile
FROM (SELECT *, issue = max(issue) OVER (PARTITION BY holder, generation) AS latest
      FROM badge WHERE edition = $1) AS each GROUP BY holder, generation
"""
BADGES_OF = """
SELECT DISTINCT ON (generation) generation, issue, profile FROM badge
WHERE edition = $1 AND holder = $2 ORDER BY generation, issue DESC
"""
SAVE_BADGES = """
INSERT INTO badge (edition, holder, generation, issue, key_id, profile, issued_min, text)
SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::int[], $5::smallint[], $6::int[],
                         $7::int[], $8::text[])
"""
BADGE_TEXT = """
SELECT text FROM badge WHERE edition = $1 AND holder = $2 AND generation = $3
ORDER BY issue DESC LIMIT 1
"""
STATUSES = """
SELECT holder, status, status_ms FROM registration
WHERE edition = $1 AND status IN ('cancelled', 'blocked')
UNION ALL
SELECT holder, status, since_ms FROM pseudonym WHERE edition = $1 AND status = 'cancelled'
"""
STANDING = """
WITH current AS (
    SELECT holder, generation FROM registration WHERE edition = $1 AND status <> 'cancelled'
    UNION ALL
    SELECT holder, generation FROM pseudonym WHERE edition = $1 AND status <> 'cancelled'
    UNION ALL
    SELECT holder, generation FROM reprint WHERE edition = $1 AND state = 'reserved'
)
SELECT key_id, count(DISTINCT holder) AS n FROM badge JOIN current USING (holder, generation)
WHERE edition = $1 GROUP BY key_id
"""
OF_KEY = """
WITH current AS (
    SELECT holder, generation, profile FROM registration
    WHERE edition = $1 AND status <> 'cancelled'
    UNION
    SELECT reprint.holder, reprint.generation, registration.profile
    FROM reprint JOIN registration USING (edition, holder)
    WHERE edition = $1 AND state = 'reserved'
), newest AS (
    SELECT DISTINCT ON (holder, generation) holder, generation, issue, key_id, current.profile
    FROM badge JOIN current USING (holder, generation)
    WHERE edition = $1 ORDER BY holder, generation, issue DESC
)
SELECT holder, generation, issue, profile FROM newest WHERE key_id = $2
"""
TOUCH = "UPDATE registration SET updated_at = now() WHERE edition = $1 AND holder = ANY($2)"
COUNT = "SELECT status, count(*) AS n FROM registration WHERE edition = $1 GROUP BY status"

_decode_key = msgspec.json.Decoder(SigningKey).decode
_decode_profile = msgspec.json.Decoder(Profile).decode
_decode_registration = msgspec.json.Decoder(Registration).decode
Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Stored:
    """A registration with what the service added to it."""

    registration: Registration
    holder: int
    profile: int
    generation: int
    version: int = 1
    """Counts the changes: whoever edits says which one they saw."""
    notes: str = ""
    held_status: Status | None = None
    """On hold: what the status was before, and will be after."""
    imported: Registration | None = None
    """What the last import said, where the desk changed it since."""
    digital: int = 0
    """The generation the digital badge stands for; 0: it is inert."""

    @property
    def row(self) -> HolderRow:
        r = self.registration
        return HolderRow(
            self.holder,
            self.generation,
            self.profile,
            r.status,
            r.attention,
            delegation(r.organisation),
            self.digital,
        )


@dataclass(frozen=True, slots=True)
class Issued:
    """A signature as it is kept before it is released; `issue` counts re-signings."""

    holder: int
    generation: int
    issue: int
    key_id: int
    profile: int
    issued_min: int
    text: str


def delegation(organisation: str) -> int:
    """The number all of one organisation share: a hash, so that lanes hold no organisation."""
    plain = " ".join(organisation.casefold().split())
    if not plain:
        return 0
    return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big") or 1


async def mode(connection: Connection, edition: str) -> Mode:
    return Mode(await connection.fetchval(MODE, edition) or Mode.NORMAL)


async def save_mode(connection: Connection, edition: str, mode: Mode) -> None:
    await connection.execute(SAVE_MODE, edition, mode.value)


async def save_edition(connection: Connection, policy: Policy, text: str) -> None:
    await connection.execute(SAVE_EDITION, policy.edition, policy.number, text, policy.version)


async def edition_policy(connection: Connection, edition: str) -> str | None:
    found: str | None = await connection.fetchval(EDITION_POLICY, edition)
    return found


async def keys(connection: Connection, edition: str) -> list[SigningKey]:
    return [_decode_key(row["body"]) for row in await connection.fetch(KEYS, edition)]


async def save_key(connection: Connection, edition: str, key: SigningKey) -> None:
    await connection.execute(SAVE_KEY, edition, key.key_id, msgspec.json.encode(key))


async def profiles(connection: Connection, edition: str) -> list[Profile]:
    return [_decode_profile(row["body"]) for row in await connection.fetch(PROFILES, edition)]


def meaning(category: str, entitlements: Sequence[Entitlement]) -> str:
    """What makes two profiles the same row, as text."""
    held = (f"{e.event}:{','.join(str(d) for d in sorted(e.days))}" for e in entitlements)
    return f"{category}|{';'.join(sorted(held))}"


async def save_profile(connection: Connection, edition: str, profile: Profile) -> None:
    await connection.execute(
        SAVE_PROFILE,
        edition,
        profile.number,
        meaning(profile.category, profile.entitlements),
        msgspec.json.encode(profile, order="deterministic"),
    )


async def holders(connection: Connection, edition: str) -> list[HolderRow]:
    return [
        HolderRow(
            row["holder"],
            row["generation"],
            row["profile"],
            Status(row["status"]),
            tuple(row["attention"]),
            row["delegation"],
            row["digital"],
        )
        for row in await connection.fetch(HOLDERS, edition)
    ]


async def all_stored(connection: Connection, edition: str) -> dict[str, Stored]:
    """Every registration by code."""
    return {row["code"]: stored(row) for row in await connection.fetch(ALL, edition)}


async def one(connection: Connection, edition: str, code: str) -> Stored | None:
    row = await connection.fetchrow(ONE, edition, code)
    return stored(row) if row else None


async def of_holder(connection: Connection, edition: str, holder: int) -> Stored | None:
    row = await connection.fetchrow(OF_HOLDER, edition, holder)
    return stored(row) if row else None


async def changed(
    connection: Connection, edition: str, after: int, limit: int
) -> list[tuple[int, int, Registration]]:
    """(number of the change, holder, registration) of what changed after a number, in order."""
    rows = await connection.fetch(CHANGED, edition, after, limit)
    return [(row["change"], row["holder"], _decode_registration(row["body"])) for row in rows]


async def taken(connection: Connection, edition: str) -> set[int]:
    """Every pseudonym that stands on a badge, somebody's or not."""
    return {row["holder"] for row in await connection.fetch(TAKEN, edition)}


async def set_generation(connection: Connection, edition: str, code: str, generation: int) -> None:
    await connection.execute(SET_GENERATION, edition, code, generation)


async def activate_digital(
    connection: Connection, edition: str, stored: Stored, generation: int
) -> Stored:
    """The registration whose digital badge stands for this generation."""
    await connection.execute(ACTIVATE_DIGITAL, edition, stored.registration.code, generation)
    return replace(stored, generation=generation, digital=generation)


async def save(connection: Connection, edition: str, rows: Sequence[Stored], now_ms: int) -> None:
    """`now_ms` is the venue's time: since when a changed status holds."""
    bodies = [msgspec.json.encode(r.registration, order="deterministic") for r in rows]
    imported = [r.imported and msgspec.json.encode(r.imported, order="deterministic") for r in rows]
    await connection.execute(
        SAVE,
        edition,
        now_ms,
        [r.registration.code for r in rows],
        [r.holder for r in rows],
        [r.profile for r in rows],
        [r.registration.status.value for r in rows],
        [r.generation for r in rows],
        bodies,
        [r.row.delegation for r in rows],
        [",".join(r.row.attention) for r in rows],
        [r.notes for r in rows],
        [r.held_status and r.held_status.value for r in rows],
        imported,
        [r.digital for r in rows],
    )


async def revoked(connection: Connection, edition: str) -> dict[int, tuple[Status, int]]:
    """Whose registration is cancelled or blocked, and since when (venue's Unix milliseconds)."""
    rows = await connection.fetch(STATUSES, edition)
    return {row["holder"]: (Status(row["status"]), row["status_ms"]) for row in rows}


async def badges(connection: Connection, edition: str) -> dict[tuple[int, int], tuple[int, int]]:
    """(holder, generation) -> (newest issue, the profile it was signed with)."""
    rows = await connection.fetch(BADGES, edition)
    return {(r["holder"], r["generation"]): (r["issue"], r["profile"]) for r in rows}


async def badges_of(
    connection: Connection, edition: str, holder: int
) -> dict[tuple[int, int], tuple[int, int]]:
    """The same for one holder."""
    rows = await connection.fetch(BADGES_OF, edition, holder)
    return {(holder, r["generation"]): (r["issue"], r["profile"]) for r in rows}


async def save_badges(connection: Connection, edition: str, rows: Sequence[Issued]) -> None:
    await connection.execute(
        SAVE_BADGES,
        edition,
        [r.holder for r in rows],
        [r.generation for r in rows],
        [r.issue for r in rows],
        [r.key_id for r in rows],
        [r.profile for r in rows],
        [r.issued_min for r in rows],
        [r.text for r in rows],
    )


async def badge_text(
    connection: Connection, edition: str, holder: int, generation: int
) -> str | None:
    text: str | None = await connection.fetchval(BADGE_TEXT, edition, holder, generation)
    return text


async def standing(connection: Connection, edition: str) -> dict[int, int]:
    """Key -> how many people, and spares, have a badge of their current generation signed by it."""
    return {row["key_id"]: row["n"] for row in await connection.fetch(STANDING, edition)}


async def of_key(
    connection: Connection, edition: str, key_id: int
) -> list[tuple[int, int, int, int]]:
    """(holder, generation, issue, profile) of whom a printer would give a badge of this key."""
    rows = await connection.fetch(OF_KEY, edition, key_id)
    return [(r["holder"], r["generation"], r["issue"], r["profile"]) for r in rows]


async def touch(connection: Connection, edition: str, holders: Sequence[int]) -> None:
    """Something about these people is new, though not in their registration: kiosks ask again."""
    await connection.execute(TOUCH, edition, holders)


async def count(connection: Connection, edition: str) -> dict[Status, int]:
    rows = await connection.fetch(COUNT, edition)
    return {Status(row["status"]): row["n"] for row in rows}


def stored(row: asyncpg.Record) -> Stored:
    """From the columns code, holder, profile, generation and body."""
    return Stored(
        _decode_registration(row["body"]),
        row["holder"],
        row["profile"],
        row["generation"],
        row["version"],
        row["notes"],
        Status(row["held_status"]) if row["held_status"] else None,
        _decode_registration(row["imported"]) if row["imported"] else None,
        row["digital"],
    )
