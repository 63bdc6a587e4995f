"""Counts are folds of the log: whatever the order, however often a record arrives."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gate.access.known import Known
from gate.access.ledger import Counts, LogRecord, RecordKind, merge
from gate.access.model import DeviceId, Direction, EventId, GateId, Reason, ZoneId
from tests import venue

POLICY = venue.policy()
ZONES = ["venue", "plenary"]
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
    counts = Counts(POLICY.time_zone)
    for record in records:
        counts.add(record)
    return counts


def seen(counts: Counts) -> object:
    """Everything a dashboard shows."""
    return (
        {zone: counts.inside(ZoneId(zone)) for zone in ZONES},
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
    inside: dict[tuple[str, int], bool] = {}
    entered: dict[object, set[int]] = {}
    refused = Counter(r.reason for r in scans if not r.reason.opens)
    for r in opened:
        if r.holder is None:
            continue
        inside[str(r.zone), r.holder] = r.direction is Direction.ENTRY
        if r.direction is Direction.ENTRY:
            day = datetime.fromtimestamp(r.at_ms / 1000, UTC).astimezone(POLICY.time_zone).date()
            entered.setdefault(day, set()).add(r.holder)
    counts = fold(records)
    for zone in ZONES:
        assert counts.inside(ZoneId(zone)) == sum(v for (z, _), v in inside.items() if z == zone)
        assert counts.inside(ZoneId(zone)) >= 0
    assert {d: c.entered for d, c in counts.days.items() if c.entered} == entered
    assert sum((c.refused_reason for c in counts.days.values()), Counter()) == refused
    for day in counts.days.values():
        assert sum(day.people_minute.values()) == len(day.entered)
        assert sum(day.entries_minute.values()) == sum(day.entries_gate.values())


@given(logs(), st.randoms(use_true_random=False))
def test_presence_follows_the_time_of_the_scan_not_of_arrival(records, dice):
    in_order, shuffled = Known(POLICY), Known(POLICY)
    in_order.add_all(records)
    arrived = list(records)
    dice.shuffle(arrived)
    shuffled.add_all(arrived)
    at = venue.at("07-06 23:00")
    for zone in ZONES:
        for holder in (1, 2, 3):
            assert in_order.presence(ZoneId(zone), holder, at) == shuffled.presence(
                ZoneId(zone), holder, at
            )
