"""What a holder is entitled to, against the rules of a zone: which are open to them at a moment;
and where none is, the refusal they can act on soonest.

A rule admits an event on its days between its hours, perhaps for some categories only. A holder has
it through the event itself, or through one that the event is entered through.
"""

from dataclasses import dataclass
from datetime import date, datetime

from gate.access.model import Decision, Entitlement, EventId, Profile, Reason
from gate.access.policy import Policy, Rule, Zone


def open_rules(zone: Zone, profile: Profile, policy: Policy, local: datetime) -> list[Rule]:
    """The zone's rules open to this holder at a venue-local moment, in the file's order."""
    day, hour = local.date(), local.time()
    return [
        rule
        for rule in zone.rules
        if day in rule.days
        and rule.opens <= hour < rule.closes
        and _category_admitted(rule, profile)
        and any(day in held.days for held in _held(rule, profile, policy))
    ]


def nearest_refusal(zone: Zone, profile: Profile, policy: Policy, at: datetime) -> Decision:
    """Of a holder to whom no rule is open: when the next one opens, or the last one closed; else
    who may enter, or what else they hold."""
    closed, other_category = [], None
    for index, rule in enumerate(zone.rules):
        held = _held(rule, profile, policy)
        days = rule.days.intersection(*[frozenset().union(*(h.days for h in held))])
        if not days:
            continue
        if _category_admitted(rule, profile):
            closed.append(_closed(rule, index, tuple(sorted(days)), policy, at))
        elif other_category is None:
            other_category = rule
    if closed:
        soonest = min(closed, key=lambda c: (c.never_again, c.distance_s, c.index))
        return _time_refusal(soonest, policy.local(at))
    if other_category is not None:
        return Decision(Reason.WRONG_CATEGORY, other_category.id, event=other_category.event)
    return Decision(
        Reason.WRONG_EVENT,
        zone.id,
        events=tuple(sorted({held.event for held in profile.entitlements})),
    )


def _category_admitted(rule: Rule, profile: Profile) -> bool:
    return rule.categories is None or profile.category in rule.categories


def _held(rule: Rule, profile: Profile, policy: Policy) -> list[Entitlement]:
    """The holder's entitlements that count for the rule's event, directly or through it."""
    accepted: frozenset[EventId] = policy.events[rule.event].through | {rule.event}
    return [held for held in profile.entitlements if held.event in accepted]


@dataclass(frozen=True, slots=True)
class _Closed:
    """A rule the holder has but not now. Order: what opens next, else what closed last."""

    never_again: bool
    distance_s: float
    index: int
    rule: Rule
    days: tuple[date, ...]
    opens_at: datetime | None


def _closed(
    rule: Rule, index: int, days: tuple[date, ...], policy: Policy, now: datetime
) -> _Closed:
    openings = [datetime.combine(day, rule.opens, policy.time_zone) for day in days]
    upcoming = [moment for moment in openings if moment > now]
    if upcoming:
        return _Closed(False, (upcoming[0] - now).total_seconds(), index, rule, days, upcoming[0])
    last_close = datetime.combine(days[-1], rule.closes, policy.time_zone)
    return _Closed(True, (now - last_close).total_seconds(), index, rule, days, None)


def _time_refusal(closed: _Closed, local: datetime) -> Decision:
    today = local.date()
    if today in closed.days:
        early = local.time() < closed.rule.opens
        reason = Reason.TOO_EARLY if early else Reason.TOO_LATE
    else:
        reason = Reason.TOO_EARLY if today < closed.days[0] else Reason.WRONG_DAY
    return Decision(
        reason,
        closed.rule.id,
        event=closed.rule.event,
        days=closed.days,
        opens_at=closed.opens_at,
    )
