"""What a program that decides knows: synced tables, generations that only rise, presence."""

from datetime import timedelta

import pytest

from gate.access.known import Known
from gate.access.ledger import LogRecord, move
from gate.access.model import (
    DeviceId,
    Direction,
    Flag,
    GateId,
    KeyStatus,
    Kind,
    Mode,
    Override,
    Reason,
    Status,
    ZoneId,
)
from gate.access.policy_file import parse
from gate.access.wire import SCAN_CHARS_MAX, FeedRow, HolderRow, Snapshot, Supervisor
from gate.editions import example
from tests import venue

EAST, WEST, NORTH = GateId("plenary_east"), GateId("plenary_west"), GateId("north_1")
PLENARY, VENUE = ZoneId("plenary"), ZoneId("venue")
NAME = (DeviceId("lane-a"), 1, 1)
MORNING = venue.at("07-06 09:00")
ROW = HolderRow(venue.HOLDER, 1, 1, Status.APPROVED)


def known(*holders: HolderRow, cursor: int = 10, **more) -> Known:
    at_work = Known(venue.policy())
    at_work.replace(snapshot(*holders, cursor=cursor, **more), venue.policy())
    return at_work


def snapshot(*holders: HolderRow, cursor: int = 10, **more) -> Snapshot:
    return Snapshot(
        cursor=cursor,
        known_until_min=venue.ISSUED_MIN + 1,
        policy=example(),
        keys=(venue.key(),),
        profiles=(venue.profile("delegate", "wsis"), venue.profile("delegate", "dialogue", 2)),
        holders=holders or (ROW,),
        **more,
    )


def moved(number: int, at, direction=Direction.ENTRY, zone=PLENARY, gate=EAST, **more) -> LogRecord:
    values = {"reason": Reason.ADMITTED if direction is Direction.ENTRY else Reason.EXITED,
              "holder": venue.HOLDER, "device": DeviceId("lane-a")} | more  # fmt: skip
    return LogRecord(
        epoch=1, number=number, at_ms=int(at.timestamp() * 1000), gate=gate, zone=zone,
        direction=direction, **values,
    )  # fmt: skip


def reason(at_work: Known, text: str, gate=NORTH, at=MORNING, direction=Direction.ENTRY) -> Reason:
    return at_work.judge(text, gate, direction, at).decision.reason


# --- synced tables


def test_before_the_first_snapshot_no_badge_opens_anything():
    assert reason(Known(venue.policy()), venue.badge()) is Reason.UNKNOWN_KEY


def test_a_snapshot_brings_everything_a_decision_needs():
    at_work = known(mode=Mode.NORMAL)
    assert reason(at_work, venue.badge()) is Reason.ADMITTED
    assert (at_work.cursor, at_work.known_until_min) == (10, venue.ISSUED_MIN + 1)
    at_work.replace(snapshot(cursor=11, mode=Mode.EMERGENCY_OPEN), venue.policy())
    assert reason(at_work, "no badge") is Reason.EMERGENCY
    assert at_work.cursor == 11


def test_a_snapshot_takes_the_place_of_what_was_there():
    at_work = known()
    other = HolderRow(venue.HOLDER + 1, 1, 1, Status.APPROVED)
    at_work.replace(snapshot(other), venue.policy())
    assert set(at_work.holders) == {venue.HOLDER + 1}
    assert reason(at_work, venue.badge()) is Reason.UNKNOWN_ISSUE


@pytest.mark.parametrize(
    ("row", "gate", "said"),
    [
        (FeedRow(11, holder=HolderRow(venue.HOLDER, 1, 1, Status.CANCELLED)), NORTH,
         Reason.CANCELLED),
        (FeedRow(11, holder=HolderRow(venue.HOLDER, 2, 1, Status.APPROVED)), NORTH,
         Reason.REPLACED),
        (FeedRow(11, holder=HolderRow(venue.HOLDER, 1, 2, Status.APPROVED)), EAST,
         Reason.WRONG_EVENT),
        (FeedRow(11, profile=venue.profile("delegate", "ai4g")), NORTH, Reason.TOO_EARLY),
        (FeedRow(11, key=venue.key(kinds=frozenset({Kind.STAFF}))), NORTH, Reason.KEY_SCOPE),
        (FeedRow(11, mode=Mode.EMERGENCY_OPEN), NORTH, Reason.EMERGENCY),
    ],
)  # fmt: skip
def test_a_row_of_the_feed_changes_the_next_answer(row, gate, said):
    at_work = known()
    assert reason(at_work, venue.badge(), gate) is Reason.ADMITTED
    at_work.apply(row)
    assert at_work.cursor == 11
    assert reason(at_work, venue.badge(), gate) is said


def test_a_new_policy_rules_from_its_row_on():
    at_work = known()
    later = example().replace("opens = 07:30:00", "opens = 09:30:00")
    at_work.apply(FeedRow(11, policy=later), parse(later, "feed"))
    assert reason(at_work, venue.badge()) is Reason.TOO_EARLY


def test_badges_of_two_keys_open_until_one_is_withdrawn():
    at_work = known()
    newer = venue.key(2, public=bytes(venue.FORGER.verify_key))
    badges = [venue.badge(), venue.badge(venue.FORGER, key_id=2)]
    assert [reason(at_work, each) for each in badges] == [Reason.ADMITTED, Reason.UNKNOWN_KEY]
    at_work.apply(FeedRow(seq=11, key=newer))
    assert [reason(at_work, each) for each in badges] == [Reason.ADMITTED, Reason.ADMITTED]
    at_work.apply(FeedRow(seq=12, key=venue.key(status=KeyStatus.WITHDRAWN)))
    assert [reason(at_work, each) for each in badges] == [Reason.KEY_NOT_VALID, Reason.ADMITTED]


def test_a_snapshot_tells_who_is_inside_and_who_may_override():
    entered = move(moved(1, MORNING))
    boss = Supervisor(7, "verifier")
    at_work = known(moves=(entered,), supervisors=(boss,))
    assert inside(at_work)
    assert at_work.supervisors == {7: boss}
    at_work.apply(FeedRow(11, supervisor=Supervisor(7, "verifier", active=False)))
    assert not at_work.supervisors[7].active


@pytest.mark.parametrize("seq", [9, 10, 12])
def test_a_row_that_does_not_follow_changes_nothing(seq):
    at_work = known()
    with pytest.raises(ValueError, match=f"row {seq} does not follow 10"):
        at_work.apply(FeedRow(seq, mode=Mode.EMERGENCY_OPEN))
    assert (at_work.cursor, at_work.mode) == (10, Mode.NORMAL)


# --- generations


def test_a_reprinted_badge_kills_the_old_one_without_any_news():
    at_work = known()
    first = at_work.judge(venue.badge(), NORTH, Direction.ENTRY, MORNING)
    assert (first.decision.reason, first.raised) == (Reason.ADMITTED, True)
    again = at_work.judge(venue.badge(), NORTH, Direction.ENTRY, MORNING)
    assert not again.raised
    newer = at_work.judge(venue.badge(generation=2), NORTH, Direction.ENTRY, MORNING)
    assert (newer.decision.reason, newer.raised) == (Reason.ADMITTED, True)
    assert reason(at_work, venue.badge()) is Reason.REPLACED


def test_no_snapshot_lowers_a_generation_that_was_seen():
    at_work = known()
    at_work.judge(venue.badge(generation=3), NORTH, Direction.ENTRY, MORNING)
    at_work.replace(snapshot(), venue.policy())
    assert reason(at_work, venue.badge(generation=2)) is Reason.REPLACED


def test_a_badge_that_is_refused_still_kills_its_predecessor():
    """A newer print is a fact, wherever it was shown."""
    at_work = known()
    closed = at_work.judge(
        venue.badge(generation=2), NORTH, Direction.ENTRY, venue.at("07-06 03:00")
    )
    assert closed.decision.reason is Reason.TOO_EARLY
    assert closed.raised
    assert reason(at_work, venue.badge()) is Reason.REPLACED


def test_a_forged_generation_raises_nothing():
    at_work = known()
    forged = at_work.judge(venue.badge(venue.FORGER, generation=9), NORTH, Direction.ENTRY, MORNING)
    assert (forged.decision.reason, forged.raised) == (Reason.BAD_SIGNATURE, False)
    assert reason(at_work, venue.badge()) is Reason.ADMITTED


# --- presence


def inside(at_work: Known, zone=PLENARY, at=MORNING) -> bool:
    presence = at_work.whereabouts.presence(zone, venue.HOLDER, at)
    return presence is not None and presence.inside


def test_a_second_entry_into_a_soft_zone_is_admitted_and_flagged():
    at_work = known()
    at_work.add(moved(1, MORNING))
    judged = at_work.judge(venue.badge(), WEST, Direction.ENTRY, MORNING + timedelta(minutes=30))
    assert judged.decision.admitted
    assert Flag.ALREADY_INSIDE in judged.decision.flags


def test_presence_outlives_a_snapshot_and_can_be_told_anew():
    at_work = known()
    at_work.add(moved(1, MORNING))
    at_work.replace(snapshot(), venue.policy())
    assert inside(at_work)
    later = example().replace('name = "Plenary"', 'name = "Great hall"')
    at_work.replace(snapshot(), parse(later, "later"))
    assert inside(at_work), "another policy judges the same moves"
    at_work.forget_presence()
    assert not inside(at_work)
    at_work.add_all([moved(1, MORNING)])
    assert inside(at_work)


def places(at_work: Known, gate=EAST) -> int | None:
    _, facts = at_work.case(venue.badge(), gate, Direction.ENTRY, MORNING)
    return facts.places_left


def test_a_zone_without_capacity_has_no_last_place():
    assert places(known(), GateId("expo_door")) is None


def test_a_soft_capacity_is_counted_by_who_is_known_inside():
    at_work = known()
    capacity = venue.policy().zones[VENUE].capacity
    assert places(at_work, NORTH) == capacity
    at_work.add(moved(1, MORNING, zone=VENUE, gate=NORTH))
    assert places(at_work, NORTH) == capacity - 1


def test_a_hard_capacity_is_the_lanes_own_rights_where_it_has_any():
    at_work = known()
    assert places(at_work) == venue.policy().zones[PLENARY].capacity
    at_work.places = lambda zone, at: 7 if zone.id == PLENARY else 0
    assert places(at_work) == 7
    assert places(at_work, NORTH) == venue.policy().zones[VENUE].capacity, "a soft one stays"


def test_a_delegation_counts_its_members_inside_but_never_the_one_who_asks():
    policy = parse(example().replace("delegation_max = 5", "delegation_max = 2"), "delegations")
    at_work = Known(policy)
    members = [HolderRow(venue.HOLDER + n, 1, 1, Status.APPROVED, (), 9) for n in range(3)]
    at_work.replace(snapshot(*members), policy)
    door, room = GateId("ministerial_door"), ZoneId("ministerial_room")

    def left() -> int | None:
        _, facts = at_work.case(venue.badge(), door, Direction.ENTRY, MORNING)
        return facts.delegation_left

    assert left() == 2
    for n in range(3):
        at_work.add(moved(n + 1, MORNING, zone=room, gate=door, holder=venue.HOLDER + n))
    assert left() == 0
    at_work.hold(HolderRow(venue.HOLDER + 1, 1, 1, Status.APPROVED, (), 8).record())
    assert left() == 1, "who changed delegation counts in the other one"
    at_work.hold(HolderRow(venue.HOLDER, 1, 1, Status.APPROVED).record())
    assert left() is None


# --- records


def test_the_record_of_a_scan_says_what_was_decided_and_on_what():
    at_work = known()
    judged = at_work.judge(venue.badge(), EAST, Direction.ENTRY, MORNING)
    record = at_work.record(judged, NAME)
    assert record.name == NAME
    assert record.at == MORNING
    assert (record.gate, record.zone, record.reason) == (EAST, PLENARY, Reason.ADMITTED)
    assert (record.event, record.events, record.rule) == ("wsis", ("wsis",), "plenary/2")
    assert (record.holder, record.generation, record.profile) == (venue.HOLDER, 1, 1)
    assert (record.cursor, record.policy) == (10, 1)
    assert len(record.claims) == 32
    assert len(record.text_hash) == 16


def test_the_record_holds_the_profile_in_force_not_the_one_printed():
    at_work = known(HolderRow(venue.HOLDER, 1, 2, Status.APPROVED))
    judged = at_work.judge(venue.badge(), NORTH, Direction.ENTRY, MORNING)
    assert at_work.record(judged, NAME).profile == 2
    at_work.replace(snapshot(HolderRow(5, 1, 1, Status.APPROVED)), venue.policy())
    judged = at_work.judge(venue.badge(), NORTH, Direction.ENTRY, MORNING)
    assert at_work.record(judged, NAME).profile == 1


def test_a_refusals_events_are_for_the_screen_not_for_the_counts():
    at_work = known()
    door = GateId("dialogue_door")
    judged = at_work.judge(venue.badge(), door, Direction.ENTRY, MORNING)
    assert (judged.decision.reason, judged.decision.events) == (Reason.WRONG_EVENT, ("wsis",))
    assert at_work.record(judged, NAME).events == ()


def test_a_good_badge_is_good_wherever_and_whenever_it_is_shown():
    """Whose badge it is, not whether it opens: day, door and mode are no matter."""
    at_work, late = known(ROW), venue.at("07-09 23:00")
    for mode in Mode:
        at_work.mode = mode
        for gate, at in ((NORTH, MORNING), (EAST, late), (GateId("no-gate"), MORNING)):
            badge = at_work.genuine(venue.badge(), gate, at)
            assert badge is not None
            assert badge.holder == venue.HOLDER
    assert at_work.generation_min == {}, "asking changes nothing"


def test_a_badge_that_is_forged_replaced_or_on_hold_is_nobody_s():
    at_work = known(HolderRow(venue.HOLDER, 2, 1, Status.APPROVED))
    at_work.mode = Mode.EMERGENCY_OPEN
    again = venue.badge(generation=2)
    assert at_work.genuine(again, NORTH, MORNING) is not None
    for text in (venue.badge(), venue.badge(venue.FORGER, generation=2), again[:-1], "a poster"):
        assert at_work.genuine(text, NORTH, MORNING) is None
    for status in (Status.CANCELLED, Status.BLOCKED):
        at_work.hold(HolderRow(venue.HOLDER, 2, 1, status).record())
        assert at_work.genuine(again, NORTH, MORNING) is None


def test_a_text_that_is_no_badge_leaves_a_trace_but_not_itself():
    at_work = known()
    judged = at_work.judge("https://example.org/jane.doe", NORTH, Direction.ENTRY, MORNING)
    record = at_work.record(judged, NAME)
    assert (record.reason, record.holder, record.claims) == (Reason.UNREADABLE, None, "")
    assert (record.generation, record.profile) == (None, None)
    assert "jane" not in repr(record)
    other = at_work.judge("https://example.org/john.doe", NORTH, Direction.ENTRY, MORNING)
    again = at_work.record(other, NAME)
    assert again.text_hash != record.text_hash


def test_a_text_without_end_is_cut_and_one_that_is_no_unicode_is_hashed():
    at_work = known()
    long = at_work.judge("P1" * SCAN_CHARS_MAX, NORTH, Direction.ENTRY, MORNING)
    assert len(long.text) == SCAN_CHARS_MAX
    odd = at_work.judge("\ud800", NORTH, Direction.ENTRY, MORNING)
    assert at_work.record(odd, NAME).text_hash


def test_at_a_gate_the_policy_does_not_have_nothing_opens_and_no_zone_is_named():
    at_work = known()
    nowhere = GateId("nowhere")
    judged = at_work.judge(venue.badge(), nowhere, Direction.ENTRY, MORNING)
    assert judged.decision.reason is Reason.WRONG_GATE
    assert at_work.record(judged, NAME).zone is None
    out = at_work.judge(venue.badge(), nowhere, Direction.EXIT, MORNING)
    assert out.decision.reason is Reason.EXITED


def test_an_entry_into_a_hard_zone_takes_a_place():
    at_work = known()
    granted = at_work.judge(venue.badge(), EAST, Direction.ENTRY, MORNING)
    assert at_work.record(granted, NAME).rights == 0, "without rights none is used"
    at_work.uses_rights = True
    assert at_work.record(granted, NAME).rights == 1
    soft = at_work.judge(venue.badge(), NORTH, Direction.ENTRY, MORNING)
    assert at_work.record(soft, NAME).rights == 0
    at_work.add(at_work.record(granted, NAME))
    later = MORNING + timedelta(minutes=30)
    again = at_work.judge(venue.badge(), WEST, Direction.ENTRY, later)
    assert again.decision.admitted
    assert at_work.record(again, NAME).rights == 1, "the place they had may be another's by now"
    refused = at_work.judge("no badge", EAST, Direction.ENTRY, later)
    assert at_work.record(refused, NAME).rights == 0
    leaving = at_work.judge(venue.badge(), EAST, Direction.EXIT, later)
    assert at_work.record(leaving, NAME).rights == 0


def test_an_override_is_written_down_with_who_and_why_only_where_it_was_needed():
    at_work, door = known(), GateId("dialogue_door")
    force = Override(supervisor=77, why="protocol")
    forced = at_work.judge(venue.badge(), door, Direction.ENTRY, MORNING, override=force)
    record = at_work.record(forced, NAME)
    assert (record.reason, record.overrides) == (Reason.OVERRIDDEN, Reason.WRONG_EVENT)
    assert (record.supervisor, record.why) == (77, "protocol")
    plain = at_work.judge(venue.badge(), NORTH, Direction.ENTRY, MORNING, override=force)
    record = at_work.record(plain, NAME)
    assert (record.reason, record.overrides) == (Reason.ADMITTED, None)
    assert (record.supervisor, record.why) == (None, "")


def test_a_program_that_starts_again_takes_the_badges_it_was_shown_from_its_own_decisions():
    before = Known(venue.policy())
    before.keys = {1: venue.key(1)}
    number = iter(range(1, 9))
    log = []
    for text in (venue.badge(generation=3), venue.badge(generation=2), "a poster"):
        judged = before.judge(text, GateId("west_3"), Direction.ENTRY, venue.at("07-07 09:00"))
        log.append(before.record(judged, (DeviceId("a"), 1, next(number))))
    holder = log[0].holder
    for records in (log, log[1:]):  # of the second badge it stands in the record which was newer
        again = Known(venue.policy())
        for record in records:
            again.decided(record)
        assert again.generation_min == {holder: 3} == before.generation_min
