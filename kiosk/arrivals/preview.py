"""What the kiosk's camera sees, for the person before it: is the code in view?

A small picture, mirrored as a looking-glass is, made only when the page asks for it and kept
nowhere. While nobody moves before the kiosk, or the screen takes no codes, there is none: a screen
at rest shows nobody.
"""

import math
import threading

import cv2
import numpy as np

from kiosk.decode import Image

WIDTH = 480
QUALITY = 70
FRESH_S = 1.0
"""A picture older than this is not what the camera sees now."""
STAYS_S = 8.0
"""After the last movement; whoever holds a phone still has it in view by then."""
COMPARE_S = 0.4
CELLS = (32, 18)
"""Movement is looked for in a picture of so many cells, columns and rows."""
LEVELS, SHARE = 18, 0.08
"""A cell has changed by more than so many of 255 levels; somebody is there when so many have.
Passers-by at the back change fewer."""


class Preview:
    """`saw` is called by the camera's thread, `jpeg` by the page's. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Image | None = None
        self._frame_s = 0.0
        self._moved_s = -math.inf
        self._cells: np.ndarray | None = None
        self._cells_s = -math.inf

    def saw(self, frame: Image, at_s: float) -> None:
        with self._lock:
            self._frame, self._frame_s = frame, at_s
            if at_s - self._cells_s >= COMPARE_S:
                cells = _cells(frame)
                if self._cells is not None and _moved(self._cells, cells):
                    self._moved_s = at_s
                self._cells, self._cells_s = cells, at_s

    def clear(self) -> None:
        """The screen takes no codes: nothing is looked at, nothing kept."""
        with self._lock:
            self._frame = self._cells = None
            self._moved_s = self._cells_s = -math.inf

    def jpeg(self, at_s: float) -> bytes | None:
        """The newest picture while somebody is there; None when there is none to show."""
        with self._lock:
            frame = self._frame
            if frame is None or at_s - self._frame_s > FRESH_S or at_s - self._moved_s > STAYS_S:
                return None
        height = max(1, round(frame.shape[0] * WIDTH / frame.shape[1]))
        small = cv2.resize(frame, (WIDTH, height), interpolation=cv2.INTER_AREA)
        good, raw = cv2.imencode(".jpg", cv2.flip(small, 1), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return raw.tobytes() if good else None


def _cells(frame: Image) -> np.ndarray:
    small = cv2.resize(frame, CELLS, interpolation=cv2.INTER_AREA)
    cells: np.ndarray = small.reshape(small.shape[0], small.shape[1], -1).mean(axis=2)
    return cells


def _moved(before: np.ndarray, now: np.ndarray) -> bool:
    # A lamp that is switched, or a camera that adapts, changes all cells alike: that is nobody.
    change = now - before
    return bool((np.abs(change - np.median(change)) > LEVELS).mean() > SHARE)
