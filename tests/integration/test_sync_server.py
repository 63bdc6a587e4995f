"""Lanes and the real server: what happened at a lane is on the server exactly once, whatever the
network does between them; and the lane decides on meanwhile."""

import asyncio

import msgspec
import pytest

from gate.access.model import Reason
from gate.access.wire import RECORDS_PER_BATCH_MAX, FeedRow
from gate.edge.protocol import Link
from tests import chaos, lanes
from tests.programs import Person, eventually

WRITE_ROW = "UPDATE feed SET body = $2 WHERE seq = $1"
PEOPLE = [Person(f"P{number:03}") for number in range(30)]


@pytest.fixture(scope="module")
def server(program):
    asyncio.run(program.import_people(*PEOPLE))
    return program


@pytest.fixture(scope="module")
def badges(server):
    async def texts() -> list[str]:
        return [await server.badge(person.code) for person in PEOPLE]

    return asyncio.run(texts())


@pytest.fixture
def name(request) -> str:
    """A device of its own for each test."""
    return f"lane-{abs(hash(request.node.name)) % 10**9}"


@pytest.fixture
async def folder(server, tmp_path, name):
    await server.enrol(name, tmp_path / "lane")
    return tmp_path / "lane"


@pytest.fixture
async def network(server):
    async with chaos.between(server.host, server.port) as network:
        yield network


async def ready(lane) -> None:
    await eventually(lambda: lane.lane.cursor is not None and lane.is_online, "the lane is online")


async def all_sent(lane) -> None:
    await eventually(lambda: lane.lane.outbox.waiting == 0, "the server acknowledged every record")


async def same_on_both_sides(server, name, lane) -> None:
    await all_sent(lane)
    assert await server.log(name) == await lane.records()


async def test_a_new_lane_learns_everything_and_reports_everything(server, name, folder, badges):
    async with lanes.live(folder, server.url) as lane:
        await ready(lane)
        for text in (*badges[:5], "WIFI:S:hotel", badges[0]):
            await lane.scan(text)
        await same_on_both_sides(server, name, lane)
    assert [record.number for record in await server.log(name)] == list(range(1, 8))


async def test_a_cancellation_reaches_a_waiting_lane_at_once(
    server, name, folder, badges, monkeypatch
):
    """The poll would wait 25 s: only being woken brings the row in time."""
    monkeypatch.setattr("gate.edge.protocol.FEED_WAIT_S", 25.0)
    await server.import_people(Person("PENDING-1"), Person("CANCELLED-1"))
    texts = [await server.badge(code) for code in ("PENDING-1", "CANCELLED-1")]
    async with lanes.live(folder, server.url) as lane:
        await ready(lane)
        await asyncio.sleep(0.2)  # it is waiting in its poll now; if not, the test still holds
        assert [(await lane.scan(text)).decision.admitted for text in texts] == [True, True]
        cursor = lane.lane.cursor
        await server.import_people(
            Person("PENDING-1", status="pending"), Person("CANCELLED-1", status="cancelled")
        )
        await eventually(lambda: lane.lane.cursor >= cursor + 2, "told in its poll", within_s=20)
        reasons = [(await lane.scan(text)).decision.reason for text in texts]
        assert reasons == [Reason.NOT_APPROVED, Reason.CANCELLED]


async def test_without_a_server_a_lane_decides_on_and_sends_all_of_it_later(
    server, name, folder, badges
):
    """The server is killed. More waits afterwards than fits into two batches."""
    count = 2 * RECORDS_PER_BATCH_MAX + 50
    async with lanes.live(folder, server.url) as lane:
        await ready(lane)
        await lane.scan(badges[0])
        await all_sent(lane)
        server.kill()
        await eventually(lambda: lane.sync.status.link is Link.OFFLINE, "the lane says offline")
        for number in range(count):
            shown = await lane.scan(badges[number % 30])
            assert shown.decision.admitted and shown.record is not None
        assert lane.lane.outbox.waiting == count
        await server.start_beside()
        await same_on_both_sides(server, name, lane)
    assert len(await server.log(name)) == count + 1


async def test_a_lane_that_starts_without_a_server_knows_what_it_knew(
    server, name, folder, badges, network
):
    async with lanes.live(folder, network.url) as lane:
        await ready(lane)
    network.cut()
    async with lanes.live(folder, network.url) as lane:
        assert (await lane.scan(badges[1])).decision.admitted
        network.heal()
        await same_on_both_sides(server, name, lane)


async def test_an_answer_lost_after_the_server_stored_makes_no_second_record(
    server, name, folder, badges, network
):
    async with lanes.live(folder, network.url) as lane:
        await ready(lane)
        network.lose_answer_to = b"/api/v1/lane/log"
        for text in badges[:10]:
            await lane.scan(text)
        await eventually(lambda: network.answers_lost >= 2, "two answers were lost")
        stored = await server.log(name)
        assert stored and lane.lane.outbox.waiting > 0  # there already, and the lane cannot know
        network.heal()
        await same_on_both_sides(server, name, lane)
    async with server.database() as database:
        odd = await database.fetchval("SELECT count(*) FROM quarantine WHERE device = $1", name)
    assert odd == 0


async def test_delay_and_loss_cost_time_but_no_record(server, name, folder, badges, network):
    async with lanes.live(folder, network.url) as lane:
        await ready(lane)
        network.delay_s, network.loss = 0.05, 0.25
        for round_ in range(5):
            for text in badges[:8]:
                assert (await lane.scan(text)).decision.admitted
            await asyncio.sleep(0.2 * (round_ % 2))
        network.heal()
        await same_on_both_sides(server, name, lane)


async def test_a_silent_network_does_not_hold_up_the_lane(server, name, folder, badges, network):
    async with lanes.live(folder, network.url) as lane:
        await ready(lane)
        network.fall_silent()
        for text in badges[:10]:
            assert (await lane.scan(text)).decision.admitted
        assert await server.log(name) == []
        network.heal()
        await same_on_both_sides(server, name, lane)


async def test_a_snapshot_cut_off_in_the_middle_is_not_taken_and_goes_on_where_it_was(
    server, name, folder, badges, network
):
    await server.import_people(*(Person(f"MANY-{number}") for number in range(300)))
    network.answer_bytes_max = 4000  # hello passes, the snapshot never does in one piece
    async with lanes.live(folder, network.url) as lane:
        await eventually(lambda: network.broken_off >= 1, "a download broke off")
        assert lane.lane.cursor is None
        assert (await lane.scan(badges[0])).decision.reason is Reason.RULE_ERROR
        await server.import_people(Person("MEANWHILE-1"))
        await ready(lane)
        assert network.broken_off >= 2
        assert (await lane.scan(badges[0])).decision.admitted
        network.heal()
        async with server.database() as database:
            head = await database.fetchval("SELECT max(seq) FROM feed")
        await eventually(lambda: lane.lane.cursor >= head, "what changed meanwhile was heard")


async def test_a_lane_stopped_right_after_a_scan_ends(server, name, folder, badges):
    async with lanes.live(folder, server.url) as lane:
        await ready(lane)
        await asyncio.sleep(0.1)  # its upload sleeps until a scan wakes it
        await lane.scan(badges[0])
        lane.running.cancel()
        done, _ = await asyncio.wait((lane.running,), timeout=60)
        assert done


async def test_a_revoked_lane_stops_and_says_so_and_loses_nothing(server, name, folder, badges):
    async with lanes.live(folder, server.url) as lane:
        await ready(lane)
        await lane.scan(badges[0])
        await all_sent(lane)
        await server.revoke(name)
        for text in badges[1:4]:
            await lane.scan(text)
        await asyncio.wait_for(lane.running, 60)
        assert lane.sync.status.link is Link.REVOKED and lane.sync.status.problem
        assert lane.lane.outbox.waiting == 3
    assert len(await server.log(name)) == 1
    # Enrolled again, it counts from 1 and hands in what the first enrolment still had.
    await server.enrol(name, folder)
    async with lanes.live(folder, server.url) as lane:
        await ready(lane)
        await lane.scan(badges[5])
        await all_sent(lane)
        stored = sorted(record.name for record in await server.log(name))
        assert stored == [(name, 1, 1), (name, 1, 2), (name, 1, 3), (name, 1, 4), (name, 2, 1)]


async def test_a_restored_server_gets_back_what_the_restore_lost(
    server, name, folder, badges, network
):
    """Records of this enrolment and of an earlier one, and a feed that has become shorter."""
    async with lanes.live(folder, network.url) as lane:
        await ready(lane)
        network.cut()
        for text in badges[:3]:
            await lane.scan(text)
    await server.enrol(name, folder)  # epoch 2; three records of epoch 1 wait
    with server.restored_afterwards():
        network.heal()
        async with lanes.live(folder, network.url) as lane:
            await ready(lane)
            await lane.scan(badges[4])
            await all_sent(lane)
            assert len(await server.log(name)) == 4
            ahead = lane.lane.cursor
            await server.import_people(Person("LATER-1"))
            await eventually(lambda: lane.lane.cursor > ahead, "the feed moved on")
            ahead = lane.lane.cursor
        network.cut()
    assert await server.log(name) == []
    async with lanes.live(folder, network.url) as lane:
        await lane.scan(badges[5])
        network.answer_bytes_max = 1500
        network.is_cut = False
        await eventually(lambda: network.broken_off >= 1, "the new snapshot broke off once")
        assert lane.lane.cursor == ahead  # as it was, and deciding
        assert (await lane.scan(badges[6])).decision.admitted
        network.heal()
        await eventually(lambda: lane.lane.cursor < ahead, "the restored feed is shorter")
        await all_sent(lane)
        stored = sorted(await server.log(name), key=lambda record: record.name)
        assert stored == await lane.records()


async def test_a_lane_hears_what_a_restored_server_did_at_positions_it_knew_already(
    server, name, folder, badges, network
):
    """When the lane is back, the restored feed is as long as it was: only its timeline tells."""
    await server.import_people(Person("GONE-1"))
    gone = await server.badge("GONE-1")
    with server.restored_afterwards():
        async with lanes.live(folder, network.url) as lane:
            await ready(lane)
            before = lane.lane.cursor
            await server.import_people(Person("LOST-1"))
            await eventually(lambda: lane.lane.cursor > before, "the lane is ahead of the backup")
            ahead = lane.lane.cursor
    await server.import_people(Person("GONE-1", status="cancelled"))
    await server.import_people(*(Person(f"ANEW-{number}") for number in range(ahead - before)))
    async with lanes.live(folder, network.url) as lane:
        await eventually(lambda: lane.lane.cursor > ahead, "the lane is with the server again")
        assert (await lane.scan(gone)).decision.reason is Reason.CANCELLED


async def test_a_policy_that_cannot_be_read_leaves_the_lane_as_it_was(
    server, name, folder, badges, network
):
    """No server of ours writes such a row: its table is changed by hand, and mended again."""
    async with lanes.live(folder, network.url) as lane:
        await ready(lane)
        network.cut()
        before = lane.lane.cursor
        await server.import_people(Person("PLAIN-1"))
        async with server.database() as database:
            good = await database.fetchval("SELECT body FROM feed WHERE seq = $1", before + 1)
            bad = msgspec.json.encode(FeedRow(seq=before + 1, policy="edition = 'nonsense'"))
            await database.execute(WRITE_ROW, before + 1, bad)
            network.heal()
            await eventually(lambda: "not taken" in lane.sync.status.problem, "the lane says so")
            assert lane.lane.cursor == before
            assert (await lane.scan(badges[0])).decision.admitted
            await database.execute(WRITE_ROW, before + 1, good)
        await eventually(lambda: lane.lane.cursor > before, "the feed goes on")
        await all_sent(lane)
