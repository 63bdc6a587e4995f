"""Readers of single values in an organiser's TOML file: each says what it expected instead."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gate.access.model import DigitalBadges, Direction, Kind, ZoneId
from gate.access.policy import PresenceRule

CONTRAST_MIN = 4.5
_REASON = re.compile(r"[ -~]{1,64}")
_DAYS_MAX = 366
_YEARS = range(2000, 2100)
"""A moment near the ends of the calendar has no wall-clock time in some time zones."""
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class Bad(Exception):
    """A value is wrong; the message says what was expected."""


def a_table(value: object) -> dict[str, dict[str, object]]:
    if not isinstance(value, dict):
        raise Bad("expected a table")
    return value


def rows_of_table(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Bad("expected rows in double brackets, such as [[zone.venue.admits]]")
    return value


def a_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Bad("expected a text in quotes")
    return value


def a_zone_id(value: object) -> ZoneId:
    return ZoneId(a_text(value))


def names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise Bad('expected a list of names, such as ["wsis", "ai4g"]')
    return tuple(value)


def some_reasons(value: object) -> tuple[str, ...]:
    """Texts that fit into a log record's `why`."""
    reasons = names(value)
    if not all(_REASON.fullmatch(reason) for reason in reasons):
        raise Bad("expected reasons of 1 to 64 characters, letters without accents")
    return reasons


def whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Bad(f"expected a whole number from {low:,} to {high:,}")
        return value

    return read


def yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise Bad("expected true or false")
    return value


def some_days(value: object) -> tuple[date, ...]:
    """Single days, and spans such as "2026-07-06..2026-07-10"."""
    expected = 'expected days such as [2026-07-06, "2026-07-08..2026-07-10"]'
    if not isinstance(value, list) or not value:
        raise Bad(expected)
    days: set[date] = set()
    for each in value:
        if isinstance(each, date) and not isinstance(each, datetime):
            days.add(each)
            continue
        try:
            first, last = (date.fromisoformat(part) for part in str(each).split(".."))
        except ValueError:
            raise Bad(f"{expected}, found {each!s}") from None
        if not 0 <= (last - first).days < _DAYS_MAX:
            raise Bad(f"the span {each!s} ends before it begins or lasts over a year")
        days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(sorted(days))


def an_hour(value: object) -> time:
    if not isinstance(value, time):
        raise Bad("expected an hour of the day such as 08:30:00")
    return value


def a_moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Bad("expected a moment with UTC offset, such as 2026-07-11T00:00:00+02:00")
    if not _YEARS.start <= value.year < _YEARS.stop:
        raise Bad(f"expected a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return value


def a_time_zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(a_text(value))
    except (KeyError, ValueError, OSError):
        raise Bad("expected a time zone such as Europe/Zurich") from None


def a_colour(value: object) -> str:
    """A colour on which white letters can be read (WCAG 2.2 contrast)."""
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise Bad('expected a colour such as "#0B5FA5"')
    contrast = 1.05 / (_luminance(value) + 0.05)
    if contrast < CONTRAST_MIN:
        raise Bad(
            f"white words on {value} have contrast {contrast:.1f}; expected {CONTRAST_MIN} or more"
        )
    return value


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0 black to 1 white (WCAG 2.2)."""
    linear = []
    for start in (1, 3, 5):
        channel = int(colour[start : start + 2], 16) / 255
        linear.append(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def a_kind(value: object) -> Kind:
    kinds = {kind.name.lower(): kind for kind in Kind}
    if str(value) not in kinds:
        raise Bad(f"expected one of {', '.join(kinds)}")
    return kinds[str(value)]


def a_presence(value: object) -> PresenceRule:
    if str(value) not in {rule.value for rule in PresenceRule}:
        raise Bad(f"expected one of {', '.join(PresenceRule)}")
    return PresenceRule(str(value))


def what_digital(value: object) -> DigitalBadges:
    if str(value) not in {each.value for each in DigitalBadges}:
        raise Bad(f"expected one of {', '.join(DigitalBadges)}")
    return DigitalBadges(str(value))


def some_directions(value: object) -> frozenset[Direction]:
    known = {direction.value for direction in Direction}
    if not isinstance(value, list) or not value or not set(map(str, value)) <= known:
        raise Bad('expected ["entry"], ["exit"] or ["entry", "exit"]')
    return frozenset(Direction(str(each)) for each in value)
