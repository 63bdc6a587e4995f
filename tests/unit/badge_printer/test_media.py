"""Paper sizes by their PWG 5101.1 names."""

import pytest

from badge_printer.printers import media

A6 = (105.0, 148.0)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("iso_a6_105x148mm", (105, 148)),
        ("na_index-4x6_4x6in", (101.6, 152.4)),
        ("om_card_54x86mm", (54, 86)),
        ("custom_badge_105.5x148mm", (105.5, 148)),
        ("iso_a6_105x148mm.borderless", (105, 148)),
        ("A6", None),
        ("", None),
    ],
)
def test_a_name_says_its_size(name, size):
    assert media.dimensions(name) == (pytest.approx(size) if size else None)


def test_the_same_paper_fed_sideways_is_the_same_paper():
    assert media.matching(["iso_a4_210x297mm", "custom_x_148x105mm"], *A6) == "custom_x_148x105mm"
    assert media.matching(["iso_a4_210x297mm"], *A6) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], True),
        (["iso_a6_105x148mm"], True),
        (["iso_a4_210x297mm"], False),
        (["iso_a4_210x297mm", "custom_min_76x100mm", "custom_max_216x356mm"], True),
        (["custom_min_200x200mm", "custom_max_216x356mm"], False),
    ],
)
def test_whether_a_printer_can_take_a_badge(names, expected):
    assert media.possible(names, *A6) is expected


def test_our_own_name_says_the_size():
    assert media.dimensions(media.self_describing(*A6)) == A6
