"""The picture a person sees of themselves: there while somebody is, mirrored, and gone."""

import cv2
import numpy as np
import pytest

from kiosk.arrivals.preview import FRESH_S, STAYS_S, WIDTH, Preview


def hall(noise: int = 0) -> np.ndarray:
    """An empty hall, 1280 x 720, with a camera's noise."""
    picture = np.tile(np.linspace(60, 180, 1280, dtype=np.float32), (720, 1))
    grains = np.random.default_rng(noise).normal(0, 6, picture.shape)
    return np.repeat(np.clip(picture + grains, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def with_phone(x: int, noise: int = 0) -> np.ndarray:
    picture = hall(noise)
    picture[200:620, x : x + 260] = 250
    return picture


def shown(preview, at_s):
    raw = preview.jpeg(at_s)
    return None if raw is None else cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)


def test_an_empty_hall_is_not_shown_however_long_the_camera_looks():
    preview = Preview()
    for step in range(60):
        preview.saw(hall(step), step * 0.5)
        assert preview.jpeg(step * 0.5) is None


def test_a_lamp_that_is_switched_is_nobody():
    preview = Preview()
    for step in range(10):
        preview.saw(np.clip(hall(step).astype(int) + 60 * (step % 2), 0, 255).astype(np.uint8),
                    step * 0.5)  # fmt: skip
        assert preview.jpeg(step * 0.5) is None


def test_whoever_holds_up_a_phone_sees_it_small_and_on_the_side_where_they_hold_it():
    preview = Preview()
    preview.saw(hall(), 10.0)
    preview.saw(with_phone(150, 1), 10.5)
    picture = shown(preview, 10.6)
    assert picture.shape == (270, WIDTH, 3)
    left, right = picture[80:230, : WIDTH // 2], picture[80:230, WIDTH // 2 :]
    assert (right > 230).mean() > 3 * (left > 230).mean(), "as in a mirror"


def test_a_phone_held_still_stays_in_view_for_a_while_and_then_the_screen_rests():
    preview = Preview()
    preview.saw(hall(), 10.0)
    for step in range(1, 60):
        at_s = 10.0 + step * 0.5
        preview.saw(with_phone(400, step), at_s)
        assert (preview.jpeg(at_s) is not None) == (at_s - 10.5 <= STAYS_S), at_s


@pytest.mark.parametrize("how", ["cleared", "camera silent"])
def test_nothing_is_kept_when_the_screen_changes_or_the_camera_is_silent(how):
    preview = Preview()
    preview.saw(hall(), 10.0)
    preview.saw(with_phone(400), 10.5)
    assert preview.jpeg(10.6) is not None
    if how == "cleared":
        preview.clear()
        assert preview.jpeg(10.7) is None
        preview.saw(with_phone(400), 10.8)
        assert preview.jpeg(10.8) is None, "whoever came before is not known any more"
    else:
        assert preview.jpeg(10.6 + FRESH_S) is None
