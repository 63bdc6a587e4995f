"""Why a badge would open a gate at a moment, or not: every check's verdict. Stores nothing."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.compare import compare, digital_changes
from gate.access.decide import explain as walk
from gate.access.ledger import AT_MS_MAX
from gate.access.model import DIGITAL, Direction, GateId, Reason, Status
from gate.access.policy_file import PolicyError, parse
from gate.access.wire import SCAN_CHARS_MAX
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.store import registrations as store
from gate.words.words import Words

POLICY_CHARS_MAX = 200_000


class Question(msgspec.Struct, frozen=True):
    """A registration's newest badge, or any QR text; at a gate; at a moment."""

    gate: Annotated[str, Meta(max_length=64)]
    at_ms: Annotated[int, Meta(ge=0, le=AT_MS_MAX)]
    direction: Direction = Direction.ENTRY
    registration: Annotated[str, Meta(max_length=64, pattern=WITHOUT_NUL)] = ""
    badge: Annotated[str, Meta(max_length=SCAN_CHARS_MAX)] = ""


class Check(msgspec.Struct, frozen=True):
    check: str
    verdict: str


class Explanation(msgspec.Struct, frozen=True):
    """The checks in their order, up to the one that decides."""

    admitted: bool
    reason: Reason
    words: str
    steps: tuple[Check, ...]


async def explain(call: Call) -> Explanation:
    question, service = call.body, call.service
    assert isinstance(question, Question)
    text = question.badge or await _newest_badge(call, question.registration)
    at = datetime.fromtimestamp(question.at_ms / 1000, UTC)
    scan, facts = service.appender.known.case(text, GateId(question.gate), question.direction, at)
    steps = list(walk(scan, facts, service.policy))
    decision = steps[-1][1]
    assert decision is not None
    return Explanation(
        admitted=decision.admitted,
        reason=decision.reason,
        words=Words("en").decision(decision, service.policy, at),
        steps=tuple(
            Check(name, f"{said.reason} ({said.rule})" if said else "passes")
            for name, said in steps
        ),
    )


class NewPolicy(msgspec.Struct, frozen=True):
    policy: Annotated[str, Meta(min_length=1, max_length=POLICY_CHARS_MAX)]
    """The text of a policy file."""


class PolicyChange(msgspec.Struct, frozen=True):
    zone: str
    day: date
    opens: time
    closes: time
    admitted_after: bool
    people: int
    """Approved registrations whose answer changes."""


class Preview(msgspec.Struct, frozen=True):
    changes: tuple[PolicyChange, ...]
    digital_opening: int = 0
    """People whose digital badge would be good, and is not now."""
    digital_closing: int = 0
    """... and the reverse."""


async def preview(call: Call) -> Preview:
    """Who would be refused that is admitted now, and the reverse. Stores nothing."""
    body, service = call.body, call.service
    assert isinstance(body, NewPolicy)
    try:
        after = await asyncio.to_thread(parse, body.policy, "the new policy")
    except PolicyError as error:
        raise Refused(422, "Policy not usable", str(error)) from None
    known = service.appender.known
    people = Counter(
        record.profile for record in known.holders.values() if record.status is Status.APPROVED
    )
    held = [known.profiles[number] for number in sorted(people)]
    changes = await asyncio.to_thread(lambda: list(compare(service.policy, after, held)))
    holders = tuple(known.holders.values())
    digital = await asyncio.to_thread(
        lambda: Counter(good for _, good in digital_changes(service.policy, after, holders))
    )
    return Preview(
        digital_opening=digital[True],
        digital_closing=digital[False],
        changes=tuple(
            PolicyChange(
                each.zone,
                each.day,
                each.opens,
                each.closes,
                each.admitted_after,
                sum(people[number] for number in each.profiles),
            )
            for each in changes
        ),
    )


async def _newest_badge(call: Call, code: str) -> str:
    service = call.service
    stored = await store.one(service.pool, service.policy.edition, code)
    if stored is None:
        raise Refused(404, "No such registration", f"there is none with the code {code!r}")
    on_phone = stored.digital == stored.generation
    text = await store.badge_text(
        service.pool,
        service.policy.edition,
        stored.holder,
        DIGITAL if on_phone else stored.generation,
    )
    if text is None:
        raise Refused(404, "No badge", f"{code} is {stored.registration.status}: never signed")
    return text


ROUTES = (
    Route(
        "POST",
        "/api/v1/editions/{edition}/explain",
        explain,
        Permission.READ_PEOPLE,
        Scope.PATH,
        "Why a badge opens a gate at a moment, or not",
        Explanation,
        body=Question,
        errors=(404,),
    ),
    Route(
        "POST",
        "/api/v1/editions/{edition}/policy/preview",
        preview,
        Permission.READ_PEOPLE,
        Scope.PATH,
        "What another policy would change, for how many people",
        Preview,
        body=NewPolicy,
        body_bytes_max=2 * POLICY_CHARS_MAX,
    ),
)
