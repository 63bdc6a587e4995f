"""Reads an organiser's policy file (TOML) into a `Policy`.

All mistakes of a file are collected and reported together, each with its line, its key, and what
was expected. Text in, value out; who opens the file is the caller's business.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import NoReturn, TypeVar
from zoneinfo import ZoneInfo

from gate.access.model import CategoryId, Direction, EventId, GateId, Kind, ZoneId
from gate.access.policy import Category, Event, Gate, Policy, PresenceRule, Rule, Zone

PROBLEMS_MAX = 20
CONTRAST_MIN = 4.5
_DAYS_MAX = 366
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MISSING = object()
T = TypeVar("T")


class PolicyError(Exception):
    """The policy file cannot be used; one line for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def parse(text: str, source: str) -> Policy:
    """The policy in a file's text; `source` is its name in messages.

    Raises PolicyError with up to PROBLEMS_MAX problems.
    """
    try:
        root = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError([f"{source}: not readable as TOML: {error}"]) from None
    reader = _Reader(text, source)
    policy = _policy(reader, _Table(reader, (), root))
    if reader.problems:
        raise PolicyError(reader.problems[:PROBLEMS_MAX])
    if policy is None:
        raise PolicyError([f"{source}: nothing in it could be used"])
    return policy


class _Bad(Exception):
    """A value is wrong; the message says what was expected."""


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source
        self.problems: list[str] = []

    def complain(self, path: tuple[str | int, ...], message: str) -> None:
        shown = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in path)
        line = self._line(path)
        where = f"{self._source}:{line}" if line else self._source
        self.problems.append(f"{where}: {shown.replace('.[', '[')}: {message}")

    def _line(self, path: tuple[str | int, ...]) -> int | None:
        """The line a key stands on: its table's header, then the key below it."""
        start, depth, keys = 0, 0, list(path)
        for end in range(len(keys), 0, -1):
            found = self._header(keys[:end])
            if found is not None:
                start, depth = found, end
                break
        for key in keys[depth:]:
            for number in range(start, len(self._lines)):
                if number > start and self._lines[number].lstrip().startswith("["):
                    break
                if re.match(rf'\s*"?{re.escape(str(key))}"?\s*=', self._lines[number]):
                    return number + 1
        return start + 1 if depth else None

    def _header(self, keys: list[str | int]) -> int | None:
        if isinstance(keys[-1], int):
            header, nth = "[[" + ".".join(str(key) for key in keys[:-1]) + "]]", keys[-1]
        else:
            header, nth = "[" + ".".join(str(key) for key in keys) + "]", 0
        seen = 0
        for number, line in enumerate(self._lines):
            if line.split("#")[0].strip().replace(" ", "") == header:
                if seen == nth:
                    return number
                seen += 1
        return None


class _Table:
    """A TOML table that complains about what is missing, wrong or left over."""

    def __init__(
        self, reader: _Reader, path: tuple[str | int, ...], values: Mapping[str, object]
    ) -> None:
        self.reader = reader
        self.path = path
        self._values = values
        self._asked: set[str] = set()

    def get(self, key: str, read: Callable[[object], T], default: object = _MISSING) -> T:
        """The value of a key as `read` makes it; complains and raises _Bad when it cannot."""
        self._asked.add(key)
        value = self._values.get(key, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                self.fail(key, "missing")
            return default  # type: ignore[return-value]
        try:
            return read(value)
        except _Bad as bad:
            self.fail(key, str(bad))

    def fail(self, key: str, message: str) -> NoReturn:
        self.reader.complain((*self.path, key), message)
        raise _Bad(message)

    def tables(self, key: str) -> list[tuple[str, "_Table"]]:
        """The named tables below a key: [event.wsis], [event.ai4g] ..."""
        named = self.get(key, _table)
        return [
            (name, _Table(self.reader, (*self.path, key, name), values))
            for name, values in named.items()
            if self._named(key, name, values)
        ]

    def rows(self, key: str) -> list["_Table"]:
        """The rows of an array of tables: [[zone.expo.admits]] ..."""
        rows = self.get(key, _list_of_tables, default=[])
        return [_Table(self.reader, (*self.path, key, i), row) for i, row in enumerate(rows)]

    def done(self) -> None:
        """Complain about every key nobody asked for: a typing mistake must not be silent."""
        for key in self._values:
            if key not in self._asked:
                hint = _nearest(key, self._asked)
                self.reader.complain((*self.path, key), f"unknown key{hint}")

    def _named(self, key: str, name: str, values: object) -> bool:
        if not _IDENTIFIER.fullmatch(name):
            self.reader.complain(
                (*self.path, key, name),
                "expected a name of small letters, digits and _, at most 32, first a letter",
            )
        elif not isinstance(values, dict):
            self.reader.complain((*self.path, key, name), f"expected a table [{key}.{name}]")
        else:
            return True
        return False


# --- the parts of the file


def _policy(reader: _Reader, root: _Table) -> Policy | None:
    edition = _section(root, "edition")
    events = _each(root, "event", _event)
    _check_through(reader, events)
    categories = _each(root, "category", _category)
    zones = _each(root, "zone", lambda name, table: _zone(name, table, events, categories))
    gates = _each(root, "gate", lambda name, table: _gate(name, table, zones))
    for zone in zones:
        if gates and not any(gate.zone == zone for gate in gates.values()):
            reader.complain(("zone", zone), "no gate leads into it; add one or remove the zone")
    root.done()
    if edition is None:
        return None
    try:
        return _edition(edition, events, categories, zones, gates)
    except _Bad:
        return None


def _section(root: _Table, key: str) -> _Table | None:
    try:
        return _Table(root.reader, (key,), root.get(key, _table))
    except _Bad:
        return None


def _each(root: _Table, key: str, build: Callable[[str, _Table], T]) -> dict[str, T]:
    built: dict[str, T] = {}
    try:
        tables = root.tables(key)
    except _Bad:
        return built
    for name, table in tables:
        try:
            built[name] = build(name, table)
            table.done()
        except _Bad:
            continue
    return built


def _edition(
    table: _Table,
    events: Mapping[str, Event],
    categories: Mapping[str, Category],
    zones: Mapping[str, Zone],
    gates: Mapping[str, Gate],
) -> Policy:
    policy = Policy(
        edition=table.get("id", _text),
        number=table.get("number", _whole(1, 65535)),
        name=table.get("name", _text),
        place=table.get("place", _text),
        version=table.get("version", _whole(1, 2**31)),
        time_zone=table.get("time_zone", _time_zone),
        epoch=table.get("epoch", _moment),
        expires=table.get("expires", _moment),
        events={event.id: event for event in events.values()},
        categories={category.id: category for category in categories.values()},
        zones={zone.id: zone for zone in zones.values()},
        gates={gate.id: gate for gate in gates.values()},
    )
    table.done()
    hours = (policy.expires - policy.epoch) / timedelta(hours=1)
    if not 0 < hours <= 65535:
        table.fail("expires", "expected a moment after epoch, at most 65,535 hours later")
    if policy.days and policy.local(policy.expires).date() <= policy.days[-1]:
        table.fail("expires", f"expected a day after the last event day, {policy.days[-1]}")
    return policy


def _event(name: str, table: _Table) -> Event:
    return Event(
        id=EventId(name),
        name=table.get("name", _text),
        short=table.get("short", _text),
        colour=table.get("colour", _colour),
        days=table.get("days", _days),
        through=frozenset(EventId(e) for e in table.get("through", _texts, default=())),
    )


def _check_through(reader: _Reader, events: Mapping[str, Event]) -> None:
    for event in events.values():
        for other in sorted(event.through):
            path = ("event", event.id, "through")
            if other not in events:
                reader.complain(path, f"no event is called {other!r}{_nearest(other, events)}")
            elif events[other].through or other == event.id:
                reader.complain(path, f"{other!r} is itself entitled through another event")


def _category(name: str, table: _Table) -> Category:
    return Category(
        id=CategoryId(name),
        name=table.get("name", _text),
        kind=table.get("kind", _kind),
        colour=table.get("colour", _colour),
    )


def _zone(
    name: str, table: _Table, events: Mapping[str, Event], categories: Mapping[str, Category]
) -> Zone:
    rules: list[Rule] = []
    for row in table.rows("admits"):
        try:
            rules.extend(_rules(name, len(rules) + 1, row, events, categories))
            row.done()
        except _Bad:
            continue
    if not rules and not table.reader.problems:
        table.fail("admits", f"expected at least one [[zone.{name}.admits]]")
    return Zone(
        id=ZoneId(name),
        name=table.get("name", _text),
        rules=tuple(rules),
        presence=table.get("presence", _presence, default=PresenceRule.FREE),
        passback_min=table.get("passback_min", _whole(0, 1440), default=0),
        entries_per_day=table.get("entries_per_day", _whole(1, 1000), default=None),
        capacity=table.get("capacity", _whole(1, 1_000_000), default=None),
        capacity_hard=table.get("capacity_hard", _yes_or_no, default=True),
        needs_record=table.get("needs_record", _yes_or_no, default=False),
        second_look=_known(table, "second_look", categories, "category", ()),
    )


def _rules(
    zone: str,
    first: int,
    row: _Table,
    events: Mapping[str, Event],
    categories: Mapping[str, Category],
) -> list[Rule]:
    """One rule for each event a row names, in the row's order."""
    named = row.get("events", _texts)
    for event in named:
        if event not in events:
            row.fail("events", f"no event is called {event!r}{_nearest(event, events)}")
    admitted = _known(row, "categories", categories, "category", None)
    days = row.get("days", _days, default=None)
    opens, closes = row.get("opens", _hour), row.get("closes", _hour)
    if closes <= opens:
        row.fail("closes", f"expected an hour after opens, {opens:%H:%M}")
    rules = []
    for number, event in enumerate(named, first):
        own = frozenset(events[event].days)
        if days and not own & frozenset(days):
            row.fail("days", f"{event} takes place on none of these days")
        rules.append(
            Rule(
                id=f"{zone}/{number}",
                event=EventId(event),
                categories=admitted,
                days=own & frozenset(days) if days else own,
                opens=opens,
                closes=closes,
            )
        )
    return rules


def _known(
    table: _Table, key: str, known: Mapping[str, object], what: str, default: object
) -> frozenset[CategoryId]:
    names = table.get(key, _texts, default=default)
    for name in names or ():
        if name not in known:
            table.fail(key, f"no {what} is called {name!r}{_nearest(name, known)}")
    return names if names is None else frozenset(CategoryId(name) for name in names)


def _gate(name: str, table: _Table, zones: Mapping[str, Zone]) -> Gate:
    zone = table.get("zone", _text)
    if zones and zone not in zones:
        table.fail("zone", f"no zone is called {zone!r}{_nearest(zone, zones)}")
    return Gate(
        id=GateId(name),
        name=table.get("name", _text),
        zone=ZoneId(zone),
        directions=table.get("directions", _directions, default=frozenset({Direction.ENTRY})),
        lanes=table.get("lanes", _whole(1, 100)),
    )


def _nearest(word: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = get_close_matches(word, known, 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are: {', '.join(known)}" if known else ""


# --- readers of single values: each raises _Bad saying what it expected


def _table(value: object) -> dict[str, dict[str, object]]:
    if not isinstance(value, dict):
        raise _Bad("expected a table")
    return value


def _list_of_tables(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _Bad("expected rows in double brackets, such as [[zone.venue.admits]]")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Bad("expected a text in quotes")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise _Bad('expected a list of names, such as ["wsis", "ai4g"]')
    return tuple(value)


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _Bad(f"expected a whole number from {low:,} to {high:,}")
        return value

    return read


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Bad("expected true or false")
    return value


def _days(value: object) -> tuple[date, ...]:
    """Single days, and spans such as "2026-07-06..2026-07-10"."""
    expected = 'expected days such as [2026-07-06, "2026-07-08..2026-07-10"]'
    if not isinstance(value, list) or not value:
        raise _Bad(expected)
    days: set[date] = set()
    for each in value:
        if isinstance(each, date) and not isinstance(each, datetime):
            days.add(each)
            continue
        try:
            first, last = (date.fromisoformat(part) for part in str(each).split(".."))
        except ValueError:
            raise _Bad(f"{expected}, found {each!s}") from None
        if not 0 <= (last - first).days < _DAYS_MAX:
            raise _Bad(f"the span {each!s} ends before it begins or lasts over a year")
        days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(sorted(days))


def _hour(value: object) -> time:
    if not isinstance(value, time):
        raise _Bad("expected an hour of the day such as 08:30:00")
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _Bad("expected a moment with UTC offset, such as 2026-07-11T00:00:00+02:00")
    return value


def _time_zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value))
    except (KeyError, ValueError, OSError):
        raise _Bad("expected a time zone such as Europe/Zurich") from None


def _colour(value: object) -> str:
    """A colour on which white letters can be read (WCAG 2.2 contrast)."""
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise _Bad('expected a colour such as "#0B5FA5"')
    contrast = 1.05 / (_luminance(value) + 0.05)
    if contrast < CONTRAST_MIN:
        raise _Bad(
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


def _kind(value: object) -> Kind:
    names = {kind.name.lower(): kind for kind in Kind}
    if value not in names:
        raise _Bad(f"expected one of {', '.join(names)}")
    return names[str(value)]


def _presence(value: object) -> PresenceRule:
    if value not in {rule.value for rule in PresenceRule}:
        raise _Bad(f"expected one of {', '.join(PresenceRule)}")
    return PresenceRule(str(value))


def _directions(value: object) -> frozenset[Direction]:
    names = {direction.value for direction in Direction}
    if not isinstance(value, list) or not value or not set(map(str, value)) <= names:
        raise _Bad('expected ["entry"], ["exit"] or ["entry", "exit"]')
    return frozenset(Direction(str(each)) for each in value)
