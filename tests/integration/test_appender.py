"""One writer: a scan is decided once, a retry changes nothing, nothing odd stops a queue."""

import asyncio
import json

import pytest

from gate.server import appender
from tests.integration import people
from tests.integration.people import at_ms

MINISTER = people.file(people.row("R-MINISTER", "minister"))


async def log_rows(database, columns="device, epoch, number, reason"):
    return [tuple(r) for r in await database.fetch(f"SELECT {columns} FROM log ORDER BY seq")]


async def test_twenty_lanes_scan_one_badge_in_the_same_instant_and_one_admits(server, database):
    await server.import_rows(MINISTER)
    badge = await server.badge("R-MINISTER")
    lanes = [await server.device(f"door-{n}", "high_level_door") for n in range(20)]
    answers = [a.good() for a in await asyncio.gather(*(lane.scan(1, badge) for lane in lanes))]
    assert (
        sorted(a["decision"]["reason"] for a in answers) == ["admitted"] + ["already_inside"] * 19
    )
    refused = next(a["decision"] for a in answers if not a["admitted"])
    assert refused["gate"] == "high_level_door"
    assert refused["since"], "the guard is told when and where the person went in"
    assert len(await log_rows(database)) == 20


async def test_a_retry_gets_the_stored_answer_byte_for_byte(server, database):
    await server.import_rows(MINISTER)
    badge = await server.badge("R-MINISTER")
    lane = await server.device("door-1", "high_level_door")
    first = await lane.scan(1, badge)
    assert first.good()["admitted"]
    # By now the same badge would be refused, for two reasons: it is inside, and it is cancelled.
    assert (await lane.scan(2, badge)).good()["decision"]["reason"] == "already_inside"
    await server.import_rows(people.file(people.row("R-MINISTER", "minister", status="cancelled")))
    assert (await lane.scan(3, badge)).good()["decision"]["reason"] == "cancelled"
    again = await asyncio.gather(*(lane.scan(1, badge) for _ in range(12)))
    assert {a.raw for a in again} == {first.raw}
    assert len(await log_rows(database)) == 3


async def test_the_next_server_gives_a_retry_the_stored_answer_too(serve):
    async with serve() as before:
        await before.import_rows(MINISTER)
        badge = await before.badge("R-MINISTER")
        lane = await before.device("door-1", "high_level_door")
        first = await lane.scan(1, badge)
    async with serve() as after:
        lane = await after.api(token=lane.token, epoch=1)
        assert (await lane.scan(1, badge)).raw == first.raw
        inside = (await lane.scan(2, badge)).good()["decision"]
        assert inside["reason"] == "already_inside", "who is inside is known from the log"


async def test_the_same_number_of_another_device_is_another_scan(server, database):
    await server.import_rows(MINISTER)
    badge = await server.badge("R-MINISTER")
    one, other = await server.device("one", "west_3"), await server.device("other", "west_3")
    assert (await one.scan(1, badge)).good()["admitted"]
    assert (await other.scan(1, badge)).good()["admitted"], "people come and go at the main doors"
    assert [row[:3] for row in await log_rows(database)] == [("one", 1, 1), ("other", 1, 1)]


async def test_the_same_number_after_a_new_enrolment_is_another_scan(server, database):
    lane = await server.device("one")
    first = await lane.scan(1, "hello")
    again = await server.device("one")
    assert again.epoch == lane.epoch + 1
    assert (await lane.scan(2, "hello")).status == 401, "the old token ended with the old epoch"
    assert (await again.scan(1, "hello")).raw == first.raw
    assert [row[:3] for row in await log_rows(database)] == [("one", 1, 1), ("one", 2, 1)]


async def test_twelve_deliveries_of_one_batch_at_once_are_one_row_each(server, database):
    lane = await server.device("one")
    batch = [lane.record(n, at_ms("07-08 08:00") + n, holder=n) for n in range(1, 41)]
    answers = await asyncio.gather(*(lane.upload(1, *batch) for _ in range(12)))
    assert {a.good()["acked_through"] for a in answers} == {40}
    assert {a.good()["quarantined"] for a in answers} == {0}
    assert [row[2] for row in await log_rows(database)] == list(range(1, 41))


ODD = {
    "not a record": (b'{"hello": "world"}', "not a log record"),
    "not an object": (b"[1, 2, 3]", "not a log record"),
    "null": (b"null", "not a log record"),
    "a NUL in a word": ({"reason": "a\0b"}, "not a log record"),
    "a NUL in a name": ({"gate": "a\0b"}, "not a log record"),
    "a time after the year 2100": ({"at_ms": 10**15}, "not a log record"),
    "a generation no badge has": ({"generation": 256}, "not a log record"),
    "an unknown reason": ({"reason": "because"}, "not a log record"),
    "control characters": ({"rule": "a\u0007b"}, "not a log record"),
    "a line end after a name": ({"gate": "west_3\n"}, "not a log record"),
    "a time still to come": ({"at_ms": at_ms("07-08 09:11")}, "its clock was wrong"),
    "an emptied zone": ({"kind": "swept", "holder": None}, "not this device's to make"),
    "another device's record": ({"device": "somebody"}, "names itself"),
    "another number": ({"number": 77}, "names itself"),
    "another epoch": ({"epoch": 9}, "names itself"),
    "a nest of lists": (b'{"x": ' + b"[" * 300 + b"]" * 300 + b"}", "not a log record"),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_record_is_kept_aside_with_the_reason_and_the_queue_moves_on(
    name, server, database
):
    odd, why = ODD[name]
    lane = await server.device("one")
    good = [lane.record(n, at_ms("07-08 08:00"), holder=n) for n in (1, 2, 3)]
    sent = odd if isinstance(odd, bytes) else good[1] | odd
    ack = (await lane.upload(1, good[0], sent, good[2])).good()
    assert ack == {"acked_through": 3, "quarantined": 1}
    assert [row[2] for row in await log_rows(database)] == [1, 3]
    kept = await database.fetch("SELECT number, why, body FROM quarantine")
    assert [each["number"] for each in kept] == [2]
    assert why in kept[0]["why"]
    expected = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    assert json.loads(kept[0]["body"]) == json.loads(expected), "kept as it came"
    again = (await lane.upload(1, good[0], sent, good[2])).good()
    assert again["acked_through"] == 3
    assert await database.fetchval("SELECT count(*) FROM quarantine") == 1


async def test_bytes_that_are_no_text_are_kept_aside_and_hold_up_no_other_device(server, database):
    """Both uploads are one commit: what one device sends must not fail the other's."""
    lane, other = await server.device("one"), await server.device("two")
    odd = b'{"why": "\xff\xfe"}'
    good = other.record(1, at_ms("07-08 08:00"))
    acks = await asyncio.gather(*(lane.upload(1, odd), other.upload(1, good)) * 3)
    assert [ack.good()["acked_through"] for ack in acks] == [1] * 6
    assert "not a log record" in await database.fetchval("SELECT why FROM quarantine")
    assert await database.fetchval("SELECT body FROM quarantine") == odd


async def test_a_printers_queue_moves_on_over_bytes_that_are_no_text(server):
    printer = await server.device("p", None, "printer")
    assert (await printer.upload(1, b'{"why": "\xff"}')).good()["acked_through"] == 1


async def test_numbers_far_beyond_what_is_held_are_refused_and_cost_no_memory(server):
    lane = await server.device("one")
    record = lane.record(10_002, at_ms("07-08 08:00"))
    for answer in (await lane.upload(10_002, record), await lane.scan(10_002, "hello")):
        assert (answer.status, answer.title) == (409, "Too far ahead")
    assert (await lane.upload(1, lane.record(1, at_ms("07-08 08:00")))).good()
    assert (await lane.upload(10_001, lane.record(10_001, at_ms("07-08 08:00")))).status == 200


async def test_another_record_under_a_number_already_kept_is_set_aside(server, database):
    lane = await server.device("one")
    kept, other = (lane.record(1, at_ms("07-08 08:00"), holder=h) for h in (1, 2))
    await lane.upload(1, kept)
    assert (await lane.upload(1, other)).good() == {"acked_through": 1, "quarantined": 1}
    assert await log_rows(database, "holder") == [(1,)]
    assert "already kept" in await database.fetchval("SELECT why FROM quarantine")


async def test_acknowledged_is_only_what_is_held_without_a_gap(server):
    lane = await server.device("one")
    record = {n: lane.record(n, at_ms("07-08 08:00"), holder=n) for n in range(1, 8)}

    async def upload(*numbers):
        answer = await lane.upload(numbers[0], *(record[n] for n in numbers))
        return answer.good()["acked_through"]

    assert await upload(3, 4) == 0
    assert await upload(1) == 1
    assert await upload(6, 7) == 1
    assert await upload(2) == 4
    assert await upload(5) == 7
    hello = (await lane.post("/api/v1/lane/hello", {"epoch": 1})).good()
    assert hello["acked_through"] == 7


async def test_the_next_server_knows_what_was_acknowledged(serve):
    async with serve() as before:
        lane = await before.device("one")
        record = {n: lane.record(n, at_ms("07-08 08:00"), holder=n) for n in range(1, 7)}
        await lane.upload(1, record[1], record[2], b"[]")
        await lane.upload(5, record[5])
    async with serve() as after:
        lane = await after.api(token=lane.token, epoch=1)
        welcome = (await lane.post("/api/v1/lane/hello", {"epoch": 1})).good()
        assert welcome["acked_through"] == 3, "what is set aside counts as held"
        assert (await lane.upload(4, record[4])).good()["acked_through"] == 5


async def test_records_of_an_epoch_never_given_are_refused_with_words(server):
    lane = await server.device("one")
    answer = await lane.upload(1, lane.record(1, 0, epoch=2), epoch=2)
    assert answer.status == 422
    assert "epoch 2 was never given" in answer.json["detail"]


async def test_the_log_is_dense_in_the_order_of_commits_and_so_is_the_feed(server, database):
    lanes = [await server.device(f"lane-{n}") for n in range(6)]

    async def busy(lane):
        for number in range(1, 11):
            (await lane.upload(number, lane.record(number, at_ms("07-08 08:00")))).good()

    async def changes():
        for n in range(8):
            await server.import_rows(
                people.file(people.row(f"R-{n:04}", events=f"wsis: {6 + n % 5}"))
            )

    await asyncio.gather(changes(), *map(busy, lanes))
    log = await log_rows(database, "seq")
    assert log == [(n,) for n in range(1, 61)]
    feed = await log_rows_of_feed(database)
    assert feed == list(range(1, len(feed) + 1))
    told = (await lanes[0].get("/api/v1/lane/feed?after=0")).good()
    assert [row["seq"] for row in told["rows"]] == feed
    assert told["head"] == len(feed)


async def log_rows_of_feed(database):
    return [r["seq"] for r in await database.fetch("SELECT seq FROM feed ORDER BY seq")]


async def test_a_lane_that_waits_for_the_feed_is_told_at_once(server):
    lane = await server.device("one")
    head = (await lane.get("/api/v1/lane/feed?after=0")).good()["head"]
    waiting = asyncio.create_task(lane.get(f"/api/v1/lane/feed?after={head}&wait=25"))
    await asyncio.sleep(0)
    await server.import_rows(MINISTER)
    told = (await waiting).good()
    assert [row["seq"] for row in told["rows"]] == list(range(head + 1, told["head"] + 1))
    assert told["head"] > head


async def test_a_lane_ahead_of_the_feed_is_told_to_take_a_snapshot(server):
    lane = await server.device("one")
    answer = await lane.get("/api/v1/lane/feed?after=1000")
    assert answer.status == 409
    assert "snapshot" in answer.json["detail"]


async def test_an_answer_is_given_only_after_the_commit(server, database):
    """While the table is locked nothing can be stored, so nobody may be told anything."""
    await server.import_rows(MINISTER)
    badge = await server.badge("R-MINISTER")
    lane = await server.device("one")
    async with database.transaction():
        await database.execute("LOCK TABLE log IN SHARE MODE")
        waiting = [
            asyncio.create_task(lane.scan(1, badge)),
            asyncio.create_task(lane.upload(2, lane.record(2, at_ms("07-08 08:00")))),
        ]
        done, _ = await asyncio.wait(waiting, timeout=0.5)
        assert not done
    for each in waiting:
        (await each).good()
    assert len(await log_rows(database)) == 2


async def test_more_than_may_wait_is_told_to_try_again_and_loses_nothing(
    serve, database, monkeypatch
):
    monkeypatch.setattr(appender, "QUEUE_MAX", 5)
    monkeypatch.setattr(appender, "JOBS_PER_COMMIT", 5)
    async with serve() as server:
        lane = await server.device("one")
        record = {n: lane.record(n, at_ms("07-08 08:00"), holder=n) for n in range(1, 31)}
        async with database.transaction():
            await database.execute("LOCK TABLE log IN SHARE MODE")
            sent = {n: asyncio.create_task(lane.upload(n, record[n])) for n in record}
            refused, _ = await asyncio.wait(sent.values(), return_when=asyncio.FIRST_COMPLETED)
            assert {(each.result().status, each.result().title) for each in refused} == {
                (503, "Busy")
            }
            assert all(each.result().headers["Retry-After"] for each in refused)
        answers = {n: await each for n, each in sent.items()}
        assert {a.status for a in answers.values()} == {200, 503}
        kept = {n for n, a in answers.items() if a.status == 200}
        assert {row[2] for row in await log_rows(database)} == kept
        for n in set(record) - kept:
            (await lane.upload(n, record[n])).good()
        assert {row[2] for row in await log_rows(database)} == set(record)
