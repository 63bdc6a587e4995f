"""A lane for tests: its enrolment, what the server would have told it, and badges to scan."""

from pathlib import Path

from gate.access.model import DeviceId, Direction, GateId, Holder, Status
from gate.access.wire import DeviceRole, Enrolled, Feed, FeedRow, HolderRow, Snapshot
from gate.edge.lane import Lane
from gate.edge.store import LaneStore
from gate.editions import example
from tests import venue

NAME = "north-1-a"
GATE = "north_1"
NINE = venue.at("07-07 09:00")
FIRST_HOLDER = 1000


def identity(
    device: str = NAME, epoch: int = 1, direction: Direction = Direction.ENTRY, gate: str = GATE
) -> Enrolled:
    return Enrolled(
        device=DeviceId(device),
        epoch=epoch,
        token="token",
        role=DeviceRole.LANE,
        edition=venue.policy().edition,
        gate=GateId(gate),
        direction=direction,
    )


def holder(
    number: int, generation: int = 1, status: Status = Status.APPROVED, profile: int = 1
) -> HolderRow:
    return HolderRow(FIRST_HOLDER + number, generation, profile, status)


def snapshot(count: int = 10, cursor: int = 100, policy: str | None = None) -> Snapshot:
    """`count` delegates, approved for every event."""
    return Snapshot(
        cursor=cursor,
        known_until_min=venue.ISSUED_MIN + 1,
        policy=example() if policy is None else policy,
        keys=(venue.key(),),
        profiles=(venue.profile("delegate", "wsis ai4g dialogue"),),
        holders=tuple(holder(number) for number in range(count)),
    )


def badge(number: int, generation: int = 1) -> str:
    return venue.badge(holder=Holder(FIRST_HOLDER + number), generation=generation)


def feed(*rows: FeedRow, head: int | None = None) -> Feed:
    last = rows[-1].seq if rows else 0
    return Feed(rows, last if head is None else head, venue.ISSUED_MIN + 2)


def lane(folder: Path, who: Enrolled | None = None) -> tuple[Lane, LaneStore]:
    """A lane on the store in a folder; whoever opens it closes the store."""
    store = LaneStore(folder / "lane.sqlite")
    return Lane(store, who or identity()), store
