"""Frames from real folders, a real video file, and a real camera on the network that goes away."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

import cv2
import numpy as np
import pytest

from kiosk import camera
from kiosk.camera import NoSuchSource

FAST = 1000.0
WAIT_S = 60.0


@pytest.fixture
def stop():
    event = threading.Event()
    yield event
    event.set()


def shade(value):
    return np.full((240, 320, 3), value, np.uint8)


def never(is_lost):
    raise AssertionError("a folder or a video is never lost")


def frames(source, stop, per_s=FAST):
    return camera.frames(str(source), per_s, stop, never)


def test_a_folder_gives_its_pictures_by_name_again_and_again(tmp_path, stop):
    for name, value in (("b.jpg", 120), ("a.png", 20), ("c.JPEG", 220)):
        cv2.imwrite(str(tmp_path / name), shade(value))
    (tmp_path / "notes.txt").write_text("no picture")
    seen = [round(float(image.mean())) for image in islice(frames(tmp_path, stop), 7)]
    assert seen == [20, 120, 220, 20, 120, 220, 20]


def test_a_picture_that_cannot_be_read_is_passed_over(tmp_path, stop):
    cv2.imwrite(str(tmp_path / "a.png"), shade(20))
    (tmp_path / "b.png").write_bytes(b"\x89PNG no")
    assert len(list(islice(frames(tmp_path, stop), 3))) == 3


def test_new_pictures_of_a_folder_are_seen(tmp_path, stop):
    cv2.imwrite(str(tmp_path / "a.png"), shade(20))
    seen = frames(tmp_path, stop)
    next(seen)
    cv2.imwrite(str(tmp_path / "b.png"), shade(90))
    assert 90 in [round(float(image.mean())) for image in islice(seen, 3)]


def test_a_video_is_played_again_and_again(tmp_path, stop):
    path = tmp_path / "lane.avi"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    assert video.isOpened()
    for value in (20, 120, 220):
        video.write(shade(value))
    video.release()
    seen = [float(image.mean()) for image in islice(frames(path, stop), 7)]
    assert seen == pytest.approx([20, 120, 220, 20, 120, 220, 20], abs=4)


def test_frames_end_when_told(tmp_path, stop):
    cv2.imwrite(str(tmp_path / "a.png"), shade(20))
    seen = frames(tmp_path, stop, per_s=0.001)
    stopper = threading.Timer(0.05, stop.set)
    stopper.start()
    assert list(seen) == [], "and nobody waited out the pause between two frames"
    stopper.join()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda f: f / "nothing-here", "expected a camera number, a URL, a video, or a folder"),
        (lambda f: "", "source '': expected a camera number"),
        (lambda f: f, "no pictures"),
        (lambda f: written(f / "a.txt", b"no video").parent, "no pictures"),
        (lambda f: written(f / "a.mp4", b"no video"), "no frame of this file can be read as video"),
        (lambda f: written(f / "a.jpg", b"no jpeg").parent, "none of its 1 pictures can be read"),
    ],
    ids=["missing", "empty name", "empty folder", "other files", "no video", "broken pictures"],
)  # fmt: skip
def test_a_source_that_cannot_be_one_says_what_was_expected(
    tmp_path, stop, make, said, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoSuchSource, match=said):
        next(frames(make(tmp_path), stop))


@pytest.mark.parametrize("per_s", [0.0, -1.0, float("nan")])
def test_a_rate_that_is_none_is_refused(tmp_path, stop, per_s):
    cv2.imwrite(str(tmp_path / "a.png"), shade(20))
    with pytest.raises(NoSuchSource, match="frames a second: expected more than 0"):
        next(frames(tmp_path, stop, per_s))


def written(path, raw):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    return path


class NetworkCamera:
    """An MJPEG camera: each frame brighter than the one before, until it is unplugged."""

    def __init__(self, port=0):
        camera_ = self
        self.unplugged = threading.Event()
        self.sent = 0

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                try:
                    while not camera_.unplugged.wait(0.02):
                        camera_.sent += 1
                        jpeg = cv2.imencode(".jpg", shade(camera_.sent % 256))[1].tobytes()
                        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}"
                        self.wfile.write(head.encode() + b"\r\n\r\n" + jpeg + b"\r\n")
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def unplug(self):
        self.unplugged.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_a_lost_camera_is_said_opened_again_and_said_to_be_back(stop, monkeypatch):
    monkeypatch.setattr(camera, "LOST_AFTER_S", 0.3)
    monkeypatch.setattr(camera, "REOPEN_S", (0.05, 0.2))
    plugged = NetworkCamera()
    said, seen = [], []

    def watch():
        for image in camera.frames(f"http://127.0.0.1:{plugged.port}/", FAST, stop, said.append):
            seen.append(image.shape)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        wait_for(lambda: len(seen) >= 3)
        assert seen[0] == (240, 320, 3)
        plugged.unplug()
        wait_for(lambda: said and said[-1] is True)
        before = len(seen)
        plugged = NetworkCamera(plugged.port)
        wait_for(lambda: said[-1] is False and len(seen) > before)
    finally:
        plugged.unplug()
        stop.set()
        watching.join(WAIT_S)
    assert not watching.is_alive()


def test_a_camera_that_never_answers_is_lost_and_does_not_hang(stop, monkeypatch):
    monkeypatch.setattr(camera, "LOST_AFTER_S", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        said = []
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        def lost(is_lost):
            said.append(is_lost)
            stop.set()

        assert list(camera.frames(url, FAST, stop, lost)) == []
        assert said == [True]


def test_a_slow_reader_gets_the_newest_frame_not_the_next(stop):
    plugged = NetworkCamera()
    try:
        seen = camera.frames(f"http://127.0.0.1:{plugged.port}/", FAST, stop, lambda is_lost: None)
        first = float(next(seen).mean())
        sent = plugged.sent
        wait_for(lambda: plugged.sent >= sent + 25)
        assert any(float(next(seen).mean()) > first + 10 for _ in range(4))
    finally:
        stop.set()
        plugged.unplug()


def wait_for(reached):
    ends = time.monotonic() + WAIT_S
    while not reached():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.02)
