"""Replaying the log: what comes out must be what is stored, and what explains it must exist."""

from dataclasses import replace as changed
from datetime import timedelta

import msgspec
import pytest

from gate.access.history import History
from gate.access.known import Known
from gate.access.ledger import Given, LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, GateId, Mode, Override, Reason, Status, ZoneId
from gate.access.replay import Outcome, Replay, Replayed, Timeline
from gate.access.wire import FeedRow, HolderRow, Snapshot
from gate.editions import example
from tests import venue

DOOR, HALL = GateId("high_level_door"), GateId("north_1")
MORNING = venue.at("07-08 10:00")
FEED = (
    FeedRow(1, policy=example()),
    FeedRow(2, key=venue.key()),
    FeedRow(3, profile=venue.profile("minister", "wsis ai4g high_level ministerial")),
    FeedRow(4, holder=HolderRow(venue.HOLDER, 1, 1, Status.APPROVED)),
)


class Venue:
    """The server's feed, its log, and lanes that decide by what they have heard of them."""

    def __init__(self, *more: FeedRow) -> None:
        self.feed = [*FEED, *more]
        self.log: list[tuple[LogRecord, bool]] = []
        self.timelines = [Timeline("first", 0, 0)]

    def lane(self, name: str = "lane-a", epoch: int = 1) -> "Lane":
        return Lane(self, DeviceId(name), epoch)

    def store(self, *records: LogRecord, by_server: bool = False) -> None:
        self.log += [(record, by_server) for record in records]

    def replay(self, record: LogRecord) -> Replayed | None:
        """Of a record that is in the log."""
        history = History()
        for row in self.feed:
            history.tell(row, venue.policy() if row.policy else None)
        replay = Replay(history, self.timelines)
        for seq, (each, _) in enumerate(self.log, 1):
            replay.note(seq, each)
        place = [each for each, _ in self.log].index(record)
        return replay.replay(place + 1, record, self.log[place][1])

    def outcome(self, record: LogRecord) -> Outcome:
        found = self.replay(record)
        assert found is not None
        return found.outcome


class Lane:
    """Knows what the venue's feed and log say when `hears` was last called, and its own records."""

    def __init__(self, of: Venue, device: DeviceId, epoch: int) -> None:
        self._of, self._name, self._number = of, (device, epoch), 0
        self.places = 5
        self.known = Known(venue.policy())
        self.known.uses_rights = True
        self.known.places = lambda zone, at: self.places
        self.hears()

    def hears(self) -> "Lane":
        of, known = self._of, self.known
        tables = Snapshot(
            cursor=0, known_until_min=venue.ISSUED_MIN + 1, policy=example(), keys=(), profiles=(),
            holders=(), timeline=of.timelines[-1].name, moves_through=len(of.log),
        )  # fmt: skip
        known.replace(tables, venue.policy())
        for row in of.feed:
            known.apply(row, venue.policy() if row.policy else None)
        for record, _ in of.log:
            known.add(record)
        return self

    def scan(self, gate=DOOR, at=MORNING, way=Direction.ENTRY, text="", **more) -> LogRecord:
        """The record, which is not sent yet."""
        looked, override = more.pop("looked", False), more.pop("override", None)
        judged = self.known.judge(text or venue.badge(**more), gate, way, at, looked, override)
        self._number += 1
        record = self.known.record(judged, (*self._name, self._number))
        self.known.add(record)
        return record

    def sends(self, *args, **more) -> LogRecord:
        record = self.scan(*args, **more)
        self._of.store(record)
        return record


def later(minutes: int):
    return MORNING + timedelta(minutes=minutes)


# --- derived again, whatever happened


def test_what_lanes_decided_comes_out_again():
    at_work = Venue(FeedRow(5, mode=Mode.FROZEN), FeedRow(6, mode=Mode.NORMAL))
    lane, other = at_work.lane(), at_work.lane("lane-b")
    records = [
        lane.sends(),
        lane.sends(at=later(1)),
        lane.sends(way=Direction.EXIT, at=later(2)),
        lane.sends(at=later(3)),
        lane.sends(text="a poster"),
        lane.sends(text=venue.badge(venue.FORGER)),
        lane.sends(gate=GateId("nowhere")),
        lane.sends(holder=venue.HOLDER + 1),
        lane.sends(holder=venue.HOLDER + 1, issued_min=venue.ISSUED_MIN + 9),
        other.hears().sends(at=later(4)),
    ]
    assert [each.reason.value for each in records] == [
        "admitted", "already_inside", "exited", "admitted", "unreadable", "bad_signature",
        "wrong_gate", "unknown_issue", "needs_record", "already_inside",
    ]  # fmt: skip
    assert {at_work.outcome(each) for each in records} == {Outcome.DERIVED}
    assert (records[0].rights, records[0].moves_through, records[-1].moves_through) == (1, 0, 9)


@pytest.mark.parametrize(
    ("more", "given", "reason"),
    [
        ({"gate": GateId("ministerial_door"), "looked": True}, (Given.LOOKED,), Reason.ADMITTED),
        ({"gate": GateId("ministerial_door")}, (), Reason.SECOND_LOOK),
        ({"places": 0}, (Given.FULL,), Reason.ZONE_FULL),
        ({"local": Mode.EMERGENCY_OPEN}, (Given.OPENED,), Reason.EMERGENCY),
        ({"local": Mode.FROZEN}, (Given.FROZEN,), Reason.FROZEN),
        ({"local": Mode.EMERGENCY_OPEN, "text": "a poster"}, (Given.OPENED,), Reason.EMERGENCY),
    ],
)
def test_what_no_position_names_the_record_says_itself(more, given, reason):
    at_work = Venue()
    lane, more = at_work.lane(), dict(more)
    lane.places = more.pop("places", 5)
    lane.known.local_mode = more.pop("local", None)
    record = lane.sends(at=venue.at("07-09 10:00"), **more)
    assert (record.given, record.reason) == (given, reason)
    assert at_work.outcome(record) is Outcome.DERIVED


def test_a_delegation_that_is_full_is_said_to_be():
    members = [HolderRow(venue.HOLDER + n, 1, 1, Status.APPROVED, (), 7) for n in range(6)]
    at_work = Venue(*(FeedRow(5 + n, holder=row) for n, row in enumerate(members)))
    lane = at_work.lane()
    how = {"gate": GateId("ministerial_door"), "at": venue.at("07-09 10:00"), "looked": True}
    records = [lane.sends(**how, holder=each.holder) for each in members]
    assert [each.reason for each in records] == [Reason.ADMITTED] * 5 + [Reason.DELEGATION_FULL]
    assert records[-1].given == (Given.LOOKED, Given.DELEGATION_FULL)
    assert {at_work.outcome(each) for each in records} == {Outcome.DERIVED}


def test_a_supervisor_is_named_who_overrode_and_who_insisted_in_vain():
    at_work = Venue()
    lane, insists = at_work.lane(), Override(3, "protocol")
    in_vain = lane.sends(at=venue.at("07-08 03:00"), text=venue.badge(), override=insists)
    lane.places = 0
    full = lane.sends(at=venue.at("07-08 03:01"), override=insists)
    needless = lane.sends(way=Direction.EXIT, override=insists)
    assert (in_vain.reason, in_vain.supervisor) == (Reason.OVERRIDDEN, 3)
    assert (full.reason, full.supervisor, full.why) == (Reason.ZONE_FULL, 3, "protocol")
    assert (needless.supervisor, needless.why) == (None, "")
    assert {at_work.outcome(each) for each in (in_vain, full, needless)} == {Outcome.DERIVED}


def test_the_server_s_own_decision_rests_on_the_whole_log_before_it():
    at_work = Venue()
    at_work.lane().sends()
    server = at_work.lane("phone").hears()
    server.known.uses_rights = False
    refused = server.scan(at=later(1))
    at_work.store(refused, by_server=True)
    at_work.lane("lane-b").sends(way=Direction.EXIT)
    assert refused.reason is Reason.ALREADY_INSIDE
    assert at_work.outcome(refused) is Outcome.DERIVED
    at_work.log.insert(0, (at_work.lane("x").scan(text="a poster"), False))
    found = at_work.replay(refused)
    assert found == Replayed(Outcome.DIFFERS, why="the server knew the log through 2, not 1")


def test_a_sweep_is_known_by_its_position_or_told_ahead_of_it():
    at_work = Venue()
    lane = at_work.lane()
    lane.sends()
    sweep = msgspec.structs.replace(
        lane.scan(at=later(1)), device=DeviceId("~server"), number=1, kind=RecordKind.SWEPT,
        zone=ZoneId("high_level"), holder=None,
    )  # fmt: skip
    at_work.store(sweep)
    before = lane.sends(at=later(2))
    after = lane.hears().sends(at=later(3))
    assert (before.reason, after.reason) == (Reason.ALREADY_INSIDE, Reason.ADMITTED)
    assert [at_work.outcome(each) for each in (before, after)] == [Outcome.DERIVED] * 2
    assert at_work.replay(sweep) is None, "a sweep is no decision"
    ahead = msgspec.structs.replace(after, moves_through=before.moves_through)
    at_work.log[-1] = ahead, False
    assert at_work.replay(ahead) == Replayed(Outcome.TOLD, told=(sweep.name,))
    unheard = msgspec.structs.replace(before, moves_through=after.moves_through)
    at_work.log[-2:] = [(unheard, False)]
    assert at_work.outcome(unheard) is Outcome.DIFFERS


def test_what_a_device_saw_before_it_enrolled_anew_its_file_may_still_hold():
    at_work = Venue()
    first, again = at_work.lane(), at_work.lane(epoch=2)
    entry = first.scan()
    again.known.add(entry)
    refused = again.sends(at=later(1))
    unaware = at_work.lane(epoch=3).scan(at=later(2))
    at_work.store(entry, unaware)
    assert (refused.reason, unaware.reason) == (Reason.ALREADY_INSIDE, Reason.ADMITTED)
    assert [at_work.outcome(each) for each in (refused, unaware, entry)] == [Outcome.DERIVED] * 3


# --- told over the LAN


def test_what_another_lane_told_is_found_in_the_log_and_named():
    at_work = Venue()
    lane, other = at_work.lane(), at_work.lane("lane-b")
    entry = other.scan()
    lane.known.add(entry)
    refused = lane.sends(at=later(1))
    assert refused.reason is Reason.ALREADY_INSIDE
    found = at_work.replay(refused)
    assert found.outcome is Outcome.DIFFERS, "a move that nobody recorded explains nothing"
    assert found.derived.reason is Reason.ADMITTED
    at_work.store(entry)
    assert at_work.replay(refused) == Replayed(Outcome.TOLD, told=(entry.name,))


def test_nothing_is_believed_to_be_told_that_happened_long_after():
    at_work = Venue()
    lane, other = at_work.lane(), at_work.lane("lane-b")
    entry = other.scan(at=later(181))
    lane.known.add(entry)
    refused = lane.sends()
    at_work.store(entry)
    assert refused.reason is Reason.ALREADY_INSIDE
    assert at_work.outcome(refused) is Outcome.DIFFERS


# --- generations


def test_a_newer_badge_that_was_seen_here_refuses_the_old_one_ever_after():
    at_work = Venue()
    lane = at_work.lane()
    seen = lane.sends(generation=2)
    refused = lane.sends(at=later(1))
    assert (seen.newest, refused.newest, refused.reason) == (0, 2, Reason.REPLACED)
    assert at_work.outcome(refused) is Outcome.DERIVED
    forgetful = msgspec.structs.replace(refused, newest=0, reason=Reason.ALREADY_INSIDE,
                                        rule="presence", number=3)  # fmt: skip
    at_work.store(forgetful)
    found = at_work.replay(forgetful)
    assert found.outcome is Outcome.DIFFERS, "its own record shows what it had seen"
    assert found.derived.reason is Reason.REPLACED


def test_a_newer_badge_that_nothing_shows_is_only_the_device_s_word():
    at_work = Venue()
    lane = at_work.lane()
    lane.scan(generation=2)  # never sent: the disk failed, or a restored server forgot
    refused = lane.sends(at=later(1))
    assert (refused.reason, at_work.outcome(refused)) == (Reason.REPLACED, Outcome.SAID)
    at_work.feed.append(FeedRow(5, holder=HolderRow(venue.HOLDER, 2, 1, Status.APPROVED)))
    assert at_work.outcome(refused) is Outcome.DERIVED, "the feed shows it by now"


# --- what cannot be


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": Reason.ADMITTED}, ""),
        ({"rule": "another"}, ""),
        ({"holder": 5}, ""),
        ({"given": (Given.LOOKED, Given.OPENED)}, ""),
        ({"cursor": 3}, ""),
        ({"policy": 99}, "there is no policy version 99"),
        ({"claims": "00"}, "its claims are no badge's"),
        ({"claims": "1f010a2f00c0ffee010001000000ffff"}, "its claims are no badge's"),
    ],
)
def test_a_record_that_was_changed_is_found(change, why):
    at_work = Venue()
    lane = at_work.lane()
    lane.sends()
    refused = lane.scan(at=later(1))
    at_work.store(msgspec.structs.replace(refused, **change))
    found = at_work.replay(at_work.log[-1][0])
    assert (found.outcome, found.why) == (Outcome.DIFFERS, why)
    assert (found.derived is None) == bool(why)


def test_positions_that_a_restore_took_away_are_lost_and_not_guessed():
    at_work = Venue()
    lane = at_work.lane()
    good = lane.sends()
    beyond = [msgspec.structs.replace(good, number=2, cursor=5),
              msgspec.structs.replace(good, number=3, moves_through=1),
              msgspec.structs.replace(good, number=4, timeline="never heard of")]  # fmt: skip
    at_work.store(*beyond)
    at_work.timelines.append(Timeline("second", 4, 0))
    assert at_work.outcome(good) is Outcome.DERIVED
    assert [at_work.outcome(each) for each in beyond] == [Outcome.LOST] * 3


def test_a_record_of_an_older_version_is_left_alone():
    at_work = Venue()
    old = msgspec.structs.replace(at_work.lane().scan(), timeline="")
    at_work.store(old)
    assert at_work.outcome(old) is Outcome.OLDER


# --- the feed's past


def test_the_feed_is_known_as_it_was_at_each_position():
    history, policy = History(), venue.policy()
    newer = changed(policy, version=policy.version + 1)
    for row, text in (
        (FeedRow(1, policy="x"), policy),
        (FeedRow(2, holder=HolderRow(7, 1, 1, Status.APPROVED)), None),
        (FeedRow(3, mode=Mode.FROZEN), None),
        (FeedRow(4, holder=HolderRow(7, 2, 1, Status.BLOCKED)), None),
        (FeedRow(5, policy="y"), newer),
    ):
        history.tell(row, text)
    assert [history.mode(seq) for seq in (2, 3)] == [Mode.NORMAL, Mode.FROZEN]
    assert history.holder(7, 1) is None and history.holder(8, 5) is None
    assert [history.holder(7, seq).generation for seq in (2, 3, 4)] == [1, 1, 2]
    assert (history.newest(7), history.newest(8)) == (2, 0)
    assert history.keys(5) == {} == history.profiles(5)
    assert history.policy(policy.version, 9) is policy
    assert history.policy(newer.version, 1) is newer, "a server decides by it before it tells"
    assert history.policy(77, 9) is None
