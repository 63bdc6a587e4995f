"""Who may enter where and when: the values an organiser's policy file becomes.

`gate.access.policy_file` reads the file; `gate.access.entitlement`, asked by `decide`, is the only
reader of the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from gate.access.model import (
    CategoryId,
    DigitalBadges,
    Direction,
    EventId,
    GateId,
    Kind,
    ZoneId,
)


class PresenceRule(StrEnum):
    """What a zone does with somebody it knows is inside: let in, let in and flag, refuse."""

    FREE = "free"
    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Event:
    """A conference of the edition. `through`: an entitlement to any of these counts as one
    to this event, on the days it names (the joint opening)."""

    id: EventId
    name: str
    short: str
    colour: str
    days: tuple[date, ...]
    through: frozenset[EventId] = frozenset()


@dataclass(frozen=True, slots=True)
class Category:
    id: CategoryId
    name: str
    kind: Kind
    colour: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Admits holders of `event`, of one of `categories` (None: all), on `days`, between two
    venue-local hours (`closes` itself is already closed)."""

    id: str
    event: EventId
    categories: frozenset[CategoryId] | None
    days: frozenset[date]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Zone:
    id: ZoneId
    name: str
    rules: tuple[Rule, ...]
    presence: PresenceRule = PresenceRule.FREE
    passback_min: int = 0
    """Minutes that must pass between two entries of one badge; 0 means none."""
    entries_per_day: int | None = None
    capacity: int | None = None
    capacity_hard: bool = True
    delegation_max: int | None = None
    """At most so many of one organisation at a time."""
    within: ZoneId | None = None
    """The zone around this one: whoever is in a hall is in the venue too."""
    checkout: time | None = None
    """The hour at which everybody is taken to have left, every day; None: never."""
    needs_record: bool = False
    """Never admit on the signature alone."""
    second_look: frozenset[CategoryId] = frozenset()
    """Categories a guard must compare with the person before they enter."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A named entrance to one zone, with `lanes` scanning positions."""

    id: GateId
    name: str
    zone: ZoneId
    directions: frozenset[Direction]
    lanes: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One edition and its rules. `number` is the edition in every badge; `epoch` is where the
    badges' minutes and hours begin."""

    edition: str
    number: int
    name: str
    place: str
    version: int
    time_zone: tzinfo
    epoch: datetime
    expires: datetime
    """When the last badge expires."""
    events: Mapping[EventId, Event]
    categories: Mapping[CategoryId, Category]
    zones: Mapping[ZoneId, Zone]
    gates: Mapping[GateId, Gate]
    walk_min_s: int = 0
    """Nobody walks from one gate to another faster; a badge that did is looked at."""
    override_reasons: tuple[str, ...] = ()
    """What a supervisor may give as a reason."""
    overrides_per_hour: int = 0
    """At most so many at one lane in an hour; 0: overriding is off."""
    approve_walk_ins: bool = False
    """The desk may let in whom it registers itself; else its lead approves them."""
    digital_badges: DigitalBadges = DigitalBadges.NONE

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the edition on which some event takes place, in order."""
        return tuple(sorted({day for event in self.events.values() for day in event.days}))

    def local(self, at: datetime) -> datetime:
        """The venue's wall clock at a moment."""
        return at.astimezone(self.time_zone)

    def minutes(self, at: datetime) -> int:
        """Whole minutes since the edition's epoch, as a credential's `issued_min` counts them."""
        return int((at - self.epoch) // timedelta(minutes=1))

    def expires_h(self) -> int:
        """The edition's end in hours since its epoch, rounded up, as a credential counts them."""
        return -int((self.epoch - self.expires) // timedelta(hours=1))
