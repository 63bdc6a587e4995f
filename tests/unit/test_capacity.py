"""Rights to the last places of a hard zone: what is left, what is fair, what is still out."""

from dataclasses import replace

import pytest

from gate.access.capacity import (
    BY_SERVER,
    Pool,
    decided_by_server,
    entry_lanes,
    freed,
    is_hard,
    rights_used,
    stock,
)
from gate.access.ledger import LogRecord, Move, MoveKind, RecordKind
from gate.access.model import DeviceId, Direction, GateId, Reason, ZoneId
from gate.access.presence import Whereabouts
from tests import venue

POLICY = venue.policy()
ROOM, PLENARY = ZoneId("ministerial_room"), ZoneId("plenary")
ZONE = replace(POLICY.zones[ROOM], capacity=10)
AT = venue.at("07-09 09:00")
LANE = (DeviceId("a"), 1, ROOM)


def record(number: int, **more) -> LogRecord:
    values = {"rights": 1, "zone": ROOM, "reason": Reason.ADMITTED} | more
    at_ms = int(AT.timestamp() * 1000)
    return LogRecord(device=DeviceId("a"), epoch=1, number=number, at_ms=at_ms, holder=number,
                     gate=GateId("ministerial_door"), **values)  # fmt: skip


def test_only_admissions_and_returns_use_rights_up():
    assert rights_used(record(1)) == 1
    assert rights_used(record(1, kind=RecordKind.RETURNED, rights=4)) == 4
    assert rights_used(record(1, kind=RecordKind.ANNULLED, annuls=1)) == 0


def test_a_right_that_was_granted_counts_as_taken_until_the_log_says_what_became_of_it():
    pool, here = Pool(), Whereabouts(POLICY)
    assert pool.left(ZONE, here, AT) == 10
    pool.granted[LANE] = 4
    assert (pool.unaccounted(ROOM), pool.left(ZONE, here, AT)) == (4, 6)
    entered = record(1)
    pool.add(entered)
    here.add(entered)
    assert (pool.unaccounted(ROOM), pool.left(ZONE, here, AT)) == (3, 6)
    pool.add(record(2, kind=RecordKind.RETURNED, rights=3))
    assert (pool.unaccounted(ROOM), pool.left(ZONE, here, AT)) == (0, 9)
    assert pool.unaccounted(PLENARY) == 0


def test_what_an_operator_frees_of_a_lane_that_is_gone_can_be_granted_again_and_no_more():
    pool, here = Pool(), Whereabouts(POLICY)
    other = (DeviceId("a b"), 12, ROOM)
    pool.granted.update({LANE: 4, other: 3})
    pool.add(record(1))
    assert pool.unused() == {LANE: 3, other: 3}
    again = record(7, kind=RecordKind.FREED, rights=3, why="a 1")
    for each in (again, record(8, kind=RecordKind.FREED, rights=2, why="a b 12")):
        assert freed(each) is not None
        pool.add(each)
    assert pool.unused() == {other: 1}
    assert pool.left(ZONE, here, AT) == 9
    pool.add(record(2))  # it was not off: then that person is inside, and no place is made of it
    assert pool.left(ZONE, here, AT) == 9
    assert freed(record(3)) is freed(record(7, kind=RecordKind.FREED, zone=None)) is None


def test_more_used_than_granted_never_makes_places():
    pool = Pool()
    pool.granted[LANE] = 1
    for number in range(1, 5):
        pool.add(record(number))
    pool.add(record(9, zone=None))
    assert pool.unaccounted(ROOM) == 0


def test_what_the_server_admits_takes_its_place_once_and_when_its_record_is_lost_still():
    pool, here = Pool(), Whereabouts(POLICY)
    entered = record(1, rights=0)
    assert decided_by_server(entered)
    pool.add(entered)
    here.add(entered)
    own = (DeviceId("a"), BY_SERVER, ROOM)
    assert (pool.granted[own], pool.lost(), pool.left(ZONE, here, AT)) == (1, {}, 9)
    restored, nobody = Pool(), Whereabouts(POLICY)
    restored.granted[own] = 1
    assert (restored.lost(), restored.left(ZONE, nobody, AT)) == ({own: 1}, 9)
    restored.granted[LANE] = 2
    assert restored.lost() == {own: 1}, "what a lane holds is not the server's own"


@pytest.mark.parametrize(
    "more",
    [{"rights": 1}, {"direction": Direction.EXIT, "reason": Reason.EXITED},
     {"reason": Reason.ZONE_FULL}, {"reason": Reason.EMERGENCY},
     {"kind": RecordKind.ANNULLED, "annuls": 1}],
)  # fmt: skip
def test_refusals_exits_emergencies_and_lanes_own_entries_take_no_right_of_the_server(more):
    pool = Pool()
    pool.add(record(1, **({"rights": 0} | more)))
    assert pool.granted == {}


def test_only_what_is_more_than_known_is_news_to_a_server_that_was_restored():
    pool = Pool()
    pool.granted[LANE] = 4
    before = (DeviceId("a"), 2, ROOM)
    assert pool.news({LANE: 4, before: 1}) == {before: 1}
    assert pool.news({LANE: 9}) == {LANE: 9}
    assert pool.news({LANE: 3}) == {}


def test_an_overfull_zone_has_no_places_left_rather_than_a_negative_number():
    here = Whereabouts(POLICY)
    for holder in range(1, 15):
        at_ms = int(AT.timestamp() * 1000)
        here.take(Move(at_ms, DeviceId("a"), 1, holder, MoveKind.IN, holder, ROOM, GateId("g")))
    assert Pool().left(ZONE, here, AT) == 0


@pytest.mark.parametrize(
    ("want", "left", "lanes", "given"),
    [(5, 100, 4, 5), (50, 100, 4, 25), (5, 1, 4, 1), (5, 0, 4, 0), (0, 100, 4, 0),
     (-3, 100, 4, 0), (5, 3, 0, 3)],
)  # fmt: skip
def test_a_lane_is_given_what_it_wants_up_to_a_fair_part_but_never_less_than_one(
    want, left, lanes, given
):
    pool = Pool()
    pool.granted[LANE] = 7
    assert pool.grant(LANE, want, left, lanes) == 7 + given


def test_what_a_lane_keeps_depends_on_how_many_lanes_lead_in():
    assert entry_lanes(PLENARY, POLICY) == 4
    assert entry_lanes(ZoneId("nowhere"), POLICY) == 0
    assert stock(replace(POLICY.zones[PLENARY], capacity=160), POLICY) == 10
    assert stock(ZONE, POLICY) == 2
    assert stock(replace(ZONE, capacity=None), POLICY) == 1


def test_a_zone_is_hard_when_it_has_a_limit_that_is_meant():
    assert is_hard(ZONE)
    assert not is_hard(replace(ZONE, capacity_hard=False))
    assert not is_hard(replace(ZONE, capacity=None))
