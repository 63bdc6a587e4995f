"""A lane with 12,000 holders: payload -> durable record -> decision, and a cold start."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gate.access.model import DeviceId, GateId, Holder, Status
from gate.access.wire import DeviceRole, Enrolled, HolderRow, Snapshot
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from gate.editions import example
from tests import venue
from tests.bench.measure import Line, line, timed

HOLDERS = 12_000
SCANS = 3000
STARTS = 3
AT = venue.at("07-07 09:30")
IDENTITY = Enrolled(
    DeviceId("bench"), 1, "", DeviceRole.LANE, venue.policy().edition, GateId("north_1")
)


def measure() -> Iterator[Line]:
    texts = [venue.badge(holder=Holder(each)) for each in range(1, SCANS + 21)]
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as name:
        path = Path(name) / "lane.sqlite"
        store = LaneStore(path)
        lane = Lane(store, IDENTITY)
        lane.take(snapshot())
        waiting = iter(texts)
        flushes = timed(_flush(Path(name) / "flush"), 300)
        samples = timed(lambda: scan(lane, next(waiting)), SCANS)
        store.close()
        yield line("the disk's own flush of 4 kB", flushes, note="for comparison with the next")
        yield line(
            "lane: payload -> durable record -> decision",
            samples,
            target="p99 <= 10 ms",
            p99_max=10,
            note=f"{HOLDERS:,} holders, each badge once",
        )
        starts = [_cold_start(path, HOLDERS - each) for each in range(STARTS)]
        note = f"process started -> first badge decided; {SCANS:,} records in its log"
        yield line("lane cold start", starts, unit="s", target="<= 3 s", p99_max=3, note=note)


def snapshot() -> Snapshot:
    """The example week with so many approved delegates."""
    return Snapshot(
        cursor=1,
        known_until_min=venue.ISSUED_MIN + 1,
        policy=example(),
        keys=(venue.key(),),
        profiles=(venue.profile("delegate", "wsis ai4g dialogue"),),
        holders=tuple(HolderRow(each, 1, 1, Status.APPROVED) for each in range(1, HOLDERS + 1)),
    )


def scan(lane: Lane, text: str) -> None:
    shown = lane.scan(text, AT)
    if not shown.decision.admitted or shown.record is None:
        raise SystemExit(f"the measured badge must open: {shown.decision}")


def _flush(path: Path) -> Callable[[], None]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)

    def flush() -> None:
        os.pwrite(descriptor, os.urandom(4096), 0)
        os.fsync(descriptor)

    return flush


def _cold_start(path: Path, holder: int) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tests.bench.lane", str(path), str(holder)], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    cold = Lane(LaneStore(Path(sys.argv[1])), IDENTITY)
    scan(cold, venue.badge(holder=Holder(int(sys.argv[2]))))
