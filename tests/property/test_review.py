"""What only the whole log shows: doubles across a partition, hurries, revoked badges let in."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, Flag, GateId, Reason, Status, ZoneId
from gate.access.review import AnomalyKind, Review
from tests import venue

POLICY = venue.policy()
ROOM_GATE, HALL_GATE = "high_level_door", "plenary_east"
HOLDER = 5


def scan(device: str, number: int, moment: str, gate: str | None = ROOM_GATE, **more) -> LogRecord:
    out = more.pop("out", False)
    values = {
        "device": DeviceId(device),
        "epoch": 1,
        "number": number,
        "at_ms": int(venue.at(moment).timestamp() * 1000),
        "gate": GateId(gate) if gate else None,
        "zone": POLICY.gates[GateId(gate)].zone if gate else None,
        "holder": HOLDER,
        "reason": Reason.EXITED if out else Reason.ADMITTED,
        "direction": Direction.EXIT if out else Direction.ENTRY,
    }
    return LogRecord(**(values | more))


def found(*records: LogRecord, revoked: dict | None = None) -> list[tuple]:
    review = Review(POLICY, (revoked or {}).get)
    for record in records:
        review.add(record)
    return [(a.kind, a.later.device, a.earlier and a.earlier.device) for a in review.anomalies()]


def test_one_badge_let_in_twice_by_two_lanes_is_reported_on_the_later_scan():
    early, late = scan("b", 1, "07-08 09:00"), scan("a", 1, "07-08 09:30")
    assert found(late, early) == [(AnomalyKind.DOUBLE, "a", "b")]
    assert found(early, late) == [(AnomalyKind.DOUBLE, "a", "b")]


def test_who_left_in_between_entered_twice_rightly_even_if_the_exit_comes_last():
    early, late = scan("a", 1, "07-08 09:00"), scan("b", 1, "07-08 09:30")
    left = scan("c", 1, "07-08 09:10", out=True)
    assert found(early, late, left) == []


def test_who_was_elsewhere_in_between_came_back_rightly():
    steps = scan("a", 1, "07-08 09:00"), scan("c", 1, "07-08 09:10", HALL_GATE)
    assert found(*steps, scan("b", 1, "07-08 09:30")) == []


def test_the_night_in_between_empties_the_room():
    assert found(scan("a", 1, "07-08 18:00"), scan("b", 1, "07-09 09:00")) == []


def test_a_lane_that_knew_surprises_nobody():
    early = scan("a", 1, "07-08 09:00")
    flagged = scan("b", 1, "07-08 09:30", flags=(Flag.ALREADY_INSIDE,))
    forced = scan("b", 1, "07-08 09:30", reason=Reason.OVERRIDDEN, overrides=Reason.ALREADY_INSIDE)
    assert found(early, flagged) == found(early, forced) == []


def test_a_badge_faster_than_walking():
    steps = scan("a", 1, "07-08 09:00:00", "north_1"), scan("b", 1, "07-08 09:00:19", "south_4")
    assert found(*steps) == [(AnomalyKind.HURRY, "b", "a")]
    walked = scan("b", 1, "07-08 09:00:20", "south_4")
    assert found(steps[0], walked) == []


def printed(device: str, moment: str, generation: int | None = 1, **more) -> LogRecord:
    return scan(device, 1, moment, None, kind=RecordKind.PRINTED, generation=generation, **more)


def copies(*records: LogRecord, in_force: int = 1) -> list[tuple]:
    answers = set()
    for order in permutations(records):
        review = Review(POLICY, lambda _: None, generation_of=lambda _: in_force)
        for record in order:
            review.add(record)
        answers.add(tuple((a.kind, a.later.device, a.earlier.device) for a in review.anomalies()))
    [answer] = answers
    return list(answer)


def test_two_kiosks_that_printed_one_number_are_told_once_until_a_newer_is_in_force():
    first, second = printed("a", "07-08 09:00"), printed("b", "07-08 09:20")
    third = printed("c", "07-08 09:10")
    assert copies(first, second) == [(AnomalyKind.COPIES, "b", "a")]
    assert copies(first, second, third) == [(AnomalyKind.COPIES, "b", "a")]
    assert copies(first, second, in_force=2) == []
    assert copies(first, printed("a", "07-08 09:30")) == [], "one printer, one badge"
    assert copies(first, printed("b", "07-08 09:20", 2)) == [], "a re-print"
    assert copies(first, printed("b", "07-08 09:20", holder=6)) == []
    assert copies(printed("a", "07-08 09:00", None), printed("b", "07-08 09:00", None)) == []
    nobody = printed("a", "07-08 09:00", holder=None), printed("b", "07-08 09:00", holder=None)
    assert copies(*nobody) == []


def test_a_badge_cancelled_before_it_was_admitted_and_not_one_cancelled_after():
    entered = scan("a", 1, "07-08 09:00")
    before, after = entered.at_ms - 1, entered.at_ms + 1
    revoked = [(AnomalyKind.REVOKED, "a", None)]
    assert found(entered, revoked={HOLDER: (Status.CANCELLED, before)}) == revoked
    assert found(entered, revoked={HOLDER: (Status.BLOCKED, before)}) == revoked
    assert found(entered, revoked={HOLDER: (Status.CANCELLED, after)}) == []
    assert found(entered, revoked={HOLDER: (Status.PENDING, before)}) == []


def test_an_annulled_entry_is_no_double():
    early, late = scan("a", 1, "07-08 09:00"), scan("b", 1, "07-08 09:30")
    undone = scan("b", 2, "07-08 09:31", kind=RecordKind.ANNULLED, annuls=1)
    assert found(early, late, undone) == found(undone, early, late) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.booleans()), max_size=9),
       st.randoms(use_true_random=False))  # fmt: skip
def test_the_order_of_arrival_changes_nothing_and_repeats_report_once(steps, dice):
    records = [
        scan(device, number, f"07-08 10:{minute:02}", out=out)
        for number, (device, minute, out) in enumerate(steps, 1)
    ]
    shuffled = [*records, *records[:3]]
    dice.shuffle(shuffled)
    assert sorted(map(str, found(*records))) == sorted(map(str, found(*shuffled)))


def test_zones_where_people_come_and_go_report_no_doubles():
    assert POLICY.gates[GateId("north_1")].zone == ZoneId("venue")
    steps = scan("a", 1, "07-08 09:00", "north_1"), scan("b", 1, "07-08 09:30", "north_1")
    assert found(*steps) == []
