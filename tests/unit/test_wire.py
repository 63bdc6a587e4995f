"""What travels between the programs arrives as it left, also from a newer one."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access import wire
from gate.access.model import (
    CategoryId,
    Decision,
    DeviceId,
    Direction,
    EventId,
    Flag,
    GateId,
    Holder,
    HolderRecord,
    KeyStatus,
    Kind,
    Mode,
    Reason,
    Status,
)
from gate.access.wire import (
    Decided,
    DeviceRole,
    Enrol,
    Enrolled,
    Feed,
    FeedRow,
    Hello,
    HolderRow,
    LogAck,
    LogBatch,
    OnlineScan,
    Snapshot,
    Welcome,
)
from tests import venue

ROW = HolderRow(venue.HOLDER, 3, 7, Status.BLOCKED, ("escort", "protocol"), 12, 3)
DECISION = Decision(
    Reason.TOO_EARLY,
    "venue/1",
    event=EventId("wsis"),
    events=(EventId("wsis"),),
    days=venue.july(6, 7),
    opens_at=venue.at("07-06 07:30"),
    since=venue.at("07-06 07:00"),
    gate=GateId("north_1"),
    attention=("escort",),
    flags=(Flag.SIGNED_ONLY,),
)
BODIES = [
    Enrol("ABCD-EFGH", "0.1.0"),
    Enrolled(DeviceId("lane-a"), 2, "token", DeviceRole.LANE, "week", GateId("north_1")),
    Hello(2, 10, 4, "0.1.0"),
    Welcome(1_783_000_000_000, 12, 9, None, Direction.EXIT),
    Snapshot(
        cursor=12,
        known_until_min=venue.ISSUED_MIN,
        policy="[edition]",
        keys=(venue.key(profiles=frozenset({1, 2}), status=KeyStatus.REVOKED), venue.key(2)),
        profiles=(venue.profile("minister", "wsis dialogue:6"),),
        holders=(ROW,),
        mode=Mode.EMERGENCY_OPEN,
    ),
    Feed((FeedRow(1, holder=ROW), FeedRow(2, mode=Mode.NORMAL)), 2, 5),
    LogAck(12, 1),
    OnlineScan(1, 1, "P1", Direction.EXIT),
    Decided(4, False, DECISION),
    wire.BadgeData(
        "WS-0001", "P1...", 5, 1, "Amina", "Ndiaye", "Amina Ndiaye", "أمينة", "Org", "SN",
        CategoryId("delegate"), "Delegate", "#0B5FA5", "fr",
        (wire.DayChips(venue.july(6)[0], (("WSIS", "#0B5FA5"),)),), "Week", "Palexpo",
        {"WSIS": "WSIS Forum"},
    ),
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_body_arrives_as_it_left(body):
    assert msgspec.json.decode(msgspec.json.encode(body), type=type(body)) == body


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_field_of_a_newer_program_is_ignored(body):
    newer = msgspec.to_builtins(body) | {"invented_later": {"x": [1]}}
    assert msgspec.json.decode(msgspec.json.encode(newer), type=type(body)) == body


def test_a_holder_travels_as_a_short_row_and_may_grow_at_its_end():
    encoded = msgspec.json.encode(ROW)
    assert encoded == b'[12648430,3,7,"blocked",["escort","protocol"],12,3]'
    longer = encoded[:-1] + b',"invented later"]'
    assert msgspec.json.decode(longer, type=HolderRow) == ROW
    assert msgspec.json.decode(b'[5,1,1,"approved"]', type=HolderRow).attention == ()


def test_a_row_becomes_the_record_the_decision_reads():
    assert ROW.record() == HolderRecord(
        Holder(venue.HOLDER), 3, 7, Status.BLOCKED, ("escort", "protocol"), 12, 3
    )


def test_a_feed_row_says_only_what_changed():
    assert msgspec.json.encode(FeedRow(4, mode=Mode.NORMAL)) == b'{"seq":4,"mode":"normal"}'


@given(
    st.integers(0, 2**32 - 1), st.integers(0, 255), st.integers(0, 65535), st.sampled_from(Status),
    st.lists(st.text(max_size=8), max_size=3),
)  # fmt: skip
def test_any_holder_arrives_as_it_left(holder, generation, profile, status, attention):
    row = HolderRow(holder, generation, profile, status, tuple(attention))
    assert msgspec.json.decode(msgspec.json.encode(row), type=HolderRow) == row


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Enrol, {"code": ""}),
        (Enrol, {"code": "x" * 65}),
        (Hello, {"epoch": 0}),
        (Hello, {"epoch": 1, "cursor": -1}),
        (OnlineScan, {"epoch": 1, "number": 0, "text": ""}),
        (OnlineScan, {"epoch": 1, "number": 1, "text": "x" * (wire.SCAN_CHARS_MAX + 1)}),
        (LogBatch, {"epoch": 1, "first": 1, "records": [{}] * (wire.RECORDS_PER_BATCH_MAX + 1)}),
        (Enrolled, {"device": "a", "epoch": 1, "token": "t", "role": "fridge", "edition": "e"}),
    ],
)
def test_a_body_beyond_its_limits_is_refused_with_words(kind, body):
    with pytest.raises(msgspec.ValidationError, match=r"\$|length"):
        msgspec.json.decode(msgspec.json.encode(body), type=kind)


def test_a_batch_keeps_its_records_raw_so_that_an_odd_one_does_not_spoil_the_rest():
    raw = b'{"epoch":1,"first":1,"records":[{"odd":true},5,"x"]}'
    batch = msgspec.json.decode(raw, type=LogBatch)
    assert [bytes(each) for each in batch.records] == [b'{"odd":true}', b"5", b'"x"']


def test_keys_of_every_kind_arrive_as_sets():
    key = venue.key(kinds=frozenset(Kind))
    again = msgspec.json.decode(msgspec.json.encode(key), type=type(key))
    assert again == key
    assert again.kinds == frozenset(Kind)
