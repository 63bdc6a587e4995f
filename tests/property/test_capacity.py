"""A hard zone never holds more people than it may, whatever the network does to its lanes."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gate.access.capacity import Pool, entry_lanes, is_hard, rights_used, stock
from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, GateId, Reason, ZoneId
from gate.access.policy import Policy, Zone
from gate.access.presence import Whereabouts
from tests import venue

ROOM = ZoneId("ministerial_room")
CAPACITY = 3
LANES = ("a", "b", "c")
HOLDERS = tuple(range(1, 8))
START = venue.at("07-09 09:00")


def zone() -> Zone:
    return replace(venue.policy().zones[ROOM], capacity=CAPACITY, checkout=None)


def policy() -> Policy:
    p = venue.policy()
    return replace(p, zones={**p.zones, ROOM: zone()})


class Doors(RuleBasedStateMachine):
    """Three lanes and a server. Answers get lost, logs arrive late; people come and go anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.policy, self.zone = policy(), zone()
        self.pool, self.server = Pool(), Whereabouts(self.policy)
        self.truth = Whereabouts(self.policy)
        self.logs: dict[str, list[LogRecord]] = {lane: [] for lane in LANES}
        self.sent: Counter[str] = Counter()
        self.granted: Counter[str] = Counter()
        self.minutes = 0

    def _now(self) -> datetime:
        return START + timedelta(minutes=self.minutes)

    def _write(self, lane: str, holder: int | None, **more: object) -> None:
        self.minutes += 1
        record = LogRecord(
            device=DeviceId(lane), epoch=1, number=len(self.logs[lane]) + 1,
            at_ms=int(self._now().timestamp() * 1000), gate=GateId("ministerial_door"),
            zone=ROOM, holder=holder, **more,
        )  # fmt: skip
        self.logs[lane].append(record)
        self.truth.add(record)

    def _rights(self, lane: str) -> int:
        return self.granted[lane] - sum(rights_used(r) for r in self.logs[lane])

    @rule(lane=st.sampled_from(LANES), want=st.integers(1, 3), lost=st.booleans())
    def lease(self, lane, want, lost):
        holding = (DeviceId(lane), 1, ROOM)
        left = self.pool.left(self.zone, self.server, self._now())
        total = self.pool.grant(holding, want, left, len(LANES))
        self.pool.granted[holding] = total
        if not lost:
            self.granted[lane] = total

    @rule(lane=st.sampled_from(LANES), holder=st.sampled_from(HOLDERS))
    def enter(self, lane, holder):
        known = Whereabouts(self.policy)
        for record in self.logs[lane]:
            known.add(record)
        seen = known.presence(ROOM, holder, self._now())
        if seen is not None and seen.inside:
            return
        if self._rights(lane) > 0:
            self._write(lane, holder, reason=Reason.ADMITTED, rights=1)

    @rule(lane=st.sampled_from(LANES), holder=st.sampled_from(HOLDERS))
    def leave(self, lane, holder):
        self._write(lane, holder, reason=Reason.EXITED, direction=Direction.EXIT)

    @rule(lane=st.sampled_from(LANES))
    def give_back(self, lane):
        if self._rights(lane) > 0:
            self._write(lane, None, kind=RecordKind.RETURNED, reason=Reason.ADMITTED, rights=1)

    @precondition(lambda self: any(self.sent[x] < len(self.logs[x]) for x in LANES))
    @rule(lane=st.sampled_from(LANES), count=st.integers(1, 4))
    def upload(self, lane, count):
        for record in self.logs[lane][self.sent[lane] :][:count]:
            self.server.add(record)
            self.pool.add(record)
            self.sent[lane] += 1

    @invariant()
    def never_more_than_the_room_holds(self):
        assert self.truth.inside(ROOM, self._now()) <= CAPACITY

    @invariant()
    def rights_are_conserved(self):
        at_lanes = sum(max(0, self._rights(lane)) for lane in LANES)
        assert self.truth.inside(ROOM, self._now()) + at_lanes <= CAPACITY


TestDoors = Doors.TestCase
TestDoors.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_an_exit_frees_its_place_as_soon_as_the_server_hears_of_it():
    pool, server, room = Pool(), Whereabouts(policy()), zone()
    holding = (DeviceId("a"), 1, ROOM)
    pool.granted[holding] = CAPACITY
    at = int(START.timestamp() * 1000)

    def record(number: int, holder: int, **more: object) -> LogRecord:
        return LogRecord(
            device=DeviceId("a"), epoch=1, number=number, at_ms=at + number, zone=ROOM,
            gate=GateId("ministerial_door"), holder=holder, **more,
        )  # fmt: skip

    for holder in range(1, CAPACITY + 1):
        entered = record(holder, holder, reason=Reason.ADMITTED, rights=1)
        server.add(entered)
        pool.add(entered)
    later = START + timedelta(minutes=1)
    assert pool.left(room, server, later) == 0
    server.add(record(9, 1, reason=Reason.EXITED, direction=Direction.EXIT))
    assert pool.left(room, server, later) == 1


def test_a_fair_share_leaves_something_for_the_other_lanes_but_never_nothing_while_there_is_one():
    pool = Pool()
    holding = (DeviceId("a"), 1, ROOM)
    assert pool.grant(holding, want=100, left=9, lanes=3) == 3
    assert pool.grant(holding, want=100, left=1, lanes=3) == 1
    assert pool.grant(holding, want=100, left=0, lanes=3) == 0


def test_only_zones_with_a_hard_limit_are_leased():
    zones = venue.policy().zones
    assert {z for z, each in zones.items() if is_hard(each)} == {
        "plenary",
        "high_level",
        "ministerial_room",
    }
    assert entry_lanes(ZoneId("plenary"), venue.policy()) == 4
    assert stock(zones[ZoneId("plenary")], venue.policy()) == 3960 // 16


def test_a_lane_whose_clock_runs_ahead_already_counts():
    ahead = Whereabouts(venue.policy())
    room = venue.policy().zones[ROOM]
    assert room.checkout is not None
    tomorrow = datetime(2026, 7, 10, 9, tzinfo=UTC)
    ahead.add(
        LogRecord(
            device=DeviceId("a"),
            epoch=1,
            number=1,
            at_ms=int(tomorrow.timestamp() * 1000),
            zone=ROOM,
            gate=GateId("ministerial_door"),
            holder=1,
            reason=Reason.ADMITTED,
        )
    )
    assert ahead.inside(ROOM, START) == 1
