"""A small edition for simulated days: one hall, one room with a hard limit in it, few people."""

from datetime import datetime, timedelta
from functools import lru_cache

from gate.access.credential import sign
from gate.access.model import (
    CategoryId,
    Credential,
    Entitlement,
    EventId,
    GateId,
    Holder,
    Kind,
    Profile,
    SigningKey,
    ZoneId,
)
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.edge import lane
from tests import venue

lane.parse = lru_cache(maxsize=64)(parse)
"""Six lanes read the same few texts at every start: half of a simulated day's time otherwise."""
HALL, ROOM = ZoneId("hall"), ZoneId("room")
CAPACITY = 3
DOORS = {HALL: (GateId("north"), GateId("south")), ROOM: (GateId("east"), GateId("west"))}
PRESENCE = ("hard", "soft")
PROFILES = {1: "delegate", 2: "guest"}
"""Guests may enter the hall only."""
KEY_ID, FORGED_KEY_ID = 1, 9

_TEXT = """
[edition]
id = "simulated"
number = 2699
name = "Simulated"
place = "Nowhere"
version = {version}
time_zone = "Europe/Zurich"
epoch = 2026-01-01T00:00:00+01:00
expires = 2026-07-12T00:00:00+02:00
overrides_per_hour = 3
digital_badges = "inert"
override_reasons = ["protocol"]
[event.summit]
name = "Summit"
short = "S"
colour = "#0B5FA5"
days = ["2026-07-06..2026-07-10"]
[category.delegate]
name = "Delegate"
kind = "attendee"
colour = "#0B5FA5"
[category.guest]
name = "Guest"
kind = "attendee"
colour = "#0B5FA5"
[zone.hall]
name = "Hall"
presence = "{presence}"
checkout = 17:30:00
entries_per_day = 40
[[zone.hall.admits]]
events = ["summit"]
opens = 07:00:00
closes = 22:59:00
[zone.room]
name = "Room"
within = "hall"
presence = "{other}"
capacity = {capacity}
delegation_max = 2
needs_record = true
[[zone.room.admits]]
events = ["summit"]
categories = ["delegate"]
opens = 07:00:00
closes = 22:59:00
[gate.north]
name = "North"
zone = "hall"
directions = ["entry", "exit"]
lanes = 2
[gate.south]
name = "South"
zone = "hall"
directions = ["entry", "exit"]
lanes = 2
[gate.east]
name = "East"
zone = "room"
directions = ["entry", "exit"]
lanes = 2
[gate.west]
name = "West"
zone = "room"
directions = ["entry", "exit"]
lanes = 1
"""


def text(version: int) -> str:
    """The edition's policy file; odd versions are soft about who is in the hall, even ones about
    who is in the room."""
    hall, room = PRESENCE[version % 2], PRESENCE[1 - version % 2]
    return _TEXT.format(version=version, presence=hall, other=room, capacity=CAPACITY)


@lru_cache(maxsize=64)
def policy(version: int) -> Policy:
    return parse(text(version), f"version {version}")


MORNING = datetime(2026, 7, 8, 9, tzinfo=policy(1).time_zone)


def minutes(at: datetime) -> int:
    return int((at - policy(1).epoch) // timedelta(minutes=1))


def key(**changes: object) -> SigningKey:
    p = policy(1)
    return venue.key(
        KEY_ID,
        **({"not_before": p.epoch, "not_after": p.expires, "kinds": frozenset(Kind)} | changes),
    )


def profiles() -> tuple[Profile, ...]:
    days = frozenset(policy(1).events[EventId("summit")].days)
    held = (Entitlement(EventId("summit"), days),)
    return tuple(Profile(n, CategoryId(name), held) for n, name in PROFILES.items())


@lru_cache(maxsize=65_536)
def badge(
    holder: int, generation: int, profile: int, issued_min: int, kind: Kind = Kind.ATTENDEE
) -> str:
    return sign(_claims(holder, generation, profile, issued_min, kind), venue.PRIVATE)


@lru_cache(maxsize=4096)
def forged(holder: int, generation: int, profile: int, issued_min: int) -> str:
    """Everything right but the signature."""
    return sign(_claims(holder, generation, profile, issued_min, Kind.ATTENDEE), venue.FORGER)


def _claims(holder: int, generation: int, profile: int, issued_min: int, kind: Kind) -> Credential:
    return Credential(
        kind=kind,
        key_id=KEY_ID,
        edition=policy(1).number,
        holder=Holder(holder),
        generation=generation,
        profile=profile,
        issued_min=issued_min,
        expires_h=policy(1).expires_h(),
    )
