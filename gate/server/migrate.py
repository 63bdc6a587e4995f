"""The schema: numbered, forward-only SQL files, each applied once and in order."""

from importlib.resources import files

import asyncpg

LOCK = 0x6261646765
"""Advisory lock: two servers starting together must not migrate together."""

CREATE_VERSION = """
CREATE TABLE IF NOT EXISTS schema_version (
    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)
"""
APPLIED = "SELECT coalesce(max(number), 0) FROM schema_version"
MARK = "INSERT INTO schema_version (number, name) VALUES ($1, $2)"


class SchemaTooNew(Exception):
    """The database was last used by a newer version of this program; start that one."""


def migrations() -> list[tuple[int, str, str]]:
    """(number, file name, SQL) in order."""
    folder = files("gate.server") / "schema"
    found = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return [
        (int(name.split("_")[0]), name, (folder / name).read_text(encoding="utf-8"))
        for name in found
    ]


async def migrate(connection: asyncpg.Connection) -> list[str]:
    """Bring the schema up to date; the names of the files applied.

    Raises SchemaTooNew when the database knows a migration this program does not.
    """
    applied = []
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(CREATE_VERSION)
        current = await connection.fetchval(APPLIED)
        known = migrations()
        if current > known[-1][0]:
            raise SchemaTooNew(f"schema {current} of the database, {known[-1][0]} of this program")
        for number, name, sql in known:
            if number > current:
                await connection.execute(sql)
                await connection.execute(MARK, number, name)
                applied.append(name)
    return applied
