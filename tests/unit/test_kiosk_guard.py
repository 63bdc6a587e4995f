"""What a guard or supervisor may do at a lane, what is offered when, and what comes of it."""

from datetime import timedelta

import msgspec
import pytest

from gate.access.badge_number import number
from gate.access.model import Direction, Mode, Reason
from gate.edge.store import LaneStore
from gate.words.words import Words
from kiosk.guard import AGAIN_WITHIN, Act, Guard, What
from kiosk.roll_call import roll_call
from tests import lanes, venue
from tests.lanes import NINE
from tests.unit.test_edge_supervision import CHIEF, PIN

EARLY = venue.at("07-05 09:00")
ROUND_TABLE = venue.at("07-09 09:00")


@pytest.fixture
def store(tmp_path):
    store = LaneStore(tmp_path / "lane.sqlite")
    yield store
    store.close()


class Door:
    """A lane with its guard."""

    def __init__(self, store, gate: str = lanes.GATE, category: str = "delegate") -> None:
        self.lane = lanes.Lane(store, lanes.identity(gate=gate))
        profile = venue.profile(category, "wsis ai4g dialogue ministerial")
        self.lane.take(
            msgspec.structs.replace(lanes.snapshot(), supervisors=(CHIEF,), profiles=(profile,))
        )
        self.guard = Guard(self.lane, Words("en"))

    def show(self, number: int, at=NINE):
        shown = self.lane.scan(lanes.badge(number), at)
        self.guard.scanned(lanes.badge(number), shown)
        return shown.decision.reason

    def do(self, what: What, at=NINE, **more):
        return self.guard.do(Act(what, **more), at)


def test_nothing_can_be_undone_or_overridden_before_anything_happened(store):
    door = Door(store)
    assert set(door.guard.may(NINE)) == {What.FREEZE, What.OPEN}
    assert not door.do(What.UNDO).good
    assert not door.do(What.LOOKED).good


def test_after_an_entry_it_can_be_undone_once(store):
    door = Door(store)
    door.show(1)
    assert What.UNDO in door.guard.may(NINE)
    assert door.do(What.UNDO).good
    assert What.UNDO not in door.guard.may(NINE)
    assert not door.do(What.UNDO).good
    assert door.lane.roll_call(NINE) == []


def test_a_turnstile_that_did_not_turn_undoes_the_entry_by_itself(store):
    door = Door(store)
    door.show(1)
    assert door.guard.not_turned(NINE).good
    assert [r.why for r in store.records() if r.annuls] == ["not turned"]
    assert not door.guard.not_turned(NINE).good, "it turns for nobody twice"


def test_a_second_look_is_confirmed_by_the_guard_alone(store):
    door = Door(store, "ministerial_door", "minister")
    door.lane.rights.grant("ministerial_room", 5)
    assert door.show(1, ROUND_TABLE) is Reason.SECOND_LOOK
    assert What.LOOKED in door.guard.may(ROUND_TABLE)
    done = door.do(What.LOOKED, ROUND_TABLE)
    assert done.scan.decision.reason is Reason.ADMITTED


def test_a_confirmation_that_comes_too_late_needs_the_badge_again(store):
    door = Door(store, "ministerial_door", "minister")
    door.lane.rights.grant("ministerial_room", 5)
    door.show(1, ROUND_TABLE)
    late = ROUND_TABLE + AGAIN_WITHIN + timedelta(seconds=1)
    assert What.LOOKED not in door.guard.may(late)
    assert not door.do(What.LOOKED, late).good


def test_an_override_needs_a_reason_and_a_supervisor(store):
    door = Door(store)
    door.show(1, EARLY)
    assert What.OVERRIDE in door.guard.may(EARLY)
    assert "reason" in door.do(What.OVERRIDE, EARLY, pin=PIN).words
    assert not door.do(What.OVERRIDE, EARLY, pin="999999", why="protocol").good
    done = door.do(What.OVERRIDE, EARLY, pin=PIN, why="protocol")
    assert done.scan.decision.reason is Reason.OVERRIDDEN


def test_without_a_pin_the_supervisors_own_badge_is_asked_for(store):
    door = Door(store)
    door.show(1, EARLY)
    assert door.do(What.OVERRIDE, EARLY, why="protocol").ask
    done = door.do(What.OVERRIDE, EARLY, why="protocol", badge=lanes.badge(9))
    assert done.scan.decision.admitted
    assert not door.do(What.FREEZE, EARLY, badge=lanes.badge(1)).good


def test_a_forged_badge_is_never_offered_an_override(store):
    door = Door(store)
    forged = venue.badge(venue.FORGER)
    door.guard.scanned(forged, door.lane.scan(forged, NINE))
    assert What.OVERRIDE not in door.guard.may(NINE)
    assert not door.do(What.OVERRIDE, pin=PIN, why="protocol").good


def test_a_supervisor_freezes_opens_and_gives_back_this_lane(store):
    door = Door(store)
    assert door.do(What.FREEZE, pin=PIN).good and door.lane.mode is Mode.FROZEN
    assert door.show(1) is Reason.FROZEN
    assert What.NORMAL in door.guard.may(NINE) and What.FREEZE not in door.guard.may(NINE)
    assert door.do(What.OPEN, pin=PIN).good
    assert door.show(2) is Reason.EMERGENCY
    assert door.do(What.NORMAL, pin=PIN).good
    assert door.show(3) is Reason.ADMITTED


def test_only_a_gate_with_two_ways_can_be_turned(store):
    assert What.TURN not in Door(store).guard.may(NINE)
    both = Door(store, "west_3")
    assert What.TURN in both.guard.may(NINE)
    assert both.do(What.TURN, pin=PIN).good
    assert both.lane.direction is Direction.EXIT
    assert both.show(1) is Reason.EXITED
    one = Door(store)
    assert not one.do(What.TURN, pin=PIN).good


def test_too_many_wrong_pins_are_told_with_the_time_they_are_taken_again(store):
    door = Door(store)
    for _ in range(5):
        door.do(What.FREEZE, pin="000000")
    assert "09:10" in door.do(What.FREEZE, pin=PIN).words


def test_the_roll_call_names_badges_gates_and_times_and_how_fresh_it_is(store):
    door = Door(store)
    door.show(1)
    door.show(2, NINE + timedelta(minutes=5))
    later = NINE + timedelta(minutes=10)
    text = roll_call(
        door.lane.roll_call(later), door.lane.policy, Words("en"), later, "heard 3 s ago"
    )
    first, second, gate, _, *people = text.splitlines()
    assert "2026-07-07 09:10:00" in first and "2 inside" in first
    assert second == "heard 3 s ago"
    assert gate.split() == ["Gate", "1", "North", "2", "09:05:00"]
    assert people[0].startswith(number(lanes.FIRST_HOLDER + 2)) and people[0].endswith("09:05")
    assert len(people) == 2
