"""The numbers on the wall, one record at a time; an annulled one counts nowhere."""

import pytest

from gate.access.counts import Counts
from gate.access.ledger import LogRecord, MoveKind, RecordKind, merge, move
from gate.access.model import DeviceId, Direction, EventId, GateId, Reason, ZoneId
from tests import venue

DAY = venue.at("07-06 09:00")
NORTH, VENUE = GateId("north_1"), ZoneId("venue")


def record(number: int, time: str = "09:00", **more) -> LogRecord:
    values = {"reason": Reason.ADMITTED, "holder": 1, "events": (EventId("wsis"),),
              "gate": NORTH, "zone": VENUE, "device": DeviceId("a")} | more  # fmt: skip
    at = venue.at(f"07-06 {time}")
    return LogRecord(epoch=1, number=number, at_ms=int(at.timestamp() * 1000), **values)


def annulment(number: int, of: int, **more) -> LogRecord:
    return record(number, "09:05", kind=RecordKind.ANNULLED, annuls=of, **more)


def day(*records: LogRecord):
    counts = Counts(venue.policy())
    for each in records:
        counts.add(each)
    return counts.days[DAY.date()]


def test_a_person_counts_once_a_day_and_every_entry_counts():
    today = day(record(1), record(2, "10:30"), record(3, "10:30", holder=2, events=()))
    assert len(today.entered) == 2
    assert len(today.entered_event["wsis"]) == 1
    assert today.entries_gate[NORTH] == 3
    assert +today.people_minute == {540: 1, 630: 1}


@pytest.mark.parametrize("first", [True, False])
def test_an_annulled_entry_counts_nowhere_whichever_arrives_first(first):
    both = [record(1), annulment(2, of=1)]
    today = day(*(both if first else reversed(both)))
    assert not today.entered
    assert not today.entered_event["wsis"]
    assert not +today.entries_gate
    assert not +today.entries_minute
    assert not +today.people_minute
    assert today.annulled == 1


def test_annulling_the_first_of_two_entries_moves_the_arrival_to_the_second():
    today = day(record(1), record(2, "10:30"), annulment(3, of=1))
    assert len(today.entered) == 1
    assert +today.people_minute == {630: 1}
    assert today.annulled == 1


def test_an_annulment_of_nothing_changes_nothing():
    today = day(record(1), annulment(2, of=77), annulment(3, of=1, device=DeviceId("b")))
    assert len(today.entered) == 1
    assert today.annulled == 0


def test_an_annulled_exit_is_no_exit():
    out = record(1, direction=Direction.EXIT, reason=Reason.EXITED)
    assert day(out).exits_gate[NORTH] == 1
    assert day(out, annulment(2, of=1)).exits_gate[NORTH] == 0


def test_overrides_are_counted_and_annulled_like_any_entry():
    forced = record(1, reason=Reason.OVERRIDDEN, overrides=Reason.WRONG_DAY, events=())
    assert day(forced).overridden == 1
    assert day(forced, annulment(2, of=1)).overridden == 0


def test_an_entry_that_names_nobody_is_an_entry_but_no_person():
    today = day(record(1, reason=Reason.EMERGENCY, holder=None, events=()))
    assert today.entries_gate[NORTH] == 1
    assert not today.entered


def test_a_refusal_counts_by_gate_and_by_reason():
    today = day(record(1, reason=Reason.WRONG_DAY, events=()), record(2, reason=Reason.BLOCKED))
    assert today.refused_gate[NORTH] == 2
    assert today.refused_reason == {Reason.WRONG_DAY: 1, Reason.BLOCKED: 1}
    assert not today.entries_gate


def test_what_was_printed_or_happened_at_no_gate_is_no_entry_but_a_record():
    counts = Counts(venue.policy())
    counts.add(record(1, kind=RecordKind.PRINTED))
    counts.add(record(2, "09:30", gate=None))
    assert counts.records == 2
    assert counts.last_at_ms == record(2, "09:30").at_ms
    assert not counts.days[DAY.date()].entries_gate


def test_who_is_inside_is_asked_of_the_moves():
    counts = Counts(venue.policy())
    counts.add(record(1))
    counts.add(record(2, holder=2))
    assert counts.inside(VENUE, DAY) == 2
    counts.add(record(3, "09:30", direction=Direction.EXIT, reason=Reason.EXITED))
    assert counts.inside(VENUE, DAY) == 1


def test_one_log_is_made_of_many_in_the_order_of_the_scans_each_record_once():
    first, second, other = record(1), record(2, "08:00"), record(1, device=DeviceId("b"))
    assert merge([first, second], [second, other], [first]) == [second, first, other]


# --- which records are moves


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, MoveKind.IN),
        ({"direction": Direction.EXIT, "reason": Reason.EXITED}, MoveKind.OUT),
        ({"reason": Reason.OVERRIDDEN}, MoveKind.IN),
        ({"kind": RecordKind.SWEPT, "holder": None}, MoveKind.SWEPT),
        ({"kind": RecordKind.ANNULLED, "annuls": 7}, MoveKind.ANNULLED),
        ({"kind": RecordKind.ANNULLED}, None),
        ({"kind": RecordKind.PRINTED}, None),
        ({"kind": RecordKind.RETURNED}, None),
        ({"kind": RecordKind.FREED}, None),
        ({"reason": Reason.WRONG_DAY}, None),
        ({"holder": None}, None),
        ({"zone": None}, None),
    ],
)
def test_a_record_is_a_move_when_it_says_that_somebody_moved(more, kind):
    made = move(record(3, **more))
    assert (made.kind if made else None) is kind
    if made is not None:
        assert made.name == ("a", 1, 7 if kind is MoveKind.ANNULLED else 3)
        assert made.holder == (0 if kind is MoveKind.SWEPT else 1)
