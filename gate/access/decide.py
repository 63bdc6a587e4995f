"""The one decision. Server, lanes, simulator and tests all call `decide`; nothing else decides.

`CHECKS` is the decision order. Each check ends the walk with a decision or passes the scan on;
`explain` walks the same list without stopping, so that nobody has to keep a second order.
Refusals come first; a scan that no rule admits is refused; an internal fault refuses too.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from gate.access.entitlement import nearest_refusal, open_rules
from gate.access.model import (
    DIGITAL,
    GENERATION_FIRST,
    Credential,
    Decision,
    DigitalBadges,
    Direction,
    Facts,
    Flag,
    HolderRecord,
    KeyStatus,
    Kind,
    Mode,
    Presence,
    Profile,
    Reason,
    Scan,
    Status,
)
from gate.access.policy import Policy, PresenceRule, Rule, Zone


def decide(scan: Scan, facts: Facts, policy: Policy) -> Decision:
    """The first check that speaks decides. Never raises: a fault of ours is `rule_error`."""
    decision = None
    try:
        for _, decision in _walk(_Case(scan, facts, policy)):  # noqa: B007 - the last one counts
            pass
    except Exception as fault:  # noqa: BLE001 - whatever broke, the door stays shut
        return Decision(Reason.RULE_ERROR, type(fault).__name__)
    return decision or Decision(Reason.RULE_ERROR, "no check spoke")


def explain(scan: Scan, facts: Facts, policy: Policy) -> Iterator[tuple[str, Decision | None]]:
    """Each check's name and verdict (None: passes), up to and including the one that decides.
    The last verdict is always what `decide` says, also when something of ours breaks."""
    answer, verdict = decide(scan, facts, policy), None
    with suppress(Exception):
        for name, verdict in _walk(_Case(scan, facts, policy)):
            yield name, verdict
    if verdict != answer:
        yield "fault", answer


def _walk(case: "_Case") -> Iterator[tuple[str, Decision | None]]:
    """A supervisor's override passes a refusal on to the next check, where it may still end:
    nobody is admitted into danger because they were refused for their category first."""
    for name, check in CHECKS:
        decision = check(case)
        yield name, decision
        if decision is None:
            continue
        if case.scan.override is None or not decision.reason.overridable:
            return
        case.against = case.against or decision


class _Case:
    """A scan with what the checks look up once. `credential` may be read only after the
    `readable` check, which ends the walk for anything else. `against` is the first refusal a
    supervisor overrides."""

    def __init__(self, scan: Scan, facts: Facts, policy: Policy) -> None:
        self.scan = scan
        self.facts = facts
        self.policy = policy
        self.local = policy.local(scan.at)
        self.against: Decision | None = None

    @property
    def credential(self) -> Credential:
        assert isinstance(self.scan.presented, Credential)
        return self.scan.presented

    @property
    def record(self) -> HolderRecord | None:
        return self.facts.record

    @property
    def generation(self) -> int:
        """What the badge counts as; 0 for a digital one that is not, or not yet, a badge."""
        if self.credential.generation != DIGITAL:
            return self.credential.generation
        stands_for = self.record.digital if self.record else 0
        match self.policy.digital_badges:
            case DigitalBadges.INERT:
                return stands_for
            case DigitalBadges.VALID:
                return stands_for or GENERATION_FIRST
            case _:
                return 0

    @property
    def zone(self) -> Zone:
        return self.policy.zones[self.policy.gates[self.scan.gate].zone]

    @property
    def profile(self) -> Profile:
        """Signed floor, synced truth: the record's row overrules the one on the badge."""
        number = self.record.profile if self.record else self.credential.profile
        return self.facts.profiles[number]

    @cached_property
    def open_rules(self) -> list[Rule]:
        """The zone's rules that are open to this holder now: two checks ask."""
        return open_rules(self.zone, self.profile, self.policy, self.local)

    @property
    def attention(self) -> tuple[str, ...]:
        return self.record.attention if self.record else ()

    def refuse(self, reason: Reason, rule: str) -> Decision:
        return Decision(reason, rule, attention=self.attention)


def _emergency(case: _Case) -> Decision | None:
    if case.facts.mode is Mode.EMERGENCY_OPEN:
        return Decision(Reason.EMERGENCY, "emergency_open")
    return None


def _exit(case: _Case) -> Decision | None:
    """Leaving is recorded and never refused, whatever the badge says."""
    if case.scan.direction is Direction.EXIT:
        return Decision(Reason.EXITED, "exit")
    return None


def _frozen(case: _Case) -> Decision | None:
    if case.facts.mode is Mode.FROZEN:
        return Decision(Reason.FROZEN, "frozen")
    return None


def _readable(case: _Case) -> Decision | None:
    """Shape, edition, key and signature, as `credential.verify` found them."""
    if isinstance(case.scan.presented, Reason):
        return Decision(case.scan.presented, "credential")
    return None


def _key(case: _Case) -> Decision | None:
    """Valid when the badge was issued, and trusted for this kind and profile. A revoked key
    still opens for badges the synced table names exactly."""
    badge = case.credential
    key = case.facts.keys[badge.key_id]
    issued = case.policy.epoch + timedelta(minutes=badge.issued_min)
    if key.status is KeyStatus.WITHDRAWN or not key.not_before <= issued < key.not_after:
        return case.refuse(Reason.KEY_NOT_VALID, "key window")
    if key.status is KeyStatus.REVOKED and (
        case.record is None or case.record.generation != case.generation
    ):
        return case.refuse(Reason.KEY_NOT_VALID, "key revoked")
    if badge.kind not in key.kinds:
        return case.refuse(Reason.KEY_SCOPE, "key kinds")
    if key.profiles is not None and badge.profile not in key.profiles:
        return case.refuse(Reason.KEY_SCOPE, "key profiles")
    return None


def _test_kind(case: _Case) -> Decision | None:
    if case.credential.kind is Kind.TEST:
        return case.refuse(Reason.TEST_BADGE, "test badge")
    return None


def _expiry(case: _Case) -> Decision | None:
    if case.scan.at >= case.policy.epoch + timedelta(hours=case.credential.expires_h):
        return case.refuse(Reason.EXPIRED, "expiry")
    return None


def _generation(case: _Case) -> Decision | None:
    """A re-print kills the old badge, whether the table or the new badge itself said so. What is
    no badge yet cannot be an old one."""
    newest = case.facts.generation_min
    if case.record is not None:
        newest = max(newest, case.record.generation)
    if 0 < case.generation < newest:
        return case.refuse(Reason.REPLACED, "generation")
    return None


_STATUS_REASON = {
    Status.CANCELLED: Reason.CANCELLED,
    Status.BLOCKED: Reason.BLOCKED,
    Status.PENDING: Reason.NOT_APPROVED,
}


def _registration(case: _Case) -> Decision | None:
    if case.record and case.record.status is not Status.APPROVED:
        return case.refuse(_STATUS_REASON[case.record.status], "registration")
    return None


def _has_record(case: _Case) -> Decision | None:
    """Without a record the signature stands alone: good for a badge issued after the last
    snapshot, an alarm for one the snapshot should have named."""
    if case.record is not None:
        return None
    known_until = case.facts.known_until_min
    if known_until is not None and case.credential.issued_min < known_until:
        return case.refuse(Reason.UNKNOWN_ISSUE, "no record")
    if case.scan.gate in case.policy.gates and case.zone.needs_record:
        return case.refuse(Reason.NEEDS_RECORD, "zone needs a record")
    return None


def _collected(case: _Case) -> Decision | None:
    """A digital badge is inert until its holder was seen at desk or kiosk. Printed badges never
    are, whatever a kiosk without a network has yet to tell: that badge itself says it was printed.
    A gate that has not heard of an activation refuses, as it must."""
    if case.generation == 0:
        return case.refuse(Reason.NOT_COLLECTED, "digital badge")
    return None


def _gate(case: _Case) -> Decision | None:
    gate = case.policy.gates.get(case.scan.gate)
    if gate is None or case.scan.direction not in gate.directions:
        return case.refuse(Reason.WRONG_GATE, "gate")
    return None


def _entitlement(case: _Case) -> Decision | None:
    """Passes when any rule of the zone is open to the holder now; otherwise the refusal is
    the one the person can act on soonest."""
    if case.open_rules:
        return None
    refusal = nearest_refusal(case.zone, case.profile, case.policy, case.scan.at)
    return replace(refusal, attention=case.attention)


def _presence(case: _Case) -> Decision | None:
    """Whoever was inside when the zone was emptied comes back without limit or delay."""
    presence, zone = case.facts.presence, case.zone
    if presence is None or presence.swept:
        return None
    if presence.inside and zone.presence is PresenceRule.HARD:
        return _earlier_entry(case, presence, Reason.ALREADY_INSIDE, "presence")
    if zone.entries_per_day is not None and presence.entries_today >= zone.entries_per_day:
        return _earlier_entry(case, presence, Reason.DAY_LIMIT, "entries per day")
    again_at = presence.entered_at + timedelta(minutes=zone.passback_min)
    if case.scan.at < again_at and zone.passback_min:
        refusal = _earlier_entry(case, presence, Reason.TOO_SOON, "pass-back delay")
        return replace(refusal, opens_at=again_at)
    return None


def _earlier_entry(case: _Case, presence: Presence, reason: Reason, rule: str) -> Decision:
    return Decision(
        reason,
        rule,
        since=presence.entered_at,
        gate=presence.entered_gate,
        attention=case.attention,
    )


def _is_full(case: _Case) -> bool:
    """Whoever is inside already has a place, unless places are rights."""
    facts, presence, left = case.facts, case.facts.presence, case.facts.places_left
    has_one = presence is not None and presence.inside and not facts.places_are_rights
    return left is not None and left <= 0 and not has_one


def _capacity(case: _Case) -> Decision | None:
    if case.zone.capacity_hard and _is_full(case):
        return case.refuse(Reason.ZONE_FULL, "capacity")
    return None


def _delegation(case: _Case) -> Decision | None:
    left = case.facts.delegation_left
    if left is not None and left <= 0:
        return case.refuse(Reason.DELEGATION_FULL, "delegation")
    return None


def _second_look(case: _Case) -> Decision | None:
    if case.profile.category in case.zone.second_look and not case.facts.looked:
        return case.refuse(Reason.SECOND_LOOK, "second look")
    return None


def _admit(case: _Case) -> Decision | None:
    if case.against is not None:
        return replace(case.against, reason=Reason.OVERRIDDEN, overrides=case.against.reason)
    rules = case.open_rules
    flags = []
    if case.record is None:
        flags.append(Flag.SIGNED_ONLY)
    presence = case.facts.presence
    if presence and presence.inside and case.zone.presence is PresenceRule.SOFT:
        flags.append(Flag.ALREADY_INSIDE)
    if _is_full(case):
        flags.append(Flag.ZONE_FULL)
    if presence and presence.swept:
        flags.append(Flag.READMITTED)
    return Decision(
        Reason.ADMITTED,
        rules[0].id,
        event=rules[0].event,
        events=tuple(dict.fromkeys(rule.event for rule in rules)),
        days=(case.local.date(),),
        attention=case.attention,
        flags=tuple(flags),
    )


CHECKS: tuple[tuple[str, Callable[[_Case], Decision | None]], ...] = (
    ("emergency", _emergency),
    ("exit", _exit),
    ("frozen", _frozen),
    ("readable", _readable),
    ("key", _key),
    ("test badge", _test_kind),
    ("expiry", _expiry),
    ("generation", _generation),
    ("registration", _registration),
    ("record", _has_record),
    ("collected", _collected),
    ("gate", _gate),
    ("entitlement", _entitlement),
    ("presence", _presence),
    ("capacity", _capacity),
    ("delegation", _delegation),
    ("second look", _second_look),
    ("admit", _admit),
)
