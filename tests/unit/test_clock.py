"""The venue's time: the real one, or a demonstration's, the same in every program."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import clock
from gate.clock import Clock

START = datetime(2026, 7, 8, 8, 0, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def real(monkeypatch):
    """Sets the real time, in Unix seconds."""

    def at(seconds: float) -> None:
        monkeypatch.setattr("gate.clock.time.time", lambda: seconds)

    return at


def test_without_a_start_it_is_the_real_time(real):
    real(1_000.25)
    assert Clock().now() == datetime(1970, 1, 1, 0, 16, 40, 250_000, tzinfo=UTC)
    assert Clock().now_ms() == 1_000_250


def test_a_demonstration_plays_from_its_start_at_its_speed(real):
    real(5_000)
    played = clock.starting_now(START, 60)
    assert played.now() == START
    real(5_001.5)
    assert played.now() == START + timedelta(seconds=90)
    assert played.now().utcoffset() == timedelta(0), "whatever zone it was given in"
    real(4_999)
    assert played.now() == START - timedelta(minutes=1)


def test_every_program_given_the_text_shows_the_same_time(real):
    real(5_000)
    played = clock.starting_now(START, 12.5)
    other = clock.read(str(played))
    assert other == played
    real(5_321.125)
    assert other.now() == played.now()


def test_the_real_time_is_written_as_nothing():
    assert str(Clock()) == ""
    assert clock.read("") == Clock()


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),
    st.floats(0, 1e12),
    st.floats(0, 1e6),
)
def test_what_is_written_is_read_back(start, origin, speed):
    played = Clock(start, origin, speed)
    assert clock.read(str(played)) == played


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("noon", "clock 'noon': expected START@ORIGINxSPEED, as the demonstration prints"),
        ("2026-07-08T08:00:00+02:00", "expected START@ORIGINxSPEED"),
        ("2026-07-08T08:00:00+02:00@1x-1", "expected START@ORIGINxSPEED"),
        ("2026-07-08T08:00:00+02:00@1x1e9", "expected START@ORIGINxSPEED"),
        ("today@1x1", "START is no moment in ISO 8601"),
        ("2026-07-08T08:00:00@1x1", "START needs a UTC offset, such as +02:00"),
    ],
)
def test_another_text_is_named(text, said):
    with pytest.raises(ValueError, match=r"^clock ") as raised:
        clock.read(text)
    assert said in str(raised.value)
