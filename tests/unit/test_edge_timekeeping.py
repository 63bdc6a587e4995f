"""A lane with a wrong clock is put right by the server, and does not go back in time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.edge.timekeeping import NOTICED_MS, LaneClock

NOW = datetime(2026, 7, 7, 9, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


class Device:
    """A clock of the test's own: `ms` since NOW by the device."""

    def __init__(self, ms: int = 0) -> None:
        self.ms = ms

    def now(self) -> datetime:
        return NOW + timedelta(milliseconds=self.ms)

    def now_ms(self) -> int:
        return NOW_MS + self.ms


def said(clock: LaneClock, device: Device, true_ms: int, way_ms: int = 20, back_ms: int = 20):
    """The server answers: `true_ms` is what it is when it does."""
    asked = device.now_ms() - way_ms
    return clock.heard(NOW_MS + true_ms, asked, device.now_ms() + back_ms)


@pytest.mark.parametrize("wrong_ms", [2 * 3600_000, -2 * 3600_000, 2 * 86_400_000, -5_000])
def test_a_clock_that_is_wrong_is_noticed_and_corrected(wrong_ms):
    device = Device(wrong_ms)
    clock = LaneClock(device)
    assert said(clock, device, 0)
    assert clock.is_wrong
    assert abs(clock.now() - NOW) < timedelta(milliseconds=100)


def test_a_difference_the_network_explains_is_none():
    device = Device(NOTICED_MS - 100)
    clock = LaneClock(device)
    assert not said(clock, device, 0)
    assert not clock.is_wrong
    slow = Device(1_000)
    clock = LaneClock(slow)
    assert not said(clock, slow, 0, way_ms=0, back_ms=12_000), "the answer took twelve seconds"


def test_a_device_that_slept_between_question_and_answer_learns_nothing_of_the_time():
    device = Device(5_000)
    clock = LaneClock(device)
    assert said(clock, device, 0)
    before = clock.offset_ms
    assert not said(clock, device, 0, way_ms=0, back_ms=15 * 3600_000)
    assert (clock.offset_ms, clock.error_ms) == (before, 15 * 1800_000)
    assert said(clock, device, 3600_000), "the next answer counts again"


def test_a_clock_that_was_set_right_is_believed_again():
    device = Device(3600_000)
    clock = LaneClock(device)
    said(clock, device, 0)
    device.ms = 0
    assert said(clock, device, 0)
    assert not clock.is_wrong


def test_time_goes_on_when_a_server_that_was_ahead_is_put_right():
    device = Device()
    clock = LaneClock(device)
    said(clock, device, 3600_000)
    assert clock.now() - NOW >= timedelta(minutes=59)
    device.ms = 60_000
    assert said(clock, device, 60_000)
    assert clock.now() == NOW + timedelta(minutes=1), "not still for an hour"


def test_the_difference_known_last_is_used_from_the_start():
    assert LaneClock(Device(-60_000), 60_000).now() == NOW


@given(st.lists(st.integers(-5_000, 5_000), max_size=20))
def test_time_never_goes_back_while_nobody_says_the_clock_was_ahead(steps):
    device = Device()
    clock, last = LaneClock(device), datetime.min.replace(tzinfo=UTC)
    for step in steps:
        device.ms += step
        assert clock.now() >= last
        last = clock.now()


@given(st.integers(-(10**9), 10**9), st.integers(0, 5_000), st.integers(0, 5_000))
def test_the_error_said_is_honest(wrong_ms, way_ms, back_ms):
    device = Device(wrong_ms)
    clock = LaneClock(device)
    said(clock, device, 0, way_ms, back_ms)
    off = abs(wrong_ms + clock.offset_ms)
    # Uncorrected, the true difference may be an error further off than the one that was found.
    assert off <= (clock.error_ms + 1 if clock.is_wrong else 2 * clock.error_ms + NOTICED_MS)
