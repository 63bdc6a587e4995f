"""Whatever is cut or killed: what was acknowledged is there, the rest is told to try again."""

import asyncio
import os
import signal

import asyncpg
import pytest

from gate.access.model import Status
from gate.server import postgres
from tests.integration import people
from tests.integration.calls import eventually
from tests.integration.conftest import serving
from tests.integration.load import Lane, until

TERMINATE_ALL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
HELD = "SELECT device, array_agg(number ORDER BY seq) AS numbers FROM log GROUP BY device"


async def held(database) -> dict[str, list[int]]:
    return {row["device"]: row["numbers"] for row in await database.fetch(HELD)}


async def stop(lanes, running) -> None:
    for lane in lanes:
        lane.stopped = True
    await running


def expected(lanes) -> dict[str, list[int]]:
    return {lane.api.device: list(range(1, lane.acknowledged + 1)) for lane in lanes}


async def test_connections_killed_under_load_lose_nothing_acknowledged(server, database):
    lanes = [Lane(await server.device(f"lane-{n}")) for n in range(6)]
    running = asyncio.gather(*(lane.run() for lane in lanes))
    for _ in range(4):
        await until(lanes, 3)
        assert await database.fetchval(TERMINATE_ALL) >= 2, "the writer's and the listener's"
    await until(lanes, 3)
    await stop(lanes, running)
    assert await held(database) == expected(lanes)
    assert set().union(*(lane.statuses for lane in lanes)) <= {200, 503}
    seqs = [r["seq"] for r in await database.fetch("SELECT seq FROM log ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_live_counts_go_on_after_their_connection_was_killed(server, database):
    operator = await server.operator()
    lane = Lane(await server.device("one"))
    await lane.hand_in(1)
    await database.fetchval(TERMINATE_ALL)
    await lane.hand_in(2)

    async def both_counted():
        counts = await operator.get("/api/v1/editions/{edition}/counts")
        return counts.good()["records"] == 2

    await eventually(both_counted)


@pytest.fixture
async def embedded(settings, open_folder):
    """A server over a cluster of its own, which a test may kill; started again when it dies."""
    chosen = settings(data_dir=open_folder() / "server")
    async with postgres.database(chosen) as url, serving(chosen, url) as server:
        yield server, url, chosen.data_dir / "postgres" / "postmaster.pid"


async def test_the_database_killed_under_load_comes_back_with_everything_acknowledged(embedded):
    server, url, pid_file = embedded
    lanes = [Lane(await server.device(f"lane-{n}")) for n in range(6)]
    operator = await server.operator()
    running = asyncio.gather(*(lane.run() for lane in lanes))
    for _ in range(2):
        await until(lanes, 5)
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
        await until(lanes, 5)

    async def ready():
        return (await operator.get("/readyz")).status == 200

    await eventually(ready)
    await stop(lanes, running)
    connection = await asyncpg.connect(url)
    assert await held(connection) == expected(lanes)
    await connection.close()
    assert any(503 in lane.statuses for lane in lanes)


CALLS_THAT_READ = (
    "/api/v1/editions/{edition}/recount",
    "/api/v1/editions/{edition}/registrations?find=sample",
    "/api/v1/editions/{edition}/devices",
    "/api/v1/staff",
)


async def test_while_the_database_is_away_every_call_says_so_and_none_fails(embedded):
    """From the moment it dies until it is back: 200 or `Storage away`, never an exception page."""
    server, _, pid_file = embedded
    operator = await server.operator()
    staff = await server.staff("admin")
    seen: set[tuple[int, str]] = set()
    done = asyncio.Event()

    async def ask(api, path):
        while not done.is_set():
            answer = await api.get(path)
            seen.add((answer.status, "" if answer.status == 200 else answer.title))

    asking = asyncio.gather(*(ask(a, p) for a in (operator, staff) for p in CALLS_THAT_READ))
    for _ in range(3):
        lane = Lane(await server.device("one"))
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
        await lane.hand_in(1)
    done.set()
    await asking
    assert seen <= {(200, ""), (503, "Storage away")}


class CutAfterCommit:
    """A line to the database that can be told to break just after the next commit is done.

    The server then cannot know whether its transaction was stored. It was.
    """

    def __init__(self, sockets: str) -> None:
        self._sockets = sockets
        self.armed = False
        self.cuts = 0

    async def carry(self, reader, writer) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._sockets)
        committing = False

        async def up() -> None:
            nonlocal committing
            while data := await reader.read(65536):
                committing = committing or (self.armed and b"COMMIT;" in data)
                up_writer.write(data)

        async def down() -> None:
            while data := await up_reader.read(65536):
                if committing:
                    self.armed, self.cuts = False, self.cuts + 1
                    return
                writer.write(data)

        try:
            await asyncio.wait(
                [asyncio.ensure_future(up()), asyncio.ensure_future(down())],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for each in (writer, up_writer):
                each.close()


@pytest.fixture
async def cutting(cluster, database_url):
    """(the line, the database's URL through it)"""
    name = database_url.split("/")[3].split("?")[0]
    sockets = database_url.split("host=")[1]
    line = CutAfterCommit(f"{sockets}/.s.PGSQL.5432")
    proxy = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    yield line, f"postgresql://{postgres.USER}@127.0.0.1:{port}/{name}?sslmode=disable"
    proxy.close()


async def test_a_cancellation_whose_commit_was_not_heard_of_is_obeyed_all_the_same(
    cutting, settings
):
    line, url = cutting
    async with serving(settings(), url) as server:
        await server.import_rows(people.file(people.row("R-ONE1")))
        lane = await server.device("one")
        badge = await server.badge("R-ONE1")
        assert (await lane.scan(1, badge)).good()["admitted"]
        line.armed = True
        operator = await server.operator()
        cancelled = people.file(people.row("R-ONE1", status="cancelled"))
        told = (await operator.import_rows(cancelled))[-1]
        assert (told["step"], told["problem"]["title"]) == ("failed", "Storage away")
        assert line.cuts == 1
        stored = await server.service.pool.fetchval("SELECT status FROM registration")
        assert stored == Status.CANCELLED

        async def judged():
            return (await lane.scan(2, badge)).status == 200

        await eventually(judged)
        assert (await lane.scan(2, badge)).good()["decision"]["reason"] == "cancelled"
        rows = (await lane.get("/api/v1/lane/feed?after=0")).good()
        assert [row["seq"] for row in rows["rows"]] == list(range(1, rows["head"] + 1))


async def test_a_scan_whose_commit_was_not_heard_of_is_one_row_after_the_retry(
    cutting, settings, database
):
    line, url = cutting
    async with serving(settings(), url) as server:
        lane = await server.device("one")
        line.armed = True
        odd = b'{"odd": true}'
        lost = await lane.upload(1, lane.record(1, people.at_ms("07-08 08:00")), odd)
        assert (lost.status, lost.title, line.cuts) == (503, "Storage away", 1)

        async def taken():
            again = await lane.upload(1, lane.record(1, people.at_ms("07-08 08:00")), odd)
            return again.status == 200 and again.json["acked_through"] == 2

        await eventually(taken)
        assert await held(database) == {"one": [1]}
