"""The policy's own arithmetic: days, the venue's clock, minutes and hours since the epoch."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from tests import venue

POLICY = venue.policy()


def test_the_days_of_the_edition_are_those_of_all_its_events_each_once():
    assert POLICY.days == venue.july(6, 7, 8, 9, 10)
    assert replace(POLICY, events={}).days == ()


def test_a_moment_is_shown_by_the_venues_clock_in_summer_and_in_winter():
    summer, winter = venue.at("07-08 00:30"), venue.at("01-08 00:30")
    assert POLICY.local(summer).utcoffset() == timedelta(hours=2)
    assert POLICY.local(winter).utcoffset() == timedelta(hours=1)
    utc = summer.astimezone(UTC)
    assert utc.date().day == 7
    assert POLICY.local(utc).date().day == 8


@pytest.mark.parametrize(
    ("after", "minutes"),
    [(timedelta(0), 0), (timedelta(seconds=59), 0), (timedelta(seconds=60), 1),
     (timedelta(days=1), 1440), (timedelta(seconds=-1), -1)],
)  # fmt: skip
def test_minutes_are_whole_and_rounded_down(after, minutes):
    assert POLICY.minutes(POLICY.epoch + after) == minutes


@pytest.mark.parametrize(
    ("length", "hours"),
    [(timedelta(hours=5), 5), (timedelta(hours=5, seconds=1), 6), (timedelta(seconds=1), 1)],
)
def test_the_end_is_rounded_up_so_that_no_badge_dies_early(length, hours):
    assert replace(POLICY, expires=POLICY.epoch + length).expires_h() == hours
