"""PostgreSQL killed below the server, under load, and started again before all of it has gone."""

import asyncio
import os
import random
import signal

from gate.server.postgres import Embedded
from tests.integration import kill_server
from tests.integration.calls import eventually


async def test_the_database_killed_under_load_has_everything_the_server_acknowledged(served):
    account = await kill_server.campaign(served, kill_server.database, 20, random.Random(1))
    assert account.balances and account.kills == 20 and account.acknowledged > 400
    assert account.cut, "somebody was cut off in the middle"


async def test_a_start_waits_until_what_was_killed_has_wholly_gone(open_folder):
    """Killed with its server, a database may stay in the table of processes for a while; until the
    system has cleared it away, PostgreSQL takes the folder for occupied."""
    folder = open_folder() / "postgres"
    killed, next_one = Embedded(folder), Embedded(folder)
    await killed.start()
    os.kill(killed.pid, signal.SIGKILL)
    starting = asyncio.create_task(next_one.start())

    async def refused() -> bool:
        log = (next_one.directory.parent / "postgres.log").read_text()
        return log.count("already exists") >= 2

    try:
        await eventually(refused)
        await killed.stop()  # only now the killed process is cleared away
        await starting
    finally:
        await next_one.stop()
