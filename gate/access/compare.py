"""What a change of policy would do: who could enter before and could not after, or the reverse.

Nothing is stored and no rule is read here: `decide` itself is asked, for an approved holder of each
profile, at the start of every stretch of time in which neither policy's hours change; and for each
holder once, whether their digital badge is one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from gate.access.decide import decide
from gate.access.model import (
    DIGITAL,
    Credential,
    Direction,
    Facts,
    GateId,
    Holder,
    HolderRecord,
    Kind,
    Profile,
    Reason,
    Scan,
    SigningKey,
    Status,
    ZoneId,
)
from gate.access.policy import Policy

DAY_BEGINS, DAY_ENDS = time(0), time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Change:
    """Holders of `profiles` in a zone on a day between two venue-local hours."""

    zone: ZoneId
    day: date
    opens: time
    closes: time
    admitted_after: bool
    """False: could enter before, cannot any more."""
    profiles: tuple[int, ...]


def compare(before: Policy, after: Policy, profiles: Iterable[Profile]) -> Iterator[Change]:
    """Each stretch of each day of either policy in which the answer differs for some profile."""
    known = tuple(profiles)
    for zone in sorted(before.zones.keys() | after.zones.keys()):
        hours = sorted(_hours(zone, before) | _hours(zone, after))
        for day in sorted({*before.days, *after.days}):
            for opens, closes in zip(hours, [*hours[1:], DAY_ENDS], strict=True):
                yield from _stretch(before, after, known, zone, day, opens, closes)


def digital_changes(
    before: Policy, after: Policy, records: Iterable[HolderRecord]
) -> Iterator[tuple[HolderRecord, bool]]:
    """Of approved holders, whose digital badge changes with the policy, and whether it is good
    then: opens what a printed one would."""
    for record in records:
        if record.status is Status.APPROVED:
            was, will = (_digital_is_good(policy, record) for policy in (before, after))
            if was != will:
                yield record, will


def _digital_is_good(policy: Policy, record: HolderRecord) -> bool:
    """At no gate: where somebody may go is asked only after what their badge counts as."""
    kind = Kind.ATTENDEE
    credential = Credential(
        kind, 1, policy.number, record.holder, DIGITAL, record.profile, 0, policy.expires_h()
    )
    key = SigningKey(1, bytes(32), policy.epoch, policy.expires, frozenset({kind}))
    scan = Scan(credential, GateId(""), Direction.ENTRY, policy.epoch)
    return decide(scan, Facts({1: key}, {}, record=record), policy).reason is Reason.WRONG_GATE


def _stretch(
    before: Policy,
    after: Policy,
    profiles: tuple[Profile, ...],
    zone: ZoneId,
    day: date,
    opens: time,
    closes: time,
) -> Iterator[Change]:
    gained, lost = [], []
    for profile in profiles:
        was = _admitted(before, profile, zone, day, opens)
        will = _admitted(after, profile, zone, day, opens)
        if will and not was:
            gained.append(profile.number)
        elif was and not will:
            lost.append(profile.number)
    if lost:
        yield Change(zone, day, opens, closes, False, tuple(lost))
    if gained:
        yield Change(zone, day, opens, closes, True, tuple(gained))


def _hours(zone: ZoneId, policy: Policy) -> set[time]:
    rules = policy.zones[zone].rules if zone in policy.zones else ()
    return {DAY_BEGINS, *(rule.opens for rule in rules), *(rule.closes for rule in rules)}


def _admitted(policy: Policy, profile: Profile, zone: ZoneId, day: date, hour: time) -> bool:
    gate = next(
        (
            gate.id
            for gate in policy.gates.values()
            if gate.zone == zone and Direction.ENTRY in gate.directions
        ),
        None,
    )
    category = policy.categories.get(profile.category)
    if gate is None or category is None:
        return False
    scan, facts = approved(policy, profile, gate, datetime.combine(day, hour, policy.time_zone))
    return decide(scan, facts, policy).admitted


def approved(
    policy: Policy, profile: Profile, gate: GateId, at: datetime, direction: Direction | None = None
) -> tuple[Scan, Facts]:
    """A scan of an imagined approved holder of a profile, first of the day and looked at."""
    kind = policy.categories[profile.category].kind
    credential = Credential(
        kind, 1, policy.number, Holder(1), 1, profile.number, 0, policy.expires_h()
    )
    key = SigningKey(1, bytes(32), policy.epoch, policy.expires, frozenset({kind}))
    record = HolderRecord(Holder(1), 1, profile.number, Status.APPROVED)
    keys: Mapping[int, SigningKey] = {1: key}
    facts = Facts(keys, {profile.number: profile}, record=record, looked=True)
    return Scan(credential, gate, direction or Direction.ENTRY, at), facts
