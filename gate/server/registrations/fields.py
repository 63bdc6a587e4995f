"""What each column of a registration file may hold, and how it is made comparable.

Text is Unicode NFC with single spaces. Refused by name and code point: control characters, bidi
overrides and isolates (a name must not turn the line around it), private-use, unassigned and
lost characters. Zero-width joiners stay: Persian, Hindi and Sinhala names need them.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from gate.access.model import CategoryId, Entitlement, EventId, Status
from gate.access.policy import Event, Policy

CHARS_MAX: Mapping[str, int] = {
    "code": 64,
    "given": 80,
    "family": 80,
    "name_on_badge": 120,
    "native_name": 120,
    "organisation": 200,
    "country": 80,
    "email": 254,
    "language": 12,
    "photo": 200,
}
JOINERS = {"\u200c", "\u200d"}
LOST = "\ufffd"
"""Stands where a character could not be read, here or in a program before us."""
ATTENTION = frozenset({"escort", "medical", "protocol"})
"""Each has its words in gate/words."""
_REFUSED = {"Cc": "control character", "Co": "private-use character", "Cn": "unassigned character",
            "Cs": "surrogate", "Cf": "invisible character"}  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{3,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_RANGE = re.compile(r"(\d{1,2})\s*-\s*(\d{1,2})")
_STATUS_WORDS = {
    "": Status.APPROVED,
    "approved": Status.APPROVED,
    "confirmed": Status.APPROVED,
    "accepted": Status.APPROVED,
    "pending": Status.PENDING,
    "waiting": Status.PENDING,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
}


class FieldError(ValueError):
    """A field cannot be taken; the message says what was expected."""


def clean(value: str, column: str) -> str:
    """The text in NFC with single spaces. Raises FieldError naming a refused character."""
    text = unicodedata.normalize("NFC", value).replace("\r", " ").replace("\n", " ")
    text = " ".join(text.replace("\t", " ").replace("\ufeff", "").split())
    for place, char in enumerate(text, 1):
        category = unicodedata.category(char)
        if (category in _REFUSED and char not in JOINERS) or char == LOST:
            name = unicodedata.name(char, "") or _REFUSED[category]
            raise FieldError(f"character {place} is U+{ord(char):04X} {name}, which no name needs")
    limit = CHARS_MAX.get(column, 500)
    if len(text) > limit:
        raise FieldError(f"{len(text)} characters, expected at most {limit}")
    return text


def required(value: str, column: str) -> str:
    text = clean(value, column)
    if not text:
        raise FieldError("empty, expected a value")
    return text


def code(value: str) -> str:
    text = required(value, "code")
    if not _CODE.fullmatch(text):
        raise FieldError("expected 4 to 64 letters, digits, '-', '_' or '.'")
    return text


def email(value: str) -> str:
    text = clean(value, "email")
    if text and not _EMAIL.fullmatch(text):
        raise FieldError("expected an e-mail address")
    return text


def language(value: str) -> str:
    text = clean(value, "language").replace("_", "-") or "en"
    head, _, rest = text.partition("-")
    text = head.lower() + (f"-{rest}" if rest else "")
    if not _LANGUAGE.fullmatch(text):
        raise FieldError("expected a language code such as fr or zh-Hans")
    return text


def status(value: str) -> Status:
    word = clean(value, "status").lower()
    if word not in _STATUS_WORDS:
        raise FieldError("expected approved, pending or cancelled")
    return _STATUS_WORDS[word]


def attention(value: str) -> tuple[str, ...]:
    """``escort; medical``: what a guard must see with the decision, in any order."""
    words = {part.strip().casefold() for part in re.split(r"[;,|]", clean(value, "attention"))}
    unknown = sorted(words - ATTENTION - {""})
    if unknown:
        raise FieldError(f"no {unknown[0]!r}; there are: {', '.join(sorted(ATTENTION))}")
    return tuple(sorted(words - {""}))


def category(value: str, policy: Policy) -> CategoryId:
    """By id or by name, whatever the case."""
    word = required(value, "category").casefold()
    for each in policy.categories.values():
        if word in (each.id, each.name.casefold(), each.id.replace("_", " ")):
            return each.id
    raise FieldError(f"no such category; there are: {', '.join(policy.categories)}")


def events(value: str, policy: Policy) -> tuple[Entitlement, ...]:
    """``wsis; ai4g: 7-8; dialogue: 2026-07-06`` - an event, optionally the days; default all.

    An event may be named by id, short name or name; days by day of the month, ranges, or dates.
    """
    text = required(value, "events")
    held: dict[EventId, frozenset[date]] = {}
    for part in re.split(r"[;|\n]", text):
        if not part.strip():
            continue
        name, _, days_text = part.partition(":")
        event = _event(name.strip(), policy)
        days = _days(days_text.strip(), event) if days_text.strip() else frozenset(event.days)
        held[event.id] = held.get(event.id, frozenset()) | days
    if not held:
        raise FieldError("expected at least one event")
    return tuple(Entitlement(event, held[event]) for event in sorted(held))


def _event(name: str, policy: Policy) -> Event:
    word = name.casefold()
    for event in policy.events.values():
        if word in (event.id, event.short.casefold(), event.name.casefold()):
            if event.through:
                raise FieldError(
                    f"{event.id} is entered through {', '.join(sorted(event.through))}; "
                    "register for one of those"
                )
            return event
    known = [event.id for event in policy.events.values() if not event.through]
    raise FieldError(f"no event {name!r}; there are: {', '.join(known)}")


def _days(text: str, event: Event) -> frozenset[date]:
    days: set[date] = set()
    for part in (each.strip() for each in text.split(",")):
        span = _RANGE.fullmatch(part)
        if span:
            wanted = range(int(span[1]), int(span[2]) + 1)
        elif part.isdecimal():
            wanted = range(int(part), int(part) + 1)
        else:
            days.add(_iso_day(part, event))
            continue
        found = {day for day in event.days if day.day in wanted}
        if not wanted or len(found) != len(wanted):
            raise FieldError(f"{event.id} is not on day {part}; it is on {_shown(event)}")
        days |= found
    return frozenset(days)


def _iso_day(part: str, event: Event) -> date:
    try:
        day = date.fromisoformat(part)
    except ValueError:
        raise FieldError(f"days {part!r}: expected such as 7-8 or 2026-07-07") from None
    if day not in event.days:
        raise FieldError(f"{event.id} is not on {day}; it is on {_shown(event)}")
    return day


def _shown(event: Event) -> str:
    return ", ".join(str(day) for day in event.days)


def events_in_short(entitlements: tuple[Entitlement, ...], policy: Policy) -> str:
    """As people write it and `events` reads it: days only where they are not all."""
    return "; ".join(_in_short(held, policy.events[held.event]) for held in entitlements)


def _in_short(held: Entitlement, event: Event) -> str:
    if held.days == frozenset(event.days):
        return held.event
    spans: list[list[date]] = []
    for day in sorted(held.days):
        if spans and day - spans[-1][-1] == timedelta(days=1) and day.month == spans[-1][0].month:
            spans[-1].append(day)
        else:
            spans.append([day])
    said = (f"{span[0].day}-{span[-1].day}" if span[1:] else f"{span[0].day}" for span in spans)
    return f"{held.event}: {', '.join(said)}"


def events_text(entitlements: tuple[Entitlement, ...]) -> str:
    """The inverse of `events`: for exports and generated files."""
    return "; ".join(
        f"{held.event}: {', '.join(str(day) for day in sorted(held.days))}" for held in entitlements
    )
