"""What lanes are told: welcome, snapshot, feed. Values out of what the server knows, no IO."""

from collections.abc import Sequence
from datetime import datetime

from gate.access.known import Known
from gate.access.model import DeviceId, Direction, GateId
from gate.access.wire import Feed, FeedRow, HolderRow, Snapshot, Welcome
from gate.server.intake import Intake

SLACK_MIN = 5
"""A badge is signed a little before the feed tells of it: claim knowledge only up to then."""


def welcome(
    intake: Intake,
    device: DeviceId,
    epoch: int,
    gate: GateId | None,
    direction: Direction,
    now_ms: int,
    now_s: float,
) -> Welcome:
    """`now_s` is monotonic."""
    return Welcome(
        now_ms=now_ms,
        head=intake.known.cursor,
        acked_through=intake.acked_through(device, epoch),
        gate=gate,
        direction=direction,
        short=intake.short(now_s),
        timeline=intake.timeline,
    )


def snapshot(intake: Intake, policy_text: str, now: datetime) -> Snapshot:
    known = intake.known
    return Snapshot(
        cursor=known.cursor,
        known_until_min=known_until_min(known, now),
        policy=policy_text,
        keys=tuple(known.keys.values()),
        profiles=tuple(known.profiles.values()),
        holders=tuple(
            HolderRow(
                r.holder,
                r.generation,
                r.profile,
                r.status,
                r.attention,
                r.delegation,
                r.digital,
            )
            for r in known.holders.values()
        ),
        mode=known.mode,
        supervisors=tuple(known.supervisors.values()),
        moves=tuple(known.whereabouts.relevant(now)),
        moves_through=intake.recent.through,
        timeline=intake.timeline,
    )


def known_until_min(known: Known, now: datetime) -> int:
    return max(0, known.policy.minutes(now) - SLACK_MIN)


def feed(
    intake: Intake, rows: Sequence[FeedRow], head: int, known_until: int, moves_after: int | None
) -> Feed | None:
    """`rows` reach to `head` or as far as one answer goes. None: too far behind, only a snapshot
    helps."""
    if moves_after is None:
        return Feed(tuple(rows), head, known_until, timeline=intake.timeline)
    moves = intake.recent.after(moves_after)
    if moves is None:
        return None
    return Feed(tuple(rows), head, known_until, *moves, intake.timeline)
