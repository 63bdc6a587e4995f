"""Reads an organiser's policy file (TOML) into a `Policy`.

All mistakes of a file are collected and reported together, each with its line, its key, and what
was expected. Text in, value out; who opens the file is the caller's business.
"""

import tomllib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from gate.access.model import CategoryId, DigitalBadges, Direction, EventId, GateId, ZoneId
from gate.access.policy import Category, Event, Gate, Policy, PresenceRule, Rule, Zone
from gate.access.toml_table import Reader, Table, TooManyProblems, nearest
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
    some_reasons,
    what_digital,
    whole,
    yes_or_no,
)

PROBLEMS_MAX = 20
EXPIRES_H_MAX = 65_535
"""A badge counts its expiry in hours since the epoch, in two bytes."""
LINE_CHARS_MAX = 500
"""A key of n parts costs the TOML reader n * n: a line of 200,000 characters would take 40 GB."""
T = TypeVar("T")


class PolicyError(Exception):
    """The policy file cannot be used; one line for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def parse(text: str, source: str) -> Policy:
    """The policy in a file's text; `source` is its name in messages.

    Raises PolicyError with up to PROBLEMS_MAX problems, and how many more were found.
    """
    text = text.removeprefix("\ufeff")  # Windows editors put a mark in front
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_CHARS_MAX:
            long = f"line {number} is longer than {LINE_CHARS_MAX} characters"
            raise PolicyError([f"{source}: not readable as TOML: {long}"])
    try:
        root = tomllib.loads(text)
    except ValueError as error:  # also a number of thousands of digits
        raise PolicyError([f"{source}: not readable as TOML: {error}"]) from None
    except RecursionError:
        raise PolicyError([f"{source}: not readable as TOML: nested too deeply"]) from None
    reader = Reader(text, source)
    try:
        policy = _policy(reader, Table(reader, (), root))
    except TooManyProblems:
        policy = None
    if policy is None or reader.problems:
        more = len(reader.problems) - PROBLEMS_MAX
        rest = [f"{source}: and {more} more"] if more > 0 else []
        raise PolicyError(reader.problems[:PROBLEMS_MAX] + rest)
    return policy


@dataclass(frozen=True, slots=True)
class _Named(Generic[T]):
    """The tables `[what.NAME]`, read. `spoilt` are those with mistakes of their own, None when
    there are no such tables at all: either was told once, so what refers to them is not told."""

    what: str
    good: dict[str, T] = field(default_factory=dict)
    spoilt: set[str] | None = field(default_factory=set)

    def find(self, name: str, table: Table, key: str) -> T:
        """The one a key of another table names; Bad, with a complaint if it does not exist."""
        if name in self.good:
            return self.good[name]
        if self.spoilt is not None and name not in self.spoilt:
            there = nearest(name, {*self.good, *self.spoilt})
            table.fail(key, f"no {self.what} is called {name!r}{there}")
        raise Bad(f"{self.what} {name} is not usable itself")


def _policy(reader: Reader, root: Table) -> Policy | None:
    edition = _section(root, "edition")
    events = _each(root, "event", _event)
    _check_through(reader, events)
    categories = _each(root, "category", _category)
    zones = _each(root, "zone", lambda name, table: _zone(name, table, events, categories))
    gates = _each(root, "gate", lambda name, table: _gate(name, table, zones))
    _check_within(reader, zones)
    _check_entrances(reader, zones, gates)
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


def _each(root: Table, what: str, build: Callable[[str, Table], T]) -> _Named[T]:
    try:
        tables = root.tables(what)
    except Bad:
        return _Named(what, spoilt=None)
    spoilt = set(root.names(what))
    named: _Named[T] = _Named(what, {}, spoilt)
    for name, table in tables:
        try:
            named.good[name] = build(name, table)
            spoilt.discard(name)
            table.done()
        except Bad:
            continue
    return named


def _edition(
    table: Table,
    events: _Named[Event],
    categories: _Named[Category],
    zones: _Named[Zone],
    gates: _Named[Gate],
) -> Policy:
    policy = Policy(
        edition=table.get("id", a_text),
        number=table.get("number", whole(1, 65535)),
        name=table.get("name", a_text),
        place=table.get("place", a_text),
        version=table.get("version", whole(1, 2**31 - 1)),
        time_zone=table.get("time_zone", a_time_zone),
        epoch=table.get("epoch", a_moment),
        expires=table.get("expires", a_moment),
        walk_min_s=table.get("walk_min_s", whole(0, 3600), default=0),
        override_reasons=table.get("override_reasons", some_reasons, default=()),
        overrides_per_hour=table.get("overrides_per_hour", whole(0, 1000), default=0),
        approve_walk_ins=table.get("approve_walk_ins", yes_or_no, default=False),
        digital_badges=table.get("digital_badges", what_digital, default=DigitalBadges.NONE),
        events={event.id: event for event in events.good.values()},
        categories={category.id: category for category in categories.good.values()},
        zones={zone.id: zone for zone in zones.good.values()},
        gates={gate.id: gate for gate in gates.good.values()},
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


def _check_through(reader: Reader, events: _Named[Event]) -> None:
    for event in events.good.values():
        table = Table(reader, ("event", event.id), {})
        for name in sorted(event.through):
            try:
                other = events.find(name, table, "through")
                if other.through:
                    table.fail("through", f"{name!r} is itself entitled through another event")
            except Bad:
                continue


def _check_entrances(reader: Reader, zones: _Named[Zone], gates: _Named[Gate]) -> None:
    if gates.spoilt is None or gates.spoilt:
        return  # the gate that is not usable may be the one that leads there
    for zone in zones.good:
        if not any(gate.zone == zone for gate in gates.good.values()):
            reader.complain(("zone", zone), "no gate leads into it; add one or remove the zone")


def _category(name: str, table: Table) -> Category:
    return Category(
        id=CategoryId(name),
        name=table.get("name", a_text),
        kind=table.get("kind", a_kind),
        colour=table.get("colour", a_colour),
    )


def _zone(name: str, table: Table, events: _Named[Event], categories: _Named[Category]) -> Zone:
    rows = table.rows("admits")
    if not rows:
        table.fail("admits", f"expected at least one [[zone.{name}.admits]]")
    rules: list[Rule] = []
    for row in rows:
        try:
            rules.extend(_rules(name, len(rules) + 1, row, events, categories))
            row.done()
        except Bad:
            continue
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
        second_look=_categories(table, "second_look", categories) or frozenset(),
    )


def _check_within(reader: Reader, zones: _Named[Zone]) -> None:
    for zone in zones.good.values():
        table, inner, seen = Table(reader, ("zone", zone.id), {}), zone, [zone.id]
        with suppress(Bad):
            # A zone further out that is not there is told where it is named.
            while inner.within is not None and (inner is zone or inner.within in zones.good):
                inner = zones.find(inner.within, table, "within")
                seen.append(inner.id)
                if inner.id in seen[:-1]:
                    table.fail("within", f"goes in a circle: {' -> '.join(seen)}")


def _rules(
    zone: str, first: int, row: Table, events: _Named[Event], categories: _Named[Category]
) -> list[Rule]:
    """One rule for each event a row names, in the row's order."""
    named = [events.find(name, row, "events") for name in row.get("events", names)]
    admitted = _categories(row, "categories", categories)
    days = row.get("days", some_days, default=None)
    opens, closes = row.get("opens", an_hour), row.get("closes", an_hour)
    if closes <= opens:
        row.fail("closes", f"expected an hour after opens, {opens:%H:%M}")
    rules = []
    for number, event in enumerate(named, first):
        own = frozenset(event.days)
        if days and not own & frozenset(days):
            row.fail("days", f"{event.id} takes place on none of these days")
        rules.append(
            Rule(
                id=f"{zone}/{number}",
                event=event.id,
                categories=admitted,
                days=own & frozenset(days) if days else own,
                opens=opens,
                closes=closes,
            )
        )
    return rules


def _categories(
    table: Table, key: str, categories: _Named[Category]
) -> frozenset[CategoryId] | None:
    """The categories a key names; None when the key is not there."""
    named = table.get(key, names, default=None)
    if named is None:
        return None
    return frozenset(categories.find(name, table, key).id for name in named)


def _gate(name: str, table: Table, zones: _Named[Zone]) -> Gate:
    return Gate(
        id=GateId(name),
        name=table.get("name", a_text),
        zone=zones.find(table.get("zone", a_text), table, "zone").id,
        directions=table.get("directions", some_directions, default=frozenset({Direction.ENTRY})),
        lanes=table.get("lanes", whole(1, 100)),
    )
