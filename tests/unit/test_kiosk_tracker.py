"""A badge followed over frames: read where one frame is not enough, never as another."""

import cv2
import numpy as np
import pytest
import zxingcpp

from deploy.demo import scenes
from deploy.demo.scenes import Pose
from gate.access.model import Holder
from kiosk import decode
from kiosk.vision.symbol import BADGE_MODULES
from kiosk.vision.tracker import FORGET_FRAMES, Seen, Tracker
from tests import cards, venue

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


def patient(**changes):
    """A tracker whose budget no slow machine spends."""
    return Tracker(clock=lambda: 0.0, **changes)


def badge(number):
    return venue.badge(holder=Holder(2000 + number))


def shown(*held, seed=1):
    """A frame with cards in it, the later in front: (text or picture, pose), ..."""
    scene = scenes.frame(None, Pose(), seed)
    for card, pose in held:
        picture = cards.card(card) if isinstance(card, str) else card
        matrix = scenes.held(picture, pose)
        size = (scenes.WIDTH, scenes.HEIGHT)
        mask = cv2.warpPerspective(np.full(picture.shape[:2], 255, np.uint8), matrix, size)
        cv2.copyTo(cv2.warpPerspective(picture, matrix, size), mask, scene)
    return scene


def spoilt(text):
    """A card whose code shows its finders, but is scribbled over where its data stands."""
    picture, px = cards.card(text), cards.PX_PER_MM
    top = cards.HEIGHT_MM - cards.CODE_MM - 14
    dots = np.random.default_rng(4).integers(0, 2, (12, 33), dtype=np.uint8) * 220 + 20
    scribble = cv2.resize(dots, (37 * px, 13 * px), interpolation=cv2.INTER_NEAREST)
    picture[(top + 15) * px : (top + 28) * px, 34 * px : 71 * px] = scribble[:, :, None]
    return picture


def noisy(text, each, noise):
    """One of several frames of a badge in a hand, in the dark."""
    pose = Pose(
        height=cards.height_for(2.2), y=0.4, turn=3, tilt=4, x=0.5 + 0.01 * each, blur=0.6,
        noise=noise, light=0.9, motion=3, heading=60 * each,
    )  # fmt: skip
    return scenes.frame(cards.card(text), pose, each)


TRACKS = [
    (2.0, {"motion": 5, "blur": 0.5}),
    (1.7, {"motion": 3, "blur": 0.6, "light": 0.5}),
    (2.6, {"motion": 7, "blur": 0.4, "turn": 9}),
]


def test_a_raised_badge_is_read_in_more_frames_than_by_a_decoder_alone_and_never_wrong():
    alone = ours = frames = 0
    for number, (module_px, held) in enumerate(TRACKS):
        text, tracker = badge(number), patient()
        pose = Pose(height=cards.height_for(module_px), y=0.4, **held)
        for image in scenes.raised(cards.card(text), pose, 5, 10 * number):
            frames += 1
            alone += any(each.text == text for each in zxingcpp.read_barcodes(image, formats=QR))
            read = tracker.look(image).read
            assert {each.text for each in read} <= {text}
            ours += bool(read)
    assert ours >= frames - 2
    assert alone <= frames - 6, "these tracks are hard"


def test_the_badge_that_counts_has_its_place_in_the_frame():
    pose = Pose(height=cards.height_for(2.2), x=0.4, y=0.4, motion=4, heading=20)
    seen = patient().look(scenes.frame(cards.card(badge(1)), pose, 1))
    assert seen.badge
    x, y = cards.corners(pose).mean(axis=0)
    assert (seen.badge.x, seen.badge.y) == pytest.approx((x, y), abs=5)
    x0, y0, x1, y1 = seen.badge.box
    assert x0 < x < x1
    assert y0 < y < y1
    assert x1 - x0 == pytest.approx(2.2 * BADGE_MODULES, rel=0.1)


def test_several_frames_too_noisy_to_read_alone_are_read_together():
    text, tracker, read = badge(2), patient(), []
    for each in range(4):
        assert patient().look(noisy(text, each, 68)).badge is None
        read.append(tracker.look(noisy(text, each, 68)).badge)
    assert read[0] is None
    assert {each.text for each in read if each} == {text}
    assert read[-1]


def test_frames_of_the_badge_before_do_not_spoil_those_of_the_next():
    tracker = patient()
    assert tracker.look(noisy(badge(1), 0, 66)).badge is None
    read = [tracker.look(noisy(badge(2), each, 66)).badge for each in (1, 2)]
    assert read[-1]
    assert read[-1].text == badge(2)


def test_of_several_badges_the_nearest_counts_and_the_page_can_say_so():
    near, far = Pose(height=0.8, x=0.35), Pose(height=0.7, x=0.75)
    seen = patient().look(shown((badge(1), far), (badge(2), near)))
    assert {each.text for each in seen.read} == {badge(1), badge(2)}
    assert seen.badge
    assert seen.badge.text == badge(2)
    assert seen.several


def test_somebody_waiting_behind_is_not_several():
    seen = patient().look(
        shown((badge(1), Pose(height=0.38, x=0.75)), (badge(2), Pose(height=0.8, x=0.35)))
    )
    assert len(seen.read) == 2
    assert not seen.several
    assert not patient().look(shown((badge(2), Pose()))).several


def test_an_unread_badge_in_front_does_not_let_in_the_one_behind():
    near, far = Pose(height=0.85, x=0.35), Pose(height=0.6, x=0.72)
    tracker = patient()
    assert tracker.look(shown((spoilt(badge(1)), near))) == Seen()
    for seed in range(3):
        seen = tracker.look(shown((badge(2), far), (spoilt(badge(1)), near), seed=seed))
        assert [each.text for each in seen.read] == [badge(2)]
        assert seen.badge is None
        assert seen.several
    assert tracker.look(shown((badge(2), far))).badge, "and alone it counts again"


def test_nor_does_it_when_the_one_behind_is_read_with_effort():
    near, far = Pose(height=0.62, x=0.3), Pose(height=cards.height_for(2.6), x=0.65, y=0.4)
    for seed in range(3):
        frame = shown((badge(2), far), (spoilt(badge(1)), near), seed=seed)
        seen = patient().look(cv2.GaussianBlur(frame, (0, 0), 1.8))
        assert decode.scan(decode.grey(cv2.GaussianBlur(frame, (0, 0), 1.8)))[0] == ()
        assert {each.text for each in seen.read} <= {badge(2)}
        assert seen.badge is None


def test_nor_when_no_decoder_sees_the_one_in_front_any_more():
    tracker = patient()
    near = cv2.GaussianBlur(spoilt(badge(1)), (0, 0), 5.5), Pose(height=0.8, x=0.33)
    assert decode.scan(decode.grey(shown(near))) == ((), [])
    assert tracker.look(shown(near)) == Seen()
    seen = tracker.look(shown((badge(2), Pose(height=0.6, x=0.75)), near, seed=2))
    assert [each.text for each in seen.read] == [badge(2)]
    assert seen.badge is None
    assert seen.several


def test_an_unread_badge_that_went_away_is_forgotten():
    tracker, near = patient(), Pose(height=0.85, x=0.35)
    tracker.look(shown((spoilt(badge(1)), near)))
    for _ in range(FORGET_FRAMES + 2):
        assert tracker.look(shown()) == Seen()
    assert tracker._track is None


def test_a_new_badge_is_not_read_with_the_frames_of_the_last_one():
    first, second = badge(1), badge(2)
    tracker, pose = patient(), Pose(height=cards.height_for(2.2), y=0.4, motion=4, heading=30)
    for text in (first, second, first, second):
        noisy = scenes.frame(cards.card(text), Pose(pose.height, y=0.4, noise=70, motion=3), 5)
        assert {each.text for each in tracker.look(noisy).read} <= {text}
        assert [each.text for each in tracker.look(scenes.frame(cards.card(text), pose, 6)).read] \
            == [text]  # fmt: skip


def test_a_telephone_in_dark_mode_is_read():
    text = badge(3)
    dark = cv2.bitwise_not(cards.card(text))
    assert patient().look(shown((dark, Pose(height=0.7)))).badge.text == text


def test_a_rescued_code_that_is_no_badge_is_not_believed():
    other = "HTTPS://POSTER.EXAMPLE/" + "A" * 99
    assert cards.code(other).shape == (BADGE_MODULES, BADGE_MODULES)
    pose = Pose(height=cards.height_for(2.2), y=0.4, motion=4, heading=30)
    blurred = scenes.frame(cards.card(other), pose, 6)
    assert patient(wanted=bool).look(blurred).read, "it could be read"
    assert patient().look(blurred).read == ()


def test_with_no_time_left_there_is_the_plain_reading_and_nothing_more():
    spent = Tracker(budget_s=0.0, clock=lambda: 0.0)
    assert spent.look(shown((badge(1), Pose()))).badge
    blurred = Pose(height=cards.height_for(2.2), y=0.4, motion=4, heading=30)
    assert spent.look(scenes.frame(cards.card(badge(1)), blurred, 6)) == Seen()


def test_a_view_that_does_not_change_is_searched_once():
    looked = []

    def clock():
        looked.append(1)
        return 0.0

    tracker, counts = Tracker(clock=clock), []
    poster = np.full((900, 640, 3), 230, np.uint8)
    dots = np.random.default_rng(3).integers(0, 2, (40, 40), dtype=np.uint8) * 200
    poster[200:600, 120:520] = cv2.resize(dots, (400, 400), interpolation=0)[:, :, None]
    for _ in range(3):
        looked.clear()
        assert tracker.look(shown((poster, Pose(height=0.5)), seed=7)) == Seen()
        counts.append(len(looked))
    assert counts[1] == counts[2] < counts[0]
    pose = Pose(height=cards.height_for(2.2), y=0.4, motion=4, heading=30)
    assert tracker.look(scenes.frame(cards.card(badge(1)), pose, 6)).badge


def test_what_comes_into_focus_little_by_little_is_searched_again():
    tracker = patient()
    pose = Pose(height=cards.height_for(2.2), y=0.4, noise=0)
    sharp = scenes.frame(cards.card(badge(1)), pose, 6)
    blurs = np.linspace(6, 1.2, 40)
    assert not decode.scan(decode.grey(cv2.GaussianBlur(sharp, (0, 0), 1.2)))[0]
    read = [tracker.look(cv2.GaussianBlur(sharp, (0, 0), blur)).badge for blur in blurs]
    assert read[0] is None
    assert read[-1]


def hostile():
    dice = np.random.default_rng(7)
    for rows, columns in ((0, 0), (1, 1), (1, 1280), (720, 1), (20, 20), (25, 400)):
        yield dice.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    for value in (0, 128, 255):
        yield np.full((240, 320), value, np.uint8)
    yield dice.integers(0, 256, (240, 320, 4), dtype=np.uint8)
    yield dice.integers(0, 256, (240, 320, 1), dtype=np.uint8)
    yield dice.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    board = np.kron(np.indices((60, 80)).sum(axis=0) % 2, np.ones((8, 8))).astype(np.uint8) * 255
    yield board
    yield board[::2, ::-2]
    finders = np.full((480, 640), 255, np.uint8)
    ring = cv2.bitwise_not(
        cv2.resize(cards.code(badge(1))[:7, :7].astype(np.uint8) * 255, (42, 42))
    )
    for x, y in ((100, 100), (280, 100), (100, 280), (280, 280), (400, 100), (400, 280)):
        finders[y : y + 42, x : x + 42] = ring
    yield finders


@pytest.mark.parametrize("image", list(hostile()), ids=lambda image: str(image.shape))
def test_no_picture_whatever_raises_or_invents_a_badge(image):
    tracker = Tracker(wanted=bool, zone=decode.Zone(1.0, 0.0), clock=lambda: 0.0)
    for _ in range(2):
        assert tracker.look(image).read == ()
