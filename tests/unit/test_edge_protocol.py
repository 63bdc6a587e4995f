"""What a lane says next, step by step: no network and no waiting is needed to ask."""

import sqlite3
from contextlib import closing

import pytest

from gate import __version__
from gate.access.model import Direction, GateId, Reason
from gate.access.wire import Feed, Hello, LogAck, Welcome
from gate.client import CallRefused, ServerAway
from gate.clock import Clock
from gate.edge.lane import Lane
from gate.edge.protocol import (
    BACKOFF_S,
    FEED_WAIT_S,
    IDLE_UPLOAD_S,
    Answered,
    AskFeed,
    AskSnapshot,
    Failed,
    HandIn,
    Link,
    Protocol,
    Rested,
    Stop,
    Wait,
)
from gate.edge.store import LaneStore
from gate.edge.timekeeping import LaneClock
from tests import lanes

NOW = 1_000_000


@pytest.fixture
def store(tmp_path):
    with closing(LaneStore(tmp_path / "lane.sqlite")) as store:
        yield store


@pytest.fixture
def lane(store):
    return Lane(store, lanes.identity())


@pytest.fixture
def protocol(lane):
    return Protocol(lane, LaneClock(Clock()), lambda: 1.0)


def welcome(head=100, acked=0, timeline="") -> Welcome:
    return Welcome(NOW, head, acked, GateId(lanes.GATE), Direction.ENTRY, (), timeline)


def test_a_new_lane_says_hello_takes_a_snapshot_and_begins_again(protocol, lane):
    step = protocol.down.step
    assert step(Rested(), NOW) == Hello(1, 0, 0, __version__, NOW)
    assert step(Answered(welcome()), NOW) == AskSnapshot()
    assert protocol.link is Link.CONNECTING
    assert isinstance(step(Answered(lanes.snapshot()), NOW), Hello)
    assert (protocol.link, lane.cursor) == (Link.ONLINE, 100)


@pytest.mark.parametrize("other", [{"head": 99}, {"timeline": "another"}])
def test_a_server_that_was_restored_is_asked_for_a_snapshot(protocol, lane, other):
    lane.take(lanes.snapshot())
    protocol.down.step(Rested(), NOW)
    assert protocol.down.step(Answered(welcome(**other)), NOW) == AskSnapshot()


def test_a_feed_that_cannot_go_on_from_here_is_answered_with_a_snapshot(protocol, lane):
    lane.take(lanes.snapshot())
    protocol.down.step(Rested(), NOW)
    assert protocol.down.step(Answered(welcome()), NOW) == AskFeed(100, FEED_WAIT_S, 0)
    behind = CallRefused(409, "Too far behind", "")
    assert protocol.down.step(Failed(behind), NOW) == AskSnapshot()


def test_records_go_up_in_order_and_then_it_waits_for_more(protocol, lane):
    lane.take(lanes.snapshot())
    records = [lane.scan(lanes.badge(n), lanes.NINE).record for n in range(3)]
    step = protocol.up.step
    assert step(Rested(), NOW) == HandIn(1, 1, records)
    assert step(Answered(LogAck(3)), NOW) == Wait(IDLE_UPLOAD_S, wakeable=True)
    assert lane.outbox.waiting == 0


def test_a_server_that_does_not_take_every_record_is_asked_again_later(protocol, lane):
    lane.take(lanes.snapshot())
    lane.scan(lanes.badge(1), lanes.NINE)
    protocol.up.step(Rested(), NOW)
    assert protocol.up.step(Answered(LogAck(0)), NOW) == Wait(min(BACKOFF_S[1], BACKOFF_S[0] * 2))
    assert protocol.link is Link.OFFLINE
    assert isinstance(protocol.up.step(Rested(), NOW), HandIn)


def test_pauses_grow_to_their_limit_and_start_anew_after_an_answer(protocol):
    pauses = []
    for _ in range(6):
        protocol.down.step(Rested(), NOW)
        pauses.append(protocol.down.step(Failed(ServerAway("cut")), NOW).seconds)
    assert pauses == sorted(pauses) and pauses[-1] == BACKOFF_S[1]
    protocol.down.step(Rested(), NOW)
    protocol.down.step(Answered(welcome()), NOW)
    protocol.down.step(Answered(lanes.snapshot()), NOW)
    assert protocol.down.step(Failed(ServerAway("cut")), NOW).seconds == pauses[0]


def test_a_lane_that_is_cut_off_forgets_everybody_and_takes_no_late_answer(protocol, lane):
    lane.take(lanes.snapshot())
    protocol.down.step(Rested(), NOW)
    assert protocol.down.step(Answered(welcome(head=99)), NOW) == AskSnapshot()
    protocol.up.step(Rested(), NOW)
    assert protocol.up.step(Failed(CallRefused(401, "Not known", "")), NOW) == Stop()
    # The snapshot was on its way already.
    assert protocol.down.step(Answered(lanes.snapshot()), NOW) == Stop()
    assert lane.scan(lanes.badge(1), lanes.NINE).decision.reason is Reason.RULE_ERROR


def test_a_store_that_cannot_be_wiped_is_tried_again(protocol, lane, store, monkeypatch):
    lane.take(lanes.snapshot())

    def broken() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(store, "wipe", broken)
    protocol.down.step(Rested(), NOW)
    refused = Failed(CallRefused(401, "Not known", ""))
    assert protocol.down.step(refused, NOW) == Wait(BACKOFF_S[1])
    assert not lane.scan(lanes.badge(1), lanes.NINE).decision.admitted
    monkeypatch.undo()
    assert protocol.down.step(Rested(), NOW) == Stop()
    assert store.snapshot() is None


def test_what_cannot_be_used_is_said_and_the_conversation_goes_on(protocol, lane):
    lane.take(lanes.snapshot())
    protocol.down.step(Rested(), NOW)
    protocol.down.step(Answered(welcome()), NOW)
    gap = Feed((lanes.FeedRow(seq=105),), 105, 0)
    assert isinstance(protocol.down.step(Answered(gap), NOW), Wait)
    assert "not taken from the server" in protocol.problem
    assert isinstance(protocol.down.step(Rested(), NOW), Hello)
