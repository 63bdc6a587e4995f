"""A conference small enough to try everything: three days, three events, three rooms.

`naive` reads the rules a second time, written plainly from DESIGN's decision order and sharing
no code with `gate.access.decide`; `situations` are all the cases both must agree on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from gate.access.model import (
    CategoryId,
    Credential,
    Decision,
    DigitalBadges,
    Direction,
    Entitlement,
    EventId,
    Facts,
    Flag,
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

ZONE = ZoneInfo("Europe/Zurich")
EPOCH = datetime(2026, 1, 1, tzinfo=ZONE)
D1, D2, D3 = (date(2026, 7, day) for day in (1, 2, 3))
A, B, C = (EventId(name) for name in "abc")
X, Y = CategoryId("x"), CategoryId("y")
OPEN, LOOKED, SHY = (ZoneId(name) for name in ("open", "looked", "shy"))
ISSUED = 1000
BOTH = frozenset(Direction)
IN_ONLY = frozenset({Direction.ENTRY})


def _rule(name: str, event: EventId, who: frozenset | None, days, opens: int, closes: int) -> Rule:
    return Rule(name, event, who, frozenset(days), time(opens), time(closes))


POLICY = Policy(
    edition="small",
    number=9,
    name="Small",
    place="Here",
    version=1,
    time_zone=ZONE,
    epoch=EPOCH,
    expires=EPOCH + timedelta(days=365),
    digital_badges=DigitalBadges.INERT,
    events={
        A: Event(A, "A", "A", "#000000", (D1, D2)),
        B: Event(B, "B", "B", "#000000", (D2, D3)),
        C: Event(C, "C", "C", "#000000", (D2,), frozenset({A})),
    },
    categories={X: Category(X, "X", Kind.ATTENDEE, "#000000"),
                Y: Category(Y, "Y", Kind.STAFF, "#000000")},
    zones={
        OPEN: Zone(OPEN, "Open", (
            _rule("open/1", A, None, (D1, D2), 8, 18),
            _rule("open/2", B, frozenset({Y}), (D2, D3), 9, 18),
            _rule("open/3", C, None, (D2,), 8, 12))),
        LOOKED: Zone(LOOKED, "Looked", (
            _rule("looked/1", C, frozenset({X}), (D2,), 9, 12),
            _rule("looked/2", A, frozenset({Y}), (D1,), 10, 11),
            _rule("looked/3", A, frozenset({Y}), (D1, D2), 9, 10)),
            presence=PresenceRule.HARD, passback_min=10, entries_per_day=2, capacity=5,
            needs_record=True, second_look=frozenset({Y})),
        SHY: Zone(SHY, "Shy", (_rule("shy/1", B, None, (D2, D3), 8, 18),),
            presence=PresenceRule.SOFT, capacity=5, capacity_hard=False),
    },
    gates={
        GateId("o"): Gate(GateId("o"), "O", OPEN, BOTH, 1),
        GateId("l"): Gate(GateId("l"), "L", LOOKED, IN_ONLY, 1),
        GateId("s"): Gate(GateId("s"), "S", SHY, IN_ONLY, 1),
        GateId("out"): Gate(GateId("out"), "Out", OPEN, frozenset({Direction.EXIT}), 1),
    },
)  # fmt: skip
HOLDINGS = (
    (Entitlement(A, frozenset({D1, D2})),),
    (Entitlement(A, frozenset({D1})),),
    (Entitlement(B, frozenset({D2, D3})),),
    (Entitlement(A, frozenset({D2})), Entitlement(B, frozenset({D3}))),
    (Entitlement(C, frozenset({D2})),),
    (),
)
PROFILES = {
    number: Profile(number, category, held)
    for number, (category, held) in enumerate(product((X, Y), HOLDINGS), 1)
}
MOMENTS = tuple(
    datetime.combine(day, hour, ZONE)
    for day in (D1 - timedelta(days=1), D1, D2, D3, D3 + timedelta(days=1))
    for hour in (time(7, 59), time(8), time(9), time(10), time(11), time(12), time(18))
)
NOON, MORNING = datetime.combine(D2, time(9, 30), ZONE), datetime.combine(D1, time(10, 30), ZONE)
GOOD = Credential(Kind.ATTENDEE, 1, 9, Holder(5), 2, 1, ISSUED, 24 * 200)
KEY = SigningKey(1, bytes(32), EPOCH, EPOCH + timedelta(days=365), frozenset({Kind.ATTENDEE}))


@dataclass(frozen=True, slots=True)
class Situation:
    scan: Scan
    facts: Facts
    policy: Policy = POLICY


def _facts(**changes: object) -> Facts:
    record = HolderRecord(Holder(5), 2, 1, Status.APPROVED, ("escort",))
    return replace(Facts({1: KEY}, PROFILES, record=record, known_until_min=ISSUED + 1), **changes)


def situations() -> Iterator[Situation]:
    """Four worlds, each complete: who the badge is, what a phone shows, what it is entitled to,
    what the room says. Every fifth scan is seen again with a supervisor who insists."""
    for world in (identities(), digital(), entitlements(), rooms()):
        for number, situation in enumerate(world):
            yield situation
            if number % 5 == 0:
                scan = replace(situation.scan, override=Override(3, "protocol"))
                yield replace(situation, scan=scan)


def identities() -> Iterator[Situation]:
    issued_at = EPOCH + timedelta(minutes=ISSUED)
    credentials: list[Credential | Reason] = [
        Reason.UNREADABLE,
        Reason.CLAIM_CODE,
        Reason.BAD_SIGNATURE,
        GOOD,
        replace(GOOD, kind=Kind.TEST),
        replace(GOOD, kind=Kind.STAFF),
        replace(GOOD, generation=1),
        replace(GOOD, generation=3),
        replace(GOOD, profile=2),
        replace(GOOD, expires_h=int((NOON - EPOCH) / timedelta(hours=1))),
        replace(GOOD, expires_h=int((NOON - EPOCH) / timedelta(hours=1)) + 1),
    ]
    keys = [
        KEY,
        replace(KEY, status=KeyStatus.REVOKED),
        replace(KEY, status=KeyStatus.WITHDRAWN),
        replace(KEY, not_before=issued_at),
        replace(KEY, not_before=issued_at + timedelta(minutes=1)),
        replace(KEY, not_after=issued_at),
        replace(KEY, not_after=issued_at + timedelta(minutes=1)),
        replace(KEY, kinds=frozenset({Kind.ATTENDEE, Kind.STAFF, Kind.TEST})),
        replace(KEY, profiles=frozenset({1})),
        replace(KEY, profiles=frozenset()),
    ]
    good = _facts().record
    records = [
        None,
        good,
        replace(good, generation=3),
        replace(good, generation=1),
        replace(good, status=Status.CANCELLED),
        replace(good, status=Status.BLOCKED),
        replace(good, status=Status.PENDING),
        replace(good, profile=3),
    ]
    for presented, key, record in product(credentials, keys, records):
        for minimum, known, gate in product((0, 2, 3), (None, ISSUED, ISSUED + 1), "ol?"):
            facts = _facts(
                keys={1: key}, record=record, generation_min=minimum, known_until_min=known
            )
            yield Situation(Scan(presented, GateId(gate), Direction.ENTRY, NOON), facts)
    # The first moment after the badge's last.
    ten = datetime.combine(D2, time(10), ZONE)
    for hours, moment in product((-1, 0, 1), (ten - timedelta(minutes=1), ten)):
        expires = replace(GOOD, expires_h=int((ten - EPOCH) / timedelta(hours=1)) + hours)
        yield Situation(Scan(expires, GateId("o"), Direction.ENTRY, moment), _facts())
    for presented, mode, direction, gate in product(
        credentials, Mode, Direction, ("o", "l", "out", "?")
    ):
        yield Situation(Scan(presented, GateId(gate), direction, NOON), _facts(mode=mode))


def digital() -> Iterator[Situation]:
    """Badges on phones and the prints beside them, under each kind of policy."""
    good = _facts().record
    records = [
        None,
        *(replace(good, generation=generation, digital=stands_for)
          for generation, stands_for in product((1, 2, 3), (0, 1, 2, 3))),
        replace(good, status=Status.BLOCKED), replace(good, status=Status.PENDING, digital=2),
    ]  # fmt: skip
    for generation, record, minimum, may in product(
        (0, 1, 2), records, (0, 1, 2, 3), DigitalBadges
    ):
        policy = replace(POLICY, digital_badges=may)
        for status, known, gate in product(
            (KeyStatus.ACTIVE, KeyStatus.REVOKED), (None, ISSUED + 1), "ol"
        ):
            facts = _facts(
                keys={1: replace(KEY, status=status)}, record=record, generation_min=minimum,
                known_until_min=known,
            )  # fmt: skip
            shown = replace(GOOD, generation=generation)
            yield Situation(Scan(shown, GateId(gate), Direction.ENTRY, NOON), facts, policy)


def entitlements() -> Iterator[Situation]:
    for number, moment, gate, recorded in product(PROFILES, MOMENTS, "ols", (True, False)):
        record = _facts().record
        facts = _facts(
            record=replace(record, profile=number) if recorded else None,
            known_until_min=None,
        )
        claims = replace(GOOD, profile=1 if recorded else number)
        yield Situation(Scan(claims, GateId(gate), Direction.ENTRY, moment), facts)


def rooms() -> Iterator[Situation]:
    presences: list[Presence | None] = [None]
    for inside, minutes, entries in product((True, False), (0, 9, 10, 11), (0, 1, 2, 3)):
        last = timedelta(minutes=minutes)
        presences.append(Presence(inside, NOON - last, GateId("l"), entries))
    presences += [Presence(inside, NOON, GateId("l"), 3, swept=True) for inside in (True, False)]
    for presence, places, looked, gate, number in product(
        presences, (None, -1, 0, 1), (True, False), "ols", (1, 3, 4, 7, 9, 10)
    ):
        record = replace(_facts().record, profile=number)
        facts = _facts(presence=presence, places_left=places, looked=looked, record=record)
        yield Situation(Scan(GOOD, GateId(gate), Direction.ENTRY, NOON), facts)
    for presence, left, places, rights, looked, gate in product(
        presences[::5], (-1, 0, 1), (0, 1), (True, False), (True, False), "ols"
    ):
        for number in (1, 7):
            facts = _facts(
                presence=presence, delegation_left=left, places_left=places,
                places_are_rights=rights, looked=looked,
                record=replace(_facts().record, profile=number),
            )  # fmt: skip
            yield Situation(Scan(GOOD, GateId(gate), Direction.ENTRY, NOON), facts)


# --- the second reading


def naive(situation: Situation) -> Decision:
    """DESIGN's decision order, read aloud."""
    scan, facts = situation.scan, situation.facts
    badge, record = scan.presented, facts.record
    if facts.mode == Mode.EMERGENCY_OPEN:
        return Decision(Reason.EMERGENCY, "emergency_open")
    if scan.direction == Direction.EXIT:
        return Decision(Reason.EXITED, "exit")
    if facts.mode == Mode.FROZEN:
        return Decision(Reason.FROZEN, "frozen")
    if not isinstance(badge, Credential):
        return Decision(badge, "credential")
    notes = () if record is None else record.attention

    passed: list[Decision] = []

    def no(reason: Reason, rule: str, **more: object) -> Decision:
        return Decision(reason, rule, attention=notes, **more)

    def final(refusal: Decision | None) -> bool:
        """A refusal ends the reading, unless a supervisor passes it on."""
        if refusal is None:
            return False
        if scan.override is not None and refusal.reason in MAY_BE_OVERRIDDEN:
            passed.append(refusal)
            return False
        return True

    counts_as = _counts_as(badge, record, situation.policy.digital_badges)
    key = facts.keys[badge.key_id]
    issued_at = EPOCH + timedelta(minutes=badge.issued_min)
    if (
        key.status == KeyStatus.WITHDRAWN
        or issued_at < key.not_before
        or issued_at >= key.not_after
    ):
        return no(Reason.KEY_NOT_VALID, "key window")
    if key.status == KeyStatus.REVOKED:
        exactly_known = record is not None and record.generation == counts_as
        if not exactly_known:
            return no(Reason.KEY_NOT_VALID, "key revoked")
    if badge.kind not in key.kinds:
        return no(Reason.KEY_SCOPE, "key kinds")
    if key.profiles is not None and badge.profile not in key.profiles:
        return no(Reason.KEY_SCOPE, "key profiles")
    if badge.kind == Kind.TEST:
        return no(Reason.TEST_BADGE, "test badge")
    if (scan.at - EPOCH).total_seconds() >= badge.expires_h * 3600:
        return no(Reason.EXPIRED, "expiry")
    newest = [facts.generation_min] + ([] if record is None else [record.generation])
    if counts_as is not None and any(counts_as < each for each in newest):
        return no(Reason.REPLACED, "generation")
    if record is not None:
        if record.status == Status.CANCELLED:
            return no(Reason.CANCELLED, "registration")
        if record.status == Status.BLOCKED:
            return no(Reason.BLOCKED, "registration")
        if record.status == Status.PENDING and final(no(Reason.NOT_APPROVED, "registration")):
            return no(Reason.NOT_APPROVED, "registration")
    gate = POLICY.gates.get(scan.gate)
    if record is None:
        if facts.known_until_min is not None and badge.issued_min < facts.known_until_min:
            return no(Reason.UNKNOWN_ISSUE, "no record")
        if gate is not None and POLICY.zones[gate.zone].needs_record:
            unknown = no(Reason.NEEDS_RECORD, "zone needs a record")
            if final(unknown):
                return unknown
    if counts_as is None:
        inert = no(Reason.NOT_COLLECTED, "digital badge")
        if final(inert):
            return inert
    if gate is None or Direction.ENTRY not in gate.directions:
        return no(Reason.WRONG_GATE, "gate")
    zone = POLICY.zones[gate.zone]
    profile = PROFILES[badge.profile if record is None else record.profile]
    fitting = _fitting(zone, profile, scan.at)
    if not fitting:
        closed = _soonest(zone, profile, scan.at, no)
        if final(closed):
            return closed
    for refusal in _room_refuses(situation, zone, profile, no):
        if final(refusal):
            return refusal
    if passed:
        first = passed[0]
        return replace(first, reason=Reason.OVERRIDDEN, overrides=first.reason)
    flags = []
    if record is None:
        flags.append(Flag.SIGNED_ONLY)
    if zone.id == SHY and facts.presence is not None and facts.presence.inside:
        flags.append(Flag.ALREADY_INSIDE)
    if _no_place(facts):
        flags.append(Flag.ZONE_FULL)
    if facts.presence is not None and facts.presence.swept:
        flags.append(Flag.READMITTED)
    events = []
    for rule in fitting:
        if rule.event not in events:
            events.append(rule.event)
    return no(
        Reason.ADMITTED,
        fitting[0].id,
        event=fitting[0].event,
        events=tuple(events),
        days=(scan.at.date(),),
        flags=tuple(flags),
    )


def _counts_as(badge: Credential, record: HolderRecord | None, may: DigitalBadges) -> int | None:
    """Of a phone: the print it was activated as, by policy also the first print; or nothing."""
    if badge.generation > 0:
        return badge.generation
    if may == "none":
        return None
    if record is not None and record.digital > 0:
        return record.digital
    return 1 if may == "valid" else None


def _room_refuses(situation: Situation, zone: Zone, profile: Profile, no) -> Iterator[Decision]:
    """What the room itself has against it, in order."""
    scan, facts = situation.scan, situation.facts
    seen = facts.presence
    if seen is not None and zone.id == LOOKED and not seen.swept:
        before = {"since": seen.entered_at, "gate": seen.entered_gate}
        again = seen.entered_at + timedelta(seconds=600)
        if seen.inside:
            yield no(Reason.ALREADY_INSIDE, "presence", **before)
        elif seen.entries_today >= 2:
            yield no(Reason.DAY_LIMIT, "entries per day", **before)
        elif (scan.at - seen.entered_at).total_seconds() < 600:
            yield no(Reason.TOO_SOON, "pass-back delay", opens_at=again, **before)
    if zone.id != SHY and _no_place(facts):
        yield no(Reason.ZONE_FULL, "capacity")
    if facts.delegation_left is not None and facts.delegation_left < 1:
        yield no(Reason.DELEGATION_FULL, "delegation")
    if zone.id == LOOKED and profile.category == Y and not facts.looked:
        yield no(Reason.SECOND_LOOK, "second look")


def _no_place(facts: Facts) -> bool:
    inside = facts.presence is not None and facts.presence.inside
    return (
        facts.places_left is not None
        and facts.places_left < 1
        and (facts.places_are_rights or not inside)
    )


MAY_BE_OVERRIDDEN = {
    Reason.NOT_APPROVED, Reason.NEEDS_RECORD, Reason.NOT_COLLECTED, Reason.WRONG_EVENT,
    Reason.WRONG_CATEGORY,
    Reason.WRONG_DAY, Reason.TOO_EARLY, Reason.TOO_LATE, Reason.ALREADY_INSIDE, Reason.TOO_SOON,
    Reason.DAY_LIMIT, Reason.DELEGATION_FULL, Reason.SECOND_LOOK,
}  # fmt: skip


def _days_of(rule: Rule, profile: Profile) -> list[date]:
    """Days on which the holder may use the rule, were it only for the day."""
    accepted = {A: {A}, B: {B}, C: {A, C}}[rule.event]
    days: set[date] = set()
    for held in profile.entitlements:
        if held.event in accepted:
            days |= set(held.days)
    return sorted(days & set(rule.days))


def _fitting(zone: Zone, profile: Profile, at: datetime) -> list[Rule]:
    found = []
    for rule in zone.rules:
        if rule.categories is not None and profile.category not in rule.categories:
            continue
        if at.date() in _days_of(rule, profile) and rule.opens.hour <= at.hour < rule.closes.hour:
            found.append(rule)
    return found


def _soonest(zone: Zone, profile: Profile, at: datetime, no) -> Decision:
    best: tuple[tuple[int, float, int], Decision] | None = None
    other: Decision | None = None
    for place, rule in enumerate(zone.rules):
        days = _days_of(rule, profile)
        if not days:
            continue
        if rule.categories is not None and profile.category not in rule.categories:
            if other is None:
                other = no(Reason.WRONG_CATEGORY, rule.id, event=rule.event)
            continue
        later = [datetime.combine(day, rule.opens, ZONE) for day in days]
        later = [moment for moment in later if moment > at]
        if at.date() in days:
            reason = Reason.TOO_EARLY if at.hour < rule.opens.hour else Reason.TOO_LATE
        elif at.date() < days[0]:
            reason = Reason.TOO_EARLY
        else:
            reason = Reason.WRONG_DAY
        if later:
            order = (0, (later[0] - at).total_seconds(), place)
        else:
            closed = datetime.combine(days[-1], rule.closes, ZONE)
            order = (1, (at - closed).total_seconds(), place)
        said = no(
            reason,
            rule.id,
            event=rule.event,
            days=tuple(days),
            opens_at=later[0] if later else None,
        )
        if best is None or order < best[0]:
            best = (order, said)
    if best is not None:
        return best[1]
    if other is not None:
        return other
    held = tuple(sorted(each.event for each in profile.entitlements))
    return no(Reason.WRONG_EVENT, zone.id, events=held)
