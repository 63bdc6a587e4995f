"""A camera frame -> decision on one core. How many frames are read at all is `tracks`."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import scenes
from deploy.demo.scenes import Pose
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from kiosk.debounce import READS_BADGE, Debounce
from kiosk.decode import Image
from kiosk.vision.tracker import Tracker
from tests.bench.crowd import badges
from tests.bench.lane import IDENTITY, scan, snapshot
from tests.bench.measure import Line, line, timed

BADGES = 80
DPI = 150.0


@dataclass(frozen=True, slots=True)
class Frame:
    """`present` is every text to be seen in it, the presented badge's first."""

    image: Image
    present: tuple[str, ...]


def measure() -> Iterator[Line]:
    with _one_core():
        shown = _badges()
        yield from _decision(shown)


def _badges() -> list[Frame]:
    """Pictures of badges, flat."""
    renderer = Renderer(load())
    drawn = [data for data, _ in zip(badges(), range(BADGES), strict=False)]
    return [Frame(scenes.picture(renderer.png(data, DPI)), (data.text,)) for data in drawn]


def _decision(shown: Sequence[Frame]) -> Iterator[Line]:
    dice, samples = np.random.default_rng(7), []
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as name:
        store = LaneStore(Path(name) / "lane.sqlite")
        lane = Lane(store, IDENTITY)
        lane.take(snapshot())
        for place, badge in enumerate(shown):
            pose = Pose(
                height=dice.uniform(0.5, 0.95),
                turn=dice.normal(0, 6),
                tilt=dice.normal(0, 6),
                blur=dice.uniform(0, 1.0),
                light=dice.uniform(0.4, 0.95),
            )
            samples += _decided(lane, scenes.frame(badge.image, pose, place))
        store.close()
    empty = [scenes.frame(None, Pose(), seed) for seed in range(10)]
    yield line(
        "camera frame 1280x720 -> decision",
        samples,
        target="p50 <= 20 ms",
        median_max=20,
        note=f"one core: decode, debounce, decide, durable record; {len(shown) - len(samples)} "
        f"of {len(shown)} poses not read",
    )
    turn, tracker = iter(empty * 3), Tracker()
    yield line("camera frame without a badge", timed(lambda: tracker.look(next(turn)), 20, 10))


def _decided(lane: Lane, image: Image) -> list[float]:
    """Seconds from the frame that completes a badge's reads to its decision; none if not read."""
    seen, tracker = Debounce(), Tracker()
    for _ in range(READS_BADGE):
        started = time.perf_counter()
        badge = tracker.look(image).badge
        text = seen.saw(badge.text if badge else None, started)
    if text is None:
        return []
    scan(lane, text)
    return [time.perf_counter() - started]


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    cores, threads = os.sched_getaffinity(0), cv2.getNumThreads()
    os.sched_setaffinity(0, {max(cores)})
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        cv2.setNumThreads(threads)
