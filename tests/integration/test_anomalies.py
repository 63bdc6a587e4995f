"""What only the whole log shows: listed by badge number, and a person only for who may look."""

import base64

import pytest

from gate.access.badge_number import number
from tests.integration import people
from tests.integration.calls import eventually
from tests.integration.people import at_ms, row
from tests.integration.test_photos import picture

ANOMALIES = "/api/v1/editions/{edition}/anomalies"
PHOTO = "/api/v1/editions/{edition}/registrations/R-ANA1/photo"
EAST, WEST = "plenary_east", "plenary_west"


@pytest.fixture
async def doubled(server):
    """Ana's badge went in at two doors of one room while these did not know of each other."""
    await server.import_rows(
        people.file(row("R-ANA1", given="Ana", family="Sample"), row("R-BEA1", given="Bea"))
    )
    holder = await server.service.pool.fetchval(
        "SELECT holder FROM registration WHERE code = 'R-ANA1'"
    )
    await _enters(server, holder)
    return server, number(holder)


async def _enters(server, holder: int) -> None:
    for gate, moment in ((EAST, "07-08 09:00"), (WEST, "07-08 09:05")):
        lane = await server.device(gate.replace("_", "-"), gate)
        record = lane.record(1, at_ms(moment), gate=gate, zone="plenary", holder=holder)
        assert (await lane.upload(1, record)).good()["acked_through"] == 1

    async def shown() -> bool:
        return bool(server.service.live.review.of(holder))

    await eventually(shown)


async def test_the_list_has_badge_numbers_gates_and_times_and_no_name(doubled):
    server, badge = doubled
    viewer = await server.staff("operations")
    answer = await viewer.get(ANOMALIES)
    assert answer.good() == [
        {
            "kind": "double", "badge": badge, "zone": "plenary", "gate": WEST,
            "at_ms": at_ms("07-08 09:05"), "earlier_gate": EAST,
            "earlier_at_ms": at_ms("07-08 09:00"),
        }
    ]  # fmt: skip
    assert b"Sample" not in answer.raw
    assert (await viewer.get(f"{ANOMALIES}?day=2026-07-07")).good() == []
    assert (await viewer.get(f"{ANOMALIES}?day=someday")).status == 422


async def test_who_may_look_sees_person_photo_gates_and_times_once_and_on_record(doubled, database):
    server, badge = doubled
    chief, desk = await server.staff("supervisor", name="Sam"), await server.staff("desk")
    before = (await chief.get(f"{ANOMALIES}/{badge}")).good()
    assert before["person"] == {
        "name": "Ana Sample", "category": "Delegate", "organisation": "Example Org",
        "country": "Atlantis", "photo": "",
    }  # fmt: skip
    assert (await desk.post(PHOTO, picture())).status == 204
    answer = await chief.get(f"{ANOMALIES}/{badge.lower().replace('-', '')}")
    looked = answer.good()
    assert answer.headers["Cache-Control"] == "no-store"
    assert base64.b64decode(looked["person"]["photo"]) == (await desk.get(PHOTO)).raw
    (found,) = looked["anomalies"]
    assert (found["earlier_gate"], found["gate"]) == (EAST, WEST)
    audited = await database.fetch("SELECT who, about FROM audit WHERE what LIKE 'looked into%'")
    assert [tuple(each) for each in audited] == [("Sam", badge)] * 2


async def test_nobody_is_shown_who_stands_in_no_anomaly(doubled):
    server, badge = doubled
    chief, viewer = await server.staff("supervisor"), await server.staff("operations")
    bea = await server.service.pool.fetchval(
        "SELECT holder FROM registration WHERE code = 'R-BEA1'"
    )
    for odd in (number(bea), "R-ANA1", "1", "x" * 300, "~", "%00", "%ff"):
        assert (await chief.get(f"{ANOMALIES}/{odd}")).status == 404, odd
    assert (await viewer.get(f"{ANOMALIES}/{badge}")).status == 403


async def test_a_badge_nobody_is_registered_under_is_told_so(server):
    await _enters(server, 7)
    chief = await server.staff("supervisor")
    looked = (await chief.get(f"{ANOMALIES}/{number(7)}")).good()
    assert looked["person"] is None
    assert [each["kind"] for each in looked["anomalies"]] == ["double"]
