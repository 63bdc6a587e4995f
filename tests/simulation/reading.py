"""A second, naive reading of the log for checks: sort, walk, look; no code of `presence`."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from gate.access.ledger import LogRecord, Move, MoveKind, RecordKind
from gate.access.model import Direction
from gate.access.policy import Policy

Step = tuple[int, str, int, int, str, int, str]
"""(at_ms, device, epoch, number, what, holder, zone)"""


def of_record(record: LogRecord) -> Step | None:
    if record.zone is None:
        return None
    where = record.at_ms, record.device, record.epoch
    if record.kind is RecordKind.SWEPT:
        return *where, record.number, "swept", 0, record.zone
    if record.holder is None:
        return None
    if record.kind is RecordKind.ANNULLED:
        return *where, record.annuls, "annulled", record.holder, record.zone
    if record.kind is RecordKind.SCAN and record.reason.value in (
        "admitted", "overridden", "emergency", "exited",
    ):  # fmt: skip
        what = "in" if record.direction is Direction.ENTRY else "out"
        return *where, record.number, what, record.holder, record.zone
    return None


def of_move(move: Move) -> Step:
    what = {
        MoveKind.IN: "in", MoveKind.OUT: "out",
        MoveKind.ANNULLED: "annulled", MoveKind.SWEPT: "swept",
    }[move.kind]  # fmt: skip
    return move.at_ms, move.device, move.epoch, move.number, what, move.holder, move.zone


def outwards(zone: str, policy: Policy) -> list[str]:
    found = [zone]
    while policy.zones[found[-1]].within:
        found.append(policy.zones[found[-1]].within)
    return found


def inside(steps: Iterable[Step], policy: Policy, at: datetime) -> dict[str, set[int]]:
    """Zone -> who is in it at a moment after all steps."""
    unique = {step[1:5] if step[4] != "swept" else step: step for step in steps}
    annulled = {step[1:4] for step in unique.values() if step[4] == "annulled"}
    sweeps = [step for step in unique.values() if step[4] == "swept"]
    walks: defaultdict[int, list[Step]] = defaultdict(list)
    for step in unique.values():
        if step[4] in ("in", "out") and step[1:4] not in annulled:
            walks[step[5]].append(step)
    found: dict[str, set[int]] = {zone: set() for zone in policy.zones}
    for holder, walk in walks.items():
        walk.sort()
        places: set[str] = set()
        entered_ms = 0
        for at_ms, *_, what, _, zone in walk:
            if what == "in":
                places, entered_ms = set(outwards(zone, policy)), at_ms
            else:
                places = {p for p in places if zone not in outwards(p, policy)}
        for place in places:
            if not _emptied(place, entered_ms, sweeps, policy, at):
                found[place].add(holder)
    return found


def _emptied(zone: str, entered_ms: int, sweeps: list[Step], policy: Policy, at: datetime) -> bool:
    now_ms = int(at.timestamp() * 1000)
    around = outwards(zone, policy)
    if any(s[6] in around and entered_ms < s[0] <= now_ms for s in sweeps):
        return True
    hour = policy.zones[zone].checkout
    if hour is None:
        return False
    entered = datetime.fromtimestamp(entered_ms / 1000, UTC).astimezone(policy.time_zone)
    end = datetime.combine(entered.date(), hour, policy.time_zone)
    if entered >= end:
        end = datetime.combine(entered.date() + timedelta(days=1), hour, policy.time_zone)
    return end <= at
