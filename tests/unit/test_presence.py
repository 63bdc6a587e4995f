"""Presence as the roll-call and a starting lane ask for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gate.access.decide import decide
from gate.access.ledger import Move, MoveKind
from gate.access.model import DeviceId, GateId, Reason, ZoneId
from gate.access.presence import BEHIND_MAX, Whereabouts
from tests import venue

VENUE, PLENARY = ZoneId("venue"), ZoneId("plenary")
MORNING = venue.at("07-07 09:00")


def made(number: int, at, kind=MoveKind.IN, holder: int = 1, zone: ZoneId = PLENARY) -> Move:
    at_ms = int(at.timestamp() * 1000)
    return Move(at_ms, DeviceId("a"), 1, number, kind, holder, zone, GateId("plenary_east"))


def told(*moves: Move) -> Whereabouts:
    whereabouts = Whereabouts(venue.policy())
    for each in moves:
        whereabouts.take(each)
    return whereabouts


def test_the_roll_call_names_who_is_inside_and_where_they_entered():
    one, two = made(1, MORNING), made(2, MORNING + timedelta(minutes=1), holder=2)
    left = made(3, MORNING + timedelta(minutes=2), MoveKind.OUT)
    here = told(one, two, left)
    now = MORNING + timedelta(hours=1)
    assert list(here.who(PLENARY, now)) == [(2, two)]
    assert dict(here.who(VENUE, now)) == {1: one, 2: two}, "the hall's door is in the venue"
    assert here.moves(1) == (one, left)
    assert here.moves(9) == ()


def test_who_only_left_was_never_inside():
    here = told(made(1, MORNING, MoveKind.OUT))
    assert list(here.who(PLENARY, MORNING)) == []
    assert here.inside(PLENARY, MORNING) == 0


@pytest.mark.parametrize("zone", [VENUE, PLENARY])
def test_a_lane_that_starts_now_knows_what_one_that_ran_all_week_knows(zone):
    yesterday = MORNING - timedelta(days=1)
    moves = [
        made(1, yesterday),
        made(2, yesterday + timedelta(hours=1), MoveKind.OUT),
        made(3, yesterday, holder=2, zone=VENUE),
        made(4, MORNING - timedelta(hours=1), MoveKind.SWEPT, holder=0, zone=VENUE),
        made(5, MORNING, holder=3),
        made(6, MORNING, MoveKind.OUT, holder=4),
    ]
    old = told(*moves)
    new = told(*old.relevant(MORNING))
    for holder in (2, 3, 4):
        assert new.presence(zone, holder, MORNING) == old.presence(zone, holder, MORNING)
    assert new.inside(zone, MORNING) == old.inside(zone, MORNING) == 1
    assert made(1, yesterday) in list(old.relevant(yesterday))


def test_a_sweep_told_twice_empties_the_zone_once():
    swept = made(2, MORNING + timedelta(minutes=5), MoveKind.SWEPT, holder=0)
    here = told(made(1, MORNING), swept, swept, made(3, MORNING + timedelta(minutes=9)))
    later = MORNING + timedelta(minutes=10)
    assert here.inside(PLENARY, later) == 1
    assert here.presence(PLENARY, 1, later).inside
    assert len(list(here.relevant(MORNING))) == 3


def test_without_a_checkout_hour_who_entered_is_inside_until_they_leave():
    zones = {z: replace(each, checkout=None) for z, each in venue.policy().zones.items()}
    here = Whereabouts(replace(venue.policy(), zones=zones))
    here.take(made(1, MORNING))
    assert here.inside(PLENARY, MORNING + timedelta(days=3)) == 1
    usual = told(made(1, MORNING))
    assert usual.inside(PLENARY, MORNING + timedelta(days=1)) == 0


def test_a_starting_lane_hears_of_an_exit_whose_entry_is_not_told_yet():
    """The entry lane was cut off over night: what it tells in the morning is over."""
    yesterday = MORNING - timedelta(days=1)
    left = made(2, yesterday + timedelta(hours=1), MoveKind.OUT)
    new = told(*told(left).relevant(MORNING))
    new.take(made(1, yesterday))
    assert list(new.who(PLENARY, yesterday + timedelta(hours=2))) == []


def test_a_starting_lane_hears_of_an_annulment_whose_entry_is_not_told_yet():
    annulment = made(1, MORNING, MoveKind.ANNULLED)
    new = told(*told(annulment).relevant(MORNING))
    new.take(made(1, MORNING))
    assert list(new.who(PLENARY, MORNING)) == []


def answer(rule: dict, at, *moves: Move):
    """What a delegate hears at the plenary's door, whose zone is set so."""
    plenary = replace(venue.policy().zones[PLENARY], **rule)
    policy = replace(venue.policy(), zones={**venue.policy().zones, PLENARY: plenary})
    here = Whereabouts(policy)
    for each in moves:
        here.take(each)
    facts = replace(venue.facts(), presence=here.presence(PLENARY, 1, at))
    return decide(replace(venue.scan("plenary_east", "07-07 09:00"), at=at), facts, policy)


def test_a_zone_with_one_entry_a_day_refuses_the_second_after_an_exit():
    gone = MORNING + timedelta(minutes=20)
    moves = made(1, MORNING), made(2, gone, MoveKind.OUT)
    later = gone + timedelta(minutes=1)
    assert answer({"entries_per_day": None}, later, *moves).admitted
    assert answer({"entries_per_day": 2}, later, *moves).admitted
    refused = answer({"entries_per_day": 1}, later, *moves)
    assert (refused.reason, refused.since) == (Reason.DAY_LIMIT, MORNING)
    tomorrow = MORNING + timedelta(days=1)
    assert answer({"entries_per_day": 1}, tomorrow, *moves).admitted


def test_too_soon_after_the_last_entry_is_told_from_when_and_a_first_entry_never_is():
    rule, later = {"passback_min": 10}, MORNING + timedelta(minutes=4)
    moves = made(1, MORNING), made(2, MORNING + timedelta(minutes=1), MoveKind.OUT)
    assert answer(rule, MORNING).admitted
    refused = answer(rule, later, *moves)
    assert refused.reason is Reason.TOO_SOON
    assert refused.opens_at == MORNING + timedelta(minutes=10)
    assert answer(rule, MORNING + timedelta(minutes=10), *moves).admitted


def test_a_sweep_that_was_heard_of_is_past_however_the_clock_lags():
    swept = MORNING + timedelta(minutes=5)
    here = told(made(1, MORNING), made(2, swept, MoveKind.SWEPT, holder=0, zone=VENUE))
    behind = swept - timedelta(milliseconds=800)
    assert here.dated(behind) == here.dated(swept - BEHIND_MAX) == swept
    assert here.dated(swept) == swept
    later = swept + timedelta(milliseconds=1)
    assert here.dated(later) == later
    here.take(made(3, here.dated(behind), holder=2))
    assert [holder for holder, _ in here.who(PLENARY, later)] == [2]


def test_a_sweep_that_a_wrong_clock_dated_draws_no_other_clock_along():
    swept = MORNING + timedelta(hours=2)
    here = told(made(1, swept, MoveKind.SWEPT, holder=0))
    just_too_far = swept - BEHIND_MAX - timedelta(milliseconds=1)
    for at in (MORNING, just_too_far):
        assert here.dated(at) == at
    assert told(made(1, swept)).dated(swept - timedelta(seconds=1)) < swept, "no sweep at all"
