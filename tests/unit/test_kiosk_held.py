"""The hint that several badges are held up, and the marker of the one that counts."""

import pytest

from kiosk.decode import Sighting
from kiosk.held import STAYS_S, Held
from kiosk.vision.tracker import Seen

WIDTH = 1280


def seen(x, several=False):
    return Seen(badge=Sighting("P1", 200, x, 360), several=several)


@pytest.mark.parametrize(
    ("x", "place"), [(0, "right"), (300, "right"), (640, "middle"), (900, "left"), (1280, "left")]
)
def test_the_marker_is_where_the_badge_is_in_a_mirror(x, place):
    held = Held()
    assert held.saw(seen(x), WIDTH, 10.0)
    assert held.place == place


def test_the_hint_stays_a_moment_and_goes():
    held = Held()
    assert not held.several
    assert held.saw(seen(640, several=True), WIDTH, 10.0)
    assert held.several
    held.saw(seen(640), WIDTH, 10.0 + STAYS_S - 0.1)
    assert held.several, "one frame without the second badge does not end it"
    assert held.saw(seen(640), WIDTH, 10.0 + STAYS_S + 0.1)
    assert not held.several


def test_the_marker_goes_out_when_the_badge_is_gone():
    held = Held()
    held.saw(seen(640), WIDTH, 10.0)
    held.saw(Seen(), WIDTH, 10.5)
    assert held.place == "middle"
    assert held.saw(Seen(), WIDTH, 10.1 + STAYS_S)
    assert held.place == ""


def test_nothing_new_is_no_change():
    held = Held()
    held.saw(seen(640), WIDTH, 10.0)
    assert not held.saw(seen(650), WIDTH, 10.1)
    assert not Held().saw(Seen(), WIDTH, 0.0)
