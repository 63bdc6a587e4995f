"""What only the whole log shows: doubles, hurries, and badges revoked before they were admitted."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, Flag, GateId, Reason, Status, ZoneId
from gate.access.review import AnomalyKind, Review
from tests import venue

AT = venue.at("07-08 09:00")
POLICY = venue.policy()
SOFT, FREE = ZoneId("plenary"), ZoneId("venue")


def record(device: str, minutes: float = 0, number: int = 1, **more) -> LogRecord:
    values = {"reason": Reason.ADMITTED, "holder": 1, "zone": SOFT,
              "gate": GateId(f"gate {device}")} | more  # fmt: skip
    if values.get("direction") is Direction.EXIT:
        values["reason"] = Reason.EXITED
    at_ms = int((AT + timedelta(minutes=minutes)).timestamp() * 1000)
    return LogRecord(device=DeviceId(device), epoch=1, number=number, at_ms=at_ms, **values)


def found(*records: LogRecord, status=lambda holder: None, policy=POLICY):
    review = Review(policy, status)
    for each in records:
        review.add(each)
    return review.anomalies()


def test_a_badge_is_asked_for_by_itself():
    review = Review(POLICY, lambda holder: None)
    for each in (record("a"), record("b", 9, holder=1), record("c", 9, holder=2)):
        review.add(each)
    assert [each.kind for each in review.of(1)] == [AnomalyKind.DOUBLE]
    assert review.of(1) == tuple(review.anomalies())
    assert review.of(2) == review.of(3) == ()


def kinds(*records: LogRecord, **more) -> list[AnomalyKind]:
    return [each.kind for each in found(*records, **more)]


# --- doubles


def test_a_badge_admitted_at_two_lanes_is_reported_once_on_the_later_scan():
    (double,) = found(record("b", 5), record("a", 0))
    assert (double.kind, double.holder, double.zone) == (AnomalyKind.DOUBLE, 1, SOFT)
    assert (double.later.device, double.earlier.device) == ("b", "a")
    assert double.later.at - double.earlier.at == timedelta(minutes=5)


def test_a_late_exit_that_explains_it_withdraws_the_report():
    entries = record("a", 0), record("b", 5)
    exit_ = record("a", 3, number=2, direction=Direction.EXIT)
    assert kinds(*entries) == [AnomalyKind.DOUBLE]
    assert kinds(*entries, exit_) == []


@pytest.mark.parametrize(
    "second",
    [
        record("b", 5, zone=FREE),
        record("a", 5, number=2),
        record("b", 5, holder=2),
        record("b", 5, flags=(Flag.ALREADY_INSIDE,)),
        record("b", 5, reason=Reason.OVERRIDDEN),
        record("b", 5, reason=Reason.ALREADY_INSIDE),
        record("b", 5, zone=ZoneId("gone")),
        record("b", 24 * 60),
    ],
)
def test_what_is_no_double(second):
    """Another zone, the same lane, another person, a lane that knew, a refusal, another day."""
    assert kinds(record("a", 0), second) == []


def test_two_entries_into_a_zone_that_does_not_watch_are_nothing():
    assert kinds(record("a", 0, zone=FREE), record("b", 5, zone=FREE)) == []
    gone = ZoneId("gone")
    assert kinds(record("a", 0, zone=gone), record("b", 5, zone=gone)) == []


def test_a_sweep_between_two_entries_explains_them_also_when_it_arrives_last():
    swept = record("c", 3, kind=RecordKind.SWEPT, holder=None, gate=None)
    entries = record("a", 0), record("b", 5)
    assert kinds(*entries, swept) == []
    assert kinds(swept, *entries) == []


def test_an_annulled_entry_is_no_half_of_a_double():
    annulled = record("b", 6, number=2, kind=RecordKind.ANNULLED, annuls=1)
    assert kinds(record("a", 0), record("b", 5), annulled) == []


def test_whatever_the_order_of_arrival_the_same_is_reported():
    log = (record("a", 0), record("b", 5), record("c", 9), record("c", 7, 2, holder=2))
    reports = {tuple(found(*order)) for order in permutations(log)}
    assert len(reports) == 1
    (report,) = reports
    assert [each.later.device for each in report] == ["c", "b"], "the latest first"


# --- hurries and revoked badges


def test_one_badge_at_two_gates_sooner_than_anybody_walks():
    least = POLICY.walk_min_s / 60
    assert least > 0
    quick = record("a", 0), record("b", least * 0.9, zone=FREE)
    assert kinds(*quick) == [AnomalyKind.HURRY]
    assert kinds(record("a", 0), record("b", least, zone=FREE)) == []
    assert kinds(record("a", 0), record("b", least * 0.9, zone=FREE, gate=GateId("gate a"))) == []
    assert kinds(*quick, policy=replace(POLICY, walk_min_s=0)) == []


@pytest.mark.parametrize(
    ("status", "minutes", "said"),
    [
        (Status.CANCELLED, 1, [AnomalyKind.REVOKED]),
        (Status.BLOCKED, 1, [AnomalyKind.REVOKED]),
        (Status.CANCELLED, -1, []),
        (Status.APPROVED, 1, []),
        (Status.PENDING, 1, []),
    ],
)
def test_a_badge_admitted_after_it_was_revoked(status, minutes, said):
    since_ms = int(AT.timestamp() * 1000)
    assert kinds(record("a", minutes), status=lambda holder: (status, since_ms)) == said


def test_leaving_after_the_badge_was_revoked_is_right():
    leaving = record("a", 1, direction=Direction.EXIT)
    assert kinds(leaving, status=lambda holder: (Status.BLOCKED, 0)) == []


def test_other_records_are_not_looked_at():
    assert kinds(record("a", kind=RecordKind.PRINTED), record("b", zone=None)) == []
