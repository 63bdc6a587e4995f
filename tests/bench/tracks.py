"""How many frames of a raised badge are read, and what a frame costs: zxing-cpp alone, and ours.

On the proving set `qr/` beside the project where it is (stills f*, short tracks t*, codes of many
sizes by other hands than the tracker's), and always on tracks of our own badges: far away, shaken,
in poor light. One core; processor time, so that a busy neighbour does not count.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from deploy.demo import scenes
from deploy.demo.scenes import Pose
from gate.access.model import Holder
from kiosk import decode
from kiosk.debounce import READS_BADGE
from kiosk.decode import Image
from kiosk.vision.tracker import Tracker
from tests import cards, venue
from tests.bench.measure import Line, line, quantile

PROVING_SET = Path(__file__).resolve().parents[3] / "shared" / "qr"
SIZES = (21, 25, 29, 41, 49)
"""Modules a side of the proving set's codes: none of them is a badge of ours."""
TRACKS, FRAMES = 24, 6
FRAME_MAX_S = 0.033
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


@dataclass(frozen=True, slots=True)
class Frame:
    """`track` names the frames that follow each other; `all` is every text to be seen."""

    track: str
    image: Image
    expected: str
    all: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    """Of one frame: was the expected text read, how many texts nobody shows, processor seconds."""

    track: str
    hit: bool
    wrong: int
    seconds: float


def measure() -> Iterator[Line]:
    anything = partial(Tracker, sizes=SIZES, wanted=bool)
    with _one_core():
        if PROVING_SET.is_dir():
            yield from _compared("qr/f* stills", _proving_set("f"), anything)
            yield from _compared("qr/t* tracks", _proving_set("t"), anything)
        yield from _compared("own tracks", _own(), Tracker)
        yield from _idle()


def _compared(
    what: str, frames: Iterator[Frame], new_tracker: Callable[[], Tracker]
) -> Iterator[Line]:
    alone: list[Result] = []
    ours: list[Result] = []
    for _, track in groupby(frames, key=lambda frame: frame.track):
        tracker = new_tracker()
        for frame in track:
            alone.append(_result(frame, _zxing))
            ours.append(_result(frame, partial(_look, tracker)))
    hits, hits_alone = (sum(each.hit for each in results) for results in (ours, alone))
    wrong = sum(each.wrong for each in ours)
    slowest = quantile([each.seconds for each in ours], 0.95)
    yield line(f"{what}, zxing-cpp alone", [each.seconds for each in alone], note=_note(alone))
    found = line(f"{what}, tracker", [each.seconds for each in ours], note=_note(ours))
    yield Line(
        found.what,
        found.samples,
        found.median,
        found.p99,
        found.unit,
        "more than zxing-cpp alone, none wrong, p95 <= 33 ms",
        hits > hits_alone and not wrong and slowest <= FRAME_MAX_S,
        found.note,
    )


def _result(frame: Frame, read: Callable[[Image], list[str]]) -> Result:
    started = time.thread_time()
    texts = read(frame.image)
    seconds = time.thread_time() - started
    wrong = sum(text not in frame.all for text in texts)
    return Result(frame.track, frame.expected in texts, wrong, seconds)


def _note(results: list[Result]) -> str:
    hits, wrong = sum(each.hit for each in results), sum(each.wrong for each in results)
    p95 = 1e3 * quantile([each.seconds for each in results], 0.95)
    note = f"{hits} of {len(results)} read ({hits / len(results):.0%}), {wrong} wrong"
    tracks = [list(group) for _, group in groupby(results, key=lambda each: each.track)]
    if any(len(track) > 1 for track in tracks):
        counted = sum(sum(each.hit for each in track) >= READS_BADGE for track in tracks)
        note += f"; {counted} of {len(tracks)} tracks counted"
    return f"{note}; p95 {p95:.1f} ms"


def _zxing(image: Image) -> list[str]:
    return [each.text for each in zxingcpp.read_barcodes(decode.grey(image), formats=_QR)]


def _look(tracker: Tracker, image: Image) -> list[str]:
    return [each.text for each in tracker.look(image).read]


def _idle() -> Iterator[Line]:
    """A hall where nobody holds up a badge: the same view, new noise in each frame."""
    tracker, samples = Tracker(), []
    for _ in range(30):
        image = scenes.frame(None, Pose(), 5)
        started = time.thread_time()
        tracker.look(image)
        samples.append(time.thread_time() - started)
    yield line("hall without a badge, tracker", samples)


def _proving_set(kind: str) -> Iterator[Frame]:
    for row in map(json.loads, (PROVING_SET / "truth.jsonl").open(encoding="utf-8")):
        if row["file"].startswith(kind) and row["expected"] is not None:
            image = cv2.imread(str(PROVING_SET / row["file"]))
            track = row["file"].partition("_")[0]
            yield Frame(track, image, row["expected"], frozenset(row["all"]))  # type: ignore[arg-type]


def _own() -> Iterator[Frame]:
    """From 1.5 to 3 camera pixels a module where the track begins."""
    dice = np.random.default_rng(3)
    for each in range(TRACKS):
        text = venue.badge(holder=Holder(1000 + each))
        pose = Pose(
            height=cards.height_for(dice.uniform(1.5, 3.0)),
            turn=dice.normal(0, 8),
            tilt=dice.normal(0, 10),
            y=0.4,
            blur=dice.uniform(0, 1),
            noise=dice.uniform(2, 7),
            light=dice.uniform(0.3, 0.95),
            motion=dice.uniform(0, 7),
        )
        for image in scenes.raised(cards.card(text), pose, FRAMES, 50 * each):
            yield Frame(f"own {each}", image, text, frozenset((text,)))


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    cores, threads = os.sched_getaffinity(0), cv2.getNumThreads()
    os.sched_setaffinity(0, {min(cores)})
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        cv2.setNumThreads(threads)
