"""The wall shows what the log says, at any moment, to as many as may look."""

import asyncio
import json
import random
import socket

import aiohttp
import msgspec
from aiohttp import web

from gate.access.ledger import LogRecord
from gate.server.api import counts as counts_api
from gate.server.app import application
from tests.integration.calls import eventually
from tests.integration.people import at_ms

COUNTS = "/api/v1/editions/{edition}/counts?day=2026-07-08"
RECOUNT = "/api/v1/editions/{edition}/recount?day=2026-07-08"
LIVE = "/api/v1/editions/{edition}/live?day=2026-07-08"


def plain_recount(records: list[LogRecord]) -> dict:
    """One hall on one day, the slow way: sort, replay, look who is inside and who came."""
    inside, came = set(), set()
    for r in sorted(records, key=lambda r: (r.at_ms, *r.name)):
        if not r.reason.opens or r.holder is None:
            continue
        if r.direction == "entry":
            inside.add(r.holder)
            came.add(r.holder)
        else:
            inside.discard(r.holder)
    return {"inside": len(inside), "entered": len(came), "records": len(records)}


def crowd(lane, dice, count):
    """Records of one hall and day, handed in out of order: some refused, the same few people."""
    made = []
    for number in range(1, count + 1):
        reason = dice.choice(["admitted", "admitted", "exited", "wrong_day"])
        made.append(
            lane.record(
                number, at_ms("07-08 00:10") + dice.randrange(0, 8 * 3_600_000),
                gate="plenary_east", zone="plenary", reason=reason,
                holder=dice.choice([None, *range(1, 25)]),
                direction="exit" if reason == "exited" else "entry",
                events=["wsis"] if reason == "admitted" else None,
            )
        )  # fmt: skip
    return made


async def test_counts_recount_and_a_plain_recount_are_one_at_any_moment(server, database):
    operator, dice = await server.operator(), random.Random(7)
    lanes = [await server.device(f"lane-{n}", "plenary_east") for n in range(3)]
    records = {lane.device: crowd(lane, dice, 60) for lane in lanes}

    async def hand_in(lane):
        mine = records[lane.device]
        for first in range(0, len(mine), 10):
            (await lane.upload(first + 1, *mine[first : first + 10])).good()

    uploading = asyncio.gather(*map(hand_in, lanes))
    while not uploading.done():
        assert (await operator.get(RECOUNT)).good()["equal"]
    await uploading

    async def all_counted():
        return (await operator.get(COUNTS)).good()["records"] == 180

    await eventually(all_counted)
    counted, again = (await operator.get(COUNTS)).good(), (await operator.get(RECOUNT)).good()
    rows = await database.fetch("SELECT body FROM log")
    slow = plain_recount([msgspec.json.decode(r["body"], type=LogRecord) for r in rows])
    for shown, entered, zones in (
        (counted, "entered", "inside"),
        (again, "entered_recounted", "inside_recounted"),
    ):
        found = {"inside": shown[zones]["plenary"], "entered": shown[entered]}
        assert found | {"records": shown["records"]} == slow
    assert again["equal"]


async def test_what_is_set_aside_counts_nowhere_but_as_set_aside(server):
    operator, lane = await server.operator(), await server.device("one")
    (await lane.upload(1, lane.record(1, at_ms("07-08 08:00")), b"[]", b"{}")).good()

    async def counted():
        return (await operator.get(COUNTS)).good()["records"] == 1

    await eventually(counted)
    again = (await operator.get(RECOUNT)).good()
    assert (again["records"], again["quarantined"], again["equal"]) == (1, 2, True)


# --- the stream


async def snapshots(answer):
    """The `counts` events of a stream, one by one."""
    event = ""
    async for line in answer.content:
        if line.startswith(b"event: "):
            event = line[7:].strip().decode()
        if line.startswith(b"data: ") and event == "counts":
            yield json.loads(line[6:])


async def watch(api, viewers):
    url = api.url + LIVE.replace("{edition}", api.edition)
    return await viewers.enter_async_context(api.session.get(url))


async def test_a_viewer_sees_the_counts_and_each_change(server):
    operator, lane = await server.operator(), await server.device("one")
    wall = await watch(operator, server.stack)
    assert wall.headers["Content-Type"] == "text/event-stream"
    seen = snapshots(wall)
    async with asyncio.timeout(60):
        assert (await anext(seen))["records"] == 0
        for number in (1, 2, 3):
            await lane.upload(number, lane.record(number, at_ms("07-08 08:00"), holder=number))
            shown = await anext(seen)
            assert (shown["records"], shown["entered"]) == (number, number)
    wall.close()


async def test_viewers_that_leave_are_forgotten_and_there_may_be_only_so_many(serve):
    async with serve(viewers_max=3) as server:
        live, operator = server.service.live, await server.operator()
        walls = [await watch(operator, server.stack) for _ in range(3)]
        assert live.viewers == 3
        answer = await operator.get(LIVE)
        assert (answer.status, answer.title) == (503, "Too many viewers")
        assert answer.headers["Retry-After"]
        for each in walls:
            each.close()

        async def nobody_looks():
            return live.viewers == 0

        await eventually(nobody_looks)
        (await watch(operator, server.stack)).close()
        await eventually(nobody_looks)


async def test_a_viewer_that_no_longer_reads_is_let_go(server, monkeypatch):
    """A laptop that sleeps keeps its connection open and takes nothing: its place is freed."""
    monkeypatch.setattr(counts_api, "STALL_S", 0.3)
    live = server.service.live
    monkeypatch.setattr(live, "latest", lambda day: b'"' + b"x" * 3_000_000 + b'"')
    runner = web.AppRunner(application(server.service), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await web.SockSite(runner, listening).start()
    operator = await server.operator()
    sleeping = socket.create_connection(listening.getsockname())
    path = LIVE.replace("{edition}", operator.edition)
    sleeping.sendall(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {operator.token}\r\n\r\n".encode()
    )

    async def looked():
        return live.viewers == 1

    async def let_go():
        return live.viewers == 0

    await eventually(looked)
    await eventually(let_go)
    sleeping.close()
    await runner.cleanup()


async def test_a_viewer_whose_session_ended_sees_no_more(server, database, monkeypatch):
    monkeypatch.setattr(counts_api, "CHECK_SESSION_S", 0.0)
    monkeypatch.setattr(counts_api, "BEAT_S", 0.05)
    wall = await watch(await server.staff("operations"), server.stack)
    await database.execute("DELETE FROM session")
    async with asyncio.timeout(60):
        async for _ in snapshots(wall):
            pass
    assert server.service.live.viewers == 0


async def test_the_server_stops_though_somebody_is_watching(serve):
    async with serve() as server:
        wall = await watch(await server.operator(), server.stack)
    async with asyncio.timeout(30):
        try:
            while await wall.content.read(65536):
                pass
        except aiohttp.ClientError:
            pass
