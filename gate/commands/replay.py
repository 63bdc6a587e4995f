"""`gate replay`: every stored decision, derived again from the database it stands in.

It reads the database itself, beside a running server or without one, and changes nothing.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gate.access.ledger import LogRecord
from gate.access.policy_file import PolicyError, parse
from gate.access.replay import Outcome, Replayed
from gate.commands.configured import settings
from gate.server.app import policy_text
from gate.server.postgres import DATABASE, Embedded, database
from gate.server.replaying import replayed
from gate.server.unprivileged import DatabaseError
from gate.settings import ServerSettings

CONNECT_S = 10.0
WORDS = {
    Outcome.DERIVED: "derived again",
    Outcome.TOLD: "derived with what was told ahead of its position (LAN, snapshot)",
    Outcome.SAID: "derived, but for a newer badge only the device saw",
    Outcome.LOST: "rest on what a restored server has lost",
    Outcome.OLDER: "written before records said what they rest on",
    Outcome.DIFFERS: "DIFFER",
}


def replay() -> int:
    """0 when nothing differs, 2 when a stored decision cannot be derived, 1 when it was not
    tried."""
    chosen = settings(ServerSettings)
    try:
        edition = parse(*policy_text(chosen)).edition
        counted = asyncio.run(_replay(chosen, edition))
    except (PolicyError, DatabaseError, asyncpg.PostgresError, OSError) as error:
        print(f"gate replay: {error}", file=sys.stderr)
        return 1
    print(f"{counted.total():,} decisions of {edition}")
    for outcome, words in WORDS.items():
        if counted[outcome]:
            print(f"{counted[outcome]:>9,} {words}")
    return 2 if counted[Outcome.DIFFERS] else 0


async def _replay(chosen: ServerSettings, edition: str) -> Counter[Outcome]:
    counted: Counter[Outcome] = Counter()
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.completed:>9,.0f} of {task.total:,.0f}"),
        TimeElapsedColumn(),
    )
    async with _reading(chosen) as connection:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("feed", total=1)

            def progress(what: str, done: int, of: int) -> None:
                if done % 256 == 0 or done == of:
                    bar.update(task, description=what, completed=done, total=max(1, of))

            async for seq, record, found in replayed(connection, edition, progress):
                counted[found.outcome] += 1
                if found.outcome is Outcome.DIFFERS:
                    print(said(seq, record, found), flush=True)
    return counted


@asynccontextmanager
async def _reading(chosen: ServerSettings) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database: the running server's, or one started for this."""
    if not chosen.database_url:
        try:
            running = Embedded(chosen.data_dir / "postgres").url(DATABASE)
            connection = await asyncpg.connect(running, timeout=CONNECT_S)
        except (OSError, asyncpg.PostgresError):
            connection = None
        if connection is not None:
            try:
                yield connection
            finally:
                await connection.close()
            return
    async with database(chosen) as url:
        connection = await asyncpg.connect(url, timeout=CONNECT_S)
        try:
            yield connection
        finally:
            await connection.close()


def said(seq: int, record: LogRecord, found: Replayed) -> str:
    """One line: which record, and what is stored beside what comes out."""
    name = f"{record.device} epoch {record.epoch} number {record.number} (log {seq})"
    stored = f"stored {record.reason} by rule {record.rule!r}"
    if found.derived is None:
        return f"{name}: {stored}; {found.why}"
    again = f"replay gives {found.derived.reason} by rule {found.derived.rule!r}"
    one, other = msgspec.structs.asdict(record), msgspec.structs.asdict(found.derived)
    fields = ", ".join(each for each in one if one[each] != other[each])
    return f"{name}: {stored}, {again} (differs: {fields})"
