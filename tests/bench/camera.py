"""A camera frame -> decision on one core, and how many frames are read at all.

The decode rate is taken on the proving set `qr/` beside the project (stills f*.jpg with
truth.jsonl, made by other hands than the decoder's); where that is not, on badges of our own
held far away, shaken and in the dark.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import scenes
from deploy.demo.scenes import Pose
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from kiosk import decode
from kiosk.debounce import READS_BADGE, Debounce
from kiosk.decode import Image
from tests.bench.crowd import badges
from tests.bench.lane import IDENTITY, scan, snapshot
from tests.bench.measure import Line, line, timed

PROVING_SET = Path(__file__).resolve().parents[3] / "shared" / "qr"
BADGES = 80
DPI = 150.0
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


@dataclass(frozen=True, slots=True)
class Frame:
    """`present` is every text to be seen in it, the presented badge's first."""

    image: Image
    present: tuple[str, ...]


def measure() -> Iterator[Line]:
    with _one_core():
        shown = _badges()
        yield from _decision(shown)
        yield from _rate(shown)


def _badges() -> list[Frame]:
    """Pictures of badges, flat."""
    renderer = Renderer(load())
    drawn = [data for data, _ in zip(badges(), range(BADGES), strict=False)]
    return [Frame(scenes.picture(renderer.png(data, DPI)), (data.text,)) for data in drawn]


# --- frame -> decision


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
    turn = iter(empty * 3)
    yield line("camera frame without a badge", timed(lambda: decode.read(next(turn)), 20, 10))


def _decided(lane: Lane, image: Image) -> list[float]:
    """Seconds from the frame that completes a badge's reads to its decision; none if not read."""
    seen, height, width = Debounce(), *image.shape[:2]
    for _ in range(READS_BADGE):
        started = time.perf_counter()
        code = decode.nearest(decode.read(image), width, height)
        text = seen.saw(code.text if code else None, started)
    if text is None:
        return []
    scan(lane, text)
    return [time.perf_counter() - started]


# --- decode rate


def _rate(shown: Sequence[Frame]) -> Iterator[Line]:
    frames, source = (_proving_set(), "qr/") if PROVING_SET.is_dir() else (_hard(shown), "own")
    alone, alone_s, alone_wrong = _read_by(_zxing, frames)
    ours, seconds, wrong = _read_by(
        lambda image: [each.text for each in decode.read(image)], frames
    )
    yield line(f"decode, zxing-cpp alone, {source} frames", alone_s,
               note=f"{alone} of {len(frames)} read, {alone_wrong} wrong payloads")  # fmt: skip
    found = line(f"decode, ours, {source} frames", seconds)
    yield Line(
        found.what,
        found.samples,
        found.median,
        found.p99,
        found.unit,
        "more than zxing-cpp alone, none wrong",
        ours > alone and not wrong,
        f"{ours} of {len(frames)} read, {wrong} wrong payloads",
    )


def _read_by(
    read: Callable[[Image], list[str]], frames: Sequence[Frame]
) -> tuple[int, list[float], int]:
    """(frames whose presented badge was read, seconds of each frame, payloads nobody shows)."""
    read(frames[0].image)
    hits, wrong, seconds = 0, 0, []
    for frame in frames:
        started = time.perf_counter()
        texts = read(frame.image)
        seconds.append(time.perf_counter() - started)
        hits += frame.present[0] in texts
        wrong += sum(text not in frame.present for text in texts)
    return hits, seconds, wrong


def _zxing(image: Image) -> list[str]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return [each.text for each in zxingcpp.read_barcodes(grey, formats=_QR)]


def _proving_set() -> list[Frame]:
    rows = map(json.loads, (PROVING_SET / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        Frame(cv2.imread(str(PROVING_SET / row["file"])), (row["expected"], *row["all"]))  # type: ignore[arg-type]
        for row in rows
        if row["file"].startswith("f") and row["expected"] is not None
    ]


def _hard(shown: Sequence[Frame]) -> list[Frame]:
    """From 1.4 to 2.6 camera pixels a module, hardly lit, noisy."""
    dice = np.random.default_rng(11)
    frames = []
    for place, badge in enumerate(shown):
        pose = Pose(
            height=dice.uniform(0.26, 0.48),
            turn=dice.normal(0, 8),
            tilt=dice.normal(0, 10),
            blur=dice.uniform(0, 0.9),
            noise=dice.uniform(3, 8),
            light=dice.uniform(0.25, 0.9),
        )
        frames.append(Frame(scenes.frame(badge.image, pose, place), badge.present))
    return frames


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
