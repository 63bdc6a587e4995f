"""The embedded database where only root can go: a checkout under /root, as on a rented machine."""

import os
import shutil
import tempfile
from pathlib import Path

import asyncpg
import pytest

from gate.server import postgres, unprivileged
from gate.server.postgres import DATABASE, Embedded


@pytest.fixture
def closed(monkeypatch):
    """A folder nobody else may enter, and a stand-in for /var/lib beside it that they may."""
    top = Path(tempfile.mkdtemp(prefix="gate-closed-"))
    top.chmod(0o755)
    monkeypatch.setattr(unprivileged, "HOME", top / "var")
    folder = top / "closed"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(top)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that postgres cannot enter")
async def test_programs_and_data_under_a_closed_folder_still_serve(closed, monkeypatch):
    wheel = postgres._wheel()
    package = wheel.parent
    libraries = package.with_name(f"{package.name}.libs")
    for each in (wheel, libraries):
        shutil.copytree(each, closed / each.relative_to(package.parent), symlinks=True)
    moved = closed / wheel.relative_to(package.parent)
    monkeypatch.setattr(postgres, "_wheel", lambda: moved)
    database = Embedded(closed / "postgres")
    await database.start()
    try:
        connection = await asyncpg.connect(database.url(DATABASE), timeout=30)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    finally:
        await database.stop()
    assert database.directory.is_relative_to(unprivileged.HOME)


def test_an_open_folder_is_used_as_it_is():
    who = unprivileged.account()
    assert unprivileged.reachable(Path("/usr/share/x"), who) == Path("/usr/share/x")
