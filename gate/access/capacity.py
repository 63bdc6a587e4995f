"""The places of hard zones, leased to lanes as rights, so that a limit holds under any partition.

A right is one person who may still enter. Rules kept here:
- Nobody enters a hard zone without a right: a lane's own, or one still in the pool.
- What a lane was granted and what it used up only ever grow, so that a lost answer is repaired by
  asking again, and nothing is granted twice.
- Until a lane's log says what it used, all it was granted counts as taken. So
  people inside <= inside as far as known + all rights unaccounted for <= capacity.
- A lane that was cut off may still let people in, so what it holds stays taken: until it enrols
  anew and returns it itself, or an operator says that it is off for good.
- A server that lost grants, restored from a backup, hears them again from the lanes: all a lane was
  ever granted, in every epoch, whether used or not. What is told twice adds nothing.
- What the server admits itself takes a right too, granted and used in the same moment. One whose
  record was lost with a database is a place still taken.
- An exit frees its place in the pool, as soon as the server hears of it; never at the lane, where
  the same person might have left elsewhere before.
- Who was taken to have left by entering elsewhere, and did not (that entry is annulled), is inside
  again, though the place may be somebody else's by then: the one way a room comes to hold more.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, Reason, ZoneId
from gate.access.policy import Policy, Zone
from gate.access.presence import Whereabouts

Holding = tuple[DeviceId, int, ZoneId]
"""One device in one of its epochs, and the zone."""
STOCK_SHARE = 4
"""A lane keeps at most this part of its equal share: enough to go on alone, not to hoard."""

BY_SERVER = 0
"""No device's epoch: under it stand the rights of scans that the server decided for a device."""


def decided_by_server(record: LogRecord) -> bool:
    """Whether somebody entered with no lane's right. An emergency asks for none."""
    return (
        record.kind is RecordKind.SCAN
        and not record.rights
        and record.direction is Direction.ENTRY
        and record.reason.opens
        and record.reason is not Reason.EMERGENCY
    )


def rights_used(record: LogRecord) -> int:
    """Rights a record uses up: by an admission, or because they were returned."""
    return record.rights if record.kind in (RecordKind.SCAN, RecordKind.RETURNED) else 0


def freed(record: LogRecord) -> Holding | None:
    """Whose rights an operator took back by a record."""
    if record.kind is not RecordKind.FREED or record.zone is None:
        return None
    device, epoch = record.why.rsplit(" ", 1)
    return DeviceId(device), int(epoch), record.zone


def entry_lanes(zone: ZoneId, policy: Policy) -> int:
    """Lanes that may lead into a zone."""
    gates = policy.gates.values()
    return sum(g.lanes for g in gates if g.zone == zone and Direction.ENTRY in g.directions)


def stock(zone: Zone, policy: Policy) -> int:
    """How many rights a lane of the zone likes to hold."""
    lanes = max(1, entry_lanes(zone.id, policy))
    return max(1, (zone.capacity or 0) // (STOCK_SHARE * lanes))


def is_hard(zone: Zone) -> bool:
    return zone.capacity is not None and zone.capacity_hard


class Pool:
    """The server's side: what is left to grant."""

    def __init__(self) -> None:
        self.granted: Counter[Holding] = Counter()
        self._used: Counter[Holding] = Counter()

    def add(self, record: LogRecord) -> None:
        if record.zone is None:
            return
        if used := rights_used(record):
            self._used[record.device, record.epoch, record.zone] += used
        elif (holding := freed(record)) is not None:
            self._used[holding] += record.rights
        elif decided_by_server(record):
            holding = (record.device, BY_SERVER, record.zone)
            self._used[holding] += 1
            self.granted[holding] += 1

    def unaccounted(self, zone: ZoneId) -> int:
        """Rights at lanes of which no record says yet that they were used."""
        return sum(left for holding, left in self.unused().items() if holding[2] == zone)

    def unused(self) -> dict[Holding, int]:
        """Whose rights no record says yet that they were used, returned or freed."""
        left = {each: max(0, granted - self._used[each]) for each, granted in self.granted.items()}
        return {each: rights for each, rights in left.items() if rights}

    def left(self, zone: Zone, whereabouts: Whereabouts, at: datetime) -> int:
        """Rights nobody has."""
        inside = whereabouts.inside(zone.id, at)
        return max(0, (zone.capacity or 0) - inside - self.unaccounted(zone.id))

    def grant(self, holding: Holding, want: int, left: int, lanes: int) -> int:
        """What the device will have been granted in all, were it now given what it wants; never
        more than a fair part of what is left, but one while there is one."""
        fair = max(1, left // max(1, lanes)) if left else 0
        return self.granted[holding] + max(0, min(want, fair))

    def lost(self) -> dict[Holding, int]:
        """The server's own admissions that no record tells of any more."""
        return {
            each: granted - self._used[each]
            for each, granted in self.granted.items()
            if each[1] == BY_SERVER and granted > self._used[each]
        }

    def news(self, told: Mapping[Holding, int]) -> dict[Holding, int]:
        """Of what lanes say they were granted, whatever is more than is known here."""
        return {each: total for each, total in told.items() if total > self.granted[each]}
