"""What the server makes of rights to a full room: its own admissions, restores, doubt."""

from gate.access.capacity import BY_SERVER
from gate.access.known import Known
from gate.access.model import DeviceId, ZoneId
from gate.access.wire import Granted, OnlineScan
from gate.server.intake import Intake, Presented
from tests import lanes, venue

ROOM, PHONE, LANE = ZoneId("high_level"), DeviceId("phone"), DeviceId("door-1")
AT = venue.at("07-08 09:00")
OWN, HELD = (PHONE, BY_SERVER, ROOM), (LANE, 2, ROOM)


def intake() -> Intake:
    known = Known(venue.policy())
    known.known_until_min = 2**24
    known.keys = {1: venue.key(1)}
    known.profiles = {1: venue.profile("minister", "wsis ai4g")}
    for holder in range(5):
        known.hold(lanes.holder(holder).record())
    server = Intake(known)
    known.places = server.places
    return server


def scan(server: Intake, number: int):
    """The server decides: (what is written before it is committed, whether it admits)."""
    asked = OnlineScan(1, number, lanes.badge(number))
    group = server.take([Presented(PHONE, "high_level_door", asked, AT)], {})
    return group.rights, group.rows[0][1].reason.opens


def left(server: Intake) -> int:
    return server.places(server.known.policy.zones[ROOM], AT)


def test_the_servers_own_admission_is_in_the_book_before_it_is_committed():
    server = intake()
    free = left(server)
    assert scan(server, 1) == ({OWN: 1}, True)
    assert scan(server, 2) == ({OWN: 2}, True)
    assert left(server) == free - 2


def test_who_was_let_in_keeps_the_place_when_the_record_is_lost_also_over_a_failed_commit():
    server = intake()
    free = left(server)
    server.restored({OWN: 3, HELD: 9})
    assert left(server) == free - 3, "a lane's rights are taken over elsewhere"
    scan(server, 1)
    assert left(server) == free - 4
    server.recall(0, {}, {})  # that commit failed; the three are inside all the same
    assert left(server) == free - 3
    assert server.counted() == {OWN: 0}
    assert left(server) == free, "an operator counted: nobody unknown is inside"


def test_a_lane_brings_news_only_where_it_was_granted_more_than_is_known():
    server = intake()
    server.granted(HELD, 5)
    told = (Granted(2, ROOM, 5), Granted(1, ROOM, 2), Granted(3, ROOM, 9), Granted(1, "no", 1))
    assert server.news(LANE, 2, told) == {(LANE, 1, ROOM): 2}


def test_in_doubt_nothing_is_granted_admitted_or_called_back():
    server = intake()
    server.granted(HELD, 5)
    assert server.lease(HELD, 10_000, AT, 0.0) < 10_000
    assert server.short(1.0) == (ROOM,)
    server.in_doubt = True
    assert server.lease(HELD, 3, AT, 0.0) == 5
    assert (left(server), server.short(1.0)) == (0, ())
    assert scan(server, 1) == ({}, False)
