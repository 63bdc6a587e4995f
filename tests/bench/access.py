"""Verify and decide in process: what a lane does between reading a code and writing it down."""

from collections.abc import Iterator
from datetime import UTC, datetime

from nacl.signing import SigningKey as PrivateKey

from gate.access.credential import sign, verify
from gate.access.decide import decide
from gate.access.model import (
    Credential,
    Direction,
    Entitlement,
    EventId,
    Facts,
    GateId,
    Holder,
    HolderRecord,
    Kind,
    Profile,
    Scan,
    SigningKey,
    Status,
)
from gate.access.policy_file import parse
from gate.editions import example
from tests.bench.measure import Line, line, timed

ADMITTED_AT = datetime(2026, 7, 7, 7, 30, tzinfo=UTC)
REFUSED_AT = datetime(2026, 7, 8, 7, 30, tzinfo=UTC)


def measure() -> Iterator[Line]:
    policy = parse(example(), "example")
    private = PrivateKey(bytes(range(32)))
    keys = {
        1: SigningKey(1, bytes(private.verify_key), policy.epoch, policy.expires, frozenset(Kind))
    }
    dialogue = policy.events[EventId("dialogue")]
    category = next(iter(policy.categories))
    profiles = {1: Profile(1, category, (Entitlement(dialogue.id, frozenset(dialogue.days)),))}
    credential = Credential(
        Kind.ATTENDEE, 1, policy.number, Holder(7), 1, 1, 1000, policy.expires_h()
    )
    text = sign(credential, private)
    facts = Facts(keys, profiles, record=HolderRecord(Holder(7), 1, 1, Status.APPROVED))
    gate = next(g.id for g in policy.gates.values() if g.zone == "venue")

    def scan(at: datetime) -> bool:
        presented = verify(text, policy.number, keys)
        return decide(Scan(presented, GateId(gate), Direction.ENTRY, at), facts, policy).admitted

    if not scan(ADMITTED_AT) or scan(REFUSED_AT):
        raise SystemExit("the measured badge must open on the 7th and not on the 8th")
    target = "p50 <= 150 us"
    samples = timed(lambda: scan(ADMITTED_AT), 20_000)
    yield line("verify + decide, admitted", samples, unit="us", target=target, median_max=150)
    samples = timed(lambda: scan(REFUSED_AT), 20_000)
    yield line("verify + decide, wrong day", samples, unit="us", target=target, median_max=150)
