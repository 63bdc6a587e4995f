"""A lane is killed under load; see `kill_lane` for many times more."""

import pytest

from tests import programs
from tests.integration import kill_lane


@pytest.fixture(scope="module")
def server():
    with programs.running() as server:
        yield server


async def test_no_kill_takes_or_doubles_what_a_lane_had_shown(server, tmp_path):
    account = await kill_lane.run(server, tmp_path / "lane", kills=3)
    assert account.kills == 3 and account.shown >= 3
    assert account.shown <= account.kept == account.stored
    assert account.kept - account.shown <= account.kills  # killed between keeping and showing
