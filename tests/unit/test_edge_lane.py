"""One lane: what it shows, what it keeps, and what it takes from the server."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from gate.access.ledger import Move, MoveKind, Told
from gate.access.model import Direction, Mode, Reason, Status
from gate.access.policy_file import PolicyError
from gate.access.wire import Feed, FeedRow
from gate.edge.lane import Lane
from gate.edge.store import LaneStore, StoreUnusable
from tests import lanes

NINE = lanes.NINE


@pytest.fixture
def store(tmp_path):
    with closing(LaneStore(tmp_path / "lane.sqlite")) as store:
        yield store


def ready(store, **who) -> Lane:
    lane = Lane(store, lanes.identity(**who))
    lane.take(lanes.snapshot())
    return lane


def full(store) -> None:
    """No page more than the file has now: the next record finds the disk full."""
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")


def room(store) -> None:
    store._db.execute("PRAGMA max_page_count = 1000000")


def until_full(lane) -> None:
    for _ in range(500):
        if lane.scan(lanes.badge(9), NINE).record is None:
            return
    pytest.fail("the store never became full")


# --- a scan


def test_an_admission_is_on_disk_when_it_is_shown(tmp_path):
    lane, store = lanes.lane(tmp_path)
    lane.take(lanes.snapshot())
    shown = lane.scan(lanes.badge(1), NINE)
    assert shown.decision.admitted and shown.record is not None
    copied = tmp_path / "copied.sqlite"  # what a power cut would leave: the files as they are
    for tail in ("", "-wal"):
        copied.with_name(copied.name + tail).write_bytes(
            (tmp_path / f"lane.sqlite{tail}").read_bytes()
        )
    store.close()
    with closing(LaneStore(copied)) as left:
        assert list(left.records()) == [shown.record]


def test_every_scan_is_kept_with_the_next_number(store):
    lane = ready(store)
    texts = (lanes.badge(1), "WIFI:S:hotel", lanes.badge(1, generation=2), lanes.badge(1), "")
    shown = [lane.scan(text, NINE) for text in texts]
    assert [each.record.number for each in shown] == [1, 2, 3, 4, 5]
    assert [each.record for each in shown] == list(store.records())
    assert shown[3].decision.reason is Reason.REPLACED


def test_before_its_first_snapshot_a_lane_admits_nobody(store):
    shown = Lane(store, lanes.identity()).scan(lanes.badge(1), NINE)
    assert (shown.decision.reason, shown.record) == (Reason.RULE_ERROR, None)


def test_leaving_is_never_refused_not_even_before_the_first_snapshot(store):
    way_out = lanes.identity(gate="exit_6", direction=Direction.EXIT)
    shown = Lane(store, way_out).scan(lanes.badge(1), NINE)
    assert shown.decision.reason is Reason.EXITED


def test_a_lane_goes_on_after_a_restart_as_if_there_was_none(tmp_path):
    lane, store = lanes.lane(tmp_path, lanes.identity(gate="high_level_door"))
    lane.take(lanes.snapshot())
    lane.scan(lanes.badge(1, generation=2), NINE)
    lane.apply(lanes.feed(FeedRow(seq=101, holder=lanes.holder(3, status=Status.BLOCKED))))
    store.close()
    lane, store = lanes.lane(tmp_path, lanes.identity(gate="high_level_door"))
    with closing(store):
        assert (lane.cursor, lane.outbox.waiting) == (101, 1)
        assert lane.scan(lanes.badge(1), NINE).decision.reason is Reason.REPLACED
        assert lane.scan(lanes.badge(3), NINE).decision.reason is Reason.BLOCKED
        assert [record.number for record in store.records()] == [1, 2, 3]


def test_presence_is_told_anew_from_the_log_after_a_restart(tmp_path):
    who = lanes.identity(gate="dialogue_door")
    lane, store = lanes.lane(tmp_path, who)
    lane.take(lanes.snapshot())
    assert lane.scan(lanes.badge(1), NINE).decision.flags == ()
    store.close()
    lane, store = lanes.lane(tmp_path, who)
    with closing(store):
        again = lane.scan(lanes.badge(1), NINE + timedelta(minutes=5))
        assert again.decision.flags or again.decision.reason is Reason.ALREADY_INSIDE


# --- a store that fails


def test_a_full_disk_never_shows_green_at_an_entrance(store):
    lane = ready(store)
    full(store)
    until_full(lane)
    kept = len(list(store.records()))
    for number in range(8):
        shown = lane.scan(lanes.badge(number), NINE)
        assert (shown.decision.reason, shown.record) == (Reason.RULE_ERROR, None)
    assert len(list(store.records())) == kept


def test_with_room_again_the_lane_goes_on_with_the_next_number(store):
    lane = ready(store)
    full(store)
    until_full(lane)
    kept = len(list(store.records()))
    room(store)
    shown = lane.scan(lanes.badge(1), NINE)
    assert shown.decision.admitted and shown.record.number == kept + 1


@pytest.mark.parametrize("fail", ["full", "read only", "closed"])
def test_leaving_and_fleeing_do_not_wait_for_a_store_that_fails(store, fail):
    for who in (
        {"gate": "exit_6", "direction": Direction.EXIT},
        {"gate": "north_1", "direction": Direction.ENTRY},
    ):
        lane = ready(store, **who)
        if who["direction"] is Direction.ENTRY:
            lane.apply(lanes.feed(FeedRow(seq=101, mode=Mode.EMERGENCY_OPEN)))
        if fail == "full":
            full(store)
            until_full(lane)
        elif fail == "read only":
            store._db.execute("PRAGMA query_only = ON")
        shown = lane.scan(lanes.badge(1), NINE)
        wanted = Reason.EXITED if who["direction"] is Direction.EXIT else Reason.EMERGENCY
        assert shown.decision.reason is wanted
        store._db.execute("PRAGMA query_only = OFF")
        room(store)


def test_a_read_only_store_shows_red_at_an_entrance(store):
    lane = ready(store)
    store._db.execute("PRAGMA query_only = ON")
    assert lane.scan(lanes.badge(1), NINE).decision.reason is Reason.RULE_ERROR
    assert lane.scan("nonsense", NINE).decision.reason is Reason.UNREADABLE


def test_a_newer_badge_seen_while_the_disk_failed_still_kills_the_older_after_a_restart(tmp_path):
    lane, store = lanes.lane(tmp_path)
    lane.take(lanes.snapshot())
    store._db.execute("PRAGMA query_only = ON")
    lane.scan(lanes.badge(1, generation=2), NINE)
    store._db.execute("PRAGMA query_only = OFF")
    lane.scan(lanes.badge(1, generation=2), NINE)
    store.close()
    lane, store = lanes.lane(tmp_path)
    with closing(store):
        assert lane.scan(lanes.badge(1), NINE).decision.reason is Reason.REPLACED


def test_a_commit_that_fails_leaves_no_open_transaction(store):
    lane = ready(store)

    real = store._db

    class Failing:
        """A disk that takes the writes and fails as they are made durable."""

        def __getattr__(self, name):
            return getattr(real, name)

        def execute(self, sql, *arguments):
            if sql == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return real.execute(sql, *arguments)

    store._db = Failing()
    assert lane.scan(lanes.badge(1), NINE).decision.reason is Reason.RULE_ERROR
    store._db = real
    assert lane.scan(lanes.badge(1), NINE).decision.admitted
    assert [record.number for record in store.records()] == [1]


# --- what the server sends


def test_a_snapshot_never_lowers_a_minimum_generation(store):
    lane = ready(store)
    lane.scan(lanes.badge(1, generation=3), NINE)
    lane.take(lanes.snapshot(cursor=5))
    assert lane.scan(lanes.badge(1, generation=2), NINE).decision.reason is Reason.REPLACED


def test_a_snapshot_never_clears_what_was_not_sent(store):
    lane = ready(store)
    for number in range(5):
        lane.scan(lanes.badge(number), NINE)
    lane.outbox.acknowledged(1, 2)
    lane.take(lanes.snapshot(cursor=5))
    assert lane.outbox.waiting == 3
    assert [record.number for record in lane.outbox.batch(100)] == [3, 4, 5]


@pytest.mark.parametrize("seqs", [(102,), (100,), (101, 103), (101, 102, 102), (101, 100)])
def test_rows_that_do_not_follow_are_not_taken(tmp_path, seqs):
    lane, store = lanes.lane(tmp_path)
    lane.take(lanes.snapshot())
    rows = [FeedRow(seq=seq, holder=lanes.holder(seq % 10)) for seq in seqs]
    with pytest.raises(ValueError, match="does not follow"):
        lane.apply(lanes.feed(*rows))
    assert lane.cursor == 100
    store.close()
    lane, store = lanes.lane(tmp_path)
    with closing(store):
        assert lane.cursor == 100


def test_rows_of_another_timeline_are_not_taken(store):
    """The server was restored between two polls: the same position is another change."""
    lane = ready(store)
    row = FeedRow(seq=101, holder=lanes.holder(1, status=Status.BLOCKED))
    with pytest.raises(ValueError, match="another timeline"):
        lane.apply(Feed((row,), 101, 300_000, timeline="restored"))
    assert lane.cursor == 100


def test_a_lane_without_a_snapshot_takes_no_rows(store):
    with pytest.raises(ValueError, match="does not follow"):
        Lane(store, lanes.identity()).apply(lanes.feed(FeedRow(seq=1)))


def test_what_a_store_cannot_keep_the_lane_does_not_know_either(store):
    lane = ready(store)
    store._db.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.Error):
        lane.apply(lanes.feed(FeedRow(seq=101, holder=lanes.holder(1, status=Status.BLOCKED))))
    with pytest.raises(sqlite3.Error):
        lane.take(lanes.snapshot(0, cursor=500))
    store._db.execute("PRAGMA query_only = OFF")
    assert lane.cursor == 100
    assert lane.scan(lanes.badge(1), NINE).decision.admitted


@pytest.mark.parametrize("policy", ["", "not toml [", 'edition = "x"'])
def test_a_policy_that_cannot_be_read_leaves_the_lane_as_it_was(store, policy):
    lane = ready(store)
    with pytest.raises(PolicyError):
        lane.take(lanes.snapshot(0, cursor=500, policy=policy))
    with pytest.raises(PolicyError):
        lane.apply(
            lanes.feed(
                FeedRow(seq=101, holder=lanes.holder(1, status=Status.BLOCKED)),
                FeedRow(seq=102, policy=policy),
            )
        )
    assert lane.cursor == 100 and store.snapshot() == lanes.snapshot()
    assert lane.scan(lanes.badge(1), NINE).decision.admitted


def test_a_stored_policy_this_version_cannot_read_is_replaced_by_the_next_snapshot(tmp_path):
    lane, store = lanes.lane(tmp_path)
    lane.take(lanes.snapshot())
    lane.scan(lanes.badge(1, generation=2), NINE)
    store._set("policy", "written = 'by another version'")
    store.close()
    lane, store = lanes.lane(tmp_path)
    with closing(store):
        assert lane.cursor is None
        lane.take(lanes.snapshot())
        assert lane.scan(lanes.badge(1), NINE).decision.reason is Reason.REPLACED


def test_knowledge_of_all_badges_is_claimed_only_at_the_head_of_the_feed(store):
    lane = ready(store)
    row = FeedRow(seq=101, holder=lanes.holder(1))
    lane.apply(lanes.feed(row, head=150))
    assert store.snapshot().known_until_min == lanes.snapshot().known_until_min
    lane.apply(lanes.feed(FeedRow(seq=102, holder=lanes.holder(2)), head=102))
    assert store.snapshot().known_until_min == lanes.feed().known_until_min


def test_an_empty_feed_writes_only_when_its_minute_changed(store):
    lane = ready(store)
    news = Feed((), 100, 300_000)
    lane.apply(news)
    before = store._db.total_changes
    lane.apply(news)
    assert store._db.total_changes == before


# --- numbers and epochs


def test_a_new_enrolment_starts_at_one_and_still_sends_what_the_old_one_kept(tmp_path):
    lane, store = lanes.lane(tmp_path)
    lane.take(lanes.snapshot())
    for number in range(4):
        lane.scan(lanes.badge(number), NINE)
    lane.outbox.acknowledged(1, 1)
    store.close()
    lane, store = lanes.lane(tmp_path, lanes.identity(epoch=2))
    with closing(store):
        assert lane.scan(lanes.badge(5), NINE).record.name == (lanes.NAME, 2, 1)
        assert (lane.outbox.waiting, lane.outbox.older_epochs) == (4, [1])
        sent = []
        while batch := lane.outbox.batch(2):
            assert len({record.epoch for record in batch}) == 1
            sent += [record.name[1:] for record in batch]
            lane.outbox.acknowledged(batch[-1].epoch, batch[-1].number)
        assert sent == [(2, 1), (1, 2), (1, 3), (1, 4)]
        assert lane.outbox.waiting == 0
        assert len(list(store.records())) == 5


def test_records_of_an_epoch_the_server_does_not_know_wait_and_block_nothing(tmp_path):
    """The server was restored to before this lane's second enrolment."""
    lane, store = lanes.lane(tmp_path, lanes.identity(epoch=2))
    lane.take(lanes.snapshot())
    lane.scan(lanes.badge(1), NINE)
    store.close()
    lane, store = lanes.lane(tmp_path, lanes.identity(epoch=1))
    with closing(store):
        lane.scan(lanes.badge(2), NINE)
        assert [record.epoch for record in lane.outbox.batch(10)] == [1]
        lane.outbox.acknowledged(1, 1)
        assert lane.outbox.batch(10) == [] and lane.outbox.waiting == 1


def test_a_server_that_says_less_than_before_is_sent_the_rest_again(store):
    lane = ready(store)
    for number in range(6):
        lane.scan(lanes.badge(number), NINE)
    lane.outbox.acknowledged(1, 6)
    assert lane.outbox.batch(10) == []
    lane.outbox.acknowledged(1, 2)
    assert [record.number for record in lane.outbox.batch(10)] == [3, 4, 5, 6]


def test_a_server_that_says_more_than_there_is_is_not_believed(store):
    lane = ready(store)
    lane.outbox.acknowledged(1, 10**9)
    lane.scan(lanes.badge(1), NINE)
    assert lane.outbox.waiting == 1 and len(lane.outbox.batch(10)) == 1


def test_a_lane_says_which_store_it_cannot_read(store):
    ready(store).scan(lanes.badge(1), NINE)
    store._db.execute("UPDATE log SET body = x'7b'")
    with pytest.raises(StoreUnusable, match=r"lane.sqlite is damaged"):
        ready(store)


def test_a_restored_server_does_not_bring_a_replaced_badge_back(store):
    lane = ready(store)
    lane.apply(lanes.feed(FeedRow(seq=101, holder=lanes.holder(1, generation=2))))
    lane.take(lanes.snapshot())
    assert lane.scan(lanes.badge(1, 1), NINE).decision.reason is Reason.REPLACED
    again = Lane(store, lanes.identity())
    assert again.scan(lanes.badge(1, 1), NINE).decision.reason is Reason.REPLACED
    assert again.scan(lanes.badge(1, 2), NINE).decision.admitted


def test_what_was_told_before_a_snapshot_counts_only_if_the_snapshot_says_so(store):
    """A restored server may have lost it; in memory as on disk the lane begins anew from its own
    log and the snapshot."""
    lane = ready(store)
    own = lane.scan(lanes.badge(1), NINE).record
    heard = Move(own.at_ms, "other", 1, 1, MoveKind.IN, lanes.FIRST_HOLDER + 2, own.zone, own.gate)
    lane.apply(Feed((), 100, 0, (heard,), 1))
    inside = [made.holder for made in lane.roll_call(NINE)]
    assert sorted(inside) == [lanes.FIRST_HOLDER + 1, lanes.FIRST_HOLDER + 2]
    lane.take(lanes.snapshot())
    for each in (lane, Lane(store, lanes.identity())):
        assert [made.holder for made in each.roll_call(NINE)] == [lanes.FIRST_HOLDER + 1]


def test_a_mode_set_before_the_first_snapshot_is_in_force_after_it(store):
    lane = Lane(store, lanes.identity())
    lane.set_mode(Mode.FROZEN, NINE, 3)
    lane.take(lanes.snapshot())
    assert lane.scan(lanes.badge(1), NINE).decision.reason is Reason.FROZEN


def test_what_other_lanes_told_outlives_a_snapshot_of_a_server_that_has_not_heard_it(store):
    lane = ready(store)
    own = lane.scan(lanes.badge(1), NINE).record
    heard = Move(own.at_ms, "other", 1, 1, MoveKind.IN, lanes.FIRST_HOLDER + 2, own.zone, own.gate)
    lane.apply(Feed((), 100, 0, (heard,), 1))
    lane.hear(Told("other", 1, 1, (heard,)), NINE)  # what a restored server forgets, too
    lane = Lane(store, lanes.identity())
    lane.take(lanes.snapshot())
    for each in (lane, Lane(store, lanes.identity())):
        inside = sorted(made.holder for made in each.roll_call(NINE))
        assert inside == [lanes.FIRST_HOLDER + 1, lanes.FIRST_HOLDER + 2]
