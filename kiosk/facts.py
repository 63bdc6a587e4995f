"""What a guard should know of the lane itself, in words."""

from datetime import datetime

from gate.access.capacity import is_hard
from gate.access.model import Direction, Mode
from gate.edge.lane import Lane
from gate.edge.timekeeping import LaneClock
from gate.words.words import Words


def facts(lane: Lane, clock: LaneClock, words: Words, now: datetime) -> tuple[str, ...]:
    """What is open here now, how full it is, and what is not as always."""
    say, zone, policy = words.say, lane.zone, lane.policy
    found = []
    if policy is not None and zone is not None:
        local = policy.local(now)
        rules = (r for r in zone.rules if local.date() in r.days and r.categories is None)
        found += list(
            dict.fromkeys(
                f"{policy.events[r.event].name} {r.opens:%H:%M}-{r.closes:%H:%M}"
                for r in rules
                if r.opens <= local.time() < r.closes
            )
        )
    if zone is not None and is_hard(zone) and lane.direction is Direction.ENTRY:
        found.append(say("lane-places", {"n": lane.rights.left(zone.id)}))
    if lane.mode is not Mode.NORMAL:
        found.append(say(f"lane-mode-{lane.mode.replace('_', '-')}"))
    if clock.is_wrong:
        found.append(say("lane-clock-wrong", {"s": abs(clock.offset_ms) // 1000}))
    return tuple(found)


def gate_name(lane: Lane) -> str:
    if lane.policy is None or lane.gate not in lane.policy.gates:
        return lane.gate
    return lane.policy.gates[lane.gate].name
