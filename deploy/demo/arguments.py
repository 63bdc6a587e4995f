"""What `deploy/dev run` and `demo-day` can be told, refused in words where it makes no sense."""

import argparse
import functools
import math
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from deploy.demo import people, programs

DAY = "2026-07-07"
"""The day on which all three events of the example take place."""
START = "2026-07-07T07:45:00+02:00"
PORTS = 4
SPEED_MAX = 5000.0
PEOPLE_MIN = 20
"""Fewer hold no badge a gate admits and none it refuses, and the camera needs both."""


def read(given: Sequence[str] | None = None, about: str | None = None) -> argparse.Namespace:
    """Ends the program with words and status 2 for what cannot be."""
    parser = argparse.ArgumentParser(prog="deploy/dev run", description=about)
    parser.add_argument("--start", type=_moment, default=START, help=f"venue time; default {START}")
    parser.add_argument("--speed", type=_speed, default=20.0, help="venue seconds in a real one")
    _add_common(parser, ".run")
    parser.add_argument("--fresh", action="store_true", help="forget the last run")
    return parser.parse_args(given)


def read_day(
    days: Sequence[date], given: Sequence[str] | None = None, about: str | None = None
) -> argparse.Namespace:
    """Of `demo-day`; `days` are those of the edition. Ends the program as `read` does."""
    parser = argparse.ArgumentParser(prog="deploy/dev demo-day", description=about)
    one = functools.partial(_day, days)
    parser.add_argument("--day", type=one, default=DAY, help=f"of the week; default {DAY}")
    parser.add_argument("--speed", type=_speed, default=60.0, help="venue seconds in a real one")
    _add_common(parser, ".run-day")
    return parser.parse_args(given)


def _add_common(parser: argparse.ArgumentParser, folder: str) -> None:
    parser.add_argument("--people", type=_people, default=people.PEOPLE)
    parser.add_argument("--port", type=_port, default=8700, help="first of four ports")
    parser.add_argument("--folder", type=Path, default=programs.ROOT / folder)


def _day(days: Sequence[date], text: str) -> date:
    if text not in map(str, days):
        raise argparse.ArgumentTypeError(f"expected {days[0]} to {days[-1]}, found {text!r}")
    return date.fromisoformat(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise argparse.ArgumentTypeError(f"expected such as {START}, found {text!r}")
    return moment


def _speed(text: str) -> float:
    return _between(text, float, 0.01, SPEED_MAX)


def _people(text: str) -> int:
    return int(_between(text, int, PEOPLE_MIN, people.PEOPLE))


def _port(text: str) -> int:
    return int(_between(text, int, 1, 65_536 - PORTS))


def _between(text: str, kind: type[float], least: float, most: float) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"expected {least:,} to {most:,}, found {text!r}")
    return value
