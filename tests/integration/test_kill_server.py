"""The server killed under load, every other time with its database: `deploy/dev kill` in small."""

import random

from tests.integration import kill_server


async def test_the_server_killed_under_load_has_everything_it_acknowledged(served):
    account = await kill_server.campaign(served, kill_server.server, 20, random.Random(1))
    assert account.balances and account.kills == 20 and account.acknowledged > 400
    assert account.cut, "somebody was cut off in the middle"
