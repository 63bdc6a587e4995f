"""Editions, keys, profiles, registrations and issued badges."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import msgspec

from gate.access.model import Entitlement, Mode, Profile, SigningKey, Status
from gate.access.policy import Policy
from gate.access.wire import HolderRow
from gate.server.registrations.parse import Registration

FOUND_MAX = 50

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
SELECT holder, generation, profile, status, attention, delegation
FROM registration WHERE edition = $1
"""
ALL = """
SELECT code, holder, profile, status, generation, body FROM registration WHERE edition = $1
"""
ONE = """
SELECT code, holder, profile, status, generation, body FROM registration
WHERE edition = $1 AND code = $2
"""
FIND = """
SELECT code, holder, profile, status, generation, body FROM registration
WHERE edition = $1 AND find LIKE '%' || $2 || '%' ORDER BY find LIMIT $3
"""
SAVE = """
INSERT INTO registration (edition, code, holder, profile, status, generation, find, body,
                          delegation, attention, status_ms)
SELECT $1, code, holder, profile, status, generation, find, body, delegation,
       string_to_array(attention, ','), $11
FROM unnest($2::text[], $3::bigint[], $4::int[], $5::text[], $6::smallint[], $7::text[],
            $8::bytea[], $9::bigint[], $10::text[])
     AS each (code, holder, profile, status, generation, find, body, delegation, attention)
ON CONFLICT (edition, code) DO UPDATE SET profile = excluded.profile, status = excluded.status,
    generation = excluded.generation, find = excluded.find, body = excluded.body,
    delegation = excluded.delegation, attention = excluded.attention,
    status_ms = CASE WHEN registration.status = excluded.status THEN registration.status_ms
                     ELSE excluded.status_ms END,
    updated_at = now()
"""
BADGES = """
SELECT holder, generation, max(issue) AS issue, max(profile) FILTER (WHERE latest) AS profile
FROM (SELECT *, issue = max(issue) OVER (PARTITION BY holder, generation) AS latest
      FROM badge WHERE edition = $1) AS each GROUP BY holder, generation
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
"""
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
        )
        for row in await connection.fetch(HOLDERS, edition)
    ]


async def all_stored(connection: Connection, edition: str) -> dict[str, Stored]:
    """Every registration by code."""
    return {row["code"]: stored(row) for row in await connection.fetch(ALL, edition)}


async def one(connection: Connection, edition: str, code: str) -> Stored | None:
    row = await connection.fetchrow(ONE, edition, code)
    return stored(row) if row else None


async def find(connection: Connection, edition: str, words: str) -> list[Stored]:
    """Registrations whose name, organisation or code contains the words; FOUND_MAX at most."""
    pattern = words.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [stored(row) for row in await connection.fetch(FIND, edition, pattern, FOUND_MAX)]


async def save(connection: Connection, edition: str, rows: Sequence[Stored], now_ms: int) -> None:
    """`now_ms` is the venue's time: since when a changed status holds."""
    await connection.execute(
        SAVE,
        edition,
        [r.registration.code for r in rows],
        [r.holder for r in rows],
        [r.profile for r in rows],
        [r.registration.status.value for r in rows],
        [r.generation for r in rows],
        [_find_text(r.registration) for r in rows],
        [msgspec.json.encode(r.registration, order="deterministic") for r in rows],
        [r.row.delegation for r in rows],
        [",".join(r.row.attention) for r in rows],
        now_ms,
    )


async def revoked(connection: Connection, edition: str) -> dict[int, tuple[Status, int]]:
    """Whose registration is cancelled or blocked, and since when (venue's Unix milliseconds)."""
    rows = await connection.fetch(STATUSES, edition)
    return {row["holder"]: (Status(row["status"]), row["status_ms"]) for row in rows}


async def badges(connection: Connection, edition: str) -> dict[tuple[int, int], tuple[int, int]]:
    """(holder, generation) -> (newest issue, the profile it was signed with)."""
    rows = await connection.fetch(BADGES, edition)
    return {(r["holder"], r["generation"]): (r["issue"], r["profile"]) for r in rows}


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


async def count(connection: Connection, edition: str) -> dict[Status, int]:
    rows = await connection.fetch(COUNT, edition)
    return {Status(row["status"]): row["n"] for row in rows}


def stored(row: asyncpg.Record) -> Stored:
    """From the columns code, holder, profile, generation and body."""
    return Stored(
        _decode_registration(row["body"]), row["holder"], row["profile"], row["generation"]
    )


def _find_text(r: Registration) -> str:
    parts = (r.family, r.given, r.name_on_badge, r.native_name, r.organisation, r.code)
    return " ".join(part for part in parts if part).casefold()
