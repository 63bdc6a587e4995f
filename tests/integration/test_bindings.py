"""A lane speaks of the gate it stood at, and of no other; what else it claims is set aside."""

import pytest

from gate.editions import example
from tests.integration.people import at_ms

MORNING = at_ms("07-08 09:00")
DEVICES = "/api/v1/editions/{edition}/devices"


async def gates(database):
    """Gates of the log's records, in order."""
    return [row["gate"] for row in await database.fetch("SELECT gate FROM log ORDER BY seq")]


async def set_aside(database):
    return [r["why"] for r in await database.fetch("SELECT why FROM quarantine ORDER BY number")]


async def bind(server, device, gate):
    """A one-time code for the device, at this gate from now on."""
    body = {"id": device, "role": "lane", "gate": gate}
    return (await (await server.operator()).post(DEVICES, body)).good()["code"]


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"gate": "ministerial_door", "zone": "ministerial_room"},
         "made at ministerial_door, but in epoch 1 this device stood at west_3"),
        ({"gate": "north_1"}, "made at north_1, but in epoch 1 this device stood at west_3"),
        ({"zone": "ministerial_room"}, "west_3 never led into ministerial_room"),
        ({"zone": "nowhere"}, "west_3 never led into nowhere"),
        ({"gate": None, "zone": "ministerial_room"}, "its gate never led into ministerial_room"),
        ({"gate": None, "zone": "ministerial_room", "kind": "returned", "rights": 9},
         "its gate never led into ministerial_room"),
    ],
)  # fmt: skip
async def test_what_a_lane_says_of_a_door_it_never_stood_at_is_set_aside(
    claims, why, server, database
):
    lane = await server.device("one", "west_3")
    made = [lane.record(n, MORNING + n, holder=n) for n in (1, 2, 3)]
    ack = (await lane.upload(1, made[0], lane.record(2, MORNING, **claims), made[2])).good()
    assert ack == {"acked_through": 3, "quarantined": 1}, "its own records go on"
    assert (await gates(database), await set_aside(database)) == (["west_3"] * 2, [why])
    inside = server.service.appender.known.whereabouts.inside
    assert inside("ministerial_room", server.service.clock.now()) == 0


async def test_a_turned_lane_a_mode_and_rights_given_back_are_its_own_to_tell(server, database):
    lane = await server.device("one", "high_level_door")
    here = {"gate": "high_level_door", "zone": "high_level"}
    made = (
        lane.record(1, MORNING, **here),
        lane.record(2, MORNING + 1, **here, direction="exit", reason="exited"),
        lane.record(3, MORNING + 2, gate=None, zone="high_level", kind="returned", rights=2,
                    reason="zone_full", holder=None),
        lane.record(4, MORNING + 3, gate="high_level_door", zone=None, kind="mode",
                    reason="frozen", holder=None, supervisor=1, why="frozen"),
    )  # fmt: skip
    assert (await lane.upload(1, *made)).good() == {"acked_through": 4, "quarantined": 0}


async def test_records_that_waited_while_a_device_was_moved_are_taken_as_of_where_it_stood(
    server, database
):
    lane = await server.device("one", "west_3")
    waited = lane.record(1, MORNING, holder=1)
    moved = await server.device("one", "plenary_east")
    at_plenary = {"gate": "plenary_east", "zone": "plenary"}
    assert moved.epoch == 2
    (await moved.upload(1, waited, epoch=1)).good()
    (await moved.upload(1, moved.record(1, MORNING + 1, **at_plenary))).good()
    assert await gates(database) == ["west_3", "plenary_east"]
    (await moved.upload(2, moved.record(2, MORNING + 2))).good()
    claimed = lane.record(2, MORNING + 3, gate="north_1")
    (await moved.upload(2, claimed, epoch=1)).good()
    assert sorted(await set_aside(database)) == [
        "made at north_1, but in epoch 1 this device stood at plenary_east, west_3",
        "made at west_3, but in epoch 2 this device stood at plenary_east",
    ]


async def test_a_phone_that_follows_to_another_gate_may_speak_of_both(server, database):
    """It is moved by the code that was made for it, enrolled anew or not."""
    phone = await server.device("phone", "west_3")
    await bind(server, "phone", "north_1")
    hello = (await phone.post("/api/v1/lane/hello", {"epoch": 1})).good()
    assert hello["gate"] == "north_1"
    made = [phone.record(n, MORNING + n, gate=g) for n, g in ((1, "west_3"), (2, "north_1"))]
    assert (await phone.upload(1, *made)).good()["quarantined"] == 0


async def test_of_an_epoch_nobody_noted_a_device_may_speak_of_any_gate_it_stood_at(
    server, database
):
    """As after a restore that lost the enrolment: the device itself knows its last epoch."""
    code = await bind(server, "one", "west_3")
    body = {"code": code, "epoch_before": 6}
    mine = (await (await server.nobody()).post("/api/v1/devices/enrol", body)).good()
    lane = await server.api(token=mine["token"], device="one", epoch=mine["epoch"])
    assert lane.epoch == 7
    lost = lane.record(1, MORNING, epoch=6), lane.record(2, MORNING, epoch=6, gate="north_1")
    assert (await lane.upload(1, *lost, epoch=6)).good() == {"acked_through": 2, "quarantined": 1}
    assert await gates(database) == ["west_3"]


async def test_a_policy_that_moves_a_gate_shuts_out_no_record_of_before(serve, database, tmp_path):
    """Nor of a lane that has not heard of it yet: a gate may have led wherever it ever led."""
    async with serve() as server:
        lane = await server.device("one", "plenary_east")
    moved = tmp_path / "moved.toml"
    before, name, rest = example().partition("[gate.plenary_east]")
    rest = rest.replace('zone = "plenary"', 'zone = "expo"', 1)
    text = before + name + rest
    version = next(line for line in text.splitlines() if line.startswith("version = "))
    moved.write_text(text.replace(version, "version = 99", 1))
    async with serve(policy_file=str(moved)) as server:
        lane = await server.api(token=lane.token, device="one", epoch=1)
        door = {"gate": "plenary_east"}
        made = [
            lane.record(n, MORNING + n, **door, zone=zone)
            for n, zone in enumerate(("plenary", "expo", "high_level"), 1)
        ]
        assert (await lane.upload(1, *made)).good()["quarantined"] == 1
        assert await set_aside(database) == ["plenary_east never led into high_level"]
