"""Frames from a USB camera, a stream, a video or a folder of pictures; always the newest.

A live source is read by its own thread, so that a slow decode never looks at the past. A lost
source is opened again, with growing pauses, and says that it is lost meanwhile.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2

from kiosk.decode import Image

WIDTH, HEIGHT = 1280, 720
PICTURES = (".jpg", ".jpeg", ".png")
REOPEN_S = (0.5, 5.0)
LOST_AFTER_S = 2.0
WAIT_S = 0.5
_log = logging.getLogger(__name__)


class NoSuchSource(Exception):
    """The source cannot be a camera, video or folder; the message says what was expected."""


def frames(
    source: str, per_s: float, stop: threading.Event, lost: Callable[[bool], None]
) -> Iterator[Image]:
    """Frames until `stop` is set; `lost(True)` when the source fails, `lost(False)` once back.

    Raises NoSuchSource at the first frame for a path that is not there or has no pictures.
    """
    if not per_s > 0:
        raise NoSuchSource(f"{per_s} frames a second: expected more than 0")
    path = Path(source)
    if source and path.is_dir():
        yield from _folder(path, per_s, stop)
    elif source.isdecimal() or "://" in source or source.startswith("/dev/"):
        yield from _live(source, stop, lost)
    elif path.is_file():
        yield from _video(path, per_s, stop)
    else:
        raise NoSuchSource(
            f"source {source!r}: expected a camera number, a URL, a video, or a folder of pictures"
        )


def _folder(path: Path, per_s: float, stop: threading.Event) -> Iterator[Image]:
    """Pictures in the order of their names, again and again."""
    while not stop.is_set():
        names = sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES)
        if not names:
            raise NoSuchSource(f"{path}: no pictures ({', '.join(PICTURES)}) in this folder")
        any_frame = False
        for name in names:
            if stop.wait(1 / per_s):
                return
            image = cv2.imread(str(name))
            if image is not None:
                any_frame = True
                yield image  # type: ignore[misc]
        if not any_frame:
            raise NoSuchSource(f"{path}: none of its {len(names)} pictures can be read")


def _video(path: Path, per_s: float, stop: threading.Event) -> Iterator[Image]:
    while not stop.is_set():
        video, any_frame = cv2.VideoCapture(str(path)), False
        while not stop.wait(1 / per_s):
            good, image = video.read()
            if not good:
                break
            any_frame = True
            yield image  # type: ignore[misc]
        video.release()
        if not any_frame and not stop.is_set():
            raise NoSuchSource(f"{path}: no frame of this file can be read as video")


def _live(source: str, stop: threading.Event, lost: Callable[[bool], None]) -> Iterator[Image]:
    newest = _Newest(source, stop)
    thread = threading.Thread(target=newest.run, name="camera", daemon=True)
    thread.start()
    was_lost = False
    while not stop.is_set():
        image = newest.take(WAIT_S)
        is_lost = newest.silent_s() > LOST_AFTER_S
        if is_lost != was_lost:
            was_lost = is_lost
            lost(is_lost)
        if image is not None:
            yield image


class _Newest:
    """Reads a camera as fast as it gives; holds one frame."""

    def __init__(self, source: str, stop: threading.Event) -> None:
        self._source = source
        self._stop = stop
        self._ready = threading.Condition()
        self._image: Image | None = None
        self._heard = time.monotonic()

    def run(self) -> None:
        pause = REOPEN_S[0]
        while not self._stop.is_set():
            name = int(self._source) if self._source.isdecimal() else self._source
            camera = cv2.VideoCapture(name)
            camera.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
            camera.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
            while not self._stop.is_set():
                good, image = camera.read()
                if not good:
                    break
                pause = REOPEN_S[0]
                with self._ready:
                    self._image, self._heard = image, time.monotonic()  # type: ignore[assignment]
                    self._ready.notify()
            camera.release()
            if not self._stop.is_set():
                _log.warning("camera %s gives nothing; trying again in %.1f s", name, pause)
            self._stop.wait(pause)
            pause = min(REOPEN_S[1], pause * 2)

    def take(self, wait_s: float) -> Image | None:
        with self._ready:
            if self._image is None:
                self._ready.wait(wait_s)
            image, self._image = self._image, None
            return image

    def silent_s(self) -> float:
        return time.monotonic() - self._heard
