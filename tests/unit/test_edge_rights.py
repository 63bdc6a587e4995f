"""A lane's rights to a hard zone: spent once, kept over a crash, asked for and given back."""

import msgspec
import pytest

from gate.access.ledger import RecordKind
from gate.access.model import Override, Reason, ZoneId
from gate.access.wire import Granted
from gate.edge.store import LaneStore
from tests import lanes, venue

ROOM, DOOR = ZoneId("high_level"), "high_level_door"
AT = venue.at("07-08 09:00")


@pytest.fixture
def store(tmp_path):
    store = LaneStore(tmp_path / "lane.sqlite")
    yield store
    store.close()


def ready(store, epoch: int = 1):
    lane = lanes.Lane(store, lanes.identity(gate=DOOR, epoch=epoch))
    minister = venue.profile("minister", "wsis ai4g")
    lane.take(msgspec.structs.replace(lanes.snapshot(), profiles=(minister,)))
    return lane


def reasons(lane, *numbers):
    return [lane.scan(lanes.badge(n), AT).decision.reason for n in numbers]


def test_without_rights_nobody_enters_a_hard_zone_and_with_two_two_do(store):
    lane = ready(store)
    assert reasons(lane, 1) == [Reason.ZONE_FULL]
    lane.rights.grant(ROOM, 2)
    assert reasons(lane, 1, 2, 3) == [Reason.ADMITTED, Reason.ADMITTED, Reason.ZONE_FULL]


def test_rights_are_neither_lost_nor_spent_twice_over_a_restart(store):
    lane = ready(store)
    lane.rights.grant(ROOM, 2)
    reasons(lane, 1)
    again = lanes.Lane(store, lanes.identity(gate=DOOR))
    assert again.rights.left(ROOM) == 1
    assert reasons(again, 2, 3) == [Reason.ADMITTED, Reason.ZONE_FULL]


def test_an_answer_that_comes_twice_or_late_grants_nothing_twice(store):
    lane = ready(store)
    for total in (3, 3, 2):
        lane.rights.grant(ROOM, total)
    assert lane.rights.left(ROOM) == 3


def test_another_enrolment_begins_without_the_old_ones_rights(store):
    ready(store).rights.grant(ROOM, 5)
    assert ready(store, epoch=2).rights.left(ROOM) == 0


def test_what_an_earlier_enrolment_left_unused_goes_back_through_its_own_log(store):
    first = ready(store)
    first.rights.grant(ROOM, 5)
    reasons(first, 1, 2)
    first.outbox.acknowledged(1, 2)
    ready(store, epoch=2).rights.grant(ROOM, 3)  # and nobody came
    lane = ready(store, epoch=3)
    lane.rights.grant(ROOM, 2)
    assert lane.give_back_earlier(AT)
    returned = [r for r in store.records() if r.kind is RecordKind.RETURNED]
    assert [(r.epoch, r.number, r.rights, r.zone) for r in returned] == [
        (1, 3, 3, ROOM), (2, 1, 3, ROOM)
    ]  # fmt: skip
    assert lane.rights.left(ROOM) == 2, "its own it keeps"
    assert lane.outbox.batch(9) == returned[:1]
    lane.outbox.acknowledged(1, 3)
    assert lane.outbox.batch(9) == returned[1:]
    for each in (lane, ready(store, epoch=3)):
        assert not each.give_back_earlier(AT), "once"


def test_the_server_is_told_of_every_right_ever_granted_also_of_earlier_enrolments(store):
    first = ready(store)
    assert first.rights.ever == ()
    first.rights.grant(ROOM, 5)
    reasons(first, 1, 2)
    second = ready(store, epoch=2)
    assert second.rights.ever == (Granted(1, ROOM, 5),), "used or not"
    second.rights.grant(ROOM, 2)
    assert second.rights.ever == (Granted(2, ROOM, 2), Granted(1, ROOM, 5))
    assert ready(store, epoch=3).rights.ever == second.rights.ever


def test_half_the_stock_gone_is_when_a_lane_asks_for_more(store):
    lane = ready(store)
    full = 600 // 4
    assert lane.rights_wanted() == full
    lane.rights.grant(ROOM, full)
    assert lane.rights_wanted() == 0
    lane.rights.grant(ROOM, full // 2)
    assert lanes.Lane(store, lanes.identity(gate="north_1")).rights_wanted() == 0


def test_what_is_given_back_is_in_the_log_and_gone_here(store):
    lane = ready(store)
    lane.rights.grant(ROOM, 5)
    lane.give_back(ROOM, AT)
    (returned,) = store.records()
    assert (returned.kind, returned.rights) == (RecordKind.RETURNED, 4)
    assert lane.rights.left(ROOM) == 1
    lane.give_back(ROOM, AT)
    assert len(list(store.records())) == 1, "the last one is kept"


def test_who_enters_with_a_supervisors_word_still_needs_a_place(store):
    lane = ready(store)
    before = venue.at("07-05 09:00")
    refused = lane.scan(lanes.badge(1), before, override=Override(3, "protocol"))
    assert refused.decision.reason is Reason.ZONE_FULL
    lane.rights.grant(ROOM, 1)
    assert lane.scan(lanes.badge(1), before, override=Override(3, "protocol")).decision.admitted
    assert lane.rights.left(ROOM) == 0


def test_who_is_known_inside_needs_a_place_too(store):
    """In a zone that is soft about it: they may have left by a door this lane has not heard of,
    and their place be given to another lane since."""
    lane = lanes.Lane(store, lanes.identity(gate="plenary_east"))
    lane.take(lanes.snapshot())
    at = venue.at("07-07 09:00")
    lane.rights.grant(ZoneId("plenary"), 2)
    for left in (1, 0):
        assert lane.scan(lanes.badge(1), at).decision.admitted
        assert lane.rights.left(ZoneId("plenary")) == left
    assert lane.scan(lanes.badge(1), at).decision.reason is Reason.ZONE_FULL
