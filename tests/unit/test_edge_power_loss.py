"""The power goes at any moment: whatever a lane showed green for is on its disk afterwards."""

import random
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gate.access.wire import FeedRow
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from tests import lanes
from tests.power import Disk, Sync

SCANS = 150
CRASHES = 600


def lived(path, disk: Disk, after_open=None) -> None:
    """A morning at a lane: scans, newer badges, feed rows, a snapshot, acknowledgements. The log
    is merged into the main file often, so that crashes fall into that as well."""
    store = LaneStore(path, connect=disk.connect())
    store._db.execute("PRAGMA wal_autocheckpoint = 25")
    if after_open:
        store._db.execute(after_open)
    with closing(store):
        lane = Lane(store, lanes.identity())
        lane.take(lanes.snapshot(20))
        disk.promise(("cursor", 100))
        seq = 100
        for number in range(SCANS):
            generation = 1 + number // 20 % 5
            shown = lane.scan(
                lanes.badge(number % 20, generation), lanes.NINE + timedelta(seconds=number)
            )
            assert shown.record is not None
            disk.promise(shown)
            if number % 10 == 5:
                seq += 1
                lane.apply(lanes.feed(FeedRow(seq=seq, holder=lanes.holder(number % 20))))
                disk.promise(("cursor", seq))
            if number % 25 == 20:
                lane.outbox.acknowledged(1, number)
            if number == 80:
                lane.take(lanes.snapshot(20, cursor=seq))


def lost(folder, disk: Disk, crashes: int) -> list[str]:
    """What a crash took that had been promised; one line for each crash that broke a promise."""
    dice, broken = random.Random(2026), []
    moments = sorted(dice.randrange(len(disk.asked) + 1) for _ in range(crashes))
    for number, (moment, files) in enumerate(disk.crashes(moments, dice)):
        place = folder / f"crash-{number}"
        place.mkdir()
        for name, body in files.items():
            (place / name).write_bytes(body)
        promises = disk.promises_by(moment)
        with closing(LaneStore(place / "lane.sqlite")) as store:
            broken += [f"operation {moment}: {what}" for what in _broken(store, promises)]
        for each in place.iterdir():
            each.unlink()
    return broken


def _broken(store: LaneStore, promises: list) -> list[str]:
    shown = [each for each in promises if not isinstance(each, tuple)]
    records = list(store.records())
    said = []
    if [record.number for record in records] != list(range(1, len(records) + 1)):
        said.append("numbers have a gap")
    if records[: len(shown)] != [each.record for each in shown]:
        said.append(f"{len(records)} records of the {len(shown)} that were shown")
    kept, wanted = store.generations(), {}
    for each in shown:
        holder, generation = each.record.holder, each.record.generation
        wanted[holder] = max(generation, wanted.get(holder, 0))
    said += [f"generation of {h} fell below {g}" for h, g in wanted.items() if kept.get(h, 0) < g]
    cursors = [each[1] for each in promises if isinstance(each, tuple)]
    snapshot = store.snapshot()
    if cursors and (snapshot is None or snapshot.cursor < cursors[-1]):
        said.append(f"cursor fell below {cursors[-1]}")
    return said


@pytest.fixture
def quick_folder():
    """In memory where there is such a place: six hundred stores are opened, and one disk is
    enough to wait for."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def test_no_crash_takes_what_a_lane_had_shown(tmp_path, quick_folder):
    disk = Disk()
    lived(tmp_path / "lane.sqlite", disk)
    merges = [each for each in disk.asked if each == Sync("lane.sqlite", folder=False)]
    assert len(merges) > 10, "merging was not part of the morning"
    assert lost(quick_folder, disk, CRASHES) == []


def test_this_test_notices_a_store_that_does_not_wait_for_the_disk(tmp_path, quick_folder):
    disk = Disk()
    lived(tmp_path / "lane.sqlite", disk, after_open="PRAGMA synchronous = NORMAL")
    assert lost(quick_folder, disk, 60) != []
