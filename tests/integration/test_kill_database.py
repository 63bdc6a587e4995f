"""PostgreSQL killed below the server, under load, and started again before all of it has gone."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from gate.server import postgres
from gate.server.postgres import Embedded
from gate.server.unprivileged import DatabaseError
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


@pytest.mark.parametrize("lives_s", [1.0, 600.0])
def test_who_was_killed_with_its_program_may_still_die_and_who_does_not_is_another_server(
    tmp_path, monkeypatch, lives_s
):
    """A process that stands for a postmaster: only its number, command and parent are asked."""
    monkeypatch.setattr(postgres, "DYING_S", 20.0 if lives_s < 20 else 0.3)
    last = [sys.executable, "-c", f"import time; time.sleep({lives_s})", str(tmp_path)]
    with subprocess.Popen(last) as process:
        (tmp_path / "postmaster.pid").write_text(f"{process.pid}\n")
        try:
            while postgres._postmaster(tmp_path) is None:
                time.sleep(0.01)  # its command shows a moment after it began
            if lives_s < 20:
                postgres._stop_leftover(tmp_path)
            else:
                with pytest.raises(DatabaseError, match=f"another server .process {os.getpid()}"):
                    postgres._stop_leftover(tmp_path)
        finally:
            process.kill()
