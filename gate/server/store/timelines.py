"""The server's timelines: each take-over of the database, and where feed and log stood then."""

import asyncpg

from gate.access.replay import Timeline

BEGIN = """
INSERT INTO timeline (edition, name, feed_from, log_from)
SELECT $1, $2, (SELECT coalesce(max(seq), 0) FROM feed WHERE edition = $1),
       (SELECT coalesce(max(seq), 0) FROM log WHERE edition = $1)
"""
ALL = "SELECT name, feed_from, log_from FROM timeline WHERE edition = $1 ORDER BY number"


async def begin(connection: asyncpg.Connection, edition: str, name: str) -> None:
    """From here on lanes are told under this name."""
    await connection.execute(BEGIN, edition, name)


async def all_of(connection: asyncpg.Connection, edition: str) -> list[Timeline]:
    """In the order they began."""
    rows = await connection.fetch(ALL, edition)
    return [Timeline(row["name"], row["feed_from"], row["log_from"]) for row in rows]
