"""What cannot be asked of the example week is refused in words."""

from datetime import date, datetime

import pytest

from deploy.demo import arguments
from tests import venue


def test_without_arguments_it_is_the_second_morning_twenty_times_as_fast():
    chosen = arguments.read([])
    assert chosen.start == datetime.fromisoformat("2026-07-07T07:45:00+02:00")
    assert (chosen.speed, chosen.people, chosen.port, chosen.fresh) == (20.0, 11_000, 8700, False)


def test_everybodys_day_is_the_second_and_may_be_any_of_the_week():
    days = venue.policy().days
    chosen = arguments.read_day(days, [])
    assert (chosen.day, chosen.speed, chosen.people) == (date(2026, 7, 7), 60.0, 11_000)
    assert arguments.read_day(days, ["--day", "2026-07-10"]).day == date(2026, 7, 10)


@pytest.mark.parametrize("day", ["2026-07-05", "2026-07-11", "tuesday", ""])
def test_a_day_that_is_not_of_the_week_is_named(day, capsys):
    with pytest.raises(SystemExit):
        arguments.read_day(venue.policy().days, ["--day", day])
    assert f"expected 2026-07-06 to 2026-07-10, found {day!r}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--start yesterday", "expected such as 2026-07-07T07:45:00+02:00, found 'yesterday'"),
        ("--start 2026-07-08T07:45:00", "expected such as 2026-07-07T07:45:00+02:00"),
        ("--speed 0", "expected 0.01 to 5,000.0, found '0'"),
        ("--speed -3", "found '-3'"),
        ("--speed nan", "found 'nan'"),
        ("--speed fast", "expected 0.01 to 5,000.0, found 'fast'"),
        ("--people 0", "expected 20 to 11,000, found '0'"),
        ("--people 999999", "found '999999'"),
        ("--port 65534", "expected 1 to 65,532, found '65534'"),
        ("--port 0", "found '0'"),
        ("--wrong 1", "unrecognized arguments: --wrong 1"),
    ],
)
def test_what_cannot_be_is_named(given, said, capsys):
    with pytest.raises(SystemExit) as ended:
        arguments.read(given.split())
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
