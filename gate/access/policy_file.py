"""Reads an organiser's policy file (TOML) into a `Policy`.

All mistakes of a file are collected and reported together, each with its line, its key, and what
was expected. Text in, value out; who opens the file is the caller's business.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from gate.access.model import CategoryId, Direction, EventId, GateId, ZoneId
from gate.access.policy import Category, Event, Gate, Policy, PresenceRule, Rule, Zone
from gate.access.toml_table import Reader, Table, nearest
from gate.access.toml_values import (
    Bad,
    a_colour,
    a_kind,
    a_moment,
    a_presence,
    a_table,
    a_text,
    a_time_zone,
    a_zone_id,
    an_hour,
    names,
    some_days,
    some_directions,
    whole,
    yes_or_no,
)

PROBLEMS_MAX = 20
EXPIRES_H_MAX = 65_535
"""A badge counts its expiry in hours since the epoch, in two bytes."""
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
    reader = Reader(text, source)
    policy = _policy(reader, Table(reader, (), root))
    if reader.problems:
        raise PolicyError(reader.problems[:PROBLEMS_MAX])
    if policy is None:
        raise PolicyError([f"{source}: nothing in it could be used"])
    return policy


def _policy(reader: Reader, root: Table) -> Policy | None:
    edition = _section(root, "edition")
    events = _each(root, "event", _event)
    _check_through(reader, events)
    categories = _each(root, "category", _category)
    zones = _each(root, "zone", lambda name, table: _zone(name, table, events, categories))
    gates = _each(root, "gate", lambda name, table: _gate(name, table, zones))
    _check_within(reader, zones)
    for zone in zones:
        if gates and not any(gate.zone == zone for gate in gates.values()):
            reader.complain(("zone", zone), "no gate leads into it; add one or remove the zone")
    root.done()
    if edition is None:
        return None
    try:
        return _edition(edition, events, categories, zones, gates)
    except Bad:
        return None


def _section(root: Table, key: str) -> Table | None:
    try:
        return Table(root.reader, (key,), root.get(key, a_table))
    except Bad:
        return None


def _each(root: Table, key: str, build: Callable[[str, Table], T]) -> dict[str, T]:
    built: dict[str, T] = {}
    try:
        tables = root.tables(key)
    except Bad:
        return built
    for name, table in tables:
        try:
            built[name] = build(name, table)
            table.done()
        except Bad:
            continue
    return built


def _edition(
    table: Table,
    events: Mapping[str, Event],
    categories: Mapping[str, Category],
    zones: Mapping[str, Zone],
    gates: Mapping[str, Gate],
) -> Policy:
    policy = Policy(
        edition=table.get("id", a_text),
        number=table.get("number", whole(1, 65535)),
        name=table.get("name", a_text),
        place=table.get("place", a_text),
        version=table.get("version", whole(1, 2**31)),
        time_zone=table.get("time_zone", a_time_zone),
        epoch=table.get("epoch", a_moment),
        expires=table.get("expires", a_moment),
        walk_min_s=table.get("walk_min_s", whole(0, 3600), default=0),
        override_reasons=table.get("override_reasons", names, default=()),
        overrides_per_hour=table.get("overrides_per_hour", whole(0, 1000), default=0),
        events={event.id: event for event in events.values()},
        categories={category.id: category for category in categories.values()},
        zones={zone.id: zone for zone in zones.values()},
        gates={gate.id: gate for gate in gates.values()},
    )
    table.done()
    hours = (policy.expires - policy.epoch) / timedelta(hours=1)
    if not 0 < hours <= EXPIRES_H_MAX:
        table.fail("expires", "expected a moment after epoch, at most 65,535 hours later")
    if policy.days and policy.local(policy.expires).date() <= policy.days[-1]:
        table.fail("expires", f"expected a day after the last event day, {policy.days[-1]}")
    return policy


def _event(name: str, table: Table) -> Event:
    return Event(
        id=EventId(name),
        name=table.get("name", a_text),
        short=table.get("short", a_text),
        colour=table.get("colour", a_colour),
        days=table.get("days", some_days),
        through=frozenset(EventId(e) for e in table.get("through", names, default=())),
    )


def _check_through(reader: Reader, events: Mapping[str, Event]) -> None:
    for event in events.values():
        for other in sorted(event.through):
            path = ("event", event.id, "through")
            if other not in events:
                reader.complain(path, f"no event is called {other!r}{nearest(other, events)}")
            elif events[other].through or other == event.id:
                reader.complain(path, f"{other!r} is itself entitled through another event")


def _category(name: str, table: Table) -> Category:
    return Category(
        id=CategoryId(name),
        name=table.get("name", a_text),
        kind=table.get("kind", a_kind),
        colour=table.get("colour", a_colour),
    )


def _zone(
    name: str, table: Table, events: Mapping[str, Event], categories: Mapping[str, Category]
) -> Zone:
    rules: list[Rule] = []
    for row in table.rows("admits"):
        try:
            rules.extend(_rules(name, len(rules) + 1, row, events, categories))
            row.done()
        except Bad:
            continue
    if not rules and not table.reader.problems:
        table.fail("admits", f"expected at least one [[zone.{name}.admits]]")
    return Zone(
        id=ZoneId(name),
        name=table.get("name", a_text),
        rules=tuple(rules),
        presence=table.get("presence", a_presence, default=PresenceRule.FREE),
        passback_min=table.get("passback_min", whole(0, 1440), default=0),
        entries_per_day=table.get("entries_per_day", whole(1, 1000), default=None),
        capacity=table.get("capacity", whole(1, 1_000_000), default=None),
        capacity_hard=table.get("capacity_hard", yes_or_no, default=True),
        delegation_max=table.get("delegation_max", whole(1, 10_000), default=None),
        within=table.get("within", a_zone_id, default=None),
        checkout=table.get("checkout", an_hour, default=None),
        needs_record=table.get("needs_record", yes_or_no, default=False),
        second_look=_known(table, "second_look", categories, "category", ()),
    )


def _check_within(reader: Reader, zones: Mapping[str, Zone]) -> None:
    for zone in zones.values():
        path, seen = ("zone", zone.id, "within"), [zone.id]
        while (outer := zones[seen[-1]].within) is not None:
            if outer not in zones:
                if len(seen) == 1:
                    reader.complain(path, f"no zone is called {outer!r}{nearest(outer, zones)}")
                break
            if outer in seen:
                reader.complain(path, f"goes in a circle: {' -> '.join([*seen, outer])}")
                break
            seen.append(outer)


def _rules(
    zone: str,
    first: int,
    row: Table,
    events: Mapping[str, Event],
    categories: Mapping[str, Category],
) -> list[Rule]:
    """One rule for each event a row names, in the row's order."""
    named = row.get("events", names)
    for event in named:
        if event not in events:
            row.fail("events", f"no event is called {event!r}{nearest(event, events)}")
    admitted = _known(row, "categories", categories, "category", None)
    days = row.get("days", some_days, default=None)
    opens, closes = row.get("opens", an_hour), row.get("closes", an_hour)
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
    table: Table, key: str, known: Mapping[str, object], what: str, default: object
) -> frozenset[CategoryId]:
    named = table.get(key, names, default=default)
    for name in named or ():
        if name not in known:
            table.fail(key, f"no {what} is called {name!r}{nearest(name, known)}")
    return named if named is None else frozenset(CategoryId(name) for name in named)


def _gate(name: str, table: Table, zones: Mapping[str, Zone]) -> Gate:
    zone = table.get("zone", a_text)
    if zones and zone not in zones:
        table.fail("zone", f"no zone is called {zone!r}{nearest(zone, zones)}")
    return Gate(
        id=GateId(name),
        name=table.get("name", a_text),
        zone=ZoneId(zone),
        directions=table.get("directions", some_directions, default=frozenset({Direction.ENTRY})),
        lanes=table.get("lanes", whole(1, 100)),
    )
