"""Counts are folds of the log: whatever the order, however often a record arrives."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gate.access.counts import Counts
from gate.access.ledger import LogRecord, RecordKind, merge
from gate.access.model import DeviceId, Direction, EventId, GateId, Reason, ZoneId
from tests import venue

POLICY = venue.policy()
ZONES = ["venue", "plenary"]
LATE = venue.at("07-09 23:00")
START_MS = int(venue.at("07-06 07:00").timestamp() * 1000)
GATE = {"venue": "west_3", "plenary": "plenary_east"}


@st.composite
def logs(draw) -> list[LogRecord]:
    """Records of two devices with dense numbers; times out of order, days across midnight."""
    records = []
    for device in ("a", "b"):
        for number in range(1, draw(st.integers(0, 12)) + 1):
            zone = draw(st.sampled_from(ZONES))
            direction = draw(st.sampled_from(Direction))
            opens = draw(st.booleans())
            entered = direction is Direction.ENTRY
            reason = (Reason.ADMITTED if entered else Reason.EXITED) if opens else Reason.WRONG_DAY
            records.append(
                LogRecord(
                    device=DeviceId(device),
                    epoch=1,
                    number=number,
                    at_ms=START_MS + draw(st.integers(0, 40)) * 3_600_000,
                    kind=draw(st.sampled_from([RecordKind.SCAN] * 9 + [RecordKind.PRINTED])),
                    gate=GateId(GATE[zone]),
                    zone=ZoneId(zone),
                    direction=direction,
                    reason=reason,
                    holder=draw(st.sampled_from([None, 1, 2, 3])),
                    events=tuple(
                        draw(st.sets(st.sampled_from([EventId("wsis"), EventId("ai4g")])))
                    ),
                )
            )
    return records


def fold(records) -> Counts:
    counts = Counts(POLICY)
    for record in records:
        counts.add(record)
    return counts


def seen(counts: Counts) -> object:
    """Everything a dashboard shows."""
    return (
        {zone: counts.inside(ZoneId(zone), LATE) for zone in ZONES},
        {
            day: (
                len(c.entered),
                {e: len(people) for e, people in c.entered_event.items() if people},
                +c.entries_minute,
                +c.people_minute,
                +c.entries_gate,
                +c.exits_gate,
                +c.refused_gate,
                +c.refused_reason,
            )
            for day, c in counts.days.items()
        },
        counts.records,
        counts.last_at_ms,
    )


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_count(records, dice):
    shuffled = list(records)
    dice.shuffle(shuffled)
    assert seen(fold(shuffled)) == seen(fold(records))


@given(logs(), st.randoms(use_true_random=False))
def test_records_that_arrive_twice_count_once(records, dice):
    again = [*records, *(each for each in records if dice.random() < 0.5)]
    assert merge(again) == merge(records)
    assert seen(fold(merge(again, records))) == seen(fold(records))


@given(logs())
def test_counts_equal_a_plain_recount(records):
    """Counted again the slow way: sort, replay, look."""
    scans = [r for r in records if r.kind is RecordKind.SCAN]
    opened = sorted(
        (r for r in scans if r.reason.opens), key=lambda r: (r.at_ms, r.device, r.epoch, r.number)
    )
    entered: dict[object, set[int]] = {}
    refused = Counter(r.reason for r in scans if not r.reason.opens)
    for r in opened:
        if r.holder is None:
            continue
        if r.direction is Direction.ENTRY:
            day = datetime.fromtimestamp(r.at_ms / 1000, UTC).astimezone(POLICY.time_zone).date()
            entered.setdefault(day, set()).add(r.holder)
    counts = fold(records)
    assert {d: set(c.entered) for d, c in counts.days.items() if c.entered} == entered
    assert sum((c.refused_reason for c in counts.days.values()), Counter()) == refused
    for day in counts.days.values():
        assert sum(day.people_minute.values()) == len(day.entered)
        assert sum(day.entries_minute.values()) == sum(day.entries_gate.values())
