"""Finding a code by its corners in pictures too blurred for a decoder to see it."""

import numpy as np
import pytest

from deploy.demo import scenes
from deploy.demo.scenes import Pose
from kiosk import decode
from kiosk.vision import finders
from kiosk.vision.symbol import BADGE_MODULES
from tests import cards, venue

BLURRED = [
    (2.5, {"motion": 5, "heading": 30, "turn": 5}),
    (2.5, {"motion": 5, "heading": 100, "turn": -8}),
    (3.0, {"motion": 6, "heading": 60, "tilt": 12}),
    (2.0, {"motion": 4, "light": 0.4}),
    (2.0, {"blur": 1.2, "noise": 8}),
    (5.0, {"blur": 1.0, "turn": 12}),
]


@pytest.mark.parametrize(("module_px", "pose"), BLURRED, ids=str)
@pytest.mark.parametrize("guess", [0.9, 1.0, 1.1])
def test_a_blurred_code_is_found_where_it_is(module_px, pose, guess):
    pose = Pose(height=cards.height_for(module_px), y=0.4, **pose)
    image = decode.grey(scenes.frame(cards.card(venue.badge()), pose, 1))
    there = cards.corners(pose)
    x0, y0, x1, y1 = decode.box_of(there, image)
    best = finders.placed(image[y0:y1, x0:x1], guess * module_px, (29, BADGE_MODULES, 49))[0]
    assert best.modules == BADGE_MODULES
    assert np.abs(best.quad + np.array((x0, y0)) - there).max() < 1.5 * module_px


def test_where_no_code_is_none_is_found():
    image = decode.grey(scenes.frame(None, Pose(noise=8), 2))
    board = np.kron(np.indices((40, 40)).sum(axis=0) % 2, np.ones((8, 8))).astype(np.uint8) * 255
    print_only = decode.grey(cards.card(venue.badge()))[: 80 * cards.PX_PER_MM]
    for region in (image[:300, :300], board, print_only, image[:12, :12], image[:1, :1]):
        for module_px in (2.0, 4.0):
            assert finders.placed(region, module_px, (BADGE_MODULES,)) == []
