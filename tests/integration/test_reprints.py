"""Re-prints: reserve -> print -> the printer says done -> the new badge alone is good."""

import asyncio

import msgspec
import pytest

from gate.access.model import Reason
from gate.access.wire import Feed, Snapshot
from gate.server.desk.reprints import settle_all
from tests import lanes, venue
from tests.integration import people
from tests.integration.calls import eventually
from tests.integration.people import row

EDITION = "/api/v1/editions/{edition}"
PEOPLE = "/api/v1/editions/{edition}/registrations"
ANA = f"{PEOPLE}/R-ANA1"
REPRINTS = f"{ANA}/reprints"
STATION = "/api/v1/printer/reprints"


@pytest.fixture
async def week(server):
    await server.import_rows(people.file(row("R-ANA1", given="Ana", family="Duval")))
    return server


@pytest.fixture
async def desk(week):
    return await week.staff("desk", name="Amina")


@pytest.fixture
async def station(week):
    return await week.device("hall-printer", None, "printer")


async def reserve(desk, reason="lost", printer="hall-printer"):
    return await desk.post(REPRINTS, {"reason": reason, "printer": printer})


async def printed(station, number, badge):
    """The station's own log says that the badge came out."""
    record = {
        "device": station.device, "epoch": station.epoch, "number": number, "kind": "printed",
        "at_ms": people.at_ms("07-08 09:01"), "reason": "admitted",
        "holder": badge["holder"], "generation": badge["generation"],
    }  # fmt: skip
    return (await station.upload(number, record)).good()


async def test_two_kiosks_without_a_network_print_one_number_and_another_print_ends_both(
    week, desk, station
):
    holder = await week.service.pool.fetchval("SELECT holder FROM registration")
    badge, operator = {"holder": holder, "generation": 1}, await week.operator()
    kiosks = [await week.device(name, None, "kiosk") for name in ("kiosk-1", "kiosk-2")]
    await printed(kiosks[0], 1, badge)
    assert (await desk.get(ANA)).good()["copies"] == []
    for _ in range(2):  # the answer was lost, and it sends again
        await printed(kiosks[1], 1, badge)
    person = (await desk.get(ANA)).good()
    assert [each["device"] for each in person["copies"]] == ["kiosk-1", "kiosk-2"]
    assert [each["act"] for each in person["history"]] == ["copies"], "told once"

    async def told():
        counts = (await operator.get("/api/v1/editions/{edition}/counts?day=2026-07-08")).good()
        return [(each["gate"], each["earlier_gate"]) for each in counts["anomalies"]]

    await eventually(lambda: _is([("kiosk-2", "kiosk-1")], told))
    made = (await reserve(desk)).good()
    (await station.post(f"{STATION}/{made['id']}/done")).good()
    assert (await desk.get(ANA)).good()["copies"] == []
    await eventually(lambda: _is([], told))


async def _is(value, ask):
    return await ask() == value


async def test_the_desk_is_told_of_the_kiosk_that_prints_and_the_kiosk_of_the_desk(week, desk):
    kiosk = await week.device("kiosk-1", None, "kiosk")
    holder = await week.service.pool.fetchval("SELECT holder FROM registration")
    badge = {"holder": holder, "generation": 1}
    answers = await asyncio.gather(
        kiosk.post("/api/v1/kiosk/reservations", badge), reserve(desk, "first", "")
    )
    granted, desk_may = answers[0].good()["granted"], answers[1].status == 200
    assert granted != desk_may, "one of them prints, the other is told"
    if desk_may:
        (await desk.post(f"{EDITION}/reprints/{answers[1].good()['id']}/failed", {})).good()
        assert (await kiosk.post("/api/v1/kiosk/reservations", badge)).good()["granted"]
    refused = await reserve(desk, "first", "")
    assert refused.title == "A kiosk prints it"
    assert "kiosk-1" in refused.json["detail"]
    assert (await desk.get(ANA)).good()["kiosk"]["device"] == "kiosk-1"
    assert (await reserve(desk, "misprint", "")).good()["generation"] == 2, "the way on"


async def test_the_old_badge_goes_on_until_the_new_one_is_out_and_is_dead_then(week, desk, station):
    lane, old = await week.device("door"), await week.badge("R-ANA1")
    made = (await reserve(desk)).good()
    assert (made["generation"], made["state"], made["who"]) == (2, "reserved", "Amina")
    assert (await lane.scan(1, old)).good()["admitted"], "it is not printed yet"
    [order] = (await station.get(STATION)).good()
    assert (order["id"], order["badge"]["generation"]) == (made["id"], 2)
    assert (await station.post(f"{STATION}/{made['id']}/done")).good()["state"] == "printed"
    assert (await lane.scan(2, old)).good()["decision"]["reason"] == "replaced"
    assert (await lane.scan(3, order["badge"]["text"])).good()["admitted"]
    now = (await desk.get(ANA)).good()
    assert (now["generation"], now["printed"]) == (2, [2])
    assert [(h["act"], h["who"], h["why"]) for h in now["history"]] == [
        ("printed", "hall-printer", ""), ("reprint", "Amina", "lost"),
    ]  # fmt: skip
    assert (await station.get(STATION)).good() == []


async def test_a_failed_print_leaves_the_person_with_the_badge_they_have(week, desk, station):
    lane, old = await week.device("door"), await week.badge("R-ANA1")
    made = (await reserve(desk)).good()
    answer = await station.post(f"{STATION}/{made['id']}/failed", {"why": "out of paper"})
    assert (answer.good()["state"], answer.json["why"]) == ("failed", "out of paper")
    assert (await lane.scan(1, old)).good()["admitted"]
    again = (await reserve(desk)).good()
    assert again["generation"] == 3, "the number of a badge that may lie in a tray is not reused"


async def test_one_badge_of_a_person_is_printed_at_a_time(desk, station):
    made = (await reserve(desk)).good()
    answer = await reserve(desk)
    assert (answer.status, answer.title) == (409, "Being printed")
    (await desk.post(f"/api/v1/editions/{{edition}}/reprints/{made['id']}/done")).good()
    assert (await reserve(desk)).status == 200


async def test_a_first_print_keeps_its_generation_and_happens_once(week, desk, station):
    made = (await reserve(desk, "first")).good()
    assert made["generation"] == 1
    (await station.post(f"{STATION}/{made['id']}/done")).good()
    answer = await reserve(desk, "first")
    assert (answer.status, answer.title) == (409, "Printed already")


async def test_a_badge_a_kiosk_has_printed_needs_a_reason_for_another(week, desk):
    kiosk = await week.device("kiosk", None, "kiosk")
    holder = await week.service.pool.fetchval("SELECT holder FROM registration")
    badge = {"holder": holder, "generation": 1}
    await printed(kiosk, 1, badge)
    assert (await desk.get(ANA)).good()["printed"] == [1]
    assert (await reserve(desk, "first", "")).status == 409


async def test_the_stations_log_alone_puts_the_new_badge_in_force(week, desk, station):
    made = (await reserve(desk)).good()
    badge = (await station.get("/api/v1/printer/badges/R-ANA1")).good()
    assert badge["generation"] == 2, "whoever prints her badge now prints the reserved one"
    await printed(station, 1, badge)
    assert (await desk.get(ANA)).good()["generation"] == 2
    assert (await station.post(f"{STATION}/{made['id']}/done")).good()["state"] == "printed"


async def test_a_record_that_came_just_before_a_stop_is_settled_at_the_start(
    week, desk, station, database
):
    (await reserve(desk)).good()
    badge = (await station.get("/api/v1/printer/badges/R-ANA1")).good()
    await printed(station, 1, badge)
    await database.execute("UPDATE reprint SET state = 'reserved', ended_ms = NULL")
    await database.execute("UPDATE registration SET generation = 1")
    await settle_all(week.service)
    assert (await desk.get(ANA)).good()["generation"] == 2


async def test_a_hold_stays_a_hold_whatever_the_printer_says(week, desk, station):
    lane, made = await week.device("door"), (await reserve(desk)).good()
    [order] = (await station.get(STATION)).good()
    version = (await desk.get(ANA)).good()["version"]
    (await desk.post(f"{ANA}/hold", {"version": version})).good()
    (await station.post(f"{STATION}/{made['id']}/done")).good()
    now = (await desk.get(ANA)).good()
    assert (now["status"], now["generation"]) == ("blocked", 2)
    assert (await lane.scan(1, order["badge"]["text"])).good()["decision"]["reason"] == "blocked"
    assert (await reserve(desk)).title == "On hold"


async def test_a_badge_corrected_while_it_prints_is_signed_for_what_holds_now(week, desk, station):
    made = (await reserve(desk)).good()
    days = [{"event": "wsis", "days": ["2026-07-08"]}]
    body = {"version": 1, "correction": {"entitlements": days}}
    (await desk.post(f"{ANA}/correct", body)).good()
    (await station.post(f"{STATION}/{made['id']}/done")).good()
    rows = await week.service.pool.fetch("SELECT generation, issue, profile FROM badge")
    newest = max((r["generation"], r["issue"], r["profile"]) for r in rows)
    assert newest == (2, 2, 2)


async def test_a_station_answers_only_for_its_own_prints(week, desk, station):
    made = (await reserve(desk)).good()
    other = await week.device("other-printer", None, "printer")
    assert (await other.get(STATION)).good() == []
    for number in (made["id"], 99, "x", -1, 2**70):
        assert (await other.post(f"{STATION}/{number}/done")).status == 404


async def test_a_printer_that_is_not_there_is_named(desk, station):
    answer = await reserve(desk, printer="nowhere")
    assert (answer.status, "hall-printer" in answer.json["detail"]) == (422, True)


async def test_a_lane_without_network_refuses_the_old_badge_once_it_saw_the_new_one(
    week, desk, station, tmp_path
):
    api = await week.device("door")
    old = await week.badge("R-ANA1")
    made = (await reserve(desk)).good()
    [order] = (await station.get(STATION)).good()
    raw = (await api.get("/api/v1/lane/snapshot")).raw
    snapshot = msgspec.json.decode(raw, type=Snapshot)
    (await station.post(f"{STATION}/{made['id']}/done")).good()
    rows = (await api.get(f"/api/v1/lane/feed?after={snapshot.cursor}")).raw
    at = venue.at("07-08 09:05")
    for heard in ("the new badge itself", "the feed"):
        folder = tmp_path / heard
        folder.mkdir()
        lane, kept = lanes.lane(folder, lanes.identity("door", gate="west_3"))
        lane.take(snapshot)
        if heard == "the feed":
            lane.apply(msgspec.json.decode(rows, type=Feed))
        else:
            assert lane.scan(old, at).decision.admitted, "it has heard of nothing"
            assert lane.scan(order["badge"]["text"], at).decision.admitted
        assert lane.scan(old, at).decision.reason is Reason.REPLACED
        kept.close()


async def test_the_next_server_refuses_the_old_badge_too_once_it_saw_the_new_one(serve):
    """The new one is at the door before its printer said so; then the server starts anew."""
    async with serve() as before:
        await before.import_rows(people.file(row("R-ANA1", given="Ana", family="Duval")))
        station, old = (
            await before.device("hall-printer", None, "printer"),
            await before.badge("R-ANA1"),
        )
        await reserve(await before.staff("desk", name="Amina"))
        [order] = (await station.get(STATION)).good()
        lane = await before.device("door")
        assert (await lane.scan(1, old)).good()["admitted"]
        assert (await lane.scan(2, order["badge"]["text"])).good()["admitted"]
        assert (await lane.scan(3, old)).good()["decision"]["reason"] == "replaced"
        other = await before.device("another-door")
        made_up = other.record(1, people.at_ms("07-08 08:59"), holder=order["badge"]["holder"])
        (await other.upload(1, made_up | {"generation": 9})).good()
    async with serve() as after:
        lane = await after.api(token=lane.token, epoch=1)
        assert (await lane.scan(4, old)).good()["decision"]["reason"] == "replaced"
        assert (await lane.scan(5, order["badge"]["text"])).good()["admitted"], (
            "a lane's word is no badge"
        )
