"""What is the same in every QR code, checked against a library that draws whole ones."""

import numpy as np
import pytest
import qrcode

from kiosk.vision.symbol import BADGE_MODULES, MODULES_MAX, fixed, text_of
from tests import cards, venue

SIZES = range(21, MODULES_MAX + 1, 4)


def modules(dark):
    return np.where(dark, 1, -1).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
def test_known_modules_are_so_in_every_code_of_that_size(size):
    known = fixed(size)
    for mask in range(8):
        code = qrcode.QRCode(version=(size - 17) // 4, border=0, mask_pattern=mask)
        code.add_data(f"A{mask}")
        code.make(fit=False)
        drawn = modules(np.array(code.get_matrix(), bool))
        assert (drawn[known != 0] == known[known != 0]).all()


def test_a_badge_has_37_modules_of_which_a_fifth_are_known():
    code = cards.code(venue.badge())
    assert code.shape == (BADGE_MODULES, BADGE_MODULES)
    assert 0.18 < np.mean(fixed(BADGE_MODULES) != 0) < 0.22


@pytest.mark.parametrize("size", [0, 17, 20, 22, 73, 177])
def test_no_other_size_is_a_code(size):
    with pytest.raises(ValueError, match=f"{size} modules"):
        fixed(size)


def test_modules_are_read_also_when_some_are_wrong():
    text = venue.badge()
    seen = modules(cards.code(text))
    assert text_of(seen) == text
    rows, columns = np.nonzero(fixed(BADGE_MODULES) == 0)
    for each in np.random.default_rng(1).choice(len(rows), 14, replace=False):
        seen[rows[each], columns[each]] *= -1
    assert text_of(seen) == text
    seen[fixed(BADGE_MODULES) != 0] *= -1
    assert text_of(seen) == text, "known modules are not asked what they are"


def test_chance_is_no_text():
    dice = np.random.default_rng(2)
    for _ in range(20):
        assert text_of(dice.normal(0, 1, (37, 37)).astype(np.float32)) is None
