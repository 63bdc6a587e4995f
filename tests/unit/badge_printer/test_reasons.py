"""Printers' own words for their troubles, and what we make of them."""

import pytest

from badge_printer.printers.printer import Condition
from badge_printer.printers.reasons import conditions


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("none", ()),
        ("media-empty", (Condition.PAPER_OUT,)),
        ("media-empty-error", (Condition.PAPER_OUT,)),
        ("media-needed-report", (Condition.PAPER_OUT,)),
        ("media-low-warning", (Condition.PAPER_LOW,)),
        ("media-jam-error", (Condition.JAM,)),
        ("inserter-misfeed-error", (Condition.JAM,)),
        ("cutter-jam-error", (Condition.JAM,)),
        ("door-open-error", (Condition.COVER_OPEN,)),
        ("printer-cover-open", (Condition.COVER_OPEN,)),
        ("input-tray-missing", (Condition.COVER_OPEN,)),
        ("marker-supply-low-report", (Condition.SUPPLY_LOW,)),
        ("toner-empty-error", (Condition.SUPPLY_OUT,)),
        ("output-area-full", (Condition.OUTPUT_FULL,)),
        ("moving-to-paused", (Condition.PAUSED,)),
        ("offline-report", (Condition.OFFLINE,)),
        ("connecting-to-device", (Condition.OFFLINE,)),
        ("cups-waiting-for-job-completed", ()),
        ("fuser-over-temp-error", (Condition.ATTENTION,)),
        ("opc-near-eol-warning", (Condition.NOTICE,)),
        ("", ()),
    ],
)
def test_a_reason_is_one_condition(reason, expected):
    assert conditions([reason]) == expected


def test_several_are_named_the_worst_first():
    assert conditions(["media-low", "none", "cover-open", "media-jam-error"]) == (
        Condition.COVER_OPEN,
        Condition.JAM,
        Condition.PAPER_LOW,
    )


def test_a_printer_that_stopped_without_a_word_we_know_still_needs_somebody():
    assert conditions(["none"], stopped=True) == (Condition.ATTENTION,)
    assert conditions(["media-low"], stopped=True) == (Condition.ATTENTION, Condition.PAPER_LOW)
    assert conditions(["media-jam"], stopped=True) == (Condition.JAM,)


def test_which_conditions_stop_a_printer():
    assert {each for each in Condition if not each.stops} == {
        Condition.STALLED,
        Condition.WRONG_PAPER,
        Condition.COARSE,
        Condition.PAPER_LOW,
        Condition.SUPPLY_LOW,
        Condition.NOTICE,
    }
