"""Supervisors at a lane: PIN or own badge, wrong tries, how often, what their word can do."""

import sqlite3
from datetime import timedelta

import msgspec
import pytest
from nacl import pwhash

from gate.access.ledger import Move, MoveKind, RecordKind
from gate.access.model import (
    DeviceId,
    Direction,
    Flag,
    GateId,
    Mode,
    Override,
    Reason,
    Status,
    ZoneId,
)
from gate.access.wire import FeedRow, Supervisor
from gate.edge.acts import NotAnnulled, ms
from gate.edge.store import LaneStore
from gate.edge.supervision import LOCK, TRIES
from tests import lanes, venue
from tests.lanes import NINE

PIN = "24681012"
WRONG = "00000000"
VERIFIER = pwhash.argon2id.str(
    PIN.encode(), pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN
).decode()
CHIEF = Supervisor(3, VERIFIER, lanes.FIRST_HOLDER + 9)
RETIRED = Supervisor(4, VERIFIER, lanes.FIRST_HOLDER + 8, active=False)
TOO_EARLY = venue.at("07-05 09:00")
"""The day before the week: every badge is refused for the day."""


@pytest.fixture
def store(tmp_path):
    store = LaneStore(tmp_path / "lane.sqlite")
    yield store
    store.close()


def ready(store, gate: str = lanes.GATE, **who):
    lane = lanes.Lane(store, lanes.identity(gate=gate, **who))
    lane.take(msgspec.structs.replace(lanes.snapshot(), supervisors=(RETIRED, CHIEF)))
    return lane


def test_a_pin_names_its_supervisor_and_another_pin_nobody(store):
    lane = ready(store)
    assert lane.supervisor(NINE, pin=PIN) == CHIEF
    for wrong in ("24681013", "", "2468101\u0660", f"{PIN}\n", "1" * 40, "abc"):
        assert lane.supervisor(NINE, pin=wrong) is None
        assert lane.supervisor(NINE, pin=PIN) == CHIEF


def test_five_wrong_pins_lock_the_keypad_for_ten_minutes_also_for_the_right_one(store):
    lane = ready(store)
    for _ in range(TRIES):
        assert lane.supervisor(NINE, pin=WRONG) is None
    assert lane.supervision.locked_until(NINE) == NINE + LOCK
    assert lane.supervisor(NINE + LOCK - timedelta(seconds=1), pin=PIN) is None
    assert lane.supervisor(NINE + LOCK, pin=PIN) == CHIEF


def test_a_right_pin_clears_the_count_of_wrong_ones(store):
    lane = ready(store)
    for _ in range(3):
        for _ in range(TRIES - 1):
            assert lane.supervisor(NINE, pin=WRONG) is None
        assert lane.supervisor(NINE, pin=PIN) == CHIEF
    assert lane.supervision.locked_until(NINE) is None


def test_wrong_pins_count_over_a_restart_and_so_does_the_right_one(store):
    for _ in range(TRIES - 1):
        assert ready(store).supervisor(NINE, pin=WRONG) is None
    assert ready(store).supervisor(NINE, pin=PIN) == CHIEF
    for tried in range(TRIES):
        lane = ready(store)
        assert lane.supervision.locked_until(NINE) is None, f"after {tried}"
        assert lane.supervisor(NINE, pin=WRONG) is None
    assert ready(store).supervision.locked_until(NINE) == NINE + LOCK


def test_who_tries_while_it_is_locked_locks_it_no_longer(store):
    lane = ready(store)
    for second in range(60):
        assert lane.supervisor(NINE + timedelta(seconds=second), pin=WRONG) is None
    assert lane.supervisor(NINE + LOCK, pin=PIN) == CHIEF


def test_a_full_disk_keeps_no_supervisor_away(store, monkeypatch, caplog):
    lane = ready(store)

    def full(_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "set_wrong_pins", full)
    for _ in range(TRIES - 1):
        assert lane.supervisor(NINE, pin=WRONG) is None
    assert lane.supervisor(NINE, pin=PIN) == CHIEF
    for _ in range(TRIES):
        assert lane.supervisor(NINE, pin=WRONG) is None
    assert lane.supervision.locked_until(NINE) == NINE + LOCK, "in memory it counts all the same"


def test_a_supervisors_own_badge_serves_instead_and_nobody_elses(store):
    lane = ready(store)
    assert lane.supervisor(NINE, badge=lanes.badge(9)) == CHIEF
    assert lane.supervisor(NINE, badge=lanes.badge(1)) is None
    assert lane.supervisor(NINE, badge=lanes.badge(8)) is None, "retired"
    forged = venue.badge(venue.FORGER, holder=lanes.FIRST_HOLDER + 9)
    assert lane.supervisor(NINE, badge=forged) is None
    assert lane.supervisor(NINE, badge="246810") is None


def test_a_supervisors_badge_that_was_blocked_or_replaced_has_no_word_not_even_in_an_emergency(
    store,
):
    lane = ready(store)
    row = FeedRow(101, holder=lanes.holder(9, status=Status.BLOCKED))
    lane.apply(lanes.feed(row))
    assert lane.supervisor(NINE, badge=lanes.badge(9)) is None
    lane.set_mode(Mode.EMERGENCY_OPEN, NINE, 3)
    assert lane.supervisor(NINE, badge=lanes.badge(9)) is None


def test_at_an_exit_and_before_the_week_a_supervisor_is_still_one(store):
    lane = ready(store, gate="exit_6", direction=Direction.EXIT)
    assert lane.supervisor(NINE, badge=lanes.badge(9)) == CHIEF
    assert lane.supervisor(TOO_EARLY, badge=lanes.badge(9)) == CHIEF


def test_an_override_admits_with_the_reason_it_was_needed_for(store):
    lane = ready(store)
    override = Override(3, "protocol")
    shown = lane.scan(lanes.badge(1), TOO_EARLY, override=override)
    assert shown.decision.reason is Reason.OVERRIDDEN
    assert (shown.record.overrides, shown.record.supervisor, shown.record.why) == (
        Reason.TOO_EARLY,
        3,
        "protocol",
    )
    plain = lane.scan(lanes.badge(2), NINE, override=override)
    assert plain.decision.reason is Reason.ADMITTED, "not needed, so not flagged"
    assert plain.record.overrides is None and plain.record.supervisor is None


def test_a_lane_overrides_only_so_often_in_an_hour_also_after_a_restart(store):
    lane = ready(store)
    most = lane.policy.overrides_per_hour
    override = Override(3, "protocol")
    for n in range(most):
        shown = lane.scan(lanes.badge(n % 9), TOO_EARLY + timedelta(seconds=n), override=override)
        assert shown.decision.admitted
    later = TOO_EARLY + timedelta(minutes=30)
    assert lane.scan(lanes.badge(1), later, override=override).decision.reason is Reason.TOO_EARLY
    again = lanes.Lane(store, lanes.identity())
    assert again.scan(lanes.badge(1), later, override=override).decision.reason is Reason.TOO_EARLY
    free = TOO_EARLY + timedelta(hours=1)
    assert again.scan(lanes.badge(1), free, override=override).decision.admitted


def test_no_override_for_a_badge_that_is_forged_blocked_or_replaced(store):
    lane = ready(store)
    rows = (
        FeedRow(101, holder=lanes.holder(2, status=Status.BLOCKED)),
        FeedRow(102, holder=lanes.holder(3, generation=2)),
    )
    lane.apply(lanes.feed(*rows))
    for text in (venue.badge(venue.FORGER), lanes.badge(2), lanes.badge(3)):
        assert not lane.scan(text, NINE, override=Override(3, "protocol")).decision.admitted


# --- undoing


def test_an_entry_given_by_mistake_no_longer_counts_and_the_badge_may_enter_again(store):
    lane = ready(store, gate="high_level_door")
    lane.rights.grant("high_level", 5)
    lane.take(
        msgspec.structs.replace(
            lanes.snapshot(), profiles=(venue.profile("minister", "wsis ai4g"),)
        )
    )
    at = venue.at("07-08 09:00")
    first = lane.scan(lanes.badge(1), at)
    assert first.decision.reason is Reason.ADMITTED
    assert lane.scan(lanes.badge(1), at).decision.reason is Reason.ALREADY_INSIDE
    undone = lane.annul(first.record.number, at + timedelta(minutes=1))
    assert (undone.kind, undone.annuls, undone.holder) == (
        RecordKind.ANNULLED,
        first.record.number,
        first.record.holder,
    )
    assert lane.scan(lanes.badge(1), at).decision.reason is Reason.ADMITTED
    assert [r.number for r in store.records()] == [1, 2, 3, 4], "all of it stays in the log"


def test_what_cannot_be_undone_says_why(store, caplog):
    lane = ready(store)
    refused = lane.scan(lanes.badge(1), TOO_EARLY)
    entered = lane.scan(lanes.badge(1), NINE)
    number = entered.record.number
    assert lane.annul(refused.record.number, NINE) is NotAnnulled.NO_ADMISSION
    assert lane.annul(99, NINE) is NotAnnulled.NO_ADMISSION
    late = NINE + timedelta(minutes=15, seconds=1)
    assert lane.annul(number, late) is NotAnnulled.TOO_LATE
    assert lane.annul(number, NINE + timedelta(minutes=15)).annuls == number
    assert lane.annul(number, NINE) is NotAnnulled.ALREADY
    again = lanes.Lane(store, lanes.identity())
    assert again.annul(number, NINE) is NotAnnulled.ALREADY, "also after a restart"
    tried = [each.getMessage() for each in caplog.records]
    assert f"record {number} was not annulled: too_late" in tried, "the attempt is on record"
    assert len(tried) == 5


# --- this lane alone


def test_a_lane_opened_for_an_emergency_opens_for_everybody_and_stays_open_over_a_restart(store):
    lane = ready(store)
    lane.set_mode(Mode.EMERGENCY_OPEN, NINE, 3)
    assert lane.scan("anything", NINE).decision.reason is Reason.EMERGENCY
    again = lanes.Lane(store, lanes.identity())
    assert again.scan("anything", NINE).decision.reason is Reason.EMERGENCY
    again.set_mode(Mode.NORMAL, NINE, 3)
    assert again.scan("anything", NINE).decision.reason is Reason.UNREADABLE
    assert [(r.why, r.supervisor) for r in store.records() if r.kind is RecordKind.MODE] == [
        ("emergency_open", 3),
        ("normal", 3),
    ]


def test_the_venues_newer_word_ends_the_lanes_own(store):
    lane = ready(store)
    lane.set_mode(Mode.EMERGENCY_OPEN, NINE, 3)
    lane.apply(lanes.feed(FeedRow(101, mode=Mode.NORMAL)))
    assert lane.mode is Mode.NORMAL
    assert lanes.Lane(store, lanes.identity()).mode is Mode.NORMAL


def test_an_emergency_does_not_wait_for_a_disk_that_fails(store):
    lane = ready(store)
    store.close()
    lane.set_mode(Mode.EMERGENCY_OPEN, NINE, 3)
    assert lane.scan("anything", NINE).decision.admitted


def test_a_lane_that_was_cut_off_forgets_everybody_and_admits_nobody(store):
    lane = ready(store)
    lane.scan(lanes.badge(1), NINE)
    lane.wipe()
    assert not lane.scan(lanes.badge(1), NINE).decision.admitted
    assert store.snapshot() is None
    assert lanes.Lane(store, lanes.identity()).policy is None
    assert len(list(store.records())) == 1, "what happened stays: it names nobody"


def test_who_is_inside_can_be_asked_without_a_network(store):
    lane = ready(store)
    for n in (1, 2):
        lane.scan(lanes.badge(n), NINE + timedelta(minutes=n))
    assert [made.holder - lanes.FIRST_HOLDER for made in lane.roll_call(NINE)] == [2, 1]


def test_who_was_inside_when_the_zone_was_swept_is_let_back_in_and_marked(store):
    lane = ready(store)
    assert Flag.READMITTED not in lane.scan(lanes.badge(1), NINE).decision.flags
    swept_ms = int((NINE + timedelta(minutes=5)).timestamp() * 1000)
    sweep = Move(
        swept_ms, DeviceId("~server"), 1, 1, MoveKind.SWEPT, 0, ZoneId("venue"), GateId("")
    )
    lane.apply(msgspec.structs.replace(lanes.feed(), head=100, moves=(sweep,), moves_through=7))
    assert lane.roll_call(NINE + timedelta(minutes=6)) == []
    back = lane.scan(lanes.badge(1), NINE + timedelta(minutes=10))
    assert back.decision.flags == (Flag.READMITTED,)
    assert lane.moves_through == 7


def test_a_lane_whose_clock_lags_admits_after_the_sweep_it_has_heard_of(store):
    lane = ready(store)
    swept = NINE + timedelta(minutes=5)
    sweep = Move(
        ms(swept), DeviceId("~server"), 1, 1, MoveKind.SWEPT, 0, ZoneId("venue"), GateId("")
    )
    lane.apply(msgspec.structs.replace(lanes.feed(), head=100, moves=(sweep,), moves_through=7))
    behind = swept - timedelta(milliseconds=800)
    for badge in (1, 2):
        shown = lane.scan(lanes.badge(badge), behind)
        assert shown.decision.admitted
        assert shown.record.at_ms == ms(swept)
        assert len(lane.roll_call(swept + timedelta(seconds=1))) == badge
        lane = lanes.Lane(store, lanes.identity())  # as after a moment without power


def test_what_other_lanes_saw_is_known_here_also_after_a_restart(store):
    lane = ready(store, gate="high_level_door")
    minister = venue.profile("minister", "wsis ai4g")
    lane.take(msgspec.structs.replace(lanes.snapshot(), profiles=(minister,)))
    lane.rights.grant("high_level", 5)
    at = venue.at("07-08 09:00")
    entered = Move(
        int(at.timestamp() * 1000), DeviceId("other"), 1, 1, MoveKind.IN, lanes.FIRST_HOLDER + 1,
        ZoneId("high_level"), GateId("high_level_door"),
    )  # fmt: skip
    lane.apply(msgspec.structs.replace(lanes.feed(), head=100, moves=(entered,), moves_through=9))
    again = lanes.Lane(store, lanes.identity(gate="high_level_door"))
    shown = again.scan(lanes.badge(1), at + timedelta(minutes=1))
    assert shown.decision.reason is Reason.ALREADY_INSIDE
    assert again.moves_through == 9
