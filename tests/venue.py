"""The example week for tests: its policy, a signing key, badges, and moments of July."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from nacl.signing import SigningKey as PrivateKey

from gate.access.credential import sign
from gate.access.model import (
    CategoryId,
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
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.editions import example

PRIVATE = PrivateKey(bytes(range(32)))
FORGER = PrivateKey(bytes(range(1, 33)))
ISSUED_MIN = 260_000
"""Late June 2026."""
HOLDER = Holder(0xC0FFEE)


@lru_cache(maxsize=1)
def policy() -> Policy:
    return parse(example(), "example edition")


def at(text: str) -> datetime:
    """A moment by the venue's wall clock: ``"07-08 09:00"`` is in July 2026."""
    day, _, hour = text.partition(" ")
    return datetime.fromisoformat(f"2026-{day}T{hour or '12:00'}").replace(
        tzinfo=policy().time_zone
    )


def july(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 7, day) for day in days)


def key(key_id: int = 1, **changes: object) -> SigningKey:
    p = policy()
    values: dict[str, object] = {
        "public": bytes(PRIVATE.verify_key),
        "not_before": p.epoch,
        "not_after": p.expires,
        "kinds": frozenset(Kind) - {Kind.TEST},
    }
    return SigningKey(key_id=key_id, **(values | changes))  # type: ignore[arg-type]


def held(text: str) -> tuple[Entitlement, ...]:
    """``"wsis ai4g:8,9"`` as entitlements; without days, all days of the event."""
    entitlements = []
    for part in text.split():
        name, _, days = part.partition(":")
        event = policy().events[EventId(name)]
        chosen = july(*map(int, days.split(","))) if days else event.days
        entitlements.append(Entitlement(event.id, frozenset(chosen)))
    return tuple(entitlements)


def profile(category: str, events: str, number: int = 1) -> Profile:
    return Profile(number, CategoryId(category), held(events))


def credential(**changes: object) -> Credential:
    values: dict[str, object] = {
        "kind": Kind.ATTENDEE,
        "key_id": 1,
        "edition": policy().number,
        "holder": HOLDER,
        "generation": 1,
        "profile": 1,
        "issued_min": ISSUED_MIN,
        "expires_h": policy().expires_h(),
    }
    return Credential(**(values | changes))  # type: ignore[arg-type]


def badge(signer: PrivateKey = PRIVATE, **changes: object) -> str:
    """A signed QR text."""
    return sign(credential(**changes), signer)


def tampered(text: str) -> str:
    """A badge's text with its last character another: whatever that character was."""
    return text[:-1] + ("1" if text.endswith("0") else "0")


def record(status: Status = Status.APPROVED, generation: int = 1, **more: object) -> HolderRecord:
    values: dict[str, object] = {"holder": HOLDER, "profile": 1} | more
    return HolderRecord(generation=generation, status=status, **values)  # type: ignore[arg-type]


def scan(gate: str, moment: str, direction: Direction = Direction.ENTRY, **claims: object) -> Scan:
    return Scan(credential(**claims), GateId(gate), direction, at(moment))


def facts(
    category: str = "delegate",
    events: str = "wsis ai4g dialogue",
    keys: Mapping[int, SigningKey] | None = None,
    **more: object,
) -> Facts:
    values: dict[str, object] = {"record": record(), "known_until_min": ISSUED_MIN + 1}
    return Facts(
        keys=keys or {1: key()},
        profiles={1: profile(category, events)},
        **(values | more),  # type: ignore[arg-type]
    )
