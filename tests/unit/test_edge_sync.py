"""The two loops of a lane's sync, against troubles that need no server."""

import asyncio
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from aiohttp import web

from gate.access.model import Direction
from gate.access.wire import Hello, Snapshot, Welcome
from gate.client import ANSWER_S, SILENT_S, CallRefused, Client, ServerAway
from gate.clock import Clock
from gate.edge.protocol import BACKOFF_S, Link
from gate.edge.sync import Sync
from gate.edge.timekeeping import LaneClock
from tests import lanes
from tests.programs import eventually


@pytest.fixture
def lane(tmp_path):
    lane, store = lanes.lane(tmp_path)
    lane.take(lanes.snapshot())
    with closing(store):
        yield lane


@pytest.fixture
def sync(lane):
    with ThreadPoolExecutor(1) as deciding:
        yield Sync(
            lane, Client("http://127.0.0.1:9"), deciding, LaneClock(Clock()), jitter=lambda: 0.0
        )


@pytest.mark.parametrize(
    ("error", "link", "words"),
    [
        (ServerAway("no answer"), Link.OFFLINE, "no answer"),
        (CallRefused(401, "Not known", ""), Link.REVOKED, "Not known"),
        (CallRefused(422, "Odd", "body"), Link.OFFLINE, "Odd: body"),
        (ValueError("a gap"), Link.CONNECTING, "not taken from the server: a gap"),
        (sqlite3.OperationalError("disk full"), Link.CONNECTING, "store failed: disk full"),
        (OSError("disk gone"), Link.CONNECTING, "store failed: disk gone"),
        (ZeroDivisionError(), Link.CONNECTING, "a fault of ours: ZeroDivisionError"),
    ],
)
async def test_every_trouble_is_said_and_only_revocation_ends_it(sync, error, link, words):
    tries = 0

    async def hello(_: Hello) -> Welcome:
        nonlocal tries
        tries += 1
        raise error

    sync._client.hello = hello
    running = asyncio.create_task(sync._drive(sync._protocol.down))
    ends = link is Link.REVOKED
    await eventually(lambda: running.done() if ends else tries >= 2, "it goes on, or ends")
    assert sync.status.link is link and words in sync.status.problem
    assert running.done() is ends
    running.cancel()


async def test_after_a_trouble_the_link_is_online_again(sync):
    answers = iter([ServerAway("no answer"), None])

    async def hello(_: Hello) -> Welcome:
        error = next(answers, None)
        if error:
            raise error
        return Welcome(0, 0, 0, None, Direction.ENTRY)

    async def snapshot() -> Snapshot:
        await asyncio.sleep(0)
        return lanes.snapshot()

    sync._client.hello, sync._client.snapshot = hello, snapshot
    running = asyncio.create_task(sync._drive(sync._protocol.down))
    await eventually(lambda: sync.status.link is Link.ONLINE, "online")
    assert sync.status.problem == "" and sync.status.heard_s is not None
    running.cancel()


async def test_a_fault_of_ours_is_in_the_log_with_its_place(sync, caplog):
    async def hello(_: Hello) -> Welcome:
        raise ZeroDivisionError

    sync._client.hello = hello
    running = asyncio.create_task(sync._drive(sync._protocol.down))
    await eventually(lambda: "in hello" in caplog.text, "the log names the place")
    running.cancel()


def test_waiting_grows_but_stays_short_enough_to_heal_within_seconds():
    low, high = BACKOFF_S
    assert low < 1 and high + SILENT_S <= 5 < ANSWER_S


async def test_a_client_notices_a_silent_network_itself():
    """Every connection asks the kernel to give up on a peer that acknowledges nothing."""
    seen: list[socket.socket] = []

    async def hello(request: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    app.router.add_post("/api/v1/lane/hello", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with Client(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(ServerAway):
            await client.hello(Hello(1))
        for pool in client._session.connector._conns.values():
            seen += [handler.transport.get_extra_info("socket") for handler, _ in pool]
        options = [
            (each.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
             each.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))
            for each in seen
        ]  # fmt: skip
    await runner.cleanup()
    assert options == [(1, SILENT_S * 1000)]
