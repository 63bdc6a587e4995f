"""Commanding the venue, and what devices and questions may not change."""

import json

import pytest

from tests.integration import people
from tests.integration.people import at_ms

EDITION = "/api/v1/editions/{edition}"
REACH = f"{EDITION}/reach"


async def heard(device, cursor: int) -> dict:
    body = {"epoch": device.epoch, "cursor": cursor}
    return (await device.post("/api/v1/lane/hello", body)).good()


async def test_an_order_counts_as_heard_by_lanes_alone_and_names_those_it_did_not_reach(
    server, operator
):
    near, far, cut_off = [await server.device(f"west-3-{n}") for n in "abc"]
    printer = await server.device("desk-printer", None, "printer")
    for each in (near, far, cut_off, printer):
        await heard(each, 0)
    ordered = await operator.post(f"{EDITION}/mode", {"mode": "frozen"})
    assert ordered.good()["mode"] == "frozen"
    await operator.post(f"{EDITION}/devices/west-3-c/revoke")
    head = (await heard(near, 0))["head"]
    await heard(near, head)
    said = (await operator.get(REACH)).good()
    assert said == {"head": head, "lanes": 2, "reached": 1, "behind": ["west-3-b"]}
    assert (await heard(far, head))["head"] == head
    assert (await operator.get(REACH)).good()["behind"] == []


async def test_the_roll_call_names_who_is_inside_and_how_fresh_each_gates_word_is(server, operator):
    await server.import_rows(people.file(people.canary()))
    lane = await server.device("west-3-a")
    assert (await lane.scan(1, await server.badge("R-CANARY"))).good()["admitted"]
    await heard(lane, 0)
    said = (await operator.get(f"{EDITION}/zones/venue/inside")).good()
    (person,) = said["people"]
    assert person["name"] == "Quillonette Brambleforth"
    assert person["gate"] == "west_3"
    assert [gate["gate"] for gate in said["gates"]] == ["west_3"]
    assert said["gates"][0]["silent_s"] is not None
    assert (await operator.get(f"{EDITION}/zones/cellar/inside")).status == 404
    (await operator.post(f"{EDITION}/zones/venue/sweep")).good()
    assert (await operator.get(f"{EDITION}/zones/venue/inside")).good()["people"] == []


@pytest.mark.parametrize(
    ("moment", "answer"),
    [("07-08 09:00", "admitted"), ("07-08 03:00", "too_early"), ("07-20 09:00", "expired")],
)
async def test_a_question_about_a_badge_is_answered_whole_and_stores_and_counts_nothing(
    server, operator, database, moment, answer
):
    await server.import_rows(people.file(people.canary()))
    before = (await operator.get(f"{EDITION}/recount")).good()
    asked = {"registration": "R-CANARY", "gate": "west_3", "at_ms": at_ms(moment)}
    said = (await operator.post(f"{EDITION}/explain", asked)).good()
    assert said["reason"] == answer
    assert said["steps"][-1]["verdict"].startswith(f"{answer} (")
    assert all(step["verdict"] == "passes" for step in said["steps"][:-1])
    assert await database.fetchval("SELECT count(*) FROM log") == 0
    assert (await operator.get(f"{EDITION}/recount")).good() == before


async def test_a_retired_supervisor_is_told_to_lanes_and_a_new_pin_keeps_the_number(operator):
    body = {"name": "Sam Sample", "pin": "48291357"}
    first = (await operator.post(f"{EDITION}/supervisors", body)).good()
    again = (await operator.post(f"{EDITION}/supervisors", body | {"pin": "73910582"})).good()
    assert again["number"] == first["number"]
    assert (await operator.post(f"{EDITION}/supervisors", body | {"pin": "12"})).status == 422
    (await operator.post(f"{EDITION}/supervisors/{first['number']}/retire")).good()
    (listed,) = (await operator.get(f"{EDITION}/supervisors")).good()
    assert listed["active"] is False
    assert (await operator.post(f"{EDITION}/supervisors/999/retire")).status == 404


# --- devices and searches


async def test_a_lane_scans_for_its_own_gate_whatever_it_says(server, database):
    await server.import_rows(people.file(people.canary()))
    lane = await server.device("west-3-a", "west_3")
    body = {"epoch": lane.epoch, "number": 1, "text": await server.badge("R-CANARY"),
            "gate": "ministerial_door", "zone": "ministerial_room"}  # fmt: skip
    assert (await lane.post("/api/v1/scans", body)).good()["admitted"]
    record = json.loads(await database.fetchval("SELECT body FROM log"))
    assert (record["gate"], record["zone"]) == ("west_3", "venue")
    exit_only = await server.device("exit-6-a", "exit_6", direction="exit")
    said = (await exit_only.scan(1, await server.badge("R-CANARY"))).good()
    assert said["decision"]["reason"] == "wrong_gate"


async def test_a_lane_says_how_wrong_its_clock_is(server, operator):
    lane = await server.device("west-3-a")
    body = {"epoch": lane.epoch, "cursor": 0, "now_ms": at_ms("07-10 09:00")}
    (await lane.post("/api/v1/lane/hello", body)).good()
    (device,) = (await operator.get(f"{EDITION}/devices")).good()
    assert device["clock_off_ms"] == pytest.approx(2 * 24 * 3_600_000, abs=60_000)
    assert device["clock_error_ms"] is None


async def test_a_slow_call_is_no_wrong_clock(server, operator):
    lane = await server.device("west-3-a")
    sent_ms = at_ms("07-08 09:00") - 300_000  # the hello was five minutes on its way
    body = {"epoch": lane.epoch, "cursor": 0, "now_ms": sent_ms, "error_ms": 300_000}
    (await lane.post("/api/v1/lane/hello", body)).good()
    (device,) = (await operator.get(f"{EDITION}/devices")).good()
    assert device["clock_off_ms"] == pytest.approx(0, abs=60_000)
    assert device["clock_error_ms"] == 300_000
