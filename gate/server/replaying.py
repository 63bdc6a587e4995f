"""Replaying a whole log out of its database: what `gate replay` does."""

from collections.abc import AsyncIterator, Callable

import asyncpg

from gate.access.history import History
from gate.access.ledger import LogRecord
from gate.access.policy_file import parse
from gate.access.replay import Replay, Replayed
from gate.access.wire import FEED_ROWS_MAX
from gate.server.store import log, timelines

Progress = Callable[[str, int, int], None]
"""Told (what is being done, how far, of how much)."""


async def replayed(
    connection: asyncpg.Connection, edition: str, progress: Progress
) -> AsyncIterator[tuple[int, LogRecord, Replayed]]:
    """(position, record, what comes of it) for each stored decision, as of one moment: a running
    server goes on writing meanwhile. Raises PolicyError for a policy nobody can read any more."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        log_head, feed_head = await log.heads(connection, edition)
        history = await _history(connection, edition, feed_head, progress)
        replay = Replay(history, await timelines.all_of(connection, edition))
        async for seq, record, _ in log.decisions(connection, edition):
            replay.note(seq, record)
            progress("reading", seq, log_head)
        async for seq, record, by_server in log.decisions(connection, edition):
            found = replay.replay(seq, record, by_server)
            progress("deciding", seq, log_head)
            if found is not None:
                yield seq, record, found


async def _history(
    connection: asyncpg.Connection, edition: str, head: int, progress: Progress
) -> History:
    history, cursor = History(), 0
    while rows := await log.feed_after(connection, edition, cursor, FEED_ROWS_MAX):
        for row in rows:
            policy = parse(row.policy, f"feed row {row.seq}") if row.policy is not None else None
            history.tell(row, policy)
        cursor = rows[-1].seq
        progress("feed", cursor, head)
    return history
