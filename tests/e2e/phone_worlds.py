"""Worlds for comparing the phone's rules with Python's: random policies, facts, logs and scans.

Everything comes from one `random.Random`; a world is small, so that its cases meet each other.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import (
    CategoryId,
    Credential,
    Decision,
    DeviceId,
    DigitalBadges,
    Direction,
    Entitlement,
    EventId,
    Facts,
    GateId,
    Holder,
    HolderRecord,
    KeyStatus,
    Kind,
    Mode,
    Override,
    Presence,
    Profile,
    Reason,
    Scan,
    SigningKey,
    Status,
    ZoneId,
)
from gate.access.policy import Category, Event, Gate, Policy, PresenceRule, Rule, Zone
from gate.access.policy_json import policy_json

ZONES = ("Europe/Zurich", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
         "America/St_Johns", "Pacific/Auckland", "UTC")  # fmt: skip
FIRST_DAYS = (date(2026, 7, 6), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31),
              date(2026, 3, 7), date(2026, 4, 4), date(2025, 12, 30))  # fmt: skip
"""Most of them beside a change of some zone's clocks."""
HOURS = (time(0), time(1, 30), time(2), time(2, 30), time(3), time(8), time(9, 15, 30), time(12),
         time(18), time(23, 59, 59))  # fmt: skip
EVENTS = tuple(EventId(f"event{n}") for n in range(4))
CATEGORIES = tuple(CategoryId(f"category{n}") for n in range(3))


def _some(dice: random.Random, values, least: int = 0):
    values = list(values)
    return dice.sample(values, dice.randint(min(least, len(values)), len(values)))


def _maybe(dice: random.Random, value, share: float = 0.5):
    return value if dice.random() < share else None


def policy(dice: random.Random) -> Policy:
    """Four events, up to five nested zones, a gate or two for each."""
    zone_name, first = ZoneInfo(dice.choice(ZONES)), dice.choice(FIRST_DAYS)
    days = [first + timedelta(days=n) for n in range(4)]
    events = {
        each: Event(each, each, each, "#000000", tuple(sorted(_some(dice, days, 1))),
                    frozenset(_some(dice, set(EVENTS) - {each})) if dice.random() < 0.4
                    else frozenset())
        for each in EVENTS
    }  # fmt: skip
    zones: dict[ZoneId, Zone] = {}
    for n in range(dice.randint(1, 5)):
        zone = ZoneId(f"zone{n}")
        zones[zone] = _zone(dice, zone, days, list(zones))
    gates = {}
    for n, zone in enumerate([*zones, dice.choice(list(zones))]):
        gate = GateId(f"gate{n}")
        directions = frozenset(_some(dice, Direction, 1))
        gates[gate] = Gate(gate, gate, zone, directions, 1)
    # A policy file writes its epoch with an offset: hours are counted as they pass, whatever
    # the venue's clocks do in between.
    epoch = datetime.combine(first - timedelta(days=10), time(0), zone_name).astimezone(UTC)
    return Policy(
        edition="random", number=7, name="R", place="R", version=dice.randint(1, 99),
        time_zone=zone_name, epoch=epoch, expires=epoch + timedelta(days=30), events=events,
        categories={c: Category(c, c, Kind.ATTENDEE, "#000000") for c in CATEGORIES},
        zones=zones, gates=gates, override_reasons=("protocol",), overrides_per_hour=5,
        digital_badges=dice.choice([DigitalBadges.INERT, *DigitalBadges]),
    )  # fmt: skip


def _zone(dice: random.Random, zone: ZoneId, days: list[date], outer: list[ZoneId]) -> Zone:
    return Zone(
        zone, zone, tuple(_rule(dice, f"{zone}/{n}", days) for n in range(dice.randint(1, 4))),
        presence=dice.choice(list(PresenceRule)), passback_min=dice.choice((0, 0, 5, 90)),
        entries_per_day=dice.choice((None, None, 1, 2)), capacity=dice.choice((None, 1, 2, 9)),
        capacity_hard=dice.random() < 0.5, delegation_max=dice.choice((None, 1, 2)),
        within=dice.choice([*outer, None]), checkout=_maybe(dice, dice.choice(HOURS)),
        needs_record=dice.random() < 0.2,
        second_look=frozenset(_some(dice, CATEGORIES)) if dice.random() < 0.3 else frozenset(),
    )  # fmt: skip


def _rule(dice: random.Random, name: str, days: list[date]) -> Rule:
    opens, closes = sorted(dice.sample(HOURS, 2))
    who = _maybe(dice, frozenset(_some(dice, CATEGORIES, 1)), 0.4)
    return Rule(name, dice.choice(EVENTS), who, frozenset(_some(dice, days, 1)), opens, closes)


def profiles(dice: random.Random, of: Policy) -> dict[int, Profile]:
    days = sorted({day for zone in of.zones.values() for rule in zone.rules for day in rule.days})
    found = {}
    for number in range(1, 8):
        held = tuple(Entitlement(event, frozenset(_some(dice, days, 1)))
                     for event in dice.choices(EVENTS, k=dice.randint(0, 3)))  # fmt: skip
        found[number] = Profile(number, dice.choice(CATEGORIES), held)
    return found


def keys(dice: random.Random, of: Policy, public: bytes = bytes(32)) -> dict[int, SigningKey]:
    def window() -> datetime:
        return of.epoch + timedelta(minutes=dice.choice((0, 0, 0, 1000, 1001, 2000)))

    return {
        n: SigningKey(
            n, public, window(), window() + timedelta(days=dice.choice((0, 30, 30, 30))),
            frozenset(_some(dice, Kind, 5)) | {Kind.ATTENDEE},
            dice.choice([KeyStatus.ACTIVE, KeyStatus.ACTIVE, *KeyStatus]),
            _maybe(dice, frozenset(_some(dice, range(1, 8), 3)), 0.2),
        )
        for n in (1, 2)
    }  # fmt: skip


def moment(dice: random.Random, of: Policy) -> datetime:
    """Near an hour of a rule, to the millisecond, or anywhere in the week."""
    first = of.epoch.date() + timedelta(days=9)
    wall = datetime.combine(first + timedelta(days=dice.randint(0, 6)), dice.choice(HOURS))
    at = wall.replace(tzinfo=of.time_zone, fold=dice.randint(0, 1)).astimezone(UTC)
    near = (0, 0, -1, 1, 600_000, 1_800_000, dice.randint(-5_000_000, 5_000_000))
    return at + timedelta(milliseconds=dice.choice(near))


def credential(dice: random.Random, of: Policy) -> Credential:
    end_h = dice.choice((30 * 24, 30 * 24, 30 * 24, 30 * 24, 11 * 24 + 12))
    return Credential(
        kind=dice.choice([Kind.ATTENDEE] * 4 + list(Kind)), key_id=dice.choice((1, 1, 2)),
        edition=of.number, holder=Holder(dice.randint(1, 6)),
        generation=dice.choice((0, 1, 2, 2, 3)),
        profile=dice.randint(1, 8), issued_min=dice.choice((999, 1000, 1001, 1999, 2000)),
        expires_h=end_h,
    )  # fmt: skip


def holder_record(dice: random.Random, holder: int) -> HolderRecord:
    return HolderRecord(
        Holder(holder), dice.choice((1, 2, 2, 3)), dice.randint(1, 7),
        dice.choice([Status.APPROVED] * 5 + list(Status)),
        tuple(_some(dice, ("escort", "medical"))) if dice.random() < 0.3 else (),
        dice.choice((0, 0, 1, 2)), dice.choice((0, 1, 2, 3)),
    )  # fmt: skip


def override(dice: random.Random) -> Override | None:
    return _maybe(dice, Override(dice.randint(1, 9), "protocol"), 0.2)


@dataclass(frozen=True, slots=True)
class World:
    """One policy and what is decided under it."""

    policy: Policy
    profiles: dict[int, Profile]
    cases: list[tuple[Scan, Facts]]

    def sent(self) -> str:
        """As rules_page.js reads it; equal sets of keys are sent once."""
        pool: dict[tuple[SigningKey, ...], int] = {}
        cases = []
        for scan, facts in self.cases:
            keys = pool.setdefault(tuple(facts.keys.values()), len(pool))
            known = {name: getattr(facts, name) for name in _SENT}
            cases.append((scan, {**known, "keys": keys}))
        return msgspec.json.encode({
            "policy": policy_json(self.policy), "profiles": list(self.profiles.values()),
            "keys": list(pool), "cases": cases,
        }).decode()  # fmt: skip


_SENT = ("mode", "record", "generation_min", "known_until_min", "presence", "places_left",
         "places_are_rights",
         "delegation_left", "looked")  # fmt: skip


def decision(said: Decision) -> dict:
    """A decision as the phone writes it: moments are Unix milliseconds."""
    plain = msgspec.json.decode(msgspec.json.encode(said))
    for name in ("opens_at", "since"):
        at = getattr(said, name)
        plain[name] = round(at.timestamp() * 1000) if at else None
    return plain


def worlds(seed: int, count: int, cases: int) -> Iterator[World]:
    dice = random.Random(seed)
    for _ in range(count):
        of = policy(dice)
        rows, key_sets = profiles(dice, of), [keys(dice, of) for _ in range(3)]
        yield World(of, rows, [_case(dice, of, rows, key_sets) for _ in range(cases)])


def _case(dice, of: Policy, rows, key_sets) -> tuple[Scan, Facts]:
    at, badge = moment(dice, of), credential(dice, of)
    presented: Credential | Reason = badge
    if dice.random() < 0.02:
        presented = dice.choice((Reason.UNREADABLE, Reason.CLAIM_CODE,
                                  Reason.WRONG_EDITION, Reason.BAD_SIGNATURE))  # fmt: skip
    gate = GateId("nowhere") if dice.random() < 0.02 else dice.choice(list(of.gates))
    direction = Direction.EXIT if dice.random() < 0.1 else Direction.ENTRY
    facts = Facts(
        dice.choice(key_sets), rows, dice.choice([Mode.NORMAL] * 30 + list(Mode)),
        _maybe(dice, holder_record(dice, badge.holder), 0.85), dice.choice((0, 0, 1, 2, 3)),
        dice.choice((None, 1000, 1000, 2500)), _presence(dice, of, at),
        dice.choice((None, None, -1, 0, 1)), dice.choice((None, None, None, 0, 1)),
        dice.random() < 0.3,
    )  # fmt: skip
    return Scan(presented, gate, direction, at, override(dice)), facts


def _presence(dice: random.Random, of: Policy, at: datetime) -> Presence | None:
    if dice.random() < 0.5:
        return None
    entered = at - timedelta(milliseconds=dice.choice((0, 299_999, 300_000, 5_399_999, 5_400_000)))
    return Presence(dice.random() < 0.5, entered, dice.choice(list(of.gates)),
                    dice.randint(0, 3), dice.random() < 0.15)  # fmt: skip


def log(dice: random.Random, of: Policy, length: int) -> list[LogRecord]:
    """What two devices saw, in any order: scans, refusals, sweeps and annulments, many of them at
    the same moments."""
    moments = [moment(dice, of) for _ in range(dice.randint(1, 8))]
    records: list[LogRecord] = []
    for number in range(1, length + 1):
        kind = dice.choice([RecordKind.SCAN] * 9 + [RecordKind.SWEPT] + list(RecordKind))
        gate = of.gates[dice.choice(list(of.gates))]
        at = dice.choice(moments) + timedelta(milliseconds=dice.choice((0, 0, 0, -1, 1)))
        record = LogRecord(
            device=DeviceId(dice.choice("ab")), epoch=dice.randint(1, 2), number=number, kind=kind,
            at_ms=round(at.timestamp() * 1000), gate=_maybe(dice, gate.id, 0.95),
            zone=_maybe(dice, gate.zone, 0.95),
            direction=dice.choice([Direction.ENTRY, Direction.ENTRY, Direction.EXIT]),
            reason=dice.choice([Reason.ADMITTED] * 5 + list(Reason)),
            holder=dice.choice((None, *range(1, 5), *range(1, 5))),
            annuls=_maybe(dice, dice.randint(1, length), 0.1),
        )  # fmt: skip
        if kind is RecordKind.ANNULLED and records and dice.random() < 0.9:
            was = dice.choice(records)
            record = msgspec.structs.replace(
                record, device=was.device, epoch=was.epoch, annuls=was.number, holder=was.holder
            )
        records.append(record)
        if kind is RecordKind.SWEPT and record.gate and dice.random() < 0.5:
            # Somebody inside comes in once more, or leaves, at the very moment of the sweep.
            ways = (Direction.ENTRY, dice.choice(list(Direction)))
            for since, again in enumerate((record.at_ms - 60_000, record.at_ms), 1):
                records.append(msgspec.structs.replace(
                    record, number=number + since * length, kind=RecordKind.SCAN, at_ms=again,
                    zone=gate.zone, direction=ways[since - 1], reason=Reason.ADMITTED,
                    holder=record.holder or 1, annuls=None,
                ))  # fmt: skip
    dice.shuffle(records)
    return records
