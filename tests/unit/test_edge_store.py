"""The lane's file: durable, atomic, never less than it was, and plain words when it is unusable."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

import msgspec
import pytest

from gate.access.ledger import LogRecord, move
from gate.access.model import DeviceId, Direction, GateId, Mode, Reason, Status, ZoneId
from gate.access.wire import FeedRow, HolderRow, Supervisor
from gate.edge.lane import Lane
from gate.edge.store import SCHEMAS, LaneStore, StoreUnusable
from tests import lanes


@contextmanager
def opened(path):
    with closing(LaneStore(path)) as store:
        yield store


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "lane.sqlite"


def entry(number: int, epoch: int = 1) -> LogRecord:
    return LogRecord(
        device=DeviceId(lanes.NAME),
        epoch=epoch,
        number=number,
        at_ms=1_783_400_000_000 + number,
        gate=GateId(lanes.GATE),
        direction=Direction.ENTRY,
        reason=Reason.ADMITTED,
        holder=lanes.FIRST_HOLDER,
        generation=1,
    )


def test_a_commit_waits_for_the_disk(path):
    with opened(path) as store:
        assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_a_snapshot_comes_back_as_it_was_taken(path):
    taken = msgspec.structs.replace(
        lanes.snapshot(5),
        timeline="after the restore",
        supervisors=(Supervisor(1, "$argon2id$...", holder=7), Supervisor(2, "", active=False)),
        holders=(
            HolderRow(1, 2, 3, Status.APPROVED, ("escort", "protocol"), delegation=4, digital=2),
        ),
    )
    with opened(path) as store:
        store.replace(taken)
    with opened(path) as store:
        assert store.snapshot() == taken


def test_a_file_of_the_version_before_is_used_on_and_asks_for_a_snapshot(path):
    with opened(path) as store:
        store.replace(msgspec.structs.replace(lanes.snapshot(3), timeline="heard"))
        store.append(entry(1))
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE holder DROP COLUMN digital")
        db.execute("DROP TABLE told")
        db.execute("PRAGMA user_version = 1")
    with opened(path) as store:
        again = store.snapshot()
        assert again is not None
        assert (again.timeline, again.holders) == ("", lanes.snapshot(3).holders)
        assert list(store.records()) == [entry(1)]


def test_a_snapshot_replaces_all_that_was_synced_and_nothing_else(path):
    with opened(path) as store:
        store.replace(lanes.snapshot(5))
        store.append(entry(1), [(lanes.FIRST_HOLDER, 3)])
        store.set_acked(1, 1)
        store.replace(lanes.snapshot(2, cursor=7))
        again = store.snapshot()
        assert again is not None and again == lanes.snapshot(2, cursor=7)
        assert list(store.records()) == [entry(1)]
        assert store.generations() == {lanes.FIRST_HOLDER: 3}
        assert store.acked() == {1: 1}


@pytest.mark.parametrize("generations", [(3, 2), (2, 3), (3, 3)])
def test_a_minimum_generation_only_rises(path, generations):
    with opened(path) as store:
        for number, generation in enumerate(generations, 1):
            store.append(entry(number), [(lanes.FIRST_HOLDER, generation)])
        assert store.generations() == {lanes.FIRST_HOLDER: 3}


def test_a_snapshot_that_fails_half_way_changes_nothing(path):
    """The last holder cannot be stored: everything written before it is taken back."""
    bad = lanes.snapshot(5, cursor=200)
    broken = (*bad.holders, lanes.HolderRow(2**70, 1, 1, Status.APPROVED))
    with opened(path) as store:
        store.replace(lanes.snapshot(3))
        with pytest.raises(OverflowError):
            store.replace(lanes.Snapshot(200, 1, "", (), (), broken))
        assert store.snapshot() == lanes.snapshot(3)


def test_feed_rows_and_cursor_are_taken_together_or_not_at_all(path):
    rows = [
        FeedRow(seq=101, holder=lanes.holder(0, status=Status.BLOCKED)),
        FeedRow(seq=102, mode=Mode.EMERGENCY_OPEN),
        FeedRow(seq=103, holder=lanes.HolderRow(2**70, 1, 1, Status.APPROVED)),
    ]
    with opened(path) as store:
        store.replace(lanes.snapshot(3))
        with pytest.raises(OverflowError):
            store.apply(rows, 999)
        assert store.snapshot() == lanes.snapshot(3)
        store.apply(rows[:2], 999)
        again = store.snapshot()
        assert again is not None
        assert (again.cursor, again.mode, again.known_until_min) == (102, Mode.EMERGENCY_OPEN, 999)
        assert again.holders[0].status is Status.BLOCKED


def test_a_number_is_given_once(path):
    with opened(path) as store:
        store.append(entry(1))
        with pytest.raises(sqlite3.IntegrityError):
            store.append(entry(1))
        store.append(entry(2))
        assert store.highest() == {1: 2}


def test_no_statement_of_the_product_takes_a_record_away(path):
    """Whatever else is called, the log only grows."""
    source = Path(sys.modules[LaneStore.__module__].__file__).read_text().upper()
    assert "DELETE FROM LOG" not in source and "UPDATE LOG" not in source
    with opened(path) as store:
        for number in range(1, 6):
            store.append(entry(number))
        store.set_acked(1, 5)
        store.replace(lanes.snapshot(0, cursor=1))
        store.append(entry(1, epoch=2))
        assert [r.name[1:] for r in store.records()] == [(1, n) for n in range(1, 6)] + [(2, 1)]


def test_what_other_lanes_told_is_kept_once_and_forgotten_only_under_another_key(path, monkeypatch):
    monkeypatch.setattr("gate.edge.store.TOLD_KEPT_MAX", 3)
    of_key = msgspec.structs.replace(lanes.snapshot(1), lan_key="ab")
    in_zone = {"zone": ZoneId("venue"), "holder": 7}
    moves = [move(msgspec.structs.replace(entry(number), **in_zone)) for number in range(1, 6)]
    with opened(path) as store:
        store.replace(of_key)
        store.heard(moves[:2], ())
        store.heard(moves[1:3], ())
        assert list(store.told()) == moves[:3]
        store.replace(of_key)
    with opened(path) as store:
        assert list(store.told()) == moves[:3] == list(store.snapshot().moves)
        store.heard(moves[3:], ())
        assert list(store.told()) == moves[2:], "the newest, within a limit"
        store.replace(msgspec.structs.replace(of_key, lan_key="cd"))
        assert store.told() == ()
        store.heard(moves, ())
        store.wipe()
        assert store.told() == ()


@pytest.mark.parametrize("version", range(1, len(SCHEMAS)))
def test_a_file_of_an_earlier_version_is_brought_up_to_date_with_all_it_holds(path, version):
    with closing(sqlite3.connect(path)) as db:
        for statement in (*chain(*SCHEMAS[:version]), f"PRAGMA user_version = {version}"):
            db.execute(statement)
        db.execute("INSERT INTO log VALUES (1, 1, ?)", (msgspec.json.encode(entry(1)),))
        db.commit()
    with opened(path) as store:
        assert list(store.records()) == [entry(1)]
        assert store.told() == ()


# --- a file that cannot be used


def test_what_is_no_database_is_said_in_words(path):
    path.write_bytes(b"a photograph, perhaps" * 500)
    with pytest.raises(StoreUnusable, match=r"is damaged \(.*enrol this lane anew.*keep it"):
        LaneStore(path)


def test_a_newer_programs_file_is_left_alone(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="written by a newer version"):
        LaneStore(path)
    assert path.read_bytes()[100:] == before[100:]


def test_a_file_another_program_has_open_is_not_called_damaged(path, monkeypatch):
    monkeypatch.setattr("gate.edge.store.BUSY_S", 0.1)
    with opened(path) as store:
        store.append(entry(1))
        with pytest.raises(StoreUnusable, match="another program has it open") as caught:
            LaneStore(path)
    assert "damaged" not in str(caught.value)
    with opened(path) as store:
        assert store.highest() == {1: 1}


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        LaneStore(tmp_path / "file" / "lane.sqlite")


def test_a_path_that_is_a_folder_is_said_in_words(tmp_path):
    with pytest.raises(StoreUnusable, match=r"cannot be (opened|used)"):
        LaneStore(tmp_path)


def test_a_file_belongs_to_one_device(path):
    with opened(path) as store:
        Lane(store, lanes.identity("north-1-a"))
        with pytest.raises(StoreUnusable, match=r"belongs to north-1-a .* north-1-b a folder"):
            Lane(store, lanes.identity("north-1-b"))


def test_damage_anywhere_gives_words_or_is_harmless(tmp_path, path):
    """200 files with a few bytes struck: each opens, or says in words that it cannot."""
    with opened(path) as store:
        lane = Lane(store, lanes.identity())
        lane.take(lanes.snapshot(40))
        for number in range(60):
            lane.scan(lanes.badge(number % 40, 1 + number // 40), lanes.NINE)
    whole, dice = path.read_bytes(), random.Random(7)
    said = 0
    for _ in range(200):
        struck = bytearray(whole)
        for _ in range(dice.choice((1, 1, 4, 64))):
            struck[dice.randrange(len(struck))] = dice.randrange(256)
        if dice.random() < 0.1:
            del struck[dice.randrange(len(struck)) :]
        hurt = tmp_path / "hurt.sqlite"
        hurt.write_bytes(struck)
        try:
            with opened(hurt) as store:
                Lane(store, lanes.identity()).scan(lanes.badge(1), lanes.NINE)
        except StoreUnusable:
            said += 1
        for each in tmp_path.glob("hurt.sqlite*"):
            each.unlink()
    assert 50 < said < 200


FULL = """
import resource, sys
from pathlib import Path
from tests import lanes
from gate.edge.lane import Lane
from gate.edge.store import LaneStore

lane = Lane(LaneStore(Path(sys.argv[1])), lanes.identity())
lane.take(lanes.snapshot(200))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
for number in range(200):
    shown = lane.scan(lanes.badge(number), lanes.NINE)
    print(shown.decision.reason, shown.record is not None)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
shown = lane.scan(lanes.badge(0), lanes.NINE)
print(shown.decision.reason, shown.record.number)
"""


def test_a_file_that_may_not_grow_shows_red_and_works_again_once_it_may(path):
    """The system itself refuses to write more (a file-size limit stands in for a full disk)."""
    with opened(path) as store:
        Lane(store, lanes.identity()).take(lanes.snapshot(200))
    done = subprocess.run(
        [sys.executable, "-c", "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
         + FULL, str(path), "300000"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    *scans, after = done.stdout.splitlines()
    kept = scans.count("admitted True")
    assert scans == ["admitted True"] * kept + ["rule_error False"] * (200 - kept)
    assert 0 < kept < 200
    assert after == f"admitted {kept + 1}"
    with opened(path) as store:
        assert [record.number for record in store.records()] == list(range(1, kept + 2))


def test_what_a_table_said_of_generations_outlives_a_restored_server(path):
    """A snapshot of a server restored to before the re-print does not bring the old badge back."""
    with opened(path) as store:
        reprinted = lanes.holder(0, generation=2)
        store.replace(msgspec.structs.replace(lanes.snapshot(3), holders=(reprinted,)))
        store.replace(lanes.snapshot(3, cursor=50))
        assert store.generations() == {lanes.FIRST_HOLDER: 2}
        store.replace(msgspec.structs.replace(lanes.snapshot(3), holders=(reprinted,)))
        store.wipe()
        assert store.generations() == {lanes.FIRST_HOLDER: 2}
