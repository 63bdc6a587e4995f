"""Camera frames with badges of known texts. The generated hard set beside the project, if there."""

import json
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from deploy.demo.scenes import Pose, frame, picture
from tests import badges, venue

HARD_FRAMES = Path(__file__).resolve().parents[3] / "shared" / "qr"
DPI = 140.0


@lru_cache(maxsize=16)
def page(text):
    """A badge's page as BGR pixels."""
    return picture(badges.renderer().png(badges.badge(text=text), DPI))


def texts(count):
    return [venue.badge(holder=0xBAD6E000 + n) for n in range(count)]


def held(text, seed=1, **pose):
    """One badge held into the frame."""
    return frame(page(text), Pose(**pose), seed)


def several(poses, seed=1):
    """Several badges in one frame, the later in front: [(text, pose), ...]."""
    scene = frame(None, Pose(), seed)
    for text, pose in poses:
        marked = frame(page(text), pose, seed)
        plain = frame(None, pose, seed)
        there = (cv2.absdiff(marked, plain) > 0).any(axis=2)
        scene[there] = marked[there]
    return np.ascontiguousarray(scene)


def hard_frames():
    """[(path, every text in it, the one in front)], or [] when the set is not there."""
    truth = HARD_FRAMES / "truth.jsonl"
    if not truth.is_file():
        return []
    rows = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    return [
        (HARD_FRAMES / row["file"], set(row["all"]), row["expected"])
        for row in rows
        if (HARD_FRAMES / row["file"]).is_file()
    ]
