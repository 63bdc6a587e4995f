"""Reading what is blurred: the filter learnt from the known modules, alone and over frames."""

import numpy as np
import pytest

from deploy.demo import scenes
from deploy.demo.scenes import Pose
from kiosk import decode
from kiosk.decode import Work
from kiosk.vision.equaliser import equaliser
from kiosk.vision.symbol import BADGE_MODULES, text_of
from tests import cards, venue
from tests.unit.test_kiosk_finders import BLURRED

TEXT = venue.badge()
EQUALISER = equaliser(BADGE_MODULES)


def seen(pose, seed=1):
    return decode.grey(scenes.frame(cards.card(TEXT), pose, seed))


def plenty():
    return Work(1.0, clock=lambda: 0.0)


def read(*fits):
    return TEXT in [text_of(modules) for modules in EQUALISER.readings(fits)]


@pytest.mark.parametrize(("module_px", "pose"), BLURRED, ids=str)
def test_what_no_decoder_reads_is_read_from_its_modules(module_px, pose):
    pose = Pose(height=cards.height_for(module_px), y=0.4, **pose)
    image = seen(pose)
    fit = EQUALISER.refined(image, EQUALISER.fit(image, cards.corners(pose)), plenty())
    assert read(fit)


def test_at_least_half_of_these_are_too_much_for_a_decoder():
    poses = [Pose(height=cards.height_for(px), y=0.4, **pose) for px, pose in BLURRED]
    assert sum(decode.scan(seen(pose))[0] == () for pose in poses) >= len(poses) / 2


def test_corners_that_are_a_little_off_are_moved_to_where_the_code_is():
    pose = Pose(height=cards.height_for(3.0), y=0.4, turn=7, blur=0.8)
    image, there = seen(pose), cards.corners(pose)
    off = there + 2.4 * np.array([(0.8, -0.6), (-0.7, 0.8), (0.6, 0.6), (-0.8, -0.4)])
    rough = EQUALISER.fit(image, off)
    fine = EQUALISER.refined(image, rough, plenty())
    assert fine.error < rough.error / 2
    assert not read(rough)
    assert read(fine)


def test_refining_stops_when_the_budget_is_spent():
    pose = Pose(height=cards.height_for(3.0), y=0.4)
    image = seen(pose)
    rough = EQUALISER.fit(image, cards.corners(pose) + 2.0)
    assert EQUALISER.refined(image, rough, Work(0.0, clock=lambda: 0.0)) is rough


def test_the_error_tells_a_code_from_anything_else():
    pose = Pose(height=cards.height_for(2.5), y=0.4, motion=3, heading=40)
    image, there = seen(pose), cards.corners(pose)
    assert EQUALISER.fit(image, there).error < 0.2
    hall = decode.grey(scenes.frame(None, Pose(noise=8), 3))
    assert EQUALISER.fit(hall, there).error > 0.6
    assert equaliser(41).fit(image, there).error > 0.6, "another size is another code"


def test_frames_that_do_not_read_alone_read_together():
    fits = []
    for each in range(3):
        pose = Pose(
            height=cards.height_for(2.2), y=0.4, x=0.5 + 0.01 * each, turn=3 + each, tilt=4,
            blur=0.6, noise=68, light=0.9, motion=3, heading=60 * each,
        )  # fmt: skip
        image = seen(pose, each)
        fits.append(EQUALISER.refined(image, EQUALISER.fit(image, cards.corners(pose)), plenty()))
    assert [read(fit) for fit in fits] == [False, False, False]
    assert read(*fits)


def test_corners_on_one_line_are_an_error_of_the_fit_and_not_of_the_program():
    image = seen(Pose())
    for quad in (np.zeros((4, 2)), np.array([(0.0, 0), (1, 1), (2, 2), (3, 3)])):
        assert EQUALISER.fit(image, quad).error > 0.6
