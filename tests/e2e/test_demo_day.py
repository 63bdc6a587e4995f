"""Everybody arrives on one day: the numbers agree, and where they do not, it is said."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from deploy.demo import day, programs
from tests.programs import ports_in_a_row

ENDS_S = 300.0


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="gate-test-"))
    made.chmod(0o755)  # PostgreSQL runs as another user when we are root
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def test_a_small_crowds_day_is_counted_at_the_lanes_on_the_wall_and_in_the_log_alike(folder):
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.demo.day", "--folder", str(folder / "day"), "--port",
        str(ports_in_a_row()), "--people", "60", "--speed", "3000", cwd=programs.ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(ENDS_S):
        said, _ = await running.communicate()
    text = said.decode()
    assert running.returncode == 0, text
    assert "60 people came" in text
    for what in ("people who entered", "entries", "scans in the log", "the wall and a recount"):
        assert f"ok   {what}" in text
    assert "DIFFER" not in text
    assert "Traceback" not in text


def test_numbers_that_should_be_one_and_are_not_are_named(capsys):
    assert day.held("entries", 12, 12)
    assert not day.held("entries", 12, 13)
    said = capsys.readouterr().out
    assert "ok   entries: 12" in said
    assert "BAD  entries: 12 and 13, which DIFFER" in said
