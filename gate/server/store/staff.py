"""People who sign in, their sessions, one-time links, and the audit of what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import asyncpg

SAVE = """
INSERT INTO staff (name, password_hash, roles) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, roles = excluded.roles,
    active = true
"""
ONE = "SELECT name, password_hash, roles FROM staff WHERE name = $1 AND active"
ALL = "SELECT name, password_hash, roles FROM staff WHERE active ORDER BY name"
OPEN_SESSION = "INSERT INTO session (token_hash, name, csrf) VALUES ($1, $2, $3)"
USE_SESSION = """
UPDATE session SET used_at = now() FROM staff
WHERE session.token_hash = $1 AND staff.name = session.name AND staff.active
  AND session.created_at > now() - $2::interval AND session.used_at > now() - $3::interval
RETURNING staff.name, staff.roles, session.csrf
"""
CLOSE_SESSION = "DELETE FROM session WHERE token_hash = $1"
CLOSE_SESSIONS_OF = "DELETE FROM session WHERE name = $1"
SAVE_LINK = "INSERT INTO one_time_link (token_hash, roles, expires_at) VALUES ($1, $2, $3)"
LINK_ROLES = "SELECT roles FROM one_time_link WHERE token_hash = $1 AND expires_at > now()"
USE_LINK = """
DELETE FROM one_time_link WHERE token_hash = $1 AND expires_at > now() RETURNING roles
"""
AUDIT = "INSERT INTO audit (who, what, about) VALUES ($1, $2, $3)"

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class StaffRow:
    name: str
    password_hash: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionRow:
    name: str
    roles: tuple[str, ...]
    csrf: str


async def save(connection: Connection, name: str, password_hash: str, roles: Sequence[str]) -> None:
    await connection.execute(SAVE, name, password_hash, list(roles))


async def one(connection: Connection, name: str) -> StaffRow | None:
    row = await connection.fetchrow(ONE, name)
    return _row(row) if row else None


async def all_staff(connection: Connection) -> list[StaffRow]:
    return [_row(row) for row in await connection.fetch(ALL)]


async def open_session(connection: Connection, token_hash: bytes, name: str, csrf: str) -> None:
    await connection.execute(OPEN_SESSION, token_hash, name, csrf)


async def use_session(
    connection: Connection, token_hash: bytes, age_max: object, idle_max: object
) -> SessionRow | None:
    row = await connection.fetchrow(USE_SESSION, token_hash, age_max, idle_max)
    return SessionRow(row["name"], tuple(row["roles"]), row["csrf"]) if row else None


async def close_session(connection: Connection, token_hash: bytes) -> None:
    await connection.execute(CLOSE_SESSION, token_hash)


async def close_sessions_of(connection: Connection, name: str) -> None:
    await connection.execute(CLOSE_SESSIONS_OF, name)


async def save_link(
    connection: Connection, token_hash: bytes, roles: Sequence[str], expires_at: datetime
) -> None:
    await connection.execute(SAVE_LINK, token_hash, list(roles), expires_at)


async def link_roles(connection: Connection, token_hash: bytes) -> tuple[str, ...] | None:
    """The roles a link would give, while it is good."""
    roles = await connection.fetchval(LINK_ROLES, token_hash)
    return tuple(roles) if roles else None


async def use_link(connection: Connection, token_hash: bytes) -> tuple[str, ...] | None:
    """The roles a one-time link gives; the link is gone after this."""
    roles = await connection.fetchval(USE_LINK, token_hash)
    return tuple(roles) if roles else None


async def audit(connection: Connection, who: str, what: str, about: str) -> None:
    await connection.execute(AUDIT, who, what, about)


def _row(row: asyncpg.Record) -> StaffRow:
    return StaffRow(row["name"], row["password_hash"], tuple(row["roles"]))
