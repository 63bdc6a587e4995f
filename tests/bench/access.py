"""Verify and decide in process: what a lane does between reading a code and writing it down.

A badge never seen before costs the signature; one that comes again is remembered as good.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from gate.access.credential import verify
from gate.access.decide import decide
from gate.access.model import Direction, GateId, Scan
from tests import venue
from tests.bench.measure import Line, line, timed

BADGES = 5000
ADMITTED_AT, REFUSED_AT = venue.at("07-07 09:30"), venue.at("07-08 09:30")


def measure() -> Iterator[Line]:
    policy, keys = venue.policy(), {1: venue.key()}
    facts = venue.facts("delegate", "dialogue")

    def decided(text: str, at: datetime) -> bool:
        presented = verify(text, policy.number, keys)
        scan = Scan(presented, GateId("north_1"), Direction.ENTRY, at)
        return decide(scan, facts, policy).admitted

    def seconds(texts: Sequence[str], at: datetime) -> list[float]:
        coming = iter(texts)
        return timed(lambda: decided(next(coming), at), len(texts), warm_up=0)

    texts = [venue.badge(holder=holder) for holder in range(1, 2 * BADGES + 1)]
    if not decided(venue.badge(), ADMITTED_AT) or decided(venue.badge(), REFUSED_AT):
        raise SystemExit("the measured badge must open on the 7th and not on the 8th")
    for what, some, at in (
        ("admitted", texts[:BADGES], ADMITTED_AT),
        ("wrong day", texts[BADGES:], REFUSED_AT),
        ("admitted, seen before", texts[:BADGES], ADMITTED_AT),
    ):
        yield line(f"verify + decide, {what}", seconds(some, at), unit="us",
                   target="p50 <= 150 us", median_max=150)  # fmt: skip
