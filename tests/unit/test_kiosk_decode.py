"""Reading badges in frames: the right one or none, whatever the camera sees."""

import cv2
import numpy as np
import pytest

from deploy.demo.scenes import Pose
from kiosk import decode
from kiosk.decode import Sighting
from tests.kiosk_lane import frames

WIDTH, HEIGHT = 1280, 720


def read(image):
    return decode.scan(decode.grey(image))[0]


@pytest.mark.parametrize(
    "pose",
    [
        {},
        {"height": 0.6},
        {"turn": 25.0},
        {"turn": 180.0},
        {"tilt": 30.0},
        {"light": 0.35, "noise": 8.0},
        {"blur": 1.5},
        {"x": 0.3, "height": 0.7},
    ],
    ids=str,
)
def test_a_badge_held_into_the_frame_is_read(pose):
    (text,) = frames.texts(1)
    image = frames.held(text, **pose)
    assert [each.text for each in read(image)] == [text]
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    assert [each.text for each in read(grey)] == [text]


def test_a_sighting_says_where_and_how_wide():
    (text,) = frames.texts(1)
    near, far = (read(frames.held(text, height=height, turn=3.0))[0] for height in (0.9, 0.6))
    assert near.width == pytest.approx(1.5 * far.width, rel=0.05)
    left, right = (read(frames.held(text, height=0.7, x=x))[0] for x in (0.3, 0.7))
    assert right.x - left.x == pytest.approx(0.4 * WIDTH, rel=0.05)
    assert abs(left.y - right.y) < 5


def test_an_empty_hall_says_nothing():
    for seed in range(4):
        assert read(frames.frame(None, Pose(), seed)) == ()


def test_half_a_badge_says_nothing():
    (text,) = frames.texts(1)
    for x in (-0.05, 0.0, 1.0, 1.05):
        assert {each.text for each in read(frames.held(text, x=x))} <= {text}


def test_with_several_badges_in_view_the_nearest_in_the_capture_zone_is_meant():
    first, second, third = frames.texts(3)
    image = frames.several(
        [
            (first, Pose(height=0.42, x=0.2, y=0.5)),
            (second, Pose(height=0.75, x=0.5, y=0.5)),
            (third, Pose(height=0.42, x=0.8, y=0.5)),
        ]
    )
    seen = read(image)
    assert {each.text for each in seen} == {first, second, third}
    assert decode.nearest(seen, WIDTH, HEIGHT).text == second
    assert decode.nearest(tuple(reversed(seen)), WIDTH, HEIGHT).text == second


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ([], None),
        ([("a", 200, 640, 360)], "a"),
        ([("a", 200, 640, 360), ("b", 201, 700, 360)], "b"),
        ([("a", 400, 60, 360), ("b", 100, 640, 360)], "b"),
        ([("a", 400, 640, 700)], None),
        ([("a", 20, 640, 360)], None),
        ([("a", 20, 640, 360), ("b", 900, 1279, 0)], None),
    ],
    ids=str,
)
def test_the_capture_zone_is_the_middle_of_the_frame(seen, meant):
    sightings = tuple(Sighting(*each) for each in seen)
    found = decode.nearest(sightings, WIDTH, HEIGHT)
    assert (found and found.text) == meant


def hostile():
    dice = np.random.default_rng(7)
    yield "one pixel", np.zeros((1, 1, 3), np.uint8)
    yield "one grey pixel", np.full((1, 1), 255, np.uint8)
    yield "one row", dice.integers(0, 256, (1, 1280, 3), dtype=np.uint8)
    yield "one column", dice.integers(0, 256, (720, 1, 3), dtype=np.uint8)
    for side in (2, 3, 4, 5, 8, 23, 25):
        yield f"{side} x {side}", dice.integers(0, 256, (side, side, 3), dtype=np.uint8)
    yield "black", np.zeros((720, 1280, 3), np.uint8)
    yield "white", np.full((720, 1280, 3), 255, np.uint8)
    yield "grey", np.full((720, 1280), 128, np.uint8)
    yield "noise", dice.integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    yield (
        "chessboard",
        np.kron(np.indices((90, 160)).sum(axis=0) % 2, np.ones((8, 8))).astype(np.uint8) * 255,
    )
    yield "stripes", np.tile(np.array([0, 255], np.uint8), (720, 640))
    yield "huge", np.full((3000, 5000), 200, np.uint8)
    yield "not in one piece", np.zeros((1440, 2560, 3), np.uint8)[::2, ::-2]
    yield "with transparency", dice.integers(0, 256, (240, 320, 4), dtype=np.uint8)
    yield "one channel", dice.integers(0, 256, (240, 320, 1), dtype=np.uint8)
    yield "empty", np.zeros((0, 0, 3), np.uint8)


@pytest.mark.parametrize(("what", "image"), list(hostile()), ids=[what for what, _ in hostile()])
def test_no_image_whatever_raises_or_invents_a_badge(what, image):
    assert read(image) == ()


def test_only_the_badges_own_kind_of_code_is_read():
    """A poster's other codes are not even text for the gate."""
    import zxingcpp

    for kind in ("Aztec", "DataMatrix", "PDF417", "Code128", "MicroQRCode", "RMQRCode"):
        wanted = zxingcpp.barcode_format_from_str(kind)
        code = zxingcpp.create_barcode("12345678", wanted)
        drawn = np.array(zxingcpp.write_barcode_to_image(code, scale=6))
        image = np.full((720, 1280), 255, np.uint8)
        image[200 : 200 + drawn.shape[0], 200 : 200 + drawn.shape[1]] = drawn[:, :1000]
        assert read(image) == (), kind


HARD = frames.hard_frames()[::4]


@pytest.mark.skipif(not HARD, reason="the generated hard frames are not beside the project")
def test_hard_frames_never_give_a_text_that_is_not_there():
    read_in_front = 0
    for path, there, in_front in HARD:
        image = cv2.imread(str(path))
        found = {each.text for each in read(image)}
        assert found <= there, path.name
        read_in_front += in_front in found
    assert read_in_front >= len(HARD) // 3, "and many are read"
