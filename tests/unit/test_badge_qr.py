"""The QR as modules and dots, read back by decoders that are not ours."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from pyzbar import pyzbar

from badge_printer.qr import MODULES, NotABadgeText, NoWholeDots, modules, placed
from gate.access.credential import sign
from tests import venue

SIZE = (40.0, 44.0)


def image(text):
    """The modules as pixels, four a module, with a quiet zone."""
    dark = np.kron(np.array(modules(text), dtype=np.uint8), np.ones((4, 4), np.uint8))
    return np.pad(255 - 255 * dark, 16, constant_values=255).astype(np.uint8)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 255), st.integers(0, 2**16 - 1))
def test_every_signed_badge_is_one_qr_that_both_decoders_read(holder, generation, profile):
    claims = venue.credential(holder=holder, generation=generation, profile=profile)
    text = sign(claims, venue.PRIVATE)
    found = zxingcpp.read_barcodes(image(text), formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    assert [each.text for each in found] == [text]
    assert found[0].ec_level == "M"
    assert [each.data.decode() for each in pyzbar.decode(image(text))] == [text]


def test_it_has_37_modules_with_three_finders_and_its_timing():
    dark = np.array(modules(venue.badge()))
    assert dark.shape == (MODULES, MODULES)
    finder = np.ones((7, 7), bool)
    finder[1:6, 1:6] = False
    finder[2:5, 2:5] = True
    for part in (dark[:7, :7], dark[:7, -7:], dark[-7:, :7]):
        assert (part == finder).all()
    assert (dark[6, 8:29] == [column % 2 == 0 for column in range(8, 29)]).all()


@pytest.mark.parametrize(
    "text", ["", "P1", "p1" + "a" * 120, "P1" + "é" * 120, "P1" + "A" * 121, "P1" + "A" * 5000,
             "P1" + "🎫" * 60, "P1\n" + "A" * 119, "P1" + "_" * 120],
)  # fmt: skip
def test_a_text_that_is_no_badges_is_refused(text):
    with pytest.raises(NotABadgeText):
        modules(text)


@pytest.mark.parametrize("dpi", [140.0, 150.0, 200.0, 203.0, 203.2, 300.0, 304.8, 360.0, 600.0])
def test_modules_are_whole_dots_and_the_origin_is_on_the_grid(dpi):
    code = placed(venue.badge(), 5.5, 97.0, SIZE, dpi)
    per_mm = dpi / 25.4
    for length in (code.x, code.y, code.pitch, code.width):
        assert length * per_mm == pytest.approx(round(length * per_mm), abs=1e-9)
    assert code.pitch * per_mm == pytest.approx(code.dots)
    assert SIZE[0] <= code.width <= SIZE[1]
    assert abs(code.x - 5.5) <= 0.5 / per_mm + 1e-9


def test_runs_are_the_dark_modules():
    text = venue.badge()
    dark = np.zeros((MODULES, MODULES), bool)
    for row, first, count in placed(text, 0, 0, SIZE, 300.0).runs:
        assert not dark[row, first : first + count].any()
        dark[row, first : first + count] = True
    assert (dark == np.array(modules(text))).all()


def test_a_coarse_resolution_says_which_one_fits():
    with pytest.raises(
        NoWholeDots, match=r"at 100 dpi .* more than the 44 mm .*; 93 dpi would fit"
    ):
        placed(venue.badge(), 5.5, 97.0, SIZE, 100.0)
    assert placed(venue.badge(), 5.5, 97.0, SIZE, 93.0).dots == 4
